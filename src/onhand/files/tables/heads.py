"""What the tables of documents share: a document's own columns, on each of its rows."""

from __future__ import annotations

from typing import Any

from onhand.files.columns import Column
from onhand.files.tables import kinds as k
from onhand.files.tables.table import Record

LINE = Column("line", k.ID, "The line's number.", told=True)
PRODUCT = Column("product", k.NAME, "What the product is called.", told=True)
STATE = Column("state", k.WORD, "How far it is; what is imported is a draft.", told=True)
BY_WHOM = (
    Column("created_by", k.PERSON, "Who wrote it.", told=True),
    Column("created_at", k.MOMENT, "When it was written.", told=True),
    Column("updated_at", k.MOMENT, "When it was changed last.", told=True),
)


def given(record: Record, *names: str) -> dict[str, Any]:
    """The document's own values of these columns, of those that its first row has and fills."""
    values = record[0].values
    return {name: values[name] for name in names if values.get(name) is not None}
