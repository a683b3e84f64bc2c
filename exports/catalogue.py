"""The names that a template may use for tables, columns and figures, made from the tables and indicators there are.

``HIRFA_`` and the name of a sheet stand for a table, ``HIRFA_`` and the code of an indicator for a figure. The list is
made by running the workbook itself over nobody: what it would write is what can be named, for any project.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from io import BytesIO
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Font

from exports.contents import fill_book
from exports.headings_figures import INDICATORS
from exports.naming import to_headings, to_plain
from exports.programme import Options, Programme, no_submissions
from exports.tables import Column, Sheet
from exports.texts import Words, say

PREFIX: Final = "HIRFA_"
_UNFIT: Final = re.compile(r"[^\w.]")
_MOST_NAME: Final = 255

#: The columns of ``01_Synthese`` beside the value itself: what follows the code, and its words.
VARIANTS: Final = (
    ("", Words("valeur de la période", "قيمة الفترة")),
    ("_avant", Words("période précédente", "الفترة السابقة")),
    ("_evolution", Words("évolution", "التطور")),
    ("_cumul", Words("cumul depuis le début", "المجموع منذ البداية")),
    ("_objectif", Words("objectif de l’année", "هدف السنة")),
    ("_atteinte", Words("taux d’atteinte", "نسبة البلوغ")),
)
#: What is no indicator.
FACTS: Final = {
    "titre": Words("Nom du programme", "اسم البرنامج"),
    "extrait_le": Words("Moment de l’extraction", "وقت الاستخراج"),
    "auteur": Words("Qui l’a demandé", "من طلبه"),
    "periode": Words("Période des chiffres", "فترة الأرقام"),
    "periode_avant": Words("Période précédente", "الفترة السابقة"),
    "filtres": Words("Ce qui a été choisi", "ما تم اختياره"),
    "femmes": Words("Femmes de la liste", "نساء القائمة"),
    "desaccords": Words("Désaccords ouverts", "الخلافات المفتوحة"),
    "avertissement": Words("Avertissement de confidentialité", "تنبيه السرية"),
}


@dataclass(frozen=True, slots=True)
class NamedTable:
    """A table that can be named: its name, what it is, and its columns as they are without data."""

    name: str
    title: str
    sheet: Sheet

    def find_column(self, words: str) -> Column | None:
        """Find a column by its code or by its heading in one of the languages."""
        wanted = to_plain(words.strip(" {}\t\n"))
        if not wanted:
            return None
        for column in self.sheet.columns:
            if wanted in (to_plain(column.code), to_plain(column.heading)):
                return column
        return next((c for c in self.sheet.columns if wanted in map(to_plain, c.also)), None)

    def near(self, words: str) -> tuple[str, ...]:
        """Give the codes of columns whose code or heading is like these words."""
        known = {to_plain(one): c.code for c in self.sheet.columns for one in (c.code, c.heading, *c.also)}
        found = get_close_matches(to_plain(words.strip(" {}")), list(known), n=3, cutoff=0.6)
        return tuple(dict.fromkeys(known[one] for one in found))


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All names, the tables by what they are called in small letters, the figures with their words."""

    tables: Mapping[str, NamedTable]
    figures: Mapping[str, tuple[str, str]]
    """Name in small letters -> the name as it is written, and what it is."""

    def near(self, name: str) -> tuple[str, ...]:
        """Give the names that are like this one."""
        known = {**{key: one.name for key, one in self.tables.items()}, **{k: n for k, (n, _) in self.figures.items()}}
        return tuple(known[one] for one in get_close_matches(name.casefold(), list(known), n=3, cutoff=0.6))

    def table_of(self, sheet: Sheet) -> NamedTable | None:
        """Find the table of a sheet that is being made."""
        for one in self.tables.values():
            if (one.sheet.name, one.sheet.tail, one.sheet.form) == (sheet.name, sheet.tail, sheet.form):
                return one
        return None


def list_names(programme: Programme, options: Options) -> Catalogue:
    """List what a template may name in a programme, whatever has been sent so far."""
    listing = _Listing(options)
    # every table there is: which of them an edition has is said when it is filled
    everything = Options(language=options.language, headings=options.headings, multiple="both", zone=options.zone)
    nobody = replace(
        programme, submissions=no_submissions, batches=None, women=(), conflicts=(), duplicates=(), merged={}, sign=None
    )
    for _ in fill_book(listing, nobody, everything):  # type: ignore[arg-type]
        pass
    figures = _to_figures(programme, options.language)
    taken = list(figures)
    tables: dict[str, NamedTable] = {}
    ordered = sorted(listing.opened, key=lambda one: one[0].order)
    for sheet, title in ordered:
        wanted = _UNFIT.sub("_", f"{PREFIX}{sheet.name}{sheet.tail}")[: _MOST_NAME - 4]
        name = to_headings([wanted], taken)[0].replace("~", "_")
        taken.append(name)
        tables[name.casefold()] = NamedTable(name, title, sheet)
    return Catalogue(tables, figures)


