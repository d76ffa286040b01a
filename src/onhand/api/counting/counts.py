"""Physical counts: write one, start it, take in what is counted, submit it, approve it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from onhand.api import documents
from onhand.api.counting import bodies as b
from onhand.api.counting.reports import plan_question
from onhand.api.operations import BASE, Call, Endpoint, Operation, Shape, etag, page, parsed
from onhand.api.queries import PageMeta, page_meta, page_request
from onhand.api.submitting import said
from onhand.api.wire import Reply
from onhand.core import counts as rules
from onhand.core.commands import OnShortfall
from onhand.core.counts import Count
from onhand.core.documents import DocumentCommand
from onhand.core.stock_rules import Accepted
from onhand.ledger.access import Permission
from onhand.ledger.counts import CountFilter
from onhand.ledger.ports import Answer

PATH = f"{BASE}/counts"
TAG = "Physical counts"


async def create_count(call: Call) -> Reply:
    """Write a count."""
    body = await call.raw_body()
    given = parsed(call, body, b.NewCount)
    scope, product_ids = await _products(call, given)
    command = rules.DraftCount(
        origin=call.origin(),
        warehouse_id=given.warehouse_id,
        scope=scope,
        product_ids=product_ids,
        abc_class=given.abc_class,
        reference=given.reference,
        notes=given.notes,
        recount_percent=None if given.recount_percent is None else Decimal(given.recount_percent),
        recount_units=given.recount_units,
        start=given.start,
    )
    message = "Count started successfully" if given.start else "Count created successfully"
    return await documents.step(call, command, body, b.stepped, message, PATH)


async def _products(call: Call, given: b.NewCount) -> tuple[str, tuple[int, ...]]:
    """What a new count is of.

    A class or a warehouse is read beforehand and goes along in the command, one product more than a
    count takes, so that the rules can tell. What comes into the warehouse a moment later is not in
    the count; it may be added.
    """
    if given.lines is not None:
        return rules.PRODUCTS, tuple(line.product_id for line in given.lines)
    limit = rules.MAX_LINES + 1
    warehouse_id, abc_class = given.warehouse_id, given.abc_class
    if abc_class is None:
        found = await call.read(lambda reads: reads.products_of_warehouse(warehouse_id, limit))
        return rules.WAREHOUSE, tuple(found)
    question = plan_question(call.services.clock(), warehouse_id, given.abc_days)
    found = await call.read(lambda reads: reads.products_of_class(question, abc_class, limit))
    return rules.ABC_CLASS, tuple(found)


async def list_counts(call: Call) -> Reply:
    """A page of counts."""
    query = call.query(b.CountQuery)
    which = CountFilter(
        states=() if query.state is None else (query.state,),
        warehouse_id=query.warehouse_id,
        product_id=query.product_id,
    )
    listing = await call.read(lambda reads: reads.documents(which, page_request(query, query.sort)))
    rows = [
        b.CountSummary(
            **b.head(row.count),
            line_count=row.lines,
            counted_count=row.counted,
            recount_count=row.recount,
        )
        for row in listing.rows
    ]
    return page(rows, page_meta(query, listing.total))


async def read_count(call: Call) -> Reply:
    """One count, with its history; who is to count blind is not told what came of it."""
    shown = b.whole if call.may(Permission.COUNTS_REVIEW) else b.whole_to_counters
    return await documents.whole(call, Count, "count_id", shown)


async def add_to_count(call: Call) -> Reply:
    """Count more products."""
    body = await call.raw_body()
    given = parsed(call, body, b.CountAdding)
    products = tuple(line.product_id for line in given.lines)
    command = rules.AddToCount(**_named(call, given.reason), product_ids=products)
    return await documents.step(call, command, body, b.stepped, "Count updated successfully")


async def start_count(call: Call) -> Reply:
    """Begin to count."""
    body = await call.raw_body()
    given = parsed(call, body, b.CountStarting)
    command = rules.StartCount(**_named(call, given.reason))
    return await documents.step(call, command, body, b.stepped, "Count started successfully")


async def record_count(call: Call) -> Reply:
    """Take in what somebody counted."""
    body = await call.raw_body()
    given = parsed(call, body, b.CountRecording)
    command = rules.RecordCount(
        **_named(call, None),
        counted_by=given.counted_by or call.actor,
        counted=b.counted(given),
    )

    def recorded(count: Count, _: Sequence[int]) -> Struct:
        return b.recorded(count, len(given.lines))

    return await documents.step(call, command, body, recorded, "Entries recorded successfully")


async def recount_count(call: Call) -> Reply:
    """Have lines counted again."""
    body = await call.raw_body()
    given = parsed(call, body, b.CountRecounting)
    products = tuple(line.product_id for line in given.lines)
    command = rules.RecountLines(**_named(call, given.reason), product_ids=products)
    return await documents.step(call, command, body, b.stepped, "Recount asked for successfully")


async def submit_count(call: Call) -> Reply:
    """Hand a count over for approval."""
    body = await call.raw_body()
    given = parsed(call, body, b.CountSubmitting)
    command = rules.SubmitCount(
        **_named(call, given.reason), leave_out_uncounted=given.uncounted == "leave_out"
    )

    def accepted(result: Accepted, _: Sequence[int]) -> Answer:
        submitted = b.submitted(result.facts["document"])
        number = len(submitted.recount)
        message = (
            f"Lines to be counted again: {number}" if number else "Count submitted successfully"
        )
        return said(submitted, message)

    return await _settled(call, command, body, accepted)


async def approve_count(call: Call) -> Reply:
    """Post a count."""
    body = await call.raw_body()
    given = parsed(call, body, b.CountApproving)
    command = rules.ApproveCount(
        **_named(call, given.reason), on_shortfall=OnShortfall(given.on_shortfall)
    )

    def accepted(result: Accepted, movement_ids: Sequence[int]) -> Answer:
        return said(b.approved(result, movement_ids), "Count posted successfully")

    return await _settled(call, command, body, accepted)


async def cancel_count(call: Call) -> Reply:
    """Give a count up."""
    body = await call.raw_body()
    given = parsed(call, body, b.CountCancelling)
    command = rules.CancelCount(**_named(call, given.reason))
    return await documents.step(call, command, body, b.stepped, "Count cancelled successfully")


def _named(call: Call, reason: str | None) -> dict[str, Any]:
    """What all steps of a count have: who, why, which."""
    return {
        "origin": call.origin(reason),
        "id": call.id("count_id"),
        "if_version": call.if_version,
    }


async def _settled(
    call: Call,
    command: DocumentCommand,
    body: bytes,
    accepted: Callable[[Accepted, Sequence[int]], Answer],
) -> Reply:
    """A step whose answer says more than what its count is then."""
    return await call.submit(
        command, body, accepted, lambda result: (etag(result.facts["document"].version),)
    )


_FULL = {
    "warehouse_id": 1,
    "lines": [{"product_id": 123}, {"product_id": 124}],
    "recount_percent": 5,
    "start": True,
}
_ENTRIES = {"counted_by": "Ann", "lines": [{"product_id": 123, "quantity": 42}]}
_LINES = {"lines": [{"product_id": 123}]}


def _step(
    verb: str, summary: str, description: str, body: type[Struct], done: Shape, **more: Any
) -> Operation:
    needs = more.pop("needs", Permission.COUNTS_WRITE)
    return Operation(
        "POST",
        f"{PATH}/{{count_id}}/{verb}",
        f"{verb}_count",
        summary,
        description,
        TAG,
        needs,
        {200: done},
        body=body,
        errors=(409,),
        keyed=True,
        versioned=True,
        conditional=True,
        **more,
    )


ENDPOINTS = (
    Endpoint(
        Operation(
            "POST",
            PATH,
            "create_count",
            "Create a count",
            "Writes a count of products, of an ABC class, or of all that a warehouse has; up to"
            f" {rules.MAX_LINES:,} products. With `start` it is counted at once.",
            TAG,
            Permission.COUNTS_WRITE,
            {201: Shape(b.CountStepped, "Count created successfully")},
            body=b.NewCount,
            body_examples={
                "Of products, at once": _FULL,
                "Of class A": {"warehouse_id": 1, "abc_class": "A"},
                "Of a warehouse": {"warehouse_id": 1},
            },
            keyed=True,
            versioned=True,
            located=True,
        ),
        create_count,
    ),
    Endpoint(
        Operation(
            "GET",
            PATH,
            "list_counts",
            "List counts",
            "A page of counts that meet every filter given, without their lines.",
            TAG,
            Permission.COUNTS_READ,
            {200: Shape(list[b.CountSummary], meta=PageMeta)},
            query=b.CountQuery,
        ),
        list_counts,
    ),
    Endpoint(
        Operation(
            "GET",
            f"{PATH}/{{count_id}}",
            "read_count",
            "Read a count",
            "One count with its history, and what is possible now. It tells no quantity.",
            TAG,
            Permission.COUNTS_READ,
            {200: Shape(b.CountWhole)},
            versioned=True,
        ),
        read_count,
    ),
    Endpoint(
        _step(
            "add",
            "Add products to a count",
            "For what was found, and nobody expected there.",
            b.CountAdding,
            Shape(b.CountStepped, "Count updated successfully"),
            body_examples={"A product": _LINES},
        ),
        add_to_count,
    ),
    Endpoint(
        _step(
            "start",
            "Start a count",
            "From now on entries are taken in. The body may be left out.",
            b.CountStarting,
            Shape(b.CountStepped, "Count started successfully"),
            body_required=False,
        ),
        start_count,
    ),
    Endpoint(
        _step(
            "record",
            "Record what was counted",
            "Takes in what one person counted, each with its time. The answer repeats what was"
            " told, and never says what should have been there.",
            b.CountRecording,
            Shape(b.CountRecorded, "Entries recorded successfully"),
            needs=Permission.COUNTS_RECORD,
            body_examples={"One product": _ENTRIES},
        ),
        record_count,
    ),
    Endpoint(
        _step(
            "recount",
            "Have lines counted again",
            "Puts the lines' counts aside; a count in review is being counted again.",
            b.CountRecounting,
            Shape(b.CountStepped, "Recount asked for successfully"),
            body_examples={"A product": _LINES},
        ),
        recount_count,
    ),
    Endpoint(
        _step(
            "submit",
            "Submit a count",
            "Hands a count over for review. Where first counts are past a limit, counters disagree,"
            " or others counted a line since, it stays in counting and `recount` names those lines."
            " The body may be left out.",
            b.CountSubmitting,
            Shape(b.CountSubmitted, "Count submitted successfully"),
            body_required=False,
            body_examples={"Some are left out": {"uncounted": "leave_out"}},
        ),
        submit_count,
    ),
    Endpoint(
        _step(
            "approve",
            "Approve a count",
            "Posts each counted line's variance, a `count` movement each, all of them or none. The"
            " body may be left out.",
            b.CountApproving,
            Shape(b.CountApproved, "Count posted successfully"),
            needs=Permission.COUNTS_APPROVE,
            body_required=False,
            body_examples={"Whatever orders hold": {"on_shortfall": "deallocate"}},
        ),
        approve_count,
    ),
    Endpoint(
        _step(
            "cancel",
            "Cancel a count",
            "Gives a count up before it is posted; nothing is.",
            b.CountCancelling,
            Shape(b.CountStepped, "Count cancelled successfully"),
            body_examples={"Not today": {"reason": "The delivery came early"}},
        ),
        cancel_count,
    ),
)
