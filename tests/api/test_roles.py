"""Every operation, called as every role and scope: as docs/access.md has it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from docs.access_table import PAGE, YES
from onhand.api.endpoints import OPERATIONS
from onhand.api.operations import Operation
from onhand.ledger.access import ROLES, SCOPES, Permission, Role, Scope
from tests.api.conftest import running
from tests.api.harness import Answered, Shop

NOBODY = "nobody"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop on SQLite: who may is decided before any database is asked."""
    yield from running(f"sqlite:///{tmp_path_factory.mktemp('roles') / 'onhand.db'}")


@pytest.fixture(scope="module")
def headers(shop: Shop) -> dict[str, dict[str, str]]:
    """A key for each role and each scope."""
    given = {f"role {role}": shop.keys.give(role=role, name=role.value) for role in Role}
    given |= {f"scope {it}": shop.keys.give(it, name=f"scope {it}") for it in Scope}
    shop.refresh()
    return given


def called(shop: Shop, operation: Operation, headers: dict[str, str]) -> Answered:
    """An operation on nothing that is there: whoever may do it is told that, or what is wrong."""
    path = re.sub(r"\{\w+\}", "987654321", operation.path.replace("{format}", "csv"))
    if operation.operation_id == "stream_events":
        path += "?after=never"  # else it never ends
    return shop(operation.method, path, headers=headers)


def rows() -> dict[str, list[str]]:
    """The table of the endpoints as the page shows it: which roles are marked."""
    table = PAGE.read_text(encoding="utf-8").partition("who may: endpoints")[2]
    found: dict[str, list[str]] = {}
    for line in table.partition("<!-- end -->")[0].splitlines()[3:]:
        endpoint, _, *marks = (cell.strip() for cell in line.strip("| ").split(" |"))
        marks += [""] * (len(Role) - len(marks))
        found[endpoint.strip("`")] = [
            role for role, mark in zip(Role, marks, strict=True) if mark == YES
        ]
    return found


def test_each_endpoint_answers_the_roles_that_the_page_says(
    shop: Shop, headers: dict[str, dict[str, str]]
) -> None:
    told = rows()
    assert len(told) == len(OPERATIONS)
    for operation in OPERATIONS:
        endpoint = f"{operation.method} {operation.path}"
        for role in Role:
            answer = called(shop, operation, headers[f"role {role}"])
            assert answer.status != 401, endpoint
            assert (answer.status != 403) == (role in told[endpoint]), (endpoint, role, answer)
            if answer.status == 403:
                assert answer.json["type"] == "/problems/forbidden"


def test_each_endpoint_answers_the_scopes_that_have_its_permission(
    shop: Shop, headers: dict[str, dict[str, str]]
) -> None:
    for operation in OPERATIONS:
        if operation.needs is None:
            continue
        for scope in Scope:
            answer = called(shop, operation, headers[f"scope {scope}"])
            assert (answer.status != 403) == (operation.needs in SCOPES[scope])


def test_without_a_key_only_what_is_open_answers(
    shop: Shop, headers: dict[str, dict[str, str]]
) -> None:
    for operation in OPERATIONS:
        answer = called(shop, operation, {})
        assert (answer.status == 401) == (not operation.is_open)
        if answer.status == 401:
            assert answer.headers["www-authenticate"] == 'Bearer realm="onhand"'
    assert shop("GET", "/openapi.json").status == 200
    assert shop("GET", "/docs").status == 200


def test_a_refusal_says_what_is_needed_and_who_has_it(
    shop: Shop, headers: dict[str, dict[str, str]]
) -> None:
    answer = shop("POST", "/warehouses", {}, headers=headers["role clerk"])
    assert answer.json["message"] == (
        "This needs the permission warehouses.manage, which you do not have."
        " Roles that have it: manager, admin"
    )
    assert 'scope="warehouses.manage"' in answer.headers["www-authenticate"]


def test_the_sets_fit_each_other() -> None:
    # Who manages access, admins alone do.
    assert {role for role in Role if Permission.ACCESS_MANAGE in ROLES[role]} == {Role.ADMIN}
    assert SCOPES[Scope.READ] < SCOPES[Scope.WRITE] < SCOPES[Scope.ADMIN] == set(Permission)
    # A list of commands holds every kind of them.
    every_kind = {Permission.STOCK_MOVE, Permission.STOCK_RESERVE, Permission.STOCK_COUNT}
    for having in (*ROLES.values(), *SCOPES.values()):
        assert Permission.STOCK_MOVE not in having or every_kind <= having


# Counters are blind


def test_a_counter_is_told_nothing_of_stock(shop: Shop, headers: dict[str, dict[str, str]]) -> None:
    boss, counter = headers["role admin"], headers["role counter"]
    units = 7_654_321
    body = {"sku": "LAMP", "name": "Lamp", "barcode": "4006381333931", "stock_quantity": units}
    lamp = shop("POST", "/products", body, headers=boss).data["id"]
    count = {"warehouse_id": 1, "lines": [{"product_id": lamp}], "start": True}
    number = shop("POST", "/counts", count | {"recount_units": 0}, headers=boss).data["id"]
    entry = {"lines": [{"product_id": lamp, "quantity": 3}]}

    def step(verb: str, told: object, who: dict[str, str]) -> Answered:
        answer = shop("POST", f"/counts/{number}/{verb}", told, headers=who)
        assert answer.status == 200, answer.body
        return answer

    answers = [step("record", entry, counter)]
    assert len(step("submit", None, boss).data["recount"]) == 1
    answers.append(step("record", entry, counter))
    step("submit", None, boss)
    step("approve", None, boss)
    shop("POST", f"/inventory/{lamp}/reserve", {"quantity": 1, "order_id": 1}, headers=boss)
    filled = {"product_id": str(lamp), "count_id": str(number), "format": "csv"}
    asked = [
        re.sub(r"\{(\w+)\}", lambda name: filled.get(name[1], "1"), it.path)
        for it in OPERATIONS
        if it.method == "GET" and it.needs in ROLES[Role.COUNTER]
    ]
    assert "/api/v1/operations/products" in asked
    asked += [f"/products/{lamp}?warehouse_id=1", "/products?warehouse_id=1"]
    answers += [shop("GET", it, headers=counter) for it in asked]
    for answer in answers:
        assert answer.status == 200
        assert b"7654" not in answer.body
        assert not re.search(rb'"(stock_.*|reserved.*|in_stock|inventory)":|on_hand', answer.body)
    [listed] = shop("GET", "/products?barcode=4006381333931", headers=counter).data
    assert (listed["name"], listed["sku"], listed["unit"]) == ("Lamp", "LAMP", "piece")
    history = shop("GET", f"/counts/{number}", headers=counter).data["history"]
    assert [step["details"] for step in history] == [{}] * len(history)


@pytest.mark.parametrize(
    "path", ["?stock_status=out_of_stock", "/1?include=inventory", "/1/inventory"]
)
def test_a_counter_cannot_ask_for_it_either(
    shop: Shop, headers: dict[str, dict[str, str]], path: str
) -> None:
    answer = shop("GET", f"/products{path}", headers=headers["role counter"])
    assert answer.status == 403
    assert "stock.read" in answer.json["message"]
