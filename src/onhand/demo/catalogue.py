"""The demo's products and warehouses, drawn once from a seed.

A product's stock figures follow from its demand: the reorder point covers the lead time's demand
and a safety stock for nine cases in ten, the reorder quantity is six weeks' demand in whole packs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, sqrt
from random import Random

from onhand.demo.draw import mean_of, price_band, product_weights, sample
from onhand.demo.names import articles
from onhand.demo.shape import LINES_PER_ORDER, UNIT_PRICE, UNITS_BY_PRICE

__all__ = ["DemoProduct", "DemoWarehouse", "draw_products", "draw_warehouses", "gtin_13"]

COVER_DAYS = 42
SERVICE_FACTOR = 1.28  # standard deviations: nine lead times in ten end before stock does
TRADING_DAYS_A_WEEK = 6
BACKORDER_SHARE = 0.1
LATE_SHARE = 0.08

_PACKS = (24, 12, 6, 4, 2)  # per price band
_LEAD_TIMES = {3: 3, 5: 3, 7: 3, 10: 2, 14: 1}  # days: weight
_PENCE_ENDINGS = (0.05, 0.15, 0.25, 0.39, 0.49, 0.55, 0.65, 0.75, 0.85, 0.95)
_EXTRA_WAREHOUSES = (
    ("NORTH", "Northgate Depot", 0.6),
    ("HARBOUR", "Harbour Shop", 0.35),
    ("HILL", "Hillside Store", 0.25),
    ("FAIR", "Fairground Stall", 0.15),
)
MAXIMUM_WAREHOUSES = 1 + len(_EXTRA_WAREHOUSES)


@dataclass(frozen=True, slots=True)
class DemoProduct:
    """A product, best seller first in the catalogue.

    Prices are exact, in the shop's currency. `share_of_lines` is its share of all sales lines,
    `daily_demand` the units expected per calendar day of an average month. A product whose
    supplier `is_late` gets no deliveries in the last weeks.
    """

    sku: str
    name: str
    description: str
    barcode: str
    selling_price: Decimal
    cost_price: Decimal
    reorder_point: int
    reorder_quantity: int
    lead_time_days: int
    safety_stock: int
    allow_backorder: bool
    share_of_lines: float
    daily_demand: float
    is_late: bool


@dataclass(frozen=True, slots=True)
class DemoWarehouse:
    """A warehouse; MAIN is there already in every ledger.

    `range_share` is the part of the catalogue, best sellers first, that it keeps; `order_share` the
    part of the orders that it serves.
    """

    code: str
    name: str
    range_share: float
    order_share: float


def draw_warehouses(count: int) -> tuple[DemoWarehouse, ...]:
    """The main warehouse and `count` - 1 smaller ones. Raises ValueError beyond 1 to 5."""
    if not 1 <= count <= MAXIMUM_WAREHOUSES:
        raise ValueError(f"The demo has from 1 to {MAXIMUM_WAREHOUSES} warehouses, not {count}")
    extra = _EXTRA_WAREHOUSES[: count - 1]
    served = [0.2 * 0.6**place for place in range(len(extra))]
    return (
        DemoWarehouse("MAIN", "Main Warehouse", 1.0, 1 - sum(served)),
        *(
            DemoWarehouse(code, name, kept, share)
            for (code, name, kept), share in zip(extra, served, strict=True)
        ),
    )


def draw_products(
    random: Random, count: int, orders_per_day: float, season: float
) -> tuple[DemoProduct, ...]:
    """`count` products, best seller first; `season` is the month's factor for the reorder point."""
    supplies = articles(random)
    lines_per_day = orders_per_day * mean_of(LINES_PER_ORDER) * TRADING_DAYS_A_WEEK / 7
    products = []
    for rank, share in enumerate(product_weights(count)):
        price = _price(sample(random, UNIT_PRICE))
        band = price_band(price)
        article = next(supplies[band])
        pack = _PACKS[band]
        lead_time = _one_of(random, _LEAD_TIMES)
        mean, mean_square = _moments(UNITS_BY_PRICE[band][1])
        daily = lines_per_day * share * mean
        spread = sqrt(lead_time * season * lines_per_day * share * mean_square)
        safety_stock = ceil(SERVICE_FACTOR * spread)
        number = 1000 + rank
        # Of the upper half, so that they do run out before the demo ends.
        is_late = rank < count / 2 and random.random() < 2 * LATE_SHARE
        products.append(
            DemoProduct(
                sku=f"{article.family}-{number}",
                name=article.name,
                description=f"{article.name}, packed in {pack}s",
                barcode=gtin_13(200_000_000_000 + random.randrange(10**5) * 10**6 + number),
                selling_price=Decimal(round(price * 100)).scaleb(-2),
                cost_price=Decimal(max(1, round(price * random.uniform(40, 60)))).scaleb(-2),
                reorder_point=ceil(daily * season * lead_time) + safety_stock,
                reorder_quantity=pack * max(1, ceil(daily * season * COVER_DAYS / pack)),
                lead_time_days=lead_time,
                safety_stock=safety_stock,
                allow_backorder=random.random() < (0.5 if is_late else BACKORDER_SHARE),
                share_of_lines=share,
                daily_demand=daily,
                is_late=is_late,
            )
        )
    return tuple(products)


def gtin_13(number: int) -> str:
    """The 13 digits of a barcode: `number`'s twelve and the check digit that GS1 defines."""
    digits = f"{number:012d}"
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-weighted % 10}"


def _price(measured: float) -> float:
    """The price tag next to a measured price: 0.85, 2.95, 12.95."""
    pounds = int(measured)
    tags = [whole + ending for whole in (pounds - 1, pounds) for ending in _PENCE_ENDINGS]
    return min((tag for tag in tags if tag > 0.1), key=lambda tag: abs(tag - measured))


def _moments(weights: dict[int, int]) -> tuple[float, float]:
    """The mean of a weighted table's quantities, and of their squares."""
    total = sum(weights.values())
    return (
        sum(quantity * weight for quantity, weight in weights.items()) / total,
        sum(quantity * quantity * weight for quantity, weight in weights.items()) / total,
    )


def _one_of(random: Random, weights: dict[int, int]) -> int:
    values: Sequence[int] = tuple(weights)
    return random.choices(values, tuple(weights.values()))[0]
