"""Small transactions files for the tests of this room."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from onhand.files.mapping import ColumnMapping, ReadingOptions
from onhand.files.records import Chunk, Line, Problem
from onhand.files.sales_file import SalesFile

HEADER = "invoice,stock_code,description,quantity,invoice_date,unit_price,customer_id,country"
REAL_FILE = Path(__file__).parents[2].parent / "shared" / "data" / "online_retail_ii.csv.gz"

needs_real_file = pytest.mark.skipif(
    not REAL_FILE.exists(), reason=f"the real file {REAL_FILE.name} is not in ../shared/data"
)


def row(
    invoice: str = "489434",
    sku: str = "85048",
    description: str = "GLASS BALL",
    quantity: str = "12",
    time: str = "2009-12-01 07:45:00",
    price: str = "6.95",
) -> str:
    """One line of a file, without its line end."""
    return f"{invoice},{sku},{description},{quantity},{time},{price},13085,United Kingdom"


def text_of(rows: Iterable[str], end: str = "\n") -> str:
    """A whole file: header and rows."""
    return "".join(line + end for line in (HEADER, *rows))


def write(path: Path, content: str | bytes) -> Path:
    """Puts a file there."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(
    path: Path, mapping: ColumnMapping | None = None, options: ReadingOptions | None = None
) -> list[Chunk]:
    """All chunks of a file."""
    with SalesFile.open(path, mapping, options) as file:
        return list(file)


def lines_of(chunks: Iterable[Chunk]) -> list[Line]:
    """All lines that move stock."""
    return [line for chunk in chunks for line in chunk.lines]


def problems_of(chunks: Iterable[Chunk]) -> list[Problem]:
    """All lines that do not."""
    return [problem for chunk in chunks for problem in chunk.problems]
