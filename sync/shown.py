"""What is shown when several answers stand, and whether somebody must decide: rule 4 of sync/README.md.

Heads are the writes that nobody who saw them has replaced. Every policy is given the same heads and differs only in
what it shows of them and in which of them it lists. Those that are not behind the shown value are hidden: a later
write leaves them standing, only a resolve replaces them, so nothing that nobody saw can be replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple

from sync.actions import Recorded
from sync.answers import Answer
from sync.comparison import (
    ZERO,
    Comparison,
    add,
    is_blank,
    rank,
    to_plain,
    to_served,
    write_elements,
)
from sync.policies import Rule


class Head(NamedTuple):
    """One standing answer: who said what, when and in which form. Made for every answer of a dispute, so no class."""

    action_id: str
    value: str
    at: datetime
    author: str
    device: str | None
    form_id: str | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Different answers by people who had not seen each other's.

    `open` ones wait for an officer, closed ones (`last`, `first`) are listed only. `shown` is what is served meanwhile.
    """

    property: str
    policy: str
    open: bool
    shown: str
    candidates: tuple[Head, ...]


class Shown(NamedTuple):
    """What a property shows: the value, who stands behind it, and who is listed beside it."""

    value: str
    by: tuple[str, ...]
    listed: tuple[str, ...] = ()
    open: bool = False


class Standing(NamedTuple):
    """What a policy is given: the heads in the order of (at, id), all writes that count, and the graph they are in.

    `doubtful` are those of which a step before them is surely missing.
    """

    heads: Sequence[str]
    writes: Sequence[str]
    graph: Mapping[str, Answer]
    originals: Mapping[str, str]
    rule: Rule
    compare: Comparison
    doubtful: Collection[str] = ()

    def text(self, action_id: str) -> str:
        """Return what a head wrote."""
        return self.graph[action_id].text or ""


def show(standing: Standing) -> Shown:
    """Find what a property shows."""
    return _POLICIES.get(standing.rule.policy, _show_review)(standing)


def to_head(record: Recorded, value: str) -> Head:
    """Describe one standing answer."""
    action = record.action
    return Head(action.id, value, action.at, action.author, action.device, action.form_id)


def find_replaced(writes: Iterable[str], graph: Mapping[str, Answer]) -> set[str]:
    """Find everything that some write replaces: its parents and theirs, each visited once."""
    begun = set(writes)
    replaced: set[str] = set()
    for write in begun:
        replaced.update(graph[write].parents)
    # The parents of those that write themselves are there already.
    return replaced | walk_parents(replaced - begun, graph)


def walk_parents(start: Iterable[str], graph: Mapping[str, Answer]) -> set[str]:
    """Find everything that can be reached from `start` by way of parents, `start` included."""
    reached: set[str] = set()
    waiting = list(start)
    for at in waiting:  # it grows as it is walked
        if at not in reached:
            reached.add(at)
            answer = graph.get(at)
            if answer is not None:
                waiting += answer.parents
    return reached


def _show_one(standing: Standing, winner: str, *, is_open: bool) -> Shown:
    """Show one head; list all when they do not say the same."""
    type_ = standing.rule.type
    text = standing.text(winner)
    by = tuple(head for head in standing.heads if standing.compare.is_same(type_, standing.text(head), text))
    listed = () if len(by) == len(standing.heads) else tuple(standing.heads)
    return Shown(to_served(type_, text), by, listed, is_open and bool(listed))


def _show_review(standing: Standing) -> Shown:
    return _show_one(standing, standing.heads[-1], is_open=True)


def _show_last(standing: Standing) -> Shown:
    return _show_one(standing, standing.heads[-1], is_open=False)


def _show_first(standing: Standing) -> Shown:
    return _show_one(standing, standing.heads[0], is_open=False)


def _show_extreme(standing: Standing, choose: Callable[..., str]) -> Shown:
    """Show the largest or smallest head; a text that cannot be compared with the others is listed, never lost."""
    rule = standing.rule
    filled = [head for head in standing.heads if not is_blank(standing.text(head))]
    if not filled:
        return Shown("", tuple(standing.heads))
    ranks = {head: rank(rule.type, rule.choices, standing.text(head)) for head in filled}
    fit = [head for head in filled if ranks[head][0]] or filled
    winner = choose(fit, key=lambda head: ranks[head])
    by = tuple(head for head in fit if ranks[head] == ranks[winner])
    odd = tuple(head for head in filled if not ranks[head][0] and head not in by)
    return Shown(to_served(rule.type, standing.text(winner)), by, odd, bool(odd))


