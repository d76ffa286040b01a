"""Products: add, list, read, change and remove them, and read their stock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from onhand.api import problems
from onhand.api.catalogue.product_bodies import (
    NewProduct,
    OneProductQuery,
    ProductChanges,
    ProductData,
    ProductQuery,
    WarehouseStock,
    shown,
    shown_level,
    shown_view,
    without_stock,
)
from onhand.api.operations import (
    BASE,
    Call,
    Endpoint,
    Operation,
    Shape,
    data,
    etag,
    page,
    parsed,
)
from onhand.api.problems import Headers
from onhand.api.queries import PageMeta, page_meta, page_request
from onhand.api.submitting import encoded, said
from onhand.api.wire import Reply
from onhand.core.commands import CreateProduct, RemoveProduct, UpdateProduct
from onhand.core.products import Product
from onhand.core.stock_rules import Accepted
from onhand.ledger.access import Permission
from onhand.ledger.ports import Answer
from onhand.ledger.reads import Reads
from onhand.ledger.stock_views import ProductView, Quantities, WarehouseLevel

PATH = f"{BASE}/products"
TAG = "Products"


async def create_product(call: Call) -> Reply:
    """Add a product; its opening quantities become movements in the same commit."""
    body = await call.raw_body()
    given = parsed(call, body, NewProduct)
    command = CreateProduct(
        attributes=given.attributes,
        origin=call.origin(reason="Opening stock"),
        stock_quantity=given.stock_quantity,
        reserved_quantity=given.reserved_quantity,
        warehouse_id=given.warehouse_id,
    )

    def created(result: Accepted, _: Sequence[int]) -> Answer:
        told = shown(_product(result), result.on_hand, result.reserved)
        return said(_permitted(call, told), "Product created successfully", status=201)

    return await call.submit(command, body, created, _created_headers)


async def list_products(call: Call) -> Reply:
    """A page of products."""
    query = call.query(ProductQuery)
    if query.stock_status is not None:
        call.require(Permission.STOCK_READ)
    listing = await call.read(
        lambda reads: reads.products(query.which, page_request(query, query.sort))
    )
    rows = [_permitted(call, shown_view(view)) for view in listing.rows]
    return page(rows, page_meta(query, listing.total))


async def read_product(call: Call) -> Reply:
    """One product, with its inventory where that is asked for."""
    product_id = call.id("product_id")
    query = call.query(OneProductQuery)
    if query.include is not None:
        call.require(Permission.STOCK_READ)

    def question(reads: Reads) -> tuple[ProductView, Quantities | None]:
        view = reads.product(product_id, query.warehouse_id)
        if view is None:
            raise not_found(product_id)
        if query.include is None:
            return view, None
        quantities = reads.quantities(product_id, query.warehouse_id)
        # Stock may have moved between the two reads; what is told of it is of one moment.
        return replace(view, on_hand=quantities.on_hand, reserved=quantities.reserved), quantities

    view, quantities = await call.read(question)
    told = shown(view.product, view.on_hand, view.reserved, quantities)
    return data(_permitted(call, told), (etag(view.product.version),))


async def change_product(call: Call) -> Reply:
    """Change some of a product's attributes."""
    product_id = call.id("product_id")
    body = await call.raw_body()
    given = parsed(call, body, ProductChanges)
    command = UpdateProduct(product_id, given.changes, call.origin(), call.if_version)
    # A change moves no stock, so the quantities may be read before it.
    before = await call.read(lambda reads: reads.product(product_id))

    def changed(result: Accepted, _: Sequence[int]) -> Answer:
        on_hand, reserved = (before.on_hand, before.reserved) if before else (0, 0)
        told = shown(_product(result), on_hand, reserved)
        return said(_permitted(call, told), "Product updated successfully")

    return await call.submit(command, body, changed, _headers)


async def remove_product(call: Call) -> Reply:
    """Delete a product that never moved, archive one that did."""
    product_id = call.id("product_id")
    body = await call.raw_body()
    command = RemoveProduct(product_id, call.origin(), call.if_version)
    before = await call.read(lambda reads: reads.product(product_id))

    def removed(result: Accepted, _: Sequence[int]) -> Answer:
        on_hand, reserved = (before.on_hand, before.reserved) if before else (0, 0)
        told = _permitted(call, shown(_product(result), on_hand, reserved))
        if result.facts["outcome"] == "archived":
            return said(told, "Product archived: it has a history, and that stays readable")
        return said(told, "Product deleted successfully")

    return await call.submit(command, body, removed)


async def read_product_inventory(call: Call) -> Reply:
    """A product's stock, warehouse by warehouse."""
    product_id = call.id("product_id")
    levels = await call.read(lambda reads: _levels(reads, product_id))
    rows = [shown_level(level) for level in levels]
    total = sum(row.quantity_available for row in rows)
    return Reply(Answer(200, encoded({"data": rows, "total_available": total})))


def _permitted(call: Call, told: ProductData) -> ProductData:
    """What a caller may know of a product: not everybody may know how much there is."""
    return told if call.may(Permission.STOCK_READ) else without_stock(told)


def not_found(product_id: int) -> problems.Problem:
    """The path names a product that does not exist."""
    return problems.no_such("product_id", f"Product {product_id} does not exist")


def _levels(reads: Reads, product_id: int) -> Sequence[WarehouseLevel]:
    levels = reads.levels(product_id)
    if not levels and reads.product(product_id) is None:
        raise not_found(product_id)
    return levels


def _product(result: Accepted) -> Product:
    product: Product = result.facts["product"]
    return product


def _headers(result: Accepted) -> Headers:
    return (etag(_product(result).version),)


