"""A file that is wrong as a whole: a FileProblem that names the file, the line, and the way out."""

from __future__ import annotations

import gzip
import os
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onhand.files.mapping import ReadingOptions
from onhand.files.problems import (
    DamagedGzip,
    FileProblem,
    FileUnreadable,
    NotCsv,
    WrongColumns,
    WrongEncoding,
)
from onhand.files.survey import survey
from tests.files.sales_texts import HEADER, lines_of, problems_of, read, row, text_of, write

TEXT = text_of(row(quantity=str(number)) for number in range(1, 3000))


def test_a_gzip_file_is_known_by_its_content_not_its_name(tmp_path: Path) -> None:
    packed = write(tmp_path / "sales.csv", gzip.compress(TEXT.encode()))
    plain = write(tmp_path / "sales.csv.gz", TEXT)
    assert len(lines_of(read(packed))) == len(lines_of(read(plain))) == 2999


def test_two_gzip_files_joined_are_one(tmp_path: Path) -> None:
    half = len(TEXT) // 2
    joined = gzip.compress(TEXT[:half].encode()) + gzip.compress(TEXT[half:].encode())
    assert len(lines_of(read(write(tmp_path / "sales.csv.gz", joined)))) == 2999


@pytest.mark.parametrize("share", [0.001, 0.3, 0.9, 0.9999])
def test_a_truncated_gzip_file(tmp_path: Path, share: float) -> None:
    packed = gzip.compress(TEXT.encode())
    path = write(tmp_path / "sales.csv.gz", packed[: max(2, int(len(packed) * share))])
    with pytest.raises(DamagedGzip, match="cut short") as caught:
        read(path)
    assert str(caught.value).startswith(str(path))


def test_a_corrupt_gzip_file(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(TEXT.encode()))
    packed[len(packed) // 2] ^= 0xFF
    with pytest.raises(DamagedGzip, match="corrupt"):
        read(write(tmp_path / "a.csv.gz", bytes(packed)))
    packed = bytearray(gzip.compress(TEXT.encode()))
    packed[-5] ^= 0xFF  # the check sum alone
    with pytest.raises(DamagedGzip, match="corrupt"):
        read(write(tmp_path / "b.csv.gz", bytes(packed)))


@pytest.mark.parametrize(
    "content", [b"", gzip.compress(b"", mtime=0), b"\xef\xbb\xbf"], ids=["nothing", "gzip", "mark"]
)
def test_an_empty_file(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(NotCsv, match="is empty"):
        read(write(tmp_path / "sales.csv", content))


def test_a_blank_first_line(tmp_path: Path) -> None:
    with pytest.raises(NotCsv, match="first line is blank"):
        read(write(tmp_path / "sales.csv", "\n" + TEXT))


def test_a_header_alone_holds_nothing(tmp_path: Path) -> None:
    seen = survey(read(write(tmp_path / "sales.csv", HEADER)))
    assert (seen.products, seen.sales, seen.first_at) == ({}, 0, None)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "utf-16-be"])
def test_a_byte_order_mark_tells_the_encoding(tmp_path: Path, encoding: str) -> None:
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    path = write(tmp_path / "s.csv", (mark + text_of([row(description="CAFÉ")])).encode(encoding))
    assert [line[3] for line in lines_of(read(path))] == ["CAFÉ"]


def test_a_byte_of_another_encoding_names_the_line_and_the_way_out(tmp_path: Path) -> None:
    # Far enough in that the byte is not in the first block read.
    rows = [*[row()] * 5000, row(description="CAFÉ"), *[row()] * 10]
    path = write(tmp_path / "sales.csv", text_of(rows).encode("cp1252"))
    with pytest.raises(WrongEncoding) as caught:
        read(path)
    assert caught.value.line_number == 5002
    assert f"{path}, line 5,002: the byte 0xC9 is not utf-8" in str(caught.value)
    assert "give the encoding cp1252" in str(caught.value)
    assert len(lines_of(read(path, options=ReadingOptions(encoding="cp1252")))) == 5011


def test_a_character_cut_off_at_the_end(tmp_path: Path) -> None:
    path = write(tmp_path / "sales.csv", text_of([row()]).encode() + "É".encode()[:1])
    with pytest.raises(WrongEncoding) as caught:
        read(path)
    assert caught.value.line_number == 3


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_nul_byte_names_its_line(tmp_path: Path, end: str) -> None:
    rows = [*[row()] * 5000, row(description="GL\0SS"), row()]
    with pytest.raises(NotCsv, match="NUL byte") as caught:
        read(write(tmp_path / "sales.csv", text_of(rows, end)))
    assert caught.value.line_number == 5002


