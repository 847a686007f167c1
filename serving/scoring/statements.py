"""The statements of the storing thread, past SQLAlchemy: the one place that knows both databases' own words.

What SQLAlchemy does around a statement costs more than SQLite does inside it: 20 to 40 µs each time, and
several for each row (docs/decisions/0061-storing-past-sqlalchemy.md). Errors are SQLAlchemy's.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import JSON, Connection, Dialect, Table

from serving.database import UtcDateTime, driver_of, told_as_sqlalchemy

LATEST_REVISIONS = {
    # SQLite takes the other columns from the row that has the maximum.
    "sqlite": "SELECT refund_id, max(revision), content_hash, answer FROM triages"
    " WHERE refund_id IN (SELECT value FROM json_each(?)) GROUP BY refund_id",
    # One look into the index for each id: a plan made while the table was small stays right when it is large.
    "postgresql": "SELECT newest.* FROM json_array_elements_text(%s::json) AS id CROSS JOIN LATERAL ("
    "SELECT refund_id, revision, content_hash, answer FROM triages WHERE refund_id = id"
    " ORDER BY revision DESC LIMIT 1) AS newest",
}

LOCK_REFUND_IDS = (
    "SELECT pg_advisory_xact_lock(hashtextextended(id, 0)) FROM json_array_elements_text(%s::json) AS id"
)


@contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """Open a transaction; the driver's errors of all statements in it are told as SQLAlchemy's.

    The connection is kept, so a commit that fails must not leave its transaction open behind it.
    """
    with told_as_sqlalchemy(connection):
        driver = driver_of(connection)
        try:
            with connection.begin():
                yield
        except BaseException:
            if not getattr(driver, "closed", False):  # SQLite's connection has no such word
                driver.rollback()
            raise


@contextmanager
def together(connection: Connection) -> Iterator[None]:
    """Send the statements of this module in one journey to PostgreSQL; their errors show at the end of it.

    SQLAlchemy's own statements have no place in here: it reads what a statement gives back before the
    statement has left, finds no rows, and says nothing.
    """
    if connection.dialect.name == "postgresql":
        with driver_of(connection).pipeline():
            yield
    else:
        yield


def lock(connection: Connection, refund_ids: Sequence[str]) -> None:
    """Keep two processes that answer one request apart; SQLite's one writer needs no such lock.

    The second waits here and then finds the first's row. Give the ids in order, so that two batches can
    never wait for each other.
    """
    if connection.dialect.name == "postgresql":
        driver_of(connection).execute(LOCK_REFUND_IDS, (_json(refund_ids),))


def latest_revisions(connection: Connection, refund_ids: Sequence[str]) -> dict[str, tuple[int, str, str]]:
    """Return revision, content hash and answer of the newest revision of each request that is stored."""
    query = LATEST_REVISIONS[connection.dialect.name]
    rows = driver_of(connection).execute(query, (_json(refund_ids),)).fetchall()
    return {refund_id: (revision, digest, answer) for refund_id, revision, digest, answer in rows}


class RowInsert:
    """Adds rows of one table, given as mappings from these column names, in one call of the driver."""

    def __init__(self, table: Table, names: Sequence[str]) -> None:
        self._table = table
        self._names = names
        self._queries: dict[str, str] = {}
        self._moments = [at for at, name in enumerate(names) if isinstance(table.c[name].type, UtcDateTime)]
        self._documents = [at for at, name in enumerate(names) if isinstance(table.c[name].type, JSON)]
        self._values = itemgetter(*names)

    def execute(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add the rows.

        Raises
        ------
        ValueError
            When a moment has no time zone.
        """
        dialect = connection.dialect
        query = self._queries.get(dialect.name) or self._query_for(dialect)
        if dialect.name == "postgresql":
            driver_of(connection).execute(query, (_json(self._for_postgresql(rows)),))
        else:
            driver_of(connection).executemany(query, [self._for_sqlite(row) for row in rows])

    def _query_for(self, dialect: Dialect) -> str:
        listed = ", ".join(self._names)
        query = f"INSERT INTO {self._table.name} ({listed})"
        if dialect.name == "postgresql":
            typed = ", ".join(f"{name} {self._table.c[name].type.compile(dialect)}" for name in self._names)
            query += f" SELECT {listed} FROM json_to_recordset(%s::json) AS r({typed})"  # noqa: S608 - our names
        else:
            query += f" VALUES ({', '.join('?' * len(self._names))})"
        return self._queries.setdefault(dialect.name, query)

    def _for_sqlite(self, row: Mapping[str, Any]) -> list[Any]:
        values = list(self._values(row))
        for at in self._moments:
            values[at] = sqlite_moment(values[at])
        for at in self._documents:
            values[at] = _json(values[at])
        return values

    def _for_postgresql(self, rows: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        for row in rows:
            for at in self._moments:
                _check_zone(row[self._names[at]])
        return rows


@lru_cache(64)  # a case's tables hold the same moments
def sqlite_moment(moment: datetime | None) -> str | None:
    """Write a moment as SQLAlchemy's type for SQLite reads it: UTC, without zone."""
    if moment is None:
        return None
    _check_zone(moment)
    return moment.astimezone(UTC).isoformat(" ", "microseconds")[:-6]


def _check_zone(moment: datetime | None) -> None:
    if moment is not None and moment.tzinfo is None:
        raise ValueError("a moment without time zone")


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
