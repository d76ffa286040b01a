"""Query plans: which indexes the databases use for what the reads ask, and a ledger large enough.

with asked(engine) as statements:
    reads.product(7)
plan = explained(engine, statements[0])
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, event

from onhand.store.engine import Database, admin_engine
from onhand.store.schema import metadata

ALIASES = {"earlier": "movements", "lines": "lines"}


class Asked(NamedTuple):
    """A statement as it went to the driver."""

    sql: str
    parameters: Any


class Plan(NamedTuple):
    """How a database carries a statement out: its own words, and what these name."""

    text: str
    indexes: frozenset[str]
    scanned: frozenset[str]


@contextmanager
def asked(engine: Engine | type[Engine]) -> Iterator[list[Asked]]:
    """Collect the statements that go to a database meanwhile; of the class, to any."""
    statements: list[Asked] = []

    def note(_: Any, __: Any, sql: str, parameters: Any, *___: Any) -> None:
        statements.append(Asked(sql, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def explained(engine: Engine, statement: Asked) -> Plan:
    """The plan of a statement, with the values it was asked with."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            return _of_sqlite(connection, statement)
        found = connection.exec_driver_sql(f"EXPLAIN {statement.sql}", statement.parameters)
        told = "\n".join(row[0] for row in found)
        return Plan(
            told,
            frozenset(re.findall(r"\b(?:ix|uq|pk)_\w+", told)),
            frozenset(re.findall(r"Seq Scan on (\w+)", told)),
        )


def _of_sqlite(connection: Connection, statement: Asked) -> Plan:
    found = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement.sql}", statement.parameters)
    told = "\n".join(row[3] for row in found)
    indexes = set(re.findall(r"\b(?:ix|uq)_\w+", told))
    for table, number in re.findall(r"sqlite_autoindex_(\w+)_(\d+)", told):
        indexes.add(_constraint(connection, table, f"sqlite_autoindex_{table}_{number}"))
    for alias in re.findall(r"SEARCH (\w+)(?: USING (?:INTEGER )?PRIMARY KEY|$)", told, re.M):
        indexes.add(f"pk_{ALIASES.get(alias, alias)}")
    scanned = {
        ALIASES.get(table, table)
        for table in re.findall(r"^SCAN (\w+)$", told, re.MULTILINE)
        if table in metadata.tables or table in ALIASES
    }
    return Plan(told, frozenset(indexes), frozenset(scanned) - {"lines"})


def _constraint(connection: Connection, table: str, index: str) -> str:
    """The constraint that an index of SQLite's own naming stands for."""
    listed = connection.exec_driver_sql(f"PRAGMA index_list({table})").all()
    origin = next(row[3] for row in listed if row[1] == index)
    if origin == "pk":
        return f"pk_{table}"
    first = connection.exec_driver_sql(f"PRAGMA index_info({index})").all()[0][2]
    return f"uq_{table}_{first}"


