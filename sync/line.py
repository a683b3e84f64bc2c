"""The common case of the merge rule, where nothing has to be weighed: a record whose every author saw the latest row.

Such a history is a line. Each answer was given in the knowledge of all before it, so what is shown after one more is
the last row with the new answers laid over it, however long the history is. Whether that holds is told by a few numbers
of each action (`Place`), without reading what they answered. Everything else goes the whole way (`sync.merge`), and a
property test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sync.actions import DELETED, LABEL, EntityAction, PropertyRow, VersionRow
from sync.answers import Answer, find_answer
from sync.comparison import ZERO, Comparison, add, is_blank, to_plain, to_served, write_elements
from sync.merge import EntityState
from sync.policies import COLLECTING, DEFAULT_RULE, Rule


class Place(NamedTuple):
    """What tells where an action stands in a history, and the version it took."""

    id: str
    entity_id: str
    kind: str
    branch: str | None
    pos: int | None
    base: int | None
    edits: str | None
    numbered: str
    version: int


def is_line(places: Iterable[Place]) -> bool:
    """Tell whether a history, in the order of its versions, begins with the create and every update saw the last row.

    A branch that begins on a row is such an update, as long as it has no second step. An empty history is a line.
    """
    before: Place | None = None
    branches: set[str] = set()
    for place in places:
        if place.edits is not None or place.numbered != place.entity_id:
            return False
        if before is None:
            if place.kind != "create" or place.base is not None or place.pos is not None:
                return False
        elif (
            place.kind != "update"
            or place.entity_id != before.entity_id
            or place.base != before.version
            or place.version <= before.version
            or (place.branch is not None and place.pos != place.base)
        ):
            return False
        if place.branch is not None:
            if place.branch in branches:
                return False
            branches.add(place.branch)
        before = place
    return True


def continue_line(before: VersionRow, action: EntityAction, rules: Mapping[str, Rule]) -> EntityState | None:
    """Return what is shown after one more action of a line; None where the whole rule must be asked.

    `before` is the last row, {} for none, and shows what is shown now. Of `writes` and `notes` nothing is told.
    """
    if any(shown.heads != shown.by for shown in before.values()) or DELETED in before:
        return None
    row, compare, own = dict(before), Comparison(), (action.id,)
    for name, text in action.saved.items():
        if name == DELETED or (name == LABEL and is_blank(text)):
            continue
        rule, shown = rules.get(name, DEFAULT_RULE), before.get(name)
        if rule.office and action.device is not None and shown is not None:
            if is_blank(text):
                continue  # no phone was sent it: her screen was blank, and so she left it
            return None  # what is shown was not seen, so it is not replaced
        seen = (shown.value, shown.by) if shown is not None else ("", ())
        answer = find_answer(action, name, text, seen, rule, compare)
        if answer is None or answer.text is None:
            continue
        value = _show(rule, answer, shown, compare)
        if value is None:
            return None
        row[name] = PropertyRow(value, own, own)
    row = {name: row[name] for name in sorted(row)}
    return EntityState({name: shown.value for name, shown in row.items()}, row, (), False, ())


def _show(rule: Rule, answer: Answer, shown: PropertyRow | None, compare: Comparison) -> str | None:
    """Return what is served of an answer that replaces all before it; None where it may not."""
    text = answer.text or ""
    if rule.policy not in COLLECTING:
        return to_served(rule.type, text)
    if rule.policy == "sum":
        total = compare.to_amount(shown.value) if shown is not None else ZERO
        return None if answer.delta is None or total is None else to_plain(add(total, answer.delta))
    if shown is not None:
        return None  # older adds and notes stand beside it
    return write_elements(answer.added, rule.choices) if rule.policy == "union" else text
