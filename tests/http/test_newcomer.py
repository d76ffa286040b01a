"""A newcomer's afternoon, over real processes: a key, stock reserved from Python, a webhook for it.

The receiver is the one of the guide, as it stands there; so are the attacks it has to withstand.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from onhand.client import Client, Unauthorized
from onhand.webhooks.secrets import Signer, new_secret
from tests.conftest import Serve
from tests.support.postgres import LOOPBACK, free_port
from tests.support.receivers import until
from tests.support.source import ROOT

GUIDE = ROOT / "docs" / "webhooks.md"
PROGRAM = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def onhand(*arguments: str) -> str:
    """What a command of Onhand prints."""
    command = [sys.executable, "-m", "onhand", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


class GuidesReceiver:
    """The receiver of the guide, running."""

    def __init__(self, folder: Path, port: int) -> None:
        self.url = f"http://{LOOPBACK}:{port}/"
        self.printed = folder / "printed.txt"

    def events(self) -> list[tuple[str, str, Any]]:
        """What it printed of each event: type, subject, data."""
        lines = [line.split(" ", 2) for line in self.printed.read_text().splitlines()]
        return [(line[0], line[1], json.loads(line[2])) for line in lines]

    def answers(self) -> bool:
        """Whether it is there."""
        with suppress(httpx.TransportError):
            return httpx.get(self.url).status_code == 501
        return False


@contextmanager
def receiver_of_the_guide(folder: Path, port: int, secret: str) -> Iterator[GuidesReceiver]:
    """Run it while the block runs."""
    found = PROGRAM.search(GUIDE.read_text(encoding="utf-8"))
    assert found is not None
    program = folder / "receiver.py"
    program.write_text(found[1], encoding="utf-8")
    receiver = GuidesReceiver(folder, port)
    with receiver.printed.open("w") as printed:
        process = subprocess.Popen(
            [sys.executable, program.name, str(port)],
            cwd=folder,
            env={**os.environ, "WEBHOOK_SECRET": secret},
            stdout=printed,
            stderr=subprocess.DEVNULL,
        )
    try:
        until(receiver.answers, "the receiver")
        yield receiver
    finally:
        process.kill()
        process.wait()


def answer_to_head(url: str, headers: dict[str, str]) -> int:
    """What is answered to the head of a request whose body does not come."""
    connection = http.client.HTTPConnection(url.split("/")[2], timeout=10)
    try:
        connection.putrequest("POST", "/")
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        return connection.getresponse().status
    finally:
        connection.close()


def test_from_nothing_to_a_webhook_of_what_was_reserved(
    sqlite_url: str, serve: Serve, tmp_path: Path
) -> None:
    made = onhand(
        "key", "create", "--name", "newcomer", "--scope", "admin", "--database", sqlite_url
    )
    [key] = re.findall(r"onhand_\S+", made)
    server = serve(sqlite_url, environment={"ONHAND_WEBHOOKS_PRIVATE": LOOPBACK})
    with pytest.raises(Unauthorized):
        Client(server.base_url).list_products().first()
    port = free_port()
    with Client(server.base_url, key=key) as shop:
        webhook = shop.create_webhook(url=f"http://{LOOPBACK}:{port}/", types=["stock.*"]).data
        assert webhook.secret is not None
        with receiver_of_the_guide(tmp_path, port, webhook.secret) as receiver:
            tested = shop.test_webhook(webhook.id).data
            assert (tested.status, tested.error) == (204, None)
            lamp = shop.create_product(sku="LAMP-1", name="Lamp", stock_quantity=20).data
            held = shop.reserve_stock(lamp.id, quantity=5, order_id=789)
            assert held.data.quantity_available == 15
            until(lambda: len(receiver.events()) == 3, "the events")
            tried, received, reserved = receiver.events()
            assert tried[:2] == ("webhook.test", f"webhook/{webhook.id}")
            assert received[:2] == ("stock.received", f"product/{lamp.id}")
            assert reserved[:2] == ("stock.reserved", f"product/{lamp.id}")
            told = reserved[2]
            quantities = (told["quantity"], told["quantity_available"], told["order_id"])
            assert quantities == (5, 15, 789)
            assert told["actor"] == "key:newcomer"
            until(
                lambda: (
                    [it.event_number for it in shop.list_webhook_deliveries(webhook.id)][0:1]
                    == [told["movement_id"]]
                ),
                "the log",
            )


def test_the_receiver_of_the_guide_takes_only_what_we_sent_and_only_once(tmp_path: Path) -> None:
    secret = new_secret()
    body = json.dumps({"type": "stock.out", "subject": "product/1", "data": {}}).encode()
    ours = Signer([(secret, None)])
    with receiver_of_the_guide(tmp_path, free_port(), secret) as receiver:

        def post(headers: Any, sent: bytes = body) -> int:
            return httpx.post(receiver.url, content=sent, headers=dict(headers)).status_code

        now = datetime.now(UTC)
        signed = dict(ours.headers("evt_1", now, body))
        old = ours.headers("evt_2", now - timedelta(minutes=6), body)
        forged = {
            "signed by somebody else": Signer([(new_secret(), None)]).headers("evt_2", now, body),
            "not signed": [],
            "signed for another event": {**signed, "webhook-id": "evt_2"},
            "said to be newer": {**dict(old), "webhook-timestamp": signed["webhook-timestamp"]},
            "sent again later": old,
            "of another version": {**signed, "webhook-signature": "v9,AAAA"},
            "no signature at all": {**signed, "webhook-signature": "AAAA"},
        }
        for how, headers in forged.items():
            assert post(headers) == 401, how
        assert post(signed, body.replace(b"product/1", b"product/2")) == 401
        assert answer_to_head(receiver.url, {**signed, "Content-Length": "1000001"}) == 413
        assert receiver.events() == []
        # What was caught on its way and is sent again at once does nothing more.
        assert [post(signed) for _ in range(3)] == [204, 204, 204]
        assert receiver.events() == [("stock.out", "product/1", {})]
