"""The PostgreSQL store: one connection for writing, two round trips for a batch.

The first takes the locks and loads everything the batch declared; the second writes and commits.
Each sends its statements as one pipeline. Several processes may share the database: they lock
`product_stock` rows by rising product_id, so they wait for each other and never in a circle.

What the statements are is up to a strategy: sets for a single PostgreSQL, product by product where
the database is sharded. The database itself says which it is.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import chain, islice
from typing import Any

import psycopg

from onhand.core.decide import Decision
from onhand.core.documents import DocumentKind
from onhand.core.levels import Level, StockKey
from onhand.core.snapshot import (
    Needs,
    NewIds,
    ProductTotals,
    Snapshot,
    declare_documents,
    queues_to_load,
)
from onhand.ledger.faults import CommitUnknown, StoreUnavailable
from onhand.ledger.ports import Answer, KeptAnswer, KeyPart, Proof
from onhand.store import rows as r
from onhand.store.columns import plain
from onhand.store.documents import KEPT
from onhand.store.engine import Database, read_engine
from onhand.store.errors import faults_translated, translated
from onhand.store.postgresql import documents, sql
from onhand.store.postgresql.citus import PLAN_WITH_VALUES, is_sharded
from onhand.store.postgresql.patience import PatientConnection, ServerSilent
from onhand.store.postgresql.per_product import PerProduct
from onhand.store.postgresql.pipeline import Pipeline
from onhand.store.postgresql.set_based import LedgerRows, SetBased, Strategy
from onhand.store.postgresql.values import adapt
from onhand.store.schema import SEQUENCES

SESSION = {
    "timezone": "UTC",
    # Other servers hold a product for the time of a batch; one that froze, for the last of these.
    "lock_timeout": "5s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "15s",
    "jit": "off",
    # Every statement looks up a batch's keys one by one. A plan made while the tables were small
    # would scan them, and stay when they have grown. Joins run in the order they are written.
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "join_collapse_limit": "1",
}
"""How the writer's session differs from the server's defaults."""

BEGIN: sql.Statement = ("BEGIN", [])


class PostgresqlStore:
    """The ledger in a PostgreSQL database, already migrated."""

    def __init__(
        self,
        database: Database,
        seal_key: bytes | None = None,
        *,
        patient: bool = False,
        strategy: Strategy | None = None,
    ) -> None:
        """Name the database; it is connected to when it is first needed.

        `seal_key` is what movements are sealed with, maybe nothing; None: they are not sealed.
        With `patient` a transaction may stay idle while others wait for what it has locked.
        `strategy` None is what suits the database, as it says on connecting.
        """
        self._wanted = strategy
        self._strategy: Strategy = strategy or SetBased()
        self._session = SESSION | ({"idle_in_transaction_session_timeout": "0"} if patient else {})
        self._database = database
        self._seal_key = seal_key
        self._mutex = threading.Lock()
        self._connection: PatientConnection | None = None
        self._pipeline: Pipeline

    @contextmanager
    def transaction(
        self, needs: Needs, keys: Sequence[KeyPart], now: datetime
    ) -> Iterator[PostgresqlTransaction]:
        """Lock and load what a batch needs; roll back on leaving unless it was committed."""
        with self._mutex, faults_translated():
            transaction = self._begun(needs, keys, now)
            try:
                yield transaction
            finally:
                self._leave()

    def expired(self, now: datetime, limit: int) -> Sequence[StockKey]:
        """Up to `limit` levels at which a reservation has expired by `now`."""
        with self._mutex, faults_translated():
            connection = self._connected()
            try:
                found = connection.execute(sql.EXPIRED_PLACES, (now, limit)).fetchall()
                return [StockKey(*row) for row in found]
            finally:
                self._leave()

    def forget_answers(self, before: datetime) -> int:
        """Drop answers kept for clients' keys since before a moment; how many."""
        with self._mutex, faults_translated():
            connection = self._connected()
            try:
                forgotten = self._strategy.forget(connection.execute, before)
                connection.commit()
                return forgotten
            finally:
                self._leave()

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
        """Close the connection."""
        with self._mutex:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _begun(self, needs: Needs, keys: Sequence[KeyPart], now: datetime) -> PostgresqlTransaction:
        """A transaction; on a fresh connection where the last one has gone meanwhile."""
        may_have_gone = self._connection is not None
        while True:
            self._connected()
            try:
                return PostgresqlTransaction(
                    self._pipeline, self._strategy, self._seal_key, needs, keys, now
                )
            except BaseException as error:
                self._leave(error)
                # Nothing was written so far, so it may begin again. A silent one was just asked.
                silent = isinstance(error, ServerSilent)
                gone = isinstance(translated(error), StoreUnavailable)
                if silent or not (may_have_gone and gone):
                    raise
                may_have_gone = False

    def _connected(self) -> PatientConnection:
        if self._connection is None or self._connection.closed:
            connection = PatientConnection.connect(
                self._database.conninfo,
                application_name="onhand-writer",
                # What comes again is prepared by the pipeline, and by nobody else.
                prepare_threshold=None,
                options=self._database.session_options(self._session),
            )
            adapt(connection)
            try:
                self._strategy = self._strategy_for(connection)
            except BaseException:
                connection.close()
                raise
            self._pipeline = Pipeline(connection)
            self._connection = connection
        return self._connection

    def _strategy_for(self, connection: PatientConnection) -> Strategy:
        # Asked on each connection: a shop may be sharded while its servers stand still.
        sharded = is_sharded(connection)
        if sharded:
            connection.execute(PLAN_WITH_VALUES)
        connection.commit()
        return self._wanted or (PerProduct() if sharded else SetBased())

    def _leave(self, error: BaseException | None = None) -> None:
        connection = self._connection
        if connection is None:
            return
        with suppress(psycopg.Error):
            # A session that may only read stays so: after a fail-over, or when that is mended, it
            # takes a new one.
            if isinstance(error, psycopg.errors.ReadOnlySqlTransaction):
                connection.close()
            if not connection.closed:
                connection.rollback()
        if connection.closed:
            self._connection = None


