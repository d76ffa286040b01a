"""URLs are understood, drivers' errors become faults, and reads come back after an outage."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as PoolTimeout

from onhand.ledger import faults
from onhand.store.engine import (
    BadDatabaseUrl,
    admin_engine,
    parse_database,
    read_engine,
    require_sqlite,
    sqlite_connect,
)
from onhand.store.errors import faults_translated, translated
from onhand.store.migrate import migrate
from onhand.store.reads import SqlReads
from tests.support.postgres import PostgreSQLServer


def test_sqlite_urls() -> None:
    assert parse_database("sqlite:///onhand.db").file == Path("onhand.db")
    assert parse_database("sqlite:////var/lib/onhand.db").file == Path("/var/lib/onhand.db")
    assert str(parse_database("sqlite:////var/onhand.db")) == "sqlite:////var/onhand.db"


def test_postgresql_urls() -> None:
    for scheme in ("postgres", "postgresql"):
        database = parse_database(f"{scheme}://me:s%40fe@db:5433/stock?sslmode=require")
        assert database.kind == "postgresql"
        assert database.conninfo == "postgresql://me:s%40fe@db:5433/stock?sslmode=require"
        assert "s%40fe" not in f"{database} {database!r}"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://me:hush@db/stock", "'mysql://' is none we know"),
        ("onhand.db", "sqlite:///onhand.db"),
        ("sqlite://", "name a file"),
        ("sqlite:///:memory:", "name a file"),
        ("sqlite://onhand.db", "sqlite:///onhand.db"),
        ("postgresql://db", "names no database"),
        ("postgresql://me:hush@db:port/stock", "cannot be read"),
    ],
)
def test_other_urls_are_refused_in_words(url: str, words: str) -> None:
    with pytest.raises(BadDatabaseUrl) as refused:
        parse_database(url)
    assert words in str(refused.value)
    assert "hush" not in str(refused.value)


def test_an_old_sqlite_is_refused() -> None:
    require_sqlite((3, 35, 0))
    with pytest.raises(faults.StoreUnavailable, match=r"3\.35 or newer; Python here has 3\.34\.1"):
        require_sqlite((3, 34, 1))


def test_a_read_engine_writes_nothing(database_url: str) -> None:
    migrate(database_url)
    engine = read_engine(parse_database(database_url))
    with pytest.raises(faults.StorageFull), faults_translated(), engine.connect() as connection:
        connection.execute(text("UPDATE warehouses SET name = 'x'"))
    engine.dispose()


def test_every_sqlite_connection_is_set_up(sqlite_url: str) -> None:
    path = parse_database(sqlite_url).file
    writer = sqlite_connect(path, read_only=False)
    reader = sqlite_connect(path, read_only=True)
    for connection in (writer, reader):
        settings = [
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("busy_timeout", "foreign_keys", "journal_mode")
        ]
        assert settings == [5_000, 1, "wal"]
    assert reader.execute("PRAGMA query_only").fetchone() == (1,)
    assert writer.execute("PRAGMA synchronous").fetchone() == (2,)
    assert reader.execute("SELECT casefold('ÄÖ')").fetchone() == ("äö",)


def test_a_slow_read_ends(postgresql_url: str) -> None:
    engine = read_engine(parse_database(postgresql_url), statement_timeout_s=0.05)
    slow = pytest.raises(faults.StoreBusy, match="too long")
    with slow, faults_translated(), engine.connect() as connection:
        connection.execute(text("SELECT pg_sleep(2)"))


def test_a_full_pool_is_busy(sqlite_url: str) -> None:
    migrate(sqlite_url)
    assert isinstance(translated(PoolTimeout("all taken")), faults.StoreBusy)


@pytest.mark.parametrize(
    ("state", "fault"),
    [
        ("08006", faults.StoreUnavailable),
        ("25P03", faults.StoreUnavailable),
        ("25P04", faults.StoreUnavailable),
        ("57P01", faults.StoreUnavailable),
        ("57P03", faults.StoreUnavailable),
        ("53300", faults.StoreUnavailable),
        ("28P01", faults.StoreUnavailable),
        ("3D000", faults.StoreUnavailable),
        ("40001", faults.StoreBusy),
        ("40P01", faults.StoreBusy),
        ("55P03", faults.StoreBusy),
        ("57014", faults.StoreBusy),
        ("23505", faults.StoreRefused),
        ("23514", faults.StoreRefused),
        ("22003", faults.StoreRefused),
        ("53100", faults.StorageFull),
        ("25006", faults.StorageFull),
        ("42501", faults.StorageFull),
    ],
)
def test_sqlstates(state: str, fault: type[faults.Fault]) -> None:
    error = psycopg.errors.lookup(state)("user 'me' failed with password 'hush'")
    told = translated(error)
    assert type(told) is fault
    assert "hush" not in str(told)


def test_unknown_errors_stay_faults() -> None:
    error = psycopg.errors.lookup("42601")("syntax error")
    assert type(translated(error)) is faults.Fault
    assert "42601" in str(translated(error))


def test_refused_connections_say_why() -> None:
    def told(words: str) -> str:
        return str(translated(psycopg.OperationalError(f"connection failed: {words}")))

    assert "password" in told('FATAL: password authentication failed for user "me"')
    assert "no database" in told('FATAL: database "stock" does not exist')
    assert "starting" in told("FATAL: the database system is starting up")
    assert "no more connections" in told("FATAL: sorry, too many clients already")
    assert "cannot be reached" in told("Connection refused")


def test_sqlite_errors(sqlite_url: str) -> None:
    path = parse_database(sqlite_url).file
    first = sqlite_connect(path, read_only=False)
    first.execute("CREATE TABLE things (id INTEGER PRIMARY KEY, n INTEGER CHECK (n > 0))")
    second = sqlite_connect(path, read_only=False)
    second.execute("PRAGMA busy_timeout = 1")
    first.execute("BEGIN IMMEDIATE")
    with pytest.raises(faults.StoreBusy), faults_translated():
        second.execute("BEGIN IMMEDIATE")
    with pytest.raises(faults.StoreRefused), faults_translated():
        first.execute("INSERT INTO things (n) VALUES (0)")
    with pytest.raises(faults.StorageFull), faults_translated():
        sqlite_connect(path, read_only=True).execute("DELETE FROM things")
    first.execute("COMMIT")
    first.execute("PRAGMA max_page_count = 3")
    with pytest.raises(faults.StorageFull, match="no room"), faults_translated():
        first.execute("CREATE TABLE more AS SELECT randomblob(1000000)")
    with pytest.raises(faults.StoreUnavailable, match="cannot be opened"), faults_translated():
        sqlite_connect(path.with_name("nothing.db"), read_only=True)
    path.with_name("text.db").write_text("no database " * 500)
    with pytest.raises(faults.StoreUnavailable, match="no SQLite database"), faults_translated():
        sqlite_connect(path.with_name("text.db"), read_only=True).execute("SELECT * FROM things")
    assert type(translated(sqlite3.ProgrammingError("closed"))) is faults.Fault


def test_reads_come_back_when_the_database_does(
    private_postgresql_server: PostgreSQLServer,
) -> None:
    server = private_postgresql_server
    database = parse_database(server.create_database())
    migrate(database)
    reads = SqlReads(read_engine(database))
    assert reads.warehouse(1) is not None
    server.restart()
    # The pool's connection is dead, and nobody is told.
    assert reads.warehouse(1) is not None
    server.stop("immediate")
    for _ in range(3):
        with pytest.raises(faults.StoreUnavailable):
            reads.ready()
    server.start()
    reads.ready()
    assert reads.warehouse(1) is not None
    reads.close()


def test_admin_transactions_are_immediate(sqlite_url: str) -> None:
    migrate(sqlite_url)
    database = parse_database(sqlite_url)
    with admin_engine(database).begin() as connection:
        connection.execute(text("SELECT 1"))
        other = sqlite_connect(database.file, read_only=False)
        other.execute("PRAGMA busy_timeout = 1")
        with pytest.raises(faults.StoreBusy), faults_translated():
            other.execute("BEGIN IMMEDIATE")
