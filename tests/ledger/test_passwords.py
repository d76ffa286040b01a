"""Passwords: what one has to be, and that it is hashed as is recommended, beside the loop."""

from __future__ import annotations

import asyncio
import threading

import argon2
import pytest

from onhand.ledger import passwords
from onhand.ledger.faults import QueueFull
from onhand.ledger.passwords import (
    LEAST_CHARACTERS,
    MOST_CHARACTERS,
    WAITING,
    HashingThread,
    checked,
    generated,
    hashed,
    password_fault,
)


def test_they_are_hashed_as_is_recommended():
    made = hashed("seven rivers")
    assert made.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert argon2.extract_parameters(made) == argon2.profiles.get_default_parameters()
    assert hashed("seven rivers") != made
    assert (checked(made, "seven rivers").is_right, checked(made, "Seven rivers").is_right) == (
        True,
        False,
    )


def test_an_older_hash_is_made_anew_when_it_fits():
    older = argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash("rivers")
    fresh = checked(older, "rivers").fresh_hash
    assert fresh is not None
    assert argon2.extract_parameters(fresh) == argon2.profiles.get_default_parameters()
    assert checked(older, "hills") == passwords.Checked(False)


@pytest.fixture
def cheap(monkeypatch):
    hasher = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: hasher)
    passwords._decoy.cache_clear()
    yield hasher
    passwords._decoy.cache_clear()


def test_whatever_is_kept_nothing_else_fits(cheap):
    for kept in (None, "", "no hash", "$argon2id$v=19$m=65536,t=3,p=4$x$y"):
        assert checked(kept, "seven rivers") == passwords.Checked(False)
    long = "x" * MOST_CHARACTERS
    assert not checked(hashed(long), long[:-1] + "y").is_right, "nothing is cut off"


def test_how_an_accent_is_written_makes_no_difference(cheap):
    made = hashed("sieben Flüsse")
    assert checked(made, "sieben Flüsse").is_right


@pytest.mark.parametrize(
    "password",
    [
        "qzvw8kfp",
        "seven rivers to the sea",
        "sieben Flüsse zum Meer",
        "七条河流向大海奔去了",
        "🦊🐻🐼🐨🐯🦁🐮🐷",
        " spaces before and after ",
        "correct horse battery staple " * 8,
    ],
)
def test_any_characters_will_do(password):
    assert password_fault(password, LEAST_CHARACTERS) is None


@pytest.mark.parametrize(
    ("password", "known"),
    [
        ("password", ()),
        ("12345678", ()),
        ("qwertyuiop", ()),
        ("aaaaaaaaaaaaaaaaaaaa", ()),
        ("a" * MOST_CHARACTERS, ()),
        ("abcabcabcabc", ()),
        ("onhand2026", ()),
        ("wilhelmina", ("wilhelmina",)),
        ("Zanzibar1", ("alice", "Zanzibar")),
    ],
)
def test_what_is_tried_first_will_not(password, known):
    assert "tried first" in (password_fault(password, LEAST_CHARACTERS, known) or "")


def test_neither_too_short_nor_too_long():
    assert password_fault("x8!kf2q", 8) == "Must have 8 characters or more; a few words do well"
    assert "15 characters" in (password_fault("seven rivers", 15) or "")
    assert "256 characters" in (password_fault("seven rivers " * 20, 8) or "")


def test_those_made_up_are_good():
    made = {generated() for _ in range(50)}
    assert len(made) == 50
    assert all(password_fault(password, 15) is None for password in made)


def test_only_so_many_wait():
    async def run():
        thread, gate = HashingThread(), threading.Event()
        work = [asyncio.create_task(thread.run(gate.wait)) for _ in range(WAITING + 1)]
        await asyncio.sleep(0)
        with pytest.raises(QueueFull):
            thread.refuse_if_full()
        with pytest.raises(QueueFull):
            await thread.run(gate.wait)
        gate.set()
        assert all(await asyncio.gather(*work))
        thread.refuse_if_full()
        thread.close()

    asyncio.run(run())
