"""Rows: a decision as the plain tuples that the stores write, one function per table.

The order of each tuple is that of the columns named beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from onhand.core.catalog_rules import rules_of
from onhand.core.decide import Decision
from onhand.core.levels import StockKey
from onhand.core.products import Product, ProductAttributes, ProductRules, sku_key
from onhand.core.reservations import Reservation
from onhand.core.seals import seals_of
from onhand.core.snapshot import Snapshot
from onhand.core.stock_settings import StockSettings
from onhand.core.warehouses import Warehouse, WarehouseAttributes, WarehouseType, code_key

Row = tuple[Any, ...]

MOVEMENT_COLUMNS = (
    "product_id",
    "warehouse_id",
    "entry_number",
    "id",
    "movement_type",
    "quantity",
    "on_hand",
    "reserved",
    "order_id",
    "transfer_id",
    "reverses_id",
    "reference_type",
    "reference_id",
    "reference",
    "reason",
    "notes",
    "created_by",
    "occurred_at",
    "reported_at",
    "created_at",
    "seal",
)
LEVEL_COLUMNS = (
    "product_id",
    "warehouse_id",
    "on_hand",
    "reserved",
    "backordered",
    "entry_number",
    "last_movement_at",
    "last_counted_at",
    "seal",
)
RESERVATION_COLUMNS = (
    "product_id",
    "warehouse_id",
    "order_id",
    "id",
    "allocated",
    "backordered",
    "expires_at",
    "created_at",
)
PRODUCT_COLUMNS = (
    "id",
    "sku",
    "name",
    "description",
    "barcode",
    "unit",
    "selling_price",
    "cost_price",
    "currency",
    "track_inventory",
    "allow_backorder",
    "reorder_point",
    "reorder_quantity",
    "lead_time_days",
    "safety_stock",
    "default_warehouse_id",
    "is_active",
    "version",
    "created_at",
    "updated_at",
)
WAREHOUSE_COLUMNS = (
    "id",
    "name",
    "code",
    "type",
    "is_active",
    "address",
    "parent_warehouse_id",
    "version",
    "created_at",
    "updated_at",
)
STOCK_COLUMNS = (
    "product_id",
    "track_inventory",
    "allow_backorder",
    "is_active",
    "default_warehouse_id",
    "on_hand",
    "reserved",
    "backordered",
    "reorder_point",
)
TOTAL_COLUMNS = ("product_id", "on_hand", "reserved", "backordered")
COPIES = (
    "SELECT s.track_inventory AND s.is_active, coalesce((SELECT o.reorder_point"
    " FROM stock_settings AS o WHERE o.product_id = s.product_id"
    " AND o.warehouse_id = levels.warehouse_id), s.reorder_point)"
    " FROM product_stock AS s WHERE s.product_id = levels.product_id"
)
"""SQL for what a level copies into `is_watched` and `reorder_point`."""
SETTINGS_COLUMNS = ("product_id", "warehouse_id", "reorder_point", "reorder_quantity")


def seals(
    decision: Decision, movement_ids: Sequence[int], snapshot: Snapshot, key: bytes | None
) -> tuple[Sequence[str | None], Mapping[StockKey, str]]:
    """Each movement's seal and each level's last one; nothing where there is no key."""
    if key is None:
        return [None] * len(movement_ids), {}
    return seals_of(decision.movements, movement_ids, snapshot.levels, key)


def movement_rows(
    decision: Decision, movement_ids: Sequence[int], seals: Sequence[str | None]
) -> list[Row]:
    """MOVEMENT_COLUMNS of every movement."""
    rows = []
    for movement, movement_id, seal in zip(decision.movements, movement_ids, seals, strict=True):
        origin = movement.origin
        rows.append(
            (
                movement.product_id,
                movement.warehouse_id,
                movement.entry_number,
                movement_id,
                movement.movement_type._value_,
                movement.quantity,
                movement.on_hand,
                movement.reserved,
                movement.order_id,
                movement.transfer_id,
                movement.reverses_id,
                origin.reference_type,
                origin.reference_id,
                origin.reference,
                origin.reason,
                origin.notes,
                origin.actor,
                movement.occurred_at,
                movement.reported_at,
                movement.created_at,
                seal,
            )
        )
    return rows


def level_rows(
    decision: Decision, snapshot: Snapshot, seals: Mapping[StockKey, str]
) -> tuple[list[Row], list[Row]]:
    """LEVEL_COLUMNS of the levels that are new, and of those that were there and changed."""
    new: list[Row] = []
    changed: list[Row] = []
    for key, level in decision.levels.items():
        rows = changed if key in snapshot.levels else new
        rows.append(
            (
                key.product_id,
                key.warehouse_id,
                level.on_hand,
                level.reserved,
                level.backordered,
                level.entry_number,
                level.last_movement_at,
                level.last_counted_at,
                seals.get(key, level.seal),
            )
        )
    return new, changed


def reservation_rows(
    decision: Decision, snapshot: Snapshot
) -> tuple[list[Row], list[Row], list[Row]]:
    """RESERVATION_COLUMNS of those opened, of those changed, and the keys of those closed."""
    opened: list[Row] = []
    changed: list[Row] = []
    closed: list[Row] = []
    for (key, order_id), hold in decision.reservations.items():
        if hold is None:
            closed.append((key.product_id, key.warehouse_id, order_id))
            continue
        rows = changed if order_id in snapshot.reservations.get(key, ()) else opened
        rows.append(
            (
                key.product_id,
                key.warehouse_id,
                order_id,
                hold.id,
                hold.allocated,
                hold.backordered,
                hold.expires_at,
                hold.created_at,
            )
        )
    return opened, changed, closed


def total_rows(decision: Decision) -> list[Row]:
    """TOTAL_COLUMNS of every product whose totals changed."""
    return [
        (product_id, totals.on_hand, totals.reserved, totals.backordered)
        for product_id, totals in decision.totals.items()
    ]


def settings_rows(decision: Decision) -> tuple[list[Row], list[Row]]:
    """SETTINGS_COLUMNS of the stock settings that are kept, and the keys of those removed."""
    kept: list[Row] = []
    removed: list[Row] = []
    for key, settings in decision.settings.items():
        if settings is None:
            removed.append(key)
        else:
            kept.append((*key, settings.reorder_point, settings.reorder_quantity))
    return kept, removed


def keep_settings(snapshot: Snapshot, rows: Iterable[Sequence[Any]]) -> None:
    """Add stock settings to a snapshot, from SETTINGS_COLUMNS."""
    for row in rows:
        snapshot.settings[StockKey(row[0], row[1])] = StockSettings(*row[2:])


def products_to_copy(decision: Decision, snapshot: Snapshot) -> list[int]:
    """The products of which levels copy something that has changed.

    A new level takes it from its product when it is written.
    """
    found = {key.product_id for key in decision.settings}
    for product_id, product in decision.products.items():
        before = snapshot.products.get(product_id)
        if product is not None and before is not None:
            is_same = _copied(product.attributes) == _copied(before.attributes)
            found |= set() if is_same else {product_id}
    return sorted(found)


def copied_by_levels(
    decision: Decision, snapshot: Snapshot, products: Iterable[int]
) -> dict[int, tuple[bool, int | None]]:
    """What levels copy from each of these products, as it is after a decision."""
    found = {}
    for product_id in products:
        product = decision.products.get(product_id)
        if product is None:
            rules = snapshot.rules[product_id]
            watched = rules.track_inventory and rules.is_active
            found[product_id] = watched, snapshot.reorder_points[product_id]
        else:
            found[product_id] = _copied(product.attributes)
    return found


def _copied(attributes: ProductAttributes) -> tuple[bool, int | None]:
    return attributes.track_inventory and attributes.is_active, attributes.reorder_point


def product_values(product: Product) -> dict[str, Any]:
    """The columns of `products`."""
    attributes = product.attributes
    values = {name: getattr(attributes, name) for name in ProductAttributes.__slots__}
    return values | {
        "id": product.id,
        "sku_key": sku_key(attributes.sku),
        "version": product.version,
        "created_at": product.created_at,
        "updated_at": product.updated_at,
    }


def product_stock_values(product: Product) -> dict[str, Any]:
    """The columns of `product_stock` that come from the product itself."""
    rules = rules_of(product.attributes)
    return {
        "product_id": product.id,
        "track_inventory": rules.track_inventory,
        "allow_backorder": rules.allow_backorder,
        "is_active": rules.is_active,
        "default_warehouse_id": rules.default_warehouse_id,
        "reorder_point": product.attributes.reorder_point,
    }


def catalogue(decision: Decision) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """What a decision changes of products and warehouses: table, key, and rows, one at least."""
    kept = [product for product in decision.products.values() if product is not None]
    for table, key, values in (
        ("products", "id", [product_values(product) for product in kept]),
        ("product_stock", "product_id", [product_stock_values(product) for product in kept]),
        ("warehouses", "id", [warehouse_values(w) for w in decision.warehouses.values()]),
    ):
        if values:
            yield table, key, values


def product_from(values: Mapping[str, Any]) -> Product:
    """A product from its columns."""
    return Product(
        id=values["id"],
        attributes=ProductAttributes(
            **{name: values[name] for name in ProductAttributes.__slots__}
        ),
        version=values["version"],
        created_at=values["created_at"],
        updated_at=values["updated_at"],
    )


def rules_from(row: Sequence[Any]) -> ProductRules:
    """A product's rules from STOCK_COLUMNS."""
    return _rules(row[1], row[2], row[3], row[4])


