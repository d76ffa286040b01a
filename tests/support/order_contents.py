"""Purchase orders in a store's contents: what must hold of them and of what is on order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.support.ledger_contents import Contents

Row = dict[str, Any]


def problems_of_orders(contents: Contents) -> Iterator[str]:
    """Each invariant of purchase orders that does not hold: I6, on order, totals, preferences."""
    orders = {row["id"]: row for row in contents.documents.get("purchase_orders", ())}
    reversed_ = {
        (row["document_id"], row["number"])
        for row in contents.documents.get("purchase_order_receipts", ())
        if row["reversed_at"] is not None
    }
    came: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    for row in contents.documents.get("purchase_order_receipt_lines", ()):
        if (row["document_id"], row["receipt"]) not in reversed_:
            quantities = {"received": row["received"], "rejected": row["rejected"]}
            came[row["document_id"], row["line"]].update(quantities)
    expected: Counter[tuple[int, int]] = Counter()
    totals: dict[int, Any] = defaultdict(int)
    for line in contents.documents.get("purchase_order_lines", ()):
        order = orders[line["document_id"]]
        yield from _problems_of_line(order, line, came[line["document_id"], line["number"]])
        expected[line["product_id"], order["warehouse_id"]] += line["on_order"]
        totals[order["id"]] += line["price"] * line["quantity"]
    for order in orders.values():
        if totals[order["id"]] != order["total"]:
            yield f"order {order['id']}: total {order['total']}, lines {totals[order['id']]}"
    found = {(x["product_id"], x["warehouse_id"]): x["on_order"] for x in contents.inbounds}
    for place in expected.keys() | found.keys():
        if expected[place] != found.get(place, 0):
            yield f"{place}: on order {found.get(place, 0)}, orders {expected[place]}"
    preferred = Counter(x["product_id"] for x in contents.supplier_products if x["is_preferred"])
    for product_id, count in preferred.items():
        if count > 1:
            yield f"product {product_id} has {count} preferred suppliers"


def _problems_of_line(order: Row, line: Row, came: Counter[str]) -> Iterator[str]:
    name = f"order {order['id']}, line {line['number']}"
    quantity, received = line["quantity"], line["received"]
    if received > quantity + quantity * order["over_receipt_percent"] // 100:
        yield f"I6 {name}: {received} received of {quantity}"
    if (received, line["rejected"]) != (came["received"], came["rejected"]):
        yield f"{name}: {line}, receipts {came}"
    if order["state"] not in ("sent", "partially_received") and line["on_order"]:
        yield f"{name}: {line['on_order']} on order, but the order is {order['state']}"
    if line["on_order"] > max(quantity - received, 0):
        yield f"{name}: {line['on_order']} on order, {received} of {quantity} received"
