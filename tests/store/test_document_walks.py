"""Random walks over documents and stock together: every invariant holds after each step.

The same steps are taken on the memory store and on SQLite, which give the same answers and keep the
same.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from onhand.core.commands import Request
from onhand.core.rejections import Rejected
from onhand.ledger.posting import Submission, settle
from onhand.ledger.verify import verify
from tests.support.ledger_contents import Contents, comparable, problems
from tests.support.moves import MOVES, Move, World
from tests.support.shortening import RANDOM
from tests.support.stores import (
    MemoryShop,
    SetClock,
    Shop,
    add_product,
    add_warehouse,
    done,
    sqlite_shop,
    sqlite_template,
)

EXAMPLES = max(hypothesis.settings().max_examples // 30, 1)
STEPS = 40


class Walk(RuleBasedStateMachine):
    """Two shops alike, with two products and three warehouses."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name)
        self.shops: list[Shop] = [MemoryShop(), sqlite_shop(folder, sqlite_template(folder))]
        self.stores = [shop.open() for shop in self.shops]
        self.clock = SetClock()
        for store in self.stores:
            for number in (2, 3):
                assert add_warehouse(store, f"W{number}") == number
            add_product(store, "FIRST", 20)
            add_product(store, "SECOND", 20, allow_backorder=True)

    def teardown(self) -> None:
        """Let go of the stores."""
        for store in self.stores:
            store.close()
        self._folder.cleanup()

    @property
    def contents(self) -> list[Contents]:
        """What each shop keeps."""
        return [shop.contents(store) for shop, store in zip(self.shops, self.stores, strict=True)]

    @rule(
        data=st.data(),
        moves=st.lists(st.sampled_from(MOVES), min_size=1, max_size=3),
        atomic=st.booleans(),
        minutes=st.sampled_from([0, 1, 1, 10]),
    )
    def step(self, data: st.DataObject, moves: list[Move], atomic: bool, minutes: int) -> None:
        """One batch: moves in one request each, or all or none."""
        self.take(data, moves, atomic=atomic, later=timedelta(minutes=minutes))

    def take(
        self, data: st.DataObject, moves: list[Move], *, atomic: bool, later: timedelta
    ) -> None:
        """Make moves on both shops, some time later; they answer alike."""
        self.clock.now += later
        draw: Callable[[st.SearchStrategy[object]], object] = data.draw
        world = World(self.contents[0], self.clock.now, draw)
        commands = [move(world) for move in moves]
        if atomic:
            requests = [Request(tuple(commands), atomic=True)]
        else:
            requests = [Request((command,)) for command in commands]
        told = []
        for store in self.stores:
            settled = settle(store, [Submission(request) for request in requests], self.clock)
            told.append([_said(result) for it in settled for result in done(it).outcome.results])
        assert told[0] == told[1], commands

    @invariant()
    def nothing_is_broken(self) -> None:
        """No invariant of what is kept is broken, and `verify` finds nothing."""
        memory, sqlite = self.contents
        assert not problems(memory)
        assert not problems(sqlite)
        assert comparable(memory) == comparable(sqlite)
        for store in self.stores:
            with store.proof() as proof:
                assert not list(map(str, verify(proof)))


def _said(result: object) -> object:
    """An answer, as both stores must give it."""
    return result if isinstance(result, Rejected) else "accepted"


TestWalk = Walk.TestCase
TestWalk.settings = hypothesis.settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    # Taking steps out of a walk makes others of those that follow: shortening takes minutes.
    phases=RANDOM,
    suppress_health_check=list(hypothesis.HealthCheck),
)
