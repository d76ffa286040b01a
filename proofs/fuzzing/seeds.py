"""What the fuzzers begin with: the specification's own examples, and a few lines of our own."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from onhand.api.stock.commands import BODIES
from tests.support.source import ROOT

_EXAMPLES: list[dict[str, Any]] = json.loads(
    (ROOT / "tests" / "docs" / "seed_examples.json").read_text(encoding="utf-8")
)
_VERB = re.compile(r"/inventory/(?:\{?\w+\}?/)?(\w+)$")

_MORE: Mapping[str, Sequence[dict[str, Any]]] = {
    "adjust": [{"quantity": -2, "reason": "Shipped", "order_id": 7, "reference_type": "order"}],
    "reserve": [
        {"quantity": 1, "order_id": 7, "ttl_seconds": 60},
        {"quantity": 1, "order_id": 7, "expires_at": "2026-01-02T00:00:00+01:00"},
    ],
    "release": [{"quantity": 1, "order_id": 0, "warehouse_id": 1}],
    "count": [{"counted_quantity": 0, "counted_by": "é", "on_shortfall": "deallocate"}],
    "transfer": [
        {"product_id": 1, "from_warehouse_id": 1, "to_warehouse_id": 2, "quantity": 5.0},
    ],
}
_TIMES = {"occurred_at": "2025-06-01T12:00:00Z", "notes": "a\nb", "reference_id": 3}


def _encoded(bodies: Sequence[Any]) -> list[bytes]:
    return [json.dumps(body, ensure_ascii=False).encode() for body in bodies]


def examples_of(verb: str) -> list[dict[str, Any]]:
    """The examples' bodies of a stock command, and ours."""
    found = []
    for example in _EXAMPLES:
        place = _VERB.search(example["request"] or "")
        if place and place[1] == verb and "body" in example:
            found.append(example["body"])
    ours = [*_MORE[verb], _MORE[verb][0] | _TIMES]
    return found + ours


def commands(kind: type) -> list[bytes]:
    """Bodies of one kind of stock command."""
    return _encoded(examples_of(next(verb for verb, (body, _) in BODIES.items() if body is kind)))


_LISTED = [
    {"type": verb, "product_id": 1} | body for verb in BODIES for body in examples_of(verb)
] + [
    {"type": "receive", "product_id": 2, "quantity": 3, "order_id": 1},
    {"type": "ship", "product_id": 1, "quantity": 3, "order_id": 789},
]
LISTS = _encoded(
    [
        {"commands": _LISTED},
        {"commands": _LISTED[:2], "atomic": True},
        *({"commands": [one]} for one in _LISTED[::3]),
    ]
)

CATALOGUE = _encoded(
    [
        *(
            example["body"]
            for example in _EXAMPLES
            if "body" in example and "/products" in (example["request"] or "")
        ),
        {"sku": "A-1", "name": "é", "barcode": "4006381333931", "cost_price": 0.0001},
        {"sku": "A-2", "name": "x", "currency": "EUR", "unit": "kg", "is_active": False},
        {"name": "x", "description": None, "lead_time_days": 14, "safety_stock": 5},
        {"name": "East", "code": "EAST", "type": "satellite", "address": "1 Pier Road\nNewark"},
        {"is_active": False, "parent_warehouse_id": None},
    ]
)

SMALL = _encoded(
    [
        {},
        {"reason": "Booked on the wrong product", "notes": "", "reference": "M-1"},
        {"occurred_at": "2025-06-01T12:00:00.123456-05:00"},
        {"expires_at": "2027-01-01T00:00:00Z"},
        {"expires_at": None},
    ]
)

QUERIES = (
    b"",
    b"page=2&per_page=10&sort=-created_at,name",
    b"sku=A%20B&stock_status=low_stock&is_active=false&search=%25_",
    b"product_id=1&from=2025-01-15&to=2025-01-16T00:00:00%2B01:00&sort=-occurred_at",
    b"movement_type=out&reference_type=order&reference_id=3&order_id=7&cursor=63872409600000000-1",
    b"expiring_before=2025-01-15T01:00:00+02:00&sort=expires_at,-id&order_id=0",
    b"include=inventory&warehouse_id=1&barcode=4006381333931",
    b"type=satellite&code=EAST&sort=code",
    b"as_of=2025-01-15&days=30&until=2025-02-01",
)

HEAD = b"invoice,stock_code,description,quantity,invoice_date,unit_price,customer_id,country\n"
SALES = (
    HEAD + b"489434,85048,GLASS BALL,12,2009-12-01 07:45:00,6.95,13085,United Kingdom\n",
    HEAD + b'1,10001A,"A, B",3,2010-01-01 10:00:00,1.5,,\n\nC1,10001A,,-1,2010-01-02,1.5,,\n',
    HEAD + b"1,10001,,-2,2010-01-01,0,,\r\n2,10001,damaged,0,2010-01-01,0,,\r\n2,POST,,1,,,,",
    HEAD + b'1,10001,"two\nlines",1,2010-03-28 01:30:00,1,,\n1,10001,"open,1,2010-01-01,1,,\n',
    b"quantity;stock_code;invoice;invoice_date;unit_price;description\n1;10001;5;2010-01-01;2;x\n",
    b"\xef\xbb\xbf" + HEAD + b"5,10001,\xc3\xa9,1,2010-01-01T00:00:00+05:00,.5,,\n",
)

JSON_TOKENS = (
    *(b"null", b"true", b"-0", b"0.0", b"1e2", b"1e-2", b"1e999999999", b"9223372036854775808"),
    *(b"1e99999999999999999999", b"0e-99999999999999999999"),
    *(b"9007199254740993", b'"', b"\\u0000", b"\\ud800", b"\\ud83d\\ude00", b"\\n", b"\xff"),
    *(b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\\/", b"[]", b"{}", b"[", b"{", b"}", b",", b":", b" "),
    *(b'"type":', b'"quantity":', b'"notes":', b'"atomic":true', b'"order_id":0', b'"id":1'),
    *(b"0001-01-01T00:00:00+23:59", b"9999-12-31T23:59:59-23:59", b"2025-02-30T00:00:00Z"),
)
URL_TOKENS = (
    *(b"%00", b"%0A", b"%0D", b"%20", b"+", b"%2B", b"%", b"%ff", b"%C3%A9", b"&", b"=", b";"),
    *(b"sort=", b"page=", b"per_page=", b"cursor=", b"from=", b"to=", b"search=", b"sku=", b"-"),
    *(b"0001-01-01", b"9999-12-31", b"999999999999999999999", b"99999999999999999-1", b"_", b"'"),
    *(b"product_id=", b"warehouse_id=", b"9223372036854775807", b"%F0%9F%98%80", b"%ED%A0%80"),
)
CSV_TOKENS = (
    *(b'"', b'""', b",", b";", b"\n", b"\r\n", b"\r", b"\x00", b"\x85", b"\xe2\x80\xa8", b"\x1c"),
    *(b"C", b"1e3", b"-0", b"+1", b".5", b"1.", b"9007199254740993", b"\xff\xfe", b"\xff"),
    *(b"0001-01-01", b"9999-12-31 23:59:59-12:00", b"2010-03-28 01:30:00", b"10001", b"10001AB"),
    *(b"unit_price", b"invoice", b"\x1f\x8b\x08", b"PK\x03\x04", b"\xc2\xb2", b"\xd9\xa3"),
)