def fill(
    database: Database, *, products: int, warehouses: int, entries: int, analyze: bool = True
) -> None:
    """Fill a migrated database with as many levels as products x warehouses, by plain SQL.

    Every level has `entries` movements, one a day: 100 units in, then one out. A tenth of the
    products is low, a fiftieth out, a fourth has settings at each warehouse. The moment of entry n
    is day n of 2026.
    """
    on_sqlite = database.kind == "sqlite"
    moment, series = partial(_moment, on_sqlite), partial(_series, on_sqlite)
    day = "date('2026-01-01', e.n || ' days')" if on_sqlite else "date '2026-01-01' + e.n"
    p, w, e = series("p", products), series("w", warehouses), series("e", entries)
    left = 101 - entries
    all_left = left * warehouses
    number = f"((e.n - 1) * {products} + p.n - 1) * {warehouses} + w.n"
    transfer_id = (entries + 1) * products * warehouses
    statements = [
        f"""
        INSERT INTO warehouses
            (id, name, code, code_key, type, is_active, version, created_at, updated_at)
        SELECT w.n, 'Warehouse ' || w.n, 'W' || w.n, 'w' || w.n, 'satellite', true, 1,
            {moment(0)}, {moment(0)}
        FROM {w} WHERE w.n > 1
        """,
        f"""
        INSERT INTO products
            (id, sku, sku_key, name, barcode, unit, selling_price, currency, track_inventory,
             allow_backorder, reorder_point, is_active, version, created_at, updated_at)
        SELECT p.n, 'SKU-' || p.n, 'sku-' || p.n, 'Product ' || (p.n * 7919 % {products}),
            'B' || p.n, 'piece', CASE WHEN p.n % 5 > 0 THEN p.n END, 'USD', true, false, 20, true,
            1, {moment(0)}, {moment(f"p.n % {entries}")}
        FROM {p}
        """,
        f"""
        INSERT INTO product_stock
            (product_id, track_inventory, allow_backorder, is_active, reorder_point, on_hand,
             reserved)
        SELECT p.n, true, false, true, CASE WHEN p.n % 10 = 0 THEN 10000 ELSE 0 END, {all_left},
            CASE WHEN p.n % 50 = 0 THEN {all_left} ELSE 0 END
        FROM {p}
        """,
        f"""
        INSERT INTO levels
            (product_id, warehouse_id, on_hand, reserved, backordered, entry_number,
             last_movement_at, last_counted_at, reorder_point)
        SELECT p.n, w.n, {left}, CASE WHEN p.n % 50 = 0 THEN {left} ELSE 0 END, 0, {entries},
            {moment(entries)}, {moment(0)}, CASE WHEN p.n % 10 = 0 THEN 10000 ELSE 0 END
        FROM {p}, {w}
        """,
        f"""
        INSERT INTO stock_settings (product_id, warehouse_id, reorder_quantity)
        SELECT p.n, w.n, 50 FROM {p}, {w} WHERE p.n % 4 = 0
        """,
        f"""
        INSERT INTO movements
        SELECT p.n, w.n, e.n, {number},
            CASE WHEN e.n = 1 THEN 'in' WHEN p.n % 500 = 7 THEN 'count' ELSE 'out' END,
            CASE WHEN e.n = 1 THEN 100 ELSE -1 END, 101 - e.n, 0,
            CASE WHEN e.n % 5 = 0 THEN ({number}) / 20 END,
            CASE WHEN e.n % 11 = 0 THEN {number} END, NULL,
            CASE WHEN e.n % 3 = 0 THEN 'sales_order'
                 WHEN p.n % 97 = 0 THEN 'purchase_order' END,
            CASE WHEN e.n % 3 = 0 THEN ({number}) / 10 END, 'INV-' || p.n, 'sold', NULL, 'seed',
            {moment("e.n")}, NULL, {moment("e.n")}, NULL
        FROM {p}, {w}, {e}
        """,
        f"""
        INSERT INTO movements
            (product_id, warehouse_id, entry_number, id, movement_type, quantity, on_hand,
             reserved, transfer_id, created_by, occurred_at, created_at)
        SELECT 7, w.n, {entries + 1}, {transfer_id} + w.n, 'transfer', 0, {left}, 0, {transfer_id},
            'seed', {moment(entries)}, {moment(entries)}
        FROM {w} WHERE w.n <= 2
        """,
        f"""
        INSERT INTO reservations
        SELECT p.n, w.n, p.n % 1000, p.n * {warehouses} + w.n, 1, 0,
            CASE WHEN p.n % 4 = 0 THEN {moment(f"p.n % {entries}")} END, {moment(0)}
        FROM {p}, {w}
        """,
        f"""
        INSERT INTO daily_sales (product_id, day, warehouse_id, quantity)
        SELECT p.n, {day}, w.n, 1 FROM {p}, {w}, {e} WHERE e.n > 1
        """,
    ]
    _carry_out(database, statements, analyze=analyze)


def fill_transfers(
    database: Database, *, transfers: int, products: int, analyze: bool = True
) -> None:
    """Add transfers of three lines, of five units each, to what `fill` has made with 2 warehouses.

    One in 200 is under way. They go from warehouse 1 to 2, but one in 200 to 3 and one from it.
    """
    on_sqlite = database.kind == "sqlite"
    moment, series = partial(_moment, on_sqlite), partial(_series, on_sqlite)
    t, line, step = series("t", transfers), series("l", 3), series("s", 3)
    arrived = "t.n % 200 > 0"
    statements = [
        f"""
        INSERT INTO warehouses
            (id, name, code, code_key, type, is_active, version, created_at, updated_at)
        VALUES (3, 'Warehouse 3', 'W3', 'w3', 'satellite', true, 1, {moment(0)}, {moment(0)})
        """,
        f"""
        INSERT INTO transfers
            (id, state, version, created_by, created_at, updated_at, from_warehouse_id,
             to_warehouse_id)
        SELECT t.n, CASE WHEN {arrived} THEN 'received' ELSE 'shipped' END, 3, 'seed', {moment(0)},
            {moment("t.n % 20")}, CASE WHEN t.n % 200 = 50 THEN 3 ELSE 1 END,
            CASE WHEN t.n % 200 = 150 THEN 3 ELSE 2 END
        FROM {t}
        """,
        f"""
        INSERT INTO transfer_lines
        SELECT t.n, l.n, 1 + (t.n * 3 + l.n) % {products}, 5, CASE WHEN {arrived} THEN 5 ELSE 0 END,
            0, 0
        FROM {t}, {line}
        """,
        f"""
        INSERT INTO events
            (id, type, kind, subject_id, version, name, from_state, to_state, at, actor, data)
        SELECT t.n * 3 + s.n, 'transfer.shipped', 'transfer', t.n, s.n, 'step', 'draft',
            'shipped', {moment("s.n")}, 'seed', '{{}}'
        FROM {t}, {step}
        """,
        """
        INSERT INTO inbounds
        SELECT l.product_id, t.to_warehouse_id, 0, sum(l.quantity - l.received)
        FROM transfers AS t JOIN transfer_lines AS l ON l.document_id = t.id
        GROUP BY l.product_id, t.to_warehouse_id
        """,
    ]
    _carry_out(database, statements, analyze=analyze)


