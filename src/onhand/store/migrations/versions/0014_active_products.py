"""An index of the products in use by name, as people page through them, far pages included."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_products_is_active_name_id", "products", ["is_active", "name", "id"])
