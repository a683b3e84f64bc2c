"""What stands in the workbook, in the order it is made: forms first, because their rows pass by once and feed
everything else.

The submissions of a form are read once. As they pass, each gives its rows to the sheets of its form and its events to
the tally; the numbered sheets, which count them, are made afterwards and take their place in front.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from exports.conflicts import Properties, build_conflicts
from exports.cover import NAME as COVER
from exports.cover import Outcome, build_cover, to_cover_rows, to_titles
from exports.dictionary import build_dictionary
from exports.indicators import Tally
from exports.labels import Labeller
from exports.programme import Options, Programme
from exports.register import Register
from exports.rows import FormRows
from exports.tables import FormTable, build_tables
from exports.texts import SHEETS, say
from forms.definition import FormDefinition
from forms.instance import find_rows

if TYPE_CHECKING:
    from exports.workbook import Book

#: Tables written in one reading of the submissions: each keeps a file open.
TABLES_AT_ONCE: Final = 200


def fill_book(book: Book, programme: Programme, options: Options) -> Outcome:
    """Write every sheet into an empty book and tell what it came to."""
    if iter(programme.women) is programme.women:  # a stream would be empty when it is read again
        programme = replace(programme, women=list(programme.women))
    labels = _women_labels(programme)
    associations = {item.code: item.label for item in programme.associations}
    external = {programme.list_name: labels, "associations": associations, **programme.lists}
    labeller = Labeller(programme.forms, options.language, external, labels=options.labels)
    tally = Tally(programme, (woman.entity_id for woman in programme.living()))
    titles = to_titles(options.language, SHEETS)
    cover = book.open(build_cover(options.language), titles[COVER])

    tables: list[FormTable] = []
    homeless = 0
    for number, versions in enumerate(_by_form(programme.forms).values()):
        made = build_tables(versions, options.language, headings=options.headings, order=1_000_000 * (number + 1))
        homeless += _write_form(book, programme, options, made, versions[-1], tally, labeller)
        tables += made
    tally.close()

    register = Register(programme, options, tally, labeller)
    counts = [0, 0]
    parts = [register.by_commune(), register.by_trade()]
    if options.personal:
        properties = Properties(programme, options, labeller)
        parts += [register.nominal(), build_conflicts(programme, options, properties, counts)]
    parts.append(build_dictionary(programme, options, tables, book.name_of))
    for sheet, rows in parts:
        writer = book.open(sheet, titles[sheet.name])
        for row in rows:
            writer.put(row)
        writer.close()

    outcome = Outcome(
        sheets=tuple(written for written in book.written() if written.name != COVER),
        losses=tuple(book.losses),
        replaced=book.replaced,
        homeless=homeless,
        women=tally.women,
        conflicts=(counts[0], counts[1]),
        seen=tally.seen,
    )
    for row in to_cover_rows(programme, options, outcome):
        cover.put(row)
    cover.close()
    return outcome


def _women_labels(programme: Programme) -> Mapping[str, str]:
    """Name every woman, the records merged into her too, for the questions that choose one."""
    labels = {}
    for woman in programme.living():
        values = woman.values
        names = (
            f"{values.get(f'nom_{script}', '')} {values.get(f'prenom_{script}', '')}".strip() for script in ("ar", "fr")
        )
        labels[woman.entity_id] = values.get("label") or next(filter(None, names), woman.entity_id)
    for loser in programme.merged:
        winner = programme.follow(loser)
        if winner in labels:
            labels.setdefault(loser, labels[winner])
    return labels


def _by_form(definitions: Iterable[FormDefinition]) -> dict[str, list[FormDefinition]]:
    forms: dict[str, list[FormDefinition]] = {}
    for definition in definitions:
        forms.setdefault(definition.form_id, []).append(definition)
    return forms


def _write_form(
    book: Book,
    programme: Programme,
    options: Options,
    tables: Sequence[FormTable],
    newest: FormDefinition,
    tally: Tally,
    labeller: Labeller,
) -> int:
    """Write the sheets of one form while its submissions pass by the tally.

    :returns: the number of answers that have no column.
    """
    maker = FormRows(tables, labeller, options.zone)
    if not options.personal:
        for submission in programme.submissions(newest.form_id):
            tally.add(submission, next(iter(find_rows(submission.definition, submission.instance))).values)
        return 0
    homeless = 0
    for first in range(0, len(tables), TABLES_AT_ONCE):
        chosen = range(first, min(first + TABLES_AT_ONCE, len(tables)))
        writers = {
            number: book.open(tables[number].sheet, _title(tables[number], newest, options)) for number in chosen
        }
        for submission in programme.submissions(newest.form_id):
            found = list(find_rows(submission.definition, submission.instance))
            if not first:
                tally.add(submission, found[0].values)
            for number, cells in maker.to_rows(submission, found):
                if number in writers:
                    writers[number].append(cells)
        for writer in writers.values():
            writer.close()
        homeless = homeless or maker.homeless
    return homeless


def _title(table: FormTable, newest: FormDefinition, options: Options) -> str:
    form = newest.title or newest.form_id
    if table.repeat:
        return say("repeat_sheet", options.language, form=form, repeat=table.repeat[-1])
    return say("form_sheet", options.language, form=form)
