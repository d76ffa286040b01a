"""Shops: their databases as they are opened, for a server or for a command of the command line.

Which store stands behind a database's URL is decided here, and nowhere else.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from onhand.ledger.daily_totals import DailyTotals
from onhand.ledger.keys import Keys
from onhand.ledger.people import People
from onhand.ledger.ports import Proof, Store
from onhand.ledger.reads import Reads
from onhand.ledger.repair import ProofOf
from onhand.settings import Settings
from onhand.store import backup
from onhand.store.backup_files import Advance
from onhand.store.daily_totals import SqlDailyTotals
from onhand.store.engine import Database, admin_engine, parse_database, read_engine
from onhand.store.keys import SqlKeys
from onhand.store.migrate import State, migrate, state
from onhand.store.people import SqlPeople
from onhand.store.proof import sql_proof
from onhand.store.reads import SqlReads
from onhand.store.sqlite.store import SqliteStore


class RefusedToServe(Exception):
    """The server would not be safe, or not be able, to run as it was told."""


def now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


class Shops:
    """What can be done with a shop without serving it. Each takes a database's URL."""

    @contextmanager
    def store(self, database: str, *, patient: bool = False) -> Iterator[Store]:
        """Open a shop for writing in this process, migrated.

        With `patient` a transaction may take as long as it takes, whoever waits for it.
        """
        parsed = parse_database(database)
        migrate(parsed)
        store = open_store(parsed, seal_key(Settings.from_environment()), patient=patient)
        calm_garbage_collector()
        try:
            yield store
        finally:
            store.close()

    @contextmanager
    def proof(self, database: str) -> Iterator[Proof]:
        """Everything stored, of one moment, beside a server that runs; it must exist."""
        with self.proofs(database) as proof_of, proof_of(None) as proof:
            yield proof

    @contextmanager
    def proofs(self, database: str) -> Iterator[ProofOf]:
        """The same again and again, of everything or of some products, as it stands then."""
        self.must_exist(database)
        engine = read_engine(parse_database(database), statement_timeout_s=0)
        try:
            yield partial(sql_proof, engine)
        finally:
            engine.dispose()

    @contextmanager
    def totals(self, database: str) -> Iterator[DailyTotals]:
        """A shop's daily totals, beside a server that runs."""
        totals = SqlDailyTotals(parse_database(database))
        try:
            yield totals
        finally:
            totals.close()

    def must_exist(self, database: str) -> None:
        """Raises `RefusedToServe` where there is no shop of this version yet."""
        parsed = parse_database(database)
        found = state(parsed)
        if found is not State.CURRENT:
            raise RefusedToServe(f"There is no ledger of this version in {parsed}: it is {found}")

    def move(self, source: str, target: str, advance: Advance) -> Sequence[tuple[str, int, str]]:
        """Move a shop to an empty database; each table's name, rows and their digest."""
        # Its driver takes 9 MB.
        from onhand.store.postgresql.moving import move

        return move(parse_database(source), parse_database(target), advance)

    def prepare_shards(
        self, database: str, role: str, *, dry_run: bool
    ) -> Iterator[tuple[str, str]]:
        """Put a shop's tables where they belong on a Citus cluster: each step, and its SQL."""
        parsed = parse_database(database)
        if parsed.kind == "postgresql":
            self.must_exist(database)
        # Its driver takes 9 MB.
        from onhand.store.postgresql.sharding import ShardingRefused, prepare

        try:
            yield from prepare(parsed, role, dry_run=dry_run)
        except ShardingRefused as error:
            raise RefusedToServe(str(error)) from error

    def backup(
        self, database: str, file: Path, advance: Advance
    ) -> AbstractContextManager[Proof | None]:
        """Make a backup, and give what is in it; it has its name after the block."""
        return backup.take(parse_database(database), file, advance)

    def restore(self, file: Path, database: str) -> AbstractContextManager[Proof]:
        """Make a database of a backup, and give what is in it."""
        return backup.restore(file, parse_database(database))

    @contextmanager
    def reads(self, database: str) -> Iterator[Reads]:
        """What can be asked of a shop, beside a server that runs."""
        parsed = parse_database(database)
        migrate(parsed)
        reads = SqlReads(read_engine(parsed, pool_size=1), now)
        try:
            yield reads
        finally:
            reads.close()

    def keys(self, database: str) -> Keys:
        """A shop's API keys, beside a server that runs."""
        parsed = parse_database(database)
        migrate(parsed)
        return SqlKeys(admin_engine(parsed))

    def people(self, database: str) -> People:
        """A shop's users, beside a server that runs."""
        parsed = parse_database(database)
        migrate(parsed)
        return SqlPeople(admin_engine(parsed))


def calm_garbage_collector() -> None:
    """Look for garbage seldom: a batch makes many small objects, none of them in a circle.

    Measured: 14 of 70 microseconds a command went into looking.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


def seal_key(settings: Settings) -> bytes | None:
    """What movements are sealed with, maybe nothing; None: they are not sealed."""
    return settings.seal_key.encode() if settings.seals == "on" else None


def open_store(
    database: Database, seal_key: bytes | None = None, *, patient: bool = False
) -> Store:
    """The store of a migrated database, sealing what it writes where it is given a key."""
    if database.kind == "sqlite":
        return SqliteStore(database, seal_key)
    # Its driver takes 9 MB, which a shop on SQLite need not spend.
    from onhand.store.postgresql.store import PostgresqlStore

    return PostgresqlStore(database, seal_key, patient=patient)
