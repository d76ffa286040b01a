"""The rules against the plain model of the contract, in thousands of random steps.

A step is one batch of several callers' requests at a moment; the moments go on, stand still and
sometimes go back. Once the store gives the rules all there is, once only what a batch declared, as
the databases do: both must do as the model says.
"""

from __future__ import annotations

import hypothesis
from hypothesis import Phase
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from onhand.ledger.ports import Store
from tests.support.against_model import Pair
from tests.support.asks import Group, groups
from tests.support.declared import DeclaredStore
from tests.support.stores import START, MemoryShop

BATCHES = st.lists(groups(), min_size=1, max_size=4)
MINUTES = st.sampled_from([0, 1, 1, 2, 5, -1, -3, 1440])


class LedgerBesideModel(RuleBasedStateMachine):
    """Batches put to the memory store and to the model."""

    shop = MemoryShop()

    def __init__(self) -> None:
        super().__init__()
        self.pair = Pair(self.shop, self.shop.open())

    @rule(batch=BATCHES, minutes=MINUTES)
    def batch(self, batch: list[Group], minutes: int) -> None:
        """What several callers ask at once."""
        self.pair.play(batch, minutes)


class DeclaredShop(MemoryShop):
    """A store that gives what was declared."""

    def open(self) -> Store:
        return DeclaredStore(START)


class DeclaredLedgerBesideModel(LedgerBesideModel):
    """The same, with nothing to read but what was declared."""

    shop = DeclaredShop()


SETTINGS = hypothesis.settings(
    max_examples=hypothesis.settings().max_examples * 3 // 5,
    stateful_step_count=30,
    # Without the explaining phase, which traces every line and takes minutes.
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)
TestLedgerBesideModel = LedgerBesideModel.TestCase
TestLedgerBesideModel.settings = SETTINGS
TestDeclaredLedgerBesideModel = DeclaredLedgerBesideModel.TestCase
TestDeclaredLedgerBesideModel.settings = SETTINGS
