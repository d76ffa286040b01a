"""Logs: one event a line, as JSON or for eyes, for our own events and for the libraries' alike.

What is logged: what failed, with its traceback, and what could not be served; at level debug each
request. A line that is about a request carries its id. Whatever clients or errors say stays within
its line: no text from outside can look like a line of its own, nor move the cursor.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

from onhand.api.request_ids import add_to_log

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def plain(text: str) -> str:
    """Text as one line of visible characters; others as Python writes them, as `\\n`."""
    return _CONTROLS.sub(lambda found: repr(found[0])[1:-1], text)


def _all_plain(_: Any, __: str, event: EventDict) -> EventDict:
    return {
        name: plain(value) if isinstance(value, str) else value for name, value in event.items()
    }


def _indented(out: TextIO, exc_info: ExcInfo) -> None:
    """A traceback whose every line says that it is one. It shows no variables: some are secret."""
    for text in traceback.format_exception(*exc_info):
        for line in text.rstrip("\n").split("\n"):
            out.write(f"\n    | {plain(line)}")


_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    add_to_log,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]


def configure(level: str = "info", style: str = "auto", stream: TextIO | None = None) -> None:
    """Set up logging for this process. `style`: console, json, or auto: console on a terminal."""
    out = sys.stderr if stream is None else stream
    threshold: int = getattr(logging, level.upper())
    for_eyes = style == "console" or (style == "auto" and out.isatty())
    rendering: list[Processor] = (
        [
            _all_plain,
            structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=_indented),
        ]
        if for_eyes
        # Whatever JSON escapes stays within its line.
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[*_SHARED, *rendering],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_SHARED, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Libraries speak when something is wrong; what they do otherwise is theirs.
    root.setLevel(max(threshold, logging.WARNING))
