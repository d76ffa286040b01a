"""Documents as rows: which tables keep each kind, and how documents become rows and back.

A document's class names its columns: its own table has one row of them, and each of its parts, as
its lines, a table of rows that begin with the document's id and their number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Table

from onhand.core.counts import Count, CountEntry, CountLine
from onhand.core.decide import Decision
from onhand.core.documents import Document, DocumentKey, DocumentKind
from onhand.core.kinds import LIFE_CYCLES
from onhand.core.purchase_orders import PurchaseOrder, PurchaseOrderLine, Receipt, ReceiptLine
from onhand.core.sales_orders import OrderLine, Preference, SalesOrder, Source
from onhand.core.snapshot import Needs, Snapshot
from onhand.core.suppliers import Supplier
from onhand.core.terms import Terms, TermsKey
from onhand.core.transfers import Transfer, TransferLine
from onhand.store import schema
from onhand.store.rows import Row


@dataclass(frozen=True, slots=True)
class Part:
    """A collection within a document: its field's name, the class of its items, their table."""

    name: str
    item: type[Any]
    table: Table

    @property
    def is_lines(self) -> bool:
        """Whether its items are the lines, a product each."""
        return self.name == "lines"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of its rows: the document's id, then the item's own."""
        return ("document_id", *(field.name for field in fields(self.item)))


@dataclass(frozen=True, slots=True)
class Kept:
    """How one kind of document is kept, and where its ids come from.

    `name` is the column that only one of them can have the same value in, if there is one.
    """

    document: type[Document]
    table: Table
    parts: tuple[Part, ...]
    sequence: str
    name: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of its own table, the id first."""
        parts = {part.name for part in self.parts}
        return tuple(field.name for field in fields(self.document) if field.name not in parts)

    def row(self, document: Document) -> Row:
        """A document's own columns."""
        return tuple(getattr(document, name) for name in self.columns)

    def assembled(
        self, heads: Iterable[Sequence[Any]], parts: Mapping[str, Iterable[Sequence[Any]]]
    ) -> Iterator[Document]:
        """Documents from their own rows and those of their parts, by number."""
        found: dict[str, dict[int, list[Any]]] = {}
        for part in self.parts:
            of_documents = found[part.name] = {}
            for row in parts[part.name]:
                of_documents.setdefault(row[0], []).append(part.item(*row[1:]))
        for head in heads:
            values: dict[str, Any] = dict(zip(self.columns, head, strict=True))
            for part in self.parts:
                items = found[part.name].get(head[0], ())
                values[part.name] = tuple(sorted(items, key=_number))
            yield self.document(**values)


KEPT: Mapping[DocumentKind, Kept] = {
    DocumentKind.PURCHASE_ORDER: Kept(
        PurchaseOrder,
        schema.purchase_orders,
        (
            Part("lines", PurchaseOrderLine, schema.purchase_order_lines),
            Part("receipts", Receipt, schema.purchase_order_receipts),
            Part("receipt_lines", ReceiptLine, schema.purchase_order_receipt_lines),
        ),
        "purchase_order_ids",
    ),
    DocumentKind.SUPPLIER: Kept(Supplier, schema.suppliers, (), "supplier_ids", "code_key"),
    DocumentKind.SALES_ORDER: Kept(
        SalesOrder,
        schema.sales_orders,
        (
            Part("lines", OrderLine, schema.sales_order_lines),
            Part("sources", Source, schema.sales_order_sources),
            Part("preferences", Preference, schema.sales_order_preferences),
        ),
        "sales_order_ids",
    ),
    DocumentKind.TRANSFER: Kept(
        Transfer,
        schema.transfers,
        (Part("lines", TransferLine, schema.transfer_lines),),
        "transfer_ids",
    ),
    DocumentKind.COUNT: Kept(
        Count,
        schema.counts,
        (
            Part("lines", CountLine, schema.count_lines),
            Part("entries", CountEntry, schema.count_entries),
        ),
        "count_ids",
    ),
}


def documents_open_at(warehouses: str) -> str:
    """SQL for which of some warehouses, rows of one id, are named by documents that are not done.

    One row per warehouse and kind of document.
    """
    found = []
    for kind, kept in KEPT.items():
        named = [f"d.{name} = k.id" for name in _naming_warehouses(kept.table)]
        named += [
            f"EXISTS (SELECT 1 FROM {part.table.name} AS p"
            f" WHERE p.document_id = d.id AND p.{name} = k.id)"
            for part in kept.parts
            for name in _naming_warehouses(part.table)
        ]
        if named:
            life_cycle = LIFE_CYCLES[kind]
            states = [f"'{state}'" for state in life_cycle.states if not life_cycle.is_over(state)]
            here = " OR ".join(named)
            found.append(
                f"SELECT k.id, '{kind.value}' FROM k WHERE EXISTS (SELECT 1 FROM {kept.table.name}"
                f" AS d WHERE ({here}) AND d.state IN ({', '.join(states)}))"
            )
    return f"WITH k (id) AS ({warehouses}) " + " UNION ALL ".join(found)


