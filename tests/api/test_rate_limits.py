"""Rate limits: a caller's share is their own, and a refusal says when to come again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from onhand.api.problems import Problem
from onhand.api.rate_limits import RateLimit
from onhand.ledger.access import Scope
from tests.api.conftest import running
from tests.api.harness import Shop


@dataclass
class SetSeconds:
    """A clock of seconds that stands still until it is set."""

    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


def taken(limit: RateLimit, caller: str, times: int) -> int:
    """How many of so many requests at once are let in."""
    count = 0
    for _ in range(times):
        try:
            limit.take(caller)
        except Problem:
            continue
        count += 1
    return count


@pytest.mark.parametrize("rate", [1, 3, 7, 1_000])
def test_a_seconds_worth_may_come_at_once_and_then_the_rate(rate):
    clock = SetSeconds()
    limit = RateLimit(rate, clock)
    assert taken(limit, "till", 2 * rate + 1) == rate
    for _ in range(20):
        clock.now += 1 / rate
        assert taken(limit, "till", 3) == 1
    clock.now += 0.5
    assert abs(taken(limit, "till", rate) - rate / 2) <= 1
    clock.now += 60
    assert taken(limit, "till", 2 * rate) == rate


def test_each_caller_has_a_share_of_their_own():
    limit = RateLimit(2, SetSeconds())
    assert [taken(limit, caller, 5) for caller in ("a", "b", "a")] == [2, 2, 0]


def test_a_refusal_takes_nothing_and_says_when():
    clock = SetSeconds()
    limit = RateLimit(2, clock)
    taken(limit, "till", 100)
    with pytest.raises(Problem) as caught:
        limit.take("till")
    assert (caught.value.status, dict(caught.value.headers)) == (429, {"Retry-After": "1"})
    clock.now += 1
    assert taken(limit, "till", 9) == 2


def test_a_crowd_of_callers_takes_no_more_memory(monkeypatch):
    monkeypatch.setattr("onhand.api.rate_limits.MOST_BUCKETS", 10)
    clock = SetSeconds()
    limit = RateLimit(2, clock)
    # Beyond the limit newcomers share one bucket, so that new names are no way round it.
    assert sum(taken(limit, str(number), 1) for number in range(1_000)) == 12
    assert len(limit._full_at) <= 11
    clock.now += 5
    assert sum(taken(limit, f"later {number}", 1) for number in range(9)) == 9


@pytest.fixture(scope="module")
def running_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    url = f"sqlite:///{tmp_path_factory.mktemp('rates') / 'onhand.db'}"
    yield from running(url, rate_limit=3, trusted_proxies="127.0.0.1")


@pytest.fixture
def shop(running_shop: Shop) -> Shop:
    """A shop without any key, an hour later, at which its clock stands still."""
    running_shop.now = (running_shop.now or datetime.now(UTC)) + timedelta(hours=1)
    running_shop.keys.keys.clear()
    running_shop.refresh()
    return running_shop


def statuses(shop: Shop, times: int, **headers: str) -> list[int]:
    return [shop("GET", "/warehouses", headers=headers).status for _ in range(times)]


def test_over_http_a_key_has_its_share(shop):
    till, office = (shop.keys.give(Scope.READ, name=name) for name in ("till", "office"))
    shop.refresh()
    assert statuses(shop, 5, **till) == [200] * 3 + [429] * 2
    refused = shop("POST", "/inventory/1/adjust", {"quantity": 1, "reason": "x"}, headers=till)
    assert (refused.status, refused.headers["retry-after"]) == (429, "1")
    assert refused.json["type"] == "/problems/too_many_requests"
    assert "3 requests a second" in refused.json["message"]
    assert statuses(shop, 1, **office) == [200]
    # Whoever watches the server is never told to wait.
    assert [shop("GET", "/_health/live").status for _ in range(9)] == [200] * 9


def test_over_http_an_address_has_its_share_of_refusals(shop):
    shop.keys.give(Scope.READ)
    shop.refresh()
    wrong = {"authorization": "Bearer onhand_wrong"}
    here = {"x-forwarded-for": "192.0.2.1"}
    assert statuses(shop, 5, **wrong, **here) == [401] * 3 + [429] * 2
    assert statuses(shop, 1, **here) == [429]
    assert statuses(shop, 1, **wrong, **{"x-forwarded-for": "192.0.2.2"}) == [401]


def test_while_open_each_address_has_its_share(shop):
    assert statuses(shop, 4, **{"x-forwarded-for": "192.0.2.1"}) == [200] * 3 + [429]
    assert statuses(shop, 1, **{"x-forwarded-for": "192.0.2.2"}) == [200]
