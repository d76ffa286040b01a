"""Operations: one declaration per path and method, from which it is both served and documented.

A handler gets a `Call`, takes its body, query and ids from it, and gives a `Reply`; what goes wrong
it raises. So no handler repeats how a key is checked, a body is read or an error leaves.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal, TypeVar

import structlog
from msgspec import Meta, Struct

from onhand.api import bodies, problems, queries, submitting
from onhand.api.fields import MAX_ID
from onhand.api.limited_reads import LimitedReads
from onhand.api.problems import Headers
from onhand.api.services import LiveServices, Services
from onhand.api.wire import (
    AnyReply,
    ClientGone,
    Receive,
    Reply,
    header,
    note_operation,
    read_blocks,
    read_body,
    reply_to,
    require_json,
)
from onhand.api.wire import Scope as Connection
from onhand.core.callers import Caller
from onhand.core.commands import Command
from onhand.core.movements import Origin
from onhand.core.stock_rules import Accepted
from onhand.core.warehouse_limits import not_yours
from onhand.ledger.access import Permission
from onhand.ledger.ports import Answer
from onhand.ledger.posting import Render
from onhand.ledger.reads import Reads

log = structlog.get_logger(__name__)

BASE = "/api/v1/operations"

Body = TypeVar("Body", bound=Struct)
Query = TypeVar("Query", bound=Struct)
Result = TypeVar("Result")

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

_ID = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)
# Some proxies make ETags weak, some people leave out the quotes: the version is meant all the same.
_ETAG = re.compile(rb'(?:W/)?("?)([1-9][0-9]{0,17})\1')
_NO_VERSION = -1
"""The version that nothing has: an ETag that is not ours is stale."""


@dataclass(frozen=True, slots=True)
class Shape:
    """An answer's outline: what `data` is, and what stands beside it.

    `refers_to` are shapes that it names by reference.
    """

    data: Any
    message: str | None = None
    meta: Any = None
    beside: Mapping[str, Any] = field(default_factory=dict)
    refers_to: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class File:
    """An answer that is a file to keep, in place of JSON: its type, and what it is."""

    media_type: str
    description: str


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer without an end, as server-sent events; `Last-Event-ID` resumes it."""

    description: str


@dataclass(frozen=True, slots=True)
class Operation:
    """What one path and method do, for serving and for the documentation.

    `needs` None: open to all, or, where it is `for_known`, to everybody who is known, whatever they
    may do. `errors` are the statuses it may give beside those that follow from
    the rest. `keyed`: takes an `Idempotency-Key`. `versioned`: answers with an `ETag`;
    `conditional`: takes it back as `If-Match`. `media`: a success is a file of one of these types;
    `takes_files`: so is the body. `formats` are what the `{format}` of the path stands for.
    """

    method: Method
    path: str
    operation_id: str
    summary: str
    description: str
    tag: str
    needs: Permission | None
    answers: Mapping[int, Shape | File | Stream]
    query: type[Struct] | None = None
    body: Any = None
    body_required: bool = True
    body_examples: Mapping[str, Any] = field(default_factory=dict)
    answer_example: Any = None
    errors: Sequence[int] = ()
    keyed: bool = False
    versioned: bool = False
    conditional: bool = False
    located: bool = False
    for_known: bool = False
    media: Sequence[str] = ()
    takes_files: Sequence[str] = ()
    formats: Sequence[str] = ()

    @property
    def is_open(self) -> bool:
        """Whether it is for everybody, known or not."""
        return self.needs is None and not self.for_known

    @property
    def takes(self) -> type[Struct] | None:
        """What its query may say: a command's, whether it is only tried."""
        return Trying if self.keyed else self.query

    @property
    def is_endless(self) -> bool:
        """Whether its answer has no end."""
        return any(isinstance(answer, Stream) for answer in self.answers.values())


