"""A document's step takes as many statements for many lines as for few, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

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


def counts(shop: Shop, lines: int) -> list[int]:
    """How many statements each step of a transfer of so many products takes."""
    first = shop.product(f"FIRST-{lines}", 5)
    products = [first, *(shop.product(f"P-{lines}-{n}", 5) for n in range(1, lines))]
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


def test_statements_do_not_grow_with_a_transfers_lines(shop: Shop) -> None:
    few, many = counts(shop, FEW), counts(shop, MANY)
    assert many == few
    assert max(many) < 40
