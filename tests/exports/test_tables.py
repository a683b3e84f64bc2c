"""Columns are the union of all versions, under Central's headings; sheet names are always valid."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exports.naming import MAX_NAME, to_headings, to_sheet_name
from exports.tables import MAIN_AFTER, build_tables, is_secret
from forms.definition import FormDefinition

FORM = """
| survey |
| | type | name | label |
QUESTIONS
| settings |
| | form_title | form_id | version |
| | F | f | VERSION |
"""


def make(read_form: Callable[[str], FormDefinition], version: str, *questions: str) -> FormDefinition:
    lines = "\n".join(f"| | {question} |" for question in questions)
    return read_form(FORM.replace("QUESTIONS", lines).replace("VERSION", version))


def test_build_tables_weaves_all_versions_in_the_order_of_the_newest(
    read_form: Callable[[str], FormDefinition],
) -> None:
    first = make(read_form, "1", "text | a | A", "text | gone | G", "text | b | B", "text | last | L")
    second = make(read_form, "2", "text | new | N", "text | b | B2", "text | a | A2")
    (table,) = build_tables([first, second], "fr")
    assert [field.headings[0] for field in table.fields] == ["new", "b", "last", "a", "gone"]
    assert {field.path[0]: field.versions for field in table.fields}["b"] == ("1", "2")
    assert [field.node.labels[""] for field in table.fields if field.path == ("a",)] == ["A2"]


def test_build_tables_gives_central_headings(read_form: Callable[[str], FormDefinition]) -> None:
    form = make(
        read_form, "1", "begin_group | g | G", "geopoint | place | P", "note | n | Note", "begin_repeat | child | C",
        "begin_group | h | H", "text | name | N", "end_group | |", "end_repeat | |", "end_group | |",
    )  # fmt: skip
    main, child = build_tables([form], "fr")
    headings = [column.heading for column in main.sheet.columns]
    place = ["g-place-Latitude", "g-place-Longitude", "g-place-Altitude", "g-place-Accuracy"]
    assert headings == ["SubmissionDate", *place, *MAIN_AFTER]
    assert [column.heading for column in child.sheet.columns] == ["h-name", "PARENT_KEY", "KEY"]
    assert (child.sheet.name, child.sheet.tail) == ("f", "-child")


def test_build_tables_keeps_both_when_a_question_becomes_a_place(read_form: Callable[[str], FormDefinition]) -> None:
    (table,) = build_tables([make(read_form, "1", "text | q | Q"), make(read_form, "2", "geopoint | q | Q")], "fr")
    assert [field.headings for field in table.fields] == [
        ("q",),
        ("q-Latitude", "q-Longitude", "q-Altitude", "q-Accuracy"),
    ]


def test_build_tables_makes_headings_differ_from_each_other_and_from_ours(
    read_form: Callable[[str], FormDefinition],
) -> None:
    form = make(
        read_form, "1", "text | KEY | K", "text | edits | E", "begin_group | a | A", "text | b-c | X", "end_group | |",
        "begin_group | a-b | A", "text | c | Y", "end_group | |",
    )  # fmt: skip
    (table,) = build_tables([form], "fr")
    headings = [column.heading.casefold() for column in table.sheet.columns]
    assert len(set(headings)) == len(headings)
    assert [field.headings[0] for field in table.fields] == ["KEY~2", "edits~2", "a-b-c", "a-b-c~2"]
    assert table.sheet.columns[table.sheet.key].heading == "KEY"


def test_build_tables_heads_with_questions_when_labels_are_wanted(read_form: Callable[[str], FormDefinition]) -> None:
    form = make(read_form, "1", "text | a | Préciser", "text | b | Préciser", "hidden | c |")
    (table,) = build_tables([form], "fr", headings="labels")
    assert [field.headings[0] for field in table.fields] == ["Préciser", "Préciser~2", "c"]


@pytest.mark.parametrize(
    ("question", "secret"),
    [
        ("text | nin | N", True),
        ("text | num_nin | N", True),
        ("text | q | Votre NIN ?", True),
        ("text | q | رقم التعريف الوطني", True),
        ("text | feminin | Féminin", False),
        ("text | minine | Mine", False),
    ],
)
def test_is_secret_finds_identification_numbers(
    read_form: Callable[[str], FormDefinition], question: str, secret: bool
) -> None:
    assert is_secret(make(read_form, "1", question).nodes[0]) is secret


def test_to_headings_keeps_the_first_and_numbers_the_others() -> None:
    assert to_headings(["a", "A", "b", "a"], ["B"]) == ["a", "A~2", "b~2", "a~3"]


@pytest.mark.parametrize(
    ("wanted", "tail", "taken", "name"),
    [
        ("cam_a_inscription", "", (), "cam_a_inscription"),
        ("f", "", ("F",), "f~2"),
        ("a/b[c]:*?\\d", "", (), "a_b_c_____d"),
        ("'x'", "", (), "x"),
        ("", "", (), "_"),
        ("History", "", (), "History_"),
        ("a" * 40, "-enfants", (), "a" * 23 + "-enfants"),
        ("a" * 40, " (2)", (), "a" * 27 + " (2)"),
        ("😀" * 20, "", (), "😀" * 15),
        ("f", "😀" * 40, (), "f" + "😀" * 11),
        ("a" * 40, "b" * 40, ("a" * 8 + "b" * 23,), "a" * 6 + "b" * 23 + "~2"),
    ],
)
def test_to_sheet_name_gives_a_valid_name(wanted: str, tail: str, taken: tuple[str, ...], name: str) -> None:
    assert to_sheet_name(wanted, taken, tail=tail) == name


NAMES = st.text(st.sampled_from("aA '/😀é\x00\ud800") | st.characters(), max_size=45)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(NAMES, NAMES), max_size=12))
def test_to_sheet_name_gives_valid_and_different_names_for_any_text(wanted: list[tuple[str, str]]) -> None:
    taken: list[str] = []
    for name, tail in wanted:
        made = to_sheet_name(name, taken, tail=tail)
        assert 1 <= len(made.encode("utf-16-le", "surrogatepass")) // 2 <= MAX_NAME
        assert not set(made) & set("[]:*?/\\")
        assert made[0] != "'"
        assert made[-1] != "'"
        assert made.casefold() not in {other.casefold() for other in taken}
        taken.append(made)
