"""Onhand with a fault planted: on SQLite, now and then a batch is answered and not committed."""

from __future__ import annotations

from itertools import count
from typing import Any

from onhand.app import main
from onhand.store.sqlite.store import SqliteTransaction

EVERY = 20

_commit = SqliteTransaction.commit
_numbers = count(1)


def _commit_mostly(
    self: SqliteTransaction, decision: Any, numbers: Any, answers: Any, now: Any
) -> None:
    if next(_numbers) % EVERY:
        _commit(self, decision, numbers, answers, now)


if __name__ == "__main__":
    SqliteTransaction.commit = _commit_mostly  # type: ignore[method-assign]
    main()
