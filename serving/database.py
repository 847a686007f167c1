"""Engines and transactions: SQLite (WAL) by default, PostgreSQL for shops that grow."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, DateTime, Dialect, Engine, MetaData, TypeDecorator, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex

MIGRATIONS = Path(__file__).with_name("migrations")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


@compiles(CreateIndex, "postgresql")
def create_index(element: CreateIndex, compiler: Any, **more: Any) -> str:
    """Take the condition of a partial index from what was said for SQLite.

    Naming it for both where the index is declared would import PostgreSQL's dialect into every service on
    SQLite: 2 MB and 60 ms.
    """
    options = element.element.dialect_options
    options["postgresql"]["where"] = options["sqlite"]["where"]
    sql: str = compiler.visit_create_index(element, **more)
    return sql


class UtcDateTime(TypeDecorator[datetime]):
    """A moment with its zone in Python, UTC in the database (SQLite keeps no zone of its own)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without zone; store it in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return a moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def make_engine(url: str) -> Engine:
    """Return an engine whose every transaction takes its lock at the start on SQLite."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_size=16, max_overflow=16, pool_pre_ping=True, hide_parameters=True)
    path = Path(url.removeprefix("sqlite:///"))
    path.parent.mkdir(parents=True, exist_ok=True)
    connect_args = {"timeout": 15, "check_same_thread": False}
    # Parameters hidden: an error's text would else carry the buyer's words into the log.
    engine = create_engine(url, connect_args=connect_args, pool_size=16, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        # The driver must not open transactions by itself: `begin` below does, and says which kind.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        # FULL: a commit is on disk before the answer is sent, so even a power cut loses no answered case.
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # IMMEDIATE: a transaction that reads and then writes would else fail when another wrote between.
        kind = "DEFERRED" if connection.get_execution_options().get("read_only") else "IMMEDIATE"
        with told_as_sqlalchemy(connection):
            driver_of(connection).execute(f"BEGIN {kind}")

    return engine


def driver_of(connection: Connection) -> Any:
    """Return the driver's own connection; what it raises is for `told_as_sqlalchemy`."""
    return connection.connection.driver_connection


@contextmanager
def told_as_sqlalchemy(connection: Connection) -> Iterator[None]:
    """Turn the driver's errors into SQLAlchemy's, and give up a connection that is lost."""
    errors = connection.dialect.loaded_dbapi.Error
    try:
        yield
    except errors as error:
        lost = connection.dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
        if lost:
            connection.invalidate(error)
        raise DBAPIError.instance(
            None,
            None,
            error,
            errors,
            hide_parameters=True,
            connection_invalidated=lost,
            dialect=connection.dialect,
        ) from error


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a read-only transaction; on SQLite it never waits for a writer."""
    with engine.connect().execution_options(read_only=True) as connection, connection.begin():
        yield connection


def migrate(url: str) -> None:
    """Bring the database to the newest schema."""
    # Alembic stays out of the scoring workers: it costs 0.5 s of their start and 25 MB of each.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    command.upgrade(config, "head")
