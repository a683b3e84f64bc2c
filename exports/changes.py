"""Which figures are not what they were in the workbook before: those of the numbered sheets that count.

A figure is known again by its sheet, its row (what stands in the frozen columns) and the code of its column. Compared
is what is shown, so an edition with small counts hidden tells no more by its colours than by its numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from decimal import Decimal
from typing import Final

from exports.programme import Figures
from exports.tables import Fresh, Sheet, Shown, Title

_FIGURES: Final = frozenset({"number", "money", "percent", "percent0", "hours", "days", "mark"})


def mark_changed(
    sheet: Sheet,
    rows: Iterable[list[object]],
    before: Figures | None,
    now: MutableMapping[str, Mapping[str, Mapping[str, str]]],
) -> Iterator[list[object]]:
    """Give the rows with the changed figures marked, and note all of them in ``now``.

    :param before: the figures of the workbook before; None marks nothing.
    """
    earlier = None if before is None else before.get(sheet.name, {})
    noted: dict[str, Mapping[str, str]] = {}
    now[sheet.name] = noted
    part = ""
    for row in rows:
        if isinstance(row, Title):
            part = str(row[0])
            yield row
            continue
        head = [part, *(str(_plain(value) or "") for value in row[: max(sheet.frozen, 1)])]
        key = "\t".join(head)
        figures = {
            column.code: _to_text(value)
            for column, value in zip(sheet.columns, row, strict=True)
            if column.format in _FIGURES or isinstance(value, Shown)
        }
        noted[key] = {code: text for code, text in figures.items() if text}
        if earlier is not None:
            known = earlier.get(key, {})
            for place, column in enumerate(sheet.columns):
                if column.code in figures and figures[column.code] != known.get(column.code, ""):
                    row[place] = Fresh(row[place])
        yield row


def to_plain(row: Sequence[object]) -> list[object]:
    """Give a row as it is without its marks."""
    return [value.value if isinstance(value, Fresh) else value for value in row]


def _plain(value: object) -> object:
    return value.value if isinstance(value, Shown) else value


def _to_text(value: object) -> str:
    value = _plain(value)
    if value is None:
        return ""
    return f"{float(value):.12g}" if isinstance(value, (int, float, Decimal)) else str(value)
