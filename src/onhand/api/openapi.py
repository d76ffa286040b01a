"""The OpenAPI 3.1 document, made from the operations that are served: it cannot say anything else.

Schemas come from the very structs that bodies are parsed into and answers are made of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_origin

import msgspec
from msgspec import Struct

import onhand
from onhand.api import faults_in_words, problems
from onhand.api.bodies import union_parts
from onhand.api.fields import MAX_ID, MONEY_DECIMALS, MONEY_DIGITS, Money
from onhand.api.operations import File, Operation, Shape, Stream, Trying
from onhand.ledger.access import least_scope, roles_with

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_REFERENCE = "#/components/schemas/{name}"

Json = dict[str, Any]

_FILE: Json = {"schema": {"type": "string", "format": "binary"}}

_TAGS: Mapping[str, str] = {
    "Products": "What is kept in stock.",
    "Inventory": "Stock commands and levels. Only these change stock, each by movements.",
    "Replenishment": "What is low, what is out, what to order.",
    "Reports": "What happened by day, what the stock is worth, how good the book was.",
    "Stock movements": "The ledger: immutable entries, mended by others.",
    "Reservations": "What orders hold, and what they wait for.",
    "Warehouses": "Where stock is kept.",
    "Files": "Whole tables as CSV, XLSX and Parquet, out and in.",
    "People": "Users, and signing in.",
    "Access": "Which machines may call, what they may do, where, and until when.",
    "Events": "What happened, in one order: to follow, and to catch up with.",
    "Audit log": "Who changed what, when, and from where.",
    "Health": "For whoever watches the server.",
    "Problems": "What each kind of error means.",
}

_ERRORS: Mapping[int, str] = {
    400: "The request cannot be read: no valid JSON, or a malformed header.",
    401: "No API key and no session, or one that is not in force.",
    403: "You may not do that: a permission is missing, or a warehouse is not yours.",
    404: "What the path names does not exist.",
    409: "It conflicts with what is there, or the first request with this key is still at work.",
    412: "It was changed meanwhile: the ETag is stale.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "A rule forbids it, or fields are wrong: all of them are named.",
    429: "You send more requests than your share; `Retry-After` says when to try.",
    500: "The server failed.",
    503: "The server is busy or the database cannot be reached; `Retry-After` says when to try.",
}

_DESCRIPTION = """\
An immutable ledger of stock movements. Every change of stock is a command that is decided by the
rules, written in one commit with the movements it causes, and answered with the level after it.

* Errors have one shape: `{"message": …, "errors": {"field": [ … ]}}` with the members of RFC 9457.
* Every command takes an `Idempotency-Key`: the same key with the same request gets the first answer
  again, and stock never moves twice.
