"""The SQL of the PostgreSQL store, named.

Every statement is set-based: a batch arrives as one array per column, unnested into rows. Locks are
taken on `warehouses` (shared) and then on `product_stock`, by rising product_id, before anything
else is read; whoever holds a product's row owns its levels, movements and reservations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import compress
from typing import Any

from sqlalchemy import Boolean, Date, LargeBinary, String
from sqlalchemy.types import TypeEngine

from onhand.ledger.ports import OWN_KEYS
from onhand.store.columns import Moment, Money
from onhand.store.documents import documents_open_at
from onhand.store.rows import (
    COPIES,
    LEVEL_COLUMNS,
    PRODUCT_COLUMNS,
    RESERVATION_COLUMNS,
    STOCK_COLUMNS,
    WAREHOUSE_COLUMNS,
    Row,
    varies,
)
from onhand.store.schema import NAMING_PRODUCTS, SEQUENCES, metadata

_OF_TYPES: Mapping[type[TypeEngine[Any]], str] = {
    Moment: "timestamptz",
    Money: "numeric",
    Boolean: "bool",
    Date: "date",
    LargeBinary: "bytea",
    String: "text",
}


def type_of(table: str, column: str) -> str:
    """A column's type as values are sent for it: bigint, where it is none of these."""
    kind = metadata.tables[table].c[column].type
    return next((name for known, name in _OF_TYPES.items() if isinstance(kind, known)), "bigint")


Varying = tuple[bool, ...]
"""Of each column of a batch, whether its value varies from row to row."""

Statement = tuple[str, list[Any]]
"""SQL with `%b` for each argument, and the arguments."""

Write = list[Statement]
"""One statement; none where there are no rows to write."""


def _values(table: str, columns: Sequence[str], varying: Varying) -> list[str]:
    """Each column's value: from the row where it varies, else bound once for all rows."""
    return [
        f"given.{column}" if varies else f"%b::{type_of(table, column)}"
        for column, varies in zip(columns, varying, strict=True)
    ]


def _given(table: str, columns: tuple[str, ...], varying: Varying) -> str:
    names = list(compress(columns, varying))
    if not names:
        return "(SELECT 1) AS given"
    arrays = ", ".join(f"%b::{type_of(table, name)}[]" for name in names)
    return f"unnest({arrays}) AS given ({', '.join(names)})"


@lru_cache(maxsize=1_000)
def _insert(table: str, columns: tuple[str, ...], varying: Varying) -> str:
    return (
        f"INSERT INTO {table} ({', '.join(columns)})"
        f" SELECT {', '.join(_values(table, columns, varying))}"
        f" FROM {_given(table, columns, varying)}"
    )


def _bound(rows: Sequence[Row]) -> tuple[Varying, list[tuple[Any, ...]]]:
    columns = list(zip(*rows, strict=True))
    return tuple(map(varies, columns)), columns


def _constants(columns: Sequence[tuple[Any, ...]], varying: Sequence[bool]) -> list[Any]:
    return [column[0] for column, varies in zip(columns, varying, strict=True) if not varies]


def insert(table: str, columns: tuple[str, ...], rows: Sequence[Row], ending: str = "") -> Write:
    """Insert rows; `ending` may say what to do about those that are there."""
    if not rows:
        return []
    varying, values = _bound(rows)
    arrays = [list(column) for column in compress(values, varying)]
    return [(_insert(table, columns, varying) + ending, [*_constants(values, varying), *arrays])]


def insert_levels(rows: Sequence[Row]) -> Write:
    """Insert new levels, with what they copy from their products."""
    if not rows:
        return []
    varying, values = _bound(rows)
    # Products are looked up by it, so it is an array whatever they are.
    varying = (True, *varying[1:])
    arrays = [list(column) for column in compress(values, varying)]
    return [(_insert_levels(varying), [*_constants(values, varying), *arrays])]


@lru_cache(maxsize=1_000)
def _insert_levels(varying: Varying) -> str:
    return (
        f"INSERT INTO levels ({', '.join(LEVEL_COLUMNS)}, is_watched, reorder_point)"
        f" SELECT {', '.join(_values('levels', LEVEL_COLUMNS, varying))},"
        " s.track_inventory AND s.is_active, s.reorder_point"
        f" FROM {_given('levels', LEVEL_COLUMNS, varying)} LEFT JOIN LATERAL (SELECT * FROM"
        " product_stock AS kept WHERE kept.product_id = given.product_id OFFSET 0) AS s ON true"
    )


