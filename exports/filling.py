"""The rows of one table of a template: written as cells in her styles, into a temporary file until all are made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Final

from exports.cells import Mended
from exports.changes import to_plain
from exports.cover import Link, Loss
from exports.markup import to_xml
from exports.package import MAIN, Package
from exports.places import TablePlace
from exports.references import to_area
from exports.sheets import to_cells
from exports.splice import Filled
from exports.styles import to_number_format, to_style, to_unit
from exports.tables import Column, Disputed, Fresh, Sheet, Shown, Sum, Title, Total

if TYPE_CHECKING:
    from exports.template import TemplateBook

_SUMMARY: Final = "01_Synthese"
_MEMORY: Final = 4 * 2**20
_CELLS: Final = "\x1f"


@dataclass(slots=True)
class _Target:
    """One column that is filled: where it comes from, where it goes, and her style of it."""

    source: int
    column: int
    style: int
    styles: dict[tuple[str, str, str], str] = field(default_factory=dict)


class PlaceWriter:
    """Takes the rows of one sheet: those of a place are written as cells, the others dropped."""

    wide = True
    """Rows of forms are wanted one by one."""
    sampling = False

    def __init__(
        self, book: TemplateBook, sheet: Sheet, title: str, place: TablePlace | None, package: Package
    ) -> None:
        self._book = book
        self.sheet = sheet
        self.title = title
        self.place = place
        self.count = 0
        self.dropped = 0
        self.missing: list[str] = []
        self._targets: list[_Target] = []
        self._spool: SpooledTemporaryFile[bytes] | None = None
        self._arabic = book.options.language == "ar"
        if place is not None:
            self._spool = SpooledTemporaryFile(max_size=_MEMORY)  # noqa: SIM115 - closed with the book
            self._choose(place, package)

    def _choose(self, place: TablePlace, package: Package) -> None:
        styles = find_styles(package, place)
        names = {column.code.casefold(): number for number, column in reversed([*enumerate(self.sheet.columns)])}
        if not place.columns:
            if not place.listed and not place.formulas and place.area.left == place.area.right:
                style = styles.get(place.area.left, 0)
                for number in range(len(self.sheet.columns)):
                    at = place.area.left + number
                    self._targets.append(_Target(number, at, styles.get(at, style)))
            return
        for at, code in sorted(place.columns.items()):
            found = names.get(code.casefold())
            if found is None:
                self.missing.append(code)
            else:
                self._targets.append(_Target(found, at, styles.get(at, 0)))

    def put(self, row: Sequence[object]) -> None:
        if self.sheet.name == _SUMMARY and not self.sheet.form:
            self._book.summary.append(to_plain(row))
        if self.place is None or isinstance(row, Sum):
            return
        cells = to_cells(row, self._book.options.zone)
        look = "title" if isinstance(row, Title) else "total" if isinstance(row, Total) else ""
        self.append(cells, look)

    def append(self, cells: Sequence[object], look: str = "") -> None:
        """Write a row of what ``to_cell`` made."""
        place, spool = self.place, self._spool
        if place is None or spool is None or not self._targets:
            return
        if place.first + self.count > self._book.limits:
            self.dropped += 1
            return
        made = []
        for number, target in enumerate(self._targets):
            value = cells[target.source]
            if look == "title" and not number:
                value = cells[0]  # the name of what follows, whatever columns were chosen
            made.append(self._cell(target, value, look))
        written = _CELLS.join(made).encode()
        spool.write(len(written).to_bytes(4, "big") + written)
        self.count += 1

    def _cell(self, target: _Target, value: object, look: str) -> str:
        column = self.sheet.columns[target.source]
        if isinstance(value, Disputed):
            look, value = "disputed", value.value
        elif isinstance(value, Fresh):
            look, value = "fresh", value.value
        if isinstance(value, Shown):
            column = Column("", value.format, unit="DZD" if value.format == "money" else "", decimals=0)
            value = value.value
        if isinstance(value, Link):
            value = value.name
        if isinstance(value, Mended):
            place = self.place
            assert place is not None  # noqa: S101 - only places are written
            if value.length:
                where = f"n° {self.count + 1}, {column.heading}"
                self._book.losses.append(Loss(place.sheet.title, where, value.length))
            self._book.replaced += value.replaced
            value = value.text
        style = to_style(column, value, plain=False)
        key = (column.format, style, look)
        attribute = target.styles.get(key)
        if attribute is None:
            number_format = to_number_format(column, style, to_unit(column, arabic=self._arabic))
            if not isinstance(value, (int, float, date, datetime, time)) and style != "id":
                number_format = "General"
            made = self._book.styles.derive(target.style, number_format, look, quoted=style == "quoted")
            attribute = f' s="{made}"' if made else ""
            if value is not None:
                target.styles[key] = attribute
        return to_xml(value, attribute)  # type: ignore[arg-type]

    def close(self) -> None:
        pass

    def finish(self) -> Filled:
        """Give the rows, to be read once."""
        place = self.place
        assert place is not None  # noqa: S101 - asked of places only
        heads: Mapping[int, str] = {}
        if not place.columns:
            heads = {target.column: self.sheet.columns[target.source].heading for target in self._targets}
        columns = [(target.column, target.style) for target in self._targets]
        return Filled(place, heads, columns, self.count, self._read())

    def _read(self) -> Iterator[list[str]]:
        spool = self._spool
        assert spool is not None  # noqa: S101 - asked of places only
        spool.seek(0)
        while size := spool.read(4):
            yield spool.read(int.from_bytes(size, "big")).decode().split(_CELLS)

    def drop(self) -> None:
        if self._spool is not None:
            self._spool.close()


def find_styles(package: Package, place: TablePlace) -> dict[int, int]:
    """Give her style of each column, as the first row for data shows it."""
    found: dict[int, int] = {}
    number = 0
    tree = package.tree(place.sheet.path)
    for column in tree.iter(f"{{{MAIN}}}col"):
        if column.get("style"):
            for at in range(int(column.get("min")), min(int(column.get("max")), place.area.left + 20_000) + 1):
                found[at] = int(column.get("style"))
    for row in tree.iter(f"{{{MAIN}}}row"):
        number = int(row.get("r") or number + 1)
        if number == place.first:
            at = 0
            for cell in row:
                area = to_area(cell.get("r") or "")
                at = area.left if area else at + 1
                found[at] = int(cell.get("s", "0"))
    return found
