"""Columns: what a table's files have, in their order, each with its kind and what it means."""

from __future__ import annotations

from dataclasses import dataclass

from onhand.files.cells import Kind

__all__ = ["Column"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    A file to import must have it where it is `required`. Where it has one that `is_filled`, each
    row has something in it; which is so of all that are required and do not say otherwise. One that
    is `told` stands in exports alone: where a file to import has it, it is passed over.
    """

    name: str
    kind: Kind
    about: str
    required: bool = False
    told: bool = False
    filled: bool | None = None

    @property
    def is_filled(self) -> bool:
        """Whether no cell of it may be blank."""
        return self.required if self.filled is None else self.filled
