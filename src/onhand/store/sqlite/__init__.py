"""The writing path on SQLite: one file, one server, one connection that writes."""
