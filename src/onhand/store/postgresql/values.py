"""How values go to PostgreSQL: whole numbers as bigint, and lists of them in a few steps.

psycopg dumps an array value by value, in Python. A batch is two dozen arrays of ids and quantities
with as many values as it has commands, so those are packed in blocks instead. The format is the one
of PostgreSQL's array_recv: a head, then each value behind its length.
"""

from __future__ import annotations

import struct
from typing import Any

import psycopg
from psycopg.abc import Buffer, DumperKey
from psycopg.adapt import PyFormat
from psycopg.types.array import ListBinaryDumper
from psycopg.types.numeric import Int8BinaryDumper

_HEAD = struct.Struct(">iiIii")
_BIGINT_OID = 20
_VALUE_BYTES = 8
_BLOCK = 64
_PACK = [struct.Struct(">" + "iq" * count).pack for count in range(_BLOCK + 1)]


_WHOLE_NUMBERS: DumperKey = (list, int)
"""psycopg's own key of a list with whole numbers in it."""


class Int8ListDumper(ListBinaryDumper):
    """Lists of whole numbers as arrays of bigint; other lists as psycopg dumps them."""

    def get_key(self, obj: list[Any], format: PyFormat) -> DumperKey:
        """By what a list's dumper is kept: most are told by their first value."""
        return _WHOLE_NUMBERS if obj and type(obj[0]) is int else super().get_key(obj, format)

    def dump(self, obj: list[Any]) -> Buffer | None:
        """The array's binary form."""
        # The key says the rest: to ask the inner dumper's class takes four times the packing.
        if obj and type(obj[0]) is int:
            try:
                return _packed(obj)
            except struct.error:
                # One of them is None, or no number of 64 bits.
                return super().dump(obj)
        return super().dump(obj)


def _packed(numbers: list[int]) -> bytes:
    pairs = [_VALUE_BYTES] * (2 * len(numbers))
    pairs[1::2] = numbers
    parts = [_HEAD.pack(1, 0, _BIGINT_OID, len(numbers), 1)]
    for start in range(0, len(numbers), _BLOCK):
        block = pairs[2 * start : 2 * (start + _BLOCK)]
        parts.append(_PACK[len(block) // 2](*block))
    return b"".join(parts)


def adapt(connection: psycopg.Connection[Any]) -> None:
    """Have a connection dump values so.

    One type for all whole numbers, so that a statement has one plan whatever its numbers are.
    """
    connection.adapters.register_dumper(int, Int8BinaryDumper)
    connection.adapters.register_dumper(list, Int8ListDumper)
