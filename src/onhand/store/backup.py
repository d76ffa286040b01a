"""Backups: a shop in one file, taken while it is served, and put in place again.

On SQLite a backup is a database file; on PostgreSQL it is a dump in pg_dump's own format. Both come
to be under a name of their own beside the file they become: nobody ever finds half a backup, and
what has a name already is never overwritten.

    taking      the copy is made of one moment; the file gets its name when the block that looks at
                that moment ends
    restoring   everything is looked at before the database is there; on PostgreSQL, whose database
                is there before, it is filled in one transaction
"""

from __future__ import annotations

import stat
from contextlib import AbstractContextManager
from enum import Enum
from pathlib import Path

from onhand.ledger.ports import Proof
from onhand.store.backup_files import Advance, BackupRefused
from onhand.store.engine import Database


class MoveRefused(Exception):
    """Nothing was moved to another database; the message says why, and what to do."""


class Form(Enum):
    """What a file begins with that is a backup."""

    SQLITE = b"SQLite format 3\0"
    DUMP = b"PGDMP"


def take(database: Database, file: Path, advance: Advance) -> AbstractContextManager[Proof | None]:
    """Back a shop up into a file that is not there yet; gives what was backed up, to be verified.

    The file has its name after the block, unless that raises. None: the shop is of an older
    version, which this program cannot verify. Raises `BackupRefused` and the ledger's faults.
    """
    if database.kind == "sqlite":
        from onhand.store.sqlite import backup

        return backup.take(database, file, advance)
    from onhand.store.postgresql import dump

    return dump.take(database, file)


def restore(file: Path, database: Database) -> AbstractContextManager[Proof]:
    """Make a database of a backup, where there is none yet; gives what is in it, to be verified.

    The database is there after the block, unless that raises. Raises `BackupRefused` and the
    ledger's faults.
    """
    form = form_of(file)
    if database.kind == "sqlite":
        if form is not Form.SQLITE:
            raise BackupRefused(
                f"{file} is a dump of PostgreSQL: restore it into an empty database there,"
                " --database postgresql://user:password@host/name"
            )
        from onhand.store.sqlite import backup

        return backup.restore(file, database)
    if form is not Form.DUMP:
        raise BackupRefused(
            f"{file} is a backup of SQLite: restore it to a file, --database sqlite:///name.db,"
            f" and bring that to PostgreSQL with onhand move --from sqlite:///name.db"
            f" --to {database}"
        )
    from onhand.store.postgresql import dump

    return dump.restore(file, database)


def form_of(file: Path) -> Form:
    """What kind of backup a file is, by how it begins. Raises `BackupRefused` where it is none."""
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            raise BackupRefused(f"{file} is no file: name the backup itself")
        with file.open("rb") as opened:
            head = opened.read(16)
    except OSError as error:
        raise BackupRefused(f"Cannot read {file}: {error.strerror}") from error
    for form in Form:
        if head.startswith(form.value):
            return form
    raise BackupRefused(f"{file} is no backup of Onhand's: it is neither a SQLite file nor a dump")
