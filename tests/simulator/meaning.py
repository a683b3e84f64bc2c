"""What one answer changed, given the screen it was given on: for a form, for an edit of it, and for an officer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from tests.simulator.questionnaires import PROPERTIES
from tests.simulator.truth import COLLECTED, EMPTY, NONE, Cell, Intent, Key, Screen, Truth, meaning, number


@dataclass
class Own:
    """One action of a device: what it was opened on, and what it left on the screen."""

    action: str
    kind: str
    saved: Mapping[str, str]
    prefilled: frozenset[str]
    blankable: frozenset[str]
    before: Screen
    after: Screen = field(default_factory=dict)
    chain: frozenset[str] = frozenset()  # this action, and what it is the edit of
    edits: str | None = None


class Meaning:
    """Turns answers into intents of the truth."""

    def __init__(self, truth: Truth) -> None:
        self.truth = truth

    def fill(self, own: Own, device: str, at: float, *, literal: bool) -> None:
        """Note what a finished form changed; `own.after` is then what is on the screen, word for word."""
        carried = self.truth.begin(own.action, device)
        self.truth.answered[own.action] = set(own.saved)
        own.chain = frozenset({own.action})
        own.after = dict(own.before)
        for name, text in own.saved.items():
            cell = own.before.get(name, EMPTY)
            fills, clears = name in own.prefilled and own.kind != "create", name in own.blankable and own.kind != "create"
            own.after[name] = self._answer(own, carried, name, text, cell, fills, clears, at)
            if PROPERTIES[name].policy == "union" and literal and not fills:
                said = {
                    key for key in cell.pending if self.truth.adds.get(key) in {*text.split()} & {*cell.text.split()}
                }
                own.after[name] = replace(own.after[name], pending=own.after[name].pending | said)

    def _answer(
        self,
        own: Own,
        carried: dict[str, frozenset[Key]],
        name: str,
        text: str,
        cell: Cell,
        fills: bool,
        clears: bool,
        at: float,
    ) -> Cell:
        policy = PROPERTIES[name].policy
        if policy == "sum":
            return self._add(own.action, carried, name, text, cell, fills, clears)
        if policy == "union":
            return self._unite(own.action, carried, name, text, cell, fills, clears)
        if policy == "append":
            if text:
                self._intend(carried, own.action, name, text, NONE, at)
            return Cell(text)
        if not text and not (clears and cell.text):
            if clears:
                carried[name] = cell.behind
                return cell
            return EMPTY
        if own.kind == "update" and meaning(name, text) == meaning(name, cell.text):
            carried[name] = cell.behind
            return Cell(text, behind=cell.behind)
        return Cell(text, behind=self._intend(carried, own.action, name, text, cell.behind, at))

    def _intend(
        self, carried: dict[str, frozenset[Key]], action: str, name: str, text: str, replaces: frozenset[Key], at: float
    ) -> frozenset[Key]:
        key = (action, name)
        self.truth.intents[name][key] = Intent(text, replaces, at, action)
        carried[name] = frozenset({key})
        return carried[name]

    def _add(
        self,
        action: str,
        carried: dict[str, frozenset[Key]],
        name: str,
        text: str,
        cell: Cell,
        fills: bool,
        clears: bool,
    ) -> Cell:
        key = (action, name)
        pending = cell.pending if fills else NONE
        if not text and (not clears or not cell.text):
            return Cell(text)
        delta = number(text) - (number(cell.text) if fills else Decimal(0))
        if delta or not fills:
            self.truth.deltas[key] = delta
            pending |= {key}
        carried[name] = pending
        return Cell(text, pending=pending)

    def _unite(
        self,
        action: str,
        carried: dict[str, frozenset[Key]],
        name: str,
        text: str,
        cell: Cell,
        fills: bool,
        clears: bool,
    ) -> Cell:
        chosen, shown = set(text.split()), set(cell.text.split())
        if not chosen and not (fills and clears):
            return EMPTY
        mine: set[Key] = set()
        elements = {element: cell.elements[element] for element in chosen & shown if fills}
        for element in chosen - (shown if fills else set()):
            key = (action, name, element)
            self.truth.adds[key] = element
            elements[element] = (cell.elements[element] if element in shown else NONE) | {key}
            mine.add(key)
        if fills:
            for element in shown - chosen:
                key = (action, name, element, "-")
                self.truth.removes[key] = (element, cell.elements[element])
                mine.add(key)
        carried[name] = (cell.pending if fills else NONE) | mine
        return Cell(text, elements=elements, pending=carried[name])

    # Edits

    def edit(self, own: Own, old: Own, now: Screen, device: str, at: float) -> None:
        """Note what an edit changed of the answers it replaces; `now` is the record as its author sees it."""
        carried = self.truth.begin(own.action, device)
        self.truth.edits[own.action] = old.action
        self.truth.answered[own.action] = set(own.saved)
        own.chain = old.chain | {own.action}
        own.edits = old.action
        own.before = old.before
        before = self.truth.carried[old.action]
        for name, text in own.saved.items():
            was = old.after.get(name, EMPTY)
            carried[name] = before.get(name, NONE)
            calculated = name in old.prefilled - old.blankable and PROPERTIES[name].policy == "sum"
            if calculated:
                own.after[name] = Cell(text, pending=was.pending)
            else:
                cell = self._edit(own, old, carried, name, text, was, at)
                shown = now.get(name, EMPTY).elements
                own.after[name] = replace(
                    cell, elements={el: keys | shown.get(el, NONE) for el, keys in cell.elements.items()}
                )

    def _edit(
        self, own: Own, old: Own, carried: dict[str, frozenset[Key]], name: str, text: str, was: Cell, at: float
    ) -> Cell:
        policy, key, told, before = PROPERTIES[name].policy, (own.action, name), old.saved[name], carried[name]
        if meaning(name, text) == meaning(name, told):
            return was
        if policy == "sum":
            self.truth.deltas[key] = number(text) - number(told)
            carried[name] = before | {key}
            return Cell(text, pending=was.pending | {key})
        if policy == "union":
            return self._edit_union(own, old, carried, name, text, was)
        if policy == "append":
            replaces = before
        else:
            replaces = was.behind if was.behind or told else old.before.get(name, EMPTY).behind
        return Cell(text, behind=self._intend(carried, own.action, name, text, replaces, at))

    def _edit_union(
        self, own: Own, old: Own, carried: dict[str, frozenset[Key]], name: str, text: str, was: Cell
    ) -> Cell:
        told, chosen, before = set(old.saved[name].split()), set(text.split()), carried[name]
        opened = old.before.get(name, EMPTY)
        fills = name in old.prefilled
        shown = {el: keys for el, keys in opened.elements.items() if fills and el in opened.text.split()}
        mine: set[Key] = set()
        elements = {element: keys for element, keys in was.elements.items() if element in chosen}
        for element in chosen - told:
            key = (own.action, name, element)
            self.truth.adds[key] = element
            elements[element] = frozenset({key})
            mine.add(key)
        for element in told - chosen:
            key = (own.action, name, element, "-")
            added = frozenset(known for known in before if self.truth.adds.get(known) == element)
            self.truth.removes[key] = (element, shown.get(element, NONE) | added)
            self.truth.narrow[key] = frozenset(known for known in added if known[0] in old.chain)
            mine.add(key)
        carried[name] = before | mine
        return Cell(text, elements=elements, pending=was.pending | mine)

    # What a screen shows

    def cover(self, name: str, cell: Cell, own: Own) -> Cell:
        """Show one own unsent answer over what was pulled, as our app does."""
        policy = PROPERTIES[name].policy
        mine = frozenset(key for key in self.truth.carried[own.action].get(name, NONE) if key[0] == own.action)
        if policy == "sum":
            delta = sum((self.truth.deltas[key] for key in mine), Decimal(0))
            return Cell(str(number(cell.text) + delta) if mine else cell.text, pending=cell.pending | mine)
        if policy == "union":
            elements, shown = dict(cell.elements), set(cell.text.split())
            for key in mine:
                if key in self.truth.adds:
                    element = self.truth.adds[key]
                    shown.add(element)
                    elements[element] = elements.get(element, NONE) | {key}
            shown -= {self.truth.removes[key][0] for key in mine if key in self.truth.removes}
            return Cell(" ".join(sorted(shown)), elements=elements, pending=cell.pending | mine)
        if policy == "append" or (own.edits and (own.action, name) not in self.truth.intents[name]):
            return cell
        return own.after[name]

    # The office

    def resolve(
        self, action: str, seen: Screen, values: Mapping[str, str], candidates: Mapping[str, frozenset[Key]], at: float
    ) -> None:
        """Note what an officer settled on a page that listed the candidates of each property."""
        carried = self.truth.begin(action, "office")
        for name, text in values.items():
            assert PROPERTIES[name].policy not in COLLECTED
            self._intend(carried, action, name, text, candidates[name], at)