def fill_sales_orders(
    database: Database, *, orders: int, products: int, analyze: bool = True
) -> None:
    """Add orders of three lines, of five units each, to what `fill_transfers` has left.

    One in 200 is confirmed and holds its units, the others have left. Ten orders are of a customer;
    they come from warehouse 1, but one in 200 from 3.
    """
    on_sqlite = database.kind == "sqlite"
    moment, series = partial(_moment, on_sqlite), partial(_series, on_sqlite)
    o, line, step = series("o", orders), series("l", 3), series("s", 3)
    gone, site = "o.n % 200 > 0", "CASE WHEN o.n % 200 = 50 THEN 3 ELSE 1 END"
    product = f"1 + (o.n * 3 + l.n) % {products}"
    statements = [
        f"""
        INSERT INTO sales_orders
            (id, state, version, created_by, created_at, updated_at, customer, reference, split,
             shipments, returns)
        SELECT o.n, CASE WHEN {gone} THEN 'shipped' ELSE 'confirmed' END, 3, 'seed', {moment(0)},
            {moment("o.n % 20")}, 'Customer ' || (o.n % {orders // 10}), 'WEB-' || o.n, false, 1, 0
        FROM {o}
        """,
        f"""
        INSERT INTO sales_order_lines
            (document_id, number, product_id, quantity, allow_backorder, returned)
        SELECT o.n, l.n, {product}, 5, true, 0 FROM {o}, {line}
        """,
        f"""
        INSERT INTO sales_order_sources
        SELECT o.n, l.n, l.n, {site}, 5, CASE WHEN {gone} THEN 5 ELSE 0 END FROM {o}, {line}
        """,
        f"INSERT INTO sales_order_preferences SELECT o.n, 1, {site} FROM {o}",
        f"""
        INSERT INTO reservations
            (product_id, warehouse_id, order_id, id, allocated, backordered, created_at)
        SELECT {product}, {site}, -o.n, 10000000 + o.n * 3 + l.n, 5, 0, {moment(0)}
        FROM {o}, {line} WHERE NOT {gone}
        """,
        f"""
        INSERT INTO events
            (id, type, kind, subject_id, version, name, from_state, to_state, at, actor, data)
        SELECT 10000000 + o.n * 3 + s.n, 'sales_order.shipped', 'sales_order', o.n, s.n,
            'step', 'draft', 'shipped', {moment("s.n")}, 'seed', '{{}}'
        FROM {o}, {step}
        """,
    ]
    _carry_out(database, statements, analyze=analyze)


def fill_audit(database: Database, *, products: int, entries: int, analyze: bool = True) -> None:
    """Add a change of each product, by one of 50 users, and entries of as many keys."""
    on_sqlite = database.kind == "sqlite"
    moment, series = partial(_moment, on_sqlite), partial(_series, on_sqlite)
    p, entry = series("p", products), series("e", entries)
    statements = [
        f"""
        INSERT INTO events
            (id, type, kind, subject_id, version, at, actor, product_id, data, changes)
        SELECT 20000000 + p.n, 'product.updated', 'product', p.n, 2, {moment("p.n % 20")},
            'user:' || (p.n % 50), p.n, '{{}}', '{{}}'
        FROM {p}
        """,
        f"""
        INSERT INTO audit_entries (at, actor, action, subject, changes)
        SELECT {moment("e.n % 20")}, 'user:' || (e.n % 50), 'key.updated', 'key:' || (e.n % 1000),
            '{{}}'
        FROM {entry}
        """,
    ]
    _carry_out(database, statements, analyze=analyze)


