"""From one submission to the rows of its form's sheets.

What each answer becomes is decided once for each form version and column (:class:`Plan`). Answers keep their
meaning: numbers are numbers, dates are dates, choices are words, and whatever does not read as its type stays the text
somebody typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, tzinfo
from decimal import Decimal
from typing import Final, NamedTuple
from urllib.parse import quote

from exports.cells import CellValue, link, to_cell
from exports.events import FACTS
from exports.labels import Labeller, to_words
from exports.programme import Submission
from exports.tables import MAIN_AFTER, MAIN_BEFORE, POINTS, Field, FormTable, is_identifier, is_secret, to_steps
from forms.definition import FormDefinition, Node
from forms.reading import AnswerReader, AnswerRow, Answers, Passes
from forms.steps import FILE_TYPES
from forms.values import to_value

Reader = Callable[[str], object]
#: Shorter answers are hidden whole, and looked for nowhere else.
MIN_SECRET: Final = 8

_TO_VALUE: Final = {"date", "time", "dateTime", "start", "end", "today", "acknowledge"}
_NUMBERS: Final = {"integer", "decimal", "range"}
_MULTIPLE: Final = ("select_multiple", "rank", "odk:rank")
_GEO: Final = {"geotrace", "geoshape"}
_PLAIN_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?")
_PLAIN_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PLAIN_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)?")
_ZEROS: Final = re.compile(r"\s*[+-]?0[0-9]")


class Asked(NamedTuple):
    """One question of a form version that has a column: the index of its (first) column, and how it is read.

    ``read`` gives a tuple where there are several columns: ``span`` of them.
    """

    place: int
    read: Reader
    node: Node
    secret: bool
    span: int
    choices: frozenset[str] | None
    """The choices that have a column, when answers stand nowhere else."""


class Plan(NamedTuple):
    """What becomes of the answers of one form version, table by table; all sequences follow ``reader.questions``."""

    reader: AnswerReader
    numbers: Mapping[str, int]
    asked: Mapping[str, tuple[Asked | None, ...]]
    secrets: Mapping[str, tuple[int, ...]]
    facts: tuple[int, ...]
    fact_nodes: tuple[Node, ...]
    whole: bool
    """Every answer has a column."""


class FormRows:
    """Makes the rows of one form, all versions together, ``tables`` being those ``build_tables`` made of it."""

    def __init__(
        self,
        tables: Sequence[FormTable],
        labeller: Labeller,
        zone: tzinfo,
        *,
        reveal: bool = False,
        anonymous: bool = False,
        pages: str = "",
    ) -> None:
        self._pages = pages
        self._tables = tables
        self._by_repeat = {table.repeat: number for number, table in enumerate(tables)}
        self._labeller = labeller
        self._zone = zone
        self._reveal = reveal
        self._anonymous = anonymous
        self._plans: dict[str, Plan] = {}
        #: answers of a form version that ``build_tables`` was not given, hence without a column
        self.homeless = 0

    def plan(self, definition: FormDefinition) -> Plan:
        """Give what becomes of the answers of a form version."""
        known = self._plans.get(definition.version)
        if known is None:
            known = self._plans[definition.version] = self._make_plan(definition)
        return known

    def read(self, submission: Submission) -> tuple[Plan, Answers]:
        """Read a submission; identification numbers are hidden wherever another answer repeats them."""
        plan = self.plan(submission.definition)
        answers = plan.reader.read(submission.load(submission.key), submission.key)
        if self._anonymous:
            return plan, answers._replace(name="")
        if not plan.whole:
            self.homeless += _count_homeless(plan, answers)
        if plan.secrets:
            secrets = _find_secrets(plan, answers)
            if secrets:
                answers = Answers(_hide(answers.name, secrets), [_hide_in(row, plan, secrets) for row in answers.rows])
        return plan, answers

    def read_many(self, plan: Plan, submissions: Sequence[Submission]) -> tuple[list[str], dict[str, Passes]]:
        """Read submissions of one form version at once: what :meth:`read` gives for each, column by column."""
        xmls = [one.load(one.key) for one in submissions]
        names, tables = plan.reader.read_many(xmls, [one.key for one in submissions])
        if self._anonymous:
            return [""] * len(names), tables
        if not plan.whole:
            self.homeless += sum(_count_homeless_of(plan.asked.get(path), of.columns) for path, of in tables.items())
        if plan.secrets:
            _hide_all(plan, xmls, names, tables)
        return names, tables

    def to_rows(self, submission: Submission) -> Iterator[tuple[int, list[CellValue]]]:
        """Give (number of the table, cells) for the submission and for each of its repeats."""
        plan, answers = self.read(submission)
        for row in answers.rows:
            number = plan.numbers.get(row.table)
            if number is not None:
                yield number, self.to_cells(submission, plan, row, answers.name)

    def to_cells(self, submission: Submission, plan: Plan, row: AnswerRow, name: str) -> list[CellValue]:
        """Give the cells of one row of a submission that was read."""
        table = self._tables[plan.numbers[row.table]]
        cells: list[CellValue] = [None] * table.width
        zone = self._zone
        for text, asked in zip(row.texts, plan.asked[row.table], strict=True):
            if text and asked is not None:
                value = asked.read(text)
                if type(value) is tuple:
                    cells[asked.place : asked.place + len(value)] = [to_cell(part, zone) for part in value]
                elif self._pages and is_file(asked):
                    cells[asked.place] = link(to_cell(value, zone), to_page(self._pages, submission.key))
                else:
                    cells[asked.place] = to_cell(value, zone)
        if table.repeat:
            cells[-2:] = [to_cell(row.parent_key), to_cell(row.key)]
        else:
            cells[: len(MAIN_BEFORE)] = [to_cell(submission.submitted_at, zone)]
            cells[-len(MAIN_AFTER) :] = [to_cell(value, zone) for value in to_meta(submission, row.key, name)]
        return cells

    def _make_plan(self, definition: FormDefinition) -> Plan:
        reader = AnswerReader(definition)
        numbers, asked, secrets = {}, {}, {}
        for path, nodes in reader.questions.items():
            number = self._by_repeat.get(to_steps(path) if path else ())
            if number is None:
                continue
            numbers[path] = number
            places = {(item.path, item.geo): item for item in self._tables[number].fields}
            asked[path] = tuple(self._ask(node, definition, places) for node in nodes)
            hidden = () if self._reveal else tuple(index for index, node in enumerate(nodes) if is_secret(node))
            if hidden:
                secrets[path] = hidden
        facts = tuple(index for index, node in enumerate(reader.questions[""]) if node.name in FACTS)
        every = [one for row in asked.values() for one in row]
        whole = all(one is not None and one.choices is None for one in every) and len(numbers) == len(reader.questions)
        nodes = tuple(reader.questions[""][index] for index in facts)
        return Plan(reader, numbers, asked, secrets, facts, nodes, whole)

    def _ask(
        self, node: Node, definition: FormDefinition, places: Mapping[tuple[tuple[str, ...], bool], Field]
    ) -> Asked | None:
        field = places.get((to_steps(node.path), node.type in POINTS))
        if field is None:
            return None
        secret = is_secret(node) and not self._reveal
        read = mask if secret else _to_reader(node, definition, self._labeller)
        alone = None
        if field.choices:
            read = _split_reader(read, field)
            alone = None if field.joined else frozenset(field.choices)
        return Asked(field.start, read, node, secret, field.span, alone)


def is_file(asked: Asked) -> bool:
    """Tell whether the answers to a question are the names of files (photographs) whose page may be shown."""
    return asked.node.type in FILE_TYPES and not asked.secret and asked.span == 1


def to_page(pages: str, key: str) -> str:
    """Give the address at which the files of a submission are seen."""
    return f"{pages}{quote(key, safe=':')}#photos"


def to_meta(submission: Submission, key: str, name: str) -> tuple[object, ...]:
    """Give the values of the columns ``MAIN_AFTER``."""
    return (
        name,
        key,
        submission.author,
        submission.attachments_present,
        submission.attachments_expected,
        submission.state,
        submission.device,
        submission.edits,
        submission.definition.version,
        " ".join(submission.entity_ids),
    )


def _to_reader(node: Node, definition: FormDefinition, labeller: Labeller) -> Reader:
    """Choose how the answers to a question are read."""
    if node.type in POINTS:
        return _geopoint_reader(node.decimals)
    if node.type in _GEO:
        return _line_reader(node.decimals)
    return to_reader(node, labeller.labels_of(definition, node.choice_list))


def to_reader(node: Node, labels: Mapping[str, str]) -> Reader:
    """Choose how the text of an answer, or of the property it is saved to, becomes a value.

    :param labels: choice name -> label; empty: names are shown.
    """
    kind = node.type
    if kind in _MULTIPLE or kind.startswith("select_multiple"):
        return lambda text: to_words(text, labels)
    if kind.startswith("select_one"):
        return lambda text: labels.get(text) or text
    if kind in _NUMBERS:
        return lambda text: text if _ZEROS.match(text) and _keeps_zeros(text) else to_value(kind, text)
    if kind in _TO_VALUE:
        return lambda text: to_value(kind, text)
    if kind in ("calculate", "hidden") and not is_identifier(node):
        return to_plain
    return str


def _keeps_zeros(text: str) -> bool:
    """Tell whether leading zeros say something: 007 does (a code typed as a number), 00.5 does not."""
    return text.strip().lstrip("+-").isdigit()


def to_plain(text: str) -> object:
    """Read a calculated text: a number, date or moment only when it is written exactly as one."""
    if _PLAIN_NUMBER.fullmatch(text):
        return Decimal(text)
    if _PLAIN_DATE.fullmatch(text):
        return to_value("date", text)
    if _PLAIN_MOMENT.fullmatch(text):
        return to_value("dateTime", text)
    return text


def mask(text: str) -> str:
    """Hide an identification number but for its last four characters, and all of it when it is short."""
    bare = text.strip()
    return f"****{bare[-4:]}" if len(bare) >= MIN_SECRET else "****"


def _count_homeless(plan: Plan, answers: Answers) -> int:
    return sum(_count_homeless_of(plan.asked.get(row.table), [[text] for text in row.texts]) for row in answers.rows)


def _count_homeless_of(asked: Sequence[Asked | None] | None, columns: Sequence[Sequence[str | None]]) -> int:
    """Count the answers that have no column, ``columns`` being those of one table."""
    count = 0
    for column, one in zip(columns, asked or [None] * len(columns), strict=bool(columns)):
        if one is None:
            count += sum(1 for text in column if text)
        elif one.choices is not None:
            count += sum(1 for text in column if text and not one.choices.issuperset(text.split()))
    return count


def _find_secrets(plan: Plan, answers: Answers) -> tuple[str, ...]:
    values = {(row.texts[index] or "").strip() for row in answers.rows for index in plan.secrets.get(row.table, ())}
    return tuple(sorted((value for value in values if len(value) >= MIN_SECRET), key=len, reverse=True))


def _hide_all(plan: Plan, xmls: Sequence[bytes], names: list[str], tables: dict[str, Passes]) -> None:
    """Hide identification numbers wherever another answer of the same submission repeats them."""
    found: dict[int, set[str]] = {}
    for path, places in plan.secrets.items():
        passes = tables[path]
        for place in places:
            for number, text in zip(passes.forms, passes.columns[place] if passes.keys else (), strict=True):
                if len(text) >= MIN_SECRET and len(bare := text.strip()) >= MIN_SECRET:
                    found.setdefault(number, set()).add(bare)
    repeated = {
        number: tuple(sorted(secrets, key=len, reverse=True))
        for number, secrets in found.items()
        # what is written as it is read and stands once stands where it was asked
        if _is_marked_up(xmls[number]) or any(xmls[number].count(secret.encode()) != 1 for secret in secrets)
    }
    if not repeated:
        return
    for number, secrets in repeated.items():
        names[number] = _hide(names[number], secrets)
    for path, passes in tables.items():
        own = plan.secrets.get(path, ())
        rows = [(row, repeated[number]) for row, number in enumerate(passes.forms) if number in repeated]
        columns = [list(column) for column in passes.columns]
        for place, column in enumerate(columns):
            for row, secrets in rows if place not in own else ():
                column[row] = _hide(column[row], secrets)
        tables[path] = passes._replace(columns=columns)


def _is_marked_up(xml: bytes) -> bool:
    """Tell whether a text in it may be written otherwise than it is read."""
    return b"&" in xml or b"<!" in xml or b"<?" in xml[1:]


def _hide_in(row: AnswerRow, plan: Plan, secrets: Sequence[str]) -> AnswerRow:
    own = plan.secrets.get(row.table, ())
    texts = [
        _hide(text, secrets) if text and index not in own else text for index, text in enumerate(row.texts)
    ]
    return row._replace(texts=texts)


def _hide(text: str, secrets: Sequence[str]) -> str:
    """Mask a number that a calculation or a note repeats."""
    for secret in secrets:
        if secret in text:
            text = text.replace(secret, mask(secret))
    return text


def _split_reader(read: Reader, field: Field) -> Reader:
    """Read a multiple choice as the joined words, where wanted, then 0 or 1 for each choice."""

    def split(text: str) -> object:
        chosen = frozenset(text.split())
        marks = [int(name in chosen) for name in field.choices]
        return (read(text), *marks) if field.joined else tuple(marks)

    return split


def _geopoint_reader(decimals: int | None) -> Reader:
    def read(text: str) -> object:
        parts = text.split()
        numbers = [_coordinate(part, decimals if place < 2 else None) for place, part in enumerate(parts)]
        if not 2 <= len(parts) <= 4 or any(type(number) is str for number in numbers):
            return (text, None, None, None)
        return tuple(numbers + [None] * (4 - len(numbers)))

    return read


def _line_reader(decimals: int | None) -> Reader:
    if decimals is None:
        return str

    def read(text: str) -> object:
        points = []
        for point in text.split(";"):
            parts = point.split()
            kept = [str(_coordinate(part, decimals)) for part in parts[:2]]
            points.append(" ".join(kept + parts[2:]))
        return ";".join(points)

    return read


def _coordinate(text: str, decimals: int | None) -> Decimal | str:
    """Read one number of a position, rounded to the precision the form keeps; what is no number stays text."""
    if not re.fullmatch(r"[+-]?[0-9]{1,10}(?:\.[0-9]{0,30})?", text):
        return text
    places = 12 if decimals is None or decimals < 0 else min(decimals, 12)  # 12 are far below a millimetre
    return round(Decimal(text), places)


def to_day(text: str) -> date | str | None:
    """Read a date property; text that is no date stays text, a blank is None."""
    value = to_value("date", text) if text else None
    return value if value is None or type(value) is date else text
