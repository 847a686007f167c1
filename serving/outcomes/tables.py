"""What really happened: the strongest of all labels."""

from sqlalchemy import Column, Index, String, Table, UniqueConstraint

from serving.database import UtcDateTime, metadata

outcomes = Table(
    "outcomes",
    metadata,
    Column("outcome_id", String(36), primary_key=True),
    Column("refund_id", String(128), nullable=False),
    Column("fault", String(32)),
    Column("resolution", String(32)),
    Column("source", String(16), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    # A report sent twice must not count as two voices.
    UniqueConstraint("refund_id", "source", "at"),
    Index("ix_outcomes_received_at", "received_at"),
)
