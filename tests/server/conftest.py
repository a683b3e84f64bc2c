"""A migrated database with the Oran programme, copied for each test; HTTP as a named agent or officer."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade

from server import auth, create_app
from server.auth import COMMAND, ROLES
from server.config import Settings, load_settings
from server.database import db, transaction
from server.models import User
from server.partitions import find_parts
from server.services import actors, programme
from server.services.partitions import Partitioned, partition_database
from tests.postgres import Cluster, postgres_cluster
from tests.s3 import S3Server, s3_server

PASSWORD = "a long enough password"
# A password costs half a second of memory and time on purpose; hundreds of sign-ins in tests prove nothing more for it.
auth._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a module that says ``BOTH_DATABASES = True`` on SQLite and on PostgreSQL; one that says
    ``BOTH_STORES = True`` with photographs in an S3-type store too."""
    if "settings" in metafunc.fixturenames:
        both = ["sqlite", "postgresql"] if getattr(metafunc.module, "BOTH_DATABASES", False) else []
        stores = ["sqlite+s3"] if getattr(metafunc.module, "BOTH_STORES", False) else []
        if both or stores:
            metafunc.parametrize("settings", [*(both or ["sqlite"]), *stores], indirect=True)



def settings_in(folder: Path, database_url: str = "", more: dict[str, str] | None = None) -> Settings:
    return load_settings(
        {
            "HIRFA_DATA": str(folder),
            "HIRFA_DATABASE_URL": database_url,
            "HIRFA_SECRET_KEY": "tests",
            "HIRFA_BIND": "127.0.0.1:8000",
            **(more or {}),
        }
    )


def install(settings: Settings) -> None:
    """Migrate and install, as ``init`` does, with one officer of each role."""
    app = create_app(settings)
    with app.app_context():
        upgrade(directory=str(app.config["MIGRATIONS"]))
        programme.install_programme()
        for role in ROLES:
            user_id = actors.create_user(f"{role}@example.dz", role, PASSWORD, name=role)
            if role == "association":
                with transaction() as session:
                    session.get_one(User, user_id).association = "asso_01"
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installed server's data folder on SQLite: migrated once, copied for each test."""
    folder = tmp_path_factory.mktemp("template")
    install(settings_in(folder))
    with sqlite3.connect(folder / "hirfa.sqlite3") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return folder


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A real PostgreSQL with an installed database named ``template``, copied for each test."""
    with postgres_cluster() as running:
        running.run("CREATE DATABASE template")
        data = tmp_path_factory.mktemp("template-pg")
        install(settings_in(data, running.url("template")))
        shutil.copytree(data / "keys", running.folder / "keys")
        if os.environ.get("HIRFA_TESTS") == "partitioned":
            partition(data, running.url("template"))
        yield running


def partition(data: Path, database_url: str) -> Partitioned:
    """Put a database into parts, as the command does."""
    made = create_app(settings_in(data, database_url))
    with made.app_context():
        try:
            return partition_database()
        finally:
            db.session.remove()
            db.engine.dispose()


def compare_with_models() -> list[Any]:
    """Name what is otherwise in the database than the models say; what PostgreSQL makes for parts is not looked at."""
    with db.engine.connect() as connection:
        parts = find_parts(connection)

        def is_ours(thing: Any, name: str, kind: str, reflected: bool, _other: Any) -> bool:
            if kind == "foreign_key_constraint" and reflected:  # of each, PostgreSQL keeps one of every part
                return thing.elements[0].target_fullname.split(".")[0] not in parts
            return not (kind == "table" and name in parts)

        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": is_ours})
        return list(compare_metadata(context, db.metadata))


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """A fresh installed server on SQLite, or on PostgreSQL where a module asks for both (``BOTH_DATABASES``)."""
    kind = getattr(request, "param", "sqlite")
    if kind.startswith("sqlite"):
        shutil.copytree(request.getfixturevalue("template"), tmp_path / "data")
        store = request.getfixturevalue("s3").settings() if kind.endswith("s3") else None
        yield settings_in(tmp_path / "data", "", store)
        return
    running: Cluster = request.getfixturevalue("cluster")
    name = f"t{uuid4().hex}"
    shutil.copytree(running.folder / "keys", tmp_path / "data" / "keys")
    yield settings_in(tmp_path / "data", running.copy("template", name))
    running.drop(name)


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    """A real S3-type store, empty."""
    with s3_server() as running:
        yield running


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    made = create_app(settings)
    made.config.update(TESTING=True, RATELIMIT_ENABLED=False)
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@dataclass
class Phone:
    """An agent's phone, as its HTTP looks."""

    client: FlaskClient
    token: str
    app_user_id: int
    device_id: str = field(default_factory=lambda: str(uuid4()))
    seq: int = 0

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def item(self, xml: str, instance_id: str, **more: Any) -> dict[str, Any]:
        self.seq += 1
        return {
            "seq": self.seq,
            "instanceId": instance_id,
            "finalizedAt": "2026-11-20T09:00:00.000Z",
            "xml": xml,
            "attachments": [],
            **more,
        }

    def push(self, *items: Any, status: int = 200, **envelope: Any) -> Any:
        body = {
            "protocol": 1,
            "deviceId": self.device_id,
            "sentAt": "2026-11-23T17:00:00.000Z",
            "submissions": list(items),
            **envelope,
        }
        answer = self.client.post(
            "/v1/projects/1/sync/push",
            data=gzip.compress(json.dumps(body).encode()),
            headers={**self.headers, "Content-Encoding": "gzip", "Content-Type": "application/json"},
        )
        assert answer.status_code == status, answer.text
        return answer.json

    def pull(self, status: int = 200, **body: Any) -> Any:
        answer = self.client.post(
            "/v1/projects/1/sync/pull",
            json={"protocol": 1, "deviceId": self.device_id, "era": 1, "scopes": {}, "forms": {}, **body},
            headers=self.headers,
        )
        assert answer.status_code == status, answer.text
        return answer.json

    def women(self) -> dict[str, Any]:
        """Everything a pull from the beginning gives of the list of women, by id."""
        return {
            upsert["id"]: upsert
            for page in self.pull(limit=2000)["scopes"].values()
            for upsert in page["upserts"]
            if upsert["list"] == "artisanes"
        }


@pytest.fixture
def make_phone(app: Flask, client: FlaskClient) -> Any:
    def make(name: str = "Agente", scopes: tuple[str, ...] = ("3112", "3110")) -> Phone:
        made = actors.create_app_user(1, name, scopes, COMMAND)
        return Phone(client, made.token, made.id)

    return make


@pytest.fixture
def phone(make_phone: Any) -> Phone:
    made: Phone = make_phone()
    return made


@pytest.fixture
def as_role(app: Flask) -> Any:
    """A client signed in by bearer token as an officer of a role."""

    def sign(role: str) -> FlaskClient:
        signed = app.test_client()
        answer = signed.post("/v1/sessions", json={"email": f"{role}@example.dz", "password": PASSWORD})
        signed.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {answer.json['token']}"
        return signed

    return sign
