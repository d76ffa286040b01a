"""The parts of a workbook's zip archive that a table needs: its sheets, texts and styles.

Nothing is unpacked to disk, and names lead nowhere but into the archive. Parts are read block by
block, and what they unpack to is limited. None may hold a document type, so none has entities.

Why not a library: calamine reads errors as blanks and a whole sheet at once, openpyxl takes a
formula without a value for a blank and eight times as long (docs/decisions/0046).
"""

from __future__ import annotations

import posixpath
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from onhand.files.formats.limits import ANY_RATIO, MOST_BYTES, MOST_RATIO
from onhand.files.problems import FileProblem, TooLarge, WrongWorkbook

__all__ = ["Package", "Sheet", "decoded"]

BLOCK_BYTES = 65_536
MOST_PARTS = 10_000
MOST_TOKEN = 1024**2
"""Bytes of one tag, the longest thing that is not read in pieces."""

MOST_TEXT = 32 * 1024**2
"""Characters of all shared texts: they are held in memory."""

_ENCRYPTED = 1
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_BUILT_IN_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_NOT_OF_FORMAT = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_ID_OF_RELATION = " id"

Element = tuple[str, dict[str, str]]


class Sheet(NamedTuple):
    """A sheet of a workbook: its name, the part that holds it, and whether it is shown."""

    name: str
    part: str
    is_shown: bool


