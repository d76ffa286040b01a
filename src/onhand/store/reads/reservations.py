"""Reservations: the open ones; what is closed is told by the movements."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select

from onhand.ledger.listings import Listing, PageRequest
from onhand.ledger.stock_views import ReservationFilter, ReservationView
from onhand.store.reads.source import AnyRow, Source
from onhand.store.reads.terms import Unindexed, cut, sort_terms
from onhand.store.schema import reservations

SORTS: dict[str, ColumnElement[Any]] = {
    name: reservations.c[name] for name in ("id", "order_id", "expires_at", "created_at")
}
_NULLABLE = frozenset({"expires_at"})
_SELECTED = select(*(reservations.c[field.name] for field in fields(ReservationView)))
BY_ID = _SELECTED.where(reservations.c.id == bindparam("reservation_id"))


def reservation(source: Source, reservation_id: int) -> ReservationView | None:
    """One open reservation."""
    row = source.first(BY_ID, {"reservation_id": reservation_id})
    return None if row is None else _shaped(row)


def listing(
    source: Source, which: ReservationFilter, page: PageRequest
) -> Listing[ReservationView]:
    """A page of open reservations."""
    # An order holds few products, a product few orders, beside all that stands in a warehouse.
    lookups = [n for n in ("order_id", "product_id") if getattr(which, n) is not None]
    wanted: list[ColumnElement[bool]] = []
    for name in ("order_id", "product_id", "warehouse_id"):
        value = getattr(which, name)
        if value is not None:
            column: ColumnElement[Any] = reservations.c[name]
            looked_up = name in lookups[:1] or (
                name == "warehouse_id" and lookups == ["product_id"]
            )
            wanted.append((column if looked_up else Unindexed(column)) == value)
    if which.within is not None:
        here: ColumnElement[Any] = reservations.c.warehouse_id
        wanted.append((Unindexed(here) if "order_id" in lookups else here).in_(which.within))
    if which.expiring_before is not None:
        expires_at: ColumnElement[Any] = reservations.c.expires_at
        compared = Unindexed(expires_at) if lookups else expires_at
        wanted.append(compared < which.expiring_before)
    terms = sort_terms(page.sort, SORTS, default="id", nullable=_NULLABLE)
    rows_of = cut(_SELECTED.where(*wanted).order_by(*terms), page)
    return source.listing(which, page, rows_of, reservations, wanted, _shaped)


def _shaped(row: AnyRow) -> ReservationView:
    return ReservationView(*row)
