"""Database URLs, and SQLAlchemy engines for reads and administration (the hot path has its own).

    sqlite:///onhand.db    a file beside where we are; sqlite:////var/lib/onhand.db an absolute one
    postgresql://user:password@host:5432/onhand    postgres:// means the same

A read engine cannot write: `query_only` on SQLite, read-only transactions on PostgreSQL. It runs
each statement by itself, without BEGIN and COMMIT around it, and a read that finds its connection
gone is run once more on a fresh one (`SqlReads`): cheaper than asking each connection beforehand.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from sqlalchemy import URL, Connection, Dialect, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool, QueuePool

from onhand.ledger.faults import StoreUnavailable
from onhand.store.patience import CONNECT_TIMEOUT_S

BUSY_TIMEOUT_MS = 5_000
READ_TIMEOUT_S = 10.0
OLDEST_SQLITE = (3, 35)


class BadDatabaseUrl(ValueError):
    """A database URL that we cannot use; the message says why, without its password."""


@dataclass(frozen=True, slots=True)
class Database:
    """A database as its URL names it. `path` is set for SQLite, `url` for PostgreSQL."""

    kind: Literal["sqlite", "postgresql"]
    path: Path | None
    url: URL | None

    @property
    def file(self) -> Path:
        """The SQLite file; only for that kind."""
        assert self.path is not None
        return self.path

    @property
    def conninfo(self) -> str:
        """What psycopg connects to, password included; only for PostgreSQL."""
        assert self.url is not None
        return self.url.set(drivername="postgresql").render_as_string(hide_password=False)

    def session_options(self, session: Mapping[str, str]) -> str:
        """What a session begins with: what the URL asks for, then what we do; for PostgreSQL."""
        assert self.url is not None
        given = str(self.url.query.get("options", ""))
        ours = " ".join(f"-c {name}={value}" for name, value in session.items())
        return f"{given} {ours}".strip()

    def __str__(self) -> str:
        """The database, for people: never with its password."""
        if self.url is None:
            return f"sqlite:///{self.path}"
        return self.url.set(drivername="postgresql", query={}).render_as_string(hide_password=True)

    def __repr__(self) -> str:
        """The same as for people, so that no log tells a password."""
        return f"Database({self})"


def parse_database(url: str) -> Database:
    """Understand a database URL; `BadDatabaseUrl` where it is none we can use."""
    scheme, separator, _ = url.strip().partition("://")
    if scheme == "sqlite" and separator:
        return Database("sqlite", _sqlite_path(url.strip()), None)
    if scheme in ("postgresql", "postgres") and separator:
        return Database("postgresql", None, _postgresql_url(url.strip()))
    named = f"'{scheme}://' is none we know" if separator else "it has no scheme"
    raise BadDatabaseUrl(
        f"The database URL must start with sqlite:/// or postgresql://; {named}."
        " For a file write sqlite:///onhand.db"
    )


def read_engine(
    database: Database, *, pool_size: int = 8, statement_timeout_s: float = READ_TIMEOUT_S
) -> Engine:
    """A pooled engine that reads; each statement is its own transaction."""
    options: dict[str, Any] = {
        "isolation_level": "AUTOCOMMIT",
        "skip_autocommit_rollback": True,
        "poolclass": QueuePool,
        "pool_size": pool_size,
        "max_overflow": 2 * pool_size,
        "pool_timeout": CONNECT_TIMEOUT_S,
    }
    if database.kind == "sqlite":
        return _sqlite_engine(database.file, read_only=True, **options)
    session = {
        "statement_timeout": f"{int(statement_timeout_s * 1000)}",
        "default_transaction_read_only": "on",
        "timezone": "UTC",
        # Compiling a plan takes longer than any of ours runs.
        "jit": "off",
    }
    return _postgresql_engine(database, session, **options)


def admin_engine(database: Database) -> Engine:
    """An engine for rare work that writes: migrations, API keys. It keeps no connection open."""
    if database.kind == "sqlite":
        return _sqlite_engine(database.file, read_only=False, poolclass=NullPool)
    return _postgresql_engine(database, {}, poolclass=NullPool)


def progress_engine(database: Database) -> Engine:
    """An engine for what is written often, and may be lost with the power: it waits for no disk.

    It keeps one connection. What others commit is as durable as ever.
    """
    options = {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0}
    if database.kind == "sqlite":
        engine = _sqlite_engine(database.file, read_only=False, **options)
        event.listen(engine, "connect", _sync_at_checkpoints)
        return engine
    return _postgresql_engine(database, {"synchronous_commit": "off"}, **options)


def sqlite_connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """A SQLite connection as everything here but the writer uses it, one thread at a time.

    A reader never makes a file that is not there; a writer does, in WAL mode.
    """
    require_sqlite()
    mode = "rw" if read_only else "rwc"
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}",
        uri=True,
        timeout=BUSY_TIMEOUT_MS / 1000,
        check_same_thread=False,
        isolation_level=None,
    )
    try:
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA foreign_keys=ON")
        if read_only:
            connection.execute("PRAGMA query_only=ON")
            # SQLite's own functions know the case of ASCII letters only.
            connection.create_function("casefold", 1, _casefold, deterministic=True)
        else:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.close()
        raise
    return connection


def _casefold(text: str | None) -> str | None:
    return None if text is None else text.casefold()


def require_sqlite(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> None:
    """Refuse a SQLite library that lacks what the ledger's statements use."""
    if version < OLDEST_SQLITE:
        needed, found = (".".join(map(str, parts)) for parts in (OLDEST_SQLITE, version))
        raise StoreUnavailable(f"Onhand needs SQLite {needed} or newer; Python here has {found}")


