"""Webhooks in SQL: what people do with them. Rare: each change opens a connection of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    delete,
    false,
    func,
    insert,
    select,
    true,
    update,
)

from onhand.core.callers import Caller
from onhand.core.changes import Changes
from onhand.ledger.audit import AuditEntry
from onhand.ledger.listings import Listing, PageRequest
from onhand.ledger.webhooks import (
    DELIVERIES_KEPT,
    MOST_WEBHOOKS,
    Delivery,
    DeliveryFilter,
    Rotation,
    StaleWebhook,
    Standing,
    TooManyWebhooks,
    Webhook,
    WebhookSettings,
)
from onhand.store.audit import record
from onhand.store.errors import faults_translated
from onhand.store.reads.source import AnyRow, Source
from onhand.store.reads.terms import cut
from onhand.store.schema import webhook_deliveries, webhooks

_SETTINGS = [field.name for field in fields(WebhookSettings)]
_STANDING = [field.name for field in fields(Standing)]
_OTHERS = [field.name for field in fields(Webhook) if field.name not in ("settings", "standing")]
_COLUMNS = [webhooks.c[name] for name in (*_SETTINGS, *_STANDING, *_OTHERS)]
_LISTS = ("types", "within")
_DELIVERY = webhook_deliveries.c
_DELIVERY_COLUMNS = [
    _DELIVERY[name]
    for name in (
        *("webhook_id", "event_number", "event_type", "attempt", "at", "duration_ms"),
        *("status", "error", "id"),
    )
]
ALL_WEBHOOKS = select(*_COLUMNS).order_by(webhooks.c.id)


class SqlWebhooks:
    """The webhooks' port, on either database."""

    def __init__(self, engine: Engine, reading: Engine) -> None:
        """Write through an engine that may (`onhand.store.engine.admin_engine`)."""
        self._engine = engine
        self._source = Source(reading)

    def all(self) -> Sequence[Webhook]:
        """Every webhook, by id."""
        return [webhook_from(row) for row in self._source.rows(ALL_WEBHOOKS)]

    def one(self, webhook_id: int) -> Webhook | None:
        """A webhook."""
        row = self._source.first(ALL_WEBHOOKS.where(webhooks.c.id == webhook_id))
        return None if row is None else webhook_from(row)

    def create(
        self,
        settings: WebhookSettings,
        secret: str,
        position: int,
        by: Caller,
        now: datetime,
        *,
        dry_run: bool = False,
    ) -> Webhook:
        """Add one that is told what comes after a number. Raises `TooManyWebhooks`."""
        standing = Standing(position=position)
        values = {
            **_settings_row({name: getattr(settings, name) for name in _SETTINGS}),
            **{name: getattr(standing, name) for name in _STANDING},
            "secret": secret,
            "version": 1,
            "created_by": by.name,
            "created_at": now,
            "updated_at": now,
        }
        with self._changing(dry_run=dry_run) as connection:
            count = connection.execute(select(func.count()).select_from(webhooks)).scalar_one()
            if count >= MOST_WEBHOOKS:
                raise TooManyWebhooks
            made = webhook_from(
                connection.execute(insert(webhooks).values(values).returning(*_COLUMNS)).one()
            )
            told = _differences({}, {**shown_settings(settings), "position": position})
            _audit(connection, "webhook.created", made.id, told, by, now)
            return made

    def change(
        self,
        webhook_id: int,
        changes: Mapping[str, Any],
        if_version: int | None,
        by: Caller,
        now: datetime,
        *,
        dry_run: bool = False,
    ) -> Webhook | None:
        """Set some of its settings, by their names. Raises `StaleWebhook`."""
        with self._changing(dry_run=dry_run) as connection:
            before = _locked(connection, webhook_id)
            if before is None:
                return None
            if if_version not in (None, before.version):
                raise StaleWebhook(before.version)
            values = _settings_row(changes) | {"version": before.version + 1, "updated_at": now}
            settings = before.settings
            is_woken = changes.get("is_active", False) and not settings.is_active
            if is_woken or changes.get("url", settings.url) != settings.url:
                values |= _anew(before.standing.run)
            if is_woken:
                values |= {"disabled_at": None, "disabled_reason": None}
            after = _changed(connection, webhook_id, values)
            told = _differences(shown_settings(settings), shown_settings(after.settings))
            if told:
                _audit(connection, "webhook.updated", webhook_id, told, by, now)
            return after

    def rotate(
        self, webhook_id: int, rotation: Rotation, by: Caller, *, dry_run: bool = False
    ) -> Webhook | None:
        """Give it another secret."""
        with self._changing(dry_run=dry_run) as connection:
            before = _locked(connection, webhook_id)
            if before is None:
                return None
            values = {
                "secret": rotation.secret,
                "previous_secret": before.secret,
                "previous_until": rotation.previous_until,
                "version": before.version + 1,
                "updated_at": rotation.at,
            }
            after = _changed(connection, webhook_id, values)
            told = {"previous_until": (before.previous_until, after.previous_until)}
            _audit(connection, "webhook.rotated", webhook_id, told, by, rotation.at)
            return after

    def replay(
        self, webhook_id: int, after: int, by: Caller, now: datetime, *, dry_run: bool = False
    ) -> Webhook | None:
        """Move its position, back or on."""
        with self._changing(dry_run=dry_run) as connection:
            before = _locked(connection, webhook_id)
            if before is None:
                return None
            values = _anew(before.standing.run) | {"position": after, "waiting_since": None}
            moved = _changed(connection, webhook_id, values)
            told = {"position": (before.standing.position, after)}
            _audit(connection, "webhook.replayed", webhook_id, told, by, now)
            return moved

    def remove(
        self, webhook_id: int, by: Caller, now: datetime, *, dry_run: bool = False
    ) -> Webhook | None:
        """Forget it and its deliveries."""
        with self._changing(dry_run=dry_run) as connection:
            before = _locked(connection, webhook_id)
            if before is None:
                return None
            connection.execute(delete(webhook_deliveries).where(_DELIVERY.webhook_id == webhook_id))
            connection.execute(delete(webhooks).where(webhooks.c.id == webhook_id))
            told = _differences(shown_settings(before.settings), {})
            _audit(connection, "webhook.removed", webhook_id, told, by, now)
            return before

    def deliveries(self, which: DeliveryFilter, page: PageRequest) -> Listing[Delivery]:
        """A page of its attempts, the last one first."""
        return deliveries_of(self._source, which, page)

    def log(self, deliveries: Sequence[Delivery]) -> None:
        """Add attempts to the log."""
        with faults_translated(), self._engine.begin() as connection:
            log_deliveries(connection, deliveries)

    @contextmanager
    def _changing(self, *, dry_run: bool) -> Iterator[Connection]:
        """A transaction, which leaves nothing behind where it is only tried."""
        with (
            faults_translated(),
            self._engine.connect() as connection,
            connection.begin() as transaction,
        ):
            yield connection
            if dry_run:
                transaction.rollback()


