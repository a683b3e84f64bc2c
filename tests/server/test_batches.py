"""A batch is its items: whatever is in it, sent together or one by one, the same is stored and the same is answered."""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Table, select

from server.auth import COMMAND
from server.database import Base, db
from server.models import Project
from server.services.entities import rebuild_entities
from server.services.forms import FormFile, publish_forms
from tests.server.test_histories_http import NAMES, REGISTER, VISIT

BOTH_DATABASES = True
SEEDS = 60 if os.environ.get("HIRFA_TESTS") == "long" else 4
TABLES = (
    "submissions",
    "submission_attachments",
    "quarantine",
    "entities",
    "entity_actions",
    "entity_versions",
    "entity_scopes",
    "conflicts",
)
TIMES_AND_SENDERS = {
    "finalized_at", "at", "received_at", "created_at", "updated_at", "opened_at", "settled_at", "app_user_id",
    "clock_offset_s", "device_id", "device", "author", "sha256", "xml_sha256", "stamp", "content_sha256", "xml", "content", "message",
}  # fmt: skip
VALUES = {
    "review": ["r1", "r2", ""],
    "last": ["l1", "l2"],
    "first": ["f1", "f2"],
    "max": ["1", "9", "x"],
    "min": ["2026-01-01", "2025-12-31", ""],
    "sum": ["1", "2.5", "many"],
    "union": ["one", "two three", "three one"],
    "append": ["note", "another"],
}
_IDS = re.compile(r"[ab](0000000-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12})")


class Writer:
    """Writes the same items for two sides, whose ids differ in their first letter alone: their order is the same."""

    def __init__(self, side: str, seed: int) -> None:
        self.side = side
        self.rng = Random(seed)
        self.goats = [self.make_id() for _ in range(4)]
        self.sent: list[tuple[str, str]] = []

    def make_id(self) -> str:
        digits = f"{self.rng.getrandbits(88):022x}"
        return f"{self.side}0000000-{digits[:4]}-4{digits[4:7]}-8{digits[7:10]}-{digits[10:]}"

    def write(self) -> dict[str, Any]:
        """Write one item of any kind: new, an edit, a repeat, a variant, or something that cannot be applied."""
        rng = self.rng
        instance_id = f"uuid:{self.make_id()}"
        deprecated = ""
        kind = rng.choice(["good"] * 8 + ["edit", "edit", "again", "variant", "bad", "unknown", "other", "long", "list"])
        if kind in ("edit", "again", "variant") and self.sent:
            earlier_id, earlier = rng.choice(self.sent)
            if kind == "again":
                return {"instanceId": earlier_id, "xml": earlier}
            if kind == "variant":
                return {"instanceId": earlier_id, "xml": earlier + " "}
            deprecated = f"<deprecatedID>{earlier_id}</deprecatedID>"
        if kind == "bad":
            return {"instanceId": instance_id, "xml": "<data"}
        if kind == "long":
            instance_id = f"uuid:{'l' * 200}{self.make_id()}"
        form = "register" if rng.random() < 0.4 else "visit"
        names = rng.sample(sorted(VALUES), rng.randint(0, 8))
        answers = "".join(f"<{NAMES[name]}>{rng.choice(VALUES[name])}</{NAMES[name]}>" for name in names)
        goat = rng.choice(self.goats)
        if form == "register":
            entity = f"<entity dataset='goats' id='{goat}' create='1'><label>G</label></entity>"
        else:
            branch = rng.choice(["", self.make_id(), self.goats[0]])
            base, trunk = (rng.randint(0, 3), "") if not branch else (rng.randint(1, 3), 1)
            base = min(base, 1) if not branch else base
            entity = f"<entity dataset='goats' id='{goat}' update='1' baseVersion='{base}' "
            entity += f"trunkVersion='{trunk}' branchId='{branch}'/>"
        if kind == "list":
            form, answers = "other", ""
            entity = f"<entity dataset='sheep' id='{goat}' create='1'><label>S</label></entity>"
        version = "9" if kind == "unknown" else "1"
        xml = f"<data id='{form}' version='{version}'><goat>{goat}</goat>{answers}<meta>"
        xml += f"<instanceID>{instance_id}</instanceID>{deprecated}{entity}</meta></data>"
        if kind != "long":  # an undo's id would cut it in the middle, where its side cannot be taken out
            self.sent.append((instance_id, xml))
        told = f"uuid:{self.make_id()}" if kind == "other" else instance_id
        photo = {"name": f"{rng.randint(1, 3)}.jpg", "sha256": f"{rng.randint(1, 3):064x}", "size": 3}
        return {"instanceId": told, "xml": xml, "attachments": [photo] if rng.random() < 0.3 else []}


OTHER = """
| survey   |           |       |       |         |
|          | type      | name  | label | save_to |
|          | text      | goat  | G     | kind    |
| entities |           |       |       |         |
|          | list_name | label |       |         |
|          | sheep     | ${goat} |     |         |
| settings |           |       |       |         |
|          | form_id   | version |     |         |
|          | other     | 1     |       |         |
"""


def to_plain(value: Any) -> Any:
    """Take the side out of ids."""
    return json.loads(_IDS.sub(r"x\1", json.dumps(value, default=str, sort_keys=True)))


def read_rows(side: str, start: int) -> dict[str, list[Any]]:
    """Read all that is stored of one side, without what names the sender or the moment."""
    found = {}
    for name in TABLES:
        table: Table = Base.metadata.tables[name]
        rows = [
            {
                column: value - start if column == "counter" else value
                for column, value in row.items()
                if column not in TIMES_AND_SENDERS
            }
            for row in db.session.execute(select(table)).mappings()
        ]
        for row in rows:
            for candidate in row.get("candidates") or []:
                for what in ("at", "author", "device"):
                    candidate.pop(what)
        mine = [row for row in rows if any(_is_of(side, value) for value in row.values())]
        found[name] = sorted((to_plain(row) for row in mine), key=lambda row: json.dumps(row, sort_keys=True))
    return found


def _is_of(side: str, value: Any) -> bool:
    return isinstance(value, str) and any(match[0].startswith(side) for match in _IDS.finditer(value))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_batch_gives_what_its_items_give_one_by_one(app: Flask, make_phone: Any, seed: int) -> None:
    forms = [FormFile(f"{n}.md", text.encode()) for n, text in enumerate((REGISTER, VISIT, OTHER))]
    publish_forms(1, forms, COMMAND)
    answers, stored = [], []
    for side in "ab":
        start = db.session.get_one(Project, 1, populate_existing=True).counter
        writer, phone = Writer(side, seed), make_phone(side)
        written = [phone.item(**_in_order(writer.write(), number)) for number in range(75)]
        first, items = written[:15], written[15:]
        told = [result for item in first for result in phone.push(item)["results"]]
        if side == "a":
            told += phone.push(*items)["results"]
        else:
            told += [result for item in items for result in phone.push(item)["results"]]
        answers.append(to_plain(told))
        stored.append(read_rows(side, start))
    assert answers[0] == answers[1]
    for name in TABLES:
        assert stored[0][name] == stored[1][name], name
    assert {"accepted", "duplicate", "quarantined"} >= {answer["status"] for answer in answers[0]}
    assert rebuild_entities(1)[1] == 0


def _in_order(item: dict[str, Any], number: int) -> dict[str, Any]:
    """Finish items hours apart, so that the moments of their requests decide nothing."""
    finalized_at = (datetime(2026, 9, 1, tzinfo=UTC) + timedelta(hours=number)).isoformat()
    return {"instance_id": item.pop("instanceId"), "finalizedAt": finalized_at, **item}
