"""Rows written fast are the rows written plainly; workbooks of kept blocks are workbooks made anew."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from zlib import crc32

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from exports.answers import Pen
from exports.blocks import Block, BlockMaker, Heard, cut, cut_pages
from exports.labels import Labeller
from exports.programme import Batch, Options, Programme, Submission, Woman
from exports.tables import build_tables
from exports.told import load_from
from exports.workbook import Limits, write_workbook
from forms.definition import FormDefinition
from tests.exports.field import WHEN, to_programme, to_submission, write_xml

LONG = os.environ.get("HIRFA_TESTS") == "long"
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)  # each history writes many workbooks
FORM = """
| survey |
| | type | name | label | bind::hirfa:unit | bind::hirfa:decimals | calculation |
| | text | words | W | | | |
| | text | code | C | | | |
| | text | nin | NIN | | | |
| | integer | whole | I | | | |
| | decimal | money | M | DZD | 2 | |
| | date | day | D | | | |
| | dateTime | moment | T | | | |
| | select_one c | one | O | | | |
| | select_multiple c | many | P | | | |
| | select_one_from_file artisanes.csv | who | Q | | | |
| | geopoint | place | R | | 2 | |
| | geopoint | exact | S | | | |
| | calculate | result | | | | 1 |
| | begin_repeat | child | K | | | |
| | text | name | N | | | |
| | integer | age | A | | | |
| | end_repeat | | | | | |
| choices |
| | list_name | name | label |
| | c | oui | OUI |
| | c | non | Non |
| settings |
| | form_title | form_id | version | namespaces |
| | F | f | VERSION | hirfa="urn:hirfa:xforms:1" |
"""
NAMES = ("words", "code", "nin", "whole", "money", "day", "moment", "one", "many", "who", "place", "exact", "result")
TEXTS = st.one_of(
    st.sampled_from([
        "", "0", "-0", "007", "12", "12.50", "-3.25", "1e5", "1234567890", "12345678901234567", "0.5", "-0.5", "12.000", ".5", "٣",
        "2026-01-31", "1899-12-31", "1900-02-28", "1900-03-01", "2026-02-30", "2026-11-23T23:30:00.000+01:00", "2026-11-23T23:30:00Z",
        "1850-01-01T00:00:00Z", "0001-01-01T00:00:00.000+01:00", "9999-12-31T23:59:59.000-01:00", "2026-13-01T00:00:00.000Z",
        "2026-11-23T23:30:00.123456Z", "2026-11-23T25:00:00Z", "oui", "non oui", "oui x", "w1", "w2", "w9", "35.48812 -0.52449 90.5 12",
        "35 -0", "35.10 -0.00 0 5", "35.48812 -0.52449 90.0 12.50", "-0 0.0 0.05 0.00001", "1.0 2. 10.00 -3.10", "-1250.50", "0.00", "1|2", "1.50|2", "007.5 -07.5", "1 2 3 4 5", "35.1", "abc def", "35.123456789012 0.1", "110420003112000123",
        "NIN 110420003112000123", "=1+1", "'a", " a", "a ", "a\nb", "<b>&", "_x0041_", "🐪", "a\x07b", "\u202eabc", "x" * 40_000,
    ]),
    st.text(max_size=12),
)  # fmt: skip
ANSWERS = st.fixed_dictionaries(
    {}, optional={**dict.fromkeys(NAMES, TEXTS), "child": st.lists(st.fixed_dictionaries({"name": TEXTS, "age": TEXTS}), max_size=3)}
)


@pytest.fixture(scope="module")
def form(read_form: Callable[[str], FormDefinition]) -> FormDefinition:
    return read_form(FORM.replace("VERSION", "1"))


def clean(answers: Mapping[str, object]) -> dict[str, object]:
    """Leave out what XML cannot hold; a text sent by a phone never has it."""

    def one(text: str) -> str:
        return "".join(char for char in text if char in "\n\t" or " " <= char <= "\ud7ff" or "\ue000" <= char <= "\ufffd" or char > "\uffff")

    return {
        name: [{key: one(text) for key, text in child.items()} for child in value] if isinstance(value, list) else one(str(value))
        for name, value in answers.items()
    }  # fmt: skip


@settings(max_examples=1500 if LONG else 150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers=ANSWERS, name=TEXTS, author=TEXTS, edits=st.integers(0, 3))
def test_a_block_has_the_cells_that_the_values_give(
    form: FormDefinition, answers: dict[str, object], name: str, author: str, edits: int
) -> None:
    lists = {"artisanes": {"w1": "Kheira", "w2": "=Setti"}}
    tables, heard = build_tables([form], "fr"), Heard()
    labeller = Labeller([form], "fr", heard.listen(lists))
    lost: list[tuple[int, int]] = []
    pens = [
        Pen(table.sheet.columns, Options().zone, lambda column, style, look="": f' s="{style}{column.format}{look}"', lambda place, mended: lost.append((place, mended.length)))
        for table in tables
    ]  # fmt: skip
    maker = BlockMaker(tables, [form], labeller, heard, Options(), lambda column, style, look="": f' s="{style}{column.format}{look}"')
    submission = to_submission(form, clean(answers), name=str(clean({"name": name})["name"]), author=author, edits=edits, entity_ids=("e1",))
    block = maker.make([submission], ())
    expected: list[list[str]] = [[] for _ in tables]
    for number, cells in maker.rows.to_rows(submission):
        made = "".join(pens[number].write_cell(place, value) for place, value in enumerate(cells))
        expected[number].append(f"<row>{made}</row>")
    assert [rows.xml for rows in block.tables] == expected
    assert sorted((place, length) for rows in block.tables for _, place, length in rows.losses) == sorted(pair for pair in lost if pair[1])
    again = Block.unpack(block.pack())
    assert again is not None
    assert [(rows.count, rows.part) for rows in again.tables] == [(rows.count, rows.part) for rows in block.tables]


@pytest.mark.parametrize("page", [1, 7, 1000, 5000])
def test_pages_are_cut_where_a_stream_is(page: int) -> None:
    ends = [f"k{n}" for n in range(3000) if not crc32(f"k{n}".encode()) & 0xFF]
    never = [f"k{n}" for n in range(9000) if crc32(f"k{n}".encode()) & 0xFF]
    keys = [*never[:1024], ends[0], *never[1024:1500], ends[1], ends[2], *never[1500:3547], ends[3], *never[3547:6700]]
    pages = [[(key, number) for number, key in enumerate(keys)][n : n + page] for n in range(0, len(keys), page)]
    made = list(cut_pages(pages))
    assert [part for part, _ in made] == list(cut(keys, key=str))
    assert [number for _, numbers in made for number in numbers] == list(range(len(keys)))


class Folder(dict[str, bytes]):
    """Keeps blocks, and counts what it was asked."""

    made = 0

    def put(self, name: str, data: bytes) -> None:
        self.made += 1
        self[name] = data


def to_workbook(programme: Programme, options: Options, kept: Folder | None, limits: Limits) -> dict[str, bytes]:
    out = io.BytesIO()
    write_workbook(programme, options, out, kept=kept, limits=limits)
    with zipfile.ZipFile(out) as file:  # core.xml has the moment of writing
        return {name: file.read(name) for name in file.namelist() if name != "docProps/core.xml"}


def marked(programme: Programme) -> Programme:
    """Let whoever stores the submissions tell when one has changed, as the server does."""

    def batches(form_id: str) -> Iterator[Batch]:
        for block in cut(programme.submissions(form_id), key=lambda one: one.key):
            said = repr([one._replace(load=len, definition=one.definition.version) for one in block])  # type: ignore[arg-type]
            yield Batch(sha256(said.encode("utf-8", "surrogatepass")).hexdigest(), len(block), load_from(block))

    return replace(programme, batches=batches)


CHANGES = st.lists(
    st.tuples(
        st.sampled_from([
            "send", "send", "send", "remove", "edit", "author", "state", "photo", "entity", "rename", "merge", "label", "version", "language", "names",
            "anonymous", "nothing", "damage", "limit", "period", "commune", "withhold", "fresh", "newest", "pseudonyms", "whole",
        ]),
        st.integers(0, 10**6),
    ),
    min_size=1,
    max_size=8,
)  # fmt: skip


@settings(max_examples=200 if LONG else 12, deadline=None, phases=NO_SHRINKING, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(changes=CHANGES)
def test_a_workbook_of_kept_blocks_is_the_workbook_made_anew(
    read_form: Callable[[str], FormDefinition], changes: list[tuple[str, int]]
) -> None:
    forms = [FORMS[0](read_form)]
    sent: list[Submission] = []
    women = [Woman(f"w{number}", 1, {"label": f"Femme {number}", "commune": f"31{number % 2}"}) for number in range(4)]
    merged: dict[str, str] = {}
    withheld: frozenset[str] = frozenset()
    options, limits, kept, count = Options(), Limits(), Folder(), 0

    def send(number: int) -> None:
        nonlocal count
        for _ in range(200):
            count += 1
            children = [{"name": f"N{count}", "age": str(count % 90)}] * (count % 3 if count > 100 else 0)
            answers = {"words": f"mot {count}", "who": f"w{count % 5}", "one": "oui", "whole": str(count), "child": children}
            key = f"uuid:{sha256(f'{number} {count}'.encode()).hexdigest()[:32]}"
            at = WHEN + timedelta(seconds=count)
            sent.append(to_submission(forms[-1], answers, key, submitted_at=at, author="Amina", attachments_present=0, attachments_expected=1))

    send(0)
    for change, number in changes:
        place = number % len(sent) if sent else 0
        if change == "send":
            send(number)
        elif not sent:
            continue
        elif change == "remove":
            del sent[place]
        elif change == "edit":
            xml = write_xml(forms[-1], sent[place].key, {"words": f"corrigé {number}"})
            sent[place] = sent[place]._replace(load=lambda _, xml=xml: xml, digest=sha256(xml).hexdigest(), edits=sent[place].edits + 1, definition=forms[-1])
        elif change == "author":
            sent[place] = sent[place]._replace(author=f"Houria {number}")
        elif change == "state":
            sent[place] = sent[place]._replace(state=("", "rejected", "approved")[number % 3])
        elif change == "photo":
            sent[place] = sent[place]._replace(attachments_present=1)
        elif change == "entity":
            sent[place] = sent[place]._replace(entity_ids=(f"w{number % 4}",))
        elif change == "rename":
            women[number % 4] = replace(women[number % 4], values={**women[number % 4].values, "label": f"Nom {number}"})
        elif change == "merge":
            merged["w3"] = "w1"
        elif change == "label":
            forms[0] = FORMS[1](read_form) if number % 2 else FORMS[0](read_form)
            sent = [one._replace(definition=forms[0]) if one.definition.version == "1" else one for one in sent]
        elif change == "version":
            forms = [forms[0], FORMS[2](read_form)]
        elif change == "language":
            options = replace(options, language="ar" if options.language == "fr" else "fr")
        elif change == "names":
            options = replace(options, labels=not options.labels)
        elif change == "anonymous":
            options = replace(options, personal=not options.personal)
        elif change == "damage" and kept:
            name = sorted(kept)[number % len(kept)]
            kept[name] = kept[name][: number % len(kept[name])] + b"?" + kept[name][number % len(kept[name]) + 1 :]
        elif change == "limit":
            limits = Limits(rows=70 + number % 100)
        elif change == "period":
            options = replace(options, since=(WHEN + timedelta(days=number % 3 - 1)).date(), until=(WHEN + timedelta(days=number % 2)).date())
        elif change == "commune":
            options = replace(options, communes=frozenset({f"31{number % 2}"}))
        elif change == "withhold":
            withheld = frozenset({f"w{number % 4}"})
        elif change == "fresh":
            options = replace(options, changed_since=WHEN + timedelta(seconds=number % 500))
        elif change == "newest":
            options = replace(options, versions="newest")
        elif change == "pseudonyms":
            options = replace(options, personal=False, pseudonyms=b"key")
        elif change == "whole":
            options, withheld = Options(), frozenset()
        programme = to_programme(forms, sent, women=women, merged=merged, withheld=withheld)
        if number % 3:
            programme = marked(programme)
        assert to_workbook(programme, options, kept, limits) == to_workbook(programme, options, None, limits)
        kept.made = 0
        assert to_workbook(programme, options, kept, limits)
        assert kept.made == 0, change


FORMS: list[Callable[[Callable[[str], FormDefinition]], FormDefinition]] = [
    lambda read: read(FORM.replace("VERSION", "1")),
    lambda read: read(FORM.replace("VERSION", "1").replace("OUI", "Oui, tout à fait")),
    lambda read: read(FORM.replace("VERSION", "2").replace("| | integer | whole | I | | | |", "| | text | whole | I | | | |")),
]


def test_one_submission_more_or_less_changes_its_own_block_only(form: FormDefinition) -> None:
    sent = [
        to_submission(form, {"words": str(n)}, f"uuid:{sha256(str(n).encode()).hexdigest()[:32]}", submitted_at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=n))
        for n in range(3000)
    ]  # fmt: skip
    before = [tuple(one.key for one in block) for block in cut(sent, key=lambda one: one.key)]
    assert 4 < len(before) < 30
    for place in (0, 700, 1500, 2999):
        after = [tuple(one.key for one in block) for block in cut(sent[:place] + sent[place + 1 :], key=lambda one: one.key)]
        assert len(set(after) - set(before)) <= 1


def test_a_woman_renamed_makes_only_the_blocks_that_name_her_anew(form: FormDefinition) -> None:
    sent = [
        to_submission(form, {"who": "w1" if n == 10 else "w2"}, f"uuid:{sha256(str(n).encode()).hexdigest()[:32]}", submitted_at=WHEN + timedelta(minutes=n))
        for n in range(2000)
    ]  # fmt: skip
    women = [Woman("w1", 1, {"label": "Kheira"}), Woman("w2", 1, {"label": "Setti"}), Woman("w3", 1, {"label": "Zohra"})]
    kept = Folder()
    to_workbook(to_programme([form], sent, women=women), Options(), kept, Limits())
    for woman, most in (("w3", 0), ("w1", 1)):
        kept.made = 0
        women = [replace(one, values={"label": "Autre"}) if one.entity_id == woman else one for one in women]
        to_workbook(to_programme([form], sent, women=women), Options(), kept, Limits())
        assert kept.made == most


@pytest.mark.parametrize(
    ("options", "least", "most"),
    [
        (Options(since=WHEN.date(), until=WHEN.date()), 1, 1440),
        (Options(communes=frozenset({"31"})), 7, 7),
        (Options(forms=frozenset({"other"})), 0, 0),
        (Options(personal=False), 0, 0),
        (Options(changed_since=WHEN + timedelta(minutes=1999)), 1, 1024),
    ],
)
def test_a_workbook_that_shows_a_part_reads_that_part_once_all_was_read(
    form: FormDefinition, options: Options, least: int, most: int
) -> None:
    read: list[str] = []

    sent = []
    for number in range(3000):
        at, key = WHEN + timedelta(minutes=number), f"uuid:{sha256(str(number).encode()).hexdigest()[:32]}"
        one = to_submission(form, {"words": f"mot {number}"}, key, submitted_at=at, entity_ids=("w1",) if number % 450 == 5 else ("w2",))
        sent.append(one._replace(load=lambda key, load=one.load: read.append(key) or load(key)))  # type: ignore[func-returns-value]
    women = [Woman("w1", 1, {"commune": "31"}), Woman("w2", 1, {"commune": "32"})]
    kept, programme = Folder(), marked(to_programme([form], sent, women=women))
    to_workbook(programme, Options(), kept, Limits())
    assert len(set(read)) == 3000
    read.clear()
    made = to_workbook(programme, options, kept, Limits())
    assert least <= len(read) <= most
    assert made == to_workbook(programme, options, None, Limits())
