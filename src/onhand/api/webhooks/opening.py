"""Opening the desk: what keeps webhooks and what sends them, for as long as a server runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass

from onhand.api.webhooks.desk import WebhookDesk
from onhand.ledger.cloud_events import encoded_event
from onhand.ledger.ports import Clock
from onhand.ledger.webhooks import WebhookStorage
from onhand.webhooks.courier import Courier
from onhand.webhooks.means import Means
from onhand.webhooks.secrets import SecretBox
from onhand.webhooks.targets import Addresses


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """How webhooks are sent, as the operator has it.

    `source` names the shop in events, `private` are the private networks that they may go to, `key`
    is what secrets are encrypted with. Where it does not `send`, nothing leaves the house.
    """

    source: str
    private: str = ""
    key: str = ""
    sends: bool = True


@asynccontextmanager
async def open_desk(
    stored: WebhookStorage, settings: DeskSettings, clock: Clock
) -> AsyncIterator[WebhookDesk]:
    """Keep webhooks, and send them while it is open."""
    source = settings.source
    # One thread: a webhook's pages and its standing are never read and written at once.
    thread = ThreadPoolExecutor(1, thread_name_prefix="onhand-webhooks")
    loop = asyncio.get_running_loop()
    means = Means(
        feed=stored.feed,
        envelope=lambda event: encoded_event(event, source),
        source=source,
        addresses=Addresses.of_setting(settings.private),
        secrets=SecretBox(settings.key),
        clock=clock,
        run=lambda work: loop.run_in_executor(thread, work),
    )
    courier = Courier(stored.outbox, means, is_alone=stored.is_alone)
    tasks = [asyncio.create_task(courier.run(), name="webhooks")] if settings.sends else []
    try:
        yield WebhookDesk(stored.kept, courier, means.addresses, means.secrets, settings.sends)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        thread.shutdown(wait=False, cancel_futures=True)
