"""Secrets of webhooks: how they are made, how they are kept, and what is signed with them.

A signing secret has to be had in the clear each time something is signed, so no hash will do. With
a key from the operator's settings (`ONHAND_WEBHOOKS_KEY`) the database holds it encrypted, and
whoever reads the database, or a backup of it, can forge nothing; without one it is held as it is.

    whsec_…          a secret in the clear, as the receiver has it
    aesgcm:…         base64 of a nonce and of AES-256-GCM, under a key that HKDF-SHA256 derives

Signatures are those of Standard Webhooks 1.0, `v1`, made by its own library; during a rotation
there are two.
"""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime

from onhand.ledger.webhooks import Webhook

PREFIX = "whsec_"
SECRET_BYTES = 32
CLOSED = "aesgcm:"

_NONCE_BYTES = 12
_PURPOSE = b"onhand: secrets of webhooks"


class SecretUnreadable(Exception):
    """A secret was encrypted under a key that is not the one we have."""


def new_secret() -> str:
    """A fresh secret, to be shown once."""
    return PREFIX + b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


class SecretBox:
    """Closes secrets for the database, and opens them."""

    def __init__(self, key: str = "") -> None:
        """`key`: the operator's; empty: secrets are kept as they are."""
        self._cipher = None if not key else _Cipher(key)

    def close(self, secret: str) -> str:
        """What is kept of a secret."""
        if self._cipher is None:
            return secret
        return CLOSED + self._cipher.encrypted(secret)

    def open(self, kept: str) -> str:
        """The secret. Raises `SecretUnreadable`."""
        if not kept.startswith(CLOSED):
            return kept
        if self._cipher is None:
            raise SecretUnreadable("Its secret is encrypted, and ONHAND_WEBHOOKS_KEY is not set")
        return self._cipher.decrypted(kept.removeprefix(CLOSED))

    def signer(self, webhook: Webhook) -> Signer:
        """What signs a webhook's messages. Raises `SecretUnreadable`."""
        secrets_until: list[tuple[str, datetime | None]] = [(self.open(webhook.secret), None)]
        if webhook.previous_secret is not None:
            secrets_until.append((self.open(webhook.previous_secret), webhook.previous_until))
        return Signer(secrets_until)


class _Cipher:
    def __init__(self, key: str) -> None:
        # 30 ms and 6 MB, for those alone who have a key.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        derived = HKDF(SHA256(), length=32, salt=None, info=_PURPOSE).derive(key.encode())
        self._cipher = AESGCM(derived)

    def encrypted(self, secret: str) -> str:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return b64encode(nonce + self._cipher.encrypt(nonce, secret.encode(), _PURPOSE)).decode()

    def decrypted(self, text: str) -> str:
        from cryptography.exceptions import InvalidTag

        try:
            blob = b64decode(text, validate=True)
            secret = self._cipher.decrypt(blob[:_NONCE_BYTES], blob[_NONCE_BYTES:], _PURPOSE)
        except (ValueError, InvalidTag):
            raise SecretUnreadable(
                "Its secret was encrypted under another ONHAND_WEBHOOKS_KEY: rotate it"
            ) from None
        return secret.decode()


class Signer:
    """Signs what is sent to one receiver."""

    def __init__(self, secrets_until: Sequence[tuple[str, datetime | None]]) -> None:
        """Secrets in the clear, and until when each signs; None: for good."""
        from standardwebhooks import Webhook as Signing

        self._signing = [(Signing(secret), until) for secret, until in secrets_until]

    def headers(self, message_id: str, now: datetime, body: bytes) -> tuple[tuple[str, str], ...]:
        """The headers that belong to a message that is sent now."""
        text = body.decode()
        signatures = [
            signing.sign(message_id, now, text)
            for signing, until in self._signing
            if until is None or now < until
        ]
        return (
            ("webhook-id", message_id),
            ("webhook-timestamp", str(int(now.timestamp()))),
            ("webhook-signature", " ".join(signatures)),
        )
