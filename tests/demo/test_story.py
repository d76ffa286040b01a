"""The demo's story: documents of each kind at a step of their own, in a ledger that adds up."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from onhand.core.documents import DocumentKind
from onhand.demo.play import is_finished, play
from onhand.demo.shop import DemoShop
from onhand.ledger.verify import verify
from onhand.store.memory import MemoryStore
from tests.support.ledger_contents import memory_contents, problems

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def played(products: int, warehouses: int, seed: int = 1) -> MemoryStore:
    """A small shop with ten days of trade and its story."""
    store = MemoryStore(NOW)
    shop = DemoShop(seed, until=NOW, products=products, days=10, warehouses=warehouses)
    play(store, lambda: NOW, shop, lambda *_: None)
    return store


def test_every_kind_of_document_is_somewhere_between_its_ends() -> None:
    store = played(products=20, warehouses=2)
    states = sorted((kind.value, row.state) for (kind, _), row in store._tables.documents.items())
    assert states == [
        (DocumentKind.COUNT, "review"),
        (DocumentKind.PURCHASE_ORDER, "partially_received"),
        (DocumentKind.SALES_ORDER, "confirmed"),
        (DocumentKind.SALES_ORDER, "shipped"),
        (DocumentKind.SUPPLIER, "preferred"),
        (DocumentKind.TRANSFER, "received"),
        (DocumentKind.TRANSFER, "shipped"),
    ]
    assert is_finished(store, lambda: NOW)
    [(place, settings)] = store._tables.settings.items()
    assert (place.warehouse_id, settings.reorder_point, settings.reorder_quantity) == (2, 80, 40)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(("products", "warehouses"), [(1, 1), (4, 1), (9, 3)])
def test_shops_of_any_size_add_up(products: int, warehouses: int, seed: int) -> None:
    store = played(products, warehouses, seed)
    assert not problems(memory_contents(store))
    with store.proof() as proof:
        assert not list(map(str, verify(proof)))
