"""The rows of one sheet, over as many sheets of the workbook as it takes.

Rows come one by one (the numbered sheets) or as blocks that are compressed already (the forms); either way they go into
the archive at once, and nothing of them stays in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import tzinfo
from typing import TYPE_CHECKING, Final

from exports.cells import Linked, Mended, to_cell
from exports.cover import Link, Written
from exports.markup import BLANK, to_xml
from exports.scribe import SAMPLE, Rows
from exports.styles import LINKED, to_style
from exports.tables import Disputed, Fresh, Sheet, Shown, Title, Total
from exports.texts import say
from exports.widths import measure_lengths, row_height, to_widths
from exports.zipstream import MAX_ENTRY, deflate

if TYPE_CHECKING:
    from exports.workbook import Book, Opened

#: Rows are compressed some at a time.
_CHUNK_CHARACTERS: Final = 200_000


def to_cells(row: Sequence[object], zone: tzinfo) -> list[object]:
    """Turn the values of a row into what cells hold; what is marked stays marked, links stay links."""
    cells: list[object] = []
    for value in row:
        if isinstance(value, Fresh) and isinstance(value.value, Shown):
            cells.append(Fresh(value.value._replace(value=to_cell(value.value.value, zone))))
        elif isinstance(value, (Disputed, Fresh, Shown)):
            cells.append(value._replace(value=to_cell(value.value, zone)))
        else:
            cells.append(value if type(value) is Link else to_cell(value, zone))
    return cells


class SheetWriter:
    """Writes one sheet."""

    def __init__(self, book: Book, sheet: Sheet, title: str) -> None:
        self._book = book
        self.sheet = sheet
        self._title = title
        self.names: list[str] = []
        self._rows: dict[str, int] = {}
        self._waiting: list[tuple[Sequence[object], str]] = []
        self._blocks: list[tuple[Rows, Callable[[], Rows]]] = []
        self._lengths = [0.0] * len(sheet.columns)
        self._sampled = 0
        self._widths: list[float] | None = None
        self._styled = all(column.width for column in sheet.columns)
        self._wrapped = any(column.wrapped for column in sheet.columns)
        self._groups = self._split()
        self._parts: list[tuple[Opened, Sequence[int], list[str]]] = []
        self._attributes: dict[tuple[int, str, str, str], str] = {}
        self._row = 0
        self._filtered_to = 0
        self._pending = 0
        self._begin()

    @property
    def wide(self) -> bool:
        """Tell whether the columns take more than one sheet."""
        return len(self._groups) > 1

    @property
    def sampling(self) -> bool:
        """Tell whether rows are still looked at to choose widths."""
        return self._widths is None

    def _split(self) -> list[Sequence[int]]:
        """Share the columns out over sheets: KEY comes first on each continuation."""
        count, most, key = len(self.sheet.columns), self._book.limits.columns, self.sheet.key
        if count <= most:
            return [range(count)]
        groups: list[Sequence[int]] = [range(most)]
        rest = [index for index in range(most, count) if index != key]
        step = max(most - 1, 1)
        return groups + [[key, *rest[start : start + step]] for start in range(0, len(rest), step)]

    def _begin(self) -> None:
        """Create the next sheet of each group of columns."""
        self._finish()
        for group in self._groups:
            opened = self._book.create(self.sheet, len(self.names) + 1, self._title)
            self.names.append(opened.name)
            self._rows[opened.name] = 0
            self._parts.append((opened, group, []))
        self._row = 0
        if self._widths is not None:
            self._head()

    def _head(self) -> None:
        assert self._widths is not None  # noqa: S101 - measured before the first row
        for opened, group, _ in self._parts:
            columns = [self.sheet.columns[index] for index in group]
            opened.begin(columns, [self._widths[index] for index in group])
        self._row = 1

    # one by one

    def put(self, row: Sequence[object]) -> None:
        """Write a row of any values."""
        cells = to_cells(row, self._book.options.zone)
        if isinstance(row, Title):
            self.append(cells, "page" if row.page else "title")
        else:
            self.append(cells, "total" if isinstance(row, Total) else "")

    def append(self, cells: Sequence[object], look: str = "") -> None:
        """Write a row of what ``to_cell`` made.

        :param look: "total", "title", "page" (a title that begins a page) or "".
        """
        if self._widths is not None:
            self._write(cells, look)
            return
        self._waiting.append((cells, look))
        if len(self._waiting) >= SAMPLE:
            self._flush()

    def _write(self, cells: Sequence[object], look: str) -> None:
        if self._row >= self._book.limits.rows or self._is_full(0):
            self._begin()
        self._row += 1
        if not look:
            self._filtered_to = self._row
        height = row_height(self.sheet.columns, cells) if self._wrapped and look not in ("title", "page") else None
        height = max(height or 0.0, self.sheet.row_points or 0.0) or None
        head = f'<row ht="{height:g}" customHeight="1">' if height else "<row>"
        if look == "page" and self._row > 2:
            for opened, _, _ in self._parts:
                opened.break_before(self._row)
        look = "title" if look == "page" else look
        for opened, group, pending in self._parts:
            made = [self._cell(opened, place, index, cells[index], look) for place, index in enumerate(group)]
            pending.append(f"{head}{''.join(made)}</row>")
            self._pending += len(pending[-1])
            self._rows[opened.name] += 1
        if self._pending > _CHUNK_CHARACTERS:
            self._send()

    def _cell(self, opened: Opened, place: int, index: int, value: object, look: str) -> str:
        column = self.sheet.columns[index]
        if value is None and not look and not column.bordered:
            return BLANK
        if isinstance(value, Disputed):
            look, value = "disputed", value.value
        elif isinstance(value, Fresh):
            look, value = "fresh-total" if look == "total" else "fresh", value.value
        if isinstance(value, Shown):
            column = replace(column, format=value.format, unit=column.unit or _unit_of(value.format))
            value = value.value
        if isinstance(value, Link):
            return to_xml(value.name, opened.link(place, self._row, column, value.name))
        if isinstance(value, Mended):
            self._lose(opened.name, place, self._row, value.length)
            self._book.replaced += value.replaced
            value = value.text
        look = LINKED if isinstance(value, Linked) else look
        style = LINKED if look == LINKED else to_style(column, value, plain=not (self._styled or look))
        key = (index, column.format, style, look)
        attribute = self._attributes.get(key)
        if attribute is None:
            attribute = self._attributes[key] = self._book.style(column, style, look) if style else ""
        return to_xml(value, attribute)  # type: ignore[arg-type]

    def _send(self) -> None:
        for opened, _, pending in self._parts:
            if pending:
                opened.entry.put(deflate("".join(pending).encode()))
                pending.clear()
        self._pending = 0

    # by blocks

    def put_block(self, rows: Rows, remake: Callable[[], Rows]) -> None:
        """Write the rows of a block.

        :param remake: makes them anew, one by one, when a sheet ends among the rows of a kept block.
        """
        if self._widths is None:
            if rows.lengths is not None and rows.count:
                self._lengths = [max(pair) for pair in zip(self._lengths, rows.lengths, strict=True)]
                self._sampled += min(rows.count, SAMPLE)
            self._blocks.append((rows, remake))
            if self._sampled >= SAMPLE:
                self._flush()
            return
        self._write_block(rows, remake)

    def _write_block(self, rows: Rows, remake: Callable[[], Rows]) -> None:
        if self._row + rows.count > self._book.limits.rows or self._is_full(rows.part.size):
            self._write_rows(remake() if rows.xml is None else rows)
        else:
            self._write_part(rows)

    def _write_part(self, rows: Rows) -> None:
        opened = self._parts[0][0]
        for row, place, length in rows.losses:
            self._lose(opened.name, place, self._row + 1 + row, length)
        self._book.replaced += rows.replaced
        opened.entry.put(rows.part)
        self._row += rows.count
        self._filtered_to = self._row
        self._rows[opened.name] += rows.count

    def _write_rows(self, rows: Rows) -> None:
        """Write the rows of a block over the end of a sheet."""
        xml, begun = rows.xml or [], 0
        while begun < rows.count:
            if self._row >= self._book.limits.rows or self._is_full(rows.part.size):
                self._begin()
            some = min(self._book.limits.rows - self._row, rows.count - begun)
            losses = [(row - begun, place, n) for row, place, n in rows.losses if begun <= row < begun + some]
            part = deflate("".join(xml[begun : begun + some]).encode())
            self._write_part(Rows(some, part, losses, 0 if begun else rows.replaced))
            begun += some

    def _is_full(self, size: int) -> bool:
        return any(opened.entry.size + self._pending + size > MAX_ENTRY for opened, _, _ in self._parts)

    # the end

    def _flush(self) -> None:
        """Choose the widths and write what waited for them."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._lengths = measure_lengths(self.sheet.columns, [cells for cells, _ in waiting])
        self._widths = to_widths(self.sheet.columns, self._lengths)
        self._head()
        for cells, look in waiting:
            self._write(cells, look)
        blocks, self._blocks = self._blocks, []
        for rows, remake in blocks:
            self._write_block(rows, remake)

    def _lose(self, name: str, place: int, row: int, length: int) -> None:
        if length:
            self._book.lose(name, place, row, length)

    def _finish(self) -> None:
        self._send()
        for opened, group, _ in self._parts:
            opened.finish(len(group), self._filtered_to, self._row)
        self._parts = []
        self._filtered_to = 0

    def close(self) -> None:
        """End the sheet. One without rows has its headings all the same."""
        if self._widths is None:
            self._flush()
        self._finish()

    def written(self) -> Iterator[Written]:
        """Tell what became of the sheet, part by part."""
        for number, name in enumerate(self.names):
            title = self._title if not number else say("continued", self._book.options.language, title=self._title)
            yield Written(name, title, self._rows[name])


def _unit_of(shown: str) -> str:
    return "DZD" if shown == "money" else ""
