"""Changes: which fields of something differ, each with what it was and what it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Changes = Mapping[str, tuple[Any, Any]]
"""Fields that changed: their values before and after."""


def changed_fields(before: object | None, after: object | None, names: Iterable[str]) -> Changes:
    """Those of the named attributes that differ; of what is not there each is None."""
    pairs = ((name, getattr(before, name, None), getattr(after, name, None)) for name in names)
    return {name: (old, new) for name, old, new in pairs if old != new}
