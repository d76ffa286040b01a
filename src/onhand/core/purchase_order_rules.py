"""The rules of purchase orders: written, submitted, approved, sent, closed and cancelled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from onhand.core import purchase_orders as p
from onhand.core import receipt_rules
from onhand.core.catalog_rules import product_fault, warehouse_fault
from onhand.core.document_rules import amount_told, found, record
from onhand.core.documents import DocumentCommand, DocumentKind
from onhand.core.draft import Draft
from onhand.core.levels import MAX_QUANTITY, StockKey
from onhand.core.purchase_orders import LIFE_CYCLE, LineGiven, PurchaseOrder, PurchaseOrderLine
from onhand.core.rejections import Rejected, RejectionCode, lines_refused
from onhand.core.stock_rules import Accepted, Result, too_large
from onhand.core.suppliers import Supplier, supplier_of
from onhand.core.terms import Terms, TermsKey, orderable


def draft_order(draft: Draft, command: p.DraftPurchaseOrder) -> Result:
    """Write a new order."""
    supplier = supplier_of(draft, command.supplier_id)
    if isinstance(supplier, Rejected):
        return supplier
    fault = warehouse_fault(draft, command.warehouse_id)
    if fault is not None:
        return fault
    currency = command.currency or supplier.currency
    lines = _lines(draft, supplier.id, currency, command.lines)
    if isinstance(lines, Rejected):
        return lines
    order = PurchaseOrder(
        id=next(draft.snapshot.new_ids.documents[DocumentKind.PURCHASE_ORDER]),
        state=p.DRAFT,
        version=0,
        created_by=command.origin.actor,
        created_at=draft.now,
        updated_at=draft.now,
        supplier_id=supplier.id,
        warehouse_id=command.warehouse_id,
        currency=currency,
        total=p.total_of(lines),
        reference=command.reference,
        notes=command.notes,
        expected_date=command.expected_date,
        over_receipt_percent=command.over_receipt_percent,
        lines=lines,
    )
    fault = _fault_of_total(order)
    if fault is not None:
        return fault
    order = record(draft, None, order, "draft", command.origin)
    return Accepted(facts={"document": order})


def change_order(draft: Draft, command: p.ChangePurchaseOrder) -> Result:
    """Write a draft anew."""
    order = found(draft, command, PurchaseOrder, LIFE_CYCLE, "change")
    if isinstance(order, Rejected):
        return order
    changes = dict(command.changes)
    if "lines" in changes:
        lines = _lines(draft, order.supplier_id, order.currency, changes["lines"])
        if isinstance(lines, Rejected):
            return lines
        changes |= {"lines": lines, "total": p.total_of(lines)}
    changed = replace(order, **changes)
    fault = warehouse_fault(draft, changed.warehouse_id) or _fault_of_total(changed)
    if fault is not None:
        return fault
    changed = record(draft, order, changed, "change", command.origin)
    return Accepted(facts={"document": changed})


def submit_order(draft: Draft, command: p.SubmitPurchaseOrder) -> Result:
    """Ask for approval, which a small order has at once; the terms may have changed meanwhile."""
    order = found(draft, command, PurchaseOrder, LIFE_CYCLE, "submit")
    if isinstance(order, Rejected):
        return order
    supplier = _accepting(draft, order)
    if isinstance(supplier, Rejected):
        return supplier
    again = [LineGiven(x.product_id, x.quantity, x.price, x.expected_date) for x in order.lines]
    lines = _lines(draft, order.supplier_id, order.currency, again)
    if isinstance(lines, Rejected):
        return lines
    state = p.APPROVED if order.total <= command.approval_limit else p.PENDING
    told = {
        "total": amount_told(order.total),
        "approval_limit": amount_told(command.approval_limit),
    }
    order = record(draft, order, replace(order, state=state), "submit", command.origin, told)
    return Accepted(facts={"document": order})


def approve_order(draft: Draft, command: p.ApprovePurchaseOrder) -> Result:
    """Approve what was submitted."""
    order = found(draft, command, PurchaseOrder, LIFE_CYCLE, "approve")
    if isinstance(order, Rejected):
        return order
    told = {"total": amount_told(order.total)}
    approved = replace(order, state=p.APPROVED)
    approved = record(draft, order, approved, "approve", command.origin, told)
    return Accepted(facts={"document": approved})


def send_order(draft: Draft, command: p.SendPurchaseOrder) -> Result:
    """Put an order's units on order; lines without a date are expected after the lead time."""
    order = found(draft, command, PurchaseOrder, LIFE_CYCLE, "send")
    if isinstance(order, Rejected):
        return order
    supplier = _accepting(draft, order)
    if isinstance(supplier, Rejected):
        return supplier
    fault = warehouse_fault(draft, order.warehouse_id)
    if fault is not None:
        return fault
    sent_at = command.origin.occurred_at or draft.now
    lines = []
    faults = []
    for place, line in enumerate(order.lines):
        fault = product_fault(draft, line.product_id)
        if fault is None:
            inbound = draft.inbound(StockKey(line.product_id, order.warehouse_id))
            if inbound.on_order + line.quantity <= MAX_QUANTITY:
                inbound.on_order += line.quantity
                terms = draft.terms.get(TermsKey(supplier.id, line.product_id))
                expected = line.expected_date or order.expected_date
                expected = expected or _after_lead_time(sent_at.date(), terms, supplier)
                lines.append(replace(line, on_order=line.quantity, expected_date=expected))
                continue
            fault = too_large(inbound.on_order, line.quantity)
        faults.append((place, fault))
    if faults:
        return lines_refused(faults)
    sent = replace(order, state=p.SENT, sent_at=sent_at, lines=tuple(lines))
    sent = record(draft, order, sent, "send", command.origin)
    return Accepted(facts={"document": sent})


