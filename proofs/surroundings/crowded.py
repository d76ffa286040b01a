"""PostgreSQL takes no more connections: all are used by others.

What a server has already stays its own. What it lost, or did not have yet, it cannot get: commands
are told so, and it comes back by itself as soon as there is a connection.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from proofs.ground import Ground
from proofs.result import Result
from proofs.surroundings.trial import Promise, endure
from tests.support.postgres import DatabaseServer

GONE = 5
"""Looks in a row that find no session of the database."""

KEPT = Promise(commands=(), within_s=10)
LOST = Promise(
    commands=("unavailable", "commit_unknown"), reads=("unavailable", "busy"), within_s=10
)


def run_kept(ground: Ground, lasts_s: float) -> Result:
    """Others take every connection that is left while a server has its own."""
    result = Result("too many connections: PostgreSQL, the server has its own")
    assert ground.postgresql is not None
    server = ground.serve()
    endure(result, ground, server, crowd(ground.postgresql), KEPT, lasts_s=lasts_s)
    return result


def run_lost(ground: Ground, lasts_s: float) -> Result:
    """Others take every connection, those that a server has lost included."""
    result = Result("too many connections: PostgreSQL, the server has lost its own")
    assert ground.postgresql is not None
    server = ground.serve()
    name = urlsplit(ground.url).path.removeprefix("/")
    endure(result, ground, server, crowd(ground.postgresql, ending=name), LOST, lasts_s=lasts_s)
    with crowd(ground.postgresql):
        command = [sys.executable, "-m", "onhand", "serve", "--port", "1", "--database", ground.url]
        told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    lines = told.stderr.splitlines()
    result.check(told.returncode == 1, f"a server started meanwhile ended with {told.returncode}")
    result.check(len(lines) == 1, f"a server started meanwhile said: {told.stderr}")
    return result


@contextmanager
def crowd(postgresql: DatabaseServer, ending: str = "") -> Iterator[None]:
    """All connections are in use meanwhile; sessions of the database `ending` end at the start."""
    end = sql.SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}")
    with psycopg.connect(postgresql.admin_url, autocommit=True) as admin, ExitStack() as taken:
        _take_all(postgresql.admin_url, taken)
        gone = 0 if ending else GONE
        while gone < GONE:
            # A session that ends leaves its place a little later: to us, or to who comes first.
            ended = admin.execute(end.format(sql.Literal(ending))).rowcount
            time.sleep(0.02)
            _take_all(postgresql.admin_url, taken)
            gone = 0 if ended else gone + 1
        yield


def _take_all(url: str, taken: ExitStack) -> None:
    while True:
        try:
            taken.enter_context(psycopg.connect(url, autocommit=True))
        except psycopg.OperationalError:
            return