def deliveries_of(source: Source, which: DeliveryFilter, page: PageRequest) -> Listing[Delivery]:
    """A page of a webhook's attempts, the last one first."""
    wanted: list[ColumnElement[bool]] = [_DELIVERY.webhook_id == which.webhook_id]
    if which.failed is not None:
        wanted.append(_DELIVERY.has_failed == (true() if which.failed else false()))
    found = select(*_DELIVERY_COLUMNS).where(*wanted).order_by(_DELIVERY.id.desc())
    return source.listing(which, page, cut(found, page), webhook_deliveries, wanted, _delivery)


def log_deliveries(connection: Connection, deliveries: Sequence[Delivery]) -> None:
    """Add attempts to the log, and drop of their webhooks' what is too old to be kept."""
    if not deliveries:
        return
    known = set(
        connection.execute(
            select(webhooks.c.id).where(webhooks.c.id.in_({it.webhook_id for it in deliveries}))
        ).scalars()
    )
    rows = [
        {
            "webhook_id": it.webhook_id,
            "event_number": it.number,
            "event_type": it.type,
            "attempt": it.attempt,
            "at": it.at,
            "duration_ms": it.duration_ms,
            "status": it.status,
            "error": it.error,
            "has_failed": it.error is not None,
        }
        for it in deliveries
        # It may have been removed meanwhile.
        if it.webhook_id in known
    ]
    if rows:
        connection.execute(insert(webhook_deliveries), rows)
    for webhook_id, failed in {(row["webhook_id"], row["has_failed"]) for row in rows}:
        same = (_DELIVERY.webhook_id == webhook_id, _DELIVERY.has_failed == failed)
        oldest = select(_DELIVERY.id).where(*same).order_by(_DELIVERY.id.desc())
        too_old = oldest.offset(DELIVERIES_KEPT).limit(1).scalar_subquery()
        connection.execute(delete(webhook_deliveries).where(*same, _DELIVERY.id <= too_old))


