"""The whole database as lines of JSON, the same from SQLite and from PostgreSQL: for backups and for moving.

One reading transaction sees one moment while pushes go on. Values are taken as the database stores them (JSON columns
as their text), columns in alphabetical order, so a row has one line whichever database it lies in; the sum of the
lines' hashes tells whether two tables hold the same rows, in any order. What is there is asked of the database and not
of the models: a dump of an older schema loads into a database of that revision, which is then migrated.

Lines: ``{"format", "revision"}``; for each table ``{"table", "columns", "kinds"}``, its rows as arrays, then
``{"rows", "digest"}``; at the very end ``{"tables", "rows"}``, without which a dump is cut.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any, cast

import orjson
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Boolean, Connection, DateTime, Engine, LargeBinary, MetaData, Table, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from server.database import WRITE
from server.partitions import find_parts

FORMAT = "hirfa-dump 1"
REVISIONS = "alembic_version"
AT_ONCE = 2000
_ROOM = 2**256


class DumpError(Exception):
    """A dump that cannot be loaded; the message says why."""


@dataclass
class Digest:
    """Rows of one table: how many, and the sum of their lines' hashes."""

    rows: int = 0
    total: int = 0

    def add(self, line: bytes) -> None:
        self.rows += 1
        self.total = (self.total + int.from_bytes(hashlib.sha256(line).digest(), "big")) % _ROOM

    @property
    def text(self) -> str:
        return f"{self.total:064x}"


@dataclass
class Told:
    """What a dump held, filled while it is read or written."""

    revision: str = ""
    tables: dict[str, Digest] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(digest.rows for digest in self.tables.values())

    def differences(self, other: Told) -> list[str]:
        """Name the tables whose rows are not the same."""
        names = self.tables.keys() | other.tables.keys()
        empty = Digest()
        return sorted(name for name in names if self.tables.get(name, empty) != other.tables.get(name, empty))


def write_dump(engine: Engine, told: Told | None = None) -> Iterator[bytes]:
    """Give the lines of a dump of everything, as it was when the first was asked for.

    :param told: is filled with what was written.
    """
    told = told if told is not None else Told()
    options = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with engine.connect().execution_options(**options) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET TIME ZONE 'UTC'"))
        told.revision = find_revision(connection)
        yield _line({"format": FORMAT, "revision": told.revision})
        for table in _reflect(connection):
            columns = sorted(table.columns, key=lambda column: column.name)
            kinds = [_kind(column.type) for column in columns]
            yield _line({"table": table.name, "columns": [column.name for column in columns], "kinds": kinds})
            digest = told.tables.setdefault(table.name, Digest())
            for row in _rows(connection, table.name, [column.name for column in columns], kinds):
                line = orjson.dumps(row)
                digest.add(line)
                yield line + b"\n"
            yield _line({"rows": digest.rows, "digest": digest.text})
        yield _line({"tables": len(told.tables), "rows": told.rows})


def load_dump(engine: Engine, lines: Iterable[bytes]) -> Told:
    """Fill the tables of a database that was migrated to the dump's revision, in one transaction; return what came.

    What the migrations put there is replaced.

    :raises DumpError: when the dump is cut, damaged, of another format, or names what the database has not.
    """
    try:
        return _load(engine, iter(lines))
    except (ValueError, TypeError, LookupError, AttributeError, SQLAlchemyError, engine.dialect.dbapi.Error) as error:  # type: ignore[union-attr]
        raise DumpError(f"the dump is damaged: {type(error).__name__}") from None


def _load(engine: Engine, source: Iterator[bytes]) -> Told:
    told = Told()
    with engine.connect().execution_options(**{WRITE: True}) as connection, connection.begin():
        sqlite = engine.dialect.name == "sqlite"
        if sqlite:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        told.revision = read_head(next(source, b""))
        here = {table.name: table for table in _reflect(connection)}
        if told.revision != find_revision(connection):
            raise DumpError(f"the dump is of revision {told.revision}, the database of {find_revision(connection)}")
        for table in reversed(list(here.values())):
            connection.execute(table.delete())
        for head in source:
            said = _object(head)
            if "tables" in said:
                if (said["tables"], said["rows"]) != (len(told.tables), told.rows):
                    raise DumpError("the dump does not hold what its end says")
                if next(source, None) is not None:  # and whoever writes it comes to his end
                    raise DumpError("the dump goes on after its end")
                break
            table = here.get(said.get("table", ""))
            if table is None:
                raise DumpError(f"the dump has a table {said.get('table')!r} that the database has not")
            _load_table(connection, table, said, source, told.tables.setdefault(table.name, Digest()))
        else:
            raise DumpError("the dump is cut")
        if not sqlite:
            _set_sequences(connection, here.values())
    return told


