from __future__ import annotations

import json
import tracemalloc
from decimal import Decimal
from typing import Annotated, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import UNSET, Meta, Struct, UnsetType

from onhand.api import faults_in_words as words
from onhand.api import fields as f
from onhand.api.bodies import FAULTS_LISTED, parse
from onhand.api.catalogue.product_bodies import NewProduct, ProductChanges
from onhand.api.problems import Problem
from onhand.api.stock.bodies import CommandsBody, ReserveBody


class Line(Struct, kw_only=True, forbid_unknown_fields=True):
    quantity: f.Quantity
    price: f.Money | None = None
    at: f.Moment | None = None


class Everything(Struct, kw_only=True, forbid_unknown_fields=True):
    quantity: f.PositiveQuantity
    order_id: f.OrderId
    reason: f.Reason
    warehouse_id: f.WarehouseId | None = None
    notes: f.Notes | None = None
    price: f.Money | None = None
    barcode: f.Barcode | None = None
    occurred_at: f.Moment | None = None
    flag: bool | UnsetType = UNSET
    lines: Annotated[list[Line], Meta(max_length=3)] = []


GOOD = {"quantity": 1, "order_id": 2, "reason": "because"}


def problem(body: Any, kind: type[Struct] = Everything) -> Problem:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(Problem) as caught:
        parse(raw, kind)
    return caught.value


def test_a_right_body_is_taken():
    body = GOOD | {"price": 12.5, "occurred_at": "2025-01-15T16:45:00+02:00"}
    taken = parse(json.dumps(body).encode(), Everything)
    assert (taken.quantity, taken.order_id, taken.reason) == (1, 2, "because")
    assert taken.price == Decimal("12.5")
    assert taken.occurred_at is not None
    assert f.utc(taken.occurred_at).isoformat() == "2025-01-15T14:45:00+00:00"


class Texts(Struct, kw_only=True, forbid_unknown_fields=True):
    sku: f.Sku = "A1"
    barcode: f.Barcode = "A1"
    currency: f.Currency = "USD"
    counted_by: f.Person = "John"
    reference: f.Reference = "PO-1"
    reason: f.Reason = "because"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\x0b", "\x00"])
@pytest.mark.parametrize("name", Texts.__struct_fields__)
def test_a_pattern_holds_to_the_very_end(name: str, end: str):
    body = {name: getattr(Texts(), name) + end}
    if name == "reason" and "\n" in end:  # may have several lines
        assert parse(json.dumps(body).encode(), Texts).reason.endswith(end)
    else:
        assert list(problem(body, Texts).errors) == [name]


def test_every_fault_is_named_at_once_under_its_field():
    body = {
        "quantity": 1.5,
        "order_id": "789",
        "waerhouse_id": 1,
        "price": 1.23456,
        "occurred_at": "2025-01-15T16:45:00",
        "barcode": "4006381333932",
        "lines": [{"quantity": 1}, {"quantity": True, "extra": 1}, 5],
    }
    found = problem(body)
    assert found.status == 422
    assert set(found.errors) == {
        "quantity",
        "order_id",
        "reason",
        "waerhouse_id",
        "price",
        "occurred_at",
        "barcode",
        "lines.1.quantity",
        "lines.1.extra",
        "lines.2",
    }
    texts = {name: texts[0] for name, texts in found.errors.items()}
    assert texts["quantity"].startswith("Must be a whole number of 1 or more")
    assert texts["quantity"].endswith("got 1.5")
    assert texts["waerhouse_id"] == 'Unknown field. Did you mean "warehouse_id"?'
    assert texts["reason"].startswith("This field is required")
    assert "as 2025-01-15T16:45:00Z" in texts["occurred_at"]
    assert "should be 1" in texts["barcode"]
    assert texts["lines.2"] == "Must be an object; got 5"


@pytest.mark.parametrize(
    "quantity",
    [
        "1.5",
        "1.0000001",
        "1e-2",
        "1e99",
        "9007199254740993.0",
        "true",
        '"5"',
        "null",
        "[]",
        "0",
        "-1",
        str(2**53 + 1),
        "9" * 30,
    ],
)
def test_a_quantity_is_a_whole_number_within_its_range_or_refused(quantity):
    found = problem(f'{{"quantity":{quantity},"order_id":1,"reason":"x"}}'.encode())
    assert (found.status, list(found.errors)) == (422, ["quantity"])


@pytest.mark.parametrize(
    ("sent", "taken"),
    [("5.0", 5), ("1e2", 100), ("1.5E1", 15), ("9007199254740991.000", 2**53 - 1)],
)
def test_a_whole_number_may_be_written_with_a_point(sent, taken):
    body = f'{{"quantity":{sent},"order_id":1.0,"reason":"x","price":1.50}}'.encode()
    given = parse(body, Everything)
    assert (given.quantity, given.order_id, given.price) == (taken, 1, Decimal("1.5"))
    assert type(given.quantity) is int
    wrong = f'{{"quantity":{sent},"order_id":1.5,"reason":"x"}}'.encode()
    assert list(problem(wrong).errors) == ["order_id"]


