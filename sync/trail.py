"""What the earlier steps of one branch left on its phone: what the author of the next one had on the screen.

A step shows over a row that does not hold it. Of most properties the last step shows alone; what several steps brought
to a sum, a set or notes shows together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from sync.actions import LABEL, EntityAction, Recorded
from sync.answers import NOTHING, Answer, bring
from sync.comparison import Comparison, is_blank
from sync.policies import COLLECTING, Rule

# A step that took its version of another woman (two ids that were merged) is in no row of this one.
NEVER: Final = 1 << 62
_NOBODY: Final[Mapping[str, Answer]] = {}

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

    __slots__ = ("base", "highest", "pruned", "shown", "steps", "text")

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.base = -1
        self.highest = -1  # of the bases of its steps
        self.pruned = 0
        self.shown = 0
        self.text = ""

    def prune(self, base: int) -> list[Step]:
        """Leave out what the row at `base` holds."""
        steps = self.steps
        if self.base == base and self.pruned == len(steps):
            return steps
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

    __slots__ = (
        "_collected",
        "_ends",
        "_graphs",
        "_laid",
        "_latest",
        "_newest",
        "_replaced",
        "_rules",
        "_steps",
        "_waiting",
    )

    def __init__(
        self, ends: int | None, replaced: Mapping[str, int], rules: Mapping[str, Rule], graphs: Mapping[str, Graph]
    ) -> None:
        self._ends = ends
        self._replaced = replaced
        self._rules = rules
        self._graphs = graphs
        self._steps: list[tuple[Step, frozenset[str]]] = []
        self._newest = -1  # the highest version a step took
        self._laid: dict[str, int] = {}
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
            replaced = self._replaced.get(action.id, NEVER)
            self._lay(Step(find_version(record), find_base(record), replaced, action))

    def _lay(self, step: Step) -> None:
        """Lay down a step, with the names it does not show; which is the latest of a property is found when asked."""
        action, rules = step.action, self._rules
        for name, text in action.saved.items():
            rule = rules.get(name)
            if rule is None or rule.policy not in COLLECTING or (name == LABEL and is_blank(text)):
                continue
            held = self._collected.get(name)
            if held is None:
                held = self._collected[name] = Collected()
            held.steps.append(step)
            if step.base > held.highest:
                held.highest = step.base
        hidden = NOTHING
        if action.edits is not None and not action.literal:
            hidden = frozenset(name for name in action.saved if not self._changes(action.id, name))
        self._steps.append((step, hidden))
        self._newest = max(self._newest, step.version)

    def _changes(self, edit: str, name: str) -> bool:
        """Tell whether an edit changed an answer: only then our app leaves it on the screen."""
        answer = self._graphs.get(name, {}).get(edit)
        return answer is not None and answer.text is not None

    def _catch_up(self, name: str) -> None:
        """Work out for one property the steps laid down since it was asked for last."""
        begin = self._laid.get(name, 0)
        self._laid[name] = len(self._steps)
        collected, latest = name in self._collected, self._latest.setdefault(name, [])
        for step, hidden in self._steps[begin:] if begin else self._steps:
            action = step.action
            text = action.saved.get(name)
            if text is None or (name == LABEL and is_blank(text)):
                continue
            if not action.literal if collected else name in hidden:
                continue
            while step.replaced == NEVER and latest and latest[-1].version <= step.version:
                latest.pop()  # whoever has not got this one in the row has not got that one either
            latest.append(step)

    def find_top(self, base: int) -> EntityAction | None:
        """Find the very last step where it is newer than the row at `base`: of what it saved, it is the latest.

        Of an edit, and of a step that the row holds or that is based on a later one, each property must be asked.
        """
        if not self._steps:
            return None
        step = self._steps[-1][0]
        fits = step.action.edits is None and step.version > base and step.base <= base < step.replaced
        return step.action if fits else None

    def find_latest(self, name: str, base: int) -> EntityAction | None:
        """Find the last step that saved a property and is newer than the row at `base`."""
        if self._newest <= base:
            return None  # the row holds them all
        if self._laid.get(name) != len(self._steps):
            self._catch_up(name)
        for step in reversed(self._latest[name]):
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
        last = self.find_top(base)
        if last is None or not last.literal or name == LABEL or name not in last.saved:
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
        steps = held.prune(base) if held is not None else []
        if held is not None and held.highest > base:
            steps = [step for step in steps if step.base <= base]
        places: dict[str, int] = {}
        graph = self._graphs.get(name, _NOBODY)
        row = compare.to_elements(start)
        behind: dict[str, tuple[str, ...]] = {}
        left: set[str] = set()
        for element in compare.to_elements(steps[-1].action.saved[name]) if steps else row:
            found: dict[str, None] = {}
            waiting = [len(steps) - 1]
            for at in waiting:  # it grows as it is walked
                while at >= 0:
                    action = steps[at].action
                    if element not in compare.to_elements(action.saved[name]):
                        break
                    if action.id in graph:
                        found[action.id] = None
                    if action.edits is None and name in action.prefilled:
                        break  # it repeats what was there before it, and says whose that was
                    if action.edits is not None:
                        places = places or {step.action.id: place for place, step in enumerate(steps)}
                        original = places.get(action.edits, at)
                        if original < at:
                            waiting.append(original)  # an edit shows what its original did
                    at -= 1
                if at < 0 and element in row:
                    found.update(dict.fromkeys(by))
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
    return record.version if record.numbered == record.action.entity_id else NEVER
