"""`onhand backup` makes a file that `onhand restore` makes the same shop of, and nothing else."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from onhand.store.backup_files import BackupRefused, becoming
from onhand.store.engine import admin_engine, parse_database
from onhand.store.lock_file import database_lock
from onhand.store.migrate import REVISIONS, VERSION_TABLE, State, state
from onhand.store.postgresql import dump
from proofs.backups.older import copy, make_at, rows_of
from tests.support.command_line import onhand
from tests.support.postgres import DatabaseServer

NewDatabase = Callable[[], str]


@pytest.fixture
def small_url(small_file: Path, tmp_path: Path) -> str:
    """A small shop in a SQLite file."""
    (tmp_path / "onhand.db").write_bytes(small_file.read_bytes())
    return f"sqlite:///{tmp_path / 'onhand.db'}"


@pytest.fixture
def backup(small_url: str, tmp_path: Path) -> Path:
    """A backup of it."""
    file = tmp_path / "backup.db"
    assert onhand("backup", file, "--database", small_url).code == 0
    return file


def refused(file: Path, url: str) -> str:
    """What is said to a restore that is refused, and leaves nothing behind."""
    before = sorted(path.name for path in file.parent.iterdir())
    told = onhand("restore", file, "--database", url)
    assert told.code == 1
    after = sorted(path.name for path in file.parent.iterdir() if path.suffix != ".lock")
    assert after == [name for name in before if not name.endswith(".lock")]
    return told.text


def change(file: Path, *statements: str) -> None:
    """Change a backup as somebody might who has it in hand."""
    connection = sqlite3.connect(file)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_backup_makes_the_same_shop(
    shop_url: str, new_database: NewDatabase, tmp_path: Path
) -> None:
    file = tmp_path / "backup"
    made = onhand("backup", file, "--database", shop_url)
    assert made.code == 0
    assert "levels, which agree, to" in made.text
    assert file.stat().st_mode & 0o077 == 0, "others could read it"
    elsewhere = new_database()
    restored = onhand("restore", file, "--database", elsewhere)
    assert restored.code == 0, restored.text
    assert rows_of(elsewhere) == rows_of(shop_url)
    assert [path for path in tmp_path.iterdir() if ".part" in path.name] == []


def test_nothing_is_overwritten(shop_url: str, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    file.write_text("precious")
    assert "there already" in onhand("backup", file, "--database", shop_url).text
    assert file.read_text() == "precious"
    file.unlink()
    onhand("backup", file, "--database", shop_url)
    before = rows_of(shop_url)
    told = onhand("restore", file, "--database", shop_url)
    assert told.code == 1
    assert "never overwritten" in told.text
    assert rows_of(shop_url) == before


def test_a_name_taken_meanwhile_stays_somebody_elses(tmp_path: Path) -> None:
    file = tmp_path / "backup.db"
    with pytest.raises(BackupRefused, match="never overwritten"), becoming(file):
        file.write_text("theirs")
    assert file.read_text() == "theirs"
    assert [path.name for path in tmp_path.iterdir()] == ["backup.db"]


def test_what_does_not_agree_is_backed_up_and_not_restored(
    shop_url: str, new_database: NewDatabase, tmp_path: Path
) -> None:
    with admin_engine(parse_database(shop_url)).begin() as connection:
        connection.execute(text("UPDATE levels SET on_hand = on_hand + 1 WHERE reserved = 0"))
    file, elsewhere = tmp_path / "backup", new_database()
    made = onhand("backup", file, "--database", shop_url)
    assert made.code == 1
    assert "level's on hand" in made.text
    told = onhand("restore", file, "--database", elsewhere)
    assert told.code == 1
    assert "--unsound" in told.text
    assert onhand("restore", file, "--database", elsewhere, "--unsound").code == 0
    assert rows_of(elsewhere) == rows_of(shop_url)


def test_an_older_backup_is_brought_up(
    shop_url: str, new_database: NewDatabase, tmp_path: Path
) -> None:
    older, elsewhere, file = new_database(), new_database(), tmp_path / "backup"
    make_at(older, REVISIONS[-2])
    copy(shop_url, older)
    made = onhand("backup", file, "--database", older)
    assert made.code == 0
    assert "not verified" in made.text
    # The shop's newest documents were left behind, so what they hold differs.
    assert onhand("restore", file, "--database", elsewhere, "--unsound").code == 0
    assert state(elsewhere) is State.CURRENT
    assert rows_of(elsewhere)["movements"] == rows_of(shop_url)["movements"]


def test_a_newer_backup_is_for_a_newer_version(backup: Path, sqlite_url: str) -> None:
    change(backup, f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    assert "newer version" in refused(backup, f"{sqlite_url}.new")


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("CREATE TABLE customers (id)", "table customers"),
        ("CREATE VIEW stock AS SELECT 1", "view stock"),
        ("CREATE TRIGGER on_key AFTER INSERT ON api_keys BEGIN SELECT 1; END", "trigger on_key"),
        ("ALTER TABLE levels ADD COLUMN shadow", "column levels.shadow"),
        ("DROP INDEX ix_movements_time", "index ix_movements_time"),
        ("DROP TABLE daily_sales", "column daily_sales.day"),
    ],
)
def test_a_file_that_was_tampered_with_is_refused(
    backup: Path, sqlite_url: str, statement: str, named: str
) -> None:
    change(backup, statement)
    assert named in refused(backup, f"{sqlite_url}.new")


def test_the_ledgers_triggers_are_ours_again(backup: Path, tmp_path: Path) -> None:
    change(
        backup,
        "DROP TRIGGER movements_no_update",
        "CREATE TRIGGER movements_no_update BEFORE UPDATE ON movements BEGIN SELECT 1; END",
    )
    target = tmp_path / "new.db"
    assert onhand("restore", backup, "--database", f"sqlite:///{target}").code == 0
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        change(target, "UPDATE movements SET quantity = 1")


def test_files_that_are_no_backup_are_refused(
    backup: Path, tmp_path: Path, sqlite_url: str
) -> None:
    target = f"{sqlite_url}.new"
    for name, content in (("notes.txt", b"SQL"), ("empty.db", b""), ("half", b"SQLite format 3\0")):
        (tmp_path / name).write_bytes(content)
        refused(tmp_path / name, target)
    other = tmp_path / "other.db"
    change(other, "CREATE TABLE customers (id)")
    assert "no shop of Onhand's" in refused(other, target)
    whole = backup.read_bytes()
    backup.write_bytes(whole[: len(whole) // 2])
    assert "damaged" in refused(backup, target)
    (tmp_path / "dump").write_bytes(b"PGDMP and more")
    assert "postgresql://" in refused(tmp_path / "dump", target)
    assert "onhand move" in onhand("restore", other, "--database", "postgresql://h/n").text
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, tmp_path / "nowhere"):
        assert onhand("restore", path, "--database", target).code == 1


def test_a_file_in_use_is_no_backup(backup: Path, tmp_path: Path) -> None:
    Path(f"{backup}-wal").write_bytes(b"")
    assert "onhand backup" in refused(backup, f"sqlite:///{tmp_path / 'new.db'}")


def test_what_is_left_of_a_lost_database_is_named(backup: Path, tmp_path: Path) -> None:
    left = tmp_path / "new.db-wal"
    left.write_bytes(b"")
    assert str(left) in refused(backup, f"sqlite:///{tmp_path / 'new.db'}")


def test_a_link_is_not_followed_to_where_the_database_would_be(
    backup: Path, tmp_path: Path
) -> None:
    (tmp_path / "new.db").symlink_to(tmp_path / "elsewhere.db")
    assert "already" in refused(backup, f"sqlite:///{tmp_path / 'new.db'}")
    assert "Cannot write" in refused(backup, f"sqlite:///{tmp_path}/no/new.db")


def test_a_server_that_runs_is_told(backup: Path, tmp_path: Path) -> None:
    lock = database_lock(tmp_path / "new.db").acquire()
    try:
        assert "Another Onhand process" in refused(backup, f"sqlite:///{tmp_path / 'new.db'}")
    finally:
        lock.release()


def test_there_has_to_be_a_shop(tmp_path: Path, database_url: str) -> None:
    told = onhand("backup", tmp_path / "backup", "--database", database_url)
    assert told.code == 1
    assert "no shop of this version" in told.text


# PostgreSQL


def test_without_pg_dump_it_says_what_to_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    url = "postgresql://shop:secret@db.example/onhand"
    made = onhand("backup", tmp_path / "onhand.dump", "--database", url)
    assert f"{' '.join(dump.DUMP)} --file={tmp_path / 'onhand.dump'}" in made.text
    (tmp_path / "other.dump").write_bytes(b"PGDMP")
    told = onhand("restore", tmp_path / "other.dump", "--database", url)
    assert " ".join(dump.RESTORE) in told.text
    assert "secret" not in made.text + told.text


def test_a_password_stands_on_no_command_line() -> None:
    database = parse_database("postgresql://shop:secret@db.example:5433/onhand?sslmode=require")
    assert dump.named(database) == [
        "--dbname=postgresql://shop@db.example:5433/onhand?sslmode=require"
    ]


def test_a_foreign_dump_is_refused(
    postgresql_server: DatabaseServer, small_template: str, tmp_path: Path
) -> None:
    source = postgresql_server.create_database(template=small_template)
    target = postgresql_server.create_database()
    try:
        with psycopg.connect(source) as connection:
            connection.execute("CREATE TABLE customers (id bigint)")
            connection.execute("CREATE VIEW stock AS SELECT 1")
        file = tmp_path / "onhand.dump"
        assert onhand("backup", file, "--database", source).code == 0
        told = onhand("restore", file, "--database", target)
        assert "table public customers, view public stock" in told.text
        assert rows_of(target) == {}
    finally:
        postgresql_server.drop_database(source)
        postgresql_server.drop_database(target)
