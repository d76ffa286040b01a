"""Onhand with a fault planted: on SQLite, the answers of keyed requests are not kept."""

from __future__ import annotations

from typing import Any

from onhand.app import main
from onhand.store.sqlite.store import SqliteTransaction

_commit = SqliteTransaction.commit


def _commit_without_answers(
    self: SqliteTransaction, decision: Any, numbers: Any, answers: Any, now: Any
) -> None:
    _commit(self, decision, numbers, {}, now)


if __name__ == "__main__":
    SqliteTransaction.commit = _commit_without_answers  # type: ignore[method-assign]
    main()
