"""A register in memory that records what arrives as a server does: numbers it, keeps its row, serves the state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sync import merge
from sync.actions import EntityAction, Recorded, row_from_json, row_to_json
from sync.identity import find_linked, find_links, find_winner, resolve_ends
from sync.merge import EntityState, Rule

START = datetime(2026, 3, 1, tzinfo=UTC)

REVIEW = Rule("review", "text")


def act(id: str, kind: str = "update", **given: Any) -> EntityAction:
    """Make an action; every saved property counts as prefilled and blankable unless said otherwise."""
    saved = given.pop("saved", {})
    values: dict[str, Any] = {
        "entity_id": "e",
        "list": "women",
        "prefilled": frozenset(saved) if kind != "create" else frozenset(),
        "branch": None,
        "pos": None,
        "base": None,
        "at": START,
        "author": "agent",
        "device": None,
        "form_id": "form",
        "form_version": "1",
    }
    values.update(given)
    values.setdefault("blankable", values["prefilled"])
    for name in ("prefilled", "blankable"):
        values[name] = frozenset(values[name])
    return EntityAction(id=id, kind=kind, saved=saved, **values)


class Ledger:
    """What was recorded, by entity numbered, and what was served last."""

    def __init__(self, rules: Mapping[str, Rule] | None = None) -> None:
        self.rules = dict(rules or {})
        self.history: list[Recorded] = []
        self.served: dict[str, EntityState] = {}
        self._minutes = 0

    def receive(self, action: EntityAction) -> Recorded | None:
        """Record an action; None when it is a repeat or a merge of what is one already."""
        if any(record.action.id == action.id for record in self.history):
            return None
        links = find_links(record.action for record in self.history)
        if action.kind == "merge":
            resolved = resolve_ends(action, links)
            if resolved is None:
                return None
            action = resolved
            numbered = action.target or ""
        else:
            numbered = find_winner(action.entity_id, links)
        version = self.version(numbered) + 1
        state = merge.apply(numbered, self.group(numbered, action), action, self.rules, version=version)
        row = row_from_json(row_to_json(state.row))
        record = Recorded(action, numbered, version, row)
        self.history.append(record)
        self.served[numbered] = state
        if action.kind == "merge":
            self.served.pop(action.entity_id, None)
        return record

    def do(self, id: str, kind: str = "update", **given: Any) -> EntityState:
        """Record an action at the next minute and return what its record is then."""
        self._minutes += 1
        given.setdefault("at", START + timedelta(minutes=self._minutes))
        action = act(id, kind, **given)
        self.receive(action)
        return self.state(action.entity_id)

    def version(self, entity_id: str) -> int:
        """Return the newest version of an id."""
        return max((record.version for record in self.history if record.numbered == entity_id), default=0)

    def group(self, entity_id: str, action: EntityAction | None = None) -> list[Recorded]:
        """Return the records of every id that was ever merged with this one."""
        merges = [(a.entity_id, a.target or "") for a in self._actions(action) if a.kind == "merge"]
        linked = find_linked(entity_id, merges)
        return [record for record in self.history if record.numbered in linked]

    def _actions(self, action: EntityAction | None) -> list[EntityAction]:
        return [record.action for record in self.history] + ([action] if action else [])

    def state(self, entity_id: str = "e") -> EntityState:
        """Compute a record from the beginning."""
        return merge.state(entity_id, self.group(entity_id), self.rules)


def listed(state: EntityState, name: str) -> set[str] | None:
    """Return the values of a listed conflict, None where there is none."""
    for conflict in state.conflicts:
        if conflict.property == name:
            return {head.value for head in conflict.candidates}
    return None
