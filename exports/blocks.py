"""The rows of a form, some two hundred submissions at a time, made once and kept for the next workbook.

A block holds the rows that a few submissions give to each sheet of their form, compressed. It follows from its
submissions, the form's versions, the options and the words it had to ask for (names of women and associations), and
from nothing else: a kept block is used again only when all of these are the same, so a workbook made of kept blocks is
the workbook made anew. That its submissions are the same is told by their mark, when whoever stores them gives one
(``Programme.batches``); then they are not even read. What they tell the figures is kept apart (``exports.told``).

Blocks are cut where the key of a submission says so, not by counting: one submission more or less changes its own block
and leaves the others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, NamedTuple, Protocol, TypeVar
from zlib import crc32

from exports.answers import Pen, Styler
from exports.cells import CellValue, Mended
from exports.events import NOT_COUNTED, to_facts
from exports.labels import Labeller
from exports.programme import Options, Submission
from exports.rows import FormRows, Plan
from exports.scribe import SAMPLE, Draft, Rows, Scribe
from exports.styles import LINKED
from exports.tables import Column, FormTable
from exports.widths import measure_lengths
from exports.zipstream import Part
from forms.definition import FormDefinition
from forms.reading import AnswerRow

_MOST: Final = 1024
_AT_ONCE: Final = 256  # of a large block: what is written column by column stays small
_CUT: Final = 0xFF  # one key in 256 ends a block
_STYLE: Final = re.compile(' s="[^"]*"')
_NOTHING: Final[dict[str, str]] = {}


class Kept(Protocol):
    """Where blocks are kept between workbooks; what it gives back is what was put under that name, or None."""

    def get(self, name: str) -> bytes | None:
        """Give what was kept under a name."""

    def put(self, name: str, data: bytes) -> None:
        """Keep it; it may be forgotten at any time."""


class Told(NamedTuple):
    """One submission and its facts (``exports.events``).

    Of the submission key, version, moment, author, state and entities are known; no more may be asked of it.
    """

    submission: Submission
    facts: dict[str, str]


T = TypeVar("T")


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
class Block:
    """The rows of a few submissions, table by table.

    ``ignored`` says how many of the submissions count nowhere; ``told`` what they tell the figures, in a block that was
    made just now: it is kept apart (``exports.told``), for it is the same whatever is shown.
    """

    tables: list[Rows]
    ignored: int = 0
    homeless: int = 0
    words: list[tuple[str, str, str | None]] = field(default_factory=list)
    told: list[Told] | None = None

    def pack(self) -> bytes:
        """Write it down."""
        head = {
            "tables": [
                [t.count, t.part.crc, t.part.size, len(t.part.data), t.losses, t.replaced, t.lengths]
                for t in self.tables
            ],
            "ignored": self.ignored,
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
        return Block(tables, head["ignored"], head["homeless"], head["words"])


def cut(items: Iterable[T], key: Callable[[T], str]) -> Iterator[list[T]]:
    """Cut a stream of submissions into blocks.

    :param key: gives the key of one.
    """
    block: list[T] = []
    for item in items:
        block.append(item)
        if not crc32(key(item).encode()) & _CUT or len(block) >= _MOST:
            yield block
            block = []
    if block:
        yield block


def cut_pages(pages: Iterable[Sequence[Any]]) -> Iterator[tuple[list[str], list[Any]]]:
    """Cut a stream of (key, value) into the same blocks, a page of it at a time: a workbook walks all of them.

    :returns: the keys and the values of each block.
    """
    keys: list[str] = []
    values: list[Any] = []
    for page in pages:
        known, begun = len(keys), 0
        keys += [row[0] for row in page]
        values += [row[1] for row in page]
        sums = map(crc32, map(str.encode, keys[known:]))
        ends = [number for number, sum_ in enumerate(sums, start=known + 1) if not sum_ & _CUT]
        for end in ends:
            for stop in (*range(begun + _MOST, end, _MOST), end):
                yield keys[begun:stop], values[begun:stop]
                begun = stop
        for stop in range(begun + _MOST, len(keys) + 1, _MOST):
            yield keys[begun:stop], values[begun:stop]
            begun = stop
        del keys[:begun], values[:begun]
    if keys:
        yield keys, values


def _share_out(submissions: Sequence[Submission]) -> Iterator[list[int]]:
    """Give the numbers of submissions that can be written together: of one form version, and not too many."""
    for version in dict.fromkeys(one.definition.version for one in submissions):
        numbers = [number for number, one in enumerate(submissions) if one.definition.version == version]
        yield from (numbers[start : start + _AT_ONCE] for start in range(0, len(numbers), _AT_ONCE))


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
            tables, labeller, options.zone, reveal=options.reveal, anonymous=not options.personal,
            pages=options.pages,
        )  # fmt: skip
        self._tables = tables
        self._styles = styles
        self._heard = heard
        self._wide = wide
        self._kept = kept
        self._options = options
        self._lost: list[tuple[int, Mended]] = []
        lost = self._lost  # not self: its pens would hold it, and the collector alone free both
        lose = lambda place, mended: lost.append((place, mended))  # noqa: E731
        self._pens = [Pen(table.sheet.columns, options.zone, styles, lose) for table in tables]
        self._scribes: dict[str, Scribe] = {}
        # all styles at once, so that their numbers follow from the tables and not from what happens to be answered
        styled = [
            [
                (column, [styles(column, style) for style in _styles_of(column)], styles(column, "datetime", "fresh"))
                for column in table.sheet.columns
            ]
            for table in tables
        ] + [styles(column, LINKED, LINKED) for table in tables for column in table.sheet.columns if options.pages]
        self._about = _describe(styled, versions, options, wide) if kept is not None else b""

    def block(self, said: str, wanted: Collection[int], load: Callable[[], Sequence[Submission]]) -> Block:
        """Give the block of some submissions.

        :param said: says everything about them that their rows follow from (:meth:`say`, :meth:`say_part`, their mark).
        :param wanted: numbers of the tables whose rows are to be measured.
        :param load: gives them, when they must be looked at.
        """
        if self._kept is None:
            return self.make(load(), wanted)
        name = sha256(self._about + said.encode("utf-8", "surrogatepass")).hexdigest()
        data = self._kept.get(name)
        found = Block.unpack(data) if data else None
        if found is not None and self._is_good(found, wanted):
            return found
        made = self.make(load(), wanted)
        self._kept.put(name, made.pack())
        return made

    def _is_good(self, block: Block, wanted: Collection[int]) -> bool:
        measured = all(block.tables[n].lengths is not None or not block.tables[n].count for n in wanted)
        return measured and self._heard.still_holds(block.words)

    def say(self, submissions: Sequence[Submission]) -> str:
        """Say everything about submissions that their rows follow from."""
        if self._kept is None:
            return ""
        return "".join(
            f"\n{one.key}\t{one.digest}\t{one.definition.version}\t{one.submitted_at.timestamp()!r}\t{one.author!r}"
            f"\t{one.device!r}\t{one.state}\t{one.entity_ids}\t{one.edits}\t{one.attachments_present}"
            f"\t{one.attachments_expected}\t{self._is_fresh(one)}"
            for one in submissions
        )

    def say_part(self, mark: str, submissions: Sequence[Submission]) -> str:
        """Say it of some of the submissions of a batch, as they are shown.

        :param mark: says everything about the batch.
        """
        return mark + "".join(f"\n{one.key}\t{one.entity_ids}\t{self._is_fresh(one)}" for one in submissions)

    def has_fresh(self, submissions: Sequence[Submission]) -> bool:
        """Tell whether some of them are coloured as new."""
        return any(map(self._is_fresh, submissions))

    def _is_fresh(self, submission: Submission) -> bool:
        since = self._options.changed_since
        return since is not None and submission.submitted_at > since

    def remake(self, submissions: Sequence[Submission], number: int) -> Rows:
        """Make the rows of one table anew, to have them one by one."""
        return self.make(submissions, ()).tables[number]

    def make(self, submissions: Sequence[Submission], wanted: Collection[int]) -> Block:
        """Make it anew."""
        self._heard.words.clear()
        self.rows.homeless = 0
        drafts = [Draft() for _ in self._tables]
        samples: dict[int, list[list[CellValue]]] = {number: [] for number in wanted}
        facts: list[dict[str, str]] = [{}] * len(submissions)
        for numbers in _share_out(submissions):
            some = [submissions[number] for number in numbers]
            plan = self.rows.plan(some[0].definition)
            names, found = self.rows.read_many(plan, some)
            answered = [found[""].columns[place] for place in plan.facts]
            for number, texts in zip(numbers, zip(*answered, strict=True), strict=False):
                facts[number] = to_facts(plan.fact_nodes, texts)
            for path, table in plan.numbers.items():
                passes = found[path]
                if table in self._wide or not passes.keys:
                    continue
                order = [numbers[form] for form in passes.forms]
                scribe = self._scribe(plan, some[0].definition)
                xml, losses, replaced = scribe.write(path, some, names, passes)
                if not path:
                    self._freshen(some, xml)
                drafts[table].add(order, xml, losses, replaced)
                for row in range(min(SAMPLE - len(samples[table]), len(order))) if table in samples else ():
                    given = [column[row] for column in passes.columns]
                    answers = AnswerRow(path, passes.keys[row], passes.parents[row], given)
                    form = passes.forms[row]
                    samples[table].append(self.rows.to_cells(some[form], plan, answers, names[form]))
        made = [draft.finish() for draft in drafts]
        for number, cells in samples.items():
            made[number].lengths = measure_lengths(self._tables[number].sheet.columns, cells)
        words = [(name, value, label) for (name, value), label in self._heard.words.items()]
        ignored = sum(one.state in NOT_COUNTED for one in submissions)
        return Block(made, ignored, self.rows.homeless, words, list(map(Told, submissions, facts)))

    def _scribe(self, plan: Plan, definition: FormDefinition) -> Scribe:
        scribe = self._scribes.get(definition.version)
        if scribe is None:
            scribe = self._scribes[definition.version] = Scribe(
                plan, definition, self._pens, self._tables, self._wide, self._lost, self._options.pages
            )
        return scribe

    def _freshen(self, submissions: Sequence[Submission], rows: list[str]) -> None:
        """Colour the first cell of each row that is new."""
        if self._options.changed_since is not None:
            style = self._styles(self._tables[0].sheet.columns[0], "datetime", "fresh")
            for row, submission in enumerate(submissions):
                if self._is_fresh(submission):
                    rows[row] = _STYLE.sub(style, rows[row], count=1)


def _describe(styled: object, versions: Sequence[FormDefinition], options: Options, wide: Collection[int]) -> bytes:
    """Say everything about a form and the options that its rows follow from."""
    said = (
        (
            options.language, options.labels, options.headings, options.multiple, options.personal, options.pseudonyms,
            options.reveal, repr(options.zone), sorted(wide), options.pages,
        ),
        [(one.form_id, one.version, one.default_language, one.root, one.nodes, one.choices) for one in versions],
        styled,
    )
    return sha256(repr(said).encode("utf-8", "surrogatepass")).digest()


def _styles_of(column: Column) -> tuple[str, ...]:
    return ("quoted", "word", "date", "datetime", "time", "decimal", column.format)