@lru_cache(maxsize=1_000)
def _rules(tracked: int, backordered: int, active: int, warehouse_id: int | None) -> ProductRules:
    # Few differ among thousands of products, and nobody changes them in place.
    return ProductRules(bool(tracked), bool(backordered), bool(active), warehouse_id)


def warehouse_values(warehouse: Warehouse) -> dict[str, Any]:
    """The columns of `warehouses`."""
    attributes = warehouse.attributes
    return {
        "id": warehouse.id,
        "name": attributes.name,
        "code": attributes.code,
        "code_key": code_key(attributes.code),
        "type": attributes.type.value,
        "is_active": attributes.is_active,
        "address": attributes.address,
        "parent_warehouse_id": attributes.parent_warehouse_id,
        "version": warehouse.version,
        "created_at": warehouse.created_at,
        "updated_at": warehouse.updated_at,
    }


def warehouse_from(values: Mapping[str, Any]) -> Warehouse:
    """A warehouse from its columns."""
    return Warehouse(
        id=values["id"],
        attributes=WarehouseAttributes(
            name=values["name"],
            code=values["code"],
            type=WarehouseType(values["type"]),
            is_active=bool(values["is_active"]),
            address=values["address"],
            parent_warehouse_id=values["parent_warehouse_id"],
        ),
        version=values["version"],
        created_at=values["created_at"],
        updated_at=values["updated_at"],
    )


def reservation_from(
    row: Sequence[Any], expires_at: datetime | None, created_at: datetime
) -> Reservation:
    """A reservation from RESERVATION_COLUMNS, its two moments converted."""
    return Reservation(row[3], row[2], row[4], row[5], expires_at, created_at)


def varies(column: Sequence[Any]) -> bool:
    """Whether a column, of one row at least, has more than one value."""
    first = column[0]
    return first != column[-1] or column.count(first) != len(column)


def columns_of(rows: Iterable[Row]) -> list[list[Any]]:
    """Rows turned into columns."""
    return [list(column) for column in zip(*rows, strict=True)]
