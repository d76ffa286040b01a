"""What sales orders promise of the rest of the ledger: each promise that is broken, with its
place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.support.ledger_contents import Contents

Units = defaultdict[tuple[int, ...], int]


def problems_of_sales_orders(contents: Contents) -> Iterator[str]:
    """Holds, movements and states that are not as the orders' lines have them."""
    open_, shipped = Units(int), Units(int)
    yield from _problems_of_lines(contents, open_, shipped)
    yield from _problems_of_holds(contents, open_)
    out, came, returned = Units(int), Units(int), Units(int)
    for row in contents.movements:
        if row["order_id"] is not None and row["order_id"] < 0:
            order_id = -row["order_id"]
            if row["movement_type"] == "out":
                out[order_id, row["product_id"], row["warehouse_id"]] -= row["quantity"]
            elif row["movement_type"] == "in":
                came[order_id, row["product_id"]] += row["quantity"]
    for line in contents.documents["sales_order_lines"]:
        returned[line["document_id"], line["product_id"]] += line["returned"]
    for what, told, found in (("left", shipped, out), ("came back", returned, came)):
        for place in told.keys() | found.keys():
            if told[place] != found[place]:
                yield f"sales order {place}: {told[place]} {what}, movements {found[place]}"


def _problems_of_lines(contents: Contents, open_: Units, shipped: Units) -> Iterator[str]:
    """Also: the units that are open, and have left, per order, product and warehouse."""
    lines = {
        (row["document_id"], row["number"]): row for row in contents.documents["sales_order_lines"]
    }
    sourced, left = Units(int), Units(int)
    for source in contents.documents["sales_order_sources"]:
        number = (source["document_id"], source["line"])
        place = (number[0], lines[number]["product_id"], source["warehouse_id"])
        open_[place] += source["quantity"] - source["shipped"]
        shipped[place] += source["shipped"]
        sourced[number] += source["quantity"]
        left[number] += source["shipped"]
    for order in contents.documents["sales_orders"]:
        numbers = [number for number in lines if number[0] == order["id"]]
        for number in numbers:
            line, gone = lines[number], left[number]
            given_up = {"draft": 0, "cancelled": gone, "closed": gone}
            if sourced[number] != given_up.get(order["state"], line["quantity"]):
                yield f"sales order {number}: sources of {sourced[number]} units for {line}"
            if line["returned"] > gone:
                yield f"sales order {number}: {line['returned']} came back of {gone}"
        gone = sum(left[number] for number in numbers)
        wanted = sum(lines[number]["quantity"] for number in numbers)
        state = "confirmed" if not gone else "shipped" if gone == wanted else "partially_shipped"
        if order["state"] not in ("draft", "cancelled", "closed", state):
            yield f"sales order {order['id']} is {order['state']}, its lines are {state}"


def _problems_of_holds(contents: Contents, open_: Units) -> Iterator[str]:
    held: dict[tuple[int, ...], Any] = {
        (-row["order_id"], row["product_id"], row["warehouse_id"]): row
        for row in contents.reservations
        if row["order_id"] < 0
    }
    for place in open_.keys() | held.keys():
        hold = held.get(place, {"allocated": 0, "backordered": 0, "expires_at": None})
        if hold["allocated"] + hold["backordered"] != open_[place]:
            yield f"sales order {place}: {open_[place]} open, held {hold}"
        if hold["expires_at"] is not None:
            yield f"sales order {place}: its hold expires"
