"""The SQL of the SQLite store, named.

Every statement takes a whole batch as one JSON array and runs as one step of the database, so that
the interpreter's lock is free while SQLite works and the event loop parses the next batch. Taking a
value out of JSON costs more than storing it, so what is the same in all rows is bound once.
"""

from __future__ import annotations

from functools import lru_cache

from onhand.ledger.ports import OWN_KEYS
from onhand.store.documents import documents_open_at
from onhand.store.rows import (
    COPIES,
    RESERVATION_COLUMNS,
    WAREHOUSE_COLUMNS,
)
from onhand.store.schema import NAMING_PRODUCTS

Varying = tuple[bool, ...]
"""Of each column of a batch, whether its value varies from row to row."""


def _values(varying: Varying) -> list[str]:
    """Each column's value: taken from the row where it varies, else bound once for all rows.

    A row of one value is that value itself.
    """
    places = iter(range(len(varying)))
    constants = iter(range(1, len(varying) + 1))
    alone = varying.count(True) == 1
    return [
        ("given.value" if alone else f"json_extract(given.value, '$[{next(places)}]')")
        if varies
        else f"?{next(constants)}"
        for varies in varying
    ]


def _given(varying: Varying) -> str:
    return f"json_each(?{varying.count(False) + 1}) AS given"


@lru_cache(maxsize=1_000)
def look_up(columns: tuple[str, ...], table: str, keys: tuple[str, ...], varying: Varying) -> str:
    """Find the rows of a batch's keys; each key is one look-up in an index."""
    same = " AND ".join(
        f"found.{key} = {value}" for key, value in zip(keys, _values(varying), strict=True)
    )
    # CROSS JOIN fixes the order: the keys first.
    return (
        f"SELECT {', '.join(f'found.{column}' for column in columns)}"
        f" FROM {_given(varying)} CROSS JOIN {table} AS found ON {same}"
    )


@lru_cache(maxsize=1_000)
def insert(table: str, columns: tuple[str, ...], varying: Varying) -> str:
    """Insert a batch's rows."""
    return (
        f"INSERT INTO {table} ({', '.join(columns)})"
        f" SELECT {', '.join(_values(varying))} FROM {_given(varying)}"
    )


@lru_cache(maxsize=1_000)
def insert_levels(table: str, columns: tuple[str, ...], varying: Varying) -> str:
    """Insert new levels, with what they copy from their products."""
    values = _values(varying)
    return (
        f"INSERT INTO {table} ({', '.join(columns)}, is_watched, reorder_point)"
        f" SELECT {', '.join(values)}, s.track_inventory AND s.is_active, s.reorder_point"
        f" FROM {_given(varying)} LEFT JOIN product_stock AS s ON s.product_id = {values[0]}"
    )


@lru_cache(maxsize=1_000)
def upsert(table: str, columns: tuple[str, ...], varying: Varying, keys: int) -> str:
    """Insert rows, or replace what is there; the first `keys` columns are the key."""
    changes = ", ".join(f"{column} = excluded.{column}" for column in columns[keys:])
    # WHERE true keeps SQLite from reading ON CONFLICT as a join's ON.
    return (
        insert(table, columns, varying)
        + f" WHERE true ON CONFLICT ({', '.join(columns[:keys])}) DO UPDATE SET {changes}"
    )


@lru_cache(maxsize=1_000)
def update(table: str, columns: tuple[str, ...], varying: Varying, keys: int) -> str:
    """Replace columns of rows that are there; the first `keys` columns are the key."""
    values = _values(varying)
    changes = ", ".join(
        f"{column} = {value}" for column, value in zip(columns[keys:], values[keys:], strict=True)
    )
    same = " AND ".join(
        f"{column} = {value}" for column, value in zip(columns[:keys], values[:keys], strict=True)
    )
    return f"UPDATE {table} SET {changes} FROM {_given(varying)} WHERE {same}"


@lru_cache(maxsize=100)
def delete(table: str, keys: tuple[str, ...]) -> str:
    """Delete the rows whose keys are given as a JSON array of arrays."""
    wanted = ", ".join(f"json_extract(value, '$[{place}]')" for place in range(len(keys)))
    return f"DELETE FROM {table} WHERE ({', '.join(keys)}) IN (SELECT {wanted} FROM json_each(?))"


