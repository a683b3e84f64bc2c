"""Styles added to those of a template: her own look, with the number format that a value needs.

Source: ECMA-376 part 1, 18.8 (styles).
"""

from __future__ import annotations

from copy import deepcopy
from typing import Final

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

from exports.package import MAIN, Node

PATH: Final = "xl/styles.xml"
_FILLS: Final = {"disputed": "FFFFD9A0", "fresh": "FFCDEBC5"}
_BOLD: Final = frozenset({"total", "title", "page"})
_FIRST_OWN: Final = 164


class StyleSheet:
    """The styles of a template; :meth:`derive` gives the number of a style."""

    def __init__(self, root: Node) -> None:
        self._root = root
        self._formats = {
            int(one.get("numFmtId")): one.get("formatCode", "") for one in root.iter(f"{{{MAIN}}}numFmt")
        }
        self._made: dict[tuple[int, str, str, bool], int] = {}
        self._parts: dict[tuple[str, int, str], int] = {}
        found = root.find(f"{{{MAIN}}}cellXfs")
        if found is None or not len(found):
            raise ValueError("no styles")
        self._styles = found

    def format_of(self, style: int) -> str:
        """Give the number format of a style."""
        number = int(self._at(style).get("numFmtId", "0"))
        return self._formats.get(number) or BUILTIN_FORMATS.get(number) or "General"

    def derive(self, style: int, number_format: str = "General", look: str = "", *, quoted: bool = False) -> int:
        """Give a style that looks like another and shows its value so.

        A format she chose stays, unless a day would be shown as a number.

        :param look: "disputed", "fresh", "total", "title" or "".
        :param quoted: editing the cell must not make a formula of its text.
        """
        hers = self.format_of(style)
        dated = is_date_format(number_format)
        keep = number_format == "General" or (hers != "General" and (is_date_format(hers) if dated else hers != "@"))
        key = (style, "" if keep else number_format, look, quoted)
        if key in self._made:
            return self._made[key]
        if keep and not look and not quoted:
            return style
        made = deepcopy(self._at(style))
        if not keep:
            made.set("numFmtId", str(self._find_format(number_format)))
            made.set("applyNumberFormat", "1")
        if quoted:
            made.set("quotePrefix", "1")
        if look in _FILLS:
            made.set("fillId", str(self._add_fill(look)))
            made.set("applyFill", "1")
        if look in _BOLD:
            made.set("fontId", str(self._embolden(int(made.get("fontId", "0")))))
            made.set("applyFont", "1")
        self._made[key] = self._append(self._styles, made)
        return self._made[key]

    def _at(self, style: int) -> Node:
        return self._styles[style if style < len(self._styles) else 0]

    @staticmethod
    def _append(parent: Node, made: Node) -> int:
        parent.append(made)
        parent.set("count", str(len(parent)))
        return len(parent) - 1

    def _find_format(self, wanted: str) -> int:
        for number, code in (*self._formats.items(), *BUILTIN_FORMATS.items()):
            if code == wanted:
                return number
        number = max([_FIRST_OWN - 1, *self._formats]) + 1
        parent = self._root.find(f"{{{MAIN}}}numFmts")
        if parent is None:
            parent = self._root.makeelement(f"{{{MAIN}}}numFmts")
            self._root.insert(0, parent)
        made = parent.makeelement(f"{{{MAIN}}}numFmt")
        made.set("numFmtId", str(number))
        made.set("formatCode", wanted)
        self._append(parent, made)
        self._formats[number] = wanted
        return number

    def _add_fill(self, look: str) -> int:
        key = ("fill", 0, look)
        if key not in self._parts:
            fills = self._root.find(f"{{{MAIN}}}fills")
            made = fills.makeelement(f"{{{MAIN}}}fill")
            pattern = made.makeelement(f"{{{MAIN}}}patternFill")
            pattern.set("patternType", "solid")
            colour = pattern.makeelement(f"{{{MAIN}}}fgColor")
            colour.set("rgb", _FILLS[look])
            pattern.append(colour)
            made.append(pattern)
            self._parts[key] = self._append(fills, made)
        return self._parts[key]

    def _embolden(self, font: int) -> int:
        key = ("font", font, "")
        if key not in self._parts:
            fonts = self._root.find(f"{{{MAIN}}}fonts")
            made = deepcopy(fonts[font])
            if made.find(f"{{{MAIN}}}b") is None:
                made.insert(0, made.makeelement(f"{{{MAIN}}}b"))
            self._parts[key] = self._append(fonts, made)
        return self._parts[key]
