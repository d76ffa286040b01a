"""Lines of a transactions file as commands to the ledger.

A sale ships, a return is received, a correction adjusts; each with the invoice as its reference and
the invoice's time as the moment it happened. Stock that comes in for them has a reason of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal

from onhand.core.commands import (
    AdjustStock,
    CreateProduct,
    ReceiveStock,
    ShipStock,
    StockCommand,
)
from onhand.core.movements import Origin
from onhand.core.products import ProductAttributes
from onhand.files.records import Line, Return, Sale
from onhand.files.stocking import Posting, StockingLine
from onhand.files.survey import SurveyedProduct

__all__ = ["CommandMaker", "product_command"]

LONGEST_NAME = 255
LONGEST_REASON = 2_000
INVOICE = "invoice"
STOCKING = "sales_import"
OPENING_REASON = "Opening stock"
PURCHASE_REASON = "Purchase before stock ran out"
RETURN_REASON = "Returned by the customer"

_SMALLEST_MONEY = Decimal("0.0001")


class CommandMaker:
    """Makes commands for one import: its products' ids, its warehouse, its actor and its file."""

    def __init__(
        self, product_ids: Mapping[str, int], warehouse_id: int | None, actor: str, file_name: str
    ) -> None:
        self._product_ids = product_ids
        self._warehouse_id = warehouse_id
        self._actor = actor
        self._file_name = _clean(file_name, LONGEST_NAME)
        self._invoice_origin = Origin(actor)

    def command(self, posting: Posting) -> StockCommand:
        """The command that a line, or stock that comes in for it, stands for."""
        if isinstance(posting, StockingLine):
            return self._stocking(posting)
        line = posting
        product_id = self._product_ids[line.sku]
        if isinstance(line, Sale):
            return ShipStock(product_id, self._warehouse_id, line.quantity, self._of_invoice(line))
        if isinstance(line, Return):
            return ReceiveStock(
                product_id, self._warehouse_id, line.quantity, self._of_invoice(line, RETURN_REASON)
            )
        reason = _clean(line.reason, LONGEST_REASON)
        origin = Origin(
            self._actor, reason, None, line.invoice, INVOICE, occurred_at=line.occurred_at
        )
        return AdjustStock(product_id, self._warehouse_id, line.quantity, origin)

    def _stocking(self, stocking: StockingLine) -> StockCommand:
        reason = PURCHASE_REASON if stocking.is_purchase else OPENING_REASON
        origin = Origin(
            self._actor, reason, None, self._file_name, STOCKING, occurred_at=stocking.occurred_at
        )
        product_id = self._product_ids[stocking.sku]
        return ReceiveStock(product_id, self._warehouse_id, stocking.quantity, origin)

    def _of_invoice(self, line: Line, reason: str | None = None) -> Origin:
        # The lines of one invoice stand together and share one origin.
        origin = self._invoice_origin
        if (
            origin.reference != line.invoice
            or origin.occurred_at != line.occurred_at
            or origin.reason != reason
        ):
            origin = self._invoice_origin = Origin(
                self._actor, reason, None, line.invoice, INVOICE, occurred_at=line.occurred_at
            )
        return origin


def product_command(product: SurveyedProduct, currency: str, actor: str) -> CreateProduct:
    """A product as the file tells of it; its price to the ten-thousandth, the ledger's smallest."""
    price = product.unit_price
    if price is not None:
        price = price.quantize(_SMALLEST_MONEY, ROUND_HALF_EVEN).normalize()
    attributes = ProductAttributes(
        sku=product.sku,
        name=_clean(product.name, LONGEST_NAME) or product.sku,
        selling_price=price,
        currency=currency,
    )
    return CreateProduct(attributes, Origin(actor))


def _clean(text: str, longest: int) -> str:
    """On one line, without characters that cannot be printed, and not longer than allowed."""
    if not text.isprintable():
        text = "".join(mark if mark.isprintable() else " " for mark in text)
    return text[:longest].strip()
