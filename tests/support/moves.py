"""Moves: what may happen next in a shop with documents, drawn at random, sensible or not.

A move looks at the world and draws one command. Each kind of document brings its own, and they are
walked together with the stock commands: see `MOVES` at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st

from onhand.core import commands as c
from onhand.core import counts as n
from onhand.core import transfers as t
from onhand.core.documents import DocumentKey, DocumentKind
from onhand.core.kinds import LIFE_CYCLES
from onhand.core.levels import StockKey
from onhand.core.movements import MovementType, Origin, PastMovement
from onhand.store.documents import KEPT
from tests.support.ledger_contents import Contents, Row

Value = TypeVar("Value")

UNKNOWN = 99
"""The id of a document that never was."""


@dataclass
class World:
    """What a move may look at: what is kept, the time, and what to draw from."""

    contents: Contents
    now: datetime
    choose: Callable[[st.SearchStrategy[Any]], Any]
    products: Sequence[int] = (1, 2)
    warehouses: Sequence[int] = (1, 2, 3)
    orders: Sequence[int] = field(default=(1, 2, 3))

    def one_of(self, values: Sequence[Value]) -> Value:
        """One of several values."""
        chosen: Value = self.choose(st.sampled_from(values))
        return chosen

    def units(self, least: int = 1, most: int = 6) -> int:
        """A small quantity."""
        return int(self.choose(st.integers(least, most)))

    def origin(self) -> Origin:
        """Who it is, with a reason, now or some minutes ago."""
        ago = self.one_of([None, None, 0, 3, 60])
        happened = None if ago is None else self.now - timedelta(minutes=ago)
        return Origin("walker", "Because", occurred_at=happened)

    def ends(self) -> tuple[int, int]:
        """Two warehouses, seldom the same."""
        source = self.one_of(self.warehouses)
        others = [one for one in self.warehouses if one != source]
        return source, self.one_of([*others, *others, *others, source])

    def document(self, table: str, event: str | None = None) -> int:
        """The id of a document of a table: mostly of one that knows the event now, if any does."""
        rows = sorted(self.contents.documents[table], key=lambda row: row["id"])
        kind = next(kind for kind, kept in KEPT.items() if kept.table.name == table)
        able = [
            row
            for row in rows
            if event is None or event in LIFE_CYCLES[kind].possible(row["state"])
        ]
        is_sensible = self.one_of([True, True, True, False])
        if able and is_sensible:
            rows = able
        return int(self.one_of(rows)["id"]) if rows else UNKNOWN


Move = Callable[[World], c.Command]


def _adjust(world: World) -> c.Command:
    place = (world.one_of(world.products), world.one_of(world.warehouses))
    return c.AdjustStock(*place, world.one_of([-4, -1, 0, 2, 5, 8]), world.origin())


def _reserve(world: World) -> c.Command:
    place = (world.one_of(world.products), world.one_of(world.warehouses))
    lasts = world.one_of([None, 5, 30])
    until = None if lasts is None else world.now + timedelta(minutes=lasts)
    order = world.one_of(world.orders)
    return c.ReserveStock(*place, world.units(), order, world.origin(), until)


def _release(world: World) -> c.Command:
    place = (world.one_of(world.products), world.one_of(world.warehouses))
    return c.ReleaseStock(*place, world.units(), world.one_of(world.orders), world.origin())


def _ship(world: World) -> c.Command:
    place = (world.one_of(world.products), world.one_of(world.warehouses))
    order = world.one_of([None, *world.orders])
    return c.ShipStock(*place, world.units(), world.origin(), order)


def _count(world: World) -> c.Command:
    place = (world.one_of(world.products), world.one_of(world.warehouses))
    shortfall = world.one_of(list(c.OnShortfall))
    return c.CountStock(*place, world.units(0, 8), world.origin(), shortfall)


def _transfer(world: World) -> c.Command:
    ends = world.ends()
    in_transit = world.one_of([False, True])
    product = world.one_of(world.products)
    return c.TransferStock(product, *ends, world.units(), world.origin(), in_transit)


def _reverse(world: World) -> c.Command:
    rows = world.contents.movements
    if not rows:
        return _adjust(world)
    first = world.one_of(rows)
    mended = [first]
    if first["transfer_id"] is not None:
        mended += [
            row
            for row in rows
            if row["transfer_id"] == first["transfer_id"] and row["id"] != first["id"]
        ]
    past = tuple(
        PastMovement(
            row["id"],
            StockKey(row["product_id"], row["warehouse_id"]),
            MovementType(row["movement_type"]),
            row["quantity"],
            row["order_id"],
            _written_by(world.contents, row),
        )
        for row in mended
    )
    return c.ReverseMovement(past, world.origin())


def _written_by(contents: Contents, row: Row) -> str | None:
    if row["reference_type"] is None:
        return None
    place = (row["reference_type"], row["reference_id"], row["created_at"])
    for event in contents.events:
        if place == (event["kind"], event["subject_id"], event["at"]):
            return str(DocumentKey(DocumentKind(event["kind"]), event["subject_id"]))
    return None


def _close_or_open(world: World) -> c.Command:
    changes = {"is_active": world.one_of([False, True, True])}
    return c.UpdateWarehouse(world.one_of(world.warehouses), changes, world.origin())


STOCK: Sequence[Move] = (
    *(_adjust, _adjust, _adjust, _reserve, _reserve, _release, _ship, _count),
    *(_transfer, _transfer, _reverse, _close_or_open),
)


def _lines(world: World) -> tuple[t.LineGiven, ...]:
    number = world.one_of([1, 2, 3])
    return tuple(
        t.LineGiven(world.one_of(world.products), world.units(1, 3)) for _ in range(number)
    )


def _draft_transfer(world: World) -> c.Command:
    source, target = world.ends()
    return t.DraftTransfer(
        origin=world.origin(),
        from_warehouse_id=source,
        to_warehouse_id=target,
        lines=_lines(world),
        ship=world.one_of([False, True, True]),
    )


def _change_transfer(world: World) -> c.Command:
    changes: dict[str, Any] = world.one_of([{"notes": "Changed"}, {"lines": _lines(world)}])
    transfer_id = world.document("transfers", "change")
    return t.ChangeTransfer(origin=world.origin(), id=transfer_id, changes=changes)


def _ship_transfer(world: World) -> c.Command:
    return t.ShipTransfer(origin=world.origin(), id=world.document("transfers", "ship"))


def _receive_transfer(world: World) -> c.Command:
    lines = None
    if world.one_of([True, True, False]):
        lines = tuple(
            t.LineReceived(
                world.one_of([1, 1, 2]),
                world.one_of([0, 1, 2]),
                world.one_of([0, 0, 1]),
                world.one_of([0, 1]),
                world.one_of(["Fell", "Fell", "Fell", None]),
            )
            for _ in range(world.one_of([1, 2]))
        )
    transfer_id = world.document("transfers", "receive")
    return t.ReceiveTransfer(origin=world.origin(), id=transfer_id, lines=lines)


def _cancel_transfer(world: World) -> c.Command:
    return t.CancelTransfer(origin=world.origin(), id=world.document("transfers", "cancel"))


TRANSFERS: Sequence[Move] = (
    *(_draft_transfer, _draft_transfer, _change_transfer, _ship_transfer, _ship_transfer),
    *(_receive_transfer, _receive_transfer, _receive_transfer, _cancel_transfer),
)


def _draft_count(world: World) -> c.Command:
    some = world.one_of([world.products, world.products[:1], (99,)])
    return n.DraftCount(
        origin=world.origin(),
        warehouse_id=world.one_of(world.warehouses),
        scope=n.PRODUCTS,
        product_ids=tuple(some),
        recount_units=world.one_of([None, 2]),
        start=world.one_of([True, True, False]),
    )


def _add_to_count(world: World) -> c.Command:
    products = (world.one_of(world.products),)
    return n.AddToCount(
        origin=world.origin(), id=world.document("counts", "add"), product_ids=products
    )


def _start_count(world: World) -> c.Command:
    return n.StartCount(origin=world.origin(), id=world.document("counts", "start"))


def _record_count(world: World) -> c.Command:
    ago = world.one_of([None, None, 0, 1, 5])
    at = None if ago is None else world.now - timedelta(minutes=ago)
    some = world.one_of([world.products, world.products, world.products[1:]])
    counted = tuple(n.Counted(product, world.units(0, 12), at) for product in some)
    by = world.one_of(["Ann", "Ann", "Bob"])
    return n.RecordCount(
        origin=world.origin(), id=world.document("counts", "record"), counted_by=by, counted=counted
    )


def _recount_lines(world: World) -> c.Command:
    products = (world.one_of(world.products),)
    return n.RecountLines(
        origin=world.origin(), id=world.document("counts", "recount"), product_ids=products
    )


def _submit_count(world: World) -> c.Command:
    leave_out = world.one_of([True, False])
    return n.SubmitCount(
        origin=world.origin(), id=world.document("counts", "submit"), leave_out_uncounted=leave_out
    )


def _approve_count(world: World) -> c.Command:
    shortfall = world.one_of(list(c.OnShortfall))
    return n.ApproveCount(
        origin=world.origin(), id=world.document("counts", "approve"), on_shortfall=shortfall
    )


def _cancel_count(world: World) -> c.Command:
    return n.CancelCount(origin=world.origin(), id=world.document("counts", "cancel"))


COUNTS: Sequence[Move] = (
    *(_draft_count, _add_to_count, _start_count, _record_count, _record_count, _record_count),
    *(_recount_lines, _submit_count, _submit_count, _approve_count, _approve_count),
    _cancel_count,
)


def _set_settings(world: World) -> c.Command:
    place = (world.one_of(world.products), world.one_of(world.warehouses))
    some: Sequence[dict[str, int | None]] = (
        {"reorder_point": 3},
        {"reorder_point": 8, "reorder_quantity": 5},
        {"reorder_point": None},
        {"reorder_quantity": None},
    )
    return c.SetStockSettings(*place, world.one_of(some), world.origin())


def _remove_settings(world: World) -> c.Command:
    places = [(row["product_id"], row["warehouse_id"]) for row in world.contents.stock_settings]
    place = world.one_of(places or [(world.products[0], UNKNOWN)])
    return c.RemoveStockSettings(*place, world.origin())


def _change_product(world: World) -> c.Command:
    some: Sequence[dict[str, Any]] = (
        *({"reorder_point": point} for point in (None, 2, 20)),
        *({"is_active": it} for it in (True, True, False)),
    )
    return c.UpdateProduct(world.one_of(world.products), world.one_of(some), world.origin())


SETTINGS: Sequence[Move] = (_set_settings, _set_settings, _remove_settings, _change_product)

MOVES: Sequence[Move] = (
    *STOCK,
    *TRANSFERS,
    *COUNTS,
    *SETTINGS,
)
"""Everything that may happen, as often as it stands here."""
