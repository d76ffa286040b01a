"""Processes that tests start and end."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress

import psutil


def is_alive(process: psutil.Process) -> bool:
    """Whether a process can still do something; a zombie, which its parent may keep, cannot."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def kill(processes: Sequence[psutil.Process], patience_s: float = 10) -> None:
    """Kill processes (SIGKILL), and wait until none is alive."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    deadline = time.monotonic() + patience_s
    while any(map(is_alive, processes)) and time.monotonic() < deadline:
        time.sleep(0.01)