class Call:
    """One request to an operation."""

    __slots__ = ("_receive", "caller", "connection", "dry_run", "operation", "services")

    def __init__(
        self,
        operation: Operation,
        services: Services,
        caller: Caller,
        connection: Connection,
        receive: Receive,
        *,
        dry_run: bool = False,
    ) -> None:
        self.operation = operation
        self.services = services
        self.caller = caller
        self.connection = connection
        self.dry_run = dry_run
        self._receive = receive

    @property
    def actor(self) -> str:
        """Who calls, by the name that movements keep."""
        return self.caller.name

    def origin(
        self,
        reason: str | None = None,
        *,
        notes: str | None = None,
        reference: str | None = None,
        reference_type: str | None = None,
        reference_id: int | None = None,
        occurred_at: datetime | None = None,
    ) -> Origin:
        """Where a change comes from that this request asks for."""
        caller = self.caller
        told = (reason, notes, reference, reference_type, reference_id, occurred_at)
        return Origin(caller.name, *told, caller.address, caller.within)

    def id(self, name: str) -> int:
        """An id out of the path; a 404 where it cannot be one."""
        text: str = self.connection["path_params"][name]
        if not _ID.fullmatch(text) or int(text) > MAX_ID:
            thing = name.removesuffix("_id").replace("_", " ").capitalize()
            raise problems.no_such(name, f"{thing} {text[:60]} does not exist")
        return int(text)

    def query(self, kind: type[Query]) -> Query:
        """The query, which must be the operation's and name no warehouse that is not theirs."""
        query = queries.parse(self.connection["query_string"], kind)
        warehouse_id: int | None = getattr(query, "warehouse_id", None)
        if warehouse_id is not None:
            self.require_warehouse(warehouse_id)
        return query

    def may(self, permission: Permission) -> bool:
        """Whether its caller has a permission, beside the one that the operation needs."""
        return permission in self.caller.permissions

    def require_warehouse(self, warehouse_id: int) -> None:
        """A 403 where its caller may not work in a warehouse."""
        within = self.caller.within
        if within is not None and warehouse_id not in within:
            raise problems.rejected(not_yours(within, "warehouse_id"))

    def require(self, permission: Permission) -> None:
        """A 403 where its caller lacks a permission that some of its answers need."""
        if not self.may(permission):
            raise problems.lacking(permission)

    async def raw_body(self) -> bytes:
        """The body as it came; operations without a body ignore what it is."""
        body = await read_body(self.connection, self._receive, self.services.body_limit)
        if self.operation.body is not None and (body or self.operation.body_required):
            require_json(self.connection)
        return body

    def blocks(self, limit: int) -> AsyncIterator[bytes]:
        """A body that is a file, as it comes; a 413 where it has more bytes than `limit`."""
        return read_blocks(self.connection, self._receive, limit)

    @property
    def format(self) -> str:
        """Which of its operation's formats the path asks for."""
        path: str = self.connection["path"]
        return path.rpartition(".")[2]

    @property
    def reads(self) -> Reads:
        """What the caller may see. It blocks: it is not for the event loop."""
        reads, within = self.services.reads, self.caller.within
        return reads if within is None else LimitedReads(reads, within)

    async def read(self, question: Callable[[Reads], Result]) -> Result:
        """Ask the database, beside the event loop, for what the caller may see."""
        return await self.services.threads.run(partial(question, self.reads))

    async def file(self, name: str, media_type: str, make: Callable[[], bytes]) -> Reply:
        """A file that is made beside the event loop, to be kept under a name of plain ASCII.

        Its `ETag` is that of its bytes.
        """
        content = await self.services.threads.run(make)
        headers = (
            ("Content-Disposition", f'attachment; filename="{name}"'),
            ("ETag", f'"{hashlib.sha256(content).hexdigest()[:32]}"'),
        )
        return Reply(Answer(200, content), headers, media_type)

    @property
    def is_keyed(self) -> bool:
        """Whether it comes with an `Idempotency-Key`, and so may be a repeat."""
        return header(self.connection, b"idempotency-key") is not None

    @property
    def if_version(self) -> int | None:
        """The version that `If-Match` asks for; None where it asks for none."""
        value = header(self.connection, b"if-match")
        if value is None or value.strip() == b"*":
            return None
        found = _ETAG.fullmatch(value.strip())
        return _NO_VERSION if found is None else int(found[2])

    async def submit(
        self,
        command: Command,
        body: bytes,
        accepted: Callable[[Accepted, Sequence[int]], Answer],
        headers: Callable[[Accepted], Headers] = lambda _: (),
        refusal: problems.Problem | None = None,
    ) -> Reply:
        """Have a command done, and answer with what `accepted` makes of it.

        `headers` are added to a first answer; a replay is the first answer's bytes alone.
        `refusal` is told instead of any rejection.
        """
        extra: list[Headers] = []

        def with_headers(result: Accepted, movement_ids: Sequence[int]) -> Answer:
            extra.append(headers(result))
            return accepted(result, movement_ids)

        render = submitting.rendering(
            with_headers, path_names=self.connection["path_params"].keys(), refusal=refusal
        )
        settled = await self.submit_all([command], body, render)
        told = extra[-1] if extra and not (settled.replayed or self.dry_run) else ()
        return Reply(settled.answer, settled.headers + told)

    async def submit_all(
        self, commands: Sequence[Command], body: bytes, render: Render
    ) -> submitting.Settled:
        """Have commands done, each by itself, under the request's key, or tried in a dry run."""
        key = header(self.connection, b"idempotency-key")
        path = self.connection["path"]
        method = self.operation.method
        identity = submitting.idempotency(key, method, path, body, self.caller)
        writer = self.services.writer
        return await submitting.submit(writer, commands, render, identity, dry_run=self.dry_run)


