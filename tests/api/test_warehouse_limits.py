"""Who may work in some warehouses only gets at nothing elsewhere, by any endpoint.

One warehouse has units by the million and texts that say SECRET, the callers' has a few. Every
operation is asked for what is elsewhere, and none may be forgotten: whoever adds one says here what
it does with another's things.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from onhand.api.endpoints import OPERATIONS
from onhand.ledger.access import Role, Scope
from tests.api.conftest import running
from tests.api.harness import Answered, Shop
from tests.support.ledger_contents import database_contents
from tests.support.postgres import DatabaseServer

MAIN = 1
MANY = 7_000_000
SALES = "/api/v1/sales/orders"
URL = "https://shop.example/onhand"
_MANY = re.compile(r"(?<!\d)7\d{6}(?!\d)")

Headers = dict[str, str]


@dataclass
class World:
    """A shop with some warehouses, and what stands in them by name."""

    shop: Shop
    boss: Headers
    east_only: Headers
    east_and_west: Headers
    ids: dict[str, int] = field(default_factory=dict)

    def do(self, path: str, body: Any, method: str = "POST") -> Any:
        """Something that the boss may do."""
        answer = self.shop(method, path, body, headers=self.boss)
        assert answer.status < 300, (path, answer.body)
        return answer.data

    def __getattr__(self, name: str) -> int:
        return self.ids[name]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    if request.param == "sqlite":
        yield from filled(f"sqlite:///{tmp_path_factory.mktemp('limits') / 'onhand.db'}")
        return
    server: DatabaseServer = request.getfixturevalue("postgresql_server")
    url = server.create_database()
    yield from filled(url)
    server.drop_database(url)


def filled(url: str) -> Iterator[World]:
    for shop in running(url, approval_limit=Decimal(0)):
        boss = shop.keys.give(Scope.ADMIN, name="boss")
        shop.refresh()
        world = World(shop, boss, {}, {})
        fill(world)
        limited = {"east_only": ["east"], "east_and_west": ["east", "west"]}
        for name, codes in limited.items():
            within = frozenset(world.ids[code] for code in codes)
            setattr(world, name, shop.keys.give(role=Role.ADMIN, within=within, name=name))
        shop.refresh()
        yield world


def fill(w: World) -> None:
    """Stock, and a document of each kind, in each warehouse; by the million in the first."""
    for code in ("east", "west", "north"):
        w.ids[code] = w.do("/warehouses", {"name": code, "code": code})["id"]
    for name, within in (("main", [MAIN]), ("east", [w.ids["east"]])):
        user = {"name": f"{name}-user", "role": "clerk", "warehouse_ids": within}
        secret = "SECRET" if name == "main" else "open"
        w.ids[f"{name}_user"] = w.do("/users", {**user, "display_name": secret})["id"]
        webhook = {"url": URL, "description": secret, "warehouse_ids": within}
        w.ids[f"{name}_webhook"] = w.do("/webhooks", webhook)["id"]
    body = {"sku": "LAMP", "name": "Lamp", "reorder_point": 9, "cost_price": 1}
    w.ids["lamp"] = w.do("/products", body)["id"]
    w.do(f"/warehouses/1/products/{w.lamp}", {"reorder_quantity": MANY + 2}, "PUT")
    w.do("/suppliers", {"code": "S", "name": "S", "status": "active"})
    w.do(f"/suppliers/1/products/{w.lamp}", {"price": 1, "is_preferred": True}, "PUT")
    for place, (name, warehouse, units, sent_to) in enumerate(
        (
            ("main", MAIN, MANY + 1, w.north),
            ("east", w.east, 4, w.west),
            ("west", w.west, 2, MAIN),
        ),
        1,
    ):
        here = {"warehouse_id": warehouse}
        secret = "SECRET" if warehouse == MAIN else "open"
        added = {"quantity": units, "reason": secret, "notes": secret, **here}
        stocked = w.do(f"/inventory/{w.lamp}/adjust", added)
        w.ids[f"{name}_movement"] = stocked["movement_ids"][0]
        held = {"quantity": max(units // 2, 1), "order_id": 4_000 + place, **here}
        reserved = w.do(f"/inventory/{w.lamp}/reserve", held)
        w.ids[f"{name}_reservation"] = reserved["reservation"]["id"]
        lines = [{"product_id": w.lamp, "quantity": max(units // 4, 1)}]
        order = {"supplier_id": 1, "lines": lines, "reference": secret, **here}
        for step in ("drafted", "received"):
            w.ids[f"{name}_purchase_{step}"] = w.do("/purchase-orders", order)["id"]
        received = f"/purchase-orders/{w.ids[f'{name}_purchase_received']}"
        for verb in ("submit", "approve", "send"):
            w.do(f"{received}/{verb}", {})
        w.do(f"{received}/receive", {"delivery_reference": secret})
        count = {"lines": [{"product_id": w.lamp}], "start": True, "reference": secret, **here}
        w.ids[f"{name}_count"] = w.do("/counts", count)["id"]
        entries = {"lines": [{"product_id": w.lamp, "quantity": units}], "counted_by": secret}
        w.do(f"/counts/{w.ids[f'{name}_count']}/record", entries)
        sale = {"lines": lines, "customer": secret, "confirm": True, **here}
        w.ids[f"{name}_sale"] = w.do(SALES, sale)["id"]
        ends = {"from_warehouse_id": warehouse, "to_warehouse_id": sent_to}
        transfer = {**ends, "lines": lines, "reference": secret, "ship": True}
        w.ids[f"{name}_transfer"] = w.do("/transfers", transfer)["id"]
    both = {"warehouse_priority": [w.east, MAIN], "customer": "SECRET"}
    w.ids["both_sale"] = w.do(SALES, {"lines": lines, **both})["id"]
    first_sold = w.do(f"{SALES}/{w.main_sale}/ship", {"reference": "SECRET"})
    assert first_sold["lines"][0]["shipped"] == MANY // 4


@dataclass(frozen=True)
class Ask:
    """One request of a limited caller; the boss's, as a dry run, is the proof that it is real."""

    operation_id: str
    method: str
    path: str
    body: Any = None


