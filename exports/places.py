"""Where a template wants its tables and figures: its names and Excel tables, read and judged.

A name refers to the cell at the top left of a table, where its headings are. Headings that stand there are hers and
stay: each names a column (by code or heading), or the cell below says it in braces, ``{nom_fr}``. Where nothing stands,
all columns come with their headings. The row below shows how rows look.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from exports.catalogue import PREFIX, Catalogue, NamedTable
from exports.package import MAIN, WORKBOOK, Node, Package, SheetPart
from exports.references import Area, split_sheet, to_area, to_ref

#: A place that has more columns than this is no place for a table.
_MOST_COLUMNS: Final = 2_000
MOST_CELLS: Final = 400_000


class Note(NamedTuple):
    """Something to say about a template. ``level`` is "refused", "look" (to be looked at) or "kept"; ``code`` is put
    in words by whoever shows it, with ``where`` (a cell, a part) and ``what`` (what stands there), ``near`` what may be
    meant."""

    level: str
    code: str
    where: str = ""
    what: str = ""
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TablePlace:
    """A place of a table: its heading row and the rows below that are there for its data."""

    table: NamedTable
    sheet: SheetPart
    area: Area
    """From the headings to the last row for data."""
    columns: Mapping[int, str] = field(default_factory=dict)
    """Column of the sheet -> code of the table's column; empty: all of them, with their headings."""
    formulas: Mapping[int, str] = field(default_factory=dict)
    """Column of the sheet -> her formula of the first row, to be copied down."""
    listed: str = ""
    """The part of her Excel table, when it is one."""

    @property
    def first(self) -> int:
        """Give the first row for data."""
        return self.area.top + 1


@dataclass(frozen=True, slots=True)
class FigurePlace:
    """A place of a figure: one cell."""

    name: str
    sheet: SheetPart
    cell: Area


@dataclass(slots=True)
class Layout:
    """All places of a template, and what is to be said."""

    tables: list[TablePlace] = field(default_factory=list)
    figures: list[FigurePlace] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def refused(self) -> list[Note]:
        """Give the reasons why it cannot be taken."""
        return [one for one in self.notes if one.level == "refused"]


class Grid:
    """The cells of a sheet: what stands in each."""

    def __init__(self, package: Package, path: str, texts: list[str]) -> None:
        self.cells: dict[tuple[int, int], Node] = {}
        self._texts = texts
        row_number = 0
        for row in package.tree(path).iter(f"{{{MAIN}}}row"):
            row_number = int(row.get("r") or row_number + 1)
            column = 0
            for cell in row:
                area = to_area(cell.get("r") or "")
                column = area.left if area else column + 1
                self.cells[column, row_number] = cell

    def text(self, column: int, row: int) -> str:
        """Give what stands in a cell, "" for nothing or a formula."""
        cell = self.cells.get((column, row))
        if cell is None or self.formula(column, row):
            return ""
        if cell.get("t") == "inlineStr":
            return to_string(cell)
        value = cell.findtext(f"{{{MAIN}}}v") or ""
        if cell.get("t") == "s":
            return self._texts[int(value)] if value.isdigit() and int(value) < len(self._texts) else ""
        return value

    def formula(self, column: int, row: int) -> str:
        """Give the formula of a cell, "" for none; one that is shared or an array begins with its own text."""
        cell = self.cells.get((column, row))
        found = None if cell is None else cell.find(f"{{{MAIN}}}f")
        return "" if found is None else found.text or " "

    def is_used(self, column: int, row: int) -> bool:
        """Tell whether something stands in a cell."""
        return bool(self.formula(column, row) or self.text(column, row).strip())


def to_string(element: Node) -> str:
    """Give the text of a string, without the small signs above it (phonetic runs)."""
    return "".join(
        one.text or ""
        for one in element.iter(f"{{{MAIN}}}t")
        if one.getparent() is None or one.getparent().tag != f"{{{MAIN}}}rPh"
    )


def read_strings(package: Package) -> list[str]:
    """Read the texts that the sheets of a workbook share."""
    target = next((one.target for one in package.relations(WORKBOOK) if one.kind == "sharedStrings"), "")
    if target not in package:
        return []
    return [to_string(one) for one in package.tree(target) if one.tag == f"{{{MAIN}}}si"]


