"""Where a run keeps its databases and logs: a directory of its own, removed at the end."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def workspace(parent: Path | None) -> Iterator[Path]:
    """A fresh directory under `parent` (by default the system's temporary directory)."""
    with tempfile.TemporaryDirectory(prefix="onhand-benchmark-", dir=parent) as name:
        yield Path(name)


def sqlite_url(directory: Path, name: str) -> str:
    """The URL of a SQLite database in a workspace."""
    return f"sqlite:///{directory / f'{name}.db'}"
