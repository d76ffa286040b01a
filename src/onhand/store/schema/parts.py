"""Columns of all documents' tables: what a document has, and what names others."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ForeignKey, Integer, String, Text

from onhand.store.columns import Identifier, Moment


def head() -> list[Column[Any]]:
    """What every document has."""
    return [
        Column("id", Identifier, primary_key=True, autoincrement=False),
        Column("state", String(20), nullable=False),
        Column("version", Integer, nullable=False),
        Column("created_by", Text, nullable=False),
        Column("created_at", Moment, nullable=False),
        Column("updated_at", Moment, nullable=False),
    ]


def place() -> list[Column[Any]]:
    """Where a row of a document's part stands: in which document, under which number."""
    return [
        Column("document_id", Identifier, nullable=False),
        Column("number", Integer, nullable=False),
    ]


def naming(column: str, table: str, *, nullable: bool = False) -> Column[Any]:
    """The id of another row, which stays as long as it is named."""
    named = ForeignKey(f"{table}.id", ondelete="RESTRICT")
    return Column(column, Identifier, named, nullable=nullable)
