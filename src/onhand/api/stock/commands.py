"""The stock commands over HTTP, below the framework.

These are the requests that come by the thousand, so they go straight from the server's ASGI call to
the writer: same bodies, same gate, same problems, same document as the rest of the API, without
routing and injection around them. Everything else passes through to the framework. What can be
taken on without waiting, `begin` takes on: `stock_protocol` calls it from the connection itself.

    POST /inventory/{product_id}/adjust | reserve | release | count
    POST /inventory/transfer
    POST /inventory/commands
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from onhand.api import following, problems, queries, wire
from onhand.api.bodies import parse
from onhand.api.fields import MAX_ID
from onhand.api.gate import Gate
from onhand.api.operations import Trying, problem_of
from onhand.api.stock.bodies import (
    AdjustBody,
    CommandsBody,
    CountBody,
    ReleaseBody,
    ReserveBody,
    TransferBody,
)
from onhand.api.submitting import (
    Settled,
    encoded,
    idempotency,
    level_after,
    rendering,
    said,
    submit,
    told,
    written,
)
from onhand.core.callers import Caller
from onhand.core.commands import Command, Request
from onhand.core.decide import Outcome
from onhand.core.rejections import Rejected
from onhand.core.stock_rules import Accepted
from onhand.ledger.access import Permission
from onhand.ledger.faults import Fault
from onhand.ledger.ports import Answer, Clock, KeyPart
from onhand.ledger.posting import Idempotency, KeyReused, Named, Render, Settlement, Submission
from onhand.ledger.writer import Writer

Application = Callable[[wire.Scope, wire.Receive, wire.Send], Awaitable[None]]

PREFIX = "/api/v1/operations/inventory/"


class Services(Protocol):
    """What the commands need of the server."""

    @property
    def writer(self) -> Writer:
        """The process's writer; raises `WriterStopped` before the start and after the end."""
        ...

    @property
    def gate(self) -> Gate:
        """Who may call."""
        ...

    @property
    def clock(self) -> Clock:
        """Tells the time."""
        ...

    @property
    def body_limit(self) -> int:
        """The longest body, in bytes."""
        ...


class StockBody(Protocol):
    """A body that becomes one command."""

    def command(self, product_id: int, caller: Caller, now: datetime) -> Command:
        """The command it asks for."""
        ...


BODIES: Mapping[str, tuple[type[Any], str]] = {
    "adjust": (AdjustBody, "Stock adjusted successfully"),
    "reserve": (ReserveBody, "Stock reserved successfully"),
    "release": (ReleaseBody, "Stock released successfully"),
    "count": (CountBody, "Physical count recorded successfully"),
    "transfer": (TransferBody, "Stock transferred successfully"),
}
"""Each command's body, and what its answer says."""


def _accepted(message: str) -> Callable[[Accepted, Sequence[int]], Answer]:
    def answer(result: Accepted, movement_ids: Sequence[int]) -> Answer:
        return said(level_after(result, movement_ids) | dict(result.facts), message)

    return answer


NEEDS: Mapping[str, Permission] = {
    **dict.fromkeys(("adjust", "transfer"), Permission.STOCK_MOVE),
    **dict.fromkeys(("reserve", "release"), Permission.STOCK_RESERVE),
    "count": Permission.STOCK_COUNT,
    # Who may move stock may do all that stands in a list.
    "commands": Permission.STOCK_MOVE,
}
"""What each command's caller must be permitted."""

OPERATION_OF: Mapping[str, str] = {
    **{verb: f"{verb}_stock" for verb in BODIES},
    "commands": "carry_out_commands",
}
"""Each command's operation."""

RENDER: Mapping[str, Render] = {
    verb: rendering(_accepted(message), path_names=() if verb == "transfer" else ("product_id",))
    for verb, (_, message) in BODIES.items()
}
"""How each command's outcome is told."""


class StockCommands:
    """An ASGI application that answers stock commands and passes everything else on."""

    def __init__(self, services: Services, otherwise: Application) -> None:
        """`otherwise` answers what is no stock command."""
        self._services = services
        self._otherwise = otherwise

    @property
    def body_limit(self) -> int:
        """The longest body, in bytes."""
        return self._services.body_limit

    async def __call__(self, scope: wire.Scope, receive: wire.Receive, send: wire.Send) -> None:
        """Answer one request."""
        route = None
        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            route = route_of(scope["path"][len(PREFIX) :])
        if route is None or scope["method"] == "OPTIONS":
            await self._otherwise(scope, receive, send)
            return
        wire.note_operation(scope, OPERATION_OF[route[0]])
        try:
            settled = await self._settled(scope, receive, *route)
        except wire.ClientGone:
            return
        except Exception as error:
            problem = problem_of(error, scope["path"])
            await wire.send_answer(send, problem.answer, problem.headers)
            return
        await wire.send_answer(send, settled.answer, settled.headers)

    async def _settled(
        self, scope: wire.Scope, receive: wire.Receive, verb: str, product_id: int
    ) -> Settled:
        if scope["method"] != "POST":
            raise problems.method_not_allowed("POST")
        services = self._services
        caller = await services.gate.admit_request_or_look(scope, NEEDS[verb])
        dry_run = queries.parse(scope["query_string"], Trying).dry_run
        wire.require_json(scope)
        body = await wire.read_body(scope, receive, services.body_limit)
        identity = _identity(scope, body, caller)
        if verb == "commands":
            return await _carry_out_all(services, body, caller, identity, dry_run=dry_run)
        if dry_run:
            command = self._command(verb, product_id, body, caller)
            return await submit(services.writer, [command], RENDER[verb], dry_run=True)
        underway = self._underway(verb, product_id, body, caller, identity)
        return told(await underway, RENDER[verb])

    def begin(
        self, scope: wire.Scope, verb: str, product_id: int, body: bytes, asked_by: Named
    ) -> asyncio.Future[Settlement]:
        """Take on one command whose request is here whole; `RENDER[verb]` tells its settlement.

        `scope` needs `method`, `path`, `headers` and `client` only. Raises whatever speaks against
        it: then nothing was taken on, and the same request through the ASGI call is answered in
        full. `asked_by` names it in the log.
        """
        caller = self._services.gate.admit_request(scope, NEEDS[verb])
        wire.require_json(scope)
        if len(body) > self._services.body_limit:
            raise problems.too_large(self._services.body_limit)
        command = self._command(verb, product_id, body, caller)
        identity = _identity(scope, body, caller)
        return self._services.writer.submit(
            Submission(Request((command,)), RENDER[verb], identity, asked_by)
        )

    def _underway(
        self, verb: str, product_id: int, body: bytes, caller: Caller, identity: Idempotency | None
    ) -> asyncio.Future[Settlement]:
        command = self._command(verb, product_id, body, caller)
        submission = following.submission(Request((command,)), RENDER[verb], identity)
        return self._services.writer.submit(submission)

    def _command(self, verb: str, product_id: int, body: bytes, caller: Caller) -> Command:
        given: StockBody = parse(body, BODIES[verb][0])
        return given.command(product_id, caller, self._services.clock())


