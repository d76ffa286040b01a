"""Ports: what the ledger asks of a store and of a clock, whatever stands behind them.

A store gives one kind of transaction: load and lock what a batch declared, then write a decision
and commit, once. Faults are those of `onhand.ledger.faults`; a driver's own errors never pass a
port.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol

from onhand.core.daily_totals import Price, PriceChange, Standings, Totals
from onhand.core.decide import Decision
from onhand.core.documents import Document, DocumentKind, Event, Inbound
from onhand.core.levels import Level, StockKey
from onhand.core.movements import Movement, MovementType, Origin
from onhand.core.reservations import Reservation
from onhand.core.snapshot import Needs, ProductTotals, Snapshot
from onhand.core.stock_settings import StockSettings


class Clock(Protocol):
    """Tells the time."""

    def __call__(self) -> datetime:
        """Now, in UTC, aware."""
        ...


OWN_KEYS = "onhand "
"""How the keys of the ledger's own long work begin. No client can send a space in a key, and they
are never forgotten: a file that was imported may come again in years."""


class KeyPart(NamedTuple):
    """A client's idempotency key, and which part of its request this is (0: the first)."""

    key: str
    part: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client was told: an HTTP status and the body's bytes."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """A keyed request's first answer, with the fingerprint of the request it answered."""

    fingerprint: str
    answer: Answer


class Transaction(Protocol):
    """One batch's transaction, its rows loaded and locked."""

    snapshot: Snapshot
    known: Mapping[KeyPart, KeptAnswer]

    def numbers(self, count: int) -> Sequence[int]:
        """New numbers for `count` movements and other events, rising.

        Taken under the locks of what they are for, so that those of a product rise as it changes.
        """
        ...

    def commit(
        self,
        decision: Decision,
        numbers: Sequence[int],
        answers: Mapping[KeyPart, KeptAnswer],
        now: datetime,
    ) -> None:
        """Write all of it in one commit, its events numbered. Without this call nothing is written.

        Nor is it where this raises anything but `CommitUnknown`: the batch may be tried again.
        """
        ...


class LedgerEntry(NamedTuple):
    """A movement as stored."""

    product_id: int
    warehouse_id: int
    entry_number: int
    id: int
    movement_type: MovementType
    quantity: int
    on_hand: int
    reserved: int
    order_id: int | None
    transfer_id: int | None
    reverses_id: int | None
    occurred_at: datetime
    reported_at: datetime | None
    created_at: datetime
    reference_type: str | None
    reference_id: int | None
    reference: str | None
    reason: str | None
    notes: str | None
    created_by: str
    seal: str | None

    def movement(self) -> Movement:
        """The movement as it was decided."""
        origin = Origin(
            actor=self.created_by,
            reason=self.reason,
            notes=self.notes,
            reference=self.reference,
            reference_type=self.reference_type,
            reference_id=self.reference_id,
        )
        return Movement(
            self.product_id,
            self.warehouse_id,
            self.entry_number,
            self.movement_type,
            self.quantity,
            self.on_hand,
            self.reserved,
            self.order_id,
            self.transfer_id,
            self.reverses_id,
            origin,
            self.occurred_at,
            self.reported_at,
            self.created_at,
        )


class Repeated(NamedTuple):
    """What of a product is repeated beside its totals, for the rules and lists that go by it."""

    track_inventory: bool
    allow_backorder: bool
    is_active: bool
    default_warehouse_id: int | None
    reorder_point: int | None


class Watched(NamedTuple):
    """What a level repeats of its product and its settings, for its warehouse's lists."""

    is_watched: bool
    reorder_point: int | None


class WatchedLevel(NamedTuple):
    """What is said of a level, what it repeats (None: it is not there), and its own settings."""

    said: Watched
    repeated: Watched | None
    settings: StockSettings | None


