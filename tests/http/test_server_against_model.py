"""A real server does over HTTP what the plain model of the contract says, on both databases.

`ONHAND_TEST_STEPS=5000` asks for about that many requests instead of a few hundred.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import hypothesis
from hypothesis import HealthCheck
from hypothesis import strategies as st

from tests.http.against_model import Pair, open_warehouses
from tests.support.api import Api
from tests.support.asks import Group, groups
from tests.support.server import OnhandServer
from tests.support.shortening import RANDOM, Batches, run_or_shorten

STEPS = int(os.environ.get("ONHAND_TEST_STEPS", "240"))
STEPS_EACH = 24


def test_the_server_says_and_keeps_what_the_model_does(
    database_url: str, serve: Callable[[str], OnhandServer]
) -> None:
    api = Api(serve(database_url).client)
    open_warehouses(api)

    def run(batches: Batches) -> None:
        pair = Pair(api)
        for batch, _ in batches:
            for group in batch:
                pair.play(group)

    @hypothesis.given(st.lists(groups(), min_size=STEPS_EACH // 2, max_size=STEPS_EACH * 3 // 2))
    @hypothesis.settings(
        max_examples=max(STEPS // STEPS_EACH, 1),
        phases=RANDOM,
        suppress_health_check=[HealthCheck.too_slow],
    )
    def steps(asked: list[Group]) -> None:
        run_or_shorten(run, [([group], 0) for group in asked])

    steps()
