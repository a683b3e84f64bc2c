"""The offline chains of phones: which earlier answers of her own an author had on her screen.

A branch is one phone's chain of actions on one record; `pos` is the place in it. The steps of a branch may arrive in
any order, some never. An action had seen those earlier steps that were not yet in the row it was based on: what the
row has, it has from the server, and what came to the phone with it since then shows there, not here.

Three things prove no order. A position that was filled twice is a copied phone, from there on (rule 8). An edited
submission stands where its original stands and takes no place of its own. And a step that was based on a later row than
the action that follows it contradicts itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from sync.actions import DELETED, LABEL, EntityAction, Recorded, instance_of, order
from sync.answers import Answer, bring
from sync.comparison import Comparison, is_blank
from sync.policies import COLLECTING, Rule

# A step that took its version of another woman (two ids that were merged) is in no row of this one.
_NEVER: Final = 1 << 62
_FIRST: Final = -1
_NOBODY: Final[Mapping[str, Answer]] = {}

Chain = tuple[str, str]
Graph = dict[str, Answer]


class Step(NamedTuple):
    """One step of a branch: from which version on rows hold it, its base, from which on they hold an edit of it.

    It shows over a row that holds neither, unless it is based on a later one.
    """

    version: int
    base: int
    replaced: int
    action: EntityAction


class Collected:
    """The steps of a branch that brought something to one `sum`, `union` or `append` property, and what they show.

    `steps` up to `pruned` are those that the row at `base` does not hold; those up to `shown` are in `text`. Bases only
    grow along a branch, so what the row holds is left out for good, and a long branch on one base is walked once.
    """

    __slots__ = ("base", "pruned", "shown", "steps", "text")

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.base = -1
        self.pruned = 0
        self.shown = 0
        self.text = ""

    def prune(self, base: int) -> list[Step]:
        """Leave out what the row at `base` holds."""
        steps = self.steps
        if self.base != base:
            self.base, self.pruned, self.shown = base, 0, 0
        if self.pruned < len(steps):
            for at in range(self.pruned, len(steps)):
                if steps[at].version <= base or steps[at].replaced <= base:
                    steps[at:] = [step for step in steps[at:] if step.version > base and step.replaced > base]
                    break
            self.pruned = len(steps)
        return steps


class Trail:
    """What the steps of one branch left on the phone so far, by property; filled in the order of the branch."""

    __slots__ = ("_collected", "_ends", "_graphs", "_latest", "_replaced", "_rules", "_waiting")

    def __init__(
        self, ends: int | None, replaced: Mapping[str, int], rules: Mapping[str, Rule], graphs: Mapping[str, Graph]
    ) -> None:
        self._ends = ends
        self._replaced = replaced
        self._rules = rules
        self._graphs = graphs
        self._latest: dict[str, list[Step]] = {}
        self._collected: dict[str, Collected] = {}
        self._waiting: list[tuple[int, Recorded]] = []

    def add(self, pos: int, record: Recorded) -> None:
        """Remember a step; those at the same position do not see it."""
        if self._ends is None or pos < self._ends:
            self._waiting.append((pos, record))

    def reach(self, pos: int) -> None:
        """Lay down what was left by the steps before a position."""
        waiting = self._waiting
        if not waiting or waiting[0][0] >= pos:
            return
        self._waiting = [entry for entry in waiting if entry[0] >= pos]
        for place, record in waiting:
            if place >= pos:
                continue
            action = record.action
            replaced = self._replaced.get(action.id, _NEVER)
            self._lay(Step(find_version(record), find_base(record), replaced, action))

    def _lay(self, step: Step) -> None:
        action, version = step.action, step.version
        usual = action.edits is None and step.replaced == _NEVER
        all_latest, collected = self._latest, self._collected
        for name, text in action.saved.items():
            latest = all_latest.get(name)
            if usual and latest is not None and name not in collected and name != LABEL:
                while latest and latest[-1].version <= version:
                    latest.pop()  # whoever has not got this one in the row has not got that one either
                latest.append(step)
                continue
            if name == DELETED or (name == LABEL and is_blank(text)):
                continue
            rule = self._rules.get(name)
            if rule is not None and rule.policy in COLLECTING:
                held = collected.get(name)
                if held is None:
                    held = collected[name] = Collected()
                held.steps.append(step)
                if not action.literal:
                    continue
            elif action.edits is not None and not action.literal and not self._changes(action.id, name):
                continue
            if latest is None:
                latest = all_latest[name] = []
            while step.replaced == _NEVER and latest and latest[-1].version <= version:
                latest.pop()
            latest.append(step)

    def _changes(self, edit: str, name: str) -> bool:
        """Tell whether an edit changed an answer: only then our app leaves it on the screen."""
        answer = self._graphs.get(name, {}).get(edit)
        return answer is not None and answer.text is not None

    def find_latest(self, name: str, base: int) -> EntityAction | None:
        """Find the last step that saved a property and is newer than the row at `base`."""
        steps = self._latest.get(name)
        if steps is None:
            return None
        for step in reversed(steps):
            if step.version > base and step.base <= base < step.replaced:
                return step.action
        return None

    def collect(self, name: str, base: int, start: str, rule: Rule, compare: Comparison) -> tuple[str, tuple[str, ...]]:
        """Return what our app shows for a property over `start`, the row at `base`, and whose answers that holds."""
        held = self._collected.get(name)
        steps = held.prune(base) if held is not None else None
        if held is None or not steps:
            return start, ()
        graph = self._graphs.get(name, _NOBODY)
        done = held.shown
        text = held.text if done else start
        if done < len(steps):
            for step in steps[done:] if done else steps:
                answer = graph.get(step.action.id) if step.base <= base else None
                if answer is not None and answer.text is not None:
                    text = bring(rule, text, answer, compare)
            held.shown, held.text = len(steps), text
        last = steps[-1]
        action = last.action
        if last.base <= base and action.edits is None and name in action.prefilled:  # as most do: it repeats the rest
            return text, (action.id,) if action.id in graph else ()
        return text, self._find_shown(steps, name, base, (), until_blank=False)

    def collect_copy(self, name: str, base: int, start: str, by: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        """Return the same for a client that copies word for word: it shows the last answer alone.

        `by` are those behind the row; they are among the answers shown unless one of the steps covers the row.
        """
        last = self.find_latest(name, base)
        held = self._collected.get(name)
        steps = held.prune(base) if held is not None else ()
        shown = self._find_shown(steps, name, base, by, until_blank=True)
        return (start if last is None else last.saved[name]), shown

    def uncover(
        self, name: str, base: int, start: str, by: tuple[str, ...], compare: Comparison
    ) -> tuple[Mapping[str, tuple[str, ...]], frozenset[str]]:
        """Tell of a set on the screen of a client that copies word for word whose answers each element was.

        An element stands with the last step that names it, and with those before it as long as each names it too; with
        the row where all do. Returns the answers by element, and the elements that the row still shows.
        """
        held = self._collected.get(name)
        steps = [step for step in held.prune(base) if step.base <= base] if held is not None else []
        graph = self._graphs.get(name, _NOBODY)
        row = compare.to_elements(start)
        behind: dict[str, tuple[str, ...]] = {}
        left: set[str] = set()
        for element in compare.to_elements(steps[-1].action.saved[name]) if steps else row:
            found: list[str] = []
            for step in reversed(steps):
                action = step.action
                if element not in compare.to_elements(action.saved[name]):
                    break
                if action.id in graph:
                    found.append(action.id)
                if action.edits is None and name in action.prefilled:
                    break  # it repeats what was there before it, and says whose that was
            else:
                if element in row:
                    found.extend(by)
                    left.add(element)
            behind[element] = tuple(found)
        return behind, frozenset(left)

    def _find_shown(
        self, steps: Sequence[Step], name: str, base: int, by: tuple[str, ...], *, until_blank: bool
    ) -> tuple[str, ...]:
        """Find whose answers are shown together, and `by` when they reach back to the row.

        Back to the last one that repeats all before it, as a prefilled one does; or to the last blank.
        """
        found: list[str] = []
        graph = self._graphs.get(name, _NOBODY)
        for step in reversed(steps):
            action = step.action
            if step.base > base:
                continue
            if action.id in graph:
                found.append(action.id)
            repeats = action.edits is None and name in action.prefilled
            if repeats or (until_blank and is_blank(action.saved[name])):
                return tuple(found)
        return (*by, *found)


def find_base(record: Recorded) -> int:
    """Return the version the author saw, 0 for none; nobody can have seen a row that was made after the arrival."""
    base = record.action.base or 0
    if record.numbered == record.action.entity_id and base >= record.version:
        return record.version - 1
    return base


def find_version(record: Recorded) -> int:
    """Return the version from which on rows of the action's own id hold it."""
    return record.version if record.numbered == record.action.entity_id else _NEVER


