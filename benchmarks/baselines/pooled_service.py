"""The pooled service: a stock reservation as a good engineer would write it without a batch writer.

Litestar and msgspec on uvicorn (uvloop, httptools), as in Onhand, so that the difference is the
write path alone: a psycopg connection pool and one transaction per request. Two forms, the faster
of which the benchmarks take:

    transaction   BEGIN · guarded UPDATE of the level · INSERT reservation, movement · COMMIT
    statement     the same as one statement (a chain of CTEs) on an autocommit connection

Same rules, validation and answers as the contract's `reserve`; a repeated Idempotency-Key replays
its first answer. Statements are prepared on their first use.

Run: python pooled_service.py --database URL --port P [--pool 16]
"""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import msgspec
import psycopg
import uvicorn
from litestar import Litestar, Request, Response, get, post
from litestar.exceptions import HTTPException, ValidationException
from litestar.params import Parameter
from psycopg.errors import UniqueViolation
from psycopg_pool import AsyncConnectionPool

Quantity = Annotated[int, msgspec.Meta(ge=1, le=2**53)]
Identifier = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
Connection = psycopg.AsyncConnection[tuple[Any, ...]]
Pool = AsyncConnectionPool[Connection]


class Reserve(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a reserve request."""

    quantity: Quantity
    order_id: Identifier
    warehouse_id: Identifier = 1
    notes: str | None = None


class Level(msgspec.Struct):
    """The level after the command, and the movements it wrote."""

    product_id: int
    warehouse_id: int
    quantity_on_hand: int
    quantity_reserved: int
    quantity_available: int
    movement_ids: list[int]


class Answer(msgspec.Struct):
    """The body of an accepted request."""

    message: str
    data: Level


class Refused(Exception):
    """A rule said no."""

    def __init__(self, status: int, field: str, why: str) -> None:
        self.status, self.field, self.why = status, field, why


TAKE = """
    UPDATE level
       SET reserved = reserved + %(quantity)s, entry_number = entry_number + 1,
           last_movement_at = now()
     WHERE product_id = %(product)s AND warehouse_id = %(warehouse)s
       AND on_hand - reserved >= %(quantity)s
    RETURNING product_id, warehouse_id, on_hand, reserved, entry_number
"""
HOLD = """
    INSERT INTO reservation (product_id, warehouse_id, order_id, allocated, created_at)
    VALUES (%(product)s, %(warehouse)s, %(order)s, %(quantity)s, now())
    ON CONFLICT (product_id, warehouse_id, order_id)
    DO UPDATE SET allocated = reservation.allocated + excluded.allocated
"""
RECORD = """
    INSERT INTO movement (product_id, warehouse_id, entry_number, movement_type, quantity, on_hand,
                          reserved, order_id, reason, created_by, idempotency_key, created_at)
    VALUES (%(product)s, %(warehouse)s, %(entry)s, 'reserved', %(quantity)s, %(on_hand)s,
            %(reserved)s, %(order)s, %(notes)s, 'pooled service', %(key)s, now())
    RETURNING id
"""
ALL_AT_ONCE = f"""
    WITH changed AS ({TAKE}), held AS (
        INSERT INTO reservation (product_id, warehouse_id, order_id, allocated, created_at)
        SELECT product_id, warehouse_id, %(order)s::bigint, %(quantity)s::bigint, now()
          FROM changed
        ON CONFLICT (product_id, warehouse_id, order_id)
        DO UPDATE SET allocated = reservation.allocated + excluded.allocated
    )
    INSERT INTO movement (product_id, warehouse_id, entry_number, movement_type, quantity, on_hand,
                          reserved, order_id, reason, created_by, idempotency_key, created_at)
    SELECT product_id, warehouse_id, entry_number, 'reserved', %(quantity)s::bigint, on_hand,
           reserved, %(order)s::bigint, %(notes)s::text, 'pooled service', %(key)s::text, now()
      FROM changed
    RETURNING on_hand, reserved, id
"""
EXPLAIN_REFUSAL = """
    SELECT track_inventory, coalesce(on_hand - reserved, 0)
      FROM product LEFT JOIN level
        ON level.product_id = product.product_id AND level.warehouse_id = %(warehouse)s
     WHERE product.product_id = %(product)s
"""
FIRST_ANSWER = """
    SELECT product_id, warehouse_id, quantity, order_id, on_hand, reserved, id
      FROM movement WHERE idempotency_key = %(key)s
"""


async def reserve_in_transaction(pool: Pool, values: dict[str, Any]) -> Answer:
    """The multi-statement form."""
    async with pool.connection() as connection, connection.transaction():
        cursor = await connection.execute(TAKE, values)
        taken = await cursor.fetchone()
        if taken is None:
            raise await why_refused(connection, values)
        _, _, on_hand, reserved, entry = taken
        await connection.execute(HOLD, values)
        more = {"entry": entry, "on_hand": on_hand, "reserved": reserved}
        cursor = await connection.execute(RECORD, values | more)
        row = await cursor.fetchone()
    assert row is not None
    return accepted(values["product"], values["warehouse"], on_hand, reserved, row[0])


async def reserve_in_statement(pool: Pool, values: dict[str, Any]) -> Answer:
    """The one-statement form."""
    async with pool.connection() as connection:
        cursor = await connection.execute(ALL_AT_ONCE, values)
        row = await cursor.fetchone()
        if row is None:
            raise await why_refused(connection, values)
    return accepted(values["product"], values["warehouse"], *row)


FORMS = {"transaction": reserve_in_transaction, "statement": reserve_in_statement}


def accepted(product: int, warehouse: int, on_hand: int, reserved: int, movement: int) -> Answer:
    """The answer to a reservation that was made."""
    level = Level(product, warehouse, on_hand, reserved, on_hand - reserved, [movement])
    return Answer("Stock reserved successfully", level)


async def why_refused(connection: Connection, values: dict[str, Any]) -> Refused:
    """The guard let no row through: say which rule it was."""
    row = await (await connection.execute(EXPLAIN_REFUSAL, values)).fetchone()
    if row is None:
        return Refused(404, "product_id", "Product not found")
    tracked, available = row
    if not tracked:
        return Refused(422, "product_id", "Inventory is not tracked for this product")
    wanted = values["quantity"]
    why = f"Insufficient stock available. Available: {available}, Requested: {wanted}"
    return Refused(422, "quantity", why)


async def replay(pool: Pool, values: dict[str, Any]) -> Answer:
    """The first answer to this Idempotency-Key, if its request was the same."""
    async with pool.connection() as connection:
        row = await (await connection.execute(FIRST_ANSWER, values)).fetchone()
    assert row is not None
    product, warehouse, quantity, order, on_hand, reserved, movement = row
    asked = (values["product"], values["warehouse"], values["quantity"], values["order"])
    if (product, warehouse, quantity, order) != asked:
        raise Refused(422, "Idempotency-Key", "This key was used with another request")
    return accepted(product, warehouse, on_hand, reserved, movement)


@post("/api/v1/operations/inventory/{product_id:int}/reserve", status_code=200)
async def reserve(
    request: Request[Any, Any, Any],
    product_id: int,
    data: Reserve,
    idempotency_key: Annotated[str | None, Parameter(header="Idempotency-Key")] = None,
) -> Answer:
    """Hold stock for an order."""
    state = request.app.state
    values = {
        "product": product_id,
        "warehouse": data.warehouse_id,
        "quantity": data.quantity,
        "order": data.order_id,
        "notes": data.notes,
        "key": idempotency_key,
    }
    try:
        answer: Answer = await state.reserve(state.pool, values)
        return answer
    except UniqueViolation:
        return await replay(state.pool, values)


@get("/_health/ready")
async def ready(request: Request[Any, Any, Any]) -> dict[str, str]:
    """The database answers."""
    async with request.app.state.pool.connection() as connection:
        await connection.execute("SELECT 1")
    return {"status": "ready"}


def problem(status: int, message: str, errors: dict[str, list[str]]) -> Response[dict[str, Any]]:
    """The contract's one shape of error."""
    body = {"message": message, "errors": errors, "status": status}
    return Response(body, status_code=status, media_type="application/problem+json")


def on_refused(_: Request[Any, Any, Any], refused: Refused) -> Response[dict[str, Any]]:
    """A rule said no."""
    return problem(refused.status, refused.why, {refused.field: [refused.why]})


def on_http_error(_: Request[Any, Any, Any], error: HTTPException) -> Response[dict[str, Any]]:
    """The framework said no: a field at fault is 422 here."""
    status = 422 if isinstance(error, ValidationException) else error.status_code
    return problem(status, error.detail, {"body": [str(error.extra or error.detail)]})


async def prepare_at_once(connection: Connection) -> None:
    """Prepare each statement on its first use, not its sixth."""
    connection.prepare_threshold = 0


def create_app(database_url: str, pool_size: int, form: str) -> Litestar:
    """The service, its pool opened and closed with it."""

    @asynccontextmanager
    async def pooled(app: Litestar) -> AsyncIterator[None]:
        async with AsyncConnectionPool(
            database_url,
            min_size=pool_size,
            max_size=pool_size,
            kwargs={"autocommit": True},
            configure=prepare_at_once,
            open=False,
        ) as pool:
            app.state.pool, app.state.reserve = pool, FORMS[form]
            yield

    return Litestar(
        [reserve, ready],
        lifespan=[pooled],
        openapi_config=None,
        logging_config=None,
        exception_handlers={Refused: on_refused, HTTPException: on_http_error},
    )


def main() -> None:
    """Serve on loopback until told to stop."""
    parser = argparse.ArgumentParser(description="The pooled one-transaction-per-request service")
    parser.add_argument("--database", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--pool", type=int, default=16)
    parser.add_argument("--form", choices=FORMS, default="statement")
    options = parser.parse_args()
    app = create_app(options.database, options.pool, options.form)
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=options.port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
