"""What each operation takes and gives: made by `make docs`, not by hand."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from onhand.api.access.keys import KeyData as KeyData
from onhand.api.access.keys import KeyMade as KeyMade
from onhand.api.catalogue.product_bodies import ProductData as ProductData
from onhand.api.catalogue.product_bodies import WarehouseStock as WarehouseStock
from onhand.api.catalogue.warehouse_products import StockSettingsData as StockSettingsData
from onhand.api.catalogue.warehouse_products import WarehouseProductData as WarehouseProductData
from onhand.api.catalogue.warehouses import WarehouseData as WarehouseData
from onhand.api.counting.bodies import CountApproved as CountApproved
from onhand.api.counting.bodies import CountedProduct as CountedProduct
from onhand.api.counting.bodies import CountProduct as CountProduct
from onhand.api.counting.bodies import CountRecorded as CountRecorded
from onhand.api.counting.bodies import CountStepped as CountStepped
from onhand.api.counting.bodies import CountSubmitted as CountSubmitted
from onhand.api.counting.bodies import CountSummary as CountSummary
from onhand.api.counting.bodies import CountWhole as CountWhole
from onhand.api.counting.reports import CountPlanLine as CountPlanLine
from onhand.api.counting.reports import CountSheet as CountSheet
from onhand.api.counting.reports import CountVarianceReport as CountVarianceReport
from onhand.api.documents import Step as Step
from onhand.api.events.audit import AuditData as AuditData
from onhand.api.events.tool_calls import NotedToolCall as NotedToolCall
from onhand.api.health import Live as Live
from onhand.api.health import Ready as Ready
from onhand.api.ordering import Ordered as Ordered
from onhand.api.people.shown import MeData as MeData
from onhand.api.people.shown import SessionData as SessionData
from onhand.api.people.shown import UserData as UserData
from onhand.api.people.signing_in_elsewhere import Going as Going
from onhand.api.problem_pages import ProblemKind as ProblemKind
from onhand.api.purchasing.order_bodies import PurchaseArrival as PurchaseArrival
from onhand.api.purchasing.order_bodies import PurchaseLineBody as PurchaseLineBody
from onhand.api.purchasing.order_bodies import PurchaseOrderStepped as PurchaseOrderStepped
from onhand.api.purchasing.order_bodies import PurchaseOrderSummary as PurchaseOrderSummary
from onhand.api.purchasing.order_bodies import PurchaseOrderWhole as PurchaseOrderWhole
from onhand.api.purchasing.performance import PerformanceData as PerformanceData
from onhand.api.purchasing.suppliers import SupplierData as SupplierData
from onhand.api.purchasing.terms import TermsData as TermsData
from onhand.api.purchasing.terms import TermsLine as TermsLine
from onhand.api.reporting.activity import ActivityDayData as ActivityDayData
from onhand.api.reporting.count_accuracy import CountAccuracyLine as CountAccuracyLine
from onhand.api.reporting.stock_value import StockValueLineData as StockValueLineData
from onhand.api.sales.order_bodies import ComingLine as ComingLine
from onhand.api.sales.order_bodies import LeavingLine as LeavingLine
from onhand.api.sales.order_bodies import OrderLineBody as OrderLineBody
from onhand.api.sales.order_bodies import OrderLineChanges as OrderLineChanges
from onhand.api.sales.order_bodies import SalesOrderStepped as SalesOrderStepped
from onhand.api.sales.order_bodies import SalesOrderSummary as SalesOrderSummary
from onhand.api.sales.order_bodies import SalesOrderWhole as SalesOrderWhole
from onhand.api.stock.bodies import AdjustCommand as AdjustCommand
from onhand.api.stock.bodies import CountCommand as CountCommand
from onhand.api.stock.bodies import ReceiveCommand as ReceiveCommand
from onhand.api.stock.bodies import ReleaseCommand as ReleaseCommand
from onhand.api.stock.bodies import ReserveCommand as ReserveCommand
from onhand.api.stock.bodies import ShipCommand as ShipCommand
from onhand.api.stock.bodies import TransferCommand as TransferCommand
from onhand.api.stock.levels import InventoryData as InventoryData
from onhand.api.stock.movements import MovementData as MovementData
from onhand.api.stock.movements import ReversalData as ReversalData
from onhand.api.stock.operations import Adjusted as Adjusted
from onhand.api.stock.operations import CommandAnswer as CommandAnswer
from onhand.api.stock.operations import Counted as Counted
from onhand.api.stock.operations import Released as Released
from onhand.api.stock.operations import Reserved as Reserved
from onhand.api.stock.operations import Transferred as Transferred
from onhand.api.stock.reports import LowStockLine as LowStockLine
from onhand.api.stock.reports import OutOfStockLine as OutOfStockLine
from onhand.api.stock.reports import ReorderLine as ReorderLine
from onhand.api.stock.reservations import ReservationData as ReservationData
from onhand.api.transfers import ArrivalBody as ArrivalBody
from onhand.api.transfers import LineBody as LineBody
from onhand.api.transfers import TransferStepped as TransferStepped
from onhand.api.transfers import TransferSummary as TransferSummary
from onhand.api.transfers import TransferWhole as TransferWhole
from onhand.api.webhooks.bodies import DeliveryData as DeliveryData
from onhand.api.webhooks.bodies import DeliveryLogged as DeliveryLogged
from onhand.api.webhooks.bodies import WebhookData as WebhookData
from onhand.api.webhooks.bodies import WebhookMade as WebhookMade
from onhand.client.answers import Answer
from onhand.client.asking import Asked
from onhand.client.asynchronous import AsyncRows
from onhand.client.sync import Rows
from onhand.ledger.cloud_events import CloudEvent as CloudEvent

class Operations:
    def _ask(self, request: Asked) -> Any: ...
    def adjust_stock(
        self,
        product_id: int,
        *,
        quantity: int,
        reason: str,
        notes: str | None = ...,
        reference: str | None = ...,
        reference_type: str | None = ...,
        reference_id: int | None = ...,
        occurred_at: datetime | None = ...,
        order_id: int | None = ...,
        warehouse_id: int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[Adjusted]: ...
    def reserve_stock(
        self,
        product_id: int,
        *,
        quantity: int,
        order_id: int,
        notes: str | None = ...,
        reference: str | None = ...,
        reference_type: str | None = ...,
        reference_id: int | None = ...,
        occurred_at: datetime | None = ...,
        reason: str | None = ...,
        warehouse_id: int | None = ...,
        expires_at: datetime | None = ...,
        ttl_seconds: int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[Reserved]: ...
    def release_stock(
        self,
        product_id: int,
        *,
        quantity: int,
        order_id: int,
        notes: str | None = ...,
        reference: str | None = ...,
        reference_type: str | None = ...,
        reference_id: int | None = ...,
        occurred_at: datetime | None = ...,
        reason: str | None = ...,
        warehouse_id: int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[Released]: ...
    def count_stock(
        self,
        product_id: int,
        *,
        counted_quantity: int,
        counted_by: str,
        notes: str | None = ...,
        reference: str | None = ...,
        reference_type: str | None = ...,
        reference_id: int | None = ...,
        occurred_at: datetime | None = ...,
        on_shortfall: Literal["reject", "deallocate"] = ...,
        warehouse_id: int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[Counted]: ...
    def transfer_stock(
        self,
        *,
        product_id: int,
        from_warehouse_id: int,
        to_warehouse_id: int,
        quantity: int,
        notes: str | None = ...,
        reference: str | None = ...,
        reference_type: str | None = ...,
        reference_id: int | None = ...,
        occurred_at: datetime | None = ...,
        reason: str | None = ...,
        in_transit: bool = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[Transferred]: ...
    def carry_out_commands(
        self,
        *,
        commands: Sequence[
            AdjustCommand
            | Mapping[str, Any]
            | ReserveCommand
            | ReleaseCommand
            | CountCommand
            | TransferCommand
            | ReceiveCommand
            | ShipCommand
        ],
        atomic: bool = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[list[CommandAnswer]]: ...
    def create_product(
        self,
        *,
        sku: str,
        name: str,
        description: str | None = ...,
        barcode: str | None = ...,
        unit: str = ...,
        selling_price: Decimal | int | None = ...,
        cost_price: Decimal | int | None = ...,
        currency: str = ...,
        track_inventory: bool = ...,
        allow_backorder: bool = ...,
        reorder_point: int | None = ...,
        reorder_quantity: int | None = ...,
        lead_time_days: int | None = ...,
        safety_stock: int | None = ...,
        default_warehouse_id: int | None = ...,
        is_active: bool = ...,
        stock_quantity: int = ...,
        reserved_quantity: int = ...,
        warehouse_id: int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[ProductData]: ...
    def list_products(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
        ids: str | None = ...,
        sku: str | None = ...,
        barcode: str | None = ...,
        search: str | None = ...,
        stock_status: Literal["in_stock", "low_stock", "out_of_stock", "on_backorder"] | None = ...,
        warehouse_id: int | None = ...,
        is_active: bool | None = ...,
        sort: str | None = ...,
    ) -> Rows[ProductData]: ...
    def read_product(
        self,
        product_id: int,
        *,
        include: Literal["inventory"] | None = ...,
        warehouse_id: int | None = ...,
    ) -> Answer[ProductData]: ...
    def change_product(
        self,
        product_id: int,
        *,
        sku: str = ...,
        name: str = ...,
        description: str | None = ...,
        barcode: str | None = ...,
        unit: str = ...,
        selling_price: Decimal | int | None = ...,
        cost_price: Decimal | int | None = ...,
        currency: str = ...,
        track_inventory: bool = ...,
        allow_backorder: bool = ...,
        reorder_point: int | None = ...,
        reorder_quantity: int | None = ...,
        lead_time_days: int | None = ...,
        safety_stock: int | None = ...,
        default_warehouse_id: int | None = ...,
        is_active: bool = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[ProductData]: ...
    def remove_product(
        self,
        product_id: int,
        *,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[ProductData]: ...
    def read_product_inventory(
        self,
        product_id: int,
    ) -> Answer[list[WarehouseStock]]: ...
    def read_inventory(
        self,
        product_id: int,
        *,
        as_of: datetime | None = ...,
        warehouse_id: int | None = ...,
    ) -> Answer[InventoryData]: ...
    def list_low_stock(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
        warehouse_id: int | None = ...,
        sort: str | None = ...,
    ) -> Rows[LowStockLine]: ...
    def list_out_of_stock(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
        warehouse_id: int | None = ...,
        sort: str | None = ...,
    ) -> Rows[OutOfStockLine]: ...
    def report_reorders(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
        warehouse_id: int | None = ...,
        sort: str | None = ...,
    ) -> Rows[ReorderLine]: ...
    def print_low_stock(
        self,
        *,
        warehouse_id: int | None = ...,
        sort: str | None = ...,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    def print_out_of_stock(
        self,
        *,
        warehouse_id: int | None = ...,
        sort: str | None = ...,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    def print_reorder_report(
        self,
        *,
        warehouse_id: int | None = ...,
        sort: str | None = ...,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    def report_activity(
        self,
        *,
        since: date | None = ...,
        until: date | None = ...,
        warehouse_id: int | None = ...,
    ) -> Rows[ActivityDayData]: ...
    def report_stock_value(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
        warehouse_id: int | None = ...,
        sort: str | None = ...,
    ) -> Rows[StockValueLineData]: ...
    def report_count_accuracy(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
        since: date | None = ...,
        until: date | None = ...,
        warehouse_id: int | None = ...,
        tolerance_percent: str | None = ...,
        tolerance_units: int = ...,
    ) -> Rows[CountAccuracyLine]: ...
    def print_activity(
        self,
        *,
        since: date | None = ...,
        until: date | None = ...,
        warehouse_id: int | None = ...,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    def print_stock_value(
        self,
        *,
        warehouse_id: int | None = ...,
        sort: str | None = ...,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    def print_count_accuracy(
        self,
        *,
        since: date | None = ...,
        until: date | None = ...,
        warehouse_id: int | None = ...,
        tolerance_percent: str | None = ...,
        tolerance_units: int = ...,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    def list_stock_movements(
        self,
        *,
        product_id: int | None = ...,
        warehouse_id: int | None = ...,
        movement_type: Literal[
            "in", "out", "adjustment", "transfer", "count", "reserved", "released"
        ]
        | None = ...,
        reference_type: str | None = ...,
        reference_id: int | None = ...,
        order_id: int | None = ...,
        sales_order_id: int | None = ...,
        since: str | None = ...,
        until: str | None = ...,
        sort: Literal["occurred_at", "-occurred_at"] | None = ...,
        per_page: int = ...,
        cursor: str | None = ...,
    ) -> Rows[MovementData]: ...
    def read_stock_movement(
        self,
        movement_id: int,
    ) -> Answer[MovementData]: ...
    def reverse_stock_movement(
        self,
        movement_id: int,
        *,
        reason: str | None = ...,
        notes: str | None = ...,
        reference: str | None = ...,
        occurred_at: datetime | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[ReversalData]: ...
    def list_reservations(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
        order_id: int | None = ...,
        sales_order_id: int | None = ...,
        product_id: int | None = ...,
        warehouse_id: int | None = ...,
        expiring_before: datetime | None = ...,
        sort: str | None = ...,
    ) -> Rows[ReservationData]: ...
    def list_product_reservations(
        self,
        product_id: int,
        *,
        page: int = ...,
        per_page: int = ...,
        order_id: int | None = ...,
        sales_order_id: int | None = ...,
        warehouse_id: int | None = ...,
        expiring_before: datetime | None = ...,
        sort: str | None = ...,
    ) -> Rows[ReservationData]: ...
    def read_reservation(
        self,
        reservation_id: int,
    ) -> Answer[ReservationData]: ...
    def change_reservation(
        self,
        reservation_id: int,
        *,
        expires_at: datetime | None,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[ReservationData]: ...
    def print_stock_movements(
        self,
        *,
        product_id: int | None = ...,
        warehouse_id: int | None = ...,
        movement_type: Literal[
            "in", "out", "adjustment", "transfer", "count", "reserved", "released"
        ]
        | None = ...,
        reference_type: str | None = ...,
        reference_id: int | None = ...,
        order_id: int | None = ...,
        sales_order_id: int | None = ...,
        since: str | None = ...,
        until: str | None = ...,
        sort: Literal["occurred_at", "-occurred_at"] | None = ...,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    def print_reservations(
        self,
        *,
        order_id: int | None = ...,
        sales_order_id: int | None = ...,
        product_id: int | None = ...,
        warehouse_id: int | None = ...,
        expiring_before: datetime | None = ...,
        sort: str | None = ...,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    def print_levels(
        self,
        *,
        as_of: str | None = ...,
        warehouse_id: int | None = ...,
        product_id: int | None = ...,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    def create_warehouse(
        self,
        *,
        name: str,
        code: str,
        type: Literal["main", "satellite", "virtual", "consignment"] = ...,
        is_active: bool = ...,
        address: str | None = ...,
        parent_warehouse_id: int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[WarehouseData]: ...
    def list_warehouses(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
        code: str | None = ...,
        type: Literal["main", "satellite", "virtual", "consignment"] | None = ...,
        is_active: bool | None = ...,
        search: str | None = ...,
        sort: str | None = ...,
    ) -> Rows[WarehouseData]: ...
    def read_warehouse(
        self,
        warehouse_id: int,
    ) -> Answer[WarehouseData]: ...
    def change_warehouse(
        self,
        warehouse_id: int,
        *,
        name: str = ...,
        code: str = ...,
        type: Literal["main", "satellite", "virtual", "consignment"] = ...,
        is_active: bool = ...,
        address: str | None = ...,
        parent_warehouse_id: int | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[WarehouseData]: ...
    def list_warehouse_products(
        self,
        warehouse_id: int,
        *,
        page: int = ...,
        per_page: int = ...,
        own_settings: bool = ...,
    ) -> Rows[WarehouseProductData]: ...
    def read_warehouse_product(
        self,
        warehouse_id: int,
        product_id: int,
    ) -> Answer[WarehouseProductData]: ...
    def set_warehouse_product(
        self,
        warehouse_id: int,
        product_id: int,
        *,
        reorder_point: int | None = ...,
        reorder_quantity: int | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[StockSettingsData]: ...
    def change_warehouse_product(
        self,
        warehouse_id: int,
        product_id: int,
        *,
        reorder_point: int | None = ...,
        reorder_quantity: int | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[StockSettingsData]: ...
    def remove_warehouse_product(
        self,
        warehouse_id: int,
        product_id: int,
        *,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[StockSettingsData]: ...
    def create_purchase_order(
        self,
        *,
        supplier_id: int,
        lines: Sequence[PurchaseLineBody | Mapping[str, Any]],
        warehouse_id: int = ...,
        currency: str | None = ...,
        reference: str | None = ...,
        notes: str | None = ...,
        expected_date: date | None = ...,
        over_receipt_percent: int = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[PurchaseOrderStepped]: ...
    def list_purchase_orders(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
        state: Literal[
            "draft", "pending", "approved", "sent", "partially_received", "completed", "cancelled"
        ]
        | None = ...,
        open: bool = ...,
        supplier_id: int | None = ...,
        warehouse_id: int | None = ...,
        product_id: int | None = ...,
        sort: str | None = ...,
    ) -> Rows[PurchaseOrderSummary]: ...
    def read_purchase_order(
        self,
        purchase_order_id: int,
    ) -> Answer[PurchaseOrderWhole]: ...
    def change_purchase_order(
        self,
        purchase_order_id: int,
        *,
        lines: Sequence[PurchaseLineBody | Mapping[str, Any]] = ...,
        warehouse_id: int = ...,
        reference: str | None = ...,
        notes: str | None = ...,
        expected_date: date | None = ...,
        over_receipt_percent: int = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[PurchaseOrderStepped]: ...
    def submit_purchase_order(
        self,
        purchase_order_id: int,
        *,
        reason: str | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[PurchaseOrderStepped]: ...
    def approve_purchase_order(
        self,
        purchase_order_id: int,
        *,
        reason: str | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[PurchaseOrderStepped]: ...
    def send_purchase_order(
        self,
        purchase_order_id: int,
        *,
        reason: str | None = ...,
        occurred_at: datetime | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[PurchaseOrderStepped]: ...
    def receive_purchase_order(
        self,
        purchase_order_id: int,
        *,
        delivery_reference: str,
        lines: Sequence[PurchaseArrival | Mapping[str, Any]] | None = ...,
        notes: str | None = ...,
        occurred_at: datetime | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[PurchaseOrderStepped]: ...
    def reverse_receipt(
        self,
        purchase_order_id: int,
        receipt: int,
        *,
        reason: str,
        occurred_at: datetime | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[PurchaseOrderStepped]: ...
    def close_purchase_order(
        self,
        purchase_order_id: int,
        *,
        reason: str,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[PurchaseOrderStepped]: ...
    def cancel_purchase_order(
        self,
        purchase_order_id: int,
        *,
        reason: str,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[PurchaseOrderStepped]: ...
    def print_purchase_order(
        self,
        purchase_order_id: int,
        *,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    def print_receipt(
        self,
        purchase_order_id: int,
        receipt: int,
        *,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    def order_from_reorder_report(
        self,
        *,
        warehouse_id: int | None = ...,
        supplier_id: int | None = ...,
        over_receipt_percent: int = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[Ordered]: ...
    def create_supplier(
        self,
        *,
        code: str,
        name: str,
        status: Literal[
            "prospective", "active", "approved", "preferred", "inactive", "suspended", "blacklisted"
        ] = ...,
        email: str | None = ...,
        phone: str | None = ...,
        address: str | None = ...,
        payment_terms: str | None = ...,
        lead_time_days: int | None = ...,
        currency: str = ...,
        notes: str | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[SupplierData]: ...
    def list_suppliers(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
        code: str | None = ...,
        status: Literal[
            "prospective", "active", "approved", "preferred", "inactive", "suspended", "blacklisted"
        ]
        | None = ...,
        product_id: int | None = ...,
        search: str | None = ...,
        sort: str | None = ...,
    ) -> Rows[SupplierData]: ...
    def read_supplier(
        self,
        supplier_id: int,
    ) -> Answer[SupplierData]: ...
    def read_supplier_history(
        self,
        supplier_id: int,
    ) -> Answer[list[Step]]: ...
    def change_supplier(
        self,
        supplier_id: int,
        *,
        code: str = ...,
        name: str = ...,
        status: Literal[
            "prospective", "active", "approved", "preferred", "inactive", "suspended", "blacklisted"
        ] = ...,
        email: str | None = ...,
        phone: str | None = ...,
        address: str | None = ...,
        payment_terms: str | None = ...,
        lead_time_days: int | None = ...,
        currency: str = ...,
        notes: str | None = ...,
        reason: str = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[SupplierData]: ...
    def list_supplier_products(
        self,
        supplier_id: int,
        *,
        page: int = ...,
        per_page: int = ...,
        is_preferred: bool | None = ...,
    ) -> Rows[TermsLine]: ...
    def read_supplier_product(
        self,
        supplier_id: int,
        product_id: int,
    ) -> Answer[TermsLine]: ...
    def set_supplier_product(
        self,
        supplier_id: int,
        product_id: int,
        *,
        price: Decimal | int,
        currency: str | None = ...,
        minimum_order_quantity: int = ...,
        pack_size: int = ...,
        lead_time_days: int | None = ...,
        supplier_sku: str | None = ...,
        is_preferred: bool = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[TermsData]: ...
    def remove_supplier_product(
        self,
        supplier_id: int,
        product_id: int,
        *,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[TermsData]: ...
    def read_supplier_performance(
        self,
        supplier_id: int,
        *,
        since: str | None = ...,
        until: str | None = ...,
    ) -> Answer[PerformanceData]: ...
    def print_supplier_performance(
        self,
        *,
        since: str | None = ...,
        until: str | None = ...,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    def create_transfer(
        self,
        *,
        from_warehouse_id: int,
        to_warehouse_id: int,
        lines: Sequence[LineBody | Mapping[str, Any]],
        reference: str | None = ...,
        notes: str | None = ...,
        expected_date: date | None = ...,
        ship: bool = ...,
        occurred_at: datetime | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[TransferStepped]: ...
    def list_transfers(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
        state: Literal["draft", "shipped", "partially_received", "received", "cancelled"]
        | None = ...,
        open: bool = ...,
        from_warehouse_id: int | None = ...,
        to_warehouse_id: int | None = ...,
        warehouse_id: int | None = ...,
        product_id: int | None = ...,
        sort: str | None = ...,
    ) -> Rows[TransferSummary]: ...
    def read_transfer(
        self,
        transfer_id: int,
    ) -> Answer[TransferWhole]: ...
    def change_transfer(
        self,
        transfer_id: int,
        *,
        from_warehouse_id: int = ...,
        to_warehouse_id: int = ...,
        lines: Sequence[LineBody | Mapping[str, Any]] = ...,
        reference: str | None = ...,
        notes: str | None = ...,
        expected_date: date | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[TransferStepped]: ...
    def ship_transfer(
        self,
        transfer_id: int,
        *,
        reason: str | None = ...,
        occurred_at: datetime | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[TransferStepped]: ...
    def receive_transfer(
        self,
        transfer_id: int,
        *,
        lines: Sequence[ArrivalBody | Mapping[str, Any]] | None = ...,
        reason: str | None = ...,
        occurred_at: datetime | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[TransferStepped]: ...
    def cancel_transfer(
        self,
        transfer_id: int,
        *,
        reason: str,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[TransferStepped]: ...
    def print_transfer(
        self,
        transfer_id: int,
        *,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    def plan_counts(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
        warehouse_id: int = ...,
        days: int = ...,
    ) -> Rows[CountPlanLine]: ...
    def read_count_sheet(
        self,
        count_id: int,
        *,
        counted_by: str | None = ...,
        open: bool = ...,
    ) -> Answer[CountSheet]: ...
    def report_count_variance(
        self,
        count_id: int,
        *,
        tolerance_percent: str | None = ...,
        tolerance_units: int = ...,
        differing: bool = ...,
    ) -> Answer[CountVarianceReport]: ...
    def create_count(
        self,
        *,
        warehouse_id: int,
        lines: Sequence[CountProduct | Mapping[str, Any]] | None = ...,
        abc_class: Literal["A", "B", "C"] | None = ...,
        abc_days: int = ...,
        reference: str | None = ...,
        notes: str | None = ...,
        recount_percent: Decimal | int | None = ...,
        recount_units: int | None = ...,
        start: bool = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[CountStepped]: ...
    def list_counts(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
        state: Literal["draft", "counting", "review", "posted", "cancelled"] | None = ...,
        warehouse_id: int | None = ...,
        product_id: int | None = ...,
        sort: str | None = ...,
    ) -> Rows[CountSummary]: ...
    def read_count(
        self,
        count_id: int,
    ) -> Answer[CountWhole]: ...
    def add_count(
        self,
        count_id: int,
        *,
        lines: Sequence[CountProduct | Mapping[str, Any]],
        reason: str | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[CountStepped]: ...
    def start_count(
        self,
        count_id: int,
        *,
        reason: str | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[CountStepped]: ...
    def record_count(
        self,
        count_id: int,
        *,
        lines: Sequence[CountedProduct | Mapping[str, Any]],
        counted_by: str | None = ...,
        counted_at: datetime | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[CountRecorded]: ...
    def recount_count(
        self,
        count_id: int,
        *,
        lines: Sequence[CountProduct | Mapping[str, Any]],
        reason: str | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[CountStepped]: ...
    def submit_count(
        self,
        count_id: int,
        *,
        uncounted: Literal["refuse", "leave_out"] = ...,
        reason: str | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[CountSubmitted]: ...
    def approve_count(
        self,
        count_id: int,
        *,
        on_shortfall: Literal["reject", "deallocate"] = ...,
        reason: str | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[CountApproved]: ...
    def cancel_count(
        self,
        count_id: int,
        *,
        reason: str,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[CountStepped]: ...
    def print_count_plan(
        self,
        *,
        warehouse_id: int = ...,
        days: int = ...,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    def print_count_sheet(
        self,
        count_id: int,
        *,
        counted_by: str | None = ...,
        open: bool = ...,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    def print_count_variance(
        self,
        count_id: int,
        *,
        tolerance_percent: str | None = ...,
        tolerance_units: int = ...,
        differing: bool = ...,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    def create_sales_order(
        self,
        *,
        lines: Sequence[OrderLineBody | Mapping[str, Any]],
        customer: str | None = ...,
        reference: str | None = ...,
        notes: str | None = ...,
        requested_date: date | None = ...,
        warehouse_id: int | None = ...,
        warehouse_priority: Sequence[int] = ...,
        split: bool = ...,
        confirm: bool = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[SalesOrderStepped]: ...
    def list_sales_orders(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
        state: Literal["draft", "confirmed", "partially_shipped", "shipped", "closed", "cancelled"]
        | None = ...,
        open: bool = ...,
        product_id: int | None = ...,
        warehouse_id: int | None = ...,
        customer: str | None = ...,
        reference: str | None = ...,
        sort: str | None = ...,
    ) -> Rows[SalesOrderSummary]: ...
    def read_sales_order(
        self,
        sales_order_id: int,
    ) -> Answer[SalesOrderWhole]: ...
    def change_sales_order(
        self,
        sales_order_id: int,
        *,
        lines: Sequence[OrderLineChanges | Mapping[str, Any]] = ...,
        customer: str | None = ...,
        reference: str | None = ...,
        notes: str | None = ...,
        requested_date: date | None = ...,
        warehouse_id: int | None = ...,
        warehouse_priority: Sequence[int] = ...,
        split: bool = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[SalesOrderStepped]: ...
    def confirm_sales_order(
        self,
        sales_order_id: int,
        *,
        reason: str | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[SalesOrderStepped]: ...
    def ship_sales_order(
        self,
        sales_order_id: int,
        *,
        lines: Sequence[LeavingLine | Mapping[str, Any]] | None = ...,
        warehouse_id: int | None = ...,
        reference: str | None = ...,
        reason: str | None = ...,
        notes: str | None = ...,
        occurred_at: datetime | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[SalesOrderStepped]: ...
    def cancel_sales_order(
        self,
        sales_order_id: int,
        *,
        reason: str,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[SalesOrderStepped]: ...
    def close_sales_order(
        self,
        sales_order_id: int,
        *,
        reason: str | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[SalesOrderStepped]: ...
    def return_sales_order(
        self,
        sales_order_id: int,
        *,
        lines: Sequence[ComingLine | Mapping[str, Any]],
        reason: str,
        reference: str | None = ...,
        notes: str | None = ...,
        occurred_at: datetime | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[SalesOrderStepped]: ...
    def print_sales_order(
        self,
        sales_order_id: int,
        *,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    def print_packing_slip(
        self,
        sales_order_id: int,
        shipment: int,
        *,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    def print_pick_list(
        self,
        sales_order_id: int,
        *,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    def list_events(
        self,
        *,
        after: int = ...,
        types: str | None = ...,
        product_id: int | None = ...,
        limit: int = ...,
        wait: int = ...,
    ) -> Rows[CloudEvent]: ...
    def list_audit(
        self,
        *,
        subject: str | None = ...,
        actor: str | None = ...,
        since: str | None = ...,
        until: str | None = ...,
        per_page: int = ...,
        cursor: str | None = ...,
    ) -> Rows[AuditData]: ...
    def note_tool_call(
        self,
        *,
        tool: str,
        arguments: str = ...,
    ) -> Answer[NotedToolCall]: ...
    def create_webhook(
        self,
        *,
        url: str,
        dry_run: bool = ...,
        description: str | None = ...,
        types: Sequence[str] | None = ...,
        warehouse_ids: Sequence[int] | None = ...,
        is_active: bool = ...,
        after: int | None = ...,
    ) -> Answer[WebhookMade]: ...
    def list_webhooks(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
    ) -> Rows[WebhookData]: ...
    def read_webhook(
        self,
        webhook_id: int,
    ) -> Answer[WebhookData]: ...
    def change_webhook(
        self,
        webhook_id: int,
        *,
        dry_run: bool = ...,
        url: str = ...,
        description: str | None = ...,
        types: Sequence[str] | None = ...,
        warehouse_ids: Sequence[int] | None = ...,
        is_active: bool = ...,
        if_match: str | int | None = ...,
    ) -> Answer[WebhookData]: ...
    def remove_webhook(
        self,
        webhook_id: int,
        *,
        dry_run: bool = ...,
    ) -> Answer[WebhookData]: ...
    def test_webhook(
        self,
        webhook_id: int,
    ) -> Answer[DeliveryData]: ...
    def replay_webhook(
        self,
        webhook_id: int,
        *,
        after: int = ...,
        dry_run: bool = ...,
    ) -> Answer[WebhookData]: ...
    def rotate_webhook_secret(
        self,
        webhook_id: int,
        *,
        dry_run: bool = ...,
        grace_seconds: int = ...,
    ) -> Answer[WebhookMade]: ...
    def list_webhook_deliveries(
        self,
        webhook_id: int,
        *,
        page: int = ...,
        per_page: int = ...,
        failed: bool | None = ...,
    ) -> Rows[DeliveryLogged]: ...
    def create_key(
        self,
        *,
        name: str,
        role: Literal["viewer", "clerk", "counter", "buyer", "manager", "admin"] | None = ...,
        scope: Literal["read", "write", "admin"] | None = ...,
        warehouse_ids: Sequence[int] | None = ...,
        expires_at: datetime | None = ...,
    ) -> Answer[KeyMade]: ...
    def list_keys(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
    ) -> Rows[KeyData]: ...
    def read_key(
        self,
        key_id: int,
    ) -> Answer[KeyData]: ...
    def rotate_key(
        self,
        key_id: int,
        *,
        grace_seconds: int = ...,
        expires_at: datetime | None = ...,
    ) -> Answer[KeyMade]: ...
    def revoke_key(
        self,
        key_id: int,
    ) -> Answer[KeyData]: ...
    def create_user(
        self,
        *,
        name: str,
        role: Literal["viewer", "clerk", "counter", "buyer", "manager", "admin"],
        display_name: str | None = ...,
        warehouse_ids: Sequence[int] | None = ...,
        password: str | None = ...,
    ) -> Answer[UserData]: ...
    def list_users(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
        role: Literal["viewer", "clerk", "counter", "buyer", "manager", "admin"] | None = ...,
        is_active: bool | None = ...,
        search: str | None = ...,
    ) -> Rows[UserData]: ...
    def read_user(
        self,
        user_id: int,
    ) -> Answer[UserData]: ...
    def change_user(
        self,
        user_id: int,
        *,
        display_name: str | None = ...,
        role: Literal["viewer", "clerk", "counter", "buyer", "manager", "admin"] = ...,
        warehouse_ids: Sequence[int] | None = ...,
        is_active: bool = ...,
        if_match: str | int | None = ...,
    ) -> Answer[UserData]: ...
    def give_password(
        self,
        user_id: int,
        *,
        password: str,
    ) -> Answer[UserData]: ...
    def sign_in(
        self,
        *,
        name: str,
        password: str,
    ) -> Answer[MeData]: ...
    def sign_out(
        self,
    ) -> Answer[SessionData]: ...
    def who_am_i(
        self,
    ) -> Answer[MeData]: ...
    def list_my_sessions(
        self,
    ) -> Answer[list[SessionData]]: ...
    def end_my_session(
        self,
        session_id: int,
    ) -> Answer[SessionData]: ...
    def change_my_password(
        self,
        *,
        current_password: str,
        new_password: str,
    ) -> Answer[MeData]: ...
    def sign_in_elsewhere(
        self,
        *,
        return_to: str = ...,
    ) -> Answer[Going]: ...
    def come_back_from_elsewhere(
        self,
        *,
        code: str | None = ...,
        state: str | None = ...,
        iss: str | None = ...,
        error: str | None = ...,
    ) -> Answer[Going]: ...
    def tell_metrics(
        self,
    ) -> Answer[bytes]: ...
    def is_live(
        self,
    ) -> Answer[Live]: ...
    def is_ready(
        self,
    ) -> Answer[Ready]: ...
    def list_problems(
        self,
    ) -> Answer[list[ProblemKind]]: ...
    def read_problem(
        self,
        name: str,
    ) -> Answer[ProblemKind]: ...

class AsyncOperations:
    def _ask(self, request: Asked) -> Any: ...
    async def adjust_stock(
        self,
        product_id: int,
        *,
        quantity: int,
        reason: str,
        notes: str | None = ...,
        reference: str | None = ...,
        reference_type: str | None = ...,
        reference_id: int | None = ...,
        occurred_at: datetime | None = ...,
        order_id: int | None = ...,
        warehouse_id: int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[Adjusted]: ...
    async def reserve_stock(
        self,
        product_id: int,
        *,
        quantity: int,
        order_id: int,
        notes: str | None = ...,
        reference: str | None = ...,
        reference_type: str | None = ...,
        reference_id: int | None = ...,
        occurred_at: datetime | None = ...,
        reason: str | None = ...,
        warehouse_id: int | None = ...,
        expires_at: datetime | None = ...,
        ttl_seconds: int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[Reserved]: ...
    async def release_stock(
        self,
        product_id: int,
        *,
        quantity: int,
        order_id: int,
        notes: str | None = ...,
        reference: str | None = ...,
        reference_type: str | None = ...,
        reference_id: int | None = ...,
        occurred_at: datetime | None = ...,
        reason: str | None = ...,
        warehouse_id: int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[Released]: ...
    async def count_stock(
        self,
        product_id: int,
        *,
        counted_quantity: int,
        counted_by: str,
        notes: str | None = ...,
        reference: str | None = ...,
        reference_type: str | None = ...,
        reference_id: int | None = ...,
        occurred_at: datetime | None = ...,
        on_shortfall: Literal["reject", "deallocate"] = ...,
        warehouse_id: int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[Counted]: ...
    async def transfer_stock(
        self,
        *,
        product_id: int,
        from_warehouse_id: int,
        to_warehouse_id: int,
        quantity: int,
        notes: str | None = ...,
        reference: str | None = ...,
        reference_type: str | None = ...,
        reference_id: int | None = ...,
        occurred_at: datetime | None = ...,
        reason: str | None = ...,
        in_transit: bool = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[Transferred]: ...
    async def carry_out_commands(
        self,
        *,
        commands: Sequence[
            AdjustCommand
            | Mapping[str, Any]
            | ReserveCommand
            | ReleaseCommand
            | CountCommand
            | TransferCommand
            | ReceiveCommand
            | ShipCommand
        ],
        atomic: bool = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[list[CommandAnswer]]: ...
    async def create_product(
        self,
        *,
        sku: str,
        name: str,
        description: str | None = ...,
        barcode: str | None = ...,
        unit: str = ...,
        selling_price: Decimal | int | None = ...,
        cost_price: Decimal | int | None = ...,
        currency: str = ...,
        track_inventory: bool = ...,
        allow_backorder: bool = ...,
        reorder_point: int | None = ...,
        reorder_quantity: int | None = ...,
        lead_time_days: int | None = ...,
        safety_stock: int | None = ...,
        default_warehouse_id: int | None = ...,
        is_active: bool = ...,
        stock_quantity: int = ...,
        reserved_quantity: int = ...,
        warehouse_id: int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[ProductData]: ...
    def list_products(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
        ids: str | None = ...,
        sku: str | None = ...,
        barcode: str | None = ...,
        search: str | None = ...,
        stock_status: Literal["in_stock", "low_stock", "out_of_stock", "on_backorder"] | None = ...,
        warehouse_id: int | None = ...,
        is_active: bool | None = ...,
        sort: str | None = ...,
    ) -> AsyncRows[ProductData]: ...
    async def read_product(
        self,
        product_id: int,
        *,
        include: Literal["inventory"] | None = ...,
        warehouse_id: int | None = ...,
    ) -> Answer[ProductData]: ...
    async def change_product(
        self,
        product_id: int,
        *,
        sku: str = ...,
        name: str = ...,
        description: str | None = ...,
        barcode: str | None = ...,
        unit: str = ...,
        selling_price: Decimal | int | None = ...,
        cost_price: Decimal | int | None = ...,
        currency: str = ...,
        track_inventory: bool = ...,
        allow_backorder: bool = ...,
        reorder_point: int | None = ...,
        reorder_quantity: int | None = ...,
        lead_time_days: int | None = ...,
        safety_stock: int | None = ...,
        default_warehouse_id: int | None = ...,
        is_active: bool = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[ProductData]: ...
    async def remove_product(
        self,
        product_id: int,
        *,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[ProductData]: ...
    async def read_product_inventory(
        self,
        product_id: int,
    ) -> Answer[list[WarehouseStock]]: ...
    async def read_inventory(
        self,
        product_id: int,
        *,
        as_of: datetime | None = ...,
        warehouse_id: int | None = ...,
    ) -> Answer[InventoryData]: ...
    def list_low_stock(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
        warehouse_id: int | None = ...,
        sort: str | None = ...,
    ) -> AsyncRows[LowStockLine]: ...
    def list_out_of_stock(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
        warehouse_id: int | None = ...,
        sort: str | None = ...,
    ) -> AsyncRows[OutOfStockLine]: ...
    def report_reorders(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
        warehouse_id: int | None = ...,
        sort: str | None = ...,
    ) -> AsyncRows[ReorderLine]: ...
    async def print_low_stock(
        self,
        *,
        warehouse_id: int | None = ...,
        sort: str | None = ...,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    async def print_out_of_stock(
        self,
        *,
        warehouse_id: int | None = ...,
        sort: str | None = ...,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    async def print_reorder_report(
        self,
        *,
        warehouse_id: int | None = ...,
        sort: str | None = ...,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    def report_activity(
        self,
        *,
        since: date | None = ...,
        until: date | None = ...,
        warehouse_id: int | None = ...,
    ) -> AsyncRows[ActivityDayData]: ...
    def report_stock_value(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
        warehouse_id: int | None = ...,
        sort: str | None = ...,
    ) -> AsyncRows[StockValueLineData]: ...
    def report_count_accuracy(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
        since: date | None = ...,
        until: date | None = ...,
        warehouse_id: int | None = ...,
        tolerance_percent: str | None = ...,
        tolerance_units: int = ...,
    ) -> AsyncRows[CountAccuracyLine]: ...
    async def print_activity(
        self,
        *,
        since: date | None = ...,
        until: date | None = ...,
        warehouse_id: int | None = ...,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    async def print_stock_value(
        self,
        *,
        warehouse_id: int | None = ...,
        sort: str | None = ...,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    async def print_count_accuracy(
        self,
        *,
        since: date | None = ...,
        until: date | None = ...,
        warehouse_id: int | None = ...,
        tolerance_percent: str | None = ...,
        tolerance_units: int = ...,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    def list_stock_movements(
        self,
        *,
        product_id: int | None = ...,
        warehouse_id: int | None = ...,
        movement_type: Literal[
            "in", "out", "adjustment", "transfer", "count", "reserved", "released"
        ]
        | None = ...,
        reference_type: str | None = ...,
        reference_id: int | None = ...,
        order_id: int | None = ...,
        sales_order_id: int | None = ...,
        since: str | None = ...,
        until: str | None = ...,
        sort: Literal["occurred_at", "-occurred_at"] | None = ...,
        per_page: int = ...,
        cursor: str | None = ...,
    ) -> AsyncRows[MovementData]: ...
    async def read_stock_movement(
        self,
        movement_id: int,
    ) -> Answer[MovementData]: ...
    async def reverse_stock_movement(
        self,
        movement_id: int,
        *,
        reason: str | None = ...,
        notes: str | None = ...,
        reference: str | None = ...,
        occurred_at: datetime | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[ReversalData]: ...
    def list_reservations(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
        order_id: int | None = ...,
        sales_order_id: int | None = ...,
        product_id: int | None = ...,
        warehouse_id: int | None = ...,
        expiring_before: datetime | None = ...,
        sort: str | None = ...,
    ) -> AsyncRows[ReservationData]: ...
    def list_product_reservations(
        self,
        product_id: int,
        *,
        page: int = ...,
        per_page: int = ...,
        order_id: int | None = ...,
        sales_order_id: int | None = ...,
        warehouse_id: int | None = ...,
        expiring_before: datetime | None = ...,
        sort: str | None = ...,
    ) -> AsyncRows[ReservationData]: ...
    async def read_reservation(
        self,
        reservation_id: int,
    ) -> Answer[ReservationData]: ...
    async def change_reservation(
        self,
        reservation_id: int,
        *,
        expires_at: datetime | None,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[ReservationData]: ...
    async def print_stock_movements(
        self,
        *,
        product_id: int | None = ...,
        warehouse_id: int | None = ...,
        movement_type: Literal[
            "in", "out", "adjustment", "transfer", "count", "reserved", "released"
        ]
        | None = ...,
        reference_type: str | None = ...,
        reference_id: int | None = ...,
        order_id: int | None = ...,
        sales_order_id: int | None = ...,
        since: str | None = ...,
        until: str | None = ...,
        sort: Literal["occurred_at", "-occurred_at"] | None = ...,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    async def print_reservations(
        self,
        *,
        order_id: int | None = ...,
        sales_order_id: int | None = ...,
        product_id: int | None = ...,
        warehouse_id: int | None = ...,
        expiring_before: datetime | None = ...,
        sort: str | None = ...,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    async def print_levels(
        self,
        *,
        as_of: str | None = ...,
        warehouse_id: int | None = ...,
        product_id: int | None = ...,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    async def create_warehouse(
        self,
        *,
        name: str,
        code: str,
        type: Literal["main", "satellite", "virtual", "consignment"] = ...,
        is_active: bool = ...,
        address: str | None = ...,
        parent_warehouse_id: int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[WarehouseData]: ...
    def list_warehouses(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
        code: str | None = ...,
        type: Literal["main", "satellite", "virtual", "consignment"] | None = ...,
        is_active: bool | None = ...,
        search: str | None = ...,
        sort: str | None = ...,
    ) -> AsyncRows[WarehouseData]: ...
    async def read_warehouse(
        self,
        warehouse_id: int,
    ) -> Answer[WarehouseData]: ...
    async def change_warehouse(
        self,
        warehouse_id: int,
        *,
        name: str = ...,
        code: str = ...,
        type: Literal["main", "satellite", "virtual", "consignment"] = ...,
        is_active: bool = ...,
        address: str | None = ...,
        parent_warehouse_id: int | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[WarehouseData]: ...
    def list_warehouse_products(
        self,
        warehouse_id: int,
        *,
        page: int = ...,
        per_page: int = ...,
        own_settings: bool = ...,
    ) -> AsyncRows[WarehouseProductData]: ...
    async def read_warehouse_product(
        self,
        warehouse_id: int,
        product_id: int,
    ) -> Answer[WarehouseProductData]: ...
    async def set_warehouse_product(
        self,
        warehouse_id: int,
        product_id: int,
        *,
        reorder_point: int | None = ...,
        reorder_quantity: int | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[StockSettingsData]: ...
    async def change_warehouse_product(
        self,
        warehouse_id: int,
        product_id: int,
        *,
        reorder_point: int | None = ...,
        reorder_quantity: int | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[StockSettingsData]: ...
    async def remove_warehouse_product(
        self,
        warehouse_id: int,
        product_id: int,
        *,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[StockSettingsData]: ...
    async def create_purchase_order(
        self,
        *,
        supplier_id: int,
        lines: Sequence[PurchaseLineBody | Mapping[str, Any]],
        warehouse_id: int = ...,
        currency: str | None = ...,
        reference: str | None = ...,
        notes: str | None = ...,
        expected_date: date | None = ...,
        over_receipt_percent: int = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[PurchaseOrderStepped]: ...
    def list_purchase_orders(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
        state: Literal[
            "draft", "pending", "approved", "sent", "partially_received", "completed", "cancelled"
        ]
        | None = ...,
        open: bool = ...,
        supplier_id: int | None = ...,
        warehouse_id: int | None = ...,
        product_id: int | None = ...,
        sort: str | None = ...,
    ) -> AsyncRows[PurchaseOrderSummary]: ...
    async def read_purchase_order(
        self,
        purchase_order_id: int,
    ) -> Answer[PurchaseOrderWhole]: ...
    async def change_purchase_order(
        self,
        purchase_order_id: int,
        *,
        lines: Sequence[PurchaseLineBody | Mapping[str, Any]] = ...,
        warehouse_id: int = ...,
        reference: str | None = ...,
        notes: str | None = ...,
        expected_date: date | None = ...,
        over_receipt_percent: int = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[PurchaseOrderStepped]: ...
    async def submit_purchase_order(
        self,
        purchase_order_id: int,
        *,
        reason: str | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[PurchaseOrderStepped]: ...
    async def approve_purchase_order(
        self,
        purchase_order_id: int,
        *,
        reason: str | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[PurchaseOrderStepped]: ...
    async def send_purchase_order(
        self,
        purchase_order_id: int,
        *,
        reason: str | None = ...,
        occurred_at: datetime | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[PurchaseOrderStepped]: ...
    async def receive_purchase_order(
        self,
        purchase_order_id: int,
        *,
        delivery_reference: str,
        lines: Sequence[PurchaseArrival | Mapping[str, Any]] | None = ...,
        notes: str | None = ...,
        occurred_at: datetime | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[PurchaseOrderStepped]: ...
    async def reverse_receipt(
        self,
        purchase_order_id: int,
        receipt: int,
        *,
        reason: str,
        occurred_at: datetime | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[PurchaseOrderStepped]: ...
    async def close_purchase_order(
        self,
        purchase_order_id: int,
        *,
        reason: str,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[PurchaseOrderStepped]: ...
    async def cancel_purchase_order(
        self,
        purchase_order_id: int,
        *,
        reason: str,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[PurchaseOrderStepped]: ...
    async def print_purchase_order(
        self,
        purchase_order_id: int,
        *,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    async def print_receipt(
        self,
        purchase_order_id: int,
        receipt: int,
        *,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    async def order_from_reorder_report(
        self,
        *,
        warehouse_id: int | None = ...,
        supplier_id: int | None = ...,
        over_receipt_percent: int = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[Ordered]: ...
    async def create_supplier(
        self,
        *,
        code: str,
        name: str,
        status: Literal[
            "prospective", "active", "approved", "preferred", "inactive", "suspended", "blacklisted"
        ] = ...,
        email: str | None = ...,
        phone: str | None = ...,
        address: str | None = ...,
        payment_terms: str | None = ...,
        lead_time_days: int | None = ...,
        currency: str = ...,
        notes: str | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[SupplierData]: ...
    def list_suppliers(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
        code: str | None = ...,
        status: Literal[
            "prospective", "active", "approved", "preferred", "inactive", "suspended", "blacklisted"
        ]
        | None = ...,
        product_id: int | None = ...,
        search: str | None = ...,
        sort: str | None = ...,
    ) -> AsyncRows[SupplierData]: ...
    async def read_supplier(
        self,
        supplier_id: int,
    ) -> Answer[SupplierData]: ...
    async def read_supplier_history(
        self,
        supplier_id: int,
    ) -> Answer[list[Step]]: ...
    async def change_supplier(
        self,
        supplier_id: int,
        *,
        code: str = ...,
        name: str = ...,
        status: Literal[
            "prospective", "active", "approved", "preferred", "inactive", "suspended", "blacklisted"
        ] = ...,
        email: str | None = ...,
        phone: str | None = ...,
        address: str | None = ...,
        payment_terms: str | None = ...,
        lead_time_days: int | None = ...,
        currency: str = ...,
        notes: str | None = ...,
        reason: str = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[SupplierData]: ...
    def list_supplier_products(
        self,
        supplier_id: int,
        *,
        page: int = ...,
        per_page: int = ...,
        is_preferred: bool | None = ...,
    ) -> AsyncRows[TermsLine]: ...
    async def read_supplier_product(
        self,
        supplier_id: int,
        product_id: int,
    ) -> Answer[TermsLine]: ...
    async def set_supplier_product(
        self,
        supplier_id: int,
        product_id: int,
        *,
        price: Decimal | int,
        currency: str | None = ...,
        minimum_order_quantity: int = ...,
        pack_size: int = ...,
        lead_time_days: int | None = ...,
        supplier_sku: str | None = ...,
        is_preferred: bool = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[TermsData]: ...
    async def remove_supplier_product(
        self,
        supplier_id: int,
        product_id: int,
        *,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[TermsData]: ...
    async def read_supplier_performance(
        self,
        supplier_id: int,
        *,
        since: str | None = ...,
        until: str | None = ...,
    ) -> Answer[PerformanceData]: ...
    async def print_supplier_performance(
        self,
        *,
        since: str | None = ...,
        until: str | None = ...,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    async def create_transfer(
        self,
        *,
        from_warehouse_id: int,
        to_warehouse_id: int,
        lines: Sequence[LineBody | Mapping[str, Any]],
        reference: str | None = ...,
        notes: str | None = ...,
        expected_date: date | None = ...,
        ship: bool = ...,
        occurred_at: datetime | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[TransferStepped]: ...
    def list_transfers(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
        state: Literal["draft", "shipped", "partially_received", "received", "cancelled"]
        | None = ...,
        open: bool = ...,
        from_warehouse_id: int | None = ...,
        to_warehouse_id: int | None = ...,
        warehouse_id: int | None = ...,
        product_id: int | None = ...,
        sort: str | None = ...,
    ) -> AsyncRows[TransferSummary]: ...
    async def read_transfer(
        self,
        transfer_id: int,
    ) -> Answer[TransferWhole]: ...
    async def change_transfer(
        self,
        transfer_id: int,
        *,
        from_warehouse_id: int = ...,
        to_warehouse_id: int = ...,
        lines: Sequence[LineBody | Mapping[str, Any]] = ...,
        reference: str | None = ...,
        notes: str | None = ...,
        expected_date: date | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[TransferStepped]: ...
    async def ship_transfer(
        self,
        transfer_id: int,
        *,
        reason: str | None = ...,
        occurred_at: datetime | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[TransferStepped]: ...
    async def receive_transfer(
        self,
        transfer_id: int,
        *,
        lines: Sequence[ArrivalBody | Mapping[str, Any]] | None = ...,
        reason: str | None = ...,
        occurred_at: datetime | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[TransferStepped]: ...
    async def cancel_transfer(
        self,
        transfer_id: int,
        *,
        reason: str,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[TransferStepped]: ...
    async def print_transfer(
        self,
        transfer_id: int,
        *,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    def plan_counts(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
        warehouse_id: int = ...,
        days: int = ...,
    ) -> AsyncRows[CountPlanLine]: ...
    async def read_count_sheet(
        self,
        count_id: int,
        *,
        counted_by: str | None = ...,
        open: bool = ...,
    ) -> Answer[CountSheet]: ...
    async def report_count_variance(
        self,
        count_id: int,
        *,
        tolerance_percent: str | None = ...,
        tolerance_units: int = ...,
        differing: bool = ...,
    ) -> Answer[CountVarianceReport]: ...
    async def create_count(
        self,
        *,
        warehouse_id: int,
        lines: Sequence[CountProduct | Mapping[str, Any]] | None = ...,
        abc_class: Literal["A", "B", "C"] | None = ...,
        abc_days: int = ...,
        reference: str | None = ...,
        notes: str | None = ...,
        recount_percent: Decimal | int | None = ...,
        recount_units: int | None = ...,
        start: bool = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[CountStepped]: ...
    def list_counts(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
        state: Literal["draft", "counting", "review", "posted", "cancelled"] | None = ...,
        warehouse_id: int | None = ...,
        product_id: int | None = ...,
        sort: str | None = ...,
    ) -> AsyncRows[CountSummary]: ...
    async def read_count(
        self,
        count_id: int,
    ) -> Answer[CountWhole]: ...
    async def add_count(
        self,
        count_id: int,
        *,
        lines: Sequence[CountProduct | Mapping[str, Any]],
        reason: str | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[CountStepped]: ...
    async def start_count(
        self,
        count_id: int,
        *,
        reason: str | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[CountStepped]: ...
    async def record_count(
        self,
        count_id: int,
        *,
        lines: Sequence[CountedProduct | Mapping[str, Any]],
        counted_by: str | None = ...,
        counted_at: datetime | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[CountRecorded]: ...
    async def recount_count(
        self,
        count_id: int,
        *,
        lines: Sequence[CountProduct | Mapping[str, Any]],
        reason: str | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[CountStepped]: ...
    async def submit_count(
        self,
        count_id: int,
        *,
        uncounted: Literal["refuse", "leave_out"] = ...,
        reason: str | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[CountSubmitted]: ...
    async def approve_count(
        self,
        count_id: int,
        *,
        on_shortfall: Literal["reject", "deallocate"] = ...,
        reason: str | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[CountApproved]: ...
    async def cancel_count(
        self,
        count_id: int,
        *,
        reason: str,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[CountStepped]: ...
    async def print_count_plan(
        self,
        *,
        warehouse_id: int = ...,
        days: int = ...,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    async def print_count_sheet(
        self,
        count_id: int,
        *,
        counted_by: str | None = ...,
        open: bool = ...,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    async def print_count_variance(
        self,
        count_id: int,
        *,
        tolerance_percent: str | None = ...,
        tolerance_units: int = ...,
        differing: bool = ...,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    async def create_sales_order(
        self,
        *,
        lines: Sequence[OrderLineBody | Mapping[str, Any]],
        customer: str | None = ...,
        reference: str | None = ...,
        notes: str | None = ...,
        requested_date: date | None = ...,
        warehouse_id: int | None = ...,
        warehouse_priority: Sequence[int] = ...,
        split: bool = ...,
        confirm: bool = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[SalesOrderStepped]: ...
    def list_sales_orders(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
        state: Literal["draft", "confirmed", "partially_shipped", "shipped", "closed", "cancelled"]
        | None = ...,
        open: bool = ...,
        product_id: int | None = ...,
        warehouse_id: int | None = ...,
        customer: str | None = ...,
        reference: str | None = ...,
        sort: str | None = ...,
    ) -> AsyncRows[SalesOrderSummary]: ...
    async def read_sales_order(
        self,
        sales_order_id: int,
    ) -> Answer[SalesOrderWhole]: ...
    async def change_sales_order(
        self,
        sales_order_id: int,
        *,
        lines: Sequence[OrderLineChanges | Mapping[str, Any]] = ...,
        customer: str | None = ...,
        reference: str | None = ...,
        notes: str | None = ...,
        requested_date: date | None = ...,
        warehouse_id: int | None = ...,
        warehouse_priority: Sequence[int] = ...,
        split: bool = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[SalesOrderStepped]: ...
    async def confirm_sales_order(
        self,
        sales_order_id: int,
        *,
        reason: str | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[SalesOrderStepped]: ...
    async def ship_sales_order(
        self,
        sales_order_id: int,
        *,
        lines: Sequence[LeavingLine | Mapping[str, Any]] | None = ...,
        warehouse_id: int | None = ...,
        reference: str | None = ...,
        reason: str | None = ...,
        notes: str | None = ...,
        occurred_at: datetime | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[SalesOrderStepped]: ...
    async def cancel_sales_order(
        self,
        sales_order_id: int,
        *,
        reason: str,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[SalesOrderStepped]: ...
    async def close_sales_order(
        self,
        sales_order_id: int,
        *,
        reason: str | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[SalesOrderStepped]: ...
    async def return_sales_order(
        self,
        sales_order_id: int,
        *,
        lines: Sequence[ComingLine | Mapping[str, Any]],
        reason: str,
        reference: str | None = ...,
        notes: str | None = ...,
        occurred_at: datetime | None = ...,
        if_match: str | int | None = ...,
        idempotency_key: str | None = ...,
        dry_run: bool = ...,
    ) -> Answer[SalesOrderStepped]: ...
    async def print_sales_order(
        self,
        sales_order_id: int,
        *,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    async def print_packing_slip(
        self,
        sales_order_id: int,
        shipment: int,
        *,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    async def print_pick_list(
        self,
        sales_order_id: int,
        *,
        paper: Literal["a4", "letter"] = ...,
        language: Literal["en", "de"] = ...,
    ) -> Answer[bytes]: ...
    def list_events(
        self,
        *,
        after: int = ...,
        types: str | None = ...,
        product_id: int | None = ...,
        limit: int = ...,
        wait: int = ...,
    ) -> AsyncRows[CloudEvent]: ...
    def list_audit(
        self,
        *,
        subject: str | None = ...,
        actor: str | None = ...,
        since: str | None = ...,
        until: str | None = ...,
        per_page: int = ...,
        cursor: str | None = ...,
    ) -> AsyncRows[AuditData]: ...
    async def note_tool_call(
        self,
        *,
        tool: str,
        arguments: str = ...,
    ) -> Answer[NotedToolCall]: ...
    async def create_webhook(
        self,
        *,
        url: str,
        dry_run: bool = ...,
        description: str | None = ...,
        types: Sequence[str] | None = ...,
        warehouse_ids: Sequence[int] | None = ...,
        is_active: bool = ...,
        after: int | None = ...,
    ) -> Answer[WebhookMade]: ...
    def list_webhooks(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
    ) -> AsyncRows[WebhookData]: ...
    async def read_webhook(
        self,
        webhook_id: int,
    ) -> Answer[WebhookData]: ...
    async def change_webhook(
        self,
        webhook_id: int,
        *,
        dry_run: bool = ...,
        url: str = ...,
        description: str | None = ...,
        types: Sequence[str] | None = ...,
        warehouse_ids: Sequence[int] | None = ...,
        is_active: bool = ...,
        if_match: str | int | None = ...,
    ) -> Answer[WebhookData]: ...
    async def remove_webhook(
        self,
        webhook_id: int,
        *,
        dry_run: bool = ...,
    ) -> Answer[WebhookData]: ...
    async def test_webhook(
        self,
        webhook_id: int,
    ) -> Answer[DeliveryData]: ...
    async def replay_webhook(
        self,
        webhook_id: int,
        *,
        after: int = ...,
        dry_run: bool = ...,
    ) -> Answer[WebhookData]: ...
    async def rotate_webhook_secret(
        self,
        webhook_id: int,
        *,
        dry_run: bool = ...,
        grace_seconds: int = ...,
    ) -> Answer[WebhookMade]: ...
    def list_webhook_deliveries(
        self,
        webhook_id: int,
        *,
        page: int = ...,
        per_page: int = ...,
        failed: bool | None = ...,
    ) -> AsyncRows[DeliveryLogged]: ...
    async def create_key(
        self,
        *,
        name: str,
        role: Literal["viewer", "clerk", "counter", "buyer", "manager", "admin"] | None = ...,
        scope: Literal["read", "write", "admin"] | None = ...,
        warehouse_ids: Sequence[int] | None = ...,
        expires_at: datetime | None = ...,
    ) -> Answer[KeyMade]: ...
    def list_keys(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
    ) -> AsyncRows[KeyData]: ...
    async def read_key(
        self,
        key_id: int,
    ) -> Answer[KeyData]: ...
    async def rotate_key(
        self,
        key_id: int,
        *,
        grace_seconds: int = ...,
        expires_at: datetime | None = ...,
    ) -> Answer[KeyMade]: ...
    async def revoke_key(
        self,
        key_id: int,
    ) -> Answer[KeyData]: ...
    async def create_user(
        self,
        *,
        name: str,
        role: Literal["viewer", "clerk", "counter", "buyer", "manager", "admin"],
        display_name: str | None = ...,
        warehouse_ids: Sequence[int] | None = ...,
        password: str | None = ...,
    ) -> Answer[UserData]: ...
    def list_users(
        self,
        *,
        page: int = ...,
        per_page: int = ...,
        role: Literal["viewer", "clerk", "counter", "buyer", "manager", "admin"] | None = ...,
        is_active: bool | None = ...,
        search: str | None = ...,
    ) -> AsyncRows[UserData]: ...
    async def read_user(
        self,
        user_id: int,
    ) -> Answer[UserData]: ...
    async def change_user(
        self,
        user_id: int,
        *,
        display_name: str | None = ...,
        role: Literal["viewer", "clerk", "counter", "buyer", "manager", "admin"] = ...,
        warehouse_ids: Sequence[int] | None = ...,
        is_active: bool = ...,
        if_match: str | int | None = ...,
    ) -> Answer[UserData]: ...
    async def give_password(
        self,
        user_id: int,
        *,
        password: str,
    ) -> Answer[UserData]: ...
    async def sign_in(
        self,
        *,
        name: str,
        password: str,
    ) -> Answer[MeData]: ...
    async def sign_out(
        self,
    ) -> Answer[SessionData]: ...
    async def who_am_i(
        self,
    ) -> Answer[MeData]: ...
    async def list_my_sessions(
        self,
    ) -> Answer[list[SessionData]]: ...
    async def end_my_session(
        self,
        session_id: int,
    ) -> Answer[SessionData]: ...
    async def change_my_password(
        self,
        *,
        current_password: str,
        new_password: str,
    ) -> Answer[MeData]: ...
    async def sign_in_elsewhere(
        self,
        *,
        return_to: str = ...,
    ) -> Answer[Going]: ...
    async def come_back_from_elsewhere(
        self,
        *,
        code: str | None = ...,
        state: str | None = ...,
        iss: str | None = ...,
        error: str | None = ...,
    ) -> Answer[Going]: ...
    async def tell_metrics(
        self,
    ) -> Answer[bytes]: ...
    async def is_live(
        self,
    ) -> Answer[Live]: ...
    async def is_ready(
        self,
    ) -> Answer[Ready]: ...
    async def list_problems(
        self,
    ) -> Answer[list[ProblemKind]]: ...
    async def read_problem(
        self,
        name: str,
    ) -> Answer[ProblemKind]: ...