def _show_max(standing: Standing) -> Shown:
    return _show_extreme(standing, max)


def _show_min(standing: Standing) -> Shown:
    return _show_extreme(standing, min)


def _show_sum(standing: Standing) -> Shown:
    deltas = [delta for write in standing.writes if (delta := standing.graph[write].delta) is not None]
    odd = tuple(head for head in standing.heads if standing.compare.to_amount(standing.text(head)) is None)
    by = tuple(head for head in standing.heads if head not in odd)
    return Shown(to_plain(_add_up(deltas)) if deltas else "", by, odd, bool(odd))


def _add_up(deltas: Iterable[Decimal]) -> Decimal:
    total = ZERO
    for delta in deltas:
        total = add(total, delta)
    return total


def _show_union(standing: Standing) -> Shown:
    """Show every element of which some add was not seen by those who removed it.

    Behind the set stand the heads, and beside them whoever added an element that nobody added again knowingly: somebody
    may have replaced her set without having had that element on the screen. So does whoever stands again should a
    removal turn out to be none, when a step before it arrives: the element is on the screen, and so is her add.
    """
    adds, removers = _find_elements(standing)
    kept: list[str] = []
    by = dict.fromkeys(standing.heads)
    for element in sorted(adds):  # the order of a set is another in each process, and rows keep who stands behind it
        adders, against = adds[element], removers.get(element, ())
        left = adders - _find_seen_adds(element, against, standing.graph)
        if left:
            kept.append(element)
            again = [adder for adder in left if _was_shown(element, standing.graph[adder])]
            added_again = _find_seen_adds(element, again, standing.graph)
            sure = [remover for remover in against if remover not in standing.doubtful]
            back = left if len(sure) == len(against) else adders - _find_seen_adds(element, sure, standing.graph)
            by.update(dict.fromkeys(sorted(back - added_again)))
    return Shown(write_elements(kept, standing.rule.choices), tuple(by))


def _was_shown(element: str, answer: Answer) -> bool:
    return answer.shown is None or element in answer.shown


def _find_seen_adds(element: str, removers: Iterable[str], graph: Mapping[str, Answer]) -> set[str]:
    """Find whose adds of an element its removers saw.

    On whose screen it was not, she had seen none of the earlier ones.
    """
    seen: set[str] = set()
    waiting = [parent for remover in removers for parent in _find_behind(element, graph[remover])]
    for at in waiting:  # it grows as it is walked
        if at not in seen:
            seen.add(at)
            answer = graph.get(at)
            if answer is not None and (answer.shown is None or element in answer.shown):
                waiting += _find_behind(element, answer)
    return seen


def _find_behind(element: str, answer: Answer) -> tuple[str, ...]:
    return answer.parents if answer.behind is None else answer.behind.get(element, ())


def _find_elements(standing: Standing) -> tuple[dict[str, set[str]], dict[str, list[str]]]:
    """Find who added and who removed each element; what an edit withdraws, its originals never added."""
    adds: dict[str, set[str]] = {}
    removers: dict[str, list[str]] = {}
    for write in standing.writes:
        answer = standing.graph[write]
        for element in answer.added:
            adds.setdefault(element, set()).add(write)
        for element in answer.removed:
            removers.setdefault(element, []).append(write)
    for write in standing.writes:
        for element in standing.graph[write].withdrawn:
            passed, original = {write}, standing.originals.get(write)
            while original is not None and original not in passed:  # two may each name the other as their original
                passed.add(original)
                adds.get(element, set()).discard(original)
                original = standing.originals.get(original)
    return {element: who for element, who in adds.items() if who}, removers


def _show_append(standing: Standing) -> Shown:
    notes = [standing.text(head) for head in standing.heads]
    return Shown("\n".join(note for note in notes if not is_blank(note)), tuple(standing.heads))


_POLICIES: Final[Mapping[str, Callable[[Standing], Shown]]] = {
    "review": _show_review,
    "last": _show_last,
    "first": _show_first,
    "max": _show_max,
    "min": _show_min,
    "sum": _show_sum,
    "union": _show_union,
    "append": _show_append,
}
