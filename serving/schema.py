"""Whether a database has the tables of this program; an empty one gets them at once, without Alembic.

Alembic costs half a second of a start and is needed only where there is something to migrate.
"""

import importlib

from sqlalchemy import Connection, Engine, inspect, text

from serving.database import MIGRATIONS, metadata

NEWEST = max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
"""Revision that the tables of the code belong to."""

VERSION_TABLE = "alembic_version"
TABLE_MODULES = ("accounts", "live_error", "outcomes", "review", "scoring", "shadow")

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(7241906)")
"""Two services that start on one empty database: the second waits and finds the tables."""


def register_tables() -> None:
    """Import every table, so that `metadata` knows it."""
    for name in TABLE_MODULES:
        importlib.import_module(f"serving.{name}.tables")


def revision_of(connection: Connection) -> str | None:
    """Return the revision a database stands at; None where it was never set up."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one_or_none()  # noqa: S608


def is_ready(engine: Engine) -> bool:
    """Tell whether the schema is the newest; makes it where the database is empty."""
    with engine.begin() as connection:
        if (revision := revision_of(connection)) is not None:
            return revision == NEWEST
        if connection.dialect.name == "postgresql":
            connection.execute(ONE_AT_A_TIME)
        if inspect(connection).get_table_names():
            return revision_of(connection) == NEWEST
        register_tables()
        metadata.create_all(connection)
        connection.execute(
            text(
                f"CREATE TABLE {VERSION_TABLE} (version_num VARCHAR(32) NOT NULL,"
                " CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
            )
        )
        connection.execute(text(f"INSERT INTO {VERSION_TABLE} VALUES (:newest)"), {"newest": NEWEST})  # noqa: S608
    return True
