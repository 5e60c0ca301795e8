"""One query put to open facts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.report.facts.database import NO_SELECT, SEVERAL, WRONG, Refused

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ROWS_TOGETHER = 10_000


class Answer(NamedTuple):
    """Column names and rows of a query; values are Python objects, amounts Decimal. The rows can be
    read once, while the database is open; reading them may raise Refused.
    """

    names: tuple[str, ...]
    rows: Iterator[tuple[object, ...]]


def ask(connection: DuckDBPyConnection, sql: str) -> Answer:
    """The result of a SELECT. Raises Refused for anything else, with DuckDB's message for an
    error."""
    import duckdb

    try:
        sql.encode()  # half a character, which DuckDB would take for no text at all
        statements = duckdb.extract_statements(sql)
        if len(statements) != 1:
            raise Refused(SEVERAL)
        if statements[0].type != duckdb.StatementType.SELECT:
            raise Refused(NO_SELECT)
        cursor = connection.execute(statements[0])
        names = tuple(str(column[0]) for column in cursor.description or ())
    except (duckdb.Error, UnicodeError) as error:
        raise Refused(WRONG, detail=str(error)) from None
    return Answer(names, _rows(cursor))


def _rows(cursor: DuckDBPyConnection) -> Iterator[tuple[object, ...]]:
    import duckdb

    try:
        while rows := cursor.fetchmany(ROWS_TOGETHER):
            yield from rows
    except duckdb.Error as error:
        raise Refused(WRONG, detail=str(error)) from None
