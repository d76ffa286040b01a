"""Every read of the contract, as a client asks it, with values that are there to be found.

Where several products could be asked for it is a busy one, whose page is full on a small ledger as
on a large one; "any product" says otherwise.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.trade import busy
from onhand.api.stock.movements import cursor_after
from onhand.ledger.listings import PageRequest
from onhand.ledger.stock_views import (
    MovementCursor,
    MovementFilter,
    MovementView,
    ProductFilter,
    ReservationFilter,
    ReservationView,
    WarehouseFilter,
)
from onhand.store.engine import parse_database, read_engine
from onhand.store.reads import SqlReads

PLACES, AT_A_PLACE = 100, 20
DAY = datetime.timedelta(days=1)
NEWEST = "/stock-movements?sort=-occurred_at"
FAR_AWAY = "2100-01-01T00:00:00Z"


@dataclass(frozen=True)
class Known:
    """What is in a ledger, to be asked for: drawn evenly over its time."""

    products: Sequence[int]
    busy: Sequence[int]
    warehouses: Sequence[int]
    movements: Sequence[MovementView]
    reservations: Sequence[ReservationView]
    held: int
    """How many reservations there are."""
    chance: random.Random

    @property
    def busy_product(self) -> int:
        """One of the busy products."""
        return self.chance.choice(self.busy)

    @property
    def any_product(self) -> int:
        """One of all products."""
        return self.chance.choice(self.products)

    @property
    def warehouse(self) -> int:
        """A warehouse."""
        return self.chance.choice(self.warehouses)

    @property
    def movement(self) -> MovementView:
        """A movement, from anywhere in the ledger."""
        return self.chance.choice(self.movements)

    @property
    def of_order(self) -> MovementView:
        """A movement of an order."""
        return self.chance.choice([one for one in self.movements if one.order_id is not None])

    @property
    def referred(self) -> MovementView:
        """A movement with a document behind it."""
        return self.chance.choice([one for one in self.movements if one.reference_id is not None])

    @property
    def reservation(self) -> ReservationView:
        """An open reservation."""
        return self.chance.choice(self.reservations)

    @property
    def moment(self) -> str:
        """A moment within the ledger's time."""
        return _text(self.movement.occurred_at)

    @property
    def cursor(self) -> str:
        """A page's beginning, anywhere in the ledger."""
        return cursor_after(self.movement)

    @property
    def day(self) -> str:
        """`from` and `to` a day apart, around some movement."""
        middle = self.movement.occurred_at
        return f"from={_text(middle - DAY / 2)}&to={_text(middle + DAY / 2)}"

    @property
    def month(self) -> str:
        """`from` and `to`, days, up to that of some movement."""
        last = self.movement.occurred_at.date()
        return f"from={last - 30 * DAY}&to={last}"


Path = Callable[[Known], str]


@dataclass(frozen=True)
class Question:
    """A read: which part of the contract it is of, its name, and what asks it."""

    part: str
    name: str
    path: Path


def _middle_page(rows: int) -> int:
    return 1 + rows // (2 * PageRequest().per_page)