class Package:
    """An opened workbook. Every failure is a FileProblem."""

    def __init__(self, path: str) -> None:
        self.path = path
        try:
            self._zip = ZipFile(path)
        except (BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as error:
            raise self.damaged(f"it cannot be opened ({error})") from error
        try:
            self._check_parts()
            relations = self._relations("").values()
            book = next((part for kind, part in relations if kind == "officeDocument"), None)
            if book is None:
                raise WrongWorkbook("is a zip archive, but no Excel workbook", path=path)
            self._others = self._relations(book)
            self.sheets: list[Sheet] = []
            self.counts_from_1904 = False
            self._read_book(book)
        except BaseException:
            self._zip.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()

    def size_of(self, part: str) -> int:
        """How many bytes a part has, unpacked."""
        try:
            return self._zip.getinfo(part).file_size
        except KeyError:
            raise self.damaged(f"{part} is missing") from None

    def blocks(self, part: str) -> Iterator[bytes]:
        """A part's content, block by block."""
        self.size_of(part)
        try:
            with self._zip.open(part) as stream:
                while block := stream.read(BLOCK_BYTES):
                    yield block
        except (BadZipFile, EOFError, OSError, zlib.error, NotImplementedError) as error:
            raise self.damaged(f"{part} cannot be unpacked ({error})") from error

    def parsed(
        self,
        part: str,
        start: Callable[[str, dict[str, str]], object],
        end: Callable[[str], object] | None = None,
        data: Callable[[str], object] | None = None,
    ) -> Iterator[None]:
        """Call back for what a part holds; after each block one may take what came of it."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = data
        parser.StartDoctypeDeclHandler = self._refuse_document_type
        fed = 0
        try:
            for block in self.blocks(part):
                parser.Parse(block)
                fed += len(block)
                if fed - parser.CurrentByteIndex > MOST_TOKEN:
                    raise self.damaged(f"{part} has a tag without end")
                yield
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise self.damaged(f"{part} is no XML ({error})") from error
        yield

    def shared_texts(self) -> list[str]:
        """The texts that cells refer to by number."""
        texts = _SharedTexts(self)
        part = self._beside("sharedStrings")
        if part is not None:
            for _ in self.parsed(part, texts.start, texts.end, texts.data):
                pass
        return texts.found

    def date_styles(self) -> frozenset[int]:
        """The numbers of the styles that show a number as a date."""
        formats: dict[int, bool] = dict.fromkeys(_BUILT_IN_DATES, True)
        styles: list[int] = []
        inside = ""
        for name, attributes in self._elements(self._beside("styles")):
            number = int(attributes.get("numFmtId", 0))
            if name in ("cellXfs", "cellStyleXfs", "dxfs"):
                inside = name
            elif name == "numFmt":
                formats[number] = _is_date(attributes.get("formatCode", ""))
            elif name == "xf" and inside == "cellXfs":
                styles.append(number)
        return frozenset(at for at, number in enumerate(styles) if formats.get(number))

    def damaged(self, how: str) -> FileProblem:
        """The workbook cannot be read."""
        return WrongWorkbook(f"is no workbook that can be read: {how}", path=self.path)

    def too_large(self, how: str) -> FileProblem:
        """The workbook holds too much."""
        return TooLarge(f"{how}: save the sheet as CSV, and import that", path=self.path)

    def _check_parts(self) -> None:
        parts = self._zip.infolist()
        if len(parts) > MOST_PARTS:
            raise self.too_large(f"has more than {MOST_PARTS:,} parts")
        # No more is unpacked of a part than it says of its size.
        if sum(part.file_size for part in parts) > MOST_BYTES:
            raise self.too_large(f"holds more than {MOST_BYTES // 1024**3} GiB unpacked")
        for part in parts:
            if part.flag_bits & _ENCRYPTED:
                raise WrongWorkbook("is protected by a password; save it without", path=self.path)
            if part.file_size > max(ANY_RATIO, MOST_RATIO * part.compress_size):
                raise TooLarge(
                    f"unpacks to more than {MOST_RATIO} times its size, as no table does: it is"
                    " damaged or made to deceive",
                    path=self.path,
                )

    def _read_book(self, part: str) -> None:
        for name, attributes in self._elements(part):
            if name == "workbookPr":
                self.counts_from_1904 = attributes.get("date1904") in ("1", "true")
            elif name == "sheet":
                # Its namespace is another one in the strict form of the format.
                keys = (it for name, it in attributes.items() if name.endswith(_ID_OF_RELATION))
                kind, target = self._others.get(next(keys, ""), ("", ""))
                if kind == "worksheet":
                    is_shown = attributes.get("state", "visible") == "visible"
                    self.sheets.append(Sheet(attributes.get("name", ""), target, is_shown))

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """The parts that a part refers to: what kind each is, and its name."""
        folder, name = posixpath.split(part)
        found: dict[str, tuple[str, str]] = {}
        for tag, attributes in self._elements(posixpath.join(folder, "_rels", f"{name}.rels")):
            if tag == "Relationship" and attributes.get("TargetMode") != "External":
                kind = attributes.get("Type", "").rpartition("/")[2]
                target = posixpath.join("/", folder, attributes.get("Target", ""))
                found[attributes.get("Id", "")] = kind, posixpath.normpath(target).lstrip("/")
        return found

    def _elements(self, part: str | None) -> Iterator[Element]:
        """The elements of a part, as they begin; none where there is no such part."""
        if part is None:
            return
        found: list[Element] = []
        for _ in self.parsed(part, lambda tag, attributes: found.append((local(tag), attributes))):
            yield from found
            found.clear()

    def _beside(self, wanted: str) -> str | None:
        return next((part for kind, part in self._others.values() if kind == wanted), None)

    def _refuse_document_type(self, *_: Any) -> None:
        raise self.damaged("it holds a document type")


class _SharedTexts:
    """Gathers the texts of `<si>` elements, whatever they are formatted with."""

    def __init__(self, package: Package) -> None:
        self.found: list[str] = []
        self._package = package
        self._pieces: list[str] = []
        self._is_text = self._is_reading_aid = False
        self._left = MOST_TEXT

    def start(self, tag: str, _: dict[str, str]) -> None:
        """An element begins."""
        self._set(local(tag), True)

    def end(self, tag: str) -> None:
        """An element ends."""
        name = local(tag)
        self._set(name, False)
        if name == "si":
            self.found.append(decoded("".join(self._pieces)))
            self._pieces.clear()

    def data(self, text: str) -> None:
        """Some text."""
        # How a text is pronounced is none of it.
        if self._is_text and not self._is_reading_aid:
            self._left -= len(text)
            if self._left < 0:
                raise self._package.too_large(
                    f"holds more than {MOST_TEXT // 1024**2} million characters of text"
                )
            self._pieces.append(text)

    def _set(self, name: str, value: bool) -> None:
        if name == "t":
            self._is_text = value
        elif name == "rPh":
            self._is_reading_aid = value


def local(tag: str) -> str:
    """An element's name without its namespace."""
    return tag.rpartition(" ")[2]


def decoded(text: str) -> str:
    """A text as it was before it became XML, which lacks some characters: `_x000D_` is a return."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _is_date(code: str) -> bool:
    """Whether a number's format shows a date or a time."""
    bare = _NOT_OF_FORMAT.sub("", code.partition(";")[0]).casefold()
    return any(letter in bare for letter in "ymdhs")