def find_layout(package: Package, catalogue: Catalogue) -> Layout:
    """Find the places of a template."""
    layout = Layout()
    sheets = {one.title.casefold(): one for one in package.sheets()}
    texts = read_strings(package)
    grids: dict[str, Grid] = {}
    seen: set[str] = set()

    def grid_of(sheet: SheetPart) -> Grid:
        if sheet.path not in grids:
            grids[sheet.path] = Grid(package, sheet.path, texts)
        return grids[sheet.path]

    for name, sheet, area, listed in _find_names(package, sheets, layout.notes):
        key = name.casefold()
        where = f"{sheet.title}!{to_ref(area)}"
        if key in seen:
            layout.notes.append(Note("look", "twice", where, name))
            continue
        seen.add(key)
        if key in catalogue.figures:
            cell = area._replace(right=area.left, bottom=area.top)
            layout.figures.append(FigurePlace(catalogue.figures[key][0], sheet, cell))
        elif key in catalogue.tables:
            place = TablePlace(catalogue.tables[key], sheet, area, listed=listed)
            layout.tables.append(_fit(place, grid_of(sheet), layout.notes))
        elif "." not in name or name.split(".")[0].casefold() not in catalogue.tables:
            layout.notes.append(Note("look", "unknown_name", where, name, catalogue.near(name)))
    if not layout.tables and not layout.figures:
        layout.notes.append(Note("refused", "no_place"))
    _compare(layout, package)
    return layout


def _find_names(
    package: Package, sheets: Mapping[str, SheetPart], notes: list[Note]
) -> Iterator[tuple[str, SheetPart, Area, str]]:
    """Give each name that begins as ours: (name, sheet, cells, part of an Excel table); rows of totals are left out."""
    for one in package.tree(WORKBOOK).iter(f"{{{MAIN}}}definedName"):
        name = one.get("name", "")
        if not name.casefold().startswith(PREFIX.casefold()):
            continue
        title, rest = split_sheet((one.text or "").strip())
        area = to_area(rest)
        sheet = sheets.get((title or "").casefold())
        if area is None or sheet is None:
            notes.append(Note("look", "bad_target", one.text or "", name))
            continue
        yield name, sheet, area, ""
    for sheet in sheets.values():
        for relation in package.relations(sheet.path):
            if relation.kind != "table" or relation.target not in package:
                continue
            table = package.tree(relation.target)
            name = table.get("displayName") or table.get("name", "")
            area = to_area(table.get("ref", ""))
            if area and name.casefold().startswith(PREFIX.casefold()):
                totals = int(table.get("totalsRowCount", "0"))
                yield name, sheet, area._replace(bottom=area.bottom - totals), relation.target


def _fit(place: TablePlace, grid: Grid, notes: list[Note]) -> TablePlace:
    """Read her headings, and say how far the place goes."""
    area, table, title = place.area, place.table, place.sheet.title
    top, first = area.top, area.top + 1
    bottom = max(area.bottom, first)
    right = area.right
    if right == area.left and not place.listed:
        while right - area.left < _MOST_COLUMNS and (
            grid.is_used(right + 1, top) or grid.text(right + 1, first).strip().startswith("{")
        ):
            right += 1
    head = grid.text(area.left, top).strip()
    blank = not any(grid.is_used(column, top) for column in range(area.left, right + 1))
    said = any(grid.text(column, first).strip().startswith("{") for column in range(area.left, right + 1))
    if not place.listed and not said and (blank or (right == area.left and head.casefold() == table.name.casefold())):
        return replace(place, area=Area(area.left, top, area.left, bottom))
    columns: dict[int, str] = {}
    formulas: dict[int, str] = {}
    for column in range(area.left, right + 1):
        cell = f"{title}!{to_ref(Area(column, top, column, top))}"
        wanted, heading = grid.text(column, first).strip(), grid.text(column, top).strip()
        formula = grid.formula(column, first)
        words = wanted if wanted.startswith("{") else heading
        found = table.find_column(words) if words else None
        if formula.strip():
            formulas[column] = formula
            if found:
                notes.append(Note("look", "formula_kept", cell, heading))
        elif found:
            columns[column] = found.code
        elif words:
            notes.append(Note("look", "unknown_column", cell, words, table.near(words)))
    if not columns:
        notes.append(Note("look", "no_column", f"{title}!{to_ref(area)}", table.name))
    return replace(place, area=Area(area.left, top, right, bottom), columns=columns, formulas=formulas)


def _compare(layout: Layout, package: Package) -> None:
    """Refuse places that stand in one another's way."""
    for number, one in enumerate(layout.tables):
        where = f"{one.sheet.title}!{to_ref(one.area)}"
        for other in layout.tables[:number]:
            if one.sheet == other.sheet and one.area.touches(other.area):
                layout.notes.append(Note("refused", "overlap", where, f"{one.table.name}, {other.table.name}"))
        for figure in layout.figures:
            if figure.sheet == one.sheet and figure.cell.touches(one.area):
                layout.notes.append(Note("refused", "overlap", where, f"{one.table.name}, {figure.name}"))
        rows = one.area._replace(top=one.first)
        for merge in package.tree(one.sheet.path).iter(f"{{{MAIN}}}mergeCell"):
            cells = to_area(merge.get("ref", ""))
            if cells and cells.touches(rows):
                layout.notes.append(Note("refused", "merged", f"{one.sheet.title}!{merge.get('ref')}", one.table.name))
