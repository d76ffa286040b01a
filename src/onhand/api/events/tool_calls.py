"""What assistants do, noted in the audit log before they do it."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from onhand.api import fields as f
from onhand.api.operations import BASE, Call, Endpoint, Operation, Shape, parsed
from onhand.api.submitting import said
from onhand.api.wire import Reply
from onhand.ledger.access import Permission
from onhand.ledger.audit import AuditEntry

MAX_ARGUMENTS = 100_000


class ToolCall(Struct, kw_only=True, forbid_unknown_fields=True):
    """A tool that is about to be called, and what with."""

    tool: Annotated[
        str, f.of_pattern("[a-z][a-z0-9_]{0,63}", description="The tool's name, as adjust_stock.")
    ]
    arguments: Annotated[
        str,
        f.of_pattern(
            f.NO_NUL, max_length=MAX_ARGUMENTS, description="Its arguments, as JSON or otherwise."
        ),
    ] = "{}"


class NotedToolCall(Struct, kw_only=True):
    """The call as it stands in the audit log."""

    tool: str
    actor: str
    at: Annotated[f.Instant, Meta(description="When it was noted.")]


async def note_tool_call(call: Call) -> Reply:
    """Note a call."""
    given = parsed(call, await call.raw_body(), ToolCall)
    entry = AuditEntry(
        call.services.clock(),
        call.actor,
        "tool.called",
        f"tool:{given.tool}",
        {"arguments": (None, given.arguments)},
        call.caller.address,
    )
    audit = call.services.audit
    await call.services.threads.run(lambda: audit.add(entry))
    told = NotedToolCall(tool=given.tool, actor=entry.actor, at=entry.at)
    return Reply(said(told, "Tool call noted", status=201))


ENDPOINTS = (
    Endpoint(
        Operation(
            "POST",
            f"{BASE}/audit/tool-calls",
            "note_tool_call",
            "Note a tool's call",
            "Writes into the audit log that a tool is about to be called, by whose key, from where"
            " and what with. `onhand mcp` does so before each call that an assistant makes.",
            "Audit log",
            Permission.TOOLS_CALL,
            {201: Shape(NotedToolCall, "Tool call noted")},
            body=ToolCall,
            body_examples={"A count": {"tool": "count_stock", "arguments": '{"product_id": 123}'}},
        ),
        note_tool_call,
    ),
)
