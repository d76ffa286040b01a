"""Signatures are what the receivers' library takes, and secrets in the database can be closed."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook as Verifying
from standardwebhooks import WebhookVerificationError

from onhand.ledger.webhooks import Standing, Webhook, WebhookSettings
from onhand.webhooks.secrets import SecretBox, SecretUnreadable, new_secret

BODY = '{"id":"7","reason":"Bruch, 3 Stück"}'.encode()
KEY = "correct horse battery staple"


def webhook(secret: str, now: datetime, previous: str | None = None) -> Webhook:
    return Webhook(
        id=1,
        settings=WebhookSettings(url="https://example.com/"),
        standing=Standing(position=0),
        secret=secret,
        previous_secret=previous,
        previous_until=None if previous is None else now + timedelta(seconds=60),
        created_by="test",
        created_at=now,
        updated_at=now,
    )


def test_a_signature_is_that_of_the_specification() -> None:
    secret, now = new_secret(), datetime.now(UTC)
    headers = dict(SecretBox().signer(webhook(secret, now)).headers("evt_7", now, BODY))
    assert Verifying(secret).verify(BODY, headers)["id"] == "7"
    key = base64.b64decode(secret.removeprefix("whsec_"))
    assert len(key) == 32
    signed = b"evt_7.%d.%b" % (now.timestamp(), BODY)
    expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


def test_while_a_secret_is_rotated_either_one_verifies() -> None:
    old, new, now = new_secret(), new_secret(), datetime.now(UTC)
    signer = SecretBox().signer(webhook(new, now, old))
    headers = dict(signer.headers("evt_7", now, BODY))
    for secret in (old, new):
        Verifying(secret).verify(BODY, headers)
    later = now + timedelta(seconds=61)
    headers = dict(signer.headers("evt_7", later, BODY))
    Verifying(new).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Verifying(old).verify(BODY, headers)


def test_with_a_key_the_database_holds_nothing_that_signs() -> None:
    secret, box = new_secret(), SecretBox(KEY)
    closed = box.close(secret)
    assert secret.removeprefix("whsec_") not in closed
    assert box.close(secret) != closed
    assert box.open(closed) == secret
    # One that was made before there was a key goes on working.
    assert box.open(secret) == secret


@pytest.mark.parametrize("box", [SecretBox(), SecretBox("another key of some length")])
def test_without_the_key_nothing_is_signed(box: SecretBox) -> None:
    closed = webhook(SecretBox(KEY).close(new_secret()), datetime.now(UTC))
    with pytest.raises(SecretUnreadable, match="ONHAND_WEBHOOKS_KEY"):
        box.signer(closed)
    damaged = replace(closed, secret=closed.secret[:-8])
    with pytest.raises(SecretUnreadable):
        SecretBox(KEY).signer(damaged)
