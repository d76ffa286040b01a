"""Whoever guesses passwords waits longer and longer, and keeps nobody out for ever."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from onhand.ledger.guessing import OF_ADDRESS, OF_DEVICE, OF_USER, network_of
from tests.api.browsing import ALICE, BOB, Browser, CountedHasher
from tests.api.harness import Answered, Shop

_addresses = itertools.count(1)


class Attack:
    """Somebody who guesses, each time from another address, while the clock stands still."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        shop.now = shop.now or datetime.now(UTC)

    def waits(self, seconds: float) -> None:
        assert self.shop.now is not None
        self.shop.now += timedelta(seconds=seconds)

    def guesses(
        self, name: str, password: str = "a guess", *, at: Browser | None = None
    ) -> Answered:
        number = next(_addresses)
        browser = at or Browser(
            self.shop, f"10.{number // 65536}.{number // 256 % 256}.{number % 256}"
        )
        return browser.signs_in(name, password)


@pytest.fixture
def attack(guarded: Shop) -> Iterator[Attack]:
    yield Attack(guarded)
    guarded.now = None


@pytest.fixture
def victim(alice: Browser) -> str:
    """A user whom nobody has guessed at before."""
    name = f"victim-{next(_addresses)}"
    told = {"name": name, "role": "viewer", "password": BOB}
    assert alice("POST", "/users", told).status == 201
    return name


def refused_for(answer: Answered) -> int:
    assert (answer.status, answer.json["type"]) == (429, "/problems/too_many_requests")
    return int(answer.headers["retry-after"])


def test_a_user_is_guessed_at_ever_more_slowly(
    attack: Attack, victim: str, hasher: CountedHasher
) -> None:
    for _ in range(OF_USER.free):
        assert attack.guesses(victim).status == 401
    hashed, waits = hasher.verified, []
    for _ in range(14):
        wait = refused_for(attack.guesses(victim))
        assert refused_for(attack.guesses(victim.upper(), BOB)) == wait, "not even the right one"
        waits.append(wait)
        attack.waits(wait)
        assert attack.guesses(victim).status == 401
    assert waits[:6] == [1, 2, 4, 8, 16, 32]
    assert waits[-1] == OF_USER.longest.total_seconds()
    assert hasher.verified == hashed + 14, "who is refused costs no hash"


def test_a_right_password_forgives_the_wrong_ones(attack: Attack, victim: str) -> None:
    for _ in range(3):
        for _ in range(OF_USER.free - 1):
            assert attack.guesses(victim).status == 401
        assert attack.guesses(victim, BOB).status == 201


def test_a_name_that_is_nobodys_is_refused_alike(attack: Attack) -> None:
    for _ in range(OF_USER.free):
        assert attack.guesses("nobody at all").status == 401
    assert refused_for(attack.guesses("nobody at all")) == 1


def test_an_address_is_refused_whomever_it_guesses_at(attack: Attack, victim: str) -> None:
    here = Browser(attack.shop, "2001:db8:1:2::9")
    for number in range(OF_ADDRESS.free):
        assert attack.guesses(f"name-{victim}-{number}", at=here).status == 401
    assert refused_for(attack.guesses(victim, BOB, at=here)) == 1
    neighbour = Browser(attack.shop, "2001:db8:1:2:ffff::1")
    assert refused_for(attack.guesses(victim, BOB, at=neighbour)) == 1
    assert attack.guesses(victim, BOB, at=Browser(attack.shop, "2001:db8:1:3::9")).status == 201


def test_a_password_of_ones_own_does_not_buy_more_guesses(attack: Attack, victim: str) -> None:
    here = Browser(attack.shop, "192.0.2.77")
    for number in range(OF_ADDRESS.free - 1):
        attack.guesses(f"other-{victim}-{number}", at=here)
        here.cookies.clear()
        if number % 4 == 0:
            assert attack.guesses(victim, BOB, at=here).status == 201
            here.cookies.clear()
    assert attack.guesses(f"one-more-{victim}", at=here).status == 401
    assert refused_for(attack.guesses(f"and-more-{victim}", at=here)) == 1


def test_nobody_is_kept_out_where_they_have_been_before(attack: Attack, victim: str) -> None:
    known = Browser(attack.shop, "192.0.2.5")
    assert known.signs_in(victim, BOB).status == 201
    known("DELETE", "/session")
    # The attacker may even sit behind the same address.
    for browser in (None, Browser(attack.shop, "192.0.2.5")):
        for _ in range(OF_USER.free + 1):
            attack.guesses(victim, at=browser)
    assert refused_for(attack.guesses(victim, BOB)) > 0
    assert known.signs_in(victim, BOB).status == 201


def test_a_known_browser_has_few_guesses_too(attack: Attack, victim: str) -> None:
    known = Browser(attack.shop)
    known.signs_in(victim, BOB)
    known("DELETE", "/session")
    for _ in range(OF_DEVICE.free):
        assert known.signs_in(victim, "a guess").status == 401
    assert refused_for(known.signs_in(victim, BOB)) == 1
    # It is known for its own user alone, and what is made up is not known at all.
    for device in (known.cookies["onhand-device"], "made-up"):
        liar = Browser(attack.shop)
        liar.cookies = {"onhand-device": device}
        for _ in range(OF_USER.free):
            attack.guesses(f"liar-{device[:4]}-{victim}", at=liar)
        assert refused_for(attack.guesses(f"liar-{device[:4]}-{victim}", at=liar)) == 1


def test_who_is_signed_in_cannot_guess_either(attack: Attack, victim: str) -> None:
    thief = Browser(attack.shop)
    thief.signs_in(victim, BOB)
    guess = {"current_password": "a guess", "new_password": ALICE}
    for _ in range(OF_DEVICE.free):
        assert thief("POST", "/me/password", guess).status == 422
    assert refused_for(thief("POST", "/me/password", {**guess, "current_password": BOB})) == 1


def test_another_password_ends_the_waiting(attack: Attack, victim: str, alice: Browser) -> None:
    for _ in range(OF_USER.free):
        attack.guesses(victim)
    assert refused_for(attack.guesses(victim, BOB)) == 1
    user = alice("GET", f"/users?search={victim}").data[0]
    assert alice("POST", f"/users/{user['id']}/password", {"password": ALICE}).status == 200
    assert attack.guesses(victim, ALICE).status == 201


def test_a_restart_forgives_nothing(tmp_path: Path, hasher: CountedHasher) -> None:
    url = f"sqlite:///{tmp_path / 'onhand.db'}"
    shop = Shop(url, trusted_proxies="127.0.0.1")
    assert shop("POST", "/users", {"name": "bob", "role": "clerk", "password": BOB}).status == 201
    before = Attack(shop)
    here = Browser(shop, "192.0.2.1")
    for _ in range(OF_USER.free):
        before.guesses("bob")
    for number in range(OF_ADDRESS.free):
        before.guesses(f"name-{number}", at=here)
    shop.close()
    after = Attack(Shop(url, trusted_proxies="127.0.0.1", now=shop.now))
    assert refused_for(after.guesses("bob", BOB)) == 1
    there = Browser(after.shop, "192.0.2.1")
    assert refused_for(after.guesses("somebody", at=there)) == 1
    after.waits(1)
    assert after.guesses("bob", BOB).status == 201
    after.shop.close()


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("127.0.0.1", None),
        ("::1", None),
        ("a socket", None),
        (None, None),
    ],
)
def test_what_an_address_counts_as(address: str | None, network: str | None) -> None:
    assert network_of(address) == network
