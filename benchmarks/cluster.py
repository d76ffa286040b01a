"""A private PostgreSQL cluster, made for one run and removed after it.

Durability stays as a company would run it (`fsync` and `synchronous_commit` on); only
`shared_buffers` and `max_connections` differ from the defaults. Both sides use the same cluster,
each a database of its own. PostgreSQL refuses to run as root: then an unprivileged user does.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks import Failed
from benchmarks.processes import LOOPBACK, child, ensure_alive, free_port, tail

SUPERUSER = "benchmark"
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "shared_buffers": "512MB",
    "max_connections": "200",
}


@dataclass(frozen=True)
class Cluster:
    """A running cluster: where it listens, where its programs are, its first process."""

    port: int
    programs: Path
    pid: int

    def url(self, database: str) -> str:
        """The URL of one of its databases."""
        return f"postgresql://{SUPERUSER}@{LOOPBACK}:{self.port}/{database}"

    def create_database(self, name: str) -> str:
        """A new empty database; its URL."""
        self.execute("postgres", f'CREATE DATABASE "{name}"')
        return self.url(name)

    def databases(self) -> set[str]:
        """The names of those it has."""
        with psycopg.connect(self.url("postgres")) as connection:
            return {name for (name,) in connection.execute("SELECT datname FROM pg_database")}

    def execute(self, database: str, statements: str) -> None:
        """Run statements outside a transaction block, one by one."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in filter(str.strip, statements.split(";")):
                connection.execute(statement.encode())

    def settle(self) -> None:
        """Write out dirty pages, so that no sample pays for the one before it."""
        self.execute("postgres", "CHECKPOINT")

    def version(self) -> str:
        """The server's version, as `15.9`."""
        with psycopg.connect(self.url("postgres")) as connection:
            return (
                str(connection.info.server_version // 10000)
                + "."
                + str(connection.info.server_version % 10000)
            )


@contextmanager
def private_cluster(directory: Path) -> Iterator[Cluster]:
    """Make, start, yield and stop a cluster under `directory`; one that lies there is used."""
    programs = find_programs()
    user = _unprivileged_user()
    home = directory / "postgresql"
    home.mkdir(mode=0o700, exist_ok=True)
    if user:
        shutil.chown(home, user, pwd.getpwnam(user).pw_gid)
        directory.chmod(0o711)
    data, log = home / "data", home / "log"
    if not data.exists():
        _initialise(programs, data, log, user)
    port = free_port()
    settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
    command = [str(programs / "postgres"), "-D", str(data), "-p", str(port), *settings]
    with child(command, log=log, user=user, stop_with=signal.SIGINT) as process:
        cluster = Cluster(port, programs, process.pid)
        _wait_until_it_answers(cluster, process, log)
        yield cluster


def find_programs() -> Path:
    """The directory of PostgreSQL's programs: on the path, or where Debian keeps them."""
    on_path = shutil.which("initdb")
    candidates = [Path(on_path).resolve().parent] if on_path else []
    installed = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    candidates += sorted(
        (path.parent for path in installed), key=lambda path: float(path.parent.name), reverse=True
    )
    for candidate in candidates:
        if (candidate / "postgres").exists():
            return candidate
    raise Failed("PostgreSQL's programs (initdb, postgres) are needed and were not found")


def _unprivileged_user() -> str | None:
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


def _initialise(programs: Path, data: Path, log: Path, user: str | None) -> None:
    command = [str(programs / "initdb"), "-D", str(data), "-U", SUPERUSER, "-A", "trust"]
    command += ["--encoding=UTF8", "--locale=C.UTF-8"]
    with child(command, log=log, user=user) as process:
        try:
            process.wait(120)
        except subprocess.TimeoutExpired:
            raise Failed("initdb took longer than 120 s") from None
    if process.returncode != 0:
        raise Failed(f"initdb failed:\n{tail(log)}")


def _wait_until_it_answers(
    cluster: Cluster, process: subprocess.Popen[bytes], log: Path, within_seconds: float = 30
) -> None:
    deadline = time.monotonic() + within_seconds
    while time.monotonic() < deadline:
        ensure_alive(process, log, "PostgreSQL")
        try:
            psycopg.connect(cluster.url("postgres"), connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise Failed(f"PostgreSQL did not answer within {within_seconds:.0f} s:\n{tail(log)}")
