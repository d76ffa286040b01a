"""What can be wrong with a file as a whole. A wrong row is no exception but a `records.Problem`.

    FileProblem                 every one of them; `path` and, where one is to blame, `line_number`
    ├── FileUnreadable          missing, a directory, not permitted, not a plain file, a disk error
    ├── NotCsv                  empty, binary, a workbook, NUL bytes, a line or a field without end
    ├── DamagedGzip             a .gz that is cut short or does not add up
    ├── WrongEncoding           a byte that the encoding does not know
    ├── WrongColumns            a mapped column is missing from the header, or stands there twice
    ├── WrongOption             a mapping, pattern, timezone or other option that makes no sense
    │   └── NoSuchName          a product, warehouse or supplier that there is not
    ├── WrongWorkbook           an XLSX file that is damaged, protected, or no workbook
    ├── WrongParquet            a Parquet file that is damaged, or takes too much memory to read
    ├── TooLarge                more rows, columns or bytes than may be; a file packed to deceive
    ├── TooManyRows             more rows than the format that they shall be written in has room for
    ├── LibraryMissing          a format whose library is not installed
    ├── FileChanged             not the file any more that an earlier pass or import read
    ├── OtherOptions            imported before, but read another way
    ├── ImportUnderWay          another process imports the same file just now
    └── Unwritable              a file cannot be written
        └── ReportUnwritable    the report cannot

Each message names the file, the line where there is one, and what to do about it.
"""

from __future__ import annotations

from os import PathLike, fspath

__all__ = [
    "DamagedGzip",
    "FileChanged",
    "FileProblem",
    "FileUnreadable",
    "ImportUnderWay",
    "LibraryMissing",
    "NoSuchName",
    "NotCsv",
    "OtherOptions",
    "ReportUnwritable",
    "TooLarge",
    "TooManyRows",
    "Unwritable",
    "WrongColumns",
    "WrongEncoding",
    "WrongOption",
    "WrongParquet",
    "WrongWorkbook",
]


class FileProblem(Exception):
    """A file, or what was said about it, cannot be used. Nothing was changed by finding out.

    `message` is a sentence for a person; `path` is empty for a wrong option, `line_number` counts
    the file's physical lines from 1 (the header) and is None where no line is to blame.
    """

    def __init__(
        self,
        message: str,
        *,
        path: str | PathLike[str] = "",
        line_number: int | None = None,
    ) -> None:
        self.message = message
        self.path = fspath(path)
        self.line_number = line_number
        super().__init__(str(self))

    def __str__(self) -> str:
        where = self.path
        if self.line_number is not None:
            where += f", line {self.line_number:,}"
        return f"{where}: {self.message}" if where else self.message


class FileUnreadable(FileProblem):
    """The file is not there, or cannot be opened or read."""


class NotCsv(FileProblem):
    """The content is no CSV text."""


class DamagedGzip(FileProblem):
    """The compressed file is cut short or corrupt."""


class WrongEncoding(FileProblem):
    """A byte does not belong to the file's encoding."""


class WrongColumns(FileProblem):
    """The header lacks a column that the mapping names, or has it twice."""


class WrongOption(FileProblem):
    """An option makes no sense, whatever the file."""


class NoSuchName(WrongOption):
    """Rows of something are asked for that there is not; `field` is what it is."""

    def __init__(self, field: str, name: str) -> None:
        self.field = field
        super().__init__(f"There is no {field.replace('sku', 'product with the SKU')} {name}")


class FileChanged(FileProblem):
    """Lines that were read, or imported, before are others now: which are new cannot be told."""


class OtherOptions(FileProblem):
    """The file was imported with another mapping, other options or for another warehouse."""


class ImportUnderWay(FileProblem):
    """Another process imports the same file at the same time; nothing was posted twice."""


class WrongWorkbook(FileProblem):
    """The file is no workbook that can be read."""


class WrongParquet(FileProblem):
    """The file is no Parquet that can be read."""


class TooLarge(FileProblem):
    """The file holds more than may be read."""


class TooManyRows(FileProblem):
    """The format has no room for so many rows."""


class LibraryMissing(FileProblem):
    """The format's library is not installed."""


class Unwritable(FileProblem):
    """A file cannot be written."""


class ReportUnwritable(Unwritable):
    """The file for the report of problems cannot be written."""
