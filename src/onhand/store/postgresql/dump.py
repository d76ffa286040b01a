"""Backups of a PostgreSQL database: pg_dump and pg_restore, run where they are.

A dump is made of the very moment that is verified: the transaction that reads everything lends its
snapshot to pg_dump. Then the dump is read to its end. The password never stands on a command line,
where every user of the machine could read it.

A dump is a program of SQL, and pg_restore runs it: what it says it holds is looked at first, and
anything that is not Onhand's is refused, but only a dump that is trusted should be restored.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from onhand.ledger.ports import Proof
from onhand.store.backup_files import BackupRefused, becoming
from onhand.store.engine import Database, admin_engine, read_engine
from onhand.store.errors import faults_translated
from onhand.store.migrate import VERSION_TABLE, State, migrate, state
from onhand.store.proof import SqlProof, sql_proof
from onhand.store.schema import metadata

DUMP = ("pg_dump", "--format=custom", "--no-owner", "--no-privileges")
RESTORE = ("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")

_ENTRY = re.compile(r"\d+; \d+ \d+ (?P<entry>.+)")
# What the table of contents of a shop's dump names: a kind, the schema, and a name. A longer kind
# stands before one that it begins with.
_OF_TABLES = ("TABLE DATA", "TABLE", "CONSTRAINT", "FK CONSTRAINT", "TRIGGER", "DEFAULT")
_OF_OTHERS = ("SEQUENCE OWNED BY", "SEQUENCE SET", "SEQUENCE", "INDEX")
_KINDS = (*_OF_TABLES, *_OF_OTHERS, "FUNCTION", "COMMENT")
_FUNCTION = "onhand_refuse_change()"
# What a server may bring along for its own ends, as providers' servers do: it is left where it is.
_NOT_RESTORED = ("EXTENSION ", "COMMENT - EXTENSION ", "COMMENT - SCHEMA ", "SCHEMA - public ")


@contextmanager
def take(database: Database, file: Path) -> Iterator[Proof | None]:
    """Dump a shop, and read the dump to its end."""
    program = _program(DUMP[0], f"{shlex.join(DUMP)} --file={shlex.quote(str(file))} {database}")
    reader = _program(RESTORE[0], f"{RESTORE[0]} --list {shlex.quote(str(file))}")
    found = state(database)
    if found not in (State.CURRENT, State.OLDER):
        raise BackupRefused(f"There is no shop of this version in {database}: it is {found}")
    engine = read_engine(database, statement_timeout_s=0)
    try:
        with becoming(file) as part, faults_translated(), sql_proof(engine) as proof:
            words = [program, *DUMP[1:], f"--snapshot={_lent(proof)}", f"--file={part}"]
            _run([*words, *named(database)], database)
            _run([reader, f"--file={os.devnull}", str(part)], database)
            yield proof if found is State.CURRENT else None
    finally:
        engine.dispose()


@contextmanager
def restore(file: Path, database: Database) -> Iterator[Proof]:
    """Fill an empty database from a dump, in one transaction, and bring it up to date.

    What the block raises leaves it empty again.
    """
    program = _program(
        RESTORE[0], f"{shlex.join(RESTORE)} --dbname={database} {shlex.quote(str(file))}"
    )
    found = state(database)
    if found is not State.EMPTY:
        raise BackupRefused(
            f"{database} is not empty, and is never overwritten: make a new database (createdb) and"
            " restore into that, before any server is started on it"
        )
    contents = [
        line
        for line in _run([program, "--list", str(file)], database).splitlines()
        if (entry := _ENTRY.fullmatch(line)) and not entry["entry"].startswith(_NOT_RESTORED)
    ]
    foreign = sorted(_foreign(contents))
    if foreign:
        raise BackupRefused(f"{file} holds what is not Onhand's: {', '.join(foreign[:3])}")
    with tempfile.NamedTemporaryFile("w", prefix="onhand-", suffix=".list") as chosen:
        chosen.write("\n".join(contents))
        chosen.flush()
        words = [program, *RESTORE[1:], f"--use-list={chosen.name}", *named(database), str(file)]
        _run(words, database)
    engine = read_engine(database, statement_timeout_s=0)
    try:
        migrate(database)
        with faults_translated(), sql_proof(engine) as proof:
            yield proof
    except BaseException:
        _empty(database)
        raise
    finally:
        engine.dispose()


def _empty(database: Database) -> None:
    """Take out what was restored, and is not wanted: there was nothing else."""
    engine = admin_engine(database)
    with engine.begin() as connection:
        metadata.drop_all(connection)
        connection.execute(text(f"DROP TABLE IF EXISTS {VERSION_TABLE}"))
        connection.execute(text(f"DROP FUNCTION IF EXISTS {_FUNCTION}"))
    engine.dispose()


def _lent(proof: SqlProof) -> str:
    """The name of the moment that a proof is of, for others to look at it while it is open."""
    return str(proof.connection.execute(text("SELECT pg_export_snapshot()")).scalar_one())


def _program(name: str, by_hand: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise BackupRefused(
            f"{name} is not on this machine's PATH, or its package (postgresql-client) is not"
            f" installed. Where it is, run: {by_hand}"
        )
    return found


def named(database: Database) -> list[str]:
    """How a program is told which database to connect to, but for the password."""
    assert database.url is not None
    shown = database.url._replace(drivername="postgresql", password=None)
    return [f"--dbname={shown.render_as_string(hide_password=False)}"]


def _run(words: list[str], database: Database) -> str:
    assert database.url is not None
    environment = dict(os.environ)
    if database.url.password is not None:
        environment["PGPASSWORD"] = str(database.url.password)
    done = subprocess.run(
        words,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["it said nothing"]
        raise BackupRefused(f"{Path(words[0]).name} failed: {said[0]}")
    return done.stdout


def _foreign(contents: list[str]) -> Iterator[str]:
    """What a dump holds that no shop does, by its table of contents."""
    for line in contents:
        entry = line.split(" ", 3)[3]
        kind = next((kind for kind in _KINDS if entry.startswith(f"{kind} ")), None)
        schema, _, rest = entry.removeprefix(f"{kind} ").partition(" ")
        if kind is None or not _is_ours(kind, schema, rest.split(" ")[0]):
            yield entry.rpartition(" ")[0].lower()


def _is_ours(kind: str, schema: str, name: str) -> bool:
    if schema != "public":
        return False
    if kind in _OF_TABLES:
        return name in metadata.tables or name == VERSION_TABLE
    # Indexes and sequences belong to the tables; a comment changes nothing.
    return kind != "FUNCTION" or name == _FUNCTION
