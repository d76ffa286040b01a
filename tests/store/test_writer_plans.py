"""The writer's plans on PostgreSQL hold whatever the statistics say, if only of empty tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

import psycopg
import pytest

from onhand.store import rows as r
from onhand.store.engine import parse_database
from onhand.store.migrate import migrate
from onhand.store.postgresql import sql
from onhand.store.postgresql.pipeline import _numbered
from onhand.store.postgresql.store import SESSION

COUNT_LINES = sql.rows_at("count_lines", ("counted",), ("document_id", "product_id"))
LEVEL = {"product_id", "warehouse_id"}
HOLD = {*LEVEL, "order_id"}
FOUND = sql.found(everything=True)
[(DELETED, _)] = sql.delete("reservations", r.RESERVATION_COLUMNS[:3], [(1, 1, 7), (1, 1, 8)])
[(TOTALS, _)] = sql.update("product_stock", r.TOTAL_COLUMNS, [(1, 1, 0, 0), (2, 1, 0, 0)])
[(LEVELS, _)] = sql.update("levels", r.LEVEL_COLUMNS, [(1, 1, 0, 0, 0, 1, None, None, None)], 2)
[(NEW_LEVELS, _)] = sql.insert_levels([(1, 1, 0, 0, 0, 1, None, None, None)])
[(HOLDS, _)] = sql.update(
    "reservations", r.RESERVATION_COLUMNS, [(1, 1, 7, 1, 0, 1, None, None)], 3
)


@pytest.fixture(params=["never analyzed", "analyzed while empty"])
def session(postgresql_url: str, request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    migrate(postgresql_url)
    options = " ".join(f"-c {name}={value}" for name, value in SESSION.items())
    conninfo = parse_database(postgresql_url).conninfo
    with psycopg.connect(conninfo, options=options, autocommit=True) as connection:
        if request.param == "analyzed while empty":
            connection.execute("VACUUM ANALYZE")
        yield connection


def look_ups(session: psycopg.Connection, text: str, table: str) -> list[set[str]]:
    """The columns of `table` compared by each of its index look-ups in the statement's plan."""
    numbered = _numbered(text).decode()
    arguments = ", ".join(["NULL"] * len(set(re.findall(r"\$\d+", numbered))))
    session.execute(f"PREPARE looked AS {numbered}".encode())
    plan = [
        row[0] for row in session.execute(f"EXPLAIN (VERBOSE) EXECUTE looked({arguments})".encode())
    ]
    session.execute("DEALLOCATE looked")
    found = []
    for place, line in enumerate(plan):
        if re.search(rf"Scan .*\bon \w+\.{table}\b", line) and "Tid Scan" not in line:
            after = [
                other
                for other in plan[place + 1 : place + 4]
                if re.search(r"(Index|Recheck) Cond", other)
            ]
            assert after, f"{line.strip()} looks up nothing"
            columns = set(re.findall(r"\((?:\w+\.)?(\w+) (?:=|<=) ", after[0]))
            for row in re.findall(r"ROW\(([^)]*)\) <= ", after[0]):
                columns |= {name.rpartition(".")[2] for name in row.split(", ")}
            found.append(columns)
    return found


@pytest.mark.parametrize(
    ("text", "table", "keys"),
    [
        (FOUND, "levels", [LEVEL]),
        (FOUND, "product_stock", [{"product_id"}] * 2),
        (FOUND, "reservations", [{*LEVEL, "expires_at"}, HOLD, LEVEL]),
        (FOUND, "warehouses", [{"id"}]),
        (sql.LOCK_STOCK, "product_stock", [{"product_id"}]),
        (sql.ON_HAND_AS_OF, "movements", [{*LEVEL, "occurred_at"}]),
        (COUNT_LINES, "count_lines", [{"document_id", "product_id"}]),
        (sql.REVERSED, "movements", [{"product_id", "reverses_id"}]),
        (sql.KNOWN_ANSWERS, "idempotency_keys", [{"key", "part"}]),
        (DELETED, "reservations", [HOLD]),
        (TOTALS, "product_stock", [{"product_id"}]),
        (LEVELS, "levels", [LEVEL]),
        (NEW_LEVELS, "product_stock", [{"product_id"}]),
        (sql.COPY_INTO_LEVELS, "levels", [{"product_id"}]),
        (sql.COPY_INTO_LEVELS, "product_stock", [{"product_id"}]),
        (sql.COPY_INTO_LEVELS, "stock_settings", [LEVEL]),
        (HOLDS, "reservations", [HOLD]),
    ],
    ids=[
        "found levels",
        "found products",
        "found holds",
        "found warehouses",
        "locked products",
        "past moments",
        "lines of products",
        "reversals",
        "answers",
        "closed holds",
        "totals",
        "levels",
        "products of new levels",
        "levels of products",
        "products of levels",
        "settings of levels",
        "holds",
    ],
)
def test_each_look_up_has_its_whole_key(
    session: psycopg.Connection, text: str, table: str, keys: list[set[str]]
) -> None:
    assert look_ups(session, text, table) == keys
