"""Contents: everything that a store keeps, as rows of plain values whatever the store.

`problems` names each invariant of the ledger that they break; `comparable` takes out what stores
may give differently, so that two can be compared.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

from sqlalchemy import Engine, select

from onhand.core.documents import Document
from onhand.core.products import Product
from onhand.core.stock_settings import StockSettings
from onhand.store import documents as d
from onhand.store import events as e
from onhand.store import rows as r
from onhand.store import schema
from onhand.store.engine import parse_database, read_engine
from onhand.store.memory import MemoryStore
from tests.support.order_contents import problems_of_orders
from tests.support.sales_contents import problems_of_sales_orders

PHYSICAL = ("in", "out", "adjustment", "transfer", "count")

Row = dict[str, Any]

# Reading out


@dataclass
class Contents:
    """Every row of every table that the ledger writes; movements by id."""

    levels: list[Row] = field(default_factory=list)
    movements: list[Row] = field(default_factory=list)
    reservations: list[Row] = field(default_factory=list)
    product_stock: list[Row] = field(default_factory=list)
    daily_sales: list[Row] = field(default_factory=list)
    products: list[Row] = field(default_factory=list)
    warehouses: list[Row] = field(default_factory=list)
    idempotency_keys: list[Row] = field(default_factory=list)
    inbounds: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    supplier_products: list[Row] = field(default_factory=list)
    stock_settings: list[Row] = field(default_factory=list)
    documents: dict[str, list[Row]] = field(default_factory=dict)
    """The rows of each table of documents."""

    def ledger(self, product_id: int, warehouse_id: int = 1) -> list[Row]:
        """The entries of one level, in their order."""
        place = (product_id, warehouse_id)
        kept = [m for m in self.movements if (m["product_id"], m["warehouse_id"]) == place]
        return sorted(kept, key=lambda m: m["entry_number"])

    def told(self, product_id: int, warehouse_id: int = 1) -> list[tuple[str, int]]:
        """The entries of one level in short: type and quantity."""
        return [(m["movement_type"], m["quantity"]) for m in self.ledger(product_id, warehouse_id)]

    def level(self, product_id: int, warehouse_id: int = 1) -> tuple[int, int, int]:
        """On hand, reserved and backordered at one level; all 0 where it never moved."""
        place = (product_id, warehouse_id)
        for row in self.levels:
            if (row["product_id"], row["warehouse_id"]) == place:
                return row["on_hand"], row["reserved"], row["backordered"]
        return 0, 0, 0

    def queue(self, product_id: int, warehouse_id: int = 1) -> list[tuple[int, int, int]]:
        """Each order's allocated and backordered units at one level, oldest first."""
        place = (product_id, warehouse_id)
        kept = [x for x in self.reservations if (x["product_id"], x["warehouse_id"]) == place]
        kept.sort(key=lambda row: row["id"])
        return [(row["order_id"], row["allocated"], row["backordered"]) for row in kept]


