"""Outcomes, demotions and the challenger's shadow."""

import sqlalchemy as sa
from alembic import op

from serving.database import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outcomes",
        sa.Column("outcome_id", sa.String(36), nullable=False),
        sa.Column("refund_id", sa.String(128), nullable=False),
        sa.Column("fault", sa.String(32), nullable=True),
        sa.Column("resolution", sa.String(32), nullable=True),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("outcome_id", name=op.f("pk_outcomes")),
        sa.UniqueConstraint("refund_id", "source", "at", name=op.f("uq_outcomes_refund_id_source_at")),
    )
    op.create_index("ix_outcomes_received_at", "outcomes", ["received_at"])
    op.create_table(
        "demotions",
        sa.Column("demotion_id", sa.String(36), nullable=False),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("model_version", sa.String(64), nullable=False),
        sa.Column("n_audited", sa.Integer(), nullable=False),
        sa.Column("n_wrong", sa.Integer(), nullable=False),
        sa.Column("lower_bound", sa.Float(), nullable=False),
        sa.Column("promised_rate", sa.Float(), nullable=False),
        sa.Column("demoted_at", UtcDateTime(), nullable=False),
        sa.Column("restored_at", UtcDateTime(), nullable=True),
        sa.Column("restored_by", sa.String(128), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("demotion_id", name=op.f("pk_demotions")),
    )
    op.create_index(
        "uq_demotions_open_category",
        "demotions",
        ["category"],
        unique=True,
        sqlite_where=sa.text("restored_at IS NULL"),
        postgresql_where=sa.text("restored_at IS NULL"),
    )
    op.create_table(
        "shadow_answers",
        sa.Column("triage_id", sa.String(36), nullable=False),
        sa.Column("model_version", sa.String(64), nullable=False),
        sa.Column("fault", sa.String(32), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("resolution", sa.String(32), nullable=True),
        sa.Column("route", sa.String(16), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["triage_id"], ["triages.triage_id"], name=op.f("fk_shadow_answers_triage_id")
        ),
        sa.PrimaryKeyConstraint("triage_id", "model_version", name=op.f("pk_shadow_answers")),
    )


def downgrade() -> None:
    op.drop_table("shadow_answers")
    op.drop_table("demotions")
    op.drop_table("outcomes")
