"""The memory store: the port's promises in plain dictionaries, for tests and simulations.

It seals nothing: nobody can change what it keeps but this process.

One lock is the transaction: who holds it sees and changes everything alone, as the databases' row
locks would have it for the rows a batch declared.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from operator import itemgetter

from onhand.core.catalog_rules import rules_of
from onhand.core.decide import Decision
from onhand.core.kinds import is_done
from onhand.core.levels import StockKey
from onhand.core.products import sku_key
from onhand.core.snapshot import (
    Needs,
    NewIds,
    ProductTotals,
    Snapshot,
    declare_documents,
    moments_to_look_up,
)
from onhand.core.warehouses import (
    DEFAULT_WAREHOUSE_CODE,
    DEFAULT_WAREHOUSE_ID,
    DEFAULT_WAREHOUSE_NAME,
    Warehouse,
    WarehouseAttributes,
    WarehouseType,
)
from onhand.ledger.ports import OWN_KEYS, KeptAnswer, KeyPart
from onhand.store.memory_proof import MemoryProof, summed
from onhand.store.memory_tables import MemoryTables


class MemoryStore:
    """A store that forgets everything when it is closed."""

    def __init__(self, created_at: datetime) -> None:
        """An empty store with the default warehouse in it."""
        self._lock = threading.Lock()
        self._tables = MemoryTables()
        main = WarehouseAttributes(
            DEFAULT_WAREHOUSE_NAME, DEFAULT_WAREHOUSE_CODE, WarehouseType.MAIN
        )
        self._tables.warehouses[DEFAULT_WAREHOUSE_ID] = Warehouse(
            DEFAULT_WAREHOUSE_ID, main, 1, created_at, created_at
        )
        self._tables.last_ids["warehouses"] = DEFAULT_WAREHOUSE_ID

    @contextmanager
    def transaction(
        self, needs: Needs, keys: Sequence[KeyPart], now: datetime
    ) -> Iterator[MemoryTransaction]:
        """Load and lock what a batch needs; nothing is written unless it is committed."""
        with self._lock:
            yield MemoryTransaction(self._tables, needs, keys)

    def expired(self, now: datetime, limit: int) -> Sequence[StockKey]:
        """Up to `limit` levels at which a reservation has expired by `now`."""
        with self._lock:
            return [
                key
                for key, holds in self._tables.reservations.items()
                if any(hold.is_expired(now) for hold in holds.values())
            ][:limit]

    def forget_answers(self, before: datetime) -> int:
        """Drop answers kept for clients' keys since before a moment; how many."""
        with self._lock:
            answers = self._tables.answers
            old = [
                part
                for part, (kept_at, _) in answers.items()
                if kept_at < before and not part.key.startswith(OWN_KEYS)
            ]
            for part in old:
                del answers[part]
            return len(old)

    @contextmanager
    def looked_at(self) -> Iterator[MemoryTables]:
        """What is kept, while nobody changes it."""
        with self._lock:
            yield self._tables

    @contextmanager
    def proof(self) -> Iterator[MemoryProof]:
        """A consistent view of everything, for `verify`."""
        with self._lock:
            yield MemoryProof(self._tables)

    def close(self) -> None:
        """Nothing to let go of."""


