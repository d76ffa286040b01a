"""Trying inputs on a target: what it raises, and what it takes too long for, is kept once."""

from __future__ import annotations

import hashlib
import itertools
import time
import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from proofs.fuzzing.target import Target

SLOW_S = 1.0
"""Of the processor's time, on one input of some thousand bytes."""


@dataclass
class Trial:
    """A target under test. `findings` are sentences, by what was wrong; `folder` keeps inputs."""

    target: Target
    folder: Path
    slow_s: float = SLOW_S
    tried: int = 0
    findings: dict[str, str] = field(default_factory=dict)

    def one(self, data: bytes) -> None:
        """Try one input."""
        self.tried += 1
        took = self._timed(data)
        # Once more, lest a pause of the collector's or the machine's is told of.
        if took > self.slow_s and (again := min(took, self._timed(data))) > self.slow_s:
            self._keep(data, "slow", f"{len(data):,} bytes take {again:.1f} s")

    def all(self, inputs: Iterable[bytes], until: float | None = None) -> None:
        """Try one after the other, until a moment of the monotonic clock where one is given."""
        if until is not None:
            inputs = itertools.takewhile(lambda _: time.monotonic() < until, inputs)
        for data in inputs:
            self.one(data)

    def _timed(self, data: bytes) -> float:
        started = time.thread_time()
        try:
            self.target.one(data)
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            what = f"{type(error).__name__} in {place.name}, line {place.lineno}"
            said = " ".join(str(error).split())[:300]
            self._keep(data, what, f"{what}: {said}", traceback.format_exc())
        return time.thread_time() - started

    def _keep(self, data: bytes, what: str, sentence: str, more: str = "") -> None:
        if what in self.findings:
            return
        name = f"{self.target.name}-{hashlib.sha256(data).hexdigest()[:16]}"
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"{name}.input").write_bytes(data)
        (self.folder / f"{name}.txt").write_text(f"{sentence}\n\n{more}")
        shown = data if len(data) <= 200 else data[:200] + b"..."
        self.findings[what] = f"{self.target.name}: {sentence}; on {shown!r}"
