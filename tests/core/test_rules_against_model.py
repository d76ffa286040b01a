"""The rules against the plain model of the contract, in thousands of random steps.

A step is one batch of several callers' requests at a moment; the moments go on, stand still and
sometimes go back. Once the store gives the rules all there is, once only what a batch declared, as
the databases do: both must do as the model says.
"""

from __future__ import annotations

import hypothesis
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from tests.support.against_model import Pair
from tests.support.asks import groups
from tests.support.shortening import RANDOM, Batches, run_or_shorten
from tests.support.stock import DeclaredShop
from tests.support.stores import MemoryShop

BATCHES = st.lists(
    st.tuples(
        st.lists(groups(), min_size=1, max_size=4),
        st.sampled_from([0, 1, 1, 2, 5, -1, -3, 1440]),
    ),
    min_size=10,
    max_size=50,
)


@pytest.mark.parametrize("shop", [MemoryShop(), DeclaredShop()], ids=["everything", "declared"])
def test_the_ledger_says_and_keeps_what_the_model_does(shop: MemoryShop) -> None:
    def run(batches: Batches) -> None:
        pair = Pair(shop, shop.open())
        for batch, minutes in batches:
            pair.play(batch, minutes)

    @given(BATCHES)
    @hypothesis.settings(
        max_examples=hypothesis.settings().max_examples // 2,
        phases=RANDOM,
        suppress_health_check=[HealthCheck.too_slow],
    )
    def steps(batches: Batches) -> None:
        run_or_shorten(run, batches)

    steps()
