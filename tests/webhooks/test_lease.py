"""Who may take the lease, told by watching it."""

from __future__ import annotations

from onhand.ledger.webhooks import Lease
from onhand.webhooks.lease import HOLDS_S, STANDS_S, Watch
from onhand.webhooks.stream import LAST_WORDS_S


def test_a_lease_that_is_held_cannot_be_taken_until_it_stands_still() -> None:
    watch = Watch("us", is_alone=False)
    beats = [Lease("them", beat) for beat in range(5)]
    assert not any(watch.may_take(beat, now) for now, beat in enumerate(beats))
    assert not watch.may_take(beats[-1], 4 + STANDS_S - 0.1)
    assert watch.may_take(beats[-1], 4 + STANDS_S)


def test_it_is_free_where_nobody_has_it_or_nobody_else_can() -> None:
    assert Watch("us", is_alone=False).may_take(Lease(None, 7), 0)
    assert Watch("us", is_alone=False).may_take(Lease("us", 7), 0)
    assert Watch("us", is_alone=True).may_take(Lease("somebody who was killed", 7), 0)


def test_who_cannot_raise_it_has_ended_before_anybody_else_begins() -> None:
    assert HOLDS_S + LAST_WORDS_S < STANDS_S
