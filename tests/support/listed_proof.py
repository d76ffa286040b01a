"""A ledger in lists, to be broken on purpose and shown to `verify`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from operator import itemgetter

from onhand.core.daily_totals import Price, PriceChange, Standings, Totals
from onhand.core.documents import Document, DocumentKey, DocumentKind, Event, Inbound
from onhand.core.levels import Level, StockKey
from onhand.core.movements import MovementType as T
from onhand.core.reservations import Reservation
from onhand.core.snapshot import ProductTotals
from onhand.ledger.ports import DocumentMovement, LedgerEntry, Repeated, WatchedLevel

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HERE, THERE = StockKey(7, 1), StockKey(7, 2)


@dataclass
class ListedProof:
    """A ledger in lists, kept consistent by `post` and broken by the tests."""

    posted: list[LedgerEntry] = field(default_factory=list)
    kept: dict[StockKey, Level] = field(default_factory=dict)
    held: list[tuple[StockKey, Reservation]] = field(default_factory=list)
    summed: dict[int, ProductTotals] = field(default_factory=dict)
    inbound: dict[StockKey, Inbound] = field(default_factory=dict)
    inbound_sums: dict[int, int] = field(default_factory=dict)
    sold: dict[tuple[int, int, date], int] = field(default_factory=dict)
    copies: dict[int, tuple[Repeated, Repeated | None]] = field(default_factory=dict)
    listed: dict[StockKey, WatchedLevel] = field(default_factory=dict)
    papers: list[Document] = field(default_factory=list)
    steps: list[Event] = field(default_factory=list)
    priced: dict[int, tuple[Price, list[PriceChange]]] = field(default_factory=dict)
    daily: Totals = field(default_factory=dict)
    totalled: tuple[int, Standings] = (0, {})

    def counts(self) -> tuple[int, int]:
        return len(self.posted), len(self.kept)

    def entries(self) -> Iterator[LedgerEntry]:
        return iter(sorted(self.posted, key=lambda entry: entry[:3]))

    def levels(self) -> Iterator[tuple[StockKey, Level]]:
        return iter(sorted(self.kept.items(), key=lambda item: item[0]))

    def reservations(self) -> Iterator[tuple[StockKey, Reservation]]:
        return iter(sorted(self.held, key=lambda item: (item[0], item[1].order_id)))

    def reversals(self) -> Iterator[tuple[LedgerEntry, LedgerEntry | None]]:
        by_id = {(entry.product_id, entry.id): entry for entry in self.posted}
        for entry in self.entries():
            if entry.reverses_id is not None:
                yield entry, by_id.get((entry.product_id, entry.reverses_id))

    def totals(self) -> Iterator[tuple[int, ProductTotals]]:
        return iter(sorted(self.summed.items()))

    def inbounds(self) -> Iterator[tuple[StockKey, Inbound]]:
        return iter(sorted(self.inbound.items(), key=lambda item: item[0]))

    def inbound_totals(self) -> Iterator[tuple[int, int]]:
        return iter(sorted(self.inbound_sums.items()))

    def sales(self) -> Iterator[tuple[int, tuple[int, date, int]]]:
        return iter((p, (w, day, units)) for (p, w, day), units in sorted(self.sold.items()))

    def repeated(self) -> Iterator[tuple[int, tuple[Repeated, Repeated | None]]]:
        return iter(sorted(self.copies.items()))

    def watched(self) -> Iterator[tuple[StockKey, WatchedLevel]]:
        return iter(sorted(self.listed.items(), key=lambda item: item[0]))

    def documents(self, kind: DocumentKind) -> Iterator[Document]:
        return (one for one in self.papers if str(one.kind) == kind)

    def events(self, kind: DocumentKind) -> Iterator[Event]:
        return (one for one in self.steps if str(one.key.kind) == kind)

    def prices(self) -> Iterator[tuple[int, tuple[Price, list[PriceChange]]]]:
        return iter(sorted(self.priced.items()))

    def daily_totals(self) -> Totals:
        return self.daily

    def totals_position(self) -> tuple[int, Standings]:
        return self.totalled

    def document_movements(self, kind: DocumentKind) -> Iterator[DocumentMovement]:
        moved = [
            DocumentMovement.of(
                entry, entry.reference_id, is_its_own=entry.transfer_id == entry.reference_id
            )
            for entry in self.posted
            if entry.reference_type == kind and entry.reference_id is not None
        ]
        return iter(sorted(moved, key=itemgetter(0, 1)))

    def post(
        self,
        key: StockKey,
        movement_type: T,
        quantity: int,
        *,
        order_id: int | None = None,
        transfer_id: int | None = None,
        reverses_id: int | None = None,
        document: DocumentKey | None = None,
        at: datetime | None = None,
    ) -> int:
        """Post an entry and move its level and product by it; its id.

        `at` is the moment of the document's step that wrote it.
        """
        level = self.kept.setdefault(key, Level())
        totals = self.summed.setdefault(key.product_id, ProductTotals())
        if movement_type in (T.RESERVED, T.RELEASED):
            level.reserved += quantity
            totals.reserved += quantity
        else:
            level.on_hand += quantity
            totals.on_hand += quantity
        if movement_type is T.OUT:
            day = (START + timedelta(minutes=len(self.posted))).date()
            self.sold[*key, day] = self.sold.get((*key, day), 0) - quantity
        level.entry_number += 1
        level.last_movement_at = START + timedelta(minutes=len(self.posted))
        if movement_type is T.COUNT and reverses_id is None:
            level.last_counted_at = level.last_movement_at
        self.posted.append(
            LedgerEntry(
                *key,
                level.entry_number,
                len(self.posted) + 1,
                movement_type,
                quantity,
                level.on_hand,
                level.reserved,
                order_id,
                transfer_id,
                reverses_id,
                level.last_movement_at,
                reported_at=None,
                created_at=at or level.last_movement_at,
                reference_type=None if document is None else document.kind.value,
                reference_id=None if document is None else document.id,
                reference=None,
                reason=None,
                notes=None,
                created_by="tester",
                seal=None,
            )
        )
        return len(self.posted)

    def hold(self, key: StockKey, order_id: int, allocated: int, backordered: int = 0) -> None:
        """An open reservation, with the level and total of what it waits for."""
        self.held.append((key, Reservation(1, order_id, allocated, backordered, None, START)))
        self.kept[key].backordered += backordered
        self.summed[key.product_id].backordered += backordered

    def change(self, place: int, **changes: object) -> None:
        """Falsify an entry."""
        self.posted[place] = self.posted[place]._replace(**changes)  # type: ignore[arg-type]
