"""Tell a history again from its log: each form, with the screen it was filled on, becomes intents of the truth.

Which changes a screen held follows from its version and from the order in which the register numbered the actions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.simulator.meaning import Meaning, Own
from tests.simulator.questionnaires import FORMS, PROPERTIES
from tests.simulator.restores import Restores
from tests.simulator.truth import EMPTY, Deletion, Screen, Truth, meaning

Event = dict[str, Any]
FOREVER = 1 << 62


@dataclass
class Copy:
    """A record on a phone, with who stands behind what it shows."""

    version: int | None = None
    epoch: int = 0  # how many restores the server had behind it when this was pulled
    pulled: Screen = field(default_factory=dict)
    local: Screen = field(default_factory=dict)  # Collect's one copy


class Replay:
    """A history told again: whose answers stood behind what each screen showed."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.events = events
        self.final: Event = events[-1] if events and events[-1]["what"] == "quiet" else {}
        self.truth = Truth()
        self.meaning = Meaning(self.truth)
        self.wrong: list[str] = []
        self.copies: dict[str, dict[str, Copy]] = {}
        self.screens: dict[str, Screen] = {}  # of an opened form, by submission
        self.own: dict[str, Own] = {}
        self.places: dict[str, list[tuple[str, str]]] = {}  # (device, entity) -> actions in order
        self.finished: dict[str, Event] = {}
        self.numbered: dict[str, tuple[str, int]] = {}  # action -> (record that numbered it, version)
        self.restores = Restores(events)
        self.confirmed = {entity for event in events if event["what"] == "erased" for entity in event["entities"]}
        self.erased = self.confirmed | {e for e, r in self.final.get("records", {}).items() if r["erased"]}
        self._number()

    # Which change is in which version

    def _number(self) -> None:
        """Find which version each action took: by its submission and the record it names."""
        steps = {
            (event["instance"], entity): action
            for event in self.events
            if event["what"] == "finished"
            for action, entity, *_ in event["steps"]
        }
        self.rows: dict[str, Event] = {}
        self.merges: list[tuple[str, str, int, int]] = []  # loser, winner, counters from and to which they are one
        for row in sorted(self.final.get("history", ()), key=lambda row: row["counter"]):
            if row["kind"] in ("resolve", "delete"):
                action = f"office {row['entity']} {row['base']}"
            else:
                action = steps.get((row["instance"].split("~")[0], row["named"]), row["id"])
            if action in self.numbered:
                self.wrong.append(f"{action} was applied twice")
            self.numbered[action] = (row["entity"], row["version"])
            self.rows[action] = row
            if row["kind"] == "unmerge":
                merge = self.rows[row["target"]]
                at = self.merges.index((merge["named"], merge["entity"], merge["counter"], FOREVER))
                self.merges[at] = (*self.merges[at][:3], row["counter"])
            elif row["kind"] == "merge":
                self.merges.append((row["named"], row["entity"], row["counter"], FOREVER))

    def members(self, entity: str, version: int | None = None) -> list[str]:
        """Name the actions that a version of a record holds, those of records that are part of it too, as they came."""
        found = self._held(entity, self._until(entity, version))
        return [action for action, row in self.rows.items() if row["id"] in found]

    def arrived(self, entity: str, version: int | None = None) -> set[str]:
        """Name all actions, about whomever, that had come when a record had a version."""
        until = self._until(entity, version)
        return {action for action, row in self.rows.items() if row["counter"] <= until}

    def _until(self, entity: str, version: int | None) -> int:
        """Find the counter at which a version of a record stood; without one, now."""
        if version is None:
            return FOREVER - 1
        rows = [row for row in self.rows.values() if row["entity"] == entity and row["version"] <= version]
        return max((row["counter"] for row in rows), default=0)

    def _held(self, entity: str, until: int) -> set[str]:
        """Find the actions of a record up to a change, and of those that are one with it then."""
        found = {row["id"] for row in self.rows.values() if row["entity"] == entity and row["counter"] <= until}
        for loser, winner, begun, ended in self.merges:
            if winner == entity and begun <= until < ended:
                found |= self._held(loser, until)
        return found

    # Replaying

    def copy(self, device: str, entity: str) -> Copy:
        return self.copies.setdefault(device, {}).setdefault(entity, Copy())

    def _on_pulled(self, event: Event) -> None:
        epoch = self.restores.find_epoch(event["place"])
        for entity, (version, data) in event["took"].items():
            screen = self.truth.serve(self.members(entity, version), self.arrived(entity, version), data)
            self.copies.setdefault(event["device"], {})[entity] = Copy(version, epoch, screen, dict(screen))

    def _on_opened(self, event: Event) -> None:
        device, entity = event["device"], event["entity"]
        copy = self.copy(device, entity)
        over = [self.own[action] for action in event["over"] if action in self.own]
        if not device.startswith("collect"):
            self._check_own_work(event)
        if device.startswith("collect"):
            screen = dict(copy.local)
        else:
            screen = dict(copy.pulled) if event["version"] is not None else {}
            for own in over:
                for name in own.saved:
                    screen[name] = self.meaning.cover(name, screen.get(name, EMPTY), own)
        self.screens[event["instance"]] = screen
        for name, known in PROPERTIES.items():
            shown, expected = event["shown"].get(name, ""), screen.get(name, EMPTY).text
            same = meaning(name, shown) == meaning(name, expected)
            nothing = known.policy == "sum" and {shown, expected} <= {"", "0"}
            if known.policy != "append" and not same and not nothing:
                self.wrong.append(f"{device} shows {name} = {shown!r} of {entity}, expected {expected!r}")

    def _check_own_work(self, event: Event) -> None:
        """An agent's own work is on her screen, once: from the pulled record, or over it."""
        device, entity, version = event["device"], event["entity"], event["version"] or 0
        epoch = self.restores.find_epoch(event["place"])
        if event["version"] is not None:
            epoch = self.copy(device, entity).epoch
        for action, _ in self.places.get(f"{device} {entity}", ()):
            record, number = self.numbered.get(action, (entity, FOREVER))
            pulled = record == entity and number <= version
            if action in event["over"] and pulled:
                self.wrong.append(f"{device} shows {action} twice")
            covered = any(self.truth.edits.get(other) == action for other in self.numbered)
            if epoch < len(self.restores.lost):
                continue  # it was numbered anew since; a phone may hold what was lost until it hears of the restore
            if record == entity and not pulled and not covered and action not in event["over"] and not event["left"]:
                self.wrong.append(f"{device} does not show her own {action}")

    def _on_finished(self, event: Event) -> None:
        device, instance = event["device"], event["instance"]
        self.finished[instance] = event
        form = FORMS[event["form"]]
        for action, entity, kind, saved, _place in event["steps"]:
            screen = self.screens.get(instance, {})
            own = Own(action, kind, saved, form.prefilled, form.blankable, screen)
            self.own[action] = own
            self.places.setdefault(f"{device} {entity}", []).append((action, instance))
            literal = event["kind"] == "collect"
            if event["edits"]:
                old = self.own[event["edits"]]
                self.meaning.edit(own, old, screen, device, event["at"])
            else:
                self.meaning.fill(own, device, event["at"], literal=literal)
            if literal:
                self.copy(device, entity).local.update({name: own.after.get(name, EMPTY) for name in saved})

    def _on_clock(self, event: Event) -> None:
        self.truth.timeless |= {step[0] for i in event["waiting"] for step in self.finished[i]["steps"]}

    def _on_late(self, event: Event) -> None:
        self.truth.timeless |= {step[0] for i in event["about"] if i in self.finished for step in self.finished[i]["steps"]}

    def _on_settling(self, event: Event) -> None:
        entity, version = event["entity"], event["version"]
        members, arrived = self.members(entity, version), self.arrived(entity, version)
        screen = self.truth.serve(members, arrived, event["values"])
        candidates = {}
        for name in event["chosen"]:
            present = self.truth.present(name, members, arrived)
            texts = {event["values"].get(name, ""), *event["candidates"].get(name, ())}
            candidates[name] = frozenset().union(*(self.truth.behind(name, text, present) for text in texts))
        action = f"office {entity} {version}"
        if self.truth.deletions.keys() & set(members):
            self.truth.knowing.add(action)
        if action not in self.truth.carried:
            row = self.rows.get(action)
            chosen = event["chosen"]
            if row is None or (row["kind"] == "resolve" and set(row["writes"]) == set(chosen)):
                self.meaning.resolve(action, screen, chosen, candidates, event["at"])

    def _on_deleting(self, event: Event) -> None:
        """Note what the page showed of a record that is deleted, or brought back."""
        entity, version = event["entity"], event["version"]
        action, members = f"office {entity} {version}", self.members(entity, version)
        row = self.rows.get(action)
        if row is not None and row["kind"] == ("resolve" if event["deleted"] else "delete"):
            standing = frozenset(self.truth.deletions).intersection(members)
            self.truth.begin(action, "office")
            saw = self.truth.all_present(members, self.arrived(entity, version))
            self.truth.deletions[action] = Deletion(not event["deleted"], saw, standing)

    def _on_crashed(self, event: Event) -> None:
        self.wrong.append(f"the server answered {event['status']} to {event['device']}: {event['text']}")

    def _on_leaked(self, event: Event) -> None:
        self.wrong.append(f"an office-only value was sent to {event['device']}: {event['path']}")

    def _on_stuck(self, event: Event) -> None:
        self.wrong.append(f"{event['device']} is given the same page again and again")
