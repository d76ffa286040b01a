"""A real server beside the plain model: what it answers, and what can be read of it afterwards."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx

from tests.support.api import Api, done
from tests.support.asks import CLOSED, PRODUCT_FIELDS, WAREHOUSES, Ask, Group, Scene, said
from tests.support.model import Item, Model, Place, Refused, Said

NO_ID = 2**40
BULK = frozenset({"adjust", "reserve", "release", "count", "transfer", "receive", "ship"})
IN_BULK_ALONE = frozenset({"receive", "ship"})
NAMES = {"order": "order_id", "warehouse": "warehouse_id", "counted": "counted_quantity"}
NAMES |= {"source": "from_warehouse_id", "target": "to_warehouse_id"}


def open_warehouses(api: Api) -> None:
    """The warehouses that asks are about; one of them is closed."""
    for warehouse_id in (*WAREHOUSES[1:], CLOSED):
        assert api.warehouse(f"W{warehouse_id}") == warehouse_id
    done(api.patch(f"/warehouses/{CLOSED}", {"is_active": False}))


class Pair:
    """Two products of their own on a server, and a model of them."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.model = Model(datetime.now(UTC))
        self.model.warehouses = {1: True, 2: True, 3: True, CLOSED: False}
        name = uuid.uuid4().hex
        backorders = {"allow_backorder": True, "default_warehouse_id": 2}
        self.products = (api.product(f"{name}-1", 5), api.product(f"{name}-2", 0, **backorders))
        self.model.add_product(self.products[0], Item(), 5)
        self.model.add_product(self.products[1], Item(backorders=True, default_warehouse=2))
        self.compare()

    def play(self, group: Group) -> None:
        """Ask both, and compare what they say and keep."""
        self.model.at(datetime.now(UTC))
        scene = Scene.of(self.model, self.products, self.model.now)
        if len(group.asks) == 1 and group.asks[0].verb not in IN_BULK_ALONE:
            self._play_one(group.asks[0], scene)
        else:
            asks = tuple(asked for asked in group.asks if asked.verb in BULK)
            if asks:
                self._play_many(Group(asks, group.atomic), scene)
        self.compare()

    def compare(self) -> None:
        """What can be read is what the model keeps."""
        self._entries: list[tuple[Place, dict[str, Any]]] = []
        self._reservation_ids: dict[tuple[Place, int], int] = {}
        for product in self.products:
            for row in self.api.movements(product):
                self._entries.append(((product, row["warehouse_id"]), row))
            for row in self.api.reservations(product):
                place = (product, row["warehouse_id"])
                self._reservation_ids[place, row["order_id"]] = row["id"]
        names = {row["id"]: (place, row["entry_number"]) for place, row in self._entries}
        for product in self.products:
            reservations = self.api.reservations(product)
            for warehouse in self.model.warehouses:
                place = (product, warehouse)
                shelf = self.model.shelves.get(place)
                kept = [
                    (
                        row["movement_type"],
                        row["quantity"],
                        row["quantity_on_hand"],
                        row["quantity_reserved"],
                        row["order_id"],
                        names.get(row["reverses_id"]),
                    )
                    for at, row in self._entries
                    if at == place
                ]
                expected = [
                    (e.type, e.quantity, e.on_hand, e.reserved, e.order, e.reverses)
                    for e in (shelf.entries if shelf else [])
                ]
                _same(kept, expected, f"entries at {place}")
                level = (shelf.on_hand, shelf.reserved) if shelf else (0, 0)
                _same(self.api.level(*place), level, f"level at {place}")
                queue = [
                    (row["order_id"], row["allocated"], row["backordered"])
                    for row in reservations
                    if row["warehouse_id"] == warehouse
                ]
                holds = (
                    [(h.order, h.allocated, h.backordered) for h in shelf.holds] if shelf else []
                )
                _same(queue, holds, f"reservations at {place}")

    def _play_one(self, asked: Ask, scene: Scene) -> None:
        answer = said(self.model, asked, scene)
        key = None if asked.verb in ("extend", "change") else uuid.uuid4().hex
        response = self._send(asked, scene, key)
        _check(asked, answer, _told(response), response.text)
        if key is not None:
            again = self._send(asked, scene, key)
            assert (again.status_code, again.content) == (response.status_code, response.content)
            assert again.headers["Idempotent-Replayed"] == "true"

    def _play_many(self, group: Group, scene: Scene) -> None:
        commands = [
            {"type": asked.verb, "product_id": scene.products[asked.product], **body(asked, scene)}
            for asked in group.asks
        ]
        response = self.api.post(
            "/inventory/commands", {"atomic": group.atomic, "commands": commands}
        )
        if not group.atomic:
            answers = [said(self.model, asked, scene) for asked in group.asks]
            told = done(response)["data"]
            for asked, answer, one in zip(group.asks, answers, told, strict=True):
                _check(asked, answer, one, response.text)
            return
        with self.model.all_or_none() as answers:
            for asked in group.asks:
                answers.append(said(self.model, asked, scene))
                if isinstance(answers[-1], Refused):
                    break
        last = answers[-1]
        if isinstance(last, Refused):
            assert response.status_code == 422, response.text
            prefix = f"commands.{len(answers) - 1}."
            told = response.json()
            told["errors"] = {
                name.removeprefix(prefix): texts
                for name, texts in told["errors"].items()
                if name.startswith(prefix)
            }
            _check(group.asks[len(answers) - 1], last, told, response.text)
        else:
            for asked, answer, one in zip(group.asks, answers, done(response)["data"], strict=True):
                _check(asked, answer, one, response.text)

    def _send(self, asked: Ask, scene: Scene, key: str | None) -> httpx.Response:
        product = scene.products[asked.product]
        given = body(asked, scene)
        match asked.verb:
            case "transfer":
                return self.api.post("/inventory/transfer", {"product_id": product, **given}, key)
            case "reverse":
                place, number, _ = scene.reversed_entry(asked)
                found = [
                    row["id"]
                    for at, row in self._entries
                    if at == place and row["entry_number"] == number
                ]
                return self.api.post(f"/stock-movements/{found[0]}/reverse", given, key)
            case "extend":
                place = (product, asked.given["warehouse"])
                number = self._reservation_ids.get((place, asked.given["order"]), NO_ID)
                return self.api.patch(f"/reservations/{number}", given)
            case "change":
                return self.api.patch(f"/products/{product}", given)
        return self.api.post(f"/inventory/{product}/{asked.verb}", given, key)


