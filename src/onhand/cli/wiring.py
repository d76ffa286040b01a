"""Wiring: what the commands need of the rest, so that none of them knows which store it is."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from onhand.ledger.keys import Keys
from onhand.ledger.ports import Clock, Store
from onhand.ledger.reads import Reads


@dataclass(frozen=True, slots=True)
class OpenShop:
    """A shop's database, migrated and open: its one writer's store, and its reads."""

    store: Store
    reads: Reads
    clock: Clock


class Wiring(Protocol):
    """What `onhand.app` offers to the commands. Each takes a database URL.

    Raises faults of the ledger, and what the stores say of a wrong URL, a foreign database or one
    that another process writes to; `onhand.app` tells these to the user.
    """

    def serve(self, host: str, port: int, database: str, workers: int) -> None:
        """Migrate an empty database, then serve until told to stop."""
        ...

    def shop(self, database: str) -> AbstractContextManager[OpenShop]:
        """Open a shop for writing in this process, migrated."""
        ...

    def ledger(self, database: str) -> AbstractContextManager[Store]:
        """Open a shop for reading only, beside a server that runs; it must exist."""
        ...

    def keys(self, database: str) -> Keys:
        """A shop's API keys, beside a server that runs."""
        ...
