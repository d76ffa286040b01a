"""Every fault there is, by name, for each database: what the command line runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from proofs.ground import Ground, Kind
from proofs.result import Result
from proofs.surroundings import (
    clock,
    crowded,
    disk_full,
    locked,
    read_only,
    silence,
    slow_clients,
    timeouts,
)
from proofs.surroundings.volumes import may_mount, may_seal

Fault = Callable[[Ground], Result]


@dataclass(frozen=True)
class Sizes:
    """How long a fault lasts, how often the clock is set, and how many slow clients of a kind."""

    lasts_s: float
    clock_rounds: int
    slow_clients: int
    request_timeout_s: int


def faults(kind: Kind, sizes: Sizes) -> Mapping[str, Fault]:
    """The faults that concern a database, as far as they can be made here."""
    lasts: dict[str, Any] = {"lasts_s": sizes.lasts_s}
    stays = replace(locked.TOLD, noticed=sizes.lasts_s > locked.PATIENCE_S)
    made: dict[str, Fault] = {}
    if may_mount():
        made["disk-full"] = partial(disk_full.run_full, **lasts)
    if kind is Kind.sqlite:
        made["files-limited"] = partial(disk_full.run_limited, **lasts)
        if may_seal():
            made["read-only"] = partial(read_only.run, **lasts)
        made["file-locked"] = partial(locked.run, what="file", promise=stays, **lasts)
    else:
        made |= {
            "read-only": partial(read_only.run, **lasts),
            "row-locked": partial(locked.run, what="row", promise=stays, **lasts),
            "table-locked": partial(locked.run, what="table", promise=stays, **lasts),
            "crowded": partial(crowded.run_kept, **lasts),
            "crowded-out": partial(crowded.run_lost, **lasts),
            "low-timeouts": partial(timeouts.run_low, **lasts),
            "cancelled": partial(timeouts.run_cancelled, **lasts),
            "slow-statement": partial(timeouts.run_slow, **lasts),
            "cut-off": partial(silence.run_cut_off, **lasts),
            "frozen": partial(silence.run_frozen, **lasts),
        }
    made["clock"] = partial(clock.run, rounds=sizes.clock_rounds, each_s=sizes.lasts_s / 10)
    made["slow-clients"] = partial(
        slow_clients.run, each=sizes.slow_clients, request_timeout_s=sizes.request_timeout_s
    )
    return made
