"""Ends a PostgreSQL cluster when nobody uses it any more, whatever became of its users.

Each process that uses a cluster holds a shared lock on the cluster's `users.lock`. This program,
started beside the cluster, waits for the exclusive lock. The system gives it out when the last
user has let go, has been interrupted or has been killed; then the server is ended, its folder
removed.
"""

from __future__ import annotations

import fcntl
import shutil
import sys
import time
from pathlib import Path

import psutil

from tests.support.processes import kill

ATTEMPTS = 50


def main(directory: Path) -> None:
    """Wait for the last user, then leave nothing behind."""
    with (directory / "users.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Still under the lock: who finds the folder and gets the lock after us finds no server. A
        # user killed while it made the cluster may have left a child that still writes: try again.
        for _ in range(ATTEMPTS):
            end_server(directory / "data")
            shutil.rmtree(directory, ignore_errors=True)
            if not directory.exists():
                break
            time.sleep(0.2)


def end_server(data: Path) -> None:
    """Kill the postmaster and its processes, if `postmaster.pid` still names this cluster's."""
    try:
        postmaster = psutil.Process(int((data / "postmaster.pid").read_text().split()[0]))
        if str(data) not in postmaster.cmdline():
            return
        # Suspended, it cannot replace a child while its children are counted.
        postmaster.suspend()
        family = [*postmaster.children(recursive=True), postmaster]
    except (OSError, ValueError, IndexError, psutil.Error):
        return
    kill(family)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
