"""The drill: a backup while phones push, a day's work, the machine destroyed, another one restored, phones sync.

Every visit that was acknowledged is there, with its photographs, and no version means two things.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from server.config import Settings
from tests.faults.agents import Agent, check
from tests.faults.field import Inside, in_background
from tests.live import command, live_server

BOTH_DATABASES = True

LONG = os.environ.get("HIRFA_TESTS") == "long"
DAYS, AGENTS, FORMS = (4, 4, 40) if LONG else (1, 2, 8)


def flask(data: Path, database_url: str, *arguments: str, **more: str) -> Any:
    """Run a command of the product as its own process."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("HIRFA_")}
    return command({**kept, "HIRFA_DATA": str(data), "HIRFA_DATABASE_URL": database_url, **more}, *arguments)


@pytest.fixture
def empty_address(request: pytest.FixtureRequest, settings: Settings) -> str:
    """Where the other machine's database will be: nothing is there yet."""
    if settings.database_url.startswith("sqlite"):
        return ""
    cluster, name = request.getfixturevalue("cluster"), f"d{uuid4().hex}"
    cluster.run(f'CREATE DATABASE "{name}"')
    return str(cluster.url(name))


def test_every_acknowledged_visit_is_there_after_the_machine_was_destroyed(
    settings: Settings, empty_address: str, tmp_path: Path
) -> None:
    data, vault, other = settings.data, tmp_path / "vault", tmp_path / "other"
    address = "" if settings.database_url.startswith("sqlite") else settings.database_url.replace("+psycopg", "")
    vault.mkdir()
    agents = [Agent(Inside(data, address).make_agent(f"Agente {n}"), n) for n in range(AGENTS)]
    public = flask(data, address, "backup-key", "--out", str(tmp_path / "key.txt"))["publicKey"]
    sealed = {"HIRFA_BACKUP_TO": str(vault), "HIRFA_BACKUP_KEY": public, "HIRFA_BACKUP_COPIED": "yes"}
    backups = []
    with live_server(data, address) as server:
        for agent in agents:
            agent.work(server.port, FORMS)
        for _ in range(DAYS):
            jobs = [lambda a=agent: a.work(server.port, FORMS) for agent in agents]
            with in_background(*jobs):  # while they push
                backups.append(flask(data, address, "backup", **sealed))
        for agent in agents:  # a day's work that no backup has
            agent.work(server.port, FORMS)
        assert all(b["counts"] and b["rows"] for b in backups)
        server.kill()
    shutil.rmtree(data)

    said = flask(other, empty_address, "restore", "--from", str(vault), "--key", str(tmp_path / "key.txt"))
    assert (said["name"], said["filesLost"]) == (backups[-1]["name"], [])
    with live_server(other, empty_address) as server:
        with in_background(*[lambda a=agent: a.sync(server.port) for agent in agents]):
            pass
        check(server, Inside(other, empty_address), agents)
