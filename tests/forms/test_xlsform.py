"""Workbooks become forms, or problems with their place."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from forms.errors import XlsformError, XlsformProblem
from forms.xform import parse_form
from forms.xlsform import convert_xlsform

OWN = 'hirfa="urn:hirfa:xforms:1"'


def convert(tables: str) -> bytes:
    return convert_xlsform(tables.encode(), file_name="form.md").xform


def find_problems(tables: str) -> tuple[XlsformProblem, ...]:
    with pytest.raises(XlsformError) as raised:
        convert(tables)
    assert str(raised.value)
    return raised.value.problems


def write_workbook(**sheets: list[list[object]]) -> bytes:
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(row)
    out = BytesIO()
    workbook.save(out)
    return out.getvalue()


def write_own(column: str, value: str, namespaces: str = OWN) -> str:
    return f"""
| survey |
| | type | name | label | save_to | {column} |
| | note | n | N | | |
| | integer | a | A | p | {value} |
| entities |
| | list_name | label |
| | l | ${{a}} |
| settings |
| | form_id | namespaces |
| | f | {namespaces} |
"""


@pytest.mark.parametrize(
    ("tables", "place", "words"),
    [
        ("| survey |\n| | type | name | label |\n| | text | a b | A |", ("survey", 2, "name"), "Names must begin"),
        (
            "| survey |\n| | type | name | label |\n| | note | n | N |\n| | text | a | ${b} |",
            ("survey", 3, "label"),
            "b",
        ),
        ("| survey |\n| | type | name | label |\n| | begin group | g | G |", ("survey", 2, None), "end_group"),
        ("| survey |\n| | type | name | label |\n| | select_one l | a | A |", ("choices", None, None), "choices sheet"),
        ("| survey |\n| | tpye | name | label |\n| | text | a | A |", ("survey", None, None), "required column"),
        (
            "| survey |\n| | type | name | label | save_to |\n| | text | a | A | p |",
            ("survey", 2, "save_to"),
            "entities",
        ),
        ("| survey |\n| | type | name | label |\n| | txet | b | B |", ("survey", 2, "type"), "txet"),
        (
            "| survey |\n| | type | name | label |\n| | text | a | A |\n"
            "| entities |\n| | list_name | label |\n| | a.b | x |",
            ("entities", 2, "dataset"),
            "period",
        ),
    ],
)
def test_convert_xlsform_keeps_the_words_and_the_place_when_pyxform_refuses(
    tables: str, place: tuple[str | None, int | None, str | None], words: str
) -> None:
    [problem] = find_problems(tables)
    assert (problem.sheet, problem.row, problem.column) == place
    assert words in problem.message
    assert "[row" not in problem.message


def test_convert_xlsform_counts_rows_as_the_sheet_when_some_are_empty() -> None:
    data = write_workbook(survey=[["type", "name", "label"], ["note", "n", "N"], [None], ["text", "a b", "A"]])
    with pytest.raises(XlsformError) as raised:
        convert_xlsform(data)
    assert raised.value.problems[0].row == 4


def test_convert_xlsform_takes_the_form_id_from_the_file_when_settings_have_none() -> None:
    data = write_workbook(survey=[["type", "name", "label"], ["text", "a", "A"]])
    assert parse_form(convert_xlsform(data, file_name="C:\\forms\\visite.xlsx").xform).form_id == "visite"


def test_convert_xlsform_returns_itemsets_when_choices_are_external() -> None:
    converted = convert_xlsform(
        b"""
