"""A shop's tables put where `onhand.store.schema.distribution` has them, on a database with Citus.

Every step can be taken again: what is done already is left out, so a preparation that was broken
off is finished by the next. Rows move with their tables. What a spread table may not have goes
before: its triggers (what they keep, privileges keep from then on), and foreign keys, which come
back once both their tables are in their places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from sqlalchemy import ForeignKeyConstraint

from onhand.ledger.faults import Fault
from onhand.store.engine import Database
from onhand.store.errors import faults_translated
from onhand.store.patience import CONNECT_TIMEOUT_S
from onhand.store.schema import metadata
from onhand.store.schema.distribution import BESIDE, PLACES, Placing, tables
from onhand.store.triggers import APPEND_ONLY

OLDEST_CITUS = 11


class ShardingRefused(Exception):
    """The database cannot be prepared as it is; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: what it is for people, and the SQL that does it."""

    told: str
    sql: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a database says of itself. `places` are the tables that Citus has placed.

    `citus` is its version, if it is there at all; `coordinator` whether this server itself is one
    of the cluster's `nodes`, of which `workers` take rows, each row on so many of them as `copies`
    says. `servers` are our own processes that are connected.
    """

    citus: str | None
    nodes: int
    workers: int
    copies: int
    coordinator: bool
    places: frozenset[str]
    foreign_keys: frozenset[str]
    triggers: frozenset[str]
    servers: int
    schema: str
    role: str | None
    """Why the role will not do; None: it will."""


def prepare(database: Database, role: str, *, dry_run: bool = False) -> Iterator[tuple[str, str]]:
    """Take each step, and give what it was and its SQL; with `dry_run` take none.

    Raises `ShardingRefused` and the ledger's faults.
    """
    if database.kind != "postgresql":
        raise ShardingRefused(
            f"{database} is SQLite, which is one file: move the shop to PostgreSQL first,"
            " with onhand move"
        )
    with (
        faults_translated(),
        psycopg.connect(
            database.conninfo,
            autocommit=True,
            connect_timeout=CONNECT_TIMEOUT_S,
            application_name="onhand-shard",
        ) as connection,
    ):
        found = look(connection, role)
        problem = problem_of(found, role)
        if problem is not None:
            if not dry_run:
                raise ShardingRefused(problem)
            yield f"Not possible yet: {problem}", ""
        for step in steps(found, role):
            if not dry_run:
                try:
                    connection.execute(step.sql.encode())
                except psycopg.Error as error:
                    raise _refusal(step, error) from error
            yield step.told, step.sql


def problem_of(found: Found, role: str) -> str | None:
    """Why a database cannot be prepared, and the way out; None: it can."""
    if found.citus is None:
        return (
            "the database has no Citus. Install it on every server, put it into"
            " shared_preload_libraries, and in this database say: CREATE EXTENSION citus"
        )
    major = re.match(r"\d+", found.citus)
    if major is None or int(major[0]) < OLDEST_CITUS:
        return f"it has Citus {found.citus}; {OLDEST_CITUS} or newer is needed"
    if found.nodes and not found.coordinator:
        return (
            "this server does not know itself as the coordinator, so what stays on it could not"
            " point at what is everywhere. Say, with the address the workers reach it by:"
            " SELECT citus_set_coordinator_host('HOST', 5432)"
        )
    if found.nodes and not found.workers:
        return (
            "none of its nodes takes rows. Add a worker: SELECT citus_add_node('HOST', 5432), or"
            " let the coordinator take them: SELECT citus_set_node_property('HOST', 5432,"
            " 'shouldhaveshards', true)"
        )
    if found.copies != 1:
        return (
            f"citus.shard_replication_factor is {found.copies}, and rows of which there are several"
            " copies cannot be locked: set it to 1. Streaming replicas keep copies of a worker"
        )
    if found.servers:
        return (
            f"{found.servers} connections of Onhand are open to it: stop its servers first,"
            " nothing may be written meanwhile"
        )
    if found.role is not None:
        return f"the role {role!r} {found.role}"
    return None