def body(asked: Ask, scene: Scene) -> dict[str, Any]:
    """The JSON of an ask."""
    given: dict[str, Any] = dict(asked.given)
    ago = given.pop("ago", None)
    if ago is not None:
        # Minutes in the future, so that the server's clock may be a little further on.
        moment = scene.moment(ago if ago >= 0 else 60 * ago)
        given["occurred_at"] = moment and moment.isoformat()
    ends = scene.ends(given.pop("ends_in", None))
    match asked.verb:
        case "adjust":
            given.setdefault("reason", "Found")
        case "reserve":
            given["expires_at"] = ends and ends.isoformat()
        case "count":
            given["counted_by"] = "tester"
            given["on_shortfall"] = "deallocate" if given.pop("deallocate") else "reject"
        case "reverse":
            del given["which"]
        case "extend":
            return {"expires_at": ends and ends.isoformat()}
        case "change":
            return {PRODUCT_FIELDS[name]: value for name, value in given.items()}
    return {
        NAMES.get(name, name): value
        for name, value in given.items()
        if value is not None or name in ("expires_at",)
    }


def _told(response: httpx.Response) -> Mapping[str, Any]:
    assert response.status_code < 500, response.text
    told: dict[str, Any] = response.json()
    if response.is_success:
        return {"status": "accepted", **told["data"]}
    return {"status": "rejected", **{name: told[name] for name in ("message", "errors")}}


def _check(asked: Ask, answer: Said, told: Mapping[str, Any], text: str) -> None:
    different = f"{asked}: the model says {answer}, the server {text[:2000]}"
    if isinstance(answer, Refused):
        assert "errors" in told, different
        if asked.verb == "extend":
            # Who knows no reservation's id has nothing to extend, whatever else is wrong.
            return
        # What the path names is no field of the body.
        by_path = asked.verb == "reverse" and answer.message is None
        assert by_path or answer.field in told["errors"], different
        assert answer.message is None or answer.message in told["errors"][answer.field], different
        return
    assert "errors" not in told, different
    if asked.verb in ("change", "extend"):
        return
    level = (told["quantity_on_hand"], told["quantity_reserved"])
    assert level == (answer.on_hand, answer.reserved), different
    assert told["quantity_available"] == answer.on_hand - answer.reserved
    for name, fact in answer.facts.items():
        assert told.get(name) == fact, different


def _same(kept: object, expected: object, what: str) -> None:
    assert kept == expected, f"{what}: the server has {kept}, the model says {expected}"