def upsert(table: str, columns: tuple[str, ...], rows: Sequence[Row], keys: int = 1) -> Write:
    """Insert rows, or replace what is there; the first `keys` columns are the key.

    What is there is found by its unique index whatever the planner thinks of the table.
    """
    return insert(table, columns, rows, replacing(columns, keys))


def replacing(columns: Sequence[str], keys: int) -> str:
    """The ending of an insert that replaces what is there."""
    changes = ", ".join(f"{column} = excluded.{column}" for column in columns[keys:])
    return f" ON CONFLICT ({', '.join(columns[:keys])}) DO UPDATE SET {changes}"


def update(table: str, columns: tuple[str, ...], rows: Sequence[Row], keys: int = 1) -> Write:
    """Replace what is there, and locked; the first `keys` columns are the key."""
    if not rows:
        return []
    values = list(zip(*rows, strict=True))
    # Arrays of numbers cost next to nothing, and fewer statements are prepared with them.
    varying = tuple(
        type_of(table, name) == "bigint" or varies(column)
        for name, column in zip(columns, values, strict=True)
    )
    arrays = [list(column) for column in compress(values, varying)]
    return [(_update(table, columns, keys, varying), [*_constants(values, varying), *arrays])]


@lru_cache(maxsize=1_000)
def _update(table: str, columns: tuple[str, ...], keys: int, varying: Varying) -> str:
    # Found by their key first, then updated where they lie: for a plain join the planner may go
    # through the whole batch for each row.
    same = " AND ".join(f"kept.{column} = given.{column}" for column in columns[:keys])
    new = zip(columns[keys:], _values(table, columns, varying)[keys:], strict=True)
    changes = ", ".join(f"{column} = {value}" for column, value in new)
    return (
        f"UPDATE {table} AS kept SET {changes} FROM (SELECT given.*, found.ctid AS place"
        f" FROM {_given(table, columns, varying)}"
        f" CROSS JOIN LATERAL (SELECT kept.ctid FROM {table} AS kept WHERE {same} OFFSET 0)"
        " AS found) AS given WHERE kept.ctid = given.place"
    )


@lru_cache(maxsize=1_000)
def _together(texts: tuple[str, ...]) -> str:
    *before, last = texts
    parts = ", ".join(f"part_{place} AS ({text})" for place, text in enumerate(before))
    return f"WITH {parts} {last}" if before else last


def together(statements: Sequence[Statement]) -> Write:
    """Statements that write to different tables, as one: one message there and back."""
    if not statements:
        return []
    texts = tuple(text for text, _ in statements)
    return [(_together(texts), [value for _, arguments in statements for value in arguments])]


def delete(table: str, keys: Sequence[str], rows: Sequence[Row]) -> Write:
    """Delete the rows with these keys."""
    if not rows:
        return []
    same = " AND ".join(f"kept.{column} = p.{column}" for column in keys)
    arrays = ", ".join(f"%b::{type_of(table, column)}[]" for column in keys)
    text = (
        f"DELETE FROM {table} WHERE ctid = ANY(ARRAY(SELECT found.ctid"
        f" FROM unnest({arrays}) AS p ({', '.join(keys)})"
        f" CROSS JOIN LATERAL (SELECT kept.ctid FROM {table} AS kept WHERE {same} OFFSET 0)"
        " AS found))"
    )
    return [(text, [list(column) for column in zip(*rows, strict=True)])]


COPY_INTO_LEVELS = (
    f"UPDATE levels SET (is_watched, reorder_point) = ({COPIES})"
    " WHERE product_id = ANY(%b::bigint[])"
)
"""What levels copy from their products and settings: of some products."""


def _columns(alias: str, columns: Sequence[str]) -> str:
    return ", ".join(f"{alias}.{column}" for column in columns)


LOCK_STOCK = (
    f"SELECT {', '.join(STOCK_COLUMNS)} FROM product_stock"
    " WHERE product_id = ANY(%b::bigint[]) ORDER BY product_id FOR UPDATE"
)
# Places are worked out before they are looked up: then each look-up has its whole key.
_GIVEN = (
    "{name} AS MATERIALIZED (SELECT given.product_id,"
    " coalesce(given.warehouse_id, s.default_warehouse_id, 1) AS warehouse_id, given.order_id"
    " FROM unnest(%b::bigint[], %b::bigint[], %b::bigint[])"
    " AS given (product_id, warehouse_id, order_id)"
    " CROSS JOIN LATERAL (SELECT kept.default_warehouse_id FROM product_stock AS kept"
    " WHERE kept.product_id = given.product_id OFFSET 0) AS s)"
)
_ASKED, _EVERYTHING = _GIVEN.format(name="asked"), _GIVEN.format(name="everything")
_PLACES = "place AS MATERIALIZED (SELECT DISTINCT product_id, warehouse_id FROM asked)"

