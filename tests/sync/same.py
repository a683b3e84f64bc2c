"""Write tests/vectors/same.json: which answers mean the same by their type. `python -m tests.sync.same`

Each vector is an object: the question's `type`, two texts `one` and `other`, and whether they are the `same`. The answers
are those of `forms.values.canonical`; the phone's own code is tested against the file.
"""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import Any

from forms.values import canonical

PATH = Path(__file__).parent.parent / "vectors" / "same.json"

TEXTS: dict[str, tuple[str, ...]] = {
    "text": ("a", " a", "A", "e\u0301", "\u00e9", "1", "1.0", ""),
    "select_one": ("a", "a ", "b", "e\u0301", "\u00e9", ""),
    "integer": ("1", "01", "+1", "1.0", "1e0", "10", "1e1", "-1", "٣", "3", "-0", "0", "", "x", "1 2"),
    "decimal": ("1.5", "1.50", "01.5", "15e-1", "٣.٥", "3.5", ".5", "0.5", "5.", "5", "0.50000000000000000001", "-0.0", "0", "", "x"),
    "range": ("2", "2.0", "2.5"),
    "select_multiple": ("a b", "b a", "a  b a", "a", "ab", "e\u0301 a", "a \u00e9", ""),
    "rank": ("a b", "a  b", "b a", "a"),
    "date": ("2026-11-23", " 2026-11-23", "2026-11-24", "23/11/2026", ""),
    "dateTime": (
        "2026-11-23T10:00:00.000+01:00", "2026-11-23T09:00:00Z", "2026-11-23T09:00Z", "2026-11-23T10:00:00",
        "2026-11-23T10:00", "2026-11-23T10:00:00.500", "2026-11-23T10:00:00.5", "2026-11-24T00:30:00+01:00",
        "2026-11-23T23:30:00Z", "2026-11-23", "soon", "",
    ),
    "time": ("10:00", "10:00:00", "10:00:00.000", "10:00:00.5", "10:00Z", "10:00:00+00:00", "10:00+01:00", "10:00+0100", "25:00", ""),
    "geopoint": ("35.6 -0.6", "35.60 -0.60 0 0", "35.6 -0.6 0.0", "35.6 -0.6 12 5", "35.6  -0.6 12.0 5.00", "95 0", "95.0 0", "x y", ""),
    "geotrace": ("1 2;3 4", "1.0 2.0 0 0; 3 4 0 0", "1 2;3 4;", "3 4;1 2", "1 2;x", ""),
    "calculate": ("3", "3.0", "3.00", "03", "-0.0", "0", "3.5", "3.50", "a", ""),
}  # fmt: skip


def build_vectors() -> list[dict[str, Any]]:
    """Compare every text of a type with every other."""
    return [
        {"type": kind, "one": one, "other": other, "same": canonical(kind, one) == canonical(kind, other)}
        for kind, texts in TEXTS.items()
        for one, other in combinations(texts, 2)
    ]


def to_text() -> str:
    """Write the vectors as they stand in the file."""
    return "[\n" + ",\n".join(json.dumps(vector, ensure_ascii=False) for vector in build_vectors()) + "\n]\n"


if __name__ == "__main__":
    PATH.write_text(to_text(), encoding="utf-8")
