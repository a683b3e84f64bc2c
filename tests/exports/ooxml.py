"""Whether an .xlsx keeps the rules that Excel enforces and other readers pass over.

Written from ECMA-376 alone: it imports nothing of ours, and no library that writes workbooks.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree as ET

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}"
TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
#: CT_Worksheet is a sequence (18.3.1.99): another order is "unreadable content".
ORDER = (
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection", "protectedRanges",
    "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting",
    "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks", "colBreaks", "customProperties",
    "cellWatches", "ignoredErrors", "smartTags", "drawing", "legacyDrawing", "tableParts", "extLst",
)  # fmt: skip
MOST_ROWS, MOST_COLUMNS, MOST_UNITS, MOST_FORMATS, MOST_STYLES = 1_048_576, 16_384, 32_767, 250, 65_490


def find_faults(data: bytes) -> list[str]:
    """Give what Excel would complain of, in words; [] for a good workbook."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile as error:
        return [f"no archive: {error}"]
    with archive:
        return list(_find(archive))


def _find(archive: zipfile.ZipFile) -> Iterator[str]:
    names = archive.namelist()
    if len({name.casefold() for name in names}) != len(names):
        yield "two parts have one name"
    broken = archive.testzip()
    if broken:
        yield f"{broken}: wrong checksum"
    for info in archive.infolist():
        if info.file_size >= 2**32 or info.header_offset >= 2**32:
            yield f"{info.filename}: needs ZIP64"
    trees = {}
    for name in names:
        if name.endswith((".xml", ".rels")) and not name.startswith("xl/worksheets/rows"):
            try:
                trees[name] = ET.fromstring(archive.read(name))
            except ET.ParseError as error:
                yield f"{name}: {error}"
    if not {"[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"} <= set(trees):
        yield "a part is missing"
        return
    yield from _find_types(trees["[Content_Types].xml"], names)
    for name, tree in trees.items():
        if name.endswith(".rels"):
            yield from _find_relations(name, tree, names)
        else:
            yield from _find_dangling(name, {v for one in tree.iter() for a, v in one.attrib.items() if a.startswith(RELATION)}, trees)
    for name in names:
        if name.startswith("xl/worksheets/rows"):  # too long to be a tree; what is named stands after its rows
            end = archive.read(name).rpartition(b"</sheetData>")[2].decode()
            yield from _find_dangling(name, set(re.findall(r'r:id="([^"]*)"', end)), trees)
    styles, faults = _read_styles(trees["xl/styles.xml"])
    yield from faults
    yield from _find_sheets(archive, trees, styles)


def _find_dangling(name: str, named: set[str], trees: dict[str, ET.Element]) -> Iterator[str]:
    """A part that speaks of a relation which its own list does not have."""
    folder, _, base = name.rpartition("/")
    relations = trees.get(f"{folder}/_rels/{base}.rels")
    known = set() if relations is None else {one.get("Id") for one in relations.iter(f"{PACKAGE}Relationship")}
    for one in sorted(named - known):
        yield f"{name}: {one} leads nowhere"


def _find_types(tree: ET.Element, names: list[str]) -> Iterator[str]:
    known = {one.get("Extension", "").lower() for one in tree.iter(f"{TYPES}Default")}
    told = [one.get("PartName", "") for one in tree.iter(f"{TYPES}Override")]
    if len(set(told)) != len(told):
        yield "a part has two types"
    for name in told:
        if name.lstrip("/") not in names:
            yield f"{name}: has a type and is missing"
    for name in names:
        if name != "[Content_Types].xml" and f"/{name}" not in told and name.rpartition(".")[2].lower() not in known:
            yield f"{name}: has no type"
        if name.startswith("xl/worksheets/") and name.endswith(".xml") and f"/{name}" not in told:
            yield f"{name}: is no worksheet by its type"


def _find_relations(name: str, tree: ET.Element, names: list[str]) -> Iterator[str]:
    folder = posixpath.dirname(posixpath.dirname(name))
    ids = [one.get("Id") for one in tree.iter(f"{PACKAGE}Relationship")]
    if len(set(ids)) != len(ids):
        yield f"{name}: one Id twice"
    for one in tree.iter(f"{PACKAGE}Relationship"):
        target = one.get("Target", "")
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        if one.get("TargetMode") != "External" and path not in names:
            yield f"{name}: {target} is missing"


def _read_styles(tree: ET.Element) -> tuple[int, list[str]]:
    def count(name: str) -> int:
        found = tree.find(f"{MAIN}{name}")
        return len(found) if found is not None else 0

    faults = []
    formats = {one.get("numFmtId") for one in tree.iter(f"{MAIN}numFmt")}
    if len(formats) > MOST_FORMATS:
        faults.append(f"{len(formats)} number formats")
    limits = {"fontId": count("fonts"), "fillId": count("fills"), "borderId": count("borders"), "xfId": count("cellStyleXfs")}
    styles = tree.find(f"{MAIN}cellXfs")
    for one in styles if styles is not None else ():
        for name, limit in limits.items():
            if int(one.get(name, 0)) >= limit:
                faults.append(f"a style has {name} {one.get(name)} of {limit}")
        if int(one.get("numFmtId", 0)) >= 164 and one.get("numFmtId") not in formats:
            faults.append(f"a style has the number format {one.get('numFmtId')}, which is missing")
    return count("cellXfs"), faults


