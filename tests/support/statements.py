"""Statements: what a store asks of its database meanwhile.

with noted(shop.store) as statements:
    shop.do(command)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from unittest.mock import patch

from onhand.store.postgresql.pipeline import Pipeline, Rows, Statement
from onhand.store.postgresql.store import PostgresqlStore
from onhand.store.sqlite.store import SqliteStore


@contextmanager
def noted(store: SqliteStore | PostgresqlStore) -> Iterator[list[str]]:
    """Every statement of the store's writing path, BEGIN and COMMIT included."""
    statements: list[str] = []
    if isinstance(store, SqliteStore):
        connection = store._connection
        # What triggers do is told as comments.
        connection.set_trace_callback(
            lambda text: None if text.startswith("--") else statements.append(text)
        )
        try:
            yield statements
        finally:
            connection.set_trace_callback(None)
        return
    run = Pipeline.run

    def note(pipeline: Pipeline, asked: Sequence[Statement]) -> list[Rows]:
        statements.extend(text for text, _ in asked)
        return run(pipeline, asked)

    with patch.object(Pipeline, "run", note):
        yield statements
