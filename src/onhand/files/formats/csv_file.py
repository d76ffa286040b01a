"""Tables as CSV by RFC 4180, in UTF-8: commas, CRLF, quotation marks where they are needed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO

from onhand.files.cells import Number, Whole
from onhand.files.columns import Column
from onhand.files.formats.as_text import batches, text_of

__all__ = ["write_csv"]

AS_THEY_ARE = frozenset((Whole, Number))
"""Kinds that the writer makes texts of by itself, None among them, and sooner."""


def write_csv(
    _: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], out: BinaryIO
) -> None:
    """Write a table: its header, then its rows."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=False)
    try:
        writer = csv.writer(text)
        writer.writerow([column.name for column in columns])
        writes = [
            None if type(column.kind) in AS_THEY_ARE else text_of(column.kind) for column in columns
        ]
        for batch in batches(rows):
            # Column by column: each is one pass in C where its texts are known.
            values = zip(*batch, strict=True)
            texts = [
                column if write is None else map(write, column)
                for write, column in zip(writes, values, strict=True)
            ]
            writer.writerows(zip(*texts, strict=True))
        text.flush()
    finally:
        text.detach()
