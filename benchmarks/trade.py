"""A shop's trade, as commands: what fills a large ledger, the same for the same seed.

    half of all movements    are of a few busy products (`busy`), so that pages of these are
                             full on a small ledger too; the others go over all products alike
    a twentieth of the products    (`is_short`) never has more than its reorder point, and a
                             fiftieth (`is_gone`) nothing, whatever the size
    every kind               receipts against purchase orders, reservations that are shipped or
                             released later, direct sales, returns, transfers, counts, damages

What is open at any time is bounded (`OPEN`): the ledger grows, and what is held does not. The
moments go evenly from the beginning to the end.
"""

from __future__ import annotations

import datetime
import random
from collections import deque
from collections.abc import Iterator, Sequence
from decimal import Decimal

from onhand.core.commands import (
    AdjustStock,
    Command,
    CountStock,
    CreateProduct,
    ReceiveStock,
    ReleaseStock,
    ReserveStock,
    ShipStock,
    TransferStock,
)
from onhand.core.movements import Origin
from onhand.core.products import ProductAttributes

LINES_PER_ORDER = 3
LINES_PER_RECEIPT = 20
MOST_SOLD = 3
OPEN = 10_000
ACTOR = "benchmark"
YEAR = datetime.timedelta(days=365)


def is_short(number: int) -> bool:
    """Whether the product of this number (from 0) is one of those that are low for ever."""
    return number % 20 == 19


def is_gone(number: int) -> bool:
    """Whether the product of this number (from 0) never moves; every other may be backordered."""
    return number % 50 == 13


def product(number: int, warehouses: int) -> CreateProduct:
    """The product of this number (from 0), which has never moved."""
    attributes = ProductAttributes(
        sku=f"SKU-{number}",
        name=f"Product {number * 7_919 % 1_000_003}",
        barcode=f"B{number}",
        selling_price=Decimal(number % 9_973) / 100,
        allow_backorder=number % 100 == 13,
        reorder_point=2 * warehouses if is_short(number) else None,
        reorder_quantity=10,
        lead_time_days=5,
    )
    return CreateProduct(attributes, Origin(ACTOR))


