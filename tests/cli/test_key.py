"""`onhand key`: what is printed, and what a key may do then."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import typer
from typer.testing import CliRunner, Result

from onhand.app import App
from onhand.cli import build_cli
from onhand.cli.key import end_of
from onhand.ledger.access import Role, Scope
from onhand.ledger.keys import ApiKey, hashed

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)

Run = Callable[..., Result]


@pytest.fixture
def run(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on a shop of the test's own."""
    monkeypatch.setenv("ONHAND_DATABASE", sqlite_url)
    monkeypatch.setenv("COLUMNS", "120")
    cli = build_cli(App())
    return lambda *words: CliRunner().invoke(cli, ["key", *words])


@pytest.fixture
def keys(sqlite_url: str) -> Callable[[], list[ApiKey]]:
    return lambda: list(App().keys(sqlite_url).all())


def secret_of(result: Result) -> str:
    assert result.exit_code == 0, result.output
    found = re.search(r"^onhand_\S+$", result.stdout, re.MULTILINE)
    assert found
    return found[0]


def test_a_key_may_write_where_nothing_is_said(run: Run, keys: Callable[[], list[ApiKey]]) -> None:
    made = run("create", "--name", "till")
    assert "Made key 'till' with scope write." in made.stderr
    [key] = keys()
    assert (key.scope, key.role, key.within, key.created_by) == (
        Scope.WRITE,
        None,
        None,
        "onhand:cli",
    )
    assert key.secret_hash == hashed(secret_of(made))
    assert made.stdout.strip() == secret_of(made)


def test_a_role_warehouses_and_an_end(run: Run, keys: Callable[[], list[ApiKey]]) -> None:
    words = ("--role", "counter", "--warehouse", "main", "--expires", "2999-01-31")
    made = run("create", "--name", "shelf", *words)
    told = "Made key 'shelf' with role counter, for main alone, until 2999-02-01T00:00:00Z."
    assert told in made.stderr
    [key] = keys()
    assert (key.role, key.scope, key.within) == (Role.COUNTER, None, frozenset({1}))
    listed = run("list").stdout
    assert re.search(r"shelf +│ role counter │ MAIN +│ \d{4}-\d\d-\d\d │ 2999-02-01 00:00", listed)
    assert "never" in listed


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("--role", "clerk", "--scope", "read"), "not both"),
        (("--role", "boss"), "boss"),
        (("--warehouse", "EAST"), "There is no warehouse 'EAST'"),
        (("--name", "a\nb"), "on one line"),
        (("--expires", "tomorrow"), "Must be days, as 90d"),
        (("--expires", "2020-01-01"), "2020-01-01 is over"),
    ],
)
def test_what_makes_no_sense_is_refused(
    run: Run, keys: Callable[[], list[ApiKey]], words: tuple[str, ...], fault: str
) -> None:
    refused = run("create", *words)
    assert refused.exit_code == 2
    assert fault in re.sub(r"[│╭╮╰╯─\s]+", " ", refused.output)
    assert keys() == []


def test_a_key_is_rotated_and_its_old_secret_goes_on(
    run: Run, keys: Callable[[], list[ApiKey]]
) -> None:
    first = secret_of(run("create", "--name", "till"))
    rotated = run("rotate", "till", "--expires", "90d")
    assert re.search(r"Rotated key 'till'; its old secret works until \S+Z\.", rotated.stderr)
    [key] = keys()
    assert (key.secret_hash, key.previous_hash) == (hashed(secret_of(rotated)), hashed(first))
    assert key.rotated_at is not None
    assert key.previous_until == key.rotated_at + timedelta(hours=24)
    assert key.expires_at == key.rotated_at + timedelta(days=90)
    again = run("rotate", "till", "--now")
    assert "Rotated key 'till'; its old secret ended." in again.stderr
    [key] = keys()
    assert key.previous_until == key.rotated_at
    assert key.previous_hash == hashed(secret_of(rotated))


def test_a_revoked_key_is_neither_rotated_nor_named_again(run: Run) -> None:
    run("create", "--name", "till")
    assert run("revoke", "till").stdout == "Revoked key 'till'.\n"
    for words in (("revoke", "till"), ("rotate", "till"), ("rotate", "nobody")):
        ended = run(*words)
        assert (ended.exit_code, "is in force" in ended.stderr) == (1, True)
    taken = run("create", "--name", "till")
    assert (taken.exit_code, "choose another name" in taken.stderr) == (1, True)
    assert re.search(r"revoked \d{4}-\d\d-\d\d", run("list").stdout)


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("1d", NOW + timedelta(days=1)),
        ("365d", NOW + timedelta(days=365)),
        ("2026-03-02", datetime(2026, 3, 3, tzinfo=UTC)),
        ("2030-12-31", datetime(2031, 1, 1, tzinfo=UTC)),
    ],
)
def test_an_end_is_so_many_days_away_or_with_a_day(text: str, ends: datetime) -> None:
    assert end_of(text, NOW) == ends


@pytest.mark.parametrize("text", ["", "0d", "-1d", "1.5d", "90", "2026-13-01", "9999-12-31"])
def test_what_is_no_end_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        end_of(text, NOW)
