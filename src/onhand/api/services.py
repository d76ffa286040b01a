"""Services: what the API works with, given to it by the wiring.

A writer must be made on the event loop it serves, so the wiring hands over a context manager that
opens everything when the server starts and drains and closes it when the server ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal

from onhand.api.events.hub import EventHub
from onhand.api.figures import Figures
from onhand.api.files.work import FileWork
from onhand.api.gate import Gate
from onhand.api.metrics import Metrics
from onhand.api.people.services import PeopleServices
from onhand.api.read_threads import READ_PATIENCE_S, ReadThreads
from onhand.api.webhooks.desk import WebhookDesk
from onhand.ledger.audit import AuditLog
from onhand.ledger.faults import StoreBusy, WriterStopped
from onhand.ledger.ports import Clock
from onhand.ledger.reads import Reads
from onhand.ledger.writer import Writer


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a request may need. `body_limit` is in bytes.

    A purchase order of `approval_limit` or less, in its own currency, needs nobody's approval.
    `company` is the name and address that documents are printed with, a line each.
    `files` is where exports and imports are at work.
    """

    writer: Writer
    reads: Reads
    threads: ReadThreads
    gate: Gate
    audit: AuditLog
    people: PeopleServices
    clock: Clock
    events: EventHub
    webhooks: WebhookDesk
    body_limit: int
    approval_limit: Decimal = Decimal(0)
    company: str = ""
    files: FileWork = field(default_factory=FileWork)
    metrics: Metrics = field(default_factory=lambda: Metrics(Figures(), {}))
    _printer: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))

    @asynccontextmanager
    async def printing(self) -> AsyncIterator[None]:
        """A turn to read and print a document: one at a time.

        Raises `StoreBusy` when it takes too long until it is its turn, or to print it.
        """
        try:
            async with asyncio.timeout(READ_PATIENCE_S), self._printer:
                yield
        except TimeoutError:
            raise StoreBusy("Too many documents are being printed; try again") from None


OpenServices = Callable[[], AbstractAsyncContextManager[Services]]
"""Opens the services on the running event loop, and closes them."""


class LiveServices:
    """The services of a server that may not have started yet, or be ending."""

    def __init__(self, open_services: OpenServices) -> None:
        self._open = open_services
        self._services: Services | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Open them for as long as the server runs."""
        async with self._open() as services:
            self._services = services
            try:
                yield
            finally:
                self._services = None

    @property
    def current(self) -> Services:
        """The services. Raises `WriterStopped` before the start and after the end."""
        if self._services is None:
            raise WriterStopped("The server is starting or stopping; send this again in a moment")
        return self._services

    @property
    def writer(self) -> Writer:
        """The process's writer."""
        return self.current.writer

    @property
    def gate(self) -> Gate:
        """Who may call."""
        return self.current.gate

    @property
    def clock(self) -> Clock:
        """Tells the time."""
        return self.current.clock

    @property
    def body_limit(self) -> int:
        """The longest body, in bytes."""
        return self.current.body_limit
