"""Sessions: sign in, sign out, and see where one is signed in."""

from __future__ import annotations

from typing import Annotated

from msgspec import Struct

from onhand.api import fields as f
from onhand.api import problems
from onhand.api.operations import BASE, Call, Endpoint, Operation, Shape, data, parsed
from onhand.api.people import cookies
from onhand.api.people.shown import (
    TAG,
    MeData,
    SessionData,
    browser_of,
    me_by_session,
    me_without_session,
    session_data,
    signed_in,
)
from onhand.api.people.signing_in import Begun
from onhand.api.problems import Headers, Problem
from onhand.api.submitting import said
from onhand.api.wire import Reply
from onhand.ledger.people import User
from onhand.ledger.sessions import DEVICES_KEPT, Session

SESSION_PATH = f"{BASE}/session"
ME_PATH = f"{BASE}/me"


class SignIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """Who wants to sign in."""

    name: Annotated[str, f.wanted(255, "The user's name, whatever its case.")]
    password: f.Password


class NewPassword(Struct, kw_only=True, forbid_unknown_fields=True):
    """Another password for oneself."""

    current_password: f.Password
    new_password: f.Password


async def sign_in(call: Call) -> Reply:
    """Begin a session by a name and a password."""
    people = call.services.people
    refuse_other_sites(call)
    given = parsed(call, await call.raw_body(), SignIn)
    browser = browser_of(people.site, call.connection)
    begun = await people.signing_in.by_password(given.name, given.password, browser)
    # So that this process knows the session before the browser does.
    await call.services.gate.refresh()
    told = me_by_session(begun.user, begun.session)
    return Reply(said(told, "Signed in", status=201), cookies_of(call, begun))


async def sign_out(call: Call) -> Reply:
    """End the session that the request comes with."""
    user, session = _own(call)
    await _end(call, user, session.id)
    site = call.services.people.site
    forgotten = cookies.clearing(site, call.connection, cookies.SESSION)
    ended = session_data(session, is_this_one=True)
    return Reply(said(ended, "Signed out"), (forgotten,))


async def who_am_i(call: Call) -> Reply:
    """Who the request comes from, and what they may do."""
    found = signed_in(call)
    if found is None:
        return data(me_without_session(call.caller))
    return data(me_by_session(*found))


async def list_my_sessions(call: Call) -> Reply:
    """Where the user is signed in."""
    user, session = _own(call)
    people = call.services.people
    now, idle = call.services.clock(), people.limits.idle
    live = await people.signing_in.ask(lambda: people.sessions.of_user(user.id, now, idle))
    return data([session_data(it, is_this_one=it.id == session.id) for it in live])


async def end_my_session(call: Call) -> Reply:
    """End one of the user's sessions."""
    session_id = call.id("session_id")
    user, session = _own(call)
    people = call.services.people
    ended = await people.signing_in.ask(lambda: people.sessions.session(session_id))
    if ended is None or not await _end(call, user, session_id):
        raise problems.no_such("session_id", f"Session {session_id} is none of yours")
    shown = session_data(ended, is_this_one=session_id == session.id)
    return Reply(said(shown, "Session ended"))


async def change_my_password(call: Call) -> Reply:
    """Change the user's own password, and end all sessions but a new one here."""
    user, _ = _own(call)
    given = parsed(call, await call.raw_body(), NewPassword)
    people = call.services.people
    if not user.has_password:
        raise Problem(
            "conflict",
            "You have no password here, and sign in elsewhere: an administrator can give you one",
        )
    browser = browser_of(people.site, call.connection)
    await people.signing_in.confirm(user, given.current_password, browser)
    known = (user.name, user.display_name or "")
    made = await people.signing_in.fresh_hash(given.new_password, "new_password", known)
    await people.signing_in.change_password(user, made, call.caller)
    begun = await people.signing_in.begin(user, browser)
    await call.services.gate.refresh()
    if begun is None:
        raise Problem("forbidden", "You may no longer sign in")
    told = me_by_session(begun.user, begun.session)
    message = "Password changed; all other sessions have ended"
    return Reply(said(told, message), cookies_of(call, begun))


