"""The strategy for a sharded database: a statement names one product, and goes to its worker alone.

A statement about many products at once would be one that Citus plans over all workers: it locks no
rows (FOR UPDATE must stay on one shard), and writes to one shard after the other. So what belongs
to products is asked and written product by product, in rising order; all of it still in one
pipeline, so that a batch takes two round trips as ever. Besides, no statement here

- joins what it changes to arrays, or finds it by ctid, which means nothing on another machine;
- changes two tables (`WITH ... INSERT`), or asks what Citus cannot send to one worker as it stands.

What `onhand.store.schema.distribution` has everywhere or in one place goes as sets, in forms that
keep to the same rules. On a single PostgreSQL all of it works too, only slower: so it is tested.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from onhand.ledger.ports import KeyPart
from onhand.store import rows as r
from onhand.store.documents import INBOUND_COLUMNS, INBOUND_TOTAL_COLUMNS
from onhand.store.postgresql import sql
from onhand.store.postgresql.set_based import Asked, Execute, LedgerRows, columns_of
from onhand.store.rows import Row
from onhand.store.schema import NAMING_PRODUCTS
from onhand.store.schema.distribution import column_of

PRODUCT = "product_id = %b::bigint"
LEVEL = f"{PRODUCT} AND warehouse_id = %b::bigint"

LOCK = f"SELECT {', '.join(r.STOCK_COLUMNS)} FROM product_stock WHERE {PRODUCT} FOR UPDATE"

# Its tables are joined by nothing but the one product that each of them is asked for.
_ASKED = (
    "{name} AS MATERIALIZED (SELECT coalesce(given.warehouse_id, s.default_warehouse_id, 1)"
    " AS warehouse_id, given.order_id FROM product_stock AS s"
    " CROSS JOIN unnest(%b::bigint[], %b::bigint[]) AS given (warehouse_id, order_id)"
    f" WHERE s.{PRODUCT})"
)
_PLACE = "place AS MATERIALIZED (SELECT DISTINCT warehouse_id FROM asked)"


def _look_up(
    kind: int, columns: Sequence[str], places: str, table: str, more: str = "", ending: str = ""
) -> str:
    return (
        f"SELECT {kind} AS kind, {', '.join(f'found.{column}' for column in columns)}{ending}"
        f" FROM {places} AS p CROSS JOIN LATERAL (SELECT * FROM {table} AS kept"
        f" WHERE kept.{PRODUCT} AND kept.warehouse_id = p.warehouse_id{more} OFFSET 0) AS found"
    )


@lru_cache
def found(*, everything: bool) -> str:
    """What `sql.found` asks, of one product.

    Arguments: its warehouses and orders, its id; the same again with `everything`; its id; its id
    and now; its id, and again with `everything`.
    """
    holds = r.RESERVATION_COLUMNS
    given = [_ASKED.format(name="asked")]
    given += [_ASKED.format(name="everything")] if everything else []
    parts = [
        _look_up(sql.LEVEL, r.LEVEL_COLUMNS, "place", "levels"),
        _look_up(
            sql.EXPIRED, holds, "place", "reservations", " AND kept.expires_at <= %b", ", NULL"
        ),
        _look_up(
            sql.RESERVATION,
            holds,
            "asked",
            "reservations",
            " AND kept.order_id = p.order_id",
            ", NULL",
        ),
    ]
    if everything:
        parts.append(_look_up(sql.RESERVATION, holds, "everything", "reservations", "", ", NULL"))
    parts.append(
        f"SELECT {sql.WAREHOUSE}, w.id, w.is_active::int, 0, 0, 0, 0, NULL, NULL, NULL"
        " FROM place AS p JOIN warehouses AS w ON w.id = p.warehouse_id"
    )
    return f"WITH {', '.join([*given, _PLACE])} " + " UNION ALL ".join(parts)


WAREHOUSES = (
    f"SELECT {sql.WAREHOUSE}, id, is_active::int, 0, 0, 0, 0, NULL::timestamptz,"
    " NULL::timestamptz, NULL FROM warehouses WHERE id = ANY(%b::bigint[])"
)
KNOWN_ANSWERS = (
    f"SELECT {', '.join(sql.ANSWER_COLUMNS[:-1])} FROM idempotency_keys"
    " WHERE key = %b::text AND part = ANY(%b::bigint[])"
)
REVERSED = f"SELECT reverses_id FROM movements WHERE {PRODUCT} AND reverses_id = ANY(%b::bigint[])"
QUEUE_HEAD = (
    f"SELECT {', '.join(r.RESERVATION_COLUMNS)} FROM reservations WHERE {LEVEL}"
    " AND backordered > 0 ORDER BY id LIMIT %b::bigint"
)
ON_HAND_AS_OF = (
    f"SELECT %b::bigint, on_hand FROM movements WHERE {LEVEL} AND occurred_at <= %b::timestamptz"
    " ORDER BY occurred_at DESC, id DESC LIMIT 1"
)
INBOUND = f"SELECT {', '.join(INBOUND_COLUMNS)} FROM inbounds WHERE {LEVEL}"
INBOUND_TOTAL = f"SELECT {', '.join(INBOUND_TOTAL_COLUMNS)} FROM product_stock WHERE {PRODUCT}"
SETTINGS = f"SELECT {', '.join(r.SETTINGS_COLUMNS)} FROM stock_settings WHERE {LEVEL}"
HAS_LEVELS = f"SELECT product_id FROM levels WHERE {PRODUCT} LIMIT 1"
HAS_SETTINGS = f"SELECT product_id FROM stock_settings WHERE {PRODUCT} LIMIT 1"
NAMED = tuple(
    f"SELECT DISTINCT product_id FROM {table} WHERE product_id = ANY(%b::bigint[])"
    for table in NAMING_PRODUCTS
    if column_of(table) is None
)
HOLDING = (
    "SELECT DISTINCT warehouse_id FROM levels WHERE warehouse_id = ANY(%b::bigint[])"
    " AND (on_hand > 0 OR backordered > 0)"
)
COPY_PRODUCT = (
    f"UPDATE levels SET is_watched = %b::bool, reorder_point = %b::bigint WHERE {PRODUCT}"
)
COPY_SETTINGS = (
    "UPDATE levels AS l SET reorder_point = o.reorder_point FROM stock_settings AS o"
    f" WHERE l.{PRODUCT} AND o.{PRODUCT} AND o.warehouse_id = l.warehouse_id"
    " AND o.reorder_point IS NOT NULL"
)
FORGET = "DELETE FROM idempotency_keys WHERE key = ANY(%b::text[]) AND created_at < %b"

NEW_LEVEL_COLUMNS = (*r.LEVEL_COLUMNS, "is_watched", "reorder_point")


class PerProduct:
    """A statement for each product, and for each row that is changed. See `Strategy`."""

    def locks(self, products: Collection[int]) -> sql.Write:
        """See `Strategy`."""
        return [(LOCK, [product_id]) for product_id in sorted(products)]

    def found(
        self,
        asked: Collection[Asked],
        everything: Collection[Asked],
        now: datetime,
        warehouses: Collection[int],
    ) -> sql.Write:
        """See `Strategy`."""
        statements: sql.Write = []
        some, whole = dict(_grouped(asked)), dict(_grouped(everything))
        for product_id in sorted(some.keys() | whole.keys()):
            given = [*_without_product(some.get(product_id, ())), product_id]
            tail = [product_id, product_id, now, product_id]
            if product_id in whole:
                given += [*_without_product(whole[product_id]), product_id]
                tail.append(product_id)
            statements.append((found(everything=product_id in whole), [*given, *tail]))
        if warehouses:
            statements.append((WAREHOUSES, [list(warehouses)]))
        return statements

    def known_answers(self, keys: Collection[KeyPart]) -> sql.Write:
        """See `Strategy`."""
        return [
            (KNOWN_ANSWERS, [key, [part for _, part in parts]]) for key, parts in _grouped(keys)
        ]

    def reversed(self, movements: Collection[tuple[int, int]]) -> sql.Write:
        """See `Strategy`."""
        return [
            (REVERSED, [product_id, [movement_id for _, movement_id in of_product]])
            for product_id, of_product in _grouped(movements)
        ]

    def queue_heads(self, heads: Collection[tuple[int, int, int | None]]) -> sql.Write:
        """See `Strategy`."""
        return [(QUEUE_HEAD, [*head]) for head in sorted(heads, key=itemgetter(0, 1))]

    def on_hand_as_of(self, wanted: Sequence[tuple[int, int, datetime]]) -> sql.Write:
        """See `Strategy`; no row for what had not moved by then."""
        return [(ON_HAND_AS_OF, [number, *place]) for number, place in enumerate(wanted, 1)]

    def inbounds(self, places: Collection[tuple[int, int]]) -> sql.Write:
        """See `Strategy`."""
        return [(INBOUND, [*place]) for place in sorted(places)]

    def inbound_totals(self, products: Collection[int]) -> sql.Write:
        """See `Strategy`."""
        return [(INBOUND_TOTAL, [product_id]) for product_id in sorted(products)]

    def settings(self, places: Collection[tuple[int, int]]) -> sql.Write:
        """See `Strategy`."""
        return [(SETTINGS, [*place]) for place in sorted(places)]

    def with_history(self, products: Collection[int]) -> sql.Write:
        """See `Strategy`."""
        of_each = [
            (text, [product_id])
            for product_id in sorted(products)
            for text in (HAS_LEVELS, HAS_SETTINGS)
        ]
        return [*of_each, *((text, [list(products)]) for text in NAMED)]

    def holding(self, warehouses: Collection[int]) -> sql.Write:
        """See `Strategy`."""
        return [(HOLDING, [list(warehouses)])]

    def ledger(self, rows: LedgerRows) -> sql.Write:
        """See `Strategy`."""
        holds = r.RESERVATION_COLUMNS
        levels = [(*row, *rows.copied[row[0]]) for row in rows.new_levels]
        return [
            *self.insert("movements", r.MOVEMENT_COLUMNS, rows.movements),
            *self.insert("levels", NEW_LEVEL_COLUMNS, levels),
            *self.update("levels", r.LEVEL_COLUMNS, rows.levels, 2),
            *self.delete("reservations", holds[:3], rows.closed),
            *self.insert("reservations", holds, rows.opened),
            *self.update("reservations", holds, rows.changed, 3),
            *self.update("product_stock", r.TOTAL_COLUMNS, rows.totals),
            *self.insert("daily_sales", sql.SALES_COLUMNS, rows.sales, sql.ADDING_SALES),
            *self.insert("idempotency_keys", sql.ANSWER_COLUMNS, rows.answers),
        ]

    def copies(
        self, products: Sequence[int], copied: Mapping[int, tuple[bool, int | None]]
    ) -> sql.Write:
        """See `Strategy`."""
        return [
            statement
            for product_id in products
            for statement in (
                (COPY_PRODUCT, [*copied[product_id], product_id]),
                (COPY_SETTINGS, [product_id, product_id]),
            )
        ]

    def insert(
        self, table: str, columns: tuple[str, ...], rows: Sequence[Row], ending: str = ""
    ) -> sql.Write:
        """See `Strategy`; `ending` may say what to do about rows that are there."""
        if column_of(table) is None:
            return sql.insert(table, columns, rows, ending)
        statements: sql.Write = []
        for _, of_one in _grouped(rows, columns.index(column_of(table) or "")):
            if len(of_one) == 1:
                statements.append((_insert_one(table, columns) + ending, [*of_one[0]]))
            else:
                statements += sql.insert(table, columns, of_one, ending)
        return statements

    def upsert(
        self, table: str, columns: tuple[str, ...], rows: Sequence[Row], keys: int = 1
    ) -> sql.Write:
        """See `Strategy`."""
        return self.insert(table, columns, rows, sql.replacing(columns, keys))

    def update(
        self, table: str, columns: tuple[str, ...], rows: Sequence[Row], keys: int = 1
    ) -> sql.Write:
        """See `Strategy`; in the order of their keys."""
        ordered = sorted(rows, key=itemgetter(*range(keys)))
        return [(_update_one(table, columns, keys), [*row[keys:], *row[:keys]]) for row in ordered]

    def delete(self, table: str, keys: Sequence[str], rows: Sequence[Row]) -> sql.Write:
        """See `Strategy`; those that differ in the last column of their keys together."""
        if len(keys) == 1 and column_of(table) is None:
            return [(_delete_of(table, (), keys[0]), [[row[0] for row in rows]])] if rows else []
        statements: sql.Write = []
        *before, last = keys
        if not before:
            before, last = [*keys], ""
        for _, of_one in groupby(sorted(rows), key=itemgetter(slice(len(before)))):
            alike = list(of_one)
            many = [[row[-1] for row in alike]] if last else []
            text = _delete_of(table, tuple(before), last)
            statements.append((text, [*alike[0][: len(before)], *many]))
        return statements

    def forget(self, execute: Execute, before: datetime) -> int:
        """See `Strategy`."""
        keys = [row[0] for row in execute(sql.OLD_ANSWERS, (before,)).fetchall()]
        return execute(FORGET, (keys, before)).rowcount if keys else 0


def _grouped(rows: Iterable[Any], place: int = 0) -> Iterator[tuple[Any, list[Any]]]:
    """Rows by the value at one place of them, rising; those of one value as they came."""
    of = itemgetter(place)
    for value, alike in groupby(sorted(rows, key=of), key=of):
        yield value, list(alike)


def _without_product(asked: Iterable[Asked]) -> list[list[Any]]:
    return columns_of([place[1:] for place in asked], 2)


@lru_cache(maxsize=1_000)
def _insert_one(table: str, columns: tuple[str, ...]) -> str:
    values = ", ".join(f"%b::{sql.type_of(table, column)}" for column in columns)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})"


@lru_cache(maxsize=1_000)
def _update_one(table: str, columns: tuple[str, ...], keys: int) -> str:
    changes = ", ".join(f"{name} = %b::{sql.type_of(table, name)}" for name in columns[keys:])
    return f"UPDATE {table} SET {changes} WHERE {_same(table, columns[:keys])}"


@lru_cache(maxsize=1_000)
def _delete_of(table: str, same: tuple[str, ...], any_of: str) -> str:
    conditions = [_same(table, same)] if same else []
    if any_of:
        conditions.append(f"{any_of} = ANY(%b::{sql.type_of(table, any_of)}[])")
    return f"DELETE FROM {table} WHERE {' AND '.join(conditions)}"


def _same(table: str, keys: Sequence[str]) -> str:
    return " AND ".join(f"{name} = %b::{sql.type_of(table, name)}" for name in keys)
