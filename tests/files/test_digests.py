"""The digest names what has been read so far and how, so that an import knows where it was."""

from __future__ import annotations

import gzip
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from onhand.files.mapping import ColumnMapping, ReadingOptions
from onhand.files.sales_file import SalesFile
from tests.files.sales_texts import read, row, text_of, write

ROWS = [
    row(quantity=str(number), description='"A\nB"' if number % 3 else "C")
    for number in range(1, 40)
]


def digest_at(path: Path, line_number: int, options: ReadingOptions | None = None) -> str:
    with SalesFile.open(path, None, options) as file:
        assert file.skip_to(line_number)
        return file.digest


@given(chunk_lines=st.integers(1, 70))
@settings(deadline=None, max_examples=20)
def test_same_text_same_digest_however_it_is_cut(
    tmp_path_factory: object, chunk_lines: int
) -> None:
    path = write(Path(tmp_path_factory.mktemp("digest")) / "s.csv", text_of(ROWS))  # type: ignore[attr-defined]
    for chunk in read(path, options=ReadingOptions(chunk_lines=chunk_lines)):
        assert chunk.digest == digest_at(path, chunk.last_line)


def test_a_line_changed_changes_every_digest_after_it(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", text_of([row()] * 9))
    other = write(tmp_path / "b.csv", text_of([*[row()] * 4, row(quantity="11"), *[row()] * 4]))
    same = [digest_at(path, line) == digest_at(other, line) for line in range(1, 11)]
    assert same == [True] * 5 + [False] * 5


def test_a_file_that_grew_keeps_the_digests_it_had(tmp_path: Path) -> None:
    for end in ("\n", "\r\n"):
        # The last line has no line end until more is appended.
        text = text_of([row()] * 5, end)
        path = write(tmp_path / "a.csv", text.removesuffix(end))
        grown = write(tmp_path / "b.csv", text + text_of([row()] * 3, end).partition(end)[2])
        [chunk] = read(path)
        assert chunk.last_line == 6
        assert chunk.digest == digest_at(grown, 6)


def test_packed_or_in_another_encoding_it_is_the_same_text(tmp_path: Path) -> None:
    text = text_of([row(description="CAFÉ BALL")])
    plain = digest_at(write(tmp_path / "a.csv", text), 2)
    assert digest_at(write(tmp_path / "b.csv", gzip.compress(text.encode())), 2) == plain
    assert digest_at(write(tmp_path / "c.csv", text.encode("utf-8-sig")), 2) == plain
    assert digest_at(write(tmp_path / "d.csv", text.encode("utf-16")), 2) == plain
    cp1252 = write(tmp_path / "e.csv", text.encode("cp1252"))
    assert digest_at(cp1252, 2, ReadingOptions(encoding="cp1252")) == plain


def test_read_another_way_it_is_another_import_of_the_same_content(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", text_of([row()] * 3))
    ways = [
        (None, None),
        (ColumnMapping.parse("description=country"), None),
        (None, ReadingOptions(timezone="Europe/London")),
        (None, ReadingOptions(goods_pattern="8.*")),
        (None, ReadingOptions(chunk_lines=2)),
    ]
    chunks = [read(path, *way)[-1] for way in ways]
    assert len({chunk.content_digest for chunk in chunks}) == 1
    assert len({chunk.digest for chunk in chunks}) == 4  # chunk_lines changes nothing
