"""Lookups: what an import must know of what is there, asked for many rows at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from onhand.core.levels import StockKey
from onhand.core.products import Product
from onhand.core.suppliers import Supplier
from onhand.core.terms import Terms, TermsKey
from onhand.core.warehouses import Warehouse
from onhand.ledger.ports import KeptAnswer, KeyPart


@dataclass(slots=True)
class Wanted:
    """What to look up: products by `sku_key`, suppliers by `code_key`, answers by their keys.

    `terms_of` and `levels_of` are products: all of their terms, all of their levels.
    """

    skus: set[str] = field(default_factory=set)
    suppliers: set[str] = field(default_factory=set)
    terms_of: set[int] = field(default_factory=set)
    levels_of: set[int] = field(default_factory=set)
    keys: set[KeyPart] = field(default_factory=set)


class LevelNow(NamedTuple):
    """A level in units, and how many entries it has."""

    on_hand: int
    entry_number: int


@dataclass(frozen=True, slots=True)
class Found:
    """What was found. Warehouses, by `code_key`, are all there are: a handful."""

    products: Mapping[str, Product] = field(default_factory=dict)
    warehouses: Mapping[str, Warehouse] = field(default_factory=dict)
    suppliers: Mapping[str, Supplier] = field(default_factory=dict)
    terms: Mapping[TermsKey, Terms] = field(default_factory=dict)
    levels: Mapping[StockKey, LevelNow] = field(default_factory=dict)
    answers: Mapping[KeyPart, KeptAnswer] = field(default_factory=dict)

    def within(self, warehouses: frozenset[int] | None) -> Found:
        """What of it lies within some warehouses; None: all."""
        if warehouses is None:
            return self
        here = {key: it for key, it in self.warehouses.items() if it.id in warehouses}
        levels = {key: it for key, it in self.levels.items() if key.warehouse_id in warehouses}
        return replace(self, warehouses=here, levels=levels)

    def and_(self, more: Found) -> Found:
        """Both together."""
        return Found(
            {**self.products, **more.products},
            more.warehouses,
            {**self.suppliers, **more.suppliers},
            {**self.terms, **more.terms},
            {**self.levels, **more.levels},
            {**self.answers, **more.answers},
        )
