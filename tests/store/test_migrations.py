"""The migrations lead to the schema, from nothing, once, whoever starts first."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

import onhand.store
from onhand.ledger.faults import StoreRefused, StoreUnavailable
from onhand.store.engine import Database, admin_engine, parse_database
from onhand.store.errors import faults_translated, translated
from onhand.store.migrate import (
    REVISIONS,
    VERSION_TABLE,
    ForeignDatabase,
    SchemaTooNew,
    State,
    migrate,
    state,
)
from onhand.store.schema import SEQUENCES, metadata, sqlite_metadata
from onhand.store.triggers import MESSAGE, put_in_place
from proofs.backups.older import make_at

MIGRATIONS = Path(onhand.store.__file__).parent / "migrations"


@pytest.fixture
def migrated(database_url: str) -> Engine:
    """An engine on a database that the migrations made."""
    migrate(database_url)
    return admin_engine(parse_database(database_url))


def test_an_empty_database_is_made_and_then_left_alone(database_url: str) -> None:
    assert state(database_url) is State.EMPTY
    assert migrate(database_url) is State.EMPTY
    assert state(database_url) is State.CURRENT
    assert migrate(database_url) is State.CURRENT


def test_asking_for_the_state_makes_no_file(sqlite_url: str) -> None:
    assert state(sqlite_url) is State.EMPTY
    assert not parse_database(sqlite_url).file.exists()


def test_a_current_database_needs_no_alembic(database_url: str) -> None:
    migrate(database_url)
    program = (
        "import sys; from onhand.store.migrate import migrate; migrate(sys.argv[1]);"
        "assert not [name for name in sys.modules if name.startswith('alembic')]"
    )
    subprocess.run([sys.executable, "-c", program, database_url], check=True, timeout=30)


def test_the_revisions_are_those_of_the_scripts() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    assert tuple(script.revision for script in reversed([*scripts.walk_revisions()])) == REVISIONS
    assert scripts.get_heads() == [REVISIONS[-1]]


def test_alembic_finds_no_difference(migrated: Engine) -> None:
    with migrated.connect() as connection:
        on_sqlite = connection.dialect.name == "sqlite"
        context = MigrationContext.configure(
            connection, opts={"version_table": VERSION_TABLE, "compare_server_default": True}
        )
        target: Any = [metadata, sqlite_metadata] if on_sqlite else metadata
        found = compare_metadata(context, target)
    assert found == []


def test_the_migrations_make_what_the_schema_makes(
    request: pytest.FixtureRequest, database_url: str, tmp_path: Path
) -> None:
    migrate(database_url)
    if database_url.startswith("sqlite"):
        second = parse_database(f"sqlite:///{tmp_path / 'other.db'}")
    else:
        server = request.getfixturevalue("postgresql_server")
        second = parse_database(server.create_database())
    with admin_engine(second).begin() as connection:
        metadata.create_all(connection)
        if connection.dialect.name == "sqlite":
            sqlite_metadata.create_all(connection)
        put_in_place(connection)
    ours, theirs = (described(database) for database in (parse_database(database_url), second))
    assert ours.keys() == theirs.keys()
    for name, definition in ours.items():
        assert definition == theirs[name], name


def test_the_first_warehouse_and_the_next_ids(migrated: Engine) -> None:
    with migrated.begin() as connection:
        row = connection.execute(
            text("SELECT id, name, code, code_key, type, is_active, version FROM warehouses")
        ).one()
        assert tuple(row) == (1, "Main Warehouse", "MAIN", "main", "main", True, 1)
        if connection.dialect.name == "sqlite":
            found = connection.execute(text("SELECT name, last_id FROM id_counters"))
            last = {row.name: row.last_id for row in found}
            assert last == dict.fromkeys(SEQUENCES, 0) | {"warehouse_ids": 1}
        else:
            for name in SEQUENCES:
                first = connection.execute(text(f"SELECT nextval('{name}')")).scalar_one()
                assert first == (2 if name == "warehouse_ids" else 1)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE movements SET quantity = 6",
        "UPDATE movements SET notes = 'x' WHERE product_id = 1",
        "DELETE FROM movements WHERE product_id = 1",
    ],
)
def test_the_ledger_refuses_to_be_changed(migrated: Engine, change: str) -> None:
    refuses(migrated, change)


def test_postgresql_refuses_to_empty_the_ledger(postgresql_url: str) -> None:
    migrate(postgresql_url)
    refuses(admin_engine(parse_database(postgresql_url)), "TRUNCATE movements")


def refuses(migrated: Engine, change: str) -> None:
    """A movement is not changed by a statement, and the message says why."""
    with migrated.begin() as connection:
        add_movement(connection)
    with pytest.raises(DBAPIError, match=re.escape(MESSAGE)) as refused, migrated.begin() as again:
        again.execute(text(change))
    assert isinstance(translated(refused.value), StoreRefused)
    with migrated.connect() as connection:
        assert connection.execute(text("SELECT quantity FROM movements")).scalars().all() == [5]


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("levels", "reserved = on_hand + 1"),
        ("levels", "reserved = -1"),
        ("levels", "backordered = -1"),
        ("product_stock", "reserved = on_hand + 1"),
    ],
)
def test_the_checks_stand_behind_the_rules(migrated: Engine, table: str, change: str) -> None:
    with migrated.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO levels (product_id, warehouse_id, on_hand, reserved, backordered,"
                " entry_number) VALUES (1, 1, 5, 0, 0, 1)"
            ),
        )
        connection.execute(
            text(
                "INSERT INTO product_stock (product_id, track_inventory, allow_backorder,"
                " is_active, on_hand) VALUES (1, true, false, true, 5)"
            )
        )
    with pytest.raises(StoreRefused), faults_translated(), migrated.begin() as again:
        again.execute(text(f"UPDATE {table} SET {change}"))


def test_older_levels_learn_what_their_lists_go_by(database_url: str) -> None:
    make_at(database_url, "0006")
    engine = admin_engine(parse_database(database_url))
    stock = ("true, true, 20", "true, false, 20", "false, true, 20", "true, true, NULL")
    with engine.begin() as connection:
        for number, values in enumerate(stock, 1):
            connection.execute(
                text(
                    "INSERT INTO product_stock (product_id, allow_backorder, track_inventory,"
                    f" is_active, reorder_point, on_hand) VALUES ({number}, false, {values}, 5)"
                )
            )
            connection.execute(
                text(
                    "INSERT INTO levels (product_id, warehouse_id, on_hand, reserved, backordered,"
                    f" entry_number) VALUES ({number}, 1, 5, 5, 0, 1)"
                )
            )
    assert migrate(database_url) is State.OLDER
    columns = "is_watched, reorder_point, is_low, is_out, is_short"
    with engine.connect() as connection:
        found = connection.execute(text(f"SELECT {columns} FROM levels ORDER BY product_id")).all()
    assert [tuple(row) for row in found] == [
        (True, 20, True, True, True),
        (False, 20, False, False, False),
        (False, 20, False, False, False),
        (True, None, None, True, None),
    ]


def test_a_newer_schema_is_refused(migrated: Engine, database_url: str) -> None:
    with migrated.begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    assert state(database_url) is State.NEWER
    with pytest.raises(SchemaTooNew, match="newer version of Onhand"):
        migrate(database_url)


def test_a_database_of_others_is_left_alone(database_url: str) -> None:
    database = parse_database(database_url)
    with admin_engine(database).begin() as connection:
        connection.execute(text("CREATE TABLE customers (id integer)"))
    assert state(database_url) is State.FOREIGN
    with pytest.raises(ForeignDatabase, match="not Onhand's"):
        migrate(database_url)


def test_a_file_that_is_no_database_is_told_so(sqlite_url: str) -> None:
    parse_database(sqlite_url).file.write_text("invoice;quantity\n" * 200)
    with pytest.raises(StoreUnavailable, match="no SQLite database"):
        migrate(sqlite_url)


def test_a_folder_that_is_not_there_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="cannot be opened"):
        migrate(f"sqlite:///{tmp_path / 'nowhere' / 'onhand.db'}")


def test_a_failed_migration_leaves_nothing(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("onhand.store.triggers.POSTGRESQL", ("CREATE NONSENSE",))
    monkeypatch.setattr("onhand.store.triggers.SQLITE", ("CREATE NONSENSE",))
    with pytest.raises(Exception, match="does not know"):
        migrate(database_url)
    assert state(database_url) is State.EMPTY
    monkeypatch.undo()
    migrate(database_url)
    assert state(database_url) is State.CURRENT


def test_processes_that_start_together_all_succeed(database_url: str) -> None:
    program = "import sys; from onhand.store.migrate import migrate; print(migrate(sys.argv[1]))"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, database_url],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(5)
    ]
    ended = [(*process.communicate(timeout=60), process.returncode) for process in started]
    assert all(code == 0 for _, _, code in ended), ended
    assert state(database_url) is State.CURRENT
    with admin_engine(parse_database(database_url)).connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM warehouses")).scalar_one() == 1


def add_movement(connection: Connection) -> None:
    """One movement of 5 units."""
    connection.execute(
        text(
            "INSERT INTO movements (product_id, warehouse_id, entry_number, id, movement_type,"
            " quantity, on_hand, reserved, created_by, occurred_at, created_at)"
            f" VALUES (1, 1, 1, 1, 'in', 5, 5, 0, 'test', {now(connection)}, {now(connection)})"
        )
    )


def now(connection: Connection) -> str:
    """A moment, in the database's own terms."""
    return "0" if connection.dialect.name == "sqlite" else "now()"


