"""Problems by name: what the `type` of an error leads to."""

from __future__ import annotations

from msgspec import Struct

from onhand.api import problems
from onhand.api.operations import Call, Endpoint, Operation, Shape, data
from onhand.api.wire import Reply
from onhand.core.rejections import TEXTS, RejectionCode

TAG = "Problems"


class ProblemKind(Struct, kw_only=True):
    """A kind of error. `text` says when it occurs; a rule's is its sentence, facts to fill in."""

    type: str
    title: str
    status: int
    text: str


async def list_problems(call: Call) -> Reply:
    """Every kind of error."""
    return data([kind_of(name) for name in (*problems.TITLES, *RejectionCode)])


async def read_problem(call: Call) -> Reply:
    """One kind of error."""
    name: str = call.connection["path_params"]["name"]
    if name not in problems.TITLES and name not in set(RejectionCode):
        raise problems.no_such("name", f"There is no problem named {name[:60]}")
    return data(kind_of(name))


def kind_of(name: str) -> ProblemKind:
    """A kind of error by its name."""
    if name in problems.TITLES:
        status, title = problems.TITLES[name]
        return ProblemKind(
            type=f"/problems/{name}", title=title, status=status, text=problems.MEANINGS[name]
        )
    code = RejectionCode(name)
    return ProblemKind(
        type=f"/problems/{name}",
        title=problems.title_of(code),
        status=problems.REJECTION_STATUS.get(code, 422),
        text=TEXTS[code][1],
    )


ENDPOINTS = (
    Endpoint(
        Operation(
            "GET",
            "/problems",
            "list_problems",
            "List the kinds of errors",
            "Every `type` that an error may have. Needs no key.",
            TAG,
            None,
            {200: Shape(list[ProblemKind])},
        ),
        list_problems,
    ),
    Endpoint(
        Operation(
            "GET",
            "/problems/{name}",
            "read_problem",
            "Read what a kind of error means",
            "Where the `type` of an error leads. Needs no key.",
            TAG,
            None,
            {200: Shape(ProblemKind)},
        ),
        read_problem,
    ),
)
