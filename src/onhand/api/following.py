"""Following a request: from the command it became to the commit that carried it out.

A submission tells the log which request it is of. Where somebody follows requests through the
writer, as tracing does, it also notes when it got where.
"""

from __future__ import annotations

from contextvars import ContextVar

from onhand.api import request_ids
from onhand.core.commands import Request
from onhand.ledger.posting import Idempotency, Passage, Render, Submission

passages: ContextVar[list[Passage] | None] = ContextVar("passages", default=None)
"""Where the passages of the request at work are kept; None: nobody follows it."""


def submission(
    request: Request, render: Render, idempotency: Idempotency | None = None
) -> Submission:
    """What a request of a client asks of the writer."""
    followed = passages.get()
    passage = None
    if followed is not None:
        passage = Passage()
        followed.append(passage)
    return Submission(request, render, idempotency, request_ids.current.get(), passage)
