"""What a cell is taken for, and why another is not: nothing is guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from onhand.files.cells import BadCell, Cell, Kind, SheetFault, is_blank
from onhand.files.tables import kinds as k

TAKEN: list[tuple[Kind, Cell, Any]] = [
    (k.UNITS, "12", 12),
    (k.UNITS, " 12.0 ", 12),
    (k.UNITS, 12.0, 12),
    (k.UNITS, Decimal("12"), 12),
    (k.UNITS, 2**53, 2**53),
    (k.SIGNED, "-3", -3),
    (k.MONEY, "12.50", Decimal("12.5")),
    (k.MONEY, 19.990000000000002, Decimal("19.99")),
    (k.MONEY, 100, Decimal(100)),
    (k.MONEY, "99999999999999.9999", Decimal("99999999999999.9999")),
    (k.MONEY, 0, Decimal(0)),
    (k.FLAG, "TRUE", True),
    (k.FLAG, "no", False),
    (k.FLAG, False, False),
    (k.FLAG, 1, True),
    (k.DAY, "2025-01-15", date(2025, 1, 15)),
    (k.DAY, date(2025, 1, 15), date(2025, 1, 15)),
    (k.DAY, datetime(2025, 1, 15, tzinfo=UTC), date(2025, 1, 15)),
    (k.MOMENT, "2025-01-15T17:45:00+01:00", datetime(2025, 1, 15, 16, 45, tzinfo=UTC)),
    (k.MOMENT, datetime(2025, 1, 15, 16, 45), datetime(2025, 1, 15, 16, 45, tzinfo=UTC)),  # noqa: DTZ001
    (k.SKU, " A-1 ", "A-1"),
    (k.SKU, 4006381333931.0, "4006381333931"),
    (k.SKU, 7, "7"),
    (k.SKU, "'=A1", "=A1"),
    (k.BARCODE, 4006381333931, "4006381333931"),
    (k.DESCRIPTION, "two\r\nlines\tand ' ", "two\r\nlines\tand ' "),
    (k.DESCRIPTION, "x" * 10_000, "x" * 10_000),
    (k.DESCRIPTION, "'", ""),
    (k.WAREHOUSES, 'MAIN; "A;B"; NORTH', ("MAIN", "A;B", "NORTH")),
]


@pytest.mark.parametrize(("kind", "cell", "value"), TAKEN)
def test_a_cell_is_taken(kind: Kind, cell: Cell, value: Any) -> None:
    found = kind.read(cell)
    assert found == value
    assert type(found) is type(value)


REFUSED: list[tuple[Kind, Cell, str]] = [
    (k.UNITS, "1,234", "with a point for decimals and nothing for thousands; got '1,234'"),
    (k.UNITS, "1 234", "nothing for thousands"),
    (k.UNITS, "12.5", "Must be a whole number of 0 or more; got '12.5'"),
    (k.UNITS, 12.5, "Must be a whole number"),
    (k.UNITS, float("nan"), "Must be a whole number"),
    (k.UNITS, float("inf"), "Must be a whole number"),
    (k.UNITS, Decimal("NaN"), "Must be a whole number"),
    (k.UNITS, True, "Must be a whole number of 0 or more; got 'True'"),
    (k.UNITS, "1e3", "Must be a whole number"),
    (k.UNITS, "-1", "Must be a whole number of 0 or more; got '-1'"),
    (k.UNITS, 2**53 + 1, "Must be a whole number"),
    (k.UNITS, "９", "Must be a whole number"),
    (k.UNITS, SheetFault("the error #REF!"), "the cell holds the error #REF!"),
    (k.DAYS, "36501", "Must be a whole number from 0 to 36500; got '36501'"),
    (k.MONEY, "12,50", "with a point for decimals and nothing for thousands; got '12,50'"),
    (k.MONEY, "£5", "Must be an amount of 0 or more, with up to 4 decimals; got '£5'"),
    (k.MONEY, "1.23456", "Must have up to 4 decimals"),
    (k.MONEY, 1.23456, "Must have up to 4 decimals"),
    (k.MONEY, -1.0, "Must be an amount of 0 or more"),
    (k.MONEY, float("nan"), "Must be an amount of 0 or more"),
    (k.MONEY, 10**14, "Must be below 10^14"),
    (k.FLAG, "maybe", "Must be true or false; got 'maybe'"),
    (k.DAY, "31/12/2025", "Must be a day, as 2025-01-15; got '31/12/2025'"),
    (k.DAY, "2025-02-30", "Must be a day"),
    (k.DAY, datetime(2025, 1, 15, 12, tzinfo=UTC), "Must be a day"),
    (k.MOMENT, "2025-01-15 16:45", "Must be a moment with its zone"),
    (k.MOMENT, "0001-01-01T00:00:00+14:00", "Must be a moment with its zone"),
    (k.SKU, "x" * 65, "Must be a text of up to 64 characters, on one line; it has 65"),
    (k.SKU, "a\nb", "without control characters"),
    (k.SKU, "a\0b", "without control characters"),
    (k.SKU, date(2025, 1, 15), "Is a date in this file"),
    (k.SKU, 1234567890123456, "Is a number of more than 15 digits"),
    (k.SKU, 1.5e20, "Is a number of more than 15 digits"),
    (k.BARCODE, "4006381333930", "its check digit is 0 and should be 1"),
    (k.CURRENCY, "usd", "Must be three capital letters, as USD; got 'usd'"),
    (k.EMAIL, "nobody", "Must be an e-mail address; got 'nobody'"),
    (k.DESCRIPTION, "x" * 10_001, "Must be a text of up to 10,000 characters; it has 10,001"),
    (k.DESCRIPTION, "\x07", "without control characters"),
    (k.WAREHOUSES, 'MAIN;"', "Must be codes with semicolons between them"),
    (k.WAREHOUSES, "MAIN;;NORTH", "Must be codes with semicolons between them"),
]


@pytest.mark.parametrize(("kind", "cell", "reason"), REFUSED)
def test_a_cell_is_refused_in_words(kind: Kind, cell: Cell, reason: str) -> None:
    with pytest.raises(BadCell) as told:
        kind.read(cell)
    assert reason in told.value.reason


@pytest.mark.parametrize(("cell", "blank"), [(None, True), ("", True), (" \t", True), ("'", False)])
def test_what_is_blank(cell: Cell, blank: bool) -> None:
    assert is_blank(cell) == blank
