"""Filled databases that are kept: each made once, as a copy of a smaller one that grew.

A database is filled under another name and takes its own when it is whole, so that what an
interrupted run left is never taken for one.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.cluster import Cluster
from benchmarks.workspace import sqlite_path, sqlite_url

HALF_MADE = "half_made"


@dataclass(frozen=True)
class Shelf:
    """Databases by name: of a cluster, or without one SQLite files of a directory."""

    cluster: Cluster | None
    directory: Path

    def url(self, name: str) -> str:
        """Where a database is, or would be."""
        return self.cluster.url(name) if self.cluster else sqlite_url(self.directory, name)

    def holds(self, name: str) -> bool:
        """Whether it was made."""
        if self.cluster:
            return name in self.cluster.databases()
        return sqlite_path(self.directory, name).exists()

    def make(self, name: str, start_from: str | None, fill: Callable[[str], None]) -> None:
        """Make a database: `fill(url)` works on an empty one, or on a copy of another."""
        if self.cluster:
            self.cluster.execute("postgres", f'DROP DATABASE IF EXISTS "{HALF_MADE}"')
            template = f' TEMPLATE "{start_from}"' if start_from else ""
            self.cluster.execute("postgres", f'CREATE DATABASE "{HALF_MADE}"{template}')
            fill(self.url(HALF_MADE))
            self.cluster.execute("postgres", f'ALTER DATABASE "{HALF_MADE}" RENAME TO "{name}"')
            return
        half_made = sqlite_path(self.directory, HALF_MADE)
        for rest in self.directory.glob(f"{half_made.name}*"):
            rest.unlink()
        if start_from:
            shutil.copyfile(sqlite_path(self.directory, start_from), half_made)
        fill(self.url(HALF_MADE))
        half_made.rename(sqlite_path(self.directory, name))
