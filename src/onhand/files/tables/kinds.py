"""The kinds of columns that several tables have, each as the API has the field of that name.

`tests/files/test_tables_as_the_api.py` holds the two to each other.
"""

from __future__ import annotations

import re

from onhand.core.products import barcode_fault
from onhand.files.cells import Codes, Day, Flag, Line, Moment, Money, Number, Text, Whole

_CURRENCY = re.compile(r"[A-Z]{3}")
_EMAIL = re.compile(r"[^\x00-\x20\x7F@]+@[^\x00-\x20\x7F@]+")
MAX_ID = 2**63 - 1


def _currency_fault(text: str) -> str | None:
    if _CURRENCY.fullmatch(text):
        return None
    return f"Must be three capital letters, as USD; got {text!r}"


def _email_fault(text: str) -> str | None:
    return None if _EMAIL.fullmatch(text) else f"Must be an e-mail address; got {text[:40]!r}"


SKU = Line(64)
NAME = Line(255)
CODE = Line(32)
UNIT = Line(32)
PERSON = Line(255)
REFERENCE = Line(255)
NUMBER = Number(64)
BARCODE = Line(64, barcode_fault)
CURRENCY = Line(3, _currency_fault)
EMAIL = Line(254, _email_fault)
PHONE = Line(64)
PAYMENT_TERMS = Line(255)
WORD = Line(64)
DESCRIPTION = Text(10_000)
ADDRESS = Text(2_000)
NOTES = Text(2_000)
ID = Whole(1, MAX_ID)
UNITS = Whole(0)
MORE_UNITS = Whole(1)
SIGNED = Whole(-(2**53))
DAYS = Whole(0, 36_500)
PERCENT = Whole(0, 100)
MONEY = Money()
FLAG = Flag()
DAY = Day()
MOMENT = Moment()
WAREHOUSES = Codes(32, 100)