def close_order(draft: Draft, command: p.ClosePurchaseOrder) -> Result:
    """Be content with what has come."""
    return _ended(draft, command, "close", p.COMPLETED)


def cancel_order(draft: Draft, command: p.CancelPurchaseOrder) -> Result:
    """Give an order up; what has come stays."""
    return _ended(draft, command, "cancel", p.CANCELLED)


def _ended(draft: Draft, command: DocumentCommand, event: str, state: str) -> Result:
    order = found(draft, command, PurchaseOrder, LIFE_CYCLE, event)
    if isinstance(order, Rejected):
        return order
    told = [{"line": line.number, "units": line.on_order} for line in order.lines if line.on_order]
    for line in order.lines:
        if line.on_order:
            draft.inbound(StockKey(line.product_id, order.warehouse_id)).on_order -= line.on_order
    lines = tuple(replace(line, on_order=0) for line in order.lines)
    ended = replace(order, state=state, lines=lines)
    ended = record(draft, order, ended, event, command.origin, {"no_longer_on_order": told})
    return Accepted(facts={"document": ended})


def _accepting(draft: Draft, order: PurchaseOrder) -> Supplier | Rejected:
    """The order's supplier, where it may receive orders."""
    supplier = supplier_of(draft, order.supplier_id)
    if isinstance(supplier, Rejected) or supplier.may_receive_orders:
        return supplier
    facts = {"supplier_id": supplier.id, "status": supplier.state}
    return Rejected(RejectionCode.SUPPLIER_NOT_ACCEPTING, facts)


def _lines(
    draft: Draft, supplier_id: int, currency: str, given: Iterable[LineGiven]
) -> tuple[PurchaseOrderLine, ...] | Rejected:
    """Lines as they are kept, with prices; each that does not fit the supplier's terms is named."""
    lines = []
    faults = []
    for place, line in enumerate(given):
        terms = draft.terms.get(TermsKey(supplier_id, line.product_id))
        price = line.price
        if price is None and terms is not None and terms.currency == currency:
            price = terms.price
        fault = product_fault(draft, line.product_id) or _fault_of_amount(line, terms)
        if fault is None and price is None:
            facts = {"product_id": line.product_id, "currency": currency}
            fault = Rejected(RejectionCode.PRICE_MISSING, facts)
        if fault is not None or price is None:
            faults.append((place, fault))
            continue
        lines.append(
            PurchaseOrderLine(place + 1, line.product_id, line.quantity, price, line.expected_date)
        )
    named = [(place, fault) for place, fault in faults if fault is not None]
    return lines_refused(named) if named else tuple(lines)


def _fault_of_amount(line: LineGiven, terms: Terms | None) -> Rejected | None:
    if terms is None:
        return None
    minimum, pack_size = terms.minimum_order_quantity, terms.pack_size
    facts = {
        "minimum": minimum,
        "pack_size": pack_size,
        "requested": line.quantity,
        "next": orderable(line.quantity, minimum, pack_size),
    }
    if line.quantity < minimum:
        return Rejected(RejectionCode.BELOW_MINIMUM, facts)
    if line.quantity % pack_size:
        return Rejected(RejectionCode.NOT_IN_PACKS, facts)
    return None


def _fault_of_total(order: PurchaseOrder) -> Rejected | None:
    if order.total < p.MOST_TOTAL:
        return None
    return Rejected(RejectionCode.TOTAL_TOO_LARGE, {"limit": p.MOST_TOTAL, "total": order.total})


def _after_lead_time(sent: date, terms: Terms | None, supplier: Supplier) -> date | None:
    days = terms.lead_time_days if terms is not None else None
    if days is None:
        days = supplier.lead_time_days
    try:
        return None if days is None else sent + timedelta(days=days)
    except OverflowError:
        return None


RULES: Mapping[type[DocumentCommand], Callable[[Draft, Any], Result]] = {
    p.DraftPurchaseOrder: draft_order,
    p.ChangePurchaseOrder: change_order,
    p.SubmitPurchaseOrder: submit_order,
    p.ApprovePurchaseOrder: approve_order,
    p.SendPurchaseOrder: send_order,
    p.ReceivePurchaseOrder: receipt_rules.receive_order,
    p.ReverseReceipt: receipt_rules.reverse_receipt,
    p.ClosePurchaseOrder: close_order,
    p.CancelPurchaseOrder: cancel_order,
}
"""The commands about purchase orders, and their rules."""
