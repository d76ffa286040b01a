"""Documents on SQLite: loaded with what they touch, and written with the movements they cause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from onhand.core.decide import Decision
from onhand.core.documents import Document, DocumentKey, Inbound
from onhand.core.levels import StockKey
from onhand.core.snapshot import Needs, Snapshot, declare_documents, moments_to_look_up
from onhand.store import schema
from onhand.store.columns import to_microseconds
from onhand.store.documents import (
    INBOUND_COLUMNS,
    INBOUND_TOTAL_COLUMNS,
    KEPT,
    LINES,
    TERMS_COLUMNS,
    WHOLE,
    changes,
    ids_by_kind,
    inbound_total_rows,
    keep_terms,
    names_by_kind,
    whole_and_lines,
)
from onhand.store.events import EVENT_COLUMNS, event_rows
from onhand.store.sqlite import sql
from onhand.store.sqlite.statements import Statements
from onhand.store.sqlite.values import read_as


def load(statements: Statements, needs: Needs) -> dict[DocumentKey, Document]:
    """The documents that a batch names, with their partners; what they touch is declared."""
    found = {document.key: document for document in _load(statements, needs, needs.documents)}
    declare_documents(needs, found.values())
    partners = _load(statements, needs, needs.partners)
    return found | {document.key: document for document in partners}


def _load(statements: Statements, needs: Needs, keys: Iterable[DocumentKey]) -> Iterator[Document]:
    for kind, ids in ids_by_kind(keys).items():
        kept = KEPT[kind]
        wanted = [(document_id,) for document_id in ids]
        heads = statements.look_up(kept.columns, kept.table.name, ("id",), wanted)
        whole, lines = whole_and_lines(needs, kind, ids)
        parts = {}
        for part in kept.parts:
            table = part.table.name
            rows = [
                *statements.look_up(part.columns, table, WHOLE, [(one,) for one in whole]),
                *(statements.look_up(part.columns, table, LINES, lines) if part.is_lines else ()),
            ]
            parts[part.name] = read_as(part.table, part.columns, rows)
        yield from kept.assembled(read_as(kept.table, kept.columns, heads), parts)


def load_past(statements: Statements, snapshot: Snapshot, needs: Needs) -> None:
    """What was on hand at the past moments that documents ask for, out of the ledger."""
    wanted = moments_to_look_up(needs, snapshot.levels)
    if not wanted:
        return
    asked = [(*place, to_microseconds(moment)) for *place, moment in wanted]
    for position, on_hand in statements.all(sql.ON_HAND_AS_OF, asked):
        product_id, warehouse_id, moment = wanted[position]
        snapshot.on_hand_as_of[StockKey(product_id, warehouse_id), moment] = on_hand


def load_inbounds(statements: Statements, snapshot: Snapshot, places: Sequence[StockKey]) -> None:
    """What is on its way to the levels that documents touch."""
    for row in statements.look_up(INBOUND_COLUMNS, "inbounds", INBOUND_COLUMNS[:2], places):
        snapshot.inbounds[StockKey(row[0], row[1])] = Inbound(*row[2:])
    products = [(product_id,) for product_id in {place.product_id for place in places}]
    columns = INBOUND_TOTAL_COLUMNS
    for row in statements.look_up(columns, "product_stock", columns[:1], products):
        snapshot.inbound_totals[row[0]] = row[1]


def load_terms(statements: Statements, snapshot: Snapshot, needs: Needs) -> None:
    """The terms that documents look at, and who has the names that they would take."""
    keys = TERMS_COLUMNS[:2]
    look_up, table = statements.look_up, schema.supplier_products
    preferring = [(product_id,) for product_id in needs.preferences]
    for rows in (
        look_up(TERMS_COLUMNS, table.name, keys, list(needs.terms)),
        look_up(TERMS_COLUMNS, table.name, keys[1:], preferring, " AND found.is_preferred"),
    ):
        keep_terms(snapshot, read_as(table, TERMS_COLUMNS, rows))
    for kind, (column, names) in names_by_kind(needs.names).items():
        wanted = [(name,) for name in names]
        owners = look_up((column, "id"), KEPT[kind].table.name, (column,), wanted)
        snapshot.names.update({(kind, name): owner for name, owner in owners})


def write(
    statements: Statements, decision: Decision, snapshot: Snapshot, event_ids: Sequence[int]
) -> None:
    """Bring documents and what is inbound to where a decision has them, and tell of it."""
    for change in changes(decision, snapshot):
        statements.delete(change.table, change.columns[: change.keys], change.removed)
        statements.upsert(change.table, change.columns, change.rows, change.keys)
    totals = inbound_total_rows(decision)
    statements.update("product_stock", INBOUND_TOTAL_COLUMNS, totals)
    statements.write(sql.insert, "events", EVENT_COLUMNS, event_rows(decision, event_ids))
