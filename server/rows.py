"""Rows that wait to be written together: a statement for each row is what a batch would spend most of its time on.

Each writing transaction has its own (``rows_of``). What waits is written before anything is read through the session,
before the session flushes objects of its own, at the ends of a savepoint and before the commit (``server.database``):
whoever reads finds it. Rows are added without the session's bookkeeping, as the types of their columns say.

SQLite runs one prepared statement over all rows of a table. PostgreSQL is given the rows of a table by one COPY, and
changes as arrays of one UPDATE, so a batch costs the same few round trips however large it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

_ROWS = "hirfa_rows"

Key = tuple[Any, ...]
_Process = Callable[[Any], Any] | None


class Rows:
    """What one transaction has yet to write."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._added: dict[Table, list[dict[str, Any]]] = {}
        self._keyed: dict[Table, dict[Key, dict[str, Any]]] = {}
        self._changed: dict[Table, dict[Key, dict[str, Any]]] = {}

    def add(self, table: Table, row: dict[str, Any], key: Key | None = None) -> None:
        """Add a row, with a value for every column.

        :param key: its primary key, when it may be changed before it is written.
        """
        rows = self._added.get(table)
        if rows is None:
            rows = self._added[table] = []
        rows.append(row)
        if key is not None:
            self._keyed.setdefault(table, {})[key] = row

    def change(self, table: Table, key: Key, values: Mapping[str, Any]) -> None:
        """Change columns of the row with a primary key, whether it waits or is written already."""
        waiting = self._keyed.get(table, {}).get(key)
        if waiting is None:
            waiting = self._changed.setdefault(table, {}).setdefault(key, {})
        waiting.update(values)

    def write(self) -> None:
        """Write all that waits, tables that others refer to first."""
        if not self._added and not self._changed:
            return
        added, changed = self._added, self._changed
        self.forget()
        connection = self._session.connection()
        for table in sorted(added, key=_place):
            _insert(connection, table, added[table])
        for table in sorted(changed, key=_place):
            by_columns: dict[tuple[str, ...], list[tuple[Key, dict[str, Any]]]] = {}
            for key, values in sorted(changed[table].items()):
                by_columns.setdefault(tuple(values), []).append((key, values))
            for names, rows in by_columns.items():
                _update(connection, table, names, rows)
        self._expire(set(added) | set(changed))

    def forget(self) -> None:
        """Drop what waits: the savepoint it belongs to is rolled back."""
        self._added, self._keyed, self._changed = {}, {}, {}

    def _expire(self, tables: set[Table]) -> None:
        """Have objects of these tables that somebody holds read anew when they are looked at."""
        for held in list(self._session.identity_map.values()):
            if cast(Any, held).__table__ in tables and held not in self._session.dirty:
                self._session.expire(held)


def rows_of(session: Session) -> Rows:
    """Return the rows that wait in the present transaction."""
    rows: Rows | None = session.info.get(_ROWS)
    if rows is None:
        rows = session.info[_ROWS] = Rows(session)
    return rows


def write_waiting(session: Session) -> None:
    """Write what waits, if anything does."""
    rows = session.info.get(_ROWS)
    if rows is not None:
        rows.write()


def forget_waiting(session: Session) -> None:
    """Drop what waits."""
    rows = session.info.get(_ROWS)
    if rows is not None:
        rows.forget()


def _place(table: Table) -> int:
    return _order(table.metadata)[table.name]


@lru_cache(maxsize=4)
def _order(metadata: Any) -> dict[str, int]:
    return {table.name: place for place, table in enumerate(metadata.sorted_tables)}


@lru_cache(maxsize=128)
def _processes(table: Table, names: tuple[str, ...], dialect_name: str, dialect: Dialect) -> tuple[_Process, ...]:
    """Return what turns a value of each column into what the driver takes; None where nothing must be done."""
    found = [table.columns[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names]
    return tuple(cast(_Process, process) for process in found)


def _to_columns(rows: Sequence[Mapping[str, Any]], names: Iterable[str], processes: Iterable[_Process]) -> list[Any]:
    """Turn rows into columns of what the driver takes."""
    columns = []
    for name, process in zip(names, processes, strict=True):
        values = [row[name] for row in rows]
        columns.append(values if process is None else [None if v is None else process(v) for v in values])
    return columns


def _insert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    names = tuple(table.columns.keys())
    processes = _processes(table, names, connection.dialect.name, connection.dialect)
    values = list(zip(*_to_columns(rows, names, processes), strict=True))
    columns = ", ".join(f'"{name}"' for name in names)
    if connection.dialect.name == "postgresql":
        _copy(connection, f'COPY "{table.name}" ({columns}) FROM STDIN', values)
        return
    marks = ", ".join("?" for _ in names)
    connection.exec_driver_sql(f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks})', values)  # noqa: S608 - names of our tables


def _copy(connection: Connection, statement: str, rows: Iterable[Sequence[Any]]) -> None:
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - the connection is open
    dbapi = cast(Any, connection.dialect).dbapi
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except dbapi.Error as error:  # told as any other statement's would be
        raise DBAPIError.instance(statement, None, error, dbapi.Error, dialect=connection.dialect) from error


def _update(
    connection: Connection, table: Table, names: tuple[str, ...], rows: Sequence[tuple[Key, Mapping[str, Any]]]
) -> None:
    keys = tuple(column.name for column in table.primary_key)
    processes = _processes(table, names, connection.dialect.name, connection.dialect)
    values = _to_columns([row for _, row in rows], names, processes)
    values += [list(column) for column in zip(*(key for key, _ in rows), strict=True)]
    if connection.dialect.name == "postgresql":
        sets = ", ".join(f'"{name}" = new."{name}"' for name in names)
        where = " AND ".join(f'"{table.name}"."{name}" = new."{name}"' for name in keys)
        if keys[0] == "project_id":  # said apart too: else all parts of a table in parts are looked at
            where += f' AND "{table.name}".project_id = ANY(%s)'
            values.append(sorted(set(values[len(names)])))
        given = ", ".join(f"%s::{_array(table, name, connection.dialect)}" for name in (*names, *keys))
        columns = ", ".join(f'"{name}"' for name in (*names, *keys))
        statement = f'UPDATE "{table.name}" SET {sets} FROM unnest({given}) AS new ({columns}) WHERE {where}'  # noqa: S608 - names of our tables
        connection.exec_driver_sql(statement, tuple(values))
        return
    sets = ", ".join(f'"{name}" = ?' for name in names)
    where = " AND ".join(f'"{name}" = ?' for name in keys)
    statement = f'UPDATE "{table.name}" SET {sets} WHERE {where}'  # noqa: S608 - names of our tables
    connection.exec_driver_sql(statement, list(zip(*values, strict=True)))


def _array(table: Table, name: str, dialect: Dialect) -> str:
    return f"{table.columns[name].type.compile(dialect)}[]"
