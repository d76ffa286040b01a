"""The only wiring: which store stands behind the ports, and what a server is made of.

Nothing else knows that there is more than one database, and nothing here decides anything.
"""

from __future__ import annotations

import asyncio
import importlib.util
import ipaddress
import multiprocessing
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import fields, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typer
import uvicorn
from sqlalchemy import Engine

from onhand import __version__, web
from onhand.api.addresses import Proxies
from onhand.api.application import ROUTES, Application, create_api
from onhand.api.events.hub import EventHub
from onhand.api.figures import Figures
from onhand.api.files.work import FileWork
from onhand.api.gate import Gate
from onhand.api.logs import configure
from onhand.api.metrics import Metrics
from onhand.api.observing import Observed
from onhand.api.people.openid import OpenIdProvider, OpenIdSettings
from onhand.api.people.openid_roles import role_rule
from onhand.api.people.services import PeopleServices, people_services
from onhand.api.rate_limits import RateLimit
from onhand.api.read_threads import ReadThreads
from onhand.api.services import LiveServices, Services
from onhand.api.site import Site
from onhand.api.stock.commands import StockCommands
from onhand.api.stock.protocol import StockProtocol
from onhand.api.webhooks.opening import DeskSettings, open_desk
from onhand.cli import build_cli
from onhand.files.problems import FileProblem
from onhand.ledger.daily_totals import keep_totals
from onhand.ledger.faults import Fault
from onhand.ledger.guessing import FORGOTTEN_AFTER
from onhand.ledger.housekeeping import keep_house
from onhand.ledger.sessions import Limits
from onhand.ledger.writer import Writer
from onhand.settings import Settings, WrongSettings, take_secrets_from_files
from onhand.shops import RefusedToServe, Shops, calm_garbage_collector, open_store, seal_key
from onhand.shops import now as now  # a proof puts another clock in its place
from onhand.store.audit import SqlAuditLog
from onhand.store.backup import MoveRefused
from onhand.store.backup_files import BackupRefused
from onhand.store.daily_totals import SqlDailyTotals
from onhand.store.engine import (
    BadDatabaseUrl,
    Database,
    admin_engine,
    parse_database,
    read_engine,
)
from onhand.store.feed import SqlFeed
from onhand.store.keys import SqlKeys
from onhand.store.lock_file import AlreadyOpen, database_lock
from onhand.store.migrate import ForeignDatabase, SchemaTooNew, migrate
from onhand.store.people import SqlPeople
from onhand.store.reads import SqlReads
from onhand.store.replica import Replica
from onhand.store.sessions import SqlAttempts, SqlSessions
from onhand.store.webhook_storage import webhook_storage

GRACE_SECONDS = 10
"""How long requests that are under way at the end are waited for."""

PARENT_INTERVAL_SECONDS = 1.0

BATCH_LIMITS = {"sqlite": 5_000, "postgresql": 1_000}
"""Commands in one commit. PostgreSQL holds their products' locks meanwhile, against other servers;
SQLite has one writer, and writes each page that several commands change once."""


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
        take_secrets_from_files(os.environ)
        build_cli(App())()
    except TOLD_TO_USERS as problem:
        typer.echo(f"onhand: {problem}", err=True)
        sys.exit(1)


