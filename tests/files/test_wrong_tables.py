"""Files that are no table, or made to deceive, are refused in words, and take little to refuse."""

from __future__ import annotations

import gzip
import io
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from xlsxwriter import Workbook

from onhand.files.columns import Column
from onhand.files.formats import limits, parquet_child, parquet_file, xlsx_package
from onhand.files.formats.raw import TableOptions
from onhand.files.formats.reading import open_table
from onhand.files.formats.writing import Format
from onhand.files.problems import (
    DamagedGzip,
    FileProblem,
    FileUnreadable,
    LibraryMissing,
    NotCsv,
    TooLarge,
    WrongEncoding,
    WrongOption,
    WrongParquet,
    WrongWorkbook,
)
from onhand.files.tables import kinds as k
from tests.files.tables_of import COLUMNS, raw_rows, written

SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "table"


def workbook(path: Path, changed: dict[str, bytes] | None = None, **more: bytes) -> Path:
    """A small workbook, some of its parts other than they should be."""
    book = openpyxl.Workbook()
    book.worksheets[0].append(["sku", "name"])
    book.worksheets[0].append(["A", "Lamp"])
    content = io.BytesIO()
    book.save(content)
    parts = dict(changed or {}) | more
    with (
        zipfile.ZipFile(content) as whole,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in whole.namelist():
            made.writestr(name, parts.pop(name, whole.read(name)))
        for name, part in parts.items():
            made.writestr(name, part)
    return path


def sheet(rows: bytes) -> dict[str, bytes]:
    """A sheet with these rows."""
    namespace = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    whole = b'<worksheet xmlns="%b"><sheetData>%b</sheetData></worksheet>'
    return {SHEET: whole % (namespace, rows)}


# CSV


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"], ids=["bare", "with a mark"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_marks_and_delimiters_are_found_out(path: Path, start: bytes, delimiter: str) -> None:
    text = f"sku{delimiter}name\r\nA{delimiter}Größe\r\n"
    path.write_bytes(start + text.encode())
    header, [row] = raw_rows(path)
    assert (header, row.cells) == (["sku", "name"], ["A", "Größe"])


def test_utf_16_and_latin_1_are_read_when_they_are_told(path: Path) -> None:
    path.write_bytes("sku,name\nA,Größe\n".encode("utf-16"))
    assert raw_rows(path)[1][0].cells == ["A", "Größe"]
    path.write_bytes("sku,name\nA,Größe\n".encode("latin-1"))
    with pytest.raises(WrongEncoding, match="line 2: the byte 0xF6 is not utf-8") as told:
        raw_rows(path)
    assert "give the encoding cp1252" in str(told.value)
    assert raw_rows(path, TableOptions(encoding="latin-1"))[1][0].cells == ["A", "Größe"]
    path.write_bytes("sku,name\nA,Lamp\n".encode("utf-16-le"))
    with pytest.raises(NotCsv, match="UTF-16 without a byte order mark"):
        raw_rows(path)


def test_lines_within_quotes_count_as_one_row(path: Path) -> None:
    path.write_bytes(b'sku,name\nA,"two\n\nlines"\n\nB,"q""uo"\n')
    _, rows = raw_rows(path)
    assert [(row.number, row.cells) for row in rows] == [
        (2, ["A", "two\n\nlines"]),
        (4, ["B", 'q"uo']),
    ]


@pytest.mark.parametrize(
    ("content", "problem", "message"),
    [
        (b"", NotCsv, "is empty"),
        (b"\xef\xbb\xbf", NotCsv, "is empty; its first line must name the columns"),
        (b"\n\n", NotCsv, "is empty; its first line must name the columns"),
        (b"sku,name\nA,\0\n", NotCsv, "line 2: has a NUL byte"),
        (b'sku,name\nA,Lamp\nB,"no end\nC,Jug\n', NotCsv, "line 3: .* a quotation mark in it"),
        (b'sku,name\nA,"x"y\n', NotCsv, "line 2: .* is not doubled"),
        (b"sku,name\nA," + b"x" * 70_000 + b"\n", NotCsv, "longer than 65,536 characters"),
        (b",".join([b"c"] * 201) + b"\n", TooLarge, "has more than 200 columns"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", NotCsv, "an old Excel workbook, or one with a password"),
        (b"%PDF-1.7", NotCsv, "a PDF document"),
    ],
    ids=str,
)
def test_what_is_no_csv(path: Path, content: bytes, problem: type, message: str) -> None:
    path.write_bytes(content)
    with pytest.raises(problem, match=message):
        raw_rows(path)


def test_no_file_no_encoding_and_no_delimiter(path: Path, tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match="there is no such file"):
        raw_rows(path)
    with pytest.raises(FileUnreadable, match="is a directory"):
        raw_rows(tmp_path)
    path.write_bytes(b"sku\n")
    with pytest.raises(WrongOption, match="Encoding"):
        raw_rows(path, TableOptions(encoding="rot13"))
    with pytest.raises(WrongOption, match="Delimiter"):
        raw_rows(path, TableOptions(delimiter='"'))


def test_more_rows_than_may_be(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onhand.files.formats.csv_rows.MOST_ROWS", 3)
    path.write_bytes(b"sku\nA\nB\nC\n")
    with pytest.raises(TooLarge, match="has more than 3 rows"):
        raw_rows(path)


# Packed to deceive


def packed_lines(count: int) -> bytes:
    """Many megabytes of the same line, packed."""
    return gzip.compress(b"sku,name\n" + b"A,Lamp\n" * count, compresslevel=9)


def test_a_gzip_that_unpacks_without_end(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(packed_lines(2_000_000))
    monkeypatch.setattr(limits, "ANY_RATIO", 1024**2)
    with open_table(path, TableOptions()) as table:
        with pytest.raises(TooLarge, match="unpacks to more than 200 times its size"):
            for _ in table.rows():
                pass
        assert table.bytes_read < table.size_bytes


def test_a_gzip_that_is_cut_short(path: Path) -> None:
    path.write_bytes(packed_lines(50_000)[:-20])
    with pytest.raises(DamagedGzip, match="ends too soon"):
        raw_rows(path)


def test_a_workbook_that_unpacks_without_end(path: Path) -> None:
    row = b"<row><c><v>1</v></c></row>"
    workbook(path, sheet(row * (40 * 1024**2 // len(row))))
    with pytest.raises(TooLarge, match="unpacks to more than 200 times its size"):
        raw_rows(path)


def test_a_workbook_with_more_than_may_be(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_package, "MOST_BYTES", 10_000)
    workbook(path, {"xl/media/image1.bin": bytes(20_000)})
    with pytest.raises(TooLarge, match="GiB unpacked: save the sheet as CSV"):
        raw_rows(path)
    monkeypatch.setattr(xlsx_package, "MOST_BYTES", limits.MOST_BYTES)
    monkeypatch.setattr(xlsx_package, "MOST_PARTS", 3)
    with pytest.raises(TooLarge, match="has more than 3 parts"):
        raw_rows(path)


def test_a_part_that_lies_about_its_size_is_not_unpacked_further(path: Path) -> None:
    workbook(path, sheet(b"<row><c><v>1</v></c></row>" * 5_000))
    content = bytearray(path.read_bytes())
    directory = content.index(b"PK\x01\x02")
    while content[directory + 46 :].startswith(SHEET.encode()) is False:
        directory = content.index(b"PK\x01\x02", directory + 4)
    struct.pack_into("<I", content, directory + 24, 100)
    path.write_bytes(content)
    with pytest.raises(WrongWorkbook, match="is no workbook that can be read"):
        raw_rows(path)


# Workbooks that are none


def test_entities_and_other_document_types_are_refused(path: Path) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
    workbook(path, {SHEET: bomb})
    with pytest.raises(WrongWorkbook, match="it holds a document type"):
        raw_rows(path)
    outside = b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x>&f;</x>'
    workbook(path, {"xl/workbook.xml": outside})
    with pytest.raises(WrongWorkbook, match="it holds a document type"):
        raw_rows(path)


def test_names_lead_nowhere_but_into_the_archive(path: Path, tmp_path: Path) -> None:
    relations = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        b'relationships/worksheet" Target="%b"/></Relationships>'
    )
    (tmp_path / "outside.xml").write_bytes(b"<worksheet/>")
    for target in (b"../../../outside.xml", b"/etc/passwd", str(tmp_path / "outside.xml").encode()):
        workbook(path, {"xl/_rels/workbook.xml.rels": relations % target})
        with pytest.raises(WrongWorkbook, match="is missing"):
            raw_rows(path)
    workbook(path, {"../../evil.xml": b"<x/>", "/abs.xml": b"<x/>"})
    assert raw_rows(path)[0] == ["sku", "name"]
    assert sorted(it.name for it in tmp_path.iterdir()) == ["outside.xml", "table"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (b"<row><c t='s'><v>999</v></c></row>", "row 1 of its sheet is wrong"),
        (b"<row r='x'/>", "is wrong"),
        (b"<row><c s='0'><v>many</v></c></row>", "row 1 of its sheet is wrong"),
        (b"<row><c t='d'><v>soon</v></c></row>", "row 1 of its sheet is wrong"),
        (b"<row><c>", "is no XML"),
        (b"<row><c r='XFD1'><v>1</v></c></row>", "has more than 200 columns"),
        (b"<row><c t='str'><v>" + b"x" * 40_000 + b"</v></c></row>", "more than 32,767 characters"),
        (b"", "has nothing in its sheet 'Sheet'"),
    ],
)
def test_sheets_that_cannot_be_read(path: Path, rows: bytes, message: str) -> None:
    workbook(path, sheet(rows))
    with pytest.raises((WrongWorkbook, TooLarge), match=message):
        raw_rows(path)


def test_a_tag_without_end_is_not_held_in_memory(path: Path) -> None:
    noise = zlib.compress(bytes(range(256)) * 40_000).hex().encode()
    workbook(path, sheet(b'<row a="' + noise * (3 * 1024**2 // len(noise)) + b'"/>'))
    with pytest.raises(WrongWorkbook, match="has a tag without end"):
        raw_rows(path)


def test_shared_texts_are_limited(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_package, "MOST_TEXT", 5)
    with Workbook(path) as book:
        book.add_worksheet().write_row(0, 0, ["sku", "name"])
    with pytest.raises(TooLarge, match="million characters of text: save the sheet as CSV"):
        raw_rows(path)


def test_merged_cells_upon_each_other(path: Path) -> None:
    merged = b"".join(b'<mergeCell ref="A1:B%d"/>' % row for row in range(2, 300))
    namespace = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    content = (
        b'<worksheet xmlns="%b"><sheetData><row><c><v>1</v></c></row></sheetData>'
        b"<mergeCells>%b</mergeCells></worksheet>"
    )
    workbook(path, {SHEET: content % (namespace, merged)})
    with pytest.raises(WrongWorkbook, match="merged cells lie upon each other"):
        raw_rows(path)


def test_a_zip_that_is_no_workbook_or_needs_a_password(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "x")
    with pytest.raises(WrongWorkbook, match=r"_rels/\.rels is missing"):
        raw_rows(path)
    workbook(path)
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(WrongWorkbook, match="is protected by a password"):
        raw_rows(path)
    path.write_bytes(workbook(path).read_bytes()[:-30])
    with pytest.raises(WrongWorkbook, match="it cannot be opened"):
        raw_rows(path)
    # As if it were made by a program of some later day.
    content = bytearray(workbook(path).read_bytes())
    content[content.index(b"PK\x01\x02") + 6] = 255
    path.write_bytes(content)
    with pytest.raises(WrongWorkbook, match=r"it cannot be opened \(zip file version 25\.5\)"):
        raw_rows(path)


# Parquet


@pytest.mark.parametrize("content", [b"PAR1", b"PAR1" + b"\xff" * 100 + b"PAR1"], ids=len)
def test_what_is_no_parquet(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(WrongParquet, match="it is damaged, or no Parquet"):
        raw_rows(path)


def test_a_parquet_that_takes_much_memory_ends_its_own_process_alone(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A text of 10,000 characters, kept once and meant 50,000 times.
    text = Column("description", k.DESCRIPTION, "")
    rows: Iterator[tuple[str]] = (("x" * 10_000,) for _ in range(50_000))
    path.write_bytes(written(Format.PARQUET, [text], rows))
    assert path.stat().st_size < 500_000
    child = path.with_name("child.py")
    source = Path(parquet_child.__file__).read_text()
    source = source.replace("ROWS_AT_A_TIME = 1_000", "ROWS_AT_A_TIME = 50_000")
    child.write_text(source.replace("MEMORY_BYTES = 1024**3", "MEMORY_BYTES = 400 * 1024**2"))
    popen = subprocess.Popen

    def start(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        return popen([command[0], str(child), command[-1]], **options)

    monkeypatch.setattr(subprocess, "Popen", start)
    with pytest.raises(WrongParquet, match="takes more than 1,024 MiB of memory"):
        raw_rows(path)


def test_lists_are_no_cells(path: Path) -> None:
    with pytest.raises(parquet_child.Unusable, match="the column 'tags' holds something else"):
        parquet_child.cell_of("tags", ["a"])


def test_without_its_library_parquet_says_how_to_get_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_bytes(written(Format.PARQUET, COLUMNS, []))
    monkeypatch.setitem(sys.modules, "arro3", None)
    for work in (parquet_file.libraries, lambda: raw_rows(path)):
        with pytest.raises(LibraryMissing, match=r"pip install 'onhand\[parquet\]'"):
            work()


def test_every_problem_is_a_file_problem() -> None:
    for kind in (TooLarge, WrongWorkbook, WrongParquet, LibraryMissing):
        assert issubclass(kind, FileProblem)
