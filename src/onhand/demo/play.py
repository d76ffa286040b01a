"""Playing the demo's shop into a ledger: each event becomes a command, many commands one commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice

from onhand.core.commands import (
    AdjustStock,
    Command,
    CountStock,
    CreateProduct,
    CreateWarehouse,
    ReceiveStock,
    Request,
    ReserveStock,
    ShipStock,
    TransferStock,
)
from onhand.core.decide import Outcome
from onhand.core.movements import Origin
from onhand.core.products import ProductAttributes
from onhand.core.rejections import Rejected
from onhand.core.snapshot import Needs
from onhand.core.stock_rules import Accepted
from onhand.core.warehouses import DEFAULT_WAREHOUSE_CODE, DEFAULT_WAREHOUSE_ID, WarehouseAttributes
from onhand.demo import events as e
from onhand.demo import story
from onhand.demo.catalogue import DemoProduct
from onhand.demo.shop import DemoShop
from onhand.ledger.faults import Fault
from onhand.ledger.ports import OWN_KEYS, Answer, Clock, KeyPart, Store
from onhand.ledger.posting import Done, Idempotency, Submission, settle

ACTOR = "demo"
COMMANDS_PER_COMMIT = 5_000
CURRENCY = "GBP"
STORY_PRODUCTS = 3
_FINISHED = KeyPart(f"{OWN_KEYS}demo")


class NotEmpty(Exception):
    """The database holds something that is no finished demo."""


def is_finished(store: Store, clock: Clock) -> bool:
    """Whether a demo's shop was played into this ledger to its end."""
    with store.transaction(Needs(), [_FINISHED], clock()) as transaction:
        return _FINISHED in transaction.known


def play(store: Store, clock: Clock, shop: DemoShop, advance: Callable[[int, int], None]) -> int:
    """Play a shop into an empty ledger; how many events it took.

    `advance` is told the seconds of the shop's time played, and how many there are. Raises
    `NotEmpty` where the ledger has products already, and the ledger's faults.
    """
    warehouses = {DEFAULT_WAREHOUSE_CODE: DEFAULT_WAREHOUSE_ID}
    extra = [house for house in shop.warehouses if house.code not in warehouses]
    made = _carry_out(
        store,
        clock,
        [CreateWarehouse(WarehouseAttributes(h.name, h.code), Origin(ACTOR)) for h in extra],
    )
    warehouses |= {
        house.code: result.facts["warehouse"].id for house, result in zip(extra, made, strict=True)
    }
    made = _carry_out(
        store, clock, [CreateProduct(_attributes(p), Origin(ACTOR)) for p in shop.products]
    )
    products = {
        product.sku: result.facts["product"].id
        for product, result in zip(shop.products, made, strict=True)
    }
    total = int((shop.until - shop.since).total_seconds())
    played = 0
    events = shop.events()
    while chunk := list(islice(events, COMMANDS_PER_COMMIT)):
        _carry_out(store, clock, _commands(chunk, products, warehouses))
        played += len(chunk)
        advance(int((chunk[-1].occurred_at - shop.since).total_seconds()), total)
    several = shop.products[:STORY_PRODUCTS]
    played += story.tell(
        lambda command: _carry_out(store, clock, [command])[0],
        ACTOR,
        {products[product.sku]: product.cost_price for product in several},
        list(warehouses.values()),
        CURRENCY,
    )
    _finish(store, clock)
    return played


def _attributes(product: DemoProduct) -> ProductAttributes:
    return ProductAttributes(
        sku=product.sku,
        name=product.name,
        description=product.description,
        barcode=product.barcode,
        selling_price=product.selling_price,
        cost_price=product.cost_price,
        currency=CURRENCY,
        allow_backorder=product.allow_backorder,
        reorder_point=product.reorder_point,
        reorder_quantity=product.reorder_quantity,
        lead_time_days=product.lead_time_days,
        safety_stock=product.safety_stock,
    )


def _commands(
    chunk: Iterable[e.Event], products: Mapping[str, int], warehouses: Mapping[str, int]
) -> Iterator[Command]:
    for event in chunk:
        product = products[event.sku]
        at = event.occurred_at
        match event:
            case e.Receipt():
                origin = _origin(event.reason, event.reference, "purchase_order", at)
                yield ReceiveStock(product, warehouses[event.warehouse], event.quantity, origin)
            case e.Shipment():
                origin = _origin(None, event.reference, "sales_order", at)
                yield ShipStock(product, warehouses[event.warehouse], event.quantity, origin)
            case e.CustomerReturn():
                origin = _origin("Customer return", event.reference, "sales_order", at)
                yield ReceiveStock(product, warehouses[event.warehouse], event.quantity, origin)
            case e.Correction():
                origin = _origin(event.reason, None, None, at)
                yield AdjustStock(product, warehouses[event.warehouse], event.quantity, origin)
            case e.Transfer():
                origin = _origin(None, event.reference, "transfer", at)
                source, target = warehouses[event.from_warehouse], warehouses[event.to_warehouse]
                yield TransferStock(product, source, target, event.quantity, origin)
            case e.Count():
                reason = f"Physical count by {event.counted_by}"
                origin = _origin(reason, event.reference, "count", at)
                warehouse = warehouses[event.warehouse]
                yield CountStock(product, warehouse, event.counted_quantity, origin)
            case e.Reservation():
                origin = _origin(None, event.reference, "sales_order", at)
                yield ReserveStock(
                    product,
                    warehouses[event.warehouse],
                    event.quantity,
                    event.order_id,
                    origin,
                    event.expires_at,
                )


def _origin(reason: str | None, reference: str | None, kind: str | None, at: datetime) -> Origin:
    return Origin(ACTOR, reason, None, reference, kind, None, at)


def _carry_out(store: Store, clock: Clock, commands: Iterable[Command]) -> list[Accepted]:
    request = Request(tuple(commands))
    [settled] = settle(store, [Submission(request)], clock)
    if isinstance(settled, Fault):
        raise settled
    assert isinstance(settled, Done)
    accepted: list[Accepted] = []
    for command, result in zip(request.commands, settled.outcome.results, strict=True):
        if isinstance(result, Rejected):
            raise NotEmpty(
                "The demo needs a database of its own, and this one has other things in it."
                f" Name another with --database. ({type(command).__name__}: {result.message})"
            )
        accepted.append(result)
    return accepted


def _finish(store: Store, clock: Clock) -> None:
    """Mark the ledger as a whole demo, so that the next start serves it as it is."""

    def render(outcome: Outcome, movement_ids: object) -> Answer:
        return Answer(200, b"{}")

    mark = Submission(Request(()), render, Idempotency(_FINISHED, "finished"))
    [settled] = settle(store, [mark], clock)
    if isinstance(settled, Fault):
        raise settled
