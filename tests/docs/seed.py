"""The specification's own examples: our copy of them, and how they are found in its text.

The copy (`seed_examples.json`) is what tests go by, because the specification lies outside of the
project. Where it is at hand, a test holds the copy to it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.source import ROOT

COPY = Path(__file__).parent / "seed_examples.json"
SPECIFICATION = ROOT.parent / "shared" / "spec" / "seed.txt"

# The text runs on after a path or a JSON value, as in `…/countResponse:` and `…/low-stock4. Use`.
_REQUEST = re.compile(
    r"^(GET|POST|PATCH|DELETE) (/api/[\w/{}?=&-]+?)(?=Response:|Returns |Reorder |\d\. [A-Z]|\n)",
    re.MULTILINE,
)
_VALUE = re.compile(r"^(?:json)?(?=\{)", re.MULTILINE)


@dataclass(frozen=True)
class SeedExample:
    """A request with its body and answer, as far as the specification gives them.

    Without a request it is part of an answer: of a product's, or of a refusal's.
    """

    request: str | None
    body: Any = None
    answer: Any = None

    def __str__(self) -> str:
        """Names the example in a test's id."""
        return self.request or next(iter(self.answer))


def seed_examples() -> list[SeedExample]:
    """Our copy."""
    return [SeedExample(**entry) for entry in json.loads(COPY.read_text(encoding="utf-8"))]


def examples_in(text: str) -> list[SeedExample]:
    """All examples in the specification's text, in order."""
    found: list[SeedExample] = []
    for kind, value in _pieces(text):
        last = found[-1] if found else None
        if kind == "request":
            found.append(SeedExample(request=value))
        elif kind == "answer" and last is not None and last.answer is None:
            found[-1] = SeedExample(last.request, last.body, value)
        elif kind == "value" and last is not None and last.body is None and last.request:
            found[-1] = SeedExample(last.request, value)
        else:
            found.append(SeedExample(request=None, answer=value))
    return found


def _pieces(text: str) -> Iterator[tuple[str, Any]]:
    """Requests, the JSON right below them, the JSON after `Response:`, and any other JSON."""
    decoder = json.JSONDecoder()
    at = 0
    while True:
        request, value = _REQUEST.search(text, at), _VALUE.search(text, at)
        if request is None and value is None:
            return
        if value is None or (request is not None and request.start() < value.start()):
            assert request is not None
            yield "request", f"{request[1]} {request[2]}"
            at = request.end()
            continue
        between = text[at : value.start()]
        content, at = decoder.raw_decode(text, value.end())
        if between.endswith("Response:\n"):
            yield "answer", content
        else:
            yield ("value" if between == "\n" else "other"), content
