"""The courier: the task that sends webhooks, in the one server process that holds the lease.

    each second     look which webhooks there are, and who sends; where there are any, take the
                    lease or raise its beat, and write what has been done since
    ten times one   look whether the feed has more, and wake the streams

While no webhook is active that is one small read a second, and nothing that sends is loaded.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from onhand.ledger.faults import Fault
from onhand.ledger.webhooks import TEST_TYPE, Delivery, Outbox, Seen, Webhook
from onhand.webhooks.lease import BEAT_S, HOLDS_S, Watch
from onhand.webhooks.means import Figures, Means
from onhand.webhooks.targets import target_of

if TYPE_CHECKING:
    from onhand.webhooks.streams import Streams

log = structlog.get_logger(__name__)

LOOK_AT_FEED_S = 0.1


class Courier:
    """Sends webhooks while it runs."""

    def __init__(self, outbox: Outbox, means: Means, *, is_alone: bool) -> None:
        """`is_alone`: no other process can have the database open."""
        self._outbox = outbox
        self._means = means
        self._me = secrets.token_hex(8)
        self._watch = Watch(self._me, is_alone=is_alone)
        self._streams: Streams | None = None
        self._kept_at = 0.0
        self._beat_at = 0.0
        self._poked = asyncio.Event()
        self._is_well = True

    def poke(self) -> None:
        """Somebody has changed a webhook: look at once."""
        self._beat_at = 0.0
        self._poked.set()

    def figures(self) -> list[Figures]:
        """How the webhooks are doing that this process sends to."""
        return [] if self._streams is None else self._streams.figures()

    async def run(self) -> None:
        """Send until cancelled; a fault is logged and the work is taken up again."""
        try:
            while True:
                await self._work()
                await self._rest()
        finally:
            await self._leave()

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(HOLDS_S):
                if loop.time() >= self._beat_at:
                    self._beat_at = loop.time() + BEAT_S
                    await self._beat()
                if self._streams:
                    await self._streams.look_at_feed()
            self._is_well = True
        except (Fault, TimeoutError) as fault:
            if self._is_well:
                log.warning("webhooks.postponed", fault=str(fault) or "the database took too long")
            self._is_well = False
        except Exception:
            # An error of the program itself must not end deliveries for good.
            log.exception("webhooks.failed")
        if self._streams is not None and loop.time() - self._kept_at > HOLDS_S:
            await self._lose(self._streams)

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_AT_FEED_S if self._streams else BEAT_S):
                await self._poked.wait()
        self._poked.clear()

    async def _beat(self) -> None:
        outbox, run = self._outbox, self._means.run
        now = asyncio.get_running_loop().time()
        seen: Seen = await run(outbox.look)
        if self._streams is None:
            if not seen.webhooks or not self._watch.may_take(seen.lease, now):
                return
            if not await run(lambda: outbox.take(self._me, seen.lease)):
                return
            self._streams, self._kept_at = self._new_streams(), now
        streams = self._streams
        await streams.follow(seen.webhooks)
        if not await self._keep(streams):
            await self._lose(streams)
        elif not seen.webhooks:
            self._streams = None
            await run(lambda: outbox.give_back(self._me))

    async def _keep(self, streams: Streams) -> bool:
        """Write what has been done, and raise the beat with it; False where the lease is lost."""
        outbox, clock = self._outbox, self._means.clock
        now, report = asyncio.get_running_loop().time(), streams.collect()
        is_kept: bool = await self._means.run(
            lambda: outbox.keep(self._me, report.progress, report.deliveries, clock())
        )
        if is_kept:
            self._kept_at = now
            streams.written(report)
        return is_kept

    async def _lose(self, streams: Streams) -> None:
        """Somebody else sends, or may soon: end at once, and leave to them what is not written."""
        self._streams = None
        log.warning("webhooks.lease_lost")
        await streams.close()

    async def _leave(self) -> None:
        """Write what has been done, and let go, so that nobody has to wait."""
        streams = self._streams
        if streams is None:
            return
        await streams.close()
        try:
            async with asyncio.timeout(HOLDS_S):
                await self._keep(streams)
                await self._means.run(lambda: self._outbox.give_back(self._me))
        except (Fault, TimeoutError):
            log.warning("webhooks.left_in_a_hurry")

    def _new_streams(self) -> Streams:
        # Only now is it known that what sends is needed.
        from onhand.webhooks.streams import Streams

        return Streams(self._means)

    async def test(self, webhook: Webhook) -> Delivery:
        """Send an event that tells nothing, once, and say what came of it.

        Raises `SecretUnreadable`, `UnfitTarget`.
        """
        from onhand.webhooks.receiver import Receiver

        means, now, loop = self._means, self._means.clock(), asyncio.get_running_loop()
        message_id = f"test_{secrets.token_hex(12)}"
        signer = means.secrets.signer(webhook)
        receiver = Receiver(target_of(webhook.settings.url), means.addresses)
        body = _test_event(message_id, means.source, webhook.id, now)
        began = loop.time()
        answered = await receiver.post(signer.headers(message_id, now, body), body, now)
        receiver.close()
        return Delivery(
            webhook_id=webhook.id,
            number=None,
            type=TEST_TYPE,
            attempt=1,
            at=now,
            duration_ms=round((loop.time() - began) * 1000),
            status=answered.status,
            error=None if answered.failure is None else answered.failure.error,
        )


def _test_event(message_id: str, source: str, webhook_id: int, now: datetime) -> bytes:
    event = {
        "specversion": "1.0",
        "id": message_id,
        "source": source,
        "type": TEST_TYPE,
        "subject": f"webhook/{webhook_id}",
        "time": now.isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": {"webhook_id": webhook_id},
    }
    return json.dumps(event, separators=(",", ":")).encode()
