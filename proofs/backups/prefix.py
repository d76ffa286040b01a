"""Whether one ledger is the beginning of another: what a backup must be of the shop it is of.

Of each level the movements that are there are the first of the shop's, and the level is what the
last of them says. What one commit did is there altogether or not at all: the answer kept for a
request's key, and everything that this answer names.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from tests.support.ledger_contents import Contents, Row, problems

Place = tuple[int, int]
Head = tuple[int, int, int]
"""A level's entry number, and its units on hand and reserved then."""

FROM_THE_FIRST = ("products", "warehouses")
"""What is made once; nothing here changes it afterwards."""


def breaches(first: Contents, whole: Contents) -> Iterator[str]:
    """Each way in which `first` is not the beginning of `whole`, or is no ledger in itself."""
    yield from problems(first)
    yield from _wrong_levels(first, whole)
    for table in FROM_THE_FIRST:
        kept = {row["id"]: row for row in getattr(whole, table)}
        for row in getattr(first, table):
            if kept.get(row["id"]) != row:
                yield f"{table}: {row} is there, but {kept.get(row['id'])} in the shop"
    yield from _torn_commits(first, whole)


def heads(contents: Contents) -> dict[Place, Head]:
    """Where each level stands."""
    return {
        (row["product_id"], row["warehouse_id"]): (
            row["entry_number"],
            row["on_hand"],
            row["reserved"],
        )
        for row in contents.levels
    }


def _wrong_levels(first: Contents, whole: Contents) -> Iterator[str]:
    there, all_of_it = _by_place(first), _by_place(whole)
    stand = heads(first)
    products, sites = ({row["id"] for row in rows} for rows in (first.products, first.warehouses))
    for place in stand.keys() | there.keys():
        if place[0] not in products or place[1] not in sites:
            yield f"{place}: the product or the warehouse is missing"
        entries, known = there.get(place, []), all_of_it.get(place, [])
        if entries != known[: len(entries)]:
            lost = sum(row not in entries for row in known[: len(entries)])
            yield f"{place}: {len(entries)} entries, of the shop's first ones {lost} are missing"
            continue
        number, on_hand, reserved = stand.get(place, (0, 0, 0))
        if number != len(entries):
            yield f"{place}: the level is at entry {number}, there are {len(entries)}"
        elif entries and (on_hand, reserved) != (entries[-1]["on_hand"], entries[-1]["reserved"]):
            yield f"{place}: {on_hand} on hand, {reserved} reserved is not what entry {number} says"


def _by_place(contents: Contents) -> dict[Place, list[Row]]:
    ledgers: dict[Place, list[Row]] = defaultdict(list)
    for row in contents.movements:
        ledgers[row["product_id"], row["warehouse_id"]].append(row)
    for ledger in ledgers.values():
        ledger.sort(key=lambda row: row["entry_number"])
    return ledgers


def _torn_commits(first: Contents, whole: Contents) -> Iterator[str]:
    kept = {(row["key"], row["part"]): row for row in first.idempotency_keys}
    movements = {row["id"] for row in first.movements}
    products = {row["id"] for row in first.products}
    for row in whole.idempotency_keys:
        key = (row["key"], row["part"])
        known = kept.pop(key, None)
        if known not in (None, row):
            yield f"the answer kept for {key} is {known}, in the shop {row}"
        for what, named, there in (
            ("movements", _movements_of(row["body"]), movements),
            ("product", _product_of(row["body"]), products),
        ):
            found = len(named & there)
            if found != (0 if known is None else len(named)):
                kept_or_not = "not kept" if known is None else "kept"
                yield f"{key} is {kept_or_not}, of its {what} {found} of {len(named)} are there"
    for key in kept:
        yield f"an answer is kept for {key}, which the shop does not know"


def _movements_of(body: bytes) -> set[int]:
    """The ids of the movements that an answer names."""
    told = json.loads(body)
    data = told.get("data", []) if isinstance(told, dict) else told
    items: list[Any] = data if isinstance(data, list) else [data]
    return {one for item in items for one in item.get("movement_ids", ())}


def _product_of(body: bytes) -> set[int]:
    """The id of the product that an answer says was made."""
    told = json.loads(body)
    data = told.get("data") if isinstance(told, dict) else None
    return {data["id"]} if isinstance(data, dict) and "sku" in data else set()
