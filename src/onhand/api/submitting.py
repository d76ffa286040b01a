"""Submitting: commands to the writer, and what became of them as an answer.

With an `Idempotency-Key` the answer is rendered inside the commit and kept with it, so that a
repeat of the request gets the same bytes, whatever happened in between.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from onhand.api import following, problems
from onhand.core.callers import Caller
from onhand.core.commands import Command, Request
from onhand.core.decide import Outcome
from onhand.core.rejections import Rejected
from onhand.core.stock_rules import Accepted
from onhand.core.warehouse_limits import named
from onhand.ledger.ports import Answer, KeyPart
from onhand.ledger.posting import (
    Idempotency,
    KeyReused,
    Render,
    Replayed,
    Settlement,
)
from onhand.ledger.writer import Writer

REPLAYED = ("Idempotent-Replayed", "true")
DRY_RUN_MESSAGE = "Dry run: this is what would be answered; nothing was written"

_KEY = re.compile(rb"[\x21-\x7e]{1,255}")

_encoder = msgspec.json.Encoder(decimal_format="number")


@dataclass(frozen=True, slots=True)
class Settled:
    """What a client is told, and whether it was told so before."""

    answer: Answer
    replayed: bool = False

    @property
    def headers(self) -> problems.Headers:
        """The headers that say so."""
        return (REPLAYED,) if self.replayed else ()


def encoded(value: Any) -> bytes:
    """JSON: moments as `2025-01-15T16:45:00Z`, money as exact numbers."""
    return _encoder.encode(value)


def idempotency(
    key: bytes | None, method: str, path: bytes | str, body: bytes, caller: Caller
) -> Idempotency | None:
    """A request's key with the fingerprint of what it asks. Raises a 422 on a key that is none.

    What was answered to others is not replayed to who may work in some warehouses only: their limit
    is part of what they ask.
    """
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        text = "Must be 1 to 255 visible ASCII characters, as a UUID; no spaces"
        raise problems.invalid({problems.IDEMPOTENCY_KEY: [text]})
    digest = hashlib.sha256(method.encode())
    digest.update(b" ")
    digest.update(path if isinstance(path, bytes) else path.encode())
    digest.update(b"\n")
    digest.update(body)
    if caller.within is not None:
        digest.update(f"\nwithin {named(caller.within)}".encode())
    return Idempotency(KeyPart(key.decode("ascii")), digest.hexdigest())


async def submit(
    writer: Writer,
    commands: Sequence[Command],
    render: Render,
    idempotency: Idempotency | None = None,
    *,
    atomic: bool = False,
    dry_run: bool = False,
) -> Settled:
    """Have commands decided and committed, and say what to answer.

    Raises faults, `KeyInFlight` and `Problem`: see `problems.of_exception`. `render` must not fail:
    for a keyed request it runs inside the commit of a whole batch. A dry run's key is not used up.
    """
    kept = None if dry_run else idempotency
    submission = following.submission(Request(tuple(commands), atomic, dry_run), render, kept)
    settled = told(await writer.submit(submission), render)
    return Settled(as_tried(settled.answer)) if dry_run else settled


def as_tried(answer: Answer) -> Answer:
    """What a dry run is told: the real answer, saying that nothing came of it."""
    if answer.status >= 400:
        return answer
    members = msgspec.json.decode(answer.body, type=dict[str, msgspec.Raw])
    said_so = {"message": DRY_RUN_MESSAGE, "dry_run": True}
    return Answer(answer.status, encoded({**members, **said_so}))


def told(settlement: Settlement, render: Render) -> Settled:
    """What a client is told of a settlement. Raises a 422 on a key that was used before."""
    match settlement:
        case Replayed(answer):
            return Settled(answer, replayed=True)
        case KeyReused():
            raise problems.key_reused()
        case done:
            if done.answer is not None:
                return Settled(done.answer)
            return Settled(render(done.outcome, done.movement_ids))


def rendering(
    accepted: Callable[[Accepted, Sequence[int]], Answer],
    *,
    path_names: Collection[str] = (),
    refusal: problems.Problem | None = None,
) -> Render:
    """How the outcome of a request with one command is rendered.

    `accepted` gets the ids of the movements this command wrote; a rejection becomes its problem, or
    `refusal` where that says it better.
    """

    def render(outcome: Outcome, movement_ids: Sequence[int]) -> Answer:
        result = outcome.results[0]
        if isinstance(result, Rejected):
            if refusal is not None:
                return refusal.answer
            return problems.rejected(result, path_names=path_names).answer
        return accepted(result, written(result, movement_ids))

    return render


def written(result: Accepted, movement_ids: Sequence[int]) -> Sequence[int]:
    """The ids of the movements that a command wrote, out of its batch's."""
    start, end = result.movements
    return movement_ids[start:end]


def said(data: Any, message: str | None = None, *, status: int = 200) -> Answer:
    """A success: `{"message": …, "data": …}`."""
    body: dict[str, Any] = {} if message is None else {"message": message}
    body["data"] = data
    return Answer(status, encoded(body))


def level_after(result: Accepted, movement_ids: Sequence[int]) -> dict[str, Any]:
    """What every stock command tells: the level after it, and the movements it wrote."""
    assert result.key is not None
    return {
        "product_id": result.key.product_id,
        "warehouse_id": result.key.warehouse_id,
        "quantity_on_hand": result.on_hand,
        "quantity_reserved": result.reserved,
        "quantity_available": result.on_hand - result.reserved,
        "movement_ids": list(movement_ids),
    }
