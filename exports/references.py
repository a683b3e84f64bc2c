"""What a formula refers to, once rows were added: the references of Excel, moved as Excel moves them.

A table of a template has some rows when it comes and more when it is filled. What stood below goes down with
everything that refers to it, and ranges that reached the last row of the table reach its last row again. Where nothing
stands below in its columns, nothing is pushed: what stands beside the table stays where it is.

Source: ECMA-376 part 1, 18.17 (formulas); openpyxl's tokenizer cuts a formula in its words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from openpyxl.formula.tokenizer import Token, Tokenizer, TokenizerError
from openpyxl.utils import column_index_from_string, get_column_letter

MOST_ROWS: Final = 1_048_576
_CELL: Final = r"(\$?)([A-Za-z]{1,3})(\$?)([1-9][0-9]{0,6})"
_AREA: Final = re.compile(rf"{_CELL}(?::{_CELL})?(#?)")
_ROWS: Final = re.compile(r"(\$?)([1-9][0-9]{0,6}):(\$?)([1-9][0-9]{0,6})")
_PREFIX: Final = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!")


class Area(NamedTuple):
    """Some cells: columns and rows from 1."""

    left: int
    top: int
    right: int
    bottom: int

    def touches(self, other: Area) -> bool:
        """Tell whether both have a cell in common."""
        return (
            self.left <= other.right
            and other.left <= self.right
            and self.top <= other.bottom
            and other.top <= self.bottom
        )


class Growth(NamedTuple):
    """A table that was filled: its columns, its rows as they came, how many were added, and whether what was below
    went down (``pushes``)."""

    sheet: str
    area: Area
    added: int
    pushes: bool


def to_area(text: str) -> Area | None:
    """Read ``B5`` or ``$B$5:$F$9``; None when it is something else."""
    found = _AREA.fullmatch(text)
    if not found:
        return None
    left, top = column_index_from_string(found[2].upper()), int(found[4])
    right, bottom = (column_index_from_string(found[6].upper()), int(found[8])) if found[6] else (left, top)
    area = Area(min(left, right), min(top, bottom), max(left, right), max(top, bottom))
    return area if area.right <= 16_384 and area.bottom <= MOST_ROWS else None


def to_ref(area: Area) -> str:
    """Write cells as ``B5`` or ``B5:F9``."""
    first = f"{get_column_letter(area.left)}{area.top}"
    last = f"{get_column_letter(area.right)}{area.bottom}"
    return first if first == last else f"{first}:{last}"


def split_sheet(text: str) -> tuple[str | None, str]:
    """Cut ``'A sheet'!B5`` into the name of the sheet, None when there is none, and the rest."""
    found = _PREFIX.match(text)
    if not found:
        return None, text
    return (found[1].replace("''", "'") if found[1] else found[2]), text[found.end() :]


def to_letters(column: int) -> str:
    """Write a column as ``A``, ``B`` … ``XFD``."""
    return get_column_letter(column)


def find_functions(tokens: Iterable[Token]) -> set[str]:
    """Name the functions that a formula calls, in capitals, without the prefix of those that are new."""
    return {
        one.value.rstrip("(").upper().removeprefix("_XLFN.").removeprefix("_XLWS.")
        for one in tokens
        if one.type == Token.FUNC and one.subtype == Token.OPEN
    }


def to_outside_texts(tokens: Iterable[Token]) -> str:
    """Give a formula without the texts in it."""
    return "".join(one.value for one in tokens if one.type != Token.OPERAND or one.subtype != Token.TEXT)


def to_tokens(formula: str) -> Sequence[Token]:
    """Cut a formula without its ``=`` into words; none when it cannot be read."""
    try:
        found: Sequence[Token] = Tokenizer(f"={formula}").items
        return found
    except (TokenizerError, IndexError, ValueError):
        return ()


def is_reference(token: Token) -> bool:
    """Tell whether a word refers to cells or a name."""
    return token.type == Token.OPERAND and token.subtype == Token.RANGE


class Moves:
    """Where everything is after the tables of a template were filled."""

    def __init__(self, growths: Iterable[Growth]) -> None:
        self._by_sheet: dict[str, list[Growth]] = {}
        for growth in growths:
            if growth.added:
                self._by_sheet.setdefault(growth.sheet.casefold(), []).append(growth)

    def __bool__(self) -> bool:
        return bool(self._by_sheet)

    def of(self, sheet: str) -> Sequence[Growth]:
        """Give the tables of a sheet that grew."""
        return self._by_sheet.get(sheet.casefold(), ())

    def row(self, sheet: str, row: int) -> int:
        """Say where a row is now; at most the last row of a sheet."""
        added = sum(one.added for one in self.of(sheet) if one.pushes and row > one.area.bottom)
        return min(row + added, MOST_ROWS)

    def area(self, sheet: str, area: Area) -> Area:
        """Say what a range covers now: one that reached the last row of a table reaches it again."""
        top, bottom = self.row(sheet, area.top), area.bottom
        added, reach = 0, 0
        for one in self.of(sheet):
            table = one.area
            meets = area.top <= table.bottom <= area.bottom and area.left <= table.right and table.left <= area.right
            if one.pushes and (bottom > table.bottom or meets):
                added += one.added
            elif meets:
                reach = max(reach, self.row(sheet, table.bottom) + one.added)
        return area._replace(top=top, bottom=min(max(bottom + added, reach), MOST_ROWS))

    def cells(self, sheet: str, text: str) -> str:
        """Move the list of ranges of something that covers cells (``sqref``)."""
        areas = [(one, to_area(one)) for one in text.split()]
        return " ".join(to_ref(self.area(sheet, area)) if area else one for one, area in areas)

    def cell(self, sheet: str, text: str) -> str:
        """Move cells without letting them grow (a merge, a comment)."""
        area = to_area(text)
        if area is None:
            return text
        return to_ref(area._replace(top=self.row(sheet, area.top), bottom=self.row(sheet, area.bottom)))

    def formula(self, text: str, sheet: str, *, inside: Area | None = None, down: int = 0) -> str:
        """Move what a formula of a sheet refers to.

        :param inside: the table in whose rows it stands: what is relative stays on its row, only ``$`` grows.
        :param down: it is copied so many rows down.
        """
        tokens = to_tokens(text)
        if not any(is_reference(one) for one in tokens):
            return text
        made = (self._refer(one.value, sheet, inside, down) if is_reference(one) else one.value for one in tokens)
        return "".join(made)

    def drawn(self, text: str) -> str:
        """Move what a chart draws: one cell in the only row of a table stands for that column of the table."""
        named, rest = split_sheet(text)
        area, found = to_area(rest), _AREA.fullmatch(rest)
        if named is not None and area and found and not found[6]:
            for one in self.of(named):
                if one.area.top == one.area.bottom and area.touches(one.area):
                    return self.formula(f"{text}:{rest}", "")
        return self.formula(text, "")

    def copier(self, text: str, sheet: str, inside: Area) -> Callable[[int], str]:
        """Give a function that writes a formula of the first row of a table for each of its rows, from 0."""
        words = [(one.value, is_reference(one)) for one in to_tokens(text)]
        if not words:
            return lambda down: text
        return lambda down: "".join(
            self._refer(word, sheet, inside, down) if refers else word for word, refers in words
        )

    def _refer(self, text: str, sheet: str, inside: Area | None, down: int) -> str:
        named, rest = split_sheet(text)
        prefix = text[: len(text) - len(rest)]
        there = sheet if named is None else named
        found = _AREA.fullmatch(rest)
        rows = None if found else _ROWS.fullmatch(rest)
        if rows:
            top, bottom = int(rows[2]), int(rows[4])
            if top > bottom or bottom > MOST_ROWS:
                return text
            area = self.area(there, Area(1, top, 16_384, bottom))
            return f"{prefix}{rows[1]}{area.top}:{rows[3]}{area.bottom}"
        area_or_none = to_area(rest)
        if not found or area_or_none is None:
            return text
        ends = [(found[1], found[2], found[3], int(found[4]))]
        if found[6]:
            ends.append((found[5], found[6], found[7], int(found[8])))
        moved = [self.row(there, row) for *_, row in ends]
        grows = len(ends) == 2 and ends[0][3] <= ends[1][3]
        if grows and (inside is None or ends[1][2]):
            moved[1] = self.area(there, area_or_none).bottom
        if inside is not None:
            own = named is None or named.casefold() == sheet.casefold()
            for place, (_, _, fixed, row) in enumerate(ends):
                if not fixed and not (own and row > inside.bottom):
                    moved[place] = min(moved[place] + down, MOST_ROWS)
        words = [f"{d}{column}{f}{row}" for (d, column, f, _), row in zip(ends, moved, strict=True)]
        return f"{prefix}{':'.join(words)}{found[9]}"
