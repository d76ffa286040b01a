"""Exactly once: what clients asked and heard, held against the ledger.

What was answered is in the ledger once, with the very movements that its answer names; what was
not answered is there once and wholly, or not at all; nothing is there that nobody asked for. Then
everything open, and some of what was answered, is sent again under its key, and that settles it.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.support.api import Api
from tests.support.journal import Sent, again
from tests.support.many import Told
from tests.support.work import Asked, Effect, Entries, Work

Row = dict[str, Any]
SAMPLE = 30


@dataclass
class Ledger:
    """What the ledger says of a work: entries by reference, and the products made, by SKU."""

    entries: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    made: dict[str, int] = field(default_factory=dict)

    def of(self, effect: Effect) -> list[Row]:
        """The entries under a command's reference, in their order."""
        return self.entries.get(effect.reference, [])


@dataclass
class Checked:
    """What a check found. `done` and `not_done` count what had no answer; `cut` are the lists among
    it that were done in part."""

    done: int = 0
    not_done: int = 0
    cut: int = 0
    repeated: int = 0
    breaches: list[str] = field(default_factory=list)


def check(
    api: Api, work: Work, sent: Sequence[Sent[Asked]], chance: random.Random, sample: int = SAMPLE
) -> Checked:
    """Hold what was sent against the ledger, repeat all of it that is open, and hold it again."""
    checked = Checked()
    ledger = read_ledger(api, work, sent)
    checked.breaches += breaches(ledger, sent)
    waiting = [one for one in sent if one.answer is None]
    for one in waiting:
        if one.asked.status == 422:
            continue  # a refusal leaves nothing that would tell
        done = sum(_is_there(ledger, one.asked))
        checked.done += done > 0
        checked.not_done += done == 0
        checked.cut += 0 < done < len(_commits(one.asked))
    answered = [one for one in sent if one.answer is not None]
    for one in [*waiting, *chance.sample(answered, min(sample, len(answered)))]:
        was_there = all(_is_there(ledger, one.asked))
        checked.breaches += repeat(api, one, done_before=was_there)
        checked.repeated += 1
    checked.breaches += breaches(read_ledger(api, work, sent), sent)
    return checked


def read_ledger(api: Api, work: Work, sent: Sequence[Sent[Asked]]) -> Ledger:
    """What there is of a work's products, and of those that its requests made."""
    ledger = Ledger()
    for product in work.products:
        opening, *entries = api.movements(product)
        assert (opening["movement_type"], opening["reference"]) == ("in", None)
        for row in entries:
            ledger.entries[row["reference"]].append(row)
    for sku in {one.asked.key for one in sent if one.asked.is_creation}:
        for product in api.get("/products", sku=sku)["data"]:
            ledger.made[sku] = product["id"]
            ledger.entries[sku] += api.movements(product["id"])
    return ledger


def breaches(ledger: Ledger, sent: Iterable[Sent[Asked]]) -> Iterator[str]:
    """What is not as promised, in sentences."""
    asked_for: set[str] = set()
    for one in sent:
        asked_for.update(effect.reference for effect in one.asked.effects)
        problem = (
            _not_whole(ledger, one.asked)
            if one.answer is None
            else _not_as_answered(ledger, one.asked, one.answer)
        )
        if problem:
            yield f"{one.asked.kind} {one.asked.key}: {problem}"
    for reference in ledger.entries.keys() - asked_for:
        yield f"nobody asked for {_shown(ledger.entries[reference])} under {reference!r}"


def _not_whole(ledger: Ledger, asked: Asked) -> str | None:
    for effect in asked.effects:
        found = ledger.of(effect)
        if found and _in_short(found) != effect.entries:
            return f"not answered, and there is {_shown(found)} instead of {effect.entries}"
    commits = _commits(asked)
    there = _is_there(ledger, asked)
    first_missing = there.index(False) if False in there else len(there)
    if any(there[first_missing:]):
        return f"not answered, and of its commits these are there: {there}"
    for effects in commits[first_missing:]:
        half = [effect.reference for effect in effects if ledger.of(effect)]
        if half:
            return f"not answered, and of one commit only {half} are there"
    return None


def _not_as_answered(ledger: Ledger, asked: Asked, answer: Told) -> str | None:
    if answer.status != asked.status:
        return f"answered {answer.status} instead of {asked.status}: {answer.body[:300]!r}"
    for effect in asked.effects:
        found = ledger.of(effect)
        if _in_short(found) != effect.entries:
            return f"answered, and there is {_shown(found)} instead of {effect.entries}"
    if answer.status == 422:
        return None
    data = answer.json["data"]
    if asked.is_creation:
        made = ledger.made.get(asked.key)
        return None if data["id"] == made else f"answered id {data['id']}, and it is {made}"
    told = data if asked.is_list else [data]
    for effect, item in zip(asked.effects, told, strict=True):
        ids = [row["id"] for row in ledger.of(effect)]
        if item.get("movement_ids", []) != ids:
            return f"answered movements {item.get('movement_ids')}, and they are {ids}"
    return None


def repeat(api: Api, one: Sent[Asked], *, done_before: bool) -> Iterator[str]:
    """Send a request again; what was answered is answered the same."""
    asked = one.asked
    first = one.answer
    told = one.answer = again(api, asked)
    if (first is not None or (done_before and asked.status != 422)) and not told.replayed:
        yield f"{asked.kind} {asked.key}: it was done, and its repeat is no replay: {told}"
    if first is not None and (first.status, first.body) != (told.status, told.body):
        yield f"{asked.kind} {asked.key}: answered {first}, then {told}"


def _commits(asked: Asked) -> list[Sequence[Effect]]:
    """The effects that share a commit."""
    size = asked.per_commit
    return [asked.effects[start : start + size] for start in range(0, len(asked.effects), size)]


def _is_there(ledger: Ledger, asked: Asked) -> list[bool]:
    """Of each commit: whether it left in the ledger what it should, at least something."""
    return [
        any(effect.entries for effect in effects)
        and all(_in_short(ledger.of(effect)) == effect.entries for effect in effects)
        for effects in _commits(asked)
    ]


def _in_short(rows: Iterable[Row]) -> Entries:
    return tuple(
        (
            row["movement_type"],
            row["quantity_on_hand" if row["movement_type"] == "count" else "quantity"],
        )
        for row in rows
    )


def _shown(rows: Sequence[Row]) -> str:
    return str([(row["id"], *pair) for row, pair in zip(rows, _in_short(rows), strict=True)])
