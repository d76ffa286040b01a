"""Transactions files: any bytes as a file, plain or gzipped, read in every way there is.

A file is refused by a FileProblem, or its lines are sales, returns, corrections and problems: the
same ones in whatever chunks they are read, the same plain and gzipped. Imported, it leaves a ledger
that is right; imported again, it moves nothing.
"""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from onhand.files.mapping import ColumnMapping, ReadingOptions
from onhand.files.problems import FileProblem
from onhand.files.records import Chunk, Correction, Return, Sale
from onhand.files.sales_file import SalesFile
from onhand.files.sales_import import ImportOptions, import_sales
from onhand.files.stocking import Stocking
from onhand.files.survey import survey
from onhand.ledger.verify import verify
from onhand.store.memory import MemoryStore
from proofs.fuzzing import seeds
from proofs.fuzzing.target import Target, choosing, chosen

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WAYS = [
    ReadingOptions(chunk_lines=2),
    ReadingOptions(chunk_lines=1, timezone="Europe/London", encoding="cp1252"),
    ReadingOptions(chunk_lines=3, delimiter=";", encoding="utf-16"),
    ReadingOptions(chunk_lines=1, time_format="%d/%m/%Y %H:%M", goods_pattern=".+"),
    ReadingOptions(chunk_lines=2, encoding="utf-7", delimiter="\t", return_prefix="é"),
    ReadingOptions(chunk_lines=5, encoding="shift_jis", timezone="America/St_Johns"),
]
STOCKINGS = list(Stocking)


def read(data: bytes) -> None:
    """Read a file whole and in small chunks, plain and gzipped."""
    way, content = chosen(data, WAYS)
    in_one = replace(way, chunk_lines=1_000_000)
    with file_of(content) as plain, file_of(gzip.compress(content, 1, mtime=0)) as packed:
        whole = _outcome(plain, in_one)
        _check_same(_outcome(plain, way), whole, "in chunks")
        if not content.startswith(b"\x1f\x8b"):
            _check_same(_outcome(packed, in_one), whole, "gzipped")
    if isinstance(whole, list):
        _check_lines(whole)
        _check_survey(whole)


def imported(data: bytes) -> None:
    """Import a file into a ledger, twice."""
    way, content = chosen(data, WAYS)
    stocking, content = chosen(content, STOCKINGS)
    options = ImportOptions(reading=way, stocking=stocking)
    store = MemoryStore(NOW)
    with file_of(content) as path:
        report_path = path.with_suffix(".report")
        try:
            first = import_sales(store, lambda: NOW, path, options, report_path=report_path)
        except FileProblem:
            return
        finally:
            report_path.unlink(missing_ok=True)
        again = import_sales(store, lambda: NOW, path, options)
    told = first.posted + first.problems + sum(first.rejected_by_code.values())
    assert first.posted <= first.lines, f"{first.posted} of {first.lines} lines posted"
    assert told or not first.lines or _is_blank(content, way), "nothing is told of its lines"
    assert again.posted == again.opening_units == again.purchases == 0, "imported a second time"
    with store.proof() as proof:
        differences = [str(difference) for difference in verify(proof)]
    assert not differences, differences


@contextmanager
def file_of(content: bytes) -> Iterator[Path]:
    """A file with this content, for as long as it is needed."""
    with tempfile.NamedTemporaryFile(prefix="onhand-fuzz-") as file:
        file.write(content)
        file.flush()
        yield Path(file.name)


def _outcome(path: Path, way: ReadingOptions) -> list[Chunk] | FileProblem:
    mapping = ColumnMapping()
    try:
        with SalesFile.open(path, mapping, way) as file:
            return list(file)
    except FileProblem as problem:
        return problem


def _check_same(one: list[Chunk] | FileProblem, other: list[Chunk] | FileProblem, how: str) -> None:
    if isinstance(one, FileProblem) or isinstance(other, FileProblem):
        assert type(one) is type(other), f"read {how}: {one!r}, else {other!r}"
        return
    for what in ("lines", "problems"):
        found = [item for chunk in one for item in getattr(chunk, what)]
        expected = [item for chunk in other for item in getattr(chunk, what)]
        assert found == expected, f"read {how}, the {what} are {found}, else {expected}"
    ends = [
        (chunks[-1].last_line, chunks[-1].content_digest) if chunks else None
        for chunks in (one, other)
    ]
    assert ends[0] == ends[1], f"read {how}, it ends at {ends[0]}, else at {ends[1]}"


def _check_lines(chunks: list[Chunk]) -> None:
    last = 1
    for chunk in chunks:
        assert chunk.first_line == last + 1, f"a chunk from {chunk.first_line} after {last}"
        last = chunk.last_line
        for line in chunk.lines:
            assert chunk.first_line <= line.line_number <= last, line
            assert line.quantity != 0, line
            assert isinstance(line, Correction) or (line.quantity > 0 and line.unit_price > 0), line
            assert line.occurred_at.tzinfo is UTC, line
            assert line.invoice.isprintable(), line
            assert line.sku.isprintable(), line
            (line.invoice + line.sku).encode()
        for problem in chunk.problems:
            assert problem.excerpt.isprintable(), problem
            f"{problem.reason}{problem.excerpt}".encode()


def _check_survey(chunks: list[Chunk]) -> None:
    found = survey(chunks)
    lines = [line for chunk in chunks for line in chunk.lines]
    counted = (found.sales, found.returns, found.corrections)
    kinds = tuple(sum(type(line) is kind for line in lines) for kind in (Sale, Return, Correction))
    assert counted == kinds, f"surveyed {counted} of {kinds}"
    for product in found.products.values():
        stock = deepest = product.opening_stock
        for line in lines:
            if line.sku == product.sku:
                stock += -line.quantity if type(line) is Sale else line.quantity
                deepest = min(deepest, stock)
        assert deepest >= 0, f"{product.sku} falls to {deepest}"
        assert stock == product.final_stock, f"{product.sku} ends with {stock}"


def _is_blank(content: bytes, way: ReadingOptions) -> bool:
    with file_of(content) as path:
        found = _outcome(path, way)
    return isinstance(found, list) and not any(chunk.lines or chunk.problems for chunk in found)


def _in_encodings(way: ReadingOptions) -> list[bytes]:
    """The seeds as this way of reading takes them."""
    texts = [content.decode() for content in seeds.SALES]
    if way.delimiter != ",":
        texts = [text.replace(",", way.delimiter) for text in texts]
    if way.time_format:
        texts = [text.replace("2010-01-01", "01/01/2010 10:00") for text in texts]
    return [text.encode(way.encoding, "replace") for text in texts]


_CONTENTS = [(way, content) for way in WAYS for content in _in_encodings(way)]
_CONTENTS += [(WAYS[0], gzip.compress(seeds.SALES[1], mtime=0)), (WAYS[0], b"")]

TARGETS = [
    Target("csv", read, [choosing(WAYS, *one) for one in _CONTENTS], seeds.CSV_TOKENS),
    Target(
        "import",
        imported,
        [
            choosing(WAYS, way, choosing(STOCKINGS, stocking, content))
            for way, content in _CONTENTS[: len(seeds.SALES) * 2]
            for stocking in STOCKINGS
        ],
        seeds.CSV_TOKENS,
    ),
]
