"""The writer's plans on PostgreSQL: look-ups have their whole key, also if made on empty tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

import psycopg
import pytest

from onhand.store import postgresql_sql as sql
from onhand.store import rows as r
from onhand.store.engine import parse_database
from onhand.store.migrate import migrate
from onhand.store.postgresql import SESSION
from onhand.store.postgresql_pipeline import _numbered

ONE_PRODUCT = [(1, 1, order, order, 1, 0, None, None) for order in (7, 8, 9)]
ONE_WAREHOUSE = [(product, 1, 5, 0, 0, 2, None, None) for product in (7, 8, 9)]


@pytest.fixture
def session(postgresql_url: str) -> Iterator[psycopg.Connection]:
    migrate(postgresql_url)
    options = " ".join(f"-c {name}={value}" for name, value in SESSION.items())
    conninfo = parse_database(postgresql_url).conninfo
    with psycopg.connect(conninfo, options=options, autocommit=True) as connection:
        yield connection


def looked_up_by(session: psycopg.Connection, text: str, table: str) -> set[str]:
    """The columns of `table` that its index look-up in the statement's plan compares."""
    numbered = _numbered(text).decode()
    arguments = ", ".join(["NULL"] * len(set(re.findall(r"\$\d+", numbered))))
    session.execute(f"PREPARE looked AS {numbered}".encode())
    plan = [
        row[0] for row in session.execute(f"EXPLAIN (VERBOSE) EXECUTE looked({arguments})".encode())
    ]
    session.execute("DEALLOCATE looked")
    scan = next(i for i, line in enumerate(plan) if re.search(rf"Scan .*\bon \w+\.{table}\b", line))
    condition = next(line for line in plan[scan + 1 :] if "Index Cond" in line)
    return set(re.findall(r"\((?:\w+\.)?(\w+) = ", condition))


def test_holds_of_one_product_are_updated_by_their_whole_key(session: psycopg.Connection) -> None:
    [(text, _)] = sql.update("reservations", r.RESERVATION_COLUMNS, ONE_PRODUCT, 3)
    found = looked_up_by(session, text, "reservations")
    assert found == {"product_id", "warehouse_id", "order_id"}


def test_levels_of_one_warehouse_are_updated_by_their_whole_key(
    session: psycopg.Connection,
) -> None:
    [(text, _)] = sql.update("levels", r.LEVEL_COLUMNS, ONE_WAREHOUSE, 2)
    assert looked_up_by(session, text, "levels") == {"product_id", "warehouse_id"}


def test_named_holds_are_loaded_by_their_whole_key(session: psycopg.Connection) -> None:
    text = sql.found(orders=True, everything=False)
    holds = text.split(" UNION ALL ")[2]
    places = text.split(" SELECT 0 AS kind")[0]
    found = looked_up_by(session, f"{places} {holds}", "reservations")
    assert found == {"product_id", "warehouse_id", "order_id"}