| survey |
| | type | name | label | choice_filter |
| | text | s | S | |
| | select_one_external towns | t | T | state=${s} |
| external_choices |
| | list_name | name | label | state |
| | towns | x | X | y |
""",
        file_name="form.MD",
    )
    assert converted.itemsets is not None
    assert '"towns"' in converted.itemsets


def test_convert_xlsform_says_the_row_of_every_question_when_groups_are_nested() -> None:
    data = write_workbook(
        survey=[
            ["Type", "name", "label"],
            ["text", "a", "A"],
            [None],
            ["begin group", "g", "G"],
            ["begin_repeat", "r", "R"],
            ["end", "a", None],
            ["end_repeat", None],
            ["end group", "g"],
            ["text", "b", "B"],
        ],
        settings=[["name"], ["visit"]],
    )
    converted = convert_xlsform(data)
    assert converted.rows == {"/visit/a": 2, "/visit/g": 4, "/visit/g/r": 5, "/visit/g/r/a": 6, "/visit/b": 9}
    assert {node.path for node in parse_form(converted.xform).nodes} == set(converted.rows)


@pytest.mark.parametrize(
    "namespaces", ["", "other=urn:x", 'hirfa="urn:hirfa:xforms:2"', 'hirfa = "urn:hirfa:xforms:1"']
)
def test_convert_xlsform_names_the_setting_when_our_namespace_is_missing(namespaces: str) -> None:
    [problem] = find_problems(write_own("bind::hirfa:merge", "max", namespaces))
    assert (problem.sheet, problem.column) == ("settings", "namespaces")
    assert problem.message.endswith(f"write exactly: {OWN}")
    assert "bind::hirfa:merge" in problem.message


def test_convert_xlsform_names_the_setting_when_there_are_no_settings() -> None:
    tables = "| survey |\n| | type | name | label | bind::hirfa:unit |\n| | integer | a | A | DZD |"
    [problem] = find_problems(tables)
    assert problem.message.endswith(f"write exactly: {OWN}")


@pytest.mark.parametrize(
    ("column", "namespaces"),
    [
        ("bind::hirfa:merge", OWN),
        ("bind::h2:merge", 'h2="urn:hirfa:xforms:1"'),
        (" Bind :: h2:merge ", "h2='urn:hirfa:xforms:1'"),
        ("bind::h2:merge", "h2=urn:hirfa:xforms:1"),
        ("bind::h2:merge", "x=urn:x h2=“urn:hirfa:xforms:1”"),
    ],
)
def test_convert_xlsform_writes_our_attributes_when_namespace_is_declared(column: str, namespaces: str) -> None:
    definition = parse_form(convert(write_own(column, "max", namespaces)))
    assert definition.properties("l")["p"].policy == "max"


def test_convert_xlsform_refuses_a_prefix_when_it_means_something_else_already() -> None:
    [problem] = find_problems(write_own("bind::odk:merge", "max", 'odk="urn:hirfa:xforms:1"'))
    assert problem.sheet == "settings"
    assert "odk" in problem.message


def test_convert_xlsform_names_the_prefix_when_a_foreign_one_is_not_declared() -> None:
    [problem] = find_problems(write_own("bind::esri:fieldType", "x"))
    assert "esri" in problem.message


def test_convert_xlsform_passes_when_foreign_columns_are_declared_or_standard() -> None:
    tables = write_own("bind::esri:fieldType", "x", "esri=urn:esri").replace("label | save_to", "label::fr | save_to")
    assert b"fieldType" in convert(tables)
    assert b"saveIncomplete" in convert(write_own("bind::odk:saveIncomplete", "x"))


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("bind::hirfa:visibility", "ofice", "office"),
        ("bind::hirfa:visibility", "OFFICE", "office"),
        ("bind::hirfa:decimals", "two", "decimals"),
        ("bind::hirfa:decimals", "-1", "decimals"),
        ("bind::hirfa:decimals", "²", "decimals"),
        ("bind::hirfa:role", "mother", "father"),
    ],
)
def test_convert_xlsform_says_the_row_when_our_columns_have_a_wrong_value(column: str, value: str, words: str) -> None:
    [problem] = find_problems(write_own(column, value))
    assert (problem.sheet, problem.row, problem.column) == ("survey", 3, column)
    assert words in problem.message


def test_convert_xlsform_names_the_known_columns_when_one_of_ours_is_misspelt() -> None:
    [problem] = find_problems(write_own("bind::hirfa:mrege", "max"))
    assert (problem.sheet, problem.row) == ("survey", 1)
    assert "bind::hirfa:merge" in problem.message


def test_convert_xlsform_tells_all_problems_when_there_are_several() -> None:
    tables = write_own("bind::hirfa:visibility | bind::hirfa:decimals", "x | y")
    assert len(find_problems(tables)) == 2


def test_convert_xlsform_carries_a_policy_as_written_when_nobody_knows_it() -> None:
    definition = parse_form(convert(write_own("bind::hirfa:merge", "whatever")))
    assert definition.properties("l")["p"].policy == "whatever"


def test_convert_xlsform_carries_what_a_property_tells_of_a_person() -> None:
    definition = parse_form(convert(write_own("bind::hirfa:role", "father")))
    assert definition.properties("l")["p"].role == "father"


def test_convert_xlsform_warns_when_a_policy_has_nothing_to_merge() -> None:
    tables = f"""
