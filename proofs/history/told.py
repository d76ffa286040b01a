"""An anomaly in lines that a person can follow."""

from __future__ import annotations

from collections.abc import Iterator

from proofs.history.check import Anomaly, Operation
from proofs.history.model import Answer, Ask, Done, Read, Refused, State


def told(product: int, anomaly: Anomaly) -> str:
    """The product's small history, one operation a line, with moments in microseconds."""
    return "\n".join(_lines(product, anomaly))


def _lines(product: int, anomaly: Anomaly) -> Iterator[str]:
    yield f"product {product}: no order of these operations explains their answers"
    yield f"  begins with {_any_of(anomaly)}"
    first = min(operation.begun for operation in anomaly.operations)
    for operation in sorted(anomaly.operations, key=lambda one: one.begun):
        mark = "→" if operation is anomaly.at_fault else " "
        yield f"{mark} {_line(operation, first)}"
    yield "  where the answer marked → came, the shelves could only be"
    for state in list(anomaly.states)[:5]:
        yield f"    {_state(state)}"


def _any_of(anomaly: Anomaly) -> str:
    return "\n    or ".join(_state(state) for state in list(anomaly.starts)[:5])


def _line(operation: Operation, first: int) -> str:
    begun = f"{(operation.begun - first) // 1_000:,}"
    ended = "…" if operation.ended is None else f"{(operation.ended - first) // 1_000:,}"
    sent = f" (sent {operation.sent} times)" if operation.sent > 1 else ""
    asked, heard = _ask(operation.ask), _answer(operation.answer)
    return f"{begun} to {ended}: client {operation.client}: {asked}{sent}: {heard}"


def _ask(ask: Ask) -> str:
    where = f"on shelf {ask.shelf}"
    match ask.verb:
        case "levels" | "totals":
            return f"read {ask.verb}"
        case "transfer":
            return f"transfer {ask.quantity} from shelf {ask.shelf} to {ask.to}"
        case "adjust":
            return f"adjust by {ask.quantity:+} {where}"
        case "count":
            return f"count {ask.quantity} {where}"
    return f"{ask.verb} {ask.quantity} for order {ask.order} {where}"


def _answer(answer: Answer | None) -> str:
    match answer:
        case Done(on_hand, reserved, besides):
            more = f" (besides: {', '.join(map(str, besides))})" if besides else ""
            return f"done, then on hand {on_hand}, reserved {reserved}{more}"
        case Refused(_, words):
            return f"refused: {words}"
        case Read(levels):
            return "; ".join(f"on hand {on_hand}, reserved {held}" for on_hand, held in levels)
    return "nobody knows"


def _state(state: State) -> str:
    shelves = []
    for number, shelf in enumerate(state):
        holds = ", ".join(f"order {order}: {units}" for order, units in shelf.holds)
        held = f"reserved {shelf.reserved}" + (f" ({holds})" if holds else "")
        shelves.append(f"shelf {number}: on hand {shelf.on_hand}, {held}")
    return "; ".join(shelves)