def busy(products: Sequence[int]) -> Sequence[int]:
    """Which of the products are the busy ones."""
    return products[: max(1, len(products) // 200)]


class Trade:
    """A year of commands. `made` counts the movements so far."""

    def __init__(
        self,
        products: Sequence[int],
        warehouses: Sequence[int],
        begin: datetime.datetime,
        movements: int,
        seed: int = 7,
    ) -> None:
        """Plan a year of `movements` movements from a moment; ids of products and warehouses."""
        self.products, self.warehouses = products, warehouses
        self.busy = busy(products)
        self.begin, self.movements = begin, movements
        self.made = 0
        self._moment = begin
        self._random = random.Random(seed)
        self._available = [0] * (len(products) * len(warehouses))
        self._held = [0] * len(self._available)
        self._open: deque[tuple[int, int, int]] = deque()
        self._open_limit = min(OPEN, movements // 20)
        self._lines = [0, 0]
        self._receipts = 0

    def commands(self, until: int) -> Iterator[Command]:
        """What makes `until` movements in all, or one more where two belong together."""
        while self.made < until:
            yield self._next()

    def _next(self) -> Command:
        self._moment = self.begin + self.made / self.movements * YEAR
        if len(self._open) > self._open_limit:
            return self._close_oldest()
        draw = self._random.random
        count = len(self.busy) if draw() < 0.5 else len(self.products)
        number = int(draw() * count)
        number -= is_gone(number)
        place = number * len(self.warehouses) + int(draw() * len(self.warehouses))
        if self._available[place] < MOST_SOLD and not (is_short(number) and self._available[place]):
            return self._receive(place, 2 if is_short(number) else 20 + int(draw() * 40))
        kind = draw()
        if kind < 0.55:
            return self._reserve(place)
        if kind < 0.80 or is_short(number):
            return self._sell(place)
        if kind < 0.86:
            return self._count(place)
        if kind < 0.92 and len(self.warehouses) > 1:
            return self._transfer(place)
        if kind < 0.96:
            self._moved(place, -1)
            return AdjustStock(*self._at(place), -1, self._origin(reason="Damaged"))
        return self._return(place)

    def _receive(self, place: int, quantity: int) -> Command:
        self._receipts += 1
        order = 1 + self._receipts // LINES_PER_RECEIPT
        self._moved(place, quantity)
        origin = self._origin(
            reference=f"PO-{order}", reference_type="purchase_order", reference_id=order
        )
        return ReceiveStock(*self._at(place), quantity, origin)

    def _return(self, place: int) -> Command:
        order = self._order()
        self._moved(place, 1)
        origin = self._origin(reason="Returned", reference_type="return", reference_id=order)
        return ReceiveStock(*self._at(place), 1, origin, order)

    def _reserve(self, place: int) -> Command:
        quantity, order = self._sold(place), self._order(held=True)
        self._held[place] += quantity
        self._moved(place, -quantity)
        self._open.append((place, order, quantity))
        # None of them ends while it is measured.
        expires_at = self.begin + 2 * YEAR if order % 6 == 0 else None
        return ReserveStock(*self._at(place), quantity, order, self._origin(), expires_at)

    def _close_oldest(self) -> Command:
        place, order, quantity = self._open.popleft()
        self._held[place] -= quantity
        if order % 14 == 0:
            self._moved(place, quantity)
            origin = self._origin(reason="Cancelled")
            return ReleaseStock(*self._at(place), quantity, order, origin)
        self._moved(place, 0, movements=2)
        return ShipStock(*self._at(place), quantity, self._sale(order), order)

    def _sell(self, place: int) -> Command:
        quantity, order = self._sold(place), self._order()
        self._moved(place, -quantity)
        return ShipStock(*self._at(place), quantity, self._sale(order), order)

    def _count(self, place: int) -> Command:
        found = -1 if self._random.random() < 0.2 else 0
        self._moved(place, found)
        counted = self._available[place] + self._held[place]
        # One of fifty: what there is least of, among hundreds of thousands of others.
        of_rare_kind = "stocktake" if self._random.random() < 0.02 else None
        return CountStock(*self._at(place), counted, self._origin(reference_type=of_rare_kind))

    def _transfer(self, place: int) -> Command:
        product_id, source = self._at(place)
        start = place - place % len(self.warehouses)
        away = 1 + int(self._random.random() * (len(self.warehouses) - 1))
        target = start + (place - start + away) % len(self.warehouses)
        self._moved(place, -1)
        self._moved(target, 1)
        return TransferStock(product_id, source, self._at(target)[1], 1, self._origin())

    def _at(self, place: int) -> tuple[int, int]:
        number, warehouse = divmod(place, len(self.warehouses))
        return self.products[number], self.warehouses[warehouse]

    def _moved(self, place: int, available: int, movements: int = 1) -> None:
        self._available[place] += available
        self.made += movements

    def _sold(self, place: int) -> int:
        return min(self._available[place], 1 + int(self._random.random() * MOST_SOLD))

    def _order(self, *, held: bool = False) -> int:
        """An order's number: even where it is reserved for first, odd where it is sold at once."""
        self._lines[held] += 1
        return 2 * (self._lines[held] // LINES_PER_ORDER) + (2 if held else 1)

    def _sale(self, order: int) -> Origin:
        return self._origin(
            reference=f"SO-{order}", reference_type="sales_order", reference_id=order
        )

    def _origin(
        self,
        *,
        reason: str | None = None,
        reference: str | None = None,
        reference_type: str | None = None,
        reference_id: int | None = None,
    ) -> Origin:
        return Origin(
            ACTOR,
            reason=reason,
            reference=reference,
            reference_type=reference_type,
            reference_id=reference_id,
            occurred_at=self._moment,
        )
