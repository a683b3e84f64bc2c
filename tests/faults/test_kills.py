"""The served installation under load, through a line that breaks at any byte, killed again and again.

After it all: everything that was confirmed is there, once, with the version that was answered, and nothing is half.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from server.database import db
from server.models import Blob, Entity, EntityVersion, Project, Quarantined, Submission, SubmissionAttachment
from tests.builders import registration
from tests.faults.field import Inside, Phone, in_background
from tests.faults.proxy import CuttingProxy
from tests.live import LiveServer, live_server
from tests.postgres import Cluster

LONG = os.environ.get("HIRFA_TESTS") == "long"
ROUNDS = 50 if LONG else 5
LONGEST_PAUSE_S = 1.5 if LONG else 0.7
PHONES = 3


@dataclass
class Confirmed:
    """What the phones were told."""

    answers: dict[str, Any] = field(default_factory=dict)
    photos: dict[str, bytes] = field(default_factory=dict)
    """By instanceID."""


@dataclass
class Load:
    """Phones that send registrations, follow-ups and photographs until they are told to stop."""

    port: int
    tokens: list[str]
    seed: int
    confirmed: Confirmed = field(default_factory=Confirmed)
    stopped: threading.Event = field(default_factory=threading.Event)

    def jobs(self) -> list[Callable[[], None]]:
        return [lambda n=n: self._work(n) for n in range(PHONES)]

    def _work(self, number: int) -> None:
        chance = random.Random(f"{self.seed} {number}")
        phone = Phone(self.port, self.tokens[number])
        women: list[tuple[str, int]] = []
        while not self.stopped.is_set():
            items, photos = [], {}
            for _ in range(chance.randint(1, 25)):
                if women and chance.random() < 0.5:
                    woman, version = chance.choice(women)
                    items.append(phone.visit(woman, version, telephone=f"06{chance.randrange(10**8):08}"))
                else:
                    photo = b"\xff\xd8\xff" + chance.randbytes(chance.randint(1, 60_000))
                    xml, instance_id, _ = registration(photo="p.jpg")
                    files = [{"name": "p.jpg", "sha256": hashlib.sha256(photo).hexdigest(), "size": len(photo), "contentType": "image/jpeg"}]
                    if chance.random() < 0.2:
                        photos[instance_id] = photo
                    items.append(phone.item(xml, instance_id, attachments=files if instance_id in photos else []))
            told = phone.push_until_answered(items, within_s=120)
            assert [r["instanceId"] for r in told["results"]] == [item["instanceId"] for item in items]
            for result in told["results"]:
                if result["status"] == "failed":
                    continue
                assert result["status"] in ("accepted", "duplicate"), result
                self.confirmed.answers[result["instanceId"]] = result["entities"]
                women += [(entity["id"], entity["version"]) for entity in result["entities"]]
            for instance_id, photo in photos.items():
                phone.upload_until_done(photo, within_s=120)
                self.confirmed.photos[instance_id] = photo


def check(inside: Inside, confirmed: Confirmed) -> None:
    """Compare what is stored with what was told."""
    with inside.open() as app:
        stored = {row.instance_id: row for row in db.session.scalars(select(Submission))}
        assert set(confirmed.answers) <= set(stored)
        told_versions = set()
        for instance_id, told in confirmed.answers.items():
            assert stored[instance_id].answer["entities"] == told, instance_id
            told_versions |= {(entity["id"], entity["version"]) for entity in told}
        kept: dict[str, list[int]] = {}
        for entity_id, version in db.session.execute(select(EntityVersion.entity_id, EntityVersion.version)):
            kept.setdefault(entity_id, []).append(version)
        assert all(version in kept[entity_id] for entity_id, version in told_versions)
        # nothing is half: each submission here did its one piece of work, numbered without a gap or a repeat
        assert all(len(row.answer["entities"]) == 1 and row.problem is None for row in stored.values())
        for entity_id, version in db.session.execute(select(Entity.id, Entity.version)):
            assert sorted(kept[entity_id]) == list(range(1, version + 1))
        counters = list(db.session.scalars(select(EntityVersion.counter)))
        assert len(counters) == len(set(counters))
        assert max(counters) <= db.session.get_one(Project, 1).counter
        assert db.session.scalar(select(func.count()).select_from(Quarantined)) == 0
        blobs = {row.sha256: row for row in db.session.scalars(select(Blob))}
        folder = app.config["HIRFA"].blobs / "1"
        for instance_id, photo in confirmed.photos.items():
            sha256 = hashlib.sha256(photo).hexdigest()
            assert (folder / sha256[:2] / sha256).read_bytes() == photo
            assert (blobs[sha256].size, blobs[sha256].content_type) == (len(photo), "image/jpeg")
            assert db.session.get_one(SubmissionAttachment, (1, instance_id, "p.jpg")).present
    assert inside.rebuild() == 0


@contextmanager
def served(database: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[LiveServer]:
    if database == "sqlite":
        shutil.copytree(request.getfixturevalue("template"), folder)
        with live_server(folder) as server:
            yield server
        return
    running: Cluster = request.getfixturevalue("cluster")
    name = f"t{uuid4().hex}"
    with live_server(folder, running.copy("template", name)) as server:
        yield server
    running.drop(name)


def restart(server: LiveServer) -> None:
    server.kill()
    server.start()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_all_that_was_confirmed_is_there_when_the_server_is_killed_under_load(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    with served(database, request, tmp_path / "data") as server:
        inside = Inside(server.data, server.database_url)
        load = Load(0, [inside.make_agent(f"Agente {n}") for n in range(PHONES)], seed=7)
        with CuttingProxy(server.port, seed=7) as line:
            load.port = line.port
            with in_background(*load.jobs()) as failed:
                for number in range(ROUNDS):
                    time.sleep(random.Random(number).uniform(0.2, LONGEST_PAUSE_S))
                    if failed:
                        break
                    # one worker (its master lives), or all at once as a power cut does
                    (server.kill_worker if number % 2 == 0 else lambda: restart(server))()
                time.sleep(0.5)
                load.stopped.set()
        assert line.cuts > ROUNDS
        assert len(load.confirmed.answers) > ROUNDS
        assert load.confirmed.photos
        check(inside, load.confirmed)


def test_the_server_recovers_by_itself_when_postgresql_is_killed(
    request: pytest.FixtureRequest, tmp_path: Path, cluster: Cluster
) -> None:
    with served("postgresql", request, tmp_path / "data") as server:
        inside = Inside(server.data, server.database_url)
        load = Load(server.port, [inside.make_agent(f"Agente {n}") for n in range(PHONES)], seed=8)
        phone = Phone(server.port, load.tokens[0])
        with in_background(*load.jobs()) as failed:
            for _ in range(10 if LONG else 2):
                time.sleep(1)
                if failed:
                    break
                cluster.stop("immediate")
                answer = phone.pull()
                assert (answer.status, answer.json["code"]) == (503, "503.1"), answer.body
                cluster.start()
            time.sleep(1)
            load.stopped.set()
        assert load.confirmed.answers
        assert phone.pull().status == 200
        check(inside, load.confirmed)
