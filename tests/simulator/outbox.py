"""What a phone with our app holds, shows and sends: records, overlay, branches, outbox."""

from __future__ import annotations

import gzip
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from forms.values import canonical
from sync.overlay import Unsent, overlay
from sync.policies import Rule
from tests.sealed import seal_text
from tests.simulator.line import Cut
from tests.simulator.phones import Item, Phone, Step
from tests.simulator.questionnaires import CALCULATED, FORMS, PROPERTIES, WOMEN, Place

RULES = {
    name: Rule(known.policy, known.type, tuple("cabd") if known.type == "select_multiple" else ())
    for name, known in PROPERTIES.items()
}
BASE = "/v1/projects/1"
SEALED = 0.3
"""Of what is finished while the project's public key is known: sealed there and then, as the app seals all of it."""


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


class Outbox(Phone):
    kind = "ours"
    limits: tuple[int, ...] = (1, 2, 500, 500)
    sizes: tuple[int, ...] = (1, 2, 20)

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.records: dict[str, Record] = {}
        self.cursors: dict[str, int] = {}
        self.last_of: dict[str, int] = {}  # the last position taken in each branch
        self.forms: dict[str, str] = {}
        self.era: int | None = None
        self.public_key: dict[str, str] | None = None
        self.corrections: list[dict[str, Any]] = []
        self.questions: list[dict[str, Any]] = []
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

    def _is_pending(self, item: Item, step: Step) -> bool:
        record = self.records.get(step.entity)
        before = item.before if record and record.stale else None
        if before is None and (item.state == "waiting" or item.outcome == "quarantined"):
            return True
        versions, pulled = before or (item.versions, item.pulled)
        answered = versions.get(step.entity)
        return not pulled and not (answered is not None and record is not None and record.version >= answered)

    def _pending(self, entity: str) -> list[Step]:
        """Find own work on a record that the pulled one does not hold: an edit that it holds covers its original."""
        steps = [(item, step) for item in self.items for step in item.steps if step.entity == entity]
        shown = {id(step): self._is_pending(item, step) for item, step in steps}

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
        self._seal(item)
        for step in item.steps:
            if step.place.branch and step.place.pos is not None:
                self.last_of[step.place.branch] = step.place.pos

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
        size, failures = self.chance.choice(self.sizes), 0
        while True:
            batch = self._waiting(tried)[:size]
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
            if not batch and not self._waiting(tried):
                return
            size, failures = size * 2, 0

    def _waiting(self, tried: Collection[str]) -> list[Item]:
        return [item for item in self.items if item.state == "waiting" and item.instance not in tried]

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
        content = {"sealed": item.sealed[1], "keyId": item.sealed[0]} if item.sealed else {"xml": item.xml}
        return {
            "seq": item.seq, "instanceId": item.instance, "formId": item.form.form_id, "formVersion": item.form.version,
            "finalizedAt": item.finalized_at, "attachments": files, **content,
        }

    def _seal(self, item: Item) -> None:
        """Seal a finished form to the project's key; from then on the phone cannot read it itself."""
        if self.public_key is None or self.chance.random() >= SEALED:
            return
        item.sealed = (self.public_key["keyId"], seal_text(self.public_key, item.instance, item.xml))

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
        self._follow_era(answer["era"], batch)

    def _follow_era(self, era: int, answered: Sequence[Item]) -> bool:
        """Start over when the server had begun a new era; all but what it answered just now is offered again."""
        if self.era is None or era == self.era:
            return False
        self.log.add("era", device=self.name, era=era)
        self.cursors, self.era = {}, era
        for record in self.records.values():
            record.stale = True
        for item in self.items:
            if item not in answered:
                self._offer_again(item)
        return True

    def _offer_again(self, item: Item) -> None:
        if item.state != "waiting":
            counted = (item.versions, item.pulled) if item.outcome in ("accepted", "duplicate") else None
            item.before = item.before if item.before and not item.pulled else counted
            item.state, item.pulled, item.done_at = "waiting", False, None
            if item.photo:
                item.photo.state = "unknown"

def to_unsent(step: Step) -> Unsent:
    """Describe own work for the overlay; of an edit the answers that it changed, over those it replaces."""
    if step.edits is None:
        seen = {} if step.kind == "create" else step.seen
        return Unsent(step.kind, step.saved, step.prefilled, step.blankable, seen)
    old = step.edits.saved
    changed = {
        name: text for name, text in step.saved.items()
        if not _says_the_same(name, text, old[name]) and not _is_counted(step, name)
    }
    return Unsent("update", changed, frozenset(changed), frozenset(changed), old)


def _says_the_same(name: str, one: str, other: str) -> bool:
    known = PROPERTIES.get(name)
    kind = "text" if known is None else "decimal" if known.policy == "sum" else known.type
    return canonical(kind, one) == canonical(kind, other)


def _is_counted(step: Step, name: str) -> bool:
    return PROPERTIES[name].policy == "sum" and any(
        form.asks.get(name) == CALCULATED and form.prefilled == step.prefilled for form in FORMS.values()
    )
