"""Write what the files of each table hold into the page that tells of it: `make docs`.

What stands in the page between `<!-- tables: columns -->` (or `limits`) and `<!-- end -->` is made
from the tables that exports and imports go by. A test fails where the page is not what they say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from onhand.api.files import work
from onhand.files.columns import Column
from onhand.files.formats import csv_rows, limits, xlsx_file, xlsx_rows
from onhand.files.importing import records, table_import
from onhand.files.tables import TABLES
from onhand.files.tables.table import Table

PAGE = Path(__file__).parent / "tables.md"
MARKED = re.compile(r"(?<=<!-- tables: )(\w+)( -->\n).*?(?=<!-- end -->)", re.DOTALL)


def columns() -> Iterator[str]:
    """Each table with its columns, in the order of its files."""
    for table in TABLES.values():
        yield f"\n### {table.what.value.replace('-', ' ').capitalize()}\n"
        yield from _about(table)
        yield "| column | in a file to import | holds | means |"
        yield "|---|---|---|---|"
        for column in table.columns:
            told = (_presence(table, column), column.kind.expected, column.about)
            yield f"| `{column.name}` | {' | '.join(map(_cell, told))} |"
    yield ""


def _about(table: Table) -> Iterator[str]:
    name = table.what.value
    if table.taking is None:
        yield f"`onhand export {name}` alone: nothing of it is imported.\n"
        return
    yield f"`onhand export {name}`, `onhand import {name}`. {_sentence(table.about)}\n"


def _presence(table: Table, column: Column) -> str:
    if column.told:
        return "–" if table.taking is None else "passed over"
    if column.required:
        return "needed" if column.is_filled else "needed, may be blank"
    return "never blank" if column.is_filled else ""


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def limit_rows() -> Iterator[str]:
    """What a file may have at most."""
    yield "| at most | of |"
    yield "|---|---|"
    yield f"| {limits.MOST_ROWS:,} | rows in a file |"
    yield f"| {limits.MOST_COLUMNS:,} | columns |"
    yield f"| {limits.MOST_BYTES // 1024**3} GiB | a file's content, unpacked |"
    packed = limits.ANY_RATIO // 1024**2
    yield f"| {limits.MOST_RATIO} times | its own size, once it is past {packed} MiB |"
    yield f"| {csv_rows.MOST_CHARACTERS_OF_ROW:,} | characters in a row of CSV |"
    yield f"| {xlsx_rows.MOST_CELL:,} | characters in a cell of a workbook |"
    yield f"| {xlsx_file.MOST_ROWS:,} | rows of a workbook that is exported |"
    yield f"| {records.MOST_ROWS_OF_RECORD:,} | rows of one document |"
    yield f"| {table_import.MOST_ARRANGED:,} | warehouses in a file |"
    yield f"| {work.DEFAULT_IMPORT_LIMIT // 1024**2} MiB | a file sent over HTTP, packed or not |"
    yield f"| {work.MOST_IMPORTS} | imports over HTTP at a time, in each process |"
    yield f"| {work.MOST_EXPORTS} | exports over HTTP at a time, in each process |"


SECTIONS: Mapping[str, Callable[[], Iterable[str]]] = {"columns": columns, "limits": limit_rows}


def page(text: str) -> str:
    """The page with its tables as they are now."""
    return MARKED.sub(
        lambda marked: marked[1] + marked[2] + "".join(f"{x}\n" for x in SECTIONS[marked[1]]()),
        text,
    )


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
