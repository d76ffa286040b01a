"""A supplier's terms: which products it sells, for what price, and in which amounts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from onhand.api import fields as f
from onhand.api import problems
from onhand.api.catalogue.product_bodies import Amount
from onhand.api.operations import Call, Endpoint, Operation, Shape, data, etag, page, parsed
from onhand.api.purchasing import suppliers
from onhand.api.queries import PageMeta, Paging, page_meta, page_request
from onhand.api.submitting import said
from onhand.api.wire import Reply
from onhand.core.stock_rules import Accepted
from onhand.core.suppliers import RemoveTerms, SetTerms, Supplier
from onhand.core.terms import Terms
from onhand.ledger.access import Permission
from onhand.ledger.documents import TermsFilter, TermsView
from onhand.ledger.listings import PageRequest
from onhand.ledger.ports import Answer

PATH = f"{suppliers.PATH}/{{supplier_id}}/products"
TAG = suppliers.TAG


class TermsBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """What a supplier sells a product for; what is left out has its default.

    `currency` is the supplier's where it is not given, and so is the lead time.
    """

    price: f.Money
    currency: f.Currency | None = None
    minimum_order_quantity: f.PositiveQuantity = 1
    pack_size: f.PositiveQuantity = 1
    lead_time_days: f.Days | None = None
    supplier_sku: f.Sku | None = None
    is_preferred: bool = False


class TermsQuery(Paging, kw_only=True):
    """Which terms."""

    is_preferred: bool | None = None


class TermsData(Struct, kw_only=True):
    """What a supplier sells a product for; `price` is that of one unit."""

    supplier_id: int
    product_id: int
    price: Amount
    currency: str
    minimum_order_quantity: int
    pack_size: int
    lead_time_days: int | None
    supplier_sku: str | None
    is_preferred: bool


class TermsLine(TermsData, kw_only=True):
    """Terms in a list, with the product's own SKU and name."""

    sku: str
    name: str


async def list_terms(call: Call) -> Reply:
    """A page of what a supplier sells."""
    query = call.query(TermsQuery)
    supplier = await suppliers.one(call)
    which = TermsFilter(supplier.id, is_preferred=query.is_preferred)
    listing = await call.read(lambda reads: reads.terms(which, page_request(query)))
    return page([_line(row) for row in listing.rows], page_meta(query, listing.total))


async def read_terms(call: Call) -> Reply:
    """A supplier's terms for one product."""
    supplier = await suppliers.one(call)
    product_id = call.id("product_id")
    which = TermsFilter(supplier.id, product_id)
    listing = await call.read(lambda reads: reads.terms(which, PageRequest(per_page=1)))
    if not listing.rows:
        raise problems.no_such(
            "product_id",
            f"There are no terms of supplier {supplier.id} for product {product_id}",
        )
    return data(_line(listing.rows[0]), (etag(supplier.version),))


async def set_terms(call: Call) -> Reply:
    """Write a supplier's terms for a product."""
    supplier_id, product_id = call.id("supplier_id"), call.id("product_id")
    body = await call.raw_body()
    given = parsed(call, body, TermsBody)
    command = SetTerms(
        origin=call.origin(),
        id=supplier_id,
        if_version=call.if_version,
        product_id=product_id,
        currency=given.currency,
        attributes={
            "price": Decimal(given.price),
            "minimum_order_quantity": given.minimum_order_quantity,
            "pack_size": given.pack_size,
            "lead_time_days": given.lead_time_days,
            "supplier_sku": given.supplier_sku,
            "is_preferred": given.is_preferred,
        },
    )

    def done(result: Accepted, _: Sequence[int]) -> Answer:
        status = 201 if result.facts.get("is_new") else 200
        return said(_shown(result.facts["terms"]), "Terms saved successfully", status=status)

    return await call.submit(command, body, done, _version)


async def remove_terms(call: Call) -> Reply:
    """Remove a supplier's terms for a product."""
    supplier_id, product_id = call.id("supplier_id"), call.id("product_id")
    body = await call.raw_body()
    command = RemoveTerms(
        origin=call.origin(),
        id=supplier_id,
        if_version=call.if_version,
        product_id=product_id,
    )

    def done(result: Accepted, _: Sequence[int]) -> Answer:
        return said(_shown(result.facts["terms"]), "Terms removed successfully")

    return await call.submit(command, body, done, _version)


def _version(result: Accepted) -> problems.Headers:
    supplier: Supplier = result.facts["document"]
    return (etag(supplier.version),)


def _shown(terms: Terms) -> TermsData:
    return TermsData(**{name: getattr(terms, name) for name in TermsData.__struct_fields__})


def _line(row: TermsView) -> TermsLine:
    same = {name: getattr(row.terms, name) for name in TermsData.__struct_fields__}
    return TermsLine(**same, sku=row.sku, name=row.name)


_EXAMPLE = {
    "price": 849.5,
    "minimum_order_quantity": 10,
    "pack_size": 5,
    "lead_time_days": 7,
    "supplier_sku": "NL-4711",
    "is_preferred": True,
}

ENDPOINTS = (
    Endpoint(
        Operation(
            "GET",
            PATH,
            "list_supplier_products",
            "List what a supplier sells",
            "A page of a supplier's terms, by product id.",
            TAG,
            Permission.PURCHASING_READ,
            {200: Shape(list[TermsLine], meta=PageMeta)},
            query=TermsQuery,
        ),
        list_terms,
    ),
    Endpoint(
        Operation(
            "GET",
            f"{PATH}/{{product_id}}",
            "read_supplier_product",
            "Read a supplier's terms for a product",
            "Price, amounts and lead time. The ETag is the supplier's.",
            TAG,
            Permission.PURCHASING_READ,
            {200: Shape(TermsLine)},
            versioned=True,
        ),
        read_terms,
    ),
    Endpoint(
        Operation(
            "PUT",
            f"{PATH}/{{product_id}}",
            "set_supplier_product",
            "Write a supplier's terms for a product",
            "Adds the terms or replaces them whole: 201 where there were none. `is_preferred`"
            " takes the mark from the product's other suppliers. The ETag is the supplier's.",
            TAG,
            Permission.PURCHASING_WRITE,
            {
                200: Shape(TermsData, "Terms saved successfully"),
                201: Shape(TermsData, "Terms saved successfully"),
            },
            body=TermsBody,
            body_examples={"Packs of five": _EXAMPLE},
            keyed=True,
            versioned=True,
            conditional=True,
        ),
        set_terms,
    ),
    Endpoint(
        Operation(
            "DELETE",
            f"{PATH}/{{product_id}}",
            "remove_supplier_product",
            "Remove a supplier's terms for a product",
            "The supplier sells it no more. Orders that were written keep their prices.",
            TAG,
            Permission.PURCHASING_WRITE,
            {200: Shape(TermsData, "Terms removed successfully")},
            keyed=True,
            versioned=True,
            conditional=True,
        ),
        remove_terms,
    ),
)