def refused(w: World) -> list[Ask]:
    """What names something in another's warehouse: refused, whatever it is."""
    here, lines = {"warehouse_id": MAIN}, [{"product_id": w.lamp, "quantity": 1}]
    entries = {"lines": [{"product_id": w.lamp, "quantity": 1}]}
    inventory, purchases = f"/inventory/{w.lamp}", "/purchase-orders"
    buy, bought = (
        f"{purchases}/{w.main_purchase_drafted}",
        f"{purchases}/{w.main_purchase_received}",
    )
    sale, both = f"{SALES}/{w.main_sale}", f"{SALES}/{w.both_sale}"
    transfer, count = f"/transfers/{w.main_transfer}", f"/counts/{w.main_count}"
    kept, why = f"/warehouses/1/products/{w.lamp}", {"reason": "x"}
    atomic = {
        "atomic": True,
        "commands": [{"type": "receive", "product_id": w.lamp, "quantity": 1, **here}],
    }
    moved = {"product_id": w.lamp, "quantity": 1}
    ends = {"from_warehouse_id": MAIN, "to_warehouse_id": w.east}
    back = {"from_warehouse_id": w.east, "to_warehouse_id": MAIN}
    opening = {"sku": "NEW", "name": "New", "stock_quantity": 1}
    webhook = f"/webhooks/{w.main_webhook}"
    return [
        Ask("adjust_stock", "POST", f"{inventory}/adjust", {"quantity": 1, **why, **here}),
        # Who names no warehouse means the first.
        Ask("adjust_stock", "POST", f"{inventory}/adjust", {"quantity": -MANY, **why}),
        Ask("reserve_stock", "POST", f"{inventory}/reserve", {"quantity": 1, "order_id": 9}),
        Ask("release_stock", "POST", f"{inventory}/release", {"quantity": 1, "order_id": 4_001}),
        Ask(
            "count_stock", "POST", f"{inventory}/count", {"counted_quantity": 1, "counted_by": "x"}
        ),
        Ask("transfer_stock", "POST", "/inventory/transfer", {**moved, **ends}),
        Ask("transfer_stock", "POST", "/inventory/transfer", {**moved, **back}),
        Ask("transfer_stock", "POST", "/inventory/transfer", {**moved, **ends, "in_transit": True}),
        Ask("carry_out_commands", "POST", "/inventory/commands", atomic),
        Ask("create_product", "POST", "/products", opening),
        Ask("create_product", "POST", "/products", {**opening, **here}),
        Ask("change_product", "PATCH", f"/products/{w.lamp}", {"track_inventory": False}),
        Ask("change_product", "PATCH", f"/products/{w.lamp}", {"default_warehouse_id": w.east}),
        Ask("read_stock_movement", "GET", f"/stock-movements/{w.main_movement}"),
        Ask("reverse_stock_movement", "POST", f"/stock-movements/{w.main_movement}/reverse"),
        Ask("read_reservation", "GET", f"/reservations/{w.main_reservation}"),
        Ask(
            "change_reservation",
            "PATCH",
            f"/reservations/{w.main_reservation}",
            {"expires_at": None},
        ),
        Ask("create_warehouse", "POST", "/warehouses", {"name": "x", "code": "x"}),
        Ask("read_warehouse", "GET", "/warehouses/1"),
        Ask("change_warehouse", "PATCH", "/warehouses/1", {"name": "x"}),
        Ask("change_warehouse", "PATCH", f"/warehouses/{w.east}", {"parent_warehouse_id": 1}),
        Ask("list_warehouse_products", "GET", "/warehouses/1/products"),
        Ask("read_warehouse_product", "GET", kept),
        Ask("set_warehouse_product", "PUT", kept, {"reorder_point": 1}),
        Ask("change_warehouse_product", "PATCH", kept, {"reorder_point": 1}),
        Ask("remove_warehouse_product", "DELETE", kept),
        Ask("create_purchase_order", "POST", purchases, {"supplier_id": 1, "lines": lines, **here}),
        Ask("read_purchase_order", "GET", buy),
        Ask("print_purchase_order", "GET", f"{buy}/pdf"),
        Ask("print_receipt", "GET", f"{bought}/receipts/1/pdf"),
        Ask("change_purchase_order", "PATCH", buy, {"notes": "x"}),
        Ask("change_purchase_order", "PATCH", buy, {"warehouse_id": w.east}),
        Ask("submit_purchase_order", "POST", f"{buy}/submit"),
        Ask("approve_purchase_order", "POST", f"{buy}/approve"),
        Ask("send_purchase_order", "POST", f"{buy}/send"),
        Ask("receive_purchase_order", "POST", f"{bought}/receive", {"delivery_reference": "x"}),
        Ask("reverse_receipt", "POST", f"{bought}/receipts/1/reverse", why),
        Ask("close_purchase_order", "POST", f"{buy}/close", why),
        Ask("cancel_purchase_order", "POST", f"{buy}/cancel", why),
        Ask("order_from_reorder_report", "POST", f"{purchases}/from-reorder-report"),
        Ask("order_from_reorder_report", "POST", f"{purchases}/from-reorder-report", here),
        Ask("create_transfer", "POST", "/transfers", {**ends, "lines": lines}),
        Ask("create_transfer", "POST", "/transfers", {**back, "lines": lines, "ship": True}),
        Ask("read_transfer", "GET", transfer),
        Ask("change_transfer", "PATCH", transfer, {"notes": "x"}),
        Ask("ship_transfer", "POST", f"{transfer}/ship"),
        Ask("receive_transfer", "POST", f"{transfer}/receive"),
        Ask("cancel_transfer", "POST", f"{transfer}/cancel", why),
        Ask("receive_transfer", "POST", f"/transfers/{w.east_transfer}/receive"),
        Ask("plan_counts", "GET", "/counts/plan?warehouse_id=1"),
        Ask("create_count", "POST", "/counts", here),
        Ask("create_count", "POST", "/counts", {**here, "abc_class": "A"}),
        Ask("create_count", "POST", "/counts", {**here, "lines": [{"product_id": w.lamp}]}),
        Ask("read_count", "GET", count),
        Ask("read_count_sheet", "GET", f"{count}/sheet"),
        Ask("report_count_variance", "GET", f"{count}/variance"),
        Ask("add_count", "POST", f"{count}/add", {"lines": [{"product_id": w.lamp}]}),
        Ask("start_count", "POST", f"{count}/start"),
        Ask("record_count", "POST", f"{count}/record", entries),
        Ask("recount_count", "POST", f"{count}/recount", {"lines": [{"product_id": w.lamp}]}),
        Ask("submit_count", "POST", f"{count}/submit"),
        Ask("approve_count", "POST", f"{count}/approve"),
        Ask("cancel_count", "POST", f"{count}/cancel", why),
        Ask("create_sales_order", "POST", SALES, {"lines": lines, **here}),
        Ask("create_sales_order", "POST", SALES, {"lines": lines, "warehouse_priority": [MAIN]}),
        *(
            Ask(f"{verb}_sales_order", method, f"{order}{path}", body)
            for order in (sale, both)
            for verb, method, path, body in (
                ("read", "GET", "", None),
                ("change", "PATCH", "", {"notes": "x"}),
                ("confirm", "POST", "/confirm", None),
                ("ship", "POST", "/ship", None),
                ("cancel", "POST", "/cancel", why),
                ("close", "POST", "/close", None),
                ("return", "POST", "/return", {"lines": [{"line": 1, "quantity": 1}], **why}),
            )
        ),
        Ask("create_key", "POST", "/keys", {"name": "more", "scope": "read"}),
        Ask(
            "create_key", "POST", "/keys", {"name": "m", "role": "viewer", "warehouse_ids": [MAIN]}
        ),
        Ask("create_webhook", "POST", "/webhooks", {"url": URL, "warehouse_ids": [MAIN]}),
        Ask("read_webhook", "GET", webhook),
        Ask("change_webhook", "PATCH", webhook, {"description": "x"}),
        Ask("change_webhook", "PATCH", f"/webhooks/{w.east_webhook}", {"warehouse_ids": [MAIN]}),
        Ask("remove_webhook", "DELETE", webhook),
        Ask("test_webhook", "POST", f"{webhook}/test"),
        Ask("replay_webhook", "POST", f"{webhook}/replay?after=0"),
        Ask("rotate_webhook_secret", "POST", f"{webhook}/secret"),
        Ask("list_webhook_deliveries", "GET", f"{webhook}/deliveries"),
        Ask("create_user", "POST", "/users", {"name": "more", "role": "viewer"}),
        Ask(
            "create_user",
            "POST",
            "/users",
            {"name": "m", "role": "viewer", "warehouse_ids": [MAIN]},
        ),
        Ask("read_user", "GET", f"/users/{w.main_user}"),
        Ask("change_user", "PATCH", f"/users/{w.main_user}", {"display_name": "x"}),
        Ask("change_user", "PATCH", f"/users/{w.east_user}", {"warehouse_ids": [MAIN]}),
        Ask("change_user", "PATCH", f"/users/{w.east_user}", {"warehouse_ids": None}),
        Ask("give_password", "POST", f"/users/{w.main_user}/password", {"password": "x" * 9}),
        Ask("read_key", "GET", "/keys/1"),
        Ask("rotate_key", "POST", "/keys/1/rotate"),
        Ask("revoke_key", "DELETE", "/keys/1"),
        *(Ask(name, "GET", f"{path}warehouse_id=1") for name, path in by_warehouse(w)),
    ]


