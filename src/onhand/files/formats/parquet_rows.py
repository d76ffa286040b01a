"""A Parquet file as rows, taken apart by another process (`parquet_child`)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from onhand.files.cells import Cell, is_blank
from onhand.files.formats.limits import MOST_COLUMNS, MOST_ROWS
from onhand.files.formats.parquet_child import MEMORY_BYTES
from onhand.files.formats.parquet_file import libraries
from onhand.files.formats.raw import RawRow
from onhand.files.harmless import harmless
from onhand.files.problems import FileProblem, TooLarge, WrongParquet

__all__ = ["ParquetRows"]

LONGEST_MESSAGE = 256 * 1024**2
END_PATIENCE_S = 5


class ParquetRows:
    """A Parquet file."""

    def __init__(self, path: str) -> None:
        libraries()
        self.path = path
        self.size_bytes = Path(path).stat().st_size
        self._is_done = False
        self._child = subprocess.Popen(
            [sys.executable, "-P", "-m", "onhand.files.formats.parquet_child", path],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        try:
            kind, *told = self._message()
            if kind != "header":
                raise self._wrong(told[0])
            if len(told[0]) > MOST_COLUMNS:
                raise TooLarge(f"has more than {MOST_COLUMNS} columns", path=path)
            self.header: Sequence[Cell] = told[0]
        except BaseException:
            self._end()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    @property
    def bytes_read(self) -> int:
        """All of it when it is done; how far it is before cannot be told."""
        return self.size_bytes if self._is_done else 0

    def rows(self) -> Iterator[RawRow]:
        """The rows, the first one being row 2 as if the header were row 1."""
        number = 1
        while (message := self._message())[0] == "rows":
            for cells in message[1]:
                number += 1
                if number > MOST_ROWS:
                    raise TooLarge(f"has more than {MOST_ROWS:,} rows", path=self.path)
                # Its texts stand as they are; what reads cells expects them marked.
                marked = [harmless(cell) if type(cell) is str else cell for cell in cells]
                if not all(map(is_blank, marked)):
                    yield RawRow(number, marked)
        if message[0] != "end":
            raise self._wrong(message[1])
        self._is_done = True

    def _message(self) -> list[Any]:
        pipe = self._child.stdout
        assert pipe is not None
        length = int.from_bytes(pipe.read(4), "big")
        payload = pipe.read(length) if 0 < length <= LONGEST_MESSAGE else b""
        if not payload or len(payload) < length:
            raise self._wrong(
                f"to read it takes more than {MEMORY_BYTES // 1024**2:,} MiB of memory, or it is"
                " damaged: write it in smaller row groups, or as CSV"
            )
        message: list[Any] = msgspec.msgpack.decode(payload)
        return message

    def _wrong(self, how: str) -> FileProblem:
        return WrongParquet(f"is no Parquet that can be read: {how}", path=self.path)

    def _end(self) -> None:
        if self._child.stdout is not None:
            self._child.stdout.close()
        self._child.kill()
        self._child.wait(END_PATIENCE_S)
