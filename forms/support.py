"""What the agents' app can show of a form, and what it cannot: said when a form is published, by question.

The matrix is `support.json` beside this module, the one home of these facts: this module, the table in
`device/src/form/README.md` and the corpus that opens every row in a browser (`tests/corpus`) read it. It is given as
text, because this package reads no file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from forms.uses import Use, find_uses

WORKS, PLAIN, MISSING, UNKNOWN = "works", "plain", "missing", "unknown"
_FAMILIES: Mapping[str, tuple[str, ...]] = {
    "select": ("select_one", "select_multiple", "rank"),
    "geo": ("geopoint", "geotrace", "geoshape"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the matrix. `state`: it works; it is shown plainer, the answer is the same; it is missing."""

    kind: str
    name: str
    state: str
    on: tuple[str, ...] = ()
    """Types of question it is for; empty for all."""
    how: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """Something of a form that the app shows plainer (`plain`), cannot do (`missing`) or does not know (`unknown`)."""

    kind: str
    name: str
    state: str
    path: str
    question: str
    """Last step of the path; "" when it is the form as a whole."""
    how: str
    row: int | None = None
    """Row of the survey sheet, as a spreadsheet counts, where it is known."""

    def as_text(self) -> str:
        """Say it in English, as pyxform words its warnings."""
        what = f"{self.name}()" if self.kind == "function" else f"'{self.name}'"
        where = f"[row : {self.row}] " if self.row else ""
        whom = f"Question '{self.question}': " if self.question else ""
        if self.state == UNKNOWN and self.kind == "function":
            said = f"the function {what} is not known: the form will not open on phones"
        elif self.state == UNKNOWN:
            said = f"the {self.kind} {what} is not known to the agents' app and is passed over"
        elif self.state == MISSING:
            said = f"the agents' app does not have the {self.kind} {what}"
        else:
            said = f"the agents' app shows the {self.kind} {what} plainer"
        return f"{where}{whom}{said}{f': {self.how}' if self.how else ''}."


class Support:
    """The matrix, ready to be asked."""

    def __init__(self, text: str) -> None:
        """:raises ValueError: when the text is not such a matrix."""
        self.rows = tuple(_row(given) for given in json.loads(text))
        self._by_kind: dict[str, list[Row]] = {}
        for row in self.rows:
            self._by_kind.setdefault(row.kind, []).append(row)

    def row_of(self, use: Use) -> Row | None:
        """Return the row that speaks of a use; None when no row does."""
        rows = self._by_kind.get(use.kind, [])
        exact = next((row for row in rows if row.name == use.name and _fits(row, use)), None)
        return exact or next(
            (row for row in rows if "*" in row.name and fnmatchcase(use.name, row.name) and _fits(row, use)), None
        )


def find_limits(xform: bytes, support: Support, rows: Mapping[str, int] | None = None) -> tuple[Limit, ...]:
    """Find what of a form does not work on the agents' phones as its author may expect.

    `rows` goes from a path to its row in the survey (`ConvertedForm.rows`). Worst first, then in the form's order.

    :raises XmlError: when the form is no XML that may be read.
    """
    order = {MISSING: 0, UNKNOWN: 1, PLAIN: 2}
    return tuple(sorted(_limits(xform, support, rows or {}), key=lambda limit: order[limit.state]))


def _limits(xform: bytes, support: Support, rows: Mapping[str, int]) -> Iterator[Limit]:
    for use in find_uses(xform):
        row = support.row_of(use)
        state = row.state if row else UNKNOWN
        if state != WORKS:
            yield Limit(
                kind=use.kind,
                name=use.name,
                state=state,
                path=use.path,
                question=use.path.rpartition("/")[2],
                how=row.how if row else "",
                row=rows.get(use.path),
            )


def _fits(row: Row, use: Use) -> bool:
    return not row.on or not use.widget or use.widget in row.on or "any" in row.on


def _row(given: Mapping[str, str]) -> Row:
    on = given.get("on", "").split()
    types = tuple(name for word in on for name in _FAMILIES.get(word, (word,)))
    if given["state"] not in (WORKS, PLAIN, MISSING):
        raise ValueError(given["state"])
    return Row(given["kind"], given["name"], given["state"], types, given.get("how", ""))
