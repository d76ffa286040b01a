"""A file as physical lines of text: found out by its first bytes, never by its name.

Reads plain and gzip files block by block, in constant memory, decodes them, and keeps a running
digest of the text handed out. Lines end in \\n, \\r\\n or \\r. The text's last line counts as ended
the way the header is, so that its digest does not change when lines are appended.
"""

from __future__ import annotations

import codecs
import gzip
import io
import os
import stat
import zlib
from hashlib import blake2b
from os import PathLike
from types import TracebackType
from typing import Self

from onhand.files.problems import DamagedGzip, FileUnreadable, NotCsv, WrongEncoding

__all__ = ["MAXIMUM_LINE", "LineSource"]

BLOCK_BYTES = 262_144
MAXIMUM_LINE = 65_536  # characters; a line of a transactions file has about a hundred

_GZIP = b"\x1f\x8b"
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it starts with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_OTHER_FORMATS = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook; save the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook, or one with a password; save the sheet as CSV"),
    (b"%PDF", "a PDF document; export the data as CSV"),
    (b"BZh", "compressed with bzip2; unpack it, or compress it with gzip"),
    (b"\xfd7zXZ", "compressed with xz; unpack it, or compress it with gzip"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd; unpack it, or compress it with gzip"),
    (b"SQLite format 3", "an SQLite database; export the table as CSV"),
)


