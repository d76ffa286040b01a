"""The demo's shop: products, warehouses, and half a year of what happened to its stock.

    from onhand.demo.shop import DemoShop
    shop = DemoShop(seed=1, until=datetime(2026, 11, 24, 12, tzinfo=UTC))
    for event in shop.events(): ...

Same arguments, same shop, to the letter: every number comes from the seed and from the measured
tables in `shape`, never from a clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from onhand.demo.catalogue import draw_products, draw_warehouses
from onhand.demo.events import Event
from onhand.demo.shape import MONTH_FACTOR
from onhand.demo.simulation import Simulation

__all__ = ["DemoShop"]


class DemoShop:
    """A shop made up from `seed`, with `days` of trade that end at `until`.

    `products` are the catalogue's DemoProducts, best seller first; `warehouses` its DemoWarehouses,
    MAIN first; `since` is when the first event happens. `orders_per_day` is the mean over trading
    days of an average month; 15 of them over 182 days are some 60,000 sales lines.
    Raises ValueError on figures that make no shop and on a time without an offset.
    """

    def __init__(
        self,
        seed: int,
        *,
        until: datetime,
        products: int = 300,
        days: int = 182,
        warehouses: int = 3,
        orders_per_day: float = 15.0,
    ) -> None:
        if until.tzinfo is None:
            raise ValueError("The demo's end must be a time with an offset")
        if products < 1 or days < 1 or orders_per_day <= 0:
            raise ValueError("The demo needs at least one product, one day and some orders a day")
        self.seed = seed
        self.until = until.astimezone(UTC).replace(microsecond=0)
        self.since = self.until - timedelta(days=days)
        self.orders_per_day = orders_per_day
        self.warehouses = draw_warehouses(warehouses)
        self.products = draw_products(
            Random(f"{seed}: products"),
            products,
            orders_per_day,
            MONTH_FACTOR[self.until.month - 1],
        )

    def events(self) -> Iterator[Event]:
        """All that happened, in order of time; each call tells it anew, the same."""
        return Simulation(
            Random(f"{self.seed}: events"),
            self.products,
            self.warehouses,
            self.since,
            self.until,
            self.orders_per_day,
        ).events()
