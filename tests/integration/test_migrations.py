"""The migrations lead to the tables of the code, and back, on both databases."""

import threading
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from serving import schema
from serving.database import MIGRATIONS, metadata


def test_the_migrated_schema_is_the_one_of_the_code(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences: list[Any] = compare_metadata(context, metadata)
    assert differences == []
    assert schema.is_ready(engine)


def test_the_migrations_can_be_taken_back(engine: Engine, database_url: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = database_url
    command.downgrade(config, "base")
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    command.upgrade(config, "head")
    assert "reviews" in inspect(engine).get_table_names()


def shape(engine: Engine) -> dict[str, Any]:
    """All that can be read of the tables, in an order of its own."""
    found = inspect(engine)
    described: dict[str, Any] = {}
    for table in found.get_table_names():
        columns = [(c["name"], str(c["type"]), c["nullable"], c["default"]) for c in found.get_columns(table)]
        described[table] = {
            "columns": sorted(columns),
            "primary key": found.get_pk_constraint(table),
            "unique": sorted((u["name"], u["column_names"]) for u in found.get_unique_constraints(table)),
            "foreign keys": sorted(str(sorted(f.items())) for f in found.get_foreign_keys(table)),
            "indexes": sorted(
                (i["name"], i["column_names"], i["unique"], sorted(map(str, i["dialect_options"].values())))
                for i in found.get_indexes(table)
            ),
        }
    return described


def empty(engine: Engine) -> None:
    names = inspect(engine).get_table_names()
    metadata.drop_all(engine)
    with engine.begin() as connection:
        if "alembic_version" in names:
            connection.execute(text("DROP TABLE alembic_version"))


def test_an_empty_database_gets_the_tables_that_the_migrations_make(engine: Engine) -> None:
    migrated = shape(engine)
    empty(engine)
    assert schema.is_ready(engine)
    assert shape(engine) == migrated
    with engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == schema.NEWEST


def test_two_services_that_start_on_one_empty_database_make_its_tables_once(engine: Engine) -> None:
    empty(engine)
    together, ready = threading.Barrier(4), []

    def start() -> None:
        together.wait()
        ready.append(schema.is_ready(engine))

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ready == [True] * 4


def test_an_older_schema_is_not_ready(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert not schema.is_ready(engine)
