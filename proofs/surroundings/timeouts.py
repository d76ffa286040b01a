"""PostgreSQL gives up: limits that its administrator set, and statements that somebody cancels.

A server's sessions bring limits of their own, so a low one set for the database or the user is not
theirs. What is cancelled is tried again; what stays too slow is told.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from proofs.ground import Ground
from proofs.result import Result
from proofs.surroundings.trial import Promise, endure
from tests.support.postgres import DatabaseServer

ENDED = Promise(("unavailable", "commit_unknown"), ("unavailable",), within_s=10, noticed=False)
"""Sessions that are ended may be in the middle of a commit, or be ended again before they are used.

The limits themselves are nobody's business.
"""

CANCELLED = Promise(("busy",), within_s=10, noticed=False)
SLOW = Promise(("busy",), within_s=70, recovery_s=35)
"""One behind another waits for both, and for what was begun before the fault ended."""

LOW = {
    "statement_timeout": "1ms",
    "lock_timeout": "1ms",
    "idle_in_transaction_session_timeout": "1ms",
    "idle_session_timeout": "20ms",
}
"""What the administrator sets; the last one does end sessions, between two batches."""

CANCEL_EVERY_S = 0.05


def run_low(ground: Ground, lasts_s: float) -> Result:
    """The administrator sets every limit low, and ends the sessions that did not know of it."""
    result = Result("low timeouts set by the administrator: PostgreSQL")
    assert ground.postgresql is not None
    server = ground.serve()
    name = urlsplit(ground.url).path.removeprefix("/")
    endure(result, ground, server, _low(ground.postgresql, name), ENDED, lasts_s=lasts_s)
    return result


def run_cancelled(ground: Ground, lasts_s: float) -> Result:
    """Somebody cancels whatever statement the server runs, many times a second."""
    result = Result("statements cancelled by the administrator: PostgreSQL")
    assert ground.postgresql is not None
    server = ground.serve()
    name = urlsplit(ground.url).path.removeprefix("/")
    endure(result, ground, server, _cancelling(ground.postgresql, name), CANCELLED, lasts_s=lasts_s)
    return result


def run_slow(ground: Ground, lasts_s: float) -> Result:
    """Writing takes for ever, as on a disk that hangs: the writer's own limit ends it."""
    result = Result("a statement that takes for ever: PostgreSQL")
    server = ground.serve()
    endure(result, ground, server, _for_ever(ground.url), SLOW, lasts_s=lasts_s)
    return result


@contextmanager
def _low(postgresql: DatabaseServer, name: str) -> Iterator[None]:
    end = sql.SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}")
    put = sql.SQL("ALTER DATABASE {} SET {} = {}")
    for setting, value in LOW.items():
        postgresql.execute(
            put.format(sql.Identifier(name), sql.Identifier(setting), sql.Literal(value))
        )
    postgresql.execute(end.format(sql.Literal(name)))
    try:
        yield
    finally:
        postgresql.execute(sql.SQL("ALTER DATABASE {} RESET ALL").format(sql.Identifier(name)))


@contextmanager
def _cancelling(postgresql: DatabaseServer, name: str) -> Iterator[None]:
    ended = threading.Event()
    cancel = sql.SQL(
        "SELECT pg_cancel_backend(pid) FROM pg_stat_activity"
        " WHERE datname = {} AND application_name = 'onhand-writer'"
    ).format(sql.Literal(name))

    def work() -> None:
        with psycopg.connect(postgresql.admin_url, autocommit=True) as admin:
            while not ended.wait(CANCEL_EVERY_S):
                admin.execute(cancel)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@contextmanager
def _for_ever(url: str) -> Iterator[None]:
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(
            "CREATE FUNCTION hang() RETURNS trigger LANGUAGE plpgsql"
            " AS 'BEGIN PERFORM pg_sleep(1000); RETURN NEW; END'"
        )
        owner.execute(
            "CREATE TRIGGER hang BEFORE INSERT ON movements FOR EACH ROW EXECUTE FUNCTION hang()"
        )
        yield
        owner.execute("DROP FUNCTION hang CASCADE")
