"""Rejections: why a command changes nothing, as values with their facts.

Each code has one field and one sentence, here and nowhere else; what HTTP makes of a code is the
API's affair. The first three sentences are the specification's, to the letter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class RejectionCode(StrEnum):
    """A stable name for each reason to refuse a command."""

    NEGATIVE_STOCK = "negative_stock"
    RESERVED_EXCEEDS_ON_HAND = "reserved_exceeds_on_hand"
    INSUFFICIENT_AVAILABLE = "insufficient_available"
    QUANTITY_ZERO = "quantity_zero"
    QUANTITY_TOO_LARGE = "quantity_too_large"
    RELEASE_EXCEEDS_HELD = "release_exceeds_held"
    NOT_TRACKED = "not_tracked"
    PRODUCT_NOT_FOUND = "product_not_found"
    PRODUCT_ARCHIVED = "product_archived"
    WAREHOUSE_NOT_FOUND = "warehouse_not_found"
    WAREHOUSE_INACTIVE = "warehouse_inactive"
    WAREHOUSE_NOT_YOURS = "warehouse_not_yours"
    CONCERNS_ALL_WAREHOUSES = "concerns_all_warehouses"
    SAME_WAREHOUSE = "same_warehouse"
    OCCURRED_IN_FUTURE = "occurred_in_future"
    EXPIRES_IN_PAST = "expires_in_past"
    RESERVATION_NOT_FOUND = "reservation_not_found"
    MOVEMENT_NOT_FOUND = "movement_not_found"
    ALREADY_REVERSED = "already_reversed"
    NOTHING_TO_REVERSE = "nothing_to_reverse"
    WRITTEN_BY_DOCUMENT = "written_by_document"
    SKU_TAKEN = "sku_taken"
    CODE_TAKEN = "code_taken"
    STALE_VERSION = "stale_version"
    STOCK_STILL_HELD = "stock_still_held"
    OPENING_STOCK_UNTRACKED = "opening_stock_untracked"
    WAREHOUSE_HOLDS_STOCK = "warehouse_holds_stock"
    WAREHOUSE_NAMED_BY_DOCUMENTS = "warehouse_named_by_documents"
    DEFAULT_WAREHOUSE_STAYS = "default_warehouse_stays"
    WAREHOUSE_LOOP = "warehouse_loop"
    DOCUMENT_NOT_FOUND = "document_not_found"
    NOT_POSSIBLE_NOW = "not_possible_now"
    LINES_REFUSED = "lines_refused"
    LINE_NOT_FOUND = "line_not_found"
    MORE_THAN_OPEN = "more_than_open"
    REASON_MISSING = "reason_missing"
    SUPPLIER_CODE_TAKEN = "supplier_code_taken"
    SUPPLIER_NOT_FOUND = "supplier_not_found"
    TERMS_NOT_FOUND = "terms_not_found"
    SETTINGS_NOT_FOUND = "settings_not_found"
    SUPPLIER_NOT_ACCEPTING = "supplier_not_accepting"
    PRICE_MISSING = "price_missing"
    BELOW_MINIMUM = "below_minimum"
    NOT_IN_PACKS = "not_in_packs"
    TOTAL_TOO_LARGE = "total_too_large"
    DELIVERY_RECEIVED = "delivery_received"
    NOTHING_ARRIVED = "nothing_arrived"
    REJECTED_WITHOUT_REASON = "rejected_without_reason"
    MORE_THAN_ORDERED = "more_than_ordered"
    RECEIPT_NOT_FOUND = "receipt_not_found"
    RECEIPT_REVERSED = "receipt_reversed"
    SCOPE_GIVEN_TWICE = "scope_given_twice"
    NOTHING_TO_COUNT = "nothing_to_count"
    TOO_MANY_TO_COUNT = "too_many_to_count"
    IN_COUNT_TWICE = "in_count_twice"
    NOT_IN_COUNT = "not_in_count"
    NOT_COUNTED = "not_counted"
    COUNTED_OUTSIDE = "counted_outside"
    COUNTED_SINCE = "counted_since"
    BELOW_SHIPPED = "below_shipped"
    HELD_BY_SALES_ORDER = "held_by_sales_order"
    LINE_TWICE = "line_twice"
    MORE_THAN_SHIPPED = "more_than_shipped"
    NOTHING_TO_SHIP = "nothing_to_ship"
    PRODUCT_MISSING = "product_missing"
    PRODUCT_STAYS = "product_stays"


TEXTS: Mapping[RejectionCode, tuple[str, str]] = {
    RejectionCode.NEGATIVE_STOCK: ("quantity", "Stock quantity cannot be negative"),
    RejectionCode.RESERVED_EXCEEDS_ON_HAND: (
        "reserved_quantity",
        "Reserved quantity cannot exceed stock quantity",
    ),
    RejectionCode.INSUFFICIENT_AVAILABLE: (
        "quantity",
        "Insufficient stock available. Available: {available}, Requested: {requested}",
    ),
    RejectionCode.QUANTITY_ZERO: ("quantity", "Quantity cannot be 0: it would change nothing"),
    RejectionCode.QUANTITY_TOO_LARGE: (
        "quantity",
        "Stock quantity cannot exceed {limit}. On hand: {on_hand}, Requested: {requested}",
    ),
    RejectionCode.RELEASE_EXCEEDS_HELD: (
        "quantity",
        "Order {order_id} does not hold that much here. Held: {held}, Requested: {requested}",
    ),
    RejectionCode.NOT_TRACKED: ("product_id", "Inventory is not tracked for this product"),
    RejectionCode.PRODUCT_NOT_FOUND: ("product_id", "Product {product_id} does not exist"),
    RejectionCode.PRODUCT_ARCHIVED: (
        "product_id",
        "Product {product_id} is archived: set is_active to true to use it again",
    ),
    RejectionCode.WAREHOUSE_NOT_FOUND: ("{field}", "Warehouse {warehouse_id} does not exist"),
    RejectionCode.WAREHOUSE_INACTIVE: (
        "{field}",
        "Warehouse {warehouse_id} is not active: set its is_active to true to use it again",
    ),
    RejectionCode.WAREHOUSE_NOT_YOURS: (
        "{field}",
        "You may not work in this warehouse. Your warehouses: {yours}",
    ),
    RejectionCode.CONCERNS_ALL_WAREHOUSES: (
        "{field}",
        "This concerns every warehouse, and you may not work in all. Your warehouses: {yours}",
    ),
    RejectionCode.SAME_WAREHOUSE: (
        "to_warehouse_id",
        "A transfer needs two warehouses: from and to are both {warehouse_id}",
    ),
    RejectionCode.OCCURRED_IN_FUTURE: (
        "occurred_at",
        "What is reported must have happened: {occurred_at} is after now ({now})",
    ),
    RejectionCode.EXPIRES_IN_PAST: (
        "expires_at",
        "A reservation must expire in the future: {expires_at} is not after now ({now})",
    ),
    RejectionCode.RESERVATION_NOT_FOUND: ("id", "There is no such open reservation"),
    RejectionCode.MOVEMENT_NOT_FOUND: ("movement_id", "Movement {movement_id} does not exist"),
    RejectionCode.ALREADY_REVERSED: ("id", "Movement {movement_id} has been reversed already"),
    RejectionCode.NOTHING_TO_REVERSE: (
        "id",
        "Movement {movement_id} changed nothing, so there is nothing to reverse",
    ),
    RejectionCode.WRITTEN_BY_DOCUMENT: (
        "id",
        (
            "Movement {movement_id} is a step of {document}, and is not reversed by itself: what"
            " is possible is told by the document"
        ),
    ),
    RejectionCode.SKU_TAKEN: ("sku", "SKU {sku} is already used by product {product_id}"),
    RejectionCode.CODE_TAKEN: ("code", "Code {code} is already used by warehouse {warehouse_id}"),
    RejectionCode.STALE_VERSION: (
        "if_match",
        "It was changed meanwhile: read it again, then send its new ETag. Now: {version}",
    ),
    RejectionCode.STOCK_STILL_HELD: (
        "track_inventory",
        (
            "Orders still hold stock of this product: release or ship it first."
            " Reserved: {reserved}, Backordered: {backordered}"
        ),
    ),
    RejectionCode.OPENING_STOCK_UNTRACKED: (
        "stock_quantity",
        "A product whose inventory is not tracked cannot have stock: set track_inventory to true",
    ),
    RejectionCode.WAREHOUSE_HOLDS_STOCK: (
        "is_active",
        "Warehouse {warehouse_id} still holds stock or owes backorders: transfer it away first",
    ),
    RejectionCode.WAREHOUSE_NAMED_BY_DOCUMENTS: (
        "is_active",
        (
            "Warehouse {warehouse_id} is named by {documents} that are not done: finish or cancel"
            " them first"
        ),
    ),
    RejectionCode.DEFAULT_WAREHOUSE_STAYS: (
        "is_active",
        "Warehouse {warehouse_id} is the default for commands that name none: it stays active",
    ),
    RejectionCode.WAREHOUSE_LOOP: (
        "parent_warehouse_id",
        "Warehouse {warehouse_id} cannot be above itself",
    ),
    RejectionCode.DOCUMENT_NOT_FOUND: ("{field}", "{document} does not exist"),
    RejectionCode.NOT_POSSIBLE_NOW: (
        "state",
        '{document} is {state}: "{event}" is not possible. Possible now: {possible}',
    ),
    RejectionCode.LINES_REFUSED: ("lines", "{count} lines are refused; nothing was done"),
    RejectionCode.LINE_NOT_FOUND: ("line", "There is no line {line}. Lines: {lines}"),
    RejectionCode.MORE_THAN_OPEN: (
        "{field}",
        "More than is open on line {line}. Open: {open}, Requested: {requested}",
    ),
    RejectionCode.REASON_MISSING: ("reason", "Say why: units are written off"),
    RejectionCode.SUPPLIER_CODE_TAKEN: (
        "code",
        "Code {code} is already used by supplier {supplier_id}",
    ),
    RejectionCode.SUPPLIER_NOT_FOUND: ("supplier_id", "Supplier {supplier_id} does not exist"),
    RejectionCode.TERMS_NOT_FOUND: (
        "product_id",
        "There are no terms of supplier {supplier_id} for product {product_id}",
    ),
    RejectionCode.SETTINGS_NOT_FOUND: (
        "product_id",
        "Warehouse {warehouse_id} has no settings of its own for product {product_id}",
    ),
    RejectionCode.SUPPLIER_NOT_ACCEPTING: (
        "supplier_id",
        "Supplier {supplier_id} is {status}: orders go to active, approved and preferred ones",
    ),
    RejectionCode.PRICE_MISSING: (
        "price",
        "Say the price: the supplier has no terms in {currency} for product {product_id}",
    ),
    RejectionCode.BELOW_MINIMUM: (
        "quantity",
        "The supplier sells {minimum} at least. Requested: {requested}, Possible: {next}",
    ),
    RejectionCode.NOT_IN_PACKS: (
        "quantity",
        "The supplier sells packs of {pack_size}. Requested: {requested}, Possible: {next}",
    ),
    RejectionCode.TOTAL_TOO_LARGE: (
        "lines",
        "An order's total must be less than {limit}. Total: {total}",
    ),
    RejectionCode.DELIVERY_RECEIVED: (
        "delivery_reference",
        'Delivery "{delivery_reference}" was received already, as receipt {receipt}',
    ),
    RejectionCode.NOTHING_ARRIVED: ("received", "Say how many units came, or leave the line out"),
    RejectionCode.REJECTED_WITHOUT_REASON: ("reason", "Say why: units are rejected"),
    RejectionCode.MORE_THAN_ORDERED: (
        "received",
        (
            "More than line {line} may receive, {percent}% over the order included."
            " Open: {open}, Requested: {requested}"
        ),
    ),
    RejectionCode.RECEIPT_NOT_FOUND: ("receipt", "The order has no receipt {receipt}"),
    RejectionCode.RECEIPT_REVERSED: ("receipt", "Receipt {receipt} has been reversed already"),
    RejectionCode.SCOPE_GIVEN_TWICE: ("abc_class", "Give lines or a class, not both"),
    RejectionCode.NOTHING_TO_COUNT: ("{field}", "There is nothing to count here"),
    RejectionCode.TOO_MANY_TO_COUNT: (
        "{field}",
        "A count takes up to {limit} products: count class by class, or name them",
    ),
    RejectionCode.IN_COUNT_TWICE: (
        "product_id",
        "Product {product_id} is here already: name each product once",
    ),
    RejectionCode.NOT_IN_COUNT: (
        "product_id",
        "Product {product_id} is not in this count: add it first",
    ),
    RejectionCode.NOT_COUNTED: (
        "quantity",
        "Product {product_id} is not counted: count it, or leave out what is uncounted",
    ),
    RejectionCode.COUNTED_OUTSIDE: (
        "counted_at",
        "It must be counted between the start ({started_at}) and now ({now}), not {counted_at}",
    ),
    RejectionCode.COUNTED_SINCE: (
        "counted_at",
        "Product {product_id} was counted at {counted_at} and elsewhere at {since}: recount it",
    ),
    RejectionCode.BELOW_SHIPPED: (
        "{field}",
        "Of line {line} {shipped} units have been shipped: so many at least stay on it",
    ),
    RejectionCode.HELD_BY_SALES_ORDER: (
        "id",
        "It is sales order {sales_order_id}'s: change or cancel the order, or take a return",
    ),
    RejectionCode.LINE_TWICE: ("line", "Line {line} is given twice"),
    RejectionCode.MORE_THAN_SHIPPED: (
        "quantity",
        "Of line {line} {left} units are with the customer. Requested: {requested}",
    ),
    RejectionCode.NOTHING_TO_SHIP: (
        "lines",
        "Nothing that is asked for is allocated here, so there is nothing to ship",
    ),
    RejectionCode.PRODUCT_MISSING: (
        "product_id",
        "A new line is of a product; one that is there already is named by its line",
    ),
    RejectionCode.PRODUCT_STAYS: (
        "product_id",
        "Line {line} is of product {product_id}, and held: write a new line for another product",
    ),
}


@dataclass(frozen=True, slots=True)
class Rejected:
    """The answer to a command that changes nothing: a code and the facts its sentence needs."""

    code: RejectionCode
    facts: Mapping[str, Any] = field(default_factory=dict)
    lines: tuple[tuple[int, Rejected], ...] = ()
    """Of a document: each line at fault by its place, from 0, and why."""

    @property
    def field(self) -> str:
        """The field of the command at fault."""
        return TEXTS[self.code][0].format_map(self.facts)

    @property
    def message(self) -> str:
        """The fault in words a person can act on."""
        if len(self.lines) == 1:
            return self.lines[0][1].message
        told = {name: _told(fact) for name, fact in self.facts.items()}
        return TEXTS[self.code][1].format_map(told)

    @property
    def faults(self) -> Iterator[tuple[str, str]]:
        """Each field at fault and why: `lines.3.quantity` where it is a line's."""
        if not self.lines:
            yield self.field, self.message
        for place, fault in self.lines:
            yield f"lines.{place}.{fault.field}", fault.message


def lines_refused(faults: Sequence[tuple[int, Rejected]]) -> Rejected:
    """A document's lines are at fault: every one of them is named."""
    return Rejected(RejectionCode.LINES_REFUSED, {"count": len(faults)}, tuple(faults))


def _told(fact: Any) -> Any:
    """A fact as people read it; moments as the API writes them."""
    return fact.isoformat().replace("+00:00", "Z") if isinstance(fact, datetime) else fact