def _identity(scope: wire.Scope, body: bytes, caller: Caller) -> Idempotency | None:
    key = wire.header(scope, b"idempotency-key")
    return idempotency(key, "POST", scope["path"], body, caller)


def route_of(rest: str) -> tuple[str, int] | None:
    """The command a path names, and its product (0: the body names it); None: no command's path."""
    if rest in ("transfer", "commands"):
        return rest, 0
    product, slash, verb = rest.partition("/")
    if not slash or verb not in BODIES or verb == "transfer":
        return None
    # Each product has one path: 01 is not 1.
    if not (product.isascii() and product.isdigit() and len(product) < 20) or product[0] == "0":
        return None
    product_id = int(product)
    return (verb, product_id) if product_id <= MAX_ID else None


async def _carry_out_all(
    services: Services,
    body: bytes,
    caller: Caller,
    identity: Idempotency | None,
    *,
    dry_run: bool,
) -> Settled:
    given = parse(body, CommandsBody)
    now = services.clock()
    commands = [command.command(command.product_id, caller, now) for command in given.commands]
    if given.atomic or dry_run:
        # A dry run is in one piece: its commands see those before them only there.
        render = _render_atomic if given.atomic else _render_all
        how = {"atomic": given.atomic, "dry_run": dry_run}
        return await submit(services.writer, commands, render, identity, **how)
    size = services.writer.batch_limit

    def begin(start: int) -> asyncio.Future[Settlement]:
        # Each chunk is kept under its own part of the key, in its own commit: a repeat after a
        # crash replays those that were done and carries out the rest.
        part = None if identity is None else _part(identity, start // size, size)
        chunk = Request(tuple(commands[start : start + size]))
        return services.writer.submit(following.submission(chunk, _render_each, part))

    parts: list[bytes] = []
    replayed = True
    done = 0
    try:
        underway = begin(0)
        for start in range(0, len(commands), size):
            settlement = await underway
            if isinstance(settlement, KeyReused):
                raise problems.key_reused()
            done = start + size
            if done < len(commands):
                # Worked on while the answers of this one are written.
                underway = begin(done)
            settled = told(settlement, _render_each)
            parts.append(settled.answer.body[1:-1])
            replayed = replayed and settled.replayed
    except Fault as fault:
        raise _done_so_far(fault, done) from fault
    return Settled(_whole(b",".join(parts)), replayed)


def _part(identity: Idempotency, number: int, size: int) -> Idempotency:
    # A part is the same commands again only where the list is cut at the same places.
    return Idempotency(KeyPart(identity.key.key, number), f"{identity.fingerprint}/{size}")


def _done_so_far(fault: Fault, done: int) -> Exception:
    problem = problems.of_exception(fault) or problems.failed()
    if not done:
        return problem
    text = (
        f"The first {done:,} commands were answered before this happened. Repeat the whole request"
        " with the same Idempotency-Key to have the rest done; without a key, send only the rest"
    )
    return problems.Problem(
        problem.name, problem.message, {"commands": [text]}, headers=problem.headers
    )


def _render_atomic(outcome: Outcome, movement_ids: Sequence[int]) -> Answer:
    last = outcome.results[-1]
    if isinstance(last, Rejected):
        return problems.rejected(last, prefix=f"commands.{len(outcome.results) - 1}.").answer
    items = [_item(result, movement_ids) for result in outcome.results]
    return said(items, "All commands were carried out")


def _whole(items: bytes) -> Answer:
    start = b'{"message":"Every command is answered in data, in order","data":['
    return Answer(200, start + items + b"]}")


def _render_all(outcome: Outcome, movement_ids: Sequence[int]) -> Answer:
    return _whole(_render_each(outcome, movement_ids).body[1:-1])


def _render_each(outcome: Outcome, movement_ids: Sequence[int]) -> Answer:
    return Answer(200, encoded([_item(result, movement_ids) for result in outcome.results]))


def _item(result: Accepted | Rejected, movement_ids: Sequence[int]) -> dict[str, Any]:
    if isinstance(result, Rejected):
        message = result.message
        return {"status": "rejected", "message": message, "errors": {result.field: [message]}}
    item = level_after(result, written(result, movement_ids))
    item["status"] = "accepted"
    item.update(result.facts)
    return item