def by_warehouse(w: World) -> Iterator[tuple[str, str]]:
    """Each operation that can be asked about one warehouse."""
    for operation in OPERATIONS:
        names = getattr(operation.query, "__struct_fields__", ())
        if "warehouse_id" in names:
            path = operation.path.replace("{product_id}", str(w.lamp))
            yield operation.operation_id, f"{path}?"


def answered(w: World) -> list[Ask]:
    """What is answered, with nothing of others' in it; commands are tried only."""
    lines = [{"product_id": w.lamp, "quantity": 1}]
    each = {"commands": [{"type": "receive", "product_id": w.lamp, "quantity": 1}]}
    product, terms = f"/products/{w.lamp}", f"/suppliers/1/products/{w.lamp}"
    east = f"warehouse_id={w.east}"
    return [
        Ask("carry_out_commands", "POST", "/inventory/commands", each),
        Ask("create_product", "POST", "/products", {"sku": "NEW", "name": "New"}),
        Ask("list_products", "GET", "/products"),
        Ask("list_products", "GET", f"/products?{east}"),
        *(
            Ask("list_products", "GET", f"/products?stock_status={status}")
            for status in ("in_stock", "low_stock", "out_of_stock")
        ),
        Ask("read_product", "GET", product),
        Ask("read_product", "GET", f"{product}?include=inventory"),
        Ask("change_product", "PATCH", product, {"name": "Lamp 2"}),
        Ask("remove_product", "DELETE", product),
        Ask("read_product_inventory", "GET", f"{product}/inventory"),
        Ask("read_inventory", "GET", f"/inventory/{w.lamp}"),
        Ask("read_inventory", "GET", f"/inventory/{w.lamp}?as_of=2999-01-01T00:00:00Z"),
        Ask("list_low_stock", "GET", f"/inventory/low-stock?{east}"),
        Ask("list_out_of_stock", "GET", f"/inventory/out-of-stock?{east}"),
        Ask("report_reorders", "GET", f"/inventory/reorder-report?{east}"),
        *(
            Ask("list_stock_movements", "GET", f"/stock-movements?{query}")
            for query in (
                "",
                "sort=-occurred_at",
                f"product_id={w.lamp}",
                "movement_type=adjustment",
                f"product_id={w.lamp}&movement_type=adjustment",
                "order_id=4001",
                "reference_type=purchase_order",
                f"reference_type=purchase_order&reference_id={w.main_purchase_received}",
                "from=2020-01-01&to=2999-01-01",
            )
        ),
        Ask("read_stock_movement", "GET", f"/stock-movements/{w.east_movement}"),
        Ask("list_reservations", "GET", "/reservations"),
        Ask("list_reservations", "GET", "/reservations?order_id=4001"),
        Ask("list_reservations", "GET", f"/reservations?product_id={w.lamp}"),
        Ask("list_product_reservations", "GET", f"/inventory/{w.lamp}/reservations"),
        Ask("read_reservation", "GET", f"/reservations/{w.east_reservation}"),
        Ask("list_warehouses", "GET", "/warehouses"),
        Ask("read_warehouse", "GET", f"/warehouses/{w.east}"),
        Ask("list_warehouse_products", "GET", f"/warehouses/{w.east}/products"),
        Ask("read_warehouse_product", "GET", f"/warehouses/{w.east}/products/{w.lamp}"),
        Ask("list_purchase_orders", "GET", "/purchase-orders"),
        Ask("read_purchase_order", "GET", f"/purchase-orders/{w.east_purchase_received}"),
        Ask(
            "order_from_reorder_report",
            "POST",
            "/purchase-orders/from-reorder-report",
            {"warehouse_id": w.east},
        ),
        Ask("create_supplier", "POST", "/suppliers", {"code": "N", "name": "N"}),
        Ask("list_suppliers", "GET", "/suppliers"),
        Ask("read_supplier", "GET", "/suppliers/1"),
        Ask("read_supplier_history", "GET", "/suppliers/1/history"),
        Ask("change_supplier", "PATCH", "/suppliers/1", {"name": "T"}),
        Ask("list_supplier_products", "GET", "/suppliers/1/products"),
        Ask("read_supplier_product", "GET", terms),
        Ask("set_supplier_product", "PUT", terms, {"price": 2}),
        Ask("remove_supplier_product", "DELETE", terms),
        Ask("read_supplier_performance", "GET", "/suppliers/1/performance"),
        Ask("list_transfers", "GET", "/transfers"),
        Ask("list_transfers", "GET", f"/transfers?{east}"),
        Ask("list_counts", "GET", "/counts"),
        Ask("report_count_variance", "GET", f"/counts/{w.east_count}/variance"),
        Ask("plan_counts", "GET", f"/counts/plan?{east}"),
        Ask("report_activity", "GET", "/reports/activity"),
        Ask("report_activity", "GET", f"/reports/activity?{east}"),
        Ask("report_stock_value", "GET", "/reports/stock-value"),
        Ask("report_stock_value", "GET", f"/reports/stock-value?{east}"),
        Ask("report_count_accuracy", "GET", "/reports/count-accuracy"),
        Ask("report_count_accuracy", "GET", f"/reports/count-accuracy?{east}"),
        Ask("list_sales_orders", "GET", SALES),
        Ask("list_sales_orders", "GET", f"{SALES}?{east}"),
        Ask("read_sales_order", "GET", f"{SALES}/{w.east_sale}"),
        Ask("create_sales_order", "POST", SALES, {"lines": lines, "confirm": True}),
        Ask("list_keys", "GET", "/keys"),
        Ask("list_webhooks", "GET", "/webhooks"),
        Ask("read_webhook", "GET", f"/webhooks/{w.east_webhook}"),
        Ask("create_webhook", "POST", "/webhooks?dry_run=true", {"url": URL}),
        Ask("list_users", "GET", "/users"),
        Ask("read_user", "GET", f"/users/{w.east_user}"),
        Ask("list_events", "GET", "/events?limit=1000"),
        Ask("list_events", "GET", f"/events?limit=1000&product_id={w.lamp}"),
        Ask("list_audit", "GET", "/audit?per_page=200"),
        Ask("list_audit", "GET", f"/audit?subject=purchase_order:{w.main_purchase_received}"),
        Ask("note_tool_call", "POST", "/audit/tool-calls", {"tool": "x"}),
    ]


