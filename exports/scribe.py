"""The rows of the sheets of a form, written column by column: one column costs a few calls, however many its rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import repeat
from operator import itemgetter
from typing import Final, TypeVar

from exports.answers import Pen, Write, Writer
from exports.cells import Mended, link
from exports.markup import BLANK
from exports.programme import Submission
from exports.rows import Plan, is_file, to_meta, to_page
from exports.tables import MAIN_AFTER, FormTable
from exports.zipstream import Part, deflate
from forms.definition import FormDefinition
from forms.reading import Passes

#: Rows looked at to choose the widths of the columns.
SAMPLE: Final = 60
_MOST_KNOWN: Final = 1024
#: (row, column, length of the text that was cut)
Loss = tuple[int, int, int]
T = TypeVar("T")


@dataclass(slots=True)
class Rows:
    """What one block gives to one sheet.

    ``losses`` are (row in the block, column, length). ``lengths`` measures the first :data:`SAMPLE` rows, when that was
    asked for. ``xml`` has the rows one by one, unless they were kept.
    """

    count: int = 0
    part: Part = Part(b"", 0, 0)
    losses: list[Loss] = field(default_factory=list)
    replaced: int = 0
    lengths: list[float] | None = None
    xml: list[str] | None = None


class Draft:
    """The rows of one table, as they come: some after others, those of one form version after those of another."""

    def __init__(self) -> None:
        self._xml: list[str] = []
        self._order: list[int] = []
        self._losses: list[Loss] = []
        self._replaced = 0
        self._mixed = False

    def add(self, order: Sequence[int], xml: Sequence[str], losses: Sequence[Loss], replaced: int) -> None:
        """Add rows; ``order`` are the numbers of their submissions."""
        begun = len(self._xml)
        self._mixed = begun > 0
        self._xml += xml
        self._order += order
        self._losses += [(begun + row, place, length) for row, place, length in losses]
        self._replaced += replaced

    def finish(self) -> Rows:
        """Put them in order and compress them."""
        if self._mixed:
            ranks = sorted(range(len(self._xml)), key=self._order.__getitem__)
            self._xml = [self._xml[rank] for rank in ranks]
            places = {rank: row for row, rank in enumerate(ranks)}
            self._losses = [(places[row], place, length) for row, place, length in self._losses]
        part = deflate("".join(self._xml).encode()) if self._xml else Part(b"", 0, 0)
        return Rows(len(self._xml), part, sorted(self._losses), self._replaced, None, self._xml)


class Scribe:
    """Writes the rows of one form version, column by column.

    :param lost: where the pens note what could not be written as it was.
    """

    def __init__(
        self,
        plan: Plan,
        definition: FormDefinition,
        pens: Sequence[Pen],
        tables: Sequence[FormTable],
        wide: Collection[int],
        lost: list[tuple[int, Mended]],
        pages: str = "",
    ) -> None:
        self._lost = lost
        self._pages = pages
        self._files: dict[str, dict[int, Pen]] = {}
        self._widths = {path: tables[number].width for path, number in plan.numbers.items()}
        self._writers: dict[str, list[tuple[int, Writer]]] = {}
        self._keys: dict[str, tuple[Write, Write]] = {}
        for path, number in plan.numbers.items():
            if number in wide:
                continue
            pen, width = pens[number], self._widths[path]
            self._writers[path] = [
                (index, pen.to_writer(asked, external=_is_external(asked.node.choice_list, definition)))
                for index, asked in enumerate(plan.asked[path])
                if asked is not None  # else it was counted as homeless when it was read
            ]
            self._files[path] = {
                index: pen for index, one in enumerate(plan.asked[path]) if pages and one is not None and is_file(one)
            }
            if path:
                self._keys[path] = pen.to_text_writer(width - 2), pen.to_text_writer(width - 1)
            else:
                self._pen, self._first = pen, width - len(MAIN_AFTER)
                self._moments = pen.to_moment_writer(0)
                self._name, self._key = pen.to_text_writer(self._first), pen.to_text_writer(self._first + 1)
                self._entities = pen.to_text_writer(width - 1)
        self._meta: dict[tuple[object, ...], str] = {}

    def write(
        self, path: str, submissions: Sequence[Submission], names: Sequence[str], passes: Passes
    ) -> tuple[list[str], list[Loss], int]:
        """Write the rows of a table: their XML, the losses as in :class:`Rows`, and how many characters were replaced.

        :param submissions: those that were read, and ``names`` theirs.
        """
        losses: list[Loss] = []
        replaced = 0
        columns: list[tuple[int, int, Sequence[str]]] = []

        def add(place: int, span: int, write: Callable[[Sequence[T]], Sequence[str]], values: Sequence[T]) -> None:
            nonlocal replaced
            columns.append((place, span, write(values)))
            if not self._lost:
                return
            self._lost.clear()
            for row, value in enumerate(values):  # once more one by one, to know the row
                write([value])
                losses.extend((row, where, mended.length) for where, mended in self._lost if mended.length)
                replaced += sum(mended.replaced for _, mended in self._lost)
                self._lost.clear()

        for index, writer in self._writers[path]:
            pen = self._files[path].get(index)
            if pen is None:
                add(writer.place, writer.span, writer.write, passes.columns[index])
            else:
                keys = [submissions[form].key for form in passes.forms]
                write = partial(self._write_links, pen, writer.place)
                add(writer.place, 1, write, list(zip(passes.columns[index], keys, strict=True)))
        width = self._widths[path]
        if path:
            parent, key = self._keys[path]
            add(width - 2, 1, parent, passes.parents)
            add(width - 1, 1, key, passes.keys)
        else:
            first = self._first
            add(0, 1, self._write_moments, submissions)
            add(first, 1, self._name, names)
            add(first + 1, 1, self._key, passes.keys)
            add(first + 2, width - first - 3, self._write_meta, submissions)
            add(width - 1, 1, self._entities, [" ".join(one.entity_ids) for one in submissions])
        columns.sort(key=itemgetter(0))
        return _join(columns, width), losses, replaced

    def _write_links(self, pen: Pen, place: int, answers: Sequence[tuple[str, str]]) -> list[str]:
        """Write names of files, each leading to the page of its submission."""
        return [
            pen.write_cell(place, link(pen.to_cell(name), to_page(self._pages, key))) if name else BLANK
            for name, key in answers
        ]

    def _write_moments(self, submissions: Sequence[Submission]) -> list[str]:
        made = self._moments([one.submitted_at for one in submissions])
        if not all(made):
            made = [cell or self._pen.write(0, one.submitted_at) for cell, one in zip(made, submissions, strict=True)]
        return made

    def _write_meta(self, submissions: Sequence[Submission]) -> list[str]:
        """Write what became of each submission, from who sent it to the form version: the same for many."""
        made = []
        for submission in submissions:
            meta = to_meta(submission, "", "")[2:-1]
            cells = self._meta.get(meta)
            if cells is None:
                values = [_write(self._pen, self._first + 2 + number, value) for number, value in enumerate(meta)]
                cells = "".join(cell for cell, _ in values)
                if not any(mended for _, mended in values):
                    if len(self._meta) > _MOST_KNOWN:
                        self._meta.clear()
                    self._meta[meta] = cells
            made.append(cells)
        return made


def _join(columns: Sequence[tuple[int, int, Sequence[str]]], width: int) -> list[str]:
    """Put cells together to rows; ``columns`` are (place, span, cells) in order, blank cells stand where none are."""
    made: list[Iterable[str]] = [repeat("<row>")]
    reached = 0
    for place, span, cells in columns:
        if place > reached:
            made.append(repeat(BLANK * (place - reached)))
        made.append(cells)
        reached = place + span
    made.append(repeat(f"{BLANK * (width - reached)}</row>"))
    return list(map("".join, zip(*made, strict=False)))


def _write(pen: Pen, place: int, value: object) -> tuple[str, bool]:
    """Write a value; tell too whether it could not be written as it was."""
    cell = pen.to_cell(value)
    return pen.write_cell(place, cell), type(cell) is Mended


def _is_external(choice_list: str | None, definition: FormDefinition) -> bool:
    return bool(choice_list) and choice_list not in definition.choices
