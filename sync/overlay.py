"""What a phone shows for a record: the one that was last pulled, and over it the device's own unsent work.

The server takes it for granted that an agent saw exactly this (rule 1), so the phone's own code must show exactly this:
it is tested against tests/vectors/overlay.json, whose answers are made here (`python -m tests.sync.vectors` writes it).

An unsent action is one that the pulled record does not hold yet: it was never sent, or was answered with a version
above the record's. A saved answer covers the pulled one, also when it is blank; a label never is. For `sum`, `union`
and `append` the answer is brought to the pulled value instead: 10 pulled and 3 received unsent show 13.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sync.actions import DELETED, LABEL
from sync.answers import bring, find_answer
from sync.comparison import Comparison, is_blank
from sync.policies import COLLECTING, DEFAULT_RULE, Rule


@dataclass(frozen=True, slots=True)
class Unsent:
    """One unsent action: what it saved, which of that was prefilled and could be blanked, and what was shown for it.

    `seen` is what the form was opened on: a prefilled answer to a `sum` or `union` brings its difference to that,
    however the pulled record has changed since. Of an edited submission `saved` are the answers that it changed, `seen`
    those it replaces, and all of them count as prefilled.
    """

    kind: str
    saved: Mapping[str, str]
    prefilled: frozenset[str] = frozenset()
    blankable: frozenset[str] = frozenset()
    seen: Mapping[str, str] = field(default_factory=dict)


def overlay(record: Mapping[str, str], unsent: Iterable[Unsent], rules: Mapping[str, Rule]) -> dict[str, str]:
    """Return what the screen shows: property -> text.

    `record` is {} for a woman who was registered on this device and not pulled yet. A property without rule is under
    `review`.
    """
    compare = Comparison()
    shown = dict(record)
    for action in unsent:
        for name, text in action.saved.items():
            if name == DELETED or name == LABEL and is_blank(text):
                continue
            rule = rules.get(name, DEFAULT_RULE)
            if rule.policy not in COLLECTING:
                shown[name] = text
                continue
            answer = find_answer(action, name, text, (action.seen.get(name, ""), ()), rule, compare)
            if answer is not None:
                shown[name] = bring(rule, shown.get(name, ""), answer, compare)
    return shown
