"""The server's clock is set forwards and backwards, an hour at a time, while it works.

What must hold whatever it says: a level's entries never go back in time and their ids rise, a key
is answered as before, what has expired by the clock is released once and nothing else is, lists and
the past agree with the ledger, and `verify` finds nothing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from proofs.ground import Ground
from proofs.result import Result
from proofs.surroundings import shifted_clock
from proofs.surroundings.load import Load
from proofs.surroundings.trial import Promise, endure
from tests.support.api import Api

HOUR = 3_600
JUMPS = (HOUR, 0, -HOUR, 0)
"""How far off the clock is, one after the other."""

UNNOTICED = Promise(within_s=10)
RELEASED_WITHIN_S = 10
ROOT = Path(__file__).parents[2]


def run(ground: Ground, rounds: int, each_s: float) -> Result:
    """Set the clock through all its jumps, `rounds` times, at work for `each_s` at each."""
    result = Result(f"a clock that is set an hour forwards and backwards: {ground.kind}")
    clock = ServerClock(ground.folder / "shift")
    server = ground.serve(
        module=shifted_clock.__name__,
        environment={
            shifted_clock.SHIFT_FILE: str(clock.file),
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
        },
    )
    holder = Holder(Api(server.client), clock, result)
    jumps = clock.jumping(holder, rounds, each_s)
    load = endure(result, ground, server, jumps, UNNOTICED, lasts_s=0)
    for product in {one.product for one in load.asked} | {holder.product}:
        _check_order(result, Api(server.client), product)
    _check_replays(result, Api(server.client), load)
    return result


@dataclass
class ServerClock:
    """What the server takes for the time."""

    file: Path
    shift_s: float = 0

    def __post_init__(self) -> None:
        self.set(0)

    def set(self, shift_s: float) -> None:
        """Be so far off from now on."""
        self.shift_s = shift_s
        fresh = self.file.with_suffix(".new")
        fresh.write_text(str(shift_s))
        fresh.rename(self.file)

    def now(self) -> datetime:
        """What the server thinks."""
        return datetime.now(UTC) + timedelta(seconds=self.shift_s)

    @contextmanager
    def jumping(self, holder: Holder, rounds: int, each_s: float) -> Iterator[None]:
        """Jump, and look at each hour what became of the reservations."""
        for _ in range(rounds):
            for shift_s in JUMPS:
                self.set(shift_s)
                time.sleep(each_s)
                holder.look()
        self.set(0)
        yield


@dataclass
class Holder:
    """Holds units for half an hour and for three hours, and sees which are let go."""

    api: Api
    clock: ServerClock
    result: Result
    product: int = 0
    held: dict[int, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.product = self.api.product("HELD", 1_000_000)

    def look(self) -> None:
        """What has expired by the server's clock goes, and only that; then hold more."""
        give_up_at = time.monotonic() + RELEASED_WITHIN_S
        while self._open() & self._expired() and time.monotonic() < give_up_at:
            time.sleep(0.05)
        late = self._open() & self._expired()
        self.result.check(not late, f"{len(late)} reservations are held past their time")
        for order in self._expired():
            del self.held[order]
            self.result.count("reservations expired")
        gone = self.held.keys() - self._open()
        self.result.check(not gone, f"released before their time: {gone}")
        for minutes in (30, 180):
            self._hold(timedelta(minutes=minutes))
        told = self._told_of(self.clock.now() + timedelta(minutes=30))
        self.result.check(told.status_code == 422, f"a moment to come was taken: {told.text}")

    def _hold(self, time_held: timedelta) -> None:
        order = 1 + int(self.result.facts.get("reservations made", 0))
        expires_at = self.clock.now() + time_held
        body = {"quantity": 1, "order_id": order, "expires_at": expires_at.isoformat()}
        told = self.api.post(f"/inventory/{self.product}/reserve", body, f"hold-{order}")
        self.result.check(told.is_success, f"not held: {told.text}")
        self.result.count("reservations made")
        self.held[order] = expires_at

    def _told_of(self, moment: datetime) -> httpx.Response:
        body = {"quantity": 1, "reason": "To come", "occurred_at": moment.isoformat()}
        return self.api.post(f"/inventory/{self.product}/adjust", body)

    def _open(self) -> set[int]:
        return {row["order_id"] for row in self.api.reservations(self.product)}

    def _expired(self) -> set[int]:
        now = self.clock.now()
        return {order for order, expires_at in self.held.items() if expires_at <= now}


def _check_order(result: Result, api: Api, product: int) -> None:
    """A level's entries in their order, and the past as they tell it."""
    before: dict[str, Any] = {}
    for row in api.movements(product):
        if before:
            goes_on = (row["occurred_at"], row["id"]) > (before["occurred_at"], before["id"])
            result.check(goes_on, f"{row} stands behind {before}")
        before = row
        result.count("entries in their order")
    released = [row for row in api.movements(product) if row["movement_type"] == "released"]
    orders = [row["order_id"] for row in released]
    result.check(len(set(orders)) == len(orders), "a reservation was released twice")


def _check_replays(result: Result, api: Api, load: Load) -> None:
    """Keys used under every setting of the clock are known under this one."""
    some = load.asked[:: max(1, len(load.asked) // 100)]
    for one in some:
        again = api.post(one.path, one.body, one.key)
        known = one.answer is not None and again.content == one.answer.content
        result.check(known, f"another answer to {one.key}: {again.text}")
        result.count("keys known again")
