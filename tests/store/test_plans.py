"""docs/queries.md says which index serves each question; both databases' plans agree."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from onhand.core.count_accuracy import COUNT_EVERY, Tolerance
from onhand.core.documents import DocumentKey, DocumentKind
from onhand.core.movements import MovementType
from onhand.core.stock_status import StockStatus
from onhand.ledger.audit import AuditCursor, AuditFilter
from onhand.ledger.counts import CountFilter, PlanQuestion
from onhand.ledger.documents import (
    DocumentFilter,
    PurchaseOrderFilter,
    SalesOrderFilter,
    SupplierFilter,
    TermsFilter,
    TransferFilter,
)
from onhand.ledger.exports import ExportFilter, What
from onhand.ledger.feed import SPAN, EventFilter
from onhand.ledger.listings import PageRequest, SortKey
from onhand.ledger.purchasing import PerformanceFilter
from onhand.ledger.reports import ActivityFilter, CountAccuracyFilter, StockValueFilter
from onhand.ledger.stock_views import (
    MovementCursor,
    MovementFilter,
    ProductFilter,
    ReservationFilter,
    WarehouseProductFilter,
)
from onhand.ledger.webhooks import DeliveryFilter
from onhand.store.engine import parse_database, read_engine
from onhand.store.migrate import migrate
from onhand.store.reads import SqlReads
from onhand.store.reads import daily_totals as read_totals
from onhand.store.reads import events as read_events
from onhand.store.webhooks import deliveries_of
from tests.support.plans import (
    Asked,
    asked,
    explained,
    fill,
    fill_audit,
    fill_counts,
    fill_deliveries,
    fill_sales_orders,
    fill_totals,
    fill_transfers,
)
from tests.support.purchasing_plans import fill_purchasing

QUERIES = Path(__file__).parents[2] / "docs" / "queries.md"
NOW = datetime(2026, 1, 25, tzinfo=UTC)
EARLIER, LATER = datetime(2026, 1, 10, tzinfo=UTC), datetime(2026, 1, 12, tzinfo=UTC)
AFTER = MovementCursor(EARLIER, 100_000)
NEVER_SCANNED = {
    *("supplier_products", "purchase_order_lines"),
    *("purchase_order_receipts", "purchase_order_receipt_lines"),
    *("movements", "levels", "reservations", "daily_sales", "stock_settings"),
    *("transfers", "transfer_lines", "inbounds", "events"),
    *("count_lines", "count_entries"),
    *("sales_orders", "sales_order_lines", "sales_order_sources", "sales_order_preferences"),
    "audit_entries",
    "webhook_deliveries",
    "daily_totals",
}
IN_SEVERAL_STATEMENTS = {
    *("transfer_halves", "transfer", "sales_order", "order_on_paper"),
    *("transfer_on_paper", "sales_order_on_paper"),
    *("count_sheet", "count_sheet_of_counter", "count_variance"),
    *("events", "events_of_types", "events_of_product"),
    *("activity", "daily_totals_of_span"),
    *("count_accuracy", "count_accuracy_in_warehouse"),
    *("stock_value", "stock_value_in_warehouse"),
    *("audit", "audit_of_subject", "audit_of_key", "audit_of_actor"),
}
"""Questions each of whose indexes serves one of their statements; else all serve each."""

IN_ORDER_OF_KEY = {"levels_on_paper", "levels_on_paper_as_of"}
"""These walk the levels from the first on, as far as they are printed."""

WALKING = {"count_plan", "products_of_class", "stock_value_in_warehouse", *IN_ORDER_OF_KEY}
"""These, or those that read all levels of a warehouse, half of those that there are."""

Ask = Callable[[SqlReads], object]


def movements(**filters: object) -> Ask:
    """A page in the middle of the ledger, in either direction."""
    which = MovementFilter(**filters)  # type: ignore[arg-type]

    def ask(reads: SqlReads) -> None:
        reads.movements(which, None, 20)
        reads.movements(which, AFTER, 20)
        reads.movements(which, AFTER, 20, descending=True)

    return ask


def products(sort: str | None = None, *, descending: bool = False, **filters: object) -> Ask:
    """The second page of products."""
    keys = () if sort is None else (SortKey(sort, descending),)
    page = PageRequest(1 if filters else 2, 20, keys)
    return lambda reads: reads.products(ProductFilter(**filters), page)  # type: ignore[arg-type]


def levels_on_paper(**filters: object) -> Ask:
    """The first levels, of all that an export has."""
    which = ExportFilter(limit=20, **filters)  # type: ignore[arg-type]

    def ask(reads: SqlReads) -> None:
        with reads.exported(What.LEVELS, which) as found:
            assert list(found.rows)

    return ask


def transfers(page: int = 2, **filters: object) -> Ask:
    """A page of transfers."""
    which = TransferFilter(**filters)  # type: ignore[arg-type]
    return lambda reads: reads.documents(which, PageRequest(page, 20))


def sales_orders(page: int = 2, **filters: object) -> Ask:
    """A page of sales orders."""
    which = SalesOrderFilter(**filters)  # type: ignore[arg-type]
    return lambda reads: reads.documents(which, PageRequest(page, 20))


def reservations(**filters: object) -> Ask:
    """The first page of reservations."""
    which = ReservationFilter(**filters)  # type: ignore[arg-type]
    return lambda reads: reads.reservations(which, PageRequest(1, 20))


def documents(which: DocumentFilter[object]) -> Ask:
    """The first page of documents."""
    return lambda reads: reads.documents(which, PageRequest(1, 20))


def counts(**filters: object) -> Ask:
    """The first page of counts."""
    which = CountFilter(**filters)  # type: ignore[arg-type]
    return lambda reads: reads.documents(which, PageRequest(1, 20))


def events(types: frozenset[str] | None = None, product_id: int | None = None) -> Ask:
    """A page in the middle of the feed."""
    which = EventFilter(types, product_id)
    span = (100_000, 100_000 + SPAN)
    return lambda reads: list(read_events.of_span(reads._source, which, span, 20))


def audit(**filters: object) -> Ask:
    """The newest changes, and a page in the middle."""
    which = AuditFilter(**filters)  # type: ignore[arg-type]

    def ask(reads: SqlReads) -> None:
        reads.audit(which, None, 20)
        reads.audit(which, AuditCursor(EARLIER, 0, 20_000_100), 20)

    return ask


def span_of_totals(reads: SqlReads) -> None:
    """A span in the middle of the ledger, where a product has changed its price."""
    read_totals.of_span(reads._source, 100_000, 100_000 + SPAN)
    read_totals._on_hand(reads._source, 7, 100_000)


def deliveries(failed: bool | None = None) -> Ask:
    """The second page of a webhook's attempts."""
    which = DeliveryFilter(7, failed)
    return lambda reads: deliveries_of(reads._source, which, PageRequest(2, 20))


