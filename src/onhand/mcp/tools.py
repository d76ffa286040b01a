"""Tools: which operations an assistant is offered, and how it is told what they take.

Each tool is an operation of the API, under its `operationId`; its input is what the operation's
document says. One that changes something only tries, unless it is told `dry_run: false`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from onhand.api.endpoints import OPERATIONS
from onhand.api.openapi import document
from onhand.client.asking import BY_NAME, Asked, asked

READING = (
    *("list_products", "read_product", "read_product_inventory", "read_inventory"),
    *("list_low_stock", "list_out_of_stock", "report_reorders", "list_stock_movements"),
    *("list_reservations", "list_warehouses", "list_suppliers", "list_supplier_products"),
    *("list_purchase_orders", "read_purchase_order", "list_transfers", "read_transfer"),
    *("list_counts", "read_count", "list_sales_orders", "read_sales_order"),
)
WRITING = (
    *("adjust_stock", "reserve_stock", "release_stock", "count_stock", "transfer_stock"),
    *("create_product", "change_product", "create_purchase_order", "order_from_reorder_report"),
    *("create_transfer", "ship_transfer", "receive_transfer", "create_count"),
    *("create_sales_order", "confirm_sales_order", "ship_sales_order", "cancel_sales_order"),
)
"""What moves or promises stock, and drafts: approving, sending and closing are for people."""

_REFERENCE = "#/components/schemas/"
_DRY_RUN = {
    "type": "boolean",
    "default": True,
    "description": "true (the default): say what would happen, and write nothing."
    " false: do it. Ask the person you work for before you do.",
}


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool as it is offered. `schema` is JSON Schema, of an object."""

    name: str
    title: str
    description: str
    schema: Mapping[str, Any]
    writes: bool


@cache
def tools() -> Mapping[str, Tool]:
    """Every tool, by its name."""
    whole = document(OPERATIONS)
    found = {}
    for name in (*READING, *WRITING):
        operation = BY_NAME[name]
        described = whole["paths"][operation.path][operation.method.lower()]
        writes = operation.keyed
        found[name] = Tool(
            name, operation.summary, operation.description, _input(described, whole, writes), writes
        )
    return found


def request_of(name: str, arguments: Mapping[str, Any]) -> Asked:
    """The request that a tool's call stands for.

    Raises a `TypeError` or `ValueError` where there is no such tool, or it does not take that.
    """
    if name not in tools():
        raise ValueError(f"There is no tool {name}")
    given = dict(arguments)
    if not tools()[name].writes:
        return asked(name, (), given)
    dry_run = given.pop("dry_run", True)
    if not isinstance(dry_run, bool):
        raise ValueError("dry_run must be true or false")
    return asked(name, (), given, dry_run=dry_run)


def _input(described: Mapping[str, Any], whole: Mapping[str, Any], writes: bool) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    required: list[str] = []
    for parameter in described["parameters"]:
        # What is told once for many is about keys and versions, and none of an assistant's.
        if "$ref" not in parameter:
            told = {"description": parameter.get("description", "")} | parameter["schema"]
            properties[parameter["name"]] = told
            if parameter["required"]:
                required.append(parameter["name"])
    body = described.get("requestBody")
    if body is not None:
        members = _resolved(body["content"]["application/json"]["schema"], whole)
        properties |= members["properties"]
        if body["required"]:
            required += members.get("required", [])
    if writes:
        properties["dry_run"] = _DRY_RUN
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        schema["required"] = required
    definitions = {
        name: whole["components"]["schemas"][name] for name in sorted(_named(properties, whole))
    }
    if definitions:
        schema["$defs"] = definitions
    moved: dict[str, Any] = _moved(schema)
    return moved


def _resolved(schema: Mapping[str, Any], whole: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref")
    if reference is None:
        return schema
    found: Mapping[str, Any] = whole["components"]["schemas"][reference.removeprefix(_REFERENCE)]
    return found


def _named(part: Any, whole: Mapping[str, Any]) -> set[str]:
    """The schemas that a schema refers to, and those that these do."""
    found: set[str] = set()
    waiting = [*_references(part)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _references(whole["components"]["schemas"][name])
    return found


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, Mapping):
        for name, value in part.items():
            if name == "$ref":
                yield value.removeprefix(_REFERENCE)
            else:
                yield from _references(value)
    elif isinstance(part, Sequence) and not isinstance(part, str):
        for item in part:
            yield from _references(item)


def _moved(part: Any) -> Any:
    """A schema whose references lead into itself."""
    if isinstance(part, Mapping):
        return {
            name: value.replace(_REFERENCE, "#/$defs/") if name == "$ref" else _moved(value)
            for name, value in part.items()
        }
    if isinstance(part, Sequence) and not isinstance(part, str):
        return [_moved(item) for item in part]
    return part
