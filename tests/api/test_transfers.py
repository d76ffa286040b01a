"""Transfers in transit over the whole API, from draft to the last unit."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from onhand.core.transfers import LIFE_CYCLE
from tests.api.conftest import NewProduct
from tests.api.harness import Answered, Shop
from tests.support.walks import branches, taken

_codes = (f"T{number}" for number in itertools.count(1))


@pytest.fixture
def east(shop: Shop) -> int:
    """A warehouse of its own."""
    made = shop("POST", "/warehouses", {"name": "East", "code": next(_codes)})
    number: int = made.data["id"]
    return number


def create(shop: Shop, east: int, *lines: tuple[int, int], **fields: Any) -> Answered:
    body = {
        "from_warehouse_id": 1,
        "to_warehouse_id": east,
        "lines": [{"product_id": product, "quantity": units} for product, units in lines],
    }
    return shop("POST", "/transfers", body | fields)


def step(
    shop: Shop, transfer: dict[str, Any], verb: str, body: Any = None, **more: Any
) -> Answered:
    return shop("POST", f"/transfers/{transfer['id']}/{verb}", body, **more)


def on_hand(shop: Shop, product: dict[str, Any], warehouse: int) -> int:
    found = shop("GET", f"/products/{product['id']}/inventory").data
    return sum(x["quantity_on_hand"] for x in found if x["warehouse_id"] == warehouse)


def test_every_branch_of_the_life_cycle(shop: Shop, product: NewProduct, east: int) -> None:
    lamp, jug = product(stock_quantity=10), product(stock_quantity=10)
    made = create(shop, east, (lamp["id"], 4), (jug["id"], 20), expected_date="2030-01-18")
    assert made.status == 201
    assert made.headers["location"].endswith(f"/transfers/{made.data['id']}")
    transfer = made.data
    assert (transfer["state"], transfer["possible"]) == ("draft", ["change", "ship", "cancel"])

    short = step(shop, transfer, "ship")
    assert (short.status, list(short.errors)) == (422, ["lines.1.quantity"])
    lines = [{"product_id": lamp["id"], "quantity": 4}, {"product_id": jug["id"], "quantity": 6}]
    changed = shop("PATCH", f"/transfers/{transfer['id']}", {"lines": lines})
    assert (changed.status, changed.headers["etag"]) == (200, '"2"')

    shipped = step(shop, transfer, "ship", headers={"if-match": '"2"'})
    assert (shipped.data["state"], len(shipped.data["movement_ids"])) == ("shipped", 2)
    assert (on_hand(shop, lamp, 1), on_hand(shop, lamp, east)) == (6, 0)

    arrivals = [
        {"line": 1, "received": 3, "lost": 1, "reason": "Pallet fell over"},
        {"line": 2, "received": 2},
    ]
    partly = step(shop, transfer, "receive", {"lines": arrivals})
    assert partly.data["state"] == "partially_received"
    again = step(shop, transfer, "receive", {"lines": [{"line": 2, "received": 1}]})
    assert again.data["state"] == "partially_received"
    done = step(shop, transfer, "receive")
    assert (done.data["state"], done.data["possible"]) == ("received", [])
    assert (on_hand(shop, lamp, east), on_hand(shop, jug, east)) == (3, 6)

    at_once = create(shop, east, (lamp["id"], 1), ship=True).data
    assert step(shop, at_once, "receive").data["state"] == "received"
    given_up = create(shop, east, (lamp["id"], 1)).data
    assert step(shop, given_up, "cancel", {"reason": "Not needed"}).status == 200

    whole = [shop("GET", f"/transfers/{x['id']}").data for x in (transfer, at_once, given_up)]
    assert taken(x["history"] for x in whole) == branches(LIFE_CYCLE)


def test_a_step_that_is_not_possible_says_what_is(
    shop: Shop, product: NewProduct, east: int
) -> None:
    transfer = create(shop, east, (product(stock_quantity=1)["id"], 1), ship=True).data
    refused = step(shop, transfer, "cancel", {"reason": "Too late"})
    assert refused.status == 409
    assert refused.errors["state"] == [
        f'Transfer {transfer["id"]} is shipped: "cancel" is not possible. Possible now: receive'
    ]


def test_a_repeat_with_its_key_ships_once(shop: Shop, product: NewProduct, east: int) -> None:
    lamp = product(stock_quantity=5)
    transfer = create(shop, east, (lamp["id"], 2)).data
    key = {"idempotency-key": f"ship-{transfer['id']}"}
    first, second = (step(shop, transfer, "ship", headers=key) for _ in range(2))
    assert first.body == second.body
    assert second.headers["idempotent-replayed"] == "true"
    assert on_hand(shop, lamp, 1) == 3


def test_a_stale_version_is_refused(shop: Shop, product: NewProduct, east: int) -> None:
    transfer = create(shop, east, (product(stock_quantity=1)["id"], 1)).data
    assert step(shop, transfer, "ship", headers={"if-match": '"9"'}).status == 412


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"lines": []}, "lines"),
        ({"lines": [{"product_id": 1, "quantity": 0}]}, "lines.0.quantity"),
        ({"lines": [{"product_id": 2**62, "quantity": 1}]}, "lines.0.product_id"),
        ({"expected_date": "tomorrow"}, "expected_date"),
        ({"to_warehouse_id": 1}, "to_warehouse_id"),
        ({"to_warehouse_id": 2**62}, "to_warehouse_id"),
        ({"line": []}, "line"),
        ({"occurred_at": "2999-01-01T00:00:00Z"}, "occurred_at"),
    ],
)
def test_what_does_not_fit_is_named(
    shop: Shop, product: NewProduct, east: int, fields: dict[str, Any], fault: str
) -> None:
    made = create(shop, east, (product()["id"], 1), **fields)
    assert (made.status, list(made.errors)) == (422, [fault])


def test_to_receive_nothing_is_refused(shop: Shop, product: NewProduct, east: int) -> None:
    sent = create(shop, east, (product(stock_quantity=1)["id"], 1), ship=True).data
    refused = step(shop, sent, "receive", {"lines": []})
    assert (refused.status, list(refused.errors)) == (422, ["lines"])


@pytest.mark.parametrize("lines", [None, [None, None], [], "all", [{"line": 1, "recieved": 2}]])
def test_lists_that_may_be_left_out_are_explained(
    shop: Shop, product: NewProduct, east: int, lines: Any
) -> None:
    sent = create(shop, east, (product(stock_quantity=1)["id"], 1)).data
    changed = shop("PATCH", f"/transfers/{sent['id']}", {"lines": lines, "notes": 5})
    assert changed.status == 422
    assert changed.errors.keys() >= {"notes"}
    assert len(changed.errors) > 1


def test_there_is_no_such_transfer(shop: Shop) -> None:
    assert shop("GET", "/transfers/999999").status == 404
    assert shop("POST", "/transfers/999999/ship").status == 404


def test_lists_tell_what_is_under_way(shop: Shop, product: NewProduct, east: int) -> None:
    lamp = product(stock_quantity=9)
    draft = create(shop, east, (lamp["id"], 1), expected_date="2030-02-01").data
    sent = create(shop, east, (lamp["id"], 2), (lamp["id"], 3), ship=True).data
    step(shop, sent, "receive", {"lines": [{"line": 2, "received": 1}]})
    found = shop("GET", f"/transfers?product_id={lamp['id']}&sort=-id")
    assert [x["id"] for x in found.data] == [sent["id"], draft["id"]]
    told = found.data[0]
    assert (told["line_count"], told["quantity"], told["quantity_in_transit"]) == (2, 5, 4)
    assert found.data[1]["quantity_in_transit"] == 0
    for filters in (f"to_warehouse_id={east}&open=true", f"warehouse_id={east}&state=draft"):
        assert shop("GET", f"/transfers?{filters}").json["meta"]["total"] == 1


def test_what_is_in_transit_need_not_be_ordered(shop: Shop, product: NewProduct, east: int) -> None:
    lamp = product(stock_quantity=30, reorder_point=20, reorder_quantity=10)
    create(shop, east, (lamp["id"], 15), ship=True)

    def line() -> dict[str, Any]:
        lines = shop("GET", "/inventory/reorder-report?per_page=200").data
        return next(x for x in lines if x["product_id"] == lamp["id"])

    told = line()
    assert (told["quantity_on_hand"], told["quantity_in_transit"]) == (15, 15)
    assert (told["inventory_position"], told["suggested_order"]) == (30, 0)


def reverse(shop: Shop, movement_id: int) -> Answered:
    return shop("POST", f"/stock-movements/{movement_id}/reverse")


def test_what_a_transfer_moved_is_not_reversed_by_itself(
    shop: Shop, product: NewProduct, east: int
) -> None:
    lamp = product(stock_quantity=9)
    sent = create(shop, east, (lamp["id"], 4), ship=True).data
    arrivals = [{"line": 1, "received": 1, "damaged": 2, "reason": "Wet"}]
    arrived = step(shop, sent, "receive", {"lines": arrivals}).data
    written = [*sent["movement_ids"], *arrived["movement_ids"]]
    assert len(written) == 3
    for movement_id in written:
        refused = reverse(shop, movement_id)
        assert refused.status == 409
        assert f"is a step of Transfer {sent['id']}" in refused.errors["id"][0]


def test_what_only_refers_to_a_transfer_is_reversed(
    shop: Shop, product: NewProduct, east: int
) -> None:
    lamp = product(stock_quantity=9)
    sent = create(shop, east, (lamp["id"], 4), ship=True).data
    refers = {"reference_type": "transfer", "reference_id": sent["id"]}
    at_once = {"from_warehouse_id": 1, "to_warehouse_id": east, "quantity": 2}
    told = shop("POST", "/inventory/transfer", {"product_id": lamp["id"], **at_once, **refers})
    assert reverse(shop, told.data["movement_ids"][1]).status == 200
    assert (on_hand(shop, lamp, 1), on_hand(shop, lamp, east)) == (5, 0)


def test_a_stock_command_may_send_units_off(shop: Shop, product: NewProduct, east: int) -> None:
    lamp = product(stock_quantity=9)
    body = {
        "product_id": lamp["id"],
        "from_warehouse_id": 1,
        "to_warehouse_id": east,
        "quantity": 4,
        "in_transit": True,
        "reference": "LORRY-7",
        "reason": "Rebalancing",
    }
    sent = shop("POST", "/inventory/transfer", body)
    assert (sent.status, sent.data["state"]) == (200, "shipped")
    assert (sent.data["quantity_on_hand"], len(sent.data["movement_ids"])) == (5, 1)
    assert sent.data["to"]["quantity_on_hand"] == 0
    levels = shop("GET", f"/products/{lamp['id']}/inventory").data
    told = [(x["warehouse_id"], x["quantity_on_hand"], x["quantity_in_transit"]) for x in levels]
    assert told == [(1, 5, 0), (east, 0, 4)]
    whole = shop("GET", f"/inventory/{lamp['id']}").data["warehouses"]
    assert [x["quantity_in_transit"] for x in whole] == [0, 4]
    inventory = shop("GET", f"/products/{lamp['id']}?include=inventory").data["inventory"]
    assert (inventory["quantity_on_order"], inventory["quantity_in_transit"]) == (0, 4)

    transfer = shop("GET", f"/transfers/{sent.data['transfer_id']}").data
    assert [x["event"] for x in transfer["history"]] == ["draft", "ship"]
    assert (transfer["reference"], transfer["history"][1]["reason"]) == ("LORRY-7", "Rebalancing")
    assert step(shop, transfer, "receive").data["state"] == "received"
    assert on_hand(shop, lamp, east) == 4


def test_what_cannot_be_sent_off_is_told_as_of_a_transfer_at_once(
    shop: Shop, product: NewProduct, east: int
) -> None:
    lamp = product(stock_quantity=9)
    body = {"product_id": lamp["id"], "from_warehouse_id": 1, "in_transit": True, "quantity": 10}
    short = shop("POST", "/inventory/transfer", body | {"to_warehouse_id": east})
    assert short.status == 422
    assert short.errors == {
        "quantity": ["Insufficient stock available. Available: 9, Requested: 10"]
    }
    same = shop("POST", "/inventory/transfer", body | {"to_warehouse_id": 1})
    assert list(same.errors) == ["to_warehouse_id"]
    both = {"commands": [{"type": "transfer", **body, "to_warehouse_id": east, "quantity": 6}] * 2}
    refused = shop("POST", "/inventory/commands", both | {"atomic": True})
    assert list(refused.errors) == ["commands.1.quantity"]
    each = shop("POST", "/inventory/commands", both).data
    assert [x["status"] for x in each] == ["accepted", "rejected"]
    assert shop("GET", f"/transfers?product_id={lamp['id']}").json["meta"]["total"] == 1


def test_a_warehouse_stays_in_use_while_transfers_name_it(shop: Shop, product: NewProduct) -> None:
    lamp = product(stock_quantity=9)
    ends = [shop("POST", "/warehouses", {"name": "End", "code": next(_codes)}).data for _ in "ab"]
    source, target = (end["id"] for end in ends)
    shop("POST", f"/inventory/{lamp['id']}/adjust", {"quantity": 2, "reason": "Found"})
    body = {"from_warehouse_id": source, "to_warehouse_id": target}
    draft = create(shop, target, (lamp["id"], 1), **body).data

    def close(warehouse: int) -> Answered:
        return shop("PATCH", f"/warehouses/{warehouse}", {"is_active": False})

    for end in (source, target):
        refused = close(end)
        assert refused.status == 409
        assert refused.errors["is_active"] == [
            f"Warehouse {end} is named by transfers that are not done: finish or cancel them first"
        ]
    assert step(shop, draft, "cancel", {"reason": "Moving out"}).status == 200
    assert (close(source).status, close(target).status) == (200, 200)


def test_a_product_that_a_draft_names_is_archived(
    shop: Shop, product: NewProduct, east: int
) -> None:
    lamp = product()
    draft = create(shop, east, (lamp["id"], 1)).data
    assert shop("DELETE", f"/products/{lamp['id']}").json["message"].startswith("Product archived")
    assert shop("GET", f"/transfers/{draft['id']}").data["lines"][0]["product_id"] == lamp["id"]
