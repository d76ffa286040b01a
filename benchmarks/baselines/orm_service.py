"""The ORM service: a stock reservation as most teams would write it today.

FastAPI and pydantic on uvicorn, SQLAlchemy's async ORM on asyncpg, a session per request: the level
is selected FOR UPDATE, checked and changed as an object, a reservation and a movement are added,
and the session commits. Same rules and answers as the contract's `reserve`.

Run: python orm_service.py --database URL --port P [--pool 16]
"""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

import uvicorn
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import BigInteger, DateTime, Identity, select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

LARGEST_ID = 2**63 - 1


class Base(DeclarativeBase):
    """The tables, as objects."""

    type_annotation_map: ClassVar[dict[type, Any]] = {
        int: BigInteger,
        datetime: DateTime(timezone=True),
    }


class Level(Base):
    """What is where."""

    __tablename__ = "level"

    product_id: Mapped[int] = mapped_column(primary_key=True)
    warehouse_id: Mapped[int] = mapped_column(primary_key=True)
    on_hand: Mapped[int]
    reserved: Mapped[int]
    entry_number: Mapped[int]
    last_movement_at: Mapped[datetime | None]


class Reservation(Base):
    """What an order holds."""

    __tablename__ = "reservation"

    product_id: Mapped[int] = mapped_column(primary_key=True)
    warehouse_id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(primary_key=True)
    allocated: Mapped[int]
    created_at: Mapped[datetime]


class Movement(Base):
    """An entry of the ledger."""

    __tablename__ = "movement"

    product_id: Mapped[int] = mapped_column(primary_key=True)
    warehouse_id: Mapped[int] = mapped_column(primary_key=True)
    entry_number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(Identity(always=True))
    movement_type: Mapped[str]
    quantity: Mapped[int]
    on_hand: Mapped[int]
    reserved: Mapped[int]
    order_id: Mapped[int | None]
    reason: Mapped[str | None]
    created_by: Mapped[str]
    created_at: Mapped[datetime]


class Reserve(BaseModel):
    """The body of a reserve request."""

    model_config = ConfigDict(extra="forbid")

    quantity: Annotated[int, Field(ge=1, le=2**53)]
    order_id: Annotated[int, Field(ge=1, le=LARGEST_ID)]
    warehouse_id: Annotated[int, Field(ge=1, le=LARGEST_ID)] = 1
    notes: str | None = None


class After(BaseModel):
    """The level after the command, and the movements it wrote."""

    product_id: int
    warehouse_id: int
    quantity_on_hand: int
    quantity_reserved: int
    quantity_available: int
    movement_ids: list[int]


class Answer(BaseModel):
    """The body of an accepted request."""

    message: str
    data: After


async def session(request: Request) -> AsyncIterator[AsyncSession]:
    """A session for a request."""
    async with request.app.state.sessions() as opened:
        yield opened


Database = Annotated[AsyncSession, Depends(session)]
router = APIRouter()


@router.post("/api/v1/operations/inventory/{product_id}/reserve")
async def reserve(
    product_id: Annotated[int, Path(ge=1, le=LARGEST_ID)], body: Reserve, database: Database
) -> Answer:
    """Hold stock for an order."""
    level = await database.get(Level, (product_id, body.warehouse_id), with_for_update=True)
    if level is None:
        raise HTTPException(404, "Product not found")
    available = level.on_hand - level.reserved
    if body.quantity > available:
        why = f"Insufficient stock available. Available: {available}, Requested: {body.quantity}"
        raise HTTPException(422, why)
    now = datetime.now(UTC)
    level.reserved += body.quantity
    level.entry_number += 1
    level.last_movement_at = now
    place = {"product_id": product_id, "warehouse_id": body.warehouse_id}
    held = await database.scalar(select(Reservation).filter_by(**place, order_id=body.order_id))
    if held is None:
        held = Reservation(**place, order_id=body.order_id, allocated=0, created_at=now)
        database.add(held)
    held.allocated += body.quantity
    movement = Movement(
        **place,
        entry_number=level.entry_number,
        movement_type="reserved",
        quantity=body.quantity,
        on_hand=level.on_hand,
        reserved=level.reserved,
        order_id=body.order_id,
        reason=body.notes,
        created_by="orm service",
        created_at=now,
    )
    database.add(movement)
    await database.commit()
    after = After(
        **place,
        quantity_on_hand=level.on_hand,
        quantity_reserved=level.reserved,
        quantity_available=level.on_hand - level.reserved,
        movement_ids=[movement.id],
    )
    return Answer(message="Stock reserved successfully", data=after)


@router.get("/_health/ready")
async def ready(database: Database) -> dict[str, str]:
    """The database answers."""
    await database.execute(text("SELECT 1"))
    return {"status": "ready"}


def create_app(database_url: str, pool_size: int) -> FastAPI:
    """The service, its engine closed with it."""
    engine = create_async_engine(
        database_url.replace("postgresql://", "postgresql+asyncpg://", 1),
        pool_size=pool_size,
        max_overflow=0,
    )

    @asynccontextmanager
    async def opened(_: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    app = FastAPI(lifespan=opened)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    app.include_router(router)
    return app


def main() -> None:
    """Serve on loopback until told to stop."""
    parser = argparse.ArgumentParser(description="The async ORM service")
    parser.add_argument("--database", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--pool", type=int, default=16)
    options = parser.parse_args()
    uvicorn.run(
        create_app(options.database, options.pool),
        host="127.0.0.1",
        port=options.port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