PLAN = PlanQuestion(
    2,
    EARLIER.date(),
    LATER.date(),
    tuple((name, NOW - every) for name, every in COUNT_EVERY.items()),
)

THEIRS = frozenset({1, 2})
"""What somebody is limited to who has several warehouses."""

QUESTIONS: dict[str, Ask] = {
    "product": lambda reads: reads.product(7),
    "product_in_warehouse": lambda reads: reads.product(7, 2),
    "warehouse_product": lambda reads: reads.warehouse_product(2, 7),
    "warehouse_products": lambda reads: reads.warehouse_products(
        WarehouseProductFilter(2), PageRequest(2, 20)
    ),
    "warehouse_products_by_settings": lambda reads: reads.warehouse_products(
        WarehouseProductFilter(2, own_settings=True), PageRequest(2, 20)
    ),
    "quantities": lambda reads: reads.quantities(7),
    "levels": lambda reads: reads.levels(7),
    "levels_as_of": lambda reads: reads.levels_as_of(7, EARLIER),
    "levels_as_of_in_warehouse": lambda reads: reads.levels_as_of(7, EARLIER, 2),
    "products_by_ids": products(ids=frozenset((7, 70, 700))),
    "products_by_sku": products(sku="sku-7"),
    "products_by_barcode": products(barcode="B7"),
    "products_low": products(stock_status=StockStatus.LOW_STOCK),
    "products_out": products(stock_status=StockStatus.OUT_OF_STOCK),
    "products_on_backorder": products(stock_status=StockStatus.ON_BACKORDER),
    "products_sorted_by_sku": products("sku"),
    "products_sorted_by_name": products("name", descending=True),
    "products_sorted_by_price": products("selling_price"),
    "products_sorted_by_creation": products("created_at", descending=True),
    "products_sorted_by_change": products("updated_at"),
    "products_in_use_by_name": products("name", is_active=True),
    "movement": lambda reads: reads.movement(70),
    "transfer_halves": lambda reads: reads.reversible(21 * 5_000 * 2 + 1),
    "movements": movements(),
    "movements_between": movements(since=EARLIER, until=LATER),
    "movements_of_product": movements(product_id=7),
    "movements_of_level": movements(product_id=7, warehouse_id=2),
    "movements_of_product_and_type": movements(product_id=7, movement_type=MovementType.OUT),
    "movements_of_order": movements(order_id=70),
    "movements_of_reference": movements(reference_type="sales_order", reference_id=90),
    "movements_of_reference_type": movements(reference_type="purchase_order"),
    "movements_of_type": movements(movement_type=MovementType.COUNT),
    "movements_of_warehouse": movements(warehouse_id=2),
    "reservation": lambda reads: reads.reservation(70),
    "reservations": reservations(),
    "reservations_of_order": reservations(order_id=7),
    "reservations_of_product": reservations(product_id=7),
    "reservations_of_level": reservations(product_id=7, warehouse_id=2),
    "reservations_of_product_expiring": reservations(product_id=8, expiring_before=NOW),
    "transfer": lambda reads: reads.document(DocumentKey(DocumentKind.TRANSFER, 70)),
    "transfers_in_state": transfers(states=("shipped",)),
    "transfers_under_way": transfers(states=("shipped", "partially_received")),
    "transfers_from_warehouse": transfers(from_warehouse_id=3),
    "transfers_to_warehouse": transfers(to_warehouse_id=3),
    "transfers_of_warehouse": transfers(warehouse_id=3),
    "transfers_of_product": transfers(1, product_id=7),
    "sales_order": lambda reads: reads.document(DocumentKey(DocumentKind.SALES_ORDER, 70)),
    "sales_orders_in_state": sales_orders(states=("confirmed",)),
    "sales_orders_to_ship": sales_orders(states=("confirmed", "partially_shipped")),
    "sales_orders_of_customer": sales_orders(1, customer="Customer 7"),
    "sales_orders_of_reference": sales_orders(1, reference="WEB-7"),
    "sales_orders_of_product": sales_orders(1, product_id=7),
    "sales_orders_from_warehouse": sales_orders(warehouse_id=3),
    "low_stock": lambda reads: reads.low_stock(PageRequest(1, 20)),
    "out_of_stock": lambda reads: reads.out_of_stock(PageRequest(1, 20)),
    "to_reorder": lambda reads: reads.to_reorder(PageRequest(1, 20), NOW),
    "suppliers_by_code": documents(SupplierFilter(code="s7")),
    "suppliers_of_status": documents(SupplierFilter(states=("suspended",))),
    "terms_of_supplier": lambda reads: reads.terms(TermsFilter(7), PageRequest(1, 20)),
    "purchase_orders_in_state": documents(PurchaseOrderFilter(states=("sent",))),
    "purchase_orders_of_supplier": documents(PurchaseOrderFilter(supplier_id=7)),
    "purchase_orders_of_product": documents(PurchaseOrderFilter(product_id=7)),
    "order_on_paper": lambda reads: reads.order_on_paper(70),
    "transfer_on_paper": lambda reads: reads.document_on_paper(
        DocumentKey(DocumentKind.TRANSFER, 70)
    ),
    "sales_order_on_paper": lambda reads: reads.document_on_paper(
        DocumentKey(DocumentKind.SALES_ORDER, 70)
    ),
    "levels_on_paper": levels_on_paper(),
    "levels_on_paper_as_of": levels_on_paper(as_of=EARLIER),
    "levels_on_paper_of_warehouse": levels_on_paper(warehouse_id=2),
    "levels_on_paper_of_product": levels_on_paper(product_id=7),
    "items": lambda reads: reads.items([7, 70, 700]),
    "drafted": lambda reads: reads.drafted(),
    "drafted_for_warehouse": lambda reads: reads.drafted(2),
    "performance": lambda reads: reads.performance(PerformanceFilter(7, EARLIER, LATER)),
    "low_stock_in_warehouse": lambda reads: reads.low_stock(PageRequest(1, 20), 2),
    "out_of_stock_in_warehouse": lambda reads: reads.out_of_stock(PageRequest(1, 20), 2),
    "to_reorder_in_warehouse": lambda reads: reads.to_reorder(PageRequest(1, 20), NOW, 2),
    "counts": counts(),
    "counts_in_state": counts(states=("review",)),
    "counts_of_warehouse": counts(warehouse_id=3),
    "counts_of_product": counts(product_id=7),
    "count_sheet": lambda reads: reads.count_sheet(7),
    "count_sheet_of_counter": lambda reads: reads.count_sheet(7, "Ann"),
    "count_variance": lambda reads: reads.count_variance(10),
    "count_plan": lambda reads: reads.count_plan(PLAN, PageRequest(1, 20)),
    "products_of_class": lambda reads: reads.products_of_class(PLAN, "A", 20),
    "products_within": products(within=THEIRS),
    "movements_within": movements(within=THEIRS),
    "movements_of_product_within": movements(product_id=7, within=THEIRS),
    "movements_of_order_within": movements(order_id=70, within=THEIRS),
    "reservations_of_product_within": reservations(product_id=7, within=THEIRS),
    "transfers_within": transfers(within=frozenset({3})),
    "counts_within": counts(within=frozenset({3})),
    "performance_within": lambda reads: reads.performance(PerformanceFilter(7, within=THEIRS)),
    "activity": lambda reads: reads.activity(ActivityFilter(date(2025, 12, 2), NOW.date())),
    "daily_totals_of_span": span_of_totals,
    "stock_value": lambda reads: reads.stock_value(StockValueFilter(), PageRequest(2, 20)),
    "stock_value_in_warehouse": lambda reads: reads.stock_value(
        StockValueFilter(2), PageRequest(2, 20)
    ),
    "count_accuracy": lambda reads: reads.count_accuracy(
        CountAccuracyFilter(EARLIER, LATER), Tolerance()
    ),
    "count_accuracy_in_warehouse": lambda reads: reads.count_accuracy(
        CountAccuracyFilter(EARLIER, LATER, 3), Tolerance()
    ),
    "events": events(),
    "events_of_types": events(frozenset({"stock.counted", "stock.low", "transfer.shipped"})),
    "events_of_product": events(product_id=7),
    "audit": audit(),
    "audit_of_subject": audit(subject="product:7"),
    "audit_of_key": audit(subject="key:7"),
    "audit_of_actor": audit(actor="user:7"),
    "webhook_deliveries": deliveries(),
    "webhook_deliveries_failed": deliveries(failed=True),
}


