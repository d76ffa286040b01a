"""Migrations beside a server that runs: they only add, and the version before goes on serving."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

import onhand.store
from onhand.ledger.faults import StoreBusy
from onhand.store import migrate as migrating
from onhand.store.engine import parse_database
from onhand.store.migrate import REVISIONS, VERSION_TABLE, State, migrate, state
from onhand.store.schema import metadata
from proofs.backups.older import make_at
from tests.support.api import Api
from tests.support.exactly_once import check
from tests.support.expanding import narrowing, statements_sent
from tests.support.journal import Journal
from tests.support.postgres import DatabaseServer
from tests.support.server import OnhandServer
from tests.support.work import Work

BASELINE = "0012"
"""The schema of the first release: nothing older runs anywhere beside anything newer."""


def steps_after(revision: str) -> list[tuple[str, str]]:
    """Each migration after a revision, with the one before it."""
    return [pair for pair in pairwise(REVISIONS) if pair[0] >= revision]


def contracts(revision: str) -> str | None:
    """Why a migration may take away: what it says of itself, where it does."""
    config = Config()
    folder = Path(onhand.store.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    script = ScriptDirectory.from_config(config).get_revision(revision)
    assert script is not None
    return getattr(script.module, "contracts", None)


def statements_of(
    before: str, revision: str, server: DatabaseServer, monkeypatch: pytest.MonkeyPatch
) -> Sequence[str]:
    """What one migration sends to PostgreSQL."""
    url = server.create_database()
    make_at(url, before)
    up_to = (*REVISIONS[: REVISIONS.index(revision)], revision)
    with monkeypatch.context() as patch:
        # The same triggers are put in place after every run: that is no part of a migration.
        patch.setattr("onhand.store.triggers.put_in_place", lambda connection: None)
        patch.setattr(migrating, "REVISIONS", up_to)
        patch.setattr(migrating, "_upgrade", lambda connection: upgrade(connection, revision))
        with statements_sent() as sent:
            migrate(url)
    server.drop_database(url)
    return sent


def upgrade(connection: object, revision: str) -> None:
    """Run the migrations up to one."""
    from alembic import command

    config = Config()
    folder = Path(onhand.store.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def test_migrations_since_the_first_release_only_add(
    postgresql_server: DatabaseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert BASELINE in REVISIONS
    for before, revision in steps_after(BASELINE):
        reason = contracts(revision)
        if reason is not None:
            assert len(reason.split()) > 3, f"{revision} contracts, and must say why it may"
            continue
        found = narrowing(statements_of(before, revision, postgresql_server, monkeypatch))
        assert not found, f"{revision} must expand only, or say what it `contracts`:\n{found}"


def test_a_migration_of_before_that_took_away_is_found_out(
    postgresql_server: DatabaseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = narrowing(statements_of("0009", "0010", postgresql_server, monkeypatch))
    assert any("DROP TABLE events" in line for line in found), found
    # And one that made tables of its own has nothing to be found.
    assert not narrowing(statements_of("0011", "0012", postgresql_server, monkeypatch))


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE levels ADD COLUMN bin_id BIGINT",
        "ALTER TABLE levels ADD COLUMN frozen BOOLEAN DEFAULT false NOT NULL",
        "ALTER TABLE levels ADD COLUMN note TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE levels ADD COLUMN seen TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL",
        "CREATE TABLE bins (id BIGINT NOT NULL)",
        "CREATE INDEX ix_levels_on_hand ON levels (on_hand)",
        "UPDATE onhand_version SET version_num='0013' WHERE onhand_version.version_num = '0012'",
        "SELECT 1",
    ],
)
def test_what_adds_is_let_through(statement: str) -> None:
    assert narrowing([statement]) == []


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE levels DROP COLUMN reserved",
        "ALTER TABLE levels RENAME COLUMN reserved TO held",
        "ALTER TABLE levels RENAME TO stock",
        "ALTER TABLE levels ALTER COLUMN on_hand TYPE INTEGER",
        "ALTER TABLE levels ALTER COLUMN last_counted_at SET NOT NULL",
        "ALTER TABLE levels ADD COLUMN bin_id BIGINT NOT NULL",
        "ALTER TABLE levels ADD COLUMN code UUID DEFAULT gen_random_uuid() NOT NULL",
        "ALTER TABLE levels ADD COLUMN free BIGINT GENERATED ALWAYS AS (on_hand) STORED",
        "ALTER TABLE levels ADD COLUMN bin_id BIGINT, DROP COLUMN reserved",
        "ALTER TABLE levels ADD CONSTRAINT ck CHECK (on_hand < 10)",
        "CREATE UNIQUE INDEX uq_products_name ON products (name)",
        "CREATE TRIGGER t BEFORE INSERT ON levels FOR EACH ROW EXECUTE FUNCTION f()",
        "DROP TABLE levels",
        "DROP INDEX ix_levels_on_hand",
        "UPDATE levels SET bin_id = 1",
        "DELETE FROM levels",
        "TRUNCATE levels",
        "INSERT INTO warehouses (id) VALUES (7)",
    ],
)
def test_what_takes_away_or_holds_up_is_refused(statement: str) -> None:
    assert narrowing([statement])


def test_what_is_new_may_be_filled_and_ruled_as_it_is_made() -> None:
    assert not narrowing(
        [
            "CREATE TABLE bins (id BIGINT)",
            "ALTER TABLE bins ADD CONSTRAINT ck CHECK (id > 0)",
            "CREATE UNIQUE INDEX uq_bins ON bins (id)",
            "INSERT INTO bins (id) VALUES (1)",
        ]
    )


# For real


def test_a_migration_keeps_nobody_waiting_behind_a_backup(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_at(postgresql_url, REVISIONS[-2])
    monkeypatch.setattr(migrating, "LOCK_PATIENCE_MS", 100)
    monkeypatch.setattr(migrating, "ATTEMPTS", 2)
    monkeypatch.setattr(migrating, "PAUSE_S", 0.01)
    conninfo = parse_database(postgresql_url).conninfo
    with psycopg.connect(conninfo) as dumping:
        dumping.execute("LOCK TABLE movements, events, products IN ACCESS SHARE MODE")
        with pytest.raises(StoreBusy, match=r"a backup .* nothing was; start again"):
            migrate(postgresql_url)
        assert state(postgresql_url) is State.OLDER
        # Nobody stands behind it any more.
        with psycopg.connect(conninfo, options="-c lock_timeout=100ms") as selling:
            selling.execute("LOCK TABLE movements, events IN ROW EXCLUSIVE MODE")
    migrate(postgresql_url)
    assert state(postgresql_url) is State.CURRENT


def newer_schema() -> Iterator[str]:
    """What a later version might add: columns to every table there is, and a table of its own."""
    for table in metadata.sorted_tables:
        yield f"ALTER TABLE {table.name} ADD COLUMN of_later TEXT"
        yield f"ALTER TABLE {table.name} ADD COLUMN counted_later BIGINT DEFAULT 0 NOT NULL"
    yield "CREATE TABLE bins_of_later (id BIGINT PRIMARY KEY)"
    yield f"UPDATE {VERSION_TABLE} SET version_num = '9999'"


def test_the_version_before_goes_on_serving_while_the_schema_grows(
    postgresql_url: str, serve: Callable[..., OnhandServer]
) -> None:
    server = serve(postgresql_url)
    api = Api(server.client)
    chance = random.Random(0)
    work = Work(api, "W", chance, warehouse=api.warehouse("EAST"))
    journal = Journal(work)
    additions = list(newer_schema())
    assert not narrowing(additions)
    with journal.clients([server]):
        journal.await_answers(100)
        # Each by itself: as one transaction it would wait for, and be waited for by, everybody.
        with psycopg.connect(parse_database(postgresql_url).conninfo, autocommit=True) as later:
            for addition in additions:
                later.execute(addition.encode())
        journal.await_answers(300)
    assert not journal.faults()
    assert all(one.answer is not None for one in journal.sent)
    checked = check(api, work, journal.sent, chance)
    assert not checked.breaches
    paths = ("/products", "/stock-movements", "/events", "/inventory/low-stock", "/users", "/keys")
    for path in paths:
        assert server.client.get(f"/api/v1/operations{path}").is_success, path
    assert server.is_ready()
    # It goes on; another one of the same version, which might make nothing of it, does not begin.
    ran = subprocess.run(
        [sys.executable, "-m", "onhand", "serve", "--database", postgresql_url],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 1
    assert "was written by a newer version of Onhand" in ran.stderr
