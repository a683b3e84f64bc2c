"""What a template may not hold, and what of it stays: said when it comes in, by its parts.

It is opened in other people's offices, under the chamber's name, full of personal data: whatever runs, fetches or
sends something is refused, not removed. Everything else stays as it is, and what cannot be kept right is said.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from exports.package import MAIN, WORKBOOK, Node, Package, Relation
from exports.places import MOST_CELLS, Layout, Note
from exports.references import (
    Area,
    find_functions,
    is_reference,
    split_sheet,
    to_area,
    to_outside_texts,
    to_tokens,
)
from exports.stylesheet import PATH as STYLES
from forms.errors import XmlError
from forms.xmltree import local_name

_STRICT: Final = "http://purl.oclc.org/ooxml/"
_BOOKS: Final = frozenset(
    f"application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}.main+xml" for kind in ("sheet", "template")
)
#: Beginnings of parts, in small letters, and what they are.
_FORBIDDEN: Final = (
    ("xl/vbaproject", "macros"),
    ("xl/macrosheets/", "macros"),
    ("xl/dialogsheets/", "macros"),
    ("xl/intlmacrosheets/", "macros"),
    ("xl/attachedtoolbars", "macros"),
    ("customui/", "macros"),
    ("usercustomization/", "macros"),
    ("xl/activex/", "embedded"),
    ("xl/embeddings/", "embedded"),
    ("xl/externallinks/", "outside"),
    ("xl/connections", "outside"),
    ("xl/querytables/", "outside"),
    ("xl/model/", "outside"),
    ("xl/webextensions/", "outside"),
    ("xl/volatiledependencies", "outside"),
    ("xl/revisions/", "shared"),
)
#: Functions that fetch, send or run something.
_ACTIVE: Final = frozenset(
    {"WEBSERVICE", "IMAGE", "RTD", "DDE", "CALL", "REGISTER", "REGISTER.ID", "EXEC", "SQL.REQUEST", "STOCKHISTORY"}
    | {"CUBEVALUE", "CUBEMEMBER", "CUBESET", "PY", "COPILOT", "FOPEN", "RUN"}
)
#: Functions whose words say where they look: nothing here can follow them.
_BLIND: Final = frozenset({"INDIRECT", "OFFSET", "ADDRESS"})
_DDE: Final = re.compile(r"^[^\"]*\|[^\"]*!")
_KEPT: Final = (
    (re.compile(r"xl/charts/chart[^/]*\.xml"), "charts"),
    (re.compile(r"xl/charts/chartex[^/]*\.xml", re.I), "charts"),
    (re.compile(r"xl/media/.+"), "pictures"),
    (re.compile(r"xl/pivottables/[^/]+\.xml", re.I), "pivots"),
    (re.compile(r"xl/slicers/[^/]+\.xml", re.I), "slicers"),
    (re.compile(r"xl/timelines/[^/]+\.xml", re.I), "slicers"),
    (re.compile(r"xl/ctrlprops/[^/]+\.xml", re.I), "controls"),
    (re.compile(r"xl/comments[^/]*\.xml|xl/comments/[^/]+\.xml", re.I), "comments"),
    (re.compile(r"xl/threadedcomments/[^/]+\.xml", re.I), "comments"),
    (re.compile(r"xl/tables/[^/]+\.xml", re.I), "tables"),
    (re.compile(r"xl/printersettings/.+", re.I), "printers"),
)
_CLICKED: Final = ("http://", "https://", "mailto:", "tel:")
_SIGNED: Final = "_xmlsignatures/"


def inspect_package(package: Package) -> list[Note]:
    """Say what a template holds that is refused, kept, or to be looked at, whatever its names are."""
    try:
        notes = [*_find_forbidden(package)]
        if any(one.level == "refused" for one in notes):
            return notes
        notes += _find_in_formulas(package)
        if sum(1 for one in notes if one.level == "refused") == 0:
            notes += _count_kept(package)
    except (XmlError, KeyError, StopIteration, ValueError, TypeError) as error:
        return [Note("refused", "damaged", what=str(error)[:200])]
    return notes


def _find_forbidden(package: Package) -> Iterator[Note]:
    workbook = package.tree(WORKBOOK)
    if workbook.tag.startswith(f"{{{_STRICT}"):
        yield Note("refused", "strict")
        return
    types = package.types()
    if workbook.tag != f"{{{MAIN}}}workbook" or types.get(WORKBOOK) not in _BOOKS:
        yield Note("refused", "macros" if "macro" in types.get(WORKBOOK, "").lower() else "damaged", WORKBOOK)
        return
    if STYLES not in package:
        yield Note("refused", "damaged", STYLES)
        return
    for name in package.names():
        low = name.lower()
        kind = next((kind for begin, kind in _FORBIDDEN if low.startswith(begin)), "")
        if kind or low.endswith((".bin", ".exe", ".dll", ".js", ".vbs", ".ole")) and "printersettings" not in low:
            yield Note("refused", kind or "embedded", name)
        if low.endswith((".xml", ".rels")):
            package.tree(name)
    for listed in [name for name in package.names() if name.endswith(".rels")]:
        for one in package.tree(listed):
            relation = Relation(one.get("Id", ""), one.get("Type", "").rpartition("/")[2], one.get("Target", ""), True)
            if one.get("TargetMode") == "External" and not _is_harmless(relation):
                yield Note("refused", "outside", listed, relation.target[:200])
    for one in workbook.iter(f"{{{MAIN}}}definedName"):
        if any(one.get(flag, "0") in ("1", "true") for flag in ("function", "vbProcedure", "xlm")):
            yield Note("refused", "macros", one.get("name", ""))
    if any(name.lower().startswith(_SIGNED) for name in package.names()):
        yield Note("look", "signature")


def _is_harmless(relation: Relation) -> bool:
    """Tell whether an outside address is one that somebody clicks, and no program follows by itself."""
    return relation.kind == "hyperlink" and relation.target.lower().startswith(_CLICKED)


def _find_in_formulas(package: Package) -> Iterator[Note]:
    count = 0
    for sheet in package.sheets():
        for element in package.tree(sheet.path).iter():
            name = local_name(element)
            if name == "c":
                count += 1
            if name in ("f", "formula", "formula1", "formula2", "oldFormula") and element.text:
                place = element.getparent().get("r", "") if name == "f" else ""
                yield from _judge(element.text, f"{sheet.title}!{place}")
                if name == "f" and element.get("t") == "dataTable":
                    yield Note("look", "what_if", f"{sheet.title}!{place}")
            elif name == "f" and element.get("t") == "dataTable":
                yield Note("look", "what_if", sheet.title)
    if count > MOST_CELLS:
        yield Note("refused", "too_large", what=str(count))
    for one in package.tree(WORKBOOK).iter(f"{{{MAIN}}}definedName"):
        yield from _judge(one.text or "", one.get("name", ""))
    for path in package.names():
        if re.fullmatch(r"xl/(charts|tables|pivotCache)/[^/]+\.xml", path):
            for element in package.tree(path).iter():
                if local_name(element) in ("f", "calculatedColumnFormula", "totalsRowFormula"):
                    yield from _judge(element.text or "", path)


def _judge(formula: str, where: str) -> Iterator[Note]:
    tokens = to_tokens(formula)
    plain = to_outside_texts(tokens) if tokens else formula
    if _DDE.search(plain):
        yield Note("refused", "outside", where, formula[:200])
        return
    called = find_functions(tokens)
    if not tokens:
        called = {one.upper().removeprefix("_XLFN.") for one in re.findall(r"([\w.]+)\s*\(", formula)}
    for name in sorted(called & _ACTIVE):
        yield Note("refused", "active", where, name)
    for name in sorted(called & _BLIND):
        yield Note("look", "blind", where, name)
    for one in tokens:
        if is_reference(one):
            title, rest = split_sheet(one.value)
            if title and ("[" in title or title.lower().startswith(("http", "\\", "/"))):
                yield Note("refused", "outside", where, one.value[:200])
            elif title and ":" in title and to_area(rest):
                yield Note("look", "three_d", where, one.value[:200])


def _count_kept(package: Package) -> Iterator[Note]:
    counts: Counter[str] = Counter()
    for name in package.names():
        for pattern, kind in _KEPT:
            if pattern.fullmatch(name):
                counts[kind] += 1
                break
        if re.fullmatch(r"xl/drawings/drawing[^/]*\.xml", name):
            counts["shapes"] += sum(local_name(one) in ("sp", "cxnSp", "grpSp") for one in package.tree(name).iter())
    for sheet in package.sheets():
        tree: Node = package.tree(sheet.path)
        for one in tree.iter():
            rule = _COUNTED.get(local_name(one))
            if rule:
                counts[rule] += 1
    for kind, number in sorted(counts.items()):
        if number:
            yield Note("kept", kind, what=str(number))
    if counts["controls"]:
        yield Note("look", "controls_stay")


_COUNTED: Final = {
    "cfRule": "conditional", "dataValidation": "validations", "sparkline": "sparklines", "sheetProtection": "protected"
}  # fmt: skip


def judge_layout(layout: Layout, package: Package) -> list[Note]:
    """Say what of the places cannot be right: tables side by side with something below them."""
    found = []
    for number, one in enumerate(layout.tables):
        for other in layout.tables[:number]:
            side = one.sheet == other.sheet and one.area.top <= other.area.bottom and other.area.top <= one.area.bottom
            if side and any(has_below(package, each.sheet.path, each.area) for each in (one, other)):
                found.append(Note("refused", "side_by_side", one.sheet.title, f"{one.table.name}, {other.table.name}"))
    return found


def has_below(package: Package, path: str, area: Area) -> bool:
    """Tell whether something stands below a table in its columns: a cell, a merge, another table, a picture."""
    left, _, end, bottom = area
    tree = package.tree(path)
    row_number = 0
    for row in tree.iter(f"{{{MAIN}}}row"):
        row_number = int(row.get("r") or row_number + 1)
        if row_number <= bottom:
            continue
        column = 0
        for cell in row:
            place = to_area(cell.get("r") or "")
            column = place.left if place else column + 1
            if left <= column <= end and len(cell):
                return True
    for merge in tree.iter(f"{{{MAIN}}}mergeCell"):
        cells = to_area(merge.get("ref", ""))
        if cells and cells.bottom > bottom and cells.left <= end and cells.right >= left:
            return True
    return any(_is_drawn_below(package, one.target, left, end, bottom) for one in package.relations(path))


def _is_drawn_below(package: Package, name: str, left: int, right: int, bottom: int) -> bool:
    if name not in package or not re.fullmatch(r"xl/drawings/drawing[^/]*\.xml", name):
        return False
    for anchor in package.tree(name):
        cells = {local_name(end): {local_name(one): int(one.text or 0) for one in end} for end in anchor
                 if local_name(end) in ("from", "to")}  # fmt: skip
        begun, ended = cells.get("from"), cells.get("to", cells.get("from"))
        if begun and ended and begun["row"] >= bottom and begun["col"] < right and ended["col"] + 1 >= left:
            return True
    return False
