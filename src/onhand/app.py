"""The only wiring: which store stands behind the ports, and what a server is made of.

Nothing else knows that there is more than one database, and nothing here decides anything.
"""

from __future__ import annotations

import asyncio
import gc
import importlib.util
import ipaddress
import multiprocessing
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, suppress
from dataclasses import fields, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typer
import uvicorn

from onhand import __version__
from onhand.api.application import ROUTES, Application, create_api
from onhand.api.figures import Figures
from onhand.api.gate import Gate
from onhand.api.logs import configure
from onhand.api.metrics import Metrics
from onhand.api.observing import Observed
from onhand.api.services import LiveServices, ReadThreads, Services
from onhand.api.stock.commands import StockCommands
from onhand.api.stock.protocol import StockProtocol
from onhand.cli import build_cli
from onhand.cli.progress import Advance
from onhand.files.problems import FileProblem
from onhand.ledger.faults import Fault
from onhand.ledger.housekeeping import keep_house
from onhand.ledger.keys import Keys
from onhand.ledger.ports import Proof, Store
from onhand.ledger.repair import ProofOf
from onhand.ledger.writer import Writer
from onhand.settings import Settings, WrongSettings
from onhand.store import backup
from onhand.store.backup import BackupRefused, MoveRefused
from onhand.store.engine import (
    BadDatabaseUrl,
    Database,
    admin_engine,
    parse_database,
    read_engine,
)
from onhand.store.keys import SqlKeys
from onhand.store.lock_file import AlreadyOpen, database_lock
from onhand.store.migrate import ForeignDatabase, SchemaTooNew, State, migrate, state
from onhand.store.proof import sql_proof
from onhand.store.reads import SqlReads
from onhand.store.sqlite.store import SqliteStore

GRACE_SECONDS = 10
"""How long requests that are under way at the end are waited for."""

PARENT_INTERVAL_SECONDS = 1.0

BATCH_LIMITS = {"sqlite": 5_000, "postgresql": 1_000}
"""Commands in one commit. PostgreSQL holds their products' locks meanwhile, against other servers;
SQLite has one writer, and writes each page that several commands change once."""


class RefusedToServe(Exception):
    """The server would not be safe, or not be able, to run as it was told."""


TOLD_TO_USERS = (
    AlreadyOpen,
    BackupRefused,
    BadDatabaseUrl,
    Fault,
    FileProblem,
    ForeignDatabase,
    MoveRefused,
    RefusedToServe,
    SchemaTooNew,
    WrongSettings,
)
"""What ends a command with one line on standard error instead of a traceback."""


def main() -> None:
    """Run the command line."""
    try:
        build_cli(App())()
    except TOLD_TO_USERS as problem:
        typer.echo(f"onhand: {problem}", err=True)
        sys.exit(1)


def now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


class App:
    """Offers the whole to the command line (see `onhand.cli.Wiring`)."""

    def serve(self, host: str, port: int, database: str, workers: int) -> None:
        """Migrate an empty database, then serve until told to stop."""
        settings = replace(
            Settings.from_environment(), host=host, port=port, database=database, workers=workers
        )
        parsed = parse_database(database)
        if workers > 1 and parsed.kind == "sqlite":
            raise RefusedToServe(
                "SQLite has one writing process: serve it with --workers 1, or use PostgreSQL"
            )
        if settings.traces == "otlp" and importlib.util.find_spec("opentelemetry.sdk") is None:
            raise RefusedToServe(
                "ONHAND_TRACES=otlp needs OpenTelemetry: pip install 'onhand[otel]'"
            )
        migrate(parsed)
        keys = self.keys(database).all()
        if not keys and not _is_loopback(host):
            raise RefusedToServe(
                f"{host} can be reached from other machines, and there is no API key yet."
                f" Make one first: onhand key create --name NAME --database {parsed}"
            )
        if parsed.kind == "sqlite":
            # Asked before anything is announced, to be told in a line and not by a failed start.
            database_lock(parsed.file).acquire().release()
        _announce(settings, parsed, is_open=not keys)
        if workers == 1:
            if settings.cpus == "one" or (settings.cpus == "auto" and parsed.kind == "postgresql"):
                keep_to_one_cpu(port)
            uvicorn.run(application(settings), **_uvicorn_options(settings))
        else:
            with TemporaryDirectory(prefix="onhand-metrics-") as folder:
                _export(replace(settings, metrics_folder=settings.metrics_folder or folder))
                uvicorn.run(
                    "onhand.app:application",
                    factory=True,
                    workers=workers,
                    **_uvicorn_options(settings),
                )

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
        parsed = parse_database(database)
        found = state(parsed)
        if found is not State.CURRENT:
            raise RefusedToServe(f"There is no ledger of this version in {parsed}: it is {found}")
        engine = read_engine(parsed, statement_timeout_s=0)
        try:
            yield partial(sql_proof, engine)
        finally:
            engine.dispose()

    def move(self, source: str, target: str, advance: Advance) -> Sequence[tuple[str, int, str]]:
        """Move a shop to an empty database; each table's name, rows and their digest."""
        # Its driver takes 9 MB.
        from onhand.store.postgresql.moving import move

        return move(parse_database(source), parse_database(target), advance)

    def backup(
        self, database: str, file: Path, advance: Advance
    ) -> AbstractContextManager[Proof | None]:
        """Make a backup, and give what is in it; it has its name after the block."""
        return backup.take(parse_database(database), file, advance)

    def restore(self, file: Path, database: str) -> AbstractContextManager[Proof]:
        """Make a database of a backup, and give what is in it."""
        return backup.restore(file, parse_database(database))

    def keys(self, database: str) -> Keys:
        """A shop's API keys, beside a server that runs."""
        parsed = parse_database(database)
        migrate(parsed)
        return SqlKeys(admin_engine(parsed))