def tried(ask: Ask) -> str:
    """Where to ask so that a command is tried only; some are no command of the ledger."""
    is_keyed = next(it.keyed for it in OPERATIONS if it.operation_id == ask.operation_id)
    return f"{ask.path}?dry_run=true" if is_keyed else ask.path


def test_every_operation_is_asked(world: World) -> None:
    asked = {ask.operation_id for ask in (*refused(world), *answered(world))}
    # The one in a test of its own; the other tells of the server, and of no stock.
    asked |= {"stream_events", "tell_metrics"}
    asked |= {it.operation_id for it in OPERATIONS if it.takes_files or it.formats}
    assert asked == {it.operation_id for it in OPERATIONS if it.needs is not None}


def test_what_is_elsewhere_is_refused_and_stays_as_it_is(world: World) -> None:
    before = database_contents(world.shop.url), [*world.shop.keys.keys]
    for ask in refused(world):
        answer = world.shop(ask.method, ask.path, ask.body, headers=world.east_only)
        assert answer.status in (403, 404), (ask, answer.status, answer.body)
        assert not leaks(answer.json), (ask, answer.body)
        dry = "" if ask.method == "GET" else "?dry_run=true"
        real = world.shop(ask.method, ask.path + dry, ask.body, headers=world.boss)
        assert real.status not in (401, 403, 404, 405), (ask, real.status, real.body)
    assert (database_contents(world.shop.url), [*world.shop.keys.keys]) == before


