"""Stock status: one word for what a product's quantities mean to a buyer.

The first condition that holds decides:

    not tracked                          in_stock
    available <= 0, backorders allowed   on_backorder
    available <= 0                       out_of_stock
    on hand <= reorder point (if set)    low_stock
    otherwise                            in_stock
"""

from __future__ import annotations

from enum import StrEnum


class StockStatus(StrEnum):
    """The words of the specification."""

    IN_STOCK = "in_stock"
    LOW_STOCK = "low_stock"
    OUT_OF_STOCK = "out_of_stock"
    ON_BACKORDER = "on_backorder"


def stock_status(
    *,
    track_inventory: bool,
    allow_backorder: bool,
    on_hand: int,
    reserved: int,
    reorder_point: int | None,
) -> StockStatus:
    """The status of a product (or of its stock in one warehouse) with these quantities, in
    units.
    """
    if not track_inventory:
        return StockStatus.IN_STOCK
    if on_hand - reserved <= 0:
        return StockStatus.ON_BACKORDER if allow_backorder else StockStatus.OUT_OF_STOCK
    if reorder_point is not None and on_hand <= reorder_point:
        return StockStatus.LOW_STOCK
    return StockStatus.IN_STOCK


def in_stock(*, track_inventory: bool, on_hand: int, reserved: int) -> bool:
    """Whether it can be sold from stock now."""
    return not track_inventory or on_hand - reserved > 0