def calm_garbage_collector() -> None:
    """Look for garbage seldom: a batch makes many small objects, none of them in a circle.

    Measured: 14 of 70 microseconds a command went into looking.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


def keep_to_one_cpu(place: int) -> None:
    """Keep this process's threads together on the CPU of that place, where the system can.

    One of them runs Python at a time. On several CPUs each hand-over wakes another one up, and
    PostgreSQL has less room: measured, 1.05 to 1.4 times as many commands on one. A server's place
    is its port, so that two on one machine mostly take different ones; its workers' follow.
    """
    if hasattr(os, "sched_setaffinity"):
        allowed = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {allowed[place % len(allowed)]})


def worker_number() -> int:
    """Which of its server's worker processes this is, from 1; one started anew has a new number."""
    number = multiprocessing.current_process().name.rpartition("-")[2]
    return int(number) if number.isdecimal() else 0


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


def application(settings: Settings | None = None) -> Application:
    """The ASGI application, for this process's server."""
    if settings is None:
        settings = Settings.from_environment()
        if settings.workers > 1 and settings.cpus == "one":
            keep_to_one_cpu(settings.port + worker_number())
    configure(settings.log_level, settings.log_format)
    figures = Figures(parse_database(settings.database).kind)
    services = LiveServices(lambda: open_services(settings, figures))
    stock = StockCommands(services, create_api(services))
    logs_requests = settings.log_level == "debug"
    if settings.traces == "otlp":
        from onhand.api.tracing import Traced, exporting_provider

        traced = Traced(stock, exporting_provider(), ROUTES)
        return Observed(traced, figures.requests, logs_requests=logs_requests)
    lane = None if logs_requests else stock
    return Observed(stock, figures.requests, lane=lane, logs_requests=logs_requests)


@asynccontextmanager
async def open_services(
    settings: Settings, figures: Figures | None = None
) -> AsyncIterator[Services]:
    """Open everything a server works with; on leaving, settle what was taken on, then close.

    `figures` are where requests are counted.
    """
    database = parse_database(settings.database)
    store = open_store(database, seal_key(settings))
    batch_limit = settings.batch_limit or BATCH_LIMITS[database.kind]
    writer = Writer(store, now, batch_limit=batch_limit, queue_limit=settings.queue_limit)
    reading = read_engine(database, pool_size=settings.read_threads)
    reads = SqlReads(reading, now)
    threads = ReadThreads(settings.read_threads)
    keys = SqlKeys(admin_engine(database), reading)
    gate = Gate(keys, loopback=_is_loopback(settings.host))
    tasks: list[asyncio.Task[None]] = []
    calm_garbage_collector()
    try:
        await gate.start()
        tasks.append(asyncio.create_task(keep_house(store, writer, now), name="housekeeping"))
        folder = Path(settings.metrics_folder) if settings.metrics_folder else None
        metrics = Metrics(
            figures or Figures(database.kind), ROUTES, worker=worker_number(), folder=folder
        )
        if settings.workers > 1:
            tasks.append(asyncio.create_task(end_with_parent(os.getppid()), name="parent"))
        if folder is not None:
            sharing = metrics.share(writer, lambda: threads.waiting)
            tasks.append(asyncio.create_task(sharing, name="metrics"))
        yield Services(
            writer,
            reads,
            threads,
            gate,
            now,
            settings.body_limit,
            settings.approval_limit,
            settings.company,
            metrics,
        )
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await gate.stop()
        await writer.drain()
        threads.close()
        reads.close()
        store.close()


async def end_with_parent(parent: int) -> None:
    """Stop this worker process when the one that started it is gone, however it went."""
    while True:
        await asyncio.sleep(PARENT_INTERVAL_SECONDS)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)
            return


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _announce(settings: Settings, database: Database, *, is_open: bool) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    typer.echo(
        f"Onhand {__version__} serves {database} at http://{host}:{settings.port}"
        f" (documentation: http://{host}:{settings.port}/docs)",
        err=True,
    )
    if is_open:
        typer.echo(
            "No API key was made yet, so everybody on this machine may do everything."
            " Close it with: onhand key create --name NAME",
            err=True,
        )


def _uvicorn_options(settings: Settings) -> dict[str, Any]:
    return {
        "host": settings.host,
        "port": settings.port,
        "http": partial(StockProtocol, patience_s=settings.request_timeout),
        "ws": "none",
        "log_config": None,
        "log_level": "warning",
        "access_log": False,
        "proxy_headers": False,
        "server_header": False,
        "timeout_keep_alive": 75,
        "timeout_graceful_shutdown": GRACE_SECONDS,
    }


def _export(settings: Settings) -> None:
    """Tell the worker processes what this one was told."""
    for field in fields(settings):
        os.environ[f"ONHAND_{field.name.upper()}"] = str(getattr(settings, field.name))
