"""The schema and the writer's statements can be spread over many machines, today and tomorrow.

That every statement of the strategy for sharded databases keeps to the rules is held where it runs
the whole contract: `test_contract_postgresql`.
"""

from __future__ import annotations

import ast

import pytest
from sqlalchemy import PrimaryKeyConstraint, Table, UniqueConstraint

from onhand.core.movements import Movement
from onhand.store import rows as r
from onhand.store.postgresql import per_product, sql
from onhand.store.schema import SEQUENCES, metadata
from onhand.store.schema.distribution import BESIDE, PLACES, Placing, column_of, tables
from tests.support.sharded_sql import faults_of
from tests.support.source import package_sources

SPREAD = [metadata.tables[name] for name in tables(Placing.SPREAD)]

PARTS = {"PRODUCT", "LEVEL"}
LEVEL_ROWS = [(product, 1, 0, 0, 0, 1, None, None, None) for product in (1, 2)]
SET_BASED = [
    sql.LOCK_STOCK,
    sql.found(everything=True),
    sql.KNOWN_ANSWERS,
    sql.QUEUE_HEADS,
    sql.REVERSED,
    sql.FORGET_ANSWERS,
    sql.insert_levels(LEVEL_ROWS)[0][0],
    sql.insert("levels", r.LEVEL_COLUMNS, LEVEL_ROWS)[0][0],
    sql.update("levels", r.LEVEL_COLUMNS, LEVEL_ROWS, 2)[0][0],
    sql.delete("levels", r.LEVEL_COLUMNS[:2], LEVEL_ROWS)[0][0],
]
WRONG = {
    "SELECT pg_advisory_xact_lock(1)": "advisory",
    "UPDATE levels SET last_movement_at = now() WHERE product_id = %b": "volatile",
    "WITH a AS (DELETE FROM counts WHERE id = %b) SELECT 1": "within a WITH",
    "SELECT nextval('movement_ids') FROM levels WHERE product_id = %b": "out of a sequence",
    "SELECT 1 FROM levels JOIN movements ON true WHERE product_id = %b": "without its one",
    "SELECT 1 FROM levels, counts JOIN transfers ON true WHERE product_id = %b FOR UPDATE": "locks",
    "INSERT INTO levels (product_id, on_hand) SELECT given.product_id, 1 FROM unnest(%b) AS given":
        "more than one",
    "DELETE FROM idempotency_keys WHERE part = %b": "without its one key",
}  # fmt: skip


def test_every_table_has_its_place() -> None:
    assert set(PLACES) == set(metadata.tables)
    assert all(place.why for place in PLACES.values())
    assert all((it.column is not None) == (it.placing is Placing.SPREAD) for it in PLACES.values())
    assert tables(Placing.SPREAD)[0] == BESIDE


@pytest.mark.parametrize("table", SPREAD, ids=str)
def test_what_is_unique_is_unique_within_a_shard(table: Table) -> None:
    column = column_of(table.name)
    assert column is not None
    assert not table.c[column].nullable
    unique = [
        constraint.columns
        for constraint in table.constraints
        if isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint)
    ]
    unique += [index.columns for index in table.indexes if index.unique]
    assert unique
    assert [columns.keys() for columns in unique if column not in columns] == []


@pytest.mark.parametrize("table", SPREAD, ids=str)
def test_no_shard_counts_for_itself(table: Table) -> None:
    """Ids come from the coordinator; an identity or a default of a column would be a shard's."""
    assert [c.name for c in table.c if c.identity or c.autoincrement is True] == []


@pytest.mark.parametrize("table", metadata.tables.values(), ids=str)
def test_a_foreign_key_points_at_what_is_at_hand(table: Table) -> None:
    at_hand = {
        Placing.SPREAD: {Placing.EVERYWHERE},
        Placing.EVERYWHERE: {Placing.EVERYWHERE},
        Placing.IN_ONE: {Placing.EVERYWHERE, Placing.IN_ONE},
    }[PLACES[table.name].placing]
    far = [
        key.target_fullname
        for key in table.foreign_keys
        if PLACES[key.column.table.name].placing not in at_hand
    ]
    assert far == []


def test_the_order_of_the_ledger_is_no_sequence() -> None:
    """It is `entry_number`, counted by the rules under the level's lock; ids only tell apart."""
    # The rules number a movement within its level, and do not know the id it will get.
    assert "entry_number" in Movement._fields
    assert "id" not in Movement._fields
    assert metadata.tables["movements"].c.entry_number.server_default is None
    assert not [name for name in SEQUENCES if "entry" in name or "level" in name]


def test_no_constraint_is_known_by_its_whole_name() -> None:
    """A shard adds its number to it: what counts is the SQLSTATE."""
    found = [
        source.at(node, "names a constraint")
        for source in package_sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and node.attr == "constraint_name"
    ]
    assert found == []


@pytest.mark.parametrize("text", SET_BASED)
def test_the_sets_of_a_single_database_break_the_rules(text: str) -> None:
    assert list(faults_of(text)) != []


@pytest.mark.parametrize("text", WRONG)
def test_a_statement_that_breaks_a_rule_is_named(text: str) -> None:
    assert [fault for fault in faults_of(text) if WRONG[text] in fault] != []


@pytest.mark.parametrize(
    "name",
    [name for name in vars(per_product) if name.isupper() and name not in ("PRODUCT", "LEVEL")],
)
def test_a_named_statement_keeps_to_the_rules(name: str) -> None:
    found = getattr(per_product, name)
    texts = [text for text in ([found] if isinstance(found, str) else found) if " FROM " in text]
    # Old answers are forgotten by a plain change of all shards, beside no lock.
    allowed = "without its one key" if name == "FORGET" else ""
    assert [
        fault for text in texts for fault in faults_of(text) if fault[-len(allowed) :] != allowed
    ] == []
