"""The writing path on PostgreSQL: many servers may share a database, its row locks order them."""