COPY_INTO_LEVELS = (
    f"UPDATE levels SET (is_watched, reorder_point) = ({COPIES})"
    " WHERE product_id IN (SELECT value FROM json_each(?))"
)
"""What levels copy from their products and settings: of some products."""

EXPIRED = " AND found.expires_at IS NOT NULL AND found.expires_at <= {moment}"
# One after the other, as LIMIT cannot differ from place to place: each is one look-up in the index.
_NEXT = (
    "(SELECT r.id FROM reservations AS r WHERE r.product_id = {place}.product_id"
    " AND r.warehouse_id = {place}.warehouse_id AND r.backordered > 0{after} ORDER BY r.id LIMIT 1)"
)
QUEUE_HEADS = (
    "WITH RECURSIVE place (product_id, warehouse_id, bound) AS (SELECT json_extract(value, '$[0]'),"
    " json_extract(value, '$[1]'), json_extract(value, '$[2]') FROM json_each(?)),"
    " head (product_id, warehouse_id, bound, id) AS (SELECT product_id, warehouse_id, bound,"
    f" {_NEXT.format(place='place', after='')} FROM place UNION ALL"
    " SELECT product_id, warehouse_id, bound - 1,"
    f" {_NEXT.format(place='head', after=' AND r.id > head.id')} FROM head"
    " WHERE bound > 1 AND id IS NOT NULL)"
    f" SELECT {', '.join(f'found.{column}' for column in RESERVATION_COLUMNS)} FROM head"
    " CROSS JOIN reservations AS found ON found.product_id = head.product_id"
    " AND found.warehouse_id = head.warehouse_id AND found.backordered > 0 AND found.id = head.id"
)
"""The heads of queues of backorders: products, warehouses, and how many of each at most."""

# One look-up in the ledger's key for each place and moment.
ON_HAND_AS_OF = (
    "SELECT k.key, coalesce((SELECT m.on_hand FROM movements AS m"
    " WHERE m.product_id = json_extract(k.value, '$[0]')"
    " AND m.warehouse_id = json_extract(k.value, '$[1]')"
    " AND m.occurred_at <= json_extract(k.value, '$[2]')"
    " ORDER BY m.occurred_at DESC, m.id DESC LIMIT 1), 0) FROM json_each(?) AS k"
)
ALL_WAREHOUSES = f"SELECT {', '.join(WAREHOUSE_COLUMNS)} FROM warehouses"
WAREHOUSES_HOLDING = (
    "SELECT k.value FROM json_each(?) AS k WHERE EXISTS (SELECT 1 FROM levels AS l"
    " WHERE l.warehouse_id = k.value AND (l.on_hand > 0 OR l.backordered > 0))"
)
PRODUCTS_WITH_HISTORY = "SELECT k.value FROM json_each(?) AS k WHERE " + " OR ".join(
    f"EXISTS (SELECT 1 FROM {table} AS t WHERE t.product_id = k.value)"
    for table in ("levels", *NAMING_PRODUCTS)
)
DOCUMENTS_OPEN_AT = documents_open_at("SELECT value FROM json_each(?)")
ANY_EXPIRED = (
    "SELECT EXISTS (SELECT 1 FROM reservations WHERE expires_at IS NOT NULL AND expires_at <= ?)"
)
LAST_IDS = "SELECT name, last_id FROM id_counters"

SAVE_LAST_ID = "UPDATE id_counters SET last_id = ? WHERE name = ?"
SALES_COLUMNS = ("product_id", "warehouse_id", "day", "quantity")
ADDING_SALES = (
    " WHERE true ON CONFLICT (product_id, day, warehouse_id)"
    " DO UPDATE SET quantity = quantity + excluded.quantity"
)
KEEP_ANSWER = (
    "INSERT INTO idempotency_keys (key, part, fingerprint, status, body, created_at)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)
# A part at a time: commands wait meanwhile.
FORGET_ANSWERS = (
    "DELETE FROM idempotency_keys WHERE rowid IN (SELECT rowid FROM idempotency_keys"
    f" WHERE created_at < ? AND key NOT LIKE '{OWN_KEYS}%' LIMIT 10000)"
)
EXPIRED_PLACES = (
    "SELECT DISTINCT product_id, warehouse_id FROM reservations"
    " WHERE expires_at IS NOT NULL AND expires_at <= ? LIMIT ?"
)
