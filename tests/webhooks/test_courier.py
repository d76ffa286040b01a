"""The task that sends: it takes the lease, keeps what was done, and stops where it has lost it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from onhand.core import commands as c
from onhand.core.callers import Caller
from onhand.ledger.cloud_events import encoded_event
from onhand.ledger.faults import StoreUnavailable
from onhand.ledger.ports import Store
from onhand.ledger.webhooks import Outbox, Seen, Webhook, WebhookSettings, WebhookStorage
from onhand.store.engine import admin_engine, parse_database, read_engine
from onhand.store.schema import audit_entries
from onhand.store.webhook_storage import webhook_storage
from onhand.webhooks import courier as couriers
from onhand.webhooks.courier import Courier
from onhand.webhooks.means import Means
from onhand.webhooks.retries import Patience
from onhand.webhooks.secrets import SecretBox, new_secret
from onhand.webhooks.targets import Addresses
from tests.support.receivers import LoopReceiver, receiving
from tests.support.stores import (
    TESTER,
    DatabaseShop,
    SetClock,
    add_product,
    ask,
    sqlite_shop,
    sqlite_template,
)

ANN = Caller("key:ann")
GONE = b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"
PATIENCE_S = 20


class FaultyOutbox:
    """An outbox whose database is away for as long as somebody says."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self.is_away = False

    def __getattr__(self, name: str) -> Any:
        if self.is_away:
            raise StoreUnavailable("The database cannot be reached")
        return getattr(self._outbox, name)


@dataclass
class Sending:
    """A shop with webhooks, and a receiver."""

    shop: DatabaseShop
    store: Store
    stored: WebhookStorage
    listening: LoopReceiver
    outbox: FaultyOutbox
    clock: SetClock

    def webhook(self, **settings: Any) -> Webhook:
        """A webhook for all that ever happened."""
        chosen = replace(WebhookSettings(url=self.listening.url), **settings)
        return self.stored.kept.create(chosen, new_secret(), 0, ANN, self.clock())

    def read(self, webhook: Webhook) -> Webhook:
        """As it is now."""
        found = self.stored.kept.one(webhook.id)
        assert found is not None
        return found

    def received(self) -> list[str]:
        """The ids that came."""
        return [body["id"] for body in self.listening.bodies()]

    def has_all(self) -> bool:
        """Whether every event has come."""
        return {int(it) for it in self.received()} == set(range(1, self.stored.feed.newest() + 1))

    def move(self) -> None:
        """Let something happen."""
        ask(self.store, c.AdjustStock(1, None, 1, TESTER))

    @asynccontextmanager
    async def courier(self, *, is_alone: bool = True) -> AsyncIterator[Courier]:
        """A courier that works while the block runs."""
        means = Means(
            feed=self.stored.feed,
            envelope=partial(encoded_event, source="/shop"),
            source="/shop",
            addresses=Addresses.of_setting("127.0.0.0/8"),
            secrets=SecretBox(),
            clock=self.clock,
            run=asyncio.to_thread,
            patience=Patience(first=timedelta(milliseconds=10)),
        )
        courier = Courier(self.outbox, means, is_alone=is_alone)
        task = asyncio.create_task(courier.run())
        try:
            yield courier
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@contextmanager
def shop_of(folder: Path) -> Iterator[tuple[DatabaseShop, Store, WebhookStorage]]:
    """A shop on SQLite with a product."""
    shop = sqlite_shop(folder, sqlite_template(folder))
    reading = read_engine(parse_database(shop.url))
    with (
        closing(shop.open()) as store,
        webhook_storage(parse_database(shop.url), reading) as stored,
    ):
        add_product(store, "P", 5)
        yield shop, store, stored
    reading.dispose()


def run(folder: Path, test: Callable[[Sending], Coroutine[Any, Any, None]]) -> None:
    async def with_receiver() -> None:
        async with receiving() as listening:
            with shop_of(folder) as (shop, store, stored):
                outbox = FaultyOutbox(stored.outbox)
                await test(Sending(shop, store, stored, listening, outbox, SetClock()))

    asyncio.run(with_receiver())


