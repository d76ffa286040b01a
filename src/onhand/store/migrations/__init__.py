"""The schema's history: Alembic's environment, and one file per version beside it."""
