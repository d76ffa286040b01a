"""A memory store that gives the rules what a batch declared and not a row more, as databases do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from onhand.core.levels import StockKey
from onhand.core.reservations import Reservation
from onhand.core.snapshot import Needs, Snapshot, queues_to_load, resolved
from onhand.core.warehouses import DEFAULT_WAREHOUSE_ID
from onhand.ledger.ports import KeyPart
from onhand.store.memory import MemoryStore, MemoryTransaction


class DeclaredStore(MemoryStore):
    """As forgetful as the memory store, as close-fisted as a database."""

    @contextmanager
    def transaction(
        self, needs: Needs, keys: Sequence[KeyPart], now: datetime
    ) -> Iterator[MemoryTransaction]:
        with super().transaction(needs, keys, now) as transaction:
            transaction.snapshot = declared_only(transaction.snapshot, needs, now)
            yield transaction


def declared_only(full: Snapshot, needs: Needs, now: datetime) -> Snapshot:
    """The declared rows of a full snapshot; the reservations that may be left out are."""
    rules = {p: full.rules[p] for p in needs.stocked_products if p in full.rules}
    places = {resolved(*place, rules) for place in needs.levels if place[0] in rules}
    levels = {key: full.levels[key] for key in places if key in full.levels}
    named = {(resolved(p, w, rules), order) for p, w, order in needs.orders if p in rules}
    whole = {resolved(p, w, rules) for p, w in needs.all_reservations if p in rules}
    expired = {
        key
        for key in places
        if any(hold.is_expired(now) for hold in full.reservations.get(key, {}).values())
    }
    queues = queues_to_load(needs, levels, rules, expired)
    reservations: dict[StockKey, dict[int, Reservation]] = {}
    for key, holds in full.reservations.items():
        waiting = sorted((h for h in holds.values() if h.backordered), key=lambda h: h.id)
        head = waiting[: queues[key]] if key in queues else []
        kept = {
            order: hold
            for order, hold in holds.items()
            if (key, order) in named
            or key in whole
            or (key in places and hold.is_expired(now))
            or hold in head
        }
        if kept:
            reservations[key] = kept
    sites = needs.warehouses | {DEFAULT_WAREHOUSE_ID}
    sites |= {rule.default_warehouse_id for rule in rules.values() if rule.default_warehouse_id}
    return Snapshot(
        rules=rules,
        totals={p: full.totals[p] for p in rules},
        reorder_points={p: full.reorder_points[p] for p in rules},
        levels=levels,
        reservations=reservations,
        reversed_ids=full.reversed_ids & {movement_id for _, movement_id in needs.reversals},
        products={p: full.products[p] for p in needs.products if p in full.products},
        products_with_history=full.products_with_history & needs.products,
        sku_owners={sku: p for sku, p in full.sku_owners.items() if sku in needs.sku_keys},
        warehouse_activity={w: on for w, on in full.warehouse_activity.items() if w in sites},
        warehouses=full.warehouses if needs.all_warehouses else {},
        warehouses_holding=full.warehouses_holding & needs.warehouse_holdings,
        documents={
            key: full.documents[key]
            for key in (needs.documents | needs.partners) & full.documents.keys()
        },
        names={name: full.names[name] for name in needs.names & full.names.keys()},
        terms={
            key: terms
            for key, terms in full.terms.items()
            if key in needs.terms or (key.product_id in needs.preferences and terms.is_preferred)
        },
        settings={key: full.settings[key] for key in needs.settings & full.settings.keys()},
        documents_open_at={
            w: kind for w, kind in full.documents_open_at.items() if w in needs.warehouse_holdings
        },
        inbounds={
            key: full.inbounds[key]
            for key in (resolved(*place, rules) for place in needs.inbounds if place[0] in rules)
            if key in full.inbounds
        },
        on_hand_as_of=full.on_hand_as_of,
        inbound_totals={p: full.inbound_totals.get(p, 0) for p, _ in needs.inbounds},
        new_ids=full.new_ids,
    )
