"""The audit log in SQL: an entry is written in the transaction of what it tells."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from onhand.ledger.audit import AuditEntry
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