def refuse_other_sites(call: Call) -> None:
    """Raise a 403 where a page of another site wants somebody signed in here, as who it pleases."""
    fault = call.services.people.site.cross_site_fault(call.connection)
    if fault is not None:
        raise Problem("forbidden", fault)


def cookies_of(call: Call, begun: Begun) -> Headers:
    """The headers that give a browser its session, and have it known again."""
    site, connection = call.services.people.site, call.connection
    lasts = (begun.session.expires_at - begun.session.created_at).total_seconds()
    kept = DEVICES_KEPT.total_seconds()
    return (
        cookies.setting(site, connection, cookies.SESSION, begun.secret, int(lasts)),
        cookies.setting(site, connection, cookies.DEVICE, begun.device_secret, int(kept)),
    )


def _own(call: Call) -> tuple[User, Session]:
    found = signed_in(call)
    if found is None:
        raise Problem("conflict", "This is for users who are signed in, not for API keys")
    return found


async def _end(call: Call, user: User, session_id: int) -> bool:
    people = call.services.people
    now = call.services.clock()
    ended = await people.signing_in.ask(lambda: people.sessions.end(session_id, user.id, now))
    await call.services.gate.refresh()
    return ended


_SIGN_IN = {"name": "alice", "password": "seven rivers to the sea"}
_CHANGE = {"current_password": "seven rivers to the sea", "new_password": "eight hills from here"}

ENDPOINTS = (
    Endpoint(
        Operation(
            "POST",
            SESSION_PATH,
            "sign_in",
            "Sign in",
            "Begins a session, which a cookie stands for: `__Host-onhand`, or `onhand` on this"
            " machine itself. Whoever tries too often has to wait, told by `Retry-After`.",
            TAG,
            None,
            {201: Shape(MeData, "Signed in")},
            body=SignIn,
            body_examples={"Alice": _SIGN_IN},
            errors=(400, 401, 403, 413, 422, 429, 500, 503),
        ),
        sign_in,
    ),
    Endpoint(
        Operation(
            "DELETE",
            SESSION_PATH,
            "sign_out",
            "Sign out",
            "Ends the session that the request comes with.",
            TAG,
            None,
            {200: Shape(SessionData, "Signed out")},
            errors=(409,),
            for_known=True,
        ),
        sign_out,
    ),
    Endpoint(
        Operation(
            "GET",
            ME_PATH,
            "who_am_i",
            "Who am I?",
            "Who the request comes from, what they may do, and at which warehouses.",
            TAG,
            None,
            {200: Shape(MeData)},
            for_known=True,
        ),
        who_am_i,
    ),
    Endpoint(
        Operation(
            "GET",
            f"{ME_PATH}/sessions",
            "list_my_sessions",
            "List one's own sessions",
            "Where the user is signed in, the latest first.",
            TAG,
            None,
            {200: Shape(list[SessionData])},
            errors=(409,),
            for_known=True,
        ),
        list_my_sessions,
    ),
    Endpoint(
        Operation(
            "DELETE",
            f"{ME_PATH}/sessions/{{session_id}}",
            "end_my_session",
            "End one of one's own sessions",
            "Signs the user out there: at once on this server, within a second on others.",
            TAG,
            None,
            {200: Shape(SessionData, "Session ended")},
            errors=(409,),
            for_known=True,
        ),
        end_my_session,
    ),
    Endpoint(
        Operation(
            "POST",
            f"{ME_PATH}/password",
            "change_my_password",
            "Change one's own password",
            "Takes the current one as well, ends all sessions, and begins a new one here.",
            TAG,
            None,
            {200: Shape(MeData, "Password changed; all other sessions have ended")},
            body=NewPassword,
            body_examples={"Another": _CHANGE},
            errors=(409, 429),
            for_known=True,
        ),
        change_my_password,
    ),
)
