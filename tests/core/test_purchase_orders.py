"""Purchase orders: what is on order is what is still to come, and comes in once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from onhand.core import purchase_orders as p
from onhand.core import suppliers as s
from onhand.core.documents import DocumentCommand
from onhand.core.movements import Origin
from onhand.core.rejections import Rejected
from onhand.core.stock_rules import Result
from tests.support.ledger_contents import problems
from tests.support.stock import Stock, facts, stocked
from tests.support.stores import START


@pytest.fixture
def stock() -> Iterator[Stock]:
    """A product with an active supplier, who sells it at 2.50, ten at least, in packs of five."""
    stock = stocked(0)
    told(
        stock,
        s.CreateSupplier(
            origin=origin(),
            code="NORTH",
            status=s.SupplierStatus.ACTIVE,
            attributes={"name": "Northern Lights", "currency": "USD", "lead_time_days": 7},
        ),
    )
    told(stock, terms(stock.product, minimum_order_quantity=10, pack_size=5))
    yield stock
    assert not problems(stock.contents)


def origin(reason: str | None = None) -> Origin:
    return Origin("buyer", reason)


def terms(product: int, price: str = "2.50", **attributes: Any) -> s.SetTerms:
    attributes["price"] = Decimal(price)
    return s.SetTerms(
        origin=origin(), id=1, product_id=product, currency=None, attributes=attributes
    )


def told(stock: Stock, command: DocumentCommand) -> Any:
    """The document after an accepted command."""
    return facts(stock.do(command)[0])["document"]


def drafted(stock: Stock, *quantities: int, **fields: Any) -> Result:
    lines = tuple(p.LineGiven(stock.product, quantity) for quantity in quantities)
    given: dict[str, Any] = {"supplier_id": 1, "warehouse_id": 1, "lines": lines} | fields
    return stock.do(p.DraftPurchaseOrder(origin=origin(), **given))[0]


def sent(stock: Stock, *quantities: int, **fields: Any) -> p.PurchaseOrder:
    order: p.PurchaseOrder = facts(drafted(stock, *quantities, **fields))["document"]
    told(stock, p.SubmitPurchaseOrder(origin=origin(), id=order.id, approval_limit=order.total))
    order = told(stock, p.SendPurchaseOrder(origin=origin(), id=order.id))
    return order


def receive(stock: Stock, order: p.PurchaseOrder, reference: str, *lines: p.LineArrived) -> Result:
    command = p.ReceivePurchaseOrder(
        origin=origin(), id=order.id, delivery_reference=reference, lines=lines or None
    )
    return stock.do(command)[0]


def received(
    stock: Stock, order: p.PurchaseOrder, reference: str, *lines: p.LineArrived
) -> p.PurchaseOrder:
    after: p.PurchaseOrder = facts(receive(stock, order, reference, *lines))["document"]
    return after


def on_order(stock: Stock) -> int:
    return sum(row["on_order"] for row in stock.contents.inbounds)


def faults(result: Result) -> dict[str, Any]:
    assert isinstance(result, Rejected)
    return dict(result.faults)


def test_prices_come_from_the_terms_and_the_total_is_exact(stock: Stock) -> None:
    lines = (
        p.LineGiven(stock.product, 10),
        p.LineGiven(stock.product, 9_007_199_250, Decimal("0.0001")),
    )
    order = facts(drafted(stock, lines=lines))["document"]
    assert order.total == Decimal("900744.9250")
    assert on_order(stock) == 0


def test_each_line_that_does_not_fit_the_terms_is_named(stock: Stock) -> None:
    other = stock.another()
    result = drafted(
        stock,
        lines=(
            p.LineGiven(stock.product, 5),
            p.LineGiven(stock.product, 12),
            p.LineGiven(other.product, 1),
            p.LineGiven(other.product, 1, Decimal(3)),
            p.LineGiven(999, 1, Decimal(3)),
        ),
    )
    assert faults(result) == {
        "lines.0.quantity": "The supplier sells 10 at least. Requested: 5, Possible: 10",
        "lines.1.quantity": "The supplier sells packs of 5. Requested: 12, Possible: 15",
        "lines.2.price": (
            f"Say the price: the supplier has no terms in USD for product {other.product}"
        ),
        "lines.4.product_id": "Product 999 does not exist",
    }


def test_a_total_that_cannot_be_kept_is_refused(stock: Stock) -> None:
    lines = (p.LineGiven(stock.product, 10**13, Decimal(99_999_999_999_999)),)
    assert list(faults(drafted(stock, lines=lines))) == ["lines"]


def test_the_limit_says_whose_approval_is_needed(stock: Stock) -> None:
    order = facts(drafted(stock, 10))["document"]
    submit = p.SubmitPurchaseOrder(origin=origin(), id=order.id, approval_limit=Decimal("24.9999"))
    assert told(stock, submit).state == "pending"
    assert told(stock, p.ApprovePurchaseOrder(origin=origin(), id=order.id)).state == "approved"
    again = facts(drafted(stock, 10))["document"]
    submit = p.SubmitPurchaseOrder(origin=origin(), id=again.id, approval_limit=Decimal(25))
    assert told(stock, submit).state == "approved"


@pytest.mark.parametrize("status", s.SupplierStatus)
def test_orders_go_to_suppliers_who_may_get_them(stock: Stock, status: s.SupplierStatus) -> None:
    order = facts(drafted(stock, 10))["document"]
    submit = p.SubmitPurchaseOrder(origin=origin(), id=order.id, approval_limit=Decimal(0))
    stock.do(s.ChangeSupplier(origin=origin(), id=1, changes={"state": status.value}))
    result = stock.do(submit)[0]
    assert isinstance(result, Rejected) is not s.MAY_RECEIVE_ORDERS[status]


def test_a_supplier_suspended_meanwhile_gets_no_order(stock: Stock) -> None:
    order = facts(drafted(stock, 10))["document"]
    told(stock, p.SubmitPurchaseOrder(origin=origin(), id=order.id, approval_limit=Decimal(99)))
    suspend = s.ChangeSupplier(origin=origin(), id=1, changes={"state": "suspended"})
    _, result = stock.do(suspend, p.SendPurchaseOrder(origin=origin(), id=order.id))
    assert faults(result) == {
        "supplier_id": "Supplier 1 is suspended: orders go to active, approved and preferred ones"
    }
    assert on_order(stock) == 0


def test_terms_that_changed_meanwhile_are_looked_at_when_it_is_submitted(stock: Stock) -> None:
    order = facts(drafted(stock, 10))["document"]
    told(stock, terms(stock.product, minimum_order_quantity=20))
    submit = p.SubmitPurchaseOrder(origin=origin(), id=order.id, approval_limit=Decimal(0))
    assert list(faults(stock.do(submit)[0])) == ["lines.0.quantity"]


def test_what_is_sent_is_on_order_and_expected_after_the_lead_time(stock: Stock) -> None:
    day = date(2030, 1, 18)
    lines = (p.LineGiven(stock.product, 10), p.LineGiven(stock.product, 15, None, day))
    order = sent(stock, lines=lines)
    assert on_order(stock) == 25
    today = stock.clock.now.date()
    assert [line.expected_date for line in order.lines] == [today + timedelta(days=7), day]


def test_a_delivery_comes_in_once(stock: Stock) -> None:
    order = sent(stock, 10)
    after = received(stock, order, "DN-1", p.LineArrived(1, 4))
    assert (after.state, stock.level, on_order(stock)) == ("partially_received", (4, 0, 0), 6)
    again = receive(stock, order, "DN-1", p.LineArrived(1, 4))
    assert faults(again) == {
        "delivery_reference": 'Delivery "DN-1" was received already, as receipt 1'
    }
    assert received(stock, order, "DN-2").state == "completed"
    assert (stock.level, on_order(stock)) == ((10, 0, 0), 0)
    assert stock.last["reference_type"] == "purchase_order"
    assert (stock.last["reference_id"], stock.last["reference"]) == (order.id, "DN-2")


def test_two_receipts_in_one_batch_see_each_other(stock: Stock) -> None:
    order = sent(stock, 10)
    command = p.ReceivePurchaseOrder(origin=origin(), id=order.id, delivery_reference="DN-1")
    first, second = stock.do(command, command)
    assert facts(first)["document"].state == "completed"
    assert isinstance(second, Rejected)
    assert stock.level == (10, 0, 0)


def test_what_is_rejected_never_enters_stock_and_stays_on_order(stock: Stock) -> None:
    order = sent(stock, 10)
    result = receive(stock, order, "DN-1", p.LineArrived(1, 7, 3))
    assert faults(result) == {"lines.0.reason": "Say why: units are rejected"}
    after = received(stock, order, "DN-1", p.LineArrived(1, 7, 3, "Broken"))
    assert (after.state, stock.level, on_order(stock)) == ("partially_received", (7, 0, 0), 3)
    assert after.lines[0].rejected == 3


def test_over_receipt_goes_as_far_as_the_tolerance(stock: Stock) -> None:
    order = sent(stock, 15, over_receipt_percent=10)
    result = receive(stock, order, "DN-1", p.LineArrived(1, 17))
    assert faults(result) == {
        "lines.0.received": (
            "More than line 1 may receive, 10% over the order included. Open: 16, Requested: 17"
        )
    }
    after = received(stock, order, "DN-1", p.LineArrived(1, 16))
    assert (after.state, stock.level, on_order(stock)) == ("completed", (16, 0, 0), 0)


def test_every_line_of_a_delivery_at_fault_is_named(stock: Stock) -> None:
    order = sent(stock, 10, 10)
    result = receive(
        stock,
        order,
        "DN-1",
        p.LineArrived(1, 4),
        p.LineArrived(3, 1),
        p.LineArrived(1, 7),
        p.LineArrived(2),
    )
    assert list(faults(result)) == ["lines.1.line", "lines.2.received", "lines.3.received"]
    assert (stock.level, on_order(stock)) == ((0, 0, 0), 20)


def test_a_receipt_is_taken_back_and_its_units_are_on_order_again(stock: Stock) -> None:
    order = sent(stock, 10)
    received(stock, order, "DN-1", p.LineArrived(1, 4))
    received(stock, order, "DN-2")
    back = p.ReverseReceipt(origin=origin("Another order's"), id=order.id, receipt=2)
    assert told(stock, back).state == "partially_received"
    assert (stock.level, on_order(stock)) == ((4, 0, 0), 6)
    assert faults(stock.do(back)[0]) == {"receipt": "Receipt 2 has been reversed already"}
    first = p.ReverseReceipt(origin=origin("x"), id=order.id, receipt=1)
    assert told(stock, first).state == "sent"
    assert (stock.level, on_order(stock)) == ((0, 0, 0), 10)
    assert stock.entries == [("in", 4), ("in", 6), ("in", -6), ("in", -4)]
    assert received(stock, order, "DN-1").state == "completed"


def test_what_was_reserved_meanwhile_cannot_be_taken_back(stock: Stock) -> None:
    order = sent(stock, 10)
    received(stock, order, "DN-1")
    stock.reserve(3)
    result = stock.do(p.ReverseReceipt(origin=origin("x"), id=order.id, receipt=1))[0]
    assert faults(result) == {
        "lines.0.quantity": "Insufficient stock available. Available: 7, Requested: 10"
    }


def test_over_received_units_taken_back_are_not_all_on_order_again(stock: Stock) -> None:
    order = sent(stock, 10, over_receipt_percent=20)
    received(stock, order, "DN-1", p.LineArrived(1, 5))
    received(stock, order, "DN-2", p.LineArrived(1, 7))
    told(stock, p.ReverseReceipt(origin=origin("x"), id=order.id, receipt=2))
    assert (stock.level, on_order(stock)) == ((5, 0, 0), 5)


@pytest.mark.parametrize(
    ("command", "state"),
    [(p.ClosePurchaseOrder, "completed"), (p.CancelPurchaseOrder, "cancelled")],
)
def test_what_will_not_come_is_no_longer_on_order(stock: Stock, command: Any, state: str) -> None:
    order = sent(stock, 10)
    received(stock, order, "DN-1", p.LineArrived(1, 4))
    assert told(stock, command(origin=origin("Sold out"), id=order.id)).state == state
    assert (stock.level, on_order(stock)) == ((4, 0, 0), 0)


def test_an_order_closed_short_reopens_with_what_is_taken_back_alone(stock: Stock) -> None:
    order = sent(stock, 10)
    received(stock, order, "DN-1", p.LineArrived(1, 4))
    told(stock, p.ClosePurchaseOrder(origin=origin("Sold out"), id=order.id))
    told(stock, p.ReverseReceipt(origin=origin("x"), id=order.id, receipt=1))
    assert on_order(stock) == 4


def test_an_order_cancelled_after_sending_takes_nothing_in(stock: Stock) -> None:
    order = sent(stock, 10)
    told(stock, p.CancelPurchaseOrder(origin=origin("Too late"), id=order.id))
    assert on_order(stock) == 0
    result = receive(stock, order, "DN-1")
    assert faults(result) == {
        "state": 'Purchase order 1 is cancelled: "receive" is not possible.'
        " Possible now: nothing, this is its end"
    }


def test_arrivals_serve_backorders(stock: Stock) -> None:
    stock.change(allow_backorder=True)
    stock.reserve(3, order=7)
    received(stock, sent(stock, 10), "DN-1")
    assert stock.level == (10, 3, 0)


def test_a_receipt_keeps_how_long_and_how_late_it_was(stock: Stock) -> None:
    order = sent(stock, 10)
    stock.wait(days=9)
    after = received(stock, order, "DN-1")
    assert after.receipts[0].lead_time_days == 9
    assert after.receipt_lines[0].days_late == 2
    assert stock.clock.now - START >= timedelta(days=9)


def test_a_draft_is_written_anew(stock: Stock) -> None:
    order = facts(drafted(stock, 10, 15))["document"]
    lines = (p.LineGiven(stock.product, 20),)
    change = p.ChangePurchaseOrder(
        origin=origin(), id=order.id, changes={"lines": lines, "notes": "Less"}
    )
    changed = told(stock, change)
    assert ([x.quantity for x in changed.lines], changed.total) == ([20], Decimal(50))
    too_few = {"lines": (p.LineGiven(stock.product, 5),)}
    change = p.ChangePurchaseOrder(origin=origin(), id=order.id, changes=too_few)
    assert list(faults(stock.do(change)[0])) == ["lines.0.quantity"]


def test_a_supplier_and_a_warehouse_must_be_there(stock: Stock) -> None:
    assert faults(drafted(stock, 10, supplier_id=9)) == {"supplier_id": "Supplier 9 does not exist"}
    assert faults(drafted(stock, 10, warehouse_id=9)) == {
        "warehouse_id": "Warehouse 9 does not exist"
    }
