"""Webhooks: add, list, read, change and remove them.

A secret is told once, in the answer that makes it, which is therefore kept nowhere: these commands
take no `Idempotency-Key`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from onhand.api import problems
from onhand.api.catalogue.product_bodies import changed_fields
from onhand.api.operations import (
    BASE,
    Call,
    Endpoint,
    Operation,
    Shape,
    Trying,
    data,
    etag,
    page,
    parsed,
)
from onhand.api.problems import Headers, Problem
from onhand.api.queries import PageMeta, Paging, page_meta
from onhand.api.submitting import as_tried, said
from onhand.api.webhooks import desk
from onhand.api.webhooks.bodies import NewWebhook, WebhookChanges, WebhookData, WebhookMade, shown
from onhand.api.wire import Reply
from onhand.core.rejections import Rejected, RejectionCode
from onhand.ledger.access import Permission
from onhand.ledger.reads import Reads
from onhand.ledger.webhooks import StaleWebhook, TooManyWebhooks, WebhookSettings
from onhand.webhooks.secrets import new_secret
from onhand.webhooks.targets import target_of

PATH = f"{BASE}/webhooks"
TAG = "Webhooks"

MADE = "Webhook created successfully: its secret is not shown again"
CHANGED = "Webhook updated successfully"
REMOVED = "Webhook removed successfully"


async def create_webhook(call: Call) -> Reply:
    """Add a webhook."""
    given = parsed(call, await call.raw_body(), NewWebhook)
    within = await _within(call, given.warehouse_ids)
    settings = WebhookSettings(
        url=given.url,
        description=given.description,
        types=None if given.types is None else tuple(given.types),
        within=within,
        is_active=given.is_active,
    )
    _require_allowed(call, given.url)
    position = await position_after(call, given.after)
    secret, now, dry_run = new_secret(), call.services.clock(), is_tried(call)
    closed = call.services.webhooks.secrets.close(secret)
    try:
        made = await desk.ask(
            call,
            lambda kept: kept.create(settings, closed, position, call.caller, now, dry_run=dry_run),
        )
    except TooManyWebhooks as fault:
        raise Problem("conflict", str(fault)) from None
    told = WebhookMade(**shown(made), secret=None if dry_run else secret)
    return answered(call, told, MADE, (etag(made.version),), location=f"{PATH}/{made.id}")


async def list_webhooks(call: Call) -> Reply:
    """A page of webhooks."""
    query = call.query(Paging)
    found = await desk.ask(call, lambda kept: kept.all())
    theirs = [it for it in found if desk.is_theirs(call, it)]
    start = (query.page - 1) * query.per_page
    rows = [WebhookData(**shown(it)) for it in theirs[start : start + query.per_page]]
    return page(rows, page_meta(query, len(theirs)))


async def read_webhook(call: Call) -> Reply:
    """One webhook."""
    webhook = await desk.one(call)
    return data(WebhookData(**shown(webhook)), (etag(webhook.version),))


async def change_webhook(call: Call) -> Reply:
    """Change some of a webhook's settings."""
    given = parsed(call, await call.raw_body(), WebhookChanges)
    webhook = await desk.one(call)
    changes: dict[str, Any] = changed_fields(given)
    if "warehouse_ids" in changes:
        changes["within"] = await _within(call, changes.pop("warehouse_ids"))
    if changes.get("types") is not None:
        changes["types"] = tuple(changes["types"])
    if "url" in changes:
        _require_allowed(call, changes["url"])
    now, dry_run, if_version = call.services.clock(), is_tried(call), call.if_version
    try:
        changed = await desk.ask(
            call,
            lambda kept: kept.change(
                webhook.id, changes, if_version, call.caller, now, dry_run=dry_run
            ),
        )
    except StaleWebhook as fault:
        facts = {"version": fault.version}
        raise problems.rejected(Rejected(RejectionCode.STALE_VERSION, facts)) from None
    if changed is None:
        raise desk.missing(webhook.id)
    return answered(call, WebhookData(**shown(changed)), CHANGED, (etag(changed.version),))


async def remove_webhook(call: Call) -> Reply:
    """Remove a webhook."""
    webhook = await desk.one(call)
    now, dry_run = call.services.clock(), is_tried(call)
    removed = await desk.ask(
        call, lambda kept: kept.remove(webhook.id, call.caller, now, dry_run=dry_run)
    )
    if removed is None:
        raise desk.missing(webhook.id)
    return answered(call, WebhookData(**shown(removed)), REMOVED)


def is_tried(call: Call) -> bool:
    """Whether a command is only tried."""
    return call.query(Trying).dry_run


