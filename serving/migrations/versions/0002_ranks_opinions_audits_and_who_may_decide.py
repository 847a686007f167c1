"""Ranks, opinions, audits, and who may decide."""

import sqlalchemy as sa
from alembic import op

from serving.database import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_keys_key_hash")),
    )
    op.create_table(
        "users",
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("failed_logins", sa.Integer(), server_default="0", nullable=False),
        sa.Column("locked_until", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("disabled_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_users")),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_name", sa.String(length=128), nullable=False),
        sa.Column("csrf_token", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_name"], ["users.name"], name=op.f("fk_sessions_user_name")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sessions_user_name"), ["user_name"], unique=False)

    with op.batch_alter_table("review_events", schema=None) as batch_op:
        batch_op.add_column(sa.Column("action", sa.String(length=16), server_default="", nullable=False))

    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=16), server_default="case", nullable=False))
        batch_op.add_column(sa.Column("sampling_probability", sa.Float(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("rank", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("fault_guess", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("confidence", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("shop_id", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("blind", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("verdicts_needed", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(
            sa.Column("needs_senior", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("claimed_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("outcome_verdict_id", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("gold", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.drop_index(batch_op.f("ix_reviews_state_respond_by"))
        batch_op.create_index("ix_reviews_closed_at", ["closed_at"], unique=False)
        batch_op.create_index("ix_reviews_lease", ["state", "claimed_until"], unique=False)
        batch_op.create_index("ix_reviews_order", ["rank", "respond_by", "review_id"], unique=False)
        batch_op.create_index("ix_reviews_queue", ["state", "rank", "respond_by", "review_id"], unique=False)
        batch_op.create_index("ix_reviews_triage_id", ["triage_id"], unique=False)

    with op.batch_alter_table("verdicts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("opinion", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("reply", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("evidence_seen", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("seconds_spent", sa.Float(), nullable=True))
        batch_op.add_column(
            sa.Column("shown_model_version", sa.String(length=64), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("shown_policy_version", sa.String(length=64), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("shown_probabilities", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_at", UtcDateTime(), nullable=True))
        batch_op.drop_constraint(batch_op.f("uq_verdicts_review_id"), type_="unique")
        batch_op.create_index("ix_verdicts_created_at", ["created_at"], unique=False)
        batch_op.create_index(
            "uq_verdicts_opinion",
            ["review_id", "opinion"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )
        batch_op.create_index(
            "uq_verdicts_reviewer",
            ["review_id", "reviewer"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )

    # Every verdict so far was the only one of its case.
    op.execute(
        "UPDATE reviews SET outcome_verdict_id = (SELECT verdict_id FROM verdicts"
        " WHERE verdicts.review_id = reviews.review_id)"
    )


def downgrade() -> None:
    with op.batch_alter_table("verdicts", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_verdicts_reviewer",
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )
        batch_op.drop_index(
            "uq_verdicts_opinion",
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )
        batch_op.drop_index("ix_verdicts_created_at")
        batch_op.create_unique_constraint(batch_op.f("uq_verdicts_review_id"), ["review_id"])
        batch_op.drop_column("withdrawn_at")
        batch_op.drop_column("shown_probabilities")
        batch_op.drop_column("shown_policy_version")
        batch_op.drop_column("shown_model_version")
        batch_op.drop_column("seconds_spent")
        batch_op.drop_column("evidence_seen")
        batch_op.drop_column("reply")
        batch_op.drop_column("opinion")

    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.drop_index("ix_reviews_triage_id")
        batch_op.drop_index("ix_reviews_queue")
        batch_op.drop_index("ix_reviews_order")
        batch_op.drop_index("ix_reviews_lease")
        batch_op.drop_index("ix_reviews_closed_at")
        batch_op.create_index(
            batch_op.f("ix_reviews_state_respond_by"), ["state", "respond_by", "review_id"], unique=False
        )
        batch_op.drop_column("gold")
        batch_op.drop_column("outcome_verdict_id")
        batch_op.drop_column("claimed_at")
        batch_op.drop_column("needs_senior")
        batch_op.drop_column("verdicts_needed")
        batch_op.drop_column("blind")
        batch_op.drop_column("shop_id")
        batch_op.drop_column("confidence")
        batch_op.drop_column("fault_guess")
        batch_op.drop_column("rank")
        batch_op.drop_column("kind")
        batch_op.drop_column("sampling_probability")

    with op.batch_alter_table("review_events", schema=None) as batch_op:
        batch_op.drop_column("action")

    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sessions_user_name"))

    op.drop_table("sessions")
    op.drop_table("users")
    op.drop_table("api_keys")
