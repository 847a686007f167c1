"""Indexes that a new case does not pay for."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_reviews_closed_at", "reviews")
    op.drop_index("ix_reviews_lease", "reviews")
    for name, column in (("ix_reviews_closed_at", "closed_at"), ("ix_reviews_lease", "claimed_until")):
        there = sa.text(f"{column} IS NOT NULL")
        op.create_index(name, "reviews", [column], sqlite_where=there, postgresql_where=there)
    audited = sa.text("kind = 'audit' AND outcome_verdict_id IS NOT NULL")
    op.create_index(
        "ix_reviews_audited",
        "reviews",
        ["outcome_verdict_id"],
        sqlite_where=audited,
        postgresql_where=audited,
    )


def downgrade() -> None:
    op.drop_index("ix_reviews_audited", "reviews")
    op.drop_index("ix_reviews_closed_at", "reviews")
    op.drop_index("ix_reviews_lease", "reviews")
    op.create_index("ix_reviews_closed_at", "reviews", ["closed_at"])
    op.create_index("ix_reviews_lease", "reviews", ["state", "claimed_until"])
