"""What tests need and Onhand does not: a real PostgreSQL, a real server process."""
