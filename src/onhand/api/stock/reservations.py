"""Reservations: what orders hold. They are made and given back by the stock commands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from onhand.api import fields as f
from onhand.api import problems
from onhand.api.catalogue.products import not_found as product_not_found
from onhand.api.operations import BASE, Call, Endpoint, Operation, Shape, data, page, parsed
from onhand.api.queries import PageMeta, Paging, order_asked, page_meta, page_request, sorting
from onhand.api.submitting import said
from onhand.api.wire import Reply
from onhand.core.commands import RescheduleReservation
from onhand.core.reservations import own_order_of, sales_order_of
from onhand.core.stock_rules import Accepted
from onhand.ledger.access import Permission
from onhand.ledger.listings import Listing
from onhand.ledger.ports import Answer
from onhand.ledger.reads import Reads
from onhand.ledger.stock_views import ReservationFilter, ReservationView

PATH = f"{BASE}/reservations"
TAG = "Reservations"

Sort = Annotated[
    str,
    sorting("id", "order_id", "expires_at", "created_at"),
]
AnyOrderId = Annotated[
    int,
    Meta(ge=0, le=f.MAX_ID, description="The order's number; 0 holds what products opened with."),
]


class ReservationQuery(Paging, kw_only=True):
    """Which reservations, in which order."""

    order_id: AnyOrderId | None = None
    sales_order_id: f.Id | None = None
    product_id: f.ProductId | None = None
    warehouse_id: f.WarehouseId | None = None
    expiring_before: f.Moment | None = None
    sort: Sort | None = None


class ProductReservationQuery(Paging, kw_only=True):
    """Which of a product's reservations, in which order."""

    order_id: AnyOrderId | None = None
    sales_order_id: f.Id | None = None
    warehouse_id: f.WarehouseId | None = None
    expiring_before: f.Moment | None = None
    sort: Sort | None = None


class ReservationChanges(Struct, kw_only=True, forbid_unknown_fields=True):
    """Another end for a reservation; null for none."""

    expires_at: f.Moment | None


class ReservationData(Struct, kw_only=True):
    """What one order holds of one product in one warehouse, and what it waits for."""

    id: int
    product_id: int
    warehouse_id: int
    order_id: int | None
    sales_order_id: int | None
    quantity: int
    allocated: int
    backordered: int
    expires_at: f.Instant | None
    created_at: f.Instant


async def list_reservations(call: Call) -> Reply:
    """A page of open reservations."""
    query = call.query(ReservationQuery)
    which = filter_of(query)
    listing = await call.read(
        lambda reads: reads.reservations(which, page_request(query, query.sort))
    )
    return page([shown(row) for row in listing.rows], page_meta(query, listing.total))


def filter_of(query: ReservationQuery) -> ReservationFilter:
    """Which reservations a query asks for."""
    return ReservationFilter(
        order_id=order_asked(query.order_id, query.sales_order_id),
        product_id=query.product_id,
        warehouse_id=query.warehouse_id,
        expiring_before=f.optional_utc(query.expiring_before),
    )


async def list_product_reservations(call: Call) -> Reply:
    """A page of one product's open reservations."""
    product_id = call.id("product_id")
    query = call.query(ProductReservationQuery)
    which = ReservationFilter(
        order_id=order_asked(query.order_id, query.sales_order_id),
        product_id=product_id,
        warehouse_id=query.warehouse_id,
        expiring_before=f.optional_utc(query.expiring_before),
    )

    def question(reads: Reads) -> Listing[ReservationView]:
        listing = reads.reservations(which, page_request(query, query.sort))
        if not listing.total and reads.product(product_id) is None:
            raise product_not_found(product_id)
        return listing

    listing = await call.read(question)
    return page([shown(row) for row in listing.rows], page_meta(query, listing.total))


async def read_reservation(call: Call) -> Reply:
    """One open reservation."""
    reservation_id = call.id("reservation_id")
    row = await call.read(lambda reads: reads.reservation(reservation_id))
    if row is None:
        raise _not_found(reservation_id)
    return data(shown(row))


