"""The rules of counts: each takes a draft and one command, and answers.

No rule before submission looks at a level. What the book said when something was counted is worked
out from the ledger when it is needed, and for good when it is posted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from onhand.core import counts as c
from onhand.core.catalog_rules import product_fault, warehouse_fault
from onhand.core.commands import OnShortfall
from onhand.core.counts import LIFE_CYCLE, Count, CountEntry, CountLine
from onhand.core.document_rules import found, line_faults, record, referring_to
from onhand.core.documents import DocumentCommand, DocumentKind
from onhand.core.draft import Draft
from onhand.core.levels import MAX_QUANTITY, Level, StockKey
from onhand.core.movements import MovementType, Origin
from onhand.core.rejections import Rejected, RejectionCode, lines_refused
from onhand.core.stock_rules import Accepted, Result, deallocate, too_large


class Books:
    """What the ledger's on hand was at past moments, entries of this very batch included."""

    def __init__(self, draft: Draft) -> None:
        """Look at a draft as it is now: what is posted afterwards is not seen."""
        self._snapshot = draft.snapshot
        self._posted: dict[StockKey, list[tuple[datetime, int]]] = {}
        for movement in draft.movements:
            if movement.movement_type.is_physical:
                key = StockKey(movement.product_id, movement.warehouse_id)
                moved = (movement.occurred_at, movement.quantity)
                self._posted.setdefault(key, []).append(moved)

    def at(self, key: StockKey, moment: datetime) -> int:
        """Units on hand just after the last entry at or before a moment."""
        stored = self._snapshot.levels.get(key)
        if stored is None or stored.last_movement_at is None:
            on_hand = 0
        elif stored.last_movement_at <= moment:
            on_hand = stored.on_hand
        else:
            on_hand = self._snapshot.on_hand_as_of[key, moment]
        since = self._posted.get(key, ())
        return on_hand + sum(quantity for at, quantity in since if at <= moment)


def draft_count(draft: Draft, command: c.DraftCount) -> Result:
    """Write a new count with its lines, and start it at once where that is asked."""
    fault = warehouse_fault(draft, command.warehouse_id)
    if fault is not None:
        return fault
    field = "lines" if command.scope == c.PRODUCTS else "warehouse_id"
    if not command.product_ids:
        return Rejected(RejectionCode.NOTHING_TO_COUNT, {"field": field})
    count = Count(
        id=next(draft.snapshot.new_ids.documents[DocumentKind.COUNT]),
        state=c.DRAFT,
        version=0,
        created_by=command.origin.actor,
        created_at=draft.now,
        updated_at=draft.now,
        warehouse_id=command.warehouse_id,
        scope=command.scope,
        abc_class=command.abc_class,
        reference=command.reference,
        notes=command.notes,
        recount_percent=command.recount_percent,
        recount_units=command.recount_units,
    )
    grown = _with_products(draft, count, command.product_ids, field)
    if isinstance(grown, Rejected):
        return grown
    told = {"lines": len(grown.lines)}
    count = record(draft, None, grown, "draft", command.origin, told)
    if command.start:
        count = _started(draft, count, command.origin)
    return Accepted(facts={"document": count})


def add_to_count(draft: Draft, command: c.AddToCount) -> Result:
    """Give a count more lines: for what was found that nobody expected there."""
    count = found(draft, command, Count, LIFE_CYCLE, "add")
    if isinstance(count, Rejected):
        return count
    grown = _with_products(draft, count, command.product_ids, "lines")
    if isinstance(grown, Rejected):
        return grown
    told = {"products": list(command.product_ids)}
    return _stepped(record(draft, count, grown, "add", command.origin, told))


def start_count(draft: Draft, command: c.StartCount) -> Result:
    """Begin to count."""
    count = found(draft, command, Count, LIFE_CYCLE, "start")
    if isinstance(count, Rejected):
        return count
    return _stepped(_started(draft, count, command.origin))


def record_count(draft: Draft, command: c.RecordCount) -> Result:
    """Take in what one counter counted: all of it, or nothing.

    Of the count no more may be there than the lines of what is counted.
    """
    count = found(draft, command, Count, LIFE_CYCLE, "record")
    if isinstance(count, Rejected):
        return count
    lines = {line.product_id: line for line in count.lines}
    entries: list[CountEntry] = []
    faults = []
    seen: set[int] = set()
    for place, counted in enumerate(command.counted):
        line = lines.get(counted.product_id)
        if line is None:
            faults.append((place, _not_in_count(counted.product_id)))
            continue
        at = counted.at or draft.now
        fault = _fault_of_time(draft, count, at)
        if counted.product_id in seen:
            fault = _twice(counted.product_id)
        if fault is not None:
            faults.append((place, fault))
            continue
        seen.add(counted.product_id)
        lines[counted.product_id] = replace(
            line, counted=counted.quantity, counted_at=at, counted_by=command.counted_by
        )
        entries.append(
            CountEntry(
                count.entry_count + len(entries) + 1,
                line.number,
                line.round,
                counted.quantity,
                command.counted_by,
                at,
                command.origin.actor,
                draft.now,
            )
        )
    if faults:
        return lines_refused(faults)
    after = replace(
        count,
        entry_count=count.entry_count + len(entries),
        lines=tuple(lines.values()),
        entries=(*count.entries, *entries),
    )
    told = {"counted_by": command.counted_by, "lines": len(command.counted)}
    return _stepped(record(draft, count, after, "record", command.origin, told))


