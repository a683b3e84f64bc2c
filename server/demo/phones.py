"""An agent's phone, as far as what it sends depends on it: the records it holds, its unsent changes, its own counters.

Versions and branches are as ODK Collect keeps them: a record has the version last pulled (trunk), the version after the
phone's own unsent changes, and a branch that is new after each pull. Source: https://getodk.github.io/xforms-spec/entities
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

from forms.entities import EntityRequest

WOMEN = "artisanes"


def make_uuid(rng: Random) -> str:
    """Make a version 4 UUID out of seeded chance."""
    return str(UUID(int=rng.getrandbits(128), version=4))


@dataclass(slots=True)
class Record:
    """One woman as a phone shows her."""

    id: str
    version: int
    trunk: int | None
    """The server's version that was pulled; None for one registered here and not pulled since."""
    branch: str
    values: dict[str, str]

    def get(self, name: str) -> str:
        return self.values.get(name, "")

    @property
    def attributes(self) -> dict[str, str]:
        """What an ``<entity>`` that updates it says about what was seen."""
        return {
            "baseVersion": str(self.version),
            "trunkVersion": "" if self.trunk is None else str(self.trunk),
            "branchId": self.branch,
            "id": self.id,
        }


@dataclass(slots=True)
class Phone:
    number: int
    device_id: str
    seq: int = 0
    cursors: dict[str, int] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)

    def next_seq(self) -> int:
        self.seq += 1
        return self.seq

    def branch_of(self, entity_id: str, version: int) -> str:
        return make_uuid(Random(f"branch {self.device_id} {entity_id} {version}"))  # noqa: S311 - an id, no secret

    def learn(self, answer: Mapping[str, Any]) -> bool:
        """Take in a pull's answer; say whether there is more. Nothing unsent may be waiting."""
        for scope in answer["dropScopes"]:
            self.cursors.pop(scope, None)
        for scope, page in answer["scopes"].items():
            self.cursors[scope] = page["cursor"]
            for gone in page["gone"]:
                self.records.pop(gone["id"], None)
            for told in page["upserts"]:
                if told["list"] == WOMEN:
                    version = told["version"]
                    branch = self.branch_of(told["id"], version)
                    self.records[told["id"]] = Record(told["id"], version, version, branch, dict(told["data"]))
        return any(page["more"] for page in answer["scopes"].values())

    def note(self, request: EntityRequest) -> None:
        """Overlay what a form filled here does to a record, until the next pull tells it."""
        if request.kind == "create":
            branch = self.branch_of(request.entity_id, 0)
            self.records[request.entity_id] = Record(request.entity_id, 1, None, branch, dict(request.saved))
        elif request.entity_id in self.records:
            record = self.records[request.entity_id]
            record.version += 1
            record.values.update({name: value for name, value in request.saved.items() if value})
