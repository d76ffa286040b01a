"""Mutations without a guide: new inputs from old ones, the same from the same seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random

LONGEST = 200_000
STRETCHED = 20_000
_MOST_CHANGES = 6


def mutations(seeds: Sequence[bytes], tokens: Sequence[bytes], random: Random) -> Iterator[bytes]:
    """Inputs without end, each a seed changed in a few places; now and then a very long one."""
    while True:
        data = random.choice(seeds)
        for _ in range(random.randint(1, _MOST_CHANGES)):
            data = random.choice(_CHANGES)(data, seeds, tokens, random)
        if random.random() < 0.01:
            data = _stretched(data, random)
        yield data[:LONGEST]


Change = Callable[[bytes, Sequence[bytes], Sequence[bytes], Random], bytes]


def _flipped(data: bytes, seeds: Sequence[bytes], tokens: Sequence[bytes], random: Random) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]


def _inserted(
    data: bytes, seeds: Sequence[bytes], tokens: Sequence[bytes], random: Random
) -> bytes:
    at = random.choice((0, random.randrange(len(data) + 1), len(data)))
    return data[:at] + random.choice(tokens or seeds) + data[at:]


def _replaced(
    data: bytes, seeds: Sequence[bytes], tokens: Sequence[bytes], random: Random
) -> bytes:
    start, end = _slice(data, random)
    return data[:start] + random.choice(tokens or seeds) + data[end:]


def _cut(data: bytes, seeds: Sequence[bytes], tokens: Sequence[bytes], random: Random) -> bytes:
    start, end = _slice(data, random)
    return data[:start] + data[end:]


def _doubled(data: bytes, seeds: Sequence[bytes], tokens: Sequence[bytes], random: Random) -> bytes:
    start, end = _slice(data, random)
    return data[:end] + data[start:]


def _crossed(data: bytes, seeds: Sequence[bytes], tokens: Sequence[bytes], random: Random) -> bytes:
    other = random.choice(seeds)
    return data[: random.randrange(len(data) + 1)] + other[random.randrange(len(other) + 1) :]


_CHANGES: Sequence[Change] = (_flipped, _inserted, _replaced, _cut, _doubled, _crossed)


def _slice(data: bytes, random: Random) -> tuple[int, int]:
    start = random.randrange(len(data) + 1)
    return start, min(len(data), start + random.randint(1, 12))


def _stretched(data: bytes, random: Random) -> bytes:
    """A part of it so often that it is very long: what takes its square in time shows."""
    start, end = _slice(data, random)
    part = data[start:end] or b"["
    return data[:start] + part * (STRETCHED // len(part)) + data[end:]
