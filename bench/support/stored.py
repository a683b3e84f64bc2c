"""A large stored state: what one batch of registrations left in the tables, copied by the database under other ids."""

from __future__ import annotations

import re
from collections.abc import Collection

from sqlalchemy import Connection, create_engine, event, text

_ID = "[0-9a-f]{8}(-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
_CODE = "(<code_(?:exam|session)>[^<]+)"
COPIES = {
    "submissions": {"instance_id": "{id6}", "root_id": "{id6}", "device_id": "'copy ' || k", "xml": "{xml}"},
    "submission_words": {"instance_id": "substr(instance_id, 1, 5) || {mark} || substr(instance_id, 14)"},
    "entities": {"id": "{id1}", "component": "{id1}", "counter": "counter + k * 100000"},
    "entity_actions": {
        "id": "{id6}",
        "entity_id": "{mark} || substr(entity_id, 9)",
        "named_id": "{mark} || substr(named_id, 9)",
        "instance_id": "substr(instance_id, 1, 5) || {mark} || substr(instance_id, 14)",
    },
    "entity_versions": {
        "entity_id": "{mark} || substr(entity_id, 9)",
        "action_id": "substr(action_id, 1, 5) || {mark} || substr(action_id, 14)",
        "row": "{open}replace({text}, action_id, substr(action_id, 1, 5) || {mark} || substr(action_id, 14)){close}",
        "counter": "counter + k * 100000",
    },
    "entity_scopes": {"entity_id": "{mark} || substr(entity_id, 9)", "counter": "counter + k * 100000"},
    "conflicts": {"entity_id": "{mark} || substr(entity_id, 9)"},
    "submission_attachments": {"instance_id": "substr(instance_id, 1, 5) || {mark} || substr(instance_id, 14)"},
}


def multiply(database_url: str, copies: int, *, after: int = 0, tables: Collection[str] = tuple(COPIES)) -> int:
    """Copy all submissions, with what they made, ``copies`` times; return the number of the last change.

    :param after: copies that were made before: those are not copied, and their numbers are taken.
    :param tables: copy these alone.

    Their ids are ``uuid:`` and a UUID. The forms of a copy name the records of a copy, and sessions of its own.
    """

    def original(table: str) -> str:
        first = after and {"submissions": "device_id NOT LIKE 'copy %'", "submission_words": "instance_id IN {ids}"}
        ids = "(SELECT instance_id FROM submissions WHERE device_id NOT LIKE 'copy %')"
        return f" WHERE {first[table].format(ids=ids)}" if first and table in first else ""

    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    postgres = engine.dialect.name == "postgresql"
    mark = "lpad(to_hex(k), 8, '0')" if postgres else "printf('%08x', k)"
    whose = f"((k - 1) % {after or copies} + 1)"  # of more forms than records: those of a copy there is
    if postgres:
        told, of = "convert_from(xml, 'UTF8')", mark.replace("k", whose)
        told = f"regexp_replace({told}, '{_ID}', {of} || E'\\\\1', 'g')"
        told = f"regexp_replace({told}, '{_CODE}', E'\\\\1-' || {whose}, 'g')"
        xml = f"convert_to({told}, 'UTF8')"
    else:
        event.listen(engine, "connect", lambda made, _: made.create_function("retold", 2, _retell, deterministic=True))
        xml = f"retold(xml, {whose})"
    words = {
        "mark": mark,
        "xml": xml,
        "id1": f"{mark} || substr(id, 9)",
        "open": "CAST(" if postgres else "",
        "close": " AS JSON)" if postgres else "",
        "text": 'CAST("row" AS TEXT)',
    }
    with engine.begin() as connection:
        for table in tables:
            changed = COPIES[table]
            names = _columns(connection, table, postgres)
            key = "instance_id" if table == "submissions" else "id"
            own = {**words, "id6": f"substr({key}, 1, 5) || {mark} || substr({key}, 14)"}
            values = [changed[name].format(**own) if name in changed else f'"{name}"' for name in names]
            columns = ", ".join(f'"{name}"' for name in names)
            connection.execute(
                text(
                    f"INSERT INTO {table} ({columns}) WITH RECURSIVE copies(k) AS "  # noqa: S608 - our own names
                    f"(SELECT {after} + 1 UNION ALL SELECT k + 1 FROM copies WHERE k < {after + copies}) "
                    f"SELECT {', '.join(values)} FROM {table} CROSS JOIN copies{original(table)}".replace(":", "\\:")
                )
            )
        connection.execute(text(f"UPDATE projects SET counter = counter + {(copies + 1) * 100000}"))  # noqa: S608
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if postgres else "ANALYZE"))
        if not postgres:  # what was copied lies in the log of writes, which every read would have to pass
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        counter = int(connection.execute(text("SELECT counter FROM projects")).scalar_one())
    engine.dispose()
    return counter


def _retell(xml: bytes, k: int) -> bytes:
    told = re.sub(_ID, rf"{k:08x}\1", xml.decode())
    return re.sub(_CODE, rf"\1-{k}", told).encode()


def _columns(connection: Connection, table: str, postgres: bool) -> list[str]:
    statement = (
        f"SELECT column_name FROM information_schema.columns WHERE table_name = '{table}'"  # noqa: S608 - our own names
        if postgres
        else f"SELECT name FROM pragma_table_info('{table}')"  # noqa: S608 - our own names
    )
    return list(connection.execute(text(statement)).scalars())
