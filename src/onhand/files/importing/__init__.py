"""Importing a table: its columns found, its rows read, and what they ask for posted."""
