"""The parts of a template written anew: its tables with their rows, and everything that refers to what moved.

Only sheets with places are taken apart; of the others only formulas change, and their values are left out, so that
whatever opens the workbook counts them again.

Source: ECMA-376 part 1, 18.3 (sheets), 18.5 (tables), 20.5 (anchors of drawings), 21.2 (charts).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple
from xml.sax.saxutils import quoteattr

from exports.cells import Mended, to_cell
from exports.inspection import has_below
from exports.markup import to_text_element, to_xml
from exports.moving import drop_values, move_parts, move_sheet
from exports.package import MAIN, WORKBOOK, Node, Package, SheetPart
from exports.places import FigurePlace, TablePlace
from exports.references import Area, Growth, Moves, to_area, to_letters
from exports.stylesheet import PATH as STYLES
from exports.stylesheet import StyleSheet
from exports.zipstream import Entry, ZipStream, deflate
from forms.xmltree import parse_xml, write_fragment, write_xml

_MARK: Final = "HIRFA-ROWS"
_CHUNK: Final = 200_000
_NOTES: Final = "HIRFA – à lire"
_NOTES_PATH: Final = "xl/worksheets/hirfa-notes.xml"
_HIDDEN: Final = re.compile(r' (?:hidden|collapsed)="[^"]*"')


class Filled(NamedTuple):
    """A table and its rows: ``heads`` to be written over the columns, (column, style) of each, how many rows."""

    place: TablePlace
    heads: Mapping[int, str]
    columns: Sequence[tuple[int, int]]
    written: int
    rows: Iterator[list[str]] | None

    @property
    def area(self) -> Area:
        """Give the rows for data as they came, over all of its columns."""
        area = self.place.area
        right = max([area.right, *(column for column, _ in self.columns)])
        return Area(area.left, self.place.first, right, area.bottom)


def write_package(
    package: Package,
    archive: ZipStream,
    filled: Sequence[Filled],
    figures: Sequence[tuple[FigurePlace, object, str]],
    losses: Sequence[tuple[str, str]],
) -> Iterator[None]:
    """Write a filled template; stops each time that something can be sent."""
    growths = []
    for one in filled:
        added = max(0, one.written - (one.area.bottom - one.area.top + 1))
        pushes = has_below(package, one.place.sheet.path, one.area)
        growths.append(Growth(one.place.sheet.title, one.area, added, pushes))
    moves = Moves(growths)
    styles = StyleSheet(package.tree(STYLES, change=True))
    for place, value, number_format in figures:
        _write_figure(package, styles, place, value, number_format)
    for one in filled:
        for column, text in one.heads.items():
            _write_head(package, one.place, column, text)
    by_sheet: dict[str, list[Filled]] = {}
    for one in filled:
        by_sheet.setdefault(one.place.sheet.path, []).append(one)
    sheets = package.sheets()
    copied = {one.path: _find_copied(package, one, by_sheet.get(one.path, ()), moves) for one in sheets}
    for sheet in sheets:
        move_sheet(package, sheet, moves)
        drop_values(package.tree(sheet.path, change=True))
    move_parts(package, moves)
    _count_anew(package)
    if losses:
        titles = {one.title.casefold() for one in sheets}
        names = (_NOTES, *(f"{_NOTES} {number}" for number in range(2, 1000)))
        title = next(name for name in names if name.casefold() not in titles)
        package.add_sheet(title, _NOTES_PATH)
        package.replace(_NOTES_PATH, _to_notes(losses))
    rows_of = {sheet.path: sheet for sheet in sheets if sheet.path in by_sheet}
    for name, data in package.parts():
        if name not in rows_of:
            archive.add(name, data)
        else:
            entry = archive.open(name)
            yield from _write_sheet(entry, package, rows_of[name], by_sheet[name], moves, copied[name])
            entry.close()
        yield


# cells of the template


def _find_cell(package: Package, sheet: SheetPart, area: Area) -> Node:
    """Find a cell of a sheet, or put it in its place."""
    root = package.tree(sheet.path, change=True)
    data = root.find(f"{{{MAIN}}}sheetData")
    number, row, at = 0, None, len(data)
    for place, one in enumerate(data):
        number = int(one.get("r") or number + 1)
        if number == area.top:
            row = one
        if number >= area.top:
            at = place
            break
    if row is None:
        row = data.makeelement(f"{{{MAIN}}}row")
        row.set("r", str(area.top))
        data.insert(at, row)
    column, at = 0, len(row)
    for place, cell in enumerate(row):
        found = to_area(cell.get("r") or "")
        column = found.left if found else column + 1
        if column == area.left:
            return cell
        if column > area.left:
            at = place
            break
    made = row.makeelement(f"{{{MAIN}}}c")
    made.set("r", f"{to_letters(area.left)}{area.top}")
    row.insert(at, made)
    return made


def _put(cell: Node, value: object) -> None:
    """Write a value into a cell, whose style stays."""
    for child in list(cell):
        cell.remove(child)
    cell.attrib.pop("t", None)
    if value is None:
        return
    made = parse_xml(f'<x xmlns="{MAIN}">{to_xml(value)}</x>'.encode())[0]  # type: ignore[arg-type]
    if made.get("t"):
        cell.set("t", made.get("t"))
    for child in list(made):
        cell.append(child)


def _write_figure(
    package: Package, styles: StyleSheet, place: FigurePlace, value: object, number_format: str
) -> None:
    cell = _find_cell(package, place.sheet, place.cell)
    if isinstance(value, Mended):
        value = value.text
    if value is not None:
        plain = number_format if not isinstance(value, str) else "General"
        quoted = isinstance(value, str) and value[:1] in "=+-@"
        cell.set("s", str(styles.derive(int(cell.get("s", "0")), plain, quoted=quoted)))
    _put(cell, value)


def _write_head(package: Package, place: TablePlace, column: int, text: str) -> None:
    first = _find_cell(package, place.sheet, Area(place.area.left, place.area.top, place.area.left, place.area.top))
    cell = _find_cell(package, place.sheet, Area(column, place.area.top, column, place.area.top))
    if column != place.area.left and not cell.get("s") and first.get("s"):
        cell.set("s", first.get("s"))
    value = to_cell(text)
    _put(cell, value.text if isinstance(value, Mended) else value)


# the rows


class _Copied(NamedTuple):
    """A column of hers: the formula of each row, and the attributes of the cell."""

    column: int
    write: Callable[[int], str]
    style: str
    array: bool


def _find_copied(
    package: Package, sheet: SheetPart, tables: Sequence[Filled], moves: Moves
) -> dict[int, list[_Copied]]:
    """Find the formulas of hers that are copied down, before anything moves."""
    found: dict[int, list[_Copied]] = {}
    for number, one in enumerate(tables):
        for column, formula in one.place.formulas.items():
            cell = _find_cell(package, sheet, Area(column, one.place.first, column, one.place.first))
            kind = cell.find(f"{{{MAIN}}}f")
            copy = moves.copier(formula, sheet.title, one.area)
            style = f' s="{cell.get("s")}"' if cell.get("s") else ""
            array = kind is not None and kind.get("t") == "array"
            found.setdefault(number, []).append(_Copied(column, copy, style, array))
    return found


@dataclass(slots=True)
class _Run:
    """The rows of one table, as they are written: where they begin, and how many."""

    table: Filled
    start: int
    count: int
    attributes: str
    copied: Sequence[_Copied]

    def columns(self) -> frozenset[int]:
        """Give the columns it writes."""
        return frozenset([column for column, _ in self.table.columns] + [one.column for one in self.copied])

    def cells(self) -> Iterator[list[tuple[int, str]]]:
        """Give the cells of each row, without their addresses."""
        rows = self.table.rows or iter(())
        blank = [(column, f'<c s="{style}"/>' if style else "<c/>") for column, style in self.table.columns]
        for number in range(self.count):
            written = next(rows, None)
            if written is None:
                cells = [*blank, *((one.column, f"<c{one.style}/>") for one in self.copied)]
            else:
                cells = list(zip([column for column, _ in self.table.columns], written, strict=True))
                for one in self.copied:
                    ref = f"{to_letters(one.column)}{self.start + number}"
                    kind = f' t="array" ref="{ref}"' if one.array else ""
                    text = to_text_element(one.write(number)).partition(">")[2].removesuffix("</t>")
                    cells.append((one.column, f"<c{one.style}><f{kind}>{text}</f></c>"))
            yield cells if not self.copied else sorted(cells)


def _write_sheet(
    entry: Entry,
    package: Package,
    sheet: SheetPart,
    tables: Sequence[Filled],
    moves: Moves,
    copied: Mapping[int, Sequence[_Copied]],
) -> Iterator[None]:
    """Write one sheet: its head, its rows among those of the tables, its end."""
    root = package.tree(sheet.path)
    data = root.find(f"{{{MAIN}}}sheetData")
    declared = [f' xmlns{f":{prefix}" if prefix else ""}="{uri}"' for prefix, uri in root.nsmap.items()]
    space = "" if root.nsmap.get(None) == MAIN else f' xmlns="{MAIN}"'
    standing = _take_rows(data, sheet, moves)
    runs = []
    for number, one in enumerate(tables):
        first = standing.get(moves.row(sheet.title, one.place.first))
        attributes = _HIDDEN.sub("", _to_attributes(first))
        count = max(one.written, one.area.bottom - one.area.top + 1)
        start = moves.row(sheet.title, one.place.first)
        runs.append(_Run(one, start, count, attributes, copied.get(number, ())))
    data.text = _MARK
    head, _, tail = write_xml(root).decode().partition(f">{_MARK}<")
    data.text = None
    pending, size = [f"{head}>"], 0
    for row in _merge(standing, runs, declared, space):
        pending.append(row)
        size += len(row)
        if size > _CHUNK:
            entry.put(deflate("".join(pending).encode()))
            pending, size = [], 0
            yield
    pending.append(f"<{tail}")
    entry.put(deflate("".join(pending).encode()))


def _take_rows(data: Node, sheet: SheetPart, moves: Moves) -> dict[int, Node]:
    """Take the rows out of a sheet, by the number they have now."""
    found: dict[int, Node] = {}
    number = 0
    for row in list(data):
        number = int(row.get("r") or number + 1)
        column = 0
        moved = moves.row(sheet.title, number)
        row.set("r", str(moved))
        row.attrib.pop("spans", None)
        for cell in row:
            area = to_area(cell.get("r") or "")
            column = area.left if area else column + 1
            cell.set("r", f"{to_letters(column)}{moved}")
        found[moved] = row
        data.remove(row)
    return found


def _merge(
    standing: Mapping[int, Node], runs: Sequence[_Run], declared: Sequence[str], space: str
) -> Iterator[str]:
    """Give every row once: what stands there, and the cells of the tables that pass there."""
    numbers = iter(sorted(standing))
    waiting = next(numbers, None)
    rows = {id(run): run.cells() for run in runs}
    columns = {id(run): run.columns() for run in runs}
    ends = {id(run): run.start + run.count for run in runs}
    current = 0
    while True:
        near = [max(run.start, current + 1) for run in runs if current + 1 < ends[id(run)]]
        if waiting is not None:
            near.append(waiting)
        if not near:
            return
        current = min(near)
        here = [run for run in runs if run.start <= current < ends[id(run)]]
        element = None
        if waiting == current:
            element = standing[current]
            waiting = next(numbers, None)
        passing = [(next(rows[id(run)]), columns[id(run)], run) for run in here]
        yield _to_row(current, element, passing, declared, space)


def _to_row(
    number: int,
    element: Node | None,
    passing: Sequence[tuple[list[tuple[int, str]], frozenset[int], _Run]],
    declared: Sequence[str],
    space: str,
) -> str:
    cells: list[tuple[int, str]] = []
    for made, _, _ in passing:
        cells += [(column, f'<c r="{to_letters(column)}{number}"{xml[2:]}') for column, xml in made]
    if element is None:
        attributes = passing[0][2].attributes if passing else ""
        return f'<row{space} r="{number}"{attributes}>{"".join(xml for _, xml in _sort(cells, passing))}</row>'
    taken = frozenset[int]().union(*(columns for _, columns, _ in passing)) if passing else frozenset[int]()
    for cell in element:
        area = to_area(cell.get("r") or "")
        column = area.left if area else 0
        if column not in taken:
            cells.append((column, _strip(write_fragment(cell), declared)))
    inside = "".join(xml for _, xml in sorted(cells))
    return f'<row{space} r="{number}"{_to_attributes(element)}>{inside}</row>'


def _to_attributes(row: Node | None) -> str:
    """Write how a row looks: its height and style."""
    if row is None:
        return ""
    kept = ((name, value) for name, value in row.attrib.items() if name[0] != "{" and name != "r")
    return "".join(f" {name}={quoteattr(value)}" for name, value in kept)


def _sort(
    cells: list[tuple[int, str]], passing: Sequence[tuple[list[tuple[int, str]], frozenset[int], _Run]]
) -> list[tuple[int, str]]:
    return cells if len(passing) < 2 else sorted(cells)


def _strip(xml: str, declared: Sequence[str]) -> str:
    """Leave out the namespaces that the sheet declares already."""
    end = xml.find(">")
    head = xml[:end]
    for one in declared:
        head = head.replace(one, "", 1)
    return head + xml[end:]


# the workbook


def _count_anew(package: Package) -> None:
    """Have every formula counted when the workbook is opened, and drop the order of the last time."""
    for one in package.relations(WORKBOOK):
        if one.kind == "calcChain":
            package.drop(one.target)
    for one in package.relations(""):
        if one.kind == "thumbnail":
            package.drop(one.target)
    for name in [name for name in package.names() if name.lower().startswith("_xmlsignatures/")]:
        package.drop(name)
    types = package.tree("[Content_Types].xml", change=True)
    for typed in types:
        if typed.get("PartName") == f"/{WORKBOOK}":  # a template that is filled is a workbook
            typed.set("ContentType", typed.get("ContentType").replace(".template.main", ".sheet.main"))
    root = package.tree(WORKBOOK, change=True)
    found = root.find(f"{{{MAIN}}}calcPr")
    if found is None:
        found = root.makeelement(f"{{{MAIN}}}calcPr")
        before = (root.find(f"{{{MAIN}}}{name}") for name in ("definedNames", "functionGroups", "sheets"))
        next(one for one in before if one is not None).addnext(found)
    found.set("fullCalcOnLoad", "1")


def _to_notes(losses: Sequence[tuple[str, str]]) -> bytes:
    """Write the sheet that says what is missing."""
    rows = []
    for where, words in losses:
        cells = []
        for text in (where, words):
            value = to_cell(text)
            cells.append(to_xml(value.text if isinstance(value, Mended) else value))
        rows.append(f"<row>{''.join(cells)}</row>")
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="{MAIN}"><cols>'
        f'<col min="1" max="1" width="40" customWidth="1"/><col min="2" max="2" width="110" customWidth="1"/></cols>'
        f"<sheetData>{''.join(rows)}</sheetData></worksheet>"
    ).encode()
