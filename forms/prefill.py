"""Which questions are prefilled from the record of an entity list.

A blank answer to a question that showed the value of the record is an answer ("there is none any more"); a blank
answer to one that did not is none. And a number that was counted on from the record ("visits so far + 1") is not an
addition of its own. So it must be known from where a value can come: from the default, calculation or setvalue of a
question, whether by `instance('list')/root/item[…]/column`, `pulldata('list', 'column', …)` or the label of a picked
record, directly or through other questions of the form.

What only chooses a record reads nothing from it: `name`, the `__` columns, a predicate, a trigger, a relevance.
Neither does the last saved form. A question that saves to a list is prefilled by that list alone; one that saves
nothing, by any list the form declares.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from forms.errors import XformError
from forms.xpath import ExpressionError, Reads, Steps, find_reads


@dataclass(frozen=True, slots=True)
class Formula:
    """One expression that can give the node at `path` its value."""

    path: str
    expression: str


def find_lists_read(
    formulas: Iterable[Formula],
    paths: Iterable[str],
    lists_of_instances: Mapping[str, str],
    lists_of_choices: Mapping[str, str],
) -> Mapping[str, frozenset[str]]:
    """Find from which lists the value of each node can come; nodes that read none are left out.

    `paths` are all paths a reference can mean; `lists_of_instances` goes from instance id to list name (an id that is
    absent names itself, "" is no list), `lists_of_choices` from the path of a select to the list its choices come from.
    A list name of "*" means: some list, nobody can say which.

    :raises XformError: when an expression is nested too deep.
    """
    steps_of = {tuple(path.split("/")[1:]): path for path in paths}
    direct: dict[str, set[str]] = {}
    sources: dict[str, set[str]] = {}
    for formula in formulas:
        try:
            reads = find_reads(formula.expression, tuple(formula.path.split("/")[1:]))
        except ExpressionError as error:
            raise XformError(f"{formula.path}: {error}") from None
        lists = {lists_of_instances.get(name, name) for name in reads.columns}
        lists |= {lists_of_choices.get("/" + "/".join(steps), "") for steps in reads.choices}
        direct.setdefault(formula.path, set()).update(lists - {""})
        sources.setdefault(formula.path, set()).update(_find_nodes(reads, steps_of))
    return _close(direct, sources)


def _find_nodes(reads: Reads, steps_of: Mapping[Steps, str]) -> set[str]:
    found: set[str] = set()
    for steps in reads.nodes:
        if "*" in steps or "**" in steps:
            found |= {path for known, path in steps_of.items() if _matches(steps, known)}
        elif steps in steps_of:
            found.add(steps_of[steps])
    return found


def _matches(pattern: Steps, steps: Steps) -> bool:
    """Tell whether a path with wildcards can mean a path; `**` stands for any number of steps."""
    reached = {0}
    for step in pattern:
        if step == "**":
            reached = set(range(min(reached, default=len(steps)), len(steps) + 1)) if reached else set()
        else:
            reached = {at + 1 for at in reached if at < len(steps) and step in ("*", steps[at])}
    return len(steps) in reached


def _close(direct: Mapping[str, set[str]], sources: Mapping[str, set[str]]) -> Mapping[str, frozenset[str]]:
    """Hand every list on to the nodes that are computed from its readers, until nothing is new."""
    users: dict[str, list[str]] = {}
    for path, read in sources.items():
        for source in read:
            users.setdefault(source, []).append(path)
    reached = {path: set(lists) for path, lists in direct.items()}
    waiting = [path for path, lists in reached.items() if lists]
    while waiting:
        path = waiting.pop()
        for user in users.get(path, ()):
            known = reached.setdefault(user, set())
            if not reached[path] <= known:
                known |= reached[path]
                waiting.append(user)
    return {path: frozenset(lists) for path, lists in reached.items() if lists}
