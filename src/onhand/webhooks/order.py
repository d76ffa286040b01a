"""The order of deliveries: of each product, and of each document, one at a time, as they happened.

An event has a key for each that it tells of. It may be sent when it is the first that waits under
all of its keys; what was sent and did not arrive stays the first, and holds back what follows it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from heapq import heappop, heappush

from onhand.ledger.feed import FeedEvent

Key = tuple[str, int]


@dataclass(slots=True, eq=False)
class Waiting:
    """An event that has not arrived yet, and how often it has been sent."""

    event: FeedEvent
    keys: tuple[Key, ...]
    attempts: int = 0


def keys_of(event: FeedEvent) -> tuple[Key, ...]:
    """What an event tells of: a product, a document, a warehouse, or two of these."""
    keys: list[Key] = []
    if event.product_id is not None:
        keys.append(("product", event.product_id))
    if event.subject is not None and event.subject not in keys:
        keys.append(event.subject)
    return tuple(keys)


class Order:
    """Events that wait, by their numbers, and which of them may be sent now."""

    def __init__(self) -> None:
        self._waiting: dict[int, Waiting] = {}
        self._queues: dict[Key, deque[Waiting]] = {}
        self._ready: list[tuple[int, Waiting]] = []

    def __len__(self) -> int:
        """How many have not arrived."""
        return len(self._waiting)

    @property
    def first(self) -> FeedEvent | None:
        """The first event that has not arrived; all before it have."""
        return next(iter(self._waiting.values())).event if self._waiting else None

    def add(self, event: FeedEvent) -> None:
        """Have one wait that comes after all that do."""
        one = Waiting(event, keys_of(event))
        self._waiting[event.number] = one
        for key in one.keys:
            self._queues.setdefault(key, deque()).append(one)
        self._offer(one)

    def next(self) -> Waiting | None:
        """The first that may be sent now, which is not offered again; None: all have to wait."""
        return heappop(self._ready)[1] if self._ready else None

    def again(self, one: Waiting) -> None:
        """One did not arrive: it may be sent again."""
        heappush(self._ready, (one.event.number, one))

    def arrived(self, one: Waiting) -> None:
        """One did arrive: what waited for it may be sent."""
        del self._waiting[one.event.number]
        behind: dict[int, Waiting] = {}
        for key in one.keys:
            queue = self._queues[key]
            queue.popleft()
            if queue:
                behind[queue[0].event.number] = queue[0]
            else:
                del self._queues[key]
        for following in behind.values():
            self._offer(following)

    def _offer(self, one: Waiting) -> None:
        if all(self._queues[key][0] is one for key in one.keys):
            heappush(self._ready, (one.event.number, one))