LEVEL, RESERVATION, EXPIRED, WAREHOUSE = range(4)
"""What a row of `found` is, told by its first column; a level's nine columns follow it, of which a
reservation uses eight and a warehouse two: its id and whether it is active."""


def _each(columns: Sequence[str], places: str, table: str, condition: str, more: str = "") -> str:
    """Look a table up once for each place, from the places' side whatever the planner thinks."""
    return (
        f"{', '.join(f'found.{column}' for column in columns)}{more} FROM {places} AS p"
        f" CROSS JOIN LATERAL (SELECT * FROM {table} AS kept WHERE {condition} OFFSET 0) AS found"
    )


_HERE = "kept.product_id = p.product_id AND kept.warehouse_id = p.warehouse_id"


def _reservations(kind: int, places: str, condition: str = "") -> str:
    looked_up = _each(RESERVATION_COLUMNS, places, "reservations", _HERE + condition, ", NULL")
    return f" UNION ALL SELECT {kind}, {looked_up}"


@lru_cache
def found(*, everything: bool) -> str:
    """All that a batch needs at its places, in one statement.

    Arguments: products, warehouses and orders: the reservations named, and the places with none
    named; with `everything`, the same of the places whose reservations are all wanted (their orders
    are not looked at); now; and the warehouses named.
    """
    given = [_ASKED, *([_EVERYTHING] if everything else []), _PLACES]
    return (
        f"WITH {', '.join(given)}"
        f" SELECT {LEVEL} AS kind, {_each(LEVEL_COLUMNS, 'place', 'levels', _HERE)}"
        + _reservations(EXPIRED, "place", " AND kept.expires_at <= %b")
        + _reservations(RESERVATION, "asked", " AND kept.order_id = p.order_id")
        + (_reservations(RESERVATION, "everything") if everything else "")
        + f" UNION ALL SELECT {WAREHOUSE}, found.id, found.is_active::int, 0, 0, 0, 0,"
        " NULL, NULL, NULL"
        " FROM (SELECT warehouse_id AS id FROM place UNION SELECT unnest(%b::bigint[])) AS n"
        " CROSS JOIN LATERAL (SELECT * FROM warehouses AS w WHERE w.id = n.id OFFSET 0) AS found"
    )


def rows_of(table: str, columns: Sequence[str], key: str, *, lock: bool = False) -> str:
    """The rows whose `key` is one of an array's, locked in its order where that is asked."""
    ending = f" ORDER BY {key} FOR UPDATE" if lock else ""
    return f"SELECT {', '.join(columns)} FROM {table} WHERE {key} = ANY(%b::bigint[]){ending}"


@lru_cache
def rows_at(table: str, columns: tuple[str, ...], keys: tuple[str, ...]) -> str:
    """The rows whose keys, whole numbers, are given as an array each."""
    same = " AND ".join(f"kept.{key} = p.{key}" for key in keys)
    given = f"unnest({', '.join(['%b::bigint[]'] * len(keys))})"
    named = f"AS p ({', '.join(keys)})"
    return "SELECT " + _each(columns, given, table, same).replace("AS p", named, 1)


INBOUNDS = "SELECT " + _each(
    ("product_id", "warehouse_id", "on_order", "in_transit"),
    "unnest(%b::bigint[], %b::bigint[])",
    "inbounds",
    _HERE,
).replace("AS p", "AS p (product_id, warehouse_id)", 1)
_TERMS = tuple(column.name for column in metadata.tables["supplier_products"].c)
TERMS = "SELECT " + _each(
    _TERMS,
    "unnest(%b::bigint[], %b::bigint[])",
    "supplier_products",
    "kept.supplier_id = p.supplier_id AND kept.product_id = p.product_id",
).replace("AS p", "AS p (supplier_id, product_id)", 1)
PREFERRED_TERMS = (
    f"SELECT {', '.join(_TERMS)} FROM supplier_products"
    " WHERE product_id = ANY(%b::bigint[]) AND is_preferred"
)


def named(table: str, column: str) -> str:
    """Whose the names of an array are: each that is taken, and the id of its owner."""
    return f"SELECT {column}, id FROM {table} WHERE {column} = ANY(%b::text[])"


