"""Which merge policies there are, and which of them a type of question can have.

A policy says what is shown when two answers about one property were given by people who had not seen each other's. A
form writes it in the column `bind::hirfa:merge`; a policy that cannot work on the type of the question is refused
when the form is published, not discovered when two phones meet.

Source: the table of rule 4 in sync/README.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

POLICIES: Final = ("review", "last", "first", "max", "min", "sum", "union", "append")
DEFAULT_POLICY: Final = "review"

# Policies that collect what each answer brings instead of choosing one of them.
COLLECTING: Final = frozenset({"sum", "union", "append"})

NUMBER_TYPES: Final = frozenset({"integer", "int", "decimal", "range"})
# Of these a form alone does not say what the text will be: a calculation can give a number, a date or a word.
_UNTYPED: Final = frozenset({"calculate", "hidden", "text", "string", ""})
_DATES: Final = frozenset({"date", "time", "datetime", "start", "end", "today"})
_CHOICES: Final = frozenset({"select_one", "select1"})
_SETS: Final = frozenset({"select_multiple", "select"})
_COMPUTED: Final = frozenset({"calculate", "hidden", ""})

_FITTING: Final = {
    "max": NUMBER_TYPES | _DATES | _CHOICES | _COMPUTED,
    "min": NUMBER_TYPES | _DATES | _CHOICES | _COMPUTED,
    "sum": NUMBER_TYPES | _COMPUTED,
    "union": _SETS | _COMPUTED,
    "append": _UNTYPED | {"note"},
}


@dataclass(frozen=True, slots=True)
class Rule:
    """How one property is merged: policy, ODK type, and the choices of a select in the order of the form.

    `office` tells that no phone is ever sent it: who answers it on one had only her own unsent answers on the screen.
    """

    policy: str
    type: str
    choices: tuple[str, ...] = ()
    office: bool = False


# What holds for a property that no published form declares any more, and for the label.
DEFAULT_RULE: Final = Rule(DEFAULT_POLICY, "text")


def fits(policy: str, type: str) -> bool:  # noqa: A002 - the word of the forms package for the type of a question
    """Tell whether a policy can work on a type of question (`integer`, `select_multiple`, `calculate` …).

    `review`, `last` and `first` choose one of the answers, so they fit every type. The others must count, order or
    split them. A calculation may give anything, so it may have any policy. An unknown policy fits nothing.
    Appearances after the type ("select_one trades") and its capitals ("dateTime") do not matter.
    """
    if policy not in POLICIES:
        return False
    if policy not in _FITTING:
        return True
    words = type.split()
    name = words[0].lower() if words else ""
    for whole, short in (("select_one", "select_one"), ("select_multiple", "select_multiple")):
        if name.startswith(whole):
            name = short
    return name in _FITTING[policy]
