"""Barcodes: GTINs are checked by their last digit, everything else is taken as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onhand.core.products import barcode_fault, sku_key


@pytest.mark.parametrize(
    "barcode",
    [
        "4006381333931",  # the EAN-13 of many textbooks
        "036000291452",  # the UPC-A of many others
        "73513537",  # EAN-8
        "96385074",
        "00012345600012",  # GTIN-14
        "10614141000415",
    ],
)
def test_real_barcodes_are_right(barcode: str) -> None:
    assert barcode_fault(barcode) is None


def test_a_wrong_check_digit_is_told_with_the_right_one() -> None:
    fault = "4006381333932 is no GTIN: its check digit is 2 and should be 1"
    assert barcode_fault("4006381333932") == fault


@given(st.sampled_from([8, 12, 13, 14]), st.data())
def test_exactly_one_check_digit_is_right(length: int, data: st.DataObject) -> None:
    body = data.draw(st.text("0123456789", min_size=length - 1, max_size=length - 1))
    right = [digit for digit in "0123456789" if barcode_fault(body + digit) is None]
    assert len(right) == 1


@given(st.text("0123456789", min_size=13, max_size=13), st.integers(0, 12), st.integers(1, 9))
def test_every_single_wrong_digit_is_noticed(digits: str, place: int, shift: int) -> None:
    right = next(d for d in "0123456789" if barcode_fault(digits[:-1] + d) is None)
    barcode = digits[:-1] + right
    wrong = str((int(barcode[place]) + shift) % 10)
    assert barcode_fault(barcode[:place] + wrong + barcode[place + 1 :]) is not None


@pytest.mark.parametrize(
    "barcode",
    [
        "1",
        "1234567",
        "123456789",
        "400638133393100",
        "ABC12345",
        "4006381-33393",
        "１２３４５６７８",
    ],
)
def test_what_is_no_gtin_is_not_checked_as_one(barcode: str) -> None:
    assert barcode_fault(barcode) is None


@pytest.mark.parametrize(
    ("one", "other"), [("abc-1", "ABC-1"), (" A ", "a"), ("STRASSE", "straße"), ("É", "é")]
)
def test_skus_are_the_same_whatever_their_case(one: str, other: str) -> None:
    assert sku_key(one) == sku_key(other)
