"""The floor of an export: each row of the movements' table becomes a line of one CSV file.

Run: python plain_export.py DATABASE_URL FILE.csv
"""

from __future__ import annotations

import csv
import sqlite3
import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import psycopg

ALL = "SELECT * FROM movements"
AT_ONCE = 10_000


def plain_export(database_url: str, file: Path) -> None:
    """Write every movement, as the database has it, in no order."""
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        if database_url.startswith("sqlite:"):
            path = database_url.removeprefix("sqlite:///")
            with closing(sqlite3.connect(path)) as connection:
                writer.writerows(connection.execute(ALL))
        else:
            with psycopg.connect(database_url) as server, server.cursor("movements") as cursor:
                cursor.itersize = AT_ONCE
                rows: Iterable[tuple[object, ...]] = cursor.execute(ALL)
                writer.writerows(rows)


if __name__ == "__main__":
    plain_export(sys.argv[1], Path(sys.argv[2]))
