"""Callers: who asks for a change, from where, and at which warehouses they may."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, by the name that movements keep.

    `address` is where the request came from, as far as it is known. `within` are the warehouses
    whose stock they may touch; None: all.
    """

    name: str
    address: str | None = None
    within: frozenset[int] | None = None
