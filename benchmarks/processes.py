"""Child processes that never outlive the benchmark.

A child gets a session of its own, so that Ctrl-C reaches this process alone, which then ends its
children in order by leaving its `with` blocks. Should this process be killed, the kernel ends them.
"""

from __future__ import annotations

import ctypes
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import psutil

from benchmarks import Failed

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)
LOOPBACK = "127.0.0.1"


@contextmanager
def child(
    command: Sequence[str],
    *,
    log: Path,
    user: str | None = None,
    environment: dict[str, str] | None = None,
    stop_with: signal.Signals = signal.SIGTERM,
    stop_within_seconds: float = 20,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `command`, its output in `log`; ended when the block is left, by force if need be."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            user=user,
            group=user and _group_of(user),
            extra_groups=[] if user else None,
            env=environment,
            cwd=log.parent if user else None,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - one system call, no lock taken
        )
    try:
        yield process
    finally:
        stop(process, stop_with, stop_within_seconds)


def stop(process: subprocess.Popen[bytes], how: signal.Signals, within_seconds: float) -> None:
    """Ask, wait, then kill."""
    if process.poll() is not None:
        return
    process.send_signal(how)
    try:
        process.wait(within_seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)


def ensure_alive(process: subprocess.Popen[bytes], log: Path, what: str) -> None:
    """Raise, with the end of its log, when a child that should run has ended."""
    if process.poll() is not None:
        raise Failed(f"{what} ended with code {process.returncode}:\n{tail(log)}")


def tail(log: Path, characters: int = 2000) -> str:
    """The last words of a log."""
    return log.read_text(errors="replace")[-characters:].strip()


def free_port() -> int:
    """A port on loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def exit_on_terminate() -> None:
    """Make SIGTERM leave `with` blocks as Ctrl-C does."""

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, leave)


def resident_mib(pid: int, *, peak: bool = False) -> float:
    """Resident memory of a process and its descendants, summed (shared pages count for each)."""
    field = "VmHWM:" if peak else "VmRSS:"
    kib = 0
    for member in _tree(pid):
        with suppress(OSError):
            for line in Path(f"/proc/{member}/status").read_text().splitlines():
                if line.startswith(field):
                    kib += int(line.split()[1])
    return kib / 1024


def cpu_seconds(pid: int) -> float:
    """CPU seconds of a process and its descendants so far, those that have ended included."""
    seconds = 0.0
    for member in _tree(pid):
        with suppress(psutil.NoSuchProcess):
            seconds += sum(psutil.Process(member).cpu_times()[:4])
    return seconds


def run_measured(
    command: Sequence[str], *, log: Path, timeout_seconds: float
) -> tuple[float, float]:
    """Run a command to its end: (seconds, peak resident MiB), raising when it fails."""
    started = time.perf_counter()
    peak_mib = 0.0
    with child(command, log=log) as process:
        while process.poll() is None:
            peak_mib = max(peak_mib, resident_mib(process.pid, peak=True))
            if time.perf_counter() - started > timeout_seconds:
                raise Failed(f"{command[0]} took longer than {timeout_seconds:.0f} s")
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.05)
        seconds = time.perf_counter() - started
    if process.returncode != 0:
        raise Failed(f"{' '.join(command)}: code {process.returncode}\n{tail(log)}")
    return seconds, peak_mib


def _tree(pid: int) -> list[int]:
    members = [pid]
    for member in members:
        with suppress(OSError):
            children = Path(f"/proc/{member}/task/{member}/children").read_text()
            members.extend(int(word) for word in children.split())
    return members


def _group_of(user: str) -> int:
    import pwd

    return pwd.getpwnam(user).pw_gid


def _die_with_parent() -> None:
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