def recount_lines(draft: Draft, command: c.RecountLines) -> Result:
    """Have products counted again; what was not counted yet waits for its first count anyway."""
    count = found(draft, command, Count, LIFE_CYCLE, "recount")
    if isinstance(count, Rejected):
        return count
    lines = {line.product_id: line for line in count.lines}
    fault = line_faults(
        None if product_id in lines else _not_in_count(product_id)
        for product_id in command.product_ids
    )
    if fault is not None:
        return fault
    for product_id in command.product_ids:
        if lines[product_id].counted is not None:
            lines[product_id] = _again(lines[product_id], c.ASKED)
    after = replace(count, state=c.COUNTING, lines=tuple(lines.values()))
    told = {"lines": [lines[product_id].number for product_id in command.product_ids]}
    return _stepped(record(draft, count, after, "recount", command.origin, told))


def submit_count(draft: Draft, command: c.SubmitCount) -> Result:
    """Hand a count over for approval, or have those lines counted again that need it.

    Several counters of a line must find the same variance in its first round, each against the book
    of their own moment. From the second round on the last one counts.
    """
    count = found(draft, command, Count, LIFE_CYCLE, "submit")
    if isinstance(count, Rejected):
        return count
    if not command.leave_out_uncounted:
        fault = line_faults(
            _not_counted(line) if line.counted is None else None for line in count.lines
        )
        if fault is not None:
            return fault
    if not count.counted_lines:
        return Rejected(RejectionCode.NOTHING_TO_COUNT, {"field": "lines"})
    entries = c.entries_in_force(count)
    books = Books(draft)
    lines = []
    again = []
    for line in count.lines:
        why = None
        if line.counted is not None:
            why = _why_again(draft, count, line, entries[line.number].values(), books)
        if why is not None:
            again.append({"line": line.number, "reason": why})
        lines.append(line if why is None else _again(line, why))
    after = replace(count, state=c.COUNTING if again else c.REVIEW, lines=tuple(lines))
    left_out = len(count.lines) - count.counted_lines
    told = {"recount": again, "left_out": left_out}
    return _stepped(record(draft, count, after, "submit", command.origin, told))


def approve_count(draft: Draft, command: c.ApproveCount) -> Result:
    """Post the variance of every line that was counted: all of them, or nothing."""
    count = found(draft, command, Count, LIFE_CYCLE, "approve")
    if isinstance(count, Rejected):
        return count
    fault = warehouse_fault(draft, count.warehouse_id)
    if fault is not None:
        return fault
    books = Books(draft)
    start = len(draft.movements)
    told = replace(referring_to(count, command.origin), reference=count.reference)
    faults: list[tuple[int, Rejected]] = []
    lines: list[CountLine] = []
    deallocated: list[dict[str, Any]] = []
    for place, line in enumerate(count.lines):
        if line.counted is None or line.counted_at is None:
            lines.append(line)
            continue
        fault = product_fault(draft, line.product_id)
        if fault is None:
            key = StockKey(line.product_id, count.warehouse_id)
            level = draft.level(key)
            book = books.at(key, line.counted_at)
            fault = _fault_of_posting(level, line, book, command.on_shortfall)
        if fault is not None:
            faults.append((place, fault))
            continue
        variance = line.counted - book
        shortfall = level.reserved - (level.on_hand + variance)
        if shortfall > 0:
            hit = deallocate(draft, key, shortfall, told)
            deallocated += [{"product_id": line.product_id, **one} for one in hit]
        draft.post(key, MovementType.COUNT, variance, told)
        level.last_counted_at = level.last_movement_at
        draft.allocate_arrivals(key, told)
        lines.append(replace(line, book=book))
    if faults:
        return lines_refused(faults)
    posted = replace(count, state=c.POSTED, lines=tuple(lines))
    differing = sum(line.book != line.counted for line in lines if line.counted is not None)
    data = {"counted": count.counted_lines, "differing": differing, "deallocated": deallocated}
    posted = record(draft, count, posted, "approve", command.origin, data)
    facts = {"document": posted, "deallocated": deallocated}
    return Accepted(movements=(start, len(draft.movements)), facts=facts)