def described(database: Database) -> dict[str, str]:
    """Everything a database holds that is not a row: each thing's name and definition."""
    if database.kind == "sqlite":
        with sqlite3.connect(database.file) as connection:
            found = connection.execute(
                "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name != ?",
                [VERSION_TABLE],
            ).fetchall()
        return {name: sqlite_definition(sql) for name, sql in found}
    queries = {
        "column": "SELECT table_name || '.' || column_name, concat_ws(' ', data_type, is_nullable,"
        " character_maximum_length, numeric_precision, numeric_scale, column_default,"
        " generation_expression) FROM information_schema.columns WHERE table_schema = 'public'",
        "index": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "constraint": "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace",
        "trigger": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
        "function": "SELECT proname, prosrc FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace",
        "sequence": "SELECT sequencename, concat_ws(' ', data_type, start_value, increment_by,"
        " cache_size) FROM pg_sequences WHERE schemaname = 'public'",
        "storage": "SELECT relname, reloptions::text FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND reloptions IS NOT NULL",
    }
    with psycopg.connect(database.conninfo) as connection_:
        return {
            f"{kind} {name}": definition
            for kind, query in queries.items()
            for name, definition in connection_.execute(query.encode())
            if VERSION_TABLE not in name
        }


def sqlite_definition(sql: str) -> str:
    """A table's definition, columns and constraints sorted, as an added column is the last.

    A table that was made anew has its name in quotes.
    """
    head, _, body = " ".join(sql.replace('"', "").split()).partition("(")
    if not head.startswith("CREATE TABLE"):
        return f"{head}({body}"
    parts = re.split(r", (?=CONSTRAINT |\w+ [A-Z]+)", body.rstrip(") ").strip())
    constraints = sorted(part.strip(" )") for part in parts if part.startswith("CONSTRAINT"))
    columns = sorted(part.strip(" )") for part in parts if not part.startswith("CONSTRAINT"))
    return f"{head}: {columns} {constraints}"
