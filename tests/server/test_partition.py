"""The big tables in parts by project: rows that were there go over, everything works on, other projects included."""

from __future__ import annotations

import hashlib
import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import event, text

from server import create_app
from server.auth import COMMAND
from server.config import Settings
from server.database import db, scrub
from server.dumps import summarise
from server.partitions import TABLES, find_partitioned, find_parts, name_part
from server.services import entities, erasure, partitions, programme, restores
from server.vault import VaultError
from tests.builders import registration, visit
from tests.postgres import Cluster
from tests.server.conftest import compare_with_models, partition, settings_in
from tests.server.test_attachments_api import create, offset_of


@pytest.fixture
def settings(cluster: Cluster, tmp_path: Path) -> Iterator[Settings]:
    name = f"t{uuid4().hex}"
    shutil.copytree(cluster.folder / "keys", tmp_path / "data" / "keys")
    yield settings_in(tmp_path / "data", cluster.copy("template", name))
    cluster.drop(name)


@pytest.fixture
def parted(app: Flask, phone: Any) -> str:
    """A woman was registered and visited before the tables were put into parts; her id."""
    xml, instance_id, woman = registration(nom_fr="Avant")
    phone.push(phone.item(xml, instance_id))
    phone.push(phone.item(*visit(woman, base=1, trunk=1)))
    partitions.partition_database()
    return woman


def ask(statement: str) -> list[Any]:
    with db.engine.connect() as connection:
        return list(connection.execute(text(statement)))


def test_every_row_goes_over_and_lies_in_the_part_of_its_project(app: Flask, phone: Any) -> None:
    phone.push(phone.item(*registration()[:2]))
    before = summarise(db.engine)
    done = partitions.partition_database()
    assert set(done.tables) == set(TABLES)
    assert summarise(db.engine).differences(before) == []
    assert done.rows == sum(before.tables[table].rows for table in TABLES)
    assert {row[0] for row in ask("SELECT tableoid::regclass::text FROM submissions")} == {"submissions_p1"}
    again = partitions.partition_database()
    assert (again.tables, again.rows, again.parts) == ([], 0, 0)


def test_keys_and_indexes_are_what_the_models_say(parted: str) -> None:
    assert compare_with_models() == []
    with db.engine.connect() as connection:
        assert find_partitioned(connection) == list(TABLES)


def test_phones_and_officers_work_on_as_before(parted: str, phone: Any, client: Any, as_role: Any) -> None:
    photo = b"\xff\xd8\xff" + b"k" * 500
    sha256 = hashlib.sha256(photo).hexdigest()
    assert phone.women()[parted]["version"] == 2
    named = phone.item(*visit(parted, base=2, trunk=2, telephone="0550", photo="p.jpg"))
    named["attachments"] = [{"name": "p.jpg", "sha256": sha256, "size": len(photo), "contentType": "image/jpeg"}]
    answer = phone.push(named, *(phone.item(*registration()[:2]) for _ in range(3)))
    assert {result["status"] for result in answer["results"]} == {"accepted"}
    assert phone.push(named)["results"][0]["status"] == "duplicate"
    assert phone.women()[parted]["version"] == 3
    assert len(phone.women()) == 4
    url = create(client, phone, photo).headers["Location"]
    headers = {**phone.headers, "Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    assert client.patch(url, data=photo, headers=headers).status_code == 204
    assert offset_of(client, phone, url) == len(photo)
    officer = as_role("officer")
    with officer.get("/v1/projects/1/workbook.xlsx") as answer:
        book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert sum(parted in row for row in book["07_Liste_nominative"].iter_rows(values_only=True)) == 1
    assert officer.get(f"/v1/projects/1/entities/{parted}").json["version"] == 3
    assert len(officer.get("/v1/projects/1/datasets/artisanes.svc/Entities").json["value"]) == 4


def test_a_foreign_key_and_a_unique_index_still_refuse(parted: str) -> None:
    with pytest.raises(Exception, match="fk_entity_scopes_project_id_entity_id"):
        ask("INSERT INTO entity_scopes SELECT project_id, scope, 'nobody', counter, present FROM entity_scopes LIMIT 1")
    with pytest.raises(Exception, match="duplicate key"):
        ask("INSERT INTO audits SELECT project_id, 'other', at, actor, action, target, details, seq, hash FROM audits LIMIT 1")
    with pytest.raises(Exception, match="no partition"):
        ask("INSERT INTO submission_words VALUES (2, 'x', 'y')")


def test_a_new_project_gets_its_parts_and_touches_no_other(parted: str) -> None:
    programme.install_programme(2)
    assert entities.has_entities(2, "associations")
    assert {row[0] for row in ask("SELECT tableoid::regclass::text FROM entities WHERE project_id = 2")} == {"entities_p2"}
    with db.engine.connect() as connection:
        assert find_parts(connection) == {name_part(table, project_id) for table in TABLES for project_id in (1, 2)}


def test_a_visit_changes_the_part_of_its_project_without_looking_at_others(parted: str, phone: Any) -> None:
    programme.install_programme(2)
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        sent.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert phone.push(phone.item(*visit(parted, base=2, trunk=2)))["results"][0]["status"] == "accepted"
        phone.pull()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    changes = [one for one in sent if one[0].startswith('UPDATE "entities"')]
    assert changes
    with db.engine.connect() as connection:
        for statement, parameters in sent:
            if statement.startswith(("SELECT", "WITH", "UPDATE")):
                plan = "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters))
                assert "_p2" not in plan, statement


def test_an_erasure_rewrites_the_parts_of_its_project_alone(parted: str) -> None:
    programme.install_programme(2)
    files = {row.name: row.file for row in ask("SELECT relname AS name, relfilenode AS file FROM pg_class")}
    assert erasure.erase_entity(1, parted, COMMAND).scrubbed
    after = {row.name: row.file for row in ask("SELECT relname AS name, relfilenode AS file FROM pg_class")}
    assert files["entities_p1"] != after["entities_p1"]
    assert files["submissions_p1"] != after["submissions_p1"]
    assert files["entities_p2"] == after["entities_p2"]
    assert scrub(2)
    assert "Avant" not in str(ask("SELECT convert_from(xml, 'UTF8') FROM submissions"))


def test_what_is_in_parts_moves_into_a_database_of_its_own(parted: str, cluster: Cluster, tmp_path: Path) -> None:
    """A backup and a move read whole tables, and come back whole: the command is run again there."""
    name = f"t{uuid4().hex}"
    cluster.run(f'CREATE DATABASE "{name}"')
    try:
        here = summarise(db.engine)
        url = cluster.url(name).replace("postgresql:", "postgresql+psycopg:")
        told = restores.move_database(settings_in(tmp_path / "there", url))
        assert here.differences(told) == []
        assert partition(tmp_path / "there", cluster.url(name)).rows > 0
    finally:
        cluster.drop(name)


def test_it_is_refused_where_it_cannot_be(app: Flask, template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with restores.serving(app.config["HIRFA"]), pytest.raises(VaultError, match="stop it first"):
        partitions.partition_database()
    monkeypatch.setattr(partitions, "LOCKS_OF_A_PROJECT", 1_000_000)
    with pytest.raises(VaultError, match="max_locks_per_transaction"):
        partitions.partition_database()
    assert ask("SELECT relname FROM pg_class WHERE relkind = 'p'") == []
    other = create_app(settings_in(tmp_path / "sqlite"))
    with other.app_context(), pytest.raises(VaultError, match="only PostgreSQL"):
        partitions.partition_database()