def read_head(line: bytes) -> str:
    """Return the revision that the first line of a dump names.

    :raises DumpError: when it is no dump.
    """
    said = _object(line)
    if said.get("format") != FORMAT or not isinstance(said.get("revision"), str):
        raise DumpError("this is no dump that this version understands")
    return str(said["revision"])


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a database is, and where this software expects it."""

    here: str
    """The newest migration that it has; empty when it has none."""
    head: str
    known: bool
    """This software knows that migration; if not, it is older than the database."""

    @property
    def ready(self) -> bool:
        return self.here == self.head


def find_standing(engine: Engine, migrations: str) -> Standing:
    """Compare the migrations of a database with those of a folder.

    :raises DBAPIError: when the database does not answer.
    """
    scripts = ScriptDirectory(migrations)
    with engine.connect() as connection:
        here = find_revision(connection)
    head = scripts.get_current_head() or ""
    return Standing(here, head, here == head or here in {script.revision for script in scripts.walk_revisions()})


def find_revision(connection: Connection) -> str:
    """Return the newest migration that a database has; empty when it has none."""
    if not inspect(connection).has_table(REVISIONS):
        return ""
    return str(connection.execute(text(f"SELECT version_num FROM {REVISIONS}")).scalar() or "")  # noqa: S608


def summarise(engine: Engine) -> Told:
    """Read everything and tell how many rows each table has, and their digest."""
    told = Told()
    for _ in write_dump(engine, told):
        pass
    return told


def _reflect(connection: Connection) -> list[Table]:
    """Return the tables, each after those it refers to; one in parts is one table."""
    found, parts = MetaData(), find_parts(connection)
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != REVISIONS and table.name not in parts]


def _kind(type_: Any) -> str:
    for kind, of in (("json", JSON), ("bytes", LargeBinary), ("moment", DateTime), ("bool", Boolean)):
        if isinstance(type_, of):
            return kind
    return "plain"


def _rows(connection: Connection, table: str, columns: list[str], kinds: list[str]) -> Iterator[list[Any]]:
    driver = cast(Any, connection.connection.driver_connection)
    changes = [(at, _OUT[kind]) for at, kind in enumerate(kinds) if kind in _OUT]
    sqlite = connection.dialect.name == "sqlite"
    wanted = ", ".join(
        f'"{name}"::text' if kind == "json" and not sqlite else f'"{name}"'
        for name, kind in zip(columns, kinds, strict=True)
    )
    statement = f'SELECT {wanted} FROM "{table}"'  # noqa: S608 - names of our own tables
    with closing(driver.cursor() if sqlite else driver.cursor(name="dump")) as cursor:
        if not sqlite:
            cursor.itersize = AT_ONCE
        cursor.execute(statement)
        for found in cursor:
            row = list(found)
            for at, change in changes:
                if row[at] is not None:
                    row[at] = change(row[at])
            yield row


def _moment_out(value: Any) -> str:
    if isinstance(value, str):  # as SQLite keeps it, in UTC without saying so
        value = datetime.fromisoformat(value).replace(tzinfo=UTC)
    return str(value.astimezone(UTC).isoformat(timespec="microseconds"))


_OUT: Mapping[str, Callable[[Any], Any]] = {
    "bytes": lambda value: base64.b64encode(value).decode(),
    "moment": _moment_out,
    "bool": bool,
}


def _load_table(
    connection: Connection, table: Table, said: Mapping[str, Any], source: Iterator[bytes], digest: Digest
) -> None:
    columns, kinds = said["columns"], said["kinds"]
    if unknown := set(columns) - {column.name for column in table.columns}:
        raise DumpError(f"the table {table.name} has no column {', '.join(sorted(unknown))}")
    sqlite = connection.dialect.name == "sqlite"
    changes = [(at, _to_database(kind, sqlite)) for at, kind in enumerate(kinds) if kind in ("bytes", "moment")]
    end: dict[str, Any] = {}

    def rows() -> Iterator[list[Any]]:
        for line in source:
            line = line.rstrip(b"\n")
            if not line.startswith(b"["):
                end.update(_object(line))
                return
            digest.add(line)
            row = orjson.loads(line)
            for at, change in changes:
                if row[at] is not None:
                    row[at] = change(row[at])
            yield row
        raise DumpError("the dump is cut")

    names = ", ".join(f'"{name}"' for name in columns)
    driver = cast(Any, connection.connection.driver_connection)
    if sqlite:
        marks = ", ".join("?" * len(columns))
        statement = f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'  # noqa: S608 - names that were checked
        stream = rows()
        while some := list(islice(stream, AT_ONCE)):
            driver.executemany(statement, some)
    else:
        with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
            for row in rows():
                copy.write_row(row)
    if (end.get("rows"), end.get("digest")) != (digest.rows, digest.text):
        raise DumpError(f"the rows of {table.name} are not those that were written")


def _to_database(kind: str, sqlite: bool) -> Callable[[Any], Any]:
    if kind == "bytes":
        return base64.b64decode
    if sqlite:
        return lambda value: datetime.fromisoformat(value).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return datetime.fromisoformat


def _set_sequences(connection: Connection, tables: Iterable[Table]) -> None:
    """Let PostgreSQL number new rows after those that came with a number."""
    for table in tables:
        for column in table.primary_key.columns:
            sequence = connection.execute(
                text("SELECT pg_get_serial_sequence(:table, :column)"),
                {"table": f'"{table.name}"', "column": column.name},
            ).scalar()
            if sequence:
                newest = f'SELECT max("{column.name}") FROM "{table.name}"'  # noqa: S608 - names of our own tables
                connection.execute(
                    text(f"SELECT setval(:sequence, coalesce(({newest}), 0) + 1, false)"), {"sequence": sequence}
                )


def _line(value: Mapping[str, Any]) -> bytes:
    return orjson.dumps(value) + b"\n"


def _object(line: bytes) -> dict[str, Any]:
    try:
        said = orjson.loads(line)
    except orjson.JSONDecodeError:
        said = None
    if not isinstance(said, dict):
        raise DumpError("the dump is cut or damaged")
    return said
