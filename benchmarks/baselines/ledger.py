"""The other sides' ledger on PostgreSQL: made, filled with stock, and checked after a run."""

from __future__ import annotations

from pathlib import Path

import psycopg

from benchmarks import Failed
from benchmarks.cluster import Cluster

SCHEMA = Path(__file__).with_name("ledger.sql")
WAREHOUSE = 1


def create_ledger(cluster: Cluster, database: str, products: int, on_hand: int) -> str:
    """A database with products 1 to `products`, each with `on_hand` units; its URL."""
    url = cluster.create_database(database)
    with psycopg.connect(url) as connection:
        connection.execute(SCHEMA.read_bytes())
        connection.execute(
            "INSERT INTO product (product_id, sku, name)"
            " SELECT n, 'SKU-' || n, 'Product ' || n FROM generate_series(1, %s::bigint) n",
            [products],
        )
        connection.execute(
            "INSERT INTO level (product_id, warehouse_id, on_hand)"
            " SELECT n, %s, %s FROM generate_series(1, %s::bigint) n",
            [WAREHOUSE, on_hand, products],
        )
    cluster.execute(database, "VACUUM ANALYZE")
    return url


def check_ledger(url: str) -> None:
    """Every unit reserved has its movement: the baseline did the work it was timed for."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT (SELECT sum(reserved) FROM level),"
            " (SELECT coalesce(sum(quantity), 0) FROM movement"
            "  WHERE movement_type IN ('reserved', 'released')),"
            " (SELECT coalesce(sum(allocated), 0) FROM reservation),"
            " (SELECT sum(entry_number) FROM level), (SELECT count(*) FROM movement)"
        ).fetchone()
    assert row is not None
    reserved, moved, allocated, entries, movements = row
    if not (reserved == moved == allocated and entries == movements):
        raise Failed(f"the baseline's ledger does not add up: {row}")