def cancel_count(draft: Draft, command: c.CancelCount) -> Result:
    """Give a count up; nothing is posted."""
    count = found(draft, command, Count, LIFE_CYCLE, "cancel")
    if isinstance(count, Rejected):
        return count
    cancelled = replace(count, state=c.CANCELLED)
    return _stepped(record(draft, count, cancelled, "cancel", command.origin))


def _stepped(count: Count) -> Accepted:
    return Accepted(facts={"document": count})


def _started(draft: Draft, count: Count, origin: Origin) -> Count:
    started = replace(count, state=c.COUNTING, started_at=draft.now)
    return record(draft, count, started, "start", origin)


def _with_products(
    draft: Draft, count: Count, product_ids: Iterable[int], field: str
) -> Count | Rejected:
    """A count with a line more for each product."""
    lines = list(count.lines)
    known = {line.product_id for line in lines}
    faults: list[Rejected | None] = []
    for product_id in product_ids:
        fault = product_fault(draft, product_id)
        faults.append(_twice(product_id) if product_id in known else fault)
        known.add(product_id)
        lines.append(CountLine(len(lines) + 1, product_id))
    if len(lines) > c.MAX_LINES:
        facts = {"field": field, "limit": c.MAX_LINES}
        return Rejected(RejectionCode.TOO_MANY_TO_COUNT, facts)
    return line_faults(faults) or replace(count, lines=tuple(lines))


def _again(line: CountLine, why: str) -> CountLine:
    return CountLine(line.number, line.product_id, line.round + 1, why)


def _why_again(
    draft: Draft, count: Count, line: CountLine, entries: Iterable[CountEntry], books: Books
) -> str | None:
    """Why a counted line must be counted again, or None."""
    key = StockKey(line.product_id, count.warehouse_id)
    if _counted_since(draft.level(key), line) is not None:
        return c.COUNTED_SINCE
    if line.round > 1:
        return None
    variances = {entry.quantity - books.at(key, entry.counted_at) for entry in entries}
    if len(variances) > 1:
        return c.DISAGREEMENT
    [variance] = variances
    assert line.counted is not None
    return c.LIMIT if is_beyond_limits(count, line.counted - variance, variance) else None


def is_beyond_limits(count: Count, book: int, variance: int) -> bool:
    """Whether a variance passes either limit of its count; any does the percent of a book of 0."""
    if count.recount_units is not None and abs(variance) > count.recount_units:
        return True
    if count.recount_percent is None:
        return False
    return abs(variance) * Decimal(100) > count.recount_percent * book


def _counted_since(level: Level, line: CountLine) -> datetime | None:
    """When a level was counted by others, after this line was: their correction holds already."""
    since = level.last_counted_at
    assert line.counted_at is not None
    return since if since is not None and since > line.counted_at else None


def _fault_of_posting(
    level: Level, line: CountLine, book: int, on_shortfall: OnShortfall
) -> Rejected | None:
    assert line.counted is not None
    since = _counted_since(level, line)
    if since is not None:
        facts = {
            "product_id": line.product_id,
            "counted_at": line.counted_at,
            "since": since,
        }
        return Rejected(RejectionCode.COUNTED_SINCE, facts)
    variance = line.counted - book
    after = level.on_hand + variance
    if after < 0:
        facts = {"on_hand": level.on_hand, "requested": variance}
        return Rejected(RejectionCode.NEGATIVE_STOCK, facts)
    if after > MAX_QUANTITY:
        return too_large(level.on_hand, variance)
    if after < level.reserved and on_shortfall is OnShortfall.REJECT:
        facts = {"reserved": level.reserved, "counted": after}
        return Rejected(RejectionCode.RESERVED_EXCEEDS_ON_HAND, facts)
    return None


def _fault_of_time(draft: Draft, count: Count, at: datetime) -> Rejected | None:
    assert count.started_at is not None
    # Many clocks tell whole seconds.
    if count.started_at.replace(microsecond=0) <= at <= draft.now:
        return None
    facts = {"started_at": count.started_at, "now": draft.now, "counted_at": at}
    return Rejected(RejectionCode.COUNTED_OUTSIDE, facts)


def _not_in_count(product_id: int) -> Rejected:
    return Rejected(RejectionCode.NOT_IN_COUNT, {"product_id": product_id})


def _not_counted(line: CountLine) -> Rejected:
    return Rejected(RejectionCode.NOT_COUNTED, {"product_id": line.product_id})


def _twice(product_id: int) -> Rejected:
    return Rejected(RejectionCode.IN_COUNT_TWICE, {"product_id": product_id})


RULES: Mapping[type[DocumentCommand], Callable[[Draft, Any], Result]] = {
    c.DraftCount: draft_count,
    c.AddToCount: add_to_count,
    c.StartCount: start_count,
    c.RecordCount: record_count,
    c.RecountLines: recount_lines,
    c.SubmitCount: submit_count,
    c.ApproveCount: approve_count,
    c.CancelCount: cancel_count,
}
"""The commands about counts, and their rules."""
