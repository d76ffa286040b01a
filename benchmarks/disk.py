"""What a ledger takes on disk, as the database itself tells."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from onhand.store.engine import parse_database, read_engine

POSTGRESQL = """
    SELECT (SELECT count(*) FROM movements), pg_database_size(current_database()),
        pg_table_size('movements'), pg_indexes_size('movements')
"""
# Of a table without an index of SQLite's own, the pages are its rows.
SQLITE = """
    SELECT (SELECT count(*) FROM movements),
        (SELECT page_count * page_size FROM pragma_page_count, pragma_page_size),
        sum(pgsize) FILTER (WHERE type = 'table'), sum(pgsize) FILTER (WHERE type = 'index')
    FROM dbstat('main', 1) AS pages JOIN sqlite_master USING (name)
    WHERE tbl_name = 'movements'
"""


@dataclass(frozen=True)
class Disk:
    """Movements, and bytes: of the whole database, of the movements' rows, of their indexes."""

    movements: int
    database: int
    rows: int
    indexes: int


def measure_disk(database_url: str) -> Disk:
    """Count and weigh; takes a full scan or two."""
    engine = read_engine(parse_database(database_url), statement_timeout_s=0)
    try:
        with engine.connect() as connection:
            return _measured(connection)
    finally:
        engine.dispose()


def _measured(connection: Connection) -> Disk:
    on_sqlite = connection.dialect.name == "sqlite"
    row = connection.exec_driver_sql(SQLITE if on_sqlite else POSTGRESQL).one()
    return Disk(*map(int, row))
