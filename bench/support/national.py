"""A national register in a PostgreSQL whose tables are in parts: what one batch of registrations left, copied by the
database under other ids into the parts of every project, without the server.

Every copy is a registration of its own: its ids stand in its XML, in its record and in what was answered, and the hash
of its XML is that of its XML. Names repeat in every copy. Times are spread over 900 days. What a search and a
comparison read (`record_index`, `linkage_keys`) is copied too, as if each project had been read.
"""

# ruff: noqa: S608 - names of our own tables
from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import psycopg

from bench.support.served import ROOT, Served
from server.partitions import TABLES, name_part

DAYS = 900
"""Over which the registrations are spread."""
FREE_GB = 12
"""Of the disk, left alone."""
INSTALL = """
import json, sys
from server import create_app
from server.auth import COMMAND
from server.database import db
from server.models import Place
from server.services import actors, indexing, programme
from sqlalchemy import select
projects, agents = map(int, sys.argv[1:])
with create_app().app_context():
    indexing.catch_up(1, seconds=600)
    made = []
    for project_id in range(1, projects + 1):
        programme.install_programme(project_id)
    for number in range(agents):
        project_id = number % projects + 1
        codes = sorted(db.session.scalars(select(Place.code).where(Place.project_id == project_id)))
        first = number // projects * 2
        scopes = [codes[(first + n) % len(codes)] for n in range(2)]
        agent = actors.create_app_user(project_id, f"Agente {number}", scopes, COMMAND)
        made.append([project_id, agent.id, agent.token, scopes])
    print(json.dumps(made))
"""
_NEW = "m || substr(t.{0}, 9)"  # ids of records are UUIDs, of forms `uuid:` and a UUID
_SENT = "'uuid:' || m || substr(t.{0}, 14)"
_LATER = "t.{0} - k * interval '" + str(DAYS) + " days' / %(copies)s"
_ROW = "replace(t.{0}::text, t.{1}, {2})::json"
_COPIES: dict[str, dict[str, str]] = {
    "submissions": {
        "instance_id": "x.instance_id", "root_id": "x.instance_id", "xml": "x.xml",
        "xml_sha256": "encode(sha256(x.xml), 'hex')", "device_id": "'copy ' || k", "app_user_id": "1",
        "answer": "replace(replace(t.answer::text, t.instance_id, x.instance_id), t.entity_id, x.entity_id)::json",
        "at": _LATER.format("at"), "received_at": _LATER.format("received_at"),
        "finalized_at": _LATER.format("finalized_at"), "stamp": "floor(random() * 4503599627370496)::bigint",
    },
    "submission_words": {"instance_id": _SENT.format("instance_id")},
    "entities": {
        "id": _NEW.format("id"), "component": _NEW.format("id"), "counter": "t.counter + k * %(span)s",
        "created_at": _LATER.format("created_at"), "updated_at": _LATER.format("updated_at"),
    },
    "entity_actions": {
        "id": _SENT.format("id"), "entity_id": _NEW.format("entity_id"), "named_id": _NEW.format("named_id"),
        "instance_id": _SENT.format("instance_id"), "at": _LATER.format("at"),
    },
    "entity_versions": {
        "entity_id": _NEW.format("entity_id"), "action_id": _SENT.format("action_id"),
        "row": _ROW.format("row", "action_id", _SENT.format("action_id")), "counter": "t.counter + k * %(span)s",
        "at": _LATER.format("at"),
    },
    "entity_scopes": {"entity_id": _NEW.format("entity_id"), "counter": "t.counter + k * %(span)s"},
    "record_index": {"entity_id": _NEW.format("entity_id")},
    "linkage_keys": {"entity_id": _NEW.format("entity_id"), "key": "t.key # (%(project)s * 65536 + k)"},
}  # fmt: skip
_XML = (
    " CROSS JOIN LATERAL (SELECT i.instance_id, i.entity_id, convert_to(replace(replace(t.told, t.instance_id, "
    "i.instance_id), t.entity_id, i.entity_id), 'UTF8') AS xml FROM (SELECT "
    + _SENT.format("instance_id") + " AS instance_id, " + _NEW.format("entity_id") + " AS entity_id) i) x"
)  # fmt: skip


def install(served: Served, projects: int, agents: int) -> list[Any]:
    """Install the other projects, take the first one's records in, and make agents everywhere: project, id, token, scopes."""
    command = [sys.executable, "-c", INSTALL, str(projects), str(agents)]
    done = subprocess.run(command, cwd=ROOT, env=served.environment, check=True, capture_output=True)
    made: list[Any] = json.loads(done.stdout)
    return made


