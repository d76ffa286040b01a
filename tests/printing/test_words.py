"""Catalogues of words: each language has all of them, and nothing else has any."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from string import Formatter
from typing import get_args, get_type_hints

import pytest

from onhand.api.counting.reports import CountVarianceLine
from onhand.api.endpoints import OPERATIONS
from onhand.api.openapi import document
from onhand.core.documents import DocumentKind
from onhand.core.kinds import LIFE_CYCLES
from onhand.core.movements import MovementType
from onhand.printing import figures
from onhand.printing.figures import Value
from onhand.printing.speech import ENGLISH, GERMAN, SPOKEN, Speech
from tests.api.test_reports_on_paper import LISTS
from tests.support.papers import NOW, words_of
from tests.support.source import PACKAGE, Source

NO_WORDS = {"Onhand", "Row"}
"""Names: what printed it, and a type."""


def filled_in(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("speech", SPOKEN.values(), ids=SPOKEN.keys())
def test_a_language_says_all_that_english_does_of_the_same_facts(speech: Speech) -> None:
    own, english = words_of(speech), words_of(ENGLISH)
    assert own.keys() == english.keys()
    for name, text in own.items():
        assert text.strip() == text != "", name
        assert filled_in(text) == filled_in(english[name]), name


@pytest.mark.parametrize("speech", SPOKEN.values(), ids=SPOKEN.keys())
def test_there_is_a_word_for_each_state_and_kind(speech: Speech) -> None:
    words = speech.words
    printed = [kind for kind in LIFE_CYCLES if kind is not DocumentKind.SUPPLIER]
    assert words.states.keys() == {it for kind in printed for it in LIFE_CYCLES[kind].states}
    assert words.marks.keys() < words.states.keys()
    assert words.movement_types.keys() == set(MovementType)
    assert words.references.keys() > set(DocumentKind)
    [recounts, _] = get_args(get_type_hints(CountVarianceLine)["recount"])
    assert words.recounts.keys() == set(get_args(recounts))


def test_there_is_a_word_for_each_field_to_sort_by() -> None:
    paths = document(OPERATIONS)["paths"]
    taken = [it for list_ in LISTS for it in paths[f"{list_.path}/pdf"]["get"]["parameters"]]
    schemas = [it["schema"] for it in taken if it["name"] == "sort"]
    assert len(schemas) >= 5
    for schema in schemas:
        allowed = schema.get("pattern") or " ".join(schema["enum"])
        assert set(re.findall("[a-z_]+", allowed)) <= ENGLISH.words.fields.keys(), allowed


def literals(source: Source) -> Iterator[tuple[int, str]]:
    """Texts of a module, but its docstrings, keys, and what it compares with or looks up."""
    passed: set[ast.AST] = set()
    for node in ast.walk(source.tree):
        match node:
            case ast.Expr(value=ast.Constant()):
                passed.add(node.value)
            case ast.Subscript():
                passed.add(node.slice)
            case ast.Compare():
                passed.update(node.comparators)
            case ast.FormattedValue(format_spec=ast.JoinedStr(values=values)):
                passed.update(values)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in passed:
            yield node.lineno, node.value


def test_what_draws_says_nothing_of_its_own() -> None:
    drawing = [
        Source(PACKAGE / "printing" / f"{name}.py")
        for name in ("contents", "counts", "documents", "purchasing", "reports", "sales", "tables")
    ] + [Source(PACKAGE / "printing" / "transfers.py")]
    said = {
        (source.path.name, line, text)
        for source in drawing
        for line, text in literals(source)
        if any(map(str.isalpha, text)) and text not in NO_WORDS
    }
    assert not said


def test_lists_have_heads_and_facts_of_the_catalogues_alone() -> None:
    """A head, a title, and the first of a pair is a word: none is written where it is used."""
    for path in sorted((PACKAGE / "api" / "on_paper").glob("*.py")):
        for node in ast.walk(Source(path).tree):
            told: list[ast.expr] = []
            match node:
                case ast.Call(func=ast.Name(id="Head" | "Report" | "Column"), args=[first, *_]):
                    told = [first]
                case ast.Tuple(elts=[first, _], ctx=ast.Load()):
                    told = [first]
                case ast.keyword(arg="title"):
                    told = [node.value]
            for it in told:
                if isinstance(it, ast.Constant | ast.JoinedStr):
                    parts = [x.value for x in ast.walk(it) if isinstance(x, ast.Constant)]
                    # Without a capital it is a name of the API.
                    written = [x for x in parts if isinstance(x, str) and x != x.lower()]
                    assert not written, (path.name, it.lineno, written)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (1_200, "1.200"),
        (Decimal("1234.50"), "1.234,50"),
        (date(2026, 11, 28), "28.11.2026"),
        (date(2026, 3, 4), "04.03.2026"),
        (NOW, "04.03.2026, 16:45 UTC"),
        ("1,200.5", "1,200.5"),
        (None, "–"),
    ],
)
def test_german_writes_figures_its_own_way(value: Value, told: str) -> None:
    assert GERMAN.figures.told(value) == told


def test_german_writes_money_and_changes_its_own_way() -> None:
    german = figures.GERMAN
    assert german.amounts([Decimal("42475"), Decimal("0.5")], "USD") == ["42.475,00", "0,50"]
    assert german.money(Decimal("-1234.5"), "EUR") == "-1.234,50 EUR"
    assert german.signed(1_200) == "+1.200"
    assert german.percent(Decimal("97.5")) == "97,5 %"
