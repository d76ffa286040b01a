"""The floor of an import: each line of a CSV file becomes a row of one SQLite table.

Run: python plain_import.py FILE.csv.gz DATABASE
"""

from __future__ import annotations

import csv
import gzip
import itertools
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

CHUNK = 10_000


def plain_import(file: Path, database: Path) -> int:
    """Copy the file's lines into a new table, 10,000 a transaction; how many there were."""
    opener = gzip.open if file.suffix == ".gz" else open
    lines = 0
    with (
        opener(file, "rt", encoding="utf-8", newline="") as source,
        closing(sqlite3.connect(database, isolation_level=None)) as connection,
    ):
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        reader = csv.reader(source)
        columns = next(reader)
        connection.execute(f"CREATE TABLE line ({', '.join(columns)})")
        insert = f"INSERT INTO line VALUES ({', '.join('?' * len(columns))})"
        while chunk := list(itertools.islice(reader, CHUNK)):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(insert, chunk)
            connection.execute("COMMIT")
            lines += len(chunk)
    return lines


if __name__ == "__main__":
    print(plain_import(Path(sys.argv[1]), Path(sys.argv[2])))
