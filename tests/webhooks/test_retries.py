"""Pauses grow, receivers are listened to, and after a day without a success it is enough."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from onhand.ledger.webhooks import Standing
from onhand.webhooks.retries import Failure, Patience, after_failure, after_success, retry_after

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
FAILED = Failure("It answered 503", 503)


def test_a_receiver_that_is_down_for_a_day_is_tried_ever_more_rarely_and_then_given_up() -> None:
    now, standing, pauses = START, Standing(position=5), []
    disabled = None
    while disabled is None:
        standing, disabled = after_failure(standing, FAILED, Patience(), 0.5, now)
        assert standing.next_attempt_at is not None
        pauses.append((standing.next_attempt_at - now).total_seconds())
        now = standing.next_attempt_at
    assert pauses[:10] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300]
    assert set(pauses[10:]) == {300}
    assert now - START >= timedelta(hours=24)
    assert now - START < timedelta(hours=24, minutes=10)
    assert disabled == "Nothing arrived for 24 hours; at last: It answered 503"
    assert standing.position == 5


def test_one_success_and_all_is_as_if_nothing_had_failed() -> None:
    failing, _ = after_failure(Standing(position=5), FAILED, Patience(), 0.5, START)
    later = START + timedelta(hours=23)
    failing, _ = after_failure(failing, FAILED, Patience(), 0.5, later)
    assert (failing.failures, failing.failing_since) == (2, START)
    well = after_success(failing, later)
    assert well == Standing(position=5, delivered_at=later)
    again, disabled = after_failure(well, FAILED, Patience(), 0.5, later + timedelta(hours=2))
    assert disabled is None
    assert again.failing_since == later + timedelta(hours=2)


def test_chance_moves_a_pause_by_a_quarter_at_most() -> None:
    pauses = [Patience().pause(3, chance) for chance in (0.0, 0.5, 1.0)]
    assert pauses == [timedelta(seconds=it) for it in (3, 4, 5)]


def test_gone_is_gone_at_once() -> None:
    gone = Failure("It answered 410", 410)
    _, disabled = after_failure(Standing(position=5), gone, Patience(), 0.5, START)
    assert disabled == "The receiver answered 410 Gone: it wants no more"


@pytest.mark.parametrize(
    ("asked", "waited_s"),
    [("120", 120), ("0", 1), ("Mon, 02 Mar 2026 09:05:00 GMT", 300), ("999999999999", 86_400)],
)
def test_a_receiver_that_asks_for_a_longer_pause_gets_it(asked: str, waited_s: int) -> None:
    failure = Failure("It answered 429", 429, retry_after(asked, START))
    standing, _ = after_failure(Standing(position=5), failure, Patience(), 0.5, START)
    assert standing.next_attempt_at == START + timedelta(seconds=waited_s)


@pytest.mark.parametrize("asked", ["", "soon", "-1", "1.5", "Mon, 02 Mar 2026", "٣"])
def test_what_asks_for_no_pause_is_passed_over(asked: str) -> None:
    assert retry_after(asked, START) is None
