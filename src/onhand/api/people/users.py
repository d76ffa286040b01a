"""Users: make, list, read and change them, for whoever manages access.

Nobody gives more than they have, nor takes over somebody who has more: to who may work in some
warehouses only, users who may work elsewhere do not exist. And nobody changes what they themselves
may do, so that there is always somebody left who manages access. A password must not be kept with
an answer, so these commands take no `Idempotency-Key`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from onhand.api import fields as f
from onhand.api import problems
from onhand.api.documents import changes as changes_in
from onhand.api.operations import BASE, Call, Endpoint, Operation, Shape, data, etag, page, parsed
from onhand.api.people.shown import TAG, UserData, user_data
from onhand.api.problems import Problem
from onhand.api.queries import PageMeta, Paging, page_meta
from onhand.api.submitting import said
from onhand.api.wire import Reply
from onhand.ledger.access import ROLES, Grant, Permission, Role
from onhand.ledger.people import NewUser, NoSuchWarehouse, User, UserFilter, UserNameTaken

PATH = f"{BASE}/users"

_Warehouses = Annotated[
    list[f.WarehouseId],
    Meta(
        min_length=1,
        max_length=1_000,
        description="The only warehouses whose stock it may see and touch; null: no limit.",
    ),
]


class NewUserBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """A user to make. Without a password it can sign in elsewhere alone."""

    name: f.UserName
    role: Role
    display_name: f.Name | None = None
    warehouse_ids: _Warehouses | None = None
    password: f.Password | None = None


class UserChanges(Struct, kw_only=True, forbid_unknown_fields=True):
    """Changes to a user: what is left out stays, null clears."""

    display_name: f.Name | UnsetType | None = UNSET
    role: Role | UnsetType = UNSET
    warehouse_ids: _Warehouses | UnsetType | None = UNSET
    is_active: bool | UnsetType = UNSET


class PasswordBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """A password for somebody else."""

    password: f.Password


class UserQuery(Paging, kw_only=True):
    """Which users, by name."""

    role: Role | None = None
    is_active: bool | None = None
    search: Annotated[str, f.wanted(255, "Part of the name or of the display name.")] | None = None


async def create_user(call: Call) -> Reply:
    """Make a user."""
    given = parsed(call, await call.raw_body(), NewUserBody)
    within = None if given.warehouse_ids is None else frozenset(given.warehouse_ids)
    _refuse_more_than_own(call, Grant(ROLES[given.role], within))
    signing_in, people = call.services.people.signing_in, call.services.people.users
    password_hash = None
    if given.password is not None:
        known = (given.name, given.display_name or "")
        password_hash = await signing_in.fresh_hash(given.password, "password", known)
    new = NewUser(given.name, given.role, given.display_name, within, password_hash)
    now = call.services.clock()
    try:
        user = await signing_in.ask(lambda: people.create(new, call.caller, now))
    except UserNameTaken as taken:
        raise problems.invalid({"name": [str(taken)]}) from None
    except NoSuchWarehouse as missing:
        raise _no_such_warehouses(missing) from None
    await call.services.gate.refresh()
    headers = (("Location", f"{PATH}/{user.id}"), etag(user.version))
    return Reply(said(user_data(user), "User created successfully", status=201), headers)


async def list_users(call: Call) -> Reply:
    """A page of users."""
    query = call.query(UserQuery)
    which = UserFilter(query.role, query.is_active, query.search, call.caller.within)
    people = call.services.people
    rows, total = await people.signing_in.ask(
        lambda: people.users.page(which, query.page, query.per_page)
    )
    return page([user_data(user) for user in rows], page_meta(query, total))


async def read_user(call: Call) -> Reply:
    """One user."""
    user = await _one(call)
    return data(user_data(user), (etag(user.version),))


async def change_user(call: Call) -> Reply:
    """Change some of a user's attributes."""
    given = parsed(call, await call.raw_body(), UserChanges)
    user = await _to_change(call)
    changes = _changes(user, given)
    if changes.keys() - {"display_name"} and user.actor == call.caller.name:
        raise Problem(
            "forbidden",
            "Nobody changes what they may do themselves: ask somebody else who manages access",
            {name: ["Is your own"] for name in changes_in(given) if name != "display_name"},
        )
    role, within = changes.get("role", user.role), changes.get("within", user.within)
    _refuse_more_than_own(call, Grant(ROLES[role], within))
    if changes:
        user = await _changed(call, user, changes)
    return Reply(said(user_data(user), "User updated successfully"), (etag(user.version),))


