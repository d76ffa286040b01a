"""Proof over SQL: everything stored, streamed in the order `verify` reads it, all of one moment.

One transaction holds the moment: REPEATABLE READ on PostgreSQL, where each stream is a cursor of
the server; a read transaction on SQLite, whose log keeps what it sees. Nothing is held as a whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    Table,
    and_,
    bindparam,
    case,
    false,
    func,
    null,
    select,
    text,
    true,
    union,
)

from onhand.core.daily_totals import (
    Price,
    PriceChange,
    Standings,
    Totals,
    price_changes,
    price_of,
)
from onhand.core.documents import Document, DocumentKind, Event, Inbound
from onhand.core.levels import Level, StockKey
from onhand.core.movements import RESERVING, MovementType
from onhand.core.reservations import Reservation
from onhand.core.snapshot import ProductTotals
from onhand.core.stock_settings import StockSettings
from onhand.ledger.differences import Stream
from onhand.ledger.ports import DocumentMovement, LedgerEntry, Repeated, Watched, WatchedLevel
from onhand.store.documents import INBOUND_COLUMNS, KEPT, Part
from onhand.store.errors import faults_translated
from onhand.store.events import STEP_COLUMNS, changes_from, step_from
from onhand.store.reads import daily_totals as totals
from onhand.store.schema import (
    count_lines,
    daily_sales,
    events,
    inbounds,
    levels,
    movements,
    product_stock,
    products,
    reservations,
    stock_settings,
)

Statement = Select[*tuple[Any, ...]]

ROWS_AT_A_TIME = 2_000
_TYPES = {movement_type.value: movement_type for movement_type in MovementType}
_TYPE_AT = LedgerEntry._fields.index("movement_type")

_reversed = movements.alias("reversed")
_ENTRY = [movements.c[name] for name in LedgerEntry._fields]
_REVERSED = [_reversed.c[name] for name in LedgerEntry._fields]

ENTRIES = select(*_ENTRY).order_by(
    movements.c.product_id,
    movements.c.warehouse_id,
    movements.c.occurred_at,
    movements.c.id,
)
LEVELS = select(
    levels.c.product_id,
    levels.c.warehouse_id,
    levels.c.on_hand,
    levels.c.reserved,
    levels.c.backordered,
    levels.c.entry_number,
    levels.c.last_movement_at,
    levels.c.last_counted_at,
    levels.c.seal,
).order_by(levels.c.product_id, levels.c.warehouse_id)
RESERVATIONS = select(
    reservations.c.product_id,
    reservations.c.warehouse_id,
    reservations.c.id,
    reservations.c.order_id,
    reservations.c.allocated,
    reservations.c.backordered,
    reservations.c.expires_at,
    reservations.c.created_at,
).order_by(reservations.c.product_id, reservations.c.warehouse_id, reservations.c.order_id)
REVERSALS = (
    select(*_ENTRY, *_REVERSED)
    .select_from(
        movements.outerjoin(
            _reversed,
            and_(
                _reversed.c.id == movements.c.reverses_id,
                _reversed.c.product_id == movements.c.product_id,
            ),
        )
    )
    .where(movements.c.reverses_id.is_not(None))
    .order_by(movements.c.product_id, movements.c.reverses_id)
)
TOTALS = select(
    product_stock.c.product_id,
    product_stock.c.on_hand,
    product_stock.c.reserved,
    product_stock.c.backordered,
).order_by(product_stock.c.product_id)
INBOUNDS = select(*(inbounds.c[name] for name in INBOUND_COLUMNS)).order_by(
    inbounds.c.product_id, inbounds.c.warehouse_id
)
INBOUND_TOTALS = select(product_stock.c.product_id, product_stock.c.inbound).order_by(
    product_stock.c.product_id
)
SALES = select(
    daily_sales.c.product_id,
    daily_sales.c.warehouse_id,
    daily_sales.c.day,
    daily_sales.c.quantity,
).order_by(daily_sales.c.product_id)
REPEATED = (
    select(
        products.c.id,
        *(products.c[name] for name in Repeated._fields),
        product_stock.c.product_id,
        *(product_stock.c[name] for name in Repeated._fields),
    )
    .select_from(products.outerjoin(product_stock, product_stock.c.product_id == products.c.id))
    .order_by(products.c.id)
)
_placed = union(
    select(levels.c.product_id, levels.c.warehouse_id),
    select(stock_settings.c.product_id, stock_settings.c.warehouse_id),
).subquery("placed")


def _same_place(table: Table) -> ColumnElement[bool]:
    return and_(
        table.c.product_id == _placed.c.product_id, table.c.warehouse_id == _placed.c.warehouse_id
    )


WATCHED = (
    select(
        _placed.c.product_id,
        _placed.c.warehouse_id,
        and_(products.c.track_inventory, products.c.is_active),
        func.coalesce(stock_settings.c.reorder_point, products.c.reorder_point),
        levels.c.is_watched,
        levels.c.reorder_point,
        stock_settings.c.product_id,
        stock_settings.c.reorder_point,
        stock_settings.c.reorder_quantity,
    )
    .select_from(_placed)
    .join(products, products.c.id == _placed.c.product_id)
    .outerjoin(levels, _same_place(levels))
    .outerjoin(stock_settings, _same_place(stock_settings))
    .order_by(_placed.c.product_id, _placed.c.warehouse_id)
)
EVENTS = (
    select(*(events.c[name] for name in STEP_COLUMNS))
    .where(events.c.kind == bindparam("kind"))
    .order_by(events.c.subject_id, events.c.version)
)


def _book() -> ColumnElement[int | None]:
    """What was on hand when a count's line was counted: two look-ups per movement of a count."""
    counted_at = (
        select(count_lines.c.counted_at)
        .where(
            count_lines.c.document_id == movements.c.reference_id,
            count_lines.c.product_id == movements.c.product_id,
        )
        .correlate(movements)
        .scalar_subquery()
    )
    earlier = movements.alias("earlier")
    on_hand = (
        select(earlier.c.on_hand)
        .where(
            earlier.c.product_id == movements.c.product_id,
            earlier.c.warehouse_id == movements.c.warehouse_id,
            earlier.c.occurred_at <= counted_at,
            earlier.c.id < movements.c.id,
        )
        .order_by(earlier.c.occurred_at.desc(), earlier.c.id.desc())
        .limit(1)
        .correlate(movements)
        .scalar_subquery()
    )
    is_count = movements.c.movement_type == MovementType.COUNT.value
    return case((is_count, func.coalesce(on_hand, 0)))