| survey |
| | type | name | label | bind::hirfa:merge |
| | text | a | A | max |
| settings |
| | form_id | namespaces |
| | f | {OWN} |
"""
    assert any("no effect" in warning for warning in convert_xlsform(tables.encode(), file_name="f.md").warnings)


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe", b"no tables", b"| survey |", b"| other |\n| | a |\n| | b |", b"|" * 100, b"| survey |\n| | |"],
)
def test_convert_xlsform_raises_xlsform_error_when_markdown_is_no_form(data: bytes) -> None:
    with pytest.raises(XlsformError) as raised:
        convert_xlsform(data, file_name="form.md")
    assert raised.value.problems[0].message


def test_convert_xlsform_raises_xlsform_error_when_markdown_is_too_large() -> None:
    with pytest.raises(XlsformError, match="MiB"):
        convert_xlsform(b"|" * (6 * 2**20), file_name="form.md")


@pytest.mark.parametrize("character", ["\x01", "\x0b", "\ufffe", "\x00"])
def test_convert_xlsform_raises_xlsform_error_when_a_label_has_a_control_character(character: str) -> None:
    tables = f"| survey |\n| | type | name | label |\n| | text | a | A{character}B |"
    assert find_problems(tables)


SURVEY: list[list[object]] = [["type", "name", "label"], ["text", "a", "A"]]
BROKEN: dict[str, dict[str, list[list[object]]]] = {
    "no sheets of a form": {"Feuil1": [["a"]], "Feuil2": [["b"]]},
    "empty survey": {"survey": []},
    "numbers for headings": {"survey": [[1, 2, 3], ["text", "a", "A"]]},
    "types that are numbers": {"survey": [["type", "name", "label"], [1, 2, 3]]},
    "lone end": {"survey": [["type", "name", "label"], ["end group", "g", None]]},
    "select without list": {"survey": [["type", "name", "label"], ["select_one", "a", "A"]]},
    "heading twice": {"survey": [["type", "name", "label", "label"], ["text", "a", "A", "B"]]},
    "choices without names": {
        "survey": [["type", "name", "label"], ["select_one l", "a", "A"]],
        "choices": [["list_name", "name", "label"], ["l", None, "X"]],
    },
    "reference that does not end": {
        "survey": [["type", "name", "label", "repeat_count"], ["begin repeat", "r", "R", "${r"], ["end repeat", None]]
    },
    "bad parameters": {"survey": [["type", "name", "label", "parameters"], ["range", "a", "A", "start=x;;=,end"]]},
}
STRANGE: dict[str, dict[str, list[list[object]]]] = {
    "headings only": {"survey": [["type", "name", "label"]]},
    "deep headings": {"survey": [["type", "name", "label", "bind::a::b::c::d"], ["text", "a", "A", "x"]]},
    "form id in need of escaping": {"survey": SURVEY, "settings": [["form_id"], ['a<b"&']]},
    "other sheets": {"survey": SURVEY, "Notes": [["anything"]]},
}


@pytest.mark.parametrize("name", BROKEN)
def test_convert_xlsform_raises_xlsform_error_when_sheets_are_broken(name: str) -> None:
    with pytest.raises(XlsformError) as raised:
        convert_xlsform(write_workbook(**BROKEN[name]))
    assert 0 < len(raised.value.problems[0].message) < 1500


@pytest.mark.parametrize("name", STRANGE)
def test_convert_xlsform_makes_a_form_that_can_be_read_when_sheets_are_strange(name: str) -> None:
    assert parse_form(convert_xlsform(write_workbook(**STRANGE[name])).xform).form_id


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["text", "begin group", "end group", "begin repeat", "end repeat", "select_one l", "note", ""]
            ),
            st.sampled_from(["a", "b", "a b", "", "é", "meta", "name", "1"]),
            st.sampled_from(["L", "${a}", "${", "", "<&>", "${a} ${b}"]),
            st.sampled_from(["", "${a}", "if(", "'", "instance('x')/root/item[name=${a}]/b", "1 +", "pulldata(${a})"]),
            st.sampled_from(["", "p", "label", "__x", "l#p", "a#b#c"]),
        ),
        max_size=6,
    )
)
@settings(max_examples=60, deadline=None)
def test_convert_xlsform_raises_only_xlsform_error_when_rows_are_anything(rows: list[tuple[str, ...]]) -> None:
    tables = "| survey |\n| | type | name | label | calculation | save_to |\n"
    tables += "".join(f"| | {' | '.join(row)} |\n" for row in rows)
    tables += "| choices |\n| | list_name | name | label |\n| | l | x | X |\n"
    tables += "| entities |\n| | list_name | label |\n| | l | ${a} |\n"
    try:
        xform = convert_xlsform(tables.encode(), file_name="f.md").xform
    except XlsformError:
        return
    parse_form(xform)


def test_convert_xlsform_raises_xlsform_error_when_groups_are_nested_without_end() -> None:
    rows: list[list[object]] = [["type", "name", "label"]]
    rows += [["begin group", f"g{n}", "G"] for n in range(400)]
    rows += [["end group", None, None] for _ in range(400)]
    with pytest.raises(XlsformError, match="deep"):
        convert_xlsform(write_workbook(survey=rows))


def test_xlsform_problem_reads_as_a_sentence_when_its_place_is_known() -> None:
    assert str(XlsformProblem("Wrong.", "survey", 3, "name")) == "sheet survey, row 3, column name: Wrong."
    assert str(XlsformProblem("Wrong.")) == "Wrong."