def _naming_warehouses(table: Table) -> list[str]:
    keys = sorted(table.foreign_keys, key=lambda key: key.parent.name)
    return [key.parent.name for key in keys if key.column.table is schema.warehouses]


TERMS_COLUMNS = tuple(field.name for field in fields(Terms))
INBOUND_COLUMNS = ("product_id", "warehouse_id", "on_order", "in_transit")
INBOUND_TOTAL_COLUMNS = ("product_id", "inbound")


@dataclass(frozen=True, slots=True)
class Change:
    """Rows of one table to put in place of those with the same keys, and the keys to remove."""

    table: str
    columns: tuple[str, ...]
    keys: int
    rows: Sequence[Row]
    removed: Sequence[Row] = ()


def changes(decision: Decision, snapshot: Snapshot) -> Iterator[Change]:
    """What a decision changes of documents and of what is inbound, a table after the other."""
    of_kind: dict[DocumentKind, list[Document]] = {}
    for key, document in decision.documents.items():
        of_kind.setdefault(key.kind, []).append(document)
    for kind, documents in of_kind.items():
        kept = KEPT[kind]
        rows = [kept.row(document) for document in documents]
        yield Change(kept.table.name, kept.columns, 1, rows)
        for part in kept.parts:
            yield _change_of_part(part, documents, snapshot)
    if decision.inbounds:
        inbounds = [(*key, it.on_order, it.in_transit) for key, it in decision.inbounds.items()]
        yield Change("inbounds", INBOUND_COLUMNS, 2, inbounds)
    if decision.terms:
        kept_terms = [terms_row(it) for it in decision.terms.values() if it is not None]
        gone: list[Row] = [key for key, it in decision.terms.items() if it is None]
        yield Change("supplier_products", TERMS_COLUMNS, 2, kept_terms, gone)


def _change_of_part(part: Part, documents: Iterable[Document], snapshot: Snapshot) -> Change:
    rows: list[Row] = []
    removed: list[Row] = []
    for document in documents:
        before = snapshot.documents.get(document.key)
        old = {} if before is None else {item.number: item for item in getattr(before, part.name)}
        for item in getattr(document, part.name):
            if old.pop(item.number, None) != item:
                own = tuple(getattr(item, field.name) for field in fields(part.item))
                rows.append((document.id, *own))
        removed += [(document.id, number) for number in old]
    return Change(part.table.name, part.columns, 2, rows, removed)


def inbound_total_rows(decision: Decision) -> list[Row]:
    """INBOUND_TOTAL_COLUMNS of every product for which that changed."""
    return list(decision.inbound_totals.items())


def terms_row(terms: Terms) -> Row:
    """TERMS_COLUMNS of a supplier's terms for a product."""
    return tuple(getattr(terms, name) for name in TERMS_COLUMNS)


def keep_terms(snapshot: Snapshot, rows: Iterable[Sequence[Any]]) -> None:
    """Add terms to a snapshot, from TERMS_COLUMNS."""
    for row in rows:
        snapshot.terms[TermsKey(row[0], row[1])] = Terms(*row)


def names_by_kind(
    names: Iterable[tuple[DocumentKind, str]],
) -> dict[DocumentKind, tuple[str, list[str]]]:
    """The names asked for, per kind, each with the column that has them."""
    wanted: dict[DocumentKind, tuple[str, list[str]]] = {}
    for kind, name in sorted(names):
        column = KEPT[kind].name
        assert column is not None
        wanted.setdefault(kind, (column, []))[1].append(name)
    return wanted


def ids_by_kind(keys: Iterable[DocumentKey]) -> dict[DocumentKind, list[int]]:
    """The ids of documents, per kind; kinds and ids in the order in which all writers lock them."""
    wanted: dict[DocumentKind, list[int]] = {}
    for kind, document_id in sorted(keys):
        wanted.setdefault(kind, []).append(document_id)
    return wanted


WHOLE = ("document_id",)
LINES = ("document_id", "product_id")
"""What the rows of a document's parts are looked up by: all of them, or some products' lines."""


def whole_and_lines(
    needs: Needs, kind: DocumentKind, ids: Iterable[int]
) -> tuple[list[int], list[tuple[int, int]]]:
    """The documents of a kind that are wanted whole; of the others, the lines (see `LINES`)."""
    whole: list[int] = []
    lines: list[tuple[int, int]] = []
    only = needs.only_products()
    for document_id in ids:
        products = only.get(DocumentKey(kind, document_id))
        if products is None:
            whole.append(document_id)
        else:
            lines += [(document_id, product_id) for product_id in products]
    return whole, lines


def _number(item: Any) -> int:
    number: int = item.number
    return number
