"""Backups of a SQLite file: copied page by page while it is served, looked at before it is named.

The copy is made under a read transaction, so that pages are of that moment however many commits
come meanwhile, and a copy in steps never begins anew. The file stands by itself, without a log
beside it.

What is restored is looked at as something that anybody may have made: its text is not trusted to
run, it may hold our tables and nothing else, and SQLite has to find every page, key and constraint
in order. A file of an older version is brought up first, so that all of it can be verified.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from onhand.ledger.ports import Proof
from onhand.store.backup_files import Advance, BackupRefused, becoming
from onhand.store.engine import Database, admin_engine, read_engine, sqlite_connect
from onhand.store.errors import faults_translated
from onhand.store.lock_file import database_lock
from onhand.store.migrate import VERSION_TABLE, State, migrate, state
from onhand.store.proof import sql_proof
from onhand.store.schema import metadata, sqlite_metadata
from onhand.store.triggers import SQLITE_NAMES, put_in_place

PAGES_AT_A_TIME = 4_096
SIDECARS = ("-wal", "-shm", "-journal")


@contextmanager
def take(database: Database, file: Path, advance: Advance) -> Iterator[Proof | None]:
    """Copy a shop's file, and look the copy over."""
    found = state(database)
    if found not in (State.CURRENT, State.OLDER):
        raise BackupRefused(f"There is no shop of this version in {database}: it is {found}")
    with becoming(file) as part, faults_translated():
        _copy(database.file, part, advance)
        fault = _damage(part)
        if fault is not None:
            raise BackupRefused(f"{database} is damaged, and so would be its backup: {fault}")
        if found is State.OLDER:
            yield None
        else:
            with _proof(part) as proof:
                yield proof


@contextmanager
def restore(file: Path, database: Database) -> Iterator[Proof]:
    """Look a backup over, bring it up to date where it is older, and put it in place."""
    target = database.file
    beside = _beside(file)
    if beside is not None:
        raise BackupRefused(
            f"{beside} lies beside it: this is a shop's file in use, or left by a server that ended"
            f" badly, and no backup. Back it up: onhand backup FILE --database sqlite:///{file}"
        )
    if os.path.lexists(target):
        raise BackupRefused(
            f"There is something at {target} already, and it is never overwritten: move it away,"
            " or name another database"
        )
    left = _beside(target)
    if left is not None:
        raise BackupRefused(
            f"{left} is left of a lost database, and would be applied to the restored one: move it"
            " away, or remove it"
        )
    lock = database_lock(target).acquire()
    try:
        with becoming(target) as part, faults_translated():
            shutil.copyfile(file, part)
            _look_over(file, part)
            with _proof(part) as proof:
                yield proof
            _give_to_the_folders_owner(part)
    finally:
        lock.release()


def _copy(source: Path, part: Path, advance: Advance) -> None:
    with (
        closing(sqlite_connect(source, read_only=True)) as reading,
        closing(sqlite3.connect(part, isolation_level=None)) as writing,
    ):
        # Nobody needs the half of a copy: it is put on the disk once, in the end.
        writing.execute("PRAGMA synchronous = OFF")
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM sqlite_master").fetchone()
        reading.backup(
            writing,
            pages=PAGES_AT_A_TIME,
            progress=lambda _, left, pages: advance(pages - left, pages),
        )
        # The first page says how to write to the file, as the source's does: with a log beside it.
        writing.execute("PRAGMA journal_mode = DELETE")


def _look_over(file: Path, part: Path) -> None:
    copy = Database("sqlite", part, None)
    found = state(copy)
    if found is State.NEWER:
        raise BackupRefused(f"{file} is of a newer version of Onhand; restore it with that one")
    if found in (State.EMPTY, State.FOREIGN):
        raise BackupRefused(f"{file} holds no shop of Onhand's")
    fault = _damage(part)
    if fault is not None:
        raise BackupRefused(f"{file} is damaged: {fault}")
    # An older version had other columns, but never other tables.
    _refuse_foreign(file, {thing for thing in _things(part) if not thing.startswith("column ")})
    migrate(copy)
    things = _things(part)
    _refuse_foreign(file, things)
    missing = sorted(_OURS - things)
    if missing:
        raise BackupRefused(f"{file} is not whole: it lacks {', '.join(missing[:3])}")
    # Whatever stands under their names in the file, these are ours.
    engine = admin_engine(copy)
    with engine.begin() as connection:
        put_in_place(connection)
    engine.dispose()
    with closing(sqlite3.connect(part, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


def _refuse_foreign(file: Path, things: set[str]) -> None:
    foreign = sorted(things - _OURS)
    if foreign:
        raise BackupRefused(f"{file} holds what is not Onhand's: {', '.join(foreign[:3])}")


def _damage(part: Path) -> str | None:
    """The first thing that SQLite finds wrong with a file's pages, indexes, keys and checks."""
    with closing(sqlite3.connect(part, isolation_level=None)) as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        try:
            [said] = connection.execute("PRAGMA integrity_check(1)").fetchone()
            broken = connection.execute("PRAGMA foreign_key_check").fetchone()
        except sqlite3.DatabaseError as error:
            return str(error)
    if said != "ok":
        return str(said).splitlines()[-1]
    return None if broken is None else f"a row of {broken[0]} names one of {broken[2]} that is gone"


def _things(part: Path) -> set[str]:
    """All that a file defines, as `table levels`; of a table's columns, too."""
    with closing(sqlite3.connect(part, isolation_level=None)) as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        found = {
            f"{kind} {name}"
            for kind, name in connection.execute("SELECT type, name FROM sqlite_master")
            if not name.startswith("sqlite_")
        }
        columns = connection.execute(
            "SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_xinfo(m.name) AS c"
            " WHERE m.type = 'table'"
        )
        return found | {
            f"column {table}.{name}" for table, name in columns if not table.startswith("sqlite_")
        }


def _ours() -> Iterator[str]:
    for table in (*metadata.tables.values(), *sqlite_metadata.tables.values()):
        yield f"table {table.name}"
        yield from (f"column {table.name}.{column.name}" for column in table.columns)
        yield from (f"index {index.name}" for index in table.indexes)
    yield from (f"table {VERSION_TABLE}", f"column {VERSION_TABLE}.version_num")
    yield from (f"trigger {name}" for name in SQLITE_NAMES)


_OURS = frozenset(_ours())


@contextmanager
def _proof(part: Path) -> Iterator[Proof]:
    engine = read_engine(Database("sqlite", part, None))
    try:
        with sql_proof(engine) as proof:
            yield proof
    finally:
        engine.dispose()


def _beside(file: Path) -> Path | None:
    """What SQLite keeps beside a database that is open, or was left so; None: nothing."""
    paths = (Path(f"{file}{end}") for end in SIDECARS)
    return next((path for path in paths if os.path.lexists(path)), None)


def _give_to_the_folders_owner(part: Path) -> None:
    """Let the server open it: who restores as root does so for the user it runs as."""
    if os.name == "posix" and os.geteuid() == 0:
        folder = part.parent.stat()
        os.chown(part, folder.st_uid, folder.st_gid)
