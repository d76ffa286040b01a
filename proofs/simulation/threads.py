"""Threads of which one runs at a time: whose turn it is the scheduler says, nobody else.

`Threads` stands where the code under simulation expects the operating system's: its threads, locks
and queues, its sleep and its steady clock. Each runs on a real thread, so that code which blocks
may be stopped in the middle, but a baton goes round: whoever has it runs until it pauses, waits or
ends. A thread may be killed where it stands, as the end of its process would.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, ClassVar, Generic, TypeVar

from proofs.simulation.loop import VirtualLoop

Item = TypeVar("Item")
Condition = Callable[[], bool]

process: ContextVar[object] = ContextVar("process", default=None)
"""Whose process it is that starts a thread, to be killed with it."""


class Killed(BaseException):
    """The process of this thread has ended."""


class _Carrier:
    """A real thread, used again for one simulated thread after the other."""

    idle: ClassVar[list[_Carrier]] = []

    def __init__(self) -> None:
        self._go, self._back = threading.Lock(), threading.Lock()
        self._go.acquire()
        self._back.acquire()
        self._work: Callable[[], None] = lambda: None
        threading.Thread(target=self._carry, daemon=True).start()

    @classmethod
    def of(cls, work: Callable[[], None]) -> _Carrier:
        carrier = cls.idle.pop() if cls.idle else cls()
        carrier._work = work
        return carrier

    def go(self) -> None:
        """Hand the baton over, and wait until it is back."""
        self._go.release()
        self._back.acquire()

    def give_back(self) -> None:
        """On the carrier: hand the baton back, and wait for it to come again."""
        self._back.release()
        self._go.acquire()

    def _carry(self) -> None:
        while True:
            self._go.acquire()
            self._work()
            self._back.release()


class BatonThread:
    """A thread of the simulation, with as much of `threading.Thread` as is asked of it."""

    def __init__(self, threads: Threads, target: Callable[[], object], name: str) -> None:
        self.name = name
        self.process = process.get()
        self.alive = False
        self.killed = False
        self.until: Condition | None = None
        self._threads = threads
        self._target = target
        self._carrier: _Carrier | None = None

    def start(self) -> None:
        self.alive = True
        self._threads.alive.append(self)

    def join(self) -> None:
        self._threads.wait(lambda: not self.alive)

    def step(self) -> None:
        """Run it until it gives the baton back."""
        if self._carrier is None:
            self._carrier = _Carrier.of(self._run)
        self._threads.running = self
        self._carrier.go()
        self._threads.running = None
        if not self.alive:
            self._threads.alive.remove(self)
            _Carrier.idle.append(self._carrier)

    def kill(self) -> None:
        """End it where it stands."""
        self.killed = True
        self.step()
        assert not self.alive, f"{self.name} outlived its process"

    def rest(self, until: Condition | None) -> None:
        """On the thread: let others run, and go on when the condition holds and its turn comes."""
        assert self._carrier is not None
        if not self.killed:
            self.until = until
            self._carrier.give_back()
            self.until = None
        if self.killed:
            raise Killed

    def _run(self) -> None:
        try:
            if not self.killed:
                self._target()
        except Killed:
            pass
        finally:
            self.alive = False


class Threads:
    """All threads of a simulation; `running` is the one that has the baton (None: the loop)."""

    def __init__(self, loop: VirtualLoop) -> None:
        self.alive: list[BatonThread] = []
        self.running: BatonThread | None = None
        self._loop = loop
        loop.in_thread = self._call

    # What stands for the operating system's

    def Thread(self, target: Callable[[], object], name: str = "", **_: Any) -> BatonThread:  # noqa: N802
        return BatonThread(self, target, name)

    def Lock(self) -> BatonLock:  # noqa: N802
        return BatonLock(self)

    def SimpleQueue(self) -> BatonQueue[Any]:  # noqa: N802
        return BatonQueue(self)

    def sleep(self, seconds: float) -> None:
        """Let virtual time pass."""
        wakes = self._loop.time() + seconds
        self._loop.call_at(wakes, lambda: None)
        self.wait(lambda: self._loop.time() >= wakes)

    def monotonic(self) -> float:
        """The time that no clock can set."""
        return self._loop.time()

    perf_counter = monotonic

    # Taking turns

    def ready(self) -> list[BatonThread]:
        """The threads that could run now."""
        return [thread for thread in self.alive if thread.until is None or thread.until()]

    def pause(self) -> None:
        """Where another thread, or the loop, may run before the caller goes on."""
        if self.running is not None:
            self.running.rest(None)

    def wait(self, condition: Condition) -> None:
        """Block the caller until the condition holds."""
        while not condition():
            if self.running is not None:
                self.running.rest(condition)
                continue
            # The loop itself is blocked: only threads can make it true.
            ready = self.ready()
            if ready:
                ready[0].step()
            else:
                self._loop.skip()

    def kill(self, whose: object) -> None:
        """End all threads of a process."""
        for thread in [thread for thread in self.alive if thread.process is whose]:
            thread.kill()

    def end(self) -> None:
        """End all there are."""
        for thread in list(self.alive):
            thread.kill()

    def _call(self, function: Callable[[], object], tell: Callable[..., None]) -> None:
        def work() -> None:
            try:
                result = function()
            except Exception as error:
                tell(None, error)
            else:
                tell(result, None)

        self.Thread(work, "worker").start()


class BatonLock:
    """A lock between threads of the simulation."""

    def __init__(self, threads: Threads) -> None:
        self._threads = threads
        self._held = False

    def __enter__(self) -> None:
        self._threads.wait(lambda: not self._held)
        self._held = True

    def __exit__(self, *_: object) -> None:
        self._held = False


class BatonQueue(Generic[Item]):
    """A queue between threads of the simulation."""

    def __init__(self, threads: Threads) -> None:
        self._threads = threads
        self._items: deque[Item] = deque()

    def put(self, item: Item) -> None:
        self._items.append(item)

    def get(self) -> Item:
        self._threads.wait(lambda: bool(self._items))
        return self._items.popleft()

    def get_nowait(self) -> Item:
        self._threads.pause()
        if not self._items:
            raise queue.Empty
        return self._items.popleft()
