"""Onhand with a fault planted: on SQLite, it says now and then that what it did was not done."""

from __future__ import annotations

from itertools import count
from typing import Any

from onhand.app import main
from onhand.ledger.faults import StorageFull
from onhand.store.sqlite.store import SqliteTransaction

EVERY = 3

_commit = SqliteTransaction.commit
_numbers = count(1)


def _commit_and_refuse(
    self: SqliteTransaction, decision: Any, numbers: Any, answers: Any, now: Any
) -> None:
    _commit(self, decision, numbers, answers, now)
    if next(_numbers) % EVERY == 0:
        raise StorageFull("planted")


if __name__ == "__main__":
    SqliteTransaction.commit = _commit_and_refuse  # type: ignore[method-assign]
    main()
