"""Limits to warehouses: who may work in some of them changes, and learns, nothing of others."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from onhand.core import commands as c
from onhand.core import counts as n
from onhand.core import purchase_orders as p
from onhand.core import sales_orders as s
from onhand.core import suppliers
from onhand.core import transfers as t
from onhand.core.documents import DocumentCommand
from onhand.core.movements import Origin
from onhand.core.products import ProductAttributes
from onhand.core.rejections import Rejected, RejectionCode
from onhand.core.stock_rules import Accepted, Result
from onhand.core.warehouses import WarehouseAttributes
from tests.support.stock import Stock, past, stocked
from tests.support.stores import ask_together

MAIN, EAST = 1, 2
ANYBODY = Origin("manager", "Because")
AT_EAST = Origin("clerk", "Because", within=frozenset({EAST}))
AT_BOTH = Origin("clerk", "Because", within=frozenset({MAIN, EAST}))
NOT_YOURS = "You may not work in this warehouse. Your warehouses: 2"
CONCERNS_ALL = "This concerns every warehouse, and you may not work in all. Your warehouses: 2"


@pytest.fixture
def stock() -> Stock:
    """A product with ten in warehouse 1 and four in a second one, both partly held for order 5."""
    stock = stocked(10)
    assert stock.warehouse() == EAST
    stock.receive(4, at=EAST)
    stock.reserve(2, order=5)
    stock.reserve(1, order=5, at=EAST)
    return stock


def refused(stock: Stock, command: c.Command) -> tuple[str, str]:
    """The field and the words of a refusal; all stays as it was."""
    before = stock.contents
    [result] = stock.do(command)
    assert isinstance(result, Rejected), result
    assert stock.contents == before
    return result.field, result.message


def done(stock: Stock, command: c.Command) -> Any:
    """What an accepted command tells."""
    [result] = stock.do(command)
    assert isinstance(result, Accepted), result
    return result.facts


def document(stock: Stock, command: DocumentCommand) -> int:
    """The document after an accepted command."""
    number: int = done(stock, command)["document"].id
    return number


@pytest.mark.parametrize("named", [MAIN, None])
def test_no_command_touches_a_level_elsewhere(stock: Stock, named: int | None) -> None:
    # Where none is named, the product's default warehouse is meant: it is not theirs either.
    product = stock.product
    for command in (
        c.AdjustStock(product, named, 1, AT_EAST),
        c.AdjustStock(product, named, -2, AT_EAST, 5),
        c.ReceiveStock(product, named, 1, AT_EAST),
        c.ShipStock(product, named, 1, AT_EAST),
        c.ReserveStock(product, named, 1, 7, AT_EAST),
        c.ReserveStock(product, named, 10**6, 7, AT_EAST),
        c.ReleaseStock(product, named, 1, 5, AT_EAST),
        c.CountStock(product, named, 3, AT_EAST),
    ):
        assert refused(stock, command) == ("warehouse_id", NOT_YOURS)


def test_what_is_theirs_they_may_do(stock: Stock) -> None:
    product = stock.product
    done(stock, c.AdjustStock(product, EAST, 1, AT_EAST))
    done(stock, c.ReserveStock(product, EAST, 1, 7, AT_EAST))
    done(stock, c.ShipStock(product, EAST, 1, AT_EAST, 7))
    done(stock, c.TransferStock(product, MAIN, EAST, 1, AT_BOTH))
    assert stock.level_at(EAST) == (5, 1, 0)


def test_a_default_warehouse_that_is_theirs_need_not_be_named(stock: Stock) -> None:
    stock.change(default_warehouse_id=EAST)
    done(stock, c.ReceiveStock(stock.product, None, 1, AT_EAST))
    assert stock.level_at(EAST) == (5, 1, 0)


@pytest.mark.parametrize(
    ("ends", "field"),
    [((MAIN, EAST), "from_warehouse_id"), ((EAST, MAIN), "to_warehouse_id")],
)
@pytest.mark.parametrize("in_transit", [False, True])
def test_both_ends_of_a_transfer_must_be_theirs(
    stock: Stock, ends: tuple[int, int], field: str, in_transit: bool
) -> None:
    transfer = c.TransferStock(stock.product, *ends, 1, AT_EAST, in_transit)
    assert refused(stock, transfer) == (field, NOT_YOURS)


def test_a_reversal_needs_every_level_that_it_changes(stock: Stock) -> None:
    received = [row for row in stock.contents.movements if row["quantity"] == 4]
    stock.transfer(1, MAIN, EAST)
    halves = stock.contents.movements[-2:]
    for rows in (halves, [*reversed(halves)]):
        command = c.ReverseMovement(past(rows), AT_EAST)
        assert refused(stock, command) == ("warehouse_id", NOT_YOURS)
    done(stock, c.ReverseMovement(past(halves), AT_BOTH))
    done(stock, c.AdjustStock(stock.product, EAST, 9, AT_EAST))
    done(stock, c.ReverseMovement(past(received), AT_EAST))


def test_a_reservation_elsewhere_keeps_its_end(stock: Stock) -> None:
    held = {row["warehouse_id"]: row["id"] for row in stock.contents.reservations}
    command = c.RescheduleReservation(stock.product, MAIN, 5, held[MAIN], None, AT_EAST)
    assert refused(stock, command) == ("warehouse_id", NOT_YOURS)
    done(stock, c.RescheduleReservation(stock.product, EAST, 5, held[EAST], None, AT_EAST))


def test_one_that_is_not_theirs_takes_the_whole_request_back(stock: Stock) -> None:
    told = ask_together(
        stock.store,
        c.ReceiveStock(stock.product, EAST, 1, AT_EAST),
        c.ReceiveStock(stock.product, MAIN, 1, AT_EAST),
    )
    assert not told.outcome.applied
    assert stock.level_at(EAST) == (4, 1, 0)


def test_a_transfers_steps_are_for_those_at_their_end(stock: Stock) -> None:
    lines = (t.LineGiven(stock.product, 2),)
    east = stock.another(3, sku="E", default_warehouse_id=EAST)
    there = (t.LineGiven(east.product, 2),)
    for ends in ((MAIN, EAST), (EAST, MAIN)):
        new = t.DraftTransfer(
            origin=AT_EAST, from_warehouse_id=ends[0], to_warehouse_id=ends[1], lines=lines
        )
        assert refused(stock, new) == ("warehouse_id", NOT_YOURS)
    inward = document(
        stock,
        t.DraftTransfer(origin=ANYBODY, from_warehouse_id=MAIN, to_warehouse_id=EAST, lines=lines),
    )
    outward = document(
        stock,
        t.DraftTransfer(origin=ANYBODY, from_warehouse_id=EAST, to_warehouse_id=MAIN, lines=there),
    )
    for command in (
        t.ChangeTransfer(origin=AT_EAST, id=inward, changes={"notes": "x"}),
        t.ChangeTransfer(origin=AT_EAST, id=outward, changes={"from_warehouse_id": EAST}),
        t.ShipTransfer(origin=AT_EAST, id=inward),
        t.CancelTransfer(origin=AT_EAST, id=inward),
        t.ReceiveTransfer(origin=AT_EAST, id=outward),
    ):
        assert refused(stock, command) == ("warehouse_id", NOT_YOURS)
    document(stock, t.ShipTransfer(origin=AT_EAST, id=outward))
    document(stock, t.ShipTransfer(origin=ANYBODY, id=inward))
    document(stock, t.ReceiveTransfer(origin=AT_EAST, id=inward))
    assert stock.level_at(EAST) == (6, 1, 0)


def test_a_transfer_between_others_does_not_exist(stock: Stock) -> None:
    third = stock.warehouse("WEST")
    lines = (t.LineGiven(stock.product, 2),)
    between = document(
        stock,
        t.DraftTransfer(origin=ANYBODY, from_warehouse_id=MAIN, to_warehouse_id=third, lines=lines),
    )
    for command in (
        t.ShipTransfer(origin=AT_EAST, id=between, if_version=99),
        t.ReceiveTransfer(origin=AT_EAST, id=between),
        t.CancelTransfer(origin=AT_EAST, id=between),
        t.ChangeTransfer(origin=AT_EAST, id=between, changes={"to_warehouse_id": EAST}),
    ):
        [result] = stock.do(command)
        assert isinstance(result, Rejected)
        assert result.code is RejectionCode.DOCUMENT_NOT_FOUND
        assert result.message == f"Transfer {between} does not exist"


def ordered(stock: Stock, origin: Origin, warehouse: int) -> p.DraftPurchaseOrder:
    """A purchase order to a warehouse, from a supplier who is there by then."""
    return p.DraftPurchaseOrder(
        origin=origin,
        supplier_id=1,
        warehouse_id=warehouse,
        lines=(p.LineGiven(stock.product, 5, Decimal(2)),),
    )


def test_a_purchase_order_is_of_the_warehouse_it_goes_to(stock: Stock) -> None:
    made = suppliers.CreateSupplier(
        origin=AT_EAST,
        code="N",
        status=suppliers.SupplierStatus.ACTIVE,
        attributes={"name": "N", "currency": "USD"},
    )
    document(stock, made)
    assert refused(stock, ordered(stock, AT_EAST, MAIN)) == ("warehouse_id", NOT_YOURS)
    elsewhere = document(stock, ordered(stock, ANYBODY, MAIN))
    for command in (
        p.ChangePurchaseOrder(origin=AT_EAST, id=elsewhere, changes={"notes": "x"}),
        p.SubmitPurchaseOrder(origin=AT_EAST, id=elsewhere, approval_limit=Decimal(100)),
        p.ApprovePurchaseOrder(origin=AT_EAST, id=elsewhere),
        p.SendPurchaseOrder(origin=AT_EAST, id=elsewhere),
        p.ReceivePurchaseOrder(origin=AT_EAST, id=elsewhere, delivery_reference="1"),
        p.ReverseReceipt(origin=AT_EAST, id=elsewhere, receipt=1),
        p.ClosePurchaseOrder(origin=AT_EAST, id=elsewhere),
        p.CancelPurchaseOrder(origin=AT_EAST, id=elsewhere),
    ):
        words = f"Purchase order {elsewhere} does not exist"
        assert refused(stock, command) == ("purchase_order_id", words)
    here = document(stock, ordered(stock, AT_EAST, EAST))
    moved = p.ChangePurchaseOrder(origin=AT_EAST, id=here, changes={"warehouse_id": MAIN})
    assert refused(stock, moved) == ("warehouse_id", NOT_YOURS)
    submitted = p.SubmitPurchaseOrder(origin=AT_EAST, id=here, approval_limit=Decimal(100))
    document(stock, submitted)


def test_a_count_is_of_its_warehouse(stock: Stock) -> None:
    def drafted(origin: Origin, warehouse: int, *products: int) -> n.DraftCount:
        return n.DraftCount(
            origin=origin,
            warehouse_id=warehouse,
            scope=n.PRODUCTS,
            product_ids=products,
            start=True,
        )

    for products in ((stock.product,), ()):
        new = drafted(AT_EAST, MAIN, *products)
        assert refused(stock, new) == ("warehouse_id", NOT_YOURS)
    elsewhere = document(stock, drafted(ANYBODY, MAIN, stock.product))
    counted = (n.Counted(stock.product, 3),)
    for command in (
        n.AddToCount(origin=AT_EAST, id=elsewhere, product_ids=(stock.product,)),
        n.StartCount(origin=AT_EAST, id=elsewhere),
        n.RecordCount(origin=AT_EAST, id=elsewhere, counted_by="Ann", counted=counted),
        n.RecountLines(origin=AT_EAST, id=elsewhere, product_ids=(stock.product,)),
        n.SubmitCount(origin=AT_EAST, id=elsewhere),
        n.ApproveCount(origin=AT_EAST, id=elsewhere),
        n.CancelCount(origin=AT_EAST, id=elsewhere),
    ):
        assert refused(stock, command) == ("count_id", f"Count {elsewhere} does not exist")
    here = document(stock, drafted(AT_EAST, EAST, stock.product))
    document(stock, n.RecordCount(origin=AT_EAST, id=here, counted_by="Ann", counted=counted))
    document(stock, n.SubmitCount(origin=AT_EAST, id=here))
    document(stock, n.ApproveCount(origin=AT_EAST, id=here))
    assert stock.level_at(EAST) == (3, 1, 0)


def sold(
    stock: Stock, origin: Origin, *candidates: int, confirm: bool = True, **fields: Any
) -> s.DraftSalesOrder:
    """A sales order of one unit."""
    line = {"product_id": stock.product, "quantity": 1} | fields.pop("line", {})
    return s.DraftSalesOrder(
        origin=origin,
        lines=(s.LineGiven(None, line),),
        preferences=fields.pop("prefer", ()),
        fields=fields,
        candidates=candidates,
        confirm=confirm,
    )


def test_a_sales_order_is_served_from_their_warehouses_alone(stock: Stock) -> None:
    for fields in (
        {"warehouse_id": MAIN},
        {"line": {"warehouse_id": MAIN}},
        {"prefer": (EAST, MAIN)},
    ):
        new = sold(stock, AT_EAST, EAST, **fields)
        assert refused(stock, new) == ("warehouse_id", NOT_YOURS)
    # What is tried where nobody says is told by the caller's side, and held against the limit, too.
    assert refused(stock, sold(stock, AT_EAST, MAIN, EAST)) == ("warehouse_id", NOT_YOURS)
    order = document(stock, sold(stock, AT_EAST, EAST))
    assert stock.level_at(EAST) == (4, 2, 0)
    for changes in ({"warehouse_id": MAIN}, {"preferences": (MAIN,)}):
        command = s.ChangeSalesOrder(origin=AT_EAST, id=order, changes=changes, candidates=(EAST,))
        assert refused(stock, command) == ("warehouse_id", NOT_YOURS)
    shipped = s.ShipSalesOrder(origin=AT_EAST, id=order, warehouse_id=MAIN)
    assert refused(stock, shipped) == ("warehouse_id", NOT_YOURS)
    document(stock, s.ShipSalesOrder(origin=AT_EAST, id=order))
    back = (s.LineReturned(1, 1, warehouse_id=MAIN),)
    returned = s.ReturnSalesOrder(origin=AT_EAST, id=order, lines=back)
    assert refused(stock, returned) == ("warehouse_id", NOT_YOURS)
    document(stock, s.ReturnSalesOrder(origin=AT_EAST, id=order, lines=(s.LineReturned(1, 1),)))


def test_a_draft_that_names_no_warehouse_is_anybodys(stock: Stock) -> None:
    order = document(stock, sold(stock, ANYBODY, confirm=False))
    document(stock, s.ConfirmSalesOrder(origin=AT_EAST, id=order, candidates=(EAST,)))
    assert stock.level_at(EAST) == (4, 2, 0)


def test_who_has_no_warehouse_in_use_reserves_nothing(stock: Stock) -> None:
    order = document(stock, sold(stock, ANYBODY, confirm=False))
    nowhere = s.ConfirmSalesOrder(
        origin=Origin("clerk", within=frozenset()), id=order, candidates=()
    )
    words = "You may not work in this warehouse. Your warehouses: none"
    assert refused(stock, nowhere) == ("warehouse_id", words)


@pytest.mark.parametrize("prefer", [(), (MAIN, EAST)])
def test_a_sales_order_that_others_serve_too_does_not_exist(
    stock: Stock, prefer: tuple[int, ...]
) -> None:
    order = document(stock, sold(stock, ANYBODY, MAIN, confirm=not prefer, prefer=prefer))
    for command in (
        s.ChangeSalesOrder(origin=AT_EAST, id=order, changes={"notes": "x"}, candidates=(EAST,)),
        s.ConfirmSalesOrder(origin=AT_EAST, id=order, candidates=(EAST,)),
        s.ShipSalesOrder(origin=AT_EAST, id=order),
        s.CancelSalesOrder(origin=AT_EAST, id=order),
        s.CloseSalesOrder(origin=AT_EAST, id=order),
        s.ReturnSalesOrder(origin=AT_EAST, id=order, lines=(s.LineReturned(1, 1),)),
    ):
        words = f"Sales order {order} does not exist"
        assert refused(stock, command) == ("sales_order_id", words)


def test_warehouses_are_made_and_changed_by_who_has_them_all(stock: Stock) -> None:
    for command in (
        c.CreateWarehouse(WarehouseAttributes("x", "MAIN"), AT_EAST),
        c.UpdateWarehouse(EAST, {"name": "x"}, AT_EAST),
        c.UpdateWarehouse(99, {"name": "x"}, AT_EAST),
    ):
        assert refused(stock, command) == ("warehouse_id", CONCERNS_ALL)


def test_products_are_the_companys_but_their_stock_is_a_warehouses(stock: Stock) -> None:
    def made(sku: str, opening: int = 0, at: int | None = None, **told: Any) -> Result:
        command = c.CreateProduct(ProductAttributes(sku, sku, **told), AT_EAST, opening, 0, at)
        return stock.do(command)[0]

    for wrong in (
        made("A", 5),
        made("A", 0, MAIN),
        made("A", 5, EAST, default_warehouse_id=MAIN),
        made("LAPTOP-001", 0, 99),
    ):
        assert isinstance(wrong, Rejected)
        assert wrong.code is RejectionCode.WAREHOUSE_NOT_YOURS
    for right in (
        made("A"),
        made("B", 5, EAST),
        made("C", 5, default_warehouse_id=EAST),
    ):
        assert isinstance(right, Accepted)
    product = stock.product
    done(stock, c.UpdateProduct(product, {"name": "x", "track_inventory": True}, AT_EAST))
    for changes in ({"track_inventory": False}, {"default_warehouse_id": EAST}):
        # The refusal of who may work everywhere tells how much is held, in all warehouses.
        command = c.UpdateProduct(product, changes, AT_EAST)
        assert refused(stock, command) == (*changes, CONCERNS_ALL)
