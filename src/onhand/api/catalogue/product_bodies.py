"""Products as JSON: what a client may send of them, ask for, and gets."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from onhand.api import fields as f
from onhand.api.queries import Paging, sorting
from onhand.core.levels import MAX_QUANTITY
from onhand.core.products import Product, ProductAttributes
from onhand.core.stock_status import StockStatus, in_stock, stock_status
from onhand.ledger.stock_views import ProductFilter, ProductView, Quantities, WarehouseLevel

Amount = Annotated[Decimal, Meta(extra_json_schema={"type": "number"}, description="Exact.")]
"""Money in an answer: a JSON number with just the digits it has."""

Point = Annotated[int, Meta(ge=0, le=MAX_QUANTITY, description="Units, 0 or more.")]

_USE_ADJUST = (
    "Stock changes by a movement alone: use POST /api/v1/operations/inventory/{product_id}/adjust"
)
_USE_RESERVE = (
    "Stock changes by a movement alone: use POST /api/v1/operations/inventory/{product_id}/reserve"
    " or /release"
)
_GIVEN = "This field is worked out by the server: leave it out"
_COMPUTED = dict.fromkeys(("id", "stock_status", "in_stock", "created_at", "updated_at"), _GIVEN)


class NewProduct(Struct, kw_only=True, forbid_unknown_fields=True):
    """A product to add, with the stock it opens with."""

    refused: ClassVar[dict[str, str]] = _COMPUTED

    sku: f.Sku
    name: f.Name
    description: f.Description | None = None
    barcode: f.Barcode | None = None
    unit: f.Unit = "piece"
    selling_price: f.Money | None = None
    cost_price: f.Money | None = None
    currency: f.Currency = "USD"
    track_inventory: bool = True
    allow_backorder: bool = False
    reorder_point: Point | None = None
    reorder_quantity: f.PositiveQuantity | None = None
    lead_time_days: f.Days | None = None
    safety_stock: Point | None = None
    default_warehouse_id: f.WarehouseId | None = None
    is_active: bool = True
    stock_quantity: f.CountedQuantity = 0
    reserved_quantity: f.CountedQuantity = 0
    warehouse_id: f.WarehouseId | None = None

    @property
    def attributes(self) -> ProductAttributes:
        """What is said of the product itself."""
        return ProductAttributes(
            sku=self.sku.strip(),
            name=self.name.strip(),
            description=self.description,
            barcode=None if self.barcode is None else self.barcode.strip(),
            unit=self.unit.strip(),
            selling_price=_exact(self.selling_price),
            cost_price=_exact(self.cost_price),
            currency=self.currency,
            track_inventory=self.track_inventory,
            allow_backorder=self.allow_backorder,
            reorder_point=self.reorder_point,
            reorder_quantity=self.reorder_quantity,
            lead_time_days=self.lead_time_days,
            safety_stock=self.safety_stock,
            default_warehouse_id=self.default_warehouse_id,
            is_active=self.is_active,
        )


class ProductChanges(Struct, kw_only=True, forbid_unknown_fields=True):
    """Changes to a product: what is left out stays, null clears what may be empty."""

    refused: ClassVar[dict[str, str]] = _COMPUTED | {
        "stock_quantity": _USE_ADJUST,
        "reserved_quantity": _USE_RESERVE,
    }

    sku: f.Sku | UnsetType = UNSET
    name: f.Name | UnsetType = UNSET
    description: f.Description | UnsetType | None = UNSET
    barcode: f.Barcode | UnsetType | None = UNSET
    unit: f.Unit | UnsetType = UNSET
    selling_price: f.Money | UnsetType | None = UNSET
    cost_price: f.Money | UnsetType | None = UNSET
    currency: f.Currency | UnsetType = UNSET
    track_inventory: bool | UnsetType = UNSET
    allow_backorder: bool | UnsetType = UNSET
    reorder_point: Point | UnsetType | None = UNSET
    reorder_quantity: f.PositiveQuantity | UnsetType | None = UNSET
    lead_time_days: f.Days | UnsetType | None = UNSET
    safety_stock: Point | UnsetType | None = UNSET
    default_warehouse_id: f.WarehouseId | UnsetType | None = UNSET
    is_active: bool | UnsetType = UNSET

    @property
    def changes(self) -> dict[str, Any]:
        """The attributes to change, with their new values."""
        return changed_fields(self)


def changed_fields(changes: Struct) -> dict[str, Any]:
    """What a PATCH says, and nothing of what it leaves out."""
    found = {}
    for name in changes.__struct_fields__:
        value = getattr(changes, name)
        if isinstance(value, f.Money):
            value = Decimal(value)
        elif type(value) is str and name not in ("description", "address"):
            value = value.strip()
        if value is not UNSET:
            found[name] = value
    return found


class ProductQuery(Paging, kw_only=True):
    """Which products, in which order."""

    ids: (
        Annotated[
            str,
            f.of_pattern(
                r"[1-9][0-9]{0,18}(,[1-9][0-9]{0,18}){0,199}",
                max_length=4_000,
                description="These products alone, up to 200, by their ids.",
                examples=["3,17,20"],
            ),
        ]
        | None
    ) = None
    sku: Annotated[str, f.wanted(64, "Exactly, whatever its case.")] | None = None
    barcode: Annotated[str, f.wanted(64, "Exactly.")] | None = None
    search: Annotated[str, f.wanted(255, "Part of the name, SKU or barcode.")] | None = None
    stock_status: StockStatus | None = None
    warehouse_id: (
        Annotated[
            int,
            Meta(
                ge=1,
                le=f.MAX_ID,
                description="Quantities, reorder point and quantity of this warehouse alone.",
            ),
        ]
        | None
    ) = None
    is_active: bool | None = None
    sort: (
        Annotated[
            str,
            sorting("id", "sku", "name", "selling_price", "created_at", "updated_at"),
        ]
        | None
    ) = None

    @property
    def which(self) -> ProductFilter:
        """The filter it stands for."""
        ids = None
        if self.ids is not None:
            ids = frozenset(it for it in map(int, self.ids.split(",")) if it <= f.MAX_ID)
        return ProductFilter(
            ids=ids,
            sku=self.sku,
            barcode=self.barcode,
            search=self.search,
            stock_status=self.stock_status,
            warehouse_id=self.warehouse_id,
            is_active=self.is_active,
        )


class OneProductQuery(Struct, kw_only=True, forbid_unknown_fields=True):
    """What to show of a product."""

    include: (
        Annotated[Literal["inventory"], Meta(description="Show its inventory, too.")] | None
    ) = None
    warehouse_id: (
        Annotated[
            int,
            Meta(
                ge=1,
                le=f.MAX_ID,
                description="Quantities, reorder point and quantity of this warehouse alone.",
            ),
        ]
        | None
    ) = None


class ProductInventory(Struct, kw_only=True):
    """A product's quantities, over all warehouses or in the one asked for."""

    quantity_on_hand: int
    quantity_reserved: int
    quantity_available: int
    backordered: int
    quantity_on_order: int
    quantity_in_transit: int
    reorder_point: int | None
    reorder_quantity: int | None
    last_counted_at: f.Instant | None
    last_movement_at: f.Instant | None


