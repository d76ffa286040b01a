"""Guessing: how often a password may be tried, and how long whoever guessed wrong has to wait.

An attempt is counted before the password is looked at, so that many at once count as many, and
forgiven when it was right. It is counted under several subjects:

    device    a browser in which this user has signed in before; then it counts there alone
    user      else: the name, whether there is such a user or not
    address   and where it comes from (an IPv6 network of 64 bits counts as one)

Each subject has some attempts free. After that each further one must wait, twice as long as the one
before, up to a limit; meanwhile attempts are refused without being looked at, and do not prolong
the wait. So an attacker gets a few guesses a day, and can make others wait, but not the user at a
browser that is known: there the attacker's attempts do not count. A subject that was left alone for
long enough is forgotten.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Patience:
    """How many attempts a kind of subject has free, and how long it waits after more of them.

    A right attempt clears a user or a device, but takes back itself alone at an address: somebody
    with a password of their own could else go on guessing others' from there.
    """

    free: int
    longest: timedelta
    is_cleared: bool = True
    first: timedelta = timedelta(seconds=1)

    def wait(self, attempts: int) -> timedelta:
        """How long after that many attempts the next one has to wait."""
        over = attempts - self.free
        if over < 0:
            return timedelta(0)
        # Twice as long each time; past 2^20 any limit is reached.
        times: int = 2 ** min(over, 20)
        return min(self.first * times, self.longest)

    def left(self, attempts: int) -> int:
        """How many attempts still count after a right one."""
        return 0 if self.is_cleared else max(0, attempts - 1)


OF_USER = Patience(free=5, longest=timedelta(hours=1))
OF_DEVICE = Patience(free=5, longest=timedelta(minutes=15))
OF_ADDRESS = Patience(free=20, longest=timedelta(minutes=15), is_cleared=False)


@dataclass(frozen=True, slots=True)
class Subject:
    """What attempts are counted under."""

    key: str
    patience: Patience


class Attempts(Protocol):
    """Where attempts are counted, over restarts and for all processes. Raises faults."""

    def begin(self, subjects: Sequence[Subject], now: datetime) -> Mapping[str, datetime]:
        """Count an attempt under each; or count none, and tell which have to wait until when.

        All or nothing, also among processes.
        """
        ...

    def forgive(self, subjects: Sequence[Subject], now: datetime) -> None:
        """The last attempt under these was right: nobody has to wait for it."""
        ...

    def forget(self, before: datetime) -> int:
        """Drop subjects that were left alone since before a moment; how many."""
        ...


def network_of(address: str | None) -> str | None:
    """What an address counts as: an IPv6 client has a network of 64 bits to itself.

    None for an address that says nothing: none at all, or this machine's own, where a proxy that
    does not tell whom it speaks for would make everybody one.
    """
    if address is None:
        return None
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    if parsed.is_loopback or parsed.is_unspecified:
        return None
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
