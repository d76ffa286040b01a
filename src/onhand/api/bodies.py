"""Bodies: bytes in, a typed struct out, or a problem that names every fault at once.

The fast way is one strict msgspec decode. Only when that fails is the body taken apart field by
field, one level at a time and never as a whole tree, so that a large wrong body costs little
memory. A key given twice is refused: readers disagree on which of the two counts.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from decimal import Context, Decimal
from functools import lru_cache, partial
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Raw, Struct, ValidationError

from onhand.api import faults_in_words as words
from onhand.api.fields import Check, decode_hook
from onhand.api.problems import Problem, invalid, unreadable

Body = TypeVar("Body", bound=Struct)

FAULTS_LISTED = 1_000
"""A longer list of faults helps nobody; how many more there are is said."""

_TAKEN_APART = 250_000
"""Bodies with more commas than this are not taken apart: their first fault alone is named."""

_LONGEST_WHOLE = 20
"""Digits, roughly: a number past 64 bits is no quantity, so it need not be written out."""

_NAN_OUT_OF_RANGE = Context(traps=[])
"""Of an exponent that no Decimal has, 1e99999999999999999999, a NaN is made: it fits no field."""

_WRITTEN_AS_FLOAT = re.compile(rb"[0-9](\.0|[eE])")
_AT_BYTE = re.compile(r"^(?P<what>.*?) \(byte (?P<byte>\d+)\)$")

WHOLE = "body"
"""The name under which a fault of the whole body stands."""

Faults = dict[str, list[str]]

Text = str | Callable[[], str]
"""A fault in words, or what finds them: to look for a hint for each of very many takes seconds."""


def parse(body: bytes, kind: type[Body]) -> Body:
    """Decode a JSON body. Raises a `Problem`: 400 where it is no JSON, 422 with all its faults."""
    try:
        value: Body = _decoder(kind).decode(body)
    except ValidationError as error:
        value = _with_whole_numbers(body, kind, error)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise malformed(body, error) from None
    twice = _given_twice(body)
    if twice is not None:
        raise unreadable(f'The field "{twice}" is given twice; give it once')
    faults: Faults = {}
    _check(value, "", faults)
    if faults:
        raise invalid(faults)
    return value


def _with_whole_numbers(body: bytes, kind: type[Body], error: ValidationError) -> Body:
    """The struct of a body that writes whole numbers as `5.0`, or the problem with the body."""
    if _WRITTEN_AS_FLOAT.search(body) and body.count(b",") <= _TAKEN_APART:
        with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            value: Body = msgspec.convert(_whole.decode(body), kind, dec_hook=decode_hook)
            return value
    raise _explained(body, kind, str(error)) from None


def malformed(body: bytes, error: Exception) -> Problem:
    """The problem of a body that is no JSON, with the line and column where that shows."""
    if isinstance(error, RecursionError):
        return unreadable("The JSON is nested too deeply")
    if isinstance(error, UnicodeDecodeError):
        return unreadable("The body is not valid UTF-8")
    if not body.strip():
        return unreadable("The body is empty; it must be a JSON object")
    if body.startswith(b"\xef\xbb\xbf"):
        return unreadable("The body starts with a byte order mark; send UTF-8 without it")
    found = _AT_BYTE.match(str(error))
    what = found["what"] if found else str(error)
    place = int(found["byte"]) if found else len(body)
    if what == "Input data was truncated":
        what = "it ends too early"
    what = what.removeprefix("JSON is malformed: ")
    line = body.count(b"\n", 0, place) + 1
    start = body.rfind(b"\n", 0, place) + 1
    column = len(body[start:place].decode("utf-8", "replace")) + 1
    return unreadable(f"The body is not valid JSON: {what} at line {line}, column {column}")


def _decimal(text: str) -> Decimal:
    """A JSON number with a point or an exponent, digit by digit."""
    return Decimal(text, _NAN_OUT_OF_RANGE)


@lru_cache(maxsize=256)
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind, float_hook=_decimal, dec_hook=decode_hook)


_members: msgspec.json.Decoder[dict[str, Raw]] = msgspec.json.Decoder(dict[str, Raw])
_items: msgspec.json.Decoder[list[Raw]] = msgspec.json.Decoder(list[Raw])
_tree = msgspec.json.Decoder(float_hook=str)


def _whole_or_not(text: str) -> int | Decimal:
    """A JSON number with a point or an exponent: 5.0 is 5, to the digit; 5.5 stays what it is."""
    number = _decimal(text)
    if number and number.adjusted() > _LONGEST_WHOLE:
        return number
    return int(number) if number == number.to_integral_value() else number


_whole = msgspec.json.Decoder(float_hook=_whole_or_not)


class _Twice(Exception):
    """A key was given twice; its name."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        times = Counter(key for key, _ in pairs)
        raise _Twice(next(key for key, _ in pairs if times[key] > 1))
    return members


