"""``Dictionnaire``: what every column of the workbook means, in both languages.

A workbook is read years after the form changed and by people who never saw it: each column has its question, type,
choices, form and versions, and each figure its formula.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from exports.cells import join
from exports.headings import CONFLICTS, DICTIONARY, META, Heading
from exports.headings_figures import INDICATORS, SUMMARY
from exports.labels import pick, pick_exactly
from exports.programme import Options, Programme
from exports.register import to_columns
from exports.tables import MAIN_AFTER, MAIN_BEFORE, REPEAT_AFTER, Field, FormTable, Sheet, is_secret
from exports.texts import POLICIES, Words, fill, say

ORDER: Final = 10**9 + 1

def build_dictionary(
    programme: Programme,
    options: Options,
    numbered: Mapping[str, Sequence[Heading]],
    tables: Sequence[FormTable],
    to_name: Callable[[Sheet], str | None],
) -> tuple[Sheet, Iterator[list[object]]]:
    """Give the sheet and its rows.

    :param numbered: the headings of the programme's sheets, by name.
    :param to_name: the name a sheet really got, None when it is not in this workbook.
    """
    sheet = Sheet("Dictionnaire", to_columns(DICTIONARY, options.language), ORDER, frozen=2, fit=2)
    return sheet, _to_rows(programme, options, numbered, tables, to_name)


def _to_rows(
    programme: Programme,
    options: Options,
    numbered: Mapping[str, Sequence[Heading]],
    tables: Sequence[FormTable],
    to_name: Callable[[Sheet], str | None],
) -> Iterator[list[object]]:
    language = options.language

    def explain(sheet: str, words: Words, formula: Words) -> list[object]:
        said = fill(formula.to(language), percent=programme.attendance_percent)
        return [sheet, words.to(language), words.fr, words.ar, None, said, *[None] * 6]

    for name, headings in (*numbered.items(), *((("Conflits", CONFLICTS),) if options.personal else ())):
        for heading in headings:
            yield explain(name, heading.words, heading.formula)
        if headings is SUMMARY:
            for indicator in INDICATORS.values():
                yield explain(name, indicator.name, indicator.formula)
    titles = {definition.form_id: definition.title for definition in programme.forms}
    for table in tables:
        sheet = to_name(table.sheet)
        if sheet is None:
            continue
        title = titles.get(table.form_id) or table.form_id
        for field in table.fields:
            about = _about(field, options)
            for name in field.headings:
                yield [sheet, name, *about[:4], title, *about[4:]]
        for name in (*MAIN_BEFORE, *MAIN_AFTER) if not table.repeat else REPEAT_AFTER:
            yield [sheet, name, META[name].fr, META[name].ar, None, None, title, *[None] * 5]


def _about(field: Field, options: Options) -> list[object]:
    node, language = field.node, options.language
    policy = POLICIES.get(node.policy or "")
    choices = _to_choices(field)
    if is_secret(node) and not options.reveal:
        choices = say("masked", language)
    return [
        pick_exactly(node.labels, "fr") or node.labels.get("") or pick(node.labels, "fr"),
        pick_exactly(node.labels, "ar"),
        node.type,
        choices or (say("external", language, list=node.choice_list) if node.choice_list else None),
        join_versions(field.versions),
        node.save_to,
        policy.to(language) if policy else node.policy,
        say("office", language) if node.visibility == "office" else node.visibility,
        node.unit,
    ]


def _to_choices(field: Field) -> str:
    found = []
    for choice in field.definition.choices.get(field.node.choice_list or "", ()):
        words = [word for word in (pick_exactly(choice.labels, "fr"), pick_exactly(choice.labels, "ar")) if word]
        if not words and pick(choice.labels, "fr"):
            words = [pick(choice.labels, "fr")]
        found.append(f"{choice.name} = {' / '.join(words)}" if words else choice.name)
    return join(found)


def join_versions(versions: Sequence[str]) -> str:
    """Give the versions that ask a question, the oldest first."""
    return ", ".join(versions)