class ProductData(Struct, kw_only=True):
    """A product. `stock_quantity` is on hand; `inventory` is there when asked for.

    Who lacks `stock.read`, as counters do, is told nothing of stock: four fields are left out.
    """

    id: int
    sku: str
    name: str
    description: str | None
    barcode: str | None
    unit: str
    selling_price: Amount | None
    cost_price: Amount | None
    currency: str
    track_inventory: bool
    allow_backorder: bool
    reorder_point: int | None
    reorder_quantity: int | None
    lead_time_days: int | None
    safety_stock: int | None
    default_warehouse_id: int | None
    stock_quantity: int | UnsetType = UNSET
    reserved_quantity: int | UnsetType = UNSET
    stock_status: StockStatus | UnsetType = UNSET
    in_stock: bool | UnsetType = UNSET
    is_active: bool
    created_at: f.Instant
    updated_at: f.Instant
    inventory: ProductInventory | UnsetType = UNSET


class WarehouseStock(Struct, kw_only=True):
    """A product's quantities in one warehouse; reorder point and quantity are those in force."""

    warehouse_id: int
    warehouse_name: str
    quantity_on_hand: int
    quantity_reserved: int
    quantity_available: int
    quantity_on_order: int
    quantity_in_transit: int
    reorder_point: int | None
    reorder_quantity: int | None
    stock_status: StockStatus