def memory_contents(store: MemoryStore) -> Contents:
    """What a memory store keeps."""
    tables = store._tables
    movements = []
    for movement_id, movement in tables.movements:
        origin = movement.origin
        row = movement._asdict() | {
            "id": movement_id,
            "movement_type": movement.movement_type.value,
            "created_by": origin.actor,
        }
        for name in ("reference_type", "reference_id", "reference", "reason", "notes"):
            row[name] = getattr(origin, name)
        row["seal"] = None
        del row["origin"]
        movements.append(row)
    levels = [
        dict(
            zip(
                r.LEVEL_COLUMNS,
                (
                    *key,
                    level.on_hand,
                    level.reserved,
                    level.backordered,
                    level.entry_number,
                    level.last_movement_at,
                    level.last_counted_at,
                    level.seal,
                ),
                strict=True,
            )
        )
        | _copied(tables.products[key.product_id], tables.settings.get(key))
        for key, level in tables.levels.items()
    ]
    reservations = [
        {
            "product_id": key.product_id,
            "warehouse_id": key.warehouse_id,
            **{name: getattr(hold, name) for name in r.RESERVATION_COLUMNS[2:]},
        }
        for key, holds in tables.reservations.items()
        for hold in holds.values()
    ]
    stock = []
    for product_id, totals in tables.totals.items():
        values = r.product_stock_values(tables.products[product_id])
        for name in ("on_hand", "reserved", "backordered"):
            values[name] = getattr(totals, name)
        inbound = [it for key, it in tables.inbounds.items() if key.product_id == product_id]
        values["inbound"] = sum(it.total for it in inbound)
        stock.append(values)
    return Contents(
        levels=levels,
        movements=movements,
        reservations=reservations,
        product_stock=stock,
        daily_sales=[
            {"product_id": product_id, "warehouse_id": warehouse_id, "day": day, "quantity": units}
            for (product_id, warehouse_id, day), units in tables.daily_sales.items()
        ],
        products=[r.product_values(product) for product in tables.products.values()],
        warehouses=[r.warehouse_values(warehouse) for warehouse in tables.warehouses.values()],
        idempotency_keys=[
            {
                "key": part.key,
                "part": part.part,
                "fingerprint": kept.fingerprint,
                "status": kept.answer.status,
                "body": kept.answer.body,
                "created_at": kept_at,
            }
            for part, (kept_at, kept) in tables.answers.items()
        ],
        inbounds=[
            dict(zip(d.INBOUND_COLUMNS, (*key, it.on_order, it.in_transit), strict=True))
            for key, it in tables.inbounds.items()
        ],
        events=[
            dict(zip(e.EVENT_COLUMNS, e.event_row(number, event), strict=True))
            for number, event in tables.events
        ],
        supplier_products=[
            dict(zip(d.TERMS_COLUMNS, d.terms_row(terms), strict=True))
            for terms in tables.terms.values()
        ],
        stock_settings=[{**key._asdict(), **asdict(it)} for key, it in tables.settings.items()],
        documents=_documents_of(tables.documents.values()),
    )


def _copied(product: Product, settings: StockSettings | None) -> Row:
    """What a level copies from its product and its settings."""
    attributes = product.attributes
    point = None if settings is None else settings.reorder_point
    return {
        "is_watched": attributes.track_inventory and attributes.is_active,
        "reorder_point": attributes.reorder_point if point is None else point,
    }


def _documents_of(documents: Iterable[Document]) -> dict[str, list[Row]]:
    """The rows that documents would be kept as, per table."""
    found: dict[str, list[Row]] = {table: [] for table in _DOCUMENT_TABLES}
    for document in documents:
        kept = d.KEPT[document.kind]
        found[kept.table.name].append(dict(zip(kept.columns, kept.row(document), strict=True)))
        for part in kept.parts:
            found[part.table.name] += [
                {"document_id": document.id, **asdict(item)}
                for item in getattr(document, part.name)
            ]
    return found


_DOCUMENT_TABLES = [
    table.name
    for kept in d.KEPT.values()
    for table in (kept.table, *(part.table for part in kept.parts))
]


_STOCK = (schema.product_stock, schema.levels)
_DERIVED = {column.name for table in _STOCK for column in table.c if column.computed is not None}


def database_contents(url: str) -> Contents:
    """What a database keeps."""
    engine = read_engine(parse_database(url))
    try:
        return contents_through(engine)
    finally:
        engine.dispose()


def contents_through(engine: Engine) -> Contents:
    """What the database behind an engine keeps."""
    found: dict[str, list[Row]] = {}
    with engine.connect() as connection:
        for name in [*Contents.__dataclass_fields__.keys() - {"documents"}, *_DOCUMENT_TABLES]:
            columns = [c for c in schema.metadata.tables[name].c if c.name not in _DERIVED]
            found[name] = [dict(row._mapping) for row in connection.execute(select(*columns))]
    found["movements"].sort(key=lambda row: row["id"])
    documents = {name: found.pop(name) for name in _DOCUMENT_TABLES}
    return Contents(**found, documents=documents)


# Comparing


