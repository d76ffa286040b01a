"""What the process that sends webhooks asks of the database: see `onhand.ledger.webhooks.Outbox`.

It writes once a second, in one short transaction, and does not wait for the disk: what is lost with
the power is sent again. Every row that it writes is written under the lease, so that a process that
has lost it cannot undo what its successor did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import Connection, Engine, select, update

from onhand.ledger.audit import AuditEntry
from onhand.ledger.webhooks import Delivery, Lease, Progress, Seen, Standing
from onhand.store.audit import record
from onhand.store.errors import faults_translated
from onhand.store.reads.source import Source
from onhand.store.schema import leases, webhooks
from onhand.store.webhooks import ALL_WEBHOOKS, log_deliveries, webhook_from

NAME = "webhooks"
ACTOR = "onhand:webhooks"
"""Who disables a webhook that nothing arrives at."""

_LEASE = select(leases.c.owner, leases.c.beat).where(leases.c.name == NAME)
_ACTIVE = ALL_WEBHOOKS.where(webhooks.c.is_active)
_STANDING = [field.name for field in fields(Standing) if field.name != "run"]


class SqlOutbox:
    """The outbox's port, on either database. Of one thread."""

    def __init__(self, writing: Engine, reading: Engine) -> None:
        """Write through an engine of its own (`onhand.store.engine.progress_engine`)."""
        self._writing = writing
        self._source = Source(reading)

    def look(self) -> Seen:
        """What there is to send to, and who does."""
        found = [webhook_from(row) for row in self._source.rows(_ACTIVE)]
        if not found:
            # Nobody asks who sends where there is nothing to send to, but whoever does knows.
            return Seen()
        row = self._source.first(_LEASE)
        return Seen(found, Lease() if row is None else Lease(*row))

    def take(self, owner: str, seen: Lease) -> bool:
        """Take the lease, if it is still as it was seen; whether it was."""
        taken = (
            update(leases)
            .where(leases.c.name == NAME, leases.c.beat == seen.beat)
            .where(leases.c.owner.is_not_distinct_from(seen.owner))
            .values(owner=owner, beat=leases.c.beat + 1)
        )
        with faults_translated(), self._writing.begin() as connection:
            return connection.execute(taken).rowcount == 1

    def keep(
        self,
        owner: str,
        progress: Sequence[Progress],
        deliveries: Sequence[Delivery],
        now: datetime,
    ) -> bool:
        """Raise the beat, and write what has been done with it; False where the lease is lost."""
        raised = update(leases).where(leases.c.name == NAME, leases.c.owner == owner)
        with faults_translated(), self._writing.begin() as connection:
            if connection.execute(raised.values(beat=leases.c.beat + 1)).rowcount != 1:
                return False
            for one in progress:
                _write(connection, one, now)
            log_deliveries(connection, deliveries)
            return True

    def give_back(self, owner: str) -> None:
        """Let go of the lease, so that another need not wait."""
        given = update(leases).where(leases.c.name == NAME, leases.c.owner == owner)
        with faults_translated(), self._writing.begin() as connection:
            connection.execute(given.values(owner=None, beat=leases.c.beat + 1))


def _write(connection: Connection, one: Progress, now: datetime) -> None:
    """Write a standing, unless somebody has moved the position since it was read."""
    values = {name: getattr(one.standing, name) for name in _STANDING}
    if one.disabled is not None:
        values |= {
            "is_active": False,
            "disabled_at": now,
            "disabled_reason": one.disabled,
            "version": webhooks.c.version + 1,
            "updated_at": now,
        }
    same = [webhooks.c.id == one.webhook_id, webhooks.c.run == one.standing.run]
    if one.disabled is not None:
        same.append(webhooks.c.is_active)
    written = connection.execute(update(webhooks).where(*same).values(values))
    if one.disabled is not None and written.rowcount:
        told = {"is_active": (True, False)}
        subject = f"webhook:{one.webhook_id}"
        entry = AuditEntry(now, ACTOR, "webhook.disabled", subject, told, reason=one.disabled)
        record(connection, entry)