class Branches:
    """The branches among the actions of a woman: their order, their forks, and what each step saw of the others."""

    def __init__(
        self,
        records: Mapping[str, Recorded],
        originals: Mapping[str, str],
        rules: Mapping[str, Rule],
        graphs: Mapping[str, Graph],
    ) -> None:
        self._records = records
        self._originals = originals
        self._places: dict[str, tuple[Chain, int]] = {}
        self._groups: dict[Chain, dict[int, list[Recorded]]] = {}
        self._creates: dict[tuple[str, str], list[Recorded]] = {}
        for record in records.values():
            self._place(record)
        self._trails: dict[Chain, Trail] = {}
        self._replaced = _find_replaced(records, originals)
        self._before: dict[tuple[Chain, int], int] = {}
        self._births: dict[Chain, list[str]] = {}
        self._whole: set[tuple[Chain, int]] = set()
        forks: set[tuple[str, int]] = set()
        for chain, groups in self._groups.items():
            twice = [pos for pos, group in groups.items() if pos != _FIRST and _is_copied(group)]
            trail = self._trails[chain] = Trail(min(twice, default=None), self._replaced, rules, graphs)
            for create in self._find_creates(chain, groups):
                trail.add(_FIRST, create)
                self._births.setdefault(chain, []).append(create.action.id)
            forks.update((chain[1], pos) for pos in twice)
            places = sorted(groups)
            self._whole.update((chain, pos) for pos in _find_whole(groups))
            self._before.update({(chain, pos): before for before, pos in zip(places, places[1:], strict=False)})
        self.forks: Final = tuple(sorted(forks))

    def _place(self, record: Recorded) -> None:
        action = record.action
        if action.kind == "create" and action.device is not None and action.id not in self._originals:
            self._creates.setdefault((action.entity_id, action.device), []).append(record)
        if action.branch is None or action.kind not in ("create", "update"):
            return
        pos = _FIRST if action.pos is None and action.kind == "create" else action.pos
        if pos is None:
            return
        chain = (action.entity_id, action.branch)
        self._places[action.id] = (chain, pos)
        self._groups.setdefault(chain, {}).setdefault(pos, []).append(record)

    def enter(self, record: Recorded) -> Trail | None:
        """Return what the steps before this one left; None outside a branch."""
        place = self._places.get(record.action.id)
        if place is None:
            return None
        chain, pos = place
        trail = self._trails[chain]
        trail.reach(pos)
        if _takes_place(record, self._groups[chain][pos]):
            trail.add(pos, record)
        return trail

    def has_gap(self, record: Recorded) -> bool:
        """Tell whether a step before this one is surely missing.

        Positions run without gap from the first, which is the version the branch began on; or they begin anew with the
        base, counting the steps that were not in its row.
        """
        place = self._places.get(record.action.id)
        return place is not None and place not in self._whole

    def _find_creates(self, chain: Chain, groups: Mapping[int, Iterable[Recorded]]) -> list[Recorded]:
        """Find the creates a branch begins with: it has a step without base, so she was registered on that device."""
        members = [record.action for group in groups.values() for record in group]
        devices = {a.device for a in members if a.base is None and a.kind == "update" and a.device is not None}
        ids = {action.id for action in members}
        found = [record for device in devices for record in self._creates.get((chain[0], device), ())]
        return sorted((r for r in found if r.action.id not in ids), key=order)

    def walk(self) -> Iterator[Recorded]:
        """Give every action after those it may have seen: originals before edits, branches in their order."""
        born = {create for creates in self._births.values() for create in creates}
        if not self._originals and born.isdisjoint(self._places):
            yield from (record for key, record in self._records.items() if key not in self._places)
            for groups in self._groups.values():
                yield from (record for pos in sorted(groups) for record in groups[pos])
            return
        done: set[str] = set()
        begun: set[str] = set()
        for first in self._records:
            stack = [first]
            while stack:
                at = stack[-1]
                if at in done:
                    stack.pop()
                elif at in begun:
                    stack.pop()
                    done.add(at)
                    yield self._records[at]
                else:
                    begun.add(at)
                    stack.extend(need for need in self._find_needs(at) if need not in begun)

    def _find_needs(self, action_id: str) -> Collection[str]:
        needs: list[str] = []
        original = self._originals.get(action_id)
        if original is not None:
            needs.append(original)
        place = self._places.get(action_id)
        if place is not None:
            chain, pos = place
            before = self._before.get((chain, pos))
            if before is not None:
                needs.extend(record.action.id for record in self._groups[chain][before])
            needs.extend(self._births.get(chain, ()))
        return needs


