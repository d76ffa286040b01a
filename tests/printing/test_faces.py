"""Texts are broken without losing a letter; amounts are told without losing a decimal."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onhand.printing import faces
from onhand.printing.figures import ENGLISH

SIZE = 9.0


@given(text=st.text("ab Wж-", max_size=80), limit=st.floats(20, 200))
def test_lines_fit_and_lose_nothing(text: str, limit: float) -> None:
    face = faces.regular()
    lines = face.broken(text, SIZE, limit)
    assert all(face.width(line, SIZE) <= limit for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@given(st.text(max_size=50))
@settings(max_examples=50)
def test_whatever_is_written_can_be_printed(text: str) -> None:
    face = faces.regular()
    printable, missing = face.printable(text)
    assert face.width(printable, SIZE) >= 0
    assert (faces.STAND_IN in printable) == bool(missing or faces.STAND_IN in text)


@pytest.mark.parametrize(
    ("values", "currency", "told"),
    [
        (["42475", "0.5"], "USD", ["42,475.00", "0.50"]),
        (["849.5", "0.0125"], "EUR", ["849.5000", "0.0125"]),
        (["1200.0000", "0"], "JPY", ["1,200", "0"]),
        (["1200.5"], "JPY", ["1,200.5"]),
        (["1.5"], "KWD", ["1.500"]),
        (["99999999999999.9999"], "USD", ["99,999,999,999,999.9999"]),
    ],
)
def test_amounts_are_exact(values: list[str], currency: str, told: list[str]) -> None:
    assert ENGLISH.amounts([Decimal(value) for value in values], currency) == told
