"""Judge what the mutants left: every change of `sync` that no test noticed must be explained in SURVIVORS.md.

Run by `make test-mutants` after `mutants`: `python -m tests.sync.survivors`. A mutant is known by its function and by the
line it changes, not by its number, so the list holds while other lines come and go. Exits 1 when a survivor is not
explained, and when one that is explained was noticed by a test: then its line is to be taken out.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

LIST = Path(__file__).parent / "SURVIVORS.md"
FOUND = Path("mutants/sync")
# What is noted for each mutant: the exit code of the tests (3 is an error in pytest itself, which a mutant made), or …
ALIVE = (0, 33)  # no test fails, or none reaches it
NOT_TRIED = None
REFUSED = 37  # by the type checker
# - `answers.find_answer`: `old` → `new` — why
LINE = re.compile(r"^- `(?P<function>[^`]+)`: `(?P<old>.+?)` → `(?P<new>.*?)` — (?P<why>.+)$")

Mutant = tuple[str, str, str]


def read_explained(text: str) -> dict[Mutant, str]:
    """Read the list: (function, old line, new line) -> why."""
    found = (LINE.match(line) for line in text.splitlines())
    return {(m["function"], m["old"], m["new"]): m["why"] for m in found if m}


def read_run(folder: Path) -> Iterator[tuple[str, int | None]]:
    """Give every mutant by its name, with what was noted."""
    for file in sorted(folder.glob("*.meta")):
        yield from json.loads(file.read_text(encoding="utf-8"))["exit_code_by_key"].items()


def describe(name: str) -> Mutant:
    """Say what a mutant changes."""
    from mutmut.mutation.diff_apply import get_diff_for_mutant

    lines = [line for line in get_diff_for_mutant(name).splitlines()[3:] if line[:1] in "+-"]
    old, new = (" ".join(line[1:].strip() for line in lines if line[0] == sign) for sign in "-+")
    return (to_function(name), old, new)


def to_function(name: str) -> str:
    """Turn `sync.shown.xǁTrailǁadd__mutmut_3` into `shown.Trail.add`."""
    module, _, mangled = name.removeprefix("sync.").rpartition(".")
    function = mangled.rpartition("__mutmut_")[0]
    return f"{module}.{function.removeprefix('x_').removeprefix('xǁ').replace('ǁ', '.')}"


def main() -> int:
    """Compare; say what is new and what is gone."""
    explained = read_explained(LIST.read_text(encoding="utf-8"))
    counts: Counter[str] = Counter()
    alive: set[Mutant] = set()
    noticed: set[Mutant] = set()
    for name, code in read_run(FOUND):
        if code in (NOT_TRIED, REFUSED):
            counts["refused" if code == REFUSED else "not tried"] += 1
        elif code in ALIVE:
            counts["alive"] += 1
            alive.add(describe(name))
        else:
            counts["noticed"] += 1
            noticed.add(describe(name))
    new = sorted(alive - set(explained))
    gone = sorted(mutant for mutant in explained if mutant in noticed and mutant not in alive)
    for title, mutants in (("Not explained in SURVIVORS.md", new), ("Explained, but a test notices it now", gone)):
        for function, old, other in mutants:
            sys.stdout.write(f"{title}:\n- `{function}`: `{old}` → `{other}` — \n")
    sys.stdout.write(
        f"{counts.total()} mutants: {counts['refused']} refused by the type checker, {counts['not tried']} not tried, "
        f"{counts['noticed']} noticed, {counts['alive']} not; of these changes {len(alive) - len(new)} explained, "
        f"{len(new)} not, {len(gone)} explained for nothing\n"
    )
    return int(bool(new or gone))


if __name__ == "__main__":
    sys.exit(main())
