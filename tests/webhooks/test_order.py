"""Whatever arrives when, and however often it fails: of each product and document, in order."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from onhand.ledger.feed import FeedEvent
from onhand.webhooks.order import Key, Order, Waiting, keys_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PRODUCTS = st.none() | st.integers(1, 3)
SUBJECTS = st.none() | st.tuples(st.sampled_from(["product", "transfer"]), st.integers(1, 2))


def event(number: int, product: int | None, subject: tuple[str, int] | None) -> FeedEvent:
    return FeedEvent(number, "x.y", NOW, "test", product_id=product, subject=subject)


@given(st.data())
def test_of_each_key_one_at_a_time_and_in_order(data: st.DataObject) -> None:
    about = data.draw(st.lists(st.tuples(PRODUCTS, SUBJECTS), max_size=30))
    order = Order()
    for number, (product, subject) in enumerate(about, 1):
        order.add(event(number, product, subject))
    arrived: list[int] = []
    under_way: list[Waiting] = []
    while len(order) or under_way:
        offered = order.next()
        if offered is not None:
            under_way.append(offered)
            busy = [key for one in under_way for key in one.keys]
            assert len(busy) == len(set(busy))
            if data.draw(st.booleans()):
                continue
        # Nothing waits for ever: where nothing is offered, something is under way.
        one = under_way.pop(data.draw(st.integers(0, len(under_way) - 1)))
        if data.draw(st.booleans()):
            order.again(one)
            continue
        order.arrived(one)
        arrived.append(one.event.number)
        first = order.first
        assert (first.number if first else len(about) + 1) == _least_missing(arrived)
    assert sorted(arrived) == list(range(1, len(about) + 1))
    by_key: dict[Key, list[int]] = {}
    for number in arrived:
        for key in keys_of(event(number, *about[number - 1])):
            by_key.setdefault(key, []).append(number)
    assert all(numbers == sorted(numbers) for numbers in by_key.values())


def _least_missing(arrived: list[int]) -> int:
    number = 1
    while number in arrived:
        number += 1
    return number
