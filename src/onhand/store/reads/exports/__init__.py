"""Exports over SQL: one statement per table, streamed in one transaction, which is the moment.

On PostgreSQL that is a cursor of the server in REPEATABLE READ; on SQLite a read transaction, whose
log is kept meanwhile. So rows are to be taken as fast as they come: whoever hands them to a slow
client puts them aside first. `patience_s` ends an export that takes longer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from onhand.ledger.exports import Exported, ExportFilter, What
from onhand.ledger.faults import StoreBusy
from onhand.store.errors import faults_translated
from onhand.store.reads.exports import catalogue, documents, reports, stock
from onhand.store.reads.exports.statement import Statement
from onhand.store.reads.source import AnySelect, Source

__all__ = ["exported", "statement_of"]

ROWS_AT_A_TIME = 2_000

_STATEMENTS: Mapping[What, Callable[[ExportFilter], Statement]] = {
    What.WAREHOUSES: catalogue.warehouse_rows,
    What.SUPPLIERS: catalogue.supplier_rows,
    What.TERMS: catalogue.terms_rows,
    What.MOVEMENTS: stock.movement_rows,
    What.COUNTS: documents.count_rows,
    What.PURCHASE_ORDERS: documents.purchase_order_rows,
    What.SALES_ORDERS: documents.sales_order_rows,
    What.TRANSFERS: documents.transfer_rows,
    What.STOCK_VALUE: reports.stock_value_rows,
}


def statement_of(what: What, which: ExportFilter, *, on_sqlite: bool) -> Statement:
    """The statement that answers a question."""
    if what is What.LEVELS:
        return stock.level_rows(which, on_sqlite=on_sqlite)
    if what is What.PRODUCTS:
        return catalogue.product_rows(which, on_sqlite=on_sqlite)
    return _STATEMENTS[what](which)


@contextmanager
def exported(
    engine: Engine, what: What, which: ExportFilter, patience_s: float | None, now: datetime
) -> Iterator[Exported]:
    """A table's rows, of the moment at which the first is asked for."""
    if what in reports.WORKED_OUT:
        yield reports.WORKED_OUT[what](Source(engine), which, now)
        return
    on_sqlite = engine.dialect.name == "sqlite"
    statement = statement_of(what, which, on_sqlite=on_sqlite)
    with faults_translated(), engine.connect() as connection:
        if on_sqlite:
            connection.exec_driver_sql("BEGIN")
        else:
            connection.exec_driver_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            # Reading everything takes as long as it takes.
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            # All rows are wanted, not the first ones soon.
            connection.exec_driver_sql("SET LOCAL cursor_tuple_fraction = 1")
        rows = _streamed(connection, statement.rows(on_sqlite=on_sqlite), patience_s)
        try:
            yield Exported(
                tuple(statement.columns),
                reports.valued(rows) if what is What.STOCK_VALUE else rows,
                lambda: connection.execute(statement.count).scalar_one(),
            )
        finally:
            rows.close()
            connection.exec_driver_sql("ROLLBACK")


def _streamed(
    connection: Connection, statement: AnySelect, patience_s: float | None
) -> Generator[Sequence[Any], None, None]:
    ends_at = None if patience_s is None else time.monotonic() + patience_s
    options = {"stream_results": True, "yield_per": ROWS_AT_A_TIME}
    with faults_translated():
        result = connection.execute(statement, execution_options=options)
        try:
            for partition in result.partitions():
                if ends_at is not None and time.monotonic() > ends_at:
                    raise StoreBusy(f"The export took longer than {patience_s:g} seconds")
                yield from partition
        finally:
            result.close()
