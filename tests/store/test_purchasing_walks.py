"""Random walks of buyers among everybody else: every invariant holds after each step."""

from __future__ import annotations

from datetime import timedelta

import hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from onhand.core.movements import Origin
from onhand.core.suppliers import CreateSupplier, SupplierStatus
from tests.store.test_document_walks import EXAMPLES, STEPS, Walk
from tests.support.moves import Move
from tests.support.purchasing_moves import PURCHASING
from tests.support.stores import accepted, ask


class PurchasingWalk(Walk):
    """The walk of all documents, with a supplier, where every other step is a buyer's."""

    @initialize()
    def supplier(self) -> None:
        """Somebody to buy from."""
        for store in self.stores:
            command = CreateSupplier(
                origin=Origin("walker"),
                code="FIRST",
                status=SupplierStatus.ACTIVE,
                attributes={"name": "First", "currency": "USD", "lead_time_days": 7},
            )
            accepted(ask(store, command, clock=self.clock)[0])

    @rule(
        data=st.data(),
        moves=st.lists(st.sampled_from(PURCHASING), min_size=1, max_size=3),
        atomic=st.booleans(),
        minutes=st.sampled_from([0, 1, 1, 10]),
    )
    def buy(self, data: st.DataObject, moves: list[Move], atomic: bool, minutes: int) -> None:
        """One batch of what buyers do."""
        self.take(data, moves, atomic=atomic, later=timedelta(minutes=minutes))


TestPurchasingWalk = PurchasingWalk.TestCase
TestPurchasingWalk.settings = hypothesis.settings(
    max_examples=max(EXAMPLES // 2, 1),
    stateful_step_count=STEPS,
    suppress_health_check=list(hypothesis.HealthCheck),
)
del Walk
