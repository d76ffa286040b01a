"""API keys: make, list, rotate and revoke them, for whoever manages access.

Nobody gives more than they have, nor takes over a key that may do more: to who may work in some
warehouses only, keys that may work elsewhere do not exist. A secret is told once, in the answer
that makes it, which is therefore kept nowhere: these commands take no `Idempotency-Key`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType

from onhand.api import fields as f
from onhand.api import problems
from onhand.api.operations import BASE, Call, Endpoint, Operation, Shape, data, page, parsed
from onhand.api.problems import Problem
from onhand.api.queries import PageMeta, Paging, page_meta
from onhand.api.submitting import said
from onhand.api.wire import Reply
from onhand.ledger.access import Permission, Role, Scope
from onhand.ledger.keys import (
    GRACE,
    NAME,
    ApiKey,
    KeyNameTaken,
    Keys,
    NewKey,
    Rotation,
    hashed,
    new_secret,
)
from onhand.ledger.reads import Reads

Result = TypeVar("Result")

PATH = f"{BASE}/keys"
TAG = "Access"
LONGEST_GRACE_S = 30 * 24 * 3_600

_MADE = "Key created successfully: its secret is not shown again"
_ROTATED = "Key rotated successfully: its new secret is not shown again"

KeyName = Annotated[
    str,
    f.of_pattern(
        NAME,
        max_length=100,
        description="Who or what uses it; movements name it. It is never given again.",
    ),
]


class NewKeyBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """A key to make, with a role or a scope; limited to warehouses, to a time, or not."""

    name: KeyName
    role: Role | None = None
    scope: Scope | None = None
    warehouse_ids: (
        Annotated[
            list[f.WarehouseId],
            Meta(min_length=1, max_length=1_000, description="The only ones it may work in."),
        ]
        | None
    ) = None
    expires_at: f.Moment | None = None


class Rotating(Struct, kw_only=True, forbid_unknown_fields=True):
    """How long the old secret works on, and another end for the key (null: none)."""

    grace_seconds: Annotated[
        int, Meta(ge=0, le=LONGEST_GRACE_S, description="Seconds; 0: it ends at once.")
    ] = int(GRACE.total_seconds())
    expires_at: f.Moment | UnsetType | None = UNSET


class KeyData(Struct, kw_only=True):
    """A key, without its secret. `last_used_at` may be a minute behind.

    `previous_secret_until` is how long the secret before the last rotation works.
    """

    id: int
    name: str
    role: Role | None
    scope: Scope | None
    warehouse_ids: list[int] | None
    created_by: str | None
    created_at: f.Instant
    expires_at: f.Instant | None
    rotated_at: f.Instant | None
    previous_secret_until: f.Instant | None
    last_used_at: f.Instant | None
    revoked_at: f.Instant | None


class KeyMade(KeyData, kw_only=True):
    """A key with its secret, which is told now and never again."""

    secret: str


async def create_key(call: Call) -> Reply:
    """Make a key."""
    given = parsed(call, await call.raw_body(), NewKeyBody)
    now = call.services.clock()
    expires_at = f.optional_utc(given.expires_at)
    faults = _faults_of_time(expires_at, now)
    if (given.role is None) == (given.scope is None):
        faults["role"] = ["Give a role or a scope, and not both"]
    if faults:
        raise problems.invalid(faults)
    new = NewKey(
        name=given.name,
        role=given.role,
        scope=given.scope,
        within=None if given.warehouse_ids is None else frozenset(given.warehouse_ids),
        expires_at=expires_at,
    )
    if not new.grant.is_within(call.caller):
        raise Problem(
            "forbidden",
            "Nobody gives more than they have: choose a role, and warehouses, within your own",
        )
    if new.within is not None:
        unknown = await call.read(lambda reads: _unknown(reads, sorted(new.within or ())))
        if unknown:
            text = f"Warehouse {unknown[0]} does not exist"
            raise problems.invalid({"warehouse_ids": [text]})
    secret = new_secret()
    try:
        made = await _ask(call, lambda keys: keys.create(new, hashed(secret), call.caller, now))
    except KeyNameTaken as taken:
        raise problems.invalid({"name": [str(taken)]}) from None
    await call.services.gate.refresh()
    told = KeyMade(**_data(made), secret=secret)
    return Reply(said(told, _MADE, status=201), (("Location", f"{PATH}/{made.id}"),))


async def list_keys(call: Call) -> Reply:
    """A page of keys."""
    query = call.query(Paging)
    found = await _theirs(call)
    start = (query.page - 1) * query.per_page
    rows = [KeyData(**_data(key)) for key in found[start : start + query.per_page]]
    return page(rows, page_meta(query, len(found)))


async def read_key(call: Call) -> Reply:
    """One key."""
    return data(KeyData(**_data(await _one(call))))


async def rotate_key(call: Call) -> Reply:
    """Give a key a new secret."""
    given = parsed(call, await call.raw_body(), Rotating)
    key = await _one(call)
    now = call.services.clock()
    expires_at = key.expires_at
    if given.expires_at is not UNSET:
        expires_at = f.optional_utc(given.expires_at)
    faults = _faults_of_time(expires_at, now)
    if faults:
        raise problems.invalid(faults)
    secret = new_secret()
    until = now + timedelta(seconds=given.grace_seconds)
    rotation = Rotation(hashed(secret), now, until, expires_at)
    rotated = await _ask(call, lambda keys: keys.rotate(key.id, rotation, call.caller))
    if rotated is None:
        raise _revoked(key)
    await call.services.gate.refresh()
    told = KeyMade(**_data(rotated), secret=secret)
    return Reply(said(told, _ROTATED))


async def revoke_key(call: Call) -> Reply:
    """End a key for good."""
    key = await _one(call)
    now = call.services.clock()
    revoked = await _ask(call, lambda keys: keys.revoke(key.id, call.caller, now))
    if revoked is None:
        raise _revoked(key)
    await call.services.gate.refresh()
    return Reply(said(KeyData(**_data(revoked)), "Key revoked successfully"))


async def _ask(call: Call, question: Callable[[Keys], Result]) -> Result:
    """Something of the keys, beside the event loop."""
    services = call.services
    return await services.threads.run(lambda: question(services.gate.keys))


async def _theirs(call: Call) -> Sequence[ApiKey]:
    """The keys that a caller may know of: those that may do no more than they."""
    keys = await _ask(call, lambda keys: keys.all())
    return [key for key in keys if key.grant.is_within(call.caller)]


async def _one(call: Call) -> ApiKey:
    key_id = call.id("key_id")
    for key in await _theirs(call):
        if key.id == key_id:
            return key
    raise problems.no_such("key_id", f"Key {key_id} does not exist")


def _revoked(key: ApiKey) -> Problem:
    text = f"Key {key.id} was revoked: make a new one"
    return Problem("conflict", text, {"key_id": [text]})


def _faults_of_time(expires_at: datetime | None, now: datetime) -> dict[str, list[str]]:
    if expires_at is None or expires_at > now:
        return {}
    return {"expires_at": ["A key must end in the future: say when, or null for no end"]}


def _unknown(reads: Reads, warehouse_ids: Sequence[int]) -> list[int]:
    return [it for it in warehouse_ids if reads.warehouse(it) is None]


def _data(key: ApiKey) -> dict[str, Any]:
    told = {field.name: getattr(key, field.name) for field in fields(key)}
    told["warehouse_ids"] = None if key.within is None else sorted(key.within)
    told["previous_secret_until"] = key.previous_until
    return {name: told[name] for name in KeyData.__struct_fields__}


ENDPOINTS = (
    Endpoint(
        Operation(
            "POST",
            PATH,
            "create_key",
            "Create an API key",
            "Makes a key and tells its secret, this once. Nobody gives more than they have.",
            TAG,
            Permission.ACCESS_MANAGE,
            {201: Shape(KeyMade, _MADE)},
            body=NewKeyBody,
            body_examples={
                "A till": {"name": "till", "role": "clerk", "warehouse_ids": [1]},
                "For a while": {
                    "name": "migration",
                    "scope": "write",
                    "expires_at": "2030-01-31T18:00:00Z",
                },
            },
            located=True,
        ),
        create_key,
    ),
    Endpoint(
        Operation(
            "GET",
            PATH,
            "list_keys",
            "List API keys",
            "Every key ever made, by id, but for those that may do more than you. No secrets.",
            TAG,
            Permission.ACCESS_MANAGE,
            {200: Shape(list[KeyData], meta=PageMeta)},
            query=Paging,
        ),
        list_keys,
    ),
    Endpoint(
        Operation(
            "GET",
            f"{PATH}/{{key_id}}",
            "read_key",
            "Read an API key",
            "One key: what it may do, until when, and when it was used last.",
            TAG,
            Permission.ACCESS_MANAGE,
            {200: Shape(KeyData)},
        ),
        read_key,
    ),
    Endpoint(
        Operation(
            "POST",
            f"{PATH}/{{key_id}}/rotate",
            "rotate_key",
            "Rotate an API key",
            "Gives a key a new secret, told this once. The old one works for another"
            " `grace_seconds`, a day where they are left out. The body may be left out.",
            TAG,
            Permission.ACCESS_MANAGE,
            {200: Shape(KeyMade, _ROTATED)},
            body=Rotating,
            body_required=False,
            body_examples={"The secret has leaked": {"grace_seconds": 0}},
            errors=(409,),
        ),
        rotate_key,
    ),
    Endpoint(
        Operation(
            "DELETE",
            f"{PATH}/{{key_id}}",
            "revoke_key",
            "Revoke an API key",
            "Ends a key for good; every server refuses it within a second or two.",
            TAG,
            Permission.ACCESS_MANAGE,
            {200: Shape(KeyData, "Key revoked successfully")},
            errors=(409,),
        ),
        revoke_key,
    ),
)
