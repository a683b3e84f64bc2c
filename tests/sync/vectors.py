"""Write tests/vectors/overlay.json: what a phone must show, for the phone's own tests. `python -m tests.sync.vectors`

Each vector is an object: `name`, the pulled `record` (property -> text), `unsent` actions in their order (kind, saved,
prefilled, blankable, seen), `rules` (property -> policy, type, choices), and what is `shown`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sync.overlay import Unsent, overlay
from sync.policies import Rule

PATH = Path(__file__).parent.parent / "vectors" / "overlay.json"

RULES: dict[str, dict[str, Any]] = {
    "name": {"policy": "review", "type": "text", "choices": []},
    "phone": {"policy": "last", "type": "text", "choices": []},
    "visited": {"policy": "max", "type": "date", "choices": []},
    "paid": {"policy": "sum", "type": "decimal", "choices": []},
    "visits": {"policy": "sum", "type": "calculate", "choices": []},
    "trades": {"policy": "union", "type": "select_multiple", "choices": ["sewing", "pasta", "pastry"]},
    "notes": {"policy": "append", "type": "text", "choices": []},
}


def _unsent(saved: dict[str, str], *, kind: str = "update", seen: dict[str, str] | None = None) -> dict[str, Any]:
    """Make an unsent action; what was seen counts as prefilled and blankable."""
    names = sorted(seen or {})
    return {"kind": kind, "saved": saved, "prefilled": names, "blankable": names, "seen": seen or {}}


CASES: list[tuple[str, dict[str, str], list[dict[str, Any]]]] = [
    ("nothing unsent", {"name": "Fatima", "paid": "10"}, []),
    ("a saved answer covers the pulled one", {"name": "Fatima", "phone": "1"}, [_unsent({"phone": "2"})]),
    ("the last of several covers", {"name": "a"}, [_unsent({"name": "b"}), _unsent({"name": "c"})]),
    ("a blank covers", {"phone": "1"}, [_unsent({"phone": ""})]),
    ("a blank label does not", {"label": "Fatima"}, [_unsent({"label": " "})]),
    ("a label covers", {"label": "Fatima"}, [_unsent({"label": "Fatma"})]),
    ("deletion is no answer", {"name": "a"}, [_unsent({"_deleted": "true"})]),
    ("an undeclared property covers", {"old": "a"}, [_unsent({"old": "b"})]),
    ("a smaller answer covers under max", {"visited": "2026-05-02"}, [_unsent({"visited": "2026-05-01"})]),
    ("registered here", {}, [_unsent({"name": "a", "paid": "3", "trades": "pasta sewing"}, kind="create")]),
    ("registered and visited here", {}, [_unsent({"paid": "3"}, kind="create"), _unsent({"paid": "4"})]),
    ("sum: an addition", {"paid": "10"}, [_unsent({"paid": "3"})]),
    ("sum: two additions", {"paid": "10"}, [_unsent({"paid": "3"}), _unsent({"paid": "0.50"})]),
    ("sum: a change of what was seen", {"paid": "10"}, [_unsent({"paid": "13"}, seen={"paid": "10"})]),
    ("sum: a change, and a pull since", {"paid": "20"}, [_unsent({"paid": "13"}, seen={"paid": "10"})]),
    ("sum: counted on twice", {"visits": "3"}, [
        _unsent({"visits": "4"}, seen={"visits": "3"}), _unsent({"visits": "5"}, seen={"visits": "4"}),
    ]),
    ("sum: an addition, then seen unchanged", {"paid": "10"}, [
        _unsent({"paid": "3"}), _unsent({"paid": "13"}, seen={"paid": "13"}),
    ]),
    ("sum: cleared", {"paid": "10"}, [_unsent({"paid": ""}, seen={"paid": "10"})]),
    ("sum: a blank that was not prefilled", {"paid": "10"}, [_unsent({"paid": ""})]),
    ("sum: no number", {"paid": "10"}, [_unsent({"paid": "about ten"})]),
    ("sum: other digits", {"paid": "10"}, [_unsent({"paid": "٣"})]),
    ("sum: exact", {"paid": "0.1"}, [_unsent({"paid": "0.2"})]),
    ("sum: an edit of an answer the record holds", {"paid": "13"}, [_unsent({"paid": "5"}, seen={"paid": "3"})]),
    ("union: an addition", {"trades": "pastry"}, [_unsent({"trades": "zari sewing"})]),
    ("union: one taken away and one added", {"trades": "sewing pasta"}, [
        _unsent({"trades": "pastry sewing"}, seen={"trades": "sewing pasta"}),
    ]),
    ("union: taken away, and a pull since", {"trades": "sewing pasta pastry"}, [
        _unsent({"trades": "sewing"}, seen={"trades": "sewing pasta"}),
    ]),
    ("union: left as seen, in another order", {"trades": "pastry sewing"}, [
        _unsent({"trades": "sewing pastry"}, seen={"trades": "pastry sewing"}),
    ]),
    ("union: cleared", {"trades": "sewing pasta"}, [_unsent({"trades": ""}, seen={"trades": "sewing pasta"})]),
    ("union: a blank that was not prefilled", {"trades": "sewing"}, [_unsent({"trades": ""})]),
    ("notes: one more", {"notes": "first"}, [_unsent({"notes": "second"})]),
    ("notes: the first", {}, [_unsent({"notes": "first"})]),
    ("notes: written below those shown", {"notes": "a\nb"}, [_unsent({"notes": "a\nb\nc"}, seen={"notes": "a\nb"})]),
    ("notes: left as shown", {"notes": "a\nb"}, [_unsent({"notes": "a\nb"}, seen={"notes": "a\nb"})]),
    ("notes: cleared", {"notes": "a"}, [_unsent({"notes": ""}, seen={"notes": "a"})]),
]  # fmt: skip


def build_vectors() -> list[dict[str, Any]]:
    """Give every case with what is shown."""
    rules = {name: Rule(rule["policy"], rule["type"], tuple(rule["choices"])) for name, rule in RULES.items()}
    vectors = []
    for name, record, unsent in CASES:
        actions = [
            Unsent(a["kind"], a["saved"], frozenset(a["prefilled"]), frozenset(a["blankable"]), a["seen"])
            for a in unsent
        ]
        shown = overlay(record, actions, rules)
        vectors.append({"name": name, "record": record, "unsent": unsent, "rules": RULES, "shown": shown})
    return vectors


def to_text() -> str:
    """Write the vectors as they stand in the file."""
    return json.dumps(build_vectors(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    PATH.write_text(to_text(), encoding="utf-8")
