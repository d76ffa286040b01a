"""Proving: everything is recomputed from the ledger, and what differs is named."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

import typer

from onhand.cli.progress import progress
from onhand.ledger.ports import Proof
from onhand.ledger.verify import verify
from onhand.settings import Settings

DIFFERENCES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Proved:
    """What was looked at, and whether all of it agrees."""

    movements: int
    levels: int
    holds: bool

    def __str__(self) -> str:
        """What was looked at, in words."""
        return f"{counted(self.movements, 'movement')} and {counted(self.levels, 'level')}"


def proved(proof: Proof) -> Proved:
    """Verify everything; the first differences, if there are any, are printed as errors."""
    seal_key = Settings.from_environment().seal_key.encode()
    with progress("Verifying", "movements") as advance:
        movements, levels = proof.counts()
        differences = verify(proof, lambda done: advance(done, movements), seal_key)
        found = list(islice(differences, DIFFERENCES_SHOWN + 1))
    for difference in found[:DIFFERENCES_SHOWN]:
        typer.echo(str(difference), err=True)
    if found:
        more = len(found) > DIFFERENCES_SHOWN
        typer.echo("There are more differences." if more else f"{len(found)} in all.", err=True)
    return Proved(movements, levels, not found)


def counted(number: int, noun: str) -> str:
    """A number of things, in words."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
