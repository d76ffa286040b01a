"""Lists: which page of one is asked for, in what order, and what such a page holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

Row = TypeVar("Row", covariant=True)


class SortKey(NamedTuple):
    """One field to sort by."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page of a list: `page` counts from 1."""

    page: int = 1
    per_page: int = 50
    sort: tuple[SortKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing(Generic[Row]):
    """One page's rows, and how many rows there are in all."""

    rows: Sequence[Row]
    total: int
