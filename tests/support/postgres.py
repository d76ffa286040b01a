"""A real PostgreSQL for tests: a private cluster that is made, stopped, killed and removed.

- A cluster lives in a temporary folder, on a free port, trusts whoever reaches it, and is removed
  when the last process that uses it is gone (see postgres_keeper).
- By default it is not durable (fsync off), which is faster. Tests about crashes ask for a durable
  one.
- PostgreSQL refuses to run as root: then its processes, and no others, run as `postgres` or
  `nobody`.
"""

from __future__ import annotations

import fcntl
import json
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Literal
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg
from psycopg import sql

from tests.support import postgres_keeper
from tests.support.postgres_programs import Programs, find_programs

SUPERUSER = "onhand"
LOOPBACK = "127.0.0.1"
# Below the range from which systems take the ports of outgoing connections: a client that keeps
# calling a stopped server must not be given that server's port, nor end up talking to itself.
PORTS = range(20_000, 32_000)
START_PATIENCE_S = 60
STOP_PATIENCE_S = 30
STOP_SIGNALS = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}
StopMode = Literal["smart", "fast", "immediate"]


class PostgreSQLFailed(Exception):
    """The server did not do what it was told; the message ends with its log."""


def free_port() -> int:
    """A loopback port on which nothing listens now."""
    for port in random.sample(PORTS, 100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind((LOOPBACK, port))
                return port
    raise OSError(f"no free port among 100 tried in {PORTS}")


class DatabaseServer:
    """A running server on which databases are made and dropped."""

    def __init__(self, admin_url: str) -> None:
        self.admin_url = admin_url

    def url(self, database: str) -> str:
        """The URL of one of the server's databases."""
        return urlunsplit(urlsplit(self.admin_url)._replace(path=f"/{database}"))

    def create_database(self, name: str | None = None, *, template: str = "template0") -> str:
        """Make a database, empty or as a copy of `template`, which nobody may be using; its URL."""
        name = name or f"test_{uuid.uuid4().hex}"
        self.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Drop a database, and the connections that still use it."""
        name = urlsplit(url).path.removeprefix("/")
        self.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )

    def execute(self, statement: sql.Composed | bytes) -> list[tuple[Any, ...]]:
        """Run one statement as the server's administrator; the rows, if it gives any."""
        with psycopg.connect(self.admin_url, autocommit=True, connect_timeout=10) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []


class PostgreSQLServer(DatabaseServer):
    """A private cluster: made by `create`, used by further processes through `attach`."""

    def __init__(self, directory: Path, in_use: IO[str]) -> None:
        about = json.loads((directory / "server.json").read_text())
        super().__init__(f"postgresql://{SUPERUSER}@{LOOPBACK}:{about['port']}/postgres")
        self.directory = directory
        self.data = directory / "data"
        self.port: int = about["port"]
        self.durable: bool = about["durable"]
        self.version: int = about["version"]
        self._programs = Path(about["programs"])
        self._process: subprocess.Popen[bytes] | None = None
        self._in_use: IO[str] | None = in_use

    @classmethod
    def create(cls, *, durable: bool = False, programs: Programs | None = None) -> PostgreSQLServer:
        """Make a cluster and start its server."""
        programs = programs or find_programs()
        directory = Path(tempfile.mkdtemp(prefix="onhand-postgresql-")).resolve()
        (directory / "users.lock").touch()
        in_use = hold(directory)
        try:
            # From here on the folder is removed, whatever happens to this process.
            start_keeper(directory)
            if server_account():
                directory.chmod(0o711)
                programs = programs.for_any_user(directory)
            make_cluster(programs, directory)
            about = {
                "port": free_port(),
                "durable": durable,
                "version": programs.version,
                "programs": str(programs.folder),
            }
            (directory / "server.json").write_text(json.dumps(about))
            server = cls(directory, in_use)
            server.start()
        except BaseException:
            in_use.close()
            raise
        return server

    @classmethod
    def standby_of(cls, primary: PostgreSQLServer) -> PostgreSQLServer:
        """A copy of a server, which is stopped for it; started, it streams what that one writes."""
        directory = Path(tempfile.mkdtemp(prefix="onhand-postgresql-")).resolve()
        (directory / "users.lock").touch()
        in_use = hold(directory)
        start_keeper(directory)
        if server_account():
            directory.chmod(0o711)
        primary.stop()
        for folder in ("data", "socket"):
            subprocess.run(
                ["cp", "-a", str(primary.directory / folder), str(directory)], check=True
            )
        source = f"host={LOOPBACK} port={primary.port} user={SUPERUSER}"
        with (directory / "data" / "postgresql.auto.conf").open("a") as settings:
            settings.write(
                f"primary_conninfo = '{source}'\nwal_retrieve_retry_interval = '100ms'\n"
            )
        shutil.copy2(directory / "data" / "PG_VERSION", directory / "data" / "standby.signal")
        if account := server_account():
            os.chown(directory / "data" / "standby.signal", account["user"], account["group"])
        about = json.loads((primary.directory / "server.json").read_text())
        (directory / "server.json").write_text(json.dumps(about | {"port": free_port()}))
        primary.start()
        server = cls(directory, in_use)
        server.start()
        return server

    @classmethod
    def attach(cls, directory: Path) -> PostgreSQLServer | None:
        """Use a cluster that another process made; None when it has ended."""
        try:
            server = cls(directory, hold(directory))
        except FileNotFoundError:
            return None
        if server.is_running():
            return server
        server.close()
        return None

    def start(self) -> None:
        """Start the server, recovering first if it was killed; back when it takes connections."""
        if self.is_running():
            return
        durable = "on" if self.durable else "off"
        settings = {
            "listen_addresses": LOOPBACK,
            "port": self.port,
            "unix_socket_directories": self.directory / "socket",
            "max_connections": 200,
            "fsync": durable,
            "full_page_writes": durable,
            "timezone": "UTC",
        }
        command = [str(self._programs / "postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self.log_path.open("ab") as log:
            process: subprocess.Popen[bytes] = subprocess.Popen(
                command,
                cwd=self.directory,
                env={"LC_ALL": "C", "PATH": os.environ.get("PATH", "")},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C at the test run must not reach the server before its tests have ended.
                start_new_session=True,
                **server_account(),
            )
        self._process = process
        deadline = time.monotonic() + START_PATIENCE_S
        while not self.is_answering():
            if process.poll() is not None:
                raise PostgreSQLFailed(f"the server ended at its start\n{self.log()}")
            if time.monotonic() > deadline:
                raise PostgreSQLFailed(f"no answer within {START_PATIENCE_S} s\n{self.log()}")
            time.sleep(0.02)

    def stop(self, mode: StopMode = "fast") -> None:
        """Stop the server: `smart` waits for its clients, `immediate` leaves it to recover."""
        postmaster = self.postmaster()
        if postmaster is None:
            return
        postmaster.send_signal(STOP_SIGNALS[mode])
        self._await_end(postmaster)

    def kill(self) -> None:
        """Kill every process of the server at once, as a crash would."""
        postmaster = self.postmaster()
        if postmaster is not None:
            postgres_keeper.end_server(self.data)
            self._await_end(postmaster)

    def restart(self, mode: StopMode = "fast") -> None:
        """Stop the server, and start it on the same port."""
        self.stop(mode)
        self.start()

    def is_running(self) -> bool:
        """Whether the server's process lives, taking connections or not."""
        return self.postmaster() is not None

    def is_answering(self) -> bool:
        """Whether the server takes connections."""
        try:
            psycopg.connect(self.admin_url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def postmaster(self) -> psutil.Process | None:
        """The server's first process; None when there is none, or only what is left of one."""
        if self._process is not None and self._process.poll() is not None:
            return None
        try:
            process = psutil.Process(int((self.data / "postmaster.pid").read_text().split()[0]))
            alive = process.status() != psutil.STATUS_ZOMBIE
            return process if alive and str(self.data) in process.cmdline() else None
        except (OSError, ValueError, IndexError, psutil.Error):
            return None

    def close(self) -> None:
        """Stop using the cluster; when nobody uses it any more, it ends and is removed."""
        if self._in_use is None:
            return
        self._in_use.close()
        self._in_use = None

    def remove(self) -> None:
        """End the server now, and wait until its folder is gone; for a cluster with one user."""
        self.kill()
        self.close()
        deadline = time.monotonic() + STOP_PATIENCE_S
        while self.directory.exists() and time.monotonic() < deadline:
            time.sleep(0.02)

    @property
    def log_path(self) -> Path:
        """The file that takes what the server says."""
        return self.directory / "log"

    def log(self) -> str:
        """The end of what the server said."""
        return self.log_path.read_text(errors="replace")[-4000:] if self.log_path.exists() else ""

    def _await_end(self, postmaster: psutil.Process) -> None:
        try:
            if self._process is not None and self._process.pid == postmaster.pid:
                self._process.wait(STOP_PATIENCE_S)
            else:
                postmaster.wait(STOP_PATIENCE_S)
        except (subprocess.TimeoutExpired, psutil.TimeoutExpired):
            message = f"still running {STOP_PATIENCE_S} s after it was told to stop\n{self.log()}"
            raise PostgreSQLFailed(message) from None


def hold(directory: Path) -> IO[str]:
    """Be one of a cluster's users until the file is closed."""
    lock = (directory / "users.lock").open()
    fcntl.flock(lock, fcntl.LOCK_SH)
    return lock


def start_keeper(directory: Path) -> None:
    """Start the program that removes a cluster after its last user."""
    subprocess.Popen(
        [sys.executable, "-m", postgres_keeper.__name__, str(directory)],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def make_cluster(programs: Programs, directory: Path) -> None:
    """Fill `directory` with an empty cluster that belongs to the server's user."""
    account = server_account()
    for folder in (directory / "data", directory / "socket"):
        folder.mkdir(mode=0o700)
        if account:
            os.chown(folder, account["user"], account["group"])
    command = [str(programs.folder / "initdb"), "-D", str(directory / "data")]
    command += ["--username", SUPERUSER, "--auth", "trust", "--encoding", "UTF8", "--no-sync"]
    # C.UTF-8 knows the case of every letter and sorts as no country does; some systems lack it.
    for locale in ("C.UTF-8", "C"):
        answer = subprocess.run(
            [*command, "--locale", locale],
            cwd=directory,
            env={"PATH": os.environ.get("PATH", "")},
            capture_output=True,
            text=True,
            check=False,
            **account,
        )
        if answer.returncode == 0:
            return
    raise PostgreSQLFailed(f"initdb failed\n{answer.stdout}\n{answer.stderr}")


def server_account() -> dict[str, Any]:
    """How to start a server process: as root under another user, else as who we are."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            account = pwd.getpwnam(name)
            return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise PostgreSQLFailed("PostgreSQL does not run as root, and there is no user to run it as")


def shared_server(folder: Path) -> DatabaseServer:
    """The one server of a test run, whose processes share `folder`; made by the first that asks."""
    named = os.environ.get("ONHAND_TEST_POSTGRESQL")
    if named:
        return DatabaseServer(named)
    with (folder / "postgresql.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        note = folder / "postgresql.path"
        server = PostgreSQLServer.attach(Path(note.read_text())) if note.exists() else None
        if server is None:
            server = PostgreSQLServer.create()
            note.write_text(str(server.directory))
        return server
