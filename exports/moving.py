"""Everything of a template that refers to cells, after rows were added: formulas, names, merges, charts, pictures…"""

from __future__ import annotations

import re
from typing import Final

from openpyxl.formula.translate import Translator

from exports.package import MAIN, WORKBOOK, Node, Package, SheetPart
from exports.references import Area, Moves, to_area, to_ref
from forms.xmltree import local_name

#: Attributes that name cells, and whether what they cover grows.
_GROWING: Final = {"sqref"}
_STILL: Final = {"activeCell", "topLeftCell"}
_GROWING_REF: Final = frozenset({"autoFilter", "sortState", "sortCondition"})
_STILL_REF: Final = frozenset({"mergeCell", "hyperlink"})
_FORMULAS: Final = frozenset({"formula", "formula1", "formula2", "f"})
_CACHES: Final = frozenset({"numCache", "strCache", "multiLvlStrCache"})
_ROW: Final = re.compile(r"(<x:Row>)\s*(\d+)\s*(</x:Row>)")
_ANCHOR: Final = re.compile(r"(<x:Anchor>)([\s\d,]+)(</x:Anchor>)")


def drop_values(root: Node) -> None:
    """Leave out what formulas came to: they are counted anew."""
    for formula in root.iter(f"{{{MAIN}}}f"):
        cell = formula.getparent()
        if cell is None or cell.tag != f"{{{MAIN}}}c":
            continue
        for value in cell.findall(f"{{{MAIN}}}v"):
            cell.remove(value)
        cell.attrib.pop("t", None)


def move_sheet(package: Package, sheet: SheetPart, moves: Moves) -> None:
    """Move what a sheet says of cells, its own formulas and those of its rules. Rows keep their numbers."""
    root = package.tree(sheet.path, change=True)
    for dimension in root.findall(f"{{{MAIN}}}dimension"):
        root.remove(dimension)  # it is wrong now, and readers stop there
    if not moves:
        return
    _spread_shared(root)
    tables = [one.area for one in moves.of(sheet.title)]
    for element in root.iter():
        name = local_name(element)
        if name == "f" and element.tag == f"{{{MAIN}}}f":
            if element.text:
                element.text = moves.formula(element.text, sheet.title)
            for key in ("ref", "r1", "r2"):
                if element.get(key):
                    element.set(key, moves.cell(sheet.title, element.get(key)))
        elif name in ("row", "c", "v", "is", "t", ""):
            continue
        else:
            _move_element(element, name, sheet.title, moves, tables)


def _move_element(element: Node, name: str, title: str, moves: Moves, tables: list[Area]) -> None:
    for key in _GROWING:
        if element.get(key):
            element.set(key, moves.cells(title, element.get(key)))
    for key in _STILL:
        if element.get(key):
            element.set(key, moves.cell(title, element.get(key)))
    if name in _GROWING_REF and element.get("ref"):
        element.set("ref", moves.cells(title, element.get("ref")))
    elif name in _STILL_REF and element.get("ref"):
        element.set("ref", moves.cell(title, element.get("ref")))
    if name == "hyperlink" and element.get("location"):
        element.set("location", moves.formula(element.get("location"), title))
    if name == "brk" and element.getparent() is not None and local_name(element.getparent()) == "rowBreaks":
        element.set("id", str(moves.row(title, int(element.get("id", "0")) + 1) - 1))
    if name in _FORMULAS and element.text:
        element.text = moves.formula(element.text, title, inside=_find_inside(element, tables))
    elif name == "sqref" and element.text:
        element.text = moves.cells(title, element.text)


def _find_inside(element: Node, tables: list[Area]) -> Area | None:
    """Find the table whose rows a rule is about: what it says of a row is said of that row."""
    up = element
    for _ in range(4):
        if up is None:
            return None
        said = up.get("sqref") or next((one.text for one in up if local_name(one) == "sqref"), "")
        if said:
            areas = [area for one in said.split() if (area := to_area(one))]
            return next((table for table in tables for area in areas if area.touches(table)), None)
        up = up.getparent()
    return None


def _spread_shared(root: Node) -> None:
    """Give each cell of a shared formula its own: the one they share cannot move differently."""
    masters: dict[str, tuple[str, str]] = {}
    for formula in root.iter(f"{{{MAIN}}}f"):
        if formula.get("t") != "shared":
            continue
        at, number = formula.getparent().get("r", "A1"), formula.get("si", "")
        if formula.text:
            masters[number] = formula.text, at
        elif number in masters:
            text, origin = masters[number]
            formula.text = Translator(f"={text}", origin=origin).translate_formula(at)[1:]
        for key in ("t", "si", "ref"):
            formula.attrib.pop(key, None)


