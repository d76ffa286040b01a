"""Takes a Parquet file apart in a process of its own: `python -m …parquet_child FILE`.

What such a file unpacks to is not told by anything in it that could be trusted, and the library
ends the process where memory runs out, or panics where the file is wrong. So this process has
little memory, and tells the one that started it of the rows: lengths and MessagePack on standard
output.

    ["header", [name, …]]   then   ["rows", [[cell, …], …]] …   then   ["end"], or ["fault", text]
"""

from __future__ import annotations

import contextlib
import os
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec

MEMORY_BYTES = 1024**3
ROWS_AT_A_TIME = 1_000
PLAIN = (str, int, float, bool, type(None))


def main(path: str) -> None:
    """Tell of a file's rows."""
    limit_memory()
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # A panic writes where it was to standard error, which is of no use to anybody.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    try:
        for message in messages(path):
            payload = msgspec.msgpack.encode(message)
            out.write(len(payload).to_bytes(4, "big") + payload)
    except MemoryError:
        sys.exit(1)
    out.flush()


def messages(path: str) -> Any:
    """What there is to tell."""
    from arro3.io import read_parquet

    try:
        reader = read_parquet(path, batch_size=ROWS_AT_A_TIME)
        names = list(reader.schema.names)
        yield ["header", names]
        for batch in reader:
            columns = [
                [cell_of(name, value) for value in batch.column(place).to_pylist()]
                for place, name in enumerate(names)
            ]
            yield ["rows", list(zip(*columns, strict=True))]
        yield ["end"]
    except Unusable as fault:
        yield ["fault", str(fault)]
    except BaseException as error:
        # The library's panics are no Exceptions.
        if isinstance(error, KeyboardInterrupt | MemoryError | GeneratorExit):
            raise
        yield ["fault", "it is damaged, or no Parquet"]


class Unusable(Exception):
    """A column that no table has."""


def cell_of(name: str, value: Any) -> Any:
    """A value as it is sent."""
    if isinstance(value, PLAIN):
        return value
    if isinstance(value, datetime):
        return (value if value.tzinfo is not None else value.replace(tzinfo=UTC)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise Unusable(f"the column {name!r} holds something else than texts, numbers and dates")


def limit_memory() -> None:
    """No more memory than this, where the system can say so."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main(sys.argv[1])