def movements_of_documents(kind: DocumentKind) -> Select[*tuple[Any, ...]]:
    """The physical movements that name documents of a kind, or are theirs, by document."""
    document_id: ColumnElement[int] = movements.c.reference_id
    # Many a shop refers to documents of its own, by the same words.
    there = document_id.in_(select(KEPT[kind].table.c.id))
    named = and_(movements.c.reference_type == kind.value, there)
    own: ColumnElement[bool] = false()
    order: ColumnElement[int] = document_id
    if kind is DocumentKind.TRANSFER:
        own = func.coalesce(movements.c.transfer_id == document_id, false())
    elif kind is DocumentKind.SALES_ORDER:
        # Sales orders alone hold and ship under negative numbers.
        named, own = movements.c.order_id < 0, true()
        document_id, order = -movements.c.order_id, movements.c.order_id.desc()
    book = _book() if kind is DocumentKind.COUNT else null()
    moved = (movements.c[name] for name in DocumentMovement._fields[1:-2])
    reserving = [movement_type.value for movement_type in RESERVING]
    return (
        select(document_id, *moved, own, book)
        .where(named, movements.c.movement_type.not_in(reserving))
        .order_by(order, movements.c.id)
    )


class SqlProof:
    """Everything stored, over one connection whose transaction is the moment.

    With `only`, of these products alone, and of the documents whose lines name them.
    """

    def __init__(self, connection: Connection, only: Collection[int] | None = None) -> None:
        self.connection = connection
        self._only = only

    def counts(self) -> tuple[int, int]:
        """How many movements and levels there are."""
        with faults_translated():
            return self._count(movements), self._count(levels)

    def entries(self) -> Iterator[LedgerEntry]:
        """All movements by product, warehouse, moment and id."""
        return map(_entry, self._stream(self._of(ENTRIES, movements.c.product_id)))

    def levels(self) -> Iterator[tuple[StockKey, Level]]:
        """All levels by product and warehouse."""
        for row in self._stream(self._of(LEVELS, levels.c.product_id)):
            yield StockKey(row[0], row[1]), Level(*row[2:])

    def reservations(self) -> Iterator[tuple[StockKey, Reservation]]:
        """All open reservations by product, warehouse and order."""
        for row in self._stream(self._of(RESERVATIONS, reservations.c.product_id)):
            yield StockKey(row[0], row[1]), Reservation(*row[2:])

    def reversals(self) -> Iterator[tuple[LedgerEntry, LedgerEntry | None]]:
        """Each movement that reverses another, and that other (None: there is none), by product."""
        width = len(_ENTRY)
        for row in self._stream(self._of(REVERSALS, movements.c.product_id)):
            yield _entry(row[:width]), None if row[width] is None else _entry(row[width:])

    def totals(self) -> Iterator[tuple[int, ProductTotals]]:
        """All products' totals, by product."""
        for row in self._stream(self._of(TOTALS, product_stock.c.product_id)):
            yield row[0], ProductTotals(*row[1:])

    def inbounds(self) -> Iterator[tuple[StockKey, Inbound]]:
        """What is on its way to each level, by product and warehouse."""
        for row in self._stream(self._of(INBOUNDS, inbounds.c.product_id)):
            yield StockKey(row[0], row[1]), Inbound(*row[2:])

    def inbound_totals(self) -> Iterator[tuple[int, int]]:
        """Units on their way of each product, by product."""
        for row in self._stream(self._of(INBOUND_TOTALS, product_stock.c.product_id)):
            yield row[0], row[1]

    def sales(self) -> Iterator[tuple[int, tuple[int, date, int]]]:
        """Units shipped, returns taken off, by product: warehouse, UTC day and units."""
        for row in self._stream(self._of(SALES, daily_sales.c.product_id)):
            yield row[0], (row[1], row[2], row[3])

    def repeated(self) -> Iterator[tuple[int, tuple[Repeated, Repeated | None]]]:
        """What each product says, and what is repeated of it (None: nothing), by product."""
        width = len(Repeated._fields) + 1
        for row in self._stream(self._of(REPEATED, products.c.id)):
            there = None if row[width] is None else Repeated(*row[width + 1 :])
            yield row[0], (Repeated(*row[1:width]), there)

    def watched(self) -> Iterator[tuple[StockKey, WatchedLevel]]:
        """What each level repeats that is there, or has settings, by product and warehouse."""
        for row in self._stream(self._of(WATCHED, _placed.c.product_id)):
            repeated = None if row[4] is None else Watched(row[4], row[5])
            settings = None if row[6] is None else StockSettings(*row[7:])
            said = Watched(row[2], row[3])
            yield StockKey(row[0], row[1]), WatchedLevel(said, repeated, settings)

    def prices(self) -> Iterator[tuple[int, tuple[Price, list[PriceChange]]]]:
        """What each product costs, and how that has changed, by product."""
        changes = Stream((row[0], row[1:]) for row in self._stream(totals.PRICE_CHANGES))
        for product_id, cost, currency in self._stream(totals.PRICES):
            told = [
                (number, at.date(), changes_from(it)) for number, at, it in _of(changes, product_id)
            ]
            now = price_of(cost, currency)
            yield product_id, (now, price_changes(now, told))

    def daily_totals(self) -> Totals:
        """All daily totals."""
        return totals.totals_from(list(self._stream(totals.TOTALS)))

    def totals_position(self) -> tuple[int, Standings]:
        """Up to which number they are, and what is on hand by then."""
        return totals.position_from(next(self._stream(totals.POSITION), None))

    def documents(self, kind: DocumentKind) -> Iterator[Document]:
        """All documents of a kind, by id."""
        kept = KEPT[kind]
        heads = select(*(kept.table.c[name] for name in kept.columns)).order_by(kept.table.c.id)
        parts = {part.name: Stream(self._part(kind, part)) for part in kept.parts}
        for head in self._stream(self._naming(heads, kind, kept.table.c.id)):
            yield from kept.assembled(
                [head], {name: _of(it, head[0]) for name, it in parts.items()}
            )

    def events(self, kind: DocumentKind) -> Iterator[Event]:
        """All steps of the documents of a kind, by document and version."""
        chosen = self._naming(EVENTS, kind, events.c.subject_id)
        return map(step_from, self._stream(chosen, {"kind": kind.value}))

    def document_movements(self, kind: DocumentKind) -> Iterator[DocumentMovement]:
        """All physical movements that name documents of a kind, by document."""
        statement = movements_of_documents(kind)
        if self._only is not None:
            # All that a document moved, of other products too: its history is told as a whole.
            statement = self._naming(statement, kind, statement.selected_columns[0])
        for row in self._stream(statement):
            *place, name, quantity, created_at, own, book = row
            found = (*place, _TYPES[name], quantity, created_at, bool(own), book)
            yield DocumentMovement._make(found)

    def _part(self, kind: DocumentKind, part: Part) -> Iterator[tuple[int, Any]]:
        columns = [part.table.c[name] for name in part.columns]
        rows = select(*columns).order_by(*columns[:2])
        for row in self._stream(self._naming(rows, kind, columns[0])):
            yield row[0], row

    def _of(self, statement: Statement, product_id: ColumnElement[Any]) -> Statement:
        """The rows of the products that are looked at."""
        return statement if self._only is None else statement.where(product_id.in_(self._only))

    def _naming(
        self, statement: Statement, kind: DocumentKind, id_: ColumnElement[Any]
    ) -> Statement:
        """The rows of the documents that are looked at."""
        if self._only is None:
            return statement
        naming = [
            select(part.table.c.document_id).where(part.table.c.product_id.in_(self._only))
            for part in KEPT[kind].parts
            if part.is_lines
        ]
        return statement.where(id_.in_(naming[0]) if naming else false())

    def _count(self, table: Table) -> int:
        return self.connection.execute(select(func.count()).select_from(table)).scalar_one()

    def _stream(
        self, statement: Statement, given: Mapping[str, Any] | None = None
    ) -> Iterator[Any]:
        with faults_translated():
            options = {"stream_results": True, "yield_per": ROWS_AT_A_TIME}
            result = self.connection.execute(statement, given, execution_options=options)
            for partition in result.partitions():
                yield from partition


def _of(part: Stream[Any], document_id: int) -> Iterator[Any]:
    """A document's rows of a part; rows of documents that are not there are passed over."""
    while part.next_key is not None and part.next_key < document_id:
        next(part)
    return part.of(document_id)


def _entry(row: Any) -> LedgerEntry:
    return LedgerEntry._make([*row[:_TYPE_AT], _TYPES[row[_TYPE_AT]], *row[_TYPE_AT + 1 :]])


@contextmanager
def sql_proof(engine: Engine, only: Collection[int] | None = None) -> Iterator[SqlProof]:
    """A consistent view of a database, through a read engine: of everything, or some products."""
    on_sqlite = engine.dialect.name == "sqlite"
    with faults_translated(), engine.connect() as connection:
        if on_sqlite:
            connection.exec_driver_sql("BEGIN")
        else:
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
            # Reading everything takes as long as it takes.
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            # All rows are wanted, not the first ones soon.
            connection.execute(text("SET LOCAL cursor_tuple_fraction = 1"))
        try:
            yield SqlProof(connection, only)
        finally:
            if on_sqlite:
                connection.exec_driver_sql("ROLLBACK")
