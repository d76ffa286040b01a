"""The whole API against its own document: schemathesis, all checks, all phases, for a time.

It makes requests from what the server documents (examples, the edges of every schema, at random,
and chains in which one answer's ids are the next request's), right ones and wrong ones, and holds
each answer to the document: its status, its schema, its headers, what must be refused and what must
be taken. In the end the ledger is verified. The seed is new each time, and told.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom
from typing import Any

from proofs.fuzzing.counting import COUNTS
from proofs.ground import Ground
from proofs.result import Result
from tests.support.api import Api
from tests.support.source import ROOT

PATIENCE_S = 600
"""How much longer than asked a run may take: the first phases end when they are done."""

SEEDS = 2**31

# A rule of the shop may refuse what fits the document: that is 412 or 422, and a check of our own
# says that it was a rule.
CONFIG = """\
[checks.positive_data_acceptance]
expected-statuses = ["2xx", 401, 403, 404, 409, 412, 422, 429, "5xx"]
"""


@dataclass(frozen=True)
class Effort:
    """How long (None: until each phase is done once), how many cases per operation and cycle, of
    which tag the operations are (None: all), and in which phases.
    """

    minutes: float | None
    examples: int = 100
    tag: str | None = None
    phases: Sequence[str] = ("examples", "coverage", "fuzzing", "stateful")


def run(ground: Ground, effort: Effort, seed: int | None = None) -> Result:
    """Have schemathesis try the API."""
    seed = SystemRandom().randrange(SEEDS) if seed is None else seed
    result = Result(f"the API is as documented, whatever is sent: {ground.kind}")
    result.facts["seed"] = str(seed)
    server = ground.serve()
    _open_shop(Api(server.client))
    counts = ground.folder / "counts.json"
    told = _schemathesis(server.base_url, ground.folder, counts, effort, seed)
    if not counts.exists():
        result.breach(f"schemathesis broke off: {told[-2_000:]}")
        return result
    found: dict[str, Any] = json.loads(counts.read_text())
    for heading in ("cases", "statuses", "checks"):
        for name, number in sorted(found[heading].items()):
            result.facts[f"{heading}: {name}"] = number
    result.breaches += found["failures"] + found["errors"]
    result.check(server.is_running(), f"the server ended with {server.exit_code()}")
    problems = ground.verify()
    result.check(problems is None, f"verify: {problems}")
    return result


def _open_shop(api: Api) -> None:
    """A few products for the first requests to hit."""
    for number in range(1, 4):
        api.product(f"S-{number}", 50, reorder_point=60)
    api.warehouse("EAST")


def _schemathesis(url: str, folder: Path, counts: Path, effort: Effort, seed: int) -> str:
    config = folder / "schemathesis.toml"
    config.write_text(CONFIG)
    environment = {
        "SCHEMATHESIS_HOOKS": "proofs.fuzzing.counting",
        "PYTHONPATH": str(ROOT),
        COUNTS: str(counts),
    }
    seconds = 0 if effort.minutes is None else max(1, round(effort.minutes * 60))
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run"),
            *(f"{url}/openapi.json", "--checks", "all", "--no-color", "--seed", str(seed)),
            *("--phases", ",".join(effort.phases), "--mode", "all"),
            *("--max-examples", str(effort.examples), "--continue-on-failure", "--no-shrink"),
            *("--suppress-health-check", "all", "--generation-database", "none"),
            *(("--max-time", str(seconds)) if seconds else ()),
            *(("--include-tag", effort.tag) if effort.tag else ()),
            # The first key or user would close the server to all that comes after it.
            *("--exclude-operation-id", "create_key"),
            *("--exclude-operation-id", "create_user"),
        ],
        cwd=folder,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=seconds + PATIENCE_S,
    )
    (folder / "schemathesis.log").write_text(ran.stdout)
    return ran.stdout
