"""The comparison itself: one that lets everything pass would prove nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.docs.carrying_out import curl_request
from tests.docs.comparing import differences, parsed
from tests.docs.examples import BadDocument, steps
from tests.docs.seed import examples_in

SHOWN = {"id": 7, "name": "Laptop", "in_stock": True, "inventory": {"quantity_on_hand": 45}}


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"id": 8}, "id: 7 expected, 8 found"),
        ({"name": "laptop"}, 'name: "Laptop" expected, "laptop" found'),
        ({"in_stock": 1}, "in_stock: true expected, 1 found"),
        ({"inventory": {}}, "inventory.quantity_on_hand: 45 expected, nothing found"),
        ({"inventory": [45]}, 'inventory: {"quantity_on_hand": 45} expected, [45] found'),
        ({"inventory": {"quantity_on_hand": 45.0}}, "quantity_on_hand: 45 expected, 45.0 found"),
    ],
)
def test_another_value_is_a_difference(changed: dict[str, Any], problem: str) -> None:
    assert any(problem in found for found in differences(SHOWN, SHOWN | changed))


def test_more_fields_are_none() -> None:
    assert differences(SHOWN, SHOWN | {"sku": "LAPTOP-001"}) == []
    more = differences(SHOWN, SHOWN | {"sku": "LAPTOP-001"}, whole=True)
    assert more == ['sku: nothing expected, "LAPTOP-001" found']


def test_a_list_has_as_many_items_as_shown() -> None:
    assert differences([1], [1, 2]) == [": 1 items expected, 2 found"]
    assert differences([1, 2], [2, 1])


def test_moments_are_compared_by_shape_and_order() -> None:
    shown = {"counted": "2025-01-10T14:30:00Z", "moved": "2025-01-15T09:15:00Z"}
    assert differences(shown, shown | {"counted": "2026-01-01T00:00:00Z"})
    later = {"counted": "2026-01-01T00:00:00.5Z", "moved": "2026-01-01T00:00:01Z"}
    assert differences(shown, later) == []
    assert differences(shown, later | {"moved": "2026-01-01 00:00:01"})
    assert differences(shown, later | {"moved": None})


def test_ids_of_movements_are_compared_by_order() -> None:
    shown = [{"id": 456, "movement_type": "in"}, {"id": 457, "movement_type": "out"}]
    assert differences(shown, [{**shown[0], "id": 1}, {**shown[1], "id": 5}]) == []
    assert differences(shown, [{**shown[0], "id": 5}, {**shown[1], "id": 1}])
    assert differences(shown, [{**shown[0], "id": 1}, {**shown[1], "id": "5"}])
    assert differences({"movement_ids": [1, 2]}, {"movement_ids": [3]})


def test_money_is_compared_digit_by_digit() -> None:
    assert differences(parsed("1299.99"), parsed("1299.990000000000000001"))


def test_three_dots_stand_for_anything() -> None:
    assert differences("Reversal of movement …", "Reversal of movement 4") == []
    assert differences("Reversal of movement …", "Reversal")
    assert differences("Reversal of movement 4", "Reversal of movement …")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("```http\nGET /x\n", "has no end"),
        ("```http\nFETCH /x\n```", "neither a request line nor a status line"),
        ("```http\nHTTP/1.1 200 OK\n```", "an answer without a request"),
        ("```console\nhello\n```", "begin with a command"),
        ("```yaml\na: 1\n```", "nobody knows what to do with 'yaml'"),
    ],
)
def test_an_example_that_could_not_be_run_is_an_error(
    text: str, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.docs.examples.ROOT", tmp_path)
    document = tmp_path / "document.md"
    document.write_text(text, encoding="utf-8")
    with pytest.raises(BadDocument, match=problem):
        steps(document)


def test_curl_is_read_as_curl_reads_it() -> None:
    words = ["-s", "http://127.0.0.1:8080/a?b=1", "-d", "{}", "|", "cat"]
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert curl_request(words) == ("POST", "/a?b=1", form, "{}")
    assert curl_request(["-X", "DELETE", "-H", "A: b", "h/c"]) == ("DELETE", "/c", {"A": "b"}, "")


def test_the_specifications_text_is_taken_apart() -> None:
    text = """Do:
POST /api/a/{id}/b
{
"c": 1
}This does that.
GET /api/dResponse:
{"e": 2}See e.
json{"f": 3}
"""
    found = examples_in(text)
    assert [(e.request, e.body, e.answer) for e in found] == [
        ("POST /api/a/{id}/b", {"c": 1}, None),
        ("GET /api/d", None, {"e": 2}),
        (None, None, {"f": 3}),
    ]