async def change_reservation(call: Call) -> Reply:
    """Extend a reservation, shorten it, or let it have no end."""
    reservation_id = call.id("reservation_id")
    body = await call.raw_body()
    given = parsed(call, body, ReservationChanges)
    row = await call.read(lambda reads: reads.reservation(reservation_id))
    refusal = None
    if row is None:
        refusal = _not_found(reservation_id)
        if not call.is_keyed:
            raise refusal
        # It may be a repeat of what was done while the reservation was open: its key tells.
        row = _gone(reservation_id, call.services.clock())
    command = RescheduleReservation(
        product_id=row.product_id,
        warehouse_id=row.warehouse_id,
        order_id=row.order_id,
        reservation_id=reservation_id,
        expires_at=f.optional_utc(given.expires_at),
        origin=call.origin(),
    )

    def changed(result: Accepted, _: Sequence[int]) -> Answer:
        now_held = result.facts["reservation"]
        told = ReservationData(
            id=reservation_id,
            product_id=row.product_id,
            warehouse_id=row.warehouse_id,
            order_id=own_order_of(row.order_id),
            sales_order_id=sales_order_of(row.order_id),
            quantity=now_held["allocated"] + now_held["backordered"],
            allocated=now_held["allocated"],
            backordered=now_held["backordered"],
            expires_at=now_held["expires_at"],
            created_at=row.created_at,
        )
        return said(told, "Reservation updated successfully")

    return await call.submit(command, body, changed, refusal=refusal)


def shown(row: ReservationView) -> ReservationData:
    """A reservation as its answers show it."""
    return ReservationData(
        id=row.id,
        product_id=row.product_id,
        warehouse_id=row.warehouse_id,
        order_id=own_order_of(row.order_id),
        sales_order_id=sales_order_of(row.order_id),
        quantity=row.allocated + row.backordered,
        allocated=row.allocated,
        backordered=row.backordered,
        expires_at=row.expires_at,
        created_at=row.created_at,
    )


def _gone(reservation_id: int, now: datetime) -> ReservationView:
    return ReservationView(
        id=reservation_id,
        product_id=0,
        warehouse_id=0,
        order_id=0,
        allocated=0,
        backordered=0,
        expires_at=None,
        created_at=now,
    )


def _not_found(reservation_id: int) -> problems.Problem:
    message = f"There is no open reservation {reservation_id}"
    return problems.no_such("reservation_id", message)


ENDPOINTS = (
    Endpoint(
        Operation(
            "GET",
            PATH,
            "list_reservations",
            "List reservations",
            "A page of open reservations. `allocated` units are held; `backordered` ones wait for"
            " stock to arrive.",
            TAG,
            Permission.STOCK_READ,
            {200: Shape(list[ReservationData], meta=PageMeta)},
            query=ReservationQuery,
        ),
        list_reservations,
    ),
    Endpoint(
        Operation(
            "GET",
            f"{BASE}/inventory/{{product_id}}/reservations",
            "list_product_reservations",
            "List a product's reservations",
            "A page of what orders hold of one product.",
            TAG,
            Permission.STOCK_READ,
            {200: Shape(list[ReservationData], meta=PageMeta)},
            query=ProductReservationQuery,
        ),
        list_product_reservations,
    ),
    Endpoint(
        Operation(
            "GET",
            f"{PATH}/{{reservation_id}}",
            "read_reservation",
            "Read a reservation",
            "One open reservation. A closed one is gone; the stock movements keep its history.",
            TAG,
            Permission.STOCK_READ,
            {200: Shape(ReservationData)},
        ),
        read_reservation,
    ),
    Endpoint(
        Operation(
            "PATCH",
            f"{PATH}/{{reservation_id}}",
            "change_reservation",
            "Change when a reservation expires",
            "Gives an open reservation another `expires_at`, or with null no end. What a sales"
            " order holds has none: 409.",
            TAG,
            Permission.STOCK_RESERVE,
            {200: Shape(ReservationData, "Reservation updated successfully")},
            errors=(409,),
            body=ReservationChanges,
            body_examples={
                "Extend": {"expires_at": "2030-01-31T18:00:00Z"},
                "No end": {"expires_at": None},
            },
            keyed=True,
        ),
        change_reservation,
    ),
)
