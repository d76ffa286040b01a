"""Every example of the specification, sent as it stands there, gets the specification's answer.

Three links make the proof: our copy of the examples is the specification's to the letter; each of
them stands in a document with its own request and its own answer; and what stands in the documents
is sent to a real server and gets that answer, on both databases.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.docs.carrying_out import DocumentedShop
from tests.docs.examples import Asked, requests
from tests.docs.seed import SPECIFICATION, SeedExample, examples_in, seed_examples
from tests.support.source import ROOT

DOCUMENTS = [ROOT / "docs" / "api.md", ROOT / "docs" / "stock-movements.md"]
EXAMPLES = seed_examples()
NUMBERED = [pytest.param(e, id=f"{n}-{e}") for n, e in enumerate(EXAMPLES, start=1)]


@pytest.mark.skipif(not SPECIFICATION.exists(), reason="the specification is not at hand")
def test_our_copy_is_the_specifications_to_the_letter() -> None:
    text = SPECIFICATION.read_text(encoding="utf-8")
    given = examples_in(text)
    assert [_text(example) for example in EXAMPLES] == [_text(example) for example in given]
    # None was overlooked: every request line of the text is the beginning of one of them.
    assert len(re.findall(r"^(?:GET|POST|PATCH|DELETE) /", text, re.MULTILINE)) == sum(
        example.request is not None for example in given
    )
    assert text.count("Response:") == sum(bool(e.request and e.answer) for e in given)


@pytest.mark.parametrize("example", NUMBERED)
def test_it_stands_in_the_documents(example: SeedExample) -> None:
    asked = [request for document in DOCUMENTS for request in requests(document)]
    assert any(_is_shown_by(example, request) for request in asked), _text(example)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_it_gets_the_answer_shown(document: Any, shop: DocumentedShop) -> None:
    assert shop.carry_out(document) > 0


def _is_shown_by(example: SeedExample, asked: Asked) -> bool:
    """Whether a document's request and answer are the example's, to the letter."""
    if example.request is not None:
        if example.request != f"{asked.method} {asked.target}":
            return False
        if example.body is not None and _json(example.body) != _json(_parsed(asked.body)):
            return False
    if example.answer is None:
        return True
    if asked.expected is None:
        return False
    answer = _parsed(asked.expected.body)
    # An answer without a request is a product, as `data` holds it, or a refusal's errors.
    parts = [answer] if example.request else [answer, answer.get("data")]
    return _json(example.answer) in map(_json, parts)


def _parsed(text: str) -> Any:
    return json.loads(text) if text else {}


def _json(value: Any) -> str:
    """JSON with its members in their order, so that to be equal is to be so to the letter."""
    return json.dumps(value)


def _text(example: SeedExample) -> str:
    return "\n".join([example.request or "", _json(example.body), _json(example.answer)])
