"""Where each table stands when PostgreSQL is sharded by Citus: spread, everywhere, or in one place.

    SPREAD     over the workers by the hash of one column. Those by product lie together: all of a
               product's rows are on one worker, so what a command does to it is that worker's work
    EVERYWHERE a whole copy on every worker, so that spread rows can be joined to it and point at
               it; every change is made on each of them
    IN_ONE     on the coordinator alone: what is named by no product, or names many

What spread tables must keep to is held by `tests/store/test_sharding_rules.py`. A new table has to
be given its place here, or that test fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

BESIDE = "product_stock"
"""The table that what is spread by product lies beside."""


class Placing(Enum):
    """Where the rows of a table are."""

    SPREAD = "spread"
    EVERYWHERE = "everywhere"
    IN_ONE = "in one"


@dataclass(frozen=True, slots=True)
class Place:
    """A table's place, and why. `column` is what it is spread by."""

    placing: Placing
    why: str
    column: str | None = None

    @property
    def is_by_product(self) -> bool:
        """Whether its rows lie with all others of their product."""
        return self.column == "product_id"


def _by_product(why: str) -> Place:
    return Place(Placing.SPREAD, why, "product_id")


def _everywhere(why: str) -> Place:
    return Place(Placing.EVERYWHERE, why)


def _in_one(why: str) -> Place:
    return Place(Placing.IN_ONE, why)


_DOCUMENT = _in_one("a document names many products: a step locks it once, then each product")
_PART = _in_one("read and written with its document")
_PEOPLE = _in_one("asked on every request, named by no product")
_SENDING = _in_one("one server process at a time sends")

PLACES: dict[str, Place] = {
    "product_stock": _by_product("its row is the lock on a product"),
    "levels": _by_product("written by every command"),
    "movements": _by_product("the ledger: a row for every command, and what grows"),
    "reservations": _by_product("written by most commands"),
    "daily_sales": _by_product("written by every sale"),
    "inbounds": _by_product("what documents say is on its way, read with the levels"),
    "stock_settings": _by_product("copied into the levels"),
    "idempotency_keys": Place(
        Placing.SPREAD, "a row for every keyed request; a request may name many products", "key"
    ),
    "warehouses": _everywhere("few rows, seldom changed, read by every batch"),
    "products": _everywhere("seldom changed, joined to the sums in every list"),
    "suppliers": _everywhere("few rows, seldom changed, joined to what is to be reordered"),
    "supplier_products": _everywhere("seldom changed, joined to what is to be reordered"),
    "transfers": _DOCUMENT,
    "transfer_lines": _PART,
    "purchase_orders": _DOCUMENT,
    "purchase_order_lines": _PART,
    "purchase_order_receipts": _PART,
    "purchase_order_receipt_lines": _PART,
    "counts": _DOCUMENT,
    "count_lines": _PART,
    "count_entries": _PART,
    "sales_orders": _DOCUMENT,
    "sales_order_lines": _PART,
    "sales_order_sources": _PART,
    "sales_order_preferences": _PART,
    "events": _in_one("most are of documents, and have no product"),
    "audit_entries": _in_one("written by hand, and seldom"),
    "api_keys": _PEOPLE,
    "users": _PEOPLE,
    "user_identities": _PEOPLE,
    "sessions": _PEOPLE,
    "devices": _PEOPLE,
    "people_changes": _PEOPLE,
    "sign_in_attempts": _PEOPLE,
    "webhooks": _SENDING,
    "webhook_deliveries": _SENDING,
    "leases": _SENDING,
    "daily_totals": _in_one("a few rows a day over all products, behind the writers"),
    "totals_position": _in_one("one row, written with the totals"),
}
"""Each table's place."""


def column_of(table: str) -> str | None:
    """What a table is spread by, if it is."""
    return PLACES[table].column


def tables(placing: Placing) -> tuple[str, ...]:
    """The tables of a kind, in the order in which they are put there: `BESIDE` first."""
    return tuple(name for name, place in PLACES.items() if place.placing is placing)
