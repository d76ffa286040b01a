"""Webhooks as they are kept, on both databases: settings, standings, the lease and the log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select, update

from onhand.core.callers import Caller
from onhand.ledger import webhooks as w
from onhand.ledger.listings import PageRequest
from onhand.store.engine import admin_engine, parse_database, progress_engine, read_engine
from onhand.store.json_text import from_json
from onhand.store.migrate import migrate
from onhand.store.schema import audit_entries, leases, webhook_deliveries, webhooks
from onhand.store.webhook_outbox import ACTOR, SqlOutbox
from onhand.store.webhooks import SqlWebhooks

NOW = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
ANN = Caller("key:ann", "192.0.2.7")
SETTINGS = w.WebhookSettings(url="https://example.com/hook?token=s3cret", types=("stock.*",))
FIRST = PageRequest(1, 200)


@dataclass
class Kept:
    """A database without webhooks."""

    webhooks: SqlWebhooks
    outbox: SqlOutbox
    engine: Engine
    audited: int = 0

    def add(self, **settings: Any) -> w.Webhook:
        return self.webhooks.create(replace(SETTINGS, **settings), "whsec_a", 7, ANN, NOW)

    def audit(self) -> list[tuple[str, str, Any]]:
        """The entries of this test."""
        columns = audit_entries.c
        asked = select(columns.actor, columns.action, columns.changes).order_by(columns.id)
        with self.engine.connect() as connection:
            found = [(it[0], it[1], from_json(it[2])) for it in connection.execute(asked)]
        return found[self.audited :]

    def holder(self, owner: str = "us") -> str:
        assert self.outbox.take(owner, self.outbox.look().lease)
        return owner

    def empty(self) -> None:
        """Be as at first; of the audit log nobody removes anything."""
        with self.engine.begin() as connection:
            connection.execute(delete(webhook_deliveries))
            connection.execute(delete(webhooks))
            connection.execute(update(leases).values(owner=None))
        self.audited = 0
        self.audited = len(self.audit())


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kept]:
    """A database for all of these tests, which takes longer to make than they do."""
    server = None
    url = f"sqlite:///{tmp_path_factory.mktemp('webhooks') / 'onhand.db'}"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgresql_server")
        url = server.create_database()
    migrate(url)
    parsed = parse_database(url)
    reading, writing = read_engine(parsed, pool_size=1), progress_engine(parsed)
    admin = admin_engine(parsed)
    yield Kept(SqlWebhooks(admin, reading), SqlOutbox(writing, reading), admin)
    reading.dispose()
    writing.dispose()
    if server is not None:
        server.drop_database(url)


@pytest.fixture
def kept(database: Kept) -> Kept:
    """The same, emptied."""
    database.empty()
    return database


def attempt(webhook: w.Webhook, number: int, error: str | None = None) -> w.Delivery:
    return w.Delivery(
        webhook_id=webhook.id,
        number=number,
        type="stock.reserved",
        attempt=1,
        at=NOW,
        duration_ms=12,
        status=204 if error is None else None,
        error=error,
    )


def test_a_webhook_is_kept_as_it_was_made_and_changed(kept: Kept) -> None:
    made = kept.add(description="ERP", within=frozenset({2, 1}))
    assert made == kept.webhooks.one(made.id)
    assert (made.version, made.standing, made.created_by) == (1, w.Standing(position=7), "key:ann")
    later = NOW + timedelta(hours=1)
    changes: dict[str, Any] = {"types": None, "within": frozenset({3}), "is_active": False}
    changed = kept.webhooks.change(made.id, changes, 1, ANN, later)
    assert changed is not None
    assert changed.settings == replace(made.settings, **changes)
    assert (changed.version, changed.updated_at, changed.standing.run) == (2, later, 1)
    assert kept.webhooks.all() == [changed]
    with pytest.raises(w.StaleWebhook, match="version 2 now"):
        kept.webhooks.change(made.id, {"description": None}, 1, ANN, later)
    assert kept.webhooks.remove(made.id, ANN, later) == changed
    assert kept.webhooks.all() == []
    assert kept.webhooks.change(made.id, {}, None, ANN, later) is None
    assert kept.webhooks.replay(made.id, 0, ANN, later) is None
    assert kept.add().id > made.id


def test_every_change_is_in_the_audit_log_and_no_secret(kept: Kept) -> None:
    made = kept.add()
    kept.webhooks.change(made.id, {"description": "ERP"}, None, ANN, NOW)
    kept.webhooks.rotate(made.id, w.Rotation("whsec_b", NOW, NOW + timedelta(days=1)), ANN)
    kept.webhooks.replay(made.id, 3, ANN, NOW)
    kept.webhooks.remove(made.id, ANN, NOW)
    told = kept.audit()
    assert [(actor, action) for actor, action, _ in told] == [
        ("key:ann", "webhook.created"),
        ("key:ann", "webhook.updated"),
        ("key:ann", "webhook.rotated"),
        ("key:ann", "webhook.replayed"),
        ("key:ann", "webhook.removed"),
    ]
    assert told[0][2]["url"] == [None, "https://example.com/hook?…"]
    assert told[1][2] == {"description": [None, "ERP"]}
    assert told[3][2] == {"position": [7, 3]}
    assert not any(secret in str(told) for secret in ("whsec_", "s3cret"))


def test_what_is_only_tried_leaves_nothing_behind(kept: Kept) -> None:
    tried = kept.webhooks.create(SETTINGS, "whsec_a", 7, ANN, NOW, dry_run=True)
    assert tried.settings == SETTINGS
    assert kept.webhooks.all() == []
    made = kept.add()
    until = NOW + timedelta(days=1)
    kept.webhooks.change(made.id, {"is_active": False}, None, ANN, NOW, dry_run=True)
    kept.webhooks.rotate(made.id, w.Rotation("whsec_b", NOW, until), ANN, dry_run=True)
    kept.webhooks.replay(made.id, 3, ANN, NOW, dry_run=True)
    kept.webhooks.remove(made.id, ANN, NOW, dry_run=True)
    assert kept.webhooks.all() == [made]
    assert len(kept.audit()) == 1


def test_there_are_only_so_many(kept: Kept) -> None:
    for _ in range(w.MOST_WEBHOOKS):
        kept.add()
    with pytest.raises(w.TooManyWebhooks):
        kept.add()


def test_a_rotated_secret_is_kept_beside_the_new_one(kept: Kept) -> None:
    made, until = kept.add(), NOW + timedelta(days=1)
    rotated = kept.webhooks.rotate(made.id, w.Rotation("whsec_b", NOW, until), ANN)
    assert rotated is not None
    secrets = (rotated.secret, rotated.previous_secret, rotated.previous_until)
    assert secrets == ("whsec_b", "whsec_a", until)
    assert rotated.version == 2


def test_one_process_at_a_time_holds_the_lease_and_writes(kept: Kept) -> None:
    made = kept.add()
    free = kept.outbox.look().lease
    assert free.owner is None
    assert kept.outbox.take("us", free)
    assert not kept.outbox.take("them", free)
    at = w.Progress(made.id, replace(made.standing, position=9, delivered_at=NOW))
    assert kept.outbox.keep("us", [at], [attempt(made, 9)], NOW)
    held = kept.outbox.look().lease
    # They have watched it stand still, and it does.
    assert kept.outbox.take("them", held)
    behind = w.Progress(made.id, replace(made.standing, position=8))
    assert not kept.outbox.keep("us", [behind], [attempt(made, 8)], NOW)
    kept.outbox.give_back("us")
    assert kept.outbox.look().lease.owner == "them"
    [seen] = kept.outbox.look().webhooks
    assert seen.standing == at.standing
    assert kept.webhooks.deliveries(w.DeliveryFilter(made.id), FIRST).total == 1
    kept.outbox.give_back("them")
    assert kept.outbox.look().lease.owner is None


def test_who_was_sending_does_not_undo_a_replay(kept: Kept) -> None:
    made, us = kept.add(), kept.holder()
    moved = kept.webhooks.replay(made.id, 3, ANN, NOW)
    assert moved is not None
    behind = w.Progress(made.id, replace(made.standing, position=50))
    assert kept.outbox.keep(us, [behind], [], NOW)
    assert kept.webhooks.one(made.id) == moved
    ours = w.Progress(made.id, replace(moved.standing, position=4))
    assert kept.outbox.keep(us, [ours], [], NOW)
    assert kept.outbox.look().webhooks[0].standing.position == 4


def test_one_that_nothing_arrives_at_is_disabled_with_a_notice_until_somebody_wakes_it(
    kept: Kept,
) -> None:
    made, us = kept.add(), kept.holder()
    failing = replace(
        made.standing, failures=9, failing_since=NOW, next_attempt_at=NOW, last_error="No"
    )
    for _ in range(2):
        ended = w.Progress(made.id, failing, "Nothing arrived for 24 hours")
        assert kept.outbox.keep(us, [ended], [], NOW)
    # However often it is told, it is disabled once.
    found = kept.webhooks.one(made.id)
    assert found is not None
    assert kept.outbox.look().webhooks == ()
    assert not found.settings.is_active
    assert (found.disabled_at, found.disabled_reason) == (NOW, "Nothing arrived for 24 hours")
    disabled = (ACTOR, "webhook.disabled", {"is_active": [True, False]})
    assert kept.audit()[1:] == [disabled]
    woken = kept.webhooks.change(made.id, {"is_active": True}, None, ANN, NOW)
    assert woken is not None
    assert woken.standing == w.Standing(position=7, run=2)
    assert (woken.disabled_at, woken.disabled_reason) == (None, None)


def test_the_log_keeps_the_last_that_failed_and_the_last_that_arrived(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("onhand.store.webhooks.DELIVERIES_KEPT", 3)
    made, other, us = kept.add(), kept.add(), kept.holder()
    failed = [attempt(made, number, "It answered 500") for number in range(5)]
    arrived = [attempt(made, number) for number in range(5, 20)]
    kept.webhooks.log([attempt(other, 1)])
    assert kept.outbox.keep(us, [], failed[:2], NOW)
    assert kept.outbox.keep(us, [], [*failed[2:], *arrived], NOW)
    kept.webhooks.remove(other.id, ANN, NOW)
    # A webhook may be gone when its last attempts are written.
    assert kept.outbox.keep(us, [], [attempt(other, 2)], NOW)
    log = kept.webhooks.deliveries(w.DeliveryFilter(made.id), FIRST)
    assert [it.number for it in log.rows] == [19, 18, 17, 4, 3, 2]
    assert replace(log.rows[0], id=0) == arrived[-1]
    only_failed = kept.webhooks.deliveries(w.DeliveryFilter(made.id, True), PageRequest(2, 2))
    assert [(it.number, it.error) for it in only_failed.rows] == [(2, "It answered 500")]
    assert only_failed.total == 3
    only_arrived = kept.webhooks.deliveries(w.DeliveryFilter(made.id, False), FIRST)
    assert [it.number for it in only_arrived.rows] == [19, 18, 17]
