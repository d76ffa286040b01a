"""Chaos: what happens to servers while clients ask of them.

One server is killed and started again, while the others go on; on PostgreSQL the database also ends
the sessions that the servers write through.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from random import Random

import psycopg

from proofs.ground import Ground, Kind
from proofs.result import Result
from tests.support.server import OnhandServer

START_PATIENCE_S = 120
"""How soon a server is back is no part of this promise, and clients keep the machine busy."""

_END_SESSIONS = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE application_name = 'onhand-writer' AND datname = current_database()"
)


class Countdown:
    """Over when so many operations have come to an end, known or not."""

    def __init__(self, operations: int) -> None:
        self.over = asyncio.Event()
        self._left = operations

    def tick(self) -> None:
        """One more has."""
        self._left -= 1
        if self._left <= 0:
            self.over.set()


async def trouble(
    ground: Ground,
    servers: Sequence[OnhandServer],
    random: Random,
    due: Countdown,
    result: Result,
) -> None:
    """Make trouble once, when it is due; back when all servers run."""
    await due.over.wait()
    await asyncio.to_thread(_kill_and_start, random.choice(servers))
    result.count("servers killed and started")
    if ground.kind is Kind.postgresql:
        ended = await asyncio.to_thread(_end_sessions, ground.url)
        result.count("database sessions ended", ended)


def _kill_and_start(server: OnhandServer) -> None:
    server.kill()
    server.start(wait=False)
    server.await_ready(START_PATIENCE_S)


def _end_sessions(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(_END_SESSIONS).fetchone()
        return int(row[0]) if row else 0