class MemoryTransaction:
    """One batch's transaction over the tables."""

    def __init__(self, tables: MemoryTables, needs: Needs, keys: Sequence[KeyPart]) -> None:
        """Copy what the batch declared into its snapshot."""
        self._tables = tables
        self._used_ids = dict(tables.last_ids)
        self.known: Mapping[KeyPart, KeptAnswer] = {
            part: tables.answers[part][1] for part in keys if part in tables.answers
        }
        documents = {
            key: tables.documents[key] for key in needs.documents if key in tables.documents
        }
        declare_documents(needs, documents.values())
        documents |= {
            key: tables.documents[key] for key in needs.partners if key in tables.documents
        }
        declared = set(needs.stocked_products)
        self.snapshot = Snapshot(
            documents=documents,
            inbounds={
                key: inbound.copy()
                for key, inbound in tables.inbounds.items()
                if key.product_id in declared
            },
            inbound_totals=summed(tables.inbounds, declared),
            names={
                (document.kind, document.only_name): document.id
                for document in tables.documents.values()
                if document.only_name is not None
            },
            terms={
                key: terms
                for key, terms in tables.terms.items()
                if key in needs.terms
                or (key.product_id in needs.preferences and terms.is_preferred)
            },
            settings={
                key: tables.settings[key] for key in needs.settings if key in tables.settings
            },
            on_hand_as_of=_on_hand_as_of(tables, needs),
            rules={
                product_id: rules_of(product.attributes)
                for product_id, product in tables.products.items()
                if product_id in declared
            },
            totals={
                product_id: ProductTotals(totals.on_hand, totals.reserved, totals.backordered)
                for product_id, totals in tables.totals.items()
                if product_id in declared
            },
            reorder_points={
                product_id: product.attributes.reorder_point
                for product_id, product in tables.products.items()
                if product_id in declared
            },
            levels={
                key: level.copy()
                for key, level in tables.levels.items()
                if key.product_id in declared
            },
            reservations={
                key: {order_id: hold.copy() for order_id, hold in holds.items()}
                for key, holds in tables.reservations.items()
                if key.product_id in declared
            },
            reversed_ids={
                movement.reverses_id
                for _, movement in tables.movements
                if movement.reverses_id is not None
            },
            products={
                product_id: tables.products[product_id]
                for product_id in needs.products
                if product_id in tables.products
            },
            products_with_history={
                *(key.product_id for key in tables.levels),
                *(key.product_id for key in tables.terms),
                *(key.product_id for key in tables.settings),
                *(
                    product_id
                    for document in tables.documents.values()
                    for product_id in document.products_named()
                ),
            },
            sku_owners={
                sku_key(product.attributes.sku): product_id
                for product_id, product in tables.products.items()
            },
            warehouse_activity={
                warehouse_id: warehouse.attributes.is_active
                for warehouse_id, warehouse in tables.warehouses.items()
            },
            warehouses=dict(tables.warehouses) if needs.all_warehouses else {},
            warehouses_holding={
                key.warehouse_id
                for key, level in tables.levels.items()
                if level.on_hand or level.backordered
            },
            documents_open_at={
                warehouse_id: key.kind
                for key, document in sorted(tables.documents.items(), key=itemgetter(0))
                if not is_done(document)
                for warehouse_id in document.warehouses_named()
                if warehouse_id is not None
            },
            new_ids=NewIds(
                products=self._new_ids("products", needs.new_products),
                warehouses=self._new_ids("warehouses", needs.new_warehouses),
                reservations=self._new_ids("reservations", needs.new_reservations),
                transfers=self._new_ids("transfers", needs.new_transfers),
                documents={
                    kind: self._new_ids(f"{kind}s", count)
                    for kind, count in needs.new_documents.items()
                },
            ),
        )

    def numbers(self, count: int) -> Sequence[int]:
        """New numbers for `count` movements and other events, rising."""
        return list(self._new_ids("movements", count))

    def commit(
        self,
        decision: Decision,
        numbers: Sequence[int],
        answers: Mapping[KeyPart, KeptAnswer],
        now: datetime,
    ) -> None:
        """Write all of it."""
        tables = self._tables
        movement_ids, event_ids = decision.numbered(numbers)
        tables.last_ids = self._used_ids
        tables.movements.extend(zip(movement_ids, decision.movements, strict=True))
        tables.levels |= {key: level.copy() for key, level in decision.levels.items()}
        for (key, order_id), hold in decision.reservations.items():
            holds = tables.reservations.setdefault(key, {})
            if hold is None:
                holds.pop(order_id, None)
            else:
                holds[order_id] = hold.copy()
        for product_id, product in decision.products.items():
            if product is None:
                del tables.products[product_id]
                del tables.totals[product_id]
            else:
                tables.products[product_id] = product
                tables.totals.setdefault(product_id, ProductTotals())
        tables.totals.update(decision.totals)
        for at, units in decision.daily_sales.items():
            tables.daily_sales[at] = tables.daily_sales.get(at, 0) + units
        tables.warehouses.update(decision.warehouses)
        tables.documents.update(decision.documents)
        tables.inbounds.update({key: it.copy() for key, it in decision.inbounds.items()})
        tables.events.extend(zip(event_ids, decision.told, strict=True))
        for terms_key, terms in decision.terms.items():
            if terms is None:
                tables.terms.pop(terms_key, None)
            else:
                tables.terms[terms_key] = terms
        for key, settings in decision.settings.items():
            if settings is None:
                tables.settings.pop(key, None)
            else:
                tables.settings[key] = settings
        for key in decision.removed_levels:
            del tables.levels[key]
        tables.answers.update({part: (now, kept) for part, kept in answers.items()})

    def _new_ids(self, name: str, count: int) -> Iterator[int]:
        first = self._used_ids.get(name, 0) + 1
        self._used_ids[name] = first + count - 1
        return iter(range(first, first + count))


def _on_hand_as_of(tables: MemoryTables, needs: Needs) -> dict[tuple[StockKey, datetime], int]:
    found: dict[tuple[StockKey, datetime], int] = {}
    for product_id, warehouse_id, moment in moments_to_look_up(needs, tables.levels):
        key = StockKey(product_id, warehouse_id)
        by_then = [
            (movement.occurred_at, movement_id, movement.on_hand)
            for movement_id, movement in tables.movements
            if (movement.product_id, movement.warehouse_id) == key
            and movement.occurred_at <= moment
        ]
        found[key, moment] = max(by_then)[2] if by_then else 0
    return found
