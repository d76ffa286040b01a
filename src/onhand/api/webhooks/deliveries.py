"""What webhooks send: a test, events once more, another secret, and the log of attempts."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from msgspec import Meta

from onhand.api.operations import Call, Endpoint, Operation, Shape, Trying, page, parsed
from onhand.api.problems import Problem
from onhand.api.queries import PageMeta, Paging, page_meta, page_request
from onhand.api.submitting import said
from onhand.api.webhooks import desk
from onhand.api.webhooks.bodies import (
    DeliveryData,
    DeliveryLogged,
    Replaying,
    Rotating,
    WebhookData,
    WebhookMade,
    shown,
    shown_delivery,
)
from onhand.api.webhooks.webhooks import PATH, TAG, answered, is_tried, position_after
from onhand.api.wire import Reply
from onhand.ledger.access import Permission
from onhand.ledger.webhooks import DELIVERIES_KEPT, DeliveryFilter, Rotation
from onhand.webhooks.secrets import SecretUnreadable, new_secret
from onhand.webhooks.targets import UnfitTarget

ROTATED = "Webhook secret rotated successfully: the new one is not shown again"
REPLAYED = "Webhook goes on after this number"
TESTED = "A test event was sent"

ONE = f"{PATH}/{{webhook_id}}"


class DeliveryQuery(Paging, kw_only=True):
    """Which attempts."""

    failed: Annotated[bool, Meta(description="Only those that failed, or that did not.")] | None = (
        None
    )


async def test_webhook(call: Call) -> Reply:
    """Send an event that tells nothing, and say what came of it."""
    webhook = await desk.one(call)
    if not call.services.webhooks.sends:
        raise Problem("conflict", "This server sends no webhooks: ONHAND_WEBHOOKS is off")
    try:
        delivery = await call.services.webhooks.courier.test(webhook)
    except (SecretUnreadable, UnfitTarget) as fault:
        raise Problem("conflict", str(fault)) from None
    await desk.ask(call, lambda kept: kept.log([delivery]))
    return Reply(said(DeliveryData(**shown_delivery(delivery)), TESTED))


async def replay_webhook(call: Call) -> Reply:
    """Go on after another number."""
    query = call.query(Replaying)
    webhook = await desk.one(call)
    after = await position_after(call, query.after)
    now = call.services.clock()
    moved = await desk.ask(
        call,
        lambda kept: kept.replay(webhook.id, after, call.caller, now, dry_run=query.dry_run),
    )
    if moved is None:
        raise desk.missing(webhook.id)
    return answered(call, WebhookData(**shown(moved)), REPLAYED, dry_run=query.dry_run)


async def rotate_webhook_secret(call: Call) -> Reply:
    """Give a webhook another secret."""
    given = parsed(call, await call.raw_body(), Rotating)
    webhook = await desk.one(call)
    secret, now, dry_run = new_secret(), call.services.clock(), is_tried(call)
    closed = call.services.webhooks.secrets.close(secret)
    rotation = Rotation(closed, now, now + timedelta(seconds=given.grace_seconds))
    rotated = await desk.ask(
        call, lambda kept: kept.rotate(webhook.id, rotation, call.caller, dry_run=dry_run)
    )
    if rotated is None:
        raise desk.missing(webhook.id)
    told = WebhookMade(**shown(rotated), secret=None if dry_run else secret)
    return answered(call, told, ROTATED)


async def list_webhook_deliveries(call: Call) -> Reply:
    """A page of attempts, the last one first."""
    query = call.query(DeliveryQuery)
    webhook = await desk.one(call)
    which = DeliveryFilter(webhook.id, query.failed)
    found = await desk.ask(call, lambda kept: kept.deliveries(which, page_request(query, None)))
    rows = [DeliveryLogged(**shown_delivery(it), id=it.id) for it in found.rows]
    return page(rows, page_meta(query, found.total))


ENDPOINTS = (
    Endpoint(
        Operation(
            "POST",
            f"{ONE}/test",
            "test_webhook",
            "Test a webhook",
            "Sends an event of type `webhook.test` once, even where the webhook is not active, and"
            " tells what came of it: `error` is null where it arrived.",
            TAG,
            Permission.WEBHOOKS_MANAGE,
            {200: Shape(DeliveryData, TESTED)},
            errors=(409,),
        ),
        test_webhook,
    ),
    Endpoint(
        Operation(
            "POST",
            f"{ONE}/replay",
            "replay_webhook",
            "Replay events",
            "Moves the position: back, and events are sent again that had arrived; or on, and some"
            " are passed over, as one that the receiver does not take.",
            TAG,
            Permission.WEBHOOKS_MANAGE,
            {200: Shape(WebhookData, REPLAYED)},
            query=Replaying,
        ),
        replay_webhook,
    ),
    Endpoint(
        Operation(
            "POST",
            f"{ONE}/secret",
            "rotate_webhook_secret",
            "Rotate a webhook's secret",
            "Makes another secret, told this once. Messages are signed with both for another"
            " `grace_seconds`, a day where they are left out. The body may be left out.",
            TAG,
            Permission.WEBHOOKS_MANAGE,
            {200: Shape(WebhookMade, ROTATED)},
            query=Trying,
            body=Rotating,
            body_required=False,
            body_examples={"The secret has leaked": {"grace_seconds": 0}},
        ),
        rotate_webhook_secret,
    ),
    Endpoint(
        Operation(
            "GET",
            f"{ONE}/deliveries",
            "list_webhook_deliveries",
            "List deliveries",
            f"The last attempts, newest first: {DELIVERIES_KEPT} that failed are kept, and as many"
            " that did not, about a second after they were made.",
            TAG,
            Permission.WEBHOOKS_MANAGE,
            {200: Shape(list[DeliveryLogged], meta=PageMeta)},
            query=DeliveryQuery,
        ),
        list_webhook_deliveries,
    ),
)
