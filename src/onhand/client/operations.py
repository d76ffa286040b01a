"""Every operation of the API as a method. What they take and give stands in the stub beside this.

The stub is made from the API's own declarations, by `make docs`; a test holds it to them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from onhand.client.asking import BY_NAME, HOW, Asked, asked


class Operations:
    """The operations, answered when they are called."""

    def _ask(self, request: Asked) -> Any:
        raise NotImplementedError


class AsyncOperations(Operations):
    """The same, to be awaited; lists are iterated with `async for`."""


def _method(name: str) -> Callable[..., Any]:
    def method(self: Operations, *in_path: Any, **given: Any) -> Any:
        how = {word: given.pop(word) for word in HOW & given.keys()}
        return self._ask(asked(name, in_path, given, **how))

    operation = BY_NAME[name]
    method.__name__ = name
    method.__qualname__ = f"Operations.{name}"
    method.__doc__ = f"{operation.summary}. {operation.description}"
    return method


for _name in BY_NAME:
    setattr(Operations, _name, _method(_name))
