"""Volumes that fill up, and files that may no longer be written to, where the machine lets us."""

from __future__ import annotations

import errno
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

CHUNK = 64 * 1024


@cache
def may_mount() -> bool:
    """Whether this user may mount a volume here."""
    if os.geteuid() != 0:
        return False
    with tempfile.TemporaryDirectory() as folder:
        try:
            with mounted(Path(folder), 1):
                return True
        except (OSError, subprocess.CalledProcessError):
            return False


@contextmanager
def mounted(folder: Path, mebibytes: int) -> Iterator[None]:
    """A small volume of its own at a folder; its files are gone afterwards."""
    about = folder.stat()
    owned = f"size={mebibytes}m,uid={about.st_uid},gid={about.st_gid},mode=0700"
    _run("mount", "-t", "tmpfs", "-o", owned, "onhand-proof", str(folder))
    try:
        yield
    finally:
        _run("umount", "--lazy", str(folder))


@contextmanager
def filled(volume: Path) -> Iterator[None]:
    """No byte is free on a volume meanwhile."""
    filler = volume / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (CHUNK, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
    try:
        yield
    finally:
        filler.unlink()


@cache
def may_seal() -> bool:
    """Whether files can be sealed here: even who has one open cannot write to it then."""
    with tempfile.NamedTemporaryFile() as file:
        try:
            with sealed([Path(file.name)]):
                file.write(b"x")
                file.flush()
        except PermissionError:
            return True
        except (OSError, subprocess.CalledProcessError):
            return False
        return False


@contextmanager
def sealed(paths: list[Path]) -> Iterator[None]:
    """Nobody can write to these files and folders meanwhile, root and open files included."""
    done: list[Path] = []
    try:
        for path in paths:
            _run("chattr", "+i", str(path))
            done.append(path)
        yield
    finally:
        for path in done:
            with suppress(FileNotFoundError):
                _run("chattr", "-i", str(path))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