def comparable(contents: Contents) -> dict[str, list[Any]]:
    """What two stores must agree on, sorted: all but the ids they give and when they were made."""
    movement_names = {
        row["id"]: (row["product_id"], row["warehouse_id"], row["entry_number"])
        for row in contents.movements
    }
    transfers: dict[int, int] = {}
    ledger = []
    for row in sorted(
        contents.movements, key=lambda m: (m["product_id"], m["warehouse_id"], m["entry_number"])
    ):
        row = dict(row)
        del row["id"]
        if row["transfer_id"] is not None:
            row["transfer_id"] = transfers.setdefault(row["transfer_id"], len(transfers))
        if row["reverses_id"] is not None:
            row["reverses_id"] = movement_names[row["reverses_id"]]
        if row["reference_type"] == "reservation":
            row["reference_id"] = "of a reservation"
        ledger.append(row)
    queues: dict[tuple[int, int], list[Row]] = defaultdict(list)
    for row in sorted(contents.reservations, key=lambda hold: hold["id"]):
        queues[row["product_id"], row["warehouse_id"]].append(
            {name: value for name, value in row.items() if name != "id"}
        )
    born = ("created_at", "updated_at")
    sites = [
        {name: value for name, value in row.items() if row["id"] > 1 or name not in born}
        for row in contents.warehouses
    ]
    same: dict[str, list[Any]] = {
        name: sorted((sorted(row.items()) for row in getattr(contents, name)), key=repr)
        for name in (
            "levels",
            "product_stock",
            "products",
            "idempotency_keys",
            "inbounds",
            "supplier_products",
            "stock_settings",
        )
    }
    same |= {
        name: sorted((sorted(row.items()) for row in rows), key=repr)
        for name, rows in contents.documents.items()
    }
    same["events"] = [_named_alike(row) for row in _in_order(contents.events)]
    same["feed"] = feed(contents)
    same["warehouses"] = sorted((sorted(row.items()) for row in sites), key=repr)
    sold = [row for row in contents.daily_sales if row["quantity"]]
    same["daily_sales"] = sorted((sorted(row.items()) for row in sold), key=repr)
    return same | {"movements": ledger, "queues": sorted(queues.items())}


_RESERVATION = re.compile(r'"reservation_id":\d+')


def _named_alike(event: Row) -> list[tuple[str, Any]]:
    """An event without the ids that a store gave."""
    told = {name: value for name, value in event.items() if name != "id"}
    told["data"] = _RESERVATION.sub("", told["data"])
    return sorted(told.items())


def _in_order(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: row["id"])


def feed(contents: Contents) -> list[tuple[Any, ...]]:
    """All events by their number, movements among them, each in short."""
    rows = _in_order([*contents.movements, *contents.events])
    return [
        (row["type"], row["kind"], row["subject_id"], row["version"], row["product_id"])
        if "type" in row
        else (row["movement_type"], row["product_id"], row["warehouse_id"], row["entry_number"])
        for row in rows
    ]


# The invariants, by the letter


def problems(contents: Contents) -> list[str]:
    """Each invariant that does not hold, with the place."""
    return list(_problems(contents))


def _problems(contents: Contents) -> Iterator[str]:
    ledgers: dict[tuple[int, int], list[Row]] = defaultdict(list)
    for row in contents.movements:
        ledgers[row["product_id"], row["warehouse_id"]].append(row)
    levels = {(row["product_id"], row["warehouse_id"]): row for row in contents.levels}
    holds: dict[tuple[int, int], list[Row]] = defaultdict(list)
    for row in contents.reservations:
        holds[row["product_id"], row["warehouse_id"]].append(row)
    for place in ledgers.keys() | levels.keys() | holds.keys():
        if place not in levels:
            yield f"{place} has entries or reservations, but no level"
            continue
        for problem in _problems_at(levels[place], ledgers[place], holds[place]):
            yield f"{place}: {problem}"
    yield from _problems_of_transfers(contents)
    yield from _problems_of_sums(contents)
    yield from _problems_of_inbounds(contents)
    yield from problems_of_orders(contents)
    yield from _problems_of_counts(contents)
    yield from _problems_of_events(contents)
    yield from problems_of_sales_orders(contents)
    yield from _problems_of_settings(contents)


def _problems_of_settings(contents: Contents) -> Iterator[str]:
    """Levels copy what lists go by, and stand wherever there are settings."""
    products = {row["id"]: row for row in contents.products}
    own = {(row["product_id"], row["warehouse_id"]): row for row in contents.stock_settings}
    places = {(row["product_id"], row["warehouse_id"]) for row in contents.levels}
    for place in own.keys() - places:
        yield f"{place} has settings, but no level"
    for level in contents.levels:
        place = (level["product_id"], level["warehouse_id"])
        product = products.get(place[0])
        if product is None:
            yield f"{place} is of no product"
            continue
        point = own.get(place, product)["reorder_point"]
        point = product["reorder_point"] if point is None else point
        is_watched = product["track_inventory"] and product["is_active"]
        if (level["is_watched"], level["reorder_point"]) != (is_watched, point):
            yield f"{place} is watched: {is_watched}, by {point}, not as {level}"


