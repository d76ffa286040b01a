"""A disk, or a database, that may only be read: commands are told so, reads go on, until it may.

On SQLite the files are sealed under the running server, as when a failing disk is made read-only
by the system; on PostgreSQL it is a setting, as on a standby that has not taken over yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from psycopg import sql

from proofs.ground import Ground, Kind
from proofs.result import Result
from proofs.surroundings.trial import Promise, endure
from proofs.surroundings.volumes import sealed
from tests.support.postgres import DatabaseServer

TOLD = Promise(("storage_full", "commit_unknown"), within_s=10)
"""It may begin in the middle of a commit."""


def run(ground: Ground, lasts_s: float) -> Result:
    """A database that may not be written to for a while."""
    result = Result(f"a read-only disk: {ground.kind}")
    server = ground.serve()
    if ground.kind is Kind.sqlite:
        file = Path(ground.url.removeprefix("sqlite:///"))
        fault = sealed([file, Path(f"{file}-wal")])
        endure(result, ground, server, fault, TOLD, lasts_s=lasts_s)
    else:
        assert ground.postgresql is not None
        name = urlsplit(ground.url).path.removeprefix("/")
        endure(result, ground, server, only_read(ground.postgresql, name), TOLD, lasts_s=lasts_s)
    return result


@contextmanager
def only_read(postgresql: DatabaseServer, name: str) -> Iterator[None]:
    """Sessions of a database may only read; those that were there before end."""
    setting = sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = {}")
    end = sql.SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}")
    postgresql.execute(setting.format(sql.Identifier(name), sql.SQL("on")))
    postgresql.execute(end.format(sql.Literal(name)))
    try:
        yield
    finally:
        # A session keeps what it began with: it takes a new one to see that writing is allowed.
        postgresql.execute(setting.format(sql.Identifier(name), sql.SQL("off")))
