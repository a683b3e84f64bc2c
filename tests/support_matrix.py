"""The matrix of what forms may hold, as the tables of device/README.md. `python -m tests.support_matrix` writes it anew."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from forms.support import Row
from server.library import read_support

README = Path(__file__).resolve().parent.parent / "device" / "README.md"
BEGIN, END = "<!-- matrix: written by python -m tests.support_matrix -->", "<!-- end of matrix -->"
TITLES = {
    "type": "Question types",
    "appearance": "Appearances",
    "parameter": "Parameters",
    "feature": "Around the questions",
    "function": "XPath functions",
}


def _cells(rows: list[Row]) -> str:
    names = " ".join(f"`{row.name}`" for row in rows).replace("|", "\\|")
    on = f" on {', '.join(rows[0].on)}" if rows[0].on and rows[0].on != ("any",) else ""
    return f"| {names}{on} | {rows[0].state} | {rows[0].how} |"


def render() -> str:
    lines = [BEGIN, ""]
    for kind, of_kind in groupby(read_support().rows, key=lambda row: row.kind):
        lines += [f"| {TITLES[kind]} | state | how |", "|---|---|---|"]
        lines += [_cells(list(alike)) for _key, alike in groupby(of_kind, key=lambda row: (row.state, row.how, row.on))]
        lines.append("")
    return "\n".join([*lines, END])


def write() -> None:
    text = README.read_text()
    before, _, rest = text.partition(BEGIN)
    README.write_text(before + render() + rest.partition(END)[2])


if __name__ == "__main__":
    write()
