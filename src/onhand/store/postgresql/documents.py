"""Documents on PostgreSQL: locked before the stock they touch, and written beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Table

from onhand.core.decide import Decision
from onhand.core.documents import Document, DocumentKey, Inbound
from onhand.core.levels import StockKey
from onhand.core.snapshot import Needs, Snapshot, declare_documents, moments_to_look_up, resolved
from onhand.store import rows as r
from onhand.store import schema
from onhand.store.columns import Money, plain
from onhand.store.documents import (
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
from onhand.store.postgresql import sql
from onhand.store.postgresql.set_based import Strategy

Run = Callable[[Sequence[sql.Statement]], Sequence[Sequence[Any]]]
"""Runs statements in one round trip; the rows of each."""


def load(run: Run, needs: Needs) -> dict[DocumentKey, Document]:
    """Begin the transaction by locking and loading the documents that a batch names.

    Every writer locks documents, then their partners, then stock; kinds and ids in the same order.
    What they touch is declared.
    """
    begin: list[sql.Statement] = [("BEGIN", [])]
    found: dict[DocumentKey, Document] = {}
    if needs.documents:
        found = {document.key: document for document in _load(run, needs, needs.documents, begin)}
        begin = []
    declare_documents(needs, found.values())
    if needs.partners:
        partners = _load(run, needs, needs.partners, begin)
        found |= {document.key: document for document in partners}
    return found


def _load(
    run: Run, needs: Needs, keys: Iterable[DocumentKey], before: Sequence[sql.Statement]
) -> Iterator[Document]:
    asked = [*before]
    wanted = ids_by_kind(keys)
    for kind, ids in wanted.items():
        kept = KEPT[kind]
        whole, lines = whole_and_lines(needs, kind, ids)
        asked.append((sql.rows_of(kept.table.name, kept.columns, "id", lock=True), [ids]))
        for part in kept.parts:
            asked.append((sql.rows_of(part.table.name, part.columns, *WHOLE), [whole]))
            if part.is_lines:
                places = r.columns_of(lines) or [[], []]
                asked.append((sql.rows_at(part.table.name, part.columns, LINES), places))
    told = iter(run(asked)[len(before) :])
    for kind in wanted:
        kept = KEPT[kind]
        heads = _read(kept.table, kept.columns, next(told))
        parts = {}
        for part in kept.parts:
            rows = [*next(told), *(next(told) if part.is_lines else ())]
            parts[part.name] = _read(part.table, part.columns, rows)
        yield from kept.assembled(heads, parts)


def load_past(run: Run, strategy: Strategy, snapshot: Snapshot, needs: Needs) -> None:
    """What was on hand at the past moments that documents ask for, out of the ledger."""
    wanted = moments_to_look_up(needs, snapshot.levels)
    if not wanted:
        return
    keys = [
        (StockKey(product_id, warehouse_id), moment) for product_id, warehouse_id, moment in wanted
    ]
    snapshot.on_hand_as_of.update(dict.fromkeys(keys, 0))
    for rows in run(strategy.on_hand_as_of(wanted)):
        for position, on_hand in rows:
            snapshot.on_hand_as_of[keys[position - 1]] = on_hand


def load_inbounds(run: Run, strategy: Strategy, snapshot: Snapshot, needs: Needs) -> None:
    """What is on its way to the levels that documents touch."""
    places = {
        resolved(product_id, warehouse_id, snapshot.rules)
        for product_id, warehouse_id in needs.inbounds
        if product_id in snapshot.rules
    }
    if not places:
        return
    here = strategy.inbounds(places)
    told = run([*here, *strategy.inbound_totals({place.product_id for place in places})])
    for row in chain.from_iterable(told[: len(here)]):
        snapshot.inbounds[StockKey(row[0], row[1])] = Inbound(*row[2:])
    snapshot.inbound_totals.update(chain.from_iterable(told[len(here) :]))


def load_terms(run: Run, snapshot: Snapshot, needs: Needs) -> None:
    """The terms that documents look at, and who has the names that they would take."""
    asked: list[sql.Statement] = []
    if needs.terms:
        asked.append((sql.TERMS, r.columns_of(needs.terms)))
    if needs.preferences:
        asked.append((sql.PREFERRED_TERMS, [list(needs.preferences)]))
    of_terms = len(asked)
    wanted = names_by_kind(needs.names)
    asked += [
        (sql.named(KEPT[kind].table.name, column), [names])
        for kind, (column, names) in wanted.items()
    ]
    if not asked:
        return
    told = run(asked)
    for rows in told[:of_terms]:
        keep_terms(snapshot, _read(schema.supplier_products, TERMS_COLUMNS, rows))
    for kind, rows in zip(wanted, told[of_terms:], strict=True):
        snapshot.names.update({(kind, name): owner for name, owner in rows})


def writes(
    strategy: Strategy, decision: Decision, snapshot: Snapshot, event_ids: Sequence[int]
) -> Iterator[sql.Statement]:
    """The statements that bring documents and what is inbound to where a decision has them, and
    tell of it.
    """
    for change in changes(decision, snapshot):
        yield from strategy.delete(change.table, change.columns[: change.keys], change.removed)
        yield from strategy.upsert(change.table, change.columns, change.rows, change.keys)
    totals = inbound_total_rows(decision)
    yield from strategy.update("product_stock", INBOUND_TOTAL_COLUMNS, totals)
    yield from strategy.insert("events", EVENT_COLUMNS, event_rows(decision, event_ids))


def _read(table: Table, columns: Sequence[str], rows: Iterable[Any]) -> Iterator[Sequence[Any]]:
    """Rows with their amounts of money in the fewest digits."""
    amounts = [isinstance(table.c[name].type, Money) for name in columns]
    for row in rows:
        yield [
            plain(value) if is_amount and value is not None else value
            for is_amount, value in zip(amounts, row, strict=True)
        ]
