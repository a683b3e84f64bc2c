"""A phone with our app, by the rules of device/README.md written once more: outbox, pull, overlay, branches, photos."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sync.overlay import Unsent, overlay
from sync.policies import Rule
from tests.simulator.line import Cut
from tests.simulator.phones import Item, Phone, Photo, Step
from tests.simulator.questionnaires import CALCULATED, FORMS, PROPERTIES, WOMEN, Place

RULES = {
    name: Rule(known.policy, known.type, tuple("cabd") if known.type == "select_multiple" else ())
    for name, known in PROPERTIES.items()
}
KEEP_DAYS = 30
BASE = "/v1/projects/1"
TUS = {"Tus-Resumable": "1.0.0"}


@dataclass
class Record:
    """A record as it was pulled; `branch` is fresh for each pulled version."""

    version: int
    list: str
    data: dict[str, str]
    open: list[str]
    branch: str
    scopes: set[str] = field(default_factory=set)
    dropped: bool = False
    stale: bool = False


class Refused(Exception):
    """The server answered, and not with what was asked."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class OurPhone(Phone):
    kind = "ours"

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.records: dict[str, Record] = {}
        self.cursors: dict[str, int] = {}
        self.last_of: dict[str, int] = {}  # the last position taken in each branch
        self.forms: dict[str, str] = {}
        self.era: int | None = None
        self.backed_up: str | None = None
        self.revoked = False
        self.forgotten: list[str] = []
        self.device_id = f"device-{self.name}"

    # What is shown

    def known(self) -> list[str]:
        own = [step.entity for item in self.items for step in item.steps if item.form.list == WOMEN]
        held = [entity for entity, record in self.records.items() if record.list == WOMEN]
        return list(dict.fromkeys((*held, *(entity for entity in own if self._pending_create(entity)))))

    def _pending_create(self, entity: str) -> bool:
        return any(step.own_branch for step in self._pending(entity))

    def _is_pending(self, item: Item, step: Step, version: int | None) -> bool:
        if item.state == "waiting" or item.outcome == "quarantined":
            return True
        if item.pulled:
            return False
        answered = item.versions.get(step.entity)
        return not (answered is not None and version is not None and version >= answered)

    def _pending(self, entity: str) -> list[Step]:
        """Find own work on a record that the pulled one does not hold: an edit that it holds covers its original."""
        version = self.records[entity].version if entity in self.records else None
        steps = [(item, step) for item in self.items for step in item.steps if step.entity == entity]
        shown = {id(step): self._is_pending(item, step, version) for item, step in steps}

        def stands(step: Step) -> bool:
            return shown.get(id(step), False) and (step.edited is None or stands(step.edited))

        return [step for _, step in steps if stands(step)]

    def screen(self, entity: str) -> tuple[dict[str, str], int | None, list[str]]:
        record, pending = self.records.get(entity), self._pending(entity)
        shown = overlay(record.data if record else {}, [to_unsent(step) for step in pending], RULES)
        return shown, record.version if record else None, [step.action for step in pending]

    def has_left(self, entity: str) -> bool:
        record = self.records.get(entity)
        return record is not None and (record.dropped or record.stale)

    def place(self, entity: str) -> Place:
        record, pending = self.records.get(entity), self._pending(entity)
        going = [step.place.branch for step in pending if step.place.branch]
        created = next((step.own_branch for step in pending if step.own_branch), None)
        branch = going[-1] if going else record.branch if record else created
        base = record.version if record else None
        last = self.last_of.get(branch or "")
        return Place(base, branch, last + 1 if last is not None else base or 1)

    def keep(self, item: Item) -> None:
        super().keep(item)
        for step in item.steps:
            if step.place.branch and step.place.pos is not None:
                self.last_of[step.place.branch] = step.place.pos

    # The sync button

    def sync(self) -> None:
        try:
            self._push()
            if self._pull():
                self._push()
                self._pull()
            self._upload()
        except (Cut, Refused):
            pass
        self._tidy()

    def send(self) -> None:
        self._push()

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.agent.token}", **options.pop("headers", {})}
        answer = self.line.ask(self.name, method, path, headers=headers, **options)
        if answer.status_code >= 400:
            self.log.add("refused", device=self.name, path=path, status=answer.status_code, text=answer.text[:200])
            raise Refused(answer.status_code)
        return answer

    def _push(self) -> None:
        for item in self.items:
            if item.state == "sent" and item.outcome == "quarantined":
                item.state = "waiting"
        tried: set[str] = set()
        size, failures = self.chance.choice((1, 2, 20)), 0
        while True:
            waiting = [item for item in self.items if item.state == "waiting" and item.instance not in tried]
            batch = waiting[:size]
            if not batch and (tried or self.chance.random() < 0.8):
                return
            try:
                answer = self._send_batch(batch)
            except (Cut, Refused) as error:
                size = max(1, size // 2)
                failures += 1
                if failures >= 3 or isinstance(error, Refused) and error.status in (401, 403):
                    raise
                continue
            self._settle(batch, answer)
            tried |= {item.instance for item in batch}
            if not batch:
                return
            size, failures = size * 2, 0

    def _send_batch(self, batch: list[Item]) -> Any:
        items = [self._wire(item) for item in batch]
        body = {"protocol": 1, "deviceId": self.device_id, "sentAt": self.clock_text(), "submissions": items}
        self.log.add("sent", device=self.name, instances=[item.instance for item in batch])
        answer = self._ask(
            "POST", f"{BASE}/sync/push", about=[item.instance for item in batch], data=gzip.compress(json.dumps(body).encode(), 1),
            headers={"Content-Encoding": "gzip", "Content-Type": "application/json"},
        ).json
        self.log.add(
            "answered", device=self.name, results=answer["results"], missing=answer["missing"], offered=len(batch)
        )
        return answer

    def _wire(self, item: Item) -> dict[str, Any]:
        photo = item.photo
        files = [{"name": photo.name, "sha256": photo.sha256, "size": len(photo.data), "contentType": "image/jpeg"}] if photo else []
        return {
            "seq": item.seq, "instanceId": item.instance, "formId": item.form.form_id, "formVersion": item.form.version,
            "finalizedAt": item.finalized_at, "xml": item.xml, "attachments": files,
        }

    def _settle(self, batch: list[Item], answer: Any) -> None:
        self.revoked = self.revoked or answer["device"] == "revoked"
        results = {result["instanceId"]: result for result in answer["results"]}
        wanted = set(answer["attachmentsWanted"])
        for item in batch:
            result = results.get(item.instance)
            if result is None or result["status"] == "failed":
                continue
            item.state, item.outcome, item.pulled, item.done_at = "sent", result["status"], False, None
            item.answered_at = self.log.clock.now.timestamp()
            item.versions = {entity["id"]: entity["version"] for entity in result["entities"]}
            if item.photo:
                item.photo.state = "wanted" if item.photo.sha256 in wanted else "present"
        missing = set(answer["missing"])
        for item in self.items:
            if item.seq in missing:
                self._offer_again(item)

    def _offer_again(self, item: Item) -> None:
        if item.state != "waiting":
            item.state, item.pulled, item.done_at = "waiting", False, None
            if item.photo:
                item.photo.state = "unknown"

    # What comes

    def _pull(self) -> bool:
        """Pull until nothing more comes; tell whether the server had begun a new era."""
        answered = {item.instance for item in self.items if item.state == "sent"}
        limit, failures, fresh = self.chance.choice((1, 2, 500)), 0, False
        while True:
            body = {
                "protocol": 1, "deviceId": self.device_id, "era": self.era, "scopes": self.cursors, "forms": self.forms,
                "limit": limit,
            }
            try:
                answer = self._ask("POST", f"{BASE}/sync/pull", json=body, late=False).json
            except Cut:
                failures += 1
                if failures >= 3:
                    raise
                continue
            if answer["device"] == "revoked":
                self.revoked = True
                return False
            if self.era is not None and answer["era"] != self.era:
                self.log.add("era", device=self.name, era=answer["era"])
                self.cursors, self.era, fresh = {}, answer["era"], True
                for record in self.records.values():
                    record.stale = True
                for item in self.items:
                    self._offer_again(item)
                answered.clear()
                continue
            before = dict(self.cursors)
            self._keep_page(answer)
            more = any(page["more"] for page in answer["scopes"].values())
            added = any(s not in answer["scopes"] and s not in before for s in answer["addScopes"])
            if not more and not added:
                break
            if not added and all(page["cursor"] == before.get(scope) for scope, page in answer["scopes"].items()):
                self.log.add("stuck", device=self.name, cursors=before)
                raise Refused(0)
        self._end_pull(answered)
        return fresh

    def _unsent(self) -> set[str]:
        ids = {step.entity for item in self.items if item.state == "waiting" for step in item.steps}
        return ids | ({self.draft.entity} if self.draft else set())

    def _keep_page(self, answer: Any) -> None:
        unsent = self._unsent()
        for scope, page in answer["scopes"].items():
            for gone in page["gone"]:
                if gone["id"] in self.records and gone.get("mergedInto"):
                    del self.records[gone["id"]]
                elif gone["id"] in self.records:
                    self._leave(gone["id"], scope, unsent)
        took = {}
        for scope, page in answer["scopes"].items():
            for upsert in page["upserts"]:
                held = self.records.get(upsert["id"])
                if held and not held.stale and held.version > upsert["version"]:
                    continue
                scopes = {*held.scopes, scope} if held and not held.stale else {scope}
                self.records[upsert["id"]] = Record(
                    upsert["version"], upsert["list"], upsert["data"], upsert["open"], self.make_id(), scopes
                )
                took[upsert["id"]] = (upsert["version"], upsert["data"])
            self.cursors[scope] = page["cursor"]
        for scope in answer["addScopes"]:
            self.cursors.setdefault(scope, 0)
        for scope in answer["dropScopes"]:
            self.cursors.pop(scope, None)
            for entity in [e for e, record in self.records.items() if scope in record.scopes]:
                self._leave(entity, scope, unsent)
        self.era, self.backed_up = answer["era"], answer["backedUp"]
        self.forms |= {form["formId"]: form["hash"] for form in answer["forms"]}
        for form_id in answer["withdrawn"]:
            self.forms.pop(form_id, None)
        self.log.add("pulled", device=self.name, era=self.era, took=took, cursors=dict(self.cursors))

    def _leave(self, entity: str, scope: str, unsent: Iterable[str]) -> None:
        record = self.records[entity]
        record.scopes.discard(scope)
        if not record.scopes and entity in unsent:
            record.dropped = True
        elif not record.scopes:
            del self.records[entity]

    def _end_pull(self, answered: set[str]) -> None:
        unsent, spent = self._unsent(), set()
        for item in self.items:
            if item.instance in answered and item.state == "sent" and not item.pulled:
                item.pulled = True
                if item.outcome != "quarantined":
                    spent |= {step.place.branch for step in item.steps}
        for entity, record in list(self.records.items()):
            if (record.dropped or record.stale) and entity not in unsent:
                del self.records[entity]
            elif record.branch in spent:
                record.branch = self.make_id()

    # Photographs

    def _upload(self) -> None:
        wanted = {item.photo.sha256: item.photo for item in self.items if item.photo and item.photo.state == "wanted"}
        for sha256, photo in wanted.items():
            self._send_photo(photo)
            for item in self.items:
                if item.photo and item.photo.sha256 == sha256:
                    item.photo.state = "present"
            self.log.add("uploaded", device=self.name, sha256=sha256)

    def _send_photo(self, photo: Photo) -> None:
        metadata = f"sha256 {_word(photo.sha256)},contentType {_word('image/jpeg')}"
        offset = None
        if photo.upload is not None:
            try:
                answer = self._ask("HEAD", photo.upload, headers=TUS)
                offset = int(answer.headers["Upload-Offset"])
            except Refused:
                photo.upload = None
        if photo.upload is None:
            answer = self._ask(
                "POST", f"{BASE}/attachments",
                headers={**TUS, "Upload-Length": str(len(photo.data)), "Upload-Metadata": metadata},
            )
            photo.upload, offset = answer.headers["Location"], int(answer.headers["Upload-Offset"])
        piece = self.chance.choice((3, 100, 4096)) if len(photo.data) < 20 else self.chance.choice((100, 4096))
        while offset is not None and offset < len(photo.data):
            answer = self._ask(
                "PATCH", photo.upload, data=photo.data[offset : offset + piece],
                headers={**TUS, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"},
            )
            offset = int(answer.headers["Upload-Offset"])

    def _tidy(self) -> None:
        """Forget what nobody can ask for any more."""
        now = self.log.clock.now.timestamp()
        for item in list(self.items):
            settled = item.state == "sent" and item.outcome in ("accepted", "duplicate") and item.pulled
            if settled and (item.photo is None or item.photo.state == "present"):
                item.done_at = item.done_at if item.done_at is not None else now
                covered = self.backed_up is not None and self.backed_up >= _iso(item.answered_at)
                if covered or now - item.done_at > KEEP_DAYS * 86400:
                    self.items.remove(item)
                    self.forgotten.append(item.instance)
                    self.log.add("forgot", device=self.name, instance=item.instance)


def to_unsent(step: Step) -> Unsent:
    """Describe own work for the overlay; of an edit the answers that it changed, over those it replaces."""
    if step.edits is None:
        seen = {} if step.kind == "create" else step.seen
        return Unsent(step.kind, step.saved, step.prefilled, step.blankable, seen)
    old = step.edits.saved
    changed = {
        name: text for name, text in step.saved.items()
        if text != old[name] and not _is_counted(step, name)
    }
    return Unsent("update", changed, frozenset(changed), frozenset(changed), old)


def _is_counted(step: Step, name: str) -> bool:
    return PROPERTIES[name].policy == "sum" and any(
        form.asks.get(name) == CALCULATED and form.prefilled == step.prefilled for form in FORMS.values()
    )


def _word(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
