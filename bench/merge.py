"""How long the merge rule takes: 500 actions on one woman, 10 properties each.

Run: python -m bench.merge   (budget: 20 ms for one state on a processor that adds a million numbers in 50 ms; the budget
is scaled by what this one needs, for it may be slow or busy; exits 1 above)

Five histories: phones that send in turn; one phone's branch of 500 steps, offline; the same with sums and sets only,
every answer prefilled; a branch that was kept over a pull at every step; and 500 plain visits that all started from
version 1. Prints the best and the middle of 15 runs in ms of processor time.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sync.actions import EntityAction, Recorded, VersionRow
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


def _answer(rule: Rule, number: int) -> str:
    if rule.policy == "union":
        return ("a b", "a b c", "b c", "d")[number // 7 % 4]
    if rule.policy == "append":
        return f"note {number}"
    return str(number // 3)


def _make(rules: dict[str, Rule], place: Callable[[int], tuple[str | None, int | None, int | None]]) -> list[Recorded]:
    """Record actions one after the other; `place` gives branch, position and base of each."""
    history: list[Recorded] = []
    row: VersionRow = {}
    for number in range(ACTIONS):
        branch, pos, base = place(number)
        names = frozenset(name for name, rule in rules.items() if rule.policy != "append")
        action = EntityAction(
            id=f"uuid:{number:08d}#0",
            entity_id="e",
            list="women",
            kind="create" if number == 0 else "update",
            saved={name: _answer(rule, number) for name, rule in rules.items()},
            prefilled=names,
            blankable=names,
            branch=branch,
            pos=pos,
            base=base,
            at=START + timedelta(minutes=number),
            author="agent",
            device="d",
            form_id="visit",
            form_version="1",
        )
        # The row is worked out from the newest actions only, or recording would take longer than what is measured.
        row = apply("e", history[-20:], action, rules, version=number + 1).row
        history.append(Recorded(action, "e", number + 1, row))
    return history


HISTORIES: dict[str, tuple[dict[str, Rule], Callable[[int], tuple[str | None, int | None, int | None]]]] = {
    "in turn": (MIXED, lambda n: (None, None, n or None)),
    "one branch": (MIXED, lambda n: ("b", n, 1) if n else (None, None, None)),
    "one branch, sums and sets": (COUNTED, lambda n: ("b", n, 1) if n else (None, None, None)),
    "one branch, pulled at every step": (MIXED, lambda n: ("b", n, n) if n else (None, None, None)),
    "all from version 1": (MIXED, lambda n: (None, None, 1 if n else None)),
}


def measure(history: list[Recorded], rules: dict[str, Rule]) -> tuple[float, float]:
    """Return the best and the middle time of one state, in ms."""
    times = []
    for _ in range(RUNS):
        begun = time.process_time()
        state("e", history, rules)
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
    print(f"{ACTIONS} actions x {PROPERTIES} properties, ms: best, middle of {RUNS}")
    for name, (rules, place) in HISTORIES.items():
        best, middle = measure(_make(rules, place), rules)
        slow = slow or best > budget
        print(f"{name:34} {best:6.1f} {middle:6.1f}")
    print(f"a million additions: {loop:.0f} ms; budget {budget:.0f} ms: {'MISSED' if slow else 'kept'}")
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
