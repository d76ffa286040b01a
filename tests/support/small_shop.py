"""A small shop with something of everything in it: the demo's, of a few days, and settings."""

from __future__ import annotations

from datetime import UTC, datetime

from onhand.app import App
from onhand.core import commands as c
from onhand.core.movements import Origin
from onhand.demo.play import play
from onhand.demo.shop import DemoShop
from onhand.ledger.daily_totals import added_up_anew
from onhand.ledger.posting import Done, Submission, settle

UNTIL = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def make_small_shop(url: str) -> None:
    """Make it in an empty database."""
    shop = DemoShop(1, until=UNTIL, products=12, days=12, orders_per_day=3.0)
    with App().store(url) as store:
        play(store, lambda: UNTIL, shop, lambda _, __: None)
        settings = [
            c.SetStockSettings(product_id, warehouse_id, {"reorder_point": 10}, Origin("test"))
            for product_id in range(1, 13)
            for warehouse_id in (1, 3)
        ]
        [settled] = settle(store, [Submission(c.Request(tuple(settings)))], lambda: UNTIL)
        assert isinstance(settled, Done), settled
    with App().totals(url) as totals:
        added_up_anew(totals)
