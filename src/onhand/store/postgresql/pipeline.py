"""Pipelines: several statements sent to PostgreSQL in one go, their results awaited in one go.

psycopg's own pipeline waits at each statement, and after every wait the writer's thread must win
the interpreter's lock back from the event loop: ten turns a batch instead of two. Built on
`psycopg.pq`, the driver's wrapper of libpq; values are adapted, and errors told, by psycopg itself.
"""

from __future__ import annotations

import re
import select
from collections.abc import Sequence
from functools import lru_cache
from itertools import count
from typing import Any

import psycopg
from psycopg import abc, errors, pq
from psycopg.adapt import PyFormat, Transformer

from onhand.store.postgresql.patience import PatientConnection

MOST_PREPARED = 500
"""More prepared statements than that are dropped, and prepared again as they come."""

Statement = tuple[str, Sequence[Any]]
"""SQL with `%b` for each argument, and the arguments."""

Rows = list[tuple[Any, ...]]

Adapted = tuple[Sequence[abc.Buffer | None], tuple[int, ...], Sequence[pq.Format] | None]
"""Arguments as the server takes them: their bytes, types and formats."""

_PLACEHOLDER = re.compile(r"%(b|%)")


class Pipeline:
    """Runs statements on one connection, each prepared when it first comes."""

    def __init__(self, connection: PatientConnection) -> None:
        """Use a connection that nobody else uses at the same time."""
        self._connection = connection
        self._pgconn = connection.pgconn
        # One for all statements: what it has learnt of the types it meets is worth keeping.
        self._transformer: abc.Transformer = Transformer(connection)
        self._names: dict[tuple[str, tuple[int, ...]], bytes] = {}
        self._numbers = count()
        self._readable = select.poll()
        self._readable.register(self._pgconn.socket, select.POLLIN)
        self._either = select.poll()
        self._either.register(self._pgconn.socket, select.POLLIN | select.POLLOUT)

    def run(self, statements: Sequence[Statement]) -> list[Rows]:
        """The rows of each statement, in order. Raises the first one's psycopg error."""
        pgconn = self._pgconn
        idle = pgconn.transaction_status == pq.TransactionStatus.IDLE
        if idle and len(self._names) > MOST_PREPARED:
            self._connection.execute("DEALLOCATE ALL")
            self._connection.commit()
            self._names.clear()
        # A value that cannot be adapted must fail before anything is sent.
        adapted = [(text, *self._adapted(arguments)) for text, arguments in statements]
        made: dict[tuple[str, tuple[int, ...]], bytes] = {}
        gives_rows: list[bool] = []
        try:
            pgconn.enter_pipeline_mode()
            for text, values, types, formats in adapted:
                name = self._names.get((text, types)) or made.get((text, types))
                if name is None:
                    name = made[text, types] = b"onhand_%d" % next(self._numbers)
                    pgconn.send_prepare(name, _numbered(text), types)
                    gives_rows.append(False)
                pgconn.send_query_prepared(name, values, formats, pq.Format.BINARY)
                gives_rows.append(True)
            pgconn.pipeline_sync()
            self._flush()
            results = self._results()
        except psycopg.Error:
            raise
        except Exception as error:
            # What was sent may have been done: nobody must think that it was not.
            self._connection.close()
            raise psycopg.OperationalError("the pipeline broke") from error
        finally:
            self._leave()
        for result in results:
            if result.status == pq.ExecStatus.FATAL_ERROR:
                raise errors.error_from_result(result)
        self._names.update(made)
        found = []
        load = self._transformer
        for has_rows, result in zip(gives_rows, results, strict=True):
            if has_rows:
                load.set_pgresult(result)
                found.append(load.load_rows(0, result.ntuples, tuple))
        return found

    def _leave(self) -> None:
        if self._pgconn.status == pq.ConnStatus.OK:
            try:
                self._pgconn.exit_pipeline_mode()
            except psycopg.Error:
                # Results that nobody fetched would be taken for those of the next statements.
                self._connection.close()

    def _adapted(self, arguments: Sequence[Any]) -> Adapted:
        transformer = self._transformer
        values = transformer.dump_sequence(arguments, [PyFormat.BINARY] * len(arguments))
        return values, transformer.types or (), transformer.formats

    def _flush(self) -> None:
        while self._pgconn.flush():
            events = self._connection.await_events(self._either)
            if any(event & select.POLLIN for _, event in events):
                self._pgconn.consume_input()

    def _results(self) -> list[pq.abc.PGresult]:
        """What the server answered, up to the end of the pipeline.

        A server that is stopped adds a last word of its own, to whatever it has answered by then.
        """
        pgconn = self._pgconn
        results: list[pq.abc.PGresult] = []
        ended = False
        while True:
            while pgconn.is_busy():
                self._connection.await_events(self._readable)
                pgconn.consume_input()
            result = pgconn.get_result()
            if result is None:
                # One ends a statement's results; two in a row end all there will be.
                if ended or pgconn.status != pq.ConnStatus.OK:
                    raise psycopg.OperationalError("the connection was lost")
                ended = True
                continue
            if result.status == pq.ExecStatus.PIPELINE_SYNC:
                return results
            results.append(result)
            ended = False


@lru_cache(maxsize=1_000)
def _numbered(text: str) -> bytes:
    """SQL as the server takes it: $1, $2 ... for the arguments."""
    numbers = count(1)
    return _PLACEHOLDER.sub(
        lambda found: f"${next(numbers)}" if found[1] == "b" else "%", text
    ).encode()
