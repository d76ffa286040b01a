"""Ordering from the reorder report: a draft per supplier, what could not be ordered, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec import Struct

from onhand.api import fields as f
from onhand.api import problems, submitting
from onhand.api.operations import Call, Endpoint, Operation, Shape, parsed
from onhand.api.purchasing import order_bodies as b
from onhand.api.purchasing.orders import PATH, TAG
from onhand.api.stock.reports import position, to_buy
from onhand.api.wire import Reply
from onhand.core.decide import Outcome
from onhand.core.purchase_orders import DraftPurchaseOrder, LineGiven
from onhand.core.rejections import Rejected, RejectionCode
from onhand.core.replenishment import suggested_order
from onhand.core.warehouses import DEFAULT_WAREHOUSE_ID
from onhand.ledger.access import Permission
from onhand.ledger.listings import PageRequest
from onhand.ledger.ports import Answer
from onhand.ledger.purchasing import Offer
from onhand.ledger.reads import Reads
from onhand.ledger.stock_views import StockLine

PRODUCTS_AT_A_TIME = 1_000


class Ordering(Struct, kw_only=True, forbid_unknown_fields=True):
    """With `warehouse_id`, what that warehouse's own report suggests, to be sent there; else what
    the report over all of them does, to warehouse 1. `supplier_id`: what it sells alone.
    """

    warehouse_id: f.WarehouseId | None = None
    supplier_id: f.SupplierId | None = None
    over_receipt_percent: b.Percent = 0


class NotOrdered(Struct, kw_only=True):
    """A product that the report suggests, and why no order has it."""

    product_id: int
    sku: str
    suggested_order: int
    reason: str


class Ordered(Struct, kw_only=True):
    """The drafts, one per supplier and currency, and what is on none of them."""

    orders: list[b.PurchaseOrderStepped]
    not_ordered: list[NotOrdered]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A product that is to be ordered: how much the report suggests, and who sells it."""

    line: StockLine
    suggested: int
    offer: Offer


async def order_from_reorder_report(call: Call) -> Reply:
    """Draft an order per supplier for what the reorder report suggests."""
    body = await call.raw_body()
    given = parsed(call, body, Ordering)
    now = call.services.clock()
    not_ordered: list[NotOrdered] = []
    wanted: dict[tuple[int, str], list[_Wanted]] = {}
    where = given.warehouse_id
    if call.caller.within is not None:
        # Who sees some warehouses only orders for one of them, and what is short there.
        where = where or DEFAULT_WAREHOUSE_ID
        call.require_warehouse(where)
    lines, drafted, refusal = await call.read(lambda reads: _asked(reads, where, now))
    for line in lines:
        suggested = suggested_order(position(line))
        if not suggested:
            continue
        offer = line.offer
        if given.supplier_id is not None and (
            offer is None or offer.supplier_id != given.supplier_id
        ):
            continue
        reason = _obstacle(line, drafted)
        if offer is None or reason is not None:
            not_ordered.append(_not_ordered(line, suggested, reason or _NOBODY))
            continue
        seller = (offer.supplier_id, offer.currency)
        wanted.setdefault(seller, []).append(_Wanted(line, suggested, offer))
    groups = list(_cut(wanted))
    commands = [_draft(call, given, group) for group in groups]

    def render(outcome: Outcome, movement_ids: Sequence[int]) -> Answer:
        # Told here, as this may be a repeat of what was done before: its key tells.
        if refusal is not None:
            return refusal.answer
        orders: list[b.PurchaseOrderStepped] = []
        refused: list[NotOrdered] = []
        for group, result in zip(groups, outcome.results, strict=True):
            if isinstance(result, Rejected):
                refused += [
                    _not_ordered(it.line, it.suggested, reason)
                    for it, reason in zip(group, _reasons(result, group), strict=True)
                ]
            else:
                orders.append(b.stepped(result.facts["document"], ()))
        told = Ordered(orders=orders, not_ordered=[*not_ordered, *refused])
        count = len(orders)
        message = f"{count} purchase order{'' if count == 1 else 's'} created"
        return submitting.said(told, message, status=201 if orders else 200)

    settled = await call.submit_all(commands, body, render)
    return Reply(settled.answer, settled.headers)