def documented() -> dict[str, frozenset[str]]:
    """Each question of the table and its indexes."""
    rows = re.findall(r"^\| `(\w+)` \| .* \| (`.+`) \|$", QUERIES.read_text(), re.MULTILINE)
    return {name: frozenset(re.findall(r"`(\w+)`", indexes)) for name, indexes in rows}


def test_every_question_is_documented() -> None:
    assert list(documented()) == list(QUESTIONS)


def _is_explained(statement: Asked) -> bool:
    """Whether it is no count of a list, and does not begin or end a transaction."""
    is_count = statement.sql.startswith("SELECT count(*)")
    return statement.sql.startswith(("SELECT", "WITH")) and not is_count


# PostgreSQL gathers its statistics by itself; SQLite, which must be told, has to do without.
@pytest.mark.parametrize(
    ("kind", "analyze"), [("sqlite", False), ("sqlite", True), ("postgresql", True)]
)
def test_each_question_is_served_by_its_index(
    request: pytest.FixtureRequest, kind: str, analyze: bool
) -> None:
    database = parse_database(request.getfixturevalue(f"{kind}_url"))
    migrate(database)
    fill(database, products=5_000, warehouses=2, entries=20, analyze=analyze)
    fill_purchasing(database, products=5_000, analyze=analyze)
    fill_transfers(database, transfers=20_000, products=5_000, analyze=analyze)
    fill_counts(database, counts=1_250, products=5_000, analyze=analyze)
    fill_sales_orders(database, orders=20_000, products=5_000, analyze=analyze)
    fill_audit(database, products=5_000, entries=5_000, analyze=analyze)
    fill_deliveries(database, webhooks=20, attempts=500, analyze=analyze)
    fill_totals(database, days=2_000, position=195_000, analyze=analyze)
    engine = read_engine(database)
    reads = SqlReads(engine, lambda: NOW)
    wrong: list[str] = []
    for name, indexes in documented().items():
        with asked(engine) as statements:
            QUESTIONS[name](reads)
        plans = [explained(engine, one) for one in statements if _is_explained(one)]
        used = frozenset(index for plan in plans for index in plan.indexes)
        never_scanned = NEVER_SCANNED - ({"levels"} if name in WALKING else set())
        wrong += [
            f"{name} scans {scanned}:\n{plan.text}"
            for plan in plans
            if (scanned := plan.scanned & never_scanned)
        ]
        wrong += [
            f"{name} goes without {indexes - plan.indexes}:\n{plan.text}"
            for plan in plans
            if not indexes <= (used if name in IN_SEVERAL_STATEMENTS else plan.indexes)
        ]
    reads.close()
    assert not wrong, "\n\n".join(wrong)
