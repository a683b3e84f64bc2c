"""The big tables of PostgreSQL in parts, one of each project: what they are called, and which there are.

Each is ``PARTITION BY LIST (project_id)``: every key, every unique index and every foreign key of these tables begins
with ``project_id``, so nothing had to be given up. A part is called after its table and project: ``submissions_p12``.
"""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, text

TABLES = (
    "blobs",
    "audits",
    "submission_words",
    "entities",
    "submissions",
    "quarantine",
    "conflicts",
    "entity_actions",
    "entity_scopes",
    "entity_versions",
    "linkage_keys",
    "linkage_pairs",
    "record_index",
    "session_forms",
    "session_women",
    "submission_attachments",
)
"""Those that grow with women and visits, each after those it refers to. What an agent is found by before her project
is known (tokens, one-time codes: unique over all projects) is small, and stays whole."""


def name_part(table: str, project_id: int) -> str:
    return f"{table}_p{project_id}"


def find_partitioned(connection: Connection) -> list[str]:
    """Name the tables that are in parts, each after those it refers to; none on SQLite."""
    if connection.dialect.name != "postgresql":
        return []
    found = connection.execute(
        text(
            "SELECT relname FROM pg_class WHERE relkind = 'p' AND relnamespace = current_schema()::regnamespace"
            " AND relname IN :names"
        ).bindparams(bindparam("names", TABLES, expanding=True))
    )
    names = set(found.scalars())
    return [table for table in TABLES if table in names]


def find_parts(connection: Connection) -> set[str]:
    """Name the tables that are parts of others."""
    if connection.dialect.name != "postgresql":
        return set()
    return set(
        connection.execute(
            text(
                "SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'"
                " AND relnamespace = current_schema()::regnamespace"
            )
        ).scalars()
    )


def add_parts(connection: Connection, project_id: int) -> int:
    """Make the parts of a project that are missing, where the tables are in parts; return how many."""
    there = find_parts(connection)
    made = 0
    for table in find_partitioned(connection):
        part = name_part(table, project_id)
        if part not in there:
            connection.execute(
                text(f'CREATE TABLE "{part}" PARTITION OF "{table}" FOR VALUES IN ({project_id:d})')
            )
            made += 1
    return made
