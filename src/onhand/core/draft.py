"""The draft: the stock as a batch has left it so far, and the entries it will write.

A rule looks at levels and reservations through the draft and changes them through it alone, so each
command sees what those before it did, a level's entries stay numbered without a gap, and an atomic
group can be taken back. The snapshot itself is never changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from onhand.core.documents import Document, DocumentKey, DocumentKind, Event, Inbound
from onhand.core.events import BACKORDER_ALLOCATED, RESERVATION_EXPIRED, Notice
from onhand.core.levels import Level, StockKey
from onhand.core.movements import RESERVING, Movement, MovementType, Origin
from onhand.core.products import Product, ProductRules
from onhand.core.reservations import Reservation, order_told
from onhand.core.snapshot import Snapshot, resolved
from onhand.core.stock_settings import StockSettings
from onhand.core.terms import Terms, TermsKey
from onhand.core.warehouses import Warehouse

Value = TypeVar("Value")

EXPIRY_ACTOR = "onhand:expiry"
"""Who releases what has expired."""

Holds = dict[int, Reservation]
"""The open reservations of one level, by order."""


@dataclass(slots=True)
class _Checkpoint:
    """The state to go back to: what was first touched since, as it was before."""

    movements: int
    levels: dict[StockKey, Level | None] = field(default_factory=dict)
    holds: dict[StockKey, Holds | None] = field(default_factory=dict)
    rules: dict[int, ProductRules] = field(default_factory=dict)
    products: dict[int, Product] = field(default_factory=dict)
    sku_owners: dict[str, int] = field(default_factory=dict)
    warehouse_activity: dict[int, bool] = field(default_factory=dict)
    warehouses: dict[int, Warehouse] = field(default_factory=dict)
    removed: set[int] = field(default_factory=set)
    reversed_ids: set[int] = field(default_factory=set)
    documents: dict[DocumentKey, Document] = field(default_factory=dict)
    inbounds: dict[StockKey, Inbound | None] = field(default_factory=dict)
    names: dict[tuple[DocumentKind, str], int] = field(default_factory=dict)
    terms: dict[TermsKey, Terms] = field(default_factory=dict)
    settings: dict[StockKey, StockSettings] = field(default_factory=dict)
    events: int = 0
    notices: int = 0


class Draft:
    """A batch's work in progress over one snapshot, at one moment."""

    def __init__(self, snapshot: Snapshot, now: datetime) -> None:
        self.snapshot = snapshot
        self.now = now
        self.movements: list[Movement] = []
        self.levels: dict[StockKey, Level] = {}
        self.holds: dict[StockKey, Holds] = {}
        self.rules = dict(snapshot.rules)
        self.products = dict(snapshot.products)
        self.sku_owners = dict(snapshot.sku_owners)
        self.warehouse_activity = dict(snapshot.warehouse_activity)
        self.warehouses = dict(snapshot.warehouses)
        self.removed: set[int] = set()
        self.reversed_ids = set(snapshot.reversed_ids)
        self.documents = dict(snapshot.documents)
        self.inbounds: dict[StockKey, Inbound] = {}
        self.names = dict(snapshot.names)
        self.terms = dict(snapshot.terms)
        self.settings = dict(snapshot.settings)
        self.events: list[Event] = []
        self.notices: list[Notice] = []
        self._checkpoint: _Checkpoint | None = None

    def key(self, product_id: int, warehouse_id: int | None) -> StockKey:
        """The level that a product and perhaps a warehouse name."""
        return resolved(product_id, warehouse_id, self.rules)

    def level(self, key: StockKey) -> Level:
        """The level as it stands in this draft; its expired reservations are released first."""
        level = self.levels.get(key)
        if level is None:
            stored = self.snapshot.levels.get(key)
            if self._checkpoint is not None:
                self._checkpoint.levels.setdefault(key, None)
                self._checkpoint.holds.setdefault(key, None)
            level = self.levels[key] = stored.copy() if stored is not None else Level()
            held = self.snapshot.reservations.get(key)
            if held is None:
                self.holds[key] = {}
            else:
                self.holds[key] = {order_id: hold.copy() for order_id, hold in held.items()}
                self._release_expired(key)
        elif self._checkpoint is not None and key not in self._checkpoint.levels:
            self._checkpoint.levels[key] = level.copy()
            self._checkpoint.holds[key] = {
                order_id: reservation.copy() for order_id, reservation in self.holds[key].items()
            }
        return level

    def post(
        self,
        key: StockKey,
        movement_type: MovementType,
        quantity: int,
        origin: Origin,
        *,
        order_id: int | None = None,
        transfer_id: int | None = None,
        reverses_id: int | None = None,
        not_before: datetime | None = None,
    ) -> None:
        """Append one entry and move its level by it. The caller has checked the rules."""
        level = self.levels[key]
        if movement_type in RESERVING:
            level.reserved += quantity
        else:
            level.on_hand += quantity
        level.entry_number += 1
        occurred_at = origin.occurred_at or self.now
        if level.last_movement_at is not None and level.last_movement_at > occurred_at:
            occurred_at = level.last_movement_at
        if not_before is not None and not_before > occurred_at:
            occurred_at = not_before
        level.last_movement_at = occurred_at
        self.movements.append(
            Movement(
                key[0],
                key[1],
                level.entry_number,
                movement_type,
                quantity,
                level.on_hand,
                level.reserved,
                order_id,
                transfer_id,
                reverses_id,
                origin,
                occurred_at,
                None if occurred_at == origin.occurred_at else origin.occurred_at,
                self.now,
            )
        )

    def hold(
        self,
        key: StockKey,
        order_id: int,
        allocated: int,
        backordered: int,
        expires_at: datetime | None,
    ) -> Reservation:
        """Add to what an order holds, opening its reservation where it has none."""
        level, holds = self.levels[key], self.holds[key]
        reservation = holds.get(order_id)
        if reservation is None:
            new_id = next(self.snapshot.new_ids.reservations)
            reservation = Reservation(new_id, order_id, 0, 0, expires_at, self.now)
            holds[order_id] = reservation
        elif expires_at is not None:
            reservation.expires_at = expires_at
        reservation.allocated += allocated
        reservation.backordered += backordered
        level.backordered += backordered
        return reservation

    def let_go(
        self, key: StockKey, reservation: Reservation, allocated: int, backordered: int
    ) -> None:
        """Take from what an order holds, closing its reservation when nothing is left."""
        reservation.allocated -= allocated
        reservation.backordered -= backordered
        self.levels[key].backordered -= backordered
        if not reservation.held:
            del self.holds[key][reservation.order_id]

    def allocate_arrivals(self, key: StockKey, origin: Origin) -> None:
        """Give what is available to open backorders, oldest first."""
        level = self.levels[key]
        if not level.backordered or not level.available:
            return
        told = Origin(
            actor=origin.actor,
            reason="Allocated to backorder",
            reference=origin.reference,
            reference_type=origin.reference_type,
            reference_id=origin.reference_id,
            occurred_at=origin.occurred_at,
        )
        for reservation in sorted(self.holds[key].values(), key=_place_in_queue):
            quantity = min(level.available, reservation.backordered)
            if quantity:
                reservation.allocated += quantity
                reservation.backordered -= quantity
                level.backordered -= quantity
                self.post(key, MovementType.RESERVED, quantity, told, order_id=reservation.order_id)
                self._tell_of_hold(
                    BACKORDER_ALLOCATED,
                    key,
                    reservation,
                    origin,
                    {"quantity": quantity, "still_backordered": reservation.backordered},
                )
            if not level.available:
                return

    def inbound(self, key: StockKey) -> Inbound:
        """What is on its way to a level, to look at and to change."""
        inbound = self.inbounds.get(key)
        if self._checkpoint is not None and key not in self._checkpoint.inbounds:
            self._checkpoint.inbounds[key] = None if inbound is None else inbound.copy()
        if inbound is None:
            stored = self.snapshot.inbounds.get(key)
            inbound = self.inbounds[key] = Inbound() if stored is None else stored.copy()
        return inbound

    @property
    def in_group(self) -> bool:
        """Whether a group has begun and not ended."""
        return self._checkpoint is not None

    def begin_group(self) -> None:
        """From here on, be able to go back to this state."""
        self._checkpoint = _Checkpoint(
            movements=len(self.movements),
            rules=dict(self.rules),
            products=dict(self.products),
            sku_owners=dict(self.sku_owners),
            warehouse_activity=dict(self.warehouse_activity),
            warehouses=dict(self.warehouses),
            removed=set(self.removed),
            reversed_ids=set(self.reversed_ids),
            documents=dict(self.documents),
            names=dict(self.names),
            terms=dict(self.terms),
            settings=dict(self.settings),
            events=len(self.events),
            notices=len(self.notices),
        )

    def end_group(self, *, keep: bool) -> None:
        """Keep the group's work, or go back to where it began."""
        checkpoint, self._checkpoint = self._checkpoint, None
        if keep or checkpoint is None:
            return
        del self.movements[checkpoint.movements :]
        _restore(self.levels, checkpoint.levels)
        _restore(self.holds, checkpoint.holds)
        self.rules, self.products = checkpoint.rules, checkpoint.products
        self.sku_owners, self.warehouses = checkpoint.sku_owners, checkpoint.warehouses
        self.warehouse_activity = checkpoint.warehouse_activity
        self.removed = checkpoint.removed
        self.reversed_ids = checkpoint.reversed_ids
        _restore(self.inbounds, checkpoint.inbounds)
        self.documents = checkpoint.documents
        self.names, self.terms = checkpoint.names, checkpoint.terms
        self.settings = checkpoint.settings
        del self.events[checkpoint.events :]
        del self.notices[checkpoint.notices :]

    def changed_levels(self) -> Iterator[tuple[StockKey, Level]]:
        """The levels that differ from the snapshot's."""
        for key, level in self.levels.items():
            before = self.snapshot.levels.get(key, _EMPTY)
            # Every other change leaves an entry behind.
            if level.entry_number != before.entry_number or level.backordered != before.backordered:
                yield key, level

    def _tell_of_hold(
        self,
        event_type: str,
        key: StockKey,
        reservation: Reservation,
        origin: Origin,
        units: Mapping[str, int],
    ) -> None:
        place = {"product_id": key.product_id, "warehouse_id": key.warehouse_id}
        order = order_told(reservation.order_id)
        self.notices.append(
            Notice(
                event_type,
                self.now,
                origin.actor,
                origin.address,
                origin.reason,
                product_id=key.product_id,
                warehouses=(key.warehouse_id,),
                data={**place, "reservation_id": reservation.id, **order, **units},
                after=len(self.movements),
            )
        )

    def _release_expired(self, key: StockKey) -> None:
        expired = [hold for hold in self.holds[key].values() if hold.is_expired(self.now)]
        for reservation in sorted(expired, key=_moment_of_expiry):
            origin = Origin(
                actor=EXPIRY_ACTOR,
                reason="Reservation expired",
                reference_type="reservation",
                reference_id=reservation.id,
                occurred_at=reservation.expires_at,
            )
            allocated, backordered = reservation.allocated, reservation.backordered
            self.let_go(key, reservation, allocated, backordered)
            if allocated:
                self.post(
                    key, MovementType.RELEASED, -allocated, origin, order_id=reservation.order_id
                )
            self._tell_of_hold(
                RESERVATION_EXPIRED,
                key,
                reservation,
                origin,
                {"released": allocated, "released_backordered": backordered},
            )
        if expired:
            self.allocate_arrivals(key, replace(origin, reference_type=None, reference_id=None))


_EMPTY = Level()


def _place_in_queue(reservation: Reservation) -> int:
    return reservation.id


def _moment_of_expiry(reservation: Reservation) -> tuple[datetime | None, int]:
    return reservation.expires_at, reservation.id


def _restore(current: dict[StockKey, Value], before: dict[StockKey, Value | None]) -> None:
    for key, value in before.items():
        if value is None:
            del current[key]
        else:
            current[key] = value
