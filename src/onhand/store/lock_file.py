"""A lock file: which one process may write to a SQLite database.

The operating system lets go of the lock when its process ends, however it ends, so a file left
behind by a crash locks nobody out.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, Self

from onhand.ledger.faults import StorageFull

if os.name == "posix":
    import fcntl


class AlreadyOpen(Exception):
    """Another process writes to this database."""


def database_lock(database: Path) -> LockFile:
    """The lock of whoever writes to a database file."""
    return LockFile(Path(f"{database}.lock"))


class LockFile:
    """An exclusive lock by a file of its own."""

    def __init__(self, path: Path) -> None:
        """Name the file; nothing is locked yet."""
        self._path = path
        self._file: IO[str] | None = None

    def acquire(self) -> Self:
        """Take the lock, or raise `AlreadyOpen` with the holder's process number."""
        try:
            file = self._path.open("a+")
        except OSError as error:
            raise StorageFull(f"Cannot write {self._path}: {error.strerror}") from error
        try:
            if os.name == "posix":
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            file.close()
            raise AlreadyOpen(
                f"Another Onhand process ({holder}) has {self._path.with_suffix('')} open."
                " Stop it first, or use its API; several servers can share one PostgreSQL."
            ) from None
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        self._file = file
        return self

    def release(self) -> None:
        """Give the lock back."""
        if self._file is not None:
            self._file.close()
            self._file = None
