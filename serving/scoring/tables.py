"""The answers given: one row per revision of a refund request."""

from sqlalchemy import BigInteger, Column, Float, Index, String, Table, Text, UniqueConstraint

from serving.database import UtcDateTime, metadata

triages = Table(
    "triages",
    metadata,
    Column("triage_id", String(36), primary_key=True),
    Column("refund_id", String(128), nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("request", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("model_version", String(64), nullable=False),
    Column("policy_version", String(64), nullable=False),
    Column("fault", String(32), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("resolution", String(32)),
    Column("route", String(16), nullable=False),
    Column("shop_id", String(64)),
    Column("sku_id", String(64)),
    Column("courier", String(64)),
    Column("created_at", UtcDateTime, nullable=False),
    # Two processes that answer the same request at the same time: the second must see the first's row.
    UniqueConstraint("refund_id", "revision"),
    Index("ix_triages_created_at", "created_at"),
)