def _find_replaced(records: Mapping[str, Recorded], originals: Mapping[str, str]) -> dict[str, int]:
    """Find from which version on an edit of an action is in the rows."""
    replaced: dict[str, int] = {}
    for edit in originals:
        version = find_version(records[edit])
        at: str | None = originals[edit]
        while at is not None and version < replaced.get(at, _NEVER):
            replaced[at] = version
            at = originals.get(at)
    return replaced


def _find_whole(groups: Mapping[int, Collection[Recorded]]) -> set[int]:
    """Find the positions of a branch before which no step is missing."""
    whole: set[int] = set()
    before: list[Recorded] = []
    for pos in sorted(groups):
        group = groups[pos]
        if pos - 1 in whole or (not before and any(_is_first(record) for record in group)):
            whole.add(pos)
        else:
            base = max(find_base(record) for record in group)
            if 0 <= pos - base <= sum(find_version(record) > base for record in before):
                whole.add(pos)
        if pos != _FIRST:
            before.extend(group)
    return whole


def _is_first(record: Recorded) -> bool:
    """Tell whether an action begins its branch: on a row of the server, or on what was created on that device."""
    action = record.action
    return action.pos == action.base or action.base is None and (action.pos is None or action.pos <= 1)


def _is_copied(group: Iterable[Recorded]) -> bool:
    """Tell whether two submissions, not counting edits, claim the same position."""
    return len({instance_of(record.action.id) for record in group if record.action.edits is None}) > 1


def _takes_place(record: Recorded, group: Collection[Recorded]) -> bool:
    """Tell whether an action is a step: an edit is one only where nothing it could be the edit of stands."""
    if record.action.edits is None:
        return True
    ids = {other.action.id for other in group}
    return record.action.edits not in ids and all(other.action.edits is not None for other in group)
