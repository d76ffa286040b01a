"""The SQLite store: one file, one writing process, every batch one BEGIN IMMEDIATE and one fsync.

The write-ahead log with `synchronous=FULL` keeps what was committed through a power cut. A lock
file beside the database says who writes; a second process that tries is told so at once. Ids come
from `id_counters`, whose next values this process holds, because nobody else may use them up.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from onhand.core.decide import Decision
from onhand.core.documents import DocumentKind
from onhand.core.levels import MAX_QUANTITY, Level, StockKey
from onhand.core.snapshot import (
    Needs,
    NewIds,
    Place,
    ProductTotals,
    Snapshot,
    queues_to_load,
    resolved,
)
from onhand.ledger.faults import CommitUnknown
from onhand.ledger.ports import Answer, KeptAnswer, KeyPart, Proof
from onhand.store import rows as r
from onhand.store import schema
from onhand.store.columns import to_microseconds
from onhand.store.documents import KEPT
from onhand.store.engine import Database, read_engine, sqlite_connect
from onhand.store.errors import faults_translated, result_code
from onhand.store.lock_file import database_lock
from onhand.store.sqlite import documents, sql
from onhand.store.sqlite.statements import Statements
from onhand.store.sqlite.values import Moments, read_as

# Larger than SQLite's default of 1,000 pages: a page that many batches change is copied back once.
CHECKPOINT_PAGES = 16_000
CACHE_KIBIBYTES = 64_000
# Nobody but a person at work on the file holds its lock for longer.
LOCK_PATIENCE_MS = 3_000


class SqliteStore:
    """The ledger in one SQLite file, already migrated."""

    def __init__(self, database: Database, seal_key: bytes | None = None) -> None:
        """Take the file's lock and open it.

        `seal_key` is what movements are sealed with, maybe nothing; None: they are not sealed.
        Raises `AlreadyOpen` when another process writes to it, and the faults of the ledger.
        """
        self._database = database
        self._seal_key = seal_key
        self._lock_file = database_lock(database.file)
        self._lock_file.acquire()
        self._mutex = threading.Lock()
        self._connection = sqlite_connect(database.file, read_only=False)
        with faults_translated():
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute(f"PRAGMA busy_timeout = {LOCK_PATIENCE_MS}")
            self._connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
            self._connection.execute(f"PRAGMA cache_size = -{CACHE_KIBIBYTES}")
            self._last_ids: dict[str, int] = dict(self._connection.execute(sql.LAST_IDS))

    @contextmanager
    def transaction(
        self, needs: Needs, keys: Sequence[KeyPart], now: datetime
    ) -> Iterator[SqliteTransaction]:
        """Load what a batch needs under the database's write lock; roll back unless committed."""
        with self._mutex, faults_translated():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                transaction = SqliteTransaction(
                    self._connection, self._last_ids, self._seal_key, needs, keys, now
                )
                yield transaction
                self._last_ids = transaction.last_ids_committed
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def expired(self, now: datetime, limit: int) -> Sequence[StockKey]:
        """Up to `limit` levels at which a reservation has expired by `now`."""
        with self._mutex, faults_translated():
            found = self._connection.execute(sql.EXPIRED_PLACES, (to_microseconds(now), limit))
            return [StockKey(*row) for row in found]

    def forget_answers(self, before: datetime) -> int:
        """Drop answers kept for clients' keys since before a moment; how many."""
        with self._mutex, faults_translated():
            forgotten = self._connection.execute(sql.FORGET_ANSWERS, (to_microseconds(before),))
            return forgotten.rowcount

    @contextmanager
    def proof(self) -> Iterator[Proof]:
        """A consistent view of everything, for `verify`."""
        from onhand.store.proof import sql_proof

        engine = read_engine(self._database)
        try:
            with sql_proof(engine) as proof:
                yield proof
        finally:
            engine.dispose()

    def close(self) -> None:
        """Close the file and give its lock back."""
        with self._mutex:
            self._connection.close()
            self._lock_file.release()


