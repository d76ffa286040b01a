"""Browsers in which people sign in, and hashes that cost little and are counted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from argon2 import PasswordHasher

from onhand.ledger import passwords
from tests.api.harness import Answered, Shop

ALICE = "seven rivers to the sea"
BOB = "eight hills from here"


class Browser:
    """A browser: it keeps cookies, and sends them with everything."""

    def __init__(self, shop: Shop, address: str = "198.51.100.7", **headers: str) -> None:
        self._shop = shop
        self._headers = {"x-forwarded-for": address, "user-agent": "a browser", **headers}
        self.cookies: dict[str, str] = {}

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Answered:
        """Send a request; a header `sec_fetch_site` is `sec-fetch-site`."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            given.setdefault("cookie", kept)
        answer = self._shop(method, path, body, headers={**self._headers, **given})
        for cookie in answer.set_cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
            if not value:
                del self.cookies[name]
        return answer

    def signs_in(self, name: str, password: str) -> Answered:
        return self("POST", "/session", {"name": name, "password": password})

    def is_signed_in(self) -> bool:
        return self("GET", "/me").status == 200


class CountedHasher(PasswordHasher):
    """Argon2 for tests: as little work as it takes, and how often it was done."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=64, parallelism=1)
        self.verified = 0

    def verify(self, *arguments: Any, **named: Any) -> Any:
        self.verified += 1
        return super().verify(*arguments, **named)


@contextmanager
def cheap_hashes() -> Iterator[CountedHasher]:
    """Meanwhile, passwords are hashed by this."""
    hasher = CountedHasher()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", lambda: hasher)
        passwords._decoy.cache_clear()
        yield hasher
    passwords._decoy.cache_clear()
