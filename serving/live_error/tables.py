"""Demotions: each row is one, from the moment the promise broke until a person restored the category."""

from sqlalchemy import Column, Float, Index, Integer, String, Table, Text, text

from serving.database import UtcDateTime, metadata

demotions = Table(
    "demotions",
    metadata,
    Column("demotion_id", String(36), primary_key=True),
    Column("category", String(32), nullable=False),
    Column("model_version", String(64), nullable=False),
    Column("n_audited", Integer, nullable=False),
    Column("n_wrong", Integer, nullable=False),
    Column("lower_bound", Float, nullable=False),
    Column("promised_rate", Float, nullable=False),
    Column("demoted_at", UtcDateTime, nullable=False),
    Column("restored_at", UtcDateTime),
    Column("restored_by", String(128)),
    Column("reason", Text),
    # Two processes that see the broken promise at the same moment: the second's insert fails, and the
    # category is demoted once.
    Index(
        "uq_demotions_open_category",
        "category",
        unique=True,
        sqlite_where=text("restored_at IS NULL"),
    ),
)
