"""Exports from a real streaming replica; from the database itself when it is away, behind, or none."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import text

from exports.programme import Options
from server import create_app
from server import replica as module
from server.auth import COMMAND
from server.config import load_settings
from server.database import db, snapshot, transaction
from server.services import doctor, exports
from server.services.actors import create_app_user
from tests.builders import registration
from tests.postgres import Cluster, replica_of
from tests.server.conftest import Phone, settings_in


@pytest.fixture(scope="module")
def copy(cluster: Cluster) -> Iterator[Cluster]:
    with replica_of(cluster) as running:
        yield running


@pytest.fixture
def app(cluster: Cluster, copy: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    monkeypatch.setattr(module, "REST_S", 0.0)
    name = f"t{uuid4().hex}"
    made = create_app(
        replace(settings_in(tmp_path / "data", cluster.copy("template", name)), read_url=load_settings({
            "HIRFA_DATA": str(tmp_path / "data"), "HIRFA_DATABASE_URL": cluster.url(name),
            "HIRFA_DATABASE_READ_URL": copy.url(name),
        }).read_url)
    )  # fmt: skip
    made.config.update(TESTING=True, RATELIMIT_ENABLED=False)
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()
        made.extensions[module.NAME].engine.dispose()
    cluster.drop(name)


def is_copy() -> bool:
    with snapshot(apart=True) as session:
        return bool(session.execute(text("SELECT pg_is_in_recovery()")).scalar_one())


def wait_for_copy() -> None:
    until = time.monotonic() + 60
    while not is_copy():
        assert time.monotonic() < until


def push(app: Flask, name: str) -> None:
    made = create_app_user(1, name, ("3112",), COMMAND)
    phone = Phone(app.test_client(), made.token, made.id)
    xml, instance_id, _ = registration(nom_fr=name)
    assert phone.push(phone.item(xml, instance_id))["results"][0]["status"] == "accepted"


def exported(name: str) -> bool:
    data = b"".join(exports.export_workbook(1, COMMAND, Options()))
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    try:
        return any(name in row for sheet in book for row in sheet.iter_rows(values_only=True))
    finally:
        book.close()


def faults() -> set[str]:
    return {f.key for f in doctor.examine(certificate=False) if f.key.startswith("replica")}


def test_an_export_is_read_from_the_replica_with_all_that_was_confirmed(app: Flask) -> None:
    wait_for_copy()
    push(app, "ZERROUKI")
    assert is_copy()
    assert exported("ZERROUKI")
    assert faults() == set()
    with snapshot() as session:  # everything else is read from the database itself
        assert not session.execute(text("SELECT pg_is_in_recovery()")).scalar_one()
    with snapshot(apart=True), transaction() as session:  # and written there
        assert not session.execute(text("SELECT pg_is_in_recovery()")).scalar_one()


def test_one_that_is_behind_is_waited_for_and_then_not_read(
    app: Flask, copy: Cluster
) -> None:
    wait_for_copy()
    copy.run("SELECT pg_wal_replay_pause()")
    try:
        push(app, "LAGGED")
        assert app.extensions[module.NAME].find_fault(db.engine, wait_s=0.2) == module.BEHIND
        assert faults() == {module.BEHIND}
        began = time.monotonic()
        assert exported("LAGGED")
        assert time.monotonic() - began > module.BEHIND_S
    finally:
        copy.run("SELECT pg_wal_replay_resume()")
    wait_for_copy()


def test_one_that_is_away_is_not_read_until_it_is_back(app: Flask, copy: Cluster) -> None:
    push(app, "AWAY")
    wait_for_copy()
    copy.stop()
    try:
        assert not is_copy()
        assert exported("AWAY")
        assert faults() == {module.AWAY}
    finally:
        copy.start()
    wait_for_copy()
    assert faults() == set()


def test_the_database_itself_is_no_replica_of_itself(app: Flask, cluster: Cluster) -> None:
    other = module.Replica(db.engine.url.render_as_string(hide_password=False))
    try:
        assert other.find_fault(db.engine) == module.NONE
        assert other.choose(db.engine) is db.engine
    finally:
        other.engine.dispose()


@pytest.mark.parametrize("url", ["sqlite:///x", "postgresql:///x"])
def test_a_replica_of_no_postgresql_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="HIRFA_DATABASE_READ_URL"):
        load_settings({"HIRFA_DATA": str(tmp_path), "HIRFA_DATABASE_READ_URL": url})
