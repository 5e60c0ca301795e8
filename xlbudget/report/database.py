"""Facts files opened as a database that sees nothing else: no other file, no network."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.ops.facts import Fact
from xlbudget.packs.load import default_pack, load_pack, pack_names
from xlbudget.report.parquet import AMOUNT, quoted
from xlbudget.report.views import FILE, LINE, SOURCE, View, identifier, views

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

PATTERN = set("*?[]{}")
ROWS_TOGETHER = 10_000

MISSING, NOT_PARQUET, NOT_FACTS, SEVERAL, NO_SELECT, WRONG = (
    *("missing", "not_parquet", "not_facts"),
    *("several", "no_select", "wrong"),
)


class Refused(Exception):
    """A facts file or a query that is not taken.

    `kind` is one of the words above, `what` the file or nothing, `detail` the columns that a file
    lacks or what DuckDB says.
    """

    def __init__(self, kind: str, what: str = "", detail: str = "") -> None:
        super().__init__(kind, what, detail)
        self.kind, self.what, self.detail = kind, what, detail


class Answer(NamedTuple):
    """Column names and rows of a query; values as Python has them, amounts as Decimal.

    The rows come once, while the database is open, and may raise Refused as they come.
    """

    names: tuple[str, ...]
    rows: Iterator[tuple[object, ...]]


class Facts(NamedTuple):
    """An open database of facts: its views, and packs of facts that are not known here."""

    connection: DuckDBPyConnection
    views: tuple[View, ...]
    unknown: tuple[str, ...]


@contextmanager
def opened(files: Sequence[Path]) -> Iterator[Facts]:
    """The facts of these files, with views in the words of their packs. Raises Refused.

    What the connection can read are these files alone, and its settings are locked.
    """
    import duckdb

    with ExitStack() as held:
        paths = [_plain_path(file, held) for file in dict.fromkeys(files)]
        connection = held.enter_context(duckdb.connect(":memory:", config=SETTINGS))
        _confine(connection, paths)
        for file, path in zip(dict.fromkeys(files), paths, strict=True):
            _look_at(connection, file, path)
        connection.execute(f"CREATE VIEW {SOURCE} AS {_source(paths)}")
        packs, unknown = _packs(connection)
        made = tuple(views([load_pack(name) for name in packs]))
        for view in made:
            connection.execute(f"CREATE VIEW {identifier(view.name)} AS {view.select}")
        yield Facts(connection, made, unknown)


def _plain_path(file: Path, held: ExitStack) -> str:
    """Where DuckDB reads the file: in a name with marks that it takes for a pattern nothing can
    be escaped while access is confined, so such a file is read from a copy."""
    if not file.is_file():
        raise Refused(MISSING, str(file))
    path = str(file.absolute())
    if not PATTERN & set(path):
        return path
    folder = held.enter_context(tempfile.TemporaryDirectory())
    return str(shutil.copyfile(file, Path(folder) / "facts.parquet"))


def _confine(connection: DuckDBPyConnection, paths: Sequence[str]) -> None:
    connection.execute(f"SET allowed_paths = {_listed(paths)}")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _look_at(connection: DuckDBPyConnection, file: Path, path: str) -> None:
    """Raises Refused where the file is no facts file."""
    import duckdb

    try:
        found = connection.execute(f"DESCRIBE SELECT * FROM {_scan([path])}").fetchall()
    except duckdb.Error as error:
        raise Refused(NOT_PARQUET, str(file), str(error)) from None
    types = {str(name): str(kind) for name, kind, *_ in found}
    lacking = [field for field in Fact._fields if field not in types]
    if not lacking and not types[AMOUNT].startswith("DECIMAL"):
        lacking = [AMOUNT]
    if lacking:
        raise Refused(NOT_FACTS, str(file), ", ".join(lacking))


def _scan(paths: Sequence[str]) -> str:
    return f"read_parquet({_listed(paths)}, union_by_name = true, filename = true, {LINE} = true)"


def _source(paths: Sequence[str]) -> str:
    """All facts; in place of a file's name its place among the files."""
    fields = ", ".join(Fact._fields)
    place = f"list_position({_listed(paths)}, {FILE})"
    return f"SELECT {fields}, {LINE}, {place} AS {FILE} FROM {_scan(paths)}"


def _listed(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(quoted, texts))}]"


def _packs(connection: DuckDBPyConnection) -> tuple[list[str], tuple[str, ...]]:
    """Packs of the facts that are known here (the default one where none is), and the others."""
    found = connection.execute(f"SELECT DISTINCT pack FROM {SOURCE} ORDER BY pack").fetchall()
    names, known = [str(name) for (name,) in found], set(pack_names())
    here = [name for name in names if name in known]
    return here or [default_pack()], tuple(name for name in names if name not in known)


def ask(connection: DuckDBPyConnection, sql: str) -> Answer:
    """What a SELECT gives. Raises Refused for anything else, with DuckDB's words for an error."""
    import duckdb

    reads = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
    try:
        statements = duckdb.extract_statements(sql)
        if len(statements) != 1:
            raise Refused(SEVERAL)
        if statements[0].type not in reads:
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