class DocumentMovement(NamedTuple):
    """A movement of units that names a document, or that only its steps can have written.

    Where not `is_its_own`, a client may have written it, too, but not at the moment of a step.
    `book`, of a count's line: what was on hand when it was counted, by the entries before this one.
    """

    document_id: int
    id: int
    product_id: int
    warehouse_id: int
    movement_type: MovementType
    quantity: int
    created_at: datetime
    is_its_own: bool
    book: int | None = None

    @classmethod
    def of(
        cls, entry: LedgerEntry, document_id: int, *, is_its_own: bool, book: int | None = None
    ) -> DocumentMovement:
        """An entry of the ledger as what a document moved."""
        return cls(
            document_id,
            entry.id,
            entry.product_id,
            entry.warehouse_id,
            entry.movement_type,
            entry.quantity,
            entry.created_at,
            is_its_own,
            book,
        )


class Proof(Protocol):
    """Everything stored, streamed for checking, all of one moment.

    Several of the streams are read at once, each a little at a time.
    """

    def counts(self) -> tuple[int, int]:
        """How many movements and levels there are."""
        ...

    def entries(self) -> Iterator[LedgerEntry]:
        """All movements by product, warehouse, moment and id: each level's as they were written."""
        ...

    def levels(self) -> Iterator[tuple[StockKey, Level]]:
        """All levels by product and warehouse."""
        ...

    def reservations(self) -> Iterator[tuple[StockKey, Reservation]]:
        """All open reservations by product, warehouse and order."""
        ...

    def reversals(self) -> Iterator[tuple[LedgerEntry, LedgerEntry | None]]:
        """Each movement that reverses another, and that other (None: there is none), by product."""
        ...

    def totals(self) -> Iterator[tuple[int, ProductTotals]]:
        """All products' totals, by product."""
        ...

    def inbounds(self) -> Iterator[tuple[StockKey, Inbound]]:
        """What is on its way to each level, by product and warehouse."""
        ...

    def inbound_totals(self) -> Iterator[tuple[int, int]]:
        """Units on their way of each product, by product."""
        ...

    def sales(self) -> Iterator[tuple[int, tuple[int, date, int]]]:
        """Units shipped, returns taken off, by product: warehouse, UTC day and units."""
        ...

    def repeated(self) -> Iterator[tuple[int, tuple[Repeated, Repeated | None]]]:
        """What each product says, and what is repeated of it (None: nothing), by product."""
        ...

    def watched(self) -> Iterator[tuple[StockKey, WatchedLevel]]:
        """What each level repeats that is there, or has settings, by product and warehouse."""
        ...

    def documents(self, kind: DocumentKind) -> Iterator[Document]:
        """All documents of a kind, by id."""
        ...

    def events(self, kind: DocumentKind) -> Iterator[Event]:
        """All steps of the documents of a kind, by document and version."""
        ...

    def prices(self) -> Iterator[tuple[int, tuple[Price, Sequence[PriceChange]]]]:
        """What each product costs, and how that has changed, by product."""
        ...

    def daily_totals(self) -> Totals:
        """All daily totals: a few rows for each day."""
        ...

    def totals_position(self) -> tuple[int, Standings]:
        """Up to which number the daily totals are, and what is on hand by then."""
        ...

    def document_movements(self, kind: DocumentKind) -> Iterator[DocumentMovement]:
        """All physical movements that name documents of a kind, by document.

        Those that name one which is not there may be left out, unless they are its own.
        """
        ...


class Store(Protocol):
    """Where the ledger is kept."""

    def transaction(
        self, needs: Needs, keys: Sequence[KeyPart], now: datetime
    ) -> AbstractContextManager[Transaction]:
        """Load and lock what a batch needs; roll back on leaving unless it was committed.

        Raises the faults of `onhand.ledger.faults`.
        """
        ...

    def expired(self, now: datetime, limit: int) -> Sequence[StockKey]:
        """Up to `limit` levels at which a reservation has expired by `now`."""
        ...

    def forget_answers(self, before: datetime) -> int:
        """Drop answers kept for clients' keys since before a moment, or some of them; how many.

        None when there are none left. OWN_KEYS stay.
        """
        ...

    def proof(self) -> AbstractContextManager[Proof]:
        """A consistent view of everything, for `verify`."""
        ...

    def close(self) -> None:
        """Let go of connections and files."""
        ...