@pytest.mark.parametrize("who", ["east_only", "east_and_west"])
def test_what_is_answered_tells_nothing_of_elsewhere(world: World, who: str) -> None:
    before = database_contents(world.shop.url)
    told = 0
    for ask in answered(world):
        path, headers = tried(ask), getattr(world, who)
        answer = world.shop(ask.method, path, ask.body, headers=headers)
        assert answer.status < 300, (ask, answer.status, answer.body)
        assert not leaks(answer.json), (ask, answer.body)
        real = world.shop(ask.method, path, ask.body, headers=world.boss)
        told += bool(leaks(real.json))
    # The boss is told what the others are not.
    assert told > 25
    assert database_contents(world.shop.url) == before


@pytest.mark.parametrize("who", ["east_only", "east_and_west"])
def test_a_stream_of_events_tells_nothing_of_elsewhere(world: World, who: str) -> None:
    def heard(headers: Headers) -> list[Any]:
        body = world.shop.stream("/events/stream?after=0", headers).body.decode()
        return [json.loads(it[6:]) for it in body.splitlines() if it.startswith("data: ")]

    told = heard(getattr(world, who))
    assert {event["data"].get("warehouse_id") for event in told} > {world.east}
    assert not leaks(told)
    assert len(leaks(heard(world.boss))) > 10