async def give_password(call: Call) -> Reply:
    """Give somebody else another password."""
    given = parsed(call, await call.raw_body(), PasswordBody)
    user = await _to_change(call)
    if user.actor == call.caller.name:
        message = "This is your own: change it by POST /me/password, with your current one"
        raise Problem("forbidden", message)
    signing_in = call.services.people.signing_in
    known = (user.name, user.display_name or "")
    made = await signing_in.fresh_hash(given.password, "password", known)
    await signing_in.change_password(user, made, call.caller)
    await call.services.gate.refresh()
    shown = user_data(await _one(call))
    return Reply(said(shown, "Password changed; all sessions have ended"))


async def _one(call: Call) -> User:
    """The user in the path, whom the caller may know of."""
    user_id = call.id("user_id")
    people = call.services.people
    user = await people.signing_in.ask(lambda: people.users.user(user_id))
    if user is None or not user.grant.is_within(call.caller):
        raise problems.no_such("user_id", f"User {user_id} does not exist")
    return user


async def _to_change(call: Call) -> User:
    """The user in the path, in the version that the caller knows."""
    user = await _one(call)
    if call.if_version not in (None, user.version):
        raise Problem(
            "stale_version",
            f"It was changed meanwhile: read it again, then send its new ETag. Now: {user.version}",
            {problems.IF_MATCH: ["It was changed meanwhile"]},
            status=412,
            title="Stale version",
        )
    return user


def _changes(user: User, given: UserChanges) -> dict[str, Any]:
    """What would be another value, by the user's own names."""
    wanted = changes_in(given)
    if "warehouse_ids" in wanted:
        ids = wanted.pop("warehouse_ids")
        wanted["within"] = None if ids is None else frozenset(ids)
    return {name: value for name, value in wanted.items() if value != getattr(user, name)}


async def _changed(call: Call, user: User, changes: Mapping[str, Any]) -> User:
    people, now = call.services.people, call.services.clock()
    try:
        changed = await people.signing_in.ask(
            lambda: people.users.change(user.id, user.version, changes, call.caller, now)
        )
    except NoSuchWarehouse as missing:
        raise _no_such_warehouses(missing) from None
    if changed is None:
        raise Problem("conflict", "Somebody else changed this user just now: send it again")
    await call.services.gate.refresh()
    return changed


def _refuse_more_than_own(call: Call, grant: Grant) -> None:
    if not grant.is_within(call.caller):
        raise Problem(
            "forbidden",
            "Nobody gives more than they have: choose a role, and warehouses, within your own",
        )


def _no_such_warehouses(missing: NoSuchWarehouse) -> Problem:
    return problems.invalid({"warehouse_ids": [f"Warehouse {missing} does not exist"]})


_EXAMPLE = {
    "name": "alice",
    "display_name": "Alice Liddell",
    "role": "clerk",
    "warehouse_ids": [1],
    "password": "seven rivers to the sea",
}

ENDPOINTS = (
    Endpoint(
        Operation(
            "POST",
            PATH,
            "create_user",
            "Create a user",
            "Makes somebody who may sign in. Nobody gives more than they have.",
            TAG,
            Permission.ACCESS_MANAGE,
            {201: Shape(UserData, "User created successfully")},
            body=NewUserBody,
            body_examples={"Alice": _EXAMPLE},
            versioned=True,
            located=True,
        ),
        create_user,
    ),
    Endpoint(
        Operation(
            "GET",
            PATH,
            "list_users",
            "List users",
            "A page of users by name, but for those who may do more than you.",
            TAG,
            Permission.ACCESS_MANAGE,
            {200: Shape(list[UserData], meta=PageMeta)},
            query=UserQuery,
        ),
        list_users,
    ),
    Endpoint(
        Operation(
            "GET",
            f"{PATH}/{{user_id}}",
            "read_user",
            "Read a user",
            "One user.",
            TAG,
            Permission.ACCESS_MANAGE,
            {200: Shape(UserData)},
            versioned=True,
        ),
        read_user,
    ),
    Endpoint(
        Operation(
            "PATCH",
            f"{PATH}/{{user_id}}",
            "change_user",
            "Change a user",
            "Changes the attributes that are sent and leaves the others. `is_active: false` signs"
            " the user out everywhere, and for good. Takes effect at once on this server, within a"
            " second on others. Nobody changes what they may do themselves.",
            TAG,
            Permission.ACCESS_MANAGE,
            {200: Shape(UserData, "User updated successfully")},
            body=UserChanges,
            body_examples={"Promote": {"role": "manager"}, "Disable": {"is_active": False}},
            errors=(409,),
            versioned=True,
            conditional=True,
        ),
        change_user,
    ),
    Endpoint(
        Operation(
            "POST",
            f"{PATH}/{{user_id}}/password",
            "give_password",
            "Give somebody another password",
            "Signs them out everywhere. One's own is changed by `POST /me/password`.",
            TAG,
            Permission.ACCESS_MANAGE,
            {200: Shape(UserData, "Password changed; all sessions have ended")},
            body=PasswordBody,
            body_examples={"Another": {"password": "eight hills from here"}},
        ),
        give_password,
    ),
)
