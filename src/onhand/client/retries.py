"""Retries: when to try again, and after how long.

What may be repeated is: reads, and commands, which carry a key. Tried again is what got no answer,
and what the server itself says to try again: 429, 503, a proxy's 502 and 504, and a 409 with
`Retry-After`, which a key gets whose first request is still at work.

The pause is what `Retry-After` says, or drawn between nothing and a bound that doubles each time
("full jitter": Marc Brooker, Exponential Backoff and Jitter, 2015).
"""

from __future__ import annotations

import random
import time

from onhand.client.asking import Asked
from onhand.client.errors import Unreachable, error_of
from onhand.client.transport import httpx

_AGAIN = frozenset({429, 502, 503, 504})
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 5.0


class Tries:
    """The tries that a request is given, `patience` seconds in all; 0: one."""

    def __init__(self, request: Asked, patience: float) -> None:
        """The first one begins now."""
        self._request = request
        self._patience = patience
        self._started = time.monotonic()
        self._lost = 0

    def lost(self, error: httpx.TransportError) -> float:
        """No answer came: seconds to wait. Raises `Unreachable` when that is enough."""
        pause = self._pause(None)
        if pause is None:
            told = f"{type(error).__name__}: {error}"
            raise Unreachable(told, self._request.key) from error
        return pause

    def answered(self, response: httpx.Response) -> float | None:
        """Seconds to wait; None: it succeeded. Raises `ApiError` when it did not, and will not."""
        if response.is_success:
            return None
        status, told = response.status_code, response.headers.get("retry-after", "")
        after = float(told) if told.isascii() and told.isdigit() else None
        again = status in _AGAIN or (status == 409 and after is not None)
        pause = self._pause(after) if again else None
        if pause is None:
            raise error_of(status, response.content)
        return pause

    def _pause(self, after: float | None) -> float | None:
        self._lost += 1
        bound = min(_FIRST_PAUSE_S * 2 ** (self._lost - 1), _LONGEST_PAUSE_S)
        pause = random.uniform(0, bound) if after is None else after
        spent = time.monotonic() - self._started
        return pause if self._request.may_repeat and spent + pause <= self._patience else None
