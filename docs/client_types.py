"""Write the client's types, from the API's own declarations: `make docs`.

`onhand.client.operations` makes a method of each operation when it is imported; editors and type
checkers read what they take and give from the stub beside it, which this writes.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from itertools import chain
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import UnsetType

from onhand.api.fields import Money
from onhand.api.operations import File, Operation, Shape
from onhand.client.asking import BY_NAME, PLACEHOLDER, shape_of

STUB = Path(__file__).parent.parent / "src" / "onhand" / "client" / "operations.pyi"
_PLAIN: Mapping[Any, str] = {
    int: "int",
    str: "str",
    bool: "bool",
    float: "float",
    bytes: "bytes",
    Decimal: "Decimal",
    Money: "Decimal | int",
    datetime: "datetime",
    date: "date",
    NoneType: "None",
    Any: "Any",
}


class Types:
    """How types are written, and what must be imported for it."""

    def __init__(self) -> None:
        """Nothing is named yet."""
        self._named: dict[str, type[Any]] = {}

    def given(self, kind: Any) -> str:
        """What a caller may pass: texts for what is one of some, mappings for structs."""
        return self._written(kind, given=True)

    def told(self, kind: Any) -> str:
        """What an answer holds."""
        return self._written(kind, given=False)

    def imports(self) -> Iterator[str]:
        """The imports of every struct that was named."""
        for name, kind in sorted(self._named.items()):
            yield f"from {kind.__module__} import {kind.__name__} as {name}"

    def _written(self, kind: Any, *, given: bool) -> str:
        if kind in _PLAIN:
            return _PLAIN[kind]
        origin = get_origin(kind)
        if origin is Annotated:
            return self._written(get_args(kind)[0], given=given)
        if origin is Literal:
            return f"Literal[{', '.join(map(repr, get_args(kind)))}]"
        if origin in (Union, UnionType):
            some = [part for part in get_args(kind) if part is not UnsetType]
            texts = [self._written(part, given=given).split(" | ") for part in some]
            return " | ".join(dict.fromkeys(chain.from_iterable(texts)))
        if origin in (list, tuple):
            items = self._written(get_args(kind)[0], given=given)
            return f"Sequence[{items}]" if given else f"list[{items}]"
        if origin is dict:
            return f"dict[{', '.join(self._written(part, given=given) for part in get_args(kind))}]"
        if isinstance(kind, type) and issubclass(kind, Enum):
            return f"Literal[{', '.join(repr(one.value) for one in kind)}]"
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            name = self._name(kind)
            return f"{name} | Mapping[str, Any]" if given else name
        raise TypeError(f"no way to write {kind!r}")

    def _name(self, kind: type[Any]) -> str:
        name = kind.__name__.lstrip("_")
        while self._named.setdefault(name, kind) is not kind:
            name += "_"
        return name


def stub() -> str:
    """The stub, whole."""
    types = Types()
    waiting = [*_class("Operations", types, is_async=False)]
    awaited = [*_class("AsyncOperations", types, is_async=True)]
    text = "\n".join(
        [
            '"""What each operation takes and gives: made by `make docs`, not by hand."""',
            "",
            "from collections.abc import Coroutine, Mapping, Sequence",
            "from datetime import date, datetime",
            "from decimal import Decimal",
            "from typing import Any, Literal",
            "",
            *types.imports(),
            "from onhand.client.answers import Answer",
            "from onhand.client.asking import Asked",
            "from onhand.client.asynchronous import AsyncRows",
            "from onhand.client.sync import Rows",
            "",
            *waiting,
            "",
            *awaited,
        ]
    )
    return _formatted(text)


def _class(name: str, types: Types, *, is_async: bool) -> Iterator[str]:
    yield f"class {name}:"
    yield "    def _ask(self, request: Asked) -> Any: ..."
    for operation in BY_NAME.values():
        yield from _method(operation, types, is_async=is_async)


def _method(operation: Operation, types: Types, *, is_async: bool) -> Iterator[str]:
    shape = shape_of(operation)
    data = "bytes" if isinstance(shape, File) else types.told(shape.data)
    if isinstance(shape, Shape) and shape.meta is not None:
        rows = "AsyncRows" if is_async else "Rows"
        row = data.removeprefix("list[").removesuffix("]")
        result, start = f"{rows}[{row}]", "    def"
    else:
        result, start = f"Answer[{data}]", "    async def" if is_async else "    def"
    yield f"{start} {operation.operation_id}("
    yield "        self,"
    for place in PLACEHOLDER.findall(operation.path):
        yield f"        {place}: {'str' if place in ('name',) else 'int'},"
    named = [*_named(operation, types)]
    if named:
        yield "        *,"
        yield from named
    yield f"    ) -> {result}: ..."


def _named(operation: Operation, types: Types) -> Iterator[str]:
    """The arguments with names: those that must be given first."""
    optional = []
    for kind, is_body in ((operation.query, False), (operation.body, True)):
        if kind is None:
            continue
        hints = get_type_hints(kind, include_extras=True)
        for field in msgspec.structs.fields(kind):
            written = types.given(hints[field.name])
            if is_body and field.required:
                yield f"        {field.name}: {written},"
            else:
                optional.append(f"        {field.name}: {written} = ...,")
    yield from optional
    if operation.conditional:
        yield "        if_match: str | int | None = ...,"
    if operation.keyed:
        yield "        idempotency_key: str | None = ...,"
        yield "        dry_run: bool = ...,"


def _formatted(text: str) -> str:
    tidy = [sys.executable, "-m", "ruff"]
    name = ["--stdin-filename", str(STUB), "-"]
    checked = [*tidy, "check", "--fix-only", "--select", "I,F401", "--quiet", *name]
    for command in (checked, [*tidy, "format", "--quiet", *name]):
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
        text = done.stdout
    return text


def main() -> None:
    """Write it."""
    STUB.write_text(stub(), encoding="utf-8")


if __name__ == "__main__":
    main()