class SqliteTransaction:
    """One batch's transaction, begun and loaded."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        last_ids: Mapping[str, int],
        seal_key: bytes | None,
        needs: Needs,
        keys: Sequence[KeyPart],
        now: datetime,
    ) -> None:
        """Load the snapshot and what is known of the clients' keys."""
        self._connection = connection
        self._statements = Statements(connection)
        self._ids_before = last_ids
        self._seal_key = seal_key
        self._ids = dict(last_ids)
        self._moments = Moments()
        self.last_ids_committed = dict(last_ids)
        self.known: Mapping[KeyPart, KeptAnswer] = {}
        if keys:
            columns = ("key", "part", "fingerprint", "status", "body")
            self.known = {
                KeyPart(key, part): KeptAnswer(fingerprint, Answer(status, body))
                for key, part, fingerprint, status, body in self._statements.look_up(
                    columns, "idempotency_keys", columns[:2], keys
                )
            }
        self.snapshot = self._load(needs, now)

    def numbers(self, count: int) -> Sequence[int]:
        """New numbers for `count` movements and other events, rising."""
        return self._new_ids("movement_ids", count)

    def commit(
        self,
        decision: Decision,
        numbers: Sequence[int],
        answers: Mapping[KeyPart, KeptAnswer],
        now: datetime,
    ) -> None:
        """Write all of it in one commit."""
        movement_ids, event_ids = decision.numbered(numbers)
        # A product stands before its movements, whose totals go into its row.
        self._write_catalogue(decision)
        statements = self._statements
        write = statements.write
        seals, last_seals = r.seals(decision, movement_ids, self.snapshot, self._seal_key)
        movements = r.movement_rows(decision, movement_ids, seals)
        write(sql.insert, "movements", r.MOVEMENT_COLUMNS, movements)
        new_levels, levels = r.level_rows(decision, self.snapshot, last_seals)
        write(sql.insert_levels, "levels", r.LEVEL_COLUMNS, new_levels)
        statements.upsert("levels", r.LEVEL_COLUMNS, levels, 2)
        opened, changed, closed = r.reservation_rows(decision, self.snapshot)
        statements.delete("reservations", r.RESERVATION_COLUMNS[:3], closed)
        holds = r.RESERVATION_COLUMNS
        write(sql.insert, "reservations", holds, opened)
        statements.upsert("reservations", holds, changed, 3)
        statements.update("product_stock", r.TOTAL_COLUMNS, r.total_rows(decision))
        sales = [(*at, units) for at, units in decision.daily_sales.items()]
        write(sql.insert, "daily_sales", sql.SALES_COLUMNS, sales, sql.ADDING_SALES)
        documents.write(statements, decision, self.snapshot, event_ids)
        self._write_settings(decision)
        kept_at = to_microseconds(now)
        for (key, part), kept_answer in answers.items():
            answer = kept_answer.answer
            row = (key, part, kept_answer.fingerprint, answer.status, answer.body, kept_at)
            self._connection.execute(sql.KEEP_ANSWER, row)
        for name, last_id in self._ids.items():
            if last_id != self._ids_before[name]:
                self._connection.execute(sql.SAVE_LAST_ID, (last_id, name))
        try:
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            if result_code(error) == sqlite3.SQLITE_IOERR:
                # The pages may lie in the log, where the next start would find them.
                raise CommitUnknown(
                    "The disk failed while the database committed: this may have been done or not."
                    " Send it again with the same Idempotency-Key, which settles it"
                ) from error
            raise
        self.last_ids_committed = self._ids

    def _load(self, needs: Needs, now: datetime) -> Snapshot:
        snapshot = Snapshot(
            documents=documents.load(self._statements, needs),
            new_ids=NewIds(
                products=iter(self._new_ids("product_ids", needs.new_products)),
                warehouses=iter(self._new_ids("warehouse_ids", needs.new_warehouses)),
                reservations=iter(self._new_ids("reservation_ids", needs.new_reservations)),
                transfers=iter(self._new_ids("transfer_ids", needs.new_transfers)),
                documents={
                    kind: iter(self._new_ids(KEPT[kind].sequence, count))
                    for kind, count in needs.new_documents.items()
                },
            ),
        )
        wanted = [(product_id,) for product_id in needs.stocked_products]
        for row in self._statements.look_up(
            r.STOCK_COLUMNS, "product_stock", ("product_id",), wanted
        ):
            snapshot.rules[row[0]] = r.rules_from(row)
            snapshot.totals[row[0]] = ProductTotals(*row[5:8])
            snapshot.reorder_points[row[0]] = row[8]
        places = self._places(snapshot, needs.levels)
        self._load_warehouses(snapshot, needs, {key.warehouse_id for key in places})
        if places:
            self._load_levels(snapshot, needs, places, now)
            documents.load_past(self._statements, snapshot, needs)
        if needs.reversals:
            reversed_ = self._statements.look_up(
                ("reverses_id",), "movements", ("product_id", "reverses_id"), list(needs.reversals)
            )
            snapshot.reversed_ids = {row[0] for row in reversed_}
        self._load_catalogue(snapshot, needs)
        if needs.inbounds:
            inbounds = self._places(snapshot, needs.inbounds)
            documents.load_inbounds(self._statements, snapshot, inbounds)
        documents.load_terms(self._statements, snapshot, needs)
        return snapshot

    def _load_levels(
        self, snapshot: Snapshot, needs: Needs, places: Sequence[StockKey], now: datetime
    ) -> None:
        look_up = self._statements.look_up
        holds = r.RESERVATION_COLUMNS
        keys = holds[:3]
        moments = self._moments
        for row in look_up(r.LEVEL_COLUMNS, "levels", keys[:2], places):
            snapshot.levels[StockKey(row[0], row[1])] = Level(
                row[2], row[3], row[4], row[5], moments[row[6]], moments[row[7]], row[8]
            )
        orders = [
            (*resolved(product_id, warehouse_id, snapshot.rules), order_id)
            for product_id, warehouse_id, order_id in needs.orders
            if product_id in snapshot.rules
        ]
        self._keep(snapshot, look_up(holds, "reservations", keys, orders))
        everything = self._places(snapshot, needs.all_reservations)
        self._keep(
            snapshot,
            look_up(holds, "reservations", keys[:2], everything),
        )
        expired: list[Sequence[Any]] = []
        moment = to_microseconds(now)
        # Housekeeping leaves few that are, so one look mostly saves one at each place.
        if self._connection.execute(sql.ANY_EXPIRED, (moment,)).fetchone()[0]:
            condition = sql.EXPIRED.format(moment=moment)
            expired = list(
                look_up(r.RESERVATION_COLUMNS, "reservations", keys[:2], places, condition)
            )
            self._keep(snapshot, expired)
        queues = queues_to_load(
            needs, snapshot.levels, snapshot.rules, {StockKey(row[0], row[1]) for row in expired}
        )
        if queues:
            heads = [(*key, MAX_QUANTITY if it is None else it) for key, it in queues.items()]
            self._keep(snapshot, self._statements.all(sql.QUEUE_HEADS, heads))

    @staticmethod
    def _places(snapshot: Snapshot, places: Iterable[Place]) -> list[StockKey]:
        """The levels that places name, of the products that exist."""
        rules = snapshot.rules
        return list({resolved(p, w, rules) for p, w in places if p in rules})

    def _load_warehouses(self, snapshot: Snapshot, needs: Needs, places: set[int]) -> None:
        named = [(warehouse_id,) for warehouse_id in places | needs.warehouses]
        found = self._statements.look_up(("id", "is_active"), "warehouses", ("id",), named)
        for warehouse_id, is_active in found:
            snapshot.warehouse_activity[warehouse_id] = bool(is_active)
        if needs.all_warehouses:
            columns = r.WAREHOUSE_COLUMNS
            everything = self._connection.execute(sql.ALL_WAREHOUSES)
            for row in read_as(schema.warehouses, columns, everything):
                values = dict(zip(columns, row, strict=True))
                snapshot.warehouses[row[0]] = r.warehouse_from(values)
        if needs.warehouse_holdings:
            holding = self._statements.all(sql.WAREHOUSES_HOLDING, list(needs.warehouse_holdings))
            snapshot.warehouses_holding = {row[0] for row in holding}
            open_at = self._statements.all(sql.DOCUMENTS_OPEN_AT, list(needs.warehouse_holdings))
            snapshot.documents_open_at = {row[0]: DocumentKind(row[1]) for row in sorted(open_at)}

    def _load_catalogue(self, snapshot: Snapshot, needs: Needs) -> None:
        if needs.sku_keys:
            wanted = [(key,) for key in needs.sku_keys]
            found = self._statements.look_up(("sku_key", "id"), "products", ("sku_key",), wanted)
            snapshot.sku_owners = dict(found)
        if needs.products:
            ids = [(product_id,) for product_id in needs.products]
            columns = r.PRODUCT_COLUMNS
            rows = self._statements.look_up(columns, "products", ("id",), ids)
            for row in read_as(schema.products, columns, rows):
                values = dict(zip(columns, row, strict=True))
                snapshot.products[row[0]] = r.product_from(values)
            with_history = self._statements.all(sql.PRODUCTS_WITH_HISTORY, list(needs.products))
            snapshot.products_with_history = {row[0] for row in with_history}
        self._load_settings(snapshot, list(needs.settings))

    def _load_settings(self, snapshot: Snapshot, places: Sequence[StockKey]) -> None:
        columns = r.SETTINGS_COLUMNS
        found = self._statements.look_up(columns, "stock_settings", columns[:2], places)
        r.keep_settings(snapshot, found)

    def _write_catalogue(self, decision: Decision) -> None:
        removed = [(product_id,) for product_id, kept in decision.products.items() if kept is None]
        self._statements.delete("product_stock", ("product_id",), removed)
        self._statements.delete("products", ("id",), removed)
        for table, key, values in r.catalogue(decision):
            columns = (key, *(name for name in values[0] if name != key))
            rows = [tuple(row[name] for name in columns) for row in values]
            self._statements.upsert(table, columns, rows)

    def _write_settings(self, decision: Decision) -> None:
        kept, removed = r.settings_rows(decision)
        columns = r.SETTINGS_COLUMNS
        self._statements.delete("stock_settings", columns[:2], removed)
        self._statements.upsert("stock_settings", columns, kept, 2)
        self._statements.delete("levels", columns[:2], decision.removed_levels)
        changed = r.products_to_copy(decision, self.snapshot)
        if changed:
            self._statements.all(sql.COPY_INTO_LEVELS, changed)

    def _new_ids(self, name: str, count: int) -> range:
        first = self._ids[name] + 1
        self._ids[name] += count
        return range(first, first + count)

    def _keep(self, snapshot: Snapshot, found: Iterable[Sequence[Any]]) -> None:
        for row in found:
            holds = snapshot.reservations.setdefault(StockKey(row[0], row[1]), {})
            expires_at, created_at = self._moments[row[6]], self._moments[row[7]]
            holds[row[2]] = r.reservation_from(row, expires_at, created_at)
