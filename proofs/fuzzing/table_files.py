"""Tables to import: any bytes as a file of any table, plain or gzipped, CSV or a workbook.

A file is refused by a FileProblem, or it is read as rows, the same ones plain and gzipped, and its
rows as records: each cell a value, or a fault that says where and why in words.
"""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

from onhand.core.movements import Origin
from onhand.files.columns import Column
from onhand.files.formats.raw import RawRow, TableOptions
from onhand.files.formats.reading import open_table
from onhand.files.formats.writing import Format, write
from onhand.files.importing.header import Header
from onhand.files.importing.records import Seen, records_of
from onhand.files.problems import FileProblem
from onhand.files.tables import TABLES
from onhand.files.tables.table import Table
from proofs.fuzzing.sales_files import file_of
from proofs.fuzzing.target import Target, choosing, chosen

TAKEN = [table for table in TABLES.values() if table.taking is not None]
WAYS = [
    TableOptions(),
    TableOptions(delimiter=";", encoding="cp1252"),
    TableOptions(encoding="utf-16-le"),
    TableOptions(encoding="shift_jis", delimiter="\t"),
]
ORIGIN = Origin("fuzz")
PACKED = (b"\x1f\x8b", b"PK\x03\x04", b"PAR1")
"""What other formats begin with. Parquet is read in a process of its own: no parser of ours."""

Rows = tuple[list[object], list[RawRow]]


def read(data: bytes) -> None:
    """Read a file as rows, and these as the records of a table."""
    table, content = chosen(data, TAKEN)
    way, content = chosen(content, WAYS)
    if content.startswith(b"PAR1"):
        return
    with file_of(content) as path:
        whole = rows_of(path, way)
    if not content.startswith(PACKED):
        with file_of(gzip.compress(content, 1, mtime=0)) as path:
            packed = rows_of(path, way)
        assert type(packed) is type(whole), f"gzipped {packed!r}, else {whole!r}"
        if not isinstance(whole, FileProblem):
            assert packed == whole, f"gzipped {packed}, else {whole}"
    if isinstance(whole, FileProblem):
        # A tab may be what stands between values.
        assert str(whole).replace("\t", " ").isprintable(), f"unprintable: {whole!r}"
    else:
        check_rows(whole)
        check_records(table, whole)


def rows_of(path: Path, way: TableOptions) -> Rows | FileProblem:
    """A file's header and rows, or why there are none."""
    try:
        with open_table(path, way) as file:
            return list(file.header), list(file.rows())
    except FileProblem as problem:
        return problem


def check_rows(found: Rows) -> None:
    """Rows are numbered as they stand, and blank ones are not among them."""
    last = 0
    for row in found[1]:
        assert row.number > last, f"row {row.number} after {last}"
        last = row.number
        assert any(cell not in (None, "") for cell in row.cells), f"a blank row: {row}"


def check_records(table: Table, found: Rows) -> None:
    """Every row is one of a record, with a value or a fault in words for each column."""
    header, rows = found
    assert table.taking is not None
    try:
        known = Header.of(table, header, {}, "file", ignore_unknown=True)  # type: ignore[arg-type]
    except FileProblem:
        return
    seen = Seen()
    try:
        told = list(records_of(table.taking(ORIGIN), known, iter(rows), seen))
    finally:
        seen.close()
    numbers = [row.number for one in told for row in one.record]
    faults = [fault for one in told for fault in one.faults]
    assert {row.number for row in rows} == {*numbers, *(fault.row for fault in faults)}
    for fault in faults:
        assert fault.reason, fault
        fault.reason.encode()


def _written(table: Table, how: Format) -> bytes:
    """A table with a row of what each of its columns shows as its example."""
    out = io.BytesIO()
    columns: list[Column] = list(table.taken)
    write(how, table.what.value, columns, [[None] * len(columns)], out)
    return out.getvalue()


def _csv(table: Table, *rows: str) -> bytes:
    names = ",".join(column.name for column in table.taken)
    return "\n".join([names, *rows, ""]).encode()


def _seeds() -> list[bytes]:
    made = []
    for table in TAKEN:
        count = len(table.taken)
        values = ["A-1", "Lamp", "7", "2026-11-28", "1.50", "yes", "", '"x, ""y"""', "EAST", "-3"]
        row = ",".join((values * count)[:count])
        other = ",".join((values[::-1] * count)[:count])
        made.append(choosing(TAKEN, table, choosing(WAYS, WAYS[0], _csv(table, row, other, row))))
        book = _written(table, Format.XLSX)
        made.append(choosing(TAKEN, table, choosing(WAYS, WAYS[0], book)))
    plain = _csv(TAKEN[0], "A,B").decode()
    for way in WAYS:
        text = plain.replace(",", way.delimiter or ",").encode(way.encoding)
        made.append(choosing(TAKEN, TAKEN[0], choosing(WAYS, way, text)))
    made.append(choosing(TAKEN, TAKEN[0], choosing(WAYS, WAYS[0], _stored())))
    return made


def _stored() -> bytes:
    """A workbook whose parts are not packed, so that mutations get at what is in them."""
    out = io.BytesIO()
    book = zipfile.ZipFile(io.BytesIO(_written(TAKEN[0], Format.XLSX)))
    with book, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as made:
        for name in book.namelist():
            made.writestr(zipfile.ZipInfo(name), book.read(name))
    return out.getvalue()


TOKENS = (
    *(b'"', b'""', b",", b";", b"\t", b"\n", b"\r\n", b"\r", b"\x00", b"\xff", b"'=", b"=1+1"),
    *(b"sku", b"name", b"warehouse", b"quantity", b"1e9", b"-0", b"1.", b"9007199254740993"),
    *(b"2026-02-30", b"0001-01-01", b"9999-12-31T23:59:59-12:00", b"true", b"\xe2\x80\xa8"),
    *(b"<c", b' t="s"', b' t="inlineStr"', b"<v>", b"</row>", b'r="XFD1048576"', b"<!DOCTYPE"),
    *(b"PK\x05\x06", b"PK\x01\x02", b"xl/worksheets/sheet1.xml"),
)

TARGETS = [Target("tables", read, _seeds(), TOKENS)]
