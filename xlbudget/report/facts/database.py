"""Facts files opened as a database without access to anything else: no other file, no network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.ops.facts.facts import Fact
from xlbudget.packs.find import default_pack, find_packs, list_roots
from xlbudget.packs.load import load_pack
from xlbudget.report.facts.parquet import AMOUNT, TEXT_TYPE, YEAR, match_only, quote_sql
from xlbudget.report.facts.views import FILE, LINE, SOURCE, FactsView, list_views, quote_identifier

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "python_enable_replacements": False,
    "temp_directory": "",
}

KINDS = {YEAR: "INT", AMOUNT: "DECIMAL"}
"""What the type name of a column must contain; wider types of the same kind are accepted too."""

MISSING, NOT_PARQUET, NOT_FACTS, SEVERAL, NO_SELECT, WRONG = (
    *("missing", "not_parquet", "not_facts"),
    *("several", "no_select", "wrong"),
)


class Refused(Exception):
    """A facts file or a query that is refused.

    `kind` is one of the words above, `what` the file or empty, `detail` the columns that a file
    lacks or DuckDB's message.
    """

    def __init__(self, kind: str, what: str = "", detail: str = "") -> None:
        super().__init__(kind, what, detail)
        self.kind, self.what, self.detail = kind, what, detail


class FactsDatabase(NamedTuple):
    """An open database of facts: its views, and the names of packs that are not known here."""

    connection: DuckDBPyConnection
    views: tuple[FactsView, ...]
    unknown: tuple[str, ...]


@contextmanager
def open_facts(files: Sequence[Path]) -> Iterator[FactsDatabase]:
    """The facts of these files, with views in the words of their packs. Raises Refused.

    They are loaded into memory first (some 400 MB for a million); then all access to files and
    network is closed and the settings are locked. Nothing less is enough: a path that may be read
    may also be written, and DuckDB counts ``WITH a AS (COPY …) FROM a`` as a SELECT.
    """
    import duckdb

    distinct = list(dict.fromkeys(files))
    for file in distinct:
        if not file.is_file():
            raise Refused(MISSING, str(file))
    with duckdb.connect(":memory:", config=SETTINGS) as connection:
        for file in distinct:
            _look_at(connection, file)
        _take_in(connection, distinct)
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        packs, unknown = _packs(connection)
        made = tuple(list_views([load_pack(name) for name in packs]))
        for view in made:
            connection.execute(f"CREATE VIEW {quote_identifier(view.name)} AS {view.select}")
        yield FactsDatabase(connection, made, unknown)


def _look_at(connection: DuckDBPyConnection, file: Path) -> None:
    """Raise Refused where the file is no facts file."""
    import duckdb

    try:
        str(file).encode()
        described = connection.execute(f"DESCRIBE SELECT * FROM {_scan([file])}").fetchall()
    except (duckdb.Error, UnicodeError) as error:
        raise Refused(NOT_PARQUET, str(file), str(error)) from None
    types = {str(name): str(kind) for name, kind, *_ in described}
    lacking = [f for f in Fact._fields if KINDS.get(f, TEXT_TYPE) not in types.get(f, "")]
    if lacking:
        raise Refused(NOT_FACTS, str(file), ", ".join(lacking))


def _take_in(connection: DuckDBPyConnection, files: Sequence[Path]) -> None:
    """Load all facts into a table, each with the index of its file in the list and its line in the
    file."""
    import duckdb

    fields, names = ", ".join(Fact._fields), _list_literal([str(file.absolute()) for file in files])
    file_index = f"list_position({names}, {FILE})"
    select = f"SELECT {fields}, {LINE}, {file_index} AS {FILE} FROM {_scan(files)}"
    try:
        connection.execute(f"CREATE TABLE {SOURCE} AS {select}")
    except duckdb.Error as error:
        raise Refused(NOT_PARQUET, ", ".join(map(str, files)), str(error)) from None


def _scan(files: Sequence[Path]) -> str:
    patterns = _list_literal([match_only(file.absolute()) for file in files])
    return f"read_parquet({patterns}, union_by_name = true, filename = true, {LINE} = true)"


def _list_literal(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(quote_sql, texts))}]"


def _packs(connection: DuckDBPyConnection) -> tuple[list[str], tuple[str, ...]]:
    """Packs of the facts that are known here (the default one where none is), and the others."""
    rows = connection.execute(f"SELECT DISTINCT pack FROM {SOURCE} ORDER BY pack").fetchall()
    names, known = [str(name) for (name,) in rows], set(find_packs(list_roots()))
    here = [name for name in names if name in known]
    return here or [default_pack()], tuple(name for name in names if name not in known)
