from __future__ import annotations

import json
from string import Formatter

import pytest

from onhand.api import problems
from onhand.core.rejections import TEXTS, Rejected, RejectionCode
from onhand.ledger import faults
from onhand.ledger.writer import KeyInFlight

FACTS = {
    name: 1
    for sentence in TEXTS.values()
    for text in sentence
    for _, name, *_ in Formatter().parse(text)
    if name
}


def told(problem: problems.Problem):
    answer = problem.answer
    body = json.loads(answer.body)
    assert answer.status == body["status"] == problem.status
    assert list(body) == ["message", "errors", "type", "title", "status", "detail"]
    assert problems.media_type(answer) == "application/problem+json"
    return body


@pytest.mark.parametrize(
    ("code", "facts", "errors"),
    [
        (
            RejectionCode.NEGATIVE_STOCK,
            {},
            {"quantity": ["Stock quantity cannot be negative"]},
        ),
        (
            RejectionCode.RESERVED_EXCEEDS_ON_HAND,
            {},
            {"reserved_quantity": ["Reserved quantity cannot exceed stock quantity"]},
        ),
        (
            RejectionCode.INSUFFICIENT_AVAILABLE,
            {"available": 5, "requested": 10},
            {"quantity": ["Insufficient stock available. Available: 5, Requested: 10"]},
        ),
        (
            RejectionCode.NOT_TRACKED,
            {},
            {"product_id": ["Inventory is not tracked for this product"]},
        ),
    ],
)
def test_the_specifications_texts_to_the_letter(code, facts, errors):
    body = told(problems.rejected(Rejected(code, facts)))
    assert body["errors"] == errors
    assert body["status"] == 422
    assert body["type"] == f"/problems/{code.value}"


@pytest.mark.parametrize("code", list(RejectionCode))
def test_every_rejection_has_a_whole_problem(code):
    body = told(problems.rejected(Rejected(code, FACTS)))
    assert 400 <= body["status"] < 500
    assert body["errors"]


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (RejectionCode.ALREADY_REVERSED, 409),
        (RejectionCode.WAREHOUSE_HOLDS_STOCK, 409),
        (RejectionCode.DEFAULT_WAREHOUSE_STAYS, 409),
        (RejectionCode.STALE_VERSION, 412),
        (RejectionCode.NOT_POSSIBLE_NOW, 409),
        (RejectionCode.WRITTEN_BY_DOCUMENT, 409),
        (RejectionCode.DOCUMENT_NOT_FOUND, 404),
        (RejectionCode.DELIVERY_RECEIVED, 409),
        (RejectionCode.RECEIPT_NOT_FOUND, 404),
        (RejectionCode.RECEIPT_REVERSED, 409),
        (RejectionCode.SUPPLIER_NOT_ACCEPTING, 409),
        (RejectionCode.SUPPLIER_NOT_FOUND, 422),
        (RejectionCode.TERMS_NOT_FOUND, 404),
        (RejectionCode.LINES_REFUSED, 422),
        (RejectionCode.SKU_TAKEN, 422),
        (RejectionCode.RESERVATION_NOT_FOUND, 404),
        (RejectionCode.PRODUCT_NOT_FOUND, 422),
    ],
)
def test_statuses_of_rejections(code, status):
    assert told(problems.rejected(Rejected(code, FACTS)))["status"] == status


def test_what_the_path_names_is_404_and_what_the_body_names_422():
    unknown = Rejected(RejectionCode.PRODUCT_NOT_FOUND, {"product_id": 5})
    assert told(problems.rejected(unknown, path_names=("product_id",)))["status"] == 404
    assert told(problems.rejected(unknown))["status"] == 422
    facts = {"warehouse_id": 5, "field": "warehouse_id"}
    elsewhere = Rejected(RejectionCode.WAREHOUSE_NOT_FOUND, facts)
    assert told(problems.rejected(elsewhere, path_names=("product_id",)))["status"] == 422


def test_one_of_many_commands_is_named_by_its_place():
    body = told(problems.rejected(Rejected(RejectionCode.QUANTITY_ZERO), prefix="commands.3."))
    assert list(body["errors"]) == ["commands.3.quantity"]
    assert body["status"] == 422


@pytest.mark.parametrize(
    ("fault", "name", "word"),
    [
        (faults.QueueFull("12 commands are waiting"), "busy", "12"),
        (faults.StoreBusy("40P01 deadlock"), "busy", "database is busy"),
        (faults.StoreUnavailable("password=secret"), "unavailable", "cannot be reached"),
        (faults.CommitUnknown(""), "commit_unknown", "Idempotency-Key"),
        (faults.StorageFull("/var/lib/x.db"), "storage_full", "no room"),
        (faults.WriterStopped("stopping"), "stopping", "stopping"),
    ],
)
def test_faults_that_pass_say_when_to_try_again(fault, name, word):
    problem = problems.of_exception(fault)
    assert problem is not None
    body = told(problem)
    assert body["status"] == 503
    assert body["type"] == f"/problems/{name}"
    assert word in body["message"]
    assert "secret" not in body["message"]
    assert "/var" not in body["message"]
    assert int(dict(problem.headers)["Retry-After"]) >= 1


@pytest.mark.parametrize(
    "error",
    [faults.StoreRefused("ck_levels"), faults.Fault("x"), ValueError("secret"), KeyError(1)],
)
def test_what_is_unforeseen_is_a_500_that_tells_nothing(error):
    assert problems.of_exception(error) is None
    assert "secret" not in json.dumps(told(problems.failed()))


def test_idempotency_keys():
    in_flight = problems.of_exception(KeyInFlight("abc"))
    assert in_flight is not None
    assert told(in_flight)["status"] == 409
    body = told(problems.key_reused())
    assert body["status"] == 422
    assert list(body["errors"]) == ["Idempotency-Key"]


def test_one_wrong_field_is_told_in_the_message():
    body = told(problems.invalid({"quantity": ["Must be more"]}))
    assert body["message"] == "quantity: Must be more"
    assert told(problems.invalid({"a": ["x"], "b": ["y"]}))["message"] == "2 fields are wrong"


def test_every_name_has_a_status_and_a_title():
    for name, (status, title) in problems.TITLES.items():
        body = told(problems.Problem(name, "x"))
        assert (body["status"], body["title"]) == (status, title)
    assert set(TEXTS) == set(RejectionCode)


@pytest.mark.parametrize(
    "status", [400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 429, 500, 503]
)
def test_a_status_alone_finds_its_name(status):
    problem = problems.of_status(status, "x")
    assert problem.status == status
    assert problems.TITLES[problem.name][0] == status
