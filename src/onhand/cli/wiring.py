"""Wiring: what the commands need of the rest, so that none of them knows which store it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from onhand.cli.progress import Advance
from onhand.ledger.daily_totals import DailyTotals
from onhand.ledger.keys import Keys
from onhand.ledger.people import People
from onhand.ledger.ports import Proof, Store
from onhand.ledger.reads import Reads
from onhand.ledger.repair import ProofOf


class Wiring(Protocol):
    """What `onhand.app` offers to the commands. Each takes a database URL.

    Raises faults of the ledger, and what the stores say of a wrong URL, a foreign database or one
    that another process writes to; `onhand.app` tells these to the user.
    """

    def serve(self, host: str, port: int, database: str, workers: int, replica: str = "") -> None:
        """Migrate an empty database, then serve until told to stop."""
        ...

    def store(self, database: str, *, patient: bool = False) -> AbstractContextManager[Store]:
        """Open a shop for writing in this process, migrated.

        With `patient` a transaction may take as long as it takes, whoever waits for it.
        """
        ...

    def proof(self, database: str) -> AbstractContextManager[Proof]:
        """Everything stored, of one moment, beside a server that runs; it must exist."""
        ...

    def must_exist(self, database: str) -> None:
        """End the command where there is no shop of this version yet."""
        ...

    def proofs(self, database: str) -> AbstractContextManager[ProofOf]:
        """The same again and again, of everything or of some products, as it stands then."""
        ...

    def totals(self, database: str) -> AbstractContextManager[DailyTotals]:
        """A shop's daily totals, beside a server that runs."""
        ...

    def move(self, source: str, target: str, advance: Advance) -> Sequence[tuple[str, int, str]]:
        """Move a shop to an empty database; each table's name, rows and their digest."""
        ...

    def prepare_shards(
        self, database: str, role: str, *, dry_run: bool
    ) -> Iterator[tuple[str, str]]:
        """Put a shop's tables where they belong on a Citus cluster: each step, and its SQL."""
        ...

    def backup(
        self, database: str, file: Path, advance: Advance
    ) -> AbstractContextManager[Proof | None]:
        """Make a backup, and give what is in it; it has its name after the block.

        None: the shop is of an older version, which cannot be verified.
        """
        ...

    def restore(self, file: Path, database: str) -> AbstractContextManager[Proof]:
        """Make a database of a backup, and give what is in it; it is there after the block."""
        ...

    def reads(self, database: str) -> AbstractContextManager[Reads]:
        """What can be asked of a shop, beside a server that runs."""
        ...

    def keys(self, database: str) -> Keys:
        """A shop's API keys, beside a server that runs."""
        ...

    def people(self, database: str) -> People:
        """A shop's users, beside a server that runs."""
        ...
