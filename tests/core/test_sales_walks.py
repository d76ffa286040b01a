"""Sales orders and stock commands at random, together: every invariant holds after each batch.

Two stores take the same walk: one gives the rules everything there is, one what a batch declared
and not a row more. What an order looks at without having said so, only one of them knows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from onhand.core import commands as c
from onhand.core import sales_orders as s
from onhand.core.movements import Origin
from onhand.core.rejections import Rejected
from onhand.ledger.verify import verify
from onhand.store.memory import MemoryStore
from tests.support.ledger_contents import comparable, problems
from tests.support.shortening import RANDOM
from tests.support.stock import DeclaredShop, Stock, past
from tests.support.stores import MemoryShop
from tests.support.walks import Branch, branches

CLERK = Origin("clerk", "Because")
SITES = (1, 2, 3)
OWN_ORDERS = (1, 2)

Step = tuple[str, dict[str, Any]]

_units = st.integers(1, 6)
_site = st.sampled_from(SITES)
_maybe_site = st.one_of(st.none(), _site)
_product = st.integers(0, 1)
_which = st.integers(0, 30)
_few = st.integers(1, 2)
_candidates = st.sampled_from([(1,), (1, 2), (1, 2, 3), (3, 1)])
_new_line = st.fixed_dictionaries(
    {"product": _product, "quantity": _units, "warehouse_id": _maybe_site, "wait": st.booleans()}
)
_old_line = st.fixed_dictionaries(
    {"line": _few},
    optional={"quantity": _units, "warehouse_id": _maybe_site, "wait": st.booleans()},
)
_preferences = st.lists(_site, max_size=2, unique=True)


def _step(name: str, **params: st.SearchStrategy[Any]) -> st.SearchStrategy[Step]:
    return st.tuples(st.just(name), st.fixed_dictionaries(params))


_drafting = _step(
    "draft",
    lines=st.lists(_new_line, min_size=1, max_size=3),
    site=_maybe_site,
    prefer=_preferences,
    split=st.booleans(),
    confirm=st.booleans(),
    candidates=_candidates,
)
_changing = _step(
    "change",
    which=_which,
    lines=st.one_of(
        st.none(), st.lists(st.one_of(_old_line, _old_line, _new_line), min_size=1, max_size=3)
    ),
    fields=st.fixed_dictionaries(
        {}, optional={"warehouse_id": _maybe_site, "split": st.booleans(), "prefer": _preferences}
    ),
    candidates=_candidates,
)
_shipping = _step(
    "ship",
    which=_which,
    lines=st.one_of(
        st.none(),
        st.lists(st.tuples(_few, st.one_of(_few, st.none())), min_size=1, max_size=2),
    ),
    site=st.one_of(st.none(), st.none(), _site),
)
_returning = _step(
    "return",
    which=_which,
    lines=st.lists(
        st.tuples(_few, _few, st.booleans(), _maybe_site),
        min_size=1,
        max_size=2,
    ),
)
_orders = st.one_of(
    _drafting,
    _changing,
    _changing,
    _shipping,
    _shipping,
    _shipping,
    _returning,
    _returning,
    st.one_of(
        _step("confirm", which=_which, candidates=_candidates),
        _step("confirm", which=_which, candidates=_candidates),
        _step("cancel", which=_which),
        _step("close", which=_which),
    ),
)
_stock = st.one_of(
    _step("receive", product=_product, site=_site, units=st.integers(1, 9)),
    _step("receive", product=_product, site=_site, units=st.integers(1, 9)),
    _step("adjust", product=_product, site=_site, units=st.integers(-4, -1), order=_which),
    _step("reserve", product=_product, site=_site, units=_units, order=st.sampled_from(OWN_ORDERS)),
    _step("release", product=_product, site=_site, units=_units, order=st.sampled_from(OWN_ORDERS)),
    _step("count", product=_product, site=_site, units=st.integers(2, 12)),
    _step("transfer", product=_product, source=_site, target=_site, units=_units),
    _step("reverse", which=_which),
    _step(
        "flags",
        product=_product,
        backorders=st.booleans(),
        active=st.sampled_from([True, True, True, False]),
    ),
)
STEPS = st.lists(
    st.tuples(st.lists(st.one_of(_orders, _orders, _stock), min_size=1, max_size=3), st.booleans()),
    min_size=15,
    max_size=40,
)


class Walk:
    """A store with two products in three warehouses, and what was done to it."""

    def __init__(self, shop: MemoryShop) -> None:
        self.first = Stock.of(shop, 8, sku="FIRST")
        self.first.warehouse("EAST")
        self.first.warehouse("WEST")
        self.products = (self.first.product, self.first.another(3, allow_backorder=True).product)
        for site in SITES:
            self.first.receive(9, at=site)
        lines = [{"product": product, "quantity": 6, "wait": True} for product in (0, 1)]
        several = {"lines": lines, "site": None, "prefer": [], "split": True, "candidates": SITES}
        self.take([("draft", {**several, "confirm": True})] * 3, later=False)

    def take(self, steps: Sequence[Step], *, later: bool) -> list[object]:
        """Put steps to the store in one batch; no invariant may be broken by it. The answers."""
        if later:
            self.first.wait(minutes=3)
        results = self.first.do(*(self._command(*step) for step in steps))
        assert not problems(self.first.contents)
        with self.first.store.proof() as proof:
            assert [str(it) for it in verify(proof)] == []
        return [list(it.faults) if isinstance(it, Rejected) else dict(it.facts) for it in results]

    def taken(self) -> set[Branch]:
        """The branches of the life cycle that orders took."""
        events = self.first.contents.events
        return {(event["from_state"], event["name"], event["to_state"]) for event in events}

    def _command(self, name: str, given: dict[str, Any]) -> c.Command:
        if name in _OF_STOCK:
            return self._stock_command(name, given)
        if name == "draft":
            return s.DraftSalesOrder(
                origin=CLERK,
                lines=tuple(map(self._line, given["lines"])),
                preferences=tuple(given["prefer"]),
                fields={"warehouse_id": given["site"], "split": given["split"]},
                confirm=given["confirm"],
                candidates=given["candidates"],
            )
        about: dict[str, Any] = {"origin": CLERK, "id": self._order(name, given["which"])}
        match name:
            case "change":
                changes = dict(given["fields"])
                if "prefer" in changes:
                    changes["preferences"] = tuple(changes.pop("prefer"))
                if given["lines"] is not None:
                    changes["lines"] = tuple(map(self._line, given["lines"]))
                return s.ChangeSalesOrder(**about, changes=changes, candidates=given["candidates"])
            case "confirm":
                return s.ConfirmSalesOrder(**about, candidates=given["candidates"])
            case "ship":
                lines = given["lines"]
                leaving = None if lines is None else tuple(s.LineShipped(*it) for it in lines)
                return s.ShipSalesOrder(**about, lines=leaving, warehouse_id=given["site"])
            case "return":
                back = tuple(s.LineReturned(*it) for it in given["lines"])
                return s.ReturnSalesOrder(**about, lines=back)
            case "cancel":
                return s.CancelSalesOrder(**about)
        return s.CloseSalesOrder(**about)

    def _stock_command(self, name: str, given: dict[str, Any]) -> c.Command:
        product = self.products[given.get("product", 0)]
        site, units = given.get("site", 1), given.get("units", 0)
        match name:
            case "receive":
                return c.ReceiveStock(product, site, units, CLERK)
            case "adjust":
                told = Origin("clerk", f"Shipped #{given['order']}")
                return c.AdjustStock(product, site, units, told)
            case "reserve":
                ends = self.first.clock.now + timedelta(minutes=5 * given["order"])
                return c.ReserveStock(product, site, units, given["order"], CLERK, ends)
            case "release":
                return c.ReleaseStock(product, site, units, given["order"], CLERK)
            case "count":
                return c.CountStock(product, site, units, CLERK, c.OnShortfall.DEALLOCATE)
            case "transfer":
                return c.TransferStock(product, given["source"], given["target"], units, CLERK)
            case "reverse":
                rows = self.first.contents.movements
                row = rows[given["which"] % len(rows)]
                halves = [row]
                if row["transfer_id"] is not None:
                    same = [it for it in rows if it["transfer_id"] == row["transfer_id"]]
                    halves += [it for it in same if it["id"] != row["id"]]
                return c.ReverseMovement(past(halves), CLERK)
        flags = {"allow_backorder": given["backorders"], "is_active": given["active"]}
        return c.UpdateProduct(product, flags, CLERK)

    def _line(self, given: dict[str, Any]) -> s.LineGiven:
        fields = {"quantity": given.get("quantity", 3)}
        if "product" in given:
            fields["product_id"] = self.products[given["product"]]
        if "warehouse_id" in given:
            fields["warehouse_id"] = given["warehouse_id"]
        if "wait" in given:
            fields["allow_backorder"] = given["wait"]
        return s.LineGiven(given.get("line"), fields)

    def _order(self, event: str, which: int) -> int:
        """An order that knows the event, mostly; else any."""
        orders = self.first.contents.documents["sales_orders"]
        fit = [it for it in orders if event in s.LIFE_CYCLE.possible(it["state"])]
        rows = fit if fit and which % 8 else orders
        number: int = rows[which % len(rows)]["id"] if rows else 1
        return number


_OF_STOCK = {
    *("receive", "adjust", "reserve", "release", "count", "transfer", "reverse", "flags"),
}


def test_nothing_breaks_whatever_happens() -> None:
    seen: Counter[Branch] = Counter()

    @given(STEPS)
    @hypothesis.settings(
        max_examples=hypothesis.settings().max_examples // 2,
        phases=RANDOM,
        suppress_health_check=[HealthCheck.too_slow],
    )
    def walk(batches: list[tuple[list[Step], bool]]) -> None:
        walks = [Walk(MemoryShop()), Walk(DeclaredShop())]
        for steps, later in batches:
            everything, declared = (walk.take(steps, later=later) for walk in walks)
            assert everything == declared
        kept = [comparable(walk.first.contents) for walk in walks]
        assert kept[0] == kept[1]
        seen.update(walks[0].taken())

    walk()
    # Deep states are rare: most of the table is enough, and another test takes all of it.
    assert len(seen) >= 12, branches(s.LIFE_CYCLE) - seen.keys()


def test_a_walk_would_notice() -> None:
    """What a walk looks at sees units that an order lost on the way."""
    walk = Walk(MemoryShop())
    assert isinstance(walk.first.store, MemoryStore)
    holds = walk.first.store._tables.reservations[walk.first.store_key]
    del holds[min(holds)]
    with pytest.raises(AssertionError):
        walk.take([("flags", {"product": 1, "backorders": True, "active": True})], later=False)
