"""Webhooks: whom the events of the feed are sent to, and how far that has come; no I/O.

A webhook has a position: every event up to that number has arrived at its receiver, or is none of
those it is for. It is kept a little behind what was done, so that after a crash the last events are
sent again and none is left out.

One server process at a time sends, whoever holds the lease. Its beat is a number that the holder
raises every second; no clocks are compared, as those of two machines differ: whoever has watched it
stand still for long enough takes it. What a holder has to keep is written with the lease, or not at
all where it is lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from onhand.core.callers import Caller
from onhand.ledger.feed import Feed
from onhand.ledger.listings import Listing, PageRequest

MOST_WEBHOOKS = 32
DELIVERIES_KEPT = 500
"""Attempts that the log keeps of each webhook: as many that failed, and as many that did not."""

TEST_TYPE = "webhook.test"
"""The type of what `test` sends; no event of the feed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """What somebody chooses of a webhook.

    `types` are names of event types, `stock.*` for all of a kind; None: all. `within` are the
    warehouses whose stock it may tell of; None: all.
    """

    url: str
    description: str | None = None
    types: tuple[str, ...] | None = None
    within: frozenset[int] | None = None
    is_active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a webhook's deliveries are.

    `run` is raised when somebody moves the position, or begins anew after failures: what was under
    way before has no say any more. `failures` are attempts in a row, since `failing_since`.
    `waiting_since` is the moment of the first event that has not arrived yet.
    """

    position: int
    run: int = 1
    failures: int = 0
    failing_since: datetime | None = None
    next_attempt_at: datetime | None = None
    last_error: str | None = None
    waiting_since: datetime | None = None
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A webhook as stored. Its secrets are as `onhand.webhooks.secrets` closes them.

    `version` counts the changes of its settings; the standing is none of them.
    """

    id: int
    settings: WebhookSettings
    standing: Standing
    secret: str
    previous_secret: str | None = None
    previous_until: datetime | None = None
    disabled_at: datetime | None = None
    disabled_reason: str | None = None
    version: int = 1
    created_by: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Rotation:
    """A webhook's new secret, and until when it signs with the old one, too."""

    secret: str
    at: datetime
    previous_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One attempt. `number` is the event's, None for a test; `status` None: there was no answer."""

    webhook_id: int
    number: int | None
    type: str
    attempt: int
    at: datetime
    duration_ms: int
    status: int | None = None
    error: str | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Which attempts of a webhook; None asks for any."""

    webhook_id: int
    failed: bool | None = None


class TooManyWebhooks(Exception):
    """There are as many webhooks as a shop may have."""

    def __init__(self) -> None:
        super().__init__(f"A shop has {MOST_WEBHOOKS} webhooks at most: remove one first")


class StaleWebhook(Exception):
    """A webhook has been changed since the version that a change was meant for: it is `version`."""

    def __init__(self, version: int) -> None:
        super().__init__(f"The webhook has version {version} now")
        self.version = version


class Webhooks(Protocol):
    """Where webhooks are kept. Raises the ledger's faults. `by` is who asks for a change.

    Every change is written to the audit log in its own transaction; one that is only tried
    (`dry_run`) is not written at all. A webhook that is not there is None.
    """

    def all(self) -> Sequence[Webhook]:
        """Every webhook, by id."""
        ...

    def one(self, webhook_id: int) -> Webhook | None:
        """A webhook."""
        ...

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
        ...

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
        """Set some of its settings, by their names. Raises `StaleWebhook`.

        With another URL, or made active again, it begins anew as if it had not failed.
        """
        ...

    def rotate(
        self, webhook_id: int, rotation: Rotation, by: Caller, *, dry_run: bool = False
    ) -> Webhook | None:
        """Give it another secret."""
        ...

    def replay(
        self, webhook_id: int, after: int, by: Caller, now: datetime, *, dry_run: bool = False
    ) -> Webhook | None:
        """Move its position, back or on."""
        ...

    def remove(
        self, webhook_id: int, by: Caller, now: datetime, *, dry_run: bool = False
    ) -> Webhook | None:
        """Forget it and its deliveries."""
        ...

    def deliveries(self, which: DeliveryFilter, page: PageRequest) -> Listing[Delivery]:
        """A page of its attempts, the last one first."""
        ...

    def log(self, deliveries: Sequence[Delivery]) -> None:
        """Add attempts to the log."""
        ...


@dataclass(frozen=True, slots=True)
class Lease:
    """Who sends, and a number that rises as long as it does. `owner` None: nobody."""

    owner: str | None = None
    beat: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """What a process that may send looks at every second: active webhooks, and the lease."""

    webhooks: Sequence[Webhook] = ()
    lease: Lease = field(default_factory=Lease)


@dataclass(frozen=True, slots=True)
class Progress:
    """A webhook's standing as its sender knows it. `disabled`: why it is sent nothing any more."""

    webhook_id: int
    standing: Standing
    disabled: str | None = None


class Outbox(Protocol):
    """What the process that sends asks of the database. Raises the ledger's faults."""

    def look(self) -> Seen:
        """What there is to send to, and who does."""
        ...

    def take(self, owner: str, seen: Lease) -> bool:
        """Take the lease, if it is still as it was seen; whether it was."""
        ...

    def keep(
        self,
        owner: str,
        progress: Sequence[Progress],
        deliveries: Sequence[Delivery],
        now: datetime,
    ) -> bool:
        """Raise the beat, and write what has been done with it; False where the lease is lost.

        A webhook that was disabled is so in the audit log, too.
        """
        ...

    def give_back(self, owner: str) -> None:
        """Let go of the lease, so that another need not wait."""
        ...


@dataclass(frozen=True, slots=True)
class WebhookStorage:
    """Where all of it is kept, and read. `is_alone`: no other process can have it open."""

    kept: Webhooks
    outbox: Outbox
    feed: Feed
    is_alone: bool
