"""What a migration may do beside servers of the version before: add, and nothing else.

It is judged by the statements that PostgreSQL is sent. On SQLite one process has the file, so there
is no version before that still runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Engine, event

from onhand.store.migrate import VERSION_TABLE

_TABLE = r'(?:IF (?:NOT )?EXISTS )?(?:ONLY )?"?(?:\w+\.)?"?(\w+)"?'
_MADE = re.compile(rf"CREATE (?:TEMPORARY |TEMP )?TABLE {_TABLE}", re.I)
_ASKS = re.compile(r"(SELECT|WITH|SHOW)\b", re.I)
_HARMLESS = re.compile(r"CREATE (SEQUENCE|FUNCTION|TYPE|DOMAIN|VIEW)\b|COMMENT ON\b|SET\b", re.I)
_INDEX = re.compile(rf"CREATE (UNIQUE )?INDEX .*?\bON {_TABLE}", re.I)
_ALTER = re.compile(rf"ALTER TABLE {_TABLE} (.+)", re.I)
_WRITES = re.compile(rf"(?:INSERT INTO|UPDATE|DELETE FROM|TRUNCATE(?: TABLE)?) {_TABLE}", re.I)
_TRIGGER = re.compile(rf"CREATE (?:CONSTRAINT )?TRIGGER .*?\bON {_TABLE}", re.I)
_DROP = re.compile(rf"DROP TABLE {_TABLE}", re.I)
_COLUMN = re.compile(r"ADD COLUMN (\w+) (.+)", re.I)
_PLAIN_DEFAULT = re.compile(
    r"DEFAULT (?:'[^']*'(?:::[\w ]+)?|-?[\d.]+|true|false|NULL|now\(\)|CURRENT_TIMESTAMP)", re.I
)


@contextmanager
def statements_sent() -> Iterator[list[str]]:
    """Every statement that any engine sends meanwhile."""
    sent: list[str] = []

    def heard(_: object, __: object, statement: str, *___: object) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", heard)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", heard)


def narrowing(statements: Sequence[str]) -> list[str]:
    """What a running server of the version before would trip over, or wait for, each in a line."""
    made = {VERSION_TABLE}
    faults = []
    for statement in (" ".join(text.split()) for text in statements):
        if table := _MADE.match(statement):
            made.add(table[1])
        elif why := _fault_of(statement, made):
            faults.append(f"{why}: {statement[:120]}")
    return faults


def _fault_of(statement: str, made: set[str]) -> str | None:
    if _ASKS.match(statement) or _HARMLESS.match(statement):
        return None
    if index := _INDEX.match(statement):
        is_new = index[2] in made
        return "old servers may write what it refuses" if index[1] and not is_new else None
    if altered := _ALTER.match(statement):
        return None if altered[1] in made else _fault_of_column(altered[2])
    for pattern in (_WRITES, _TRIGGER, _DROP):
        if touched := pattern.match(statement):
            is_new = touched[1] in made
            return None if is_new else f"{touched[1]} is in use by old servers"
    return "it does not only add"


def _fault_of_column(action: str) -> str | None:
    added = _COLUMN.fullmatch(action)
    if added is None:
        return "it does not only add"
    rest = _PLAIN_DEFAULT.sub("DEFAULT", added[2])
    if re.search(r"\bNOT NULL\b", rest, re.I) and "DEFAULT" not in rest:
        return "old servers write no such column: it needs a default, or NULL"
    if re.search(r"\bDEFAULT \S", rest) and not re.search(r"\bDEFAULT (NOT )?NULL", rest):
        return "a default that is worked out has the whole table written anew"
    if re.search(r"\b(UNIQUE|PRIMARY KEY|GENERATED|ADD|DROP|ALTER)\b", rest, re.I):
        return "it does not only add"
    return None