* Quantities are whole units; money is exact; moments carry their zone and are shown in UTC.
* A server that only its own machine can reach needs no API key until the first key or user is made.
"""


class ProblemData(Struct, kw_only=True):
    """What went wrong: a message, the fields at fault, and the members of RFC 9457."""

    message: str
    errors: dict[str, list[str]]
    type: str
    title: str
    status: int
    detail: str


def document(operations: Sequence[Operation]) -> Json:
    """The document for these operations."""
    kinds = [kind for operation in operations for kind in _kinds(operation)]
    _, components = msgspec.json.schema_components(
        [*dict.fromkeys(kinds), ProblemData], schema_hook=_schema_hook, ref_template=_REFERENCE
    )
    paths: dict[str, Json] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(operation)
    used = {operation.tag for operation in operations}
    whole: Json = _as_sent(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "Onhand",
                "version": onhand.__version__,
                "summary": "An inventory ledger",
                "description": _DESCRIPTION,
                "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            },
            "servers": [{"url": "/"}],
            "tags": [
                {"name": name, "description": text} for name, text in _TAGS.items() if name in used
            ],
            "paths": paths,
            "components": {
                "schemas": components,
                "parameters": {**_PARAMETERS, "DryRun": _dry_run()},
                "responses": {
                    **{_error_name(status): _error(status, it) for status, it in _ERRORS.items()},
                    "File": {
                        "description": "The file.",
                        "headers": {"Content-Disposition": _header("Its name.")},
                        "content": _files(operation.media for operation in operations),
                    },
                },
                "requestBodies": {
                    "File": {
                        "required": True,
                        "description": "The file; its content tells what it is.",
                        "content": _files(operation.takes_files for operation in operations),
                    }
                },
                "securitySchemes": {
                    "apiKey": {
                        "type": "http",
                        "scheme": "bearer",
                        "description": "An API key, made by `onhand key create`, with a role or a"
                        " scope. Scopes include each other: admin, write, read.",
                    },
                    "session": {
                        "type": "apiKey",
                        "in": "cookie",
                        "name": "__Host-onhand",
                        "description": "A session, begun by signing in; on this machine itself the"
                        " cookie is called `onhand`. A page of another site cannot use it.",
                    },
                },
            },
        }
    )
    return whole


def _files(media: Iterable[Sequence[str]]) -> Json:
    """Content that is a file of some of these types."""
    return {name: _FILE for names in media for name in names}


def _as_sent(part: Any) -> Any:
    """What msgspec's schemas have otherwise: decimals are sent as numbers, integers have 64 bits,
    and the very end of a text, which Python calls `\\Z`, is `$`. A default of null says nothing,
    and some generators take what has a default for required.
    """
    if isinstance(part, dict):
        if "default" in part and part["default"] is None:
            part = {name: value for name, value in part.items() if name != "default"}
        if part.get("format") == "decimal":
            part = {**part, "type": "number"}
            del part["format"]
        elif part.get("type") == "integer":
            part = {"format": "int64", **part}
        elif part.get("type") == "string" and "pattern" in part:
            part = {**part, "pattern": part["pattern"].replace(r"\Z", "$")}
        return {name: _as_sent(value) for name, value in part.items()}
    return [_as_sent(item) for item in part] if isinstance(part, list | tuple) else part


def schema(kind: Any) -> Json:
    """The schema of one type; structs by reference."""
    (found,), _ = msgspec.json.schema_components(
        [kind], schema_hook=_schema_hook, ref_template=_REFERENCE
    )
    return found


def _schema_hook(kind: type[Any]) -> Json:
    if kind is Money:
        return {
            "type": "number",
            "minimum": 0,
            "exclusiveMaximum": 10**MONEY_DIGITS,
            "multipleOf": 10**-MONEY_DECIMALS,
            "description": "An exact amount of money, with up to four decimals.",
        }
    raise NotImplementedError(kind)


def _kinds(operation: Operation) -> Iterable[Any]:
    if operation.body is not None:
        yield operation.body
    for shape in operation.answers.values():
        if isinstance(shape, File | Stream):
            continue
        yield shape.data
        yield from shape.refers_to
        if shape.meta is not None:
            yield shape.meta


def _described(operation: Operation) -> Json:
    described: Json = {
        "operationId": operation.operation_id,
        "summary": operation.summary,
        "description": _with_need(operation),
        "tags": [operation.tag],
        "parameters": [*_path_parameters(operation), *_query(operation), *_headers(operation)],
        "responses": {
            **{
                str(status): _answer(operation, shape)
                for status, shape in operation.answers.items()
            },
            **{
                str(status): {"$ref": f"#/components/responses/{_error_name(status)}"}
                for status in _error_statuses(operation)
            },
        },
        # The empty alternative: a server without any key, on this machine alone, asks for none.
        "security": [] if operation.is_open else [{"apiKey": []}, {"session": []}, {}],
    }
    if operation.media:
        described["responses"]["200"] = {"$ref": "#/components/responses/File"}
    if operation.takes_files:
        described["requestBody"] = {"$ref": "#/components/requestBodies/File"}
    if operation.body is not None:
        content: Json = {"schema": schema(operation.body)}
        if operation.body_examples:
            content["examples"] = {
                name: {"value": value} for name, value in operation.body_examples.items()
            }
        described["requestBody"] = {
            "required": operation.body_required,
            "content": {problems.JSON: content},
        }
    return described


def _with_need(operation: Operation) -> str:
    if operation.for_known:
        return f"{operation.description}\n\nNeeds a session or a key, whatever it may do."
    if operation.needs is None:
        return operation.description
    needed, scope = operation.needs, least_scope(operation.needs)
    roles = ", ".join(roles_with(needed))
    return f"{operation.description}\n\nNeeds `{needed}`: {roles}; keys of scope {scope}."


def _path_parameters(operation: Operation) -> Iterable[Json]:
    for name in _PLACEHOLDER.findall(operation.path):
        if name == "format":
            kind: Json = {"type": "string", "enum": list(operation.formats)}
            text = "What the file is written as."
        elif name.endswith("_id"):
            kind = {"type": "integer", "format": "int64", "minimum": 1, "maximum": MAX_ID}
            text = f"The {name.removesuffix('_id')}'s id."
        else:
            kind = {"type": "string", "minLength": 1}
            text = f"The {name}."
        yield {"name": name, "in": "path", "required": True, "description": text, "schema": kind}


def _dry_run() -> Json:
    (parameter,) = _parameters(Trying)
    return parameter


def _query(operation: Operation) -> Iterable[Json]:
    if operation.takes is Trying:
        yield {"$ref": "#/components/parameters/DryRun"}
    elif operation.takes is not None:
        yield from _parameters(operation.takes)


def _parameters(query: type[msgspec.Struct]) -> Iterable[Json]:
    for name, field in faults_in_words.field_types(query).items():
        found = _without_null(field.type)
        parameter: Json = {"name": name, "in": "query", "required": field.required}
        if "description" in found:
            parameter["description"] = found.pop("description")
        if field.default not in (None, msgspec.NODEFAULT):
            found["default"] = field.default
        yield parameter | {"schema": found}


def _without_null(kind: Any) -> Json:
    """A parameter's schema, inline: there is no null in a query."""
    kinds = [part for part in union_parts(kind) if part is not type(None)]
    bare = kinds[0] if len(kinds) == 1 else kind
    found, components = msgspec.json.schema_components(
        [bare], schema_hook=_schema_hook, ref_template="{name}"
    )
    single = dict(found[0])
    if "$ref" in single:
        single = dict(components[single["$ref"]])
        single.pop("title", None)
        single.pop("description", None)
    return single