class PostgresqlTransaction:
    """One batch's transaction, begun, locked and loaded."""

    def __init__(
        self,
        pipeline: Pipeline,
        strategy: Strategy,
        seal_key: bytes | None,
        needs: Needs,
        keys: Sequence[KeyPart],
        now: datetime,
    ) -> None:
        """Load the snapshot and what is known of the clients' keys."""
        self._run = pipeline.run
        self._strategy = strategy
        self._seal_key = seal_key
        self.known: Mapping[KeyPart, KeptAnswer] = {}
        self.snapshot = Snapshot()
        self._numbers: Iterator[int] = iter(())
        self._load(needs, keys, now)

    def numbers(self, count: int) -> Sequence[int]:
        """New numbers for `count` movements and other events, rising."""
        numbers = list(islice(self._numbers, count))
        if len(numbers) < count:
            [more] = self._run(sql.new_ids({"movement_ids": count - len(numbers)}))
            numbers += [row[1] for row in more]
        return numbers

    def commit(
        self,
        decision: Decision,
        numbers: Sequence[int],
        answers: Mapping[KeyPart, KeptAnswer],
        now: datetime,
    ) -> None:
        """Write all of it in one commit."""
        snapshot = self.snapshot
        movement_ids, event_ids = decision.numbered(numbers)
        opened, changed, closed = r.reservation_rows(decision, snapshot)
        seals, last_seals = r.seals(decision, movement_ids, snapshot, self._seal_key)
        new_levels, levels = r.level_rows(decision, snapshot, last_seals)
        told = [
            (*part, kept.fingerprint, kept.answer.status, kept.answer.body, now)
            for part, kept in answers.items()
        ]
        rows = LedgerRows(
            movements=r.movement_rows(decision, movement_ids, seals),
            new_levels=new_levels,
            levels=levels,
            closed=closed,
            opened=opened,
            changed=changed,
            totals=r.total_rows(decision),
            sales=[(*at, units) for at, units in decision.daily_sales.items()],
            answers=told,
            copied=r.copied_by_levels(decision, snapshot, {row[0] for row in new_levels}),
        )
        strategy = self._strategy
        # A product stands before its movements, whose totals go into its row.
        statements = [
            *_catalogue(strategy, decision),
            *strategy.ledger(rows),
            *documents.writes(strategy, decision, snapshot, event_ids),
            *_settings(strategy, decision, snapshot),
        ]
        try:
            self._run([*statements, ("COMMIT", ())])
        except psycopg.Error as error:
            fault = translated(error)
            if isinstance(fault, StoreUnavailable):
                raise CommitUnknown(
                    "The database was lost while it committed: this may have been done or not."
                    " Send it again with the same Idempotency-Key, which settles it"
                ) from error
            raise fault from error

    def _load(self, needs: Needs, keys: Sequence[KeyPart], now: datetime) -> None:
        snapshot = self.snapshot
        begun = bool(needs.documents or needs.partners)
        if begun:
            snapshot.documents = documents.load(self._run, needs)
        else:
            declare_documents(needs, ())
        new = {
            "product_ids": needs.new_products,
            "warehouse_ids": needs.new_warehouses,
            "reservation_ids": needs.new_reservations,
            "transfer_ids": needs.new_transfers,
            # A few more in large batches, for what their products may come to by them.
            "movement_ids": needs.likely_events + len(needs.stocked_products) // 32,
        }
        for kind, count in needs.new_documents.items():
            new[KEPT[kind].sequence] = new.get(KEPT[kind].sequence, 0) + count
        unnamed = needs.levels - {(product, warehouse) for product, warehouse, _ in needs.orders}
        asked = {*needs.orders, *((*place, None) for place in unnamed)}
        everything = {(*place, None) for place in needs.all_reservations or ()}
        strategy = self._strategy
        questions: dict[str, sql.Write] = {
            "begin": [
                *([] if begun else [BEGIN]),
                *([(sql.LOCK_OUT_WRITERS, [])] if needs.all_warehouses else ()),
            ],
            "stock": strategy.locks(needs.stocked_products),
            "found": strategy.found(asked, everything, now, needs.warehouses),
            "ids": sql.new_ids(new),
            "known": strategy.known_answers(keys) if keys else [],
            "reversed": strategy.reversed(needs.reversals) if needs.reversals else [],
        }
        told = self._told(questions)
        for row in told["stock"]:
            snapshot.rules[row[0]] = r.rules_from(row)
            snapshot.totals[row[0]] = ProductTotals(*row[5:8])
            snapshot.reorder_points[row[0]] = row[8]
        expired: set[StockKey] = set()
        for kind_and_row in told["found"]:
            kind, row = kind_and_row[0], kind_and_row[1:]
            if kind == sql.WAREHOUSE:
                snapshot.warehouse_activity[row[0]] = bool(row[1])
                continue
            key = StockKey(row[0], row[1])
            if kind == sql.LEVEL:
                snapshot.levels[key] = Level(*row[2:])
            else:
                self._keep(row)
                if kind == sql.EXPIRED:
                    expired.add(key)
        taken: dict[str, list[int]] = {name: [] for name in SEQUENCES}
        for kind, new_id in told["ids"]:
            taken[SEQUENCES[kind]].append(new_id)
        self._numbers = iter(taken["movement_ids"])
        snapshot.new_ids = NewIds(
            products=iter(taken["product_ids"]),
            warehouses=iter(taken["warehouse_ids"]),
            reservations=iter(taken["reservation_ids"]),
            transfers=(transfers := iter(taken["transfer_ids"])),
            documents={
                kind: transfers if kept.sequence == "transfer_ids" else iter(taken[kept.sequence])
                for kind, kept in KEPT.items()
            },
        )
        self.known = {
            KeyPart(row[0], row[1]): KeptAnswer(row[2], Answer(row[3], bytes(row[4])))
            for row in told["known"]
        }
        snapshot.reversed_ids = {row[0] for row in told["reversed"]}
        self._load_queues(needs, expired)
        self._load_catalogue(needs)
        documents.load_past(self._run, strategy, snapshot, needs)
        if needs.inbounds:
            documents.load_inbounds(self._run, strategy, snapshot, needs)
        documents.load_terms(self._run, snapshot, needs)

    def _told(self, questions: Mapping[str, sql.Write]) -> dict[str, list[Any]]:
        """Each question's rows, of all its statements; asked in one round trip."""
        every = iter(self._run([one for asked in questions.values() for one in asked]))
        return {
            name: list(chain.from_iterable(islice(every, len(asked))))
            for name, asked in questions.items()
        }

    def _load_catalogue(self, needs: Needs) -> None:
        snapshot = self.snapshot
        if needs.all_warehouses:
            [warehouses] = self._run([(sql.ALL_WAREHOUSES, ())])
            for row in warehouses:
                values = dict(zip(r.WAREHOUSE_COLUMNS, row, strict=True))
                snapshot.warehouses[row[0]] = r.warehouse_from(values)
        if needs.warehouse_holdings:
            at = list(needs.warehouse_holdings)
            told = self._told(
                {
                    "holding": self._strategy.holding(at),
                    "open": [(sql.DOCUMENTS_OPEN_AT, [at])],
                }
            )
            snapshot.warehouses_holding = {row[0] for row in told["holding"]}
            snapshot.documents_open_at = {
                row[0]: DocumentKind(row[1]) for row in sorted(told["open"])
            }
        if needs.sku_keys:
            [owners] = self._run([(sql.SKU_OWNERS, [list(needs.sku_keys)])])
            snapshot.sku_owners = {row[0]: row[1] for row in owners}
        if needs.products:
            told = self._told(
                {
                    "products": [(sql.PRODUCTS, [list(needs.products)])],
                    "history": self._strategy.with_history(needs.products),
                }
            )
            for row in told["products"]:
                values = dict(zip(r.PRODUCT_COLUMNS, row, strict=True))
                for name in ("selling_price", "cost_price"):
                    if values[name] is not None:
                        values[name] = plain(values[name])
                snapshot.products[row[0]] = r.product_from(values)
            snapshot.products_with_history = {row[0] for row in told["history"]}
        if needs.settings:
            for rows in self._run(self._strategy.settings(needs.settings)):
                r.keep_settings(snapshot, rows)

    def _load_queues(self, needs: Needs, expired: set[StockKey]) -> None:
        queues = queues_to_load(needs, self.snapshot.levels, self.snapshot.rules, expired)
        if queues:
            heads = [(*key, bound) for key, bound in queues.items()]
            for found in self._run(self._strategy.queue_heads(heads)):
                for row in found:
                    self._keep(row)

    def _keep(self, row: Sequence[Any]) -> None:
        holds = self.snapshot.reservations.setdefault(StockKey(row[0], row[1]), {})
        holds[row[2]] = r.reservation_from(row, row[6], row[7])


def _catalogue(strategy: Strategy, decision: Decision) -> Iterator[sql.Statement]:
    """The statements that bring products and warehouses to where a decision has them."""
    removed = [(product_id,) for product_id, kept in decision.products.items() if kept is None]
    yield from strategy.delete("product_stock", ("product_id",), removed)
    yield from strategy.delete("products", ("id",), removed)
    for table, key, values in r.catalogue(decision):
        columns = (key, *(name for name in values[0] if name != key))
        rows = [tuple(row[name] for name in columns) for row in values]
        yield from strategy.upsert(table, columns, rows)


def _settings(
    strategy: Strategy, decision: Decision, snapshot: Snapshot
) -> Iterator[sql.Statement]:
    """The statements that bring stock settings, and what levels copy, to where they belong."""
    kept, removed = r.settings_rows(decision)
    columns = r.SETTINGS_COLUMNS
    yield from strategy.delete("stock_settings", columns[:2], removed)
    yield from strategy.upsert("stock_settings", columns, kept, 2)
    yield from strategy.delete("levels", columns[:2], decision.removed_levels)
    changed = r.products_to_copy(decision, snapshot)
    if changed:
        yield from strategy.copies(changed, r.copied_by_levels(decision, snapshot, changed))
