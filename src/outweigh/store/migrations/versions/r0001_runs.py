"""Runs, their results, and the journals they claim."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    _runs()
    _results()
    op.create_table(
        "run_results",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_run_results_run_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["result_id"], ["results.id"], name="fk_run_results_result_id"),
        sa.PrimaryKeyConstraint("run_id", "result_id", name="pk_run_results"),
    )
    op.create_index("ix_run_results_result_id", "run_results", ["result_id"])
    op.create_table(
        "run_works",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("work", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_run_works_run_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "work", name="pk_run_works"),
    )
    op.create_index("ix_run_works_work", "run_works", ["work"])


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("suite", sa.String()),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("config", sa.JSON(), nullable=False),
        sa.Column("settings", sa.String(64), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
        sa.UniqueConstraint("name", name="uq_runs_name"),
    )
    op.create_index("ix_runs_created_at", "runs", ["created_at"])


def _results() -> None:
    op.create_table(
        "results",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("evaluation", sa.String(64), nullable=False),
        sa.Column("work", sa.String(64), nullable=False),
        sa.Column("model_title", sa.String(), nullable=False),
        sa.Column("model_name", sa.String(), nullable=False),
        sa.Column("benchmark", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("shots", sa.Integer(), nullable=False),
        sa.Column("area", sa.String()),
        sa.Column("headline", sa.Double()),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_results"),
        sa.UniqueConstraint("evaluation", name="uq_results_evaluation"),
    )
    for column in ("work", "model_title", "model_name", "benchmark", "area"):
        op.create_index(f"ix_results_{column}", "results", [column])
