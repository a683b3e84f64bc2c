"""The chamber's own template, filled: her headings, logo and formulas stay, tables and figures are written into them.

The workbook is made as always (``exports.contents``), but its rows go to the places of the template, each table into a
temporary file first: how many rows there are decides where everything below stands (``exports.splice``).
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from exports.blocks import Kept
from exports.catalogue import FACTS, PREFIX, VARIANTS, Catalogue, list_names
from exports.cells import to_cell
from exports.contents import fill_book
from exports.cover import Loss, Outcome, Written, to_filters
from exports.filling import PlaceWriter, find_styles
from exports.headings_figures import INDICATORS
from exports.inspection import inspect_package, judge_layout
from exports.labels import in_language
from exports.package import Package
from exports.places import Layout, Note, TablePlace, find_layout
from exports.programme import Options, Programme
from exports.references import MOST_ROWS
from exports.splice import Filled, write_package
from exports.styles import to_number_format, to_style, to_unit
from exports.stylesheet import PATH as STYLES
from exports.stylesheet import StyleSheet
from exports.tables import Column, Sheet, Shown
from exports.texts import PUBLIC_WARNING, WARNING, say
from exports.zipstream import ZipStream
from forms.errors import XlsformError
from forms.workbook import check_workbook


class TemplateError(Exception):
    """A template that cannot be filled; ``notes`` say why."""

    def __init__(self, notes: Sequence[Note]) -> None:
        super().__init__(", ".join(f"{one.code} {one.where} {one.what}".strip() for one in notes))
        self.notes = tuple(notes)


def look_at_template(data: bytes, catalogue: Catalogue) -> Layout:
    """Look at a template that somebody sends: its places, and all that is to be said of it. Never raises for a file."""
    return _open(data, catalogue)[1]


def _open(data: bytes, catalogue: Catalogue) -> tuple[Package | None, Layout]:
    try:
        check_workbook(data)
    except XlsformError as error:
        return None, Layout(notes=[Note("refused", "unreadable", what=str(error))])
    package = Package(data)
    notes = inspect_package(package)
    if any(one.level == "refused" for one in notes):
        return package, Layout(notes=notes)
    try:
        layout = find_layout(package, catalogue)
        layout.notes += judge_layout(layout, package)
        StyleSheet(package.tree(STYLES))
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        return package, Layout(notes=[Note("refused", "damaged", what=str(error)[:200])])
    layout.notes += notes
    return package, layout


def fill_template(
    template: bytes, programme: Programme, options: Options, *, limits: int = MOST_ROWS, kept: Kept | None = None
) -> Generator[bytes, None, Outcome]:
    """Give the bytes of a filled template; empty ones while rows are made, for nothing can leave before.

    :param limits: rows that a sheet holds; what exceeds is said on a sheet of its own.
    :param kept: where what submissions tell the figures is kept; what is filled is the same without.
    :raises TemplateError: for a template that is refused.
    """
    package, layout = _open(template, list_names(programme, options))
    if package is None or layout.refused:
        raise TemplateError(layout.refused)
    if any("/" in code for place in layout.tables for code in place.columns.values()):
        options = replace(options, multiple="both")  # a column of 0 and 1 was named
    book = TemplateBook(package, layout, programme, options, limits)
    try:
        filling = fill_book(book, programme, options, kept)  # type: ignore[arg-type]
        while True:
            try:
                next(filling)
            except StopIteration as end:
                outcome: Outcome = end.value
                break
            yield b""
        archive = ZipStream(programme.extracted_at.astimezone(options.zone))
        try:
            for _ in write_package(package, archive, book.filled(), book.figures(outcome), book.say_losses(outcome)):
                yield from archive.take()
            archive.close()
            yield from archive.take()
        finally:
            archive.discard()
    finally:
        book.close()
    return outcome


class TemplateBook:
    """The workbook being made, seen by ``fill_book``: sheets that have a place are kept, the others pass by."""

    def __init__(
        self, package: Package, layout: Layout, programme: Programme, options: Options, limits: int
    ) -> None:
        self.options = options
        self.losses: list[Loss] = []
        self.replaced = 0
        self.limits = limits
        self.summary: list[Sequence[object]] = []
        self.styles = StyleSheet(package.tree(STYLES, change=True))
        self._programme = programme
        self._package = package
        self._layout = layout
        self._catalogue = {(p.table.sheet.name, p.table.sheet.tail, p.table.sheet.form): p for p in layout.tables}
        self._writers: list[PlaceWriter] = []
        self._written: list[Written] = []

    def wants_form(self, form_id: str) -> bool:
        """Tell whether the rows of a form have a place here."""
        return any(place.table.sheet.form and place.table.sheet.name == form_id for place in self._layout.tables)

    def open(self, sheet: Sheet, title: str) -> PlaceWriter:
        place = self._catalogue.get((sheet.name, sheet.tail, sheet.form))
        writer = PlaceWriter(self, sheet, title, place, self._package)
        self._writers.append(writer)
        return writer

    def hide(self, name: str, columns: Sequence[Sequence[str]]) -> None:
        """Leave out what only a list that is sent back needs."""
        del name, columns

    def style(self, column: Column, style: str, look: str = "") -> str:
        """Give no style: rows of forms come one by one."""
        del column, style, look
        return ""

    def name_of(self, sheet: Sheet) -> str | None:
        place = self._catalogue.get((sheet.name, sheet.tail, sheet.form))
        return place.sheet.title if place else None

    def written(self) -> Iterator[Written]:
        for writer in self._writers:
            if writer.place is not None:
                yield Written(writer.place.sheet.title, writer.title, writer.count)

    def filled(self) -> list[Filled]:
        """Give every table of the template with its rows; none for those that this edition lacks."""
        made = {id(one.place): one for one in self._writers if one.place is not None}
        return [made[id(place)].finish() if id(place) in made else self._empty(place) for place in self._layout.tables]

    def _empty(self, place: TablePlace) -> Filled:
        """Give a table without rows: what stood there as an example goes all the same."""
        styles = find_styles(self._package, place)
        return Filled(place, {}, [(column, styles.get(column, 0)) for column in sorted(place.columns)], 0, None)

    def figures(self, outcome: Outcome) -> list[tuple[Any, object, str]]:
        """Give (place, value, number format) of each figure."""
        values = self._find_figures(outcome)
        return [(place, *values.get(place.name.casefold(), (None, "General"))) for place in self._layout.figures]

    def _find_figures(self, outcome: Outcome) -> dict[str, tuple[object, str]]:
        found: dict[str, tuple[object, str]] = {}
        arabic = self.options.language == "ar"
        for code, row in zip(INDICATORS, self.summary, strict=False):
            for (tail, _), column, value in zip(VARIANTS, _SHOWN_AS, row[1:], strict=True):
                shown = value.format if isinstance(value, Shown) else column
                plain = value.value if isinstance(value, Shown) else value
                cell = to_cell(plain, self.options.zone)
                unit = "DZD" if shown == "money" else ""
                as_column = Column("", shown, unit=unit, decimals=0)
                style = to_style(as_column, cell, plain=False)
                number_format = to_number_format(as_column, style, to_unit(as_column, arabic=arabic))
                found[f"{PREFIX}{code}{tail}".casefold()] = cell, number_format
        programme, options, language = self._programme, self.options, self.options.language
        spans = [str(row[0]) for row in self.summary[len(INDICATORS) :] if row and row[0]]
        notice, warning = WARNING if options.personal else PUBLIC_WARNING
        facts = {
            "titre": in_language(programme.title, language),
            "extrait_le": programme.extracted_at,
            "auteur": programme.author,
            "periode": spans[0] if spans else "",
            "periode_avant": spans[1] if len(spans) > 1 else "",
            "filtres": " ; ".join(f"{name} : {value}" for name, value in self._filters()),
            "femmes": outcome.women,
            "desaccords": outcome.conflicts[0],
            "avertissement": f"{notice.to(language)} : {warning.to(language)}",
        }
        assert set(facts) == set(FACTS)  # noqa: S101 - what is listed is what is filled
        for name, value in facts.items():
            dated = isinstance(value, datetime)
            found[f"{PREFIX}{name}".casefold()] = (
                to_cell(value, options.zone), "dd/mm/yyyy hh:mm" if dated else "General",
            )  # fmt: skip
        for place in self._layout.figures:
            low = place.name.casefold()
            for form_id, seen in outcome.seen.items():
                if low == f"{PREFIX}envois_{form_id}".casefold():
                    found[low] = seen[0], "General"
            if low.startswith(f"{PREFIX}envois_".casefold()):
                found.setdefault(low, (0, "General"))
        return found

    def _filters(self) -> list[tuple[str, str]]:
        return [*to_filters(self._programme, self.options), *self._programme.filters]

    def say_losses(self, outcome: Outcome) -> list[tuple[str, str]]:
        """Give what could not be written whole, in words; nothing when all is there."""
        language = self.options.language
        said: list[tuple[str, str]] = []
        made = {id(one.place) for one in self._writers}
        for place in self._layout.tables:
            if id(place) not in made:
                said.append((place.table.name, say("template_absent", language)))
        for writer in self._writers:
            if writer.place is not None and writer.dropped:
                words = say("template_rows", language, rows=writer.dropped)
                said.append((writer.place.table.name, words))
            if writer.place is not None and writer.missing:
                words = say("template_columns", language, columns=", ".join(writer.missing))
                said.append((writer.place.table.name, words))
        for note in self._layout.notes:
            if note.level == "look" and note.code in ("unknown_name", "unknown_column", "bad_target", "twice"):
                said.append((note.where, say(f"template_{note.code}", language, what=note.what)))
        if self.replaced:
            said.append((say("replaced", language), str(self.replaced)))
        if outcome.homeless:
            said.append((say("homeless", language), str(outcome.homeless)))
        for loss in self.losses:
            said.append((f"{loss.sheet} {loss.cell}", say("cut", language, length=loss.length, kept=32_767)))
        return said

    def close(self) -> None:
        """Drop the temporary files."""
        for writer in self._writers:
            writer.drop()


#: How the columns of ``01_Synthese`` are shown where a value does not say so itself.
_SHOWN_AS: Final = ("number", "number", "percent", "number", "number", "percent")
