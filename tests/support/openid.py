"""A provider of OpenID Connect beside a server, as a process of its own."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from tests.support.postgres import LOOPBACK, free_port

CLIENT_ID = "onhand-test"


class Provider:
    """The provider's process."""

    def __init__(self, folder: Path) -> None:
        self.issuer = f"http://{LOOPBACK}:{free_port()}"
        port = str(urlsplit(self.issuer).port)
        with (folder / "provider.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "tests.support.openid_provider", port],
                stdout=log,
                stderr=log,
            )
        self.client = httpx.Client(base_url=self.issuer)
        deadline = time.monotonic() + 30
        while not self._answers():
            assert time.monotonic() < deadline, (folder / "provider.log").read_text()
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            return self.client.get("/jwks").is_success
        except httpx.TransportError:
            return False

    def knows(self, subject: str, **claims: Any) -> None:
        """Have somebody there, about whom it says so much."""
        self.client.put(f"/users/{quote(subject)}", json=claims).raise_for_status()

    def forge(self, **orders: Any) -> None:
        """Have it forge the next ID token."""
        self.client.put("/forge", json=orders).raise_for_status()

    def close(self) -> None:
        self.client.close()
        self._process.kill()
        self._process.wait(10)
