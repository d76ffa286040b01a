"""Texts that no spreadsheet takes for a formula, and how they are read again.

A cell that begins with one of `STARTS`, after spaces or not, may be run as a formula by the program
that opens the file (OWASP, "CSV Injection"; CWE-1236). Such a text gets an apostrophe in front,
which spreadsheets take as the mark of a text. So does one that is empty or blank, which is not
nothing, and one that looks as if it had been marked. Reading takes exactly these apostrophes away:
every text comes back as it was, and a name like 's-Hertogenbosch, in a file that people wrote,
keeps its own.
"""

from __future__ import annotations

__all__ = ["harmless", "original"]

MARK = "'"
STARTS = frozenset("=+-@\t\r\n＝＋－＠")


def harmless(text: str) -> str:
    """The text as it is written into a cell."""
    if _needs_mark(text) or _looks_marked(text):
        return MARK + text
    return text


def original(text: str) -> str:
    """The text that a cell stands for."""
    return text[1:] if _looks_marked(text) else text


def _looks_marked(text: str) -> bool:
    return text.startswith(MARK) and (text.startswith(MARK, 1) or _needs_mark(text[1:]))


def _needs_mark(text: str) -> bool:
    start = text.lstrip(" ")[:1]
    return start in STARTS or not text or text.isspace()
