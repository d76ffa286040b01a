"""Proof in memory: everything a memory store keeps, in the order `verify` reads it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from operator import itemgetter

from onhand.core.changes import Changes
from onhand.core.counts import Count
from onhand.core.daily_totals import (
    Price,
    PriceChange,
    Standings,
    Totals,
    price_changes,
    price_of,
)
from onhand.core.documents import Document, DocumentKey, DocumentKind, Event, Inbound
from onhand.core.events import PRODUCT_UPDATED, Notice
from onhand.core.levels import Level, StockKey
from onhand.core.movements import MovementType
from onhand.core.reservations import Reservation, sales_order_of
from onhand.core.snapshot import ProductTotals
from onhand.ledger.ports import (
    DocumentMovement,
    LedgerEntry,
    Repeated,
    Watched,
    WatchedLevel,
)
from onhand.store.memory_tables import MemoryTables


def summed(inbounds: Mapping[StockKey, Inbound], products: set[int]) -> dict[int, int]:
    """Units on their way of each product."""
    totals = dict.fromkeys(products, 0)
    for key, inbound in inbounds.items():
        if key.product_id in products:
            totals[key.product_id] += inbound.total
    return totals


Prices = tuple[Price, list[PriceChange]]


def prices_of(tables: MemoryTables, after: int = 0) -> dict[int, Prices]:
    """Each product's price of today, and how it changed after a number."""
    told: dict[int, list[tuple[int, date, Changes]]] = defaultdict(list)
    for number, event in tables.events:
        if isinstance(event, Notice) and event.type == PRODUCT_UPDATED and number > after:
            assert event.subject is not None
            told[event.subject.id].append((number, event.at.date(), event.changes or {}))
    found = {}
    for product_id, product in tables.products.items():
        now = price_of(product.attributes.cost_price, product.attributes.currency)
        found[product_id] = (now, price_changes(now, told[product_id]))
    return found


