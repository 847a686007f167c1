"""The queue: cases that wait for a person, what people decided, and every step on the way."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    false,
    text,
)

from serving.database import UtcDateTime, metadata

IS_OPEN = text("state IN ('waiting', 'claimed')")
IS_AUDITED = text("kind = 'audit' AND outcome_verdict_id IS NOT NULL")
IS_CLOSED = text("closed_at IS NOT NULL")
IS_LEASED = text("claimed_until IS NOT NULL")
STANDS = text("withdrawn_at IS NULL")

reviews = Table(
    "reviews",
    metadata,
    Column("review_id", String(36), primary_key=True),
    Column("triage_id", String(36), ForeignKey("triages.triage_id"), nullable=False),
    Column("refund_id", String(128), nullable=False),
    Column("state", String(16), nullable=False),
    Column("kind", String(16), nullable=False, server_default="case"),
    # With which the case was drawn for a person; labels from life weigh by its inverse.
    Column("sampling_probability", Float, nullable=False, server_default="1"),
    Column("reasons", JSON, nullable=False),
    # Smaller is sooner; see priority.rank.
    Column("rank", BigInteger, nullable=False, server_default="0"),
    Column("respond_by", UtcDateTime, nullable=False),
    # What the list filters by; empty where the reviewer must not see the model's answer.
    Column("fault_guess", String(32)),
    Column("confidence", Float),
    Column("shop_id", String(64)),
    Column("blind", Boolean, nullable=False, server_default=false()),
    Column("verdicts_needed", Integer, nullable=False, server_default="1"),
    Column("needs_senior", Boolean, nullable=False, server_default=false()),
    Column("claimed_by", String(128)),
    Column("claimed_at", UtcDateTime),
    Column("claimed_until", UtcDateTime),
    # The verdict that counts; the others are opinions on the way to it.
    Column("outcome_verdict_id", String(36)),
    # Two people agreed without seeing each other's verdict: as true as a label gets.
    Column("gold", Boolean, nullable=False, server_default=false()),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    # The queue's order within a state, and over all states.
    Index("ix_reviews_queue", "state", "rank", "respond_by", "review_id"),
    Index("ix_reviews_order", "rank", "respond_by", "review_id"),
    # Only over what they look for: a new case is neither closed nor leased and costs them nothing.
    Index("ix_reviews_closed_at", "closed_at", sqlite_where=IS_CLOSED),
    Index("ix_reviews_lease", "claimed_until", sqlite_where=IS_LEASED),
    # Live error looks at them every few seconds.
    Index("ix_reviews_audited", "outcome_verdict_id", sqlite_where=IS_AUDITED),
    Index("ix_reviews_triage_id", "triage_id"),
    # A refund request never waits twice: a second open review of it would be decided by two people.
    Index("uq_reviews_open_refund_id", "refund_id", unique=True, sqlite_where=IS_OPEN),
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("verdict_id", String(36), primary_key=True),
    Column("review_id", String(36), ForeignKey("reviews.review_id"), nullable=False),
    # 1 for the first opinion on the case, 2 for the second, 3 where a senior had to settle it.
    Column("opinion", Integer, nullable=False, server_default="1"),
    Column("reviewer", String(128), nullable=False),
    Column("fault", String(32), nullable=False),
    Column("resolution", String(32)),
    Column("note", Text, nullable=False),
    Column("reply", Text, nullable=False, server_default=""),
    Column("evidence_seen", JSON, nullable=False, server_default="[]"),
    Column("seconds_spent", Float),
    # What the reviewer had before their eyes; no probabilities where the case was shown blind.
    Column("shown_model_version", String(64), nullable=False, server_default=""),
    Column("shown_policy_version", String(64), nullable=False, server_default=""),
    Column("shown_probabilities", JSON),
    Column("created_at", UtcDateTime, nullable=False),
    # Set by an undo or when the case is reopened; the row stays as history.
    Column("withdrawn_at", UtcDateTime),
    # Two people deciding one case is what must never happen.
    Index(
        "uq_verdicts_opinion",
        "review_id",
        "opinion",
        unique=True,
        sqlite_where=STANDS,
    ),
    # A second opinion by the same person would be none.
    Index(
        "uq_verdicts_reviewer",
        "review_id",
        "reviewer",
        unique=True,
        sqlite_where=STANDS,
    ),
    Index("ix_verdicts_created_at", "created_at"),
)

review_events = Table(
    "review_events",
    metadata,
    Column("event_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("review_id", String(36), ForeignKey("reviews.review_id"), nullable=False, index=True),
    Column("action", String(16), nullable=False, server_default=""),
    Column("from_state", String(16)),
    Column("to_state", String(16), nullable=False),
    Column("actor", String(128), nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("at", UtcDateTime, nullable=False),
)
