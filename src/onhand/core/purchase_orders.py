"""Purchase orders: what was ordered from a supplier, for which price, and what has come of it.

From sending on, what has not come is on order at the warehouse it goes to: the units that each line
has `on_order` are the order's part of the inbound quantity there. Units come by receipts; what is
rejected never enters stock, and stays on order until it comes again or the order is closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Context, Decimal
from typing import Any, ClassVar

from onhand.core.documents import (
    Claim,
    Document,
    DocumentCommand,
    DocumentKey,
    DocumentKind,
    Touch,
)
from onhand.core.life_cycles import LifeCycle, Transition
from onhand.core.terms import TermsKey

DRAFT, PENDING, APPROVED, SENT = "draft", "pending", "approved", "sent"
PARTIALLY_RECEIVED, COMPLETED, CANCELLED = "partially_received", "completed", "cancelled"
OPEN = (SENT, PARTIALLY_RECEIVED)
"""The states in which units are on order."""

_NO_MORE = "what has not come is no longer on order"
_CAME = "accepted units come in and are no longer on order; rejected ones never enter stock"
_BACK = "its units leave stock and are on order again"

LIFE_CYCLE = LifeCycle(
    DocumentKind.PURCHASE_ORDER,
    (
        Transition(None, "draft", (DRAFT,), "a supplier; minimum and packs per line"),
        Transition(DRAFT, "change", (DRAFT,), "minimum and packs per line"),
        Transition(
            DRAFT,
            "submit",
            (PENDING, APPROVED),
            "the supplier may receive orders; approved at once up to the approval limit",
        ),
        Transition(DRAFT, "cancel", (CANCELLED,), "a reason"),
        Transition(PENDING, "approve", (APPROVED,)),
        Transition(PENDING, "cancel", (CANCELLED,), "a reason"),
        Transition(
            APPROVED, "send", (SENT,), "the supplier may receive orders", "its units are on order"
        ),
        Transition(APPROVED, "cancel", (CANCELLED,), "a reason"),
        Transition(
            SENT,
            "receive",
            (PARTIALLY_RECEIVED, COMPLETED),
            "a new delivery; no more than ordered and the tolerance; a reason for what is rejected",
            _CAME,
        ),
        Transition(SENT, "cancel", (CANCELLED,), "a reason", _NO_MORE),
        Transition(
            PARTIALLY_RECEIVED,
            "receive",
            (PARTIALLY_RECEIVED, COMPLETED),
            "the same",
            _CAME,
        ),
        Transition(
            PARTIALLY_RECEIVED, "reverse", (SENT, PARTIALLY_RECEIVED), "available stock", _BACK
        ),
        Transition(PARTIALLY_RECEIVED, "close", (COMPLETED,), "a reason", _NO_MORE),
        Transition(PARTIALLY_RECEIVED, "cancel", (CANCELLED,), "a reason", _NO_MORE),
        Transition(COMPLETED, "reverse", (SENT, PARTIALLY_RECEIVED), "available stock", _BACK),
    ),
    settled=(COMPLETED,),
)

MOST_TOTAL = Decimal(10**14)
"""Totals stay below it: what a 64-bit count of ten-thousandths can hold."""

_EXACT = Context(prec=60)


@dataclass(frozen=True, slots=True)
class PurchaseOrderLine:
    """One product of an order: units, the price of one, and what has become of them.

    `received` were accepted, `rejected` were not; `on_order` are still expected, by
    `expected_date`.
    """

    number: int
    product_id: int
    quantity: int
    price: Decimal
    expected_date: date | None = None
    received: int = 0
    rejected: int = 0
    on_order: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """One delivery, by the supplier's reference for it; `lead_time_days` since the order was sent.

    One that was reversed counts no more.
    """

    number: int
    delivery_reference: str
    received_at: datetime
    received_by: str
    lead_time_days: int
    notes: str | None = None
    reversed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """What came of an order's line with a receipt; `days_late` is negative where it came early.

    Its number counts over all receipts of the order.
    """

    number: int
    receipt: int
    line: int
    received: int
    rejected: int
    reason: str | None
    days_late: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseOrder(Document):
    """An order with its lines and receipts; `total` is exact, in `currency`.

    Each line may receive `over_receipt_percent` more than was ordered.
    """

    kind: ClassVar = DocumentKind.PURCHASE_ORDER

    supplier_id: int
    warehouse_id: int
    currency: str
    total: Decimal
    reference: str | None = None
    notes: str | None = None
    expected_date: date | None = None
    over_receipt_percent: int = 0
    sent_at: datetime | None = None
    lines: tuple[PurchaseOrderLine, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    receipt_lines: tuple[ReceiptLine, ...] = ()

    def most_received(self, line: PurchaseOrderLine) -> int:
        """Units that a line may receive in all."""
        return line.quantity + line.quantity * self.over_receipt_percent // 100

    def touches(self) -> Iterator[Touch]:
        """Each line's product where it goes to."""
        for line in self.lines:
            yield Touch(line.product_id, self.warehouse_id, self.most_received(line))

    def partners(self) -> Iterable[DocumentKey]:
        """Its supplier."""
        return (DocumentKey(DocumentKind.SUPPLIER, self.supplier_id),)

    def claims(self) -> Iterator[Claim]:
        """What of each line is on order where it goes to."""
        for line in self.lines:
            if line.on_order:
                yield Claim(line.product_id, self.warehouse_id, on_order=line.on_order)

    def flaws(self) -> Iterator[tuple[str, object, object]]:
        """Where its state, lines and receipts disagree, and where more came than may."""
        if self.total != total_of(self.lines):
            yield "total", total_of(self.lines), self.total
        counted = {it.number for it in self.receipts if it.reversed_at is None}
        came: dict[int, tuple[int, int]] = {}
        for it in self.receipt_lines:
            if it.receipt in counted:
                received, rejected = came.get(it.line, (0, 0))
                came[it.line] = received + it.received, rejected + it.rejected
        for line in self.lines:
            name = f"line {line.number}"
            received, rejected = came.get(line.number, (0, 0))
            for what, expected, found in (
                ("received", received, line.received),
                ("rejected", rejected, line.rejected),
            ):
                if expected != found:
                    yield f"units of {name} {what}", expected, found
            most = self.most_received(line)
            if line.received > most:
                yield f"units of {name} received", f"{most} at most", line.received
            most = max(line.quantity - line.received, 0) if self.state in OPEN else 0
            if line.on_order > most:
                yield f"units of {name} on order", f"{most} at most", line.on_order


