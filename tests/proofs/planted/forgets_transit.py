"""Onhand with a fault planted: on SQLite, now and then what is in transit stays what it was."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from onhand.app import main
from onhand.core.decide import Decision
from onhand.core.snapshot import Snapshot
from onhand.store.documents import Change
from onhand.store.sqlite import documents

EVERY = 4

_changes = documents.changes  # type: ignore[attr-defined]
_numbers = count(1)


def _changes_mostly(decision: Decision, snapshot: Snapshot) -> Iterator[Change]:
    for change in _changes(decision, snapshot):
        if change.table != "inbounds" or next(_numbers) % EVERY:
            yield change


if __name__ == "__main__":
    documents.changes = _changes_mostly  # type: ignore[attr-defined]
    main()