# One look-up in the ledger's key for each place and moment. The key is compared as a whole: before
# there are statistics, the planner would go through the index of time alone.
ON_HAND_AS_OF = (
    "SELECT p.position, CASE WHEN found.product_id = p.product_id"
    " AND found.warehouse_id = p.warehouse_id THEN found.on_hand ELSE 0 END"
    " FROM unnest(%b::bigint[], %b::bigint[], %b::timestamptz[])"
    " WITH ORDINALITY AS p (product_id, warehouse_id, moment, position)"
    " LEFT JOIN LATERAL (SELECT m.product_id, m.warehouse_id, m.on_hand FROM movements AS m"
    " WHERE (m.product_id, m.warehouse_id, m.occurred_at)"
    " <= (p.product_id, p.warehouse_id, p.moment)"
    " ORDER BY m.product_id DESC, m.warehouse_id DESC, m.occurred_at DESC, m.id DESC"
    " LIMIT 1) AS found ON true"
)
QUEUE_HEADS = (
    f"SELECT {_columns('r', RESERVATION_COLUMNS)}"
    " FROM unnest(%b::bigint[], %b::bigint[], %b::bigint[])"
    " AS place (product_id, warehouse_id, bound)"
    " CROSS JOIN LATERAL (SELECT * FROM reservations AS q"
    " WHERE q.product_id = place.product_id AND q.warehouse_id = place.warehouse_id"
    " AND q.backordered > 0 ORDER BY q.id LIMIT place.bound) AS r"
)
ANSWER_COLUMNS = ("key", "part", "fingerprint", "status", "body", "created_at")

REVERSED = "SELECT " + _each(
    ("reverses_id",),
    "unnest(%b::bigint[], %b::bigint[])",
    "movements",
    "kept.product_id = p.product_id AND kept.reverses_id = p.id",
).replace("AS p", "AS p (product_id, id)", 1)
ALL_WAREHOUSES = f"SELECT {', '.join(WAREHOUSE_COLUMNS)} FROM warehouses"
# Whoever writes stock first locks rows of product_stock: none can while warehouses change, and
# each then sees them as they became.
LOCK_OUT_WRITERS = "LOCK TABLE product_stock IN EXCLUSIVE MODE"
WAREHOUSES_HOLDING = (
    "SELECT k.id FROM unnest(%b::bigint[]) AS k (id) WHERE EXISTS (SELECT 1 FROM levels AS l"
    " WHERE l.warehouse_id = k.id AND (l.on_hand > 0 OR l.backordered > 0))"
)
PRODUCTS = f"SELECT {', '.join(PRODUCT_COLUMNS)} FROM products WHERE id = ANY(%b::bigint[])"
PRODUCTS_WITH_HISTORY = "SELECT k.id FROM unnest(%b::bigint[]) AS k (id) WHERE " + " OR ".join(
    f"EXISTS (SELECT 1 FROM {table} AS t WHERE t.product_id = k.id)"
    for table in ("levels", *NAMING_PRODUCTS)
)
DOCUMENTS_OPEN_AT = documents_open_at("SELECT unnest(%b::bigint[])")
SKU_OWNERS = "SELECT sku_key, id FROM products WHERE sku_key = ANY(%b::text[])"
KNOWN_ANSWERS = "SELECT " + _each(
    ANSWER_COLUMNS[:-1],
    "unnest(%b::text[], %b::bigint[])",
    "idempotency_keys",
    "kept.key = p.key AND kept.part = p.part",
).replace("AS p", "AS p (key, part)", 1)


def new_ids(counts: Mapping[str, int]) -> Write:
    """Take as many ids of each sequence: rows of its place in SEQUENCES, and the id."""
    wanted = tuple(name for name in SEQUENCES if counts.get(name))
    return [(_new_ids(wanted), [counts[name] for name in wanted])] if wanted else []


@lru_cache
def _new_ids(names: tuple[str, ...]) -> str:
    return " UNION ALL ".join(
        f"SELECT {SEQUENCES.index(name)}, nextval('{name}') FROM generate_series(1, %b::bigint)"
        for name in names
    )


SALES_COLUMNS = ("product_id", "warehouse_id", "day", "quantity")
ADDING_SALES = (
    " ON CONFLICT (product_id, day, warehouse_id)"
    " DO UPDATE SET quantity = daily_sales.quantity + excluded.quantity"
)
# A part at a time: commands wait meanwhile, and a statement has its limit.
_OLD = f"FROM idempotency_keys WHERE created_at < %b AND key NOT LIKE '{OWN_KEYS}%%' LIMIT 10000"
FORGET_ANSWERS = f"DELETE FROM idempotency_keys WHERE ctid = ANY(ARRAY(SELECT ctid {_OLD}))"
OLD_ANSWERS = f"SELECT key {_OLD}"
EXPIRED_PLACES = (
    "SELECT DISTINCT product_id, warehouse_id FROM reservations"
    " WHERE expires_at IS NOT NULL AND expires_at <= %b LIMIT %b"
)