def fill_deliveries(
    database: Database, *, webhooks: int, attempts: int, analyze: bool = True
) -> None:
    """Add webhooks with so many attempts each that failed, and as many that did not."""
    on_sqlite = database.kind == "sqlite"
    moment, series = partial(_moment, on_sqlite), partial(_series, on_sqlite)
    webhook, attempt = series("w", webhooks), series("a", 2 * attempts)
    yes, no = ("1", "0") if on_sqlite else ("true", "false")
    statements = [
        f"""
        INSERT INTO webhooks (url, is_active, secret, version, created_by, created_at, updated_at,
            position, run, failures)
        SELECT 'https://shop.example/' || w.n, {no}, 'whsec_', 1, 'seed', {moment(0)}, {moment(0)},
            0, 1, 0
        FROM {webhook}
        """,
        f"""
        INSERT INTO webhook_deliveries
            (webhook_id, event_number, event_type, attempt, at, duration_ms, status, has_failed)
        SELECT w.n, a.n, 'stock.low', 1, {moment(0)}, 5, 204,
            CASE WHEN a.n % 2 = 0 THEN {yes} ELSE {no} END
        FROM {attempt} CROSS JOIN {webhook}
        """,
    ]
    _carry_out(database, statements, analyze=analyze)


def fill_totals(database: Database, *, days: int, position: int, analyze: bool = True) -> None:
    """Add the totals of so many days before the end of 2025, as far as a number."""
    on_sqlite = database.kind == "sqlite"
    day = "date('2026-01-01', -d.n || ' days')" if on_sqlite else "date '2026-01-01' - d.n"
    day_, kind, warehouse = (
        _series(on_sqlite, name, count) for name, count in (("d", days), ("k", 6), ("w", 3))
    )
    statements = [
        f"""
        INSERT INTO daily_totals
            (day, warehouse_id, kind, currency, units_in, units_out, movements, value)
        SELECT {day}, w.n, 'kind ' || k.n, 'USD', 10, 5, 7, 50000
        FROM {day_} CROSS JOIN {kind} CROSS JOIN {warehouse}
        """,
        f"UPDATE totals_position SET number = {position}",
    ]
    _carry_out(database, statements, analyze=analyze)


def fill_counts(database: Database, *, counts: int, products: int, analyze: bool = True) -> None:
    """Add counts of twenty products each, every line counted once; one in ten is in review.

    One in 200 is of warehouse 3, the others of 1.
    """
    on_sqlite = database.kind == "sqlite"
    moment, series = partial(_moment, on_sqlite), partial(_series, on_sqlite)
    count, line = series("c", counts), series("l", 20)
    statements = [
        f"""
        INSERT INTO counts
            (id, state, version, created_by, created_at, updated_at, warehouse_id, scope,
             entry_count)
        SELECT c.n, CASE WHEN c.n % 10 = 0 THEN 'review' ELSE 'posted' END, 4, 'seed', {moment(0)},
            {moment(0)}, CASE WHEN c.n % 200 = 0 THEN 3 ELSE 1 END, 'products', 20
        FROM {count}
        """,
        f"""
        INSERT INTO count_lines
            (document_id, number, product_id, round, counted, counted_at, counted_by, book)
        SELECT c.n, l.n, (c.n * 20 + l.n) % {products} + 1, 1, 90, {moment(5)}, 'Ann',
            CASE WHEN c.n % 10 > 0 THEN 91 END
        FROM {count}, {line}
        """,
        f"""
        INSERT INTO count_entries
            (document_id, number, line, round, quantity, counted_by, counted_at, recorded_by,
             recorded_at)
        SELECT c.n, l.n, l.n, 1, 90, 'Ann', {moment(5)}, 'key', {moment(5)}
        FROM {count}, {line}
        """,
    ]
    _carry_out(database, statements, analyze=analyze)


def _moment(on_sqlite: bool, n: object) -> str:
    if on_sqlite:
        return f"1767225600000000 + ({n}) * 86400000000"
    return f"timestamptz '2026-01-01 00:00:00+00' + ({n}) * interval '1 day'"


def _series(on_sqlite: bool, name: str, count: int) -> str:
    if on_sqlite:
        step = f"SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count}"
        return f"(WITH RECURSIVE s(n) AS ({step}) SELECT n FROM s) AS {name}"
    return f"generate_series(1, {count}) AS {name}(n)"


def _carry_out(database: Database, statements: Iterable[str], *, analyze: bool) -> None:
    on_sqlite = database.kind == "sqlite"
    with admin_engine(database).begin() as connection:
        for statement in statements:
            # The one sign that both drivers' placeholders and our arithmetic use.
            connection.exec_driver_sql(statement if on_sqlite else statement.replace("%", "%%"))
    if analyze:
        with admin_engine(database).connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")
