"""A provider of OpenID Connect as a process of its own: `python -m tests.support.openid_provider`.

What it does is `oidc-provider-mock`, an authorization server made with Authlib. In front of it
stands somebody who holds clients to PKCE, which that leaves out, signs all ID tokens with a key of
his own, which is the published one, and forges the next one when told to: with other claims, by a
key that is not published, or with no signature worth the name.

    PUT /forge    {"claims": {…}, "signed": "properly", "by nobody", "by secret", "by a stranger"}
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
import logging
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import oidc_provider_mock
from joserfc import jwk, jws, jwt
from werkzeug.serving import run_simple
from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Request, Response

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Forger:
    """The provider, held to PKCE, and with tokens that are not as they should be when told so."""

    def __init__(self, provider: Wsgi) -> None:
        self._provider = provider
        self._published = jwk.RSAKey.generate_key(2048, parameters={"kid": "forger", "use": "sig"})
        self._challenges: dict[str, str] = {}
        self._orders: dict[str, Any] = {}

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        body = Request(environ).get_data()
        # Read once, and there for whoever reads it next.
        environ["wsgi.input"] = io.BytesIO(body)
        request = Request(environ)
        if request.path == "/forge":
            self._orders = json.loads(body)
            return Response("{}", content_type="application/json")(environ, start)
        if request.path == "/oauth2/token" and not self._verifies(body):
            wrong = Response('{"error": "invalid_grant"}', 400, content_type="application/json")
            return wrong(environ, start)
        parts, status, headers = run_wsgi_app(self._provider, environ)
        answer = Response(b"".join(parts), status, headers)
        if request.path == "/oauth2/authorize" and answer.location:
            code = parse_qs(urlsplit(answer.location).query).get("code", [""])[0]
            self._challenges[code] = request.args.get("code_challenge", "")
        if request.path == "/jwks":
            answer.data = json.dumps({"keys": [self._published.as_dict(private=False)]})
        if request.path == "/oauth2/token" and answer.status_code == 200:
            token = json.loads(answer.data)
            token["id_token"] = self._forged(token["id_token"])
            answer.data = json.dumps(token)
            self._orders = {}
        return answer(environ, start)

    def _verifies(self, body: bytes) -> bool:
        form = dict(parse_qsl(body.decode()))
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        return self._challenges.pop(form.get("code", ""), None) == _base64(digest)

    def _forged(self, token: str) -> str:
        claims = json.loads(jws.extract_compact(token.encode()).payload)
        claims = {
            name: value
            for name, value in (claims | self._orders.get("claims", {})).items()
            if value is not None
        }
        match self._orders.get("signed", "properly"):
            case "by nobody":
                head = _encoded({"alg": "none", "typ": "JWT"})
                return f"{head}.{_encoded(claims)}."
            case "by secret":
                # As who takes the published key for a secret that both have.
                told = f"{_encoded({'alg': 'HS256', 'kid': 'forger'})}.{_encoded(claims)}"
                secret = self._published.as_pem(private=False)
                return f"{told}.{_base64(hmac.digest(secret, told.encode(), 'sha256'))}"
            case "by a stranger":
                unpublished = jwk.RSAKey.generate_key(2048)
                return jwt.encode({"alg": "RS256", "kid": "forger"}, claims, unpublished)
        return jwt.encode({"alg": "RS256", "kid": "forger"}, claims, self._published)


def _encoded(value: Any) -> str:
    return _base64(json.dumps(value).encode())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


if __name__ == "__main__":
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    run_simple("127.0.0.1", int(sys.argv[1]), Forger(oidc_provider_mock.app()), threaded=True)
