"""What an import remembers in the ledger itself, so that it goes on where it was.

Each chunk is posted under an idempotency key and leaves its answer in the same commit. The key is
the digest of the file's content *before* the chunk, the answer holds where the chunk ended and the
digest there: a chain that leads from a file's beginning to its last imported line. The first
chunk's key is made of the header and the first data line; that much tells files apart.

    lines 1, 2  ->  lines 2 to 10,001  ->  lines 10,002 to 20,001  ->  ...  ->  not imported yet

The keys must be kept for as long as a file may come again.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from onhand.core.snapshot import Needs
from onhand.ledger.ports import OWN_KEYS, Answer, Clock, KeyPart, Store

__all__ = ["KEY_PREFIX", "Recalled", "Remembered", "key_of_chunk", "recall", "written"]

KEY_PREFIX = f"{OWN_KEYS}import:"
"""What the keys of imports start with: they do not expire as a client's keys do."""

_STATUS = 200


class Remembered(msgspec.Struct, frozen=True):
    """A chunk that was imported.

    Lines are physical lines, `content_digest` covers the file up to `last_line`. `rejected` are
    (line number, code, sentence) of the lines that the ledger refused.
    """

    last_line: int
    content_digest: str
    posted: int
    rejected: list[tuple[int, str, str]]


@dataclass(frozen=True, slots=True)
class Recalled:
    """A remembered chunk and how the file was read then."""

    chunk: Remembered
    fingerprint: str


def key_of_chunk(content_digest: str, *, is_first: bool, label: str = "") -> KeyPart:
    """The key of the chunk after `content_digest`: that of line 2 for the first, else of its end.

    A `label` sets a file apart from others that begin like it.
    """
    place = "first" if is_first else "after"
    return KeyPart(f"{KEY_PREFIX}{place}:{content_digest}" + (f":{label}" if label else ""))


def written(chunk: Remembered) -> Answer:
    """A chunk as it is kept."""
    return Answer(_STATUS, msgspec.json.encode(chunk))


def recall(store: Store, clock: Clock, key: KeyPart) -> Recalled | None:
    """The chunk that was imported under `key`, if one was. Raises the store's faults."""
    with store.transaction(Needs(), [key], clock()) as transaction:
        kept = transaction.known.get(key)
    if kept is None:
        return None
    return Recalled(msgspec.json.decode(kept.answer.body, type=Remembered), kept.fingerprint)
