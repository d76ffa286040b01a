"""Warehouses: the sites where stock is kept.

Invariants: a code belongs to one warehouse, whatever its case; warehouse 1 exists from the first
start and stays active, because commands that name no warehouse mean it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

DEFAULT_WAREHOUSE_ID = 1
DEFAULT_WAREHOUSE_NAME = "Main Warehouse"
DEFAULT_WAREHOUSE_CODE = "MAIN"


class WarehouseType(StrEnum):
    """What kind of site it is."""

    MAIN = "main"
    SATELLITE = "satellite"
    VIRTUAL = "virtual"
    CONSIGNMENT = "consignment"


@dataclass(frozen=True, slots=True)
class WarehouseAttributes:
    """What a person says of a warehouse."""

    name: str
    code: str
    type: WarehouseType = WarehouseType.SATELLITE
    is_active: bool = True
    address: str | None = None
    parent_warehouse_id: int | None = None


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A warehouse as stored."""

    id: int
    attributes: WarehouseAttributes
    version: int
    created_at: datetime
    updated_at: datetime


def code_key(code: str) -> str:
    """The form by which codes are compared, without regard to case."""
    return code.strip().casefold()