def _problems_at(level: Row, ledger: Sequence[Row], holds: Sequence[Row]) -> Iterator[str]:
    ledger = sorted(ledger, key=lambda row: row["entry_number"])
    physical = sum(row["quantity"] for row in ledger if row["movement_type"] in PHYSICAL)
    reserving = [row for row in ledger if row["movement_type"] not in PHYSICAL]
    if level["on_hand"] != physical:
        yield f"I1 on hand {level['on_hand']} is not the sum of its entries, {physical}"
    allocated = sum(hold["allocated"] for hold in holds)
    if not level["reserved"] == allocated == sum(row["quantity"] for row in reserving):
        yield f"I2 reserved {level['reserved']}, allocated {allocated}, entries {reserving}"
    if level["backordered"] != sum(hold["backordered"] for hold in holds):
        yield f"I2 backordered {level['backordered']}, but reservations hold {holds}"
    if not 0 <= level["reserved"] <= level["on_hand"]:
        yield f"I3 reserved {level['reserved']} of {level['on_hand']}"
    if level["backordered"] and level["on_hand"] > level["reserved"]:
        yield f"backorders wait while stock is available: {level}"
    for order_id in {row["order_id"] for row in reserving}:
        open_ = sum(hold["allocated"] for hold in holds if hold["order_id"] == order_id)
        ever = sum(row["quantity"] for row in reserving if row["order_id"] == order_id)
        if open_ != ever:
            yield f"I5 order {order_id}: {open_} open, but {ever} reserved and not released"
    if [row["entry_number"] for row in ledger] != list(range(1, len(ledger) + 1)):
        yield f"I7 entry numbers {[row['entry_number'] for row in ledger]}"
    if level["entry_number"] != len(ledger):
        yield f"I7 the level is at entry {level['entry_number']} of {len(ledger)}"
    on_hand = reserved = 0
    for row in ledger:
        if row["movement_type"] in PHYSICAL:
            on_hand += row["quantity"]
        else:
            reserved += row["quantity"]
        if (row["on_hand"], row["reserved"]) != (on_hand, reserved):
            yield f"I7 entry {row['entry_number']} tells {row}, not {on_hand}, {reserved}"
        if not 0 <= reserved <= on_hand:
            yield f"I3 not at entry {row['entry_number']}: {reserved} of {on_hand}"
    for before, after in pairwise(ledger):
        if before["occurred_at"] > after["occurred_at"]:
            yield f"time runs backwards at entry {after['entry_number']}"
        if before["id"] >= after["id"]:
            yield f"ids fall at entry {after['entry_number']}"
    if ledger and level["last_movement_at"] != ledger[-1]["occurred_at"]:
        yield f"last moved at {level['last_movement_at']}, not {ledger[-1]['occurred_at']}"


def _problems_of_transfers(contents: Contents) -> Iterator[str]:
    movements = contents.movements
    transfers: dict[int | None, list[Row]] = defaultdict(list)
    under_way = {row["id"]: row for row in contents.documents.get("transfers", ())}
    for row in movements:
        if row["movement_type"] == "transfer":
            transfers[row["transfer_id"]].append(row)
    for transfer_id, halves in transfers.items():
        net = sum(row["quantity"] for row in halves)
        moments = {row["occurred_at"] for row in halves}
        if transfer_id in under_way:
            for product_id in {row["product_id"] for row in halves}:
                here = sum(row["quantity"] for row in halves if row["product_id"] == product_id)
                open_ = sum(
                    line["quantity"] - line["received"] - line["lost"] - line["damaged"]
                    for line in contents.documents["transfer_lines"]
                    if (line["document_id"], line["product_id"]) == (transfer_id, product_id)
                )
                if here + open_:
                    yield f"I4 transfer {transfer_id}: {open_} in transit, entries {here}"
            continue
        if transfer_id is None or len(halves) != 2 or net or len(moments) != 1:
            yield f"I4 transfer {transfer_id}: {halves}"
    reversed_ids = [row["reverses_id"] for row in movements if row["reverses_id"] is not None]
    if len(reversed_ids) != len(set(reversed_ids)):
        yield f"reversed twice: {sorted(reversed_ids)}"
    ids = [row["id"] for row in (*movements, *contents.events)]
    if len(ids) != len(set(ids)):
        yield f"ids given twice: {sorted(ids)}"


