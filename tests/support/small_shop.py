"""A small shop with something of everything in it: the demo's, of a few days."""

from __future__ import annotations

from datetime import UTC, datetime

from onhand.app import App
from onhand.demo.play import play
from onhand.demo.shop import DemoShop

UNTIL = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def make_small_shop(url: str) -> None:
    """Make it in an empty database."""
    shop = DemoShop(1, until=UNTIL, products=12, days=12, orders_per_day=3.0)
    with App().store(url) as store:
        play(store, lambda: UNTIL, shop, lambda _, __: None)
