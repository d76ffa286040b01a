"""Callers: who asks for a change, from where, what they may do, and at which warehouses."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, by the name that movements keep.

    `address` is where the request came from, as far as it is known. `within` are the warehouses
    whose stock they may touch and see; None: all. `permissions` are what they may do, by name.
    """

    name: str
    address: str | None = None
    within: frozenset[int] | None = None
    permissions: frozenset[str] = frozenset()
