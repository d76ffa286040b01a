"""Suppliers: add, list, read and change them; their status says whether they may get orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from onhand.api import documents, problems
from onhand.api import fields as f
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
from onhand.api.queries import PageMeta, Paging, page_meta, page_request, sorting
from onhand.api.wire import Reply
from onhand.core.documents import DocumentKey
from onhand.core.suppliers import ChangeSupplier, CreateSupplier, Supplier, SupplierStatus
from onhand.ledger.access import Permission
from onhand.ledger.documents import SupplierFilter
from onhand.ledger.listings import PageRequest

PATH = f"{BASE}/suppliers"
TAG = "Suppliers"


class NewSupplier(Struct, kw_only=True, forbid_unknown_fields=True):
    """A supplier to add."""

    code: f.Code
    name: f.Name
    status: SupplierStatus = SupplierStatus.PROSPECTIVE
    email: f.Email | None = None
    phone: f.Phone | None = None
    address: f.Address | None = None
    payment_terms: f.PaymentTerms | None = None
    lead_time_days: f.Days | None = None
    currency: f.Currency = "USD"
    notes: f.Notes | None = None


class SupplierChanges(Struct, kw_only=True, forbid_unknown_fields=True):
    """Changes to a supplier: what is left out stays, null clears; `reason` goes to its history."""

    code: f.Code | UnsetType = UNSET
    name: f.Name | UnsetType = UNSET
    status: SupplierStatus | UnsetType = UNSET
    email: f.Email | UnsetType | None = UNSET
    phone: f.Phone | UnsetType | None = UNSET
    address: f.Address | UnsetType | None = UNSET
    payment_terms: f.PaymentTerms | UnsetType | None = UNSET
    lead_time_days: f.Days | UnsetType | None = UNSET
    currency: f.Currency | UnsetType = UNSET
    notes: f.Notes | UnsetType | None = UNSET
    reason: f.Reason | UnsetType = UNSET


class SupplierQuery(Paging, kw_only=True):
    """Which suppliers, in which order."""

    code: Annotated[str, f.wanted(32, "Exactly, whatever its case.")] | None = None
    status: SupplierStatus | None = None
    product_id: Annotated[int, Meta(ge=1, le=f.MAX_ID, description="Who sells it.")] | None = None
    search: Annotated[str, f.wanted(255, "Part of the name or code.")] | None = None
    sort: Annotated[str, sorting("id", "code", "name", "created_at", "updated_at")] | None = None


class SupplierData(Struct, kw_only=True):
    """A supplier. `may_receive_orders` follows from its status."""

    id: int
    code: str
    name: str
    status: SupplierStatus
    may_receive_orders: bool
    email: str | None
    phone: str | None
    address: str | None
    payment_terms: str | None
    lead_time_days: int | None
    currency: str
    notes: str | None
    created_by: str
    created_at: f.Instant
    updated_at: f.Instant


async def create_supplier(call: Call) -> Reply:
    """Add a supplier."""
    body = await call.raw_body()
    given = changed_fields(parsed(call, body, NewSupplier))
    code, status = given.pop("code"), given.pop("status")
    command = CreateSupplier(origin=call.origin(), code=code, status=status, attributes=given)
    return await documents.step(
        call, command, body, _stepped, "Supplier created successfully", PATH
    )


async def list_suppliers(call: Call) -> Reply:
    """A page of suppliers."""
    query = call.query(SupplierQuery)
    which = SupplierFilter(
        states=() if query.status is None else (query.status.value,),
        product_id=query.product_id,
        code=query.code,
        search=query.search,
    )
    listing = await call.read(lambda reads: reads.documents(which, page_request(query, query.sort)))
    return page([shown(row) for row in listing.rows], page_meta(query, listing.total))


async def read_supplier(call: Call) -> Reply:
    """One supplier."""
    supplier = await one(call)
    return data(shown(supplier), (etag(supplier.version),))


async def read_supplier_history(call: Call) -> Reply:
    """Every change of a supplier and of its terms."""
    supplier_id = call.id("supplier_id")
    key = DocumentKey(Supplier.kind, supplier_id)
    view = await call.read(lambda reads: reads.document(key))
    if view is None:
        raise problems.no_such("supplier_id", f"Supplier {supplier_id} does not exist")
    return data(documents.steps(view.history))


async def change_supplier(call: Call) -> Reply:
    """Change some of a supplier's attributes."""
    supplier_id = call.id("supplier_id")
    body = await call.raw_body()
    changes = changed_fields(parsed(call, body, SupplierChanges))
    reason = changes.pop("reason", None)
    if "status" in changes:
        changes["state"] = changes.pop("status").value
    command = ChangeSupplier(
        origin=call.origin(reason),
        id=supplier_id,
        if_version=call.if_version,
        changes=changes,
    )
    return await documents.step(call, command, body, _stepped, "Supplier updated successfully")


