"""A warehouse's products: what there is of each, and the settings it goes by there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from onhand.api import fields as f
from onhand.api import problems
from onhand.api.catalogue import warehouses
from onhand.api.catalogue.product_bodies import Point, changed_fields, status_of
from onhand.api.catalogue.products import not_found
from onhand.api.operations import Call, Endpoint, Operation, Shape, data, etag, page, parsed
from onhand.api.queries import PageMeta, Paging, page_meta, page_request
from onhand.api.submitting import said
from onhand.api.wire import Reply
from onhand.core.commands import RemoveStockSettings, SetStockSettings
from onhand.core.products import Product
from onhand.core.stock_rules import Accepted
from onhand.core.stock_settings import StockSettings
from onhand.core.stock_status import StockStatus
from onhand.ledger.access import Permission
from onhand.ledger.listings import Listing
from onhand.ledger.ports import Answer
from onhand.ledger.reads import Reads
from onhand.ledger.stock_views import WarehouseProduct, WarehouseProductFilter

PATH = f"{warehouses.PATH}/{{warehouse_id}}/products"
TAG = warehouses.TAG
_ONE = f"{PATH}/{{product_id}}"
_SAVED = "Settings saved successfully"
_REMOVED = "Settings removed successfully"

From = Annotated[
    Literal["warehouse", "product"],
    Meta(description="Whose it is: the warehouse's own, or the product's."),
]


class StockSettingsBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """A product's own settings at a warehouse; null, or left out: the product's."""

    reorder_point: Point | None = None
    reorder_quantity: f.PositiveQuantity | None = None


class StockSettingsChanges(Struct, kw_only=True, forbid_unknown_fields=True):
    """Changes to them: what is left out stays, null goes by the product again."""

    reorder_point: Point | UnsetType | None = UNSET
    reorder_quantity: f.PositiveQuantity | UnsetType | None = UNSET


class WarehouseProductQuery(Paging, kw_only=True):
    """Which of a warehouse's products."""

    own_settings: Annotated[bool, Meta(description="Only those with settings of their own.")] = (
        False
    )


class StockSettingsData(Struct, kw_only=True):
    """What is in force for a product at a warehouse, and whose it is."""

    warehouse_id: int
    product_id: int
    reorder_point: int | None
    reorder_point_from: From
    reorder_quantity: int | None
    reorder_quantity_from: From


class WarehouseProductData(StockSettingsData, kw_only=True):
    """A product as it is kept in a warehouse: its quantities there, and what is in force."""

    sku: str
    name: str
    quantity_on_hand: int
    quantity_reserved: int
    quantity_available: int
    backordered: int
    quantity_on_order: int
    quantity_in_transit: int
    stock_status: StockStatus
    last_counted_at: f.Instant | None
    last_movement_at: f.Instant | None


async def list_warehouse_products(call: Call) -> Reply:
    """A page of a warehouse's products."""
    warehouse_id, query = call.id("warehouse_id"), call.query(WarehouseProductQuery)
    which = WarehouseProductFilter(warehouse_id, query.own_settings)

    def question(reads: Reads) -> Listing[WarehouseProduct]:
        _require_warehouse(reads, warehouse_id)
        return reads.warehouse_products(which, page_request(query))

    listing = await call.read(question)
    return page([_shown(row) for row in listing.rows], page_meta(query, listing.total))


async def read_warehouse_product(call: Call) -> Reply:
    """A product in a warehouse."""
    warehouse_id, product_id = call.id("warehouse_id"), call.id("product_id")

    def question(reads: Reads) -> WarehouseProduct:
        _require_warehouse(reads, warehouse_id)
        kept = reads.warehouse_product(warehouse_id, product_id)
        if kept is None:
            raise not_found(product_id)
        return kept

    kept = await call.read(question)
    return data(_shown(kept), (etag(kept.product.version),))


async def set_stock_settings(call: Call) -> Reply:
    """Write a product's settings at a warehouse, whole."""
    body = await call.raw_body()
    given = parsed(call, body, StockSettingsBody)
    settings = {name: getattr(given, name) for name in given.__struct_fields__}
    return await _set(call, body, settings)


async def change_stock_settings(call: Call) -> Reply:
    """Change some of a product's settings at a warehouse."""
    body = await call.raw_body()
    return await _set(call, body, changed_fields(parsed(call, body, StockSettingsChanges)))


async def remove_stock_settings(call: Call) -> Reply:
    """Go by the product's settings again."""
    warehouse_id, product_id = call.id("warehouse_id"), call.id("product_id")
    body = await call.raw_body()
    command = RemoveStockSettings(product_id, warehouse_id, call.origin(), call.if_version)

    def removed(result: Accepted, _: Sequence[int]) -> Answer:
        return said(_in_force(result, warehouse_id), _REMOVED)

    return await call.submit(command, body, removed, _version)


