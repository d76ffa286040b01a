"""Every operation there is: what is served, and documented."""

from __future__ import annotations

from collections.abc import Sequence

from onhand.api import health, ordering, problem_pages, transfers
from onhand.api.access import keys
from onhand.api.catalogue import products, warehouse_products, warehouses
from onhand.api.counting import counts
from onhand.api.counting import reports as count_reports
from onhand.api.events import audit, events, tool_calls
from onhand.api.files import exports, imports
from onhand.api.operations import Endpoint
from onhand.api.people import sessions, signing_in_elsewhere, users
from onhand.api.purchasing import on_paper, suppliers
from onhand.api.purchasing import orders as purchase_orders
from onhand.api.purchasing import performance as supplier_performance
from onhand.api.purchasing import terms as supplier_terms
from onhand.api.reporting import activity, count_accuracy, stock_value
from onhand.api.sales import orders as sales_orders
from onhand.api.stock import levels, movements, reports, reservations
from onhand.api.stock import operations as stock_operations
from onhand.api.webhooks import deliveries as webhook_deliveries
from onhand.api.webhooks import webhooks

ENDPOINTS: Sequence[Endpoint] = (
    *products.ENDPOINTS,
    *levels.ENDPOINTS,
    *reports.ENDPOINTS,
    *activity.ENDPOINTS,
    *stock_value.ENDPOINTS,
    *count_accuracy.ENDPOINTS,
    *movements.ENDPOINTS,
    *reservations.ENDPOINTS,
    *warehouses.ENDPOINTS,
    *warehouse_products.ENDPOINTS,
    *purchase_orders.ENDPOINTS,
    *on_paper.ENDPOINTS,
    *ordering.ENDPOINTS,
    *suppliers.ENDPOINTS,
    *supplier_terms.ENDPOINTS,
    *supplier_performance.ENDPOINTS,
    *transfers.ENDPOINTS,
    *count_reports.ENDPOINTS,
    *counts.ENDPOINTS,
    *sales_orders.ENDPOINTS,
    *events.ENDPOINTS,
    *audit.ENDPOINTS,
    *tool_calls.ENDPOINTS,
    *webhooks.ENDPOINTS,
    *webhook_deliveries.ENDPOINTS,
    *keys.ENDPOINTS,
    *users.ENDPOINTS,
    *sessions.ENDPOINTS,
    *signing_in_elsewhere.ENDPOINTS,
    *exports.ENDPOINTS,
    *imports.ENDPOINTS,
    *health.ENDPOINTS,
    *problem_pages.ENDPOINTS,
)
OPERATIONS = (*stock_operations.OPERATIONS, *(endpoint.operation for endpoint in ENDPOINTS))
"""All that is documented: what is routed here, and the stock commands of the fast lane."""
