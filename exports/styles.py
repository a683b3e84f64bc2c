"""How a value is shown, in words that know no library: its style, number format and alignment.

Numbers and dates are formatted as the file spells them; the separators a reader sees are those of her own Excel ("#
##0 DA" and "0,0 %" in a French one).
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, Final

from exports.tables import Column

# A text that begins so is quoted: editing the cell must not turn it into a formula, an error or another text.
RISKY: Final = frozenset("=+-@#'\t\n")
#: Style and look of a text that leads somewhere.
LINKED: Final = "link"
_BARE: Final = frozenset({"text", "number"})
_TIMES: Final = {date: "date", datetime: "datetime", time: "time"}
_NUMBER_FORMATS: Final = {
    "date": "dd/mm/yyyy",
    "datetime": "dd/mm/yyyy hh:mm",
    "time": "hh:mm",
    "percent": "0.0 %",
    "percent0": "0 %",
    "hours": "0.0",
    "days": "0",
    "mark": "0.00",
    "id": "@",
}
# A word in a column of figures ("n<5") stands where the figures do.
_WORDS: Final = dict.fromkeys(("number", "money", "percent", "percent0", "hours", "days"), "word")
_CURRENCY: Final = {"DZD": ("DA", "دج")}
_MOST_DECIMALS: Final = 10


def to_style(column: Column, value: object, *, plain: bool) -> str:
    """Choose the style of a value; "" when it needs none.

    :param plain: nothing but the value asks for a style (no total, no colour, no sheet that aligns its texts).
    """
    kind = type(value)
    if kind is str:
        risky = value[:1] in RISKY  # type: ignore[index]
        if plain and not risky and column.format in _BARE:
            return ""
        return "quoted" if risky and column.format != "id" else _WORDS.get(column.format, column.format)
    if kind in _TIMES:
        return _TIMES[kind]
    if kind is bool or (plain and column.format in _BARE and not column.unit):
        return ""
    return "decimal" if kind is float and column.format == "money" else column.format


def to_unit(column: Column, *, arabic: bool) -> str:
    """Give the unit shown behind the numbers of a column, safe inside a number format; "" for none."""
    if column.unit in _CURRENCY:
        return _CURRENCY[column.unit][arabic]
    return "".join(char for char in column.unit if char.isprintable() and char not in '"\\')[:20]


def to_number_format(column: Column, style: str, unit: str) -> str:
    """Give the number format of a style, in the spelling of the file."""
    if style in _NUMBER_FORMATS:
        return _NUMBER_FORMATS[style]
    if not unit or style not in ("money", "decimal"):
        return "General"
    places = min(2 if column.decimals is None else column.decimals, _MOST_DECIMALS) if style == "decimal" else 0
    return f'#,##0{"." + "0" * places if places > 0 else ""} "{unit}"'


def to_alignment(column: Column, style: str, *, arabic: bool) -> dict[str, Any]:
    """Give the alignment of a style. ``readingOrder`` is 1 from left to right, 2 from right to left."""
    made: dict[str, Any] = {"vertical": "center" if column.bordered else "top"} if column.width else {}
    start = "right" if arabic else "left"
    if column.format in ("rtl", "long-rtl") or (column.format == "long" and arabic):
        made |= {"horizontal": "right", "readingOrder": 2, "indent": 1, "wrap_text": column.wrapped}
    elif style in ("id", "link", "date", "datetime", "time"):
        # a code, a name of a sheet or a date must not turn round among Arabic words
        made |= {"horizontal": start, "readingOrder": 1, "indent": 1}
    elif column.format in ("mark", "mark-word") or (column.bordered and column.format in ("number", "percent0")):
        made |= {"horizontal": "center"}
    elif style == "word":
        made |= {"horizontal": "right"}
    elif column.format == "long":
        made |= {"horizontal": start, "readingOrder": 1, "wrap_text": True}
    elif style in ("text", "quoted") and column.width:
        made |= {"horizontal": start, "indent": 1} if column.bordered else {"horizontal": start}
    return made
