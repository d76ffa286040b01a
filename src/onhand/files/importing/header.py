"""The header of a file to import: which of its columns are the table's.

Names match whatever their case, with spaces or hyphens for underscores. What is missing, there
twice or unknown is told in one message, for a column that is mistyped must not be passed over.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from onhand.files.cells import Cell, is_blank
from onhand.files.columns import Column
from onhand.files.problems import WrongColumns, WrongOption
from onhand.files.tables.table import Table

__all__ = ["Header", "parse_mapping"]


@dataclass(frozen=True, slots=True)
class Header:
    """Where the table's columns stand in a file's rows; `passed_over` are columns left alone."""

    places: tuple[tuple[int, Column], ...]
    passed_over: tuple[str, ...]

    @classmethod
    def of(
        cls,
        table: Table,
        names: Sequence[Cell],
        mapping: Mapping[str, str],
        path: str,
        *,
        ignore_unknown: bool,
    ) -> Header:
        """The header of a file; `mapping` says what it calls a column of ours."""
        known = {column.name: column for column in table.columns}
        ours = {key(name): name for name in known}
        for name, theirs in mapping.items():
            ours.pop(key(name), None)
            ours[key(theirs)] = name
        faults: list[str] = []
        places: dict[str, int] = {}
        passed_over: list[str] = []
        for place, cell in enumerate(names):
            if is_blank(cell):
                continue
            shown = str(cell).strip()
            meant = ours.get(key(shown))
            if meant is None:
                passed_over.append(shown)
                if not ignore_unknown:
                    faults.append(_unknown(shown, known))
            elif meant in places:
                faults.append(f"the column {shown!r} is there twice: rename one")
            else:
                places[meant] = place
                if known[meant].told:
                    passed_over.append(shown)
        faults += [
            f"the column {theirs!r} is not there"
            for name, theirs in mapping.items()
            if name not in places
        ]
        faults += [
            f"the column {name!r} is missing"
            for name, column in known.items()
            if column.required and name not in places and name not in mapping
        ]
        if faults:
            taken = ", ".join(column.name for column in table.taken)
            raise WrongColumns(
                f"{'; '.join(faults)}. The columns are {taken}", path=path, line_number=1
            )
        found = [(place, known[name]) for name, place in places.items() if not known[name].told]
        return cls(tuple(found), tuple(passed_over))


def key(name: str) -> str:
    """The form by which names of columns are compared."""
    return "_".join(name.casefold().replace("-", " ").replace("_", " ").split())


def parse_mapping(table: Table, text: str) -> dict[str, str]:
    """The mapping written as `sku=Article,name=Title`. Raises WrongOption."""
    known = [column.name for column in table.taken]
    found: dict[str, str] = {}
    for part in filter(str.strip, text.split(",")):
        name, equals, theirs = (piece.strip() for piece in part.partition("="))
        if not equals or not theirs:
            raise WrongOption(
                f"Map: {part.strip()!r} is not of the form column=Name, as sku=Article"
            )
        if name not in known:
            raise WrongOption(f"Map: {name!r} is none of the columns {', '.join(known)}")
        if name in found:
            raise WrongOption(f"Map: {name!r} is given twice")
        found[name] = theirs
    return found


def _unknown(name: str, known: Mapping[str, Column]) -> str:
    shown = name if len(name) <= 40 else name[:40] + "…"
    close = difflib.get_close_matches(key(name)[:64], known, n=1, cutoff=0.6)
    hint = f" (is it {close[0]!r}?)" if close else ""
    return f"the column {shown!r} is not known{hint}: map it, or have unknown columns ignored"