def fill(address: str, projects: int, women: int, folder: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """Copy the registrations of project 1 until all projects together have so many women, two projects at a time.

    Ends early, and says so in what it returns, when the disk of ``folder`` has no more than ``FREE_GB`` left.
    """
    begun = time.perf_counter()
    with psycopg.connect(address, autocommit=True) as connection:
        template, span = _make_template(connection)
    copies = max(round(women / projects / template), 1)
    waiting: Queue[int] = Queue()
    for project_id in range(1, projects + 1):
        waiting.put(project_id)
    done: list[int] = []
    failures: list[BaseException] = []

    def work() -> None:
        try:
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute("SET session_replication_role = replica")  # no look at foreign keys, row by row
                while shutil.disk_usage(folder).free > (FREE_GB + 2) * 10**9 and not failures:
                    project_id = waiting.get_nowait()
                    _fill_project(connection, project_id, copies, span)
                    done.append(project_id)
                    say(f"{len(done)} of {projects} projects, {time.perf_counter() - begun:.0f} s")
        except Empty:
            pass
        except BaseException as error:  # noqa: BLE001 - told below
            failures.append(error)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if failures:
        raise failures[0]
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("DROP SCHEMA template CASCADE")
    return {"women": len(done) * copies * template + template, "projects": len(done), "seconds": time.perf_counter() - begun}


def _make_template(connection: psycopg.Connection[Any]) -> tuple[int, int]:
    """Keep the rows of project 1's registrations apart; return how many there are, and how many changes they were."""
    connection.execute("CREATE SCHEMA template")
    women = "IN (SELECT id FROM entities WHERE project_id = 1 AND list = 'artisanes')"
    acted = f"SELECT instance_id, entity_id FROM entity_actions WHERE project_id = 1 AND entity_id {women}"
    of_forms = f"IN (SELECT instance_id FROM ({acted}) acted)"
    for table in _COPIES:
        key = {"entities": "id " + women, "submissions": "", "submission_words": "instance_id " + of_forms}
        if table == "submissions":
            connection.execute(
                "CREATE TABLE template.submissions AS SELECT s.*, convert_from(xml, 'UTF8') AS told, a.entity_id"
                f" FROM submissions s JOIN ({acted}) a USING (instance_id) WHERE s.project_id = 1"
            )
            continue
        where = key.get(table, "entity_id " + women)
        connection.execute(f"CREATE TABLE template.{table} AS SELECT * FROM {table} WHERE project_id = 1 AND {where}")
    connection.execute("ANALYZE")
    found = connection.execute("SELECT count(*), max(counter) FROM template.entities").fetchone()
    assert found
    return int(found[0]), int(found[1]) + 1


def _fill_project(connection: psycopg.Connection[Any], project_id: int, copies: int, span: int) -> None:
    given = {"project": project_id, "copies": copies, "span": span}
    parts = [name_part(table, project_id) for table in TABLES]
    connection.execute(  # rows come without their indexes, which are made of all rows at once at the end
        "UPDATE pg_index SET indisready = false WHERE indrelid = ANY(%s::regclass[])", ([name_part(table, project_id) for table in _COPIES],)
    )
    for table, changed in _COPIES.items():
        names = [
            name
            for (name,) in connection.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
                (name_part(table, project_id),),
            )
        ]
        told = ", ".join(str(project_id) if name == "project_id" else changed.get(name, f't."{name}"') for name in names)
        for key, value in given.items():
            told = told.replace(f"%({key})s", str(value))
        columns = ", ".join(f'"{name}"' for name in names)
        connection.execute(
            f"INSERT INTO {name_part(table, project_id)} ({columns}) SELECT {told} FROM "
            f"(SELECT k, lpad(to_hex((({project_id} * 65536 + k) * 2654435761) % 4294967296), 8, '0') AS m "
            f"FROM generate_series(1::bigint, {copies}) k) c CROSS JOIN template.{table} t"
            f"{_XML if table == 'submissions' else ''}"
        )
    newest = span * (copies + 1)
    connection.execute("UPDATE projects SET counter = %s WHERE id = %s", (newest, project_id))
    connection.execute(
        "INSERT INTO index_progress SELECT %s, list, stage, %s, basis FROM index_progress WHERE project_id = 1 AND list = "
        "'artisanes' ON CONFLICT (project_id, list, stage) DO UPDATE SET counter = excluded.counter, basis = excluded.basis",
        (project_id, newest),
    )
    for part in parts:
        connection.execute(f"REINDEX TABLE {part}")
        connection.execute(f"VACUUM (FREEZE, ANALYZE) {part}")
