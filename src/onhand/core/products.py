"""Products: what is kept in stock, and the checks on its attributes.

Invariants: a SKU belongs to one product, whatever its case; nothing here is a quantity of stock,
because only a movement changes stock; `version` grows by one with each change.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

GTIN_LENGTHS = frozenset({8, 12, 13, 14})


@dataclass(frozen=True, slots=True)
class ProductAttributes:
    """What a person says of a product. Money is exact; quantities are units; times are days."""

    sku: str
    name: str
    description: str | None = None
    barcode: str | None = None
    unit: str = "piece"
    selling_price: Decimal | None = None
    cost_price: Decimal | None = None
    currency: str = "USD"
    track_inventory: bool = True
    allow_backorder: bool = False
    reorder_point: int | None = None
    reorder_quantity: int | None = None
    lead_time_days: int | None = None
    safety_stock: int | None = None
    default_warehouse_id: int | None = None
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Product:
    """A product as stored."""

    id: int
    attributes: ProductAttributes
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ProductRules:
    """What the rules of stock go by, kept beside the product's totals."""

    track_inventory: bool
    allow_backorder: bool
    is_active: bool
    default_warehouse_id: int | None


def sku_key(sku: str) -> str:
    """The form by which SKUs are compared: `abc-1` and `ABC-1` are the same."""
    return sku.strip().casefold()


def barcode_fault(barcode: str) -> str | None:
    """Why a barcode cannot be right, or None.

    Text of 8, 12, 13 or 14 digits is a GTIN, whose last digit checks the others: weights 3 and 1
    from the right, the sum a multiple of ten (GS1 General Specifications, section 7.9).
    """
    if not (barcode.isascii() and barcode.isdigit() and len(barcode) in GTIN_LENGTHS):
        return None
    *digits, check = (int(character) for character in barcode)
    weighted = sum(
        digit * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits))
    )
    expected = -weighted % 10
    if check == expected:
        return None
    return f"{barcode} is no GTIN: its check digit is {check} and should be {expected}"