def _find_sheets(archive: zipfile.ZipFile, trees: dict[str, ET.Element], styles: int) -> Iterator[str]:
    targets = {
        one.get("Id"): one.get("Target", "").lstrip("/").removeprefix("xl/")
        for one in trees["xl/_rels/workbook.xml.rels"].iter(f"{PACKAGE}Relationship")
    }
    sheets = list(trees["xl/workbook.xml"].iter(f"{MAIN}sheet"))
    titles = [one.get("name", "") for one in sheets]
    if len({title.casefold() for title in titles}) != len(titles):
        yield "two sheets have one name"
    if len({one.get("sheetId") for one in sheets}) != len(sheets):
        yield "two sheets have one id"
    used = [targets.get(one.get(f"{RELATION}id")) for one in sheets]
    if len(set(used)) != len(used) or None in used:
        yield "a sheet has no part of its own"
    for title, target in zip(titles, used, strict=True):
        units = len(title.encode("utf-16-le")) // 2
        if not 1 <= units <= 31 or re.search(r"[\[\]:*?/\\]", title) or title.startswith("'") or title.endswith("'"):
            yield f"{title!r}: no name for a sheet"
        if f"xl/{target}" in archive.namelist():
            with archive.open(f"xl/{target}") as file:
                for fault in _find_in_sheet(file, styles, set(titles)):  # type: ignore[arg-type]
                    yield f"{title}: {fault}"


def _find_in_sheet(file: io.BufferedIOBase, styles: int, titles: set[str]) -> Iterator[str]:
    order: list[str] = []
    depth = rows = columns = last_row = 0
    cells = last_column = 0
    try:
        for event, one in ET.iterparse(file, ("start", "end")):
            name = one.tag.removeprefix(MAIN)
            if event == "start":
                depth += 1
                if depth == 2:
                    order.append(name)
                if name == "row":
                    last_column = cells = 0
                continue
            depth -= 1
            if name == "c":
                last_column = _column(one.get("r")) or last_column + 1
                cells += 1
                if last_column < cells:
                    yield "cells out of order"
                columns = max(columns, last_column)
                yield from _find_in_cell(one, styles)
            elif name == "row":
                rows += 1
                number = int(one.get("r") or last_row + 1)
                if number <= last_row:
                    yield f"row {number} comes after row {last_row}"
                last_row = number
                if float(one.get("ht") or 0) > 409.5:
                    yield f"row {number} is too high"
                one.clear()
            elif name == "dataValidation":
                for key in ("prompt", "error"):
                    if len((one.get(key) or "").encode("utf-16-le")) // 2 > 255:
                        yield f"a {key} is too long"
            elif name == "hyperlink" and one.get("location"):
                target = one.get("location", "").rpartition("!")[0].strip("'").replace("''", "'")
                if target not in titles:
                    yield f"a link leads to {target!r}, which is missing"
            elif name == "col" and float(one.get("width") or 0) > 255:
                yield "a column is too wide"
    except ET.ParseError as error:
        yield f"not well-formed: {error}"
        return
    places = [ORDER.index(name) if name in ORDER else -1 for name in order]
    if places != sorted(set(places)) or -1 in places:
        yield f"elements out of order: {order}"
    if last_row > MOST_ROWS or columns > MOST_COLUMNS:
        yield f"{last_row} rows, {columns} columns"
    if styles > MOST_STYLES:
        yield f"{styles} styles"


def _find_in_cell(cell: ET.Element, styles: int) -> Iterator[str]:
    if int(cell.get("s") or 0) >= styles:
        yield f"style {cell.get('s')} of {styles}"
    kind = cell.get("t", "n")
    formula = cell.findtext(f"{MAIN}f")
    if formula is not None:
        linked = re.fullmatch(r'HYPERLINK\("https?://[!#-~]{1,240}","((?:[^"]|""){1,510})"\)', formula)
        if kind != "str" or linked is None or linked[1].replace('""', '"') != cell.findtext(f"{MAIN}v"):
            yield "a formula"
        return
    if kind == "inlineStr":
        text = cell.findtext(f"{MAIN}is/{MAIN}t")
        if text is None or cell.find(f"{MAIN}v") is not None:
            yield "an inline text without its text"
        elif len(text.encode("utf-16-le")) // 2 > MOST_UNITS:
            yield "a text that is too long"
    elif kind in ("n", "b"):
        value = cell.findtext(f"{MAIN}v")
        if value is not None and not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?", value):
            yield f"the number {value!r}"
        if kind == "b" and value not in ("0", "1"):
            yield f"the truth value {value!r}"
    else:
        yield f"the type {kind}"


def _column(ref: str | None) -> int:
    number = 0
    for letter in re.match(r"[A-Z]*", ref or "")[0]:  # type: ignore[index]
        number = number * 26 + ord(letter) - 64
    return number
