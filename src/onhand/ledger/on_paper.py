"""Documents on paper: with the names of all that they are about, for readers who know no ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from onhand.core.warehouses import Warehouse
from onhand.ledger.documents import DocumentView


@dataclass(frozen=True, slots=True)
class Item:
    """What a product is called, and known by."""

    sku: str
    name: str
    unit: str
    barcode: str | None


@dataclass(frozen=True, slots=True)
class DocumentOnPaper:
    """A document with all that a reader of it must be told, of one moment.

    `items` are the products of its lines, `warehouses` those that its reader may know of, by id.
    """

    view: DocumentView
    items: Mapping[int, Item]
    warehouses: Mapping[int, Warehouse]
