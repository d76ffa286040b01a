"""Carrying out a document's examples, one after the other, in a shop of their own.

The shop is a real server on a fresh database. For the guide it already has 122 products whose stock
is not kept, so that the first product a document makes has the number that the specification's has:
123. For the README and some others it is empty.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from tests.docs.comparing import differences, fits, parsed
from tests.docs.examples import Asked, Before, Expected, File, Program, Step, Typed, steps
from tests.support.nursery import run
from tests.support.postgres_programs import find_programs
from tests.support.server import OnhandServer

BASE = "/api/v1/operations"
PRODUCT_ID = 123
SERVER_IN_DOCUMENTS = "http://127.0.0.1:8080"
ON_SQLITE = {
    "holding-stock.md",
    "idempotency.md",
    "import-export.md",
    "the-ledger.md",
    "tutorial.md",
}
"""Pages that show nothing which other tests do not hold on each kind of database."""
EMPTY_SHOPS = {*ON_SQLITE, "README.md"}
"""Documents whose first product is number 1."""
OTHER_ORDER_ID = 1001
KEYS_KNOWN_WITHIN_S = 10
"""A server that runs has heard of a new or revoked key by then; it looks once a second."""

_NAME = re.compile(r"\{(\w+)\}")
_SECRET = re.compile(r"^onhand_\S+$", re.MULTILINE)
_ONE_PLACE = re.compile(
    r"(?P<on_hand>\d+) on hand, (?:none|(?P<reserved>\d+)) reserved"
    r"(?: for order (?P<order>\d+))?(?: in warehouse (?P<warehouse>\d+))?"
)
_LATER = re.compile(r"(?P<seconds>\d+) seconds have passed")
_REORDER = re.compile(r"reorder point (?P<point>\d+), reorder quantity (?P<quantity>\d+)")


class DocumentedShop:
    """A shop in which a document's examples happen."""

    def __init__(
        self, start_server: Callable[[str], OnhandServer], database_url: str, folder: Path
    ) -> None:
        self._start_server = start_server
        self._database_url = database_url
        self._folder = folder
        self._server: OnhandServer | None = None
        self._products_before = PRODUCT_ID - 1
        self._names: dict[str, Any] = {"__name__": "document"}
        self._remembered: dict[str, str] = {"productId": str(PRODUCT_ID)}

    @property
    def client(self) -> httpx.Client:
        """Talks to the shop's server, which starts when it is first asked."""
        if self._server is None:
            self._server = self._start_server(self._database_url)
            # Sent by many at once they share commits, and the shop is made in no time.
            with ThreadPoolExecutor(max_workers=16) as many:
                list(many.map(self._make_service, range(1, self._products_before + 1)))
        return self._server.client

    def _make_service(self, number: int) -> None:
        body = {"sku": f"SERVICE-{number}", "name": f"Service {number}", "track_inventory": False}
        self._done("POST", "/products", body)

    def carry_out(self, document: Path) -> int:
        """Run every example of a document; how many there were."""
        examples = steps(document)
        if document.name in EMPTY_SHOPS:
            self._products_before = 0
        for step in examples:
            self._carry_out(step)
        return len(examples)

    def _carry_out(self, step: Step) -> None:
        match step:
            case Asked():
                self._ask(step)
            case Before():
                self._bring_about(step)
            case Typed():
                self._type(step)
            case File():
                (self._folder / step.name).write_text(step.text, encoding="utf-8")
            case Program():
                self._run(step)

    def _run(self, program: Program) -> None:
        # As many lines above it as in the document, so that a failure names its line there.
        text = "\n" * program.place.line + program.text
        text = text.replace(SERVER_IN_DOCUMENTS, str(self.client.base_url))
        exec(compile(text, str(program.place.path), "exec"), self._names)

    def _ask(self, asked: Asked) -> None:
        if asked.expected and asked.expected.headers.get("Content-Type") == "text/event-stream":
            self._listen(asked, asked.expected)
            return
        response = self._send(asked.method, self._filled(asked.target), asked.headers, asked.body)
        expected = asked.expected
        if expected is None:
            assert response.is_success, f"{asked.place}: {response.status_code} {response.text}"
            return
        found: list[str] = []
        if response.status_code != expected.status:
            found.append(f"status {expected.status} expected, {response.status_code} found")
        for name, value in expected.headers.items():
            if not fits(value, response.headers.get(name, "nothing")):
                found.append(f"{name}: {value} expected, {response.headers.get(name)} found")
        if expected.body:
            found += differences(parsed(expected.body), parsed(response.text))
        assert not found, "\n".join([str(asked.place), *found, "", _pretty(response.text)])

    def _listen(self, asked: Asked, expected: Expected) -> None:
        """Hear an answer without an end for as long as it is shown."""
        shown = [line for line in expected.body.splitlines() if line]
        with self.client.stream(asked.method, self._filled(asked.target)) as response:
            lines = (line for line in response.iter_lines() if line)
            told = [next(lines) for _ in shown]
        assert response.status_code == expected.status
        assert all(map(fits, shown, told)), f"{asked.place}: told {told}"

    def _send(
        self, method: str, target: str, headers: Mapping[str, str], body: str
    ) -> httpx.Response:
        given = {name: self._filled(value) for name, value in headers.items()}
        if body:
            given.setdefault("Content-Type", "application/json")
        response = self.client.request(method, target, headers=given, content=body.encode())
        self._remember(response)
        return response

    def _remember(self, response: httpx.Response) -> None:
        """Keep what later requests fill in, as `{movement_id}`."""
        if "ETag" in response.headers:
            self._remembered["etag"] = response.headers["ETag"]
        is_json = response.headers.get("Content-Type", "").endswith("json")
        answer = json.loads(response.text) if is_json and response.text else {}
        data, meta = answer.get("data"), answer.get("meta") or {}
        for name in ("next_cursor", "next_after"):
            if meta.get(name):
                self._remembered[name] = str(meta[name])
        if isinstance(data, dict):
            if data.get("movement_ids"):
                self._remembered["movement_id"] = str(data["movement_ids"][-1])
            if data.get("reservation"):
                self._remembered["reservation_id"] = str(data["reservation"]["id"])
            if data.get("secret"):
                self._remembered["new_secret"] = data["secret"]

    def _filled(self, text: str) -> str:
        return _NAME.sub(lambda name: self._remembered[name[1]], text)

    def _bring_about(self, before: Before) -> None:
        """Make product 123 as the next example wants it, through the API."""
        for clause in before.text.rstrip(".").split("; "):
            if found := _ONE_PLACE.fullmatch(clause):
                self._stock(
                    int(found["warehouse"] or 1),
                    int(found["on_hand"]),
                    int(found["reserved"] or 0),
                    int(found["order"] or OTHER_ORDER_ID),
                )
            elif found := _REORDER.fullmatch(clause):
                changes = {
                    "reorder_point": int(found["point"]),
                    "reorder_quantity": int(found["quantity"]),
                }
                self._done("PATCH", f"/products/{PRODUCT_ID}", changes)
            elif found := _LATER.fullmatch(clause):
                time.sleep(int(found["seconds"]))
            else:
                raise AssertionError(f"{before.place}: {clause!r} is not understood")

    def _stock(self, warehouse_id: int, on_hand: int, reserved: int, order_id: int) -> None:
        here = {"warehouse_id": warehouse_id}
        query = f"?product_id={PRODUCT_ID}&warehouse_id={warehouse_id}"
        for held in self._done("GET", f"/reservations{query}"):
            given = {"quantity": held["quantity"], "order_id": held["order_id"], **here}
            self._done("POST", f"/inventory/{PRODUCT_ID}/release", given)
        counted = {"counted_quantity": on_hand, "counted_by": "Jane Roe", **here}
        self._done("POST", f"/inventory/{PRODUCT_ID}/count", counted)
        if reserved:
            given = {"quantity": reserved, "order_id": order_id, **here}
            self._done("POST", f"/inventory/{PRODUCT_ID}/reserve", given)

    def _done(self, method: str, path: str, body: Any = None) -> Any:
        response = self.client.request(method, BASE + path, json=body)
        assert response.is_success, f"{method} {path}: {response.text}"
        return response.json()["data"]

    def _type(self, typed: Typed) -> None:
        words = shlex.split(typed.command)
        if words[0] == "curl":
            self._curl(typed, words[1:])
            return
        assert words[0] == "onhand", f"{typed.place}: only onhand and curl are run"
        environment = {k: v for k, v in os.environ.items() if not k.startswith("ONHAND_")}
        environment |= {
            "ONHAND_DATABASE": self._database_url,
            "COLUMNS": "100",
            # Backups of PostgreSQL are made by its own programs.
            "PATH": f"{find_programs().folder}{os.pathsep}{os.environ['PATH']}",
        }
        printed = run(words[1:], environment, 60, self._folder).stdout
        if words[1:3] == ["key", "create"]:
            self._await_refusal({})
            if secret := _SECRET.search(printed):
                # The first key of a document is the one that its requests come with.
                self._remembered.setdefault("secret", secret[0])
        elif words[1:3] == ["key", "revoke"]:
            self._await_refusal({"Authorization": f"Bearer {self._remembered['secret']}"})
        lines = [line.rstrip() for line in printed.rstrip().splitlines()]
        matches = len(lines) == len(typed.output) and all(map(fits, typed.output, lines))
        assert matches, f"{typed.place}: {typed.command} printed\n{printed}"

    def _await_refusal(self, headers: dict[str, str]) -> None:
        """Wait until the server, if there is one, has heard of a new key, or of one revoked."""
        deadline = time.monotonic() + KEYS_KNOWN_WITHIN_S
        while self._server is not None and time.monotonic() < deadline:
            answer = self._server.client.get(f"{BASE}/warehouses", headers=headers)
            if answer.status_code == httpx.codes.UNAUTHORIZED:
                return
            time.sleep(0.05)

    def _curl(self, typed: Typed, words: list[str]) -> None:
        """Do what curl would; `| python3 -m json.tool` lays the answer out."""
        assert any(word.startswith(SERVER_IN_DOCUMENTS) for word in words), f"{typed.place}: where?"
        response = self._send(*curl_request(words))
        shown = "\n".join(typed.output)
        laid_out = _pretty(shown) if "|" in words else shown
        assert shown == laid_out, f"{typed.place}: json.tool would print\n{laid_out}"
        found = differences(parsed(shown), parsed(response.text), whole=True)
        assert not found, "\n".join([str(typed.place), *found, "", _pretty(response.text)])


def curl_request(words: list[str]) -> tuple[str, str, dict[str, str], str]:
    """The method, target, headers and body of a curl command line."""
    method, target, headers, body = "", "", {}, ""
    rest = iter(words)
    for word in rest:
        if word == "|":
            break
        if word in ("-X", "--request"):
            method = next(rest)
        elif word in ("-H", "--header"):
            name, _, value = next(rest).partition(": ")
            headers[name] = value
        elif word in ("-d", "--data"):
            body = next(rest)
        elif word == "--json":
            body = next(rest)
            headers["Content-Type"] = "application/json"
        elif not word.startswith("-"):
            target = "/" + word.removeprefix("http://").partition("/")[2]
    if body:
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
    return method or ("POST" if body else "GET"), target, headers, body


def _pretty(text: str) -> str:
    return json.dumps(json.loads(text), indent=4, ensure_ascii=False) if text else ""
