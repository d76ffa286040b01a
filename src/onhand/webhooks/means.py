"""What webhooks are sent with, and how they are doing: what others need to know of the room."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from onhand.ledger.feed import Feed, FeedEvent
from onhand.ledger.ports import Clock
from onhand.webhooks.retries import Patience
from onhand.webhooks.secrets import SecretBox
from onhand.webhooks.targets import Addresses

RunBeside = Callable[[Callable[[], Any]], Awaitable[Any]]
"""Carries out what may block, beside the event loop."""


@dataclass(frozen=True, slots=True)
class Means:
    """What is sent with. `envelope` is an event as it is sent; `source` names the shop in it."""

    feed: Feed
    envelope: Callable[[FeedEvent], bytes]
    source: str
    addresses: Addresses
    secrets: SecretBox
    clock: Clock
    run: RunBeside
    patience: Patience = field(default_factory=Patience)


@dataclass(frozen=True, slots=True)
class Figures:
    """How a webhook is doing that this process sends to; counts are since its stream was opened.

    `waiting` events have been read and not arrived, the first of them since `waiting_since`.
    """

    webhook_id: int
    position: int
    waiting: int
    waiting_since: datetime | None
    failures: int
    delivered: int
    failed: int
