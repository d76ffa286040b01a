"""Webhooks as they are sent and shown."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from msgspec import UNSET, Meta, Struct, UnsetType

from onhand.api import fields as f
from onhand.ledger.event_types import TYPE_NAMES, types_named
from onhand.ledger.webhooks import Delivery, Webhook
from onhand.webhooks.targets import LONGEST_URL, UnfitTarget, target_of

LONGEST_GRACE_S = 30 * 24 * 3_600
GRACE_S = 24 * 3_600

_GIVEN = "This field is worked out by the server: leave it out"
_REFUSED = {
    **dict.fromkeys(("id", "created_at", "updated_at", "failures", "last_error"), _GIVEN),
    "secret": "The server makes it, and tells it once; POST /webhooks/{id}/secret makes another",
    "position": "It is moved by POST /webhooks/{id}/replay; a new webhook takes `after`",
}


def _fault_of_url(url: str) -> str | None:
    try:
        target_of(url)
    except UnfitTarget as fault:
        return str(fault)
    return None


def _fault_of_type(name: str) -> str | None:
    found, _ = types_named([name])
    return None if found else f"There is no event type {name}"


Url = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=LONGEST_URL,
        description="Where events are sent to, by https.",
        examples=["https://example.com/onhand"],
    ),
    f.Check(_fault_of_url),
]
Type = Annotated[
    str,
    f.of_pattern(
        r"[a-z_]+\.([a-z_]+|\*)",
        max_length=48,
        description="A type of event; `stock.*` stands for all of its kind.",
        examples=["stock.*"],
        extra_json_schema={"enum": TYPE_NAMES},
    ),
    f.Check(_fault_of_type),
]
Types = Annotated[
    list[Type], Meta(min_length=1, max_length=100, description="Only these types of events.")
]
WarehouseIds = Annotated[
    list[f.WarehouseId],
    Meta(min_length=1, max_length=1_000, description="Only what tells of the stock in these."),
]
After = Annotated[int, Meta(ge=0, le=f.MAX_ID, description="What comes after this number.")]


class NewWebhook(Struct, kw_only=True, forbid_unknown_fields=True):
    """A webhook to add. `after` left out: it is told what happens from now on."""

    refused: ClassVar[dict[str, str]] = _REFUSED

    url: Url
    description: f.Notes | None = None
    types: Types | None = None
    warehouse_ids: WarehouseIds | None = None
    is_active: bool = True
    after: After | None = None


class WebhookChanges(Struct, kw_only=True, forbid_unknown_fields=True):
    """Changes to a webhook: what is left out stays, null clears what may be empty."""

    refused: ClassVar[dict[str, str]] = _REFUSED

    url: Url | UnsetType = UNSET
    description: f.Notes | UnsetType | None = UNSET
    types: Types | UnsetType | None = UNSET
    warehouse_ids: WarehouseIds | UnsetType | None = UNSET
    is_active: bool | UnsetType = UNSET


class SecretRotating(Struct, kw_only=True, forbid_unknown_fields=True):
    """How long messages are signed with the old secret, too."""

    grace_seconds: Annotated[
        int, Meta(ge=0, le=LONGEST_GRACE_S, description="Seconds; 0: not at all.")
    ] = GRACE_S


class Replaying(Struct, kw_only=True, forbid_unknown_fields=True):
    """From which number on events are sent again, or which are passed over."""

    after: After
    dry_run: Annotated[bool, Meta(description="Say what would happen, and write nothing.")] = False


class WebhookData(Struct, kw_only=True):
    """A webhook, and how far its deliveries are, about a second ago.

    Every event up to `position` has arrived; `waiting_since` is the moment of the first one that
    has not. `failures` are attempts in a row.
    """

    id: int
    url: str
    description: str | None
    types: list[str] | None
    warehouse_ids: list[int] | None
    is_active: bool
    position: int
    waiting_since: f.Instant | None
    delivered_at: f.Instant | None
    failures: int
    failing_since: f.Instant | None
    next_attempt_at: f.Instant | None
    last_error: str | None
    disabled_at: f.Instant | None
    disabled_reason: str | None
    previous_secret_until: f.Instant | None
    created_by: str
    created_at: f.Instant
    updated_at: f.Instant


class WebhookMade(WebhookData, kw_only=True):
    """A webhook with its secret, which is told now and never again; null in a dry run."""

    secret: str | None


class DeliveryData(Struct, kw_only=True):
    """An attempt: which event, the how manieth attempt it was, and what came of it.

    `status` is null where there was no answer, `error` where it arrived; `event_number` is null
    for a test.
    """

    event_number: int | None
    event_type: str
    attempt: int
    at: f.Instant
    duration_ms: int
    status: int | None
    error: str | None


class DeliveryLogged(DeliveryData, kw_only=True):
    """An attempt as the log has it."""

    id: int


def shown(webhook: Webhook) -> dict[str, Any]:
    """The values of `WebhookData`."""
    settings, standing = webhook.settings, webhook.standing
    return {
        "id": webhook.id,
        "url": settings.url,
        "description": settings.description,
        "types": None if settings.types is None else list(settings.types),
        "warehouse_ids": None if settings.within is None else sorted(settings.within),
        "is_active": settings.is_active,
        "position": standing.position,
        "waiting_since": standing.waiting_since,
        "delivered_at": standing.delivered_at,
        "failures": standing.failures,
        "failing_since": standing.failing_since,
        "next_attempt_at": standing.next_attempt_at,
        "last_error": standing.last_error,
        "disabled_at": webhook.disabled_at,
        "disabled_reason": webhook.disabled_reason,
        "previous_secret_until": webhook.previous_until,
        "created_by": webhook.created_by,
        "created_at": webhook.created_at,
        "updated_at": webhook.updated_at,
    }


def shown_delivery(delivery: Delivery) -> dict[str, Any]:
    """The values of `DeliveryData`."""
    return {
        "event_number": delivery.number,
        "event_type": delivery.type,
        "attempt": delivery.attempt,
        "at": delivery.at,
        "duration_ms": delivery.duration_ms,
        "status": delivery.status,
        "error": delivery.error,
    }
