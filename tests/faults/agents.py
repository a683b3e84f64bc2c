"""Agents whose phones keep all they sent, and what must be there of it."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from server.models import EntityVersion, Submission, SubmissionAttachment
from tests.builders import registration
from tests.faults.field import Inside, Phone
from tests.live import LiveServer

# Women who do not look like each other: else everybody is everybody's likely duplicate.
FIRST = ("Bel", "Mok", "Ould", "Ziad", "Kher", "Tou", "Guer", "Cheb", "Yahi", "Dje")
LAST = ("kacem", "htari", "rouba", "ssaoui", "fella", "nadia", "merzoug", "louati", "hadj", "zine")


class Agent:
    """A phone with all it kept: what no backup covers, as the app keeps it."""

    def __init__(self, token: str, seed: int) -> None:
        self.token, self.device_id, self.seq = token, str(uuid4()), 0
        self.chance = random.Random(seed)
        self.kept: list[tuple[str, dict[str, Any]]] = []
        self.photos: dict[str, bytes] = {}
        self.versions: dict[tuple[str, int], str] = {}
        self.women: list[str] = []
        self.acknowledged: set[str] = set()

    def phone(self, port: int) -> Phone:
        return Phone(port, self.token, self.device_id, self.seq)

    def work(self, port: int, forms: int) -> None:
        """Register and visit, send, be answered; photographs follow."""
        phone = self.phone(port)
        items: list[dict[str, Any]] = []
        for _ in range(forms):
            if self.women and self.chance.random() < 0.5:
                items.append(phone.visit(self.chance.choice(self.women), 1, telephone=f"06{self.chance.randrange(10**8):08}"))
                continue
            photo = b"\xff\xd8\xff" + self.chance.randbytes(self.chance.randint(1, 40_000))
            sha256 = hashlib.sha256(photo).hexdigest()
            names = {field: self.chance.choice(FIRST) + self.chance.choice(LAST) for field in ("nom_fr", "prenom_fr", "nom_ar", "prenom_ar")}
            number = f"{self.chance.randrange(10**8):08}"
            xml, instance_id, woman = registration(photo="p.jpg", telephone=f"06{number}", nin=f"9919803120{number}", **names)
            self.photos[sha256] = photo
            self.women.append(woman)
            items.append(phone.item(xml, instance_id, attachments=[{"name": "p.jpg", "sha256": sha256, "size": len(photo), "contentType": "image/jpeg"}]))
        self.kept += [(item["instanceId"], item) for item in items]
        self.send(phone, items)
        self.seq = phone.seq

    def send(self, phone: Phone, items: list[dict[str, Any]]) -> None:
        told = phone.push_until_answered(items, within_s=120)
        for result in told["results"]:
            assert result["status"] in ("accepted", "duplicate"), result
            self.acknowledged.add(result["instanceId"])
            for entity in result["entities"]:
                key = (entity["id"], entity["version"])
                assert self.versions.setdefault(key, result["instanceId"]) == result["instanceId"], f"{key} means two things"
        for sha256 in told["attachmentsWanted"]:
            phone.upload_until_done(self.photos[sha256])

    def sync(self, port: int) -> None:
        """Offer again all that was kept, as a phone does that sees another era."""
        phone = self.phone(port)
        assert phone.pull().json["era"] == 2
        items = [item for _, item in self.kept]
        self.chance.shuffle(items)
        for start in range(0, len(items), 50):
            self.send(phone, items[start : start + 50])


def check(server: LiveServer, inside: Inside, agents: Sequence[Agent]) -> None:
    """Compare what is stored with what the phones were told before and after."""
    server.stop()
    acknowledged = set().union(*(agent.acknowledged for agent in agents))
    assert acknowledged == {instance for agent in agents for instance, _ in agent.kept}
    assert acknowledged <= set(inside.submissions())
    photos: dict[str, bytes] = {}
    for agent in agents:
        photos |= agent.photos
    assert all(row.present for row in inside.rows(SubmissionAttachment))
    for sha256, photo in photos.items():
        assert (inside.data / "blobs" / "1" / sha256[:2] / sha256).read_bytes() == photo
    assert inside.rebuild() == 0
    assert len(inside.rows(Submission)) == len(acknowledged)
    numbers = [(row.entity_id, row.version) for row in inside.rows(EntityVersion)]
    assert len(numbers) == len(set(numbers))