def answered(
    call: Call,
    told: WebhookData,
    message: str,
    headers: Headers = (),
    *,
    location: str | None = None,
    dry_run: bool | None = None,
) -> Reply:
    """What a command is answered; whoever sends webhooks looks at once at what it changed."""
    answer = said(told, message, status=200 if location is None else 201)
    if is_tried(call) if dry_run is None else dry_run:
        return Reply(as_tried(answer))
    call.services.webhooks.courier.poke()
    found = () if location is None else (("Location", location),)
    return Reply(answer, (*found, *headers))


async def position_after(call: Call, after: int | None) -> int:
    """A number to go on after, the last one where none is given. Raises a 422."""
    newest = await call.services.threads.run(call.services.events.feed.newest)
    if after is not None and after > newest:
        text = f"No event has this number yet; the last one is {newest}"
        raise problems.invalid({"after": [text]})
    return newest if after is None else after


def _require_allowed(call: Call, url: str) -> None:
    fault = call.services.webhooks.addresses.fault_of_target(target_of(url))
    if fault is not None:
        raise problems.invalid({"url": [fault]})


async def _within(call: Call, warehouse_ids: Collection[int] | None) -> frozenset[int] | None:
    """The warehouses that a webhook may tell of: some of the caller's, or all of these."""
    theirs = call.caller.within
    if warehouse_ids is None:
        return theirs
    asked = frozenset(warehouse_ids)
    unknown = sorted(asked) if theirs is None else sorted(asked & theirs)
    missing = await call.read(lambda reads: _unknown(reads, unknown))
    missing += [] if theirs is None else sorted(asked - theirs)
    if missing:
        raise problems.invalid({"warehouse_ids": [f"Warehouse {missing[0]} does not exist"]})
    return asked


def _unknown(reads: Reads, warehouse_ids: Collection[int]) -> list[int]:
    return [it for it in warehouse_ids if reads.warehouse(it) is None]


_EXAMPLES = {
    "Whatever happens to stock": {"url": "https://example.com/onhand", "types": ["stock.*"]},
    "All that ever happened in a warehouse": {
        "url": "https://example.com/onhand",
        "description": "The shop's website",
        "warehouse_ids": [1],
        "after": 0,
    },
}

ENDPOINTS = (
    Endpoint(
        Operation(
            "POST",
            PATH,
            "create_webhook",
            "Create a webhook",
            "Has events sent to a URL as they happen, as Standard Webhooks. Its secret is told"
            " this once. Who may work in some warehouses only is told of these.",
            TAG,
            Permission.WEBHOOKS_MANAGE,
            {201: Shape(WebhookMade, MADE)},
            query=Trying,
            body=NewWebhook,
            body_examples=_EXAMPLES,
            errors=(409,),
            versioned=True,
            located=True,
        ),
        create_webhook,
    ),
    Endpoint(
        Operation(
            "GET",
            PATH,
            "list_webhooks",
            "List webhooks",
            "Every webhook, by id, and how far its deliveries are. No secrets.",
            TAG,
            Permission.WEBHOOKS_MANAGE,
            {200: Shape(list[WebhookData], meta=PageMeta)},
            query=Paging,
        ),
        list_webhooks,
    ),
    Endpoint(
        Operation(
            "GET",
            f"{PATH}/{{webhook_id}}",
            "read_webhook",
            "Read a webhook",
            "One webhook, and how far its deliveries are.",
            TAG,
            Permission.WEBHOOKS_MANAGE,
            {200: Shape(WebhookData)},
            versioned=True,
        ),
        read_webhook,
    ),
    Endpoint(
        Operation(
            "PATCH",
            f"{PATH}/{{webhook_id}}",
            "change_webhook",
            "Change a webhook",
            "Changes the settings that are sent and leaves the others. `is_active: false` stops it,"
            " `true` has it go on where it stopped; with another `url` it is tried at once.",
            TAG,
            Permission.WEBHOOKS_MANAGE,
            {200: Shape(WebhookData, CHANGED)},
            query=Trying,
            body=WebhookChanges,
            body_examples={"Go on": {"is_active": True}},
            versioned=True,
            conditional=True,
        ),
        change_webhook,
    ),
    Endpoint(
        Operation(
            "DELETE",
            f"{PATH}/{{webhook_id}}",
            "remove_webhook",
            "Remove a webhook",
            "Ends it for good, and forgets its deliveries.",
            TAG,
            Permission.WEBHOOKS_MANAGE,
            {200: Shape(WebhookData, REMOVED)},
            query=Trying,
        ),
        remove_webhook,
    ),
)