class LineSource:
    """The physical lines of one file, taken in order. Every failure is a FileProblem.

    `line_number` is that of the last line handed out and not given back (0 at the start).
    """

    def __init__(self, path: str | PathLike[str], encoding: str) -> None:
        self.path = os.fspath(path)
        self.line_number = 0
        self.size_bytes = 0
        self._lines: list[str] = []
        self._position = 0
        self._partial = ""
        self._ended = False
        self._line_end = "\n"
        self._digest = blake2b(digest_size=16)
        self._lines_decoded = 0
        self._raw, self._blocks = self._open()
        try:
            start = self._block()
            self._encoding, mark = self._encoding_of(start, encoding)
            self._first = start[len(mark) :]
            self._decoder = codecs.getincrementaldecoder(self._encoding)("strict")
        except BaseException:
            self._raw.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the file."""
        self._raw.close()

    @property
    def bytes_read(self) -> int:
        """How many bytes of the file, as it is stored, have been read; of `size_bytes`."""
        return self.size_bytes if self._raw.closed else min(self._raw.tell(), self.size_bytes)

    def take(self, count: int) -> list[str]:
        """The next `count` lines, fewer only at the file's end; each with its line end."""
        taken: list[str] = []
        while len(taken) < count:
            if self._position == len(self._lines) and not self._fill():
                break
            until = self._position + count - len(taken)
            piece = self._lines[self._position : until]
            self._position += len(piece)
            taken += piece
        self.line_number += len(taken)
        return taken

    def give_back(self, lines: list[str]) -> None:
        """Puts `lines`, the last ones taken, back to be taken again."""
        if self._position >= len(lines):
            self._position -= len(lines)  # they still stand there
        else:
            self._lines = lines + self._lines[self._position :]
            self._position = 0
        self.line_number -= len(lines)

    def add_to_digest(self, lines: list[str]) -> str:
        """The digest, in hex, of all text given here until now, `lines` included."""
        self._digest.update("".join(lines).encode("utf-8", "surrogatepass"))
        return self._digest.hexdigest()

    def _open(self) -> tuple[io.FileIO, io.FileIO | gzip.GzipFile]:
        try:
            # Unbuffered, so that tell() says how far the disk was read.
            raw = io.FileIO(self.path, "rb", opener=_open_without_waiting)
        except (OSError, ValueError) as error:
            raise FileUnreadable(_why_unreadable(error), path=self.path) from error
        try:
            status = os.fstat(raw.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise FileUnreadable("is not a plain file", path=self.path)
            self.size_bytes = status.st_size
            compressed = raw.read(2) == _GZIP
            raw.seek(0)
        except OSError as error:
            raw.close()
            raise FileUnreadable(_why_unreadable(error), path=self.path) from error
        except BaseException:
            raw.close()
            raise
        if not compressed:
            return raw, raw
        return raw, gzip.GzipFile(fileobj=raw, mode="rb")

    def _block(self) -> bytes:
        try:
            return self._blocks.read(BLOCK_BYTES)
        except EOFError as error:
            raise DamagedGzip(
                "the compressed file ends too soon: it was cut short, perhaps by a broken "
                f"download. About {self._lines_decoded:,} lines can be read; fetch it again",
                path=self.path,
            ) from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise DamagedGzip(
                f"the compressed file is corrupt ({error}). About {self._lines_decoded:,} lines "
                "can be read; fetch it again",
                path=self.path,
            ) from error
        except OSError as error:
            raise FileUnreadable(_why_unreadable(error), path=self.path) from error

    def _encoding_of(self, start: bytes, encoding: str) -> tuple[str, bytes]:
        if not start:
            raise NotCsv("is empty", path=self.path)
        for magic, what in _OTHER_FORMATS:
            if start.startswith(magic):
                raise NotCsv(f"is not CSV but {what}", path=self.path)
        for mark, marked_encoding in _BYTE_ORDER_MARKS:
            if start.startswith(mark):
                return marked_encoding, mark
        return encoding, b""

    def _fill(self) -> bool:
        """Makes the next lines ready; False at the file's end."""
        while not self._ended:
            block = self._first or self._block()
            self._first = b""
            text = self._partial + self._decoded(block)
            self._ended = not block
            # newline="" splits at \n, \r and \r\n alone, and keeps them.
            lines = list(io.StringIO(text, newline=""))
            self._partial = ""
            if lines and not self._ended and not lines[-1].endswith("\n"):
                self._partial = lines.pop()  # perhaps a \r whose \n is still to come
            if "\0" in text:
                self._refuse_nul(text)
            self._refuse_endless([*lines, self._partial])
            if not lines:
                continue
            if self._lines_decoded == 0:
                self._line_end = lines[0][len(lines[0].rstrip("\r\n")) :] or "\n"
            if self._ended and not lines[-1].endswith(("\n", "\r")):
                lines[-1] += self._line_end
            self._lines_decoded += len(lines)
            self._lines = lines
            self._position = 0
            return True
        return False

    def _decoded(self, block: bytes) -> str:
        try:
            return self._decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            good = error.object[: error.start].decode(self._encoding, "replace")
            line = self._lines_decoded + 1 + _line_ends(self._partial + good)
            wrong = error.object[error.start : error.start + 1].hex().upper()
            raise WrongEncoding(
                f"the byte 0x{wrong} is not {self._encoding} ({error.reason}). "
                f"{_other_encoding(self._encoding)}",
                path=self.path,
                line_number=line,
            ) from error
        except UnicodeError as error:
            raise WrongEncoding(
                f"cannot be read as {self._encoding} ({error}). {_other_encoding(self._encoding)}",
                path=self.path,
                line_number=self._lines_decoded + 1,
            ) from error

    def _refuse_nul(self, text: str) -> None:
        raise NotCsv(
            "has a NUL byte: it is binary, damaged, or text in UTF-16 without a byte order mark "
            "(then give the encoding utf-16-le)",
            path=self.path,
            line_number=self._lines_decoded + 1 + _line_ends(text[: text.index("\0")]),
        )

    def _refuse_endless(self, lines: list[str]) -> None:
        if max(map(len, lines)) > MAXIMUM_LINE:
            index = next(i for i, line in enumerate(lines) if len(line) > MAXIMUM_LINE)
            raise NotCsv(
                f"the line is longer than {MAXIMUM_LINE:,} characters: this is no such table, "
                "or its line ends are lost",
                path=self.path,
                line_number=self._lines_decoded + 1 + index,
            )


def _open_without_waiting(path: str, flags: int) -> int:
    # A named pipe without a writer would otherwise block for ever.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _why_unreadable(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, IsADirectoryError):
        return "is a directory; name the file in it"
    if isinstance(error, PermissionError):
        return "may not be read by this user"
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return f"cannot be read ({reason})"


def _line_ends(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def _other_encoding(encoding: str) -> str:
    if codecs.lookup(encoding).name == "utf-8":
        return "If the file comes from an older Windows program, give the encoding cp1252"
    return "Give the encoding that the file was written in, for example utf-8"