_NO_WAREHOUSE = RejectionCode.WAREHOUSE_NOT_FOUND
_NOBODY = "No supplier that may receive orders sells it"


def _asked(
    reads: Reads, warehouse_id: int | None, now: datetime
) -> tuple[list[StockLine], Mapping[int, int], problems.Problem | None]:
    """The report, what is on orders that are not sent yet, and why nothing can go there."""
    if warehouse_id is not None:
        warehouse = reads.warehouse(warehouse_id)
        if warehouse is None or not warehouse.attributes.is_active:
            code = RejectionCode.WAREHOUSE_INACTIVE if warehouse else _NO_WAREHOUSE
            facts = {"warehouse_id": warehouse_id, "field": "warehouse_id"}
            return [], {}, problems.rejected(Rejected(code, facts))
    return list(_to_reorder(reads, warehouse_id, now)), reads.drafted(warehouse_id), None


def _to_reorder(reads: Reads, warehouse_id: int | None, now: datetime) -> Iterator[StockLine]:
    page = 1
    while True:
        rows = reads.to_reorder(PageRequest(page, PRODUCTS_AT_A_TIME), now, warehouse_id).rows
        yield from rows
        if len(rows) < PRODUCTS_AT_A_TIME:
            return
        page += 1


def _obstacle(line: StockLine, drafted: Mapping[int, int]) -> str | None:
    order = drafted.get(line.product_id)
    if order is not None:
        return f"It is on purchase order {order}, which is not sent yet"
    return None


def _cut(wanted: Mapping[tuple[int, str], list[_Wanted]]) -> Iterator[list[_Wanted]]:
    """Each supplier's products, as many at a time as an order may have lines."""
    for _, group in sorted(wanted.items()):
        for start in range(0, len(group), b.MAX_LINES):
            yield group[start : start + b.MAX_LINES]


def _draft(call: Call, given: Ordering, group: Sequence[_Wanted]) -> DraftPurchaseOrder:
    offer = group[0].offer
    return DraftPurchaseOrder(
        origin=call.origin(),
        supplier_id=offer.supplier_id,
        warehouse_id=given.warehouse_id or DEFAULT_WAREHOUSE_ID,
        currency=offer.currency,
        notes="From the reorder report",
        over_receipt_percent=given.over_receipt_percent,
        lines=tuple(
            LineGiven(it.line.product_id, to_buy(it.suggested, it.offer), it.offer.price)
            for it in group
        ),
    )


def _reasons(rejected: Rejected, group: Sequence[_Wanted]) -> list[str]:
    """Why each product of a refused order was not ordered: its own fault, or the order's."""
    own = {place: fault.message for place, fault in rejected.lines}
    return [own.get(place, rejected.message) for place in range(len(group))]


def _not_ordered(line: StockLine, suggested: int, reason: str) -> NotOrdered:
    return NotOrdered(
        product_id=line.product_id, sku=line.sku, suggested_order=suggested, reason=reason
    )


ENDPOINTS = (
    Endpoint(
        Operation(
            "POST",
            f"{PATH}/from-reorder-report",
            "order_from_reorder_report",
            "Order what the reorder report suggests",
            "Drafts an order per supplier, each quantity by the supplier's minimum and packs, and"
            " says what could not be ordered and why. What is on an order that is not sent yet is"
            " not ordered again. With `warehouse_id`, all of that is about this warehouse alone,"
            " by the reorder points and quantities in force there. The body may be left out.",
            TAG,
            Permission.PURCHASING_WRITE,
            {
                200: Shape(Ordered, "0 purchase orders created"),
                201: Shape(Ordered, "2 purchase orders created"),
            },
            body=Ordering,
            body_required=False,
            body_examples={"For warehouse 2": {"warehouse_id": 2}},
            keyed=True,
        ),
        order_from_reorder_report,
    ),
)
