"""What the lines of a transactions file become: light, immutable records with line numbers.

A line number is the physical line in the file on which the record begins, the header being line 1.
Times are aware and in UTC, prices exact decimals as written, stock codes upper-cased.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, TypeAlias

__all__ = ["Chunk", "Correction", "Line", "Problem", "Return", "Sale"]


class Sale(NamedTuple):
    """Goods that went out: `quantity` > 0 units at `unit_price` > 0 each."""

    line_number: int
    invoice: str
    sku: str
    description: str
    quantity: int
    unit_price: Decimal
    occurred_at: datetime


class Return(NamedTuple):
    """Goods that came back: `quantity` > 0 units, credited at `unit_price` > 0 each."""

    line_number: int
    invoice: str
    sku: str
    description: str
    quantity: int
    unit_price: Decimal
    occurred_at: datetime


class Correction(NamedTuple):
    """Stock that was found (`quantity` > 0) or lost (< 0); `reason` is never empty."""

    line_number: int
    invoice: str
    sku: str
    reason: str
    quantity: int
    occurred_at: datetime


class Problem(NamedTuple):
    """A line that moves no stock: no goods, or a bad row.

    `kind` is a stable word for counting, `reason` a sentence, `excerpt` the start of the line.
    """

    line_number: int
    kind: str
    reason: str
    excerpt: str


Line: TypeAlias = Sale | Return | Correction


class Chunk(NamedTuple):
    """The physical lines `first_line` to `last_line` of a file, read.

    `content_digest` covers all text from the header to `last_line`; `digest` covers the column
    mapping and the reading options as well. `bytes_read` is how far into the file, as stored
    (compressed where it is), the reader has come; it runs ahead of the chunk by a buffer.
    """

    first_line: int
    last_line: int
    lines: list[Line]
    problems: list[Problem]
    digest: str
    content_digest: str
    bytes_read: int
