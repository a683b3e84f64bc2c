"""Judge a history from its log alone: what was done and shown, sent and answered, and read in the end.

The log is replayed: each form, with the screen it was filled on, becomes intents of the truth; which changes a screen
held follows from its version and from the order in which the register numbered the actions. Then the last reads are
compared with what people did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.simulator.meaning import Meaning, Own
from tests.simulator.questionnaires import FORMS, PROPERTIES
from tests.simulator.truth import EMPTY, Deletion, Screen, Served, Truth, meaning

Event = dict[str, Any]
FOREVER = 1 << 62


@dataclass
class Copy:
    """A record on a phone, with who stands behind what it shows."""

    version: int | None = None
    pulled: Screen = field(default_factory=dict)
    local: Screen = field(default_factory=dict)  # Collect's one copy


def find_violations(events: Sequence[Event]) -> list[str]:
    """Return what is wrong with a history, in words; nothing for a good one."""
    return Checker(events).check()


class Checker:
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
        self._number()

    def check(self) -> list[str]:
        if not self.final:
            return ["the history did not come to its end"]
        for event in self.events:
            handler = getattr(self, f"_on_{event['what']}", None)
            if handler is not None:
                handler(event)
        self._check_receipts()
        self._check_records()
        self._check_phones()
        self._check_files()
        return self.wrong

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
        counters = [row["counter"] for row in self.rows.values() if row["entity"] == entity
                    and (version is None or row["version"] <= version)]
        until = FOREVER - 1 if version is None else max(counters, default=0)
        found = self._held(entity, until)
        return [action for action, row in self.rows.items() if row["id"] in found]

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
        for entity, (version, data) in event["took"].items():
            screen = self.truth.serve(self.members(entity, version), data)
            self.copies.setdefault(event["device"], {})[entity] = Copy(version, screen, dict(screen))

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
        for action, _ in self.places.get(f"{device} {entity}", ()):
            record, number = self.numbered.get(action, (entity, FOREVER))
            pulled = record == entity and number <= version
            if action in event["over"] and pulled:
                self.wrong.append(f"{device} shows {action} twice")
            covered = any(self.truth.edits.get(other) == action for other in self.numbered)
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
        members = self.members(entity, version)
        screen = self.truth.serve(members, event["values"])
        candidates = {}
        for name in event["chosen"]:
            present = self.truth.present(name, members)
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
            self.truth.deletions[action] = Deletion(not event["deleted"], self.truth.all_present(members), standing)

    def _on_crashed(self, event: Event) -> None:
        self.wrong.append(f"the server answered {event['status']} to {event['device']}: {event['text']}")

    def _on_leaked(self, event: Event) -> None:
        self.wrong.append(f"an office-only value was sent to {event['device']}: {event['path']}")

    def _on_stuck(self, event: Event) -> None:
        self.wrong.append(f"{event['device']} is given the same page again and again")

    # The last reads

    def _check_receipts(self) -> None:
        """Every acknowledged submission is there, once, with the version that was answered."""
        told: dict[str, Any] = {}
        acknowledged: dict[str, set[int]] = {}
        offered: dict[str, set[int]] = {}
        for event in self.events:
            device = event.get("device", "")
            if event["what"] == "sent":
                offered.setdefault(device, set()).update(self.finished[i]["seq"] for i in event["instances"] if i in self.finished)
            elif event["what"] == "stored":
                self._check_stored(event["instance"], aside=event["aside"])
            elif event["what"] == "answered":
                for result in event["results"]:
                    self._check_answer(result, told)
                    if result["status"] != "failed" and result["instanceId"] in self.finished:
                        acknowledged.setdefault(device, set()).add(self.finished[result["instanceId"]]["seq"])
                if len(event["results"]) != event["offered"]:
                    self.wrong.append(f"{device}: {len(event['results'])} outcomes for {event['offered']} items")
                self._check_missing(device, event["missing"], acknowledged.get(device, set()), offered.get(device, set()))

    def _check_stored(self, instance: str, *, aside: bool) -> None:
        there = instance in self.final["submissions"], instance in self.final["kept_aside"]
        if not any(there) or (not aside and not there[0]):
            self.wrong.append(f"{instance} was acknowledged and is lost")

    def _check_answer(self, result: Event, told: dict[str, Any]) -> None:
        instance, status = result["instanceId"], result["status"]
        if instance not in self.finished:
            self.wrong.append(f"{instance} was answered, nobody finished it")
            return
        if status == "failed":
            self.wrong.append(f"{instance} failed")
            return
        self._check_stored(instance, aside=status == "quarantined")
        if status == "quarantined":
            return
        if told.setdefault(instance, result["entities"]) != result["entities"]:
            self.wrong.append(f"{instance} was answered {told[instance]} and then {result['entities']}")
        steps = self.finished[instance]["steps"]
        answered = [(entity["id"], entity["version"]) for entity in result["entities"]]
        really = [self.numbered.get(step[0]) for step in steps]
        if answered != really:
            self.wrong.append(f"{instance} was answered {answered}, the register says {really}")

    def _check_missing(self, device: str, missing: list[int], acknowledged: set[int], offered: set[int]) -> None:
        false = acknowledged.intersection(missing)
        never = {seq for seq in range(1, max(acknowledged, default=0)) if seq not in offered}
        if false or not never <= set(missing):
            self.wrong.append(f"{device} is told {missing} are missing; arrived {false}, never sent {never}")

    def _check_records(self) -> None:
        final = self.final
        if final["rebuilt"].get("changed", 0):
            self.wrong.append(f"rebuild-entities changed something: {final['rebuilt']}")
        self._mark_unsure()
        for entity, record in final["records"].items():
            rows = sorted(v for e, v in self.numbered.values() if e == entity)
            if rows != list(range(1, len(rows) + 1)) or record["version"] != len(rows):
                self.wrong.append(f"{entity} has versions {rows} and says {record['version']}")
            if record["merged_into"]:
                continue
            members = self.members(entity)
            writes = {action: frozenset(self.rows[action]["writes"]) for action in members}
            served = Served(record["values"], final["disputes"].get(entity, {}), record["deleted"], writes)
            found = self.truth.find_violations(served, members, complete=self._is_complete(entity))
            self.wrong += [f"{entity}: {text}" for text in found]

    def _is_complete(self, entity: str) -> bool:
        named = {entity, *(self.rows[action]["named"] for action in self.members(entity))}
        return all(
            action in self.numbered
            for key, actions in self.places.items()
            if key.split(" ")[1] in named
            for action, _ in actions
        )

    def _mark_unsure(self) -> None:
        for actions in self.places.values():
            missing = False
            for action, _ in actions:
                if missing:
                    self.truth.unsure.add(action)
                missing = missing or action not in self.numbered

    def _check_phones(self) -> None:
        """All phones of a scope show the same in the end, and the same as is served from the beginning."""
        witnessed = self.final["witnessed"]
        for device, phone in self.final["phones"].items():
            if phone.get("revoked") or f"revoking {device}" in self._revoked():
                continue
            if phone["waiting"]:
                self.wrong.append(f"{device} still holds {phone['waiting']}")
            scopes = {*phone["scopes"], "*"}
            for entity, record in witnessed.items():
                if scopes.isdisjoint(record["scopes"]):
                    continue
                held = phone["records"].get(entity)
                if phone["kind"] == "ours" and (held is None or tuple(held) != (record["version"], record["data"], record["open"])):
                    self.wrong.append(f"{device} shows {held} of {entity}, served is {record}")
                if phone["kind"] == "collect" and held is not None and held[0] == record["version"]:
                    different = {n for n, t in held[1].items() if t != record["data"].get(n, "")}
                    if different:
                        self.wrong.append(f"{device} shows other {sorted(different)} of {entity}")
            if phone["kind"] == "ours":
                for entity in phone["records"]:
                    if entity not in witnessed or scopes.isdisjoint(witnessed[entity]["scopes"]):
                        self.wrong.append(f"{device} still shows {entity}")
        for entity, record in self.final["records"].items():
            gone = record["deleted"] or record["merged_into"]
            if not gone and (entity not in witnessed or witnessed[entity]["version"] != record["version"]):
                self.wrong.append(f"{entity} is not served as it is: {witnessed.get(entity)}")

    def _revoked(self) -> set[str]:
        return {f"revoking {event['device']}" for event in self.events if event["what"] == "revoking"}

    def _check_files(self) -> None:
        """Every photograph of an acknowledged submission that its phone sent is there, byte for byte."""
        there = {(instance, sha256): held for instance, _, sha256, held in self.final["files"]}
        uploaded = {event["sha256"] for event in self.events if event["what"] == "uploaded"}
        sent = {event["instance"] for event in self.events if event["what"] == "stored"}
        for instance, event in self.finished.items():
            sha256 = event["photo"]
            counts = sha256 and instance in self.final["submissions"] and (sha256 in uploaded or instance in sent)
            if counts and there.get((instance, sha256)) != sha256:
                self.wrong.append(f"the photograph of {instance} is not there")


def describe(events: Sequence[Event]) -> str:
    """Write a log for a person."""
    lines = []
    for event in events:
        facts: Mapping[str, Any] = {name: value for name, value in event.items() if name not in ("what", "at")}
        text = ", ".join(f"{name}={value!r}" for name, value in facts.items())
        lines.append(f"{event['at']:.0f} {event['what']}: {text}"[:1500])
    return "\n".join(lines)

