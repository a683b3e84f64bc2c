"""Small counts hidden in the edition without personal data, so that nobody is recognised in a number.

A count from 1 to 4 is shown as "<5"; where one hidden count alone could be found by subtraction from a total, one more
is hidden ("…"); what is worked out from a hidden count is left blank.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from exports.tables import Total

HIDDEN: Final = "<5"


def hide_small_counts(rows: list[list[object]], counts: range, derived: range) -> None:
    """Hide the counts from 1 to 4 of the lines and, where one hidden count alone could be found by subtraction, one
    more.

    The total stays, unless it is small itself. Rates and medians of a line with a hidden count are hidden with it.
    """
    lines = [row for row in rows if not isinstance(row, Total)]
    for column in counts:
        small = [row for row in lines if is_small(row[column])]
        others = [row for row in lines if not is_small(row[column]) and row[column]]
        if len(small) == 1 and others:
            small.append(min(others, key=lambda row: row[column]))  # type: ignore[arg-type,return-value]
        for row in small:
            row[column] = HIDDEN if is_small(row[column]) else "…"
    for row in rows:
        for column in counts:
            if is_small(row[column]):
                row[column] = HIDDEN
        if any(isinstance(row[column], str) for column in counts):
            for column in derived:
                row[column] = None


def is_small(value: object) -> bool:
    """Tell whether a count is one to hide."""
    return not isinstance(value, str) and value is not None and 0 < value < 5  # type: ignore[operator]


def any_small(counts: Iterable[object]) -> bool:
    """Tell whether one of these counts must not be given away."""
    return any(is_small(count) for count in counts)