@pytest.mark.parametrize("path", ["/stock-movements", "/audit"])
def test_no_cursor_leads_elsewhere(world: World, path: str) -> None:
    """A cursor of somebody who sees everything is a place for who does not, and no more."""
    places = ["per_page=1"]
    led = 0
    while len(places) < 60:
        told = world.shop("GET", f"{path}?{places[-1]}", headers=world.boss)
        led += bool(leaks(told.json))
        for who in (world.east_only, world.east_and_west):
            answer = world.shop("GET", f"{path}?{places[-1]}", headers=who)
            assert answer.status in (200, 403), answer.body
            assert not leaks(answer.json), (places[-1], answer.body)
        following = told.json["meta"]["next_cursor"]
        if following is None:
            break
        places.append(f"{places[0]}&cursor={following}")
    assert len(places) > 3
    assert led


@pytest.mark.parametrize("who", ["east_only", "east_and_west"])
def test_files_tell_and_change_nothing_elsewhere(world: World, who: str) -> None:
    shop, headers, told = world.shop, getattr(world, who), 0
    before = database_contents(shop.url)
    for it in OPERATIONS:
        path = it.path.replace("{format}", "csv")
        if it.formats:
            answer = shop("GET", path, headers=headers)
            assert answer.status == 200, (path, answer.body)
            assert not leaks(answer.body.decode()), (path, answer.body)
            told += bool(leaks(shop("GET", path, headers=world.boss).body.decode()))
        if it.takes_files:
            everything = shop(
                "GET", path.replace("/imports/", "/exports/") + ".csv", headers=world.boss
            )
            answer = shop(
                "POST", path, everything.body, headers={"content-type": "text/csv", **headers}
            )
            assert answer.status in (200, 422), (path, answer.body)
            assert not leaks(answer.json), (path, answer.body)
    assert told >= 5, "the boss is told what the others are not"
    assert database_contents(shop.url) == before


