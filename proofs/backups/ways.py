"""Ways to back up and restore, as users are told to: each a command that is really run.

A way takes a backup of a running shop and restores it to a place of its own, beside the shop. The
commands are those of docs/running.md, which a test holds them to.
"""

from __future__ import annotations

import itertools
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from onhand.store.engine import parse_database
from proofs.ground import Ground, Kind
from tests.support.postgres import DatabaseServer, PostgreSQLServer, server_account
from tests.support.postgres_programs import find_programs

SQLITE_BY_PYTHON = (
    'python3 -c "import sqlite3;'
    " sqlite3.connect('onhand.db').backup(sqlite3.connect('backup.db'))\""
)
SQLITE_BY_SHELL = """sqlite3 onhand.db "VACUUM INTO 'backup.db'\""""
SQLITE_RESTORE = ("rm -f onhand.db-wal onhand.db-shm", "cp backup.db onhand.db")
PG_DUMP = "pg_dump --format=custom --file=onhand.dump"
PG_RESTORE = "pg_restore --no-owner --exit-on-error"
PG_BASEBACKUP = "pg_basebackup --wal-method=stream --checkpoint=fast"

LOST = "lost"

_numbers = itertools.count(1)


class CommandFailed(Exception):
    """A command that users are told to type failed; the message ends with what it printed."""


@dataclass(frozen=True)
class Way:
    """A way: `take` puts a backup where it is told, `restore` makes a database of it; its URL.

    What a restored database stands on is ended with the stack.
    """

    name: str
    take: Callable[[Ground, Path], None]
    restore: Callable[[Ground, Path, ExitStack], str]


def ways_of(ground: Ground) -> list[Way]:
    """Every way there is on this machine to back up the ground's database."""
    if ground.kind is Kind.sqlite:
        there = shutil.which("sqlite3") is not None
        return [OURS, ONLINE, *([VACUUM] if there else [])]
    whole_cluster = [BASE] if ground.postgresql is not None else []
    return [OURS, DUMP, DUMP_FOR_ANOTHER_CLUSTER, *whole_cluster]


def keep_the_lost(ground: Ground) -> None:
    """Keep what servers that were killed have left, before anybody opens it again."""
    if ground.kind is Kind.sqlite:
        file = parse_database(ground.url).file
        (ground.folder / LOST).mkdir()
        for path in file.parent.glob(f"{file.name}*"):
            shutil.copyfile(path, ground.folder / LOST / path.name)


def size_of(backup: Path) -> int:
    """How many bytes a backup has."""
    if backup.is_file():
        return backup.stat().st_size
    return sum(path.stat().st_size for path in backup.rglob("*") if path.is_file())


# By Onhand itself


def _onhand(*words: str) -> None:
    path = f"{find_programs().folder}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, "-m", "onhand", *words]
    _run(command, env={**os.environ, "PATH": path})


def _back_up(ground: Ground, backup: Path) -> None:
    _onhand("backup", str(backup), "--database", ground.url)


def _restore(ground: Ground, backup: Path, stack: ExitStack) -> str:
    if ground.kind is Kind.postgresql:
        server = DatabaseServer(ground.url)
        url = server.create_database()
        stack.callback(server.drop_database, url)
    else:
        folder = ground.folder / f"restored-{next(_numbers)}"
        folder.mkdir()
        stack.callback(shutil.rmtree, folder)
        url = f"sqlite:///{folder / 'onhand.db'}"
    _onhand("restore", str(backup), "--database", url)
    return url


OURS = Way("onhand backup", _back_up, _restore)

# SQLite: one file


def _by_command(command: str) -> Callable[[Ground, Path], None]:
    def take(ground: Ground, backup: Path) -> None:
        words = [sys.executable if word == "python3" else word for word in shlex.split(command)]
        _run(words, cwd=parse_database(ground.url).file.parent)
        (ground.folder / "backup.db").rename(backup)

    return take


def _restore_file(ground: Ground, backup: Path, stack: ExitStack) -> str:
    folder = ground.folder / f"restored-{next(_numbers)}"
    folder.mkdir()
    stack.callback(shutil.rmtree, folder)
    # In the place of a shop that was killed: what it left behind is there.
    shutil.copytree(ground.folder / LOST, folder, dirs_exist_ok=True)
    shutil.copyfile(backup, folder / "backup.db")
    for command in SQLITE_RESTORE:
        _run(shlex.split(command), cwd=folder)
    return f"sqlite:///{folder / 'onhand.db'}"


ONLINE = Way("Python's backup()", _by_command(SQLITE_BY_PYTHON), _restore_file)
VACUUM = Way("VACUUM INTO", _by_command(SQLITE_BY_SHELL), _restore_file)

# PostgreSQL: a dump, or the whole cluster


def _dump(ground: Ground, backup: Path) -> None:
    words = [*_program(PG_DUMP), f"--dbname={ground.url}"]
    _run(words, cwd=ground.folder)
    (ground.folder / "onhand.dump").rename(backup)


def _restore_beside(ground: Ground, backup: Path, stack: ExitStack) -> str:
    return _restore_on(DatabaseServer(ground.url), backup, stack)


def _restore_elsewhere(ground: Ground, backup: Path, stack: ExitStack) -> str:
    cluster = PostgreSQLServer.create()
    stack.callback(cluster.remove)
    return _restore_on(cluster, backup, stack)


def _restore_on(server: DatabaseServer, backup: Path, stack: ExitStack) -> str:
    url = server.create_database()
    stack.callback(server.drop_database, url)
    _run([*_program(PG_RESTORE), f"--dbname={url}", str(backup)], cwd=backup.parent)
    return url


def _base_backup(ground: Ground, backup: Path) -> None:
    account = server_account()
    backup.mkdir(mode=0o700)
    # A cluster belongs to whoever runs its server.
    for path, mode in ((ground.folder, 0o711), (backup, 0o700)):
        path.chmod(mode)
    if account:
        os.chown(backup, account["user"], account["group"])
    words = [*_program(PG_BASEBACKUP), f"--dbname={ground.url}", f"--pgdata={backup}"]
    _run(words, cwd=backup.parent, **account)


def _start_cluster(ground: Ground, backup: Path, stack: ExitStack) -> str:
    cluster = PostgreSQLServer.create(durable=True)
    stack.callback(cluster.remove)
    cluster.stop()
    shutil.rmtree(cluster.data)
    shutil.copytree(backup, cluster.data)
    account = server_account()
    if account:
        for path in (cluster.data, *cluster.data.rglob("*")):
            os.chown(path, account["user"], account["group"])
    cluster.start()
    return cluster.url(urlsplit(ground.url).path.removeprefix("/"))


DUMP = Way("pg_dump, restored beside it", _dump, _restore_beside)
DUMP_FOR_ANOTHER_CLUSTER = Way("pg_dump, restored elsewhere", _dump, _restore_elsewhere)
BASE = Way("pg_basebackup", _base_backup, _start_cluster)


def _program(command: str) -> list[str]:
    name, *options = shlex.split(command)
    return [str(find_programs().folder / name), *options]


def _run(words: Sequence[str], **options: Any) -> None:
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, timeout=600, **options
    )
    if done.returncode:
        raise CommandFailed(f"{shlex.join(words)} ended with {done.returncode}\n{done.stderr}")