def move_parts(package: Package, moves: Moves) -> None:
    """Move what the other parts say of cells: names, tables, charts, pivots, pictures, comments."""
    for name in package.tree(WORKBOOK).iter(f"{{{MAIN}}}definedName"):
        if name.text and moves:
            package.tree(WORKBOOK, change=True)
            name.text = moves.formula(name.text, "")
    for sheet in package.sheets():
        for one in package.relations(sheet.path):
            if one.external or one.target not in package or not moves.of(sheet.title):
                continue
            if one.kind == "table":
                _move_table(package.tree(one.target, change=True), sheet.title, moves)
            elif one.kind == "drawing":
                _move_drawing(package.tree(one.target, change=True), sheet.title, moves)
            elif one.kind in ("comments", "threadedComment"):
                for element in package.tree(one.target, change=True).iter():
                    if element.get("ref"):
                        element.set("ref", moves.cell(sheet.title, element.get("ref")))
            elif one.kind == "vmlDrawing":
                package.replace(one.target, _move_vml(package.read(one.target), sheet.title, moves))
            elif one.kind == "pivotTable":
                for element in package.tree(one.target, change=True).iter(f"{{{MAIN}}}location"):
                    element.set("ref", moves.cell(sheet.title, element.get("ref", "")))
    for path in package.names():
        if re.fullmatch(r"xl/charts/[^/]+\.xml", path):
            _move_chart(package.tree(path, change=True), moves)
        elif re.fullmatch(r"xl/pivotCache/pivotCacheDefinition[^/]*\.xml", path):
            root = package.tree(path, change=True)
            root.set("refreshOnLoad", "1")
            for source in root.iter(f"{{{MAIN}}}worksheetSource"):
                if source.get("ref") and source.get("sheet"):
                    source.set("ref", moves.cells(source.get("sheet"), source.get("ref")))


def _move_table(table: Node, title: str, moves: Moves) -> None:
    for element in table.iter():
        name = local_name(element)
        if element.get("ref") and name in ("table", "autoFilter", "sortState", "sortCondition"):
            area = to_area(element.get("ref"))
            if area:
                element.set("ref", to_ref(moves.area(title, area)))
        elif name in ("calculatedColumnFormula", "totalsRowFormula") and element.text:
            element.text = moves.formula(element.text, title)


def _move_drawing(drawing: Node, title: str, moves: Moves) -> None:
    """Move pictures, shapes and charts; one that keeps its size only goes down."""
    for anchor in drawing:
        rows = [
            row for end in anchor if local_name(end) in ("from", "to") for row in end if local_name(row) == "row"
        ]
        if not rows:
            continue
        first = int(rows[0].text or 0)
        moved = moves.row(title, first + 1) - 1
        keeps = anchor.get("editAs") in ("oneCell", "absolute")
        for row in rows[1:]:
            last = int(row.text or 0)
            row.text = str(last + moved - first if keeps else moves.row(title, last + 1) - 1)
        rows[0].text = str(moved)


def _move_vml(data: bytes, title: str, moves: Moves) -> bytes:
    """Move the boxes of comments; their drawing is no XML that every writer gets right, so its words are replaced."""
    text = data.decode("utf-8", "surrogateescape")

    def move(row: int) -> int:
        return moves.row(title, row + 1) - 1

    def anchor(found: re.Match[str]) -> str:
        numbers = [int(one) for one in found[2].split(",") if one.strip()]
        if len(numbers) != 8:
            return found[0]
        added = move(numbers[2]) - numbers[2]
        numbers[2], numbers[6] = numbers[2] + added, numbers[6] + added
        return f"{found[1]}{', '.join(map(str, numbers))}{found[3]}"

    text = _ROW.sub(lambda found: f"{found[1]}{move(int(found[2]))}{found[3]}", text)
    return _ANCHOR.sub(anchor, text).encode("utf-8", "surrogateescape")


def _move_chart(chart: Node, moves: Moves) -> None:
    """Move the cells a chart draws, and drop the numbers it remembers: it draws those of the cells."""
    for element in list(chart.iter()):
        name = local_name(element)
        if name == "f" and element.text:
            element.text = moves.drawn(element.text)
        elif name in _CACHES and element.getparent() is not None:
            element.getparent().remove(element)
