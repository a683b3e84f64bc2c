"""How long the merge rule takes: 500 actions on one woman, 10 properties each, in every shape a history can have.

Run: python -m bench.merge   (budget: 20 ms for one state on a processor that adds a million numbers in 50 ms; the budget
is scaled by what this one needs, for it may be slow or busy; exits 1 above)

Prints the best and the middle of 15 runs in ms of processor time; then how long one more action takes on top of a
history of 10, 100 and 500, which is what a push costs.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sync.actions import EntityAction, Recorded
from sync.merge import Rule, apply, state

ACTIONS = 500
PROPERTIES = 10
BUDGET_MS = 20.0
LOOP_MS = 50.0
RUNS = 15
START = datetime(2026, 1, 1, tzinfo=UTC)

POLICIES = ("review", "last", "first", "max", "sum", "union", "review", "review", "last", "append")
TYPES = {"max": "integer", "sum": "integer", "union": "select_multiple"}
MIXED = {f"p{n}": Rule(policy, TYPES.get(policy, "text"), ("a", "b", "c", "d")) for n, policy in enumerate(POLICIES)}
COUNTED = {
    f"p{n}": Rule("sum", "integer") if n % 2 else Rule("union", "select_multiple", ("a", "b", "c", "d"))
    for n in range(PROPERTIES)
}
COLLECTED = {
    f"p{n}": Rule("append", "text") if n % 2 else Rule("union", "select_multiple", ("a", "b", "c", "d"))
    for n in range(PROPERTIES)
}
Shape = Callable[[dict[str, Rule]], Iterator[EntityAction]]


def _answer(rule: Rule, number: int) -> str:
    if rule.policy == "union":
        return ("a b", "a b c", "b c", "d")[number // 7 % 4]
    if rule.policy == "append":
        return f"note {number}"
    return str(number // 3)


def _act(rules: dict[str, Rule], number: int, **given: Any) -> EntityAction:
    names = frozenset(name for name, rule in rules.items() if rule.policy != "append")
    values: dict[str, Any] = {
        "id": f"uuid:{number:08d}#0",
        "entity_id": "e",
        "list": "women",
        "kind": "update" if number else "create",
        "saved": {name: _answer(rule, number) for name, rule in rules.items()},
        "prefilled": names,
        "blankable": names,
        "branch": None,
        "pos": None,
        "base": None,
        "at": START + timedelta(minutes=number),
        "author": "agent",
        "device": "d",
        "form_id": "visit",
        "form_version": "1",
    }
    return EntityAction(**{**values, **given})


def in_turn(rules: dict[str, Rule]) -> Iterator[EntityAction]:
    """Give phones that send one after the other, each knowing all that was said."""
    for n in range(ACTIONS):
        yield _act(rules, n, base=n or None)


def additions(rules: dict[str, Rule]) -> Iterator[EntityAction]:
    """Give visits that add notes and trades and were prefilled with nothing."""
    for n in range(ACTIONS):
        yield _act(rules, n, base=n or None, prefilled=frozenset(), blankable=frozenset())


def one_branch(rules: dict[str, Rule]) -> Iterator[EntityAction]:
    """Give one phone that never hears from the office."""
    yield _act(rules, 0)
    for n in range(1, ACTIONS):
        yield _act(rules, n, branch="b", pos=n, base=1)


def one_branch_of_a_copying_client(rules: dict[str, Rule]) -> Iterator[EntityAction]:
    """Give the same, by a client that shows its own answers word for word."""
    yield _act(rules, 0)
    for n in range(1, ACTIONS):
        yield _act(rules, n, branch="b", pos=n, base=1, literal=True)


def one_branch_pulled(rules: dict[str, Rule]) -> Iterator[EntityAction]:
    """Give one phone that keeps its branch and pulls before each visit."""
    yield _act(rules, 0)
    for n in range(1, ACTIONS):
        yield _act(rules, n, branch="b", pos=n, base=n)


def one_branch_backwards(rules: dict[str, Rule]) -> Iterator[EntityAction]:
    """Give one phone whose steps arrive in the wrong order, the first last."""
    yield _act(rules, 0)
    for n in range(ACTIONS - 1, 0, -1):
        yield _act(rules, n, branch="b", pos=n, base=1)


def from_one_version(rules: dict[str, Rule]) -> Iterator[EntityAction]:
    """Give plain visits that all began on version 1."""
    for n in range(ACTIONS):
        yield _act(rules, n, base=1 if n else None)


def many_branches(rules: dict[str, Rule]) -> Iterator[EntityAction]:
    """Give ten phones in the field at once, each with its branch; one of them pulls at every tenth step."""
    yield _act(rules, 0)
    bases, places = dict.fromkeys(range(10), 1), dict.fromkeys(range(10), 0)
    for n in range(1, ACTIONS):
        phone = n % 10
        if n % 100 == phone * 10:
            bases[phone] = n
        places[phone] += 1
        yield _act(rules, n, branch=f"b{phone}", pos=places[phone], base=bases[phone], device=f"d{phone}")


def holes(rules: dict[str, Rule]) -> Iterator[EntityAction]:
    """Give ten phones of which every fifth step never arrives."""
    yield _act(rules, 0)
    for n in range(1, ACTIONS):
        phone, step = n % 10, n // 10
        yield _act(rules, n, branch=f"b{phone}", pos=step + step // 5 + 2, base=1 + step // 10 * 100, device=f"d{phone}")


def copied_phone(rules: dict[str, Rule]) -> Iterator[EntityAction]:
    """Give two phones with one branch: each position is filled twice."""
    yield _act(rules, 0)
    for n in range(1, ACTIONS):
        yield _act(rules, n, branch="b", pos=1 + n // 2, base=1)


def edits(rules: dict[str, Rule]) -> Iterator[EntityAction]:
    """Give visits of which each is corrected once."""
    for n in range(ACTIONS):
        edit = f"uuid:{n - 1:08d}#0" if n % 2 else None
        yield _act(rules, n, base=(n - 1 if n % 2 else n) or None, edits=edit, kind="update" if n > 1 else "create")


def edits_of_one(rules: dict[str, Rule]) -> Iterator[EntityAction]:
    """Give one submission that is corrected again and again."""
    for n in range(ACTIONS):
        yield _act(rules, n, kind="create", edits=f"uuid:{n - 1:08d}#0" if n else None)


def merged(rules: dict[str, Rule]) -> Iterator[EntityAction]:
    """Give five records that become one, while phones go on with the old ids."""
    for n in range(ACTIONS):
        if n in (250, 300, 350, 400):
            yield _act(rules, n, kind="merge", entity_id=f"f{n // 50 - 4}", target="e", saved={})
        else:
            entity_id = "e" if n % 5 == 0 else f"f{n % 5}"
            yield _act(rules, n, entity_id=entity_id, kind="update" if n > 4 else "create", base=max(1, n // 5 - 1))


def office(rules: dict[str, Rule]) -> Iterator[EntityAction]:
    """Give disputes that an officer settles, a deletion among them and work that did not know of it."""
    for n in range(ACTIONS):
        if n % 10 == 9:
            yield _act(rules, n, kind="delete" if n % 100 == 99 else "resolve", base=n, author="officer", device=None)
        else:
            yield _act(rules, n, base=max(1, n - 2) if n else None)


HISTORIES: dict[str, tuple[dict[str, Rule], Shape]] = {
    "in turn": (MIXED, in_turn),
    "notes and trades added in turn": (COLLECTED, additions),
    "one branch": (MIXED, one_branch),
    "one branch, sums and sets": (COUNTED, one_branch),
    "one branch, notes and sets": (COLLECTED, one_branch),
    "one branch of a client that copies": (COUNTED, one_branch_of_a_copying_client),
    "one branch, arrived backwards": (MIXED, one_branch_backwards),
    "one branch, pulled at every step": (MIXED, one_branch_pulled),
    "ten branches at once": (MIXED, many_branches),
    "ten branches with missing steps": (MIXED, holes),
    "a copied phone": (MIXED, copied_phone),
    "all from version 1": (MIXED, from_one_version),
    "all from version 1, sums and sets": (COUNTED, from_one_version),
    "every visit corrected": (MIXED, edits),
    "one visit corrected 499 times": (MIXED, edits_of_one),
    "five records merged": (MIXED, merged),
    "officers at work": (MIXED, office),
}


def record(actions: Iterator[EntityAction], rules: dict[str, Rule]) -> list[Recorded]:
    """Record actions one after the other, each with its row."""
    history: list[Recorded] = []
    versions: dict[str, int] = {}
    joined: dict[str, str] = {}
    for action in actions:
        numbered = action.target or joined.get(action.entity_id, action.entity_id)
        if action.kind == "merge":
            joined[action.entity_id] = numbered
        version = versions[numbered] = versions.get(numbered, 0) + 1
        row = apply(numbered, history, action, rules, version=version).row
        history.append(Recorded(action, numbered, version, row))
    return history


def measure(work: Callable[[], object]) -> tuple[float, float]:
    """Return the best and the middle time, in ms."""
    times = []
    for _ in range(RUNS):
        begun = time.process_time()
        work()
        times.append((time.process_time() - begun) * 1000)
    return min(times), statistics.median(times)


def measure_processor() -> float:
    """Return how long a million additions take, in ms: the best of ten."""
    times = []
    for _ in range(10):
        begun, total = time.process_time(), 0
        for number in range(1_000_000):
            total += number
        times.append((time.process_time() - begun) * 1000)
    return min(times)


def main() -> int:
    """Measure every history; return 1 when one is over the budget."""
    slow = False
    loop = measure_processor()
    budget = BUDGET_MS * max(1.0, loop / LOOP_MS)
    print(f"{ACTIONS} actions x {PROPERTIES} properties, ms: best, middle of {RUNS}; one more action on 10, 100, 499")
    for name, (rules, shape) in HISTORIES.items():
        history = record(shape(rules), rules)
        best, middle = measure(lambda history=history, rules=rules: state("e", history, rules))
        slow = slow or best > budget
        more = []
        for size in (10, 100, ACTIONS - 1):
            past, last = history[:size], history[size]
            more.append(
                measure(
                    lambda past=past, last=last, rules=rules: apply(
                        last.numbered, past, last.action, rules, version=last.version
                    )
                )[0]
            )
        print(f"{name:36} {best:6.1f} {middle:6.1f}   {more[0]:5.2f} {more[1]:5.2f} {more[2]:6.2f}")
    print(f"a million additions: {loop:.0f} ms; budget {budget:.0f} ms: {'MISSED' if slow else 'kept'}")
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
