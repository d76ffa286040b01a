"""Values go to PostgreSQL and come back as they were."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from onhand.store.engine import parse_database
from onhand.store.postgresql.values import adapt

BIGINTS = some.integers(-(2**63), 2**63 - 1)


@pytest.fixture
def connection(postgresql_url: str) -> Any:
    with psycopg.connect(parse_database(postgresql_url).conninfo, autocommit=True) as connection:
        adapt(connection)
        yield connection


def echoed(connection: psycopg.Connection, values: list[Any]) -> Any:
    [row] = connection.execute("SELECT %b::bigint[]", [values]).fetchall()
    return row[0]


@pytest.mark.parametrize("count", [0, 1, 63, 64, 65, 128, 1000])
def test_lists_of_any_length_arrive_whole(connection: psycopg.Connection, count: int) -> None:
    assert echoed(connection, list(range(count))) == list(range(count))


def test_lists_with_gaps_and_extremes_arrive_whole(connection: psycopg.Connection) -> None:
    @settings(max_examples=50, deadline=None)
    @given(some.lists(BIGINTS | some.none(), max_size=200))
    def arrive(values: list[int | None]) -> None:
        assert echoed(connection, values) == values

    arrive()


def test_a_number_past_64_bits_is_refused(connection: psycopg.Connection) -> None:
    with pytest.raises((psycopg.Error, OverflowError, ValueError)):
        echoed(connection, [1, 2**63])
