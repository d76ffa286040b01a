"""The shop in which a document's examples are carried out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.docs.carrying_out import DocumentedShop
from tests.support.server import OnhandServer


@pytest.fixture
def shop(serve: Callable[..., OnhandServer], database_url: str, tmp_path: Path) -> DocumentedShop:
    """A shop of the test's own; the test runs once on each kind of database."""
    return DocumentedShop(_quiet(serve), database_url, tmp_path)


@pytest.fixture
def sqlite_shop(
    serve: Callable[..., OnhandServer], sqlite_url: str, tmp_path: Path
) -> DocumentedShop:
    """A shop of the test's own, on SQLite."""
    return DocumentedShop(_quiet(serve), sqlite_url, tmp_path)


def _quiet(serve: Callable[..., OnhandServer]) -> Callable[..., OnhandServer]:
    """Nothing leaves the house for the sake of an example."""
    return partial(serve, environment={"ONHAND_WEBHOOKS": "off"})
