"""What one answer changed, given what its author had seen: rules 2 and 7 of sync/README.md.

An answer that repeats what was seen changes nothing. A blank is an answer only where the record had prefilled the
question and a person could clear it. Answers to a `sum`, `union` or `append` question that was not prefilled are
additions: they count whole. An edited submission is compared with the answers it replaces, and what those had added
goes with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, NamedTuple, Protocol

from sync.actions import EntityAction
from sync.comparison import ZERO, Comparison, add, is_blank, subtract
from sync.policies import COLLECTING, Rule

NOTHING: Final[frozenset[str]] = frozenset()


class Answering(Protocol):
    """What must be known of an action to understand its answers."""

    @property
    def kind(self) -> str:
        """What it does; `create` and `resolve` always write."""

    @property
    def prefilled(self) -> frozenset[str]:
        """Which properties the record had prefilled."""

    @property
    def blankable(self) -> frozenset[str]:
        """Of which of them a person could blank the answer."""


# What an author had on the screen for one property, and whose answers those were. Made for every answer, so no class.
Seen = tuple[str, tuple[str, ...]]


class Answer(NamedTuple):
    """One action's answer about one property: a node of the graph of that property.

    `text` is what it wrote, None when it left what it saw. `delta` is what it adds to a `sum` (None: no number).
    `added` and `removed` are elements of a `union`; `withdrawn` are those that its original had added.
    `shown` are the elements that were on the screen before, None when that is not known; `behind` says whose answers
    each of them was, where that differs from one to the other.
    """

    parents: tuple[str, ...]
    text: str | None
    delta: Decimal | None = None
    added: frozenset[str] = NOTHING
    removed: frozenset[str] = NOTHING
    withdrawn: frozenset[str] = NOTHING
    shown: frozenset[str] | None = None
    behind: Mapping[str, tuple[str, ...]] | None = None


class Told(NamedTuple):
    """What must be known of an answer to understand its edit: the text, what was seen before it, and how it counted."""

    text: str
    seen: Seen
    whole: bool
    amount: Decimal
    answer: Answer | None


def counts_whole(action: Answering, name: str, rule: Rule) -> bool:
    """Tell whether an answer is an addition, whatever the record says."""
    return rule.policy in COLLECTING and name not in action.prefilled and action.kind != "resolve"


def find_answer(action: Answering, name: str, text: str, seen: Seen, rule: Rule, compare: Comparison) -> Answer | None:
    """Find what an action says about a property it saved; None when it says nothing.

    `resolve` always writes, also a blank; `create` always writes what is not blank.
    """
    kind = action.kind
    blank = not text or text.isspace()
    if blank and kind != "resolve":
        if name not in action.blankable:
            return None
        if is_blank(seen[0]):
            return Answer(seen[1], None)  # passes on to whoever blanked it; a blank that is no answer is not here
    if rule.policy in COLLECTING:
        return _COLLECTORS[rule.policy](text, seen, counts_whole(action, name, rule), kind == "resolve", compare)
    if blank:
        return Answer(seen[1], "")
    if kind == "update" and compare.is_same(rule.type, text, seen[0]):
        return Answer(seen[1], None)
    return Answer(seen[1], text)


def bring(rule: Rule, text: str, answer: Answer, compare: Comparison) -> str:
    """Return what is shown for a `sum`, `union` or `append` after one more answer of one's own."""
    if answer.text is None:
        return text
    if rule.policy == "sum":
        return (
            text if answer.delta is None else compare.write_amount(add(compare.to_amount(text) or ZERO, answer.delta))
        )
    if rule.policy == "union":
        elements = (compare.to_elements(text) | answer.added) - answer.removed - answer.withdrawn
        return compare.write_elements(elements, rule.choices)
    return f"{text}\n{answer.text}" if text and answer.text else text or answer.text


def find_edited_answer(
    action: EntityAction, name: str, text: str, told: Told, own: Seen | None, rule: Rule, compare: Comparison
) -> Answer | None:
    """Find what an edit changes of the answer it replaces; None when it says nothing.

    `own` is what the edit's author saw in the record, given for a calculation only: a phone calculates again when it
    opens the answers, from the record as it is then.
    """
    original = action.edits or ""
    blank = is_blank(text)
    if blank and is_blank(told.text):
        return Answer((original,), None) if told.answer is not None else None
    parents = (original,) if told.answer is not None else told.seen[1]
    if compare.is_same("decimal" if rule.policy == "sum" else rule.type, text, told.text):
        return Answer(parents, None)
    if rule.policy == "sum":
        amount = find_amount(text, own or told.seen, told.whole and own is None, compare)
        if own is not None and amount == told.amount:
            return Answer(parents, None)
        return Answer(parents, "" if blank else text, subtract(amount, told.amount))
    if rule.policy == "union":
        return _edit_union(text, told, parents, compare)
    if rule.policy == "append":
        parents = parents if told.answer is not None else ()
        return Answer(parents, "" if blank else _find_note(text, told.seen, told.whole) or "")
    return Answer(parents, "" if blank else text)


def find_amount(text: str, seen: Seen, whole: bool, compare: Comparison) -> Decimal:
    """Return what an answer to a `sum` question adds in all; a text that is no number adds nothing."""
    amount = compare.to_amount(text)
    if amount is None or whole:
        return amount or ZERO
    return subtract(amount, compare.to_amount(seen[0]) or ZERO)


def _add_up(text: str, seen: Seen, whole: bool, resolving: bool, compare: Comparison) -> Answer:
    amount = compare.to_amount(text)
    if amount is None:
        untouched = not whole and not resolving and text == seen[0]
        return Answer(seen[1], None if untouched else text)
    delta = find_amount(text, seen, whole, compare)
    if not delta and not whole and not resolving and not is_blank(seen[0]) and not is_blank(text):
        return Answer(seen[1], None)
    return Answer(seen[1], "" if is_blank(text) else text, delta)


def _unite(text: str, seen: Seen, whole: bool, resolving: bool, compare: Comparison) -> Answer:
    elements = compare.to_elements(text)
    if whole:
        return Answer(seen[1], text, added=elements)
    before = compare.to_elements(seen[0])
    if elements == before and not resolving:
        return Answer(seen[1], None, shown=before)
    added = elements if resolving else elements - before
    return Answer(seen[1], text, added=added, removed=before - elements, shown=before)


def _edit_union(text: str, told: Told, parents: tuple[str, ...], compare: Comparison) -> Answer:
    """Compare two sets; what the original had added of its own is taken back, not removed from everybody."""
    before, elements = compare.to_elements(told.text), compare.to_elements(text)
    gone = before - elements
    removed = NOTHING if told.whole else gone & compare.to_elements(told.seen[0])
    shown = None if told.whole else before
    return Answer(parents, text, added=elements - before, removed=removed, withdrawn=gone - removed, shown=shown)


def _append(text: str, seen: Seen, whole: bool, resolving: bool, _compare: Comparison) -> Answer | None:
    if resolving:
        return Answer(seen[1], text)
    if is_blank(text):
        return None  # a note is taken back by an edit or a resolve only
    note = _find_note(text, seen, whole)
    return Answer(seen[1], None) if note is None else Answer((), note)


def _find_note(text: str, seen: Seen, whole: bool) -> str | None:
    """Return the note in an answer: what was written below the notes shown, or all of it; None for no note."""
    if whole or is_blank(seen[0]):
        return text
    if text.strip() == seen[0].strip():
        return None
    start = seen[0].rstrip() + "\n"
    return text.removeprefix(start).strip() if text.startswith(start) else text


_COLLECTORS: Final = {"sum": _add_up, "union": _unite, "append": _append}
