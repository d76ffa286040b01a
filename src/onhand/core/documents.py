"""Documents: papers with lines and a life cycle, whose steps move stock.

A document's change of state and the movements it causes are one decision, and so one commit. Each
step leaves an event: together they are the document's history, and what other systems are told.

    a command   names its document, or brings what a new one is made of
    touches     the levels that a document or a command may look at: loaded and locked beforehand
    events      who did what, when, from which state to which, and why
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple

from onhand.core.changes import Changes
from onhand.core.events import type_of_step
from onhand.core.movements import Origin
from onhand.core.terms import TermsKey


class DocumentKind(StrEnum):
    """What a document is; also the `reference_type` of the movements it causes."""

    PURCHASE_ORDER = "purchase_order"
    SUPPLIER = "supplier"
    SALES_ORDER = "sales_order"
    TRANSFER = "transfer"
    COUNT = "count"


PARTNERS = frozenset({DocumentKind.SUPPLIER})
"""Kinds that other documents look at: they are loaded and locked after those."""


class DocumentKey(NamedTuple):
    """Which document: ids are counted per kind."""

    kind: DocumentKind
    id: int

    def __str__(self) -> str:
        """What people call it: `Transfer 7`."""
        return f"{self.kind.replace('_', ' ').capitalize()} {self.id}"


class Touch(NamedTuple):
    """A level that may be looked at, how many units may come free there, and for which order.

    `warehouse_id` None stands for the product's default warehouse. `as_of` are past moments at
    which its on hand is wanted, too; `all_reservations`: whatever orders hold there; `reserves`: a
    reservation may be opened there.
    """

    product_id: int
    warehouse_id: int | None
    frees: int = 0
    order_id: int | None = None
    as_of: tuple[datetime, ...] = ()
    all_reservations: bool = False
    reserves: bool = False


class Claim(NamedTuple):
    """What a document says of a level as it stands: `verify` holds it against the stock.

    Units on order from suppliers and in transit to it, and units that `order_id` holds there,
    allocated or backordered.
    """

    product_id: int
    warehouse_id: int
    on_order: int = 0
    in_transit: int = 0
    order_id: int | None = None
    held: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What all documents have. `version` counts its changes, from 1."""

    kind: ClassVar[DocumentKind]

    id: int
    state: str
    version: int
    created_by: str
    created_at: datetime
    updated_at: datetime

    @property
    def key(self) -> DocumentKey:
        """Which document it is."""
        return DocumentKey(self.kind, self.id)

    @property
    def only_name(self) -> str | None:
        """The name that no other document of its kind has, for kinds that have such names."""
        return None

    def touches(self) -> Iterable[Touch]:
        """Every level that a step of this document may look at."""
        raise NotImplementedError

    def products_named(self) -> Iterable[int]:
        """The products that its rows name."""
        return (touch.product_id for touch in self.touches())

    def warehouses_named(self) -> Iterable[int | None]:
        """The warehouses that its rows name; None says nothing."""
        return (touch.warehouse_id for touch in self.touches())

    def is_seen_from(self, within: frozenset[int]) -> bool:
        """Whether who may work in these warehouses only sees it: all that it names are theirs."""
        return all(it is None or it in within for it in self.warehouses_named())

    def partners(self) -> Iterable[DocumentKey]:
        """The documents of PARTNERS that a step of this one may look at."""
        return ()

    def touches_by(self, commands: Sequence[DocumentCommand]) -> Iterator[Touch]:
        """The same, of all commands that a batch has for it."""
        for command in commands:
            yield from command.touches_of(self)

    def claims(self) -> Iterable[Claim]:
        """What it says of stock in its present state; several may be of one level."""
        return ()

    def flaws(self) -> Iterable[tuple[str, object, object]]:
        """Where it contradicts itself: what, what would be right, what it says."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentCommand:
    """What all commands about documents have.

    `id` None asks for a new document; `if_version` None takes it as it is.
    """

    kind: ClassVar[DocumentKind]

    origin: Origin
    id: int | None = None
    if_version: int | None = None

    def touches(self) -> Iterable[Touch]:
        """The levels that the command itself names, beside its document's."""
        return ()

    def only_products(self) -> Iterable[int] | None:
        """The products whose lines are all that it looks at of its document; None: everything."""
        return None

    def touches_of(self, document: Document) -> Iterable[Touch]:
        """The levels of its document that this step may look at: all, where it says no less."""
        return document.touches()

    def warehouses(self) -> Iterable[int]:
        """The warehouses that the command names, beside those of its touches."""
        return ()

    def products_named(self) -> Iterable[int]:
        """The products that its rows name."""
        return (touch.product_id for touch in self.touches())

    def warehouses_named(self) -> Iterable[int | None]:
        """The warehouses that its rows name; None says nothing."""
        return (touch.warehouse_id for touch in self.touches())

    def sites(self, document: Document | None) -> Iterator[int]:
        """The warehouses that its caller must be allowed to work in: all that are named."""
        yield from self.warehouses()
        named = [*self.warehouses_named()]
        if document is not None:
            named += document.warehouses_named()
        yield from (it for it in named if it is not None)

    def partners(self) -> Iterable[DocumentKey]:
        """The documents of PARTNERS that the command names, beside its own document's."""
        return ()

    def names(self) -> Iterable[str]:
        """The names it may take that only one document of its kind can have."""
        return ()

    def terms(self, document: Document | None) -> Iterable[TermsKey]:
        """The suppliers' terms that it looks at, given its document (None: a new one)."""
        return ()

    def prefers(self) -> Iterable[int]:
        """The products whose preferred supplier it may change."""
        return ()


@dataclass(frozen=True, slots=True)
class Event:
    """One step of a document. `data` says what it was about, in plain JSON values.

    `warehouses` are those that the document names after it; None: its kind names none. `changes`
    are its fields that differ from before. `after` tells how many of its batch's movements come
    before it. These, and `address`, are not part of the history that is read back.
    """

    key: DocumentKey
    version: int
    name: str
    from_state: str | None
    to_state: str
    at: datetime
    actor: str
    reason: str | None
    data: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    address: str | None = None
    product_id: int | None = None
    warehouses: tuple[int, ...] | None = None
    changes: Changes | None = None
    after: int = 0

    @property
    def type(self) -> str:
        """What others know it by: `transfer.shipped`."""
        is_new = self.data.get("previous_price") is None
        return type_of_step(self.key.kind, self.name, is_new=is_new)


@dataclass(slots=True)
class Inbound:
    """Units on their way to a product's warehouse: ordered from suppliers, and in transit."""

    on_order: int = 0
    in_transit: int = 0

    @property
    def total(self) -> int:
        """All units on their way."""
        return self.on_order + self.in_transit

    def copy(self) -> Inbound:
        """An independent copy, for a draft to change."""
        return Inbound(self.on_order, self.in_transit)
