"""A phone with ODK Collect: whole lists as CSV, one submission a request, its own answers word for word in its own copy."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Any

from tests.simulator.line import Cut
from tests.simulator.phones import Item, Phone
from tests.simulator.questionnaires import WOMEN, Place


@dataclass
class Held:
    """Collect's one local copy of a record."""

    version: int | None = None  # as pulled, the trunk
    local: dict[str, str] = field(default_factory=dict)
    local_version: int = 0
    branch: str | None = None
    over: list[str] = field(default_factory=list)  # own actions copied over what was pulled


class CollectPhone(Phone):
    kind = "collect"

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.held: dict[str, Held] = {}
        self.base = f"/v1/key/{self.agent.token}/projects/1"

    def known(self) -> list[str]:
        return list(self.held)

    def screen(self, entity: str) -> tuple[dict[str, str], int | None, list[str]]:
        held = self.held[entity]
        return dict(held.local), held.version, list(held.over)

    def open_draft(self) -> None:
        """Leave no form open: Collect fetches its list under it, and then nobody can know what it was filled on."""

    def correct(self) -> None:
        """Collect is told of no corrections."""

    def editable(self, item: Item) -> bool:
        return item.form.kind != "create"  # its copy of a registration is not what an edit of it would begin from

    def place(self, entity: str) -> Place:
        held = self.held[entity]
        held.branch = held.branch or self.make_id()
        return Place(held.version, held.branch, held.local_version)

    def keep(self, item: Item) -> None:
        super().keep(item)
        for step in item.steps:
            if item.form.list != WOMEN:
                continue
            held = self.held.setdefault(step.entity, Held())
            held.local |= step.saved
            held.local_version += 1
            held.over.append(step.action)

    def sync(self) -> None:
        """Send what waits, one by one; then fetch the list anew, as it does by itself."""
        try:
            self.send()
        except Cut:
            if self.chance.random() < 0.5:
                return
        with suppress(Cut):
            self._fetch()

    def send(self) -> None:
        for item in self.items:
            if item.state == "waiting":
                self._send(item)

    def _send(self, item: Item) -> None:
        parts: dict[str, Any] = {"xml_submission_file": (item.xml.encode(), "submission.xml", "text/xml")}
        if item.photo is not None:
            parts[item.photo.name] = (item.photo.data, item.photo.name, "image/jpeg")
        boundary = "simulated"
        self.log.add("sent", device=self.name, instances=[item.instance])
        answer = self.line.ask(
            self.name, "POST", f"{self.base}/submission?deviceID={self.name}", about=[item.instance],
            data=_multipart(parts, boundary),
            headers={
                "X-OpenRosa-Version": "1.0", "Content-Type": f"multipart/form-data; boundary={boundary}",
                "Date": format_datetime(self.log.clock.now + self.skew, usegmt=True),
            },
        )
        if answer.status_code != 201:
            self.log.add("refused", device=self.name, path="submission", status=answer.status_code, text=answer.text[:200])
            return
        item.state, item.outcome = "sent", "stored"
        if item.photo is not None:
            item.photo.state = "present"
        aside = "submit_set_aside" in answer.text
        self.log.add("stored", device=self.name, instance=item.instance, aside=aside)

    def _fetch(self) -> None:
        url = f"{self.base}/forms/visit/attachments/{WOMEN}.csv"
        answer = self.line.ask(self.name, "GET", url, late=False, headers={"X-OpenRosa-Version": "1.0"})
        if answer.status_code != 200:
            return
        rows = {row["name"]: row for row in csv.DictReader(io.StringIO(answer.data.decode(), newline=""))}
        took = {}
        for entity, row in rows.items():
            version = int(row["__version"])
            held = self.held.get(entity)
            if held is not None and held.local_version > version:
                continue
            data = {name: text for name, text in row.items() if name not in ("name", "label", "__version")}
            self.held[entity] = Held(version, dict(data), version)
            took[entity] = (version, data)
        self.log.add("pulled", device=self.name, era=None, took=took, cursors={}, listed=sorted(rows))
        dropped = self._check_integrity([e for e, held in self.held.items() if held.version and e not in rows])
        for entity in dropped:
            del self.held[entity]

    def _check_integrity(self, ids: list[str]) -> list[str]:
        if not ids:
            return []
        url = f"{self.base}/datasets/{WOMEN}/integrity?id={','.join(ids)}"
        answer = self.line.ask(self.name, "GET", url, late=False, headers={"X-OpenRosa-Version": "1.0"})
        text = answer.text
        return [e for e in ids if f'id="{e}"' in text and "<deleted>true" in text.split(f'id="{e}"', 1)[1][:60]]


def _multipart(parts: dict[str, tuple[bytes, str, str]], boundary: str) -> bytes:
    body = b""
    for field_name, (data, file_name, kind) in parts.items():
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{field_name}"; filename="{file_name}"\r\n'
        body += head.encode() + f"Content-Type: {kind}\r\n\r\n".encode() + data + b"\r\n"
    return body + f"--{boundary}--\r\n".encode()
