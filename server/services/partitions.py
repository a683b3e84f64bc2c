"""Put the big tables of a PostgreSQL into parts by project (``server.partitions``), with the rows that are there.

One transaction: it is done, or nothing is. The rows are copied, so the disk must have as much room as the database
takes; with the server stopped, for every table is locked to the end. Foreign keys between tables in parts are made
before the rows: PostgreSQL looks at each row as it comes, while making them afterwards would compare every part with
all parts of the other table. Those of tables that stay whole are made again at the end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import current_app
from sqlalchemy import Connection, bindparam, select, text

from server.config import Settings
from server.database import db
from server.models import Project
from server.partitions import TABLES, add_parts, find_partitioned
from server.services.restores import serving
from server.vault import VaultError

LOCKS_OF_A_PROJECT = 150
"""Taken by whoever reads all projects in one transaction, as a backup does: its parts, their indexes, their TOAST."""


@dataclass(slots=True)
class Partitioned:
    tables: list[str] = field(default_factory=list)
    """Put into parts by this run."""
    rows: int = 0
    projects: int = 0
    parts: int = 0
    """Made for projects that had none in tables that were in parts already."""


def partition_database() -> Partitioned:
    """Put those of the big tables into parts that are not, and make the parts that a project lacks.

    :raises VaultError: when the server runs, the database is no PostgreSQL, or it could not hold so many locks.
    """
    settings: Settings = current_app.config["HIRFA"]
    if db.engine.dialect.name != "postgresql":
        raise VaultError("only PostgreSQL has tables in parts; SQLite needs none")
    db.session.remove()
    done = Partitioned()
    with serving(settings, alone=True), db.engine.begin() as connection:
        projects = list(connection.scalars(select(Project.id).order_by(Project.id)))
        done.projects = len(projects)
        _check_locks(connection, len(projects))
        there = find_partitioned(connection)
        done.parts = sum(add_parts(connection, project_id) for project_id in projects)
        done.tables = [table for table in TABLES if table not in there]
        if done.tables:
            done.rows = _convert(connection, done.tables, projects)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in done.tables:
            connection.execute(text(f'ANALYZE "{table}"'))
    return done


def _check_locks(connection: Connection, projects: int) -> None:
    """Refuse where a backup could no more lock what it reads."""
    each, connections = (
        int(connection.execute(text(f"SHOW {name}")).scalar_one())
        for name in ("max_locks_per_transaction", "max_connections")
    )
    if projects * LOCKS_OF_A_PROJECT > each * connections:
        enough = -(-projects * LOCKS_OF_A_PROJECT * 2 // connections)
        raise VaultError(
            f"PostgreSQL has room for {each * connections:,} locks, parts of {projects} projects need "
            f"{projects * LOCKS_OF_A_PROJECT:,}: set max_locks_per_transaction = {max(enough, 64)} and restart it"
        )


def _convert(connection: Connection, tables: list[str], projects: list[int]) -> int:
    """Make each of some tables anew in parts, with its rows, keys and indexes; return how many rows went over."""
    keys = _find_foreign_keys(connection, tables)
    for key in keys:
        connection.execute(text(f'ALTER TABLE "{key.owner}" DROP CONSTRAINT "{key.conname}"'))
    indexes = {table: _find_indexes(connection, table) for table in tables}
    for table in tables:
        old, primary = _old(table), indexes[table][0]
        connection.execute(text(f'ALTER TABLE "{table}" RENAME TO "{old}"'))
        connection.execute(text(f'ALTER INDEX "{primary.name}" RENAME TO "{_old(primary.name)}"'))
        connection.execute(
            text(
                f'CREATE TABLE "{table}" (LIKE "{old}" INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE '
                f'INCLUDING COMPRESSION INCLUDING COMMENTS, CONSTRAINT "{primary.name}" {primary.definition}) '
                "PARTITION BY LIST (project_id)"
            )
        )
    for project_id in projects:
        add_parts(connection, project_id)
    for key in keys:
        if key.owner in tables:
            _add_key(connection, key)
    moved = 0
    for table in tables:
        old = _old(table)
        moved += connection.execute(text(f'INSERT INTO "{table}" SELECT * FROM "{old}"')).rowcount  # noqa: S608 - our tables
        connection.execute(text(f'DROP TABLE "{old}"'))
        for index in indexes[table][1:]:
            connection.execute(text(index.definition))
    for key in keys:
        if key.owner not in tables:
            _add_key(connection, key)
    return moved


def _old(name: str) -> str:
    return f"whole_{name}"[:63]


def _add_key(connection: Connection, key: Any) -> None:
    connection.execute(text(f'ALTER TABLE "{key.owner}" ADD CONSTRAINT "{key.conname}" {key.definition}'))


def _find_foreign_keys(connection: Connection, tables: list[str]) -> list[Any]:
    """Return the foreign keys from or to some tables; what PostgreSQL keeps of each for parts is not among them."""
    return list(
        connection.execute(
            text(
                "SELECT conrelid::regclass::text AS owner, conname, pg_get_constraintdef(c.oid) AS definition"
                " FROM pg_constraint c JOIN pg_class mine ON mine.oid = conrelid"
                " JOIN pg_class other ON other.oid = confrelid"
                " WHERE contype = 'f' AND conparentid = 0 AND mine.relnamespace = current_schema()::regnamespace"
                " AND (mine.relname IN :names OR other.relname IN :names) ORDER BY owner, conname"
            ).bindparams(bindparam("names", tables, expanding=True))
        )
    )


def _find_indexes(connection: Connection, table: str) -> list[Any]:
    """Return the indexes of a table, its primary key first."""
    return list(
        connection.execute(
            text(
                "SELECT i.relname AS name, CASE WHEN indisprimary THEN pg_get_constraintdef(c.oid)"
                " ELSE pg_get_indexdef(indexrelid) END AS definition"
                " FROM pg_index JOIN pg_class i ON i.oid = indexrelid"
                " LEFT JOIN pg_constraint c ON c.conindid = indexrelid AND contype = 'p'"
                " WHERE indrelid = to_regclass(:table) ORDER BY NOT indisprimary, i.relname"
            ),
            {"table": f'"{table}"'},
        )
    )
