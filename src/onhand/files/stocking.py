"""Where the stock comes from that a file's sales take: the file itself does not tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from onhand.files.buyer import Buyer
from onhand.files.records import Chunk, Line
from onhand.files.survey import Survey

__all__ = ["Posting", "Stocking", "StockingLine", "Stocks"]


class Stocking(StrEnum):
    """Three ways to have stock for the sales.

    NONE       what the ledger has; a sale of more is rejected and reported
    OPENING    opening stock, received before the first new line: just enough for all of them
    PURCHASES  purchases, received whenever stock would run out
    """

    NONE = "none"
    OPENING = "opening"
    PURCHASES = "purchases"


class StockingLine(NamedTuple):
    """Units that come in for lines to come, before the physical line `line_number` is posted."""

    line_number: int
    sku: str
    quantity: int
    is_purchase: bool
    occurred_at: datetime


Posting: TypeAlias = Line | StockingLine


class Stocks:
    """Puts the stock that comes in among a file's new lines; chunks are given in their order.

    `whole` surveys the file, `new` its lines that are still to be posted; `available` is what the
    ledger has of each of their products now, in units.
    """

    def __init__(
        self,
        stocking: Stocking,
        cover_days: int,
        whole: Survey,
        new: Survey,
        available: Mapping[str, int],
    ) -> None:
        self._buyer: Buyer | None = None
        self._opening: dict[str, int] = {}
        self._opened_at = new.first_at
        if stocking is Stocking.PURCHASES:
            # Demand is the whole file's, so that an import taken up again buys the same lots.
            self._buyer = Buyer(whole, cover_days=cover_days, on_hand=available)
        elif stocking is Stocking.OPENING:
            self._opening = {
                sku: product.opening_stock - available[sku]
                for sku, product in new.products.items()
                if product.opening_stock > available[sku]
            }

    def postings(self, chunk: Chunk) -> list[Posting]:
        """The chunk's lines, and what comes in before them."""
        postings: list[Posting] = list(self._take_opening(chunk.first_line))
        if self._buyer is None:
            postings += chunk.lines
            return postings
        for line in chunk.lines:
            quantity = self._buyer.before(line)
            if quantity:
                postings.append(
                    StockingLine(line.line_number, line.sku, quantity, True, line.occurred_at)
                )
            postings.append(line)
        return postings

    def _take_opening(self, first_line: int) -> Iterator[StockingLine]:
        opening, self._opening = self._opening, {}
        if self._opened_at is not None:
            for sku, quantity in opening.items():
                yield StockingLine(first_line, sku, quantity, False, self._opened_at)
