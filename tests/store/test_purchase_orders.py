"""A purchase order's steps on both databases: as many statements for 500 lines as for five."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

from onhand.core import purchase_orders as p
from onhand.core.documents import DocumentCommand
from onhand.core.movements import Origin
from onhand.core.rejections import Rejected, RejectionCode
from onhand.core.suppliers import CreateSupplier, SupplierStatus
from onhand.ledger.verify import verify
from onhand.store.migrate import migrate
from onhand.store.postgresql.store import PostgresqlStore
from onhand.store.sqlite.store import SqliteStore
from tests.support.ledger_contents import problems
from tests.support.statements import noted
from tests.support.stores import DatabaseShop, accepted, add_product, ask

BUYER = Origin("buyer", "Season")


def steps(lines: tuple[p.LineGiven, ...], order_id: int) -> Iterator[DocumentCommand]:
    """An order's life, with a delivery taken back."""
    given: dict[str, Any] = {"origin": BUYER, "id": order_id}
    yield p.DraftPurchaseOrder(origin=BUYER, supplier_id=1, warehouse_id=1, lines=lines)
    yield p.ChangePurchaseOrder(**given, changes={"lines": lines})
    yield p.SubmitPurchaseOrder(**given, approval_limit=Decimal(0))
    yield p.ApprovePurchaseOrder(**given)
    yield p.SendPurchaseOrder(**given)
    half = tuple(p.LineArrived(number, 1) for number in range(1, len(lines) + 1))
    yield p.ReceivePurchaseOrder(**given, delivery_reference="DN-1", lines=half)
    yield p.ReceivePurchaseOrder(**given, delivery_reference="DN-2")
    yield p.ReverseReceipt(**given, receipt=1)
    yield p.ReceivePurchaseOrder(**given, delivery_reference="DN-3", lines=half[1:])
    yield p.ClosePurchaseOrder(**given)


def test_statements_do_not_grow_with_the_lines(database_url: str) -> None:
    migrate(database_url)
    shop = DatabaseShop(database_url)
    store = shop.open()
    assert isinstance(store, SqliteStore | PostgresqlStore)
    supplier = CreateSupplier(
        origin=BUYER,
        code="NORTH",
        status=SupplierStatus.ACTIVE,
        attributes={"name": "North", "currency": "USD"},
    )
    accepted(ask(store, supplier)[0])
    products = [add_product(store, f"SKU-{number}") for number in range(505)]
    counts = []
    for order_id, ordered in ((1, products[:5]), (2, products[5:])):
        lines = tuple(
            p.LineGiven(product, 3 + place % 7, Decimal(place + 1) / 4)
            for place, product in enumerate(ordered)
        )
        found = []
        for command in steps(lines, order_id):
            with noted(store) as sent:
                accepted(ask(store, command)[0])
            found.append((type(command).__name__, len(sent)))
        counts.append(found)
    assert counts[0] == counts[1]
    assert all(0 < count < 40 for _, count in counts[0])
    assert not problems(shop.contents(store))
    with store.proof() as proof:
        assert not list(verify(proof))
    store.close()


def test_a_delivery_sent_from_many_screens_at_once_comes_in_once(postgresql_url: str) -> None:
    """Four servers on one database: the order's row decides who is first."""
    migrate(postgresql_url)
    shop = DatabaseShop(postgresql_url)
    stores = [shop.open() for _ in range(4)]
    supplier = CreateSupplier(
        origin=BUYER,
        code="NORTH",
        status=SupplierStatus.ACTIVE,
        attributes={"name": "North", "currency": "USD"},
    )
    accepted(ask(stores[0], supplier)[0])
    products = [add_product(stores[0], f"SKU-{number}") for number in range(5)]
    lines = tuple(p.LineGiven(product, 10, Decimal(1)) for product in products)
    for order_id in range(1, 9):
        *written, delivery = list(steps(lines, order_id))[:6]
        for command in written:
            accepted(ask(stores[0], command)[0])
        with ThreadPoolExecutor(len(stores)) as many:
            asked = [many.submit(ask, store, delivery) for store in stores]
            told = [it.result()[0] for it in asked]
        refused = [one for one in told if isinstance(one, Rejected)]
        assert {one.code for one in refused} == {RejectionCode.DELIVERY_RECEIVED}
        assert len(told) - len(refused) == 1
    assert not problems(shop.contents(stores[0]))
    for store in stores:
        store.close()
