"""Transfers: a page of them, each with what it carries in all."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, cast, func, select, union_all

from onhand.core.transfers import Transfer
from onhand.ledger.documents import TransferFilter, TransferView
from onhand.ledger.listings import Listing, PageRequest
from onhand.store.documents import KEPT
from onhand.store.reads.source import AnyRow, Source
from onhand.store.reads.terms import cut, sort_terms
from onhand.store.schema import transfer_lines, transfers

SORTS: dict[str, ColumnElement[Any]] = {
    name: transfers.c[name] for name in ("id", "expected_date", "created_at", "updated_at")
}
_NULLABLE = frozenset({"expected_date"})
_COLUMNS = KEPT[Transfer.kind].columns
_LINE = transfer_lines.c


def listing(source: Source, which: TransferFilter, page: PageRequest) -> Listing[TransferView]:
    """A page of transfers."""
    terms = sort_terms(page.sort, SORTS, default="id", nullable=_NULLABLE)
    wanted = _wanted(which)
    found = select(*(transfers.c[name] for name in _COLUMNS)).where(*wanted).order_by(*terms)
    lines = cut(found, page).subquery("found")
    ours = _LINE.document_id == lines.c.id
    gone = _LINE.received + _LINE.lost + _LINE.damaged
    again = {name: lines.c[name] for name in SORTS}
    rows_of = select(
        *lines.c,
        select(func.count()).where(ours).scalar_subquery(),
        *(
            cast(select(func.sum(units)).where(ours).scalar_subquery(), BigInteger)
            for units in (_LINE.quantity, _LINE.quantity - gone)
        ),
    ).order_by(*sort_terms(page.sort, again, default="id", nullable=_NULLABLE))
    return source.listing(which, page, rows_of, transfers, wanted, _shaped)


def _wanted(which: TransferFilter) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if which.states:
        wanted.append(transfers.c.state.in_(which.states))
    if which.from_warehouse_id is not None:
        wanted.append(transfers.c.from_warehouse_id == which.from_warehouse_id)
    if which.to_warehouse_id is not None:
        wanted.append(transfers.c.to_warehouse_id == which.to_warehouse_id)
    for name, warehouses in (("other", which.warehouse_id), ("theirs", which.within)):
        if warehouses is not None:
            other = transfers.alias(name)
            ends = (other.c.from_warehouse_id, other.c.to_warehouse_id)
            there = [warehouses] if isinstance(warehouses, int) else warehouses
            either = union_all(*(select(other.c.id).where(end.in_(there)) for end in ends))
            wanted.append(transfers.c.id.in_(either))
    if which.product_id is not None:
        of_product = select(_LINE.document_id).where(_LINE.product_id == which.product_id)
        wanted.append(transfers.c.id.in_(of_product))
    return wanted


def _shaped(row: AnyRow) -> TransferView:
    values: dict[str, Any] = dict(zip(_COLUMNS, row, strict=False))
    return TransferView(Transfer(**values), *row[len(_COLUMNS) :])