class MemoryProof:
    """Everything in the tables, in the order `verify` reads it."""

    def __init__(self, tables: MemoryTables) -> None:
        """View the tables; the store's lock is held meanwhile."""
        self._tables = tables

    def counts(self) -> tuple[int, int]:
        """How many movements and levels there are."""
        return len(self._tables.movements), len(self._tables.levels)

    def entries(self) -> Iterator[LedgerEntry]:
        """All movements by product, warehouse and entry number."""
        for movement_id, movement in sorted(
            self._tables.movements, key=lambda numbered: numbered[1][:3]
        ):
            origin = movement.origin
            yield LedgerEntry(
                movement.product_id,
                movement.warehouse_id,
                movement.entry_number,
                movement_id,
                movement.movement_type,
                movement.quantity,
                movement.on_hand,
                movement.reserved,
                movement.order_id,
                movement.transfer_id,
                movement.reverses_id,
                movement.occurred_at,
                movement.reported_at,
                movement.created_at,
                origin.reference_type,
                origin.reference_id,
                origin.reference,
                origin.reason,
                origin.notes,
                origin.actor,
                seal=None,
            )

    def reversals(self) -> Iterator[tuple[LedgerEntry, LedgerEntry | None]]:
        """Each movement that reverses another, and that other (None: there is none), by product."""
        by_id = {entry.id: entry for entry in self.entries()}
        for entry in by_id.values():
            if entry.reverses_id is not None:
                yield entry, by_id.get(entry.reverses_id)

    def levels(self) -> Iterator[tuple[StockKey, Level]]:
        """All levels by product and warehouse."""
        yield from sorted(self._tables.levels.items(), key=lambda item: item[0])

    def reservations(self) -> Iterator[tuple[StockKey, Reservation]]:
        """All open reservations by product, warehouse and order."""
        for key, holds in sorted(self._tables.reservations.items(), key=lambda item: item[0]):
            for _, hold in sorted(holds.items()):
                yield key, hold

    def totals(self) -> Iterator[tuple[int, ProductTotals]]:
        """All products' totals, by product."""
        yield from sorted(self._tables.totals.items())

    def inbounds(self) -> Iterator[tuple[StockKey, Inbound]]:
        """What is on its way to each level, by product and warehouse."""
        yield from sorted(self._tables.inbounds.items(), key=lambda item: item[0])

    def inbound_totals(self) -> Iterator[tuple[int, int]]:
        """Units on their way of each product, by product."""
        yield from sorted(summed(self._tables.inbounds, set(self._tables.products)).items())

    def sales(self) -> Iterator[tuple[int, tuple[int, date, int]]]:
        """Units shipped, returns taken off, by product: warehouse, UTC day and units."""
        for (product_id, warehouse_id, day), units in sorted(self._tables.daily_sales.items()):
            yield product_id, (warehouse_id, day, units)

    def repeated(self) -> Iterator[tuple[int, tuple[Repeated, Repeated | None]]]:
        """What each product says; it is asked itself, so nothing is repeated."""
        for product_id, product in sorted(self._tables.products.items()):
            said = product.attributes
            there = Repeated(*(getattr(said, name) for name in Repeated._fields))
            yield product_id, (there, there)

    def watched(self) -> Iterator[tuple[StockKey, WatchedLevel]]:
        """What each level would repeat; products and settings are asked themselves."""
        for key in sorted(self._tables.levels):
            product = self._tables.products[key.product_id].attributes
            settings = self._tables.settings.get(key)
            own = None if settings is None else settings.reorder_point
            point = product.reorder_point if own is None else own
            said = Watched(product.track_inventory and product.is_active, point)
            yield key, WatchedLevel(said, said, settings)

    def prices(self) -> Iterator[tuple[int, Prices]]:
        """What each product costs, and how that has changed, by product."""
        yield from sorted(prices_of(self._tables).items())

    def daily_totals(self) -> Totals:
        """All daily totals."""
        return self._tables.daily_totals

    def totals_position(self) -> tuple[int, Standings]:
        """Up to which number they are, and what is on hand by then."""
        return self._tables.totals_position, self._tables.standings

    def documents(self, kind: DocumentKind) -> Iterator[Document]:
        """All documents of a kind, by id."""
        for key, document in sorted(self._tables.documents.items(), key=lambda item: item[0]):
            if key.kind is kind:
                yield document

    def events(self, kind: DocumentKind) -> Iterator[Event]:
        """All steps of the documents of a kind, by document and version."""
        steps = [it for _, it in self._tables.events if isinstance(it, Event)]
        for event in sorted(steps, key=lambda event: (event.key, event.version)):
            if event.key.kind is kind:
                yield event

    def document_movements(self, kind: DocumentKind) -> Iterator[DocumentMovement]:
        """All physical movements that name documents of a kind, by document."""
        found = []
        for entry in self.entries():
            document_id = entry.reference_id if entry.reference_type == kind else None
            is_its_own = document_id == entry.transfer_id
            if kind is DocumentKind.SALES_ORDER:
                document_id, is_its_own = sales_order_of(entry.order_id), True
            if document_id is not None and entry.movement_type.is_physical:
                book = self._book(entry, document_id) if kind is DocumentKind.COUNT else None
                one = DocumentMovement.of(entry, document_id, is_its_own=is_its_own, book=book)
                found.append(one)
        return iter(sorted(found, key=itemgetter(0, 1)))

    def _book(self, entry: LedgerEntry, count_id: int) -> int | None:
        """What was on hand when a count's line was counted."""
        count = self._tables.documents.get(DocumentKey(DocumentKind.COUNT, count_id))
        lines = count.lines if isinstance(count, Count) else ()
        at = next((it.counted_at for it in lines if it.product_id == entry.product_id), None)
        if entry.movement_type is not MovementType.COUNT:
            return None
        return next(
            (
                movement.on_hand
                for movement_id, movement in reversed(self._tables.movements)
                if movement[:2] == entry[:2] and movement_id < entry.id
                if at is not None and movement.occurred_at <= at
            ),
            0,
        )
