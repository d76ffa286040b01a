"""All that a memory store keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from onhand.core.daily_totals import Standings, Totals
from onhand.core.documents import Document, DocumentKey, Event, Inbound
from onhand.core.events import Notice
from onhand.core.levels import Level, StockKey
from onhand.core.movements import Movement
from onhand.core.products import Product
from onhand.core.reservations import Reservation
from onhand.core.snapshot import ProductTotals
from onhand.core.stock_settings import StockSettings
from onhand.core.terms import Terms, TermsKey
from onhand.core.warehouses import Warehouse
from onhand.ledger.ports import KeptAnswer, KeyPart


@dataclass(slots=True)
class MemoryTables:
    """All that a memory store keeps."""

    products: dict[int, Product] = field(default_factory=dict)
    warehouses: dict[int, Warehouse] = field(default_factory=dict)
    levels: dict[StockKey, Level] = field(default_factory=dict)
    reservations: dict[StockKey, dict[int, Reservation]] = field(default_factory=dict)
    movements: list[tuple[int, Movement]] = field(default_factory=list)
    totals: dict[int, ProductTotals] = field(default_factory=dict)
    daily_sales: dict[tuple[int, int, date], int] = field(default_factory=dict)
    answers: dict[KeyPart, tuple[datetime, KeptAnswer]] = field(default_factory=dict)
    last_ids: dict[str, int] = field(default_factory=dict)
    documents: dict[DocumentKey, Document] = field(default_factory=dict)
    inbounds: dict[StockKey, Inbound] = field(default_factory=dict)
    events: list[tuple[int, Event | Notice]] = field(default_factory=list)
    terms: dict[TermsKey, Terms] = field(default_factory=dict)
    settings: dict[StockKey, StockSettings] = field(default_factory=dict)
    daily_totals: Totals = field(default_factory=dict)
    standings: Standings = field(default_factory=dict)
    totals_position: int = 0
