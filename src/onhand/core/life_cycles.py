"""Life cycles: which events a document knows in which state, where they lead, and what they do.

Each kind of document has one table of transitions, in its own module. The rules ask it what is
possible, the documentation's diagrams are drawn from it, and a test takes every row of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from onhand.core.documents import Document, DocumentKind
from onhand.core.rejections import Rejected, RejectionCode


@dataclass(frozen=True, slots=True)
class Transition:
    """In `state` (None: before there is a document) `event` leads to one of `to`.

    `guard` is what must hold, `effect` what happens to stock, both in words.
    """

    state: str | None
    event: str
    to: tuple[str, ...]
    guard: str = ""
    effect: str = ""


@dataclass(frozen=True, slots=True)
class LifeCycle:
    """The table of one kind of document.

    `settled` are states that are no end, but keep nothing in use: what may follow can do without.
    """

    kind: DocumentKind
    transitions: tuple[Transition, ...]
    settled: tuple[str, ...] = ()

    @property
    def states(self) -> tuple[str, ...]:
        """Every state, in the order of the table."""
        return tuple(dict.fromkeys(state for row in self.transitions for state in row.to))

    @property
    def branches(self) -> frozenset[tuple[str | None, str, str]]:
        """Every way to go: from a state, by an event, to a state."""
        return frozenset((row.state, row.event, to) for row in self.transitions for to in row.to)

    def possible(self, state: str) -> tuple[str, ...]:
        """The events that a document in this state knows; none at its end."""
        return tuple(row.event for row in self.transitions if row.state == state)

    def is_over(self, state: str) -> bool:
        """Whether a document in this state keeps nothing in use."""
        return state in self.settled or not self.possible(state)

    def fault(self, document: Document, event: str) -> Rejected | None:
        """Why a document cannot take a step now, or None."""
        possible = self.possible(document.state)
        if event in possible:
            return None
        facts = {
            "document": str(document.key),
            "state": document.state,
            "event": event,
            "possible": ", ".join(possible) or "nothing, this is its end",
        }
        return Rejected(RejectionCode.NOT_POSSIBLE_NOW, facts)
