"""What schemathesis is told besides its checks, and a count of what it did; its run loads it."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

from schemathesis import cli

import tests.api.schemathesis_checks  # noqa: F401  (a check of our own)

COUNTS = "PROOF_COUNTS"
"""The environment's variable that names the file for the counts."""


@cli.handler()
class Counting(cli.EventHandler):
    """Counts cases by phase and answer, checks by name, and keeps each kind of failure once."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._cases: Counter[str] = Counter()
        self._statuses: Counter[str] = Counter()
        self._checks: Counter[str] = Counter()
        self._failures: dict[tuple[str, str, str], str] = {}
        self._errors: list[str] = []

    def handle_event(self, ctx: Any, event: Any) -> None:
        """Count a scenario's cases when it is done."""
        kind = type(event).__name__
        if kind in ("NonFatalError", "FatalError"):
            label = getattr(event, "label", "the run")
            self._errors.append(f"{label}: {getattr(event, 'value', event)}")
        if kind != "ScenarioFinished":
            return
        recorder = event.recorder
        self._cases[str(event.phase.value)] += len(recorder.cases)
        for interaction in recorder.interactions.values():
            response = interaction.response
            status = "none" if response is None else f"{response.status_code // 100}xx"
            self._statuses[status] += 1
        for case_id, checks in recorder.checks.items():
            for check in checks:
                self._checks[check.name] += 1
                if check.failure_info is not None:
                    operation = recorder.cases[case_id].value.operation.label
                    failure = check.failure_info.failure
                    self._failures.setdefault(
                        (operation, check.name, failure.title),
                        f"{failure.message}\n{check.failure_info.code_sample}",
                    )

    def shutdown(self, ctx: Any) -> None:
        """Write the counts."""
        found = {
            "cases": self._cases,
            "statuses": self._statuses,
            "checks": self._checks,
            "failures": [
                f"{operation}: {check}: {title}: {' '.join(text.split())}"
                for (operation, check, title), text in self._failures.items()
            ],
            "errors": self._errors,
        }
        Path(os.environ[COUNTS]).write_text(json.dumps(found))
