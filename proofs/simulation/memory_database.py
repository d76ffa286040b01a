"""The memory store in a simulated world: shared by two servers, as a PostgreSQL is, and failing as
one does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from unittest import mock

from onhand.core.decide import Decision
from onhand.core.levels import StockKey
from onhand.core.snapshot import Needs
from onhand.ledger.differences import Difference
from onhand.ledger.faults import (
    CommitUnknown,
    StorageFull,
    StoreBusy,
    StoreRefused,
    StoreUnavailable,
)
from onhand.ledger.ports import KeptAnswer, KeyPart, Store
from onhand.ledger.verify import verify
from onhand.store import memory
from onhand.store.memory import MemoryStore, MemoryTransaction
from proofs.simulation.databases import Watched, furnish, witness_of
from proofs.simulation.world import World
from tests.support.ledger_contents import Contents, memory_contents
from tests.support.stores import START

FAULTS = (StoreBusy, StoreBusy, StoreRefused, StoreUnavailable, StorageFull, OverflowError)
STATEMENTS = 5
"""How many of a database's statements a step of this one stands for."""


class MemoryDatabase:
    """One memory store for two servers, whose batches come between each other's."""

    servers = 2

    def __init__(self, world: World) -> None:
        with self._patches(world):
            self._store = FaultyMemory(world)
        furnish(self._store)
        self.witness = witness_of(self.contents())
        self._store.committed = self.witness.commit_done
        self._world = world

    def open(self) -> Store:
        return Watched(self._store, self.witness)

    def patches(self) -> AbstractContextManager[object]:
        return self._patches(self._world)

    def contents(self) -> Contents:
        return memory_contents(self._store)

    def differences(self) -> list[Difference]:
        with self._store.proof() as proof:
            return list(verify(proof))

    def _patches(self, world: World) -> AbstractContextManager[object]:
        return mock.patch.object(memory, "threading", world.threads)


class FaultyMemory(MemoryStore):
    """A memory store that fails now and then: before it began, before it wrote, or after."""

    def __init__(self, world: World) -> None:
        super().__init__(START)
        self.committed: Callable[[], None] = lambda: None
        self._world = world

    @contextmanager
    def transaction(
        self, needs: Needs, keys: Sequence[KeyPart], now: datetime
    ) -> Iterator[MemoryTransaction]:
        self._step("begin", FAULTS)
        with super().transaction(needs, keys, now) as transaction:
            self._world.moment()
            yield _FaultyTransaction(transaction, self)

    def expired(self, now: datetime, limit: int) -> Sequence[StockKey]:
        self._step("look for what has expired", FAULTS)
        return super().expired(now, limit)

    def forget_answers(self, before: datetime) -> int:
        self._step("forget answers", FAULTS)
        return super().forget_answers(before)

    def before_commit(self) -> None:
        self._step("commit", (*FAULTS, CommitUnknown))

    def after_commit(self) -> None:
        """It is written; whether anybody will learn of it is another question."""
        self.committed()
        self._step("committed", (CommitUnknown,))

    def _step(self, what: str, faults: Sequence[type[Exception]]) -> None:
        self._world.moment()
        if self._world.fails(STATEMENTS):
            fault = self._world.chance.choice(faults)
            self._world.tell(what, "fails:", fault.__name__)
            raise fault(f"simulated: {what}")
        self._world.tell(what)


class _FaultyTransaction(MemoryTransaction):
    def __init__(self, inner: MemoryTransaction, store: FaultyMemory) -> None:
        self._inner = inner
        self._store = store
        self.snapshot = inner.snapshot
        self.known = inner.known

    def numbers(self, count: int) -> Sequence[int]:
        return self._inner.numbers(count)

    def commit(
        self,
        decision: Decision,
        numbers: Sequence[int],
        answers: Mapping[KeyPart, KeptAnswer],
        now: datetime,
    ) -> None:
        self._store.before_commit()
        self._inner.commit(decision, numbers, answers, now)
        self._store.after_commit()
