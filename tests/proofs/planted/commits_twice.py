"""Onhand with a fault planted: on SQLite, documents are written in a second commit, after stock's.

It follows when the next batch comes, a little later, and until then is in memory alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from onhand.app import main
from onhand.store.sqlite import documents
from onhand.store.sqlite.store import SqliteStore, SqliteTransaction

LATER_S = 0.02

_write = documents.write
_transaction = SqliteStore.transaction
_waiting: list[tuple[Any, ...]] = []


def _write_later(*arguments: Any) -> None:
    _waiting.append(arguments)


@contextmanager
def _with_what_waited(
    self: SqliteStore, needs: Any, keys: Any, now: Any
) -> Iterator[SqliteTransaction]:
    if _waiting:
        time.sleep(LATER_S)
        self._connection.execute("BEGIN IMMEDIATE")
        for arguments in _waiting:
            _write(*arguments)
        self._connection.execute("COMMIT")
        _waiting.clear()
    with _transaction(self, needs, keys, now) as transaction:
        yield transaction


if __name__ == "__main__":
    documents.write = _write_later  # type: ignore[assignment]
    SqliteStore.transaction = _with_what_waited  # type: ignore[method-assign]
    main()