def leaks(told: Any, name: str = "") -> list[Any]:
    """What of an answer is another's: quantities by the million, texts, the first warehouse."""
    if isinstance(told, dict):
        return [found for key, value in told.items() for found in leaks(value, key)]
    if isinstance(told, list):
        return [found for value in told for found in leaks(value, name)]
    if isinstance(told, str):
        return [told] if "SECRET" in told or _MANY.search(told) else []
    is_many = isinstance(told, int) and abs(told) > 10**6
    return [told] if is_many or (name == "warehouse_id" and told == MAIN) else []


def ids(answer: Answered) -> set[int]:
    assert answer.status == 200, answer.body
    return {row["id"] for row in answer.data}


def test_lists_are_whole_all_the_same(world: World) -> None:
    w = world

    def listed(path: str, who: Headers) -> set[int]:
        answer = w.shop("GET", path, headers=who)
        found = ids(answer)
        assert answer.json["meta"].get("total", len(found)) == len(found)
        return found

    for who, names in ((w.east_only, {"east"}), (w.east_and_west, {"east", "west"})):
        assert listed("/warehouses", who) == {w.ids[name] for name in names}
        assert listed("/counts", who) == {w.ids[f"{name}_count"] for name in names}
        assert listed(SALES, who) == {w.ids[f"{name}_sale"] for name in names}
        assert listed("/reservations", who) >= {w.ids[f"{name}_reservation"] for name in names}
        orders = {
            w.ids[f"{name}_purchase_{it}"] for name in names for it in ("drafted", "received")
        }
        assert listed("/purchase-orders", who) == orders
        assert listed("/stock-movements", who) >= {w.ids[f"{name}_movement"] for name in names}
    # A transfer is seen from both its ends.
    assert listed("/transfers", w.east_only) == {w.east_transfer}
    assert listed("/transfers", w.east_and_west) == {w.east_transfer, w.west_transfer}


def on_hand(w: World, who: Headers, *names: str) -> int:
    """What the boss is told of some warehouses, in sum."""
    told = w.shop("GET", f"/products/{w.lamp}/inventory", headers=who).data
    wanted = {w.ids[name] for name in names}
    return sum(row["quantity_on_hand"] for row in told if row["warehouse_id"] in wanted)


def test_sums_are_over_their_warehouses(world: World) -> None:
    w = world
    for who, names in ((w.east_only, ["east"]), (w.east_and_west, ["east", "west"])):
        expected = on_hand(w, w.boss, *names)
        one = w.shop("GET", f"/products/{w.lamp}?include=inventory", headers=who).data
        [listed] = w.shop("GET", "/products?sku=LAMP", headers=who).data
        assert one["stock_quantity"] == listed["stock_quantity"] == expected
        assert one["inventory"]["quantity_on_hand"] == expected
        assert one["stock_status"] == listed["stock_status"]
        found = w.shop("GET", f"/products?stock_status={one['stock_status']}", headers=who).data
        assert [row["id"] for row in found] == [w.lamp]


