"""What the benchmarks need from inside the product: much data, soon, and its query plans.

These run while no server is up, by the ledger's own in-process writer, so that what is measured
stands on a ledger as the product itself would have written it.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from benchmarks import Failed


class NotPossibleYet(Failed):
    """A preparation that waits for the product."""


@dataclass(frozen=True)
class History:
    """A ledger filled with movements: its products and the moments it spans."""

    products: range
    earliest: datetime.datetime
    latest: datetime.datetime


@dataclass(frozen=True)
class Plan:
    """How the database answers one of the product's queries."""

    query: str
    text: str


def prepare_products(database_url: str, count: int, on_hand: int) -> range:
    """Migrate an empty database, make `count` tracked products with stock; their ids."""
    raise NotPossibleYet("prepare_products: to be filled in with the ledger's in-process writer")


def prepare_history(database_url: str, products: int, movements: int) -> History:
    """Migrate an empty database, make products and movements spread over them and over a year.

    A twentieth of the products end at or below their reorder point, whatever the size, so that a
    list's page means the same work on a small and a large ledger.
    """
    raise NotPossibleYet("prepare_history: to be filled in with the ledger's in-process writer")


def explain_reads(database_url: str, history: History) -> list[Plan]:
    """EXPLAIN (or EXPLAIN QUERY PLAN) of each read the `reads` benchmark measures."""
    raise NotPossibleYet("explain_reads: to be filled in with the store's named queries")