def _created_headers(result: Accepted) -> Headers:
    product = _product(result)
    return (("Location", f"{PATH}/{product.id}"), etag(product.version))


_EXAMPLE = {
    "id": 123,
    "name": "Premium Laptop",
    "sku": "LAPTOP-001",
    "description": None,
    "barcode": None,
    "unit": "piece",
    "selling_price": 1299.99,
    "cost_price": None,
    "currency": "USD",
    "track_inventory": True,
    "allow_backorder": False,
    "reorder_point": 20,
    "reorder_quantity": 50,
    "lead_time_days": None,
    "safety_stock": None,
    "default_warehouse_id": None,
    "stock_quantity": 45,
    "reserved_quantity": 10,
    "stock_status": "in_stock",
    "in_stock": True,
    "is_active": True,
    "created_at": "2025-01-02T08:00:00Z",
    "updated_at": "2025-01-02T08:00:00Z",
    "inventory": {
        "quantity_on_hand": 45,
        "quantity_reserved": 10,
        "quantity_available": 35,
        "backordered": 0,
        "quantity_on_order": 0,
        "quantity_in_transit": 0,
        "reorder_point": 20,
        "reorder_quantity": 50,
        "last_counted_at": "2025-01-10T14:30:00Z",
        "last_movement_at": "2025-01-15T09:15:00Z",
    },
}

ENDPOINTS = (
    Endpoint(
        Operation(
            "POST",
            PATH,
            "create_product",
            "Create a product",
            "Adds a product. `stock_quantity` and `reserved_quantity` open its ledger with"
            " movements, in `warehouse_id`, else in `default_warehouse_id`, else in warehouse 1.",
            TAG,
            Permission.CATALOGUE_WRITE,
            {201: Shape(ProductData, "Product created successfully")},
            body=NewProduct,
            body_examples={
                "Premium Laptop": {
                    "name": "Premium Laptop",
                    "sku": "LAPTOP-001",
                    "selling_price": 1299.99,
                    "track_inventory": True,
                    "stock_quantity": 100,
                    "reorder_point": 20,
                    "reorder_quantity": 50,
                }
            },
            keyed=True,
            versioned=True,
            located=True,
        ),
        create_product,
    ),
    Endpoint(
        Operation(
            "GET",
            PATH,
            "list_products",
            "List products",
            "A page of products that meet every filter given. With `warehouse_id`, quantities,"
            " `stock_status`, `reorder_point` and `reorder_quantity` are those of that warehouse."
            " Without `stock.read` quantities are not told.",
            TAG,
            Permission.CATALOGUE_READ,
            {200: Shape(list[ProductData], meta=PageMeta)},
            query=ProductQuery,
        ),
        list_products,
    ),
    Endpoint(
        Operation(
            "GET",
            f"{PATH}/{{product_id}}",
            "read_product",
            "Read a product",
            "One product with its stock over all warehouses, or in `warehouse_id` alone."
            " `include=inventory` shows its quantities in detail.",
            TAG,
            Permission.CATALOGUE_READ,
            {200: Shape(ProductData)},
            query=OneProductQuery,
            answer_example={"data": _EXAMPLE},
            versioned=True,
        ),
        read_product,
    ),
    Endpoint(
        Operation(
            "PATCH",
            f"{PATH}/{{product_id}}",
            "change_product",
            "Change a product",
            "Changes the attributes that are sent and leaves the others. null clears an optional"
            " one. Quantities are refused here: only a movement changes stock.",
            TAG,
            Permission.CATALOGUE_WRITE,
            {200: Shape(ProductData, "Product updated successfully")},
            body=ProductChanges,
            body_examples={"Reorder point": {"reorder_point": 25, "reorder_quantity": 100}},
            keyed=True,
            versioned=True,
            conditional=True,
        ),
        change_product,
    ),
    Endpoint(
        Operation(
            "DELETE",
            f"{PATH}/{{product_id}}",
            "remove_product",
            "Delete or archive a product",
            "A product that never moved is deleted. One with movements, or that a document, a"
            " supplier's terms or a warehouse's settings name, is archived: it can no"
            " longer be reserved, and its history stays readable.",
            TAG,
            Permission.CATALOGUE_WRITE,
            {200: Shape(ProductData, "Product deleted successfully")},
            keyed=True,
            conditional=True,
        ),
        remove_product,
    ),
    Endpoint(
        Operation(
            "GET",
            f"{PATH}/{{product_id}}/inventory",
            "read_product_inventory",
            "Read a product's stock by warehouse",
            "Its quantities in every warehouse where it ever was, is on its way to or has settings,"
            " and how much is available in all of them.",
            TAG,
            Permission.STOCK_READ,
            {200: Shape(list[WarehouseStock], beside={"total_available": int})},
            answer_example={
                "data": [
                    {
                        "warehouse_id": 1,
                        "warehouse_name": "Main Warehouse",
                        "quantity_on_hand": 45,
                        "quantity_reserved": 10,
                        "quantity_available": 35,
                        "quantity_on_order": 0,
                        "quantity_in_transit": 0,
                        "reorder_point": 20,
                        "reorder_quantity": 50,
                        "stock_status": "in_stock",
                    },
                    {
                        "warehouse_id": 2,
                        "warehouse_name": "East Coast Warehouse",
                        "quantity_on_hand": 30,
                        "quantity_reserved": 5,
                        "quantity_available": 25,
                        "quantity_on_order": 0,
                        "quantity_in_transit": 10,
                        "reorder_point": 35,
                        "reorder_quantity": 50,
                        "stock_status": "low_stock",
                    },
                ],
                "total_available": 60,
            },
        ),
        read_product_inventory,
    ),
)
