"""Alembic's entry: run the migrations against the URL the service hands over."""

from alembic import context

from serving.accounts import tables as account_tables  # noqa: F401 - registers its tables
from serving.database import make_engine, metadata
from serving.live_error import tables as live_error_tables  # noqa: F401 - registers its tables
from serving.outcomes import tables as outcome_tables  # noqa: F401 - registers its tables
from serving.review import tables as review_tables  # noqa: F401 - registers its tables
from serving.scoring import tables as scoring_tables  # noqa: F401 - registers its tables
from serving.shadow import tables as shadow_tables  # noqa: F401 - registers its tables

engine = make_engine(context.config.attributes["url"])
with engine.connect() as connection:
    context.configure(
        connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=True
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
engine.dispose()
