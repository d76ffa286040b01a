"""The examples in our documents, as steps that can be carried out.

A document is Markdown. Its examples are

    ```http        a request, with its body as it is sent; or, when it begins with `HTTP/1.1`, the
                   answer to the request before it
    ```console     commands after `$ `, each followed by what it prints
    ```csv         a file, named by the paragraph before it
    ```python      a program, which knows what those above it in the document have named

and lines such as `**Before:** 45 on hand, 10 reserved.`, which say what the next example starts
from. Blocks in other languages are for reading, not for running.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.source import ROOT

FENCE = "```"
RUN = {"http", "console", "csv", "python"}
NOT_RUN = {"sh", "js", "text", "mermaid", "markdown", "ini", "json"}

_BEFORE = re.compile(r"\*\*Before:\*\* (.+)")
_REQUEST_LINE = re.compile(r"(GET|POST|PUT|PATCH|DELETE) (/\S*)")
_STATUS_LINE = re.compile(r"HTTP/1\.1 (\d{3}) .+")
_HEADER = re.compile(r"([A-Za-z][A-Za-z-]*): (.+)")
_FILE = re.compile(r"`([\w.-]+\.csv)`")


@dataclass(frozen=True)
class Place:
    """Where in which document something stands."""

    path: Path
    line: int

    def __str__(self) -> str:
        """As editors take it."""
        return f"{self.path.relative_to(ROOT)}:{self.line}"


@dataclass(frozen=True)
class Expected:
    """An answer as it is shown: a status, some headers and perhaps a body."""

    place: Place
    status: int
    headers: dict[str, str]
    body: str


@dataclass
class Asked:
    """A request, and the answer it should get, where one is shown."""

    place: Place
    method: str
    target: str
    headers: dict[str, str]
    body: str
    expected: Expected | None = None


@dataclass(frozen=True)
class Before:
    """What the next example starts from."""

    place: Place
    text: str


@dataclass(frozen=True)
class Typed:
    """A command, and the lines it should print."""

    place: Place
    command: str
    output: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class File:
    """A file that the next commands read."""

    place: Place
    name: str
    text: str


@dataclass(frozen=True)
class Program:
    """A piece of Python."""

    place: Place
    text: str


Step = Asked | Before | Typed | File | Program


class BadDocument(Exception):
    """A block that cannot be understood as an example."""


def blocks(path: Path) -> Iterator[tuple[Place, str, list[str]]]:
    """Every fenced block with its language, and every line outside of them as language ``."""
    language: str | None = None
    inside: list[str] = []
    start = Place(path, 0)
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith(FENCE) and language is None:
            language, inside, start = line.removeprefix(FENCE).strip(), [], Place(path, number)
        elif line == FENCE and language is not None:
            yield start, language or "text", inside
            language = None
        elif language is not None:
            inside.append(line)
        else:
            yield Place(path, number), "", [line]
    if language is not None:
        raise BadDocument(f"{start}: this block has no end")


def steps(path: Path) -> list[Step]:
    """A document's examples, in order."""
    found: list[Step] = []
    file_name = ""
    for place, language, lines in blocks(path):
        if language == "":
            before = _BEFORE.fullmatch(lines[0])
            if before:
                found.append(Before(place, before[1]))
            named = _FILE.search(lines[0])
            file_name = named[1] if named else file_name
        elif language == "http" and lines and lines[0].startswith("HTTP/"):
            last = found[-1] if found else None
            if not isinstance(last, Asked) or last.expected is not None:
                raise BadDocument(f"{place}: an answer without a request before it")
            last.expected = _answer(place, lines)
        elif language == "http":
            found.append(_request(place, lines))
        elif language == "console":
            found.extend(_commands(place, lines))
        elif language == "csv":
            found.append(File(place, file_name, "\n".join([*lines, ""])))
        elif language == "python":
            found.append(Program(place, "\n".join([*lines, ""])))
        elif language not in NOT_RUN:
            raise BadDocument(f"{place}: nobody knows what to do with {language!r}")
    return found


def requests(path: Path) -> list[Asked]:
    """A document's requests, in order."""
    return [step for step in steps(path) if isinstance(step, Asked)]


def _request(place: Place, lines: list[str]) -> Asked:
    first = _REQUEST_LINE.fullmatch(lines[0]) if lines else None
    if first is None:
        raise BadDocument(f"{place}: neither a request line nor a status line")
    headers, body = _headers_and_body(lines[1:])
    return Asked(place, first[1], first[2], headers, body)


def _answer(place: Place, lines: list[str]) -> Expected:
    first = _STATUS_LINE.fullmatch(lines[0])
    if first is None:
        raise BadDocument(f"{place}: {lines[0]!r} is no status line")
    headers, body = _headers_and_body(lines[1:])
    return Expected(place, int(first[1]), headers, body)


def _headers_and_body(lines: list[str]) -> tuple[dict[str, str], str]:
    headers: dict[str, str] = {}
    for number, line in enumerate(lines):
        header = _HEADER.fullmatch(line)
        if header is None:
            return headers, "\n".join(lines[number:]).strip()
        headers[header[1]] = header[2]
    return headers, ""


def _commands(place: Place, lines: list[str]) -> Iterator[Typed]:
    command: Typed | None = None
    for number, line in enumerate(lines, start=place.line + 1):
        if line.startswith("$ "):
            if command is not None:
                yield command
            command = Typed(Place(place.path, number), line.removeprefix("$ "))
        elif command is not None and command.command.endswith("\\") and not command.output:
            joined = command.command.removesuffix("\\") + line.strip()
            command = Typed(command.place, joined)
        elif command is not None:
            command.output.append(line)
        else:
            raise BadDocument(f"{place}: begin with a command, after `$ `")
    if command is not None:
        yield command
