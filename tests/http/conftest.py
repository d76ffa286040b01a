"""What tests against a real server share."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

Verify = Callable[[str], None]


@pytest.fixture
def verify() -> Verify:
    """Run `onhand verify` on a database; it must find nothing."""

    def run(database_url: str) -> None:
        command = [sys.executable, "-m", "onhand", "verify", "--database", database_url]
        told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert told.returncode == 0, told.stdout + told.stderr

    return run