_scanner = json.JSONDecoder(object_pairs_hook=_once, parse_float=str, parse_int=str)


def _given_twice(body: bytes) -> str | None:
    """The first key that one object has twice, in a body known to be valid JSON."""
    # Without backslashes, every key ends in `":` once white space is gone; only a text that begins
    # with a colon has that too. As many of these as distinct keys: then none is there twice.
    if b"\\" not in body:
        ends = body.translate(None, b" \t\r\n").count(b'":')
        if ends == _keys(_tree.decode(body)):
            return None
    try:
        _scanner.decode(body.decode())
    except _Twice as twice:
        return str(twice)
    return None


def _keys(tree: Any) -> int:
    """How many members all objects of a JSON value have."""
    count = 0
    values: Iterable[Any] = tree
    if type(tree) is dict:
        count = len(tree)
        values = tree.values()
    for value in values:
        kind = type(value)
        if kind is dict or kind is list:
            count += _keys(value)
    return count


def _explained(body: bytes, kind: type[Struct], first: str) -> Problem:
    """All that is wrong with a body that is JSON but not of its kind."""
    if body.count(b",") > _TAKEN_APART:
        path, text = _first_fault(first)
        return invalid({path: [f"{text}. The body is too long to look for more"]})
    faults: Faults = {}
    named = unnamed = 0
    try:
        for path, fault in _faults_of(body, kind, ""):
            if named < FAULTS_LISTED:
                faults.setdefault(path, []).append(fault if isinstance(fault, str) else fault())
                named += 1
            else:
                unnamed += 1
        if faults:
            return invalid(faults, unnamed)
        # Taken apart it is right, as a whole it was not: one of two equal keys is wrong.
        twice = _given_twice(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return malformed(body, error)
    if twice is not None:
        return unreadable(f'The field "{twice}" is given twice; give it once')
    path, text = _first_fault(first)
    return invalid({path: [text]})


def _first_fault(text: str) -> tuple[str, str]:
    """The words of msgspec itself for one fault, as a last resort."""
    what, _, path = text.partition(" - at `$")
    name = path.rstrip("`").replace("[", ".").replace("]", "").lstrip(".")
    return name or WHOLE, what


def _faults_of(raw: bytes | Raw, kind: Any, path: str) -> Iterator[tuple[str, Text]]:
    """Every fault of one value, each under its path."""
    inner = bare(kind)
    opening = bytes(memoryview(raw)[:32]).lstrip()[:1]
    structs = _structs_in(inner)
    if structs and opening == b"{":
        struct, fault = _struct_for(raw, structs)
        if struct is not None:
            yield from _faults_of_object(raw, struct, path)
        else:
            yield _under(path, structs[0].__struct_config__.tag_field or WHOLE), fault
        return
    item, limits = _list_in(kind)
    if item is not None and opening == b"[":
        fault_of_list = _fault_of_value(raw, limits)
        if fault_of_list is not None:
            yield path, fault_of_list
            return
        for place, value in enumerate(_items.decode(raw)):
            yield from _faults_of(value, item, _under(path, str(place)))
        return
    fault_of_value = _fault_of_value(raw, kind)
    if fault_of_value is not None:
        yield path or WHOLE, fault_of_value


def _faults_of_object(
    raw: bytes | Raw, struct: type[Struct], path: str
) -> Iterator[tuple[str, Text]]:
    try:
        members = _members.decode(raw)
    except ValidationError:
        yield path or WHOLE, words.unfit(dict, bytes(raw))
        return
    fields = words.field_types(struct)
    hints = _hints(struct)
    config = struct.__struct_config__
    refused: dict[str, str] = getattr(struct, "refused", {})
    for name, value in members.items():
        if name == config.tag_field:
            continue
        here = _under(path, name[:100] or '""')
        if name in fields:
            yield from _faults_of(value, hints[fields[name].name], here)
        elif name in refused:
            yield here, refused[name]
        elif config.forbid_unknown_fields:
            yield here, partial(words.unknown, name, fields)
    for name, field in fields.items():
        if field.required and name not in members:
            yield _under(path, name), words.missing(hints[field.name])


def _fault_of_value(raw: bytes | Raw, kind: Any) -> str | None:
    try:
        value = _decoder(kind).decode(raw)
    except ValidationError:
        try:
            value = msgspec.convert(_whole.decode(raw), kind, dec_hook=decode_hook)
        except ValidationError:
            return words.unfit(kind, bytes(raw))
    if value is None:
        return None
    return next((fault for check in checks_in(kind) if (fault := check.fault(value))), None)


def _check(value: Any, path: str, faults: Faults) -> None:
    """Run what a schema cannot express over a decoded struct."""
    kind: Any = type(value)
    for attribute, name, checks, of_items, nested in _checked_fields(kind):
        content = getattr(value, attribute)
        if content is None or content is msgspec.UNSET:
            continue
        for check in checks:
            fault = check.fault(content)
            if fault is not None:
                faults.setdefault(_under(path, name), []).append(fault)
        for check in of_items:
            for place, item in enumerate(content):
                fault = check.fault(item)
                if fault is not None:
                    faults.setdefault(f"{_under(path, name)}.{place}", []).append(fault)
        if not nested:
            continue
        if isinstance(content, Struct):
            _check(content, _under(path, name), faults)
        else:
            for place, item in enumerate(content):
                # Ten thousand commands pass here: look at an item only where there is something.
                item_kind: Any = type(item)
                for inner, *_ in _checked_fields(item_kind):
                    if getattr(item, inner) is not None:
                        _check(item, f"{_under(path, name)}.{place}", faults)
                        break


@lru_cache(maxsize=256)
def _checked_fields(kind: Any) -> list[tuple[str, str, list[Check], list[Check], bool]]:
    """A struct's fields that need a look after decoding: with checks, of items too, and nested."""
    found = []
    for name, field in words.field_types(kind).items():
        hint = _hints(kind)[field.name]
        nested = bool(_structs_in(bare(hint)) or _structs_in(bare(_list_in(hint)[0])))
        checks, of_items = list(checks_in(hint)), list(checks_in(_list_in(hint)[0]))
        if checks or of_items or nested:
            found.append((field.name, name, checks, of_items, nested))
    return found


@lru_cache(maxsize=256)
def _hints(kind: type[Struct]) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


def bare(kind: Any) -> Any:
    """The type without what annotates it."""
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def _metadata(kind: Any) -> Iterable[msgspec.Meta]:
    """What limits a type, or a member of a union."""
    annotated = [part for part in union_parts(kind) if get_origin(part) is Annotated]
    extras = [extra for part in annotated for extra in get_args(part)[1:]]
    return [extra for extra in extras if isinstance(extra, msgspec.Meta)]


def union_parts(kind: Any) -> tuple[Any, ...]:
    """The members of a union as they are annotated, or the type itself."""
    if get_origin(kind) in (Union, UnionType):
        return tuple(part for member in get_args(kind) for part in union_parts(member))
    return (kind,)


def _parts(kind: Any) -> tuple[Any, ...]:
    return tuple(part for member in union_parts(kind) for part in union_parts(bare(member)))


def _list_in(kind: Any) -> tuple[Any, Any]:
    """What the items are of the list that a type is or may be, and a list of just its length."""
    for part in union_parts(kind):
        if get_origin(bare(part)) is list:
            metadata = _metadata(part)
            limits = Annotated[list[Any], *metadata] if metadata else list[Any]
            return get_args(bare(part))[0], limits
    return None, None


def checks_in(kind: Any) -> Iterator[Check]:
    """The checks that annotate a type."""
    if get_origin(kind) is Annotated:
        yield from (extra for extra in get_args(kind)[1:] if isinstance(extra, Check))
        yield from checks_in(get_args(kind)[0])
    elif get_origin(kind) in (Union, UnionType):
        for member in get_args(kind):
            yield from checks_in(member)


def _structs_in(kind: Any) -> list[type[Struct]]:
    return [part for part in _parts(kind) if isinstance(part, type) and issubclass(part, Struct)]


def _struct_for(raw: bytes | Raw, structs: list[type[Struct]]) -> tuple[type[Struct] | None, str]:
    """Which struct an object is meant to be: the only one, or the one its tag names, or a fault."""
    field = structs[0].__struct_config__.tag_field
    if len(structs) == 1 and field is None:
        return structs[0], ""
    by_tag = {str(struct.__struct_config__.tag): struct for struct in structs}
    expected = words.one_of(by_tag)
    given = _members.decode(raw).get(field or "")
    if given is None:
        return None, f"This field is required: {expected}"
    try:
        return by_tag[msgspec.json.decode(given, type=str)], ""
    except (KeyError, ValidationError):
        return None, f"Must be {expected}; got {words.shown(bytes(given))}"


def _under(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
