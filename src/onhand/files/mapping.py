"""Which column of a transactions file holds what, and how its values are written.

`ColumnMapping` names columns; `ReadingOptions` says how to read them. Both are part of an import's
identity: the same file read another way is another import.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Self
from zoneinfo import ZoneInfo

from onhand.files.problems import WrongColumns, WrongOption

__all__ = ["ColumnMapping", "ReadingOptions"]

GOODS_PATTERN = r"[0-9]{5}[A-Z]{0,2}"
MAXIMUM_COLUMNS_SHOWN = 30


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """The header names of the six values a line must carry; one column may serve for two of them.

    The defaults are the columns of "Online Retail II" as kept in online_retail_ii.csv.
    """

    invoice: str = "invoice"
    sku: str = "stock_code"
    description: str = "description"
    quantity: str = "quantity"
    occurred_at: str = "invoice_date"
    unit_price: str = "unit_price"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The mapping written as `invoice=InvoiceNo,sku=StockCode`; values left out keep defaults.

        Raises WrongOption, naming the part that is wrong.
        """
        known = [field.name for field in fields(cls)]
        given: dict[str, str] = {}
        for part in text.split(","):
            if not part.strip():
                continue
            name, equals, column = (piece.strip() for piece in part.partition("="))
            if not equals or not column:
                raise WrongOption(
                    f"Column mapping: {part.strip()!r} is not of the form value=Column, "
                    "for example sku=StockCode"
                )
            if name not in known:
                raise WrongOption(
                    f"Column mapping: {name!r} in {part.strip()!r} is not a value of a line; "
                    f"the values are {', '.join(known)}"
                )
            if name in given:
                raise WrongOption(f"Column mapping: {name!r} is given twice")
            given[name] = column
        return replace(cls(), **given)

    def positions(self, header: Sequence[str], *, path: str, delimiter: str) -> tuple[int, ...]:
        """Where the six values stand in a row, in the order of this class's fields.

        Names match exactly, else without regard to case and outer spaces. Raises WrongColumns with
        every missing column and the columns that the file really has.
        """
        exact = [name.strip() for name in header]
        folded = [name.casefold() for name in exact]
        found: list[int] = []
        missing: list[str] = []
        for value, column in asdict(self).items():
            for names, wanted in ((exact, column.strip()), (folded, column.strip().casefold())):
                if wanted in names:
                    break
            else:
                missing.append(f"{column!r} (for {value})")
                continue
            if names.count(wanted) > 1:
                raise WrongColumns(
                    f"the header has the column {column!r} (for {value}) {names.count(wanted)} "
                    "times; rename all but one",
                    path=path,
                    line_number=1,
                )
            found.append(names.index(wanted))
        if missing:
            raise WrongColumns(
                f"the header has no column {', '.join(missing)}. "
                f"{_columns_of(exact)} {_way_out(header, delimiter)}",
                path=path,
                line_number=1,
            )
        return tuple(found)


def _columns_of(names: Sequence[str]) -> str:
    shown = ", ".join(
        repr(name if len(name) <= 40 else name[:40] + "…") for name in names[:MAXIMUM_COLUMNS_SHOWN]
    )
    more = len(names) - MAXIMUM_COLUMNS_SHOWN
    return f"Its columns are {shown}{f' and {more} more' if more > 0 else ''}."


def _way_out(header: Sequence[str], delimiter: str) -> str:
    if len(header) == 1:
        others = {";": "semicolons", "\t": "tabs", "|": "bars", ",": "commas"}
        for other, name in others.items():
            if other != delimiter and header[0].count(other) >= 2:
                return f"They look separated by {name}: give {other!r} as the delimiter."
    return "Say which column holds what with a column mapping, for example sku=StockCode."


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """How the values of a transactions file are written. Raises WrongOption on what cannot be.

    timezone       zoneinfo name in which times without an offset are taken
    time_format    strptime format of the times; None: ISO 8601 (2009-12-01 07:45:00)
    goods_pattern  the whole of a stock code, in capitals, that stands for goods
    return_prefix  what the invoice of a return starts with, in capitals
    encoding       the text's encoding; a byte order mark in the file goes before it
    delimiter      the one character between values
    chunk_lines    physical lines per chunk; no part of the import's identity
    """

    timezone: str = "UTC"
    time_format: str | None = None
    goods_pattern: str = GOODS_PATTERN
    return_prefix: str = "C"
    encoding: str = "utf-8"
    delimiter: str = ","
    chunk_lines: int = 10_000

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.timezone)
        except (LookupError, ValueError, OSError) as error:
            raise WrongOption(
                f"Timezone: {self.timezone!r} is not a name of the time zone database, "
                "such as UTC or Europe/London"
            ) from error
        try:
            re.compile(self.goods_pattern)
        except (re.error, RecursionError, OverflowError) as error:
            raise WrongOption(
                f"Goods pattern: {self.goods_pattern!r} is not a regular expression ({error})"
            ) from error
        if not self.return_prefix:
            raise WrongOption("Return prefix: it may not be empty, or every invoice is a return")
        if len(self.delimiter) != 1 or self.delimiter in '\r\n"\0 ':
            raise WrongOption(
                f"Delimiter: {self.delimiter!r} is not one character such as ',' ';' or a tab"
            )
        if not 1 <= self.chunk_lines <= 1_000_000:
            raise WrongOption(f"Chunk lines: {self.chunk_lines} is not from 1 to 1,000,000")
        try:
            codecs.lookup(self.encoding)
            "".encode(self.encoding)  # refuses codecs that turn bytes into bytes
        except (LookupError, ValueError) as error:
            raise WrongOption(
                f"Encoding: {self.encoding!r} is not a text encoding that Python knows, "
                "such as utf-8 or cp1252"
            ) from error
        if codecs.lookup(self.encoding).incrementaldecoder is None:
            raise WrongOption(f"Encoding: {self.encoding!r} cannot be read piece by piece")
