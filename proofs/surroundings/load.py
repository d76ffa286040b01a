"""Clients that send keyed commands without end, and one that reads: what each heard, and when.

A command carries its key as its reference, so the ledger tells afterwards how often it was done.
One client sends lists of ten, all or none, to show that nothing is done by halves.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.api import BASE, Api
from tests.support.server import OnhandServer

GIVE_UP_S = 150
"""A client that hears nothing for so long has shown that its server hangs."""

PAUSE_S = 0.05
IN_A_LIST = 10
REPEATED = 50
"""Of the answered ones; and twice as many of those that nobody knows of."""

NOTHING_DONE = ("storage_full", "unavailable", "busy", "stopping", "key_in_flight")
"""Problems that say that nothing was changed."""


@dataclass(frozen=True)
class Heard:
    """One answer, and how long it took; `status` 0 where the connection broke instead."""

    client: int
    asked_at: float
    seconds: float
    status: int
    kind: str = ""
    problem: str = ""
    retry_after: str = ""

    @property
    def heard_at(self) -> float:
        """When the answer was here."""
        return self.asked_at + self.seconds


@dataclass
class Asked:
    """One command or list under its key, with the answer if it was a yes, else the problem told."""

    product: int
    path: str
    body: dict[str, Any]
    units: int
    key: str
    answer: httpx.Response | None = None
    told: str = ""


class Load:
    """Clients of one server. Each moves one of `products`, over and over."""

    def __init__(self, server: OnhandServer, products: Sequence[int], clients: int = 8) -> None:
        self.asked: list[Asked] = []
        self.commands: list[Heard] = []
        self.reads: list[Heard] = []
        self._server = server
        self._products = products
        self._clients = clients
        self._ended = threading.Event()

    @contextmanager
    def running(self) -> Iterator[None]:
        """The clients ask meanwhile."""
        self._ended.clear()
        with ThreadPoolExecutor(self._clients + 1) as pool:
            working = [pool.submit(self._command, number) for number in range(self._clients)]
            working.append(pool.submit(self._read))
            try:
                yield
            finally:
                self._ended.set()
                for one in working:
                    one.result()

    def until(self, so: Callable[[], bool], within_s: float) -> bool:
        """Wait until it is so; whether it was, within the time."""
        give_up_at = time.monotonic() + within_s
        while not so():
            if time.monotonic() > give_up_at:
                return False
            time.sleep(0.01)
        return True

    def successes_since(self, moment: float) -> dict[int, float]:
        """Each client's first yes to a command it asked after a moment: when it was heard."""
        first: dict[int, float] = {}
        for heard in list(self.commands):
            if heard.status == httpx.codes.OK and heard.asked_at >= moment:
                first.setdefault(heard.client, heard.heard_at)
        return first

    def all_succeed_since(self, moment: float, within_s: float) -> bool:
        """Wait until every client had a yes to what it asked after a moment."""
        return self.until(lambda: len(self.successes_since(moment)) == self._clients, within_s)

    def faults_since(self, moment: float) -> list[Heard]:
        """What was no yes, of what was heard after a moment."""
        return [h for h in list(self.commands) if h.status != 200 and h.heard_at >= moment]

    def wrong(self, api: Api) -> Iterator[str]:
        """Where the ledger differs from what was told: each yes once, the others once or never.

        Then some of what nobody knows of is repeated under its key, which settles it.
        """
        found = self._found(api)
        for one in self.asked:
            done = found[one.key]
            if one.answer is not None and done != one.units:
                yield f"answered with a yes, {done} of {one.units} units in the ledger: {one.key}"
            elif done and one.told in NOTHING_DONE:
                yield f"told {one.told}, yet {done} of {one.units} units were moved: {one.key}"
            elif done not in (0, one.units):
                yield f"done by halves, {done} of {one.units} units: {one.key}"
        answered = [one for one in self.asked if one.answer is not None]
        unknown = [one for one in self.asked if one.answer is None]
        repeated = unknown[: 2 * REPEATED] + answered[-REPEATED:]
        for one in repeated:
            again = api.post(one.path, one.body, one.key)
            if not again.is_success:
                yield f"repeated, it was told {again.status_code} {again.text}"
            elif one.answer is not None and again.content != one.answer.content:
                yield f"repeated, it was told {again.text} after {one.answer.text}"
        expected = found | Counter({one.key: one.units for one in repeated})
        if self._found(api) != expected:
            yield "what was repeated is not there exactly once"

    def _found(self, api: Api) -> Counter[str]:
        return Counter(
            row["reference"]
            for product in self._products
            for row in api.movements(product)
            if row["reference"]
        )

    def _command(self, number: int) -> None:
        with httpx.Client(base_url=self._server.base_url, timeout=GIVE_UP_S) as client:
            while not self._ended.is_set():
                one = self._next(number)
                self.asked.append(one)
                headers = {"Idempotency-Key": one.key}
                heard, answer = ask(client, number, "POST", one.path, headers, one.body)
                one.told = heard.problem
                if heard.status == httpx.codes.OK:
                    one.answer = answer
                self.commands.append(heard)
                if one.answer is None:
                    self._ended.wait(PAUSE_S)

    def _read(self) -> None:
        with httpx.Client(base_url=self._server.base_url, timeout=GIVE_UP_S) as client:
            while not self._ended.wait(PAUSE_S):
                path = f"/products/{self._products[0]}/inventory"
                self.reads.append(ask(client, -1, "GET", path)[0])

    def _next(self, number: int) -> Asked:
        product = self._products[number % len(self._products)]
        key = uuid.uuid4().hex
        body: dict[str, Any] = {"quantity": 1, "reason": "Came in", "reference": key}
        if number:
            return Asked(product, f"/inventory/{product}/adjust", body, 1, key)
        body |= {"type": "adjust", "product_id": product}
        many = {"atomic": True, "commands": [body] * IN_A_LIST}
        return Asked(product, "/inventory/commands", many, IN_A_LIST, key)


def ask(
    client: httpx.Client,
    number: int,
    method: str,
    path: str,
    headers: dict[str, str] | None = None,
    body: dict[str, Any] | None = None,
) -> tuple[Heard, httpx.Response | None]:
    """Ask once; what was heard, and the answer if there was one."""
    began = time.monotonic()
    try:
        answer = client.request(method, BASE + path, headers=headers, json=body)
    except httpx.TransportError as error:
        seconds = time.monotonic() - began
        return Heard(number, began, seconds, 0, problem=type(error).__name__), None
    seconds = time.monotonic() - began
    problem = ""
    kind = answer.headers.get("content-type", "")
    if kind == "application/problem+json":
        problem = answer.json()["type"].rpartition("/")[2]
    retry_after = answer.headers.get("retry-after", "")
    status = answer.status_code
    return Heard(number, began, seconds, status, kind, problem, retry_after), answer
