"""A target: a parser, what it is tried with first, and what may come of it.

Its function takes bytes and returns; the parser's documented refusal is caught inside. Whatever
else it raises is a finding: an unforeseen exception, or an AssertionError where what was taken does
not mean what was sent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Try = Callable[[bytes], None]


@dataclass(frozen=True)
class Target:
    """`tokens` are words of the parser's language, for the mutations."""

    name: str
    one: Try
    seeds: Sequence[bytes]
    tokens: Sequence[bytes] = ()


def chosen(data: bytes, choices: Sequence[Any]) -> tuple[Any, bytes]:
    """One of the choices, by the first byte, and the rest."""
    return choices[data[0] % len(choices)] if data else choices[0], data[1:]


def choosing(choices: Sequence[Any], choice: Any, rest: bytes) -> bytes:
    """The bytes from which `chosen` takes this choice and the rest."""
    return bytes([choices.index(choice)]) + rest
