"""`onhand user`, as somebody types it."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Callable

import pytest
from typer.testing import CliRunner, Result

from onhand.app import App
from onhand.cli import build_cli
from onhand.ledger.passwords import checked
from tests.api.browsing import ALICE, BOB, cheap_hashes

Onhand = Callable[..., Result]


@pytest.fixture
def onhand(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Onhand:
    """Run a command on a database of the test's own: `onhand("user", "list", stdin="…")`."""
    monkeypatch.setenv("ONHAND_DATABASE", sqlite_url)
    monkeypatch.setenv("COLUMNS", "120")

    def run(*words: str, stdin: str | None = None) -> Result:
        with cheap_hashes():
            return CliRunner().invoke(build_cli(App()), [*words], input=stdin)

    return run


def kept(url: str, name: str) -> str:
    people = App().people(url)
    user = people.find(name)
    assert user is not None
    return people.password_hash(user.id) or ""


def test_a_user_is_made_with_the_password_it_is_given(onhand: Onhand, sqlite_url: str) -> None:
    made = onhand("user", "create", "alice", "--role", "admin", stdin=f"{ALICE}\nmore\n")
    assert (made.exit_code, made.stderr) == (0, "Made user 'alice' with role admin.\n")
    assert made.stdout == ""
    with cheap_hashes():
        assert checked(kept(sqlite_url, "alice"), ALICE).is_right


def test_a_password_made_up_is_shown_once(onhand: Onhand, sqlite_url: str) -> None:
    made = onhand("user", "create", "bob", "--role", "clerk", "--warehouse", "main", "--generate")
    assert made.exit_code == 0
    with cheap_hashes():
        assert checked(kept(sqlite_url, "bob"), made.stdout.strip()).is_right
    listed = onhand("user", "list").stdout
    assert made.stdout.strip() not in listed
    row = listed.splitlines()[3].replace("│", " ")
    assert row.split() == ["bob", "clerk", "MAIN", "yes", "yes"]


def test_users_are_disabled_enabled_and_given_passwords(onhand: Onhand, sqlite_url: str) -> None:
    onhand("user", "create", "carol", "--role", "viewer", "--without-password")
    assert kept(sqlite_url, "carol") == ""
    assert onhand("user", "disable", "CAROL").exit_code == 0
    user = App().people(sqlite_url).find("carol")
    assert user is not None
    assert not user.is_active
    assert onhand("user", "enable", "carol").exit_code == 0
    assert onhand("user", "password", "carol", stdin=BOB).exit_code == 0
    with cheap_hashes():
        assert checked(kept(sqlite_url, "carol"), BOB).is_right


@pytest.mark.parametrize(
    ("words", "stdin", "told"),
    [
        (["create", "a b", "--role", "clerk"], BOB, "letters, digits and"),
        (["create", "x", "--role", "clerk", "--warehouse", "NOWHERE"], BOB, "no warehouse NOWHERE"),
        (["create", "x", "--role", "clerk"], "short\n", "Must have 8 characters or more"),
        (["create", "x", "--role", "clerk"], "password1\n", "tried first"),
        (["create", "x", "--role", "clerk"], "", "Must have 8 characters"),
        (["create", "there", "--role", "clerk"], BOB, "There is, or was, a user named 'there'"),
        (["password", "x"], BOB, "There is no user named 'x'"),
        (["disable", "x"], None, "`onhand user list` shows all"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(
    onhand: Onhand, sqlite_url: str, words: list[str], stdin: str | None, told: str
) -> None:
    onhand("user", "create", "there", "--role", "viewer", "--without-password")
    failed = onhand("user", *words, stdin=stdin)
    assert failed.exit_code == 1
    assert told in failed.stderr
    assert [user.name for user in App().people(sqlite_url).all()] == ["there"]


@pytest.mark.skipif(os.name != "posix", reason="a terminal of our own is a pseudo-terminal")
def test_at_a_terminal_it_is_asked_twice_and_not_shown(sqlite_url: str) -> None:
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "onhand", "user", "create", "dave", "--role", "viewer"]
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("ONHAND_")}
    process = subprocess.Popen(
        command,
        env=inherited | {"ONHAND_DATABASE": sqlite_url},
        start_new_session=True,
        preexec_fn=lambda: os.login_tty(theirs),
    )
    os.close(theirs)
    shown = b""
    for asked, typed in (
        (b"Password: ", ALICE),
        (b"confirmation: ", "something else"),
        (b"Password: ", ALICE),
        (b"confirmation: ", ALICE),
        (b"Made user", ""),
    ):
        part = b""
        while asked not in part:
            assert select.select([ours], [], [], 60)[0], shown + part
            part += os.read(ours, 1_000)
        shown += part
        os.write(ours, f"{typed}\n".encode())
    assert process.wait(30) == 0
    os.close(ours)
    assert ALICE.encode() not in shown
    assert checked(kept(sqlite_url, "dave"), ALICE).is_right
