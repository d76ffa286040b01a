"""Stock status: the first condition that holds decides."""

from __future__ import annotations

import pytest

from onhand.core.stock_status import in_stock, stock_status

IN, LOW, OUT, BACK = "in_stock", "low_stock", "out_of_stock", "on_backorder"


@pytest.mark.parametrize(
    ("on_hand", "reserved", "point", "without", "with_backorders"),
    [
        (45, 10, 20, IN, IN),
        (21, 0, 20, IN, IN),
        (20, 0, 20, LOW, LOW),
        (18, 0, 20, LOW, LOW),
        # On hand counts against the point, not what is available.
        (21, 20, 20, IN, IN),
        (18, 17, 20, LOW, LOW),
        (18, 18, 20, OUT, BACK),
        (0, 0, 20, OUT, BACK),
        (0, 0, None, OUT, BACK),
        (1, 0, None, IN, IN),
        # A point of 0 is one; no point is none.
        (0, 0, 0, OUT, BACK),
        (1, 0, 0, IN, IN),
    ],
)
def test_the_status_of_a_tracked_product(
    on_hand: int, reserved: int, point: int | None, without: str, with_backorders: str
) -> None:
    for allowed, expected in ((False, without), (True, with_backorders)):
        status = stock_status(
            track_inventory=True,
            allow_backorder=allowed,
            on_hand=on_hand,
            reserved=reserved,
            reorder_point=point,
        )
        assert status == expected
    available = in_stock(track_inventory=True, on_hand=on_hand, reserved=reserved)
    assert available == (on_hand > reserved)


@pytest.mark.parametrize("allowed", [True, False])
def test_an_untracked_product_is_always_in_stock(allowed: bool) -> None:
    status = stock_status(
        track_inventory=False, allow_backorder=allowed, on_hand=0, reserved=0, reorder_point=5
    )
    assert status == IN
    assert in_stock(track_inventory=False, on_hand=0, reserved=0)
