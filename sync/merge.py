"""The merge rule: what a woman's record is, computed from all that was ever recorded about her.

An entity is a pure function of its set of actions and of what was recorded when each first arrived. The order they come
in does not matter, nothing is held back for an action that is still on its way, and computing again from the beginning
gives what was served last. The rule itself, part by part, is in sync/README.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sync.actions import DELETED, YES, EntityAction, PropertyRow, Recorded, VersionRow, order
from sync.answers import Answer
from sync.identity import find_links, find_winner
from sync.policies import COLLECTING, Rule
from sync.seeing import Sight
from sync.shown import Conflict, Head, Shown, Standing, find_replaced, show, to_head, walk_parents

__all__ = ["Conflict", "EntityState", "Head", "Rule", "apply", "state"]

_NO_WORDS = frozenset({"", "false", "0", "no"})


@dataclass(frozen=True, slots=True)
class EntityState:
    """What is served for an entity, and what must be decided.

    `values` has every property that somebody wrote, "" where it was blanked; `row` says the same with the ids behind
    it, and `_deleted`. `forks` are the (branch, pos) that were filled twice: a copied phone, which must enrol again.
    `writes` says which action wrote what; `notes` lists the notes of `append` properties with their authors.
    `merged_into` is the winner when the record is part of another now: then there is nothing else.
    """

    values: Mapping[str, str]
    row: VersionRow
    conflicts: tuple[Conflict, ...]
    deleted: bool
    forks: tuple[tuple[str, int], ...]
    writes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notes: Mapping[str, tuple[Head, ...]] = field(default_factory=dict)
    merged_into: str | None = None


def state(entity_id: str, history: Iterable[Recorded], rules: Mapping[str, Rule]) -> EntityState:
    """Compute an entity from its history.

    `history` holds the recorded actions of every id that was ever merged with it (`identity.find_linked`), merges and
    unmerges included, in any order; one that comes twice counts once. A property without rule is under `review`.
    """
    records = _collect(history)
    links = find_links(record.action for record in records.values())
    winner = find_winner(entity_id, links)
    if winner != entity_id:
        return EntityState({}, {}, (), False, (), merged_into=winner)
    cancelled = _find_cancelled(records)
    sight = Sight(records, cancelled, rules)
    live = {
        key
        for key, record in records.items()
        if key not in cancelled and find_winner(record.numbered, links) == entity_id
    }
    return _Record(records, sight, live).describe()


def apply(
    entity_id: str,
    history: Sequence[Recorded],
    action: EntityAction,
    rules: Mapping[str, Rule],
    *,
    version: int,
) -> EntityState:
    """Compute an entity after one more action, which takes `version` of `entity_id`; its `row` is to be recorded.

    An action that is in the history already changes nothing.
    """
    if any(record.action.id == action.id for record in history):
        return state(entity_id, history, rules)
    return state(entity_id, [*history, Recorded(action, entity_id, version, {})], rules)


def _collect(history: Iterable[Recorded]) -> dict[str, Recorded]:
    """Return the records by action id, in an order that does not depend on how they came."""
    records: dict[str, Recorded] = {}
    for record in history:
        known = records.get(record.action.id)
        if known is None or (record.version, record.numbered) < (known.version, known.numbered):
            records[record.action.id] = record
    return {key: records[key] for key in sorted(records)}


def _find_cancelled(records: Mapping[str, Recorded]) -> frozenset[str]:
    """Find what undo actions cancel: their target, and what that was the edit of."""
    cancelled: set[str] = set()
    for record in records.values():
        at = record.action.target if record.action.kind == "undo" else None
        while at is not None and at not in cancelled:
            cancelled.add(at)
            target = records.get(at)
            at = target.action.edits if target else None
    return frozenset(cancelled)


class _Record:
    """One woman's record while it is put together."""

    def __init__(self, records: Mapping[str, Recorded], sight: Sight, live: Collection[str]) -> None:
        self._records = records
        self._sight = sight
        self._live = live
        # The order of (at, id) as numbers: a dispute of many is sorted for every property.
        self._order = {key: place for place, key in enumerate(sorted(records, key=lambda key: order(records[key])))}
        self._row: dict[str, PropertyRow] = {}
        self._conflicts: list[Conflict] = []
        self._writes: dict[str, dict[str, str]] = {}
        self._notes: dict[str, tuple[Head, ...]] = {}

    def describe(self) -> EntityState:
        """Put the state together, property by property."""
        sight = self._sight
        for name in sorted(sight.graphs):
            if name != DELETED:
                self._show(name, sight.graphs[name])
        deleted = self._show_deletion(sight.graphs.get(DELETED, {}))
        values = {name: shown.value for name, shown in self._row.items() if name != DELETED}
        return EntityState(values, self._row, tuple(self._conflicts), deleted, sight.forks, self._writes, self._notes)

    def _show(self, name: str, graph: Mapping[str, Answer]) -> None:
        writes = self._find_writes(name, graph)
        if not writes:
            return
        rule = self._sight.find_rule(name)
        heads = self._find_heads(writes, graph)
        sight = self._sight
        shown = show(Standing(heads, writes, graph, sight.originals, rule, sight.compare, sight.doubtful))
        by, all_heads = dict.fromkeys(shown.by), dict.fromkeys((*heads, *shown.by))
        if sight.doubtful:
            to_key = sight.compare.to_key
            served = to_key(rule.type, shown.value)
            standing = {to_key(rule.type, graph[head].text or "") for head in heads}
            for key, text in self._find_doubtful(name, graph, writes):
                said = to_key(rule.type, text)
                if rule.policy in COLLECTING or said == served:
                    by[key] = all_heads[key] = None
                elif said in standing:
                    all_heads[key] = None
        self._row[name] = PropertyRow(shown.value, tuple(by), tuple(all_heads))
        if shown.listed:
            self._list(name, rule.policy, shown, {head: graph[head].text or "" for head in shown.listed})
        if rule.policy == "append":
            self._notes[name] = tuple(to_head(self._records[h], t) for h in heads if (t := graph[h].text))

    def _find_doubtful(self, name: str, graph: Mapping[str, Answer], writes: Sequence[str]) -> list[tuple[str, str]]:
        """Find answers, with their texts, that may turn out to stand when something arrives that is missing now.

        An untouched answer may turn out to be a write when a step before it arrives; and a write to be untouched, and
        then what it replaces stands again. Whoever is served the same value now has seen them, so the row names them.
        """
        found = [key for key in self._sight.doubtful if key in self._live and key in graph]
        if not found:
            return []
        sure = self._find_surely_replaced(writes, graph)
        back = [parent for key in found if graph[key].text is not None for parent in graph[key].parents]
        found += [key for key in back if key in self._live and key in graph]
        said = {key: graph[key].text or self._records[key].action.saved[name] for key in found}
        return sorted((key, text) for key, text in said.items() if key not in sure)

    def _find_surely_replaced(self, writes: Sequence[str], graph: Mapping[str, Answer]) -> set[str]:
        """Find what is replaced whatever the doubtful ones turn out to be."""
        doubtful = self._sight.doubtful
        known = {key: answer for key, answer in graph.items() if key not in doubtful}
        return find_replaced((write for write in writes if write not in doubtful), known)

    def _find_writes(self, name: str, graph: Mapping[str, Answer]) -> list[str]:
        """Find the writes that count for this woman, and note them down."""
        writes = []
        live, noted = self._live, self._writes
        for key, answer in graph.items():
            text = answer.text
            if text is not None and key in live:
                writes.append(key)
                if key in noted:
                    noted[key][name] = text
                else:
                    noted[key] = {name: text}
        return writes

    def _find_heads(self, writes: Sequence[str], graph: Mapping[str, Answer]) -> list[str]:
        """Find the writes that nobody replaced, in the order of (at, id).

        Records that cannot have come about can replace each other in a circle; then those all stand, nothing is lost.
        """
        replaced = find_replaced(writes, graph)
        heads = [write for write in writes if write not in replaced]
        if len(heads) < len(writes):
            reached = find_replaced(heads, graph)
            heads += [write for write in writes if write in replaced and write not in reached]
        return sorted(heads, key=self._order.__getitem__) if len(heads) > 1 else heads

    def _show_deletion(self, graph: Mapping[str, Answer]) -> bool:
        """Show `_deleted` and tell whether it is (rule 5): somebody deleted her, nobody restored her, all was seen."""
        writes = self._find_writes(DELETED, graph)
        if not writes:
            return False
        heads = self._find_heads(writes, graph)
        values = {write: "" if (graph[write].text or "").strip().lower() in _NO_WORDS else YES for write in writes}
        standing = [head for head in heads if values[head]]
        listed = {head: values[head] for head in heads if len(standing) < len(heads)} if standing else {}
        if standing:
            knowing = {write for write in writes if values[write]}
            unseen = self._find_unseen(standing, knowing)
            listed = {head: values[head] for head in heads} | dict.fromkeys(unseen, "") if unseen else listed
        deleted = bool(standing) and not listed
        value = YES if deleted else ""
        by = tuple(head for head in heads if values[head] == value)
        self._row[DELETED] = PropertyRow(value, by, tuple(heads))
        if listed:
            self._list(DELETED, "review", Shown(value, by, tuple(listed), True), listed)
        return deleted

    def _find_unseen(self, standing: Sequence[str], deletions: Collection[str]) -> list[str]:
        """Find who wrote something that no standing deletion saw.

        An officer who settles another property of a record she knows to be deleted says nothing about the deletion.
        """
        unseen: set[str] = set()
        rows = [self._sight.find_row(self._records[key]) for key in standing]
        for name, graph in self._sight.graphs.items():
            if name == DELETED:
                continue
            seen = walk_parents((head for row in rows if name in row for head in row[name].heads), graph)
            unseen.update(
                key for key, a in graph.items() if a.text is not None and key in self._live and key not in seen
            )
        unseen.difference_update(standing)
        return sorted(key for key in unseen if not self._knows_deletion(self._records[key], deletions))

    def _knows_deletion(self, record: Recorded, deletions: Collection[str]) -> bool:
        if record.action.kind != "resolve":
            return False
        shown = self._sight.find_row(record).get(DELETED)
        return shown is not None and any(head in deletions for head in shown.heads)

    def _list(self, name: str, policy: str, shown: Shown, values: Mapping[str, str]) -> None:
        keys = sorted(values, key=self._order.__getitem__)
        candidates = tuple(to_head(self._records[key], values[key]) for key in keys)
        self._conflicts.append(Conflict(name, policy, shown.open, shown.value, candidates))
