"""The OpenAPI document is right, whole, and true: schemathesis holds the server to it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from onhand.api.docs import _PAGE, _START
from onhand.api.endpoints import OPERATIONS
from onhand.api.openapi import document
from onhand.api.submitting import encoded
from tests.conftest import Serve
from tests.support.source import ROOT

DOCUMENT = document(OPERATIONS)
NOT_FUZZED = ("create_key", "create_user", "sign_in")
SEED_PATHS = (
    "POST /products",
    "GET /products/{product_id}",
    "PATCH /products/{product_id}",
    "POST /inventory/{product_id}/adjust",
    "POST /inventory/{product_id}/reserve",
    "POST /inventory/{product_id}/release",
    "POST /inventory/{product_id}/count",
    "GET /inventory/low-stock",
    "GET /inventory/out-of-stock",
    "GET /inventory/reorder-report",
    "GET /products/{product_id}/inventory",
    "POST /inventory/transfer",
    "GET /stock-movements",
)


def resolved(part: Any) -> Any:
    """A schema with the document behind it, so that references lead somewhere."""
    return {**part, "components": DOCUMENT["components"]}


def references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if "$ref" in part else []
        return own + [found for value in part.values() for found in references(value)]
    if isinstance(part, list):
        return [found for value in part for found in references(value)]
    return []


def operations():
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


@pytest.mark.parametrize("place", SEED_PATHS)
def test_the_specifications_paths_are_there(place):
    method, path = place.split(" ")
    assert method.lower() in DOCUMENT["paths"]["/api/v1/operations" + path]


def test_it_is_openapi_3_1_and_small():
    assert DOCUMENT["openapi"] == "3.1.0"
    assert len(encoded(DOCUMENT)) < 520_000


def test_every_reference_leads_somewhere():
    for reference in references(DOCUMENT):
        target: Any = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]
        assert target


def test_every_operation_is_described():
    for path, method, operation in operations():
        where = f"{method} {path}"
        assert operation["summary"], where
        assert operation["description"], where
        assert operation["tags"], where
        assert any(code[0] in "23" for code in operation["responses"]), where
        named = set(re.findall(r"\{(\w+)\}", path))
        given = {p["name"] for p in operation["parameters"] if p.get("in") == "path"}
        assert named == given, where


def test_every_schema_is_a_schema():
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(resolved(schema))


def test_every_example_fits_its_schema():
    found = 0
    for path, method, operation in operations():
        places = [*operation["responses"].values()]
        if "requestBody" in operation:
            places.append(operation["requestBody"])
        for place in places:
            for content in place.get("content", {}).values():
                for name, example in content.get("examples", {}).items():
                    validator = Draft202012Validator(resolved(content["schema"]))
                    faults = [fault.message for fault in validator.iter_errors(example["value"])]
                    assert not faults, f"{method} {path} {name}"
                    found += 1
    assert found > 15


def test_money_is_a_number_and_moments_are_date_times():
    product = DOCUMENT["components"]["schemas"]["ProductData"]["properties"]
    assert {"type": "number"}.items() <= product["selling_price"]["anyOf"][0].items()
    assert product["created_at"]["format"] == "date-time"
    assert "'format': 'decimal'" not in str(DOCUMENT)


def test_the_page_asks_nobody_else():
    assert "//" not in re.sub(r"<!doctype html>", "", _PAGE + _START)


def test_schemathesis_finds_nothing(serve: Serve, database_url: str, tmp_path: Path):
    # What is made up must not be called.
    server = serve(database_url, environment={"ONHAND_WEBHOOKS": "off"})
    for number in range(1, 4):
        body = {"sku": f"S-{number}", "name": "x", "stock_quantity": 50, "reorder_point": 60}
        assert server.client.post("/api/v1/operations/products", json=body).status_code == 201
    config = tmp_path / "schemathesis.toml"
    # A rule of the shop may refuse what fits the document: that is 412 or 422, and a check of our
    # own says that it was a rule.
    config.write_text(
        "[checks.positive_data_acceptance]\n"
        'expected-statuses = ["2xx", 401, 403, 404, 409, 412, 422, 429, "5xx"]\n'
    )
    hooks = {"SCHEMATHESIS_HOOKS": "tests.api.schemathesis_checks", "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run"),
            *(f"{server.base_url}/openapi.json", "--checks", "all", "--no-color"),
            *("--max-examples", os.environ.get("ONHAND_FUZZ_EXAMPLES", "3"), "--seed", "1"),
            # Each place of each operation, one by one, is for `make proof PROOF=fuzz`.
            *("--phases", "fuzzing,stateful"),
            "--continue-on-failure",
            # The first key or user would close the server to all that comes after it, and each
            # password that is tried takes a CPU for a fifth of a second.
            *chain(*(("--exclude-operation-id", it) for it in NOT_FUZZED)),
        ],
        cwd=tmp_path,
        env=os.environ | hooks,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-5_000:] + server.log()[-5_000:]
