"""Answers by model and request, for evaluations that ask what another has asked."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table. Its key is its only order, so SQLite keeps each row once."""
    op.create_table(
        "responses",
        sa.Column("model", sa.String(64), nullable=False),
        sa.Column("request", sa.String(64), nullable=False),
        sa.Column("work", sa.String(64), nullable=False),
        sa.Column("response", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("model", "request", name="pk_responses"),
        sqlite_with_rowid=False,
    )
