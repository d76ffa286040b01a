"""Levels: what there is of a product, now or at any past moment, as the ledger tells."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from onhand.api import fields as f
from onhand.api.catalogue.product_bodies import status_of
from onhand.api.catalogue.products import not_found
from onhand.api.operations import BASE, Call, Endpoint, Operation, Shape, data
from onhand.api.wire import Reply
from onhand.core.products import Product
from onhand.core.stock_status import StockStatus
from onhand.ledger.access import Permission
from onhand.ledger.reads import Reads
from onhand.ledger.stock_views import PastLevel, WarehouseLevel

TAG = "Inventory"


class LevelQuery(Struct, kw_only=True, forbid_unknown_fields=True):
    """Of which moment, and in which warehouse."""

    as_of: (
        Annotated[
            datetime,
            Meta(tz=True, description="A moment with its zone; now where left out."),
            f.Check(f.moment_fault),
        ]
        | None
    ) = None
    warehouse_id: f.WarehouseId | None = None


class LevelData(Struct, kw_only=True):
    """A product's quantities in one warehouse.

    `backordered`, what is on its way, the reorder point and quantity in force there, the status and
    the last moments are told for now only; `movement_id` and `occurred_at`, of the last movement
    until then, for a past moment only.
    """

    warehouse_id: int
    warehouse_name: str
    quantity_on_hand: int
    quantity_reserved: int
    quantity_available: int
    backordered: int | UnsetType = UNSET
    quantity_on_order: int | UnsetType = UNSET
    quantity_in_transit: int | UnsetType = UNSET
    reorder_point: int | UnsetType | None = UNSET
    reorder_quantity: int | UnsetType | None = UNSET
    stock_status: StockStatus | UnsetType = UNSET
    last_movement_at: f.Instant | UnsetType | None = UNSET
    last_counted_at: f.Instant | UnsetType | None = UNSET
    movement_id: int | UnsetType = UNSET
    occurred_at: f.Instant | UnsetType = UNSET


class InventoryData(Struct, kw_only=True):
    """A product's quantities at a moment: their sums, and each warehouse's.

    For now, its status and what that goes by are told: of the product over all of its warehouses,
    or of the warehouse asked for.
    """

    product_id: int
    as_of: f.Instant
    quantity_on_hand: int
    quantity_reserved: int
    quantity_available: int
    warehouses: list[LevelData]
    reorder_point: int | UnsetType | None = UNSET
    reorder_quantity: int | UnsetType | None = UNSET
    stock_status: StockStatus | UnsetType = UNSET


async def read_inventory(call: Call) -> Reply:
    """A product's quantities, now or as of a past moment."""
    product_id = call.id("product_id")
    query = call.query(LevelQuery)
    now = call.services.clock()
    as_of = f.optional_utc(query.as_of)

    def question(reads: Reads) -> tuple[Product, list[LevelData]]:
        view = reads.product(product_id, query.warehouse_id)
        if view is None:
            raise not_found(product_id)
        if as_of is not None:
            found = reads.levels_as_of(product_id, as_of, query.warehouse_id)
            return view.product, [past(level) for level in found]
        return view.product, [
            current(level)
            for level in reads.levels(product_id)
            if query.warehouse_id in (None, level.warehouse_id)
        ]

    product, levels = await call.read(question)
    told = InventoryData(
        product_id=product_id,
        as_of=as_of or now,
        quantity_on_hand=sum(level.quantity_on_hand for level in levels),
        quantity_reserved=sum(level.quantity_reserved for level in levels),
        quantity_available=sum(level.quantity_available for level in levels),
        warehouses=levels,
    )
    if as_of is None:
        point = told.reorder_point = product.attributes.reorder_point
        told.reorder_quantity = product.attributes.reorder_quantity
        told.stock_status = status_of(product, told.quantity_on_hand, told.quantity_reserved, point)
    return data(told)


def current(level: WarehouseLevel) -> LevelData:
    """A level as it stands."""
    quantities = level.quantities
    return LevelData(
        warehouse_id=level.warehouse_id,
        warehouse_name=level.warehouse_name,
        quantity_on_hand=quantities.on_hand,
        quantity_reserved=quantities.reserved,
        quantity_available=quantities.on_hand - quantities.reserved,
        backordered=quantities.backordered,
        quantity_on_order=quantities.on_order,
        quantity_in_transit=quantities.in_transit,
        reorder_point=level.reorder_point,
        reorder_quantity=level.reorder_quantity,
        stock_status=level.stock_status,
        last_movement_at=quantities.last_movement_at,
        last_counted_at=quantities.last_counted_at,
    )


def past(level: PastLevel) -> LevelData:
    """A level as it stood."""
    return LevelData(
        warehouse_id=level.warehouse_id,
        warehouse_name=level.warehouse_name,
        quantity_on_hand=level.on_hand,
        quantity_reserved=level.reserved,
        quantity_available=level.on_hand - level.reserved,
        movement_id=level.movement_id,
        occurred_at=level.occurred_at,
    )


ENDPOINTS = (
    Endpoint(
        Operation(
            "GET",
            f"{BASE}/inventory/{{product_id}}",
            "read_inventory",
            "Read a product's inventory, now or in the past",
            "Its quantities by warehouse and in sum. With `as_of` they are taken from the ledger as"
            " they were at that moment, by when things happened.",
            TAG,
            Permission.STOCK_READ,
            {200: Shape(InventoryData)},
            query=LevelQuery,
        ),
        read_inventory,
    ),
)
