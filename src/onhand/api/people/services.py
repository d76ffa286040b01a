"""What the endpoints of people work with."""

from __future__ import annotations

from dataclasses import dataclass

from onhand.api.people.openid import OpenIdProvider
from onhand.api.people.signed_in import SignedIn
from onhand.api.people.signing_in import SigningIn
from onhand.api.read_threads import ReadThreads
from onhand.api.site import Site
from onhand.ledger.guessing import Attempts
from onhand.ledger.passwords import LEAST_CHARACTERS, HashingThread
from onhand.ledger.people import People
from onhand.ledger.ports import Clock
from onhand.ledger.sessions import Limits, Sessions

_THREADS = 2
"""What looks at the database for people, so that however many sign in, others need not wait."""


@dataclass(frozen=True, slots=True)
class PeopleServices:
    """People, their sessions, and how they come to have one."""

    users: People
    sessions: Sessions
    signed_in: SignedIn
    signing_in: SigningIn
    limits: Limits
    site: Site
    provider: OpenIdProvider | None

    def close(self) -> None:
        """Let the threads end."""
        self.signing_in.close()


def people_services(
    users: People,
    sessions: Sessions,
    attempts: Attempts,
    clock: Clock,
    *,
    limits: Limits | None = None,
    site: Site | None = None,
    least_characters: int = LEAST_CHARACTERS,
    threads: ReadThreads | None = None,
    provider: OpenIdProvider | None = None,
) -> PeopleServices:
    """All of it, over where people are kept."""
    limits, site = limits or Limits(), site or Site()
    threads = threads or ReadThreads(_THREADS)
    return PeopleServices(
        users,
        sessions,
        SignedIn(sessions, clock, limits, site),
        SigningIn(
            users, sessions, attempts, clock, limits, least_characters, HashingThread(), threads
        ),
        limits,
        site,
        provider,
    )
