"""A client of Onhand's API: `Client`, and `AsyncClient` for an event loop.

    with Client("http://127.0.0.1:8080", key="onhand_…") as onhand:
        onhand.reserve_stock(123, quantity=5, order_id=789)
        for product in onhand.list_products(stock_status="low_stock"):
            print(product.sku)

Each operation of the API is a method, named by its `operationId` and typed. Commands carry an
idempotency key by themselves, so that they are tried again without moving stock twice.
"""

from onhand.client.answers import Answer
from onhand.client.asynchronous import AsyncClient, AsyncRows
from onhand.client.errors import (
    ApiError,
    Busy,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    OnhandError,
    Stale,
    TooManyRequests,
    Unauthorized,
    Unreachable,
)
from onhand.client.sync import Client, Rows

__all__ = [
    "Answer",
    "ApiError",
    "AsyncClient",
    "AsyncRows",
    "Busy",
    "Client",
    "Conflict",
    "Forbidden",
    "Invalid",
    "NotFound",
    "OnhandError",
    "Rows",
    "Stale",
    "TooManyRequests",
    "Unauthorized",
    "Unreachable",
]