def steps(found: Found, role: str) -> Iterator[Step]:
    """What is left to do."""
    spread, everywhere = tables(Placing.SPREAD), tables(Placing.EVERYWHERE)
    moving = [name for name in (*everywhere, *spread) if name not in found.places]
    for name in moving:
        for trigger in sorted(_triggers_of(name) & found.triggers):
            yield Step(f"{name}: no trigger", f"DROP TRIGGER {trigger} ON {name}")
    keys = dict(_foreign_keys())
    laid_aside = {
        name
        for name, key in keys.items()
        if {key.table.name, key.referred_table.name} & {*moving} and name in found.foreign_keys
    }
    for name in sorted(laid_aside):
        table = keys[name].table.name
        yield Step(f"{table}: {name} laid aside", f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for name in moving:
        place = PLACES[name]
        if place.placing is Placing.EVERYWHERE:
            yield Step(f"{name}: everywhere", f"SELECT create_reference_table('{name}')")
            continue
        beside = "none" if name == BESIDE or not place.is_by_product else BESIDE
        yield Step(
            f"{name}: spread by {place.column}",
            f"SELECT create_distributed_table('{name}', '{place.column}',"
            f" colocate_with => '{beside}')",
        )
    for name in moving:
        yield Step(
            f"{name}: the old copy of its rows removed",
            f"SELECT truncate_local_data_after_distributing_table('{name}')",
        )
    for name, key in keys.items():
        if name in laid_aside or name not in found.foreign_keys:
            yield Step(f"{key.table.name}: {name} back", _adding(name, key))
    yield from _privileges(role, found.schema)


def look(connection: psycopg.Connection[Any], role: str) -> Found:
    """What a database says of itself. Raises `ShardingRefused` where it holds no shop."""
    if not _one(connection, "SELECT to_regclass('levels') IS NOT NULL"):
        raise ShardingRefused(
            "There is no ledger in the database: start a server on it once, which makes the tables"
        )
    citus = _one(connection, "SELECT max(extversion) FROM pg_extension WHERE extname = 'citus'")
    nodes, workers, copies, coordinator, places = 0, 0, 1, False, frozenset[str]()
    if citus is not None:
        nodes = _one(connection, "SELECT count(*) FROM pg_dist_node")
        workers = _one(connection, "SELECT count(*) FROM pg_dist_node WHERE shouldhaveshards")
        coordinator = _one(
            connection, "SELECT EXISTS (SELECT 1 FROM pg_dist_node WHERE groupid = 0)"
        )
        copies = _one(
            connection,
            "SELECT coalesce(current_setting('citus.shard_replication_factor', true), '1')::int",
        )
        # What points at a table that is everywhere is known to Citus too, as a local one ('none').
        places = _names(
            connection,
            "SELECT logicalrelid::text FROM pg_dist_partition"
            " WHERE partmethod = 'h' OR (partmethod = 'n' AND repmodel = 't')",
        )
    return Found(
        citus=citus,
        nodes=nodes,
        workers=workers,
        copies=copies,
        coordinator=coordinator,
        places=places,
        foreign_keys=_names(
            connection,
            "SELECT conname FROM pg_constraint"
            " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace",
        ),
        triggers=_names(connection, "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"),
        servers=_one(
            connection,
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name IN ('onhand', 'onhand-writer')",
        ),
        schema=_one(connection, "SELECT current_schema()::text"),
        role=_fault_of(connection, role),
    )


def _fault_of(connection: psycopg.Connection[Any], role: str) -> str | None:
    found = connection.execute(
        "SELECT rolsuper, pg_has_role(oid, (SELECT relowner FROM pg_class"
        " WHERE oid = 'movements'::regclass), 'USAGE') FROM pg_roles WHERE rolname = %s",
        (role,),
    ).fetchone()
    if found is None:
        return f"does not exist. Say: CREATE ROLE {role} LOGIN PASSWORD '...'"
    if found[0]:
        return "is a superuser, whom no privilege holds back from changing movements"
    if found[1]:
        return (
            "owns the tables, and so can give itself back what is taken from it. Make another one"
            " for the servers, and keep this one for migrations"
        )
    return None


def _privileges(role: str, schema: str) -> Iterator[Step]:
    """What the servers may do: everything but change what is append-only, or the tables."""
    named = sql.Identifier(role).as_string(None)
    schema = f"SCHEMA {sql.Identifier(schema).as_string(None)}"
    for text in (
        f"GRANT USAGE ON {schema} TO {named}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN {schema} TO {named}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN {schema} TO {named}",
        f"REVOKE UPDATE, DELETE, TRUNCATE ON {', '.join(APPEND_ONLY)} FROM {named}, PUBLIC",
    ):
        yield Step(f"{role}: {text.partition(' ON ')[0].capitalize()}", text)


def _foreign_keys() -> Iterator[tuple[str, ForeignKeyConstraint]]:
    for table in metadata.tables.values():
        keys = {
            f"fk_{table.name}_{key.column_keys[0]}": key for key in table.foreign_key_constraints
        }
        yield from sorted(keys.items())


def _adding(name: str, key: ForeignKeyConstraint) -> str:
    [element] = key.elements
    return (
        f"ALTER TABLE {key.table.name} ADD CONSTRAINT {name} FOREIGN KEY ({key.column_keys[0]})"
        f" REFERENCES {key.referred_table.name} ({element.column.name})"
        f" ON DELETE {key.ondelete or 'NO ACTION'}"
    )


def _triggers_of(table: str) -> set[str]:
    return {f"{table}_append_only"} if table in APPEND_ONLY else set()


def _refusal(step: Step, error: psycopg.Error) -> Exception:
    if error.sqlstate is None:
        return Fault(f"The database was lost at: {step.told}. Prepare again to go on from there")
    return ShardingRefused(
        f"The database refused a step ({error.sqlstate}: {error.diag.message_primary}):"
        f" {step.sql}. What was done before stays; prepare again to go on from there"
    )


def _one(connection: psycopg.Connection[Any], text: LiteralString) -> Any:
    row = connection.execute(text).fetchone()
    return None if row is None else row[0]


def _names(connection: psycopg.Connection[Any], text: LiteralString) -> frozenset[str]:
    return frozenset(row[0] for row in connection.execute(text))
