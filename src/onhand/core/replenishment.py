"""Replenishment: when to order and how much, from the ledger's own figures.

Inventory position = on hand - reserved - backordered + on order + in transit: what there will be
once every promise is kept and all that is under way has arrived (Silver, Pyke, Thomas, 2017,
chapter 6).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

SALES_WINDOW_DAYS = 90
"""Average daily sales look back this many days, or to the first sale if that is nearer."""


@dataclass(frozen=True, slots=True)
class Position:
    """A product's quantities, in units, and what is known of its demand."""

    on_hand: int
    reserved: int
    backordered: int
    on_order: int
    in_transit: int
    reorder_point: int
    reorder_quantity: int | None
    average_daily_sales: Decimal
    lead_time_days: int
    safety_stock: int

    @property
    def inventory_position(self) -> int:
        """What there will be once promises are kept and all has arrived."""
        promised = self.reserved + self.backordered
        return self.on_hand - promised + self.on_order + self.in_transit

    @property
    def lead_time_demand(self) -> Decimal:
        """Units sold, on average, while an order is under way."""
        return self.average_daily_sales * self.lead_time_days


def average_daily_sales(units: int, days: int) -> Decimal:
    """Units a day over `days` >= 1, to two decimals; 0 where returns outweigh sales."""
    return (Decimal(max(units, 0)) / max(days, 1)).quantize(Decimal("0.01"))


def suggested_reorder_point(position: Position) -> int:
    """(daily sales x lead time) + safety stock, rounded up: the specification's formula."""
    return _up(position.lead_time_demand) + position.safety_stock


def suggested_order(position: Position) -> int:
    """Units to order now; 0 where the position already is above the reorder point.

    The smallest multiple of the reorder quantity that lifts the position above the reorder point;
    without a reorder quantity, what lifts it to the reorder point plus the lead time's demand.
    """
    missing = position.reorder_point - position.inventory_position
    if missing < 0:
        return 0
    if position.reorder_quantity:
        return (missing // position.reorder_quantity + 1) * position.reorder_quantity
    return missing + _up(position.lead_time_demand)


def days_of_cover(position: Position) -> Decimal | None:
    """For how many days what is available lasts at the average rate; None where nothing is sold."""
    if not position.average_daily_sales:
        return None
    available = Decimal(position.on_hand - position.reserved)
    return (available / position.average_daily_sales).quantize(Decimal("0.1"))


def _up(amount: Decimal) -> int:
    return int(amount.to_integral_value(rounding=ROUND_CEILING))
