"""The queue: cases that wait for a person, what people decided, and every step on the way."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, text

from serving.database import UtcDateTime, metadata

reviews = Table(
    "reviews",
    metadata,
    Column("review_id", String(36), primary_key=True),
    Column("triage_id", String(36), ForeignKey("triages.triage_id"), nullable=False),
    Column("refund_id", String(128), nullable=False),
    Column("state", String(16), nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("respond_by", UtcDateTime, nullable=False),
    Column("claimed_by", String(128)),
    Column("claimed_until", UtcDateTime),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Index("ix_reviews_state_respond_by", "state", "respond_by", "review_id"),
    # A refund request never waits twice: a second open review of it would be decided by two people.
    Index(
        "uq_reviews_open_refund_id",
        "refund_id",
        unique=True,
        sqlite_where=text("state IN ('waiting', 'claimed')"),
        postgresql_where=text("state IN ('waiting', 'claimed')"),
    ),
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("verdict_id", String(36), primary_key=True),
    # Unique: two reviewers deciding one case is what must never happen.
    Column("review_id", String(36), ForeignKey("reviews.review_id"), nullable=False, unique=True),
    Column("reviewer", String(128), nullable=False),
    Column("fault", String(32), nullable=False),
    Column("resolution", String(32)),
    Column("note", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

review_events = Table(
    "review_events",
    metadata,
    Column("event_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("review_id", String(36), ForeignKey("reviews.review_id"), nullable=False, index=True),
    Column("from_state", String(16)),
    Column("to_state", String(16), nullable=False),
    Column("actor", String(128), nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("at", UtcDateTime, nullable=False),
)
