"""The files of backups: each comes to be under a name of its own, and is there whole or not."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from onhand.ledger.faults import StorageFull

Advance = Callable[[int, int], None]
"""Told how much of a copy is made, and how much there is in all."""

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EACCES}


class BackupRefused(Exception):
    """Nothing was backed up, or nothing restored; the message says why, and what to do."""


@contextmanager
def becoming(file: Path) -> Iterator[Path]:
    """A new file beside `file`, readable by its owner alone, that gets its name after the block.

    Raises `BackupRefused` where something has that name. Whatever the block raises, nothing is left
    behind.
    """
    # A link that leads nowhere is something, too.
    if os.path.lexists(file):
        raise BackupRefused(f"{file} is there already, and is never overwritten: name another")
    try:
        handle, name = tempfile.mkstemp(".part", f".{file.name}.", file.parent)
    except OSError as error:
        raise BackupRefused(f"Cannot write into {file.parent}: {error.strerror}") from error
    os.close(handle)
    part = Path(name)
    try:
        yield part
        _keep(part)
        _name(part, file)
        _keep(file.parent)
    except OSError as error:
        raise StorageFull(f"Cannot write {file}: {error.strerror}") from error
    finally:
        for path in (part, *(Path(f"{part}{end}") for end in ("-wal", "-shm", "-journal"))):
            path.unlink(missing_ok=True)


def _name(part: Path, file: Path) -> None:
    try:
        # Unlike a renaming, a link is not made over what somebody else has put there meanwhile.
        os.link(part, file)
    except FileExistsError:
        raise BackupRefused(f"{file} is there already, and is never overwritten") from None
    except OSError as error:
        if error.errno not in _NO_LINKS or os.path.lexists(file):
            raise
        part.rename(file)


def _keep(path: Path) -> None:
    """Have the system write a file, or a folder's names, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
