"""What an import of a table remembers in the ledger itself: which records it has posted.

A table that asks for a state needs no memory: what has the state already is left alone. The others
keep an answer under a key made of what was asked, chunk by chunk or record by record, in the commit
that did it. What the ledger refused is open still: it is tried again under the key's next part, so
that a file that was mended, or whose cause was, can come again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple

import msgspec

from onhand.core.decide import Outcome
from onhand.core.rejections import Rejected
from onhand.files.import_memory import KEY_PREFIX
from onhand.files.tables.table import Record
from onhand.ledger.exports import What
from onhand.ledger.ports import Answer, KeptAnswer, KeyPart
from onhand.ledger.posting import Idempotency, Render

__all__ = ["Unit", "units_of"]

_STATUS = 200
_FINGERPRINT = "table"


class _Kept(msgspec.Struct, frozen=True):
    """The places, within a unit, of the records that the ledger refused."""

    refused: list[int]


class Unit(NamedTuple):
    """Records that are posted in one request, and by which key."""

    key: str
    records: Sequence[Record]

    def still_open(self, answers: Mapping[KeyPart, KeptAnswer]) -> tuple[list[int], int]:
        """The places of records not posted yet, and which part of the key is free."""
        open_places = list(range(len(self.records)))
        part = 0
        while (kept := answers.get(KeyPart(self.key, part))) is not None:
            open_places = msgspec.json.decode(kept.answer.body, type=_Kept).refused
            part += 1
        return open_places, part

    def idempotency(self, part: int) -> Idempotency:
        """How a request for it is known."""
        return Idempotency(KeyPart(self.key, part), _FINGERPRINT)

    def render(self, places: Sequence[int], wrong: Sequence[int]) -> Render:
        """What is kept of a request for the records at some places, a command each.

        `wrong` are the places of those that nothing could be asked for.
        """

        def rendered(outcome: Outcome, _: object) -> Answer:
            refused = [
                place
                for number, place in enumerate(places)
                if not outcome.applied or isinstance(outcome.results[number], Rejected)
            ]
            return Answer(_STATUS, msgspec.json.encode(_Kept(sorted([*refused, *wrong]))))

        return rendered


def units_of(what: What, way: str, label: str, chunks: Iterable[Sequence[Record]]) -> list[Unit]:
    """A unit for each of some sequences of records."""
    return [Unit(_key(f"{what}:{way}:{label}", records), records) for records in chunks]


def _key(asked: str, records: Sequence[Record]) -> str:
    digest = blake2b(asked.encode(), digest_size=20)
    for record in records:
        for row in record:
            digest.update(repr(sorted(row.values.items())).encode("utf-8", "surrogatepass"))
            if row.nth:
                digest.update(b"%d" % row.nth)
        digest.update(b"\n")
    return f"{KEY_PREFIX}{digest.hexdigest()}"
