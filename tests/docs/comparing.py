"""Whether an answer is the one a document shows.

Everything shown must be there, with the same value in the same place; more may be there. Three
things cannot be the same from run to run and are compared by their shape and order: moments, the
ids of what is made in between (movements, reservations, transfers), and texts shown with `…`, which
stands for anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any, TypeVar

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
MADE_IDS = {"movement_ids", "movement_id", "transfer_id", "reverses_id", "reversed"}
ANYTHING = "…"

Ordered = TypeVar("Ordered", int, str)


def parsed(text: str) -> Any:
    """JSON, its numbers exact."""
    return json.loads(text, parse_float=Decimal)


def differences(expected: Any, actual: Any, *, whole: bool = False) -> list[str]:
    """How an answer differs from the one shown, a line each; none when it is that one.

    `whole`: all of it is shown, more may not be there.
    """
    comparison = _Comparison(whole)
    found = list(comparison.compare(expected, actual, ""))
    return found or list(comparison.out_of_order())


def fits(expected: str, actual: str) -> bool:
    """Whether a text is the one shown; `…` stands for anything."""
    if ANYTHING not in expected:
        return expected == actual
    pattern = ".*".join(re.escape(part) for part in expected.split(ANYTHING))
    return re.fullmatch(pattern, actual, re.DOTALL) is not None


class _Comparison:
    def __init__(self, whole: bool) -> None:
        self._whole = whole
        self._moments: list[tuple[str, str]] = []
        self._ids: list[tuple[int, int]] = []

    def compare(self, expected: Any, actual: Any, path: str) -> Iterator[str]:
        if expected == ANYTHING:
            return
        if type(expected) is not type(actual):
            yield f"{path}: {_shown(expected)} expected, {_shown(actual)} found"
        elif isinstance(expected, dict):
            for name in actual.keys() - expected.keys() if self._whole else ():
                yield f"{path}.{name}: nothing expected, {_shown(actual[name])} found".lstrip(".")
            for name, value in expected.items():
                here = f"{path}.{name}".lstrip(".")
                if name not in actual:
                    yield f"{here}: {_shown(value)} expected, nothing found"
                elif _is_made(name, expected):
                    yield from self._compare_ids(value, actual[name], here)
                elif "specversion" in expected and name in ("id", "sequence"):
                    # The number of an event, as a text.
                    yield from self._compare_ids(int(value), int(actual[name]), here)
                else:
                    yield from self.compare(value, actual[name], here)
        elif isinstance(expected, list):
            if len(expected) != len(actual):
                yield f"{path}: {len(expected)} items expected, {len(actual)} found"
            for place, (one, other) in enumerate(zip(expected, actual, strict=False)):
                yield from self.compare(one, other, f"{path}.{place}")
        elif isinstance(expected, str) and MOMENT.fullmatch(expected):
            if MOMENT.fullmatch(actual):
                self._moments.append((expected, actual))
            else:
                yield f"{path}: a moment expected, {_shown(actual)} found"
        elif not (fits(expected, actual) if isinstance(expected, str) else expected == actual):
            yield f"{path}: {_shown(expected)} expected, {_shown(actual)} found"

    def out_of_order(self) -> Iterator[str]:
        """What is shown as earlier or smaller must be so, too."""
        moments = [(expected, actual[:19]) for expected, actual in self._moments]
        yield from _out_of_order(moments)
        yield from _out_of_order(self._ids)

    def _compare_ids(self, expected: Any, actual: Any, path: str) -> Iterator[str]:
        ones, others = _listed(expected), _listed(actual)
        if len(ones) != len(others) or not all(type(i) is int and i > 0 for i in others):
            yield f"{path}: as many ids as in {_shown(expected)} expected, {_shown(actual)} found"
        else:
            self._ids.extend(zip(ones, others, strict=True))


def _out_of_order(pairs: list[tuple[Ordered, Ordered]]) -> Iterator[str]:
    for (first, one), (second, other) in pairwise(sorted(set(pairs))):
        if first < second and one > other:
            yield f"{first} before {second} expected, {one} before {other} found"


def _is_made(name: str, within: dict[str, Any]) -> bool:
    if within[name] is None:
        return False
    if name == "id":
        return bool({"movement_type", "reverses_id", "allocated"} & within.keys())
    if name == "reference_id":
        return within.get("reference_type") in ("stock_movement", "reservation")
    return name in MADE_IDS


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _shown(value: Any) -> str:
    return json.dumps(value, default=str, ensure_ascii=False)
