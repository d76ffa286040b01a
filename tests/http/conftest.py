"""What tests against a real server share."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from tests.support.nursery import run

Verify = Callable[[str], None]


@pytest.fixture
def verify() -> Verify:
    """Run `onhand verify` on a database; it must find nothing."""

    def verified(database_url: str) -> None:
        told = run(["verify", "--database", database_url], os.environ, timeout_s=60)
        assert told.returncode == 0, told.stdout

    return verified
