"""Patience with PostgreSQL: how long a server that says nothing is waited for.

One that closes the connection is known to be gone at once. One that is only silent may be at work,
or frozen, or cut off, with nobody left to say so. After a while of silence it is asked for another
connection: where it does not answer that either, it is taken for lost. psycopg itself would wait
for ever, and with it whoever holds the store.
"""

from __future__ import annotations

import select
import time
from typing import Any, Self

import psycopg
from psycopg.abc import PQGen

from onhand.store.patience import CONNECT_TIMEOUT_S

QUIET_S = 5
"""So long a silence is nothing; then it is asked, and again after as long."""

SILENCE_TIMEOUT_S = 40
"""After that long without a word it is taken for lost, even if it takes connections; its own limits
on statements are shorter."""

UNHEARD_TIMEOUT_S = 15
"""So long may what was sent go unacknowledged by the other machine's system."""

_EVENTS = {1: select.POLLIN, 2: select.POLLOUT, 3: select.POLLIN | select.POLLOUT}


class ServerSilent(psycopg.OperationalError):
    """The server does not answer any more; the connection was closed."""


class PatientConnection(psycopg.Connection[Any]):
    """A connection that waits for its server as told above, whatever it waits for."""

    _reached_by: tuple[str, dict[str, Any]]

    @classmethod
    def connect(cls, conninfo: str = "", **options: Any) -> Self:
        """Connect as psycopg does."""
        limits = {
            "connect_timeout": CONNECT_TIMEOUT_S,
            "tcp_user_timeout": UNHEARD_TIMEOUT_S * 1000,
            # Nor does an idle connection outlive the other machine by hours.
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
        }
        connection = super().connect(conninfo, **limits | options)
        context = ("context", "autocommit", "prepare_threshold")
        asked = {name: value for name, value in options.items() if name not in context}
        connection._reached_by = (conninfo, limits | asked)
        return connection

    def await_events(self, poll: select.poll) -> list[tuple[int, int]]:
        """What `poll` waits for. Raises `ServerSilent`, and closes the connection."""
        give_up_at = time.monotonic() + SILENCE_TIMEOUT_S
        while time.monotonic() < give_up_at:
            events = poll.poll(QUIET_S * 1000)
            if events:
                return events
            if not self._is_there():
                break
        self.close()
        raise ServerSilent("the server does not answer")

    def wait(self, gen: PQGen[Any], interval: float = 0.0, timeout: float | None = None) -> Any:
        """Carry out what psycopg would do; it says when it waits for the server."""
        poll = select.poll()
        try:
            wanted = next(gen)
            while True:
                poll.register(self.pgconn.socket, _EVENTS[wanted])
                [(_, event)] = self.await_events(poll)
                ready = (1 if event & select.POLLIN else 0) | (2 if event & select.POLLOUT else 0)
                # An error of the socket is found out by whoever uses it next.
                wanted = gen.send(ready or wanted)
        except StopIteration as end:
            return end.value

    def _is_there(self) -> bool:
        conninfo, options = self._reached_by
        try:
            psycopg.connect(conninfo, **options).close()
        except psycopg.errors.ConnectionTimeout:
            return False
        except psycopg.Error:
            # It said no, or nobody is there to say anything: then this connection breaks by itself.
            return True
        return True
