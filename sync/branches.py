"""The offline chains of phones: which earlier answers of her own an author had on her screen.

A branch is one phone's chain of actions on one record; `pos` is the place in it. The steps of a branch may arrive in
any order, some never. An action had seen those earlier steps that were not yet in the row it was based on: what the
row has, it has from the server, and what came to the phone with it since then shows there, not here.

Three things prove no order. A position that was filled twice is a copied phone, from there on (rule 8). An edited
submission stands where its original stands and takes no place of its own. And a step that was based on a later row than
the action that follows it contradicts itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from sync.actions import Recorded, instance_of, order
from sync.policies import Rule
from sync.trail import NEVER, Graph, Trail, find_base, find_version

_FIRST: Final = -1

Chain = tuple[str, str]


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
        while at is not None and version < replaced.get(at, NEVER):
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
