"""A workbook of kept blocks is the workbook made anew, whatever happened to the programme in between."""

from __future__ import annotations

import hashlib
import io
import os
import random
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from exports.programme import Options
from exports.workbook import stream_workbook
from server.auth import COMMAND
from server.database import snapshot
from server.kept import KeptBlocks
from server.services import actors, entities, eras, erasure, identity, quarantine, reviews
from server.services.exports import build_programme
from server.services.submission_batches import read_batches
from server.services.submissions import list_quarantine
from tests.builders import registration, visit
from tests.server.test_erasure import upload

BOTH_DATABASES = True
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
PHOTO = b"\xff\xd8\xffphoto"


class Counted(KeptBlocks):
    made = 0

    def put(self, name: str, data: bytes) -> None:
        self.made += 1
        super().put(name, data)


def write(options: Options, kept: KeptBlocks | None) -> dict[str, bytes]:
    with snapshot():
        programme = replace(build_programme(1, COMMAND, NOW), batches=partial(read_batches, 1))
        file = io.BytesIO(b"".join(stream_workbook(programme, options, kept=kept)))
    with zipfile.ZipFile(file) as archive:  # core.xml has the moment of writing
        return {name: archive.read(name) for name in archive.namelist() if name != "docProps/core.xml"}


class Story:
    """What can happen to a programme that its workbook shows; each step changes something."""

    def __init__(self, app: Flask, client: FlaskClient, phone: Any, chance: random.Random) -> None:
        self.app, self.client, self.phone, self.chance = app, client, phone, chance
        self.women: list[tuple[str, str]] = []
        self.visits: list[tuple[str, str]] = []
        self.held: list[Any] = []

    def send(self, xml: str, instance_id: str, **more: Any) -> Any:
        item = self.phone.item(xml, instance_id, **more)
        return self.phone.push(item), item

    def register(self) -> None:
        xml, instance_id, woman = registration(nin=f"{self.chance.randrange(10**17, 10**18)}", nom_fr=uuid4().hex[:8])
        self.send(xml, instance_id)
        self.women.append((woman, instance_id))

    def visit(self) -> None:
        woman, _ = self.chance.choice(self.women)
        xml, instance_id = visit(woman, base=1, trunk=1, branch=str(uuid4()), remarques=f"Note {self.chance.random()}")
        self.send(xml, instance_id)
        self.visits.append((woman, instance_id))

    def edit(self) -> None:
        """Edit a visit; the second time the same one: two edits that replace one submission stay side by side."""
        woman, first = self.visits[0]
        xml, instance_id = visit(woman, base=1, trunk=1, branch=str(uuid4()), deprecated_id=first, remarques="Corrigé")
        self.send(xml, instance_id)

    def review(self) -> None:
        reviews.review(1, self.chance.choice(self.women)[1], self.chance.choice(reviews.GIVEN), "vu", COMMAND)

    def announce(self) -> None:
        sha256 = hashlib.sha256(PHOTO).hexdigest()
        xml, instance_id, woman = registration(photo="p.jpg")
        announced = [{"name": "p.jpg", "sha256": sha256, "size": len(PHOTO), "contentType": "image/jpeg"}]
        _, item = self.send(xml, instance_id, attachments=announced)
        self.women.append((woman, instance_id))
        self.held.append(item)

    def arrive(self) -> None:
        upload(self.client, self.phone, PHOTO)

    def lose(self) -> None:
        """Restore from a backup without the photograph."""
        for path in self.app.config["HIRFA"].blobs.rglob("*"):
            if path.is_file():
                path.unlink()
        eras.begin_era(1, COMMAND)

    def add_file(self) -> None:
        """The same submission once more, with a file that it did not announce before."""
        xml, instance_id, woman = registration(photo="late.jpg")
        self.send(xml.replace("late.jpg", ""), instance_id)
        self.women.append((woman, instance_id))
        self.send(xml.replace("late.jpg", ""), instance_id, attachments=[
            {"name": "late.jpg", "sha256": "0" * 64, "size": 3, "contentType": "image/jpeg"},
        ])  # fmt: skip

    def rename_agent(self) -> None:
        actors.change_app_user(1, self.phone.app_user_id, f"Agente {self.chance.randrange(100)}", ("3112", "3110"), COMMAND)

    def release(self) -> None:
        xml, instance_id, woman = registration()
        self.send(xml, instance_id)
        other = xml.replace("Kehaïlia", "Autre lieu")
        answer, _ = self.send(other, instance_id)  # another content under one id is set aside
        assert answer["results"][0]["status"] == "quarantined", answer
        self.women.append((woman, instance_id))
        (row, _), *_ = list_quarantine(1)
        quarantine.release_item(1, row.content_sha256, COMMAND)

    def rename_woman(self) -> None:
        woman, _ = self.women[0]
        xml, instance_id = visit(woman, base=1, trunk=1, branch=str(uuid4()), nom_fr="Nouveau", seen={"nom_fr": "Ancien"})
        self.send(xml, instance_id)
        self.visits.append((woman, instance_id))

    def merge(self) -> None:
        (loser, _), (winner, _) = self.women[1], self.women[2]
        seen = [entities.get_entity(1, one).version for one in (loser, winner)]
        identity.merge_entities(1, loser, winner, *seen, COMMAND)

    def erase(self) -> None:
        woman, _ = self.women.pop(0)
        erasure.erase_entity(1, woman, COMMAND)
        self.visits = [pair for pair in self.visits if pair[0] != woman]


STEPS = ("edit", "edit", "review", "review", "announce", "arrive", "lose", "add_file", "rename_agent", "release", "rename_woman", "merge", "visit", "register")  # fmt: skip


@pytest.mark.parametrize("seed", range(6 if os.environ.get("HIRFA_TESTS") == "long" else 1))
def test_a_workbook_of_kept_blocks_is_the_workbook_made_anew(
    app: Flask, client: FlaskClient, make_phone: Callable[[str], Any], seed: int
) -> None:
    chance = random.Random(seed)
    story = Story(app, client, make_phone("Amina"), chance)
    for _ in range(4):
        story.register()
        story.visit()
    steps = list(STEPS)
    if seed:
        chance.shuffle(steps)
        steps.sort(key=lambda step: {"arrive": 1, "lose": 2}.get(step, 0))
    folder = app.config["HIRFA"].kept
    plain, split = Options(), Options(language="ar", multiple="both", personal=False)
    part = Options(communes=frozenset({"3112"}), since=NOW.date(), changed_since=NOW, forms=frozenset({"cam_e_visite"}))
    before = write(plain, KeptBlocks(folder, 1))
    for step in (*steps, "erase"):
        getattr(story, step)()
        after = write(plain, None)
        assert after != before, step
        before = after
        for options in (plain, split, part) if step in ("merge", "erase") else (plain,):
            kept = Counted(folder, 1)
            assert write(options, kept) == (after if options is plain else write(options, None)), step
        again = Counted(folder, 1)
        write(plain, again)
        assert again.made == 0, step
    story.visit()
    kept = Counted(folder, 1)
    write(plain, kept)
    assert kept.made == 2  # nothing but the rows of the block of visits, and what it tells
