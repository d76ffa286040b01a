"""Walks: which rows of a life cycle's table a scenario has taken, told from histories."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from onhand.core.life_cycles import LifeCycle

Branch = tuple[str | None, str, str]
"""From which state, by which event, to which."""


def branches(life_cycle: LifeCycle) -> set[Branch]:
    """Every branch of a table."""
    return {(row.state, row.event, to) for row in life_cycle.transitions for to in row.to}


def taken(histories: Iterable[Iterable[dict[str, Any]]]) -> set[Branch]:
    """The branches that documents took, as the API tells their histories."""
    return {
        (step["from_state"], step["event"], step["to_state"])
        for history in histories
        for step in history
    }
