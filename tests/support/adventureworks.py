"""A real shape of purchasing: the suppliers, terms and orders of AdventureWorks, as commands.

Its words for an order: 1 pending, 2 approved, 3 rejected, 4 complete.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from onhand.core import purchase_orders as p
from onhand.core import suppliers as s
from onhand.core.commands import CreateProduct
from onhand.core.movements import Origin
from onhand.core.products import ProductAttributes

FOLDER = Path(__file__).parents[2].parent / "shared" / "data" / "adventureworks_purchasing"

needs_adventureworks = pytest.mark.skipif(
    not FOLDER.exists(), reason=f"the real data {FOLDER.name} is not in ../shared/data"
)

PENDING, APPROVED, REJECTED, COMPLETE = "1", "2", "3", "4"


@dataclass(frozen=True)
class OrderedLine:
    """A line: units ordered, put into stock, and rejected."""

    product: str
    due: date
    quantity: int
    price: Decimal
    stocked: int
    rejected: int


@dataclass(frozen=True)
class Ordered:
    """An order as the files tell it."""

    number: str
    status: str
    buyer: str
    vendor: str
    ordered: datetime
    shipped: datetime
    subtotal: Decimal
    lines: tuple[OrderedLine, ...]


@dataclass(frozen=True)
class Vendor:
    """A supplier, and whether it is in use still."""

    number: str
    command: s.CreateSupplier
    is_active: bool


def _rows(name: str) -> Iterator[list[str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.reader(file, delimiter="\t")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _units(text: str) -> int:
    units = Decimal(text)
    assert units == int(units)
    return int(units)


def vendors() -> list[Vendor]:
    """All suppliers, as they were while orders went to them."""
    return [
        Vendor(
            number,
            s.CreateSupplier(
                origin=Origin("import"),
                code=code,
                status=s.SupplierStatus.PREFERRED if preferred == "1" else s.SupplierStatus.ACTIVE,
                attributes={"name": name, "currency": "USD", "notes": url or None},
            ),
            active == "1",
        )
        for number, code, name, _rating, preferred, active, url, _ in _rows("Vendor")
    ]


def products() -> dict[str, CreateProduct]:
    """The products that are bought, by their number."""
    bought = {row[0] for row in _rows("ProductVendor")}
    return {
        row[0]: CreateProduct(ProductAttributes(row[2], row[1]), Origin("import"))
        for row in _rows("Product")
        if row[0] in bought
    }


def terms(supplier_ids: Mapping[str, int], product_ids: Mapping[str, int]) -> list[s.SetTerms]:
    """What each supplier sells."""
    return [
        s.SetTerms(
            origin=Origin("import"),
            id=supplier_ids[vendor],
            product_id=product_ids[product],
            currency=None,
            attributes={
                "price": Decimal(price),
                "minimum_order_quantity": int(least),
                "lead_time_days": int(lead_time),
            },
        )
        for product, vendor, lead_time, price, _, _, least, *_ in _rows("ProductVendor")
    ]


def orders() -> list[Ordered]:
    """All orders."""
    lines: dict[str, list[OrderedLine]] = defaultdict(list)
    for order, _, due, quantity, product, price, _, _, rejected, stocked, _ in _rows(
        "PurchaseOrderDetail"
    ):
        lines[order].append(
            OrderedLine(
                product,
                _moment(due).date(),
                int(quantity),
                Decimal(price),
                _units(stocked),
                _units(rejected),
            )
        )
    return [
        Ordered(
            row[0],
            row[2],
            f"employee {row[3]}",
            row[4],
            _moment(row[6]),
            _moment(row[7]),
            Decimal(row[8]),
            tuple(lines[row[0]]),
        )
        for row in _rows("PurchaseOrderHeader")
    ]


def drafted(order: Ordered, supplier_id: int, products: Mapping[str, int]) -> p.DraftPurchaseOrder:
    """The command that writes an order."""
    return p.DraftPurchaseOrder(
        origin=Origin(order.buyer),
        supplier_id=supplier_id,
        warehouse_id=1,
        reference=f"PO{order.number}",
        lines=tuple(
            p.LineGiven(products[line.product], line.quantity, line.price, line.due)
            for line in order.lines
        ),
    )


def received(order: Ordered, order_id: int) -> p.ReceivePurchaseOrder:
    """The command that takes its one delivery in."""
    return p.ReceivePurchaseOrder(
        origin=Origin("dock", occurred_at=order.shipped),
        id=order_id,
        delivery_reference=f"of PO{order.number}",
        lines=tuple(
            p.LineArrived(number, line.stocked, line.rejected, "Inspection")
            for number, line in enumerate(order.lines, 1)
        ),
    )