def test_the_largest_quantity_is_taken():
    assert parse(b'{"quantity":9007199254740992}', Line).quantity == 2**53
    assert parse(b'{"quantity":-9007199254740992}', Line).quantity == -(2**53)


@pytest.mark.parametrize(
    ("sent", "taken"),
    [
        ("1299.99", "1299.99"),
        ("0.1", "0.1"),
        ("0", "0"),
        ("-0.0", "0"),
        ("1.5000", "1.5"),
        ("1.50000000", "1.5"),
        ("1e2", "100"),
        ("99999999999999.9999", "99999999999999.9999"),
    ],
)
def test_money_is_exact(sent, taken):
    price = parse(f'{{"quantity":1,"price":{sent}}}'.encode(), Line).price
    assert str(price) == taken


@pytest.mark.parametrize(
    "sent",
    [
        "-1",
        "-0.0001",
        "1.00001",
        "1e15",
        "1e999999999",
        "1e-999999999",
        "1e99999999999999999999",
        "1e-99999999999999999999",
        "0e99999999999999999999",
        '"1.5"',
        "true",
        "[]",
        "{}",
    ],
)
def test_money_out_of_its_range_is_refused(sent):
    found = problem(f'{{"quantity":1,"price":{sent}}}'.encode(), Line)
    assert (found.status, list(found.errors)) == (422, ["price"])


@pytest.mark.parametrize(
    "sent",
    [
        "2025-01-15",
        "2025-01-15T16:45:00",
        "today",
        5,
        "0001-01-01T00:00:00+01:00",
        "2025-13-01T00:00:00Z",
    ],
)
def test_a_moment_needs_its_zone(sent):
    assert list(problem({"quantity": 1, "at": sent}, Line).errors) == ["at"]


@pytest.mark.parametrize("text", ["", "  ", "a\u0000b", "a\u001bb", "x" * 2001])
def test_a_reason_is_a_text_that_says_something(text):
    assert list(problem(GOOD | {"reason": text}).errors) == ["reason"]


def test_a_reason_may_have_lines_and_any_script():
    for text in ("two\nlines", "库存调整", "😀", "x" * 2000):
        assert parse(json.dumps(GOOD | {"reason": text}).encode(), Everything).reason == text


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b"   ", "empty"),
        (b"{", "ends too early at line 1, column 2"),
        (b'{"a":\n  nope}', "at line 2, column 4"),
        (b'{"quantity": NaN}', "invalid character"),
        (b'{"quantity": -Infinity}', "invalid character"),
        (b'{"quantity": 1,}', "trailing comma"),
        (b"{'quantity': 1}", "keys must be strings"),
        (b'{"quantity": 1} {}', "trailing characters"),
        (b'\xef\xbb\xbf{"quantity": 1}', "byte order mark"),
        (b'{"reason": "\xff"}', "UTF-8"),
        (b'{"reason": "\\ud800"}', "not valid JSON"),
        (b'{"quantity": 01}', "invalid number"),
        (b'{"x": ' + b"[" * 100_000, "nested too deeply"),
        (b"\xff\xfe{\x00}\x00", "not valid JSON"),
    ],
)
def test_what_is_no_json_is_a_400_that_says_where(body, words):
    found = problem(body)
    assert found.status == 400
    assert words in found.message


@pytest.mark.parametrize(
    "body",
    [
        b'{"quantity":1,"quantity":2,"order_id":1,"reason":"x"}',
        b'{"quantity":1,"quantity" :2,"order_id":1,"reason":"x"}',
        b'{"quantity":1,"quant\\u0069ty":2,"order_id":1,"reason":"x"}',
        b'{"quantity":"x","quantity":2,"order_id":1,"reason":"x"}',
        b'{"quantity":1,"order_id":1,"reason":":x","quantity":2}',
        b'{"quantity":1,"order_id":1,"reason":"x","lines":[{"quantity":1,"quantity":1}]}',
    ],
)
def test_a_field_given_twice_is_refused(body):
    found = problem(body)
    assert found.status == 400
    assert '"quantity" is given twice' in found.message


@pytest.mark.parametrize("reason", [":x", "a:b", '"a":', "\\", "{}[]", 'x":"y', "tab\t"])
def test_texts_that_look_like_json_are_no_fields(reason):
    assert parse(json.dumps(GOOD | {"reason": reason}).encode(), Everything).reason == reason


@pytest.mark.parametrize("body", [[], 5, "x", None, True, [GOOD]])
def test_a_body_that_is_no_object_is_named_as_a_whole(body):
    assert list(problem(body).errors) == ["body"]


def test_commands_name_their_place_and_type():
    body = {
        "commands": [
            {"type": "reserve", "product_id": 1, "quantity": 0, "order_id": 5},
            {"type": "adjust"},
            {"type": "steal"},
            {},
            7,
        ]
    }
    found = problem(body, CommandsBody)
    assert set(found.errors) == {
        "commands.0.quantity",
        "commands.1.product_id",
        "commands.1.quantity",
        "commands.1.reason",
        "commands.2.type",
        "commands.3.type",
        "commands.4",
    }


