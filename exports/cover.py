"""``14_Lisez_moi``: the page the workbook opens on.

What this is, of when, by whom, with which filters; how many; where; how each figure is counted; how to read it; and
everything that could not be written whole, so that a reader never has to guess whether something is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from exports.cells import MAX_TEXT, join
from exports.headings import COUNTS, MEDIAN, RATES
from exports.labels import in_language
from exports.programme import Figures, Options, Programme
from exports.register import ORDERS
from exports.tables import Column, Sheet, Total
from exports.texts import PUBLIC_WARNING, READING, SECRET, SHEETS, WARNING, fill, say

NAME: Final = "14_Lisez_moi"


class Link(NamedTuple):
    """The name of a sheet, to be clicked."""

    name: str


class Loss(NamedTuple):
    """One text that was cut: where, and how long it was."""

    sheet: str
    cell: str
    length: int


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one sheet: its name, what it is, and its rows without the heading."""

    name: str
    title: str
    rows: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the whole workbook came to; ``write_workbook`` gives it back."""

    sheets: tuple[Written, ...]
    losses: tuple[Loss, ...]
    replaced: int
    homeless: int
    women: int
    conflicts: tuple[int, int]
    seen: Mapping[str, Sequence[int]]
    figures: Figures


def build_cover(language: str) -> Sheet:
    """Give the sheet, before its rows are known."""
    columns = (
        Column(say("key", language), "long", width=44),
        Column(say("value", language), "long", width=100),
    )
    return Sheet(NAME, columns, ORDERS[NAME], fit=1, filtered=False)


def to_cover_rows(programme: Programme, options: Options, outcome: Outcome) -> Iterator[list[object]]:
    """Give the rows: (key, value)."""
    language = options.language

    def title(key: str) -> Total:
        return Total([say(key, language), None])

    yield Total([say("title", language), in_language(programme.title, language) or None])
    yield [say("extracted", language), programme.extracted_at]
    yield [say("by", language), programme.author]
    filters = [*to_filters(programme, options), *programme.filters]
    for name, value in filters:
        yield [say("filter", language, name=name), value]
    if not filters:
        yield [say("no_filter", language), say("everything", language)]
    yield [say("language", language), say("language_name", language)]
    yield [say("choices", language), say("as_labels" if options.labels else "as_names", language)]
    yield [say("multiple", language), say(options.multiple, language)]
    if options.pseudonyms and not options.personal:
        yield [say("pseudonyms", language), say("pseudonyms_note", language)]
    if options.changed_since:
        when = f"{options.changed_since.astimezone(options.zone):%d/%m/%Y %H:%M}"
        yield [say("changed", language), say("changed_note", language, when=when)]
    yield [say("zone", language), programme_zone(options, programme)]
    notice, warning = WARNING if options.personal else PUBLIC_WARNING
    yield [notice.to(language), warning.to(language)]
    yield [say("women", language), outcome.women]
    if options.personal:
        yield [say("conflicts", language), f"{outcome.conflicts[0]} / {outcome.conflicts[1]}"]
    yield from _to_counts(programme, language, outcome)

    yield title("sheets")
    for sheet in outcome.sheets:
        yield [Link(sheet.name), say("rows", language, title=sheet.title, rows=sheet.rows)]

    yield title("definitions")
    for heading in (*COUNTS, *RATES, MEDIAN):
        yield [
            heading.words.to(language),
            fill(heading.formula.to(language), percent=programme.attendance_percent),
        ]

    yield title("reading")
    for subject, words in READING:
        said = say("revealed", language) if options.reveal and subject is SECRET else words.to(language)
        yield [subject.to(language), said]

    yield title("losses")
    yield from _to_losses(language, outcome)


def to_filters(programme: Programme, options: Options) -> Iterator[tuple[str, str]]:
    """Say which part of the programme was asked for."""
    language = options.language
    arabic = language == "ar"
    if options.since or options.until:
        first = f"{options.since:%d/%m/%Y}" if options.since else say("the_beginning", language)
        last = f"{options.until:%d/%m/%Y}" if options.until else "…"
        yield say("period_filter", language), say("span", language, first=first, last=last)
    places = {one.code: (one.name_ar if arabic else one.name_fr) or one.code for one in programme.communes}
    groups = {one.code: one.label for one in programme.associations}
    titles = {one.form_id: one.title or one.form_id for one in programme.forms}
    for key, chosen, names in (
        ("communes_filter", options.communes, places),
        ("associations_filter", options.associations, groups),
        ("forms_filter", options.forms, titles),
    ):
        if chosen:
            yield say(key, language), join(names.get(code, code) for code in sorted(chosen))
    if options.versions == "newest":
        yield say("versions_filter", language), say("newest", language)


def programme_zone(options: Options, programme: Programme) -> str:
    """Give the name of the zone timestamps are shown in."""
    return str(programme.extracted_at.astimezone(options.zone).tzname())


def _to_counts(programme: Programme, language: str, outcome: Outcome) -> Iterator[list[object]]:
    titles = {definition.form_id: definition.title or definition.form_id for definition in programme.forms}
    for form_id, title in titles.items():
        all_of_them, rejected, of_nobody = outcome.seen.get(form_id, (0, 0, 0))
        words = [str(all_of_them)]
        if rejected:
            words.append(say("not_counted", language, count=rejected))
        if of_nobody:
            words.append(say("no_woman", language, count=of_nobody))
        yield [say("submissions", language, form=title), "\n".join(words)]


def _to_losses(language: str, outcome: Outcome) -> Iterator[list[object]]:
    if not outcome.losses and not outcome.replaced and not outcome.homeless:
        yield ["–", say("no_loss", language)]
    if outcome.replaced:
        yield [say("replaced", language), outcome.replaced]
    if outcome.homeless:
        yield [say("homeless", language), outcome.homeless]
    for loss in outcome.losses:
        yield [f"{loss.sheet}!{loss.cell}", say("cut", language, length=loss.length, kept=MAX_TEXT)]


def to_titles(language: str, names: Iterable[str]) -> dict[str, str]:
    """Give what the sheets of the programme are, by name."""
    return {name: SHEETS[name].to(language) for name in names if name in SHEETS}
