"""JSON bodies: single stock commands, lists of them, products, warehouses, and the small ones.

What is taken must be what Python's own JSON reader sees, fit to be stored, the same when written
out and read again, and an order the rules can decide. What is refused is a 400 where it is no JSON,
or a 422 that names the faults, in an answer that is itself JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal
from typing import Any

import msgspec
from msgspec import Struct

from onhand.api.bodies import parse
from onhand.api.catalogue.product_bodies import NewProduct, ProductChanges
from onhand.api.catalogue.warehouses import NewWarehouse, WarehouseChanges
from onhand.api.fields import Money
from onhand.api.problems import Problem
from onhand.api.stock.bodies import CommandsBody
from onhand.api.stock.commands import BODIES
from onhand.api.stock.movements import Reversal
from onhand.api.stock.reservations import ReservationChanges
from onhand.core.callers import Caller
from onhand.core.commands import (
    Command,
    CreateProduct,
    CreateWarehouse,
    Request,
    UpdateProduct,
)
from onhand.core.movements import Origin
from onhand.core.products import ProductAttributes
from onhand.core.warehouses import WarehouseAttributes
from onhand.ledger.posting import Done, Submission, settle
from onhand.ledger.verify import verify
from onhand.store.memory import MemoryStore
from proofs.fuzzing import seeds
from proofs.fuzzing.target import Target, choosing, chosen

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CALLER = Caller("fuzz")
ORIGIN = Origin(CALLER.name)

SINGLE = [kind for kind, _ in BODIES.values()]
CATALOGUE = [NewProduct, ProductChanges, NewWarehouse, WarehouseChanges]
SMALL = [Reversal, ReservationChanges]

SEVERAL_LINES = {"notes", "reason", "description", "address"}
_ENDLESS = re.compile(rb"[0-9]{4301}")
_LENIENT = Context(traps=[])
_TOO_DEEP, _NO_JSON = object(), object()
_encoder = msgspec.json.Encoder(decimal_format="number", enc_hook=Decimal)


def command(data: bytes) -> None:
    """One body of one stock command, carried out on a small ledger."""
    kind, body = chosen(data, SINGLE)
    given = taken(body, kind)
    if given is not None:
        carry_out([given.command(1, CALLER, NOW)])


def commands(data: bytes) -> None:
    """A list of stock commands, carried out on a small ledger."""
    given = taken(data, CommandsBody)
    if given is not None:
        orders = [one.command(one.product_id, CALLER, NOW) for one in given.commands]
        carry_out(orders, atomic=given.atomic)


def catalogue(data: bytes) -> None:
    """A product or a warehouse: a new one, or changes."""
    kind, body = chosen(data, CATALOGUE)
    given = taken(body, kind)
    if isinstance(given, NewProduct):
        carry_out([CreateProduct(given.attributes, ORIGIN)])
    elif isinstance(given, ProductChanges):
        carry_out([UpdateProduct(1, given.changes, ORIGIN)])
    elif isinstance(given, NewWarehouse):
        attributes = WarehouseAttributes(given.name.strip(), given.code.strip(), given.type)
        carry_out([CreateWarehouse(attributes, ORIGIN)])


def small(data: bytes) -> None:
    """Why a movement is reversed, or until when a reservation holds."""
    kind, body = chosen(data, SMALL)
    taken(body, kind)


def taken(body: bytes, kind: type[Struct]) -> Any:
    """The struct that a body is taken for; None where it is refused as it may be."""
    given, refusal = None, None
    try:
        given = parse(body, kind)
    except Problem as problem:
        refusal = problem
    if refusal is not None:
        check_refusal(refusal)
        # Texts that are not looked at may be no UTF-8; behind a number that nobody can read
        # nothing is read.
        is_json = _ENDLESS.search(body) or read_by_python(body, errors="replace") is not _NO_JSON
        assert is_json or refusal.status == 400, f"no JSON, and yet {refusal.message}"
        return None
    assert given is not None
    seen = read_by_python(body)
    assert seen is not _NO_JSON, "Python's reader takes it for no JSON"
    check_same(given, seen)
    for name, text in texts_of(given):
        check_text(name, text)
    assert parse(_encoder.encode(given), kind) == given, "read again, it is something else"
    return given


def check_refusal(problem: Problem) -> None:
    """A refusal is for a client, and can be sent."""
    assert problem.status in (400, 422), f"a parser says {problem.status}"
    told = json.loads(problem.answer.body.decode())
    assert told["message"], "a refusal without a word"
    if problem.status == 422:
        assert told["errors"], "a 422 that names no field"
        assert all(texts and all(texts) for texts in told["errors"].values()), "a fault unsaid"


def read_by_python(body: bytes, errors: str = "strict") -> Any:
    """What Python's own reader makes of a body."""

    def no_constant(name: str) -> Any:
        raise ValueError(name)

    try:
        return json.loads(
            body.decode(errors=errors),
            parse_float=lambda text: Decimal(text, _LENIENT),
            parse_int=Decimal,
            parse_constant=no_constant,
        )
    except RecursionError:
        return _TOO_DEEP
    except ValueError:
        return _NO_JSON


