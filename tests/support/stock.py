"""Stock: one product on a store, and the commands on it in few words.

stock = Stock.of(shop, on_hand=10)
stock.reserve(5, order=789)
assert stock.level == (10, 5, 0)
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from onhand.core import commands as c
from onhand.core.levels import StockKey
from onhand.core.movements import MovementType, Origin, PastMovement
from onhand.core.rejections import Rejected
from onhand.core.stock_rules import Accepted, Result
from onhand.ledger.ports import Store
from tests.support.declared import DeclaredStore
from tests.support.ledger_contents import Contents, problems
from tests.support.stores import START, MemoryShop, SetClock, Shop, add_product, add_warehouse, ask


class DeclaredShop(MemoryShop):
    """A memory store that gives what was declared and no more."""

    def open(self) -> Store:
        return DeclaredStore(START)


class Stock:
    """One product. Commands take `at` for a warehouse other than its default."""

    def __init__(self, shop: Shop, store: Store, product: int, clock: SetClock) -> None:
        self.shop = shop
        self.store = store
        self.product = product
        self.clock = clock

    @classmethod
    def of(
        cls, shop: Shop, on_hand: int = 0, *, sku: str = "LAPTOP-001", **attributes: Any
    ) -> Stock:
        """A fresh product on a fresh store."""
        store = shop.open()
        return cls(shop, store, add_product(store, sku, on_hand, **attributes), SetClock())

    def another(self, on_hand: int = 0, **attributes: Any) -> Stock:
        """Another product on the same store."""
        product = add_product(self.store, attributes.pop("sku", "OTHER"), on_hand, **attributes)
        return Stock(self.shop, self.store, product, self.clock)

    def warehouse(self, code: str = "EAST", **attributes: Any) -> int:
        """Another warehouse."""
        return add_warehouse(self.store, code, **attributes)

    def wait(self, **time: float) -> None:
        """Let time pass, or go back."""
        self.clock.now += timedelta(**time)

    @property
    def store_key(self) -> StockKey:
        """Where it stands in warehouse 1."""
        return StockKey(self.product, 1)

    # What is so now

    @property
    def contents(self) -> Contents:
        """All that is kept; no invariant is broken."""
        contents = self.shop.contents(self.store)
        assert not problems(contents)
        return contents

    @property
    def level(self) -> tuple[int, int, int]:
        """On hand, reserved and backordered in warehouse 1."""
        return self.level_at(1)

    def level_at(self, warehouse: int) -> tuple[int, int, int]:
        """On hand, reserved and backordered in a warehouse."""
        return self.contents.level(self.product, warehouse)

    @property
    def entries(self) -> list[tuple[str, int]]:
        """The ledger in warehouse 1, in short."""
        return self.contents.told(self.product)

    @property
    def queue(self) -> list[tuple[int, int, int]]:
        """Each order's allocated and backordered units in warehouse 1, oldest first."""
        return self.contents.queue(self.product)

    @property
    def last(self) -> dict[str, Any]:
        """The last entry that was written."""
        return self.contents.movements[-1]

    # Commands

    def do(self, *commands: c.Command) -> list[Result]:
        """Put commands to the ledger in one batch."""
        return ask(self.store, *commands, clock=self.clock)

    def _do(self, command: c.Command) -> Result:
        return self.do(command)[0]

    def adjust(
        self,
        quantity: int,
        reason: str = "Found",
        order: int | None = None,
        at: int | None = None,
        **origin: Any,
    ) -> Result:
        told = _origin(reason=reason, **origin)
        return self._do(c.AdjustStock(self.product, at, quantity, told, order))

    def receive(self, quantity: int, at: int | None = None, **origin: Any) -> Result:
        return self._do(c.ReceiveStock(self.product, at, quantity, _origin(**origin)))

    def ship(
        self, quantity: int, order: int | None = None, at: int | None = None, **origin: Any
    ) -> Result:
        return self._do(c.ShipStock(self.product, at, quantity, _origin(**origin), order))

    def reserve(
        self,
        quantity: int,
        order: int = 789,
        at: int | None = None,
        ends_in: timedelta | None = None,
        **origin: Any,
    ) -> Result:
        ends = None if ends_in is None else self.clock.now + ends_in
        told = _origin(**origin)
        return self._do(c.ReserveStock(self.product, at, quantity, order, told, ends))

    def release(
        self, quantity: int, order: int = 789, at: int | None = None, **origin: Any
    ) -> Result:
        return self._do(c.ReleaseStock(self.product, at, quantity, order, _origin(**origin)))

    def count(
        self, counted: int, at: int | None = None, *, deallocate: bool = False, **origin: Any
    ) -> Result:
        shortfall = c.OnShortfall.DEALLOCATE if deallocate else c.OnShortfall.REJECT
        return self._do(c.CountStock(self.product, at, counted, _origin(**origin), shortfall))

    def transfer(self, quantity: int, source: int, target: int, **origin: Any) -> Result:
        told = _origin(**origin)
        return self._do(c.TransferStock(self.product, source, target, quantity, told))

    def reverse(self, *entries: dict[str, Any], **origin: Any) -> Result:
        """Reverse an entry; both halves of a transfer."""
        return self._do(c.ReverseMovement(past(entries), _origin(**origin)))

    def reschedule(self, order: int, ends: datetime | None, at: int = 1) -> Result:
        """Give an order's reservation another end."""
        rows = self.contents.reservations
        ids = [row["id"] for row in rows if (row["warehouse_id"], row["order_id"]) == (at, order)]
        reservation = ids[0] if ids else 0
        return self._do(
            c.RescheduleReservation(self.product, at, order, reservation, ends, _origin())
        )

    def expire(self, at: int = 1) -> Result:
        return self._do(c.ExpireReservations(self.product, at, _origin()))

    def change(self, **changes: Any) -> Result:
        """Change the product's attributes."""
        return self._do(c.UpdateProduct(self.product, changes, _origin()))


def past(entries: Sequence[dict[str, Any]]) -> tuple[PastMovement, ...]:
    """Entries as a reversal names them."""
    return tuple(
        PastMovement(
            row["id"],
            StockKey(row["product_id"], row["warehouse_id"]),
            MovementType(row["movement_type"]),
            row["quantity"],
            row["order_id"],
        )
        for row in entries
    )


def refusal(result: Result) -> str:
    """Why a command was rejected: `field: message`."""
    assert isinstance(result, Rejected), result
    return f"{result.field}: {result.message}"


def facts(result: Result, *names: str) -> dict[str, Any]:
    """What an accepted command's answer says, or some of it."""
    assert isinstance(result, Accepted), result
    return {name: result.facts[name] for name in names} if names else dict(result.facts)


def _origin(**told: Any) -> Origin:
    return Origin(told.pop("actor", "tester"), **told)


def stocked(on_hand: int = 0, **attributes: Any) -> Stock:
    """A fresh product on a fresh memory store."""
    return Stock.of(DeclaredShop(), on_hand, **attributes)