def _text(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


PRODUCTS: dict[str, Path] = {
    "product": lambda k: f"/products/{k.any_product}",
    "product in a warehouse": lambda k: f"/products/{k.busy_product}?warehouse_id={k.warehouse}",
    "product with inventory": lambda k: f"/products/{k.busy_product}?include=inventory",
    "products": lambda k: "/products",
    "products, page in the middle": lambda k: f"/products?page={_middle_page(len(k.products))}",
    "products by ids": lambda k: f"/products?ids={k.any_product},{k.busy_product}",
    "products by sku": lambda k: f"/products?sku=sku-{k.chance.randrange(len(k.products))}",
    "products by barcode": lambda k: f"/products?barcode=B{k.chance.randrange(len(k.products))}",
    "products searched for": lambda k: f"/products?search=uct+{k.chance.randrange(1_000)}",
    "products active": lambda k: "/products?is_active=true",
    "products in stock": lambda k: "/products?stock_status=in_stock",
    "products low": lambda k: "/products?stock_status=low_stock",
    "products out": lambda k: "/products?stock_status=out_of_stock",
    "products on backorder": lambda k: "/products?stock_status=on_backorder",
    "products of a warehouse": lambda k: f"/products?warehouse_id={k.warehouse}",
    "products low in a warehouse": (
        lambda k: f"/products?stock_status=low_stock&warehouse_id={k.warehouse}"
    ),
    "products out in a warehouse": (
        lambda k: f"/products?stock_status=out_of_stock&warehouse_id={k.warehouse}"
    ),
    "products sorted by sku": lambda k: "/products?sort=sku",
    "products sorted by name": lambda k: "/products?sort=-name",
    "products sorted by price": lambda k: "/products?sort=selling_price",
    "products sorted by creation": lambda k: "/products?sort=-created_at",
    "products sorted by change": lambda k: "/products?sort=updated_at",
}
INVENTORY: dict[str, Path] = {
    "levels of a product": lambda k: f"/products/{k.busy_product}/inventory",
    "inventory": lambda k: f"/inventory/{k.busy_product}",
    "inventory in a warehouse": (
        lambda k: f"/inventory/{k.busy_product}?warehouse_id={k.warehouse}"
    ),
    "inventory as of": lambda k: f"/inventory/{k.busy_product}?as_of={k.moment}",
    "inventory of any product as of": lambda k: f"/inventory/{k.any_product}?as_of={k.moment}",
    "inventory in a warehouse as of": (
        lambda k: f"/inventory/{k.busy_product}?as_of={k.moment}&warehouse_id={k.warehouse}"
    ),
}
MOVEMENTS: dict[str, Path] = {
    "movement": lambda k: f"/stock-movements/{k.movement.id}",
    "movements, the oldest": lambda k: "/stock-movements",
    "movements, the newest": lambda k: NEWEST,
    "movements, deep page": lambda k: f"/stock-movements?cursor={k.cursor}",
    "movements, deep page backwards": lambda k: f"{NEWEST}&cursor={k.cursor}",
    "movements of a day": lambda k: f"/stock-movements?{k.day}",
    "movements of a product": lambda k: f"/stock-movements?product_id={k.busy_product}",
    "movements of any product": lambda k: f"/stock-movements?product_id={k.any_product}",
    "movements of a product, the newest": lambda k: f"{NEWEST}&product_id={k.busy_product}",
    "movements of a product, deep page": (
        lambda k: f"/stock-movements?product_id={k.busy_product}&cursor={k.cursor}"
    ),
    "movements of a product in a day": (
        lambda k: f"/stock-movements?product_id={k.busy_product}&{k.day}"
    ),
    "movements of a level": (
        lambda k: f"{NEWEST}&product_id={k.busy_product}&warehouse_id={k.warehouse}"
    ),
    "movements of a product and a type": (
        lambda k: f"{NEWEST}&product_id={k.busy_product}&movement_type=out"
    ),
    "movements of a product and a rare type": (
        lambda k: f"{NEWEST}&product_id={k.busy_product}&movement_type=count"
    ),
    "movements of a level and a rare type": (
        lambda k: (
            f"{NEWEST}&product_id={k.busy_product}&warehouse_id={k.warehouse}&movement_type=count"
        )
    ),
    "movements of an order": lambda k: f"/stock-movements?order_id={k.of_order.order_id}",
    "movements of a reference": (
        lambda k: (
            f"/stock-movements?reference_type={k.referred.reference_type}"
            f"&reference_id={k.referred.reference_id}"
        )
    ),
    "movements of a reference type": lambda k: f"{NEWEST}&reference_type=purchase_order",
    "movements of a rare reference type": lambda k: f"{NEWEST}&reference_type=stocktake",
    "movements of a type": lambda k: f"{NEWEST}&movement_type=out",
    "movements of a rare type": lambda k: f"{NEWEST}&movement_type=count",
    "movements of a type, deep page": (
        lambda k: f"/stock-movements?movement_type=out&cursor={k.cursor}"
    ),
    "movements of a warehouse": lambda k: f"{NEWEST}&warehouse_id={k.warehouse}",
    "movements of a warehouse, deep page": (
        lambda k: f"/stock-movements?warehouse_id={k.warehouse}&cursor={k.cursor}"
    ),
    "movements of a warehouse and a type": (
        lambda k: f"{NEWEST}&warehouse_id={k.warehouse}&movement_type=count"
    ),
}
RESERVATIONS: dict[str, Path] = {
    "reservation": lambda k: f"/reservations/{k.reservation.id}",
    "reservations": lambda k: "/reservations",
    "reservations, page in the middle": lambda k: f"/reservations?page={_middle_page(k.held)}",
    "reservations, the last": lambda k: "/reservations?sort=-id",
    "reservations, next to expire": lambda k: "/reservations?sort=expires_at",
    "reservations of an order": lambda k: f"/reservations?order_id={k.reservation.order_id}",
    "reservations of a product": lambda k: f"/inventory/{k.busy_product}/reservations",
    "reservations of a level": (
        lambda k: f"/reservations?product_id={k.busy_product}&warehouse_id={k.warehouse}"
    ),
    "reservations of a product, expiring": (
        lambda k: f"/reservations?product_id={k.busy_product}&expiring_before={FAR_AWAY}"
    ),
    "reservations expiring": lambda k: f"/reservations?expiring_before={FAR_AWAY}",
}
REPORTS: dict[str, Path] = {
    "low stock": lambda k: "/inventory/low-stock",
    "low stock by name": lambda k: "/inventory/low-stock?sort=name",
    "low stock in a warehouse": lambda k: f"/inventory/low-stock?warehouse_id={k.warehouse}",
    "out of stock": lambda k: "/inventory/out-of-stock",
    "out of stock in a warehouse": (
        lambda k: f"/inventory/out-of-stock?warehouse_id={k.warehouse}"
    ),
    "reorder report": lambda k: "/inventory/reorder-report",
    "reorder report by quantity": (lambda k: "/inventory/reorder-report?sort=-quantity_on_hand"),
    "reorder report of a warehouse": (
        lambda k: f"/inventory/reorder-report?warehouse_id={k.warehouse}"
    ),
    "activity of a month": lambda k: "/reports/activity",
    "activity of a warehouse in some month": (
        lambda k: f"/reports/activity?warehouse_id={k.warehouse}&{k.month}"
    ),
    "stock value": lambda k: "/reports/stock-value",
    "stock value by sku": lambda k: "/reports/stock-value?sort=sku",
    "stock value of a warehouse": lambda k: f"/reports/stock-value?warehouse_id={k.warehouse}",
}
WAREHOUSES: dict[str, Path] = {
    "warehouse": lambda k: f"/warehouses/{k.warehouse}",
    "warehouses": lambda k: "/warehouses",
    "warehouses by code": lambda k: f"/warehouses?code=W{k.warehouse}",
    "a warehouse's products": lambda k: f"/warehouses/{k.warehouse}/products",
    "a warehouse's products with settings": (
        lambda k: f"/warehouses/{k.warehouse}/products?own_settings=true"
    ),
    "a warehouse's product": lambda k: f"/warehouses/{k.warehouse}/products/{k.busy_product}",
    "warehouses active, of a type": (
        lambda k: "/warehouses?type=satellite&is_active=true&sort=-name&search=house"
    ),
}
EVENTS: dict[str, Path] = {
    "events": lambda k: "/events?after=0&limit=100",
    "events of a product": lambda k: f"/events?after=0&product_id={k.busy_product}",
    "events of a type": lambda k: "/events?after=0&types=stock.low&wait=0",
}


def _by_name(part: str, paths: dict[str, Path]) -> list[Question]:
    return [Question(part, name, path) for name, path in paths.items()]


QUESTIONS = [
    *_by_name("products", PRODUCTS),
    *_by_name("inventory", INVENTORY),
    *_by_name("movements", MOVEMENTS),
    *_by_name("reservations", RESERVATIONS),
    *_by_name("reports", REPORTS),
    *_by_name("warehouses", WAREHOUSES),
    *_by_name("events", EVENTS),
]


def know(database_url: str, seed: int = 7) -> Known:
    """Look around in a ledger of a `Trade`, by the product's own reads."""
    reads = SqlReads(read_engine(parse_database(database_url)))
    chance = random.Random(seed)
    anything = MovementFilter()
    try:
        catalogue = reads.products(ProductFilter(), PageRequest(per_page=1))
        first_id = catalogue.rows[0].product.id
        products = range(first_id, first_id + catalogue.total)
        warehouses = reads.warehouses(WarehouseFilter(), PageRequest()).rows
        [first] = reads.movements(anything, None, 1)
        [last] = reads.movements(anything, None, 1, descending=True)
        movements: list[MovementView] = []
        for _ in range(PLACES):
            moment = first.occurred_at + chance.random() * (last.occurred_at - first.occurred_at)
            place = MovementCursor(moment, 0)
            movements += reads.movements(anything, place, AT_A_PLACE, descending=True)
        held = reads.reservations(ReservationFilter(), PageRequest(per_page=200))
    finally:
        reads.close()
    return Known(
        products,
        busy(products),
        [warehouse.id for warehouse in warehouses],
        movements,
        held.rows,
        held.total,
        chance,
    )
