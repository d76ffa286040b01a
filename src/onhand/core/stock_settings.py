"""Stock settings: what one warehouse goes by for a product, where that is not the product's own.

What a setting leaves at None is the product's. A product that has settings at a warehouse has a
level there from then on, if only an empty one: it is meant to be in stock, so it is on the
warehouse's lists before the first unit arrives.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StockSettings:
    """A product's own settings at one `StockKey`, in units; None: what the product says."""

    reorder_point: int | None = None
    reorder_quantity: int | None = None


NO_SETTINGS = StockSettings()
"""Everything as the product says: such settings are not kept."""
