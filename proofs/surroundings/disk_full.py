"""A full disk: commands are told so and change nothing, reads go on; room makes all well.

Really full where the machine lets us mount a small volume; else the server's process is told that
no file may grow, which gives it the same error.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil

from proofs.ground import Ground, Kind
from proofs.result import Result
from proofs.surroundings.trial import Promise, endure
from proofs.surroundings.volumes import filled, mounted
from tests.support.postgres import PostgreSQLServer
from tests.support.server import OnhandServer

LIMIT_BYTES = 64 * 1024
SQLITE_MEBIBYTES = 128
ROOM_MEBIBYTES = 24
"""Room beside a PostgreSQL cluster's own files."""

TOLD = Promise(("storage_full",), within_s=10)
BROKEN = Promise(("storage_full", "commit_unknown"), within_s=10)
"""A limit of files looks like a disk that fails: what was being committed may lie in the log."""


def run_limited(ground: Ground, lasts_s: float) -> Result:
    """No file of a server on SQLite may grow."""
    result = Result("a full disk, as a limit of files: sqlite")
    server = ground.serve()
    log = Path(ground.url.removeprefix("sqlite:///") + "-wal")
    endure(result, ground, server, _limited(server, log), BROKEN, lasts_s=lasts_s)
    return result


def run_full(ground: Ground, lasts_s: float) -> Result:
    """The database's volume has no byte left."""
    result = Result(f"a full disk: {ground.kind}")
    if ground.kind is Kind.sqlite:
        volume = ground.folder / "volume"
        volume.mkdir()
        with mounted(volume, SQLITE_MEBIBYTES):
            there = replace(ground, url=f"sqlite:///{volume / 'onhand.db'}")
            server = there.serve()
            endure(result, there, server, filled(volume), TOLD, lasts_s=lasts_s)
            server.stop()
    else:
        assert ground.postgresql is not None
        with on_small_volume(ground.postgresql):
            server = ground.serve()
            fault = filled(ground.postgresql.data)
            endure(result, ground, server, fault, TOLD, lasts_s=lasts_s)
            server.stop()
    return result


@contextmanager
def _limited(server: OnhandServer, log: Path) -> Iterator[None]:
    assert server.process is not None
    process = psutil.Process(server.process.pid)
    _, most = process.rlimit(psutil.RLIMIT_FSIZE)
    process.rlimit(psutil.RLIMIT_FSIZE, (log.stat().st_size + LIMIT_BYTES, most))
    try:
        yield
    finally:
        process.rlimit(psutil.RLIMIT_FSIZE, (most, most))


@contextmanager
def on_small_volume(postgresql: PostgreSQLServer) -> Iterator[None]:
    """A cluster's files lie on a volume with little room beside them, meanwhile."""
    postgresql.stop()
    before = postgresql.data.with_name("data.before")
    about = postgresql.data.stat()
    postgresql.data.rename(before)
    postgresql.data.mkdir(mode=0o700)
    shutil.chown(postgresql.data, about.st_uid, about.st_gid)
    size = sum(file.stat().st_size for file in before.rglob("*")) // 2**20 + ROOM_MEBIBYTES
    try:
        with mounted(postgresql.data, size):
            shutil.copytree(before, postgresql.data, dirs_exist_ok=True)
            for file in postgresql.data.rglob("*"):
                shutil.chown(file, about.st_uid, about.st_gid)
            try:
                postgresql.start()
                yield
            finally:
                postgresql.kill()
    finally:
        postgresql.data.rmdir()
        before.rename(postgresql.data)
        postgresql.start()
