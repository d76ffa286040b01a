"""Sales orders: what is promised is held, what is given up is given back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from onhand.core import sales_orders as s
from onhand.core.movements import Origin
from onhand.core.rejections import Rejected, RejectionCode
from onhand.core.sales_sourcing import SalesOrderView, taken
from onhand.core.stock_rules import Result
from tests.support.ledger_contents import problems
from tests.support.stock import Stock, facts, refusal, stocked

EAST = 2
BOTH = (1, EAST)


@pytest.fixture
def stock() -> Iterator[Stock]:
    """Ten in warehouse 1, four in a second one; no invariant is broken in the end."""
    stock = stocked(10)
    assert stock.warehouse() == EAST
    stock.receive(4, at=EAST)
    yield stock
    assert not problems(stock.contents)


def origin(reason: str | None = None) -> Origin:
    return Origin("clerk", reason)


def line(product: Stock, quantity: int, number: int | None = None, **fields: Any) -> s.LineGiven:
    told = {"quantity": quantity, **fields}
    return s.LineGiven(number, told if number else {"product_id": product.product, **told})


def drafted(
    stock: Stock, *lines: s.LineGiven, confirm: bool = False, prefer: tuple[int, ...] = (), **f: Any
) -> Result:
    return stock.do(
        s.DraftSalesOrder(
            origin=origin(),
            lines=lines,
            confirm=confirm,
            preferences=prefer,
            fields=f,
            candidates=BOTH,
        )
    )[0]


def confirmed(stock: Stock, *lines: s.LineGiven, **fields: Any) -> int:
    return view(drafted(stock, *lines, confirm=True, **fields)).order.id


def changed(stock: Stock, order: int, *lines: s.LineGiven, **changes: Any) -> Result:
    if lines:
        changes["lines"] = lines
    return stock.do(
        s.ChangeSalesOrder(origin=origin(), id=order, changes=changes, candidates=BOTH)
    )[0]


def shipped(
    stock: Stock, order: int, *lines: s.LineShipped, warehouse: int | None = None
) -> Result:
    command = s.ShipSalesOrder(
        origin=origin(), id=order, lines=lines or None, warehouse_id=warehouse
    )
    return stock.do(command)[0]


def cancelled(stock: Stock, order: int) -> Result:
    return stock.do(s.CancelSalesOrder(origin=origin("Changed their mind"), id=order))[0]


def closed(stock: Stock, order: int) -> Result:
    return stock.do(s.CloseSalesOrder(origin=origin(), id=order))[0]


def returned(stock: Stock, order: int, *lines: s.LineReturned) -> Result:
    command = s.ReturnSalesOrder(origin=origin("Wrong size"), id=order, lines=lines)
    return stock.do(command)[0]


def view(result: Result) -> SalesOrderView:
    found: SalesOrderView = facts(result)["view"]
    return found


def faults(result: Result) -> dict[str, Any]:
    assert isinstance(result, Rejected), result
    return dict(result.faults)


def shares(result: Result) -> list[tuple[int, int, int, int]]:
    """Line, warehouse, allocated and backordered of each source."""
    seen = view(result)
    told = seen.shares()
    return [(it.line, it.warehouse_id, *told[it.number]) for it in seen.order.sources]


# Where units come from


@pytest.mark.parametrize(
    ("units", "available", "split", "may_wait", "expected"),
    [
        (3, {1: 5, 2: 9}, False, False, {1: (3, 0)}),
        (7, {1: 5, 2: 9}, False, False, {2: (7, 0)}),
        (7, {1: 5, 2: 4}, False, False, None),
        (7, {1: 5, 2: 4}, False, True, {1: (5, 2)}),
        (7, {1: 5, 2: 4}, True, False, {1: (5, 0), 2: (2, 0)}),
        (11, {1: 5, 2: 4}, True, False, None),
        (11, {1: 5, 2: 4}, True, True, {1: (5, 2), 2: (4, 0)}),
        (2, {1: 0, 2: 0}, True, True, {1: (0, 2)}),
    ],
)
def test_units_are_taken_from_the_first_that_fit(
    units: int,
    available: dict[int, int],
    split: bool,
    may_wait: bool,
    expected: dict[int, tuple[int, int]] | None,
) -> None:
    assert taken(units, available, split=split, may_wait=may_wait) == expected


def test_a_draft_holds_nothing(stock: Stock) -> None:
    order = view(drafted(stock, line(stock, 4))).order
    assert (order.state, stock.level) == ("draft", (10, 0, 0))


def test_what_is_confirmed_is_held_under_a_number_of_its_own(stock: Stock) -> None:
    order = confirmed(stock, line(stock, 4))
    stock.reserve(2, order=order)
    assert stock.queue == [(-order, 4, 0), (order, 2, 0)]
    entry = stock.contents.ledger(stock.product)[1]
    assert (entry["reference_type"], entry["reference_id"]) == ("sales_order", order)


def test_the_first_warehouse_that_has_all_of_a_line_serves_it(stock: Stock) -> None:
    result = drafted(stock, line(stock, 4), line(stock, 7), confirm=True, prefer=(EAST, 1))
    assert shares(result) == [(1, EAST, 4, 0), (2, 1, 7, 0)]


def test_a_line_says_where_from_before_the_order_does(stock: Stock) -> None:
    lines = line(stock, 2), line(stock, 3, warehouse_id=1)
    result = drafted(stock, *lines, confirm=True, warehouse_id=EAST)
    assert shares(result) == [(1, EAST, 2, 0), (2, 1, 3, 0)]


def test_a_line_may_come_from_several(stock: Stock) -> None:
    result = drafted(stock, line(stock, 12), confirm=True, split=True)
    assert shares(result) == [(1, 1, 10, 0), (1, EAST, 2, 0)]


def test_every_line_that_is_short_is_named_and_nothing_is_held(stock: Stock) -> None:
    result = drafted(stock, line(stock, 6), line(stock, 5), line(stock, 7), confirm=True)
    assert faults(result) == {
        "lines.1.quantity": "Insufficient stock available. Available: 4, Requested: 5",
        "lines.2.quantity": "Insufficient stock available. Available: 4, Requested: 7",
    }
    assert stock.level == (10, 0, 0)
    assert not stock.contents.documents["sales_orders"]


def test_what_is_missing_waits_where_line_and_product_allow_it(stock: Stock) -> None:
    jug = stock.another(1, allow_backorder=True)
    refused = drafted(
        stock,
        line(jug, 3, allow_backorder=False),
        line(stock, 99),
        confirm=True,
        warehouse_id=1,
    )
    assert list(faults(refused)) == ["lines.0.quantity", "lines.1.quantity"]
    assert shares(drafted(stock, line(jug, 3), confirm=True)) == [(1, 1, 1, 2)]


def test_what_arrives_is_allocated_and_ships(stock: Stock) -> None:
    jug = stock.another(1, allow_backorder=True)
    order = confirmed(stock, line(jug, 3))
    assert view(shipped(stock, order)).order.state == "partially_shipped"
    assert refusal(shipped(stock, order)).startswith("lines: Nothing")
    jug.receive(5)
    assert view(shipped(stock, order)).order.state == "shipped"
    assert jug.level == (3, 0, 0)


def test_a_count_that_finds_less_turns_a_hold_into_a_wait(stock: Stock) -> None:
    order = confirmed(stock, line(stock, 10, warehouse_id=1))
    told = facts(stock.count(7, deallocate=True), "deallocated")["deallocated"]
    assert told == [{"order_id": None, "sales_order_id": order, "quantity": 3}]
    assert shares(changed(stock, order, notes="Look")) == [(1, 1, 7, 3)]


def test_an_archived_product_is_promised_to_nobody(stock: Stock) -> None:
    stock.change(is_active=False)
    result = drafted(stock, line(stock, 1), confirm=True)
    assert list(faults(result)) == ["lines.0.product_id"]


# Shipping


def test_a_shipment_releases_and_takes_out(stock: Stock) -> None:
    order = confirmed(stock, line(stock, 4))
    result = shipped(stock, order, s.LineShipped(1, 3))
    assert stock.entries[-2:] == [("released", -3), ("out", -3)]
    assert view(result).order.state == "partially_shipped"
    step = view(result).step
    assert step is not None
    assert step.data["lines"] == [{"line": 1, "warehouse_id": 1, "quantity": 3}]
    assert view(shipped(stock, order)).order.state == "shipped"
    assert stock.level == (6, 0, 0)


def test_a_shipment_may_leave_from_one_of_several(stock: Stock) -> None:
    order = confirmed(stock, line(stock, 12), split=True)
    shipped(stock, order, warehouse=EAST)
    assert (stock.level, stock.level_at(EAST)) == ((10, 10, 0), (2, 0, 0))
    result = shipped(stock, order, s.LineShipped(1, 11))
    assert faults(result) == {
        "lines.0.quantity": "More than is open on line 1. Open: 10, Requested: 11"
    }


def test_no_more_ships_than_is_allocated(stock: Stock) -> None:
    jug = stock.another(1, allow_backorder=True)
    order = confirmed(stock, line(jug, 3), line(stock, 2))
    result = shipped(stock, order, s.LineShipped(1, 2), s.LineShipped(2, 3), s.LineShipped(9))
    assert faults(result) == {
        "lines.0.quantity": "Insufficient stock available. Available: 1, Requested: 2",
        "lines.1.quantity": "More than is open on line 2. Open: 2, Requested: 3",
        "lines.2.line": "There is no line 9. Lines: 1 to 2",
    }


def test_lines_of_one_product_share_what_is_held(stock: Stock) -> None:
    jug = stock.another(5, allow_backorder=True)
    order = confirmed(stock, line(jug, 4), line(jug, 4))
    result = shipped(stock, order, s.LineShipped(2, 4))
    assert shares(result) == [(1, 1, 1, 3), (2, 1, 0, 0)]


def test_two_shipments_in_one_batch_see_each_other(stock: Stock) -> None:
    order = confirmed(stock, line(stock, 4))
    ship = s.ShipSalesOrder(origin=origin(), id=order)
    first, second = stock.do(ship, ship)
    assert view(first).order.state == "shipped"
    assert isinstance(second, Rejected)
    assert stock.level == (6, 0, 0)


# Giving back


def test_a_cancelled_order_holds_nothing_and_others_get_it(stock: Stock) -> None:
    jug = stock.another(3, allow_backorder=True)
    order = confirmed(stock, line(jug, 3), line(stock, 2))
    jug.reserve(2, order=7)
    assert view(cancelled(stock, order)).order.state == "cancelled"
    assert (jug.queue, stock.level) == ([(7, 2, 0)], (10, 0, 0))


def test_what_a_partly_shipped_order_still_holds_is_given_back(stock: Stock) -> None:
    for end, state in ((cancelled, "cancelled"), (closed, "closed")):
        order = confirmed(stock, line(stock, 2))
        shipped(stock, order, s.LineShipped(1, 1))
        assert stock.level[1] == 1
        assert view(end(stock, order)).order.state == state
        assert stock.level[1] == 0


def test_a_shipped_order_holds_nothing_and_is_closed(stock: Stock) -> None:
    order = confirmed(stock, line(stock, 2))
    shipped(stock, order)
    assert stock.level == (8, 0, 0)
    assert view(closed(stock, order)).order.state == "closed"


def test_a_smaller_line_gives_back_the_difference(stock: Stock) -> None:
    order = confirmed(stock, line(stock, 6))
    result = changed(stock, order, line(stock, 4, 1))
    assert (shares(result), stock.level) == ([(1, 1, 4, 0)], (10, 4, 0))


def test_a_larger_line_holds_the_difference(stock: Stock) -> None:
    order = confirmed(stock, line(stock, 6))
    result = changed(stock, order, line(stock, 8, 1), line(stock, 3))
    assert shares(result) == [(1, 1, 8, 0), (2, EAST, 3, 0)]
    refused = changed(stock, order, line(stock, 20, 1), line(stock, 9, 2))
    assert list(faults(refused)) == ["lines.0.quantity", "lines.1.quantity"]


def test_a_line_removed_gives_back_all_of_it(stock: Stock) -> None:
    order = confirmed(stock, line(stock, 6), line(stock, 2))
    result = changed(stock, order, line(stock, 2, 2))
    assert (shares(result), stock.level) == ([(2, 1, 2, 0)], (10, 2, 0))


def test_units_change_lines_before_anybody_else_gets_them(stock: Stock) -> None:
    jug = stock.another(5, allow_backorder=True)
    order = confirmed(stock, line(jug, 5))
    jug.reserve(4, order=7)
    result = changed(stock, order, line(jug, 3))
    assert shares(result) == [(2, 1, 3, 0)]
    assert [hold for hold in jug.queue if hold[0] == 7] == [(7, 2, 2)]


def test_those_that_wait_are_given_up_first(stock: Stock) -> None:
    jug = stock.another(2, allow_backorder=True)
    order = confirmed(stock, line(jug, 5))
    assert shares(changed(stock, order, line(jug, 3, 1))) == [(1, 1, 2, 1)]


def test_a_line_that_shall_come_from_elsewhere_is_held_there(stock: Stock) -> None:
    order = confirmed(stock, line(stock, 3))
    assert shares(changed(stock, order, line(stock, 4, 1, warehouse_id=EAST))) == [(1, EAST, 4, 0)]
    assert shares(changed(stock, order, line(stock, 4, 1, warehouse_id=1))) == [(1, 1, 4, 0)]
    assert stock.level_at(EAST) == (4, 0, 0)


def test_what_is_shipped_stays_on_its_line(stock: Stock) -> None:
    order = confirmed(stock, line(stock, 4), line(stock, 1))
    shipped(stock, order, s.LineShipped(1, 3))
    less = changed(stock, order, line(stock, 2, 1), line(stock, 1, 2))
    assert list(faults(less)) == ["lines.0.quantity"]
    assert "lines" in faults(changed(stock, order, line(stock, 1, 2)))
    done = changed(stock, order, line(stock, 3, 1))
    assert view(done).order.state == "shipped"


def test_lines_that_cannot_be_written_are_named(stock: Stock) -> None:
    jug = stock.another(1)
    order = confirmed(stock, line(stock, 4))
    result = changed(
        stock,
        order,
        line(stock, 4, 1, product_id=jug.product),
        line(stock, 4, 7),
        line(stock, 4, 1),
        line(stock, 4, 1),
    )
    assert list(faults(result)) == ["lines.0.product_id", "lines.1.line", "lines.3.line"]


# Coming back


def test_what_comes_back_is_restocked_or_written_off(stock: Stock) -> None:
    order = confirmed(stock, line(stock, 4))
    shipped(stock, order)
    result = returned(
        stock,
        order,
        s.LineReturned(1, 2),
        s.LineReturned(1, 1, restock=False, warehouse_id=EAST, reason="Broken"),
    )
    assert view(result).order.lines[0].returned == 3
    assert (stock.level, stock.level_at(EAST)) == ((8, 0, 0), (4, 0, 0))
    told = [(m["movement_type"], m["quantity"], m["reason"]) for m in stock.contents.movements[-3:]]
    assert told == [
        ("in", 2, "Wrong size"),
        ("in", 1, "Broken"),
        ("adjustment", -1, "Returned, written off: Broken"),
    ]


def test_no_more_comes_back_than_was_shipped(stock: Stock) -> None:
    order = confirmed(stock, line(stock, 4))
    shipped(stock, order, s.LineShipped(1, 3))
    result = returned(stock, order, s.LineReturned(1, 2), s.LineReturned(1, 2))
    assert faults(result) == {
        "lines.1.quantity": "Of line 1 1 units are with the customer. Requested: 2"
    }
    cancelled(stock, order)
    assert view(returned(stock, order, s.LineReturned(1, 3))).order.possible() == []


def test_what_comes_back_serves_who_waits(stock: Stock) -> None:
    jug = stock.another(2, allow_backorder=True)
    order = confirmed(stock, line(jug, 2))
    shipped(stock, order)
    jug.reserve(2, order=7)
    returned(stock, order, s.LineReturned(1, 1), s.LineReturned(1, 1, restock=False))
    assert (jug.level, jug.queue) == ((1, 1, 1), [(7, 1, 1)])


# Whose it is


def test_nobody_else_touches_what_an_order_holds(stock: Stock) -> None:
    order = confirmed(stock, line(stock, 4))
    shipped(stock, order, s.LineShipped(1, 1))
    entries = [row for row in stock.contents.movements if row["order_id"] == -order]
    assert {row["movement_type"] for row in entries} == {"reserved", "released", "out"}
    results = [stock.reverse(row) for row in entries]
    results.append(stock.reschedule(-order, stock.clock.now.replace(year=2099)))
    for result in results:
        assert isinstance(result, Rejected)
        assert result.code is RejectionCode.HELD_BY_SALES_ORDER


def test_a_number_in_a_reason_is_never_a_sales_orders(stock: Stock) -> None:
    order = confirmed(stock, line(stock, 4))
    for text in (f"Shipped order #{order}", f"Shipped order #-{order}"):
        stock.adjust(-1, text)
    assert stock.level == (8, 4, 0)
    assert stock.entries[-1] == ("adjustment", -1)


def test_another_version_than_was_looked_at_is_refused(stock: Stock) -> None:
    order = confirmed(stock, line(stock, 4))
    result = stock.do(s.ShipSalesOrder(origin=origin(), id=order, if_version=1))[0]
    assert isinstance(result, Rejected)
    assert result.code is RejectionCode.STALE_VERSION


def test_a_change_and_a_confirmation_in_one_batch_look_at_the_same_places(stock: Stock) -> None:
    jug = stock.another(0, sku="JUG")
    jug.receive(5, at=EAST)
    order = view(drafted(stock, line(stock, 1), warehouse_id=1)).order.id
    first = s.ChangeSalesOrder(
        origin=origin(),
        id=order,
        changes={"warehouse_id": None, "lines": (line(jug, 5),)},
        candidates=(1,),
    )
    second = s.ConfirmSalesOrder(origin=origin(), id=order, candidates=BOTH)
    assert shares(stock.do(first, second)[1]) == [(2, EAST, 5, 0)]