def _sqlite_engine(path: Path, *, read_only: bool, **options: Any) -> Engine:
    require_sqlite()
    engine = create_engine(
        "sqlite+pysqlite://",
        creator=lambda: sqlite_connect(path, read_only=read_only),
        **options,
    )
    if not read_only:
        # The driver's own BEGIN is deferred: of two that read, then write, one would fail.
        event.listen(engine, "begin", _begin_immediate)
    return engine


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _sync_at_checkpoints(connection: sqlite3.Connection, _: object) -> None:
    connection.execute("PRAGMA synchronous=NORMAL")


def _postgresql_engine(database: Database, session: dict[str, str], **options: Any) -> Engine:
    assert database.url is not None
    connect = {"application_name": "onhand", "options": database.session_options(session)}
    engine = create_engine(database.url, connect_args=connect, use_native_hstore=False, **options)
    event.listen(engine, "do_connect", _connect_patiently)
    return engine


def _connect_patiently(_: Dialect, __: object, given: Sequence[Any], named: dict[str, Any]) -> Any:
    # Its driver takes 9 MB: it is loaded only where that database is used.
    from onhand.store.postgresql.patience import PatientConnection

    return PatientConnection.connect(*given, **named)


def _sqlite_path(url: str) -> Path:
    parts = urlsplit(url)
    if parts.netloc or parts.query or parts.fragment:
        raise BadDatabaseUrl(
            "A SQLite URL is sqlite:///onhand.db or sqlite:////absolute/path/onhand.db,"
            " with nothing before or after the path"
        )
    name = url.removeprefix("sqlite://").removeprefix("/")
    if name in ("", ":memory:"):
        raise BadDatabaseUrl(
            "A ledger in memory would be lost at the end: name a file, as in sqlite:///onhand.db"
        )
    return Path(name).expanduser()


def _postgresql_url(url: str) -> URL:
    try:
        parsed = make_url(url.replace("postgres://", "postgresql://", 1))
    except (ArgumentError, ValueError):
        raise BadDatabaseUrl(
            "The PostgreSQL URL cannot be read; it is postgresql://user:password@host:port/database,"
            " with special characters of the password percent-encoded"
        ) from None
    if not parsed.database:
        raise BadDatabaseUrl("The PostgreSQL URL names no database: postgresql://host/database")
    return parsed.set(drivername="postgresql+psycopg")
