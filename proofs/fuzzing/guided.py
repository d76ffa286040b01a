"""One target under atheris, whose mutations are guided by the code that they reach.

A process of its own, `python -m proofs.fuzzing.guided TARGET CORPUS FINDINGS -max_total_time=60 …`:
the parsers must be imported while atheris watches, and its fuzzing loop never returns. What it
finds it writes to the folder of findings and goes on.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris  # type: ignore[import-not-found, import-untyped, unused-ignore]

with atheris.instrument_imports(include=["onhand"]):
    from proofs.fuzzing.targets import TARGETS
    from proofs.fuzzing.trying import Trial


def main() -> None:
    """Fuzz the target that the command line names; the other options are libFuzzer's."""
    program, name, corpus, findings, *options = sys.argv
    trial = Trial(TARGETS[name], Path(findings))
    atheris.Setup([program, corpus, *options], trial.one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