def webhook_from(row: Row[*tuple[Any, ...]]) -> Webhook:
    """A webhook out of its row."""
    values = dict(zip((*_SETTINGS, *_STANDING, *_OTHERS), row, strict=True))
    for name in _LISTS:
        if values[name] is not None:
            values[name] = json.loads(values[name])
    settings = {name: values.pop(name) for name in _SETTINGS}
    settings["types"] = None if settings["types"] is None else tuple(settings["types"])
    settings["within"] = None if settings["within"] is None else frozenset(settings["within"])
    standing = {name: values.pop(name) for name in _STANDING}
    return Webhook(settings=WebhookSettings(**settings), standing=Standing(**standing), **values)


def shown_settings(settings: WebhookSettings) -> dict[str, Any]:
    """Settings as the audit log shows them: what stands behind the `?` of a URL may be secret."""
    path, has_query, _ = settings.url.partition("?")
    return {
        "url": f"{path}?…" if has_query else path,
        "description": settings.description,
        "types": None if settings.types is None else list(settings.types),
        "warehouse_ids": None if settings.within is None else sorted(settings.within),
        "is_active": settings.is_active,
    }


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Changes:
    """The settings that differ; one that is missing on a side is None there."""
    names = dict.fromkeys((*before, *after))
    told = {name: (before.get(name), after.get(name)) for name in names}
    return {name: sides for name, sides in told.items() if sides[0] != sides[1]}


def _settings_row(changes: Mapping[str, Any]) -> dict[str, Any]:
    row = dict(changes)
    for name in _LISTS:
        if row.get(name) is not None:
            row[name] = json.dumps(sorted(row[name]) if name == "within" else list(row[name]))
    return row


def _anew(run: int) -> dict[str, Any]:
    """As if it had not failed; what is under way has no say any more."""
    return {
        "run": run + 1,
        "failures": 0,
        "failing_since": None,
        "next_attempt_at": None,
        "last_error": None,
    }


def _locked(connection: Connection, webhook_id: int) -> Webhook | None:
    found = select(*_COLUMNS).where(webhooks.c.id == webhook_id).with_for_update()
    row = connection.execute(found).first()
    return None if row is None else webhook_from(row)


def _changed(connection: Connection, webhook_id: int, values: Mapping[str, Any]) -> Webhook:
    changed = update(webhooks).where(webhooks.c.id == webhook_id).values(values)
    return webhook_from(connection.execute(changed.returning(*_COLUMNS)).one())


def _audit(
    connection: Connection, action: str, webhook_id: int, told: Changes, by: Caller, now: datetime
) -> None:
    subject = f"webhook:{webhook_id}"
    record(connection, AuditEntry(now, by.name, action, subject, told, by.address))


def _delivery(row: AnyRow) -> Delivery:
    webhook_id, number, event_type, attempt, at, duration_ms, status, error, delivery_id = row
    return Delivery(
        webhook_id=webhook_id,
        number=number,
        type=event_type,
        attempt=attempt,
        at=at,
        duration_ms=duration_ms,
        status=status,
        error=error,
        id=delivery_id,
    )
