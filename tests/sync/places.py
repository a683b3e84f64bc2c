"""Write tests/vectors/places.json: where in its branch a phone's follow-up stands. `python -m tests.sync.places`

Each vector is a `name` and `steps`: `register` (on this phone), `pull` (a `version` comes, which holds the first `settle`
pending actions), `follow` (a follow-up is opened and finished; `versions` are the attributes it carries). Branches are named
b1, b2, … in the order in which the phone makes them: one with a registration, one with each pulled version.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PATH = Path(__file__).parent.parent / "vectors" / "places.json"

REGISTER: dict[str, Any] = {"do": "register"}
FOLLOW: dict[str, Any] = {"do": "follow"}


def _pull(version: int, settle: int = 0) -> dict[str, Any]:
    return {"do": "pull", "version": version, "settle": settle}


CASES: list[tuple[str, list[dict[str, Any]]]] = [
    ("pulled, followed up", [_pull(4), FOLLOW]),
    ("followed up three times before sending", [_pull(4), FOLLOW, FOLLOW, FOLLOW]),
    ("all of it settled: a branch of its own", [_pull(4), FOLLOW, FOLLOW, _pull(6, 2), FOLLOW]),
    ("a colleague's version while work is pending", [_pull(4), FOLLOW, _pull(9), FOLLOW, FOLLOW]),
    ("the first step settled, the second pending", [_pull(4), FOLLOW, FOLLOW, _pull(10, 1), FOLLOW]),
    ("two pulls while work is pending", [_pull(4), FOLLOW, _pull(5), FOLLOW, _pull(8, 1), FOLLOW]),
    ("registered here, followed up twice", [REGISTER, FOLLOW, FOLLOW]),
    ("registered here, pulled with nothing pending", [REGISTER, FOLLOW, _pull(2, 2), FOLLOW]),
    ("registered here, pulled while follow-ups are pending", [REGISTER, FOLLOW, FOLLOW, _pull(1, 1), FOLLOW]),
    ("nothing was done between two pulls", [_pull(1), _pull(7), FOLLOW]),
]


def follow(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the steps with the attributes of each follow-up."""
    version: int | None = None
    pending: list[str | None] = []  # the branch of each pending action; None: the registration
    made, fresh, last = 0, "", dict[str, int]()
    done = []
    for step in steps:
        if step["do"] == "register":
            made += 1
            fresh, pending = f"b{made}", [None]
        elif step["do"] == "pull":
            made += 1
            version, pending = step["version"], pending[step["settle"] :]
            fresh = f"b{made}"
        else:
            branch = next((name for name in reversed(pending) if name is not None), fresh)
            pos = last[branch] = last.get(branch, (version or 1) - 1) + 1
            pending.append(branch)
            trunk = "" if version is None else str(version)
            step = {**step, "versions": {"__version": str(pos), "__trunkVersion": trunk, "__branchId": branch}}
        done.append(step)
    return done


def build_vectors() -> list[dict[str, Any]]:
    """Give every case with the attributes of its follow-ups."""
    return [{"name": name, "steps": follow(steps)} for name, steps in CASES]


def to_text() -> str:
    """Write the vectors as they stand in the file."""
    return json.dumps(build_vectors(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    PATH.write_text(to_text(), encoding="utf-8")