async def one(call: Call) -> Supplier:
    """The supplier whose id is in the path; a 404 where there is none."""
    supplier_id = call.id("supplier_id")
    which = SupplierFilter(id=supplier_id)
    listing = await call.read(lambda reads: reads.documents(which, PageRequest(per_page=1)))
    if not listing.rows:
        raise problems.no_such("supplier_id", f"Supplier {supplier_id} does not exist")
    return listing.rows[0]


def shown(supplier: Supplier) -> SupplierData:
    """A supplier as its answers show it."""
    names = SupplierData.__struct_fields__
    same = {name: getattr(supplier, name) for name in names if name != "status"}
    return SupplierData(**same, status=SupplierStatus(supplier.state))


def _stepped(supplier: Supplier, _: Sequence[int]) -> SupplierData:
    return shown(supplier)


_EXAMPLE: dict[str, Any] = {
    "code": "NORTH",
    "name": "Northern Lights Ltd",
    "status": "approved",
    "email": "orders@northern-lights.example",
    "payment_terms": "30 days net",
    "lead_time_days": 7,
    "currency": "USD",
}

ENDPOINTS = (
    Endpoint(
        Operation(
            "POST",
            PATH,
            "create_supplier",
            "Create a supplier",
            "Adds a supplier. Orders may be submitted and sent to one that is `active`, `approved`"
            " or `preferred`.",
            TAG,
            Permission.SUPPLIERS_MANAGE,
            {201: Shape(SupplierData, "Supplier created successfully")},
            body=NewSupplier,
            body_examples={"Northern Lights": _EXAMPLE},
            keyed=True,
            versioned=True,
            located=True,
        ),
        create_supplier,
    ),
    Endpoint(
        Operation(
            "GET",
            PATH,
            "list_suppliers",
            "List suppliers",
            "A page of suppliers that meet every filter given.",
            TAG,
            Permission.PURCHASING_READ,
            {200: Shape(list[SupplierData], meta=PageMeta)},
            query=SupplierQuery,
        ),
        list_suppliers,
    ),
    Endpoint(
        Operation(
            "GET",
            f"{PATH}/{{supplier_id}}",
            "read_supplier",
            "Read a supplier",
            "One supplier.",
            TAG,
            Permission.PURCHASING_READ,
            {200: Shape(SupplierData)},
            versioned=True,
        ),
        read_supplier,
    ),
    Endpoint(
        Operation(
            "GET",
            f"{PATH}/{{supplier_id}}/history",
            "read_supplier_history",
            "Read a supplier's history",
            "Every change of it, of its status and of its terms: who, when, and why.",
            TAG,
            Permission.PURCHASING_READ,
            {200: Shape(list[documents.Step])},
        ),
        read_supplier_history,
    ),
    Endpoint(
        Operation(
            "PATCH",
            f"{PATH}/{{supplier_id}}",
            "change_supplier",
            "Change a supplier, or its status",
            "Changes the attributes that are sent and leaves the others; null clears an optional"
            " one. `reason` is kept in the history. Orders that were sent stay as they are.",
            TAG,
            Permission.SUPPLIERS_MANAGE,
            {200: Shape(SupplierData, "Supplier updated successfully")},
            body=SupplierChanges,
            body_examples={"Suspend": {"status": "suspended", "reason": "Three late deliveries"}},
            keyed=True,
            versioned=True,
            conditional=True,
        ),
        change_supplier,
    ),
)