class Nothing(Struct, forbid_unknown_fields=True):
    """The query of an operation that takes none."""


class Trying(Struct, forbid_unknown_fields=True):
    """The query of a command."""

    dry_run: Annotated[
        bool, Meta(description="Say what would happen, and write nothing: no key is used up.")
    ] = False


Handler = Callable[[Call], Awaitable[AnyReply]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An operation and what carries it out."""

    operation: Operation
    handler: Handler

    async def reply(
        self, services: LiveServices, connection: Connection, receive: Receive
    ) -> AnyReply:
        """Carry it out; whatever goes wrong is a reply, too."""
        note_operation(connection, self.operation.operation_id)
        try:
            current = services.current
            caller = Caller("anonymous")
            if not self.operation.is_open:
                caller = await current.gate.admit_request_or_look(connection, self.operation.needs)
            dry_run = False
            if self.operation.keyed:
                dry_run = queries.parse(connection["query_string"], Trying).dry_run
            elif not self.operation.is_open and self.operation.query is None:
                queries.parse(connection["query_string"], Nothing)
            call = Call(self.operation, current, caller, connection, receive, dry_run=dry_run)
            return await self.handler(call)
        except ClientGone:
            return reply_to(problems.unreadable("The request ended too early"))
        except Exception as error:
            return reply_to(problem_of(error, self.operation.operation_id))


def problem_of(error: Exception, doing: str) -> problems.Problem:
    """A known exception's problem, or a 500 whose cause goes to the log alone."""
    problem = problems.of_exception(error)
    if problem is None:
        log.error("request.failed", doing=doing, exc_info=error)
        return problems.failed()
    if problem.status >= 500:
        log.warning("request.unserved", doing=doing, problem=problem.name)
    return problem


def parsed(call: Call, body: bytes, kind: type[Body]) -> Body:
    """A call's body as a struct; an empty one counts as `{}` where none is required."""
    if not body and not call.operation.body_required:
        body = b"{}"
    return bodies.parse(body, kind)


def data(value: Any, headers: Headers = ()) -> Reply:
    """`{"data": …}`."""
    return Reply(submitting.said(value), headers)


def page(rows: Sequence[Any], meta: Any) -> Reply:
    """`{"data": […], "meta": {…}}`."""
    return Reply(Answer(200, submitting.encoded({"data": rows, "meta": meta})))


def etag(version: int) -> tuple[str, str]:
    """A version as an ETag header."""
    return ("ETag", f'"{version}"')
