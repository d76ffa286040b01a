"""Signing in elsewhere: by a provider of OpenID Connect.

`GET /session/oidc` sends the browser there, with a secret in a cookie that it brings back; the
callback takes what it came back with and begins a session. Who comes for the first time becomes a
user, known by issuer and subject alone: neither a name nor an address in a claim makes anybody
somebody who is here already. A browser that is refused goes back to where people sign in, which
says why by the problem's name; nothing of what it was sent with is said again.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any
from urllib.parse import parse_qsl

from msgspec import Meta, Struct

from onhand.api import problems
from onhand.api.operations import Call, Endpoint, Operation, Shape
from onhand.api.people import cookies
from onhand.api.people.openid import OpenIdProvider, Vouched, refused, state_of
from onhand.api.people.sessions import SESSION_PATH, cookies_of
from onhand.api.people.shown import TAG, browser_of
from onhand.api.problems import Problem
from onhand.api.submitting import said
from onhand.api.wire import Reply, header
from onhand.core.callers import Caller
from onhand.ledger.access import Role
from onhand.ledger.people import LONGEST_NAME, Identity, NewUser, User, UserNameTaken
from onhand.ledger.sessions import new_secret

START_PATH = f"{SESSION_PATH}/oidc"
CALLBACK_PATH = f"{START_PATH}/callback"
APP_PATH, REFUSED_AS = "/", "sign_in"
BY = Caller("onhand:oidc")

_TIME_TO_SIGN_IN_S = 600
_LONGEST_PATH = 1_000
_LONGEST_PARAMETER = 4_000
_MOST_NAMESAKES = 100
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._@+-]+")
_OWN_PATH = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")


class StartQuery(Struct, kw_only=True, forbid_unknown_fields=True):
    """Where to go on."""

    return_to: Annotated[
        str, Meta(max_length=_LONGEST_PATH, description="The path to go on at, signed in.")
    ] = "/"


class CallbackQuery(Struct, kw_only=True):
    """What a provider sends a browser back with; what else it adds is passed over."""

    code: Annotated[str, Meta(description="To be exchanged for an ID token.")] | None = None
    state: Annotated[str, Meta(description="As the browser was sent there with.")] | None = None
    iss: Annotated[str, Meta(description="Who the provider is.")] | None = None
    error: Annotated[str, Meta(description="Why it came to nothing.")] | None = None


class Going(Struct, kw_only=True):
    """Where the browser goes on, as `Location` says it too."""

    location: str


async def start(call: Call) -> Reply:
    """Send the browser to the provider."""
    return await _or_back(call, _start)


async def come_back(call: Call) -> Reply:
    """Take what the browser came back with, and begin a session."""
    return await _or_back(call, _come_back)


async def _or_back(call: Call, step: Callable[[Call], Awaitable[Reply]]) -> Reply:
    """Take a step; somebody who looks at a page is sent to the app, which tells the problem."""
    try:
        return await step(call)
    except Problem as problem:
        if b"text/html" not in (header(call.connection, b"accept") or b""):
            raise
        return _redirect(f"{APP_PATH}?{REFUSED_AS}={problem.name}")


async def _start(call: Call) -> Reply:
    provider = _provider(call)
    return_to = call.query(StartQuery).return_to
    if not _is_own_path(return_to):
        raise problems.invalid({"return_to": ["Must be a path of this server, as /docs"]})
    secret = new_secret()
    address = await provider.address(_redirect_uri(call), secret)
    kept = f"{secret}.{base64.urlsafe_b64encode(return_to.encode()).decode().rstrip('=')}"
    site, connection = call.services.people.site, call.connection
    cookie = cookies.setting(site, connection, cookies.UNDER_WAY, kept, _TIME_TO_SIGN_IN_S)
    return _redirect(address, cookie)


async def _come_back(call: Call) -> Reply:
    provider = _provider(call)
    people = call.services.people
    query = _parameters(call)
    secret, return_to = _under_way(call)
    if not hmac.compare_digest(query.get("state", ""), state_of(secret)):
        raise refused("the state is not this browser's")
    if not provider.is_issuer(query.get("iss")):
        raise refused("it comes from another issuer")
    if "code" not in query:
        raise refused(f"the provider says {query.get('error', 'nothing')!r}")
    vouched = await provider.vouched(query["code"], _redirect_uri(call), secret)
    user = await _user(call, provider, vouched)
    begun = await people.signing_in.begin(user, browser_of(people.site, call.connection))
    if begun is None:
        raise _may_not()
    await call.services.gate.refresh()
    over = cookies.clearing(people.site, call.connection, cookies.UNDER_WAY)
    return _redirect(return_to, over, *cookies_of(call, begun))


async def _user(call: Call, provider: OpenIdProvider, vouched: Vouched) -> User:
    """The user whom the provider vouches for, with the role that follows from its claims."""
    people = call.services.people
    identity = Identity(vouched.issuer, vouched.subject)
    rule = provider.settings.roles
    role = rule.role_of(vouched.claims)
    if role is None:
        raise _may_not()
    user = await people.signing_in.ask(lambda: people.users.find_identity(identity))
    if user is None:
        return await _made(call, provider, vouched, role)
    if not user.is_active:
        raise _may_not()
    changes: dict[str, Any] = {}
    # Without a claim that tells it, the role is whatever it was made here.
    if rule.claim and role != user.role:
        changes["role"] = role
    if (shown := _display_name(vouched.claims)) != user.display_name and shown is not None:
        changes["display_name"] = shown
    if not changes:
        return user
    known, now = user, call.services.clock()
    changed = await people.signing_in.ask(
        lambda: people.users.change(known.id, known.version, changes, BY, now)
    )
    if changed is None:
        raise Problem("conflict", "Somebody else changed this user just now: sign in again")
    return changed


async def _made(call: Call, provider: OpenIdProvider, vouched: Vouched, role: Role) -> User:
    people, now = call.services.people, call.services.clock()
    identity = Identity(vouched.issuer, vouched.subject)
    name = _name(vouched, provider.settings.name_claim)

    def make() -> User:
        for number in range(1, _MOST_NAMESAKES):
            suffix = "" if number == 1 else f"-{number}"
            called = name[: LONGEST_NAME - len(suffix)] + suffix
            new = NewUser(called, role, _display_name(vouched.claims))
            try:
                return people.users.create(new, BY, now, identity)
            except UserNameTaken:
                # Or they came twice at once, and are there by now.
                if (user := people.users.find_identity(identity)) is not None:
                    return user
        raise Problem("conflict", f"There are too many users named {name!r}")

    return await people.signing_in.ask(make)


def _name(vouched: Vouched, claim: str) -> str:
    """A name to be known by, out of the claims."""
    claims = vouched.claims
    for value in (claims.get(claim), claims.get("email"), vouched.subject):
        if isinstance(value, str):
            name = _NOT_IN_NAMES.sub("-", value).lstrip("._@+-")
            if name:
                return name
    return "user"


def _display_name(claims: Mapping[str, Any]) -> str | None:
    value = claims.get("name")
    if not isinstance(value, str):
        return None
    return "".join(filter(str.isprintable, value)).strip()[:255] or None


def _provider(call: Call) -> OpenIdProvider:
    provider = call.services.people.provider
    if provider is None:
        raise problems.of_status(404, "Signing in by OpenID Connect is not set up here")
    return provider


def _redirect_uri(call: Call) -> str:
    return call.services.people.site.origin_of(call.connection) + CALLBACK_PATH


def _parameters(call: Call) -> dict[str, str]:
    """The parameters of the callback that count; the first of each, where there are several."""
    try:
        pairs = parse_qsl(call.connection["query_string"].decode("ascii"), max_num_fields=100)
    except ValueError:
        raise refused("the query cannot be read") from None
    known = {name: value for name, value in reversed(pairs) if len(value) <= _LONGEST_PARAMETER}
    return {name: value for name, value in known.items() if name in CallbackQuery.__struct_fields__}


def _under_way(call: Call) -> tuple[str, str]:
    """The secret that this browser was sent away with, and where it wanted to go on."""
    kept = cookies.read(call.services.people.site, call.connection, cookies.UNDER_WAY)
    if kept is None:
        raise refused("this browser was not sent there, or too long ago")
    secret, _, encoded = kept.partition(".")
    try:
        padded = encoded + "=" * (-len(encoded) % 4)
        return_to = base64.urlsafe_b64decode(padded.encode()).decode()
    except (binascii.Error, ValueError):
        return_to = "/"
    return secret, return_to if _is_own_path(return_to) else "/"


def _is_own_path(path: str) -> bool:
    """Whether a browser takes it for a path of this very server."""
    return len(path) <= _LONGEST_PATH and _OWN_PATH.fullmatch(path) is not None


def _redirect(address: str, *headers: tuple[str, str]) -> Reply:
    return Reply(said(Going(location=address), status=303), (("Location", address), *headers))


def _may_not() -> Problem:
    return Problem("forbidden", "You are known there, but have no access here: ask for it")


ENDPOINTS = (
    Endpoint(
        Operation(
            "GET",
            START_PATH,
            "sign_in_elsewhere",
            "Sign in by OpenID Connect",
            "Sends the browser to the provider, which sends it back to the callback; 404 where none"
            " is set up. Whoever accepts text/html is sent to the app with a problem's name in the"
            " place of the problem.",
            TAG,
            None,
            {303: Shape(Going)},
            query=StartQuery,
            errors=(404, 503),
            located=True,
        ),
        start,
    ),
    Endpoint(
        Operation(
            "GET",
            CALLBACK_PATH,
            "come_back_from_elsewhere",
            "Come back from the provider",
            "Where the provider sends the browser back to. Begins a session, and sends the browser"
            " on to where it wanted to go. Whoever accepts text/html is sent to the app with a"
            " problem's name in the place of the problem.",
            TAG,
            None,
            {303: Shape(Going)},
            query=CallbackQuery,
            errors=(401, 403, 404, 409, 503),
            located=True,
        ),
        come_back,
    ),
)
