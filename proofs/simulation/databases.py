"""What a simulated world's databases have in common: what stands in them, and who watches them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Protocol

from onhand.core import commands as c
from onhand.core.decide import Decision
from onhand.core.movements import Origin
from onhand.core.snapshot import Needs
from onhand.ledger.differences import Difference
from onhand.ledger.ports import KeptAnswer, KeyPart, Store, Transaction
from proofs.simulation.witness import TouchedModel, Witness
from tests.support.asks import CLOSED
from tests.support.ledger_contents import Contents
from tests.support.model import Item
from tests.support.stores import START, add_product, add_warehouse, ask

FIRST, SECOND = PRODUCTS = (1, 2)


class Database(Protocol):
    """A database that so many servers open, each a store of its own on it."""

    servers: int
    witness: Witness

    def open(self) -> Store:
        """A store, as a process opens it when it starts."""
        ...

    def patches(self) -> AbstractContextManager[object]:
        """Within it, what the store asks of its driver is simulated."""
        ...

    def contents(self) -> Contents:
        """All that is kept."""
        ...

    def differences(self) -> list[Difference]:
        """What `onhand verify` finds."""
        ...


def furnish(store: Store) -> None:
    """Two products, the second may be backordered; three warehouses, and one that is closed."""
    for warehouse in (2, 3, CLOSED):
        assert add_warehouse(store, f"W{warehouse}") == warehouse
    ask(store, c.UpdateWarehouse(CLOSED, {"is_active": False}, Origin("tester")))
    assert add_product(store, "FIRST", 5) == FIRST
    assert add_product(store, "SECOND", allow_backorder=True, default_warehouse_id=2) == SECOND


def witness_of(contents: Contents) -> Witness:
    """Somebody to watch a ledger that was just furnished."""
    model = TouchedModel(START)
    model.warehouses = {1: True, 2: True, 3: True, CLOSED: False}
    model.add_product(FIRST, Item(), 5)
    model.add_product(SECOND, Item(backorders=True, default_warehouse=2))
    return Witness(model, PRODUCTS, contents)


class Watched:
    """A store that tells its witness what it is about to commit."""

    def __init__(self, store: Store, witness: Witness) -> None:
        self._store = store
        self._witness = witness
        self.expired = store.expired
        self.forget_answers = store.forget_answers
        self.proof = store.proof
        self.close = store.close

    @contextmanager
    def transaction(
        self, needs: Needs, keys: Sequence[KeyPart], now: datetime
    ) -> Iterator[Transaction]:
        with self._store.transaction(needs, keys, now) as transaction:
            yield WatchedTransaction(transaction, self._witness)


class WatchedTransaction:
    """A transaction of such a store."""

    def __init__(self, transaction: Transaction, witness: Witness) -> None:
        self._transaction = transaction
        self._witness = witness
        self.snapshot = transaction.snapshot
        self.known = transaction.known
        self.numbers = transaction.numbers

    def commit(
        self,
        decision: Decision,
        numbers: Sequence[int],
        answers: Mapping[KeyPart, KeptAnswer],
        now: datetime,
    ) -> None:
        self._witness.committing = (decision, numbers)
        self._transaction.commit(decision, numbers, answers, now)