def check_same(given: Struct, seen: Any) -> None:
    """A struct says what the JSON says that it was read from."""
    assert isinstance(seen, dict), "taken for an object"
    config = given.__struct_config__
    names = dict(zip(given.__struct_fields__, given.__struct_encode_fields__, strict=True))
    known = {*names.values(), config.tag_field}
    assert seen.keys() <= known, f"silently left out: {seen.keys() - known}"
    for attribute, name in names.items():
        if name in seen:
            check_value(getattr(given, attribute), seen[name], name)


def check_value(value: Any, seen: Any, name: str) -> None:
    """One field says what its JSON says."""
    if isinstance(value, Struct):
        check_same(value, seen)
    elif isinstance(value, list):
        assert len(value) == len(seen), name
        for item, item_seen in zip(value, seen, strict=True):
            check_value(item, item_seen, name)
    elif isinstance(value, datetime):
        assert isinstance(seen, str), name
        assert value.tzinfo is not None, name
    elif isinstance(value, int | Money) and not isinstance(value, bool):
        assert Decimal(value) == seen, f"{name}: {seen} became {value}"
    else:
        assert value == seen, f"{name}: {seen!r} became {value!r}"


def texts_of(given: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """All texts of a struct, each with its field's name."""
    if isinstance(given, Struct):
        for field in given.__struct_fields__:
            yield from texts_of(getattr(given, field), field)
    elif isinstance(given, list):
        for item in given:
            yield from texts_of(item, name)
    elif isinstance(given, str):
        yield name, given


def check_text(name: str, text: str) -> None:
    """A text can be stored and shown: UTF-8, and no control characters but line ends and tabs."""
    text.encode()
    allowed = "\t\n\r" if name in SEVERAL_LINES else ""
    wrong = [mark for mark in text if (mark < " " and mark not in allowed) or mark == "\x7f"]
    assert not wrong, f"{name} keeps {wrong[0]!r}"


def carry_out(orders: list[Command], *, atomic: bool = False) -> None:
    """Have the rules decide: each order is accepted or rejected, and the ledger stays right."""
    store = MemoryStore(NOW - timedelta(days=1))
    shop: list[Command] = [
        CreateProduct(ProductAttributes(sku="A", name="a"), ORIGIN, 50),
        CreateProduct(
            ProductAttributes(sku="B", name="b", allow_backorder=True), Origin(CALLER.name)
        ),
        CreateWarehouse(WarehouseAttributes("East", "EAST"), ORIGIN),
    ]
    for request in (Request(tuple(shop)), Request(tuple(orders), atomic)):
        [settled] = settle(store, [Submission(request)], lambda: NOW)
        assert isinstance(settled, Done), f"the rules failed: {settled!r}"
    with store.proof() as proof:
        differences = [str(difference) for difference in verify(proof)]
    assert not differences, differences


TARGETS = [
    Target(
        "command",
        command,
        [choosing(SINGLE, kind, body) for kind in SINGLE for body in seeds.commands(kind)],
        seeds.JSON_TOKENS,
    ),
    Target("commands", commands, seeds.LISTS, seeds.JSON_TOKENS),
    Target(
        "catalogue",
        catalogue,
        [choosing(CATALOGUE, kind, body) for kind in CATALOGUE for body in seeds.CATALOGUE],
        seeds.JSON_TOKENS,
    ),
    Target(
        "small",
        small,
        [choosing(SMALL, kind, body) for kind in SMALL for body in seeds.SMALL],
        seeds.JSON_TOKENS,
    ),
]
