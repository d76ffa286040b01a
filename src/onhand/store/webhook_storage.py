"""Opening what webhooks are kept in and sent from: connections of their own, made when needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from onhand.ledger.webhooks import WebhookStorage
from onhand.store.engine import Database, admin_engine, progress_engine, read_engine
from onhand.store.feed import SqlFeed
from onhand.store.webhook_outbox import SqlOutbox
from onhand.store.webhooks import SqlWebhooks


@contextmanager
def webhook_storage(database: Database, reading: Engine) -> Iterator[WebhookStorage]:
    """A shop's webhooks. `reading` is the engine for what is asked of them now and then.

    Whoever sends them has one connection to follow the feed, and one to write how far it is.
    """
    following, writing = read_engine(database, pool_size=1), progress_engine(database)
    try:
        yield WebhookStorage(
            SqlWebhooks(admin_engine(database), reading),
            SqlOutbox(writing, reading),
            SqlFeed(following),
            is_alone=database.kind == "sqlite",
        )
    finally:
        following.dispose()
        writing.dispose()
