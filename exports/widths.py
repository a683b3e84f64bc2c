"""How wide a column should be, from its heading and its first rows; nobody should have to drag borders to read."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Final

from exports.cells import Linked, Mended
from exports.tables import Column, Disputed, Fresh, Shown

NARROWEST: Final = 9.0
WIDEST: Final = 44.0
_HEADING_LINES: Final = 3
LINE_POINTS: Final = 15.0
_TALLEST: Final = 409.0


def measure_lengths(columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> list[float]:
    """Give what the values of these rows need, in characters, 0 where there are none."""
    lengths = [0.0] * len(columns)
    for cells in rows:
        for index, value in enumerate(cells):
            if value is not None and lengths[index] < WIDEST:
                lengths[index] = max(lengths[index], _length(value, columns[index]))
    return lengths


def to_widths(columns: Sequence[Column], lengths: Sequence[float]) -> list[float]:
    """Give a width in characters for each column: its own, else what its heading on three lines and its values need."""
    return [
        column.width or min(max(_heading_width(column.heading), length, NARROWEST), WIDEST)
        for column, length in zip(columns, lengths, strict=True)
    ]


def _heading_width(heading: str) -> float:
    longest = max((len(word) for word in heading.replace("-", "- ").split()), default=0)
    return max(longest, len(heading) / _HEADING_LINES) * 1.1 + 3  # bold, and room for the filter's arrow


def _length(value: object, column: Column) -> float:
    while isinstance(value, (Disputed, Fresh, Shown)):
        value = value.value
    if isinstance(value, Linked):
        value = value.text
    if isinstance(value, datetime):
        return 17.0
    if isinstance(value, (date, time)):
        return 11.0
    if isinstance(value, Mended):
        value = value.text
    length = max((len(line) for line in str(value)[:400].split("\n")), default=0)
    return length * 1.05 + (6.0 if column.format == "money" else 1.5)


def row_height(columns: Sequence[Column], cells: Sequence[object]) -> float | None:
    """Give the height in points of a row whose wrapped columns need several lines, None when one line is enough."""
    lines = 1
    for column, value in zip(columns, cells, strict=True):
        if column.wrapped and isinstance(value, str):
            room = max((column.width or WIDEST) - 1.0, 1.0)
            lines = max(lines, sum(math.ceil(len(line) * 0.97 / room) or 1 for line in value.split("\n")))
    return min(lines * LINE_POINTS, _TALLEST) if lines > 1 else None


def heading_height(columns: Sequence[Column], widths: Sequence[float]) -> float:
    """Give the height of the heading row in points, wrapped headings whole."""
    lines = 1
    for column, width in zip(columns, widths, strict=True):
        lines = max(lines, math.ceil(len(column.heading) * 1.15 / max(width - 2.5, 1)))
    return min(lines, 6) * LINE_POINTS + 4
