"""Terms: what a supplier sells a product for, and in which amounts.

At most one supplier's terms of a product are marked as preferred: whoever is marked last.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple


class TermsKey(NamedTuple):
    """Whose terms, and for which product."""

    supplier_id: int
    product_id: int


@dataclass(frozen=True, slots=True)
class Terms:
    """A product as one supplier sells it.

    `price` is that of one unit. At least `minimum_order_quantity` units are sold, in multiples of
    `pack_size`. `lead_time_days` None: the supplier's own; `supplier_sku`: what they call it.
    """

    supplier_id: int
    product_id: int
    price: Decimal
    currency: str
    minimum_order_quantity: int = 1
    pack_size: int = 1
    lead_time_days: int | None = None
    supplier_sku: str | None = None
    is_preferred: bool = False

    @property
    def key(self) -> TermsKey:
        """Whose they are, and for which product."""
        return TermsKey(self.supplier_id, self.product_id)


def orderable(quantity: int, minimum: int, pack_size: int) -> int:
    """The least quantity that can be ordered and covers so many units."""
    wanted = max(quantity, minimum)
    return -(-wanted // pack_size) * pack_size
