"""What the challenger would have answered."""

from sqlalchemy import Column, Float, ForeignKey, String, Table

from serving.database import UtcDateTime, metadata

shadow_answers = Table(
    "shadow_answers",
    metadata,
    Column("triage_id", String(36), ForeignKey("triages.triage_id"), primary_key=True),
    Column("model_version", String(64), primary_key=True),
    Column("fault", String(32), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("resolution", String(32)),
    Column("route", String(16), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
