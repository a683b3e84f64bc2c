"""The rows of a form, some two hundred submissions at a time, made once and kept for the next workbook.

A block holds the rows that a few submissions give to each sheet of their form, compressed, and what the figures need of
them. It follows from its submissions, the form's versions, the options and the words it had to ask for (names of women
and associations), and from nothing else: a kept block is used again only when all of these are the same, so a workbook
made of kept blocks is the workbook made anew.

Blocks are cut where the key of a submission says so, not by counting: one submission more or less changes its own block
and leaves the others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, Protocol
from zlib import crc32

from exports.answers import Pen, Styler, Writer
from exports.cells import CellValue, Mended
from exports.events import to_facts
from exports.labels import Labeller
from exports.markup import BLANK
from exports.programme import Options, Submission
from exports.rows import FormRows, Plan, to_meta
from exports.tables import MAIN_AFTER, Column, FormTable
from exports.widths import measure_lengths
from exports.zipstream import Part, deflate
from forms.definition import FormDefinition

#: Rows looked at to choose the widths of the columns.
SAMPLE: Final = 60
_MOST: Final = 1024
_CUT: Final = 0xFF  # one key in 256 ends a block
_STYLE: Final = re.compile(' s="[^"]*"')
_NOTHING: Final[dict[str, str]] = {}


class Kept(Protocol):
    """Where blocks are kept between workbooks; what it gives back is what was put under that name, or None."""

    def get(self, name: str) -> bytes | None:
        """Give what was kept under a name."""

    def put(self, name: str, data: bytes) -> None:
        """Keep it; it may be forgotten at any time."""


class Heard:
    """Remembers which words of outside lists were asked for, and what the answer was."""

    def __init__(self) -> None:
        self.words: dict[tuple[str, str], str | None] = {}
        self._lists: dict[str, Mapping[str, str]] = {}

    def listen(self, lists: Mapping[str, Mapping[str, str]]) -> Mapping[str, Mapping[str, str]]:
        """Give the same lists; what is asked of them is remembered."""
        self._lists = dict(lists)
        return {name: _Overheard(name, words, self.words) for name, words in lists.items()}

    def still_holds(self, words: Iterable[tuple[str, str, str | None]]) -> bool:
        """Tell whether every answer would be the same today."""
        return all(self._lists.get(name, _NOTHING).get(value) == label for name, value, label in words)


class _Overheard(dict[str, str]):
    def __init__(self, name: str, words: Mapping[str, str], heard: dict[tuple[str, str], str | None]) -> None:
        super().__init__()
        self._name = name
        self._words = words
        self._heard = heard

    def get(self, value: str, default: Any = None) -> Any:
        found = self._words.get(value)
        self._heard[self._name, value] = found
        return default if found is None else found


@dataclass(slots=True)
class Rows:
    """What one block gives to one sheet.

    ``losses`` are (row in the block, column, length). ``lengths`` measures the first :data:`SAMPLE` rows, when that was
    asked for. ``xml`` has the rows one by one, unless they were kept.
    """

    count: int = 0
    part: Part = Part(b"", 0, 0)
    losses: list[tuple[int, int, int]] = field(default_factory=list)
    replaced: int = 0
    lengths: list[float] | None = None
    xml: list[str] | None = None


@dataclass(slots=True)
class Block:
    """The rows of a few submissions, table by table, and their facts (``exports.indicators``), one by one."""

    tables: list[Rows]
    facts: list[dict[str, str]]
    homeless: int = 0
    words: list[tuple[str, str, str | None]] = field(default_factory=list)

    def pack(self) -> bytes:
        """Write it down."""
        head = {
            "tables": [
                [t.count, t.part.crc, t.part.size, len(t.part.data), t.losses, t.replaced, t.lengths]
                for t in self.tables
            ],
            "facts": self.facts,
            "homeless": self.homeless,
            "words": self.words,
        }
        written = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        whole = b"".join([len(written).to_bytes(4, "big"), written, *(t.part.data for t in self.tables)])
        return sha256(whole).digest() + whole

    @staticmethod
    def unpack(data: bytes) -> Block | None:
        """Read it; None when it is damaged."""
        if sha256(data[32:]).digest() != data[:32]:
            return None
        position = 36 + int.from_bytes(data[32:36], "big")
        head = json.loads(data[36:position].decode("utf-8", "surrogatepass"))
        tables = []
        for count, crc, size, length, losses, replaced, lengths in head["tables"]:
            part = Part(data[position : position + length], crc, size)
            tables.append(Rows(count, part, losses, replaced, lengths))
            position += length
        return Block(tables, head["facts"], head["homeless"], head["words"])


def cut(submissions: Iterable[Submission]) -> Iterator[list[Submission]]:
    """Cut a stream of submissions into blocks."""
    block: list[Submission] = []
    for submission in submissions:
        block.append(submission)
        if not crc32(submission.key.encode()) & _CUT or len(block) >= _MOST:
            yield block
            block = []
    if block:
        yield block


class BlockMaker:
    """Makes the blocks of one form, or finds those kept.

    :param tables: its tables; ``wide`` are the numbers of those whose rows do not fit one sheet and are made elsewhere.
    :param styles: gives the attribute of a style of a column.
    """

    def __init__(
        self,
        tables: Sequence[FormTable],
        versions: Sequence[FormDefinition],
        labeller: Labeller,
        heard: Heard,
        options: Options,
        styles: Styler,
        wide: Collection[int] = (),
        kept: Kept | None = None,
    ) -> None:
        self.rows = FormRows(
            tables, labeller, options.zone, reveal=options.reveal, anonymous=not options.personal
        )
        self._tables = tables
        self._styles = styles
        self._heard = heard
        self._wide = wide
        self._kept = kept
        self._options = options
        self._pens = [Pen(table.sheet.columns, options.zone, styles, self._lose) for table in tables]
        self._key_writers = [
            (pen.to_text_writer(table.width - 2), pen.to_text_writer(table.width - 1))
            for pen, table in zip(self._pens, tables, strict=True)
        ]
        self._scribes: dict[str, _Scribe] = {}
        self._current = Rows()
        # all styles at once, so that their numbers follow from the tables and not from what happens to be answered
        styled = [
            [
                (column, [styles(column, style) for style in _styles_of(column)], styles(column, "datetime", "fresh"))
                for column in table.sheet.columns
            ]
            for table in tables
        ]
        self._about = _describe(styled, versions, options, wide) if kept is not None else b""

    def block(self, submissions: Sequence[Submission], wanted: Collection[int]) -> Block:
        """Give the block of these submissions.

        :param wanted: numbers of the tables whose rows are to be measured.
        """
        if self._kept is None:
            return self.make(submissions, wanted)
        name = self._name(submissions)
        data = self._kept.get(name)
        found = Block.unpack(data) if data else None
        if found is not None and self._is_good(found, wanted):
            return found
        made = self.make(submissions, wanted)
        self._kept.put(name, made.pack())
        return made

    def _is_good(self, block: Block, wanted: Collection[int]) -> bool:
        measured = all(block.tables[n].lengths is not None or not block.tables[n].count for n in wanted)
        return measured and self._heard.still_holds(block.words)

    def _name(self, submissions: Sequence[Submission]) -> str:
        said = sha256(self._about)
        for one in submissions:
            said.update(
                f"\n{one.key}\t{one.digest}\t{one.definition.version}\t{one.submitted_at.timestamp()!r}\t{one.author!r}"
                f"\t{one.device!r}\t{one.state}\t{one.entity_ids}\t{one.edits}\t{one.attachments_present}"
                f"\t{one.attachments_expected}\t{self._is_fresh(one)}".encode("utf-8", "surrogatepass")
            )
        return said.hexdigest()

    def facts(self, submission: Submission) -> dict[str, str]:
        """Give what the figures need of a submission whose rows are not wanted."""
        plan = self.rows.plan(submission.definition)
        answers = plan.reader.read(submission.load(submission.key), submission.key)
        return to_facts(plan.fact_nodes, [answers.rows[0].texts[place] for place in plan.facts])

    def _is_fresh(self, submission: Submission) -> bool:
        since = self._options.changed_since
        return since is not None and submission.submitted_at > since

    def remake(self, submissions: Sequence[Submission], number: int) -> Rows:
        """Make the rows of one table anew, to have them one by one."""
        return self.make(submissions, ()).tables[number]

    def make(self, submissions: Sequence[Submission], wanted: Collection[int]) -> Block:
        """Make it anew."""
        made = [Rows(xml=[]) for _ in self._tables]
        samples: dict[int, list[list[CellValue]]] = {number: [] for number in wanted}
        facts = []
        self._heard.words.clear()
        self.rows.homeless = 0
        for submission in submissions:
            plan, answers = self.rows.read(submission)
            facts.append(to_facts(plan.fact_nodes, [answers.rows[0].texts[place] for place in plan.facts]))
            if not self._tables:
                continue
            scribe = self._scribe(plan, submission.definition)
            for row in answers.rows:
                number = plan.numbers.get(row.table)
                if number is None or number in self._wide:
                    continue
                self._current = current = made[number]
                if row.table:
                    cells = scribe.write(row.table, row.texts)
                    cells[-3] = self._key_writers[number][0](row.parent_key or "")
                    cells[-2] = self._key_writers[number][1](row.key)
                else:
                    cells = scribe.write_form(submission, row.texts, answers.name)
                    if self._is_fresh(submission):
                        cells[0] = self._freshen(number, cells[0])
                current.xml.append(f"<row>{''.join(cells)}</row>")  # type: ignore[union-attr]
                if number in samples and len(samples[number]) < SAMPLE:
                    samples[number].append(self.rows.to_cells(submission, plan, row, answers.name))
        for number, rows in enumerate(made):
            if rows.xml:
                rows.count = len(rows.xml)
                rows.part = deflate("".join(rows.xml).encode())
            if number in samples:
                rows.lengths = measure_lengths(self._tables[number].sheet.columns, samples[number])
        words = [(name, value, label) for (name, value), label in self._heard.words.items()]
        return Block(made, facts, self.rows.homeless, words)

    def _freshen(self, number: int, cell: str) -> str:
        """Colour the first cell of a row that is new."""
        column = self._tables[number].sheet.columns[0]
        return _STYLE.sub(self._styles(column, "datetime", "fresh"), cell, count=1)

    def _lose(self, place: int, mended: Mended) -> None:
        self._current.replaced += mended.replaced
        if mended.length:
            self._current.losses.append((len(self._current.xml or ()), place, mended.length))

    def _scribe(self, plan: Plan, definition: FormDefinition) -> _Scribe:
        scribe = self._scribes.get(definition.version)
        if scribe is None:
            scribe = self._scribes[definition.version] = _Scribe(plan, definition, self._pens, self._tables, self._wide)
        return scribe


class _Scribe:
    """Writes the rows of one form version."""

    def __init__(
        self,
        plan: Plan,
        definition: FormDefinition,
        pens: Sequence[Pen],
        tables: Sequence[FormTable],
        wide: Collection[int],
    ) -> None:
        self._version = definition.version
        self._writers: dict[str, tuple[tuple[Writer, ...], list[str]]] = {}
        for path, number in plan.numbers.items():
            if number in wide:
                continue
            pen, width = pens[number], tables[number].width
            nowhere = Writer(width, _NOTHING.get, lambda text: "")  # counted as homeless when it was read
            writers = tuple(
                nowhere
                if asked is None
                else pen.to_writer(asked, external=_is_external(asked.node.choice_list, definition))
                for asked in plan.asked[path]
            )
            blank = [BLANK] * width + [""]
            for item in tables[number].fields:
                if item.span > 1:
                    blank[item.start : item.start + item.span] = [BLANK * item.span, *[""] * (item.span - 1)]
            self._writers[path] = writers, blank
            if not path:
                self._pen, self._width = pen, width
                self._moment = pen.to_moment_writer(0)
                first = width - len(MAIN_AFTER)
                self._name, self._key = pen.to_text_writer(first), pen.to_text_writer(first + 1)
                self._entities = pen.to_text_writer(width - 1)
        self._meta: dict[tuple[object, ...], str] = {}

    def write(self, path: str, texts: Sequence[str | None]) -> list[str]:
        """Write the answers of one row; one cell more than there are columns, which is empty."""
        writers, blank = self._writers[path]
        cells = blank.copy()
        for text, (place, get, render) in zip(texts, writers, strict=True):
            if text:
                cells[place] = get(text) or render(text)
        return cells

    def write_form(self, submission: Submission, texts: Sequence[str | None], name: str) -> list[str]:
        """Write the row of the form itself: its answers between who, when and what became of it."""
        cells = self.write("", texts)
        pen, first = self._pen, self._width - len(MAIN_AFTER)
        moment = submission.submitted_at
        cells[0] = self._moment(moment) or pen.write(0, moment)
        if name:
            cells[first] = self._name(name)
        cells[first + 1] = self._key(submission.key)
        meta = to_meta(submission, submission.key, name)[2:-1]
        known = self._meta.get(meta)
        if known is None:
            values = [_write(pen, first + 2 + number, value) for number, value in enumerate(meta)]
            known = "".join(made for made, _ in values)
            if not any(mended for _, mended in values):
                if len(self._meta) > _MOST:
                    self._meta.clear()
                self._meta[meta] = known
        cells[first + 2 : self._width - 1] = [known]
        if submission.entity_ids:
            cells[-2] = self._entities(" ".join(submission.entity_ids))
        return cells


def _write(pen: Pen, place: int, value: object) -> tuple[str, bool]:
    """Write a value; tell too whether it could not be written as it was."""
    cell = pen.to_cell(value)
    return pen.write_cell(place, cell), type(cell) is Mended


def _is_external(choice_list: str | None, definition: FormDefinition) -> bool:
    return bool(choice_list) and choice_list not in definition.choices


def _describe(styled: object, versions: Sequence[FormDefinition], options: Options, wide: Collection[int]) -> bytes:
    """Say everything about a form and the options that its rows follow from."""
    said = (
        (
            options.language, options.labels, options.headings, options.multiple, options.personal, options.pseudonyms,
            options.reveal, repr(options.zone), sorted(wide),
        ),
        [(one.form_id, one.version, one.default_language, one.root, one.nodes, one.choices) for one in versions],
        styled,
    )
    return sha256(repr(said).encode("utf-8", "surrogatepass")).digest()


def _styles_of(column: Column) -> tuple[str, ...]:
    return ("quoted", "word", "date", "datetime", "time", "decimal", column.format)
