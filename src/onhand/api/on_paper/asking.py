"""What every PDF is asked with: paper and language, and the filters of the list that is printed."""

from __future__ import annotations

from functools import cache, wraps
from typing import Annotated, Any, Literal, TypeVar, get_type_hints

import msgspec
from msgspec import Meta, Struct

from onhand.api import problems
from onhand.api.operations import Call, Handler
from onhand.api.wire import AnyReply
from onhand.core.documents import DocumentKey, DocumentKind
from onhand.ledger.on_paper import DocumentOnPaper
from onhand.printing.speech import SPOKEN, Speech

PDF = "application/pdf"
MAX_ROWS = 5_000
"""The most rows of a list that are printed; the paper says so where there are more."""

_OF_PAGES = frozenset({"page", "per_page", "cursor"})

Query = TypeVar("Query", bound=Struct)
PaperSize = Literal["a4", "letter"]
Language = Literal["en", "de"]


class PaperQuery(Struct, kw_only=True, forbid_unknown_fields=True):
    """What it is printed on, and the language that it speaks."""

    paper: Annotated[PaperSize, Meta(description="The paper's size.")] = "a4"
    language: Annotated[
        Language,
        Meta(description="What the paper's own words and figures are in: English or German."),
    ] = "en"

    @property
    def speech(self) -> Speech:
        """The language, as it is printed."""
        return SPOKEN[self.language]


@cache
def on_paper(kind: type[Struct]) -> type[Struct]:
    """A list's query as its PDF takes it: the same filters and order, on paper, not in pages."""
    kinds = get_type_hints(kind, include_extras=True) | get_type_hints(
        PaperQuery, include_extras=True
    )
    own = [it for it in msgspec.structs.fields(kind) if it.name not in _OF_PAGES]
    fields = [
        (
            it.name,
            kinds[it.name],
            msgspec.field(name=it.encode_name)
            if it.required
            else msgspec.field(name=it.encode_name, default=it.default),
        )
        for it in (*own, *msgspec.structs.fields(PaperQuery))
    ]
    return msgspec.defstruct(
        f"{kind.__name__}OnPaper",
        fields,
        namespace={"__doc__": kind.__doc__},
        module=kind.__module__,
        kw_only=True,
        forbid_unknown_fields=True,
    )


def asked(call: Call, kind: type[Query]) -> tuple[Query, PaperQuery]:
    """A list's query, for as many rows as are printed, and what it is printed on."""
    given: Any = call.query(on_paper(kind))
    own = PaperQuery.__struct_fields__
    values = {it: getattr(given, it) for it in given.__struct_fields__ if it not in own}
    if "per_page" in kind.__struct_fields__:
        values["per_page"] = MAX_ROWS
    return kind(**values), PaperQuery(**{it: getattr(given, it) for it in own})


def in_turn(handler: Handler) -> Handler:
    """A handler that reads and prints in one turn: who waits for theirs keeps nothing in memory.

    What is wrong with its query is told at once.
    """

    @wraps(handler)
    async def handle(call: Call) -> AnyReply:
        if call.operation.query is not None:
            call.query(call.operation.query)
        async with call.services.printing():
            return await handler(call)

    return handle


async def document(call: Call, kind: DocumentKind, id_name: str) -> DocumentOnPaper:
    """The document that the path names, with what is printed of it; else a 404."""
    key = DocumentKey(kind, call.id(id_name))
    found = await call.read(lambda reads: reads.document_on_paper(key))
    if found is None:
        raise problems.no_such(id_name, f"{key} does not exist")
    return found
