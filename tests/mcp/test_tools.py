"""The tools that an assistant is offered, over the protocol, with a real server behind."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp_types import CallToolResult, TextContent
from sqlalchemy import select

from onhand.client import Client
from onhand.client.asking import BY_NAME
from onhand.mcp.tools import READING, WRITING, request_of, tools
from onhand.store.engine import admin_engine, parse_database
from onhand.store.schema import audit_entries
from tests.conftest import Serve

Work = Callable[[ClientSession], Awaitable[None]]


def with_assistant(url: str, work: Work, key: str = "") -> None:
    """Start `onhand mcp` as an assistant does, and work with it."""

    async def run() -> None:
        parameters = StdioServerParameters(
            command=sys.executable,
            args=["-m", "onhand", "mcp"],
            env={**os.environ, "ONHAND_URL": url, "ONHAND_KEY": key},
        )
        async with (
            stdio_client(parameters) as (reading, writing),
            ClientSession(reading, writing) as session,
        ):
            await session.initialize()
            await work(session)

    asyncio.run(run())


def noted(database_url: str) -> list[tuple[str, str]]:
    """The calls in the audit log, oldest first: the tool, and what with."""
    with admin_engine(parse_database(database_url)).connect() as connection:
        found = connection.execute(
            select(audit_entries.c.subject, audit_entries.c.changes).order_by(audit_entries.c.id)
        )
        return [(row[0], row[1]) for row in found]


def said(answer: CallToolResult) -> str:
    """What an answer says in words."""
    (only,) = answer.content
    assert isinstance(only, TextContent)
    return only.text


def test_an_assistant_reads_tries_and_does_and_each_call_is_noted(
    serve: Serve, database_url: str
) -> None:
    server = serve(database_url)
    with Client(server.base_url) as onhand:
        lamp = onhand.create_product(sku="LAMP", name="Lamp", stock_quantity=20).data.id

    async def work(session: ClientSession) -> None:
        offered = {tool.name: tool for tool in (await session.list_tools()).tools}
        assert offered.keys() == {*READING, *WRITING}
        found = await session.call_tool("list_products", {"search": "lamp"})
        assert found.structured_content is not None
        assert found.structured_content["data"][0]["stock_quantity"] == 20

        async def adjust(**more: Any) -> Any:
            arguments = {"product_id": lamp, "quantity": -2, "reason": "Broken", **more}
            return await session.call_tool("adjust_stock", arguments)

        tried = await adjust()
        assert tried.structured_content["dry_run"] is True
        assert tried.structured_content["data"]["quantity_on_hand"] == 18
        done = await adjust(dry_run=False)
        assert "dry_run" not in done.structured_content
        again = await session.call_tool("read_inventory", {"product_id": lamp})
        assert again.structured_content["data"]["quantity_on_hand"] == 18
        short = await adjust(quantity=-100, dry_run=False)
        assert short.is_error
        assert "Stock quantity cannot be negative" in said(short)

    with_assistant(server.base_url, work)
    calls = noted(database_url)
    assert [subject for subject, _ in calls] == [
        *("tool:list_products", "tool:adjust_stock", "tool:adjust_stock"),
        *("tool:read_inventory", "tool:adjust_stock"),
    ]
    assert "Broken" in calls[1][1]


def test_what_a_tool_does_not_take_is_told(serve: Serve, sqlite_url: str) -> None:
    server = serve(sqlite_url)

    async def work(session: ClientSession) -> None:
        for tool, arguments, told in (
            ("adjust_stock", {"product_id": 1, "dry_run": "no"}, "dry_run"),
            ("adjust_stock", {"product_id": 1, "amount": 1}, "amount"),
            ("remove_product", {"product_id": 1}, "remove_product"),
            ("read_product", {"product_id": 9}, "Product 9 does not exist"),
        ):
            answer = await session.call_tool(tool, arguments)
            assert answer.is_error, tool
            assert told in said(answer)

    with_assistant(server.base_url, work)
    server.kill()

    async def alone(session: ClientSession) -> None:
        answer = await session.call_tool("list_products", {})
        assert answer.is_error
        assert "cannot be reached" in said(answer)

    with_assistant(server.base_url, alone)


@pytest.mark.parametrize("name", [*READING, *WRITING])
def test_a_tool_is_told_whole(name: str) -> None:
    tool = tools()[name]
    Draft202012Validator.check_schema(tool.schema)
    assert tool.writes is (name in WRITING)
    assert (tool.schema["properties"].get("dry_run", {}).get("default") is True) is tool.writes
    assert tool.writes is (BY_NAME[name].method != "GET")
    if tool.writes:
        places = {name: 1 for name in tool.schema["properties"] if name.endswith("_id")}
        needed = dict.fromkeys(tool.schema.get("required", ()), 1)
        assert request_of(name, {**needed, **places}).query == {"dry_run": "true"}
