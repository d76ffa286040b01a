"""Tables as Parquet, by arro3: 34 MB on disk, so that it is an extra, `onhand[parquet]`.

Texts stand as they are, for no spreadsheet opens such a file. Whole numbers are 64-bit integers,
money is decimal(18, 4), a moment a timestamp of microseconds in UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, BinaryIO

from onhand.files.cells import (
    MONEY_DECIMALS,
    MONEY_DIGITS,
    Codes,
    Day,
    Flag,
    Moment,
    Money,
    Number,
    Whole,
)
from onhand.files.columns import Column
from onhand.files.problems import LibraryMissing

__all__ = ["libraries", "write_parquet"]

ROWS_AT_A_TIME = 10_000
ROWS_IN_A_GROUP = 100_000
COMPRESSION = "zstd(1)"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def libraries() -> tuple[Any, Any]:
    """arro3's two modules. Raises LibraryMissing."""
    try:
        from arro3 import core, io
    except ImportError:
        raise LibraryMissing(
            "Parquet needs a library that is not installed here: pip install 'onhand[parquet]'"
        ) from None
    return core, io


def write_parquet(
    _: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], out: BinaryIO
) -> None:
    """Write a table."""
    core, io = libraries()
    types = [_type(core, column) for column in columns]
    schema = core.Schema(
        [core.Field(column.name, it) for column, it in zip(columns, types, strict=True)]
    )
    makes = [_making(core, column, it) for column, it in zip(columns, types, strict=True)]
    failed: list[BaseException] = []

    def made() -> Iterator[Any]:
        batch: list[Sequence[Any]] = []
        try:
            for row in rows:
                batch.append(row)
                if len(batch) == ROWS_AT_A_TIME:
                    yield _record_batch(core, schema, makes, batch)
                    batch = []
        except BaseException as error:
            failed.append(error)
            raise
        if batch:
            yield _record_batch(core, schema, makes, batch)

    reader = core.RecordBatchReader.from_batches(schema, made())
    try:
        io.write_parquet(reader, out, compression=COMPRESSION, max_row_group_size=ROWS_IN_A_GROUP)
    except Exception:
        # It tells the rows' own failure as a text of its own.
        if failed:
            raise failed[0] from None
        raise


def _record_batch(
    core: Any, schema: Any, makes: Sequence[Callable[[list[Any]], Any]], batch: list[Sequence[Any]]
) -> Any:
    values = zip(*batch, strict=True)
    arrays = [make(list(column)) for make, column in zip(makes, values, strict=True)]
    return core.RecordBatch.from_arrays(arrays, schema=schema)


def _type(core: Any, column: Column) -> Any:
    types = core.DataType
    kinds: Mapping[type[Any], Callable[[], Any]] = {
        Whole: types.int64,
        Number: types.int64,
        Flag: types.bool,
        Day: types.date32,
        Money: lambda: types.decimal128(MONEY_DIGITS + MONEY_DECIMALS, MONEY_DECIMALS),
        Moment: lambda: types.timestamp("us", tz="UTC"),
    }
    return kinds.get(type(column.kind), types.string)()


def _making(core: Any, column: Column, wanted: Any) -> Callable[[list[Any]], Any]:
    """What makes an array of a column's values; of some by way of another type."""
    text = core.DataType.string()
    by_way_of: Mapping[type[Any], tuple[Any, Callable[[Any], Any]]] = {
        Moment: (core.DataType.int64(), _microseconds),
        Money: (text, "{:f}".format),
        Day: (text, date.isoformat),
        Codes: (text, _codes),
    }
    if type(column.kind) not in by_way_of:
        return lambda values: core.Array(values, type=wanted)
    between, plain = by_way_of[type(column.kind)]
    return lambda values: core.Array(
        [None if it is None else plain(it) for it in values], type=between
    ).cast(wanted)


def _codes(codes: str) -> str:
    return Codes.written(codes.split("\n"))


def _microseconds(moment: datetime | int) -> int:
    return moment if isinstance(moment, int) else (moment - _EPOCH) // _MICROSECOND
