"""What people really did, kept outside the rule: who changed what, and whose answers were on the screen then.

A `Cell` is one property on one screen: its text, and whose answers stood behind it. A change is an intent, named by a
key. Nothing here knows of branches, bases, rows or heads.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sync.merge import EntityState, Rule
from tests.sync.ledger import listed

Key = tuple[str, ...]
NONE: frozenset[Key] = frozenset()

RULES: Mapping[str, Rule] = {
    "name": Rule("review", "text"),
    "rooms": Rule("review", "integer"),
    "phone": Rule("last", "text"),
    "code": Rule("first", "text"),
    "visited": Rule("max", "integer"),
    "floor": Rule("min", "decimal"),
    "paid": Rule("sum", "integer"),
    "trades": Rule("union", "select_multiple", ("c", "a", "b")),
    "notes": Rule("append", "text"),
}
CHOOSING = [name for name, rule in RULES.items() if rule.policy not in ("sum", "union", "append")]


@dataclass(frozen=True)
class Cell:
    """One property on a screen.

    `behind` are the intents whose value it shows; `elements` the adds behind each element of a set; `pending` the
    author's own intents in it that the pulled record did not hold.
    """

    text: str = ""
    behind: frozenset[Key] = NONE
    elements: Mapping[str, frozenset[Key]] = field(default_factory=dict)
    pending: frozenset[Key] = NONE


EMPTY = Cell()


@dataclass(frozen=True)
class Intent:
    """One change: to which text, and what it replaced."""

    text: str
    replaces: frozenset[Key]
    at: datetime
    action_id: str


@dataclass(frozen=True)
class Deletion:
    """An officer deleted or restored a record: what the page showed, and which deletions and restorations."""

    deletes: bool
    saw: frozenset[Key]
    replaces: frozenset[str]


def number(text: str) -> Decimal:
    return Decimal(text) if text.strip() else Decimal(0)


def meaning(name: str, text: str) -> object:
    """Return what two texts are the same by, written without the rule's own comparison."""
    kind = RULES[name].type
    if kind in ("integer", "decimal") and text:
        return number(text)
    return frozenset(text.split()) if kind == "select_multiple" else unicodedata.normalize("NFC", text)


