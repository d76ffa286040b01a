"""The contract of what lasts: closed and opened again, and changed behind the ledger's back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from onhand.core import commands as c
from onhand.core.commands import Request
from onhand.core.movements import Origin
from onhand.core.products import ProductAttributes
from onhand.core.snapshot import needs_of
from onhand.ledger.faults import Fault, StoreRefused
from onhand.ledger.ports import Store
from onhand.ledger.posting import Submission, settle
from onhand.ledger.verify import verify
from onhand.store.engine import admin_engine, parse_database
from onhand.store.errors import faults_translated
from tests.store.contract import StoreContract
from tests.support.ledger_contents import problems
from tests.support.stock import Stock
from tests.support.stores import TESTER, DatabaseShop, accepted, ask

_MOVEMENT = (
    "INSERT INTO movements (product_id, warehouse_id, entry_number, id, movement_type, quantity,"
    " on_hand, reserved, created_by, occurred_at, created_at) VALUES"
    " ({place}, {entry}, 900, '{kind}', 1, {on_hand}, {reserved}, 'x', {now}, {now})"
)
MOVEMENTS_REFUSED: dict[str, dict[str, Any]] = {
    "no kind known": {"kind": "gift"},
    "more reserved than on hand": {"on_hand": 1, "reserved": 2},
    "less than nothing reserved": {"reserved": -1},
    "entry 0": {"entry": 0},
}
REFUSED = {
    "a movement changed": "UPDATE movements SET quantity = 1",
    "a movement's text changed": "UPDATE movements SET notes = 'x' WHERE entry_number = 1",
    "a movement removed": "DELETE FROM movements WHERE entry_number = 1",
    "all movements removed": "DELETE FROM movements",
    "a level below nothing": "UPDATE levels SET on_hand = -1, reserved = -1",
    "a level with more reserved than there is": "UPDATE levels SET reserved = on_hand + 1",
    "a level with less than nothing reserved": "UPDATE levels SET reserved = -1",
    "a level with less than no backorders": "UPDATE levels SET backordered = -1",
    "a level before its first entry": "UPDATE levels SET entry_number = -1",
    "a reservation of nothing": "UPDATE reservations SET allocated = 0, backordered = 0",
    "a reservation of less than nothing": "UPDATE reservations SET allocated = -1",
    "sums with more reserved than there is": "UPDATE product_stock SET reserved = on_hand + 1",
    "sums with less than no backorders": "UPDATE product_stock SET backordered = -1",
    "a sku given twice": "UPDATE products SET sku_key = 'same'",
    "a product without a name": "UPDATE products SET name = NULL",
    "a warehouse of nobody above": "UPDATE warehouses SET parent_warehouse_id = 77",
    "a default warehouse of nobody": "UPDATE products SET default_warehouse_id = 77",
}

POISON: dict[str, Callable[[int], c.Command]] = {
    "half a character": lambda product: c.AdjustStock(
        product, None, 2, Origin("tester", reason="\ud83d")
    ),
    "an order of sixty-six bits": lambda product: c.ReserveStock(product, None, 1, 2**64, TESTER),
    "a price of too many digits": lambda product: c.UpdateProduct(
        product, {"selling_price": Decimal(10) ** 18}, TESTER
    ),
}


class DatabaseContract(StoreContract):
    """What a database does besides."""

    def assert_nothing_else(self, found: Any, declared: set[Any]) -> None:
        assert set(found) == declared

    # Values that no database takes

    @pytest.mark.parametrize("name", POISON)
    def test_what_no_database_takes_strikes_one_caller(self, stock: Stock, name: str) -> None:
        adjust = Request((c.AdjustStock(stock.product, None, 1, TESTER),))
        poison = Request((POISON[name](stock.product),))
        for _ in range(2):
            asked = [adjust, poison, adjust, Request((*adjust.commands, *poison.commands))]
            settled = settle(stock.store, [Submission(one) for one in asked], stock.clock)
            struck = [isinstance(one, Fault) for one in settled]
            assert struck == [False, True, False, True], settled
            stock.reserve(1)
        assert stock.level == (14, 2, 0)

    # Behind the ledger's back

    @pytest.mark.parametrize("name", REFUSED)
    def test_the_database_itself_refuses(self, shop: DatabaseShop, store: Store, name: str) -> None:
        stock = Stock.of(_Same(shop, store), 10)
        stock.another(3)
        stock.reserve(2)
        before = stock.contents
        with pytest.raises(StoreRefused):
            self.run(shop, REFUSED[name])
        assert stock.contents == before

    @pytest.mark.parametrize("name", MOVEMENTS_REFUSED)
    def test_the_database_itself_refuses_a_movement_with(
        self, shop: DatabaseShop, store: Store, name: str
    ) -> None:
        stock = Stock.of(_Same(shop, store), 10)
        before = stock.contents
        now = "0" if shop.url.startswith("sqlite") else "now()"
        given: dict[str, Any] = {"kind": "in", "on_hand": 11, "reserved": 0, "entry": 2}
        place = f"{stock.product}, 1"
        statement = _MOVEMENT.format(place=place, now=now, **(given | MOVEMENTS_REFUSED[name]))
        with pytest.raises(StoreRefused):
            self.run(shop, statement)
        assert stock.contents == before

    def test_a_reversal_of_one_movement_twice_is_refused(
        self, shop: DatabaseShop, store: Store
    ) -> None:
        stock = Stock.of(_Same(shop, store), 10)
        stock.adjust(3)
        wrong = stock.last
        stock.reverse(wrong)
        now = "0" if shop.url.startswith("sqlite") else "now()"
        statement = _MOVEMENT.format(
            place=f"{stock.product}, 1", now=now, kind="in", on_hand=11, reserved=0, entry=4
        )
        statement = statement.replace("created_by,", "created_by, reverses_id,")
        with pytest.raises(StoreRefused):
            self.run(shop, statement.replace("'x',", f"'x', {wrong['id']},"))

    @staticmethod
    def run(shop: DatabaseShop, statement: str) -> None:
        """Change the database as its administrator would, past the ledger."""
        engine = admin_engine(parse_database(shop.url))
        with faults_translated(), engine.begin() as connection:
            connection.execute(text(statement))


class _Same:
    """A shop whose one store is open already."""

    def __init__(self, shop: DatabaseShop, store: Store) -> None:
        self._shop = shop
        self._store = store

    def open(self) -> Store:
        return self._store

    def contents(self, store: Store) -> Any:
        return self._shop.contents(store)


class LastingContract:
    """What is there when a database is closed and opened again."""

    @pytest.fixture
    def shop(self) -> DatabaseShop:
        """Where the ledger is kept."""
        raise NotImplementedError

    @pytest.fixture(autouse=True)
    def sound(self, shop: DatabaseShop) -> Iterator[None]:
        """After every test the ledger is sound."""
        yield
        with closing(shop.open()) as store:
            assert not problems(shop.contents(store))
            with store.proof() as proof:
                assert [str(difference) for difference in verify(proof)] == []

    def test_everything_is_there_after_opening_again(self, shop: DatabaseShop) -> None:
        with closing(shop.open()) as store:
            stock = Stock.of(_Same(shop, store), 10, allow_backorder=True)
            stock.reserve(12)
            stock.count(11)
            before = stock.contents
        with closing(shop.open()) as store:
            assert shop.contents(store) == before
            request = Request((c.ReleaseStock(stock.product, None, 1, 789, TESTER),))
            with store.transaction(needs_of([request]), (), stock.clock.now) as transaction:
                assert transaction.snapshot.levels[stock.store_key].backordered == 1

    def test_ids_go_on_after_opening_again(self, shop: DatabaseShop) -> None:
        seen: dict[str, list[int]] = {"products": [], "movements": [], "reservations": []}
        for number in range(3):
            with closing(shop.open()) as store:
                made = c.CreateProduct(ProductAttributes(f"SKU-{number}", "x"), TESTER, 5, 1)
                product = accepted(ask(store, made)[0]).facts["product"].id
                gone = c.CreateProduct(ProductAttributes("GONE", "x"), TESTER)
                removed = accepted(ask(store, gone)[0]).facts["product"].id
                ask(store, c.RemoveProduct(removed, TESTER))
                ask(store, c.AdjustStock(product, None, -99, TESTER))
                seen["products"] += [product, removed]
                contents = shop.contents(store)
        seen["movements"] = [row["id"] for row in contents.movements]
        seen["reservations"] = sorted(row["id"] for row in contents.reservations)
        for ids in seen.values():
            assert ids == sorted(set(ids))
