"""The parts of a workbook that somebody made: what is not touched leaves as it came, byte for byte.

openpyxl reads a workbook into objects and writes what it knows of them again; shapes, slicers, controls and whatever
Excel learns next are lost on the way. So a template is changed part by part: the sheets that are filled, their tables
and what refers to them, nothing else.

Source: ECMA-376 part 2 (packages, relationships, content types).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final, NamedTuple
from zipfile import ZipFile

from forms.workbook import MAX_INFLATED
from forms.xmltree import local_name, parse_xml, write_xml

#: An element of lxml, whose types allow everything to be missing: what is looked for here was looked at before.
Node = Any
WORKBOOK: Final = "xl/workbook.xml"
TYPES: Final = "[Content_Types].xml"
MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATION_ID: Final = f"{{{RELATION}}}id"


class Relation(NamedTuple):
    """What a part refers to: ``kind`` is the last word of its type, ``target`` a part's name or an outside address."""

    id: str
    kind: str
    target: str
    external: bool


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One sheet: its name on the tab and its part."""

    title: str
    path: str


class Package:
    """The parts, by name. The bytes must have passed ``forms.workbook.check_workbook``."""

    def __init__(self, data: bytes) -> None:
        with ZipFile(BytesIO(data)) as archive:
            self._data = {one.filename: archive.read(one) for one in archive.infolist() if not one.is_dir()}
        self._trees: dict[str, Node] = {}
        self._touched: set[str] = set()

    def names(self) -> list[str]:
        """Give the names of all parts."""
        return list(self._data)

    def __contains__(self, name: str) -> bool:
        return name in self._data

    def read(self, name: str) -> bytes:
        """Give the bytes of a part, as they came."""
        return self._data[name]

    def tree(self, name: str, *, change: bool = False) -> Node:
        """Give a part as XML.

        :param change: it is changed, and written anew.
        :raises XmlError: for what is no XML.
        """
        if name not in self._trees:
            self._trees[name] = parse_xml(self._data[name], max_bytes=MAX_INFLATED, max_depth=256)
        if change:
            self._touched.add(name)
        return self._trees[name]

    def replace(self, name: str, data: bytes) -> None:
        """Put other bytes in the place of a part."""
        self._data[name] = data
        self._trees.pop(name, None)
        self._touched.discard(name)

    def relations(self, name: str) -> list[Relation]:
        """Give what a part refers to; "" is the package itself."""
        folder, base = posixpath.split(name)
        listed = posixpath.join(folder, "_rels", f"{base}.rels")
        if listed not in self._data:
            return []
        found = []
        for one in self.tree(listed):
            target, external = one.get("Target", ""), one.get("TargetMode") == "External"
            if not external:
                target = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
                target = target.lstrip("/")
            found.append(Relation(one.get("Id", ""), one.get("Type", "").rpartition("/")[2], target, external))
        return found

    def sheets(self) -> list[SheetPart]:
        """Give the sheets in their order; charts and dialogues that are sheets of their own are left out."""
        targets = {one.id: one for one in self.relations(WORKBOOK)}
        found = []
        for one in self.tree(WORKBOOK).iter(f"{{{MAIN}}}sheet"):
            relation = targets.get(one.get(_RELATION_ID, ""))
            if relation and relation.kind == "worksheet" and relation.target in self._data:
                found.append(SheetPart(one.get("name", ""), relation.target))
        return found

    def types(self) -> dict[str, str]:
        """Give the content type of each part that has one of its own, by name."""
        return {
            one.get("PartName", "").lstrip("/"): one.get("ContentType", "")
            for one in self.tree(TYPES)
            if local_name(one) == "Override"
        }

    def drop(self, name: str) -> None:
        """Take a part away, with its type and what refers to it."""
        self._data.pop(name, None)
        self._trees.pop(name, None)
        types = self.tree(TYPES, change=True)
        for one in list(types):
            if one.get("PartName", "").lstrip("/") == name:
                types.remove(one)
        for listed in [each for each in self._data if each.endswith(".rels")]:
            folder, base = posixpath.split(posixpath.dirname(listed)), posixpath.basename(listed).removesuffix(".rels")
            owner = posixpath.join(folder[0], base) if base else ""
            gone = {one.id for one in self.relations(owner) if one.target == name and not one.external}
            if gone:
                tree = self.tree(listed, change=True)
                for one in list(tree):
                    if one.get("Id") in gone:
                        tree.remove(one)

    def add_sheet(self, title: str, path: str) -> None:
        """Add a sheet at the end, its part written by whoever adds it."""
        workbook = self.tree(WORKBOOK, change=True)
        listed = "xl/_rels/workbook.xml.rels"
        relations = self.tree(listed, change=True)
        made = relations.makeelement(f"{{{relations.nsmap[None]}}}Relationship")
        taken = {one.get("Id") for one in relations}
        made.set("Id", next(name for n in range(1, len(taken) + 2) if (name := f"hirfa{n}") not in taken))
        made.set("Type", f"{RELATION}/worksheet")
        made.set("Target", f"/{path}")
        relations.append(made)
        sheets = next(workbook.iter(f"{{{MAIN}}}sheets"))
        sheet = sheets.makeelement(f"{{{MAIN}}}sheet")
        sheet.set("name", title)
        sheet.set("sheetId", str(max(int(one.get("sheetId", "0")) for one in sheets) + 1))
        sheet.set(_RELATION_ID, made.get("Id"))
        sheets.append(sheet)
        types = self.tree(TYPES, change=True)
        typed = types.makeelement(f"{{{types.nsmap[None]}}}Override")
        typed.set("PartName", f"/{path}")
        typed.set("ContentType", "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml")
        types.append(typed)

    def parts(self) -> Iterator[tuple[str, bytes]]:
        """Give every part as it is now: the content types first, as programs expect them."""
        for name in sorted(self._data, key=lambda each: each != TYPES):
            yield name, write_xml(self._trees[name]) if name in self._touched else self._data[name]
