"""Judge a history from its log alone: what was done and shown, sent and answered, and read in the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sync.protocol import ERA_STEP
from tests.simulator.asked import find_wrong_asking
from tests.simulator.questionnaires import LATE
from tests.simulator.replay import Event, Replay
from tests.simulator.truth import Served


def find_violations(events: Sequence[Event]) -> list[str]:
    """Return what is wrong with a history, in words; nothing for a good one."""
    return Checker(events).check()


class Checker(Replay):
    """Compares the last reads, and every answer, with what people did."""

    def check(self) -> list[str]:
        if not self.final:
            return ["the history did not come to its end"]
        for place, event in enumerate(self.events):
            handler = getattr(self, f"_on_{event['what']}", None)
            if handler is not None:
                handler({"place": place, **event})
        self._check_receipts()
        self._check_records()
        self._check_phones()
        self._check_files()
        self._check_erasures()
        self._check_aside()
        self.wrong += find_wrong_asking(self.events, self.final, self.restores, self.finished, self.erased)
        return self.wrong

    def _check_receipts(self) -> None:
        """Every acknowledged submission is there, once, with the version that was answered."""
        told: dict[tuple[int, str], Any] = {}
        acknowledged: dict[str, dict[int, int]] = {}  # device -> seq -> the last place it was acknowledged at
        offered: dict[str, set[int]] = {}
        self._find_excused()
        for place, event in enumerate(self.events):
            device = event.get("device", "")
            if event["what"] == "sent":
                offered.setdefault(device, set()).update(self.finished[i]["seq"] for i in event["instances"] if i in self.finished)
            elif event["what"] == "stored":
                self._check_stored(event["instance"], place, aside=event["aside"])
            elif event["what"] == "answered":
                there = acknowledged.setdefault(device, {})
                for result in event["results"]:
                    self._check_answer(result, told, place)
                    if result["status"] != "failed" and result["instanceId"] in self.finished:
                        there[self.finished[result["instanceId"]]["seq"]] = place
                if len(event["results"]) != event["offered"]:
                    self.wrong.append(f"{device}: {len(event['results'])} outcomes for {event['offered']} items")
                known = {seq for seq, at in there.items() if not self.restores.undoes(at, place)}
                self._check_missing(device, event["missing"], known, offered.get(device, set()))

    def _find_excused(self) -> None:
        """Find what no phone could send again after a restore: Collect's, what was forgotten, and a revoked agent's."""
        forgotten = {event["instance"] for event in self.events if event["what"] == "forgot"}
        revoked = {event["device"] for event in self.events if event["what"] == "revoking"}
        self.excused = {
            instance
            for instance, event in self.finished.items()
            if event["kind"] == "collect" or instance in forgotten or event["device"] in revoked
        }

    def _is_erased(self, instance: str) -> bool:
        return any(step[1] in self.erased for step in self.finished[instance]["steps"])

    def _check_stored(self, instance: str, place: int, *, aside: bool) -> None:
        there = instance in self.final["submissions"], instance in self.final["kept_aside"]
        if self._is_erased(instance) or (self.restores.undoes(place) and instance in self.excused):
            return
        if not any(there) or (not aside and not there[0]):
            self.wrong.append(f"{instance} was acknowledged and is lost")

    def _check_answer(self, result: Event, told: dict[tuple[int, str], Any], place: int) -> None:
        instance, status = result["instanceId"], result["status"]
        if instance not in self.finished:
            self.wrong.append(f"{instance} was answered, nobody finished it")
            return
        if status == "failed":
            self.wrong.append(f"{instance} failed")
            return
        self._check_stored(instance, place, aside=status == "quarantined")
        if status == "quarantined" or self._is_erased(instance):
            return
        answered = [(entity["id"], entity["version"]) for entity in result["entities"] if entity["id"] not in self.erased]
        before = told.setdefault((self.restores.find_epoch(place), instance), answered)
        if before != answered and not self.erased:
            self.wrong.append(f"{instance} was answered {before} and then {answered}")
        really = [self.numbered.get(step[0], ("", 0)) for step in self.finished[instance]["steps"]]
        really = [at for at in really if at[0] not in self.erased]
        if answered != really and not self.restores.undoes(place):
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
        blind = self._find_blind()
        for entity, record in final["records"].items():
            rows = sorted(v for e, v in self.numbered.values() if e == entity)
            floors = {era * ERA_STEP + 1 for era in range(2, 9)} if self.restores else set()
            gaps = [v for before, v in zip([0, *rows], rows, strict=False) if v != before + 1 and v not in floors]
            if gaps or record["version"] != rows[-1]:
                self.wrong.append(f"{entity} has versions {rows} and says {record['version']}")
            if record["merged_into"] or self._named(entity) & (self.erased | blind):
                continue
            members = self.members(entity)
            writes = {action: frozenset(self.rows[action]["writes"]) for action in members}
            served = Served(record["values"], final["disputes"].get(entity, {}), record["deleted"], writes)
            found = self.truth.find_violations(served, members, self.arrived(entity), complete=self._is_complete(entity))
            self.wrong += [f"{entity}: {text}" for text in found]

    def _named(self, entity: str) -> set[str]:
        return {entity, *(self.rows[action]["named"] for action in self.members(entity))}

    def _find_blind(self) -> set[str]:
        """Find records about which somebody answered on a version that a restore took back: what she saw is gone.

        The server takes the nearest lower row for it; what follows for their values no law says, only that nothing
        acknowledged is missing and that all show the same.
        """
        if not self.restores:
            return set()
        versions: dict[str, set[int]] = {}
        for entity, version in self.numbered.values():
            versions.setdefault(entity, set()).add(version)
        looked = [event for event in self.events if event["what"] in ("opened", "settling", "deleting")]
        return {e["entity"] for e in looked if e["version"] and e["version"] not in versions.get(e["entity"], ())}

    def _is_complete(self, entity: str) -> bool:
        named = self._named(entity)
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
            gone = record["deleted"] or record["merged_into"] or record["erased"]
            if not gone and (entity not in witnessed or witnessed[entity]["version"] != record["version"]):
                self.wrong.append(f"{entity} is not served as it is: {witnessed.get(entity)}")

    def _revoked(self) -> set[str]:
        return {f"revoking {event['device']}" for event in self.events if event["what"] == "revoking"}

    def _check_files(self) -> None:
        """Every photograph of an acknowledged submission that its phone sent is there, byte for byte."""
        there = {(instance, sha256): held for instance, _, sha256, held in self.final["files"]}
        kept = [event for place, event in enumerate(self.events) if not self.restores.undoes(place)]
        uploaded = {event["sha256"] for event in kept if event["what"] == "uploaded"}
        sent = {event["instance"] for event in kept if event["what"] == "stored"}
        for instance, event in self.finished.items():
            if self._is_erased(instance):
                continue
            sha256 = event["photo"]
            counts = sha256 and instance in self.final["submissions"] and (sha256 in uploaded or instance in sent)
            if counts and there.get((instance, sha256)) != sha256:
                self.wrong.append(f"the photograph of {instance} is not there")

    def _check_aside(self) -> None:
        """Nothing waits in quarantine but what a revoked agent sent, and what is on a form that was never published."""
        revoked = {event["device"] for event in self.events if event["what"] == "revoking"}
        for instance in self.final["aside"]:
            event = self.finished.get(instance)
            if event is not None and event["device"] not in revoked and event["form"][0] != LATE.form_id:
                self.wrong.append(f"{instance} was set aside for nothing")

    def _check_erasures(self) -> None:
        """Whoever was erased stays so, and nothing of her is left anywhere, nor told to anybody."""
        back = {e for e, record in self.final["records"].items() if e in self.confirmed and not record["erased"]}
        if back:
            self.wrong.append(f"{sorted(back)} were erased and are back")
        self.wrong += [f"erased, and still there: {text}" for text in self.final["left"]]

    def _on_told_erased(self, event: Event) -> None:
        self.wrong.append(f"{event['device']} is told about an erased woman: {event['mark']}, {event['path']}")


def describe(events: Sequence[Event]) -> str:
    """Write a log for a person."""
    lines = []
    for event in events:
        facts: Mapping[str, Any] = {name: value for name, value in event.items() if name not in ("what", "at")}
        text = ", ".join(f"{name}={value!r}" for name, value in facts.items())
        lines.append(f"{event['at']:.0f} {event['what']}: {text}"[:1500])
    return "\n".join(lines)

