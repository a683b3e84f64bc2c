"""What stands in the workbook, in the order it is made: forms first, because their rows pass by once and feed
everything else.

The submissions of a form are read once. As they pass, each gives its rows to the sheets of its form and its events to
the tally; the numbered sheets, which count them, are made afterwards and take their place in front.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from exports.blocks import Block, BlockMaker, Heard, Kept, Told, cut
from exports.changes import mark_changed
from exports.conflicts import Properties, build_conflicts
from exports.cover import NAME as COVER
from exports.cover import Outcome, build_cover, to_cover_rows, to_titles
from exports.dictionary import build_dictionary
from exports.files import Files
from exports.headings import NOMINAL
from exports.labels import Labeller
from exports.manifest import NOMINAL_SHEET, hide_manifest
from exports.papers import Papers
from exports.programme import Batch, Load, Options, Programme, Submission
from exports.register import Register
from exports.scope import Scope
from exports.scribe import Rows
from exports.summaries import Summaries
from exports.tables import FormTable, build_tables
from exports.tally import Tally
from exports.texts import SHEETS, say
from exports.told import Teller, load_from
from forms.definition import FormDefinition

if TYPE_CHECKING:
    from exports.workbook import Book

def fill_book(
    book: Book, programme: Programme, options: Options, kept: Kept | None = None
) -> Generator[None, None, Outcome]:
    """Write every sheet into an empty book and tell what it came to; stops each time that something can be sent."""
    if iter(programme.women) is programme.women:  # a stream would be empty when it is read again
        programme = replace(programme, women=list(programme.women))
    scope = Scope(programme, options)
    labels = scope.names(_women_labels(programme))
    associations = {item.code: item.label for item in programme.associations}
    external = {programme.list_name: labels, "associations": associations, **programme.lists}
    heard = Heard()
    named = frozenset() if options.personal else frozenset({programme.list_name})
    labeller = Labeller(programme.forms, options.language, heard.listen(external), labels=options.labels, always=named)
    programme = scope.narrowed()
    tally = Tally(programme, (woman.entity_id for woman in programme.living()))
    titles = to_titles(options.language, SHEETS)
    cover = book.open(build_cover(options.language), titles[COVER])

    tables: list[FormTable] = []
    homeless = 0
    for number, versions in enumerate(_by_form(programme.forms).values()):
        shown: tuple[FormTable, ...] = ()
        if scope.shows_form(versions[-1].form_id) and book.wants_form(versions[-1].form_id):
            shown = build_tables(
                versions[-1:] if options.versions == "newest" else versions,
                options.language,
                headings=options.headings,
                order=1_000_000 * (number + 1),
                multiple=options.multiple,
                anonymous=not options.personal,
            )
        maker = _Maker(book, programme, options, scope, tally, labeller, heard, kept)
        homeless += yield from maker.write_form(shown, versions)
        tables += shown
    tally.close()

    register = Register(programme, options, tally, labeller)
    counts = [0, 0]
    summaries = Summaries(programme, options, tally, register)
    headings = [register.headings, summaries.headings]
    parts = [summaries.summary(), register.by_commune(), register.by_trade(), register.by_association()]
    parts += [summaries.by_month(), summaries.stages(), summaries.jobs(), summaries.difficulties()]
    counting = len(parts)  # what follows lists people
    if options.personal:
        properties = Properties(programme, options, labeller)
        papers = Papers(programme, options, tally, register)
        files = Files(programme, options, tally, register)
        headings += [papers.headings, files.headings]
        parts += [register.nominal(), papers.minutes(), papers.attendance(), files.loans(), files.duplicates()]
        parts.append(build_conflicts(programme, options, properties, counts))
    numbered = dict(sorted(item for of in headings for item in of.items()))
    parts.append(build_dictionary(programme, options, numbered, tables, book.name_of))
    figures: dict[str, Mapping[str, Mapping[str, str]]] = {}
    for number, (sheet, rows) in enumerate(parts):
        writer = book.open(sheet, titles[sheet.name])
        for row in mark_changed(sheet, rows, programme.before, figures) if number < counting else rows:
            writer.put(row)
        writer.close()
        if sheet.name == NOMINAL_SHEET:
            hide_manifest(book.hide, sheet.columns, [name for name, _ in NOMINAL], programme, options)
        yield

    outcome = Outcome(
        sheets=tuple(written for written in book.written() if written.name != COVER),
        losses=tuple(book.losses),
        replaced=book.replaced,
        homeless=homeless,
        women=tally.women,
        conflicts=(counts[0], counts[1]),
        seen=tally.seen,
        figures=figures,
    )
    for row in to_cover_rows(programme, options, outcome):
        cover.put(row)
    cover.close()
    return outcome


def _women_labels(programme: Programme) -> Mapping[str, str]:
    """Name every woman, the records merged into her too, for the questions that choose one."""
    labels = {}
    for woman in programme.living():
        if woman.entity_id in programme.withheld:
            continue
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


@dataclass(frozen=True, slots=True)
class _Maker:
    """Writes the sheets of forms while their submissions pass by the tally."""

    book: Book
    programme: Programme
    options: Options
    scope: Scope
    tally: Tally
    labeller: Labeller
    heard: Heard
    kept: Kept | None

    def write_form(
        self, tables: Sequence[FormTable], versions: Sequence[FormDefinition]
    ) -> Generator[None, None, int]:
        """Write the sheets of one form.

        :returns: the number of answers that have no column.
        """
        newest = versions[-1]
        writers = [self.book.open(table.sheet, _title(table, newest, self.options)) for table in tables]
        wide = {number for number, writer in enumerate(writers) if writer.wide}
        maker = BlockMaker(tables, versions, self.labeller, self.heard, self.options, self.book.style, wide, self.kept)
        teller = Teller(newest.form_id, versions, self.kept)
        homeless = 0
        for batch in self._batches(newest.form_id):
            mark = batch.mark or maker.say(batch.load())
            whole = bool(tables) and self.scope.whole
            said, load = mark, batch.load
            if not whole:
                shown = self._choose(self._tell(teller, mark, batch.load, newest), newest, bool(tables))
                if not shown:
                    continue
                if self.scope.disguises or len(shown) < batch.size or maker.has_fresh(shown):
                    said = maker.say_part(mark, [self.scope.disguise(one) for one in shown])
                    load = partial(self._load, batch.load, frozenset(one.key for one in shown))
            wanted = {number for number, writer in enumerate(writers) if writer.sampling and number not in wide}
            block = maker.block(said, wanted, load)
            homeless += block.homeless
            if whole:
                self._count(newest, block, batch, mark, teller)
            for number, rows in enumerate(block.tables):
                if rows.count:
                    writers[number].put_block(rows, partial(_remake, maker, load, number))
            if wide:
                for submission in load():
                    for number, cells in maker.rows.to_rows(submission):
                        if number in wide:
                            writers[number].append(cells)
            yield
        for writer in writers:
            writer.close()
        yield
        return homeless if self.options.personal else 0

    def _batches(self, form_id: str) -> Iterable[Batch]:
        if self.programme.batches is not None:
            return self.programme.batches(form_id)
        blocks = cut(self.programme.submissions(form_id), key=lambda one: one.key)
        return (Batch("", len(block), load_from(block)) for block in blocks)

    def _load(self, load: Load, keys: Collection[str]) -> Sequence[Submission]:
        """Give some submissions of a batch as they are shown."""
        return [self.scope.disguise(one) for one in load(keys)]

    def _count(self, newest: FormDefinition, block: Block, batch: Batch, mark: str, teller: Teller) -> None:
        """Tell the tally of all submissions of a batch."""
        if block.told is not None and teller.find(mark) is None:
            teller.keep(mark, block.told)
        if not self.tally.counts(newest.form_id):
            self.tally.skip(newest.form_id, batch.size, block.ignored)
            return
        for submission, facts in block.told or teller.tell(mark, batch.load):
            self.tally.add(submission, facts)

    def _tell(self, teller: Teller, mark: str, load: Load, newest: FormDefinition) -> Sequence[Told]:
        """Say what the submissions of a batch tell; their answers are read only where somebody asks for one."""
        if self.scope.narrow or self.tally.counts(newest.form_id):
            return teller.tell(mark, load)
        return teller.find(mark) or [Told(one, {}) for one in load()]

    def _choose(self, told: Sequence[Told], newest: FormDefinition, with_rows: bool) -> Sequence[Submission]:
        """Tell the tally of the submissions that are about the chosen women; gives those whose rows are wanted."""
        shown = []
        for one, facts in told:
            if not self.scope.concerns(one, facts):
                continue
            self.tally.add(one, facts)
            if with_rows and self.scope.shows(one, newest.version):
                shown.append(one)
        return shown


def _remake(maker: BlockMaker, load: Callable[[], Sequence[Submission]], number: int) -> Rows:
    return maker.remake(load(), number)


def _title(table: FormTable, newest: FormDefinition, options: Options) -> str:
    form = newest.title or newest.form_id
    if table.repeat:
        return say("repeat_sheet", options.language, form=form, repeat=table.repeat[-1])
    return say("form_sheet", options.language, form=form)
