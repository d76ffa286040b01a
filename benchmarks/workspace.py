"""Where a run keeps its databases and logs: a directory of its own, removed at the end.

What takes long to fill may be kept instead, for the next run.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.cluster import Cluster


@contextmanager
def workspace(parent: Path | None, *, keep: bool = False) -> Iterator[Path]:
    """A fresh directory under `parent` (by default the system's temporary directory).

    With `keep` it is there again in the next run.
    """
    if keep:
        kept = (parent or Path(tempfile.gettempdir())) / "onhand-benchmark-kept"
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="onhand-benchmark-", dir=parent) as name:
        yield Path(name).resolve()


def new_database(kind: str, name: str, cluster: Cluster, directory: Path) -> str:
    """The URL of a new database: one of the cluster's, or a file of the workspace."""
    if kind == "postgresql":
        return cluster.create_database(name)
    return sqlite_url(directory, name)


def sqlite_path(directory: Path, name: str) -> Path:
    """A SQLite file in a workspace."""
    return directory / f"{name}.db"


def sqlite_url(directory: Path, name: str) -> str:
    """Its URL."""
    return f"sqlite:///{sqlite_path(directory, name)}"
