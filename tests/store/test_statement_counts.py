"""A document's step takes as many statements for many lines as for few, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from onhand.core import commands as c
from onhand.core import transfers as t
from tests.support.seeding import ORIGIN, Shop, open_shop
from tests.support.statements import noted

FEW, MANY = 10, 500


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    """A shop with a second warehouse."""
    with open_shop(database_url) as shop:
        shop.warehouse("East")
        yield shop


def counts(shop: Shop, lines: int, *, wait: bool) -> list[int]:
    """How many statements each step of a transfer of so many products takes.

    `wait`: an order waits for each of them where they are sent.
    """
    named = (f"P-{lines}-{wait}-{number}" for number in range(lines))
    products = [shop.product(sku, 5, allow_backorder=True) for sku in named]
    if wait:
        shop.do(*(c.ReserveStock(product, 2, 1, 789, ORIGIN) for product in products))
    given = tuple(t.LineGiven(product, 2) for product in products)
    found = []
    with noted(shop.store) as statements:
        drafted = t.DraftTransfer(
            origin=ORIGIN, from_warehouse_id=1, to_warehouse_id=2, lines=given
        )
        [made] = shop.do(drafted)
        transfer_id = made.facts["document"].id
        found.append(len(statements))
        some = tuple(t.LineReceived(n, 1, lost=1, reason="Fell") for n in range(1, lines // 2))
        for step in (
            t.ChangeTransfer(origin=ORIGIN, id=transfer_id, changes={"lines": given[1:]}),
            t.ShipTransfer(origin=ORIGIN, id=transfer_id),
            t.ReceiveTransfer(origin=ORIGIN, id=transfer_id, lines=some),
            t.ReceiveTransfer(origin=ORIGIN, id=transfer_id),
        ):
            before = len(statements)
            shop.do(step)
            found.append(len(statements) - before)
    return found


@pytest.mark.parametrize("wait", [False, True])
def test_statements_do_not_grow_with_a_transfers_lines(shop: Shop, wait: bool) -> None:
    few, many = counts(shop, FEW, wait=wait), counts(shop, MANY, wait=wait)
    assert many == few
    assert max(many) < 40
