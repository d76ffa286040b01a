"""The tables, once for every database; the migrations lead to exactly this (a test compares them).

    levels         what is where: one row per product and warehouse
    movements      the ledger: rows are added, never changed (triggers refuse it)
    reservations   open holds: one row per product, warehouse and order
    product_stock  a product's sums over its warehouses, and the flags that rules and lists go by;
                   its row is what a writer locks first, in order of product_id
    daily_sales    units shipped per product, warehouse and UTC day
    products, warehouses       the catalogue
    stock_settings a product's own reorder point and quantity at one warehouse, where it has any
    transfers, transfer_lines  documents, each with its lines
    purchase_orders, and their lines, receipts and receipt_lines  documents
    suppliers, supplier_products  documents too, with what each of them sells
    counts, count_lines, count_entries  physical counts: what was to be counted, and each count told
    sales_orders, sales_order_lines, _sources, _preferences    the same; sources say which units of
                   a line come from where, and have left
    inbounds       what is ordered and in transit, per product and warehouse it is on its way to
    events         each step of each document, each change of the catalogue, and what follows from
                   movements: histories, and with the movements the outbox of what others are told
    idempotency_keys           each keyed request's first answer, written in its own commit
    api_keys                   which machines may call, how much and where; secrets only as hashes
    audit_entries              who changed what of all that leaves no event; never changed either
    users, user_identities, sessions, devices  who may sign in, and who has
    people_changes, sign_in_attempts  how often these were changed; how often passwords were tried
    webhooks, webhook_deliveries   whom events are sent to, how far, and what came of the last ones
    daily_totals               what movements add up to by day, behind the writers
    totals_position            up to which number that is, and what is on hand by then
    leases                     what one server process at a time does, and which one

`product_id` is part of every key of levels, movements and reservations, so the ledger can be
distributed by it.
"""

from onhand.store.schema.audit import audit_entries
from onhand.store.schema.base import SEQUENCES, id_counters, metadata, sqlite_metadata
from onhand.store.schema.counts import count_entries, count_lines, counts
from onhand.store.schema.daily_totals import daily_totals, totals_position
from onhand.store.schema.documents import events, inbounds
from onhand.store.schema.keys import api_keys
from onhand.store.schema.ledger import (
    LOW_STOCK,
    NOT_IN_STOCK,
    OUT_OF_STOCK,
    STOCK_STATUS,
    TO_REORDER,
    daily_sales,
    idempotency_keys,
    levels,
    movements,
    product_stock,
    products,
    reservations,
    warehouses,
)
from onhand.store.schema.people import (
    devices,
    people_changes,
    sessions,
    sign_in_attempts,
    user_identities,
    users,
)
from onhand.store.schema.purchase_orders import (
    purchase_order_lines,
    purchase_order_receipt_lines,
    purchase_order_receipts,
    purchase_orders,
)
from onhand.store.schema.sales_orders import (
    sales_order_lines,
    sales_order_preferences,
    sales_order_sources,
    sales_orders,
)
from onhand.store.schema.stock_settings import stock_settings
from onhand.store.schema.suppliers import supplier_products, suppliers
from onhand.store.schema.transfers import transfer_lines, transfers
from onhand.store.schema.webhooks import leases, webhook_deliveries, webhooks

NAMING_PRODUCTS = tuple(
    table.name
    for table in metadata.tables.values()
    if any(key.column.table is products for key in table.foreign_keys)
)
"""The tables whose rows name a product, which then stays."""

SEEDED = (warehouses, people_changes, leases, totals_position)
"""The tables that the migrations leave one row in each."""

__all__ = [
    "LOW_STOCK",
    "NAMING_PRODUCTS",
    "NOT_IN_STOCK",
    "OUT_OF_STOCK",
    "SEEDED",
    "SEQUENCES",
    "STOCK_STATUS",
    "TO_REORDER",
    "api_keys",
    "audit_entries",
    "count_entries",
    "count_lines",
    "counts",
    "daily_sales",
    "daily_totals",
    "devices",
    "events",
    "id_counters",
    "idempotency_keys",
    "inbounds",
    "leases",
    "levels",
    "metadata",
    "movements",
    "people_changes",
    "product_stock",
    "products",
    "purchase_order_lines",
    "purchase_order_receipt_lines",
    "purchase_order_receipts",
    "purchase_orders",
    "reservations",
    "sales_order_lines",
    "sales_order_preferences",
    "sales_order_sources",
    "sales_orders",
    "sessions",
    "sign_in_attempts",
    "sqlite_metadata",
    "stock_settings",
    "supplier_products",
    "suppliers",
    "totals_position",
    "transfer_lines",
    "transfers",
    "user_identities",
    "users",
    "warehouses",
    "webhook_deliveries",
    "webhooks",
]