class Truth:
    """All intents, what each action carries, and what must follow for a record."""

    def __init__(self) -> None:
        self.intents: dict[str, dict[Key, Intent]] = {name: {} for name in RULES}
        self.deltas: dict[Key, Decimal] = {}
        self.adds: dict[Key, str] = {}
        self.removes: dict[Key, tuple[str, frozenset[Key]]] = {}
        self.carried: dict[str, dict[str, frozenset[Key]]] = {}
        self.deletions: dict[str, Deletion] = {}
        self.edits: dict[str, str] = {}
        self.knowing: set[str] = set()  # resolves of a record that was known to be deleted
        self.devices: dict[str, str] = {}
        self.narrow: dict[Key, frozenset[Key]] = {}  # of a removal in an edit: what it surely takes back
        self.answered: dict[str, set[str]] = {}
        self.unsure: set[str] = set()

    def present(self, name: str, members: Iterable[str], arrived: frozenset[str]) -> set[Key]:
        """Find the intents a record holds: those that arrived, and those an arrived answer of the author repeats."""
        found: set[Key] = set()
        for action_id in members:
            for key in self.carried.get(action_id, {}).get(name, ()):
                if key[0] == action_id or key[0] not in arrived:
                    found.add(key)
        return found

    def replaced(self, name: str, present: Iterable[Key]) -> set[Key]:
        """Find what the present intents replace, directly or by way of others."""
        seen: set[Key] = set()
        waiting = [old for key in present for old in self.intents[name][key].replaces]
        while waiting:
            key = waiting.pop()
            if key not in seen:
                seen.add(key)
                waiting.extend(self.intents[name][key].replaces)
        return seen

    def heads(self, name: str, present: Iterable[Key]) -> dict[Key, Intent]:
        present = set(present)
        return {key: self.intents[name][key] for key in present - self.replaced(name, present)}

    def elements(self, present: set[Key], *, own: bool = False) -> dict[str, frozenset[Key]]:
        """Find the elements of the set that stand, with the adds behind them.

        With `own`, who removes an element takes back what she had added herself, whether it was on the screen or not.
        """
        removed: list[tuple[str, str, frozenset[Key]]] = []
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
        return {element: frozenset(keys) for element, keys in alive.items()}

    def _is_later(self, action_id: str, other: str) -> bool:
        same = self.devices.get(action_id) == self.devices.get(other) is not None
        return same and int(action_id[1:]) > int(other[1:])

    # What must hold

    def find_violations(
        self, state: EntityState, members: list[str], arrived: frozenset[str], *, complete: bool
    ) -> list[str]:
        """Compare a record with what people did; `complete` when no step and no original is still on its way."""
        wrong: list[str] = []
        for name in CHOOSING:
            wrong += self._check_chosen(name, state, members, arrived, complete)
        wrong += self._check_sum(state, members, arrived, complete)
        wrong += self._check_union(state, members, arrived, complete)
        wrong += self._check_notes(state, members, arrived)
        if complete:
            wrong += self._check_writes(state, members)
            wrong += self._check_deletion(state, members, arrived)
        return wrong

    def _check_deletion(self, state: EntityState, members: list[str], arrived: frozenset[str]) -> list[str]:
        present = {key: self.deletions[key] for key in members if key in self.deletions}
        replaced = {old for deletion in present.values() for old in deletion.replaces}
        heads = [deletion for key, deletion in present.items() if key not in replaced]
        saw = set().union(*(head.saw for head in heads if head.deletes))
        for name in (*CHOOSING, "notes"):
            saw |= self.replaced(name, saw.intersection(self.intents[name]))
        unseen = {key for key in self.all_present(members, arrived) - saw if key[0] not in self.knowing}
        standing = any(head.deletes for head in heads)
        deleted = standing and all(head.deletes for head in heads) and not unseen
        disputed = standing and not deleted
        found = (state.deleted, listed(state, "_deleted") is not None)
        if found == (False, True) and standing and self._has_late_original(members):
            return []  # an answer that came late after its edit was on no page, whatever became of it
        if found != (deleted, disputed):
            return [f"_deleted: {state.deleted}, really {deleted}, disputed {disputed}, unseen {sorted(unseen)}"]
        return []

    def _has_late_original(self, members: list[str]) -> bool:
        return any(self.edits.get(key) in members[place:] for place, key in enumerate(members))

    def all_present(self, members: Iterable[str], arrived: frozenset[str]) -> frozenset[Key]:
        """Find every change a record holds."""
        return frozenset().union(*(self.present(name, members, arrived) for name in RULES))

    def _check_chosen(
        self, name: str, state: EntityState, members: list[str], arrived: frozenset[str], complete: bool
    ) -> list[str]:
        policy = RULES[name].policy
        heads = self.heads(name, self.present(name, members, arrived))
        served = state.values.get(name)
        shown = listed(state, name)
        if not heads:
            return [f"{name}: {served!r} is served, nobody said it"] if complete and served is not None else []
        if served is None:
            return [f"{name}: lost altogether"] if any(intent.text for intent in heads.values()) else []
        values = {meaning(name, intent.text) for intent in heads.values()}
        listed_values = {meaning(name, text) for text in shown or ()}
        wrong = []
        if policy in ("max", "min"):
            filled = [number(intent.text) for intent in heads.values() if intent.text]
            if complete and filled:
                best = max(filled) if policy == "max" else min(filled)
                if meaning(name, served) != best:
                    wrong.append(f"{name}: {served!r} is served, {best} stands")
            return wrong
        if not complete and self._is_unsure(name, members):
            return []
        for value in {meaning(name, intent.text) for intent in heads.values()}:
            if value != meaning(name, served) and value not in listed_values:
                wrong.append(f"{name}: {value!r} is lost, served {served!r}, listed {shown}")
        if complete:
            wrong += self._check_choice(name, served, shown, listed_values, values, heads, state)
        return wrong

    def _is_unsure(self, name: str, members: Iterable[str]) -> bool:
        """Tell whether somebody answered on a screen that showed a step of her own that is missing.

        What she had then seen of the record nobody can know.
        """
        return any(name in self.answered.get(action_id, ()) for action_id in self.unsure.intersection(members))

    def _check_choice(
        self,
        name: str,
        served: str,
        shown: set[str] | None,
        listed_values: set[object],
        values: set[object],
        heads: Mapping[Key, Intent],
        state: EntityState,
    ) -> list[str]:
        wrong = []
        if len(values) == 1 and shown is not None:
            wrong.append(f"{name}: false conflict {shown}, all say {values}")
        if len(values) > 1 and listed_values != values:
            wrong.append(f"{name}: listed {shown}, stand {values}")
        ordered = sorted(heads.values(), key=lambda intent: (intent.at, intent.action_id))
        chosen = ordered[0] if RULES[name].policy == "first" else ordered[-1]
        if meaning(name, served) != meaning(name, chosen.text):
            wrong.append(f"{name}: served {served!r}, {chosen.text!r} is the one by time")
        is_open = any(c.property == name and c.open for c in state.conflicts)
        if is_open != (len(values) > 1 and RULES[name].policy == "review"):
            wrong.append(f"{name}: open {is_open} with {values}")
        return wrong

    def _check_sum(self, state: EntityState, members: list[str], arrived: frozenset[str], complete: bool) -> list[str]:
        present = self.present("paid", members, arrived)
        total = sum((self.deltas[key] for key in present), Decimal(0))
        served = state.values.get("paid", "")
        if complete and number(served) != total:
            return [f"paid: {served!r} is served, the sum is {total}"]
        return []

    def _check_union(
        self, state: EntityState, members: list[str], arrived: frozenset[str], complete: bool
    ) -> list[str]:
        present = self.present("trades", members, arrived)
        alive = set(self.elements(present))
        if not complete:
            present |= set(self.removes)  # who knows what is on its way: only what nobody removed must stand
            if self._is_unsure("trades", members):
                return []
        surely = set(self.elements(present, own=True))
        served = set(state.values.get("trades", "").split())
        if complete and not surely <= served <= alive:
            return [f"trades: {served} are served, {alive} stand, {surely} surely"]
        return [f"trades: {surely - served} are lost"] if not surely <= served else []

    def _check_notes(self, state: EntityState, members: list[str], arrived: frozenset[str]) -> list[str]:
        present = self.present("notes", members, arrived)
        replaced = self.replaced("notes", present)
        served = state.values.get("notes", "").split("\n")
        texts = [self.intents["notes"][key].text for key in present - replaced]
        lost = [line for text in texts for line in text.split("\n") if line and line not in served]
        return [f"notes: {lost} are lost"] if lost else []

    def _check_writes(self, state: EntityState, members: list[str]) -> list[str]:
        """Compare the writes that were derived with what people really changed."""
        wrong = []
        for name in (*CHOOSING, "notes"):
            meant = {key[0] for key in self.intents[name] if key[0] in members}
            derived = {key for key, writes in state.writes.items() if name in writes}
            if meant != derived:
                wrong.append(f"{name}: written by {sorted(derived)}, really by {sorted(meant)}")
        return wrong
