"""What people really did, kept outside the server: who changed what, and whose answers were on her screen then.

A `Cell` is one property on one screen: its text, and whose answers stood behind it. A change is an intent, named by a
key that begins with its action. Nothing here knows of branches, bases, rows or heads: `tests/sync/truth.py` is the same
idea for the pure rule; here it is told by policy, for whatever properties the simulated forms have.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Set
from dataclasses import dataclass, field
from decimal import Decimal

from tests.simulator.questionnaires import PROPERTIES

Key = tuple[str, ...]
NONE: frozenset[Key] = frozenset()
COLLECTED = ("sum", "union", "append")


@dataclass(frozen=True)
class Cell:
    """`behind`: intents whose value it shows; `elements`: adds behind each element of a set; `pending`: own intents."""

    text: str = ""
    behind: frozenset[Key] = NONE
    elements: Mapping[str, frozenset[Key]] = field(default_factory=dict)
    pending: frozenset[Key] = NONE


EMPTY = Cell()
Screen = dict[str, Cell]


@dataclass(frozen=True)
class Intent:
    """One change: to which text, what it replaced, and when it happened by the true clock."""

    text: str
    replaces: frozenset[Key]
    at: float
    action: str


@dataclass(frozen=True)
class Deletion:
    """An officer deleted or restored a record: which changes the page held, and which deletions and restorations."""

    deletes: bool
    saw: frozenset[Key]
    replaces: frozenset[str]


@dataclass(frozen=True)
class Served:
    """A record in the end, as an officer reads it. `conflicts`: property -> (values listed, open)."""

    values: Mapping[str, str]
    conflicts: Mapping[str, tuple[frozenset[str], bool]]
    deleted: bool
    writes: Mapping[str, frozenset[str]]


def number(text: str) -> Decimal:
    return Decimal(text) if text.strip() else Decimal(0)


def meaning(name: str, text: str) -> object:
    """Return what two texts are the same by, written without the server's own comparison."""
    kind = PROPERTIES[name].type
    if kind in ("integer", "decimal") and text:
        return number(text)
    return frozenset(text.split()) if kind == "select_multiple" else unicodedata.normalize("NFC", text)


