"""A transactions file, CSV or gzipped CSV, read as sales, returns, corrections and problems.

Goods have a stock code that matches the goods pattern; a return's invoice starts with the return
prefix (C). What a row of goods becomes:

    invoice   quantity   unit price   becomes
    --------  ---------  -----------  ----------------------------------------------------------
    any       > 0        > 0          Sale
    C…        < 0        > 0          Return, of the positive quantity
    any       ≠ 0        0            Correction, signed; reason: description or "Stock correction"
    C…        < 0        0            problem free_return: a return at no price, or a write-off?
    C…        > 0        ≥ 0          problem positive_return: a return of what came back?
    any       < 0        > 0          problem negative_sale: neither sold nor, without C, returned
    any       0          any          problem zero_quantity
    any       any        < 0          problem negative_price

("any" invoice: one without the prefix.) What never gets that far, in the order it is looked for:

    wrong_column_count      more or fewer values than the header has
    wrong_quotes            a quotation mark without its match; reading goes on in the next line
    blank_code, no_goods    no stock code, or that of postage, fees, tests
    unreadable_code
    unreadable_quantity, fraction, quantity_out_of_range
    unreadable_price, price_out_of_range
    unreadable_time
    blank_invoice, unreadable_invoice

Blank lines are passed over. A problem is reported with its physical line, and reading goes on: no
value is ever guessed. What is wrong with the file as a whole is a FileProblem.

Lines are handed out in chunks. A chunk ends with the first record that ends on or after its last
wanted line, so that its bounds depend on the text alone.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import asdict
from decimal import Decimal
from hashlib import blake2b
from operator import itemgetter
from os import PathLike
from types import TracebackType
from typing import Self

from onhand.files.mapping import ColumnMapping, ReadingOptions
from onhand.files.problems import NotCsv
from onhand.files.records import Chunk, Correction, Line, Problem, Return, Sale
from onhand.files.source import LineSource
from onhand.files.values import BadValue, Prices, Quantities, StockCodes, Times

__all__ = ["SalesFile"]

DEFAULT_REASON = "Stock correction"
MAXIMUM_INVOICE = 100  # characters
MAXIMUM_RECORD_LINES = 100  # physical lines that one record, with line ends in quotes, may span
EXCERPT_LENGTH = 120

_ZERO = Decimal(0)


class SalesFile:
    """One reading of a transactions file, from the header on. A context manager and an iterator.

    `header` is the columns as they stand; `last_line` the last physical line read so far;
    `bytes_read` of `size_bytes`, both as stored on disk, tell how far the reading is.
    `options_digest` names the mapping and the options that change what lines mean.
    """

    def __init__(self, source: LineSource, mapping: ColumnMapping, options: ReadingOptions) -> None:
        self.path = source.path
        self.size_bytes = source.size_bytes
        self._source = source
        self._options = options
        first = source.take(1)
        self.header = self._read_header(first)
        positions = mapping.positions(self.header, path=source.path, delimiter=options.delimiter)
        self._pick = itemgetter(*positions)
        self._width = len(self.header)
        self._codes = StockCodes(options.goods_pattern)
        self._quantities = Quantities()
        self._prices = Prices()
        self._times = Times(options.timezone, options.time_format)
        self.options_digest = _digest_of(mapping, options)
        self.content_digest = source.add_to_digest(first)

    @classmethod
    def open(
        cls,
        path: str | PathLike[str],
        mapping: ColumnMapping | None = None,
        options: ReadingOptions | None = None,
    ) -> Self:
        """Opens the file and reads its header. Raises FileProblem, also while reading goes on."""
        chosen = options or ReadingOptions()
        source = LineSource(path, chosen.encoding)
        try:
            return cls(source, mapping or ColumnMapping(), chosen)
        except BaseException:
            source.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._source.close()

    def __iter__(self) -> Iterator[Chunk]:
        while chunk := self.next_chunk():
            yield chunk

    @property
    def last_line(self) -> int:
        """The last physical line read, the header being line 1."""
        return self._source.line_number

    @property
    def bytes_read(self) -> int:
        """How many of `size_bytes` have been read."""
        return self._source.bytes_read

    @property
    def digest(self) -> str:
        """Names all text up to `last_line` and the way it is read; 32 hex digits."""
        both = f"{self.options_digest}:{self.content_digest}"
        return blake2b(both.encode(), digest_size=16).hexdigest()

    def skip_to(self, line_number: int) -> bool:
        """Passes over the lines up to `line_number`, digesting them, without reading the records.

        False, with everything passed over, where the file has fewer lines.
        """
        while (missing := line_number - self.last_line) > 0:
            lines = self._source.take(min(missing, self._options.chunk_lines))
            if not lines:
                return False
            self.content_digest = self._source.add_to_digest(lines)
        return True

    def next_chunk(self, last_line: int | None = None) -> Chunk | None:
        """The next lines, up to `last_line` (default: `chunk_lines` further); None at the end."""
        first_line = self.last_line + 1
        if last_line is None:
            last_line = self.last_line + self._options.chunk_lines
        lines = self._source.take(max(1, last_line - self.last_line))
        if not lines:
            return None
        records: list[Line] = []
        problems: list[Problem] = []
        used = 0
        while used < len(lines):
            used = self._read_records(lines, used, first_line, records, problems)
        self.content_digest = self._source.add_to_digest(lines)
        return Chunk(
            first_line,
            self.last_line,
            records,
            problems,
            self.digest,
            self.content_digest,
            self.bytes_read,
        )

    def _read_records(
        self,
        lines: list[str],
        start: int,
        first_line: int,
        records: list[Line],
        problems: list[Problem],
    ) -> int:
        """Reads from `lines[start]` on to their end, or to quotation marks that do not match.

        Lines that the last record needs beyond the end are taken and appended to `lines`. Returns
        the index of the first line not read.
        """
        wanted = len(lines)
        begin = end = start  # the record being read is lines[begin:end], once it is read

        def feed() -> Iterator[str]:
            for index in range(start, wanted):
                if index - begin >= MAXIMUM_RECORD_LINES:
                    return
                yield lines[index]
            while len(lines) - begin < MAXIMUM_RECORD_LINES and (more := self._source.take(1)):
                lines.extend(more)
                yield more[0]

        pick, width = self._pick, self._width
        codes, quantities = self._codes, self._quantities
        prices, times = self._prices, self._times
        prefix = self._options.return_prefix
        prefix_length = len(prefix)
        add = records.append
        # Strict: a record that ends within quotes is an error, not a value that swallowed lines.
        reader = csv.reader(feed(), delimiter=self._options.delimiter, strict=True)
        while end < wanted:
            begin = end
            line_number = first_line + begin
            try:
                row = next(reader)
            except csv.Error:
                row = []
                end = wanted + 1
            else:
                end = start + reader.line_num
            if len(row) != width:
                if end - begin > 1:
                    problems.append(_wrong_quotes(line_number, lines[begin]))
                    # Reading goes on in the very next line, so that none is swallowed.
                    keep = max(wanted, begin + 1)
                    self._source.give_back(lines[keep:])
                    del lines[keep:]
                    return begin + 1
                if row:
                    problems.append(_wrong_width(line_number, len(row), width, lines[begin]))
                continue
            try:
                invoice, code, description, quantity_text, time_text, price_text = pick(row)
                sku = codes[code]
                quantity = quantities[quantity_text]
                price = prices[price_text]
                time = times[time_text]
                invoice = invoice.strip()
                if not 0 < len(invoice) <= MAXIMUM_INVOICE or not invoice.isprintable():
                    raise _wrong_invoice(invoice)
                is_return = invoice[:prefix_length].upper() == prefix
                if price > _ZERO and quantity > 0 and not is_return:
                    add(Sale(line_number, invoice, sku, description.strip(), quantity, price, time))
                elif price > _ZERO and quantity < 0 and is_return:
                    add(
                        Return(
                            line_number, invoice, sku, description.strip(), -quantity, price, time
                        )
                    )
                elif price == _ZERO and quantity and not is_return:
                    reason = description.strip() or DEFAULT_REASON
                    add(Correction(line_number, invoice, sku, reason, quantity, time))
                else:
                    raise _no_rule(invoice, quantity, price, is_return)
            except BadValue as bad:
                problems.append(Problem(line_number, bad.kind, bad.reason, _excerpt(lines[begin])))
        return end

    def _read_header(self, first: list[str]) -> list[str]:
        if not first:
            raise NotCsv("is empty", path=self.path)
        try:
            row = next(csv.reader(first, delimiter=self._options.delimiter), [])
        except csv.Error as error:
            raise NotCsv(
                f"the header cannot be read as CSV ({error})", path=self.path, line_number=1
            ) from error
        if not any(name.strip() for name in row):
            raise NotCsv(
                "the first line is blank; it must name the columns", path=self.path, line_number=1
            )
        return row


def _digest_of(mapping: ColumnMapping, options: ReadingOptions) -> str:
    meaning = {**asdict(mapping), **asdict(options)}
    # Neither changes what a line means: equal text in another encoding is the same import.
    del meaning["chunk_lines"], meaning["encoding"]
    return blake2b(json.dumps(meaning, sort_keys=True).encode(), digest_size=16).hexdigest()


def _wrong_width(line_number: int, columns: int, width: int, line: str) -> Problem:
    return Problem(
        line_number,
        "wrong_column_count",
        f"The line has {columns} value{'s' if columns != 1 else ''} where the header has {width}",
        _excerpt(line),
    )


def _wrong_quotes(line_number: int, line: str) -> Problem:
    return Problem(
        line_number,
        "wrong_quotes",
        "A quotation mark in this line has no match, or one within a quoted value is not doubled",
        _excerpt(line),
    )


def _wrong_invoice(invoice: str) -> BadValue:
    if not invoice:
        return BadValue("blank_invoice", "The invoice is blank")
    return BadValue(
        "unreadable_invoice",
        f"The invoice is longer than {MAXIMUM_INVOICE} characters, "
        "or has some that cannot be printed",
    )


def _no_rule(invoice: str, quantity: int, price: Decimal, is_return: bool) -> BadValue:
    """Why a readable row of goods is neither a sale nor a return nor a correction."""
    shown = invoice[:20]
    if price < _ZERO:
        return BadValue("negative_price", f"The unit price {price} is negative")
    if quantity == 0:
        return BadValue("zero_quantity", "The quantity is 0: nothing moved")
    if is_return and quantity > 0:
        return BadValue(
            "positive_return", f"Invoice {shown} is a return, but the quantity {quantity} goes out"
        )
    if is_return:
        return BadValue(
            "free_return",
            f"Invoice {shown} is a return at price 0: goods come back, or written off?",
        )
    return BadValue(
        "negative_sale", f"The quantity {quantity} is negative, but invoice {shown} is no return"
    )


def _excerpt(line: str) -> str:
    start = line[:EXCERPT_LENGTH].rstrip("\r\n")
    return "".join(character if character.isprintable() else " " for character in start)