class App(Shops):
    """Offers the whole to the command line (see `onhand.cli.Wiring`)."""

    def serve(self, host: str, port: int, database: str, workers: int, replica: str = "") -> None:
        """Migrate an empty database, then serve until told to stop."""
        settings = replace(
            Settings.from_environment(),
            host=host,
            port=port,
            database=database,
            workers=workers,
            replica=replica,
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
        replica_of(settings)
        migrate(parsed)
        open_provider(settings)
        is_open = not self.keys(database).all() and not self.people(database).all()
        if is_open and not _is_loopback(host):
            raise RefusedToServe(
                f"{host} can be reached from other machines, and there is no user and no API key"
                f" yet. Make one first: onhand user create NAME --role admin --database {parsed}"
                f" or onhand key create --name NAME --database {parsed}"
            )
        if parsed.kind == "sqlite":
            # Asked before anything is announced, to be told in a line and not by a failed start.
            database_lock(parsed.file).acquire().release()
        _announce(settings, parsed, is_open=is_open)
        if workers == 1:
            if settings.cpus == "one" or (settings.cpus == "auto" and parsed.kind == "postgresql"):
                keep_to_one_cpu(port)
            # uvicorn gives itself the signal once more when all is settled: that is no failure.
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
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


def application(settings: Settings | None = None) -> Application:
    """The ASGI application, for this process's server."""
    if settings is None:
        settings = Settings.from_environment()
        if settings.workers > 1 and settings.cpus == "one":
            keep_to_one_cpu(settings.port + worker_number())
    configure(settings.log_level, settings.log_format)
    figures = Figures(parse_database(settings.database).kind)
    services = LiveServices(lambda: open_services(settings, figures))
    stock = StockCommands(services, create_api(services, web.page_for))
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
    figures = figures or Figures(database.kind)
    reads = SqlReads(reading, now, open_replica(settings, reading, figures))
    threads = ReadThreads(settings.read_threads)
    files = FileWork(settings.import_limit)
    admin = admin_engine(database)
    keys = SqlKeys(admin, reading)
    sessions = SqlSessions(admin, reading)
    attempts = SqlAttempts(admin)
    proxies = Proxies(settings.trusted_proxies)
    users = SqlPeople(admin, reading)
    people = open_people(settings, users, sessions, attempts, proxies)
    gate = Gate(
        keys,
        loopback=_is_loopback(settings.host),
        limit=RateLimit(settings.rate_limit) if settings.rate_limit else None,
        proxies=proxies,
        signed_in=people.signed_in,
        clock=now,
    )
    totals = SqlDailyTotals(database)
    events = EventHub(SqlFeed(reading), threads.run, settings.event_source)
    forgetting = (sessions.forget, lambda at: attempts.forget(at - FORGOTTEN_AFTER))
    tasks: list[asyncio.Task[None]] = []
    calm_garbage_collector()
    try:
        await gate.start()
        tasks.append(
            asyncio.create_task(keep_house(store, writer, now, forgetting), name="housekeeping")
        )
        tasks.append(asyncio.create_task(keep_totals(totals, writer), name="totals"))
        folder = Path(settings.metrics_folder) if settings.metrics_folder else None
        metrics = Metrics(figures, ROUTES, worker=worker_number(), folder=folder)
        if settings.workers > 1:
            tasks.append(asyncio.create_task(end_with_parent(os.getppid()), name="parent"))
        if folder is not None:
            sharing = metrics.share(writer, lambda: threads.waiting)
            tasks.append(asyncio.create_task(sharing, name="metrics"))
        with webhook_storage(database, reading) as stored:
            async with open_desk(stored, desk_settings(settings), now) as webhooks:
                yield Services(
                    writer=writer,
                    reads=reads,
                    threads=threads,
                    gate=gate,
                    people=people,
                    audit=SqlAuditLog(admin),
                    clock=now,
                    events=events,
                    webhooks=webhooks,
                    body_limit=settings.body_limit,
                    approval_limit=settings.approval_limit,
                    company=settings.company,
                    files=files,
                    metrics=metrics,
                )
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await events.stop()
        await gate.stop()
        files.close()
        await writer.drain()
        people.close()
        threads.close()
        totals.close()
        reads.close()
        store.close()


def replica_of(settings: Settings) -> Database | None:
    """The replica, if there is one. Raises `RefusedToServe`."""
    if not settings.replica:
        return None
    replica = parse_database(settings.replica)
    if {replica.kind, parse_database(settings.database).kind} != {"postgresql"}:
        raise RefusedToServe(
            "ONHAND_REPLICA is a PostgreSQL that streams from the one that ONHAND_DATABASE names;"
            " SQLite has none"
        )
    return replica


def open_replica(settings: Settings, primary: Engine, figures: Figures) -> Replica | None:
    """What reports and exports are read from, if there is a replica; its figures are told."""
    database = replica_of(settings)
    if database is None:
        return None
    engine = read_engine(database, pool_size=settings.read_threads)
    replica = Replica(primary, engine, allowed_lag_s=settings.replica_lag)
    for name, told, ask in (
        ("up", "Whether the replica answered when a report last asked it.", replica.is_up),
        ("lag_seconds", "How far the replica was behind then.", replica.lag),
        ("reports", "Reports and exports that the replica answered.", lambda: replica.reports),
        ("reports_elsewhere", "Those that the primary had to.", lambda: replica.elsewhere),
    ):
        figures.gauge(f"onhand_replica_{name}", told, ask)
    return replica


def desk_settings(settings: Settings) -> DeskSettings:
    """How webhooks are sent."""
    return DeskSettings(
        source=settings.event_source,
        private=settings.webhooks_private,
        key=settings.webhooks_key,
        sends=settings.webhooks == "on",
    )


def open_people(
    settings: Settings,
    users: SqlPeople,
    sessions: SqlSessions,
    attempts: SqlAttempts,
    proxies: Proxies,
) -> PeopleServices:
    """What people sign in by."""
    return people_services(
        users,
        sessions,
        attempts,
        now,
        limits=Limits(
            longest=timedelta(hours=settings.session_hours),
            idle=timedelta(minutes=settings.session_idle_minutes),
        ),
        site=Site(settings.url, proxies),
        least_characters=settings.password_length,
        provider=open_provider(settings),
    )


def open_provider(settings: Settings) -> OpenIdProvider | None:
    """Where people may sign in besides, if anywhere. Raises `RefusedToServe`."""
    if not settings.oidc_issuer:
        return None
    if not settings.oidc_client_id:
        raise RefusedToServe("ONHAND_OIDC_ISSUER needs ONHAND_OIDC_CLIENT_ID beside it")
    if not settings.url and not _is_loopback(settings.host):
        raise RefusedToServe(
            "ONHAND_OIDC_ISSUER needs ONHAND_URL beside it: where the provider sends people back"
        )
    try:
        claim, pairs = settings.oidc_role_claim, settings.oidc_roles
        rule = role_rule(claim, pairs, settings.oidc_default_role)
    except ValueError as error:
        raise RefusedToServe(str(error)) from None
    return OpenIdProvider(
        OpenIdSettings(
            settings.oidc_issuer,
            settings.oidc_client_id,
            settings.oidc_client_secret,
            settings.oidc_scopes,
            settings.oidc_name_claim,
            rule,
        )
    )


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
            "No user and no API key was made yet, so everybody on this machine may do everything."
            " Close it with: onhand user create NAME --role admin",
            err=True,
        )


def _uvicorn_options(settings: Settings) -> dict[str, Any]:
    by_tls = settings.url.startswith("https://")
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
        # Told once by TLS, a browser comes by nothing else for a year.
        "headers": [("Strict-Transport-Security", "max-age=31536000")] if by_tls else [],
        "timeout_keep_alive": 75,
        "timeout_graceful_shutdown": GRACE_SECONDS,
    }


def _export(settings: Settings) -> None:
    """Tell the worker processes what this one was told."""
    for field in fields(settings):
        os.environ[f"ONHAND_{field.name.upper()}"] = str(getattr(settings, field.name))
