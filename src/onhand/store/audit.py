"""The audit log in SQL: an entry is written in the transaction of what it tells."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, insert

from onhand.ledger.audit import AuditEntry
from onhand.store.errors import faults_translated
from onhand.store.json_text import to_json
from onhand.store.schema import audit_entries


def record(connection: Connection, entry: AuditEntry) -> None:
    """Add an entry within the connection's transaction: it is there if the change is."""
    values = {
        "at": entry.at,
        "actor": entry.actor,
        "address": entry.address,
        "action": entry.action,
        "subject": entry.subject,
        "reason": entry.reason,
        "changes": to_json(entry.changes),
    }
    connection.execute(insert(audit_entries).values(values))


class SqlAuditLog:
    """The audit log's port, on either database."""

    def __init__(self, engine: Engine) -> None:
        """Write through an engine that may (`onhand.store.engine.admin_engine`)."""
        self._engine = engine

    def add(self, entry: AuditEntry) -> None:
        """Write an entry. Raises the faults of a store."""
        with faults_translated(), self._engine.begin() as connection:
            record(connection, entry)
