"""What is told when a batch makes a product low, runs it out, or brings it back in.

A product is low or out where the lists of low and of out-of-stock products have it: tracked and
active, on hand at or below its reorder point, or nothing available, over all warehouses. It is told
when it enters one of the lists, and when something is available again; once per batch, from how the
product stood before it and how it stands after. A new product has not crossed anything yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from onhand.core.draft import Draft
from onhand.core.events import STOCK_BACK_IN, STOCK_LOW, STOCK_OUT, Notice
from onhand.core.products import ProductRules
from onhand.core.snapshot import ProductTotals
from onhand.core.stock_status import stock_status


class _Standing(NamedTuple):
    """How a product stands."""

    rules: ProductRules
    totals: ProductTotals
    reorder_point: int | None

    @property
    def is_listed(self) -> bool:
        """Whether it may stand in a list at all."""
        return self.rules.track_inventory and self.rules.is_active

    @property
    def is_out(self) -> bool:
        """Whether nothing is available."""
        return self.is_listed and self.totals.on_hand <= self.totals.reserved

    @property
    def is_low(self) -> bool:
        """Whether it is at or below its reorder point."""
        point = self.reorder_point
        return self.is_listed and point is not None and self.totals.on_hand <= point


def stock_notices(draft: Draft, totals: Mapping[int, ProductTotals]) -> Iterator[Notice]:
    """What there is to tell of a batch's products; `totals` are those that it changed."""
    snapshot = draft.snapshot
    points = snapshot.reorder_points
    for product_id, after in totals.items():
        before = snapshot.totals.get(product_id, _NOTHING)
        point = points.get(product_id)
        # Nearly all stay on the side where they were: nothing more is looked at.
        if (
            (after.on_hand <= after.reserved) != (before.on_hand <= before.reserved)
            or (point is not None and (after.on_hand <= point) != (before.on_hand <= point))
            or product_id in draft.products
        ):
            yield from _told(draft, product_id, after)
    for product_id, product in draft.products.items():
        changed = product is not snapshot.products.get(product_id)
        if changed and product_id in snapshot.totals and product_id not in totals:
            yield from _told(draft, product_id, snapshot.totals[product_id])


def _told(draft: Draft, product_id: int, totals: ProductTotals) -> Iterator[Notice]:
    snapshot = draft.snapshot
    rules_before, rules = snapshot.rules.get(product_id), draft.rules.get(product_id)
    if rules_before is None or rules is None:
        return
    point = snapshot.reorder_points.get(product_id)
    before = _Standing(rules_before, snapshot.totals.get(product_id, _NOTHING), point)
    product = draft.products.get(product_id)
    if product is not None:
        point = product.attributes.reorder_point
    after = _Standing(rules, totals, point)
    if after.is_low and not before.is_low:
        yield _notice(draft, STOCK_LOW, product_id, after)
    if after.is_out and not before.is_out:
        yield _notice(draft, STOCK_OUT, product_id, after)
    if before.is_out and after.is_listed and not after.is_out:
        yield _notice(draft, STOCK_BACK_IN, product_id, after)


def _notice(draft: Draft, event_type: str, product_id: int, standing: _Standing) -> Notice:
    rules, totals, point = standing
    status = stock_status(
        track_inventory=rules.track_inventory,
        allow_backorder=rules.allow_backorder,
        on_hand=totals.on_hand,
        reserved=totals.reserved,
        reorder_point=point,
    )
    actor, address = _whose(draft, product_id)
    return Notice(
        event_type,
        draft.now,
        actor,
        address,
        product_id=product_id,
        warehouses=(),
        data={
            "product_id": product_id,
            "stock_status": status.value,
            "quantity_on_hand": totals.on_hand,
            "quantity_reserved": totals.reserved,
            "quantity_available": totals.on_hand - totals.reserved,
            "reorder_point": point,
        },
        after=len(draft.movements),
    )


def _whose(draft: Draft, product_id: int) -> tuple[str, str | None]:
    """Who did the last thing to a product in this batch, and from where."""
    for movement in reversed(draft.movements):
        if movement.product_id == product_id:
            return movement.origin.actor, movement.origin.address
    last = next(it for it in reversed(draft.notices) if it.product_id == product_id)
    return last.actor, last.address


_NOTHING = ProductTotals()
