"""Whether a history can be told: one operation after the other, each at a moment between its
invocation and its answer, every answer the model's (linearizability, Herlihy and Wing 1990).

Each product is checked by itself, which is enough: a whole is linearizable where its objects are.
The search is Wing and Gong's (1993) with what Lowe ("Testing for linearizability", 2017) adds: it
keeps the set of all configurations that can be, so that none is looked at twice, and takes an
operation's effect just in time, when an answer needs it. A configuration is a state of the product
and which of the operations under way have taken effect. When none is left, the last answer cannot
be, and neither the past nor the future can explain it.

- What changed nothing (a read, a refusal) takes effect as soon as the state fits its answer: that
  takes no other way from anybody.
- What nobody knows the end of stays under way for ever: it may take effect at any later moment, or
  never. So of two configurations that differ in nothing else, the one in which fewer of these have
  taken effect can be all that the other can.
- What was sent again under its key is one operation, from the first try to the last.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from proofs.history.model import Answer, Ask, Done, State, carried_out


@dataclass(frozen=True, slots=True)
class Operation:
    """What a client asked and heard; `ended` and `answer` are None where nobody knows.

    Moments are of one clock that never goes back. `sent` is how often it was sent.
    """

    client: int
    ask: Ask
    begun: int
    ended: int | None = None
    answer: Answer | None = None
    sent: int = 1


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A small history that cannot be, in itself: it begins in any of `starts`, and there is no
    order in which all of `operations` happened and were answered so.

    The search ended at the answer of `at_fault`, which fits none of `states`: all that could be.
    """

    starts: Collection[State]
    operations: Sequence[Operation]
    at_fault: Operation
    states: Collection[State]


Configuration = tuple[State, int]
"""A state, and a bit for each operation under way that has taken effect."""


def check(starts: Collection[State], operations: Sequence[Operation]) -> Anomaly | None:
    """The first anomaly in a product's history that begins in one of the states; None: it has none.

    The anomaly's history is made small: it begins at the last moment at which nothing was under
    way, and leaves out reads and refusals that it can do without.
    """
    anomaly = _search(starts, operations)
    if anomaly is None:
        return None
    for operation in anomaly.operations:
        others = [other for other in anomaly.operations if other is not operation]
        # Without what changes nothing, a history can only be easier to tell.
        if not _may_change(operation):
            anomaly = _search(anomaly.starts, others) or anomaly
    return anomaly


def _search(starts: Collection[State], operations: Sequence[Operation]) -> Anomaly | None:
    history = _History(starts)
    for operation, is_answer in _events(operations):
        if not is_answer:
            history.begin(operation)
        elif not history.end(operation):
            return history.anomaly(operation)
    return None


def _events(operations: Sequence[Operation]) -> Iterator[tuple[Operation, bool]]:
    """Invocations and answers in their order; at one moment, invocations first."""
    moments: list[tuple[int, bool, int]] = []
    for number, operation in enumerate(operations):
        moments.append((operation.begun, False, number))
        if operation.ended is not None:
            moments.append((operation.ended, True, number))
    for _, is_answer, number in sorted(moments):
        yield operations[number], is_answer


class _History:
    """All that can be so by now."""

    def __init__(self, starts: Collection[State]) -> None:
        self._configurations: set[Configuration] = {(state, 0) for state in starts}
        self._bits: dict[int, int] = {}
        self._changing: dict[int, Operation] = {}
        self._still: dict[int, Operation] = {}
        self._unknown = 0
        self._next_bit = 1
        self._known_under_way = 0
        self._starts: Collection[State] = tuple(starts)
        self._since: list[Operation] = []
        self._looked_at: Collection[State] = ()

    def begin(self, operation: Operation) -> None:
        """An operation was invoked."""
        self._since.append(operation)
        bit = self._bits[id(operation)] = self._next_bit
        self._next_bit <<= 1
        self._known_under_way += operation.ended is not None
        if _may_change(operation):
            self._changing[bit] = operation
            self._unknown |= bit if operation.answer is None else 0
        elif operation.answer is not None:
            self._still[bit] = operation
            self._configurations = {self._noted(*one) for one in self._configurations}

    def end(self, operation: Operation) -> bool:
        """An operation was answered; whether that can be."""
        bit = self._bits[id(operation)]
        left = self._with(bit)
        if not left:
            return False
        self._configurations = self._fewest(left) if self._unknown else left
        self._changing.pop(bit, None)
        self._still.pop(bit, None)
        self._known_under_way -= 1
        if not self._known_under_way:
            self._begin_anew()
        return True

    def anomaly(self, at_fault: Operation) -> Anomaly:
        """What is so where `end` said that it cannot be."""
        return Anomaly(self._starts, tuple(self._since), at_fault, self._looked_at)

    def _with(self, bit: int) -> set[Configuration]:
        """All configurations, and those reached from them, in which an operation has taken effect.

        Its bit is taken off: it is no longer under way.
        """
        found: set[Configuration] = set()
        seen = set(self._configurations)
        waiting = list(seen)
        while waiting:
            state, taken = waiting.pop()
            if taken & bit:
                found.add((state, taken ^ bit))
                continue
            for other, operation in self._changing.items():
                if taken & other:
                    continue
                after, answer = carried_out(state, operation.ask)
                if operation.answer is None:
                    if after == state:
                        continue
                elif answer != operation.answer:
                    continue
                reached = self._noted(after, taken | other)
                if reached not in seen:
                    seen.add(reached)
                    waiting.append(reached)
        if not found:
            self._looked_at = {state for state, _ in seen}
        return found

    def _fewest(self, configurations: set[Configuration]) -> set[Configuration]:
        """Those alone that took no more unknown operations than they had to."""
        alike: dict[Configuration, list[int]] = {}
        for state, taken in configurations:
            unknown = taken & self._unknown
            alike.setdefault((state, taken ^ unknown), []).append(unknown)
        return {
            (state, known | few)
            for (state, known), choices in alike.items()
            for few in choices
            if not any(fewer & few == fewer != few for fewer in choices)
        }

    def _noted(self, state: State, taken: int) -> Configuration:
        """A configuration, with all that changes nothing and fits it taken as done."""
        for bit, operation in self._still.items():
            if not taken & bit and carried_out(state, operation.ask)[1] == operation.answer:
                taken |= bit
        return state, taken

    def _begin_anew(self) -> None:
        """Nothing known is under way: an anomaly from here on needs nothing before it, if it is
        certain which of the unknown operations have taken effect."""
        taken = {taken for _, taken in self._configurations}
        if len(taken) == 1:
            done = taken.pop()
            for bit in [bit for bit in self._changing if done & bit]:
                del self._changing[bit]
            self._unknown &= ~done
            states = {state for state, _ in self._configurations}
            self._configurations = {(state, 0) for state in states}
            self._starts = states
            self._since = list(self._changing.values())
            if not self._changing:
                self._next_bit = 1


def _may_change(operation: Operation) -> bool:
    if operation.answer is None:
        return not operation.ask.reads
    return isinstance(operation.answer, Done)
