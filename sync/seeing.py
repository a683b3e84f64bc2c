"""What each author had seen, and so what each answer changed: rules 1 to 3, 7 and 8 of sync/README.md.

The answers of all actions form, for each property, a graph: who answered, whether that was a write, and whose answers
were seen (`parents`). A write replaces its parents and theirs. An untouched answer is in the graph as well, for
somebody may have been served it before the write it repeats arrived; it passes on to its own parents. A blank that is
no answer is not in the graph, and what is not in the graph passes nothing.

Nothing here depends on the order of arrival: only on the set of actions and on what was recorded with each.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping
from typing import Final

from sync.actions import ANSWERING, DELETED, LABEL, YES, EntityAction, PropertyRow, Recorded, VersionRow
from sync.answers import Answer, Seen, Told, counts_whole, find_answer, find_edited_answer
from sync.branches import Branches
from sync.comparison import ZERO, Comparison, add, is_blank
from sync.policies import COLLECTING, DEFAULT_RULE, Rule
from sync.trail import Graph, Trail, find_base

_EMPTY: Final[VersionRow] = {}
_UNSEEN: Final[Seen] = ("", ())
# Deletion is nobody's answer in a form: whatever is declared, it is for an officer to decide.
_DELETION_RULE: Final = Rule("review", "text")


class Sight:
    """The graphs of all properties, worked out from a woman's actions: `graphs[property][action id]`."""

    def __init__(self, records: Mapping[str, Recorded], cancelled: Collection[str], rules: Mapping[str, Rule]) -> None:
        self.graphs: dict[str, Graph] = {}
        self.originals: dict[str, str] = find_originals(records, cancelled)
        self.doubtful: set[str] = set()
        self.compare = Comparison()
        self._rules = rules
        self._rows = _Rows(records)
        self._branches = Branches(records, self.originals, rules, self.graphs)
        self.forks = self._branches.forks
        self._edited = frozenset(self.originals.values())
        self._told: dict[str, dict[str, Told]] = {}
        for record in self._branches.walk():
            if record.action.kind in ANSWERING:
                self._look(record)
            elif record.action.kind == "delete":
                shown = self.find_row(record).get(DELETED)
                answer = Answer(shown.heads if shown else (), YES)
                self.graphs.setdefault(DELETED, {})[record.action.id] = answer

    def find_row(self, record: Recorded) -> VersionRow:
        """Return the row an author had seen: that of the base, or the nearest lower one."""
        return self._rows.find(record.action.entity_id, find_base(record))

    def find_rule(self, name: str) -> Rule:
        """Return how a property is merged."""
        return _DELETION_RULE if name == DELETED else self._rules.get(name, DEFAULT_RULE)

    def _look(self, record: Recorded) -> None:
        """Find all answers of one action."""
        action = record.action
        kind = action.kind
        row = self.find_row(record)
        trail = None if kind == "resolve" else self._branches.enter(record)
        base = find_base(record)
        original = self.originals.get(action.id)
        gap = trail is not None and self._branches.has_gap(record)
        orphan = action.edits is not None and original is None
        if gap or orphan:
            self.doubtful.add(action.id)
        unusual = orphan or original is not None or action.id in self._edited or kind == "resolve"
        rules, graphs, compare, updates = self._rules, self.graphs, self.compare, kind == "update"
        office = action.device is None
        guarded = gap and action.pos != action.base
        hidden = guarded and _is_below(action)
        key, prefilled, copies = action.id, action.prefilled, action.literal
        top = trail.find_top(base) if trail is not None and not unusual else None
        on_top: Mapping[str, str] = top.saved if top is not None else {}
        by_top = (top.id,) if top is not None else ()
        passed = Answer(by_top, None)
        seen: Seen
        for name, text in action.saved.items():
            if name == DELETED and kind != "resolve" or name == LABEL and is_blank(text):
                continue
            rule = rules.get(name, DEFAULT_RULE)
            shown = row.get(name)
            if rule.office and not office:
                shown = None  # no phone was sent it, so nothing of it was on her screen
            answer: Answer | None
            if unusual:
                answer = self._look_closer(action, name, text, shown, trail, base, original, gap)
            else:
                if guarded and shown is not None and (hidden or _may_hide(action, text, rule)):
                    shown = PropertyRow(shown.value, (), ())
                seen = (shown.value, shown.by) if shown is not None else _UNSEEN
                if trail is not None:
                    if rule.policy not in COLLECTING:
                        if name in on_top and name != LABEL:
                            seen = on_top[name], by_top
                        elif (mine := trail.find_latest(name, base)) is not None:
                            seen = mine.saved[name], (mine.id,)
                    elif name in prefilled:
                        seen = self._cover(action, name, seen, trail, base, rule)
                if gap and (not text or text.isspace()):
                    seen = (seen[0], ())
                if text == seen[0] and updates and not is_blank(text) and rule.policy not in COLLECTING:
                    if seen[1] is not passed.parents:
                        passed = Answer(seen[1], None)
                    answer = passed  # most answers of most visits leave what they saw
                else:
                    answer = find_answer(action, name, text, seen, rule, compare)
                if rule.policy == "union" and answer is not None and trail is not None:
                    if copies:
                        answer = self._note_screen(action, name, answer, shown, trail, base)
                    elif shown is not None:
                        answer = self._note_cover(action, name, answer, shown, seen)
            if answer is not None:
                graph = graphs.get(name)
                if graph is None:
                    graph = graphs[name] = {}
                graph[key] = answer

    def _look_closer(
        self,
        action: EntityAction,
        name: str,
        text: str,
        shown: PropertyRow | None,
        trail: Trail | None,
        base: int,
        original: str | None,
        gap: bool,
    ) -> Answer | None:
        """Find one answer of a resolve, of an edit or its original, or of one who may have seen a missing step."""
        rule = self.find_rule(name)
        told = self._told.get(original, {}).get(name) if original else None
        if told is not None:
            seen = told.seen
            answer = self._edit(action, name, text, told, shown, trail, base, rule)
        else:
            if gap and shown is not None and _may_hide(action, text, rule):
                shown = PropertyRow(shown.value, (), ())
            seen = self._see(action, name, shown, trail, base, rule)
            if gap and is_blank(text):
                seen = (seen[0], ())
            orphan = action.edits is not None and original is None
            if orphan:
                seen = (seen[0], (action.edits or "",))
            answer = find_answer(action, name, text, seen, rule, self.compare)
            if rule.policy == "union" and answer is not None and trail is not None and not orphan:
                if action.literal:
                    answer = self._note_screen(action, name, answer, shown, trail, base)
                elif shown is not None:
                    answer = self._note_cover(action, name, answer, shown, seen)
            if orphan and answer is None:
                answer = Answer(seen[1], None)  # a blank that may turn out to be an answer
        if original is not None or action.id in self._edited:
            self._keep(action, name, text, seen, told, answer, rule)
        return answer

    def _see(
        self,
        action: EntityAction,
        name: str,
        shown: PropertyRow | None,
        trail: Trail | None,
        base: int,
        rule: Rule,
    ) -> Seen:
        """Find what was on the screen for one property."""
        if action.kind == "resolve":
            return (shown.value, shown.heads) if shown else _UNSEEN
        if rule.policy in COLLECTING:
            return self._see_collected(action, name, shown, trail, base, rule)
        mine = trail.find_latest(name, base) if trail else None
        if mine is not None:
            return mine.saved[name], (mine.id,)
        return (shown.value, shown.by) if shown is not None else _UNSEEN

    def _see_collected(
        self,
        action: EntityAction,
        name: str,
        shown: PropertyRow | None,
        trail: Trail | None,
        base: int,
        rule: Rule,
    ) -> Seen:
        """Find what is shown for a `sum`, `union` or `append`: the row, and what her own steps brought since.

        An answer that was not prefilled repeats none of those steps, so it had not seen them.
        """
        seen = (shown.value, shown.by) if shown else _UNSEEN
        if trail is None or counts_whole(action, name, rule):
            return seen
        return self._cover(action, name, seen, trail, base, rule)

    def _cover(self, action: EntityAction, name: str, seen: Seen, trail: Trail, base: int, rule: Rule) -> Seen:
        """Lay her own steps over the row; a client that copies word for word shows the last of them alone."""
        text, by = seen
        if action.literal:
            return trail.collect_copy(name, base, text, by)
        text, mine = trail.collect(name, base, text, rule, self.compare)
        return text, (*by, *mine) if by else mine

    def _note_screen(
        self, action: EntityAction, name: str, answer: Answer, shown: PropertyRow | None, trail: Trail, base: int
    ) -> Answer:
        """Note of an answer to a set what its client, which copies word for word, had on the screen.

        An answer that was not prefilled covers what the row shows, unless it says the same: what was covered before
        her she does not say again knowingly.
        """
        text, by = (shown.value, shown.by) if shown is not None else _UNSEEN
        behind, left = trail.uncover(name, base, text, by, self.compare)
        if name in action.prefilled:
            return answer._replace(behind=behind)
        return answer._replace(shown=left)

    def _note_cover(self, action: EntityAction, name: str, answer: Answer, shown: PropertyRow, seen: Seen) -> Answer:
        """Note of an answer to a set which elements her own steps alone had brought to the screen.

        Whoever stands behind the row may have an add that the row does not show (its removal may turn out to be none):
        who takes back what she added herself has not seen that one.
        """
        if not shown.by:
            return answer
        row = self.compare.to_elements(shown.value)
        if name not in action.prefilled:
            return answer._replace(shown=row)
        if seen[0] == shown.value or (screen := self.compare.to_elements(seen[0])) <= row:
            return answer
        mine = tuple(one for one in seen[1] if one not in shown.by)
        return answer._replace(behind={element: seen[1] if element in row else mine for element in screen})

    def _edit(
        self,
        action: EntityAction,
        name: str,
        text: str,
        told: Told,
        shown: PropertyRow | None,
        trail: Trail | None,
        base: int,
        rule: Rule,
    ) -> Answer | None:
        own = None
        if rule.policy == "sum" and name in action.prefilled and name not in action.blankable:
            own = self._see(action, name, shown, trail, base, rule)
        return find_edited_answer(action, name, text, told, own, rule, self.compare)

    def _keep(
        self,
        action: EntityAction,
        name: str,
        text: str,
        seen: Seen,
        told: Told | None,
        answer: Answer | None,
        rule: Rule,
    ) -> None:
        """Keep what an edit of this answer must know."""
        whole = told.whole if told else counts_whole(action, name, rule)
        amount = told.amount if told else ZERO
        if rule.policy == "sum" and answer is not None and answer.delta is not None:
            amount = add(amount, answer.delta)
        self._told.setdefault(action.id, {})[name] = Told(text, seen, whole, amount, answer)


