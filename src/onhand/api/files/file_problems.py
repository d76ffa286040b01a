"""What can be wrong with a file, as a problem; its place on our disk is never told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from onhand.api.problems import Problem, no_such
from onhand.files import problems as f

__all__ = ["told"]


@contextmanager
def told(field: str) -> Iterator[None]:
    """Raise what is wrong with a file as a problem, under a field."""
    try:
        yield
    except f.FileProblem as problem:
        raise _problem(problem, field) from None


def _problem(problem: f.FileProblem, field: str) -> Problem:
    message = problem.message
    if isinstance(problem, f.NoSuchName):
        return no_such(problem.field, message)
    if isinstance(problem, f.WrongOption):
        field = "query"
    if problem.line_number is None:
        text = message if message[:1].isupper() else f"The file {message}"
    else:
        text = f"Line {problem.line_number:,}: {message}"
    if isinstance(problem, f.TooLarge):
        return Problem("too_large", text, {field: [text]})
    if isinstance(problem, f.FileChanged):
        return Problem("conflict", text, {field: [text]})
    return Problem("unreadable_file", text, {field: [text]})
