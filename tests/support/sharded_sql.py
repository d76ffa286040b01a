"""What a statement may not do on a sharded database, told by its text.

Each table that is spread must be pinned to one value of its column wherever a statement names it,
or Citus has to go through all workers. See `onhand.store.schema.distribution`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from unittest.mock import patch

from onhand.store.postgresql import per_product
from onhand.store.postgresql.pipeline import Pipeline, Rows, Statement
from onhand.store.schema.distribution import PLACES

OVER_ALL_WORKERS = {per_product.HOLDING}
"""Plain questions that may go through all workers: asked when a warehouse is closed."""

_NAMED = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+(\w+)")
_INSERT = re.compile(r"INSERT INTO \w+ \((.*?)\) (?:VALUES \((.*?)\)|SELECT (.*?) FROM )")
_VOLATILE = re.compile(
    r"\b(random|clock_timestamp|timeofday|nextval|gen_random_uuid|now|statement_timestamp)\("
)
_CHANGES = re.compile(r"\b(INSERT INTO|UPDATE|DELETE FROM)\s+\w+")


def faults_of(text: str) -> Iterator[str]:
    """Each rule that a statement breaks."""
    named = [name for name in _NAMED.findall(text) if name in PLACES]
    changes = _CHANGES.findall(re.sub(r"DO UPDATE SET", "", text).replace("FOR UPDATE", ""))
    if "ctid" in text:
        yield "finds rows by ctid, which means nothing on another machine"
    if "pg_advisory" in text or "pg_try_advisory" in text:
        yield "takes an advisory lock, which only one machine knows"
    if len(changes) > 1 or (changes and text.startswith("WITH")):
        yield "changes rows within a WITH"
    if changes and not text.startswith("INSERT") and "unnest" in text:
        yield "joins what it changes to a function"
    if changes and _VOLATILE.search(text):
        yield "has a volatile function beside a change"
    if "nextval" in text and named:
        yield "takes a number out of a sequence beside a table"
    if "FOR UPDATE" in text and len(named) != 1:
        yield "locks rows of more than one table"
    if text in OVER_ALL_WORKERS:
        return
    for column in {PLACES[name].column for name in named} - {None}:
        yield from _unpinned(text, str(column), named)


def _unpinned(text: str, column: str, named: Sequence[str]) -> Iterator[str]:
    times = sum(PLACES[name].column == column for name in named)
    insert = _INSERT.match(text)
    if insert:
        columns, values = insert[1].split(", "), (insert[2] or insert[3]).split(", ")
        if times > 1 or not values[columns.index(column)].startswith("%b"):
            yield f"inserts rows of more than one {column}"
    elif len(re.findall(rf"\b{column} = %b", text)) < times:
        yield f"names a spread table without its one {column}"


@contextmanager
def held_to_the_rules() -> Iterator[None]:
    """Within it, what stores send in pipelines must keep to the rules."""
    run = Pipeline.run
    sent: set[str] = set()

    def look(pipeline: Pipeline, asked: Sequence[Statement]) -> list[Rows]:
        sent.update(text for text, _ in asked)
        return run(pipeline, asked)

    with patch.object(Pipeline, "run", look):
        yield
    broken = [f"{fault}: {text}" for text in sorted(sent) for fault in faults_of(text)]
    assert broken == []
