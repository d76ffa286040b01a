"""Differences: where what is stored does not agree, and the streams that are held together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from onhand.core.documents import DocumentKey

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Difference:
    """Where stored figures and the ledger disagree. `found` is stored, `expected` follows.

    It is about a product, a document, what a document says of a product, or, where it names none of
    these, daily totals.
    """

    product_id: int | None
    what: str
    expected: object
    found: object
    warehouse_id: int | None = None
    movement_id: int | None = None
    document: DocumentKey | None = None

    @property
    def is_of_totals(self) -> bool:
        """Whether it is about daily totals."""
        return self.product_id is None and self.document is None

    def __str__(self) -> str:
        """The difference as one line for a person."""
        place = "Daily totals" if self.is_of_totals else f"Product {self.product_id}"
        if self.document is not None:
            place = str(self.document)
            if self.product_id is not None:
                place += f", product {self.product_id}"
        if self.warehouse_id is not None:
            place += f", warehouse {self.warehouse_id}"
        if self.movement_id is not None:
            place += f", movement {self.movement_id}"
        return f"{place}: {self.what}: expected {self.expected}, found {self.found}"


class Stream(Iterator[tuple[int, Value]]):
    """A stream of (key, value) by rising key, that gives one key's values at a time."""

    def __init__(self, items: Iterator[tuple[int, Value]]) -> None:
        """Take the first of `items`, to tell what comes next."""
        self._items = items
        self._next = next(items, None)

    @property
    def next_key(self) -> int | None:
        """The key that comes next; None at the end."""
        return None if self._next is None else self._next[0]

    def __next__(self) -> tuple[int, Value]:
        """The next key and value, of whatever key it is."""
        if self._next is None:
            raise StopIteration
        current = self._next
        self._next = next(self._items, None)
        return current

    def of(self, key: int) -> Iterator[Value]:
        """The values of a key, which must be the next one or not be there."""
        while self._next is not None and self._next[0] == key:
            value = self._next[1]
            self._next = next(self._items, None)
            yield value
