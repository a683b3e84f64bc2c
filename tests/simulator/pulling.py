"""How a phone with our app fetches: page by page, by scope, over eras; and what the office asks of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.simulator.line import Cut
from tests.simulator.outbox import BASE, Outbox, Record, Refused


class Pulling(Outbox):
    def _pull(self) -> bool:
        """Pull until nothing more comes; tell whether the server had begun a new era: then nothing was taken in."""
        answered = {item.instance for item in self.items if item.state == "sent"}
        limit, failures = self.chance.choice(self.limits), 0
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
            if self._follow_era(answer["era"], ()):
                return True
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
        return False

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
        self.public_key, self.corrections, self.questions = answer["publicKey"], answer["corrections"], answer["questions"]
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
