"""A journal of what clients asked and heard, to be held against the ledger after a crash.

Every command carries its key as its reference, so that the ledger tells how often it was done.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.support.api import Api
from tests.support.server import OnhandServer

CLIENTS = 8
PATIENCE_S = 20


def until(so: Callable[[], bool], what: str) -> None:
    """Wait until it is so."""
    give_up_at = time.monotonic() + PATIENCE_S
    while not so():
        assert time.monotonic() < give_up_at, f"not within {PATIENCE_S} s: {what}"
        time.sleep(0.01)


@dataclass
class Sent:
    """One request: what was asked under which key, and the answer if there was one."""

    path: str
    body: dict[str, Any]
    units: int
    key: str
    answer: httpx.Response | None = None
    faults: list[int] = field(default_factory=list)


@dataclass
class Journal:
    """What clients asked of one product, one unit at a time or ten in a list, all or none."""

    product: int
    sent: list[Sent] = field(default_factory=list)
    _ended: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def clients(self, server: OnhandServer) -> Any:
        """Clients that ask without end, meanwhile."""
        self._ended.clear()
        with ThreadPoolExecutor(CLIENTS) as pool:
            working = [pool.submit(self._work, server.base_url, n) for n in range(CLIENTS)]
            try:
                yield
            finally:
                self._ended.set()
                for one in working:
                    one.result()

    def await_answers(self, count: int) -> None:
        """Wait until so many more were answered with a yes."""
        before = len(self.acknowledged())
        until(lambda: len(self.acknowledged()) >= before + count, f"{count} answers")

    def acknowledged(self) -> list[Sent]:
        """What was answered with a yes."""
        return [one for one in self.sent if one.answer is not None]

    def open(self) -> list[Sent]:
        """What nobody knows about."""
        return [one for one in self.sent if one.answer is None]

    def done_in(self, api: Api) -> Counter[str]:
        """How many units of each key are in the ledger."""
        return Counter(row["reference"] for row in api.movements(self.product) if row["reference"])

    def repeat(self, api: Api, which: list[Sent]) -> None:
        """Send again what was sent, under the same keys; what was answered is answered the same."""
        for one in which:
            again = api.post(one.path, one.body, one.key)
            assert again.is_success, again.text
            if one.answer is not None:
                assert again.content == one.answer.content
                assert again.headers["Idempotent-Replayed"] == "true"
            one.answer = again

    def _work(self, base_url: str, number: int) -> None:
        with httpx.Client(base_url=base_url, timeout=30) as client:
            api = Api(client)
            while not self._ended.is_set():
                one = self._next(many=number == 0)
                self.sent.append(one)
                # A connection that is refused or torn tells nothing of what was done.
                with suppress(httpx.TransportError):
                    answer = api.post(one.path, one.body, one.key)
                    if answer.is_success:
                        one.answer = answer
                    else:
                        one.faults.append(answer.status_code)
                if one.answer is None:
                    self._ended.wait(0.02)

    def _next(self, *, many: bool) -> Sent:
        key = uuid.uuid4().hex
        command = {"quantity": 1, "reason": "Came in", "reference": key}
        if not many:
            return Sent(f"/inventory/{self.product}/adjust", command, 1, key)
        command |= {"type": "adjust", "product_id": self.product}
        return Sent("/inventory/commands", {"atomic": True, "commands": [command] * 10}, 10, key)


def check(journal: Journal, api: Api, verify: Callable[[], None]) -> None:
    """Every yes was done once; the rest was done once or not at all, and a repeat settles it."""
    found = journal.done_in(api)
    wrong = [one for one in journal.acknowledged() if found[one.key] != one.units]
    assert not wrong, f"answered, but in the ledger {[found[one.key] for one in wrong]}: {wrong}"
    wrong = [one for one in journal.open() if found[one.key] not in (0, one.units)]
    assert not wrong, f"not whole: {[(one, found[one.key]) for one in wrong]}"
    journal.repeat(api, journal.open() + journal.acknowledged()[-50:])
    found = journal.done_in(api)
    assert {one.key: one.units for one in journal.sent} == found
    assert api.level(journal.product)[0] == sum(one.units for one in journal.sent)
    verify()
