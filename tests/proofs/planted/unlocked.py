"""Onhand with a fault planted: on PostgreSQL, stock is read, decided on and written without a lock.

Alone such a server is right; several on one database lose each other's updates.
"""

from __future__ import annotations

from onhand.app import main
from onhand.store.postgresql import sql as postgresql_sql

LOCK = " FOR UPDATE"

if __name__ == "__main__":
    assert LOCK in postgresql_sql.LOCK_STOCK
    postgresql_sql.LOCK_STOCK = postgresql_sql.LOCK_STOCK.replace(LOCK, "")
    main()