def _to_figures(programme: Programme, language: str) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for code, indicator in INDICATORS.items():
        for tail, words in VARIANTS:
            name = f"{PREFIX}{code}{tail}"
            found[name.casefold()] = name, f"{indicator.name.to(language)} : {words.to(language)}"
    for fact, said in FACTS.items():
        found[f"{PREFIX}{fact}".casefold()] = f"{PREFIX}{fact}", said.to(language)
    titles = {one.form_id: one.title or one.form_id for one in programme.forms}
    for form_id, title in titles.items():
        name = _UNFIT.sub("_", f"{PREFIX}envois_{form_id}")[:_MOST_NAME]
        found.setdefault(name.casefold(), (name, say("submissions", language, form=title)))
    return found


class _Listing:
    """A book that writes nothing and remembers which sheets were opened."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.losses: list[Any] = []
        self.replaced = 0
        self.opened: list[tuple[Sheet, str]] = []

    def wants_form(self, form_id: str) -> bool:
        return bool(form_id)

    def open(self, sheet: Sheet, title: str) -> _Silent:
        self.opened.append((sheet, title))
        return _Silent()

    def hide(self, name: str, columns: Sequence[Sequence[str]]) -> None:
        del name, columns

    def style(self, column: Column, style: str, look: str = "") -> str:
        del column, style, look
        return ""

    def name_of(self, sheet: Sheet) -> str | None:
        del sheet
        return None

    def written(self) -> Sequence[Any]:
        return ()


class _Silent:
    wide = True
    sampling = False

    def put(self, row: Sequence[object]) -> None:
        del row

    append = put

    def close(self) -> None:
        pass


def write_names(catalogue: Catalogue, language: str) -> bytes:
    """Write the list of names as a workbook to work from: tables and figures, and the columns of each table."""
    arabic = language == "ar"
    book = Workbook()
    first = book.active
    assert first is not None  # noqa: S101 - a new workbook has a sheet
    sheets: tuple[tuple[Any, Words, tuple[Words, ...]], ...] = (
        (
            first,
            Words("Noms", "الأسماء"),
            (Words("Nom", "الاسم"), Words("Nature", "النوع"), Words("Contenu", "المحتوى")),
        ),
        (
            book.create_sheet(),
            Words("Colonnes", "الأعمدة"),
            (
                Words("Nom du tableau", "اسم الجدول"),
                Words("Colonne", "العمود"),
                Words("En-tête français", "العنوان بالفرنسية"),
                Words("En-tête arabe", "العنوان بالعربية"),
                Words("Explication", "الشرح"),
            ),
        ),
    )
    table, figure = Words("tableau", "جدول"), Words("chiffre", "رقم")
    rows: tuple[list[tuple[str, ...]], list[tuple[str, ...]]] = ([], [])
    rows[0].extend((name, figure.to(language), said) for name, said in catalogue.figures.values())
    for one in catalogue.tables.values():
        rows[0].append((one.name, table.to(language), one.title))
        for column in one.sheet.columns:
            known = (column.also + ("", ""))[:2] if column.also else (column.heading, "")
            rows[1].append((one.name, column.code, *known, column.prompt))
    for (sheet, title, headings), listed in zip(sheets, rows, strict=True):
        sheet.title = title.to(language)
        sheet.sheet_view.rightToLeft = arabic
        sheet.freeze_panes = "A2"
        for place, heading in enumerate(headings, start=1):
            cell = sheet.cell(1, place, heading.to(language))
            cell.font = Font(bold=True)
            sheet.column_dimensions["ABCDE"[place - 1]].width = (34, 30, 44, 44, 60)[place - 1]
        for number, texts in enumerate(listed, start=2):
            for place, text in enumerate(texts, start=1):
                cell = sheet.cell(number, place)
                cell.value, cell.data_type = text, "s"  # a text, whatever it begins with
        sheet.auto_filter.ref = sheet.dimensions
    out = BytesIO()
    book.save(out)
    return out.getvalue()


