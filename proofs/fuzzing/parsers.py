"""The parsers, one by one: first their seeds, then mutations, then mutations that atheris guides.

Without a guide the mutations go on for the whole time; with one they get a tenth of it, for the
very long inputs that a guide does not make. A corpus folder that is given keeps, for the next run,
what reached new code.
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from random import Random, SystemRandom

from proofs.fuzzing.mutating import mutations
from proofs.fuzzing.target import Target
from proofs.fuzzing.trying import Trial
from proofs.result import Result
from tests.support.source import ROOT

PROMISE = "whatever a parser is given, it takes or refuses"
SEEDS = 2**31
LONGEST = 4_096
"""Bytes of an input that atheris makes; there is little to find beyond that."""
PATIENCE_S = 120
ALONE = 0.1
"""The part of the time that goes without a guide where there is one."""

_STATE = re.compile(r"#(\d+)\s+\w+\s+cov: (\d+) ft: (\d+) corp: (\d+)/")


def has_guide() -> bool:
    """Whether atheris is installed; there is a build of it for Linux and macOS alone."""
    return importlib.util.find_spec("atheris") is not None


def run(
    targets: Sequence[Target],
    folder: Path,
    minutes: float,
    *,
    most: int | None = None,
    seed: int | None = None,
    corpus: Path | None = None,
    guided: bool | None = None,
) -> Result:
    """Fuzz each target for `minutes`, or with `most` mutations where that is less.

    Findings are kept in `folder` and tried first by the next run. `guided` None: where it can be.
    """
    seed = SystemRandom().randrange(SEEDS) if seed is None else seed
    guided = has_guide() if guided is None else guided
    result = Result(PROMISE, {"seed": str(seed), "guide": "atheris" if guided else "none"})
    for target in targets:
        findings = folder / "findings" / target.name
        alone_s = minutes * 60 * (ALONE if guided else 1.0)
        trial = Trial(target, findings)
        started = time.monotonic()
        trial.all(_found_before(findings))
        trial.all(target.seeds)
        made = mutations(target.seeds, target.tokens, Random(f"{seed} {target.name}"))
        trial.all(islice(made, most), started + alone_s)
        result.count("inputs", trial.tried)
        if guided:
            kept = (corpus or folder / "corpus") / target.name
            _guide(target, kept, findings, minutes * 60 - alone_s, seed, result)
        took = time.monotonic() - started
        result.facts[f"{target.name}: inputs alone"] = trial.tried
        result.facts[f"{target.name}: seconds"] = round(took, 1)
        told = [path.read_text().partition("\n")[0] for path in sorted(findings.glob("*.txt"))]
        result.breaches += [f"{target.name}: {sentence}" for sentence in dict.fromkeys(told)]
    return result


def _found_before(findings: Path) -> list[bytes]:
    """What an earlier run found, to be tried first; no longer a finding until it is one again."""
    found = []
    for path in sorted(findings.glob("*.input")):
        found.append(path.read_bytes())
        path.unlink()
        path.with_suffix(".txt").unlink(missing_ok=True)
    return found


def _guide(
    target: Target, corpus: Path, findings: Path, seconds: float, seed: int, result: Result
) -> None:
    """Run atheris on a target, in a process of its own, and count what it did."""
    corpus.mkdir(parents=True, exist_ok=True)
    findings.mkdir(parents=True, exist_ok=True)
    for data in target.seeds:
        (corpus / hashlib.sha1(data, usedforsecurity=False).hexdigest()).write_bytes(data)
    words = findings / "tokens.dict"
    words.write_text("".join(f'"{_escaped(token)}"\n' for token in target.tokens))
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "proofs.fuzzing.guided"),
            *(target.name, str(corpus), str(findings)),
            *(f"-max_total_time={max(1, round(seconds))}", f"-max_len={LONGEST}"),
            *(f"-seed={seed}", f"-artifact_prefix={findings}/", f"-dict={words}", "-timeout=60"),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=seconds + PATIENCE_S,
    )
    log = ran.stdout.decode(errors="replace")
    (findings / "atheris.log").write_text(log)
    states = _STATE.findall(log)
    if ran.returncode or not states:
        result.breach(f"{target.name}: atheris broke off with {ran.returncode}: {log[-1_000:]}")
        return
    tried, edges, features, kept = map(int, states[-1])
    result.count("inputs", tried)
    result.facts[f"{target.name}: inputs guided"] = tried
    result.facts[f"{target.name}: inputs a second"] = round(tried / seconds)
    result.facts[f"{target.name}: edges reached"] = edges
    result.facts[f"{target.name}: features seen"] = features
    result.facts[f"{target.name}: inputs kept"] = kept


def _escaped(token: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in token)
