"""The streams that are open: one for each active webhook, as it is set now."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import structlog

from onhand.ledger.event_types import types_named
from onhand.ledger.feed import ANY, EventFilter, FeedPage, NotNumberedYet
from onhand.ledger.webhooks import Delivery, Progress, Webhook
from onhand.webhooks.means import Figures, Means
from onhand.webhooks.receiver import Receiver
from onhand.webhooks.secrets import SecretUnreadable
from onhand.webhooks.stream import Route, Stream
from onhand.webhooks.targets import UnfitTarget, target_of

log = structlog.get_logger(__name__)

LOG_WAITING = 10_000
"""Attempts that are remembered while the database cannot take them."""


@dataclass(frozen=True, slots=True)
class Report:
    """What has been done and is not written yet."""

    progress: Sequence[Progress]
    deliveries: Sequence[Delivery]


@dataclass(frozen=True, slots=True)
class _Open:
    webhook: Webhook
    stream: Stream
    task: asyncio.Task[None]

    def serves(self, webhook: Webhook | None) -> bool:
        """Whether it goes on as it is for a webhook as it is set now (None: for none)."""
        if webhook is None:
            return False
        ours = self.webhook
        is_same = (webhook.version, webhook.standing.run) == (ours.version, ours.standing.run)
        # One that is to be disabled stays until that is written.
        return is_same and (not self.task.done() or self.stream.disabled is not None)

    @property
    def progress(self) -> Progress:
        """How far it is."""
        stream = self.stream
        return Progress(self.webhook.id, stream.standing, stream.disabled)


class Streams:
    """Opens and closes streams, and collects what they have done."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._open: dict[int, _Open] = {}
        self._kept: dict[int, Progress] = {}
        self._closed: list[Progress] = []
        self._log: list[Delivery] = []
        self._settled = 0

    def __len__(self) -> int:
        """How many are open."""
        return len(self._open)

    def figures(self) -> list[Figures]:
        """How each is doing, by the webhook's id."""
        found = []
        for webhook_id, one in sorted(self._open.items()):
            stream, standing = one.stream, one.stream.standing
            told = (standing.position, stream.waiting, standing.waiting_since, standing.failures)
            found.append(Figures(webhook_id, *told, stream.delivered, stream.failed))
        return found

    async def follow(self, webhooks: Sequence[Webhook]) -> None:
        """Have a stream for each of these webhooks, as it is set now, and no other."""
        wanted = {it.id: it for it in webhooks}
        ended = [it for it in self._open.values() if not it.serves(wanted.get(it.webhook.id))]
        await self._close(ended)
        before = {it.webhook.id: it for it in ended}
        for webhook in webhooks:
            if webhook.id in self._open:
                continue
            old = before.get(webhook.id)
            if old is not None and old.webhook.standing.run == webhook.standing.run:
                webhook = replace(webhook, standing=old.stream.standing)
            self._begin(webhook)

    async def close(self) -> None:
        """Close all; what they have done can still be collected."""
        await self._close(list(self._open.values()))

    def forget(self) -> None:
        """What has been done is no longer ours to write."""
        self._kept.clear()
        self._closed.clear()
        self._log.clear()

    def collect(self) -> Report:
        """What has been done since what was `written` last."""
        for one in self._open.values():
            self._log += one.stream.take_log()
        del self._log[:-LOG_WAITING]
        fresh = [it.progress for it in self._open.values()]
        fresh = [it for it in fresh if it != self._kept.get(it.webhook_id)]
        return Report([*self._closed, *fresh], list(self._log))

    def written(self, report: Report) -> None:
        """A report has been written."""
        self._kept.update((it.webhook_id, it) for it in report.progress)
        self._closed.clear()
        self._log.clear()

    async def look_at_feed(self) -> None:
        """Wake the streams that have more to read."""
        feed, after = self._means.feed, self._settled
        try:
            page: FeedPage = await self._means.run(lambda: feed.read(ANY, after, 1))
        except NotNumberedYet:
            # Somebody put an older ledger in the place of this one.
            self._settled = 0
            return
        self._settled = page.settled
        for one in self._open.values():
            if page.settled > one.stream.read_to:
                one.stream.wake()

    def _begin(self, webhook: Webhook) -> None:
        means, settings = self._means, webhook.settings
        try:
            receiver = Receiver(target_of(settings.url), means.addresses)
            signer = means.secrets.signer(webhook)
        except (UnfitTarget, SecretUnreadable) as fault:
            standing = replace(webhook.standing, last_error=str(fault))
            if standing != webhook.standing:
                self._closed.append(Progress(webhook.id, standing))
            return
        types = None if settings.types is None else types_named(settings.types)[0]
        which = EventFilter(types, within=settings.within)
        route = Route(
            webhook.id, which, means.envelope, signer, receiver, means.patience, means.clock
        )
        stream = Stream(route, webhook.standing, self._read)
        task = asyncio.create_task(stream.run(), name=f"onhand-webhook-{webhook.id}")
        self._open[webhook.id] = _Open(webhook, stream, task)

    async def _read(self, which: EventFilter, after: int, limit: int) -> FeedPage:
        feed = self._means.feed
        page: FeedPage = await self._means.run(lambda: feed.read(which, after, limit))
        return page

    async def _close(self, ended: Iterable[_Open]) -> None:
        ended = list(ended)
        for one in ended:
            one.task.cancel()
        results = await asyncio.gather(*(it.task for it in ended), return_exceptions=True)
        for one, result in zip(ended, results, strict=True):
            if isinstance(result, Exception):
                log.error("webhook.failed", webhook=one.webhook.id, exc_info=result)
            self._closed.append(one.progress)
            self._log += one.stream.take_log()
            self._kept.pop(one.webhook.id, None)
            del self._open[one.webhook.id]
