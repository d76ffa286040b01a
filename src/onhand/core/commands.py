"""Commands: what can be asked of the ledger, as frozen values in the imperative.

`warehouse_id` None means the product's default warehouse, else warehouse 1. Quantities are units;
where a sign matters the command says so. A `Request` is what one caller sends: one command or many.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from onhand.core.documents import DocumentCommand
from onhand.core.movements import Origin, PastMovement
from onhand.core.products import ProductAttributes
from onhand.core.warehouses import WarehouseAttributes


class OnShortfall(StrEnum):
    """What a count does when less is found than orders hold."""

    REJECT = "reject"
    DEALLOCATE = "deallocate"


@dataclass(frozen=True, slots=True)
class AdjustStock:
    """Change on hand by `quantity` (signed, not 0). Negative with an order, it ships."""

    product_id: int
    warehouse_id: int | None
    quantity: int
    origin: Origin
    order_id: int | None = None


@dataclass(frozen=True, slots=True)
class ReceiveStock:
    """Add `quantity` > 0 units that came in: a purchase or a return."""

    product_id: int
    warehouse_id: int | None
    quantity: int
    origin: Origin
    order_id: int | None = None


@dataclass(frozen=True, slots=True)
class ShipStock:
    """Take `quantity` > 0 units out for good; what `order_id` holds is used first."""

    product_id: int
    warehouse_id: int | None
    quantity: int
    origin: Origin
    order_id: int | None = None


@dataclass(frozen=True, slots=True)
class ReserveStock:
    """Hold `quantity` > 0 units for an order, until `expires_at` where given."""

    product_id: int
    warehouse_id: int | None
    quantity: int
    order_id: int
    origin: Origin
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReleaseStock:
    """Give back `quantity` > 0 units an order holds: its backordered ones first."""

    product_id: int
    warehouse_id: int | None
    quantity: int
    order_id: int
    origin: Origin


@dataclass(frozen=True, slots=True)
class CountStock:
    """Set on hand to `counted_quantity` >= 0, as found in the warehouse."""

    product_id: int
    warehouse_id: int | None
    counted_quantity: int
    origin: Origin
    on_shortfall: OnShortfall = OnShortfall.REJECT


@dataclass(frozen=True, slots=True)
class TransferStock:
    """Move `quantity` > 0 available units from one warehouse to another.

    `in_transit`: they leave now and are received later, by a transfer of their own.
    """

    product_id: int
    from_warehouse_id: int
    to_warehouse_id: int
    quantity: int
    origin: Origin
    in_transit: bool = False


@dataclass(frozen=True, slots=True)
class ReverseMovement:
    """Mend a movement by its opposite. `movements` is the one, or both halves of a transfer."""

    movements: tuple[PastMovement, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class RescheduleReservation:
    """Give a reservation another `expires_at`, or None for no end."""

    product_id: int
    warehouse_id: int
    order_id: int
    reservation_id: int
    expires_at: datetime | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class ExpireReservations:
    """Release what has expired at one product and warehouse."""

    product_id: int
    warehouse_id: int
    origin: Origin


@dataclass(frozen=True, slots=True)
class CreateProduct:
    """Add a product; its opening quantities become movements."""

    attributes: ProductAttributes
    origin: Origin
    stock_quantity: int = 0
    reserved_quantity: int = 0
    warehouse_id: int | None = None


@dataclass(frozen=True, slots=True)
class UpdateProduct:
    """Change some attributes of a product, if it still is at `if_version` (None: whatever it
    is).
    """

    product_id: int
    changes: Mapping[str, Any]
    origin: Origin
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class RemoveProduct:
    """Delete a product without movements; archive one that has any."""

    product_id: int
    origin: Origin
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class CreateWarehouse:
    """Add a warehouse."""

    attributes: WarehouseAttributes
    origin: Origin


@dataclass(frozen=True, slots=True)
class UpdateWarehouse:
    """Change some attributes of a warehouse, if it still is at `if_version`."""

    warehouse_id: int
    changes: Mapping[str, Any]
    origin: Origin
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class SetStockSettings:
    """Change some of a product's settings at one warehouse; None gives it back to the product.

    `if_version` is the product's, as its settings are part of it.
    """

    product_id: int
    warehouse_id: int
    changes: Mapping[str, int | None]
    origin: Origin
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class RemoveStockSettings:
    """Have a warehouse go by the product's settings again, in all of them."""

    product_id: int
    warehouse_id: int
    origin: Origin
    if_version: int | None = None


StockCommand = (
    AdjustStock
    | ReceiveStock
    | ShipStock
    | ReserveStock
    | ReleaseStock
    | CountStock
    | TransferStock
    | ReverseMovement
    | RescheduleReservation
    | ExpireReservations
)
CatalogCommand = (
    CreateProduct
    | UpdateProduct
    | RemoveProduct
    | CreateWarehouse
    | UpdateWarehouse
    | SetStockSettings
    | RemoveStockSettings
)
Command = StockCommand | CatalogCommand | DocumentCommand


@dataclass(frozen=True, slots=True)
class Request:
    """What one caller asks in one go. Atomic: all of its commands, or none.

    A dry run asks what would happen: it is answered like the request itself, and changes nothing.
    """

    commands: tuple[Command, ...]
    atomic: bool = False
    dry_run: bool = False
