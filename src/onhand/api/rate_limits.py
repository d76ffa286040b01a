"""Rate limits: how many requests a second each caller may send to this process.

A bucket of tokens per caller, which fills at the rate and holds a second's worth, so that a caller
who was quiet may send that many at once. It is kept as the moment at which the bucket would be full
again: one number per caller, and nothing to do while nobody calls (the generic cell rate algorithm
of ITU-T I.371, which is the same bucket).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from onhand.api.problems import Problem, too_many_requests

BUCKET_SECONDS = 1.0
MOST_BUCKETS = 10_000
"""Buckets that are kept apart; beyond it newcomers share one until others are full again."""

_EVERYBODY_ELSE = ""


class RateLimit:
    """So many requests a second from each caller, at least one."""

    def __init__(self, per_second: int, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` tells seconds, whatever from."""
        self._per_second = per_second
        self._interval = 1 / per_second
        self._clock = clock
        self._full_at: dict[str, float] = {}

    def take(self, caller: str) -> None:
        """Take a token for a request. Raises a 429 that says when to try again."""
        now = self._clock()
        full_at = self._full_at.get(caller)
        if full_at is None and len(self._full_at) >= MOST_BUCKETS:
            caller, full_at = self._newcomer(caller, now)
        if full_at is None or full_at < now:
            full_at = now
        full_at += self._interval
        wait = full_at - now - BUCKET_SECONDS
        # A rate of 1 has a bucket of 1, which floating point must not leave a hair short.
        if wait > self._interval / 1_000:
            raise self._refusal(wait)
        self._full_at[caller] = full_at

    def _newcomer(self, caller: str, now: float) -> tuple[str, float | None]:
        """The bucket of a caller who has none, where there are many already."""
        self._full_at = {name: at for name, at in self._full_at.items() if at > now}
        if len(self._full_at) >= MOST_BUCKETS:
            caller = _EVERYBODY_ELSE
        return caller, self._full_at.get(caller)

    def _refusal(self, wait: float) -> Problem:
        return too_many_requests(self._per_second, max(1, math.ceil(wait)))
