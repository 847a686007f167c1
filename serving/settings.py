"""Settings of the service, each with its environment variable REFUND_TRIAGE_<NAME>."""

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from model.operating_point import categories_in
from model.taxonomy import FaultCategory
from serving.review.sampling import Sampling


class Settings(BaseSettings):
    """Read once at start; documented in docs/settings.md (a test keeps the two equal)."""

    model_config = SettingsConfigDict(env_prefix="REFUND_TRIAGE_", extra="ignore", frozen=True)

    home: Path = Field(Path("var"), description="Folder of everything written at run time.")
    database_url: str = Field(
        "",
        description="SQLAlchemy URL; empty means SQLite in the data folder. PostgreSQL: postgresql+psycopg://…",
    )
    policy: Path | None = Field(None, description="The shop's own policy file; empty means the shipped one.")
    host: str = Field("127.0.0.1", description="Address to serve on.")
    port: int = Field(8000, ge=1, le=65535, description="Port to serve on.")
    workers: int = Field(1, ge=1, le=64, description="Server processes.")
    lease_seconds: int = Field(
        600, ge=5, le=86_400, description="How long a claimed case stays with its reviewer."
    )
    commit_max_cases: int = Field(256, ge=1, le=1_000, description="Cases one group commit may share.")
    suggest_categories: Annotated[frozenset[FaultCategory], NoDecode] = Field(
        frozenset(),
        description="Fault categories that are only suggested, never automated: names with commas, or `all`.",
    )
    poll_model_seconds: float = Field(5.0, gt=0, description="How often the champion pointer is looked at.")

    audit_share: float = Field(
        0.02, ge=0, le=1, description="Share of automated cases that a person decides again, unknowingly."
    )
    blind_share: float = Field(
        0.02, ge=0, le=1, description="Share of the other cases shown without the model's answer."
    )
    second_opinion_share: float = Field(0.0, ge=0, le=1, description="Share of cases that two people decide.")
    second_opinion_above_fen: int | None = Field(
        None, ge=0, description="Cases from this amount on are decided by two people; empty means none."
    )
    undo_seconds: int = Field(30, ge=0, le=3_600, description="How long a verdict can be taken back.")
    session_hours: int = Field(12, ge=1, le=720, description="How long a login lasts.")

    @field_validator("suggest_categories", mode="before")
    @classmethod
    def split_categories(cls, value: object) -> object:
        """Read names with commas, a JSON list, or `all`."""
        return categories_in(value) if isinstance(value, str) else value

    @property
    def sampling(self) -> Sampling:
        """Which cases are looked at in a special way."""
        return Sampling(
            audit_share=self.audit_share,
            blind_share=self.blind_share,
            second_opinion_share=self.second_opinion_share,
            second_opinion_above_fen=self.second_opinion_above_fen,
        )

    @property
    def url(self) -> str:
        """URL of the database."""
        return self.database_url or f"sqlite:///{self.home.resolve() / 'refund-triage.sqlite'}"

    @property
    def models_folder(self) -> Path:
        """Folder with the model bundles and the champion pointer."""
        return self.home / "models"


@cache
def get_settings() -> Settings:
    """Return the process's settings."""
    return Settings()
