"""Warehouses: add, list, read and change them. One is taken out of use by `is_active: false`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

from msgspec import UNSET, Struct, UnsetType

from onhand.api import fields as f
from onhand.api import problems
from onhand.api.catalogue.product_bodies import changed_fields
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
from onhand.api.queries import PageMeta, Paging, page_meta, page_request, sorting
from onhand.api.submitting import said
from onhand.api.wire import Reply
from onhand.core.commands import CreateWarehouse, UpdateWarehouse
from onhand.core.stock_rules import Accepted
from onhand.core.warehouses import Warehouse, WarehouseAttributes, WarehouseType
from onhand.ledger.access import Permission
from onhand.ledger.ports import Answer
from onhand.ledger.stock_views import WarehouseFilter

PATH = f"{BASE}/warehouses"
TAG = "Warehouses"

_GIVEN = "This field is worked out by the server: leave it out"


class NewWarehouse(Struct, kw_only=True, forbid_unknown_fields=True):
    """A warehouse to add."""

    refused: ClassVar[dict[str, str]] = dict.fromkeys(("id", "created_at", "updated_at"), _GIVEN)

    name: f.Name
    code: f.Code
    type: WarehouseType = WarehouseType.SATELLITE
    is_active: bool = True
    address: f.Address | None = None
    parent_warehouse_id: f.WarehouseId | None = None


class WarehouseChanges(Struct, kw_only=True, forbid_unknown_fields=True):
    """Changes to a warehouse: what is left out stays, null clears what may be empty."""

    refused: ClassVar[dict[str, str]] = dict.fromkeys(("id", "created_at", "updated_at"), _GIVEN)

    name: f.Name | UnsetType = UNSET
    code: f.Code | UnsetType = UNSET
    type: WarehouseType | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    address: f.Address | UnsetType | None = UNSET
    parent_warehouse_id: f.WarehouseId | UnsetType | None = UNSET


class WarehouseQuery(Paging, kw_only=True):
    """Which warehouses, in which order."""

    code: Annotated[str, f.wanted(32, "Exactly, whatever its case.")] | None = None
    type: WarehouseType | None = None
    is_active: bool | None = None
    search: Annotated[str, f.wanted(255, "Part of the name or code.")] | None = None
    sort: (
        Annotated[
            str,
            sorting("id", "code", "name", "type", "created_at", "updated_at"),
        ]
        | None
    ) = None


class WarehouseData(Struct, kw_only=True):
    """A warehouse."""

    id: int
    name: str
    code: str
    type: WarehouseType
    is_active: bool
    address: str | None
    parent_warehouse_id: int | None
    created_at: f.Instant
    updated_at: f.Instant


async def create_warehouse(call: Call) -> Reply:
    """Add a warehouse."""
    body = await call.raw_body()
    given = parsed(call, body, NewWarehouse)
    attributes = WarehouseAttributes(
        name=given.name.strip(),
        code=given.code.strip(),
        type=given.type,
        is_active=given.is_active,
        address=given.address,
        parent_warehouse_id=given.parent_warehouse_id,
    )
    command = CreateWarehouse(attributes, call.origin())

    def created(result: Accepted, _: Sequence[int]) -> Answer:
        return said(shown(_warehouse(result)), "Warehouse created successfully", status=201)

    def headers(result: Accepted) -> Headers:
        warehouse = _warehouse(result)
        return (("Location", f"{PATH}/{warehouse.id}"), etag(warehouse.version))

    return await call.submit(command, body, created, headers)


async def list_warehouses(call: Call) -> Reply:
    """A page of warehouses."""
    query = call.query(WarehouseQuery)
    which = WarehouseFilter(
        code=query.code, type=query.type, is_active=query.is_active, search=query.search
    )
    listing = await call.read(
        lambda reads: reads.warehouses(which, page_request(query, query.sort))
    )
    return page([shown(row) for row in listing.rows], page_meta(query, listing.total))


async def read_warehouse(call: Call) -> Reply:
    """One warehouse."""
    warehouse_id = call.id("warehouse_id")
    warehouse = await call.read(lambda reads: reads.warehouse(warehouse_id))
    if warehouse is None:
        raise problems.no_such("warehouse_id", f"Warehouse {warehouse_id} does not exist")
    return data(shown(warehouse), (etag(warehouse.version),))


async def change_warehouse(call: Call) -> Reply:
    """Change some of a warehouse's attributes."""
    warehouse_id = call.id("warehouse_id")
    body = await call.raw_body()
    changes = changed_fields(parsed(call, body, WarehouseChanges))
    command = UpdateWarehouse(warehouse_id, changes, call.origin(), call.if_version)

    def changed(result: Accepted, _: Sequence[int]) -> Answer:
        return said(shown(_warehouse(result)), "Warehouse updated successfully")

    return await call.submit(
        command, body, changed, lambda result: (etag(_warehouse(result).version),)
    )


def shown(warehouse: Warehouse) -> WarehouseData:
    """A warehouse as its answers show it."""
    attributes = warehouse.attributes
    return WarehouseData(
        id=warehouse.id,
        name=attributes.name,
        code=attributes.code,
        type=attributes.type,
        is_active=attributes.is_active,
        address=attributes.address,
        parent_warehouse_id=attributes.parent_warehouse_id,
        created_at=warehouse.created_at,
        updated_at=warehouse.updated_at,
    )


def _warehouse(result: Accepted) -> Warehouse:
    warehouse: Warehouse = result.facts["warehouse"]
    return warehouse


_EXAMPLE = {
    "name": "East Coast Warehouse",
    "code": "EAST",
    "type": "satellite",
    "address": "1 Pier Road, Newark NJ",
}

ENDPOINTS = (
    Endpoint(
        Operation(
            "POST",
            PATH,
            "create_warehouse",
            "Create a warehouse",
            "Adds a warehouse. The first one, `MAIN`, is there from the start and is the default.",
            TAG,
            Permission.WAREHOUSES_MANAGE,
            {201: Shape(WarehouseData, "Warehouse created successfully")},
            body=NewWarehouse,
            body_examples={"East Coast Warehouse": _EXAMPLE},
            keyed=True,
            versioned=True,
            located=True,
        ),
        create_warehouse,
    ),
    Endpoint(
        Operation(
            "GET",
            PATH,
            "list_warehouses",
            "List warehouses",
            "A page of warehouses that meet every filter given.",
            TAG,
            Permission.CATALOGUE_READ,
            {200: Shape(list[WarehouseData], meta=PageMeta)},
            query=WarehouseQuery,
        ),
        list_warehouses,
    ),
    Endpoint(
        Operation(
            "GET",
            f"{PATH}/{{warehouse_id}}",
            "read_warehouse",
            "Read a warehouse",
            "One warehouse.",
            TAG,
            Permission.CATALOGUE_READ,
            {200: Shape(WarehouseData)},
            versioned=True,
        ),
        read_warehouse,
    ),
    Endpoint(
        Operation(
            "PATCH",
            f"{PATH}/{{warehouse_id}}",
            "change_warehouse",
            "Change or deactivate a warehouse",
            "Changes the attributes that are sent and leaves the others; null clears an optional"
            " one. `is_active: false` takes it out of use: 409 while it holds stock, and for the"
            " default warehouse.",
            TAG,
            Permission.WAREHOUSES_MANAGE,
            {200: Shape(WarehouseData, "Warehouse updated successfully")},
            body=WarehouseChanges,
            body_examples={"Deactivate": {"is_active": False}},
            errors=(409,),
            keyed=True,
            versioned=True,
            conditional=True,
        ),
        change_warehouse,
    ),
)
