"""When to try again, and when to give up: what a success or a failure makes of a standing.

Pauses double from a second to five minutes, each a little longer or shorter by chance, so that
receivers that failed together are not all asked at the same moment again. A receiver that asks for
a longer one, by `Retry-After`, gets it. After a day without a success the webhook is disabled.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from onhand.ledger.webhooks import Standing

GONE = 410
LONGEST_ERROR = 500


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait between attempts, and when to give up. Jitter is a share of the pause."""

    first: timedelta = timedelta(seconds=1)
    longest: timedelta = timedelta(minutes=5)
    jitter: float = 0.25
    give_up_after: timedelta = timedelta(hours=24)

    def pause(self, failures: int, chance: float) -> timedelta:
        """The pause after so many failures in a row; `chance` lies between 0 and 1."""
        # No need of a number with a thousand digits: 2^40 seconds are longer than any limit.
        doubled = self.first * float(2 ** min(failures - 1, 40))
        return min(doubled, self.longest) * (1 + self.jitter * (2 * chance - 1))


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an attempt came to nothing. `status` None: there was no answer."""

    error: str
    status: int | None = None
    retry_after: timedelta | None = None


def after_failure(
    standing: Standing, failure: Failure, patience: Patience, chance: float, now: datetime
) -> tuple[Standing, str | None]:
    """The standing after a failed attempt, and why to disable the webhook, or None."""
    since = standing.failing_since or now
    failures = standing.failures + 1
    pause = patience.pause(failures, chance)
    if failure.retry_after is not None:
        pause = max(pause, min(failure.retry_after, patience.give_up_after))
    error = failure.error[:LONGEST_ERROR]
    after = replace(
        standing,
        failures=failures,
        failing_since=since,
        next_attempt_at=now + pause,
        last_error=error,
    )
    if failure.status == GONE:
        return after, "The receiver answered 410 Gone: it wants no more"
    if now - since >= patience.give_up_after:
        hours = patience.give_up_after / timedelta(hours=1)
        return after, f"Nothing arrived for {hours:g} hours; at last: {error}"
    return after, None


def after_success(standing: Standing, now: datetime) -> Standing:
    """The standing after an event arrived."""
    return replace(
        standing,
        failures=0,
        failing_since=None,
        next_attempt_at=None,
        last_error=None,
        delivered_at=now,
    )


def retry_after(value: str, now: datetime) -> timedelta | None:
    """What a `Retry-After` asks for, seconds or a moment (RFC 9110, 10.2.3); None: nothing."""
    text = value.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), 10**9))
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        return None
    return max(moment - now, timedelta())
