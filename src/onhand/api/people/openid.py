"""OpenID Connect: who somebody is to a provider, by its authorization code flow with PKCE.

    we → browser → provider: state, nonce, challenge    all made of a secret in the browser's cookie
    provider → browser → we: code, state                the state must be that browser's
    we → provider: code, verifier                       the provider checks the verifier
    provider → we: ID token                             signature, issuer, audience, time, nonce

Authlib speaks OAuth and knows an ID token's claims, joserfc its signature; only algorithms with a
public key are taken. Both, and what speaks HTTP for them, are loaded when somebody first signs in:
a server without a provider never spends the memory.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import structlog

from onhand.api.people.openid_roles import RoleRule
from onhand.api.problems import Problem

if TYPE_CHECKING:
    from authlib.integrations.httpx_client import AsyncOAuth2Client
    from joserfc.jwk import KeySet

log = structlog.get_logger(__name__)

PATIENCE_S = 10.0
LEEWAY_S = 60
"""How far the provider's clock may be from ours."""

_METADATA_KEPT_S = 3_600.0
_KEYS_ASKED_EVERY_S = 60.0
_LONGEST_SUBJECT = 255
_SIGNED_BY = frozenset(
    {
        *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
        *("ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
    }
)


@dataclass(frozen=True, slots=True)
class OpenIdSettings:
    """A provider, as whom we are known there, and what its claims mean here."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: str = "openid profile email"
    name_claim: str = "preferred_username"
    roles: RoleRule = field(default_factory=RoleRule)


@dataclass(frozen=True, slots=True)
class Vouched:
    """Somebody whom the provider vouches for."""

    issuer: str
    subject: str
    claims: Mapping[str, Any]


class OpenIdProvider:
    """A provider of OpenID Connect."""

    def __init__(self, settings: OpenIdSettings) -> None:
        """Nothing is asked of it yet."""
        self.settings = settings
        self._metadata: Mapping[str, Any] = {}
        self._known_at = 0.0
        self._keys: KeySet | None = None
        self._keys_at = 0.0
        self._lock = asyncio.Lock()

    async def address(self, redirect_uri: str, secret: str) -> str:
        """Where to send a browser that has a secret. Raises a 503."""
        metadata = await self._described()
        async with self._client(metadata, redirect_uri) as client:
            address, _ = client.create_authorization_url(
                metadata["authorization_endpoint"],
                state=state_of(secret),
                nonce=_derived(secret, "nonce"),
                code_verifier=_derived(secret, "verifier"),
            )
        return str(address)

    async def vouched(self, code: str, redirect_uri: str, secret: str) -> Vouched:
        """Who came back with a code, to the browser that has the secret.

        Raises a 401 where the provider or its token is not convincing, and a 503.
        """
        from authlib.common.errors import AuthlibBaseError
        from httpx2 import HTTPError, HTTPStatusError

        metadata = await self._described()
        try:
            async with self._client(metadata, redirect_uri) as client:
                token = await client.fetch_token(
                    metadata["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=_derived(secret, "verifier"),
                )
        except HTTPStatusError as error:
            if error.response.is_server_error:
                raise _away(error) from error
            raise refused(f"the code was not taken: {error}") from error
        except HTTPError as error:
            raise _away(error) from error
        except (AuthlibBaseError, ValueError) as error:
            raise refused(f"the code was not taken: {error}") from error
        return await self._proven(token, metadata, _derived(secret, "nonce"))

    def is_issuer(self, named: str | None) -> bool:
        """Whether an answer that names its issuer names this one (RFC 9207); it need not."""
        return named is None or named == self.settings.issuer

    async def _proven(
        self, token: Mapping[str, Any], metadata: Mapping[str, Any], nonce: str
    ) -> Vouched:
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import InvalidKeyIdError, JoseError
        from joserfc.jws import JWSRegistry

        settings = self.settings
        offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        registry = JWSRegistry(
            algorithms=sorted(_SIGNED_BY.intersection(offered)), strict_check_header=False
        )
        wanted = {
            "iss": {"essential": True, "value": settings.issuer},
            "aud": {"essential": True, "value": settings.client_id},
            "sub": {"essential": True},
        }
        given = {
            "nonce": nonce,
            "client_id": settings.client_id,
            "access_token": token.get("access_token"),
        }
        text = token.get("id_token")
        if not isinstance(text, str):
            raise refused("there is no ID token")
        try:
            try:
                signed = jwt.decode(text, await self._key_set(metadata), registry=registry)
            except InvalidKeyIdError:
                # The provider may have a new key.
                keys = await self._key_set(metadata, again=True)
                signed = jwt.decode(text, keys, registry=registry)
            claims = CodeIDToken(signed.claims, signed.header, wanted, given)
            claims.validate(leeway=LEEWAY_S)
        except (JoseError, ValueError) as error:
            raise refused(f"the ID token does not hold: {error}") from error
        subject = claims["sub"]
        if len(subject) > _LONGEST_SUBJECT:
            raise refused("the subject is too long")
        return Vouched(settings.issuer, subject, claims)

    async def _described(self) -> Mapping[str, Any]:
        """What the provider says of itself, an hour old at most."""
        async with self._lock:
            if time.monotonic() - self._known_at < _METADATA_KEPT_S and self._metadata:
                return self._metadata
            issuer = self.settings.issuer
            found = await self._asked(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            if found.get("issuer") != issuer:
                raise _misconfigured(f"it calls itself {found.get('issuer')!r}, not {issuer!r}")
            for name in needed:
                if not is_safe(found.get(name)):
                    raise _misconfigured(f"its {name} is no https:// address")
            self._metadata, self._known_at = found, time.monotonic()
            return found

    async def _key_set(self, metadata: Mapping[str, Any], *, again: bool = False) -> KeySet:
        from joserfc.jwk import KeySet

        async with self._lock:
            is_fresh = time.monotonic() - self._keys_at < _KEYS_ASKED_EVERY_S
            if self._keys is None or (again and not is_fresh):
                found = await self._asked(metadata["jwks_uri"])
                self._keys = KeySet.import_key_set({"keys": found.get("keys", [])})
                self._keys_at = time.monotonic()
            return self._keys

    async def _asked(self, address: str) -> Mapping[str, Any]:
        from httpx2 import AsyncClient, HTTPError

        try:
            async with AsyncClient(timeout=PATIENCE_S) as client:
                answer = await client.get(address)
                answer.raise_for_status()
                found = answer.json()
        except (HTTPError, ValueError) as error:
            raise _away(error) from error
        if not isinstance(found, dict):
            raise _misconfigured(f"{address} is no JSON object")
        return found

    def _client(self, metadata: Mapping[str, Any], redirect_uri: str) -> AsyncOAuth2Client:
        from authlib.integrations.httpx_client import AsyncOAuth2Client

        settings = self.settings
        methods = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        method = "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"
        return AsyncOAuth2Client(
            client_id=settings.client_id,
            client_secret=settings.client_secret or None,
            token_endpoint_auth_method=method if settings.client_secret else "none",
            scope=settings.scopes,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            timeout=PATIENCE_S,
        )


def state_of(secret: str) -> str:
    """The state that belongs to a browser's secret."""
    return _derived(secret, "state")


def is_safe(address: object) -> bool:
    """Whether an address of a provider can be trusted with secrets: by TLS, or on this machine."""
    if not isinstance(address, str):
        return False
    parts = urlsplit(address)
    host = parts.hostname or ""
    is_here = host in ("localhost", "::1") or host.startswith("127.")
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_here))


def refused(reason: str) -> Problem:
    """Signing in elsewhere came to nothing; why goes to the log, for what it says is not ours."""
    log.warning("openid.refused", reason=reason[:500])
    return Problem("sign_in_failed", "Signing in there did not succeed: begin again")


def _away(error: Exception) -> Problem:
    log.warning("openid.unreachable", error=repr(error)[:500])
    return Problem(
        "provider_unavailable",
        "The provider of sign-in cannot be reached: try again, or sign in with a password",
        headers=(("Retry-After", "5"),),
    )


def _misconfigured(what: str) -> Problem:
    log.error("openid.misconfigured", what=what[:500])
    return Problem(
        "provider_unavailable",
        "The provider of sign-in is not set up as it should be; the server's log says more",
        headers=(("Retry-After", "60"),),
    )


def _derived(secret: str, what: str) -> str:
    """One of several values that a secret stands for, none of which tells of the others."""
    digest = hmac.digest(secret.encode(), what.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
