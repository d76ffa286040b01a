"""What documents say is held against the movements that name them: each way to differ is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest

from onhand.core import commands as c
from onhand.core import counts as n
from onhand.core import purchase_orders as p
from onhand.core import sales_orders as s
from onhand.core import suppliers
from onhand.core import transfers as t
from onhand.core.documents import DocumentCommand
from onhand.core.movements import Origin
from tests.store.test_proof import tamper, told
from tests.support.seeding import Shop, open_shop

CLERK = Origin("clerk", "Told to")


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    """A shop with each kind of document, of which each step that moves stock was taken.

    Its clients refer to the documents, too, at other moments and in the same batch.
    """
    with open_shop(database_url) as shop:
        east = shop.warehouse("East")
        lamp, chair = shop.product("LAMP", 50), shop.product("CHAIR", 30)
        take(shop, *purchase_order(lamp, chair))
        take(shop, *sales_orders(lamp, chair))
        take(shop, *transfer(lamp, chair, east))
        take(shop, *count(lamp, chair))
        yield shop


def take(shop: Shop, *steps: DocumentCommand) -> None:
    """Take steps, a minute apart, each in one batch with somebody who refers to its document."""
    for step in steps:
        shop.later(minutes=1)
        refers = Origin("client", reference_type=step.kind.value, reference_id=step.id or 1)
        shop.do(step, c.ReceiveStock(1, 1, 5, refers), c.CountStock(2, 2, 5, refers))


def purchase_order(lamp: int, chair: int) -> Iterator[DocumentCommand]:
    """Two lines in one receipt, and a second one that is taken back."""
    attributes = {"name": "North", "currency": "USD"}
    active = suppliers.SupplierStatus.ACTIVE
    yield suppliers.CreateSupplier(origin=CLERK, code="N", status=active, attributes=attributes)
    lines = p.LineGiven(lamp, 20, Decimal(2)), p.LineGiven(chair, 7, Decimal(3))
    yield p.DraftPurchaseOrder(origin=CLERK, supplier_id=1, warehouse_id=1, lines=lines)
    yield p.SubmitPurchaseOrder(origin=CLERK, id=1, approval_limit=Decimal(1000))
    yield p.SendPurchaseOrder(origin=CLERK, id=1)
    arrived = p.LineArrived(1, 12, 2, "Broken"), p.LineArrived(2, 7)
    yield p.ReceivePurchaseOrder(origin=CLERK, id=1, delivery_reference="A", lines=arrived)
    yield p.ReceivePurchaseOrder(origin=CLERK, id=1, delivery_reference="B")
    yield p.ReverseReceipt(origin=CLERK, id=1, receipt=2)


def sales_orders(lamp: int, chair: int) -> Iterator[DocumentCommand]:
    """One that is shipped in two parts, of which some come back; another one that is shipped."""
    ordered = [{"product_id": lamp, "quantity": 6}, {"product_id": chair, "quantity": 3}]
    lines = tuple(s.LineGiven(None, fields) for fields in ordered)
    yield s.DraftSalesOrder(origin=CLERK, lines=lines, confirm=True)
    yield s.ShipSalesOrder(origin=CLERK, id=1, lines=(s.LineShipped(1, 4), s.LineShipped(2, 3)))
    yield s.ShipSalesOrder(origin=CLERK, id=1)
    back = s.LineReturned(1, 1), s.LineReturned(2, 2, restock=False)
    yield s.ReturnSalesOrder(origin=CLERK, id=1, lines=back)
    yield s.DraftSalesOrder(origin=CLERK, lines=lines[:1], confirm=True)
    yield s.ShipSalesOrder(origin=CLERK, id=2)


def transfer(lamp: int, chair: int, east: int) -> Iterator[DocumentCommand]:
    """One of which a part has arrived."""
    lines = t.LineGiven(lamp, 5), t.LineGiven(chair, 4)
    yield t.DraftTransfer(
        origin=CLERK, from_warehouse_id=1, to_warehouse_id=east, lines=lines, ship=True
    )
    arrived = t.LineReceived(1, 2, lost=1, reason="Fell"), t.LineReceived(2, 4)
    yield t.ReceiveTransfer(origin=CLERK, id=1, lines=arrived)


def count(lamp: int, chair: int) -> Iterator[DocumentCommand]:
    """One that is posted: of one product there were more, of the other as many as expected."""
    yield n.DraftCount(
        origin=CLERK, warehouse_id=1, scope=n.PRODUCTS, product_ids=(lamp, chair), start=True
    )
    counted = n.Counted(lamp, 400), n.Counted(chair, 30)
    yield n.RecordCount(origin=CLERK, id=1, counted_by="Ann", counted=counted)
    yield n.SubmitCount(origin=CLERK, id=1)
    yield n.ApproveCount(origin=CLERK, id=1)


def of(kind: str, quantity: int) -> str:
    """The movement of so many units that a kind of document wrote."""
    return f"reference_type = '{kind}' AND created_by = 'clerk' AND quantity = {quantity}"


def left(units: int) -> str:
    """The movement of so many units that were shipped."""
    return of("sales_order", -units) + " AND movement_type = 'out'"


def moved(place: str, event: str, movement_type: str, units: str) -> str:
    """The difference in what a step moved; `place` is a document, a product and a warehouse."""
    document, product, warehouse = place.split(", ")
    return (
        f"{document}, product {product}, warehouse {warehouse}:"
        f" units moved by {event} as `{movement_type}`: {units}"
    )


GONE = "expected {} in 1 movement, found 0 in 0 movements".format
THERE = "expected 0 in 0 movements, found {} in 1 movement".format
TWICE = "expected {0} in 1 movement, found {1} in 2 movements".format

COLUMNS = (
    "product_id, warehouse_id, entry_number, id, movement_type, quantity, on_hand, reserved,"
    " reference_type, reference_id, created_by, occurred_at, created_at"
)
BOOK = "units on hand when it was counted"
INSERT = "INSERT INTO movements ({}) SELECT {} FROM movements WHERE {}"

PLANTED = [
    (
        f"UPDATE movements SET quantity = 11 WHERE {of('purchase_order', 12)}",
        moved("Purchase order 1, 1, 1", "its event 4", "in", "expected 12 in 1 movement, found 11"),
    ),
    (
        f"DELETE FROM movements WHERE {of('purchase_order', -8)}",
        moved("Purchase order 1, 1, 1", "its event 6", "in", GONE(-8)),
    ),
    (
        "UPDATE purchase_order_receipt_lines SET received = 6 WHERE line = 2",
        "Purchase order 1: units of line 2 received with receipt 1, by its events: expected 7,",
    ),
    (
        "UPDATE purchase_order_receipts SET reversed_at = NULL",
        "Purchase order 1: reversals of receipt 2, by its events: expected 1, found 0",
    ),
    (
        f"UPDATE movements SET product_id = 2 WHERE {left(2)}",
        moved("Sales order 1, 1, 1", "its event 4", "out", GONE(-2)),
    ),
    (
        f"UPDATE movements SET movement_type = 'in' WHERE {left(4)}",
        moved("Sales order 1, 1, 1", "its event 3", "in", THERE(-4)),
    ),
    (
        "DELETE FROM movements WHERE movement_type = 'adjustment' AND order_id = -1",
        moved("Sales order 1, 2, 1", "its event 5", "adjustment", GONE(-2)),
    ),
    (
        "UPDATE sales_order_sources SET shipped = 2 WHERE document_id = 1 AND line = 2",
        "Sales order 1: units of line 2 shipped from warehouse 1, by its events: expected 3, found",
    ),
    ("DELETE FROM sales_orders WHERE id = 2", "Sales order 2: document of its movement …"),
    (
        f"DELETE FROM movements WHERE {of('transfer', -1)}",
        moved("Transfer 1, 1, 2", "its event 3", "adjustment", GONE(-1)),
    ),
    (
        f"UPDATE movements SET created_at = occurred_at - :second WHERE {of('transfer', -5)}",
        moved("Transfer 1, 1, 1", "none of its events", "transfer", THERE(-5)),
    ),
    (
        "UPDATE transfer_lines SET lost = 0, damaged = 1 WHERE number = 1",
        "Transfer 1: units of line 1 damaged, by its events: expected 0, found 1",
    ),
    (
        "UPDATE events SET data = '{}' WHERE kind = 'count' AND name = 'approve'",
        "Count 1: lines that differ, by its events: expected 0, found 2",
    ),
    (
        "UPDATE count_lines SET book = 31 WHERE number = 2",
        moved("Count 1, 2, 1", "its event 5", "count", "expected -1 in 1 movement, found 0 in 1"),
    ),
    (
        "UPDATE count_lines SET book = 31 WHERE number = 2",
        f"Count 1, product 2, warehouse 1, movement …: {BOOK}: expected 30, found 31",
    ),
    (
        INSERT.format(COLUMNS, COLUMNS.replace(" id", " id + 999"), of("count", 269)),
        moved("Count 1, 1, 1", "its event 5", "count", TWICE(269, 538)),
    ),
    (
        "DELETE FROM count_entries WHERE number = 2",
        "Count 1: entries, by its events: expected 2, found 1",
    ),
]


def test_what_documents_moved_is_in_the_ledger(shop: Shop) -> None:
    assert told(shop) == []


def test_each_difference_between_documents_and_their_movements_is_named(shop: Shop) -> None:
    second = "1000000" if shop.database.kind == "sqlite" else "interval '1 second'"
    tamper(shop, *(statement.replace(":second", second) for statement, _ in PLANTED))
    lines = told(shop)
    shown = [re.sub(r"movement \d+", "movement …", line) for line in lines]
    missed = [wanted for _, wanted in PLANTED if not any(x.startswith(wanted) for x in shown)]
    assert not missed, "\n".join([*missed, "FOUND", *lines])


def test_a_client_may_refer_to_documents_that_are_not_there(shop: Shop) -> None:
    tamper(shop, "UPDATE movements SET reference_id = 99 WHERE created_by = 'client'")
    assert told(shop) == []
