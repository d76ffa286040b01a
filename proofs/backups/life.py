"""A shop that was restored or upgraded goes on as if nothing had been.

What was answered before is answered the same; what is asked anew is done; no id is given twice;
and in the end its ledger still begins with all that was there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

import httpx

from onhand.store.engine import parse_database
from proofs.backups.prefix import breaches, heads
from proofs.ground import Ground, Kind
from proofs.result import Result
from tests.support.api import Api
from tests.support.journal import Sent
from tests.support.ledger_contents import Contents, database_contents, problems
from tests.support.server import OnhandServer
from tests.support.work import Asked, Work

REPEATED, NEW, LEVELS_READ = 60, 60, 30


def goes_on(
    ground: Ground,
    servers: Sequence[OnhandServer],
    sent: Sequence[Sent[Asked]],
    work: Work,
    result: Result,
) -> None:
    """Go on in a shop: `sent` was answered before, and `work` is not at its end."""
    before = database_contents(ground.url)
    apis = [Api(server.client) for server in servers]
    draw = Random(len(before.movements))
    for breach in _levels_differ(apis[0], before, draw):
        result.breach(breach)
    for one in draw.sample(sent, min(REPEATED, len(sent))):
        for breach in _answered_otherwise(draw.choice(apis), one):
            result.breach(breach)
        result.count("commands repeated, and answered as at first")
    again = database_contents(ground.url)
    result.check(again == before, "repeating what was answered has changed something")
    _ask_anew(apis, work, draw, result)
    _judge(ground, before, result)


def _levels_differ(api: Api, contents: Contents, draw: Random) -> Iterator[str]:
    stand = heads(contents)
    for place in draw.sample(sorted(stand), min(LEVELS_READ, len(stand))):
        told = api.level(*place)
        if told != stand[place][1:]:
            yield f"{place}: the server tells {told} on hand and reserved, not {stand[place][1:]}"


def _answered_otherwise(api: Api, one: Sent[Asked]) -> Iterator[str]:
    asked, first = one.asked, one.answer
    assert first is not None
    told = api.post(asked.path, asked.body, asked.key)
    if (told.status_code, told.content) != (first.status, first.body):
        yield f"{asked.key} was answered {first}, and now {told.status_code} {told.content!r}"
    elif told.headers.get("Idempotent-Replayed") != "true":
        yield f"{asked.key} was answered as at first, but not as a repeat"


def _ask_anew(apis: Sequence[Api], work: Work, draw: Random, result: Result) -> None:
    done = 0
    for _ in range(NEW):
        asked = work.next()
        told = draw.choice(apis).post(asked.path, asked.body, asked.key)
        result.check(
            told.status_code < httpx.codes.INTERNAL_SERVER_ERROR,
            f"{asked.path} was answered {told.status_code}: {told.text}",
        )
        if told.is_success:
            done += 1
            work.answered(asked)
    for code in ("ONE", "OTHER"):
        apis[0].warehouse(f"{work.name}-{code}-NEW")
    result.check(done > NEW / 2, f"of {NEW} new requests only {done} were done")
    result.count("new requests done afterwards", done)


def _judge(ground: Ground, before: Contents, result: Result) -> None:
    after = database_contents(ground.url)
    for breach in [*problems(after), *breaches(before, after)]:
        result.breach(f"afterwards: {breach}")
    for what in ("movements", "products", "warehouses", "reservations"):
        old = {row["id"] for row in getattr(before, what)}
        new = {row["id"] for row in getattr(after, what)} - old
        result.check(
            not new or not old or min(new) > max(old),
            f"{what}: ids given anew begin at {min(new, default=0)}, old ones end at {max(old)}",
        )
        result.count("ids given anew", len(new))
    transfers = [{row["transfer_id"] for row in one.movements} - {None} for one in (before, after)]
    result.count("ids given anew", len(transfers[1] - transfers[0]))
    wrong = ground.verify()
    result.check(wrong is None, f"verify: {wrong}")


def ground_of(url: str, beside: Ground) -> Ground:
    """A ground on another database, in a folder of its own for what its servers say."""
    database = parse_database(url)
    if database.kind == "sqlite":
        return Ground(Kind.sqlite, database.file.parent, url, None)
    return Ground(Kind.postgresql, beside.folder, url, None)
