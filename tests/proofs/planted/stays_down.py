"""Onhand with a fault planted: on SQLite, what failed once fails for ever."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from onhand.app import main
from onhand.ledger.faults import Fault, StorageFull
from onhand.store.sqlite.store import SqliteStore, SqliteTransaction

_transaction = SqliteStore.transaction
_failed: list[Fault] = []


@contextmanager
def _until_the_first_fault(
    self: SqliteStore, needs: Any, keys: Any, now: Any
) -> Iterator[SqliteTransaction]:
    if _failed:
        raise StorageFull("planted")
    try:
        with _transaction(self, needs, keys, now) as transaction:
            yield transaction
    except Fault as fault:
        _failed.append(fault)
        raise


if __name__ == "__main__":
    SqliteStore.transaction = _until_the_first_fault  # type: ignore[method-assign]
    main()
