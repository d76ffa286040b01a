"""Databases of older versions, filled: every row of a shop, in the columns that its version had.

Alembic makes the empty one, by the migrations that are released; the rows are copied column by
column, untouched by any of the program's own types, and the sequences with them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, column, delete, insert, inspect, select, table, text

import onhand.store
from onhand.store.engine import admin_engine, parse_database
from onhand.store.migrate import VERSION_TABLE
from onhand.store.schema import SEQUENCES
from onhand.store.triggers import APPEND_ONLY

RENAMED = {("product_stock", "on_order"): "inbound", ("events", "document_id"): "subject_id"}
"""Columns of older versions, and what they are called now."""

FIRST_WITH = {"events": "type"}
"""Tables that were made anew, and a column that they have since. Before that they held documents'
steps alone, whose ids were their own.
"""

MIGRATIONS = Path(onhand.store.__file__).parent / "migrations"


@dataclass(frozen=True)
class Rows:
    """A table's rows as the database has them, sorted; what it derives itself is left out."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]

    def only(self, columns: Sequence[str]) -> Rows:
        """The same rows in some of their columns."""
        places = [self.columns.index(name) for name in columns]
        rows = [tuple(row[place] for place in places) for row in self.rows]
        return Rows(tuple(columns), sorted(rows, key=repr))

    def where_given(self, name: str) -> Rows:
        """Those that have a value in a column."""
        place = self.columns.index(name)
        return Rows(self.columns, [row for row in self.rows if row[place] is not None])


def called_now(name: str, columns: Sequence[str]) -> Sequence[str]:
    """What a table's columns of an older version are called now."""
    return [RENAMED.get((name, one), one) for one in columns]


def was_made_anew(name: str, columns: Sequence[str]) -> bool:
    """Whether a table with these columns is of a version before it was made anew."""
    return name in FIRST_WITH and FIRST_WITH[name] not in columns


def make_at(url: str, revision: str) -> None:
    """Make an empty database as the version with this revision of the schema made it."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with admin_engine(parse_database(url)).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def rows_of(url: str) -> dict[str, Rows]:
    """Every table of a database but Alembic's own, parents before children."""
    with admin_engine(parse_database(url)).connect() as connection:
        return {name: _read(connection, name) for name in _tables(connection)}


def revision_of(url: str) -> str:
    """The revision a database is at."""
    with admin_engine(parse_database(url)).connect() as connection:
        return str(connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar())


def copy(source: str, target: str) -> None:
    """Fill a database of an older version from a shop."""
    given = rows_of(source)
    with admin_engine(parse_database(target)).begin() as connection:
        names = _tables(connection)
        counters = _counters(connection) if "id_counters" in names else set()
        for name in reversed(names):
            if name not in APPEND_ONLY:  # none is there, and they refuse even to delete none
                connection.execute(delete(table(name)))
        for name in names:
            columns = _columns(connection, name)
            kept = given[name].only(called_now(name, columns))
            if was_made_anew(name, columns):
                kept = kept.where_given("name")
            rows = [dict(zip(columns, row, strict=True)) for row in kept.rows]
            if name == "id_counters":  # an older version counts fewer things
                rows = [row for row in rows if row["name"] in counters]
            if rows:
                connection.execute(insert(table(name, *map(column, columns))), rows)
        if connection.dialect.name == "postgresql":
            there = inspect(connection).get_sequence_names()
            for name, last in _last_ids(source).items():
                if name not in there:
                    continue
                connection.execute(
                    text("SELECT setval(:name, :last, :called)"),
                    {"name": name, "last": last[0], "called": last[1]},
                )


def _counters(connection: Connection) -> set[str]:
    return set(
        connection.execute(select(column("name")).select_from(table("id_counters"))).scalars()
    )


def _tables(connection: Connection) -> list[str]:
    found = inspect(connection).get_sorted_table_and_fkc_names()
    return [name for name, _ in found if name and name != VERSION_TABLE]


def _columns(connection: Connection, name: str) -> tuple[str, ...]:
    found = inspect(connection).get_columns(name)
    return tuple(one["name"] for one in found if "computed" not in one)


def _read(connection: Connection, name: str) -> Rows:
    columns = _columns(connection, name)
    wanted: list[Any] = [column(one) for one in columns]
    found = connection.execute(select(*wanted).select_from(table(name)))
    return Rows(columns, sorted((tuple(row) for row in found), key=repr))


def _last_ids(url: str) -> Mapping[str, tuple[int, bool]]:
    with admin_engine(parse_database(url)).connect() as connection:
        found = {
            name: connection.execute(text(f"SELECT last_value, is_called FROM {name}")).one()
            for name in SEQUENCES
        }
    return {name: (row[0], row[1]) for name, row in found.items()}
