"""What a proof stands on: a folder of its own, a fresh database, and servers on it.

All of it is gone at the end. PostgreSQL is a private, durable cluster, which a proof may stop, kill
and start.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Any

from onhand.app import App
from onhand.ledger.verify import verify as differences
from tests.support.nursery import run
from tests.support.postgres import PostgreSQLServer
from tests.support.server import OnhandServer

MOST_DIFFERENCES = 20


class Kind(StrEnum):
    """The databases Onhand runs on."""

    sqlite = "sqlite"
    postgresql = "postgresql"


@dataclass
class Ground:
    """A fresh database in `folder`; `postgresql` is its server, where it has one."""

    kind: Kind
    folder: Path
    url: str
    postgresql: PostgreSQLServer | None
    _open: ExitStack = field(default_factory=ExitStack)

    def serve(self, *arguments: str, **options: Any) -> OnhandServer:
        """Start an Onhand server on the database; it is ended with the ground."""
        server = OnhandServer(self.url, self.folder, *arguments, **options)
        return self._open.enter_context(server)

    def verify(self) -> str | None:
        """What `onhand verify` finds wrong; None when nothing is."""
        told = run(["verify", "--database", self.url], os.environ, timeout_s=3_600)
        return None if told.returncode == 0 else told.stdout

    def verify_here(self) -> str | None:
        """The same, asked without a process of its own: for a proof that asks all the time."""
        with App().proof(self.url) as proof:
            found = list(islice(differences(proof), MOST_DIFFERENCES))
        return "\n".join(map(str, found)) or None

    def close(self) -> None:
        """End the servers."""
        self._open.close()


@contextmanager
def ground(kind: Kind) -> Iterator[Ground]:
    """A fresh database of a kind, and all that a proof starts on it."""
    with ExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="onhand-proof-"))
        folder = Path(name).resolve()
        if kind is Kind.sqlite:
            made = Ground(kind, folder, f"sqlite:///{folder / 'onhand.db'}", None)
        else:
            postgresql = PostgreSQLServer.create(durable=True)
            stack.callback(postgresql.remove)
            made = Ground(kind, folder, postgresql.create_database("proof"), postgresql)
        stack.callback(made.close)
        yield made