def total_of(lines: Iterable[PurchaseOrderLine]) -> Decimal:
    """What lines cost in all, exactly."""
    total = Decimal(0)
    for line in lines:
        total = _EXACT.add(total, _EXACT.multiply(line.price, Decimal(line.quantity)))
    return total


@dataclass(frozen=True, slots=True)
class LineGiven:
    """A line as somebody writes it; `price` None: the price of the supplier's terms."""

    product_id: int
    quantity: int
    price: Decimal | None = None
    expected_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _OrderCommand(DocumentCommand):
    kind: ClassVar = DocumentKind.PURCHASE_ORDER


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPurchaseOrder(_OrderCommand):
    """Write a new order; `currency` None: the supplier's."""

    supplier_id: int
    warehouse_id: int
    lines: tuple[LineGiven, ...]
    currency: str | None = None
    reference: str | None = None
    notes: str | None = None
    expected_date: date | None = None
    over_receipt_percent: int = 0

    def touches(self) -> Iterator[Touch]:
        """Each line's product where it goes to."""
        for line in self.lines:
            yield Touch(line.product_id, self.warehouse_id)

    def partners(self) -> Iterable[DocumentKey]:
        """Its supplier."""
        return (DocumentKey(DocumentKind.SUPPLIER, self.supplier_id),)

    def terms(self, document: Document | None) -> Iterable[TermsKey]:
        """The supplier's for each line."""
        return _terms(self.supplier_id, self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePurchaseOrder(_OrderCommand):
    """Write a draft anew: fields of an order by name; its lines as `LineGiven`, all of them."""

    changes: Mapping[str, Any]

    def touches(self) -> Iterable[Touch]:
        """Each new line's product."""
        return [Touch(line.product_id, None) for line in self.changes.get("lines", ())]

    def warehouses(self) -> Iterable[int]:
        """Where it goes to now."""
        return (self.changes["warehouse_id"],) if "warehouse_id" in self.changes else ()

    def terms(self, document: Document | None) -> Iterable[TermsKey]:
        """The supplier's for each new line."""
        if not isinstance(document, PurchaseOrder):
            return ()
        return _terms(document.supplier_id, self.changes.get("lines", ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class _TermsStep(_OrderCommand):
    """A step that looks at the supplier's terms for the order's lines."""

    def terms(self, document: Document | None) -> Iterable[TermsKey]:
        """The supplier's for each line."""
        if not isinstance(document, PurchaseOrder):
            return ()
        return _terms(document.supplier_id, document.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitPurchaseOrder(_TermsStep):
    """Ask for approval; an order of `approval_limit` or less, in its own currency, has it."""

    approval_limit: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovePurchaseOrder(_OrderCommand):
    """Approve what was submitted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendPurchaseOrder(_TermsStep):
    """Tell that the order has gone to the supplier: its units are on order."""


@dataclass(frozen=True, slots=True)
class LineArrived:
    """What came of a line: so many units accepted, so many rejected, and why those."""

    number: int
    received: int = 0
    rejected: int = 0
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivePurchaseOrder(_OrderCommand):
    """Take in a delivery; `lines` None: everything that is still on order has come."""

    delivery_reference: str
    lines: tuple[LineArrived, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReverseReceipt(_OrderCommand):
    """Take a receipt back: its units leave stock and are on order again."""

    receipt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosePurchaseOrder(_OrderCommand):
    """Be content with what has come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelPurchaseOrder(_OrderCommand):
    """Give an order up."""


def _terms(
    supplier_id: int, lines: Sequence[LineGiven] | Sequence[PurchaseOrderLine]
) -> list[TermsKey]:
    return [TermsKey(supplier_id, line.product_id) for line in lines]