def test_a_list_of_faults_has_an_end():
    commands = [{"type": "reserve", "product_id": 1, "quantity": 0, "order_id": 5}] * 3_000
    found = problem({"commands": commands}, CommandsBody)
    assert len(found.errors) == FAULTS_LISTED
    assert "3,000 fields are wrong; the first 1,000 are named" in found.message


@pytest.mark.parametrize(
    "body",
    [
        b'{"commands":[' + b",".join([b"{}"] * 2_500_000) + b"]}",
        b'{"commands":[' + b",".join([b"1"] * 3_900_000) + b"]}",
        b"{" + b",".join(b'"a%d":1' % number for number in range(600_000)) + b"}",
        b'{"commands":[{"type":"adjust","reason":"' + b"x" * 7_000_000 + b'"}]}',
        b'{"x":' + b"[" * 900 + b"1" * 4_000_000 + b"]" * 900 + b"}",
    ],
)
def test_a_large_wrong_body_takes_little_memory(body):
    tracemalloc.start()
    problem(body, CommandsBody)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 64_000_000


def test_patch_refuses_quantities_and_says_where_to_go():
    found = problem({"stock_quantity": 5, "reserved_quantity": 1, "id": 9}, ProductChanges)
    assert "/adjust" in found.errors["stock_quantity"][0]
    assert "/reserve" in found.errors["reserved_quantity"][0]
    assert "leave it out" in found.errors["id"][0]


def test_patch_tells_null_from_nothing():
    assert parse(b'{"description":null}', ProductChanges).changes == {"description": None}
    assert parse(b"{}", ProductChanges).changes == {}
    assert list(problem({"name": None}, ProductChanges).errors) == ["name"]


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from(["2025-01-15T16:45:00Z", "reserve", "adjust", "piece", "USD"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["quantity", "order_id", "reason", "type", "commands", "product_id", "sku", "name"]
            )
            | st.text(),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)
KINDS = (Everything, Line, NewProduct, ProductChanges, CommandsBody, ReserveBody)


def outcome(body: bytes, kind: type[Struct]) -> Any:
    try:
        return parse(body, kind)
    except Problem as found:
        return found


def whole(found: Problem) -> bool:
    body = json.loads(found.answer.body)
    return (
        set(body) == {"message", "errors", "type", "title", "status", "detail"}
        and body["status"] == found.answer.status
        and body["status"] in (400, 422)
        and bool(body["message"])
        and all(name and all(texts) for name, texts in body["errors"].items())
        and (body["status"] != 422 or bool(body["errors"]))
    )


def test_no_more_hints_are_looked_for_than_are_told(monkeypatch: pytest.MonkeyPatch):
    asked = []

    def unknown(name: str, _: Any) -> str:
        asked.append(name)
        return "Unknown field"

    monkeypatch.setattr(words, "unknown", unknown)
    body = b"{" + b",".join(b'"quantit%d":1' % number for number in range(5_000)) + b"}"
    found = problem(body)
    assert len(asked) == FAULTS_LISTED
    assert found.message.startswith("5,003 fields are wrong; the first 1,000 are named")


@given(JSON_VALUES, st.sampled_from(KINDS))
def test_any_json_becomes_a_struct_or_a_whole_problem(value, kind):
    taken = outcome(json.dumps(value).encode(), kind)
    if isinstance(taken, Problem):
        assert whole(taken)
    else:
        assert isinstance(taken, kind)
        assert isinstance(value, dict)


@given(st.binary(max_size=200), st.sampled_from(KINDS))
@example(b'{"quantity":1e999}', Everything)
@example(b'{"quantity":1e99999999999999999999}', Everything)
@example(b"1e-99999999999999999999", Everything)
@example(b'{"\xff":1}', Everything)
@example(b'{"reason":"\xff","quantity":1,"order_id":2,"reason":"x"}', Everything)
@example(b'{"commands":[{"type":"\xff"}]}', CommandsBody)
@example(b'{"commands":[{"type":5}]}', CommandsBody)
@example(b'{"quantity":' + b"1" * 5_000 + b"}", Everything)
@example(b'{"price":' + b"1" * 5_000 + b',"quantity":1}', Line)
@example(b'{"price":0.' + b"1" * 5_000 + b',"quantity":1}', Line)
def test_any_bytes_become_a_struct_or_a_whole_problem(body, kind):
    taken = outcome(body, kind)
    assert isinstance(taken, kind) or whole(taken)


@given(st.dictionaries(st.sampled_from(sorted(GOOD)), JSON_VALUES), st.sampled_from(sorted(GOOD)))
def test_a_wrong_field_is_named_whatever_stands_beside_it(others, missing):
    body = {name: value for name, value in (GOOD | others).items() if name != missing}
    assert missing in problem(body).errors
