"""No cell of an export is a formula, and every text comes back as it was."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from onhand.files.harmless import STARTS, harmless, original

TEXTS = st.text() | st.text("='+-@\t\r\n ＝a1", max_size=6)


@given(TEXTS)
@example("")
@example("'")
@example("''")
@example("'=1")
@example("   ")
@example(" =1")
def test_every_text_comes_back_and_none_begins_as_a_formula_does(text: str) -> None:
    cell = harmless(text)
    assert original(cell) == text
    assert cell.lstrip(" ")[:1] not in STARTS
    assert cell.strip()


@pytest.mark.parametrize("text", ["'s-Hertogenbosch", "'t Hooft", "it's", "5'", "a=b", "1-2"])
def test_what_people_wrote_is_left_alone(text: str) -> None:
    assert harmless(text) == text
    assert original(text) == text


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "=cmd|' /C calc'!A0"]
)
def test_what_owasp_warns_of_is_marked(text: str) -> None:
    assert harmless(text) == "'" + text
