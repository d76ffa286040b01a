"""Reading a table row by row, whatever format it is in: that is told by its content.

Every failure is a FileProblem.
"""

from __future__ import annotations

from os import PathLike, fspath
from pathlib import Path

from onhand.files.formats.raw import RawTable, TableOptions

__all__ = ["open_table"]


def open_table(path: str | PathLike[str], options: TableOptions) -> RawTable:
    """Opens a file by what it begins with."""
    from onhand.files.formats.csv_rows import CsvRows
    from onhand.files.formats.parquet_rows import ParquetRows
    from onhand.files.formats.xlsx_rows import XlsxRows

    start = _start_of(path)
    if start.startswith(b"PK\x03\x04"):
        return XlsxRows(fspath(path), options.sheet)
    if start.startswith(b"PAR1"):
        return ParquetRows(fspath(path))
    return CsvRows(fspath(path), options)


def _start_of(path: str | PathLike[str]) -> bytes:
    try:
        if not Path(path).is_file():
            return b""
        with Path(path).open("rb") as file:
            return file.read(4)
    except (OSError, ValueError):
        return b""  # whoever reads CSV tells what is wrong with the file