def shown(
    product: Product, on_hand: int, reserved: int, quantities: Quantities | None = None
) -> ProductData:
    """A product as its answers show it."""
    a = product.attributes
    return ProductData(
        id=product.id,
        sku=a.sku,
        name=a.name,
        description=a.description,
        barcode=a.barcode,
        unit=a.unit,
        selling_price=a.selling_price,
        cost_price=a.cost_price,
        currency=a.currency,
        track_inventory=a.track_inventory,
        allow_backorder=a.allow_backorder,
        reorder_point=a.reorder_point,
        reorder_quantity=a.reorder_quantity,
        lead_time_days=a.lead_time_days,
        safety_stock=a.safety_stock,
        default_warehouse_id=a.default_warehouse_id,
        stock_quantity=on_hand,
        reserved_quantity=reserved,
        stock_status=status_of(product, on_hand, reserved, a.reorder_point),
        in_stock=in_stock(track_inventory=a.track_inventory, on_hand=on_hand, reserved=reserved),
        is_active=a.is_active,
        created_at=product.created_at,
        updated_at=product.updated_at,
        inventory=UNSET if quantities is None else _inventory(product, quantities),
    )


def status_of(
    product: Product, on_hand: int, reserved: int, reorder_point: int | None
) -> StockStatus:
    """A product's status with these quantities, in units."""
    a = product.attributes
    return stock_status(
        track_inventory=a.track_inventory,
        allow_backorder=a.allow_backorder,
        on_hand=on_hand,
        reserved=reserved,
        reorder_point=reorder_point,
    )


def shown_view(view: ProductView) -> ProductData:
    """A row of a list."""
    return shown(view.product, view.on_hand, view.reserved)


def without_stock(told: ProductData) -> ProductData:
    """The same, for who may not know how much there is."""
    return replace(
        told,
        stock_quantity=UNSET,
        reserved_quantity=UNSET,
        stock_status=UNSET,
        in_stock=UNSET,
        inventory=UNSET,
    )


def shown_level(level: WarehouseLevel) -> WarehouseStock:
    """A product's level in one warehouse."""
    on_hand, reserved = level.quantities.on_hand, level.quantities.reserved
    return WarehouseStock(
        warehouse_id=level.warehouse_id,
        warehouse_name=level.warehouse_name,
        quantity_on_hand=on_hand,
        quantity_reserved=reserved,
        quantity_available=on_hand - reserved,
        quantity_on_order=level.quantities.on_order,
        quantity_in_transit=level.quantities.in_transit,
        reorder_point=level.reorder_point,
        reorder_quantity=level.reorder_quantity,
        stock_status=level.stock_status,
    )


def _inventory(product: Product, quantities: Quantities) -> ProductInventory:
    return ProductInventory(
        quantity_on_hand=quantities.on_hand,
        quantity_reserved=quantities.reserved,
        quantity_available=quantities.on_hand - quantities.reserved,
        backordered=quantities.backordered,
        quantity_on_order=quantities.on_order,
        quantity_in_transit=quantities.in_transit,
        reorder_point=product.attributes.reorder_point,
        reorder_quantity=product.attributes.reorder_quantity,
        last_counted_at=quantities.last_counted_at,
        last_movement_at=quantities.last_movement_at,
    )


def _exact(amount: f.Money | None) -> Decimal | None:
    return None if amount is None else Decimal(amount)