async def _set(call: Call, body: bytes, changes: dict[str, Any]) -> Reply:
    warehouse_id, product_id = call.id("warehouse_id"), call.id("product_id")
    command = SetStockSettings(product_id, warehouse_id, changes, call.origin(), call.if_version)

    def saved(result: Accepted, _: Sequence[int]) -> Answer:
        status = 201 if result.facts["is_new"] else 200
        return said(_in_force(result, warehouse_id), _SAVED, status=status)

    return await call.submit(command, body, saved, _version)


def _require_warehouse(reads: Reads, warehouse_id: int) -> None:
    if reads.warehouse(warehouse_id) is None:
        raise problems.no_such("warehouse_id", f"Warehouse {warehouse_id} does not exist")


def _version(result: Accepted) -> problems.Headers:
    product: Product = result.facts["product"]
    return (etag(product.version),)


def _in_force(result: Accepted, warehouse_id: int) -> StockSettingsData:
    told = _settings(result.facts["product"], warehouse_id, result.facts["settings"])
    return StockSettingsData(**told)


def _settings(product: Product, warehouse_id: int, settings: StockSettings) -> dict[str, Any]:
    told: dict[str, Any] = {"warehouse_id": warehouse_id, "product_id": product.id}
    for name in ("reorder_point", "reorder_quantity"):
        own = getattr(settings, name)
        told[name] = getattr(product.attributes, name) if own is None else own
        told[f"{name}_from"] = "product" if own is None else "warehouse"
    return told


def _shown(kept: WarehouseProduct) -> WarehouseProductData:
    attributes, quantities = kept.product.attributes, kept.quantities
    in_force = _settings(kept.product, kept.warehouse_id, kept.settings)
    return WarehouseProductData(
        **in_force,
        sku=attributes.sku,
        name=attributes.name,
        quantity_on_hand=quantities.on_hand,
        quantity_reserved=quantities.reserved,
        quantity_available=quantities.on_hand - quantities.reserved,
        backordered=quantities.backordered,
        quantity_on_order=quantities.on_order,
        quantity_in_transit=quantities.in_transit,
        stock_status=status_of(
            kept.product, quantities.on_hand, quantities.reserved, in_force["reorder_point"]
        ),
        last_counted_at=quantities.last_counted_at,
        last_movement_at=quantities.last_movement_at,
    )


_EXAMPLE = {"reorder_point": 8, "reorder_quantity": 20}


def _writing(
    method: Literal["PUT", "PATCH"], name: str, summary: str, text: str, body: type[Struct]
) -> Operation:
    return Operation(
        method,
        _ONE,
        name,
        summary,
        text + " The ETag is the product's, of which this is a change.",
        TAG,
        Permission.CATALOGUE_WRITE,
        {200: Shape(StockSettingsData, _SAVED), 201: Shape(StockSettingsData, _SAVED)},
        body=body,
        body_examples={"Its own reorder point": _EXAMPLE},
        keyed=True,
        versioned=True,
        conditional=True,
    )


ENDPOINTS = (
    Endpoint(
        Operation(
            "GET",
            PATH,
            "list_warehouse_products",
            "List a warehouse's products",
            "A page, by product id, of what ever was in a warehouse or has settings there:"
            " quantities, and the reorder point and quantity in force.",
            TAG,
            Permission.STOCK_READ,
            {200: Shape(list[WarehouseProductData], meta=PageMeta)},
            query=WarehouseProductQuery,
        ),
        list_warehouse_products,
    ),
    Endpoint(
        Operation(
            "GET",
            _ONE,
            "read_warehouse_product",
            "Read a product in a warehouse",
            "Its quantities there, and the reorder point and quantity in force, each with whose it"
            " is: the warehouse's own, or the product's. The ETag is the product's.",
            TAG,
            Permission.STOCK_READ,
            {200: Shape(WarehouseProductData)},
            versioned=True,
        ),
        read_warehouse_product,
    ),
    Endpoint(
        _writing(
            "PUT",
            "set_warehouse_product",
            "Write a product's settings at a warehouse",
            "Its own reorder point and quantity there, which go before the product's wherever one"
            " warehouse is asked for. What is null or left out is the product's: 201 where there"
            " were none.",
            StockSettingsBody,
        ),
        set_stock_settings,
    ),
    Endpoint(
        _writing(
            "PATCH",
            "change_warehouse_product",
            "Change a product's settings at a warehouse",
            "Changes what is sent and leaves the rest; null goes by the product's again: 201 where"
            " there were none.",
            StockSettingsChanges,
        ),
        change_stock_settings,
    ),
    Endpoint(
        Operation(
            "DELETE",
            _ONE,
            "remove_warehouse_product",
            "Remove a product's settings at a warehouse",
            "The warehouse goes by the product's again. Stock stays where it is; where there never"
            " was any, the product is on the warehouse's lists no more.",
            TAG,
            Permission.CATALOGUE_WRITE,
            {200: Shape(StockSettingsData, _REMOVED)},
            keyed=True,
            versioned=True,
            conditional=True,
        ),
        remove_stock_settings,
    ),
)
