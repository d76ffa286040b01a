"""An event loop in virtual time, whose turns somebody else takes in whatever order he likes.

Nothing is waited for: time goes on when it is moved, to the next timer where nothing else is left
to do. What a loop does with sockets and signals it does not.
"""

from __future__ import annotations

import asyncio
from asyncio import Handle, TimerHandle
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from typing import Any


class VirtualLoop:
    """As much of a loop as is asked of it here. `ready` are the callbacks that could run now,
    `errors` what callbacks have failed with, and `in_thread` runs a function beside the loop.
    """

    def __init__(self) -> None:
        self.ready: list[Handle] = []
        self.errors: list[str] = []
        self.in_thread: Callable[[Callable[[], object], Callable[..., None]], None]
        self._timers: list[tuple[float, int, TimerHandle]] = []
        self._numbers = count()
        self._time = 0.0
        self._me: Any = self

    # Time

    def time(self) -> float:
        return self._time

    def pass_time(self, seconds: float) -> None:
        """It is so much later; what was due by then is ready."""
        self._time += seconds
        while self._timers and self._timers[0][0] <= self._time:
            _, _, handle = heappop(self._timers)
            if not handle.cancelled():
                self.ready.append(handle)

    def skip(self) -> None:
        """It is as late as the next timer."""
        if not self._timers:
            raise Stuck("nothing can happen any more")
        self.pass_time(max(0.0, self._timers[0][0] - self._time))

    # Turns

    def turn(self, place: int) -> None:
        """Run one of the ready callbacks."""
        handle = self.ready.pop(place)
        if not handle.cancelled():
            handle._run()

    # What asyncio asks of a loop

    def call_soon(self, callback: Any, *args: Any, context: Any = None) -> Handle:
        handle = Handle(callback, args, self._me, context)
        self.ready.append(handle)
        return handle

    call_soon_threadsafe = call_soon

    def call_later(
        self, delay: float, callback: Any, *args: Any, context: Any = None
    ) -> TimerHandle:
        return self.call_at(self._time + delay, callback, *args, context=context)

    def call_at(self, when: float, callback: Any, *args: Any, context: Any = None) -> TimerHandle:
        handle = TimerHandle(when, callback, args, self._me, context)
        heappush(self._timers, (when, next(self._numbers), handle))
        return handle

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self._me)

    def create_task(self, coro: Any, **options: Any) -> asyncio.Task[Any]:
        return asyncio.Task(coro, loop=self._me, **options)

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> asyncio.Future[Any]:
        future = self.create_future()

        def tell(result: object, error: Exception | None) -> None:
            self.call_soon(settle, result, error)

        def settle(result: object, error: Exception | None) -> None:
            if future.done():
                return
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)

        self.in_thread(lambda: func(*args), tell)
        return future

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        # What nobody asked for any more is told when it is collected as garbage, at no fixed time.
        if "handle" in context:
            self.errors.append(f"{context['message']}: {context.get('exception')!r}")

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def _timer_handle_cancelled(self, handle: TimerHandle) -> None:
        """Cancelled timers are left out when they are due."""


class Stuck(Exception):
    """Somebody waits for what will never come."""
