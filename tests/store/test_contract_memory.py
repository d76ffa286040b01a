"""The memory store keeps the contract."""

from __future__ import annotations

import pytest

from tests.store.contract import StoreContract
from tests.store.contract_concurrency import ConcurrencyContract
from tests.support.stores import MemoryShop, Shop


class _InMemory:
    @pytest.fixture
    def shop(self) -> Shop:
        return MemoryShop()


class TestMemoryStore(_InMemory, StoreContract):
    """All of it."""


class TestMemoryStoreAtOnce(_InMemory, ConcurrencyContract):
    """Many threads on one store."""