class Truth:
    """All intents, what each action carries, and what must follow for a record."""

    def __init__(self) -> None:
        self.intents: dict[str, dict[Key, Intent]] = {name: {} for name in PROPERTIES}
        self.deltas: dict[Key, Decimal] = {}
        self.adds: dict[Key, str] = {}
        self.removes: dict[Key, tuple[str, frozenset[Key]]] = {}
        self.narrow: dict[Key, frozenset[Key]] = {}  # of a removal in an edit: what it surely takes back
        self.carried: dict[str, dict[str, frozenset[Key]]] = {}
        self.deletions: dict[str, Deletion] = {}
        self.knowing: set[str] = set()  # resolves of a record that was known to be deleted
        self.edits: dict[str, str] = {}
        self.answered: dict[str, set[str]] = {}
        self.devices: dict[str, str] = {}
        self.order: dict[str, int] = {}
        self.unsure: set[str] = set()  # answered after a step that never arrived
        self.timeless: set[str] = set()  # when it happened the server cannot know: the clock was set meanwhile

    def begin(self, action: str, device: str) -> dict[str, frozenset[Key]]:
        """Note an action; return what it carries, to be filled in."""
        self.order[action] = len(self.order)
        self.devices[action] = device
        return self.carried.setdefault(action, {})

    # What a record holds

    def present(self, name: str, members: Collection[str], arrived: Set[str]) -> set[Key]:
        """Find the intents of a record: of its members, and those that an author's own answer repeats unsent.

        `arrived` are all actions that had come by then, about whomever: what an answer left as it was on a screen of two
        records that were one, and are two again, is with the other one.
        """
        return {
            key
            for action in members
            for key in self.carried.get(action, {}).get(name, ())
            if key[0] == action or key[0] not in arrived
        }

    def all_present(self, members: Collection[str], arrived: Set[str]) -> frozenset[Key]:
        return frozenset().union(*(self.present(name, members, arrived) for name in PROPERTIES))

    def behind(self, name: str, text: str, present: Iterable[Key]) -> frozenset[Key]:
        intents = self.intents[name]
        return frozenset(key for key in present if meaning(name, intents[key].text) == meaning(name, text))

    def serve(self, members: Collection[str], arrived: Set[str], values: Mapping[str, str]) -> Screen:
        """Turn the texts of a record into a screen: who stands behind each."""
        screen: Screen = {}
        for name, text in values.items():
            if name not in PROPERTIES:
                continue
            present, policy = self.present(name, members, arrived), PROPERTIES[name].policy
            if policy == "union":
                shown = set(text.split())
                elements: dict[str, set[Key]] = {element: set() for element in shown}
                for key in present:
                    if self.adds.get(key) in shown:
                        elements[self.adds[key]].add(key)
                screen[name] = Cell(text, elements={el: frozenset(keys) for el, keys in elements.items()})
            elif policy == "sum":
                screen[name] = Cell(text)
            elif policy == "append":
                screen[name] = Cell(text, behind=frozenset(present))
            else:
                screen[name] = Cell(text, behind=self.behind(name, text, present))
        return screen

    def replaced(self, name: str, present: Iterable[Key]) -> set[Key]:
        """Find what the intents replace, directly or by way of others."""
        seen: set[Key] = set()
        waiting = [old for key in present for old in self.intents[name][key].replaces]
        while waiting:
            key = waiting.pop()
            if key not in seen:
                seen.add(key)
                waiting.extend(self.intents[name][key].replaces)
        return seen

    # What must hold

    def find_violations(self, served: Served, members: list[str], arrived: Set[str], *, complete: bool) -> list[str]:
        """Compare a record with what people did; `complete` when no step and no original is still on its way."""
        wrong: list[str] = []
        for name, known in PROPERTIES.items():
            if known.policy == "sum":
                wrong += self._check_sum(name, served, members, arrived) if complete else []
            elif known.policy == "union":
                wrong += self._check_union(name, served, members, arrived, complete)
            elif known.policy == "append":
                wrong += self._check_notes(name, served, members, arrived)
            else:
                wrong += self._check_chosen(name, served, members, arrived, complete)
        if complete:
            wrong += self._check_writes(served, members)
            wrong += self._check_deletion(served, members, arrived)
        return wrong

    def _check_chosen(
        self, name: str, served: Served, members: list[str], arrived: Set[str], complete: bool
    ) -> list[str]:
        policy = PROPERTIES[name].policy
        present = self.present(name, members, arrived)
        heads = [self.intents[name][key] for key in present - self.replaced(name, present)]
        value = served.values.get(name)
        if not heads:
            return [f"{name}: {value!r} is served, nobody said it"] if complete and value is not None else []
        if value is None:
            return [f"{name}: lost altogether"] if any(intent.text for intent in heads) else []
        if policy in ("max", "min"):
            filled = [number(intent.text) for intent in heads if intent.text]
            best = (max if policy == "max" else min)(filled) if filled else None
            wrong = complete and best is not None and meaning(name, value) != best
            return [f"{name}: {value!r} is served, {best} stands"] if wrong else []
        if not complete and self._is_unsure(name, members):
            return []
        said = {meaning(name, intent.text) for intent in heads}
        texts, is_open = served.conflicts.get(name, (frozenset(), False))
        listed = {meaning(name, text) for text in texts}
        lost = said - listed - {meaning(name, value)}
        wrong = [f"{name}: {sorted(map(str, lost))} lost, {value!r} served, {sorted(texts)} listed"] if lost else []
        if complete:
            wrong += self._check_choice(name, value, name in served.conflicts, listed, is_open, said, heads)
        return wrong

    def _is_unsure(self, name: str, members: Iterable[str]) -> bool:
        """Tell whether somebody answered on a screen that showed a step of her own that is missing."""
        return any(name in self.answered.get(action, ()) for action in self.unsure.intersection(members))

    def _check_choice(
        self,
        name: str,
        value: str,
        has_conflict: bool,
        listed: set[object],
        is_open: bool,
        said: set[object],
        heads: list[Intent],
    ) -> list[str]:
        wrong = []
        if len(said) == 1 and has_conflict:
            wrong.append(f"{name}: false conflict {listed}, all say {said}")
        if len(said) > 1 and listed != said:
            wrong.append(f"{name}: listed {listed}, stand {said}")
        if not self.timeless.intersection(intent.action for intent in heads):
            latest, earliest = max(i.at for i in heads), min(i.at for i in heads)
            wanted = earliest if PROPERTIES[name].policy == "first" else latest
            chosen = {meaning(name, intent.text) for intent in heads if intent.at == wanted}
            if meaning(name, value) not in chosen:
                wrong.append(f"{name}: served {value!r}, {chosen} by time")
        if is_open != (len(said) > 1 and PROPERTIES[name].policy == "review"):
            wrong.append(f"{name}: open {is_open} with {said}")
        return wrong

    def _check_sum(self, name: str, served: Served, members: list[str], arrived: Set[str]) -> list[str]:
        total = sum((self.deltas[key] for key in self.present(name, members, arrived)), Decimal(0))
        value = served.values.get(name, "")
        return [f"{name}: {value!r} is served, the sum is {total}"] if number(value) != total else []

    def _check_union(
        self, name: str, served: Served, members: list[str], arrived: Set[str], complete: bool
    ) -> list[str]:
        present = self.present(name, members, arrived)
        alive = set(self._elements(present))
        if not complete:
            present |= {key for key in self.removes if key[1] == name}
            if self._is_unsure(name, members):
                return []
        surely = set(self._elements(present, own=True))
        value = set(served.values.get(name, "").split())
        if complete and not surely <= value <= alive:
            return [f"{name}: {value} served, {alive} stand, {surely} surely"]
        return [f"{name}: {surely - value} lost"] if not surely <= value else []

    def _elements(self, present: set[Key], *, own: bool = False) -> dict[str, set[Key]]:
        """Find the elements that stand; with `own`, a removal takes back also what its author had added unseen."""
        removed = []
        for key in present & set(self.removes):
            element, saw = self.removes[key]
            removed.append((key[0], element, saw if own else self.narrow.get(key, saw)))
        alive: dict[str, set[Key]] = {}
        for key in present:
            element = self.adds.get(key)
            if element is not None and not any(
                element == gone and (key in saw or (own and self._is_later(by, key[0]))) for by, gone, saw in removed
            ):
                alive.setdefault(element, set()).add(key)
        return alive

    def _is_later(self, action: str, other: str) -> bool:
        same = self.devices.get(action) == self.devices.get(other) is not None
        return same and self.order[action] > self.order[other]

    def _check_notes(self, name: str, served: Served, members: list[str], arrived: Set[str]) -> list[str]:
        present = self.present(name, members, arrived)
        lines = served.values.get(name, "").split("\n")
        texts = [self.intents[name][key].text for key in present - self.replaced(name, present)]
        lost = [line for text in texts for line in text.split("\n") if line and line not in lines]
        return [f"{name}: {lost} lost"] if lost else []

    def _check_writes(self, served: Served, members: list[str]) -> list[str]:
        """Compare the writes that were derived with what people really changed."""
        wrong = []
        for name, known in PROPERTIES.items():
            if known.policy not in ("sum", "union"):
                meant = {key[0] for key in self.intents[name] if key[0] in members}
                derived = {action for action, names in served.writes.items() if name in names and action in members}
                if meant != derived:
                    wrong.append(f"{name}: written by {sorted(derived)}, really by {sorted(meant)}")
        return wrong

    def _check_deletion(self, served: Served, members: list[str], arrived: Set[str]) -> list[str]:
        present = {key: self.deletions[key] for key in members if key in self.deletions}
        replaced = {old for deletion in present.values() for old in deletion.replaces}
        heads = [deletion for key, deletion in present.items() if key not in replaced]
        saw = set().union(*(head.saw for head in heads if head.deletes))
        for name, known in PROPERTIES.items():
            if known.policy not in ("sum", "union"):
                saw |= self.replaced(name, saw.intersection(self.intents[name]))
        unseen = {key for key in self.all_present(members, arrived) - saw if key[0] not in self.knowing}
        standing = any(head.deletes for head in heads)
        deleted = standing and all(head.deletes for head in heads) and not unseen
        found = (served.deleted, "_deleted" in served.conflicts)
        if found == (False, True) and standing and self._has_late_original(members):
            return []  # an answer that came late after its edit was on no page, whatever became of it
        if found != (deleted, standing and not deleted):
            return [f"_deleted: {found}, really {deleted}, disputed {standing and not deleted}, unseen {sorted(unseen)}"]
        return []

    def _has_late_original(self, members: list[str]) -> bool:
        return any(self.edits.get(key) in members[place:] for place, key in enumerate(members))