REPORTS = ("low-stock", "out-of-stock", "reorder-report")


@pytest.mark.parametrize("report", REPORTS)
def test_a_report_is_of_their_one_warehouse_or_of_one_they_name(world: World, report: str) -> None:
    w = world
    path = f"/inventory/{report}"
    named = w.shop("GET", f"{path}?warehouse_id={w.east}", headers=w.boss)
    assert w.shop("GET", path, headers=w.east_only).data == named.data
    several = w.shop("GET", path, headers=w.east_and_west)
    assert (several.status, list(several.errors)) == (422, ["warehouse_id"])
    yours = f"Say which warehouse. Your warehouses: {w.east}, {w.west}"
    assert several.errors["warehouse_id"] == [yours]
    again = w.shop("GET", f"{path}?warehouse_id={w.east}", headers=w.east_and_west)
    assert again.data == named.data


def test_the_pages_of_several_warehouses_are_the_movements_of_each(world: World) -> None:
    w = world
    for sort in ("occurred_at", "-occurred_at"):
        expected = [
            row["id"]
            for row in w.shop("GET", f"/stock-movements?sort={sort}", headers=w.boss).data
            if row["warehouse_id"] in (w.east, w.west)
        ]
        seen: list[int] = []
        cursor = ""
        while True:
            path = f"/stock-movements?sort={sort}&per_page=3{cursor}"
            answer = w.shop("GET", path, headers=w.east_and_west)
            seen += [row["id"] for row in answer.data]
            following = answer.json["meta"]["next_cursor"]
            if following is None:
                break
            cursor = f"&cursor={following}"
        assert seen == expected


def test_what_others_were_answered_is_not_replayed(world: World) -> None:
    w = world
    path, body = f"/inventory/{w.lamp}/adjust", {"quantity": 1, "reason": "SECRET"}
    key = {"idempotency-key": "guessable-1"}
    first = w.shop("POST", path, body, headers={**w.boss, **key})
    assert leaks(first.json)
    again = w.shop("POST", path, body, headers={**w.east_only, **key})
    assert (again.status, again.json["type"]) == (422, "/problems/key_reused")
    own = {"idempotency-key": "own-1"}
    here = {**body, "warehouse_id": w.east}
    done = w.shop("POST", path, here, headers={**w.east_only, **own})
    replayed = w.shop("POST", path, here, headers={**w.east_only, **own})
    assert (done.status, replayed.body) == (200, done.body)
    assert replayed.headers["idempotent-replayed"] == "true"


def test_a_refusal_names_their_warehouses_alone(world: World) -> None:
    w = world
    body = {"quantity": 1, "reason": "x"}
    answer = w.shop("POST", f"/inventory/{w.lamp}/adjust", body, headers=w.east_only)
    message = f"You may not work in this warehouse. Your warehouses: {w.east}"
    assert answer.status == 403
    assert answer.errors == {"warehouse_id": [message]}
    assert answer.json["type"] == "/problems/warehouse_not_yours"
    # Whether there is such a warehouse at all is not told either.
    nowhere = w.shop(
        "POST", f"/inventory/{w.lamp}/adjust", {**body, "warehouse_id": 999}, headers=w.east_only
    )
    assert (nowhere.status, nowhere.body) == (answer.status, answer.body)


def test_what_a_path_names_and_is_elsewhere_does_not_exist(world: World) -> None:
    w = world
    for method, path, body in (
        ("GET", f"/stock-movements/{w.main_movement}", None),
        ("POST", f"/stock-movements/{w.main_movement}/reverse", None),
        ("GET", f"/reservations/{w.main_reservation}", None),
        ("PATCH", f"/reservations/{w.main_reservation}", {"expires_at": None}),
        ("GET", f"/counts/{w.main_count}", None),
        ("POST", f"/counts/{w.main_count}/submit", None),
        ("GET", f"/purchase-orders/{w.main_purchase_drafted}/pdf", None),
        ("POST", f"/transfers/{w.main_transfer}/receive", None),
        ("GET", f"{SALES}/{w.both_sale}", None),
        ("POST", f"{SALES}/{w.both_sale}/confirm", None),
        ("GET", "/warehouses/1/products", None),
    ):
        answer = w.shop(method, path, body, headers=w.east_only)
        assert answer.status == 404, (method, path, answer.body)
