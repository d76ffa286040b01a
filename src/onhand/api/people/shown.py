"""People as answers show them, and who a request comes from."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from msgspec import Struct

from onhand.api import fields as f
from onhand.api.operations import Call
from onhand.api.people import cookies
from onhand.api.people.signing_in import Browser
from onhand.api.site import Site
from onhand.api.wire import Scope as Connection
from onhand.api.wire import header
from onhand.core.callers import Caller
from onhand.ledger.access import Permission, Role
from onhand.ledger.people import ACTOR, User
from onhand.ledger.sessions import Session

TAG = "People"
_LONGEST_USER_AGENT = 200

Kind = Literal["user", "key", "anonymous"]


class UserData(Struct, kw_only=True):
    """A user. `warehouse_ids` null: not limited to any."""

    id: int
    name: str
    display_name: str | None
    role: Role
    warehouse_ids: list[int] | None
    is_active: bool
    has_password: bool
    created_at: f.Instant
    updated_at: f.Instant


class SessionData(Struct, kw_only=True):
    """A session: where it was begun, when it was used last, and when it ends at the latest."""

    id: int
    created_at: f.Instant
    seen_at: f.Instant
    expires_at: f.Instant
    address: str | None
    user_agent: str | None
    is_this_one: bool


class MeData(Struct, kw_only=True):
    """Who somebody is, what they may do, and at which warehouses (null: at all)."""

    kind: Kind
    name: str
    display_name: str | None
    role: Role | None
    permissions: list[Permission]
    warehouse_ids: list[int] | None
    session: SessionData | None


def user_data(user: User) -> UserData:
    """A user as answers show it."""
    return UserData(
        id=user.id,
        name=user.name,
        display_name=user.display_name,
        role=user.role,
        warehouse_ids=_listed(user.within),
        is_active=user.is_active,
        has_password=user.has_password,
        created_at=user.created_at,
        updated_at=user.updated_at,
    )


def session_data(session: Session, *, is_this_one: bool) -> SessionData:
    """A session as answers show it."""
    return SessionData(
        id=session.id,
        created_at=session.created_at,
        seen_at=session.seen_at,
        expires_at=session.expires_at,
        address=session.address,
        user_agent=session.user_agent,
        is_this_one=is_this_one,
    )


def me_by_session(user: User, session: Session) -> MeData:
    """Somebody who is signed in."""
    return MeData(
        kind="user",
        name=user.name,
        display_name=user.display_name,
        role=user.role,
        permissions=sorted(user.grant.permissions),
        warehouse_ids=_listed(user.within),
        session=session_data(session, is_this_one=True),
    )


def me_without_session(caller: Caller) -> MeData:
    """Somebody who came with a key, or with nothing while the server is open."""
    kind, is_key, name = caller.name.partition(":")
    return MeData(
        kind="key" if is_key else "anonymous",
        name=name or kind,
        display_name=None,
        role=None,
        permissions=sorted(Permission(name) for name in caller.permissions),
        warehouse_ids=_listed(caller.within),
        session=None,
    )


def signed_in(call: Call) -> tuple[User, Session] | None:
    """Whose session a request was admitted by; None where it came with a key, or nothing."""
    if not call.caller.name.startswith(ACTOR):
        return None
    return call.services.people.signed_in.session_of(call.connection)


def browser_of(site: Site, connection: Connection) -> Browser:
    """Where a request comes from, for a session to be begun there."""
    called = (header(connection, b"user-agent") or b"").decode("latin-1")
    user_agent = "".join(filter(str.isprintable, called))[:_LONGEST_USER_AGENT]
    return Browser(
        address=site.address_of(connection),
        user_agent=user_agent or None,
        session_secret=cookies.read(site, connection, cookies.SESSION),
        device_secret=cookies.read(site, connection, cookies.DEVICE),
    )


def _listed(within: Collection[int] | None) -> list[int] | None:
    return None if within is None else sorted(within)
