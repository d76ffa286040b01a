"""The server that an assistant starts, and speaks to by standard input and output.

It has no rights of its own: it calls a server of Onhand with a key, and each call stands in that
server's audit log before it is made.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import onhand
from onhand.client import ApiError, AsyncClient, OnhandError
from onhand.client.asking import asked
from onhand.mcp.tools import Tool, request_of, tools

try:
    import mcp_types as types
    from mcp.server import Server, ServerRequestContext
    from mcp.server.stdio import stdio_server
except ImportError as error:  # pragma: no cover
    raise ImportError("`onhand mcp` needs the protocol: pip install 'onhand[mcp]'") from error

INSTRUCTIONS = (
    "Onhand is an inventory ledger. Quantities are whole units; available = on hand - reserved."
    " Tools that change something only try, unless dry_run is false: show what would happen, and"
    " do it when the person you work for agrees. What is written is never changed: a mistake is"
    " mended by another movement."
)


async def speak(url: str, key: str | None) -> None:
    """Serve an assistant until it goes away."""
    async with AsyncClient(url, key) as client, stdio_server() as (reading, writing):
        server = build(client)
        await server.run(reading, writing, server.create_initialization_options())


def build(client: AsyncClient) -> Server[Any]:
    """The server, on a client of Onhand's."""

    async def list_tools(
        _: ServerRequestContext[Any], __: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_offered(tool) for tool in tools().values()])

    async def call_tool(
        _: ServerRequestContext[Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        return await _called(client, params.name, params.arguments or {})

    return Server(
        "onhand",
        version=onhand.__version__,
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _offered(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=dict(tool.schema),
        annotations=types.ToolAnnotations(
            title=tool.title,
            read_only_hint=not tool.writes,
            destructive_hint=tool.writes,
            idempotent_hint=False,
            open_world_hint=False,
        ),
    )


async def _called(
    client: AsyncClient, name: str, arguments: Mapping[str, Any]
) -> types.CallToolResult:
    try:
        request = request_of(name, arguments)
        # Noted first: what cannot be noted is not done.
        note = {"tool": name, "arguments": json.dumps(arguments, ensure_ascii=False, default=str)}
        await client.send(asked("note_tool_call", (), note))
        response = await client.send(request)
    except (TypeError, ValueError) as wrong:
        return _failed(str(wrong))
    except ApiError as refused:
        return _failed(refused.message, errors=dict(refused.errors), status=refused.status)
    except OnhandError as lost:
        return _failed(f"The server of Onhand cannot be reached: {lost}")
    answer = json.loads(response.content)
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=response.text)], structured_content=answer
    )


def _failed(message: str, **more: Any) -> types.CallToolResult:
    told = {"message": message, **more}
    text = json.dumps(told, ensure_ascii=False)
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=True)