_PARAMETERS: Mapping[str, Json] = {
    "IdempotencyKey": {
        "name": problems.IDEMPOTENCY_KEY,
        "in": "header",
        "required": False,
        "description": "Names this request, as a UUID does: a repeat with the same key and body"
        " gets the first answer again, with `Idempotent-Replayed: true`.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    },
    "IfMatch": {
        "name": problems.IF_MATCH,
        "in": "header",
        "required": False,
        "description": "The `ETag` that was read: 412 if it was changed since, or is none."
        " `*` stands for any.",
        "schema": {"type": "string"},
    },
    "LastEventId": {
        "name": "Last-Event-ID",
        "in": "header",
        "required": False,
        "description": "The `id` that was told last: the stream goes on after it.",
        "schema": {"type": "string", "pattern": "^[0-9]{1,19}$"},
    },
}
"""What many operations take, told once."""


def _headers(operation: Operation) -> Iterable[Json]:
    if operation.keyed:
        yield {"$ref": "#/components/parameters/IdempotencyKey"}
    if operation.conditional:
        yield {"$ref": "#/components/parameters/IfMatch"}
    if operation.is_endless:
        yield {"$ref": "#/components/parameters/LastEventId"}


def _file(file: File) -> Json:
    return {
        "description": file.description,
        "content": {file.media_type: {"schema": {"type": "string", "format": "binary"}}},
        "headers": {
            "Content-Disposition": _header("The name to keep it under."),
            "ETag": _header("Another one where a byte is another."),
        },
    }


def _answer(operation: Operation, shape: Shape | File | Stream) -> Json:
    if isinstance(shape, File):
        return _file(shape)
    if isinstance(shape, Stream):
        events = {"text/event-stream": {"schema": {"type": "string"}}}
        return {"description": shape.description, "content": events}
    properties: dict[str, Json] = {}
    if shape.message is not None:
        properties["message"] = {"type": "string", "examples": [shape.message]}
    properties["data"] = schema(shape.data)
    if shape.meta is not None:
        properties["meta"] = schema(shape.meta)
    for name, kind in shape.beside.items():
        properties[name] = schema(kind)
    required = list(properties)
    if operation.keyed:
        properties["dry_run"] = {"type": "boolean", "description": "`true`: nothing was written."}
    content: Json = {"schema": {"type": "object", "properties": properties, "required": required}}
    if operation.answer_example is not None:
        content["examples"] = {"example": {"value": operation.answer_example}}
    answer: Json = {"description": _of_answer(shape), "content": {problems.JSON: content}}
    headers: Json = {}
    if operation.versioned:
        headers["ETag"] = _header("The version, for `If-Match`.")
    if operation.located:
        headers["Location"] = _header("Where it is to be found.")
    if operation.keyed:
        headers["Idempotent-Replayed"] = _header("`true` where this is the first answer again.")
    if headers:
        answer["headers"] = headers
    return answer


def _of_answer(shape: Shape) -> str:
    if shape.message is not None:
        return f"{shape.message}."
    return "A list." if get_origin(shape.data) is list else "What there is."


def _header(description: str) -> Json:
    return {"description": description, "schema": {"type": "string"}}


def _error_statuses(operation: Operation) -> list[int]:
    statuses = {*operation.errors}
    if not operation.is_open:
        statuses |= {401, 403, 429, 500, 503}
    if _PLACEHOLDER.search(operation.path):
        statuses.add(404)
    if operation.query is not None:
        statuses |= {400, 422}
    if not operation.is_open and operation.method != "GET":
        statuses |= {400, 413, 422}
    if operation.body is not None:
        statuses.add(415)
    if operation.keyed:
        statuses.add(409)
    if operation.conditional:
        statuses.add(412)
    return sorted(statuses)


def _error_name(status: int) -> str:
    return problems.of_status(status, "").name.title().replace("_", "")


def _error(status: int, text: str) -> Json:
    error: Json = {
        "description": text,
        "content": {problems.PROBLEM_JSON: {"schema": schema(ProblemData)}},
    }
    if status in (429, 503):
        error["headers"] = {"Retry-After": _header("After how many seconds to try again.")}
    if status in (401, 403):
        error["headers"] = {"WWW-Authenticate": _header("How to authenticate.")}
    if status == 422:
        message = "Insufficient stock available. Available: 5, Requested: 10"
        error["content"][problems.PROBLEM_JSON]["examples"] = {
            "A rule": {
                "value": {
                    "message": message,
                    "errors": {"quantity": [message]},
                    "type": "/problems/insufficient_available",
                    "title": "Insufficient available",
                    "status": 422,
                    "detail": message,
                }
            }
        }
    return error