async def until(so: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + PATIENCE_S
    while not so():
        assert time.monotonic() < give_up_at
        await asyncio.sleep(0.01)


def test_what_was_done_is_kept_and_what_is_changed_is_heeded(tmp_path: Path) -> None:
    async def test(sending: Sending) -> None:
        kept, clock = sending.stored.kept, sending.clock
        webhook = sending.webhook(types=("product.*",))
        newest = sending.stored.feed.newest()
        async with sending.courier() as courier:
            await until(lambda: sending.read(webhook).standing.position == newest)
            [figures] = courier.figures()
            told = (figures.webhook_id, figures.position, figures.waiting, figures.delivered)
            assert told == (webhook.id, newest, 0, 1)
            # All events, from where it is; whoever sends is told at once.
            kept.change(webhook.id, {"types": None}, None, ANN, clock())
            sending.move()
            courier.poke()
            await until(lambda: len(sending.received()) == 2)
            # Once more from the beginning, and then not at all.
            kept.replay(webhook.id, 0, ANN, clock())
            courier.poke()
            await until(sending.has_all)
            kept.change(webhook.id, {"is_active": False}, None, ANN, clock())
            courier.poke()
            await until(lambda: courier.figures() == [])
            before = len(sending.received())
            sending.move()
        assert len(sending.received()) == before
        assert sending.read(webhook).standing.position == sending.stored.feed.newest() - 1
        assert sending.outbox.look() == Seen()

    run(tmp_path, test)


def test_one_that_is_gone_is_disabled_with_a_notice(tmp_path: Path) -> None:
    async def test(sending: Sending) -> None:
        webhook = sending.webhook()
        sending.listening.last = GONE
        async with sending.courier():
            await until(lambda: not sending.read(webhook).settings.is_active)
        ended = sending.read(webhook)
        assert ended.disabled_reason == "The receiver answered 410 Gone: it wants no more"
        with admin_engine(parse_database(sending.shop.url)).connect() as connection:
            told = connection.execute(
                select(audit_entries.c.actor, audit_entries.c.reason).where(
                    audit_entries.c.action == "webhook.disabled"
                )
            ).all()
        assert [tuple(row) for row in told] == [("onhand:webhooks", ended.disabled_reason)]

    run(tmp_path, test)


def test_who_has_lost_the_lease_sends_no_more(tmp_path: Path) -> None:
    async def test(sending: Sending) -> None:
        sending.webhook()
        outbox = sending.stored.outbox
        async with sending.courier(is_alone=False) as courier:
            await until(sending.has_all)
            assert outbox.take("them", outbox.look().lease)
            courier.poke()
            await until(lambda: courier.figures() == [])
            before = len(sending.received())
            sending.move()
            courier.poke()
            await asyncio.sleep(0.3)
            assert len(sending.received()) == before
            # They let go, and it is taken again.
            outbox.give_back("them")
            courier.poke()
            await until(sending.has_all)

    run(tmp_path, test)


def test_who_cannot_write_stops_and_goes_on_when_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(couriers, "BEAT_S", 0.05)
    monkeypatch.setattr(couriers, "HOLDS_S", 0.5)

    async def test(sending: Sending) -> None:
        webhook = sending.webhook()
        async with sending.courier() as courier:
            await until(sending.has_all)
            sending.outbox.is_away = True
            await until(lambda: courier.figures() == [])
            sending.move()
            sending.outbox.is_away = False
            await until(sending.has_all)
        newest = sending.stored.feed.newest()
        assert sending.read(webhook).standing.position == newest

    run(tmp_path, test)


def test_one_whose_secret_cannot_be_read_says_so(tmp_path: Path) -> None:
    async def test(sending: Sending) -> None:
        closed = SecretBox("a key that is not at hand").close(new_secret())
        settings = WebhookSettings(url=sending.listening.url)
        webhook = sending.stored.kept.create(settings, closed, 0, ANN, sending.clock())
        async with sending.courier():
            await until(lambda: sending.read(webhook).standing.last_error is not None)
        assert "ONHAND_WEBHOOKS_KEY" in str(sending.read(webhook).standing.last_error)
        assert sending.received() == []

    run(tmp_path, test)


def test_a_server_without_webhooks_loads_nothing_to_send_with() -> None:
    sending = "{'standardwebhooks', 'onhand.webhooks.streams', 'onhand.webhooks.receiver'}"
    code = f"import onhand.app, sys; sys.exit(bool({sending} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
