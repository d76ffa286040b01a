"""`onhand shard prepare`: what it would do, what it refuses, and what of it one PostgreSQL can do.

The steps that only Citus can take are taken where `ONHAND_TEST_CITUS` names a cluster:
`tests/store/test_contract_citus.py`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from onhand.store.migrate import migrate
from onhand.store.postgresql.per_product import PerProduct
from onhand.store.postgresql.sharding import Found, Step, look, problem_of, steps
from onhand.store.schema import metadata
from onhand.store.schema.distribution import PLACES, Placing, tables
from onhand.store.triggers import APPEND_ONLY
from tests.support.command_line import Told, onhand
from tests.support.postgres import DatabaseServer
from tests.support.stock import Stock
from tests.support.stores import DatabaseShop

ROLE = "onhand_servers"

READY = Found(
    citus="13.0-1",
    nodes=3,
    workers=2,
    copies=1,
    coordinator=True,
    places=frozenset(),
    foreign_keys=frozenset(),
    triggers=frozenset(),
    servers=0,
    schema="public",
    role=None,
)


@pytest.fixture
def role(postgresql_server: DatabaseServer, postgresql_url: str) -> Iterator[str]:
    """Somebody for the servers to connect as."""
    name = f"servers_{uuid.uuid4().hex[:12]}"
    postgresql_server.execute(f"CREATE ROLE {name} LOGIN".encode())
    yield name
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute(f"DROP OWNED BY {name}".encode())
        connection.execute(f"DROP ROLE {name}".encode())


def prepare(url: str, role: str = ROLE, *options: str) -> Told:
    """Run the command."""
    return onhand("shard", "prepare", "--database", url, "--role", role, *options)


def as_role(url: str, role: str) -> str:
    """The same database, for another user."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{role}@{parts.netloc.rpartition('@')[2]}"))


def test_a_database_without_citus_is_refused_with_the_way_out(postgresql_url: str) -> None:
    migrate(postgresql_url)
    told = prepare(postgresql_url)
    assert told.code == 1
    assert "no Citus" in told.text
    assert "CREATE EXTENSION citus" in told.text


def test_sqlite_is_refused_with_the_way_out(sqlite_url: str) -> None:
    told = prepare(sqlite_url)
    assert told.code == 1
    assert "onhand move" in told.text


def test_an_empty_database_is_refused(postgresql_url: str) -> None:
    told = prepare(postgresql_url)
    assert told.code == 1
    assert "no ledger of this version" in told.text


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"citus": "10.2-4"}, "11 or newer"),
        ({"coordinator": False}, "citus_set_coordinator_host"),
        ({"workers": 0}, "citus_add_node"),
        ({"copies": 2}, "set it to 1"),
        ({"servers": 2}, "stop its servers first"),
        ({"role": "does not exist"}, f"the role {ROLE!r} does not exist"),
    ],
)
def test_a_cluster_that_is_not_ready_is_refused(found: dict[str, object], said: str) -> None:
    assert problem_of(READY, ROLE) is None
    assert said in str(problem_of(replace(READY, **found), ROLE))  # type: ignore[arg-type]


def test_a_role_that_privileges_do_not_hold_is_told(
    postgresql_server: DatabaseServer, postgresql_url: str, role: str
) -> None:
    migrate(postgresql_url)
    with psycopg.connect(postgresql_url) as connection:
        assert look(connection, role).role is None
        assert "does not exist" in str(look(connection, "nobody_of_this_name").role)
        assert "superuser" in str(look(connection, "onhand").role)
        connection.execute(f"ALTER TABLE movements OWNER TO {role}".encode())
        assert "owns the tables" in str(look(connection, role).role)
        connection.rollback()


def test_a_dry_run_prints_the_sql_of_every_table_and_changes_nothing(postgresql_url: str) -> None:
    migrate(postgresql_url)
    told = prepare(postgresql_url, ROLE, "--dry-run")
    assert told.code == 0
    lines = told.text.splitlines()
    assert lines[0].startswith("-- Not possible yet: the database has no Citus")
    for name in tables(Placing.EVERYWHERE):
        assert f"SELECT create_reference_table('{name}');" in lines
    assert (
        "SELECT create_distributed_table('product_stock', 'product_id', colocate_with => 'none');"
        in lines
    )
    for name in tables(Placing.SPREAD):
        if name not in ("product_stock", "idempotency_keys"):
            assert (
                f"SELECT create_distributed_table('{name}', 'product_id',"
                " colocate_with => 'product_stock');" in lines
            )
    with psycopg.connect(postgresql_url) as connection:
        found = look(connection, ROLE)
    assert "movements_append_only" in found.triggers
    assert "fk_stock_settings_product_id" in found.foreign_keys


def test_tables_stand_before_what_points_at_them_and_keys_come_back_last() -> None:
    taken = [step.sql for step in steps(whole(), ROLE)]
    made = [text for text in taken if "create_" in text]
    assert len(made) == sum(it.placing is not Placing.IN_ONE for it in PLACES.values())
    first, last = taken.index(made[0]), taken.index(made[-1])
    assert all(taken.index(text) < first for text in taken if "DROP" in text)
    assert all(taken.index(text) > last for text in taken if "ADD CONSTRAINT" in text)
    assert made.index("SELECT create_reference_table('warehouses')") < made.index(
        "SELECT create_reference_table('products')"
    )


def test_what_is_done_is_not_done_again_and_what_was_broken_off_is_finished() -> None:
    everything = frozenset((*tables(Placing.SPREAD), *tables(Placing.EVERYWHERE)))
    done = replace(whole(), places=everything, triggers=frozenset())
    assert {step.sql.split()[0] for step in steps(done, ROLE)} == {"GRANT", "REVOKE"}
    broken = replace(done, foreign_keys=done.foreign_keys - {"fk_products_default_warehouse_id"})
    [mended] = [step for step in steps(broken, ROLE) if "ALTER" in step.sql]
    assert "fk_products_default_warehouse_id" in mended.sql


def test_servers_can_do_all_their_work_and_cannot_change_history(
    postgresql_url: str, role: str
) -> None:
    migrate(postgresql_url)
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        before = look(connection, role)
        for step in own_steps(before, role):
            connection.execute(step.sql.encode())
        after = look(connection, role)
    assert after.foreign_keys == before.foreign_keys
    assert after.triggers == before.triggers - {"movements_append_only"}
    url = as_role(postgresql_url, role)
    stock = Stock.of(DatabaseShop(url, PerProduct()), 10)
    with closing(stock.store):
        stock.reserve(3)
        stock.adjust(2)
        assert stock.level == (12, 3, 0)
    for table in APPEND_ONLY:
        for change in (f"UPDATE {table} SET id = 0", f"DELETE FROM {table}", f"TRUNCATE {table}"):
            with (
                psycopg.connect(url) as connection,
                pytest.raises(psycopg.errors.InsufficientPrivilege),
            ):
                connection.execute(change.encode())


def own_steps(found: Found, role: str) -> list[Step]:
    """The steps that any PostgreSQL can take."""
    citus = ("SELECT create_", "SELECT truncate_local_data")
    return [step for step in steps(found, role) if not step.sql.startswith(citus)]


def whole() -> Found:
    """A cluster on which nothing was prepared yet."""
    keys = {
        f"fk_{table.name}_{key.column_keys[0]}"
        for table in metadata.tables.values()
        for key in table.foreign_key_constraints
    }
    triggers = {f"{table}_append_only" for table in APPEND_ONLY}
    return replace(READY, foreign_keys=frozenset(keys), triggers=frozenset(triggers))
