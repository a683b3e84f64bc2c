"""Wrong receipts, wrong times and wrong identities, each one line away from the right ones: a test must notice."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from sync import identity, receipt
from tests.sync import test_identity, test_receipt

RECEIPT = {
    "a repeat is new": ("if arrival.sha256 == stored.accepted:", "if False:"),
    "a repeat of what was set aside is taken": (
        'return Receipt("duplicate", QUARANTINED, stored.quarantined[arrival.sha256])',
        'return Receipt("duplicate", DUPLICATE)',
    ),
    "revoked agents are believed": ("if arrival.revoked:", "if False:"),
    "what is no XML is taken": ("if arrival.invalid or arrival.xml_id is None:", "if arrival.xml_id is None:"),
    "an id is believed": ("if arrival.xml_id != arrival.instance_id:", "if False:"),
    "other content replaces what was set aside": (
        "if stored.accepted is not None or any(", "if stored.accepted is not None and any(",
    ),
    "what was damaged occupies its id": ("reason not in UNREADABLE for", "True for"),
    "an unknown form is taken": ("if not arrival.known_form:", "if False:"),
    "a form replaces itself": ("if arrival.deprecated_id == arrival.xml_id:", "if False:"),
    "an edit is new": ('"edit" if arrival.deprecated_id else "new"', '"new"'),
    "a variant is applied": ('return self.kind in ("new", "edit")', 'return self.kind != "duplicate"'),
    "what is set aside is not stored": ('return self.kind != "duplicate"', "return self.status == ACCEPTED"),
    "the clock is believed": ("timedelta(seconds=offset_s if math.isfinite(offset_s) else 0.0)", "timedelta()"),
    "the clock is set the wrong way": ("_to_utc(finalized_at) + timedelta", "_to_utc(finalized_at) - timedelta"),
    "no number is taken for one": ("offset_s if math.isfinite(offset_s) else 0.0", "offset_s"),
    "the future counts": ("return min(at, latest)", "return at"),
    "before what it saw": ("if earliest is not None and at < earliest:", "if False:"),
    "the receipt is no end": ("return min(at, latest)", "return at if earliest else min(at, latest)"),
    "beyond all time is the other end": ("at = latest if offset_s > 0 else", "at = latest if offset_s < 0 else"),
    "a zone is forgotten": ("return moment.astimezone(UTC)", "return moment.replace(tzinfo=UTC)"),
}
IDENTITY = {
    "what was taken back holds": ("and action.id not in ended]", "]"),
    "one step is enough": ("        at = links[at]\n    return at", "        return links[at]\n    return at"),
    "a circle has no winner": ("return min(path[path.index(at) :])", "return at"),
    "the loser is not resolved": ("loser = find_winner(merge.entity_id, links)", "loser = merge.entity_id"),
    "the winner is not resolved": ("find_winner(merge.target or merge.entity_id, links)", "(merge.target or merge.entity_id)"),
    "one is merged with itself": ("return None if loser == winner else", "return"),
    "losers do not know their winners": ("neighbours.setdefault(loser, set()).add(winner)", "pass"),
    "winners do not know their losers": ("neighbours.setdefault(winner, set()).add(loser)", "pass"),
    "only neighbours are linked": ("waiting.append(other)", "pass"),
}
MUTANTS = [
    pytest.param(module, tests, *change, id=f"{module.__name__}: {name}")
    for module, tests, changes in ((receipt, test_receipt, RECEIPT), (identity, test_identity, IDENTITY))
    for name, change in changes.items()
]


@pytest.mark.parametrize(("module", "tests", "old", "new"), MUTANTS)
def test_a_wrong_line_is_noticed(
    module: ModuleType, tests: ModuleType, old: str, new: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutant = change_line(module, old, new, monkeypatch)
    for name, value in vars(mutant).items():
        if getattr(tests, name, None) is getattr(module, name, mutant) and callable(value):
            monkeypatch.setattr(tests, name, value)
    assert any(fails(test) for test in find_tests(tests)), "nobody noticed"


def test_the_right_lines_pass() -> None:
    assert not any(fails(test) for tests in (test_receipt, test_identity) for test in find_tests(tests))


def change_line(module: ModuleType, old: str, new: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Make a copy of a module with one piece of its text changed."""
    assert module.__file__ is not None
    text = Path(module.__file__).read_text(encoding="utf-8")
    assert old in text, f"{old!r} stands nowhere any more"
    mutant = ModuleType(f"{module.__name__}_mutant")
    monkeypatch.setitem(sys.modules, mutant.__name__, mutant)  # where a dataclass looks for its names
    exec(compile(text.replace(old, new), mutant.__name__, "exec"), mutant.__dict__)  # noqa: S102 - our own text
    return mutant


def find_tests(module: ModuleType) -> Iterator[Callable[[], object]]:
    """Give the tests of a module, once for each of their parameters."""
    for name, test in vars(module).items():
        if name.startswith("test_"):
            given = [mark for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
            for values in itertools.product(*(list(read_parameters(mark)) for mark in given)):
                yield lambda test=test, values=values: test(**{k: v for each in values for k, v in each.items()})


def read_parameters(mark: Any) -> Iterator[dict[str, object]]:
    names, rows = mark.args
    for row in rows:
        yield {names: row} if isinstance(names, str) else dict(zip(names, row, strict=True))


def fails(test: Callable[[], object]) -> bool:
    try:
        test()
    except (Exception, BaseExceptionGroup):  # whatever it is
        return True
    return False