def test_utf_16_without_a_mark_is_told_how(tmp_path: Path) -> None:
    path = write(tmp_path / "sales.csv", text_of([row()]).encode("utf-16-le"))
    with pytest.raises(NotCsv, match="give the encoding utf-16-le"):
        read(path)
    assert len(lines_of(read(path, options=ReadingOptions(encoding="utf-16-le")))) == 1


def test_a_gigantic_field_names_its_line(tmp_path: Path) -> None:
    rows = [*[row()] * 5000, row(description="X" * 1_000_000), row()]
    with pytest.raises(NotCsv, match="longer than 65,536 characters") as caught:
        read(write(tmp_path / "sales.csv", text_of(rows)))
    assert caught.value.line_number == 5002


def test_a_gigantic_quoted_field_of_many_lines_is_a_problem_of_its_line(tmp_path: Path) -> None:
    filler = ["Y" * 30_000] * 20
    path = write(tmp_path / "s.csv", text_of([row(), row(description='"X'), *filler, row()]))
    chunks = read(path)
    assert [line.line_number for line in lines_of(chunks)] == [2, 24]
    assert problems_of(chunks)[0].kind == "wrong_quotes"
    assert len(problems_of(chunks)) == 21


def test_binary_files(tmp_path: Path) -> None:
    with pytest.raises(NotCsv, match="NUL byte"):
        read(write(tmp_path / "a.csv", bytes(range(128)) * 9))
    with zipfile.ZipFile(tmp_path / "b.csv", "w") as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(NotCsv, match="Excel workbook; save the sheet as CSV"):
        read(tmp_path / "b.csv")


def test_text_that_is_no_csv(tmp_path: Path) -> None:
    with pytest.raises(WrongColumns, match="no column 'invoice'"):
        read(write(tmp_path / "a.csv", "Dear Sir,\nplease find enclosed\n"))
    with pytest.raises(WrongColumns, match="no column 'invoice'"):
        read(write(tmp_path / "b.csv", '{"invoice": 1, "stock_code": 2}\n'))


def test_what_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match="no such file"):
        read(tmp_path / "missing.csv")
    with pytest.raises(FileUnreadable, match="is a directory"):
        read(tmp_path)
    with pytest.raises(FileUnreadable):
        read(Path("a\0b"))
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileUnreadable, match="not a plain file"):
        read(tmp_path / "pipe")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_one_may_not_read(tmp_path: Path) -> None:
    path = write(tmp_path / "sales.csv", TEXT)
    path.chmod(0)
    with pytest.raises(FileUnreadable, match="may not be read"):
        read(path)


ENCODINGS = st.sampled_from(["utf-8", "cp1252", "utf-16-le", "utf-7", "shift_jis", "cp037"])
PIECES = st.sampled_from(
    [row(), row(sku="x"), row(invoice="C1", quantity="-2"), "", ",", '"', '""', "\0", "\r", "\n",
     "\r\n", "\n\n", 'x","', "é", "\u2028", "\x0b", "\x85", "=1+1", ";"]
)  # fmt: skip


@given(content=st.binary(max_size=3000), options=st.builds(ReadingOptions, encoding=ENCODINGS))
@settings(deadline=None, max_examples=150)
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, options: ReadingOptions
) -> None:
    folder = tmp_path_factory.mktemp("any")
    for bytes_there in (content, HEADER.encode() + b"\n" + content, b"\x1f\x8b" + content):
        path = write(folder / "any.csv", bytes_there)
        with suppress(FileProblem):
            survey(read(path, options=options))


@given(
    pieces=st.lists(PIECES, max_size=60),
    chunk_lines=st.integers(1, 20),
)
@settings(deadline=None, max_examples=200)
def test_chunk_bounds_change_nothing(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[str], chunk_lines: int
) -> None:
    folder = tmp_path_factory.mktemp("bounds")
    path = write(folder / "s.csv", HEADER + "\n" + "".join(pieces).replace("\0", ""))
    whole = read(path, options=ReadingOptions(chunk_lines=5000))
    cut = read(path, options=ReadingOptions(chunk_lines=chunk_lines))
    assert lines_of(cut) == lines_of(whole)
    assert problems_of(cut) == problems_of(whole)
    assert survey(cut) == survey(whole)
    last_lines = [chunk.last_line for chunk in cut]
    assert [chunk.first_line for chunk in cut] == [2, *(line + 1 for line in last_lines)][
        : len(cut)
    ]