def _may_hide(action: EntityAction, text: str, rule: Rule) -> bool:
    """Tell whether a missing step may have covered what the row shows, so that the answer must not replace it.

    A position below the base shows that the branch was kept over a pull: the missing step may cover what the pull
    brought. And on a phone that copies its answers word for word, a blank or a shorter set may be such a copy. Until
    the step arrives both stand; in every other case its author had seen the row.
    """
    if action.pos == action.base:
        return False  # the first on its row
    return _is_below(action) or is_blank(text) or (action.literal and rule.policy == "union")


def _is_below(action: EntityAction) -> bool:
    """Tell whether a branch was kept over a pull, which raises the base and not the position."""
    return action.pos is not None and action.pos < (action.base or 0)


def find_originals(records: Mapping[str, Recorded], cancelled: Collection[str]) -> dict[str, str]:
    """Find the originals that edits stand on: of the same woman, here, and not cancelled; edit id -> original id."""
    originals: dict[str, str] = {}
    for record in records.values():
        edits = record.action.edits
        original = records.get(edits) if edits else None
        if original is None or original is record or original.action.kind not in ("create", "update"):
            continue
        same = original.action.entity_id == record.action.entity_id
        if same and (original.action.id not in cancelled or record.action.id in cancelled):
            originals[record.action.id] = original.action.id
    return originals


class _Rows:
    """The rows of all ids of a woman by version."""

    def __init__(self, records: Mapping[str, Recorded]) -> None:
        found: dict[str, list[Recorded]] = {}
        for record in records.values():
            found.setdefault(record.numbered, []).append(record)
        self._rows: dict[str, tuple[list[int], list[VersionRow]]] = {}
        for entity_id, group in found.items():
            group.sort(key=lambda record: record.version)
            self._rows[entity_id] = ([record.version for record in group], [record.row for record in group])

    def find(self, entity_id: str, version: int) -> VersionRow:
        versions, rows = self._rows.get(entity_id, ((), ()))
        place = bisect_right(versions, version)
        return rows[place - 1] if place else _EMPTY
