"""Starting Onhand often: processes are forked from one that has read all of its code already.

Each is a process of its own, with its own arguments, environment, folder and output, and runs the
real command line; what is saved is reading the code anew, two seconds of a CPU, a thousand times a
run. What reaches code while it is read (another interpreter's variables, several workers, which
start interpreters themselves) is started in the usual way.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.support.source import ROOT

COMMAND = (sys.executable, "-m", "onhand")
_READ_AT_THE_START = ("PYTHON", "LD_", "MALLOC", "TZ", "LANG", "LC_")
_INTERVAL_S = 0.01


class Child:
    """A forked process, to be waited for and told like one of `subprocess`."""

    def __init__(self, nursery: _Nursery, pid: int, command: Sequence[str]) -> None:
        """`pid` is its id, until somebody has seen how it ended."""
        self.pid = pid
        self.args = command
        self.returncode: int | None = None
        self._nursery = nursery

    def poll(self) -> int | None:
        """What it ended with; negative for a signal; None while it runs."""
        if self.returncode is None:
            self.returncode = self._nursery.ask({"poll": self.pid})
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended. Raises `subprocess.TimeoutExpired`."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            time.sleep(_INTERVAL_S)
        return code

    def send_signal(self, number: int) -> None:
        """Tell it something, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)


def start(
    program: Sequence[str],
    arguments: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    output: Path,
) -> Child | subprocess.Popen[bytes]:
    """Start a program, Onhand's by forking; what it prints is appended to a file."""
    command = [*program, *arguments]
    if tuple(program) == COMMAND and _can_be_forked(arguments, environment):
        order = {"words": arguments, "folder": str(folder), "environment": dict(environment)}
        nursery = _nursery(os.getpid())
        return Child(nursery, nursery.ask(order | {"output": str(output)}), command)
    with output.open("ab") as out:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )


def run(
    arguments: Sequence[str], environment: Mapping[str, str], timeout_s: float, folder: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """Run `onhand` to its end; all that it printed is its output."""
    with tempfile.TemporaryDirectory(prefix="onhand-run-") as home:
        output = Path(home, "printed")
        child = start(COMMAND, arguments, folder, environment, output)
        try:
            code = child.wait(timeout_s)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            child.wait()
            raise
        printed = output.read_text(encoding="utf-8", errors="replace")
    return subprocess.CompletedProcess([*COMMAND, *arguments], code, printed, "")


def _can_be_forked(arguments: Sequence[str], environment: Mapping[str, str]) -> bool:
    if not hasattr(os, "fork") or "--workers" in arguments or "ONHAND_WORKERS" in environment:
        return False
    names = environment.keys() | os.environ.keys()
    changed = [name for name in names if environment.get(name) != os.environ.get(name)]
    return not any(name.startswith(_READ_AT_THE_START) for name in changed)


class _Nursery:
    """The process that has read the code, and what is said to it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        atexit.register(self.close)

    def ask(self, order: Mapping[str, Any]) -> Any:
        """Have something done; gives what it answers."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._lock:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        """End it, and with it whatever it started."""
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()
        self._process.wait(10)


@lru_cache(maxsize=1)
def _nursery(_: int) -> _Nursery:
    return _Nursery()


def _orders() -> list[str] | None:
    """Do what is asked; in a forked process, gives its arguments. None: nobody asks any more."""
    running: set[int] = set()
    heard = b""
    while True:
        line, found, rest = heard.partition(b"\n")
        if not found:
            more = os.read(0, 65_536)
            if not more:
                break
            heard += more
            continue
        heard = rest
        order = json.loads(line)
        if "poll" in order:
            told = _ended(order["poll"])
            if told is not None:
                running.discard(order["poll"])
            _answer(told)
            continue
        pid = os.fork()
        if pid == 0:
            return _become(order)
        running.add(pid)
        _answer(pid)
    for pid in running:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return None


def _ended(pid: int) -> int | None:
    found, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


def _answer(told: int | None) -> None:
    os.write(1, json.dumps(told).encode() + b"\n")


def _become(order: Mapping[str, Any]) -> list[str]:
    """Be a process as if it had been started so."""
    for target, path, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, order["output"], os.O_WRONLY | os.O_APPEND | os.O_CREAT),
    ):
        opened = os.open(path, flags, 0o644)
        os.dup2(opened, target)
        os.close(opened)
    os.dup2(1, 2)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    # As `python -m` has it.
    sys.path[0] = order["folder"]
    return list(order["words"])


if __name__ == "__main__":
    import alembic.command  # noqa: F401 - the first database needs it

    from onhand.app import application, main
    from onhand.settings import Settings

    application(Settings())  # reads what is read for the first application alone
    words = _orders()
    if words is not None:
        sys.argv = ["onhand", *words]
        main()
