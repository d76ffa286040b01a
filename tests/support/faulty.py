"""A memory store that fails on command, and that can be held while it commits."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from onhand.core.decide import Decision
from onhand.core.snapshot import Needs
from onhand.ledger.ports import KeptAnswer, KeyPart
from onhand.store.memory import MemoryStore, MemoryTransaction
from tests.support.stores import START

PATIENCE_S = 10


class FaultyStore(MemoryStore):
    """`at_begin`, `at_commit` and `after_commit` are raised one by one; None means all is well.

    `poison` looks at each decision and gives what its commit fails with. Between `hold` and
    `let_go` commits wait. `begun` counts transactions; `commits` tells how many requests each
    commit answered.
    """

    def __init__(self) -> None:
        super().__init__(START)
        self.at_begin: deque[Exception | None] = deque()
        self.at_commit: deque[Exception | None] = deque()
        self.after_commit: deque[Exception | None] = deque()
        self.poison: Callable[[Decision], Exception | None] = lambda decision: None
        self.begun = 0
        self.commits: list[int] = []
        self.committing = threading.Event()
        self._may_go_on = threading.Event()
        self._may_go_on.set()

    def hold(self) -> None:
        """From now on commits wait."""
        self.committing.clear()
        self._may_go_on.clear()

    def let_go(self) -> None:
        """Let commits go on."""
        self._may_go_on.set()

    @contextmanager
    def transaction(
        self, needs: Needs, keys: Sequence[KeyPart], now: datetime
    ) -> Iterator[MemoryTransaction]:
        self.begun += 1
        _raise_next(self.at_begin)
        with super().transaction(needs, keys, now) as transaction:
            yield _FaultyTransaction(self, transaction)

    def wait_to_commit(self, decision: Decision) -> None:
        """What comes before a commit."""
        self.committing.set()
        assert self._may_go_on.wait(PATIENCE_S)
        _raise_next(self.at_commit)
        fault = self.poison(decision)
        if fault is not None:
            raise fault


class _FaultyTransaction(MemoryTransaction):
    def __init__(self, store: FaultyStore, inner: MemoryTransaction) -> None:
        self._store = store
        self._inner = inner
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
        self._store.wait_to_commit(decision)
        self._inner.commit(decision, numbers, answers, now)
        self._store.commits.append(len(decision.outcomes))
        _raise_next(self._store.after_commit)


def _raise_next(faults: deque[Exception | None]) -> None:
    fault = faults.popleft() if faults else None
    if fault is not None:
        raise fault
