"""A ledger beside the model: every batch is put to both, what they say and keep is compared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from onhand.core import commands as c
from onhand.core.commands import Request
from onhand.core.movements import Origin
from onhand.core.rejections import Rejected
from onhand.core.stock_rules import Result
from onhand.ledger.ports import Store
from onhand.ledger.posting import Submission, settle
from tests.support.asks import CLOSED, Group, Scene, command, said
from tests.support.ledger_contents import Contents, problems
from tests.support.model import Entry, Item, Model, Place, Refused, Said, Shelf
from tests.support.stores import SetClock, Shop, accepted, add_product, add_warehouse, ask, done


class Pair:
    """A store and a model of it: two products, three warehouses that are open and one that is not.

    The first product may not be backordered at first, the second may, and starts in warehouse 2.
    """

    def __init__(self, shop: Shop, store: Store) -> None:
        self.shop = shop
        self.store = store
        self.clock = SetClock()
        self.model = Model(self.clock.now)
        for warehouse_id in (2, 3, CLOSED):
            assert add_warehouse(store, f"W{warehouse_id}") == warehouse_id
        shut = c.UpdateWarehouse(CLOSED, {"is_active": False}, Origin("tester"))
        accepted(ask(store, shut)[0])
        self.model.warehouses = {1: True, 2: True, 3: True, CLOSED: False}
        self.products = (
            add_product(store, "FIRST", 5),
            add_product(store, "SECOND", 0, allow_backorder=True, default_warehouse_id=2),
        )
        self.model.add_product(self.products[0], Item(), 5)
        self.model.add_product(self.products[1], Item(backorders=True, default_warehouse=2))
        self._contents: Contents | None = None

    def play(self, groups: Sequence[Group], minutes: int = 0, *, compare: bool = True) -> None:
        """Put one batch to both, some minutes after (or before) the one before it."""
        self.clock.now += timedelta(minutes=minutes)
        if any("tracked" in asked.given for group in groups for asked in group.asks):
            # Whether a product may go untracked is asked of what housekeeping has left.
            self.model.at(self.clock.now)
            self.sweep()
            self._contents = None
        # The entries and holds of the scene are those in the ledger: what expires just now is not.
        scene = Scene.of(self.model, self.products, self.clock.now)
        self.model.at(self.clock.now)
        expected = [self._ask_model(group, scene) for group in groups]
        submissions = [self._submission(group, scene) for group in groups]
        settled = settle(self.store, submissions, self.clock)
        for group, answers, settlement in zip(groups, expected, settled, strict=True):
            outcome = done(settlement).outcome
            assert outcome.applied or group.atomic
            # The answers to an atomic group end with the refused one.
            compared = zip(group.asks[: len(answers)], answers, outcome.results, strict=True)
            for place, (asked, answer, result) in enumerate(compared):
                difference = differs(answer, result)
                assert not difference, f"{asked} (number {place} of {group}): {difference}"
        self.sweep()
        self._contents = None
        if compare:
            self.compare()

    @property
    def contents(self) -> Contents:
        """What the store keeps, read when it is first asked for since the last batch."""
        if self._contents is None:
            self._contents = self.shop.contents(self.store)
        return self._contents

    def requests(self, groups: Sequence[Group]) -> list[Request]:
        """What the groups ask of the ledger as it stands now."""
        scene = Scene.of(self.model, self.products, self.clock.now)
        return [self._submission(group, scene).request for group in groups]

    def sweep(self) -> None:
        """Release what has expired, as housekeeping does: the model does so at once."""
        found = self.store.expired(self.clock.now, 1_000)
        expire = (c.ExpireReservations(*key, Origin("tester")) for key in sorted(found))
        for result in ask(self.store, *expire, clock=self.clock):
            accepted(result)
        assert not self.store.expired(self.clock.now, 1_000)

    def compare(self) -> None:
        """What is kept is what the model says, and no invariant is broken."""
        compare(self.contents, self.model, self.products)

    def _ask_model(self, group: Group, scene: Scene) -> list[Said]:
        if not group.atomic:
            return [said(self.model, asked, scene) for asked in group.asks]
        with self.model.all_or_none() as answers:
            for asked in group.asks:
                answers.append(said(self.model, asked, scene))
                if isinstance(answers[-1], Refused):
                    break
        return answers

    def _submission(self, group: Group, scene: Scene) -> Submission:
        ids, reservation_ids = {}, {}
        if any(asked.verb in ("reverse", "extend") for asked in group.asks):
            ids = {
                ((row["product_id"], row["warehouse_id"]), row["entry_number"]): row["id"]
                for row in self.contents.movements
            }
            reservation_ids = {
                ((row["product_id"], row["warehouse_id"]), row["order_id"]): row["id"]
                for row in self.contents.reservations
            }
        commands = tuple(command(asked, scene, ids, reservation_ids) for asked in group.asks)
        return Submission(Request(commands, group.atomic))


def compare(contents: Contents, model: Model, products: Sequence[int]) -> None:
    """What is kept is what the model says, and no invariant is broken; or `AssertionError`."""
    broken = problems(contents)
    assert not broken, "\n".join(broken)
    for product in products:
        for warehouse in model.warehouses:
            place = (product, warehouse)
            shelf = model.shelves.get(place, Shelf())
            _same(contents.level(*place), shelf.quantities, f"levels at {place}")
            queue = [(hold.order, hold.allocated, hold.backordered) for hold in shelf.holds]
            _same(contents.queue(*place), queue, f"reservations at {place}")
            ends = {hold.order: hold.expires_at for hold in shelf.holds}
            _same(_ends(contents, place), ends, f"ends of reservations at {place}")
            _same(entries(contents, place), shelf.entries, f"entries at {place}")
            counted = shelf.last_counted_at
            _same(_last_counted(contents, place), counted, f"last counted at {place}")
    sales = {
        (row["product_id"], row["warehouse_id"], row["day"]): row["quantity"]
        for row in contents.daily_sales
    }
    _same(sales, model.sales, "daily sales")


def _same(kept: Any, expected: Any, what: str) -> None:
    """The same, or a failure that shows where they part."""
    if kept != expected:
        if isinstance(kept, list) and isinstance(expected, list):
            same = 0
            while kept[same : same + 1] == expected[same : same + 1] and same < len(kept):
                same += 1
            what, kept, expected = f"{what} from {same} on", kept[same:], expected[same:]
        raise AssertionError(f"{what}: kept are {kept}, the model says {expected}")


def differs(answer: Said, result: Result) -> str:
    """How the ledger's answer is not the model's; nothing where it is."""
    told = f"the model says {answer}, the ledger {result}"
    if isinstance(answer, Refused):
        if not isinstance(result, Rejected) or result.field != answer.field:
            return told
        same = answer.message is None or answer.message == result.message
        return "" if same else f"{told}: {result.message}"
    if isinstance(result, Rejected):
        return f"{told}: {result.message}"
    if any(result.facts.get(name) != fact for name, fact in answer.facts.items()):
        return told
    level_told = result.key is None or (result.on_hand, result.reserved)
    return "" if level_told in (True, (answer.on_hand, answer.reserved)) else told


def entries(contents: Contents, place: Place) -> list[Entry]:
    """A level's ledger as the model writes it."""
    by_id = {
        row["id"]: ((row["product_id"], row["warehouse_id"]), row["entry_number"])
        for row in contents.movements
    }
    return [
        Entry(
            row["movement_type"],
            row["quantity"],
            row["on_hand"],
            row["reserved"],
            row["order_id"],
            row["occurred_at"],
            row["reported_at"],
            None if row["reverses_id"] is None else by_id[row["reverses_id"]],
        )
        for row in contents.ledger(*place)
    ]


def _ends(contents: Contents, place: Place) -> dict[int, object]:
    return {
        row["order_id"]: row["expires_at"]
        for row in contents.reservations
        if (row["product_id"], row["warehouse_id"]) == place
    }


def _last_counted(contents: Contents, place: Place) -> object:
    for row in contents.levels:
        if (row["product_id"], row["warehouse_id"]) == place:
            return row["last_counted_at"]
    return None
