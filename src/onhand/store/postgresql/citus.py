"""What a database says of Citus: whether it has it, and whether our tables are spread by it."""

from __future__ import annotations

from typing import Any

import psycopg

PLAN_WITH_VALUES = "SET plan_cache_mode = force_custom_plan"
"""A plan that is to hold for any values cannot tell which worker a product is on."""

_HAS_CATALOGUE = "SELECT to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL"
_IS_SPREAD = (
    "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_dist_partition"
    " WHERE logicalrelid = to_regclass('levels') AND partmethod = 'h')"
)


def is_sharded(connection: psycopg.Connection[Any]) -> bool:
    """Whether the levels are spread over workers."""
    return _says(connection, _HAS_CATALOGUE) and _says(connection, _IS_SPREAD)


def _says(connection: psycopg.Connection[Any], question: str) -> bool:
    row = connection.execute(question.encode()).fetchone()
    return row is not None and bool(row[0])
