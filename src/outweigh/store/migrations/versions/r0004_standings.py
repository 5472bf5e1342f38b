"""What public leaderboards say of models: whole, to search by, and packed in columns."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "provenances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("protocol", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("read_at", sa.Date(), nullable=False),
        sa.Column("content", sa.String(64), nullable=False),
        sa.Column("standings", sa.Integer(), nullable=False),
        sa.Column("benchmarks", sa.JSON(), nullable=False),
        sa.Column("metrics", sa.JSON(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_provenances"),
        sa.UniqueConstraint("name", name="uq_provenances_name"),
    )
    _standings()
    op.create_table(
        "standing_columns",
        sa.Column("provenance_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["provenance_id"], ["provenances.id"], name="fk_standing_columns_provenance_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("provenance_id", "name", name="pk_standing_columns"),
    )


def _standings() -> None:
    op.create_table(
        "standings",
        sa.Column("provenance_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("parameters", sa.Double()),
        *(sa.Column(name, sa.String()) for name in ("license", "precision", "architecture", "parent", "kind")),
        sa.Column("published", sa.Date()),
        sa.Column("submitted", sa.Date()),
        *(
            sa.Column(name, sa.Boolean(), nullable=name == "available")
            for name in ("merged", "mixture_of_experts", "flagged", "official", "available", "adapter")
        ),
        sa.Column("record", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["provenance_id"], ["provenances.id"], name="fk_standings_provenance_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("provenance_id", "position", name="pk_standings"),
    )
    op.create_index("ix_standings_model", "standings", ["model"])
    op.create_index("ix_standings_parent", "standings", ["parent"])