def _problems_of_inbounds(contents: Contents) -> Iterator[str]:
    expected: dict[tuple[int, int], int] = defaultdict(int)
    transfers = {row["id"]: row for row in contents.documents.get("transfers", ())}
    for line in contents.documents.get("transfer_lines", ()):
        transfer = transfers[line["document_id"]]
        if transfer["state"] in ("shipped", "partially_received"):
            gone = line["received"] + line["lost"] + line["damaged"]
            place = (line["product_id"], transfer["to_warehouse_id"])
            expected[place] += line["quantity"] - gone
    found = {(x["product_id"], x["warehouse_id"]): x["in_transit"] for x in contents.inbounds}
    for place in expected.keys() | found.keys():
        if expected[place] != found.get(place, 0):
            yield f"{place}: in transit {found.get(place, 0)}, transfers {expected[place]}"
    for row in contents.product_stock:
        total = sum(
            inbound["on_order"] + inbound["in_transit"]
            for inbound in contents.inbounds
            if inbound["product_id"] == row["product_id"]
        )
        if row["inbound"] != total:
            yield f"product {row['product_id']}: {row['inbound']} inbound, levels {total}"


def _problems_of_counts(contents: Contents) -> Iterator[str]:
    """Each counted line of a posted count has the one entry of its variance; no other has any."""
    counts = {row["id"]: row for row in contents.documents.get("counts", ())}
    expected: dict[tuple[int, int, int], int] = {}
    for line in contents.documents.get("count_lines", ()):
        count = counts[line["document_id"]]
        is_posted = count["state"] == "posted" and line["counted"] is not None
        if is_posted != (line["book"] is not None):
            yield f"count {count['id']} is {count['state']}, its line {line}"
        elif is_posted:
            place = (count["id"], line["product_id"], count["warehouse_id"])
            expected[place] = line["counted"] - line["book"]
    posted: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for row in contents.movements:
        if row["movement_type"] == "count" and row["reference_type"] == "count":
            place = (row["reference_id"], row["product_id"], row["warehouse_id"])
            posted[place].append(row["quantity"])
    for place in expected.keys() | posted.keys():
        if [expected.get(place)] != posted.get(place):
            yield f"count {place}: variance {expected.get(place)}, entries {posted.get(place)}"


def _problems_of_events(contents: Contents) -> Iterator[str]:
    steps: dict[tuple[str, int], list[Row]] = defaultdict(list)
    steps_told = [row for row in contents.events if row["name"] is not None]
    for row in sorted(steps_told, key=lambda row: row["version"]):
        steps[row["kind"], row["subject_id"]].append(row)
    for kind, kept in d.KEPT.items():
        for row in contents.documents.get(kept.table.name, ()):
            history = steps.pop((kind.value, row["id"]), [])
            states = [None, *(step["to_state"] for step in history)]
            if [step["version"] for step in history] != list(range(1, row["version"] + 1)):
                yield f"{kind} {row['id']} is at {row['version']}, its events {history}"
            elif [step["from_state"] for step in history] != states[:-1]:
                yield f"{kind} {row['id']}: its events do not follow each other: {history}"
            elif states[-1] != row["state"]:
                yield f"{kind} {row['id']} is {row['state']}, its last event says {states[-1]}"
    for place in steps:
        yield f"events of no document: {place}"


def _problems_of_sums(contents: Contents) -> Iterator[str]:
    for row in contents.product_stock:
        for name in ("on_hand", "reserved", "backordered"):
            total = sum(
                level[name] for level in contents.levels if level["product_id"] == row["product_id"]
            )
            if row[name] != total:
                yield f"product {row['product_id']}: {name} {row[name]} in all, levels {total}"
    sold: dict[tuple[Any, ...], int] = defaultdict(int)
    for row in contents.movements:
        if row["movement_type"] == "out":
            day = (row["product_id"], row["warehouse_id"], row["occurred_at"].date())
            sold[day] -= row["quantity"]
    kept = {
        (x["product_id"], x["warehouse_id"], x["day"]): x["quantity"] for x in contents.daily_sales
    }
    for day in sold.keys() | kept.keys():
        if sold[day] != kept.get(day, 0):
            yield f"daily sales {day}: {kept.get(day, 0)}, entries {sold[day]}"
