"""A database of an older version is brought up by the server that starts on it, with all it holds.

From each revision of the schema before the present one: a shop as that version had it is served,
on PostgreSQL by several processes that start at the same time. Each row is as it was, in every
column that there was, and the shop goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random

from onhand.store.migrate import REVISIONS, State, state
from proofs.backups.backing import fill
from proofs.backups.life import goes_on, ground_of
from proofs.backups.older import (
    Rows,
    called_now,
    copy,
    make_at,
    revision_of,
    rows_of,
    was_made_anew,
)
from proofs.ground import Ground, Kind
from proofs.result import Result
from tests.support.api import Api
from tests.support.journal import Journal, Sent
from tests.support.postgres import DatabaseServer
from tests.support.server import OnhandServer
from tests.support.work import Asked, Work

STARTED_TOGETHER = 2
FOLLOW_THE_FEED = {"daily_totals", "totals_position"}
"""What a server that is up moves on by itself; `verify` holds them to the ledger."""

HEADS_AND_TOTALS = ("levels", "movements", "product_stock")


@dataclass(frozen=True)
class Sizes:
    """How many movements a shop begins with, and how many commands clients add to them.

    `every`: upgrade from each revision there was, not only from the first and the latest.
    """

    movements: int
    commands: int
    every: bool = True


def run(ground: Ground, sizes: Sizes) -> Result:
    """Fill a shop, make it older in every way there is, and upgrade it."""
    result = Result(f"upgraded with its data: {ground.kind}")
    result.facts["revisions of the schema"] = len(REVISIONS)
    older = before_the_last(REVISIONS)
    if not sizes.every:
        older = sorted({*older[:1], *older[-1:]})
    if not older:
        result.facts["upgraded from"] = "nothing: this is the first revision"
        return result
    result.facts["upgraded from"] = ", ".join(older)
    server = ground.serve()
    api = Api(server.client)
    work = Work(api, "SHOP", Random(sizes.movements), warehouse=api.warehouse("SECOND"))
    fill(api, sizes.movements)
    journal = Journal(work)
    with journal.clients([server]):
        journal.await_answers(sizes.commands)
    server.stop()
    for revision in older:
        url = empty_database(ground, revision)
        make_at(url, revision)
        copy(ground.url, url)
        upgrade(ground_of(url, ground), revision, work, journal.acknowledged(), result)
    return result


def before_the_last(revisions: Sequence[str]) -> Sequence[str]:
    """The revisions that this program upgrades from."""
    return revisions[:-1]


def empty_database(beside: Ground, name: str) -> str:
    """A database that is not there yet, or empty, beside the ground's own."""
    if beside.kind is Kind.postgresql:
        return DatabaseServer(beside.url).create_database(f"older_{name}_{beside.folder.name[-8:]}")
    folder = beside.folder / f"older-{name}"
    folder.mkdir()
    return f"sqlite:///{folder / 'onhand.db'}"


def upgrade(
    ground: Ground, revision: str, work: Work, answered: Sequence[Sent[Asked]], result: Result
) -> None:
    """Serve an older shop, which upgrades it, and go on in it."""
    before = rows_of(ground.url)
    result.check(state(ground.url) is State.OLDER, f"{revision} is not older than this program's")
    try:
        servers = start_together(ground)
        reached = revision_of(ground.url)
        result.check(reached == REVISIONS[-1], f"from {revision} it was brought to {reached}")
        after = rows_of(ground.url)
        for breach in differences(before, after):
            result.breach(f"from {revision}: {breach}")
        for name in HEADS_AND_TOTALS:
            result.count(f"rows of {name} compared", len(before[name].rows))
        result.facts[f"columns added since {revision}"] = ", ".join(added(before, after)) or "none"
        goes_on(ground, servers, answered, work, result)
    finally:
        ground.close()


def start_together(ground: Ground) -> list[OnhandServer]:
    """Servers that find the older database at the same moment; SQLite takes one alone."""
    number = 1 if ground.kind is Kind.sqlite else STARTED_TOGETHER
    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(lambda _: ground.serve(), range(number)))


def differences(before: Mapping[str, Rows], after: Mapping[str, Rows]) -> Iterator[str]:
    """Each table that is no longer what it was, in the columns that it had."""
    for name, rows in before.items():
        if name in FOLLOW_THE_FEED:
            continue
        now, columns = after.get(name), called_now(name, rows.columns)
        if now is None or not set(columns) <= set(now.columns):
            yield f"{name} is gone, or some of its columns"
            continue
        if was_made_anew(name, rows.columns):
            old = [one for one in rows.columns if one != "id"]
            rows, now, columns = rows.only(old), now.where_given("name"), called_now(name, old)
        kept = now.only(columns).rows
        if name == "id_counters":  # a newer version counts more things
            kept = [row for row in kept if row[0] in {there[0] for there in rows.rows}]
        if kept != rows.rows:
            lost = len(set(rows.rows) - set(kept))
            yield f"{name}: {len(rows.rows)} rows were there, {lost} of them are not as they were"


def added(before: Mapping[str, Rows], after: Mapping[str, Rows]) -> Iterator[str]:
    """What tables and columns there are that there were not."""
    for name, rows in after.items():
        if name not in before:
            yield name
            continue
        there_were = called_now(name, before[name].columns)
        yield from (f"{name}.{one}" for one in rows.columns if one not in there_were)
