"""The offline chains of phones: which earlier answers of her own an author had on her screen.

A branch is one phone's chain of actions on one record; `pos` is the place in it. The steps of a branch may arrive in
any order, some never. An action had seen those earlier steps that were not yet in the row it was based on: what the
row has, it has from the server, and what came to the phone with it since then shows there, not here.

Three things prove no order. A position that was filled twice is a copied phone, from there on (rule 8). An edited
submission stands where its original stands and takes no place of its own. And a step that was based on a later row than
the action that follows it contradicts itself.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from sync.actions import DELETED, LABEL, EntityAction, Recorded, instance_of, order
from sync.answers import Answer
from sync.comparison import is_blank

# A step that took its version of another woman (two ids that were merged) is in no row of this one.
_NEVER: Final = 1 << 62
_FIRST: Final = -1

Chain = tuple[str, str]
Graph = dict[str, Answer]


class Step(NamedTuple):
    """What one step of a branch left on the phone for one property."""

    version: int
    base: int
    text: str
    action_id: str
    repeats: bool
    replaced: int

    def shows(self, base: int) -> bool:
        """Tell whether it shows over the row at `base`: neither it nor an edit of it is in that row."""
        return self.version > base and self.base <= base < self.replaced


class Trail:
    """What the steps of one branch left on the phone so far, by property; filled in the order of the branch."""

    __slots__ = ("_graphs", "_latest", "_replaced", "_running", "_waiting", "ends", "steps")

    def __init__(self, ends: int | None, replaced: Mapping[str, int], graphs: Mapping[str, Graph]) -> None:
        self.ends = ends
        self._replaced = replaced
        self._graphs = graphs
        self.steps: dict[str, list[Step]] = {}
        self._latest: dict[str, list[Step]] = {}
        self._waiting: list[tuple[int, Recorded]] = []
        self._running: dict[str, tuple[int, int, str]] = {}

    def add(self, pos: int, record: Recorded) -> None:
        """Remember a step; those at the same position do not see it."""
        if self.ends is None or pos < self.ends:
            self._waiting.append((pos, record))

    def reach(self, pos: int) -> None:
        """Lay down what was left by the steps before a position."""
        if not self._waiting or self._waiting[0][0] >= pos:
            return
        laid = [record for place, record in self._waiting if place < pos]
        self._waiting = [entry for entry in self._waiting if entry[0] >= pos]
        for record in laid:
            version, base = find_version(record), find_base(record)
            replaced = self._replaced.get(record.action.id, _NEVER)
            for name, text in record.action.saved.items():
                if name == DELETED or (name == LABEL and is_blank(text)):
                    continue
                step = Step(version, base, text, record.action.id, _repeats(record.action, name), replaced)
                self.steps.setdefault(name, []).append(step)
                if not self._leaves(record, name):
                    continue
                latest = self._latest.setdefault(name, [])
                while latest and latest[-1].version <= version and replaced == _NEVER:
                    latest.pop()  # whoever has not got this one in the row has not got that one either
                latest.append(step)

    def _leaves(self, record: Recorded, name: str) -> bool:
        """Tell whether an answer is left on the screen: of an edit only what it changed, unless all is copied."""
        action = record.action
        if action.edits is None or action.literal:
            return True
        answer = self._graphs.get(name, {}).get(action.id)
        return answer is not None and answer.text is not None

    def find_latest(self, name: str, base: int) -> Step | None:
        """Find the last step that saved a property and is newer than the row at `base`."""
        for step in reversed(self._latest.get(name, ())):
            if step.shows(base):
                return step
        return None

    def find_collected(self, name: str, base: int, answered: Container[str], *, until_blank: bool) -> tuple[str, ...]:
        """Find the steps newer than the row at `base` whose answers were shown together, among those that answered.

        Back to the last one that repeats all before it; or to the last blank.
        """
        found: list[str] = []
        for step in reversed(self.steps.get(name, ())):
            if not step.shows(base):
                continue
            if step.action_id in answered:
                found.append(step.action_id)
            if step.repeats or (until_blank and is_blank(step.text)):
                break
        return tuple(found)

    def read_running(self, name: str, base: int, start: str) -> tuple[int, str]:
        """Return how many steps a total on the row at `base` counts, and the total; `start` where there is none."""
        kept, done, text = self._running.get(name, (-1, 0, start))
        return (done, text) if kept == base else (0, start)

    def keep_running(self, name: str, base: int, text: str) -> None:
        """Keep a total that counts every step so far, so that a long branch is walked once."""
        self._running[name] = (base, len(self.steps.get(name, ())), text)


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
        self, records: Mapping[str, Recorded], originals: Mapping[str, str], graphs: Mapping[str, Graph]
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
            trail = self._trails[chain] = Trail(min(twice, default=None), self._replaced, graphs)
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


def _repeats(action: EntityAction, name: str) -> bool:
    """Tell whether an answer holds all that was shown before it, as a prefilled one does."""
    return action.edits is None and name in action.prefilled


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
            if 0 < pos - base <= sum(find_version(record) > base for record in before):
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
