"""Purchases that a transactions file does not tell of: what must come in before stock runs out.

The buyer follows each product's running stock in line order. Before a line that would take more
than is there, it buys what the next `cover_days` of that product's average demand need, at least
the units that are missing. The same lines and survey give the same purchases.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

from onhand.files.problems import WrongOption
from onhand.files.records import Line, Sale
from onhand.files.survey import Survey

__all__ = ["Buyer"]


class Buyer:
    """Buys by need. `on_hand` is the stock at the start, in units by stock code; default none."""

    def __init__(
        self, survey: Survey, *, cover_days: int = 28, on_hand: Mapping[str, int] | None = None
    ) -> None:
        if cover_days < 1:
            raise WrongOption(f"Cover days: {cover_days} is not at least 1")
        self._stock = dict(on_hand or {})
        self._lots = {
            sku: ceil(product.average_daily_demand(survey.last_at) * cover_days)
            for sku, product in survey.products.items()
            if survey.last_at is not None
        }

    def before(self, line: Line) -> int:
        """Units to receive before `line` is posted, mostly 0. The line then counts as posted."""
        sku = line.sku
        stock = self._stock.get(sku, 0)
        change = -line.quantity if type(line) is Sale else line.quantity
        bought = 0
        if stock + change < 0:
            bought = max(-(stock + change), self._lots.get(sku, 0))
        self._stock[sku] = stock + bought + change
        return bought

    def on_hand(self, sku: str) -> int:
        """Units of `sku` after the last line."""
        return self._stock.get(sku, 0)
