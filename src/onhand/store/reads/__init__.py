"""The reads of `onhand.ledger.reads` in SQL, the same statements for SQLite and PostgreSQL.

One module per subject holds its statements and turns their rows into the shapes of the port;
`source` runs them. Which index serves which query stands in docs/queries.md, and a test compares it
with the databases' own plans.
"""

from onhand.store.reads.reads import SqlReads

__all__ = ["SqlReads"]
