"""Drivers' errors in our own words: what psycopg, sqlite3 and SQLAlchemy raise becomes a `Fault`.

What counts is the SQLSTATE on PostgreSQL and the primary result code on SQLite. A message is fit
for a person and never repeats the driver's text, which may name users, hosts and values; the
driver's error stays reachable as `__cause__`.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeGuard

from sqlalchemy import exc

from onhand.ledger.faults import (
    CommitUnknown,
    Fault,
    StorageFull,
    StoreBusy,
    StoreRefused,
    StoreUnavailable,
)

if TYPE_CHECKING:
    import psycopg

Kind = tuple[type[Fault], str]

_AWAY = "The database cannot be reached"
_LOST = "The connection to the database was lost"
_STARTING = "The database is starting or stopping"
_CROWDED = "The database takes no more connections"
_LOGIN = "The database refused the user name or the password"
_NO_DATABASE = "The server has no database of this name"
_CONFLICT = "Another writer stood in the way; try again"
_SLOW = "The database took too long; try again"
_REFUSED = "The database refused the change: it breaks one of the ledger's rules"
_VALUE = "The database refused a value: it does not fit its column"
_FULL = "The database has no room left to write"
_READ_ONLY = "The database may not be written to: it is read-only"
_IO = "The disk failed while the database was reading or writing"
_DAMAGED = "The file is damaged, or no SQLite database at all"
_UNFIT = "The database failed in a way the server does not know"

# The longest prefix of the SQLSTATE decides.
_SQLSTATES: dict[str, Kind] = {
    "08": (StoreUnavailable, _LOST),
    "08007": (CommitUnknown, "The database was lost while it committed"),
    "22": (StoreRefused, _VALUE),
    "23": (StoreRefused, _REFUSED),
    "25006": (StorageFull, _READ_ONLY),
    "25P03": (StoreUnavailable, _LOST),
    "25P04": (StoreUnavailable, _LOST),
    "28": (StoreUnavailable, _LOGIN),
    "3D": (StoreUnavailable, _NO_DATABASE),
    "40": (StoreBusy, _CONFLICT),
    "42501": (StorageFull, _READ_ONLY),
    "40003": (CommitUnknown, "The database was lost while it committed"),
    "53": (StoreUnavailable, "The database has too little memory to answer"),
    "53100": (StorageFull, _FULL),
    "53300": (StoreUnavailable, _CROWDED),
    "55P03": (StoreBusy, _CONFLICT),
    "57014": (StoreBusy, _SLOW),
    "57P": (StoreUnavailable, _STARTING),
    "58": (StorageFull, _IO),
    "P0001": (StoreRefused, _REFUSED),
}

_RESULT_CODES: dict[int, Kind] = {
    sqlite3.SQLITE_BUSY: (StoreBusy, _CONFLICT),
    sqlite3.SQLITE_LOCKED: (StoreBusy, _CONFLICT),
    sqlite3.SQLITE_PROTOCOL: (StoreBusy, _CONFLICT),
    sqlite3.SQLITE_INTERRUPT: (StoreBusy, _SLOW),
    sqlite3.SQLITE_FULL: (StorageFull, _FULL),
    sqlite3.SQLITE_READONLY: (StorageFull, _READ_ONLY),
    sqlite3.SQLITE_PERM: (StorageFull, _READ_ONLY),
    sqlite3.SQLITE_IOERR: (StorageFull, _IO),
    sqlite3.SQLITE_CANTOPEN: (StoreUnavailable, "The database file cannot be opened"),
    sqlite3.SQLITE_CORRUPT: (StoreUnavailable, _DAMAGED),
    sqlite3.SQLITE_NOTADB: (StoreUnavailable, _DAMAGED),
    sqlite3.SQLITE_CONSTRAINT: (StoreRefused, _REFUSED),
    sqlite3.SQLITE_MISMATCH: (StoreRefused, _VALUE),
    sqlite3.SQLITE_TOOBIG: (StoreRefused, _VALUE),
}

# Where a connection is refused the driver knows no SQLSTATE, only the server's words.
_REFUSALS: dict[str, str] = {
    "password": _LOGIN,
    "authentication": _LOGIN,
    "pg_hba.conf": _LOGIN,
    "role": _LOGIN,
    "too many": _CROWDED,
    "remaining connection slots": _CROWDED,
    "starting up": _STARTING,
    "shutting down": _STARTING,
    "recovery mode": _STARTING,
    "does not exist": _NO_DATABASE,
}


def translated(error: BaseException) -> Fault:
    """The fault that a driver's or SQLAlchemy's error amounts to."""
    if isinstance(error, Fault):
        return error
    if isinstance(error, exc.DBAPIError) and error.orig is not None:
        return translated(error.orig)
    if isinstance(error, exc.TimeoutError):
        return StoreBusy("All connections to the database are in use; try again")
    if _is_of_postgresql(error):
        return _of_postgresql(error)
    if isinstance(error, sqlite3.Error):
        return _of_sqlite(error)
    return Fault(_UNFIT)


def result_code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 where the driver itself complains."""
    # That is the low byte; the rest only says which kind of it.
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


@contextmanager
def faults_translated() -> Iterator[None]:
    """Within it, errors of psycopg, sqlite3 and SQLAlchemy leave as faults."""
    try:
        yield
    except (sqlite3.Error, exc.SQLAlchemyError) as error:
        raise translated(error) from error
    except Exception as error:
        if _is_of_postgresql(error):
            raise translated(error) from error
        raise


def _is_of_postgresql(error: BaseException) -> TypeGuard[psycopg.Error]:
    # Its driver takes 9 MB: it is loaded only where that database is used.
    driver = sys.modules.get("psycopg")
    return driver is not None and isinstance(error, driver.Error)


def _of_postgresql(error: psycopg.Error) -> Fault:
    import psycopg

    state = error.sqlstate
    if state is not None:
        for length in (5, 3, 2):
            kind = _SQLSTATES.get(state[:length])
            if kind is not None:
                fault, message = kind
                return fault(message)
        return Fault(f"{_UNFIT} (SQLSTATE {state})")
    if isinstance(error, psycopg.DataError):
        return StoreRefused(_VALUE)
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        said = str(error)
        for words, message in _REFUSALS.items():
            if words in said:
                return StoreUnavailable(message)
        return StoreUnavailable(_AWAY)
    return Fault(_UNFIT)


def _of_sqlite(error: sqlite3.Error) -> Fault:
    kind = _RESULT_CODES.get(result_code(error))
    if kind is not None:
        fault, message = kind
        return fault(message)
    if isinstance(error, sqlite3.IntegrityError):
        return StoreRefused(_REFUSED)
    return Fault(_UNFIT)
