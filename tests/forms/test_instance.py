"""Who a filled form is, and its answers as rows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from forms.arrival import find_file_questions, named_attachments
from forms.definition import FormDefinition
from forms.errors import InstanceError
from forms.instance import find_rows, parse_instance


def write(body: str = "", root: str = 'id="f" version="2"', instance_id: str = "uuid:i") -> bytes:
    return f"<data {root}>{body}<meta><instanceID>{instance_id}</instanceID></meta></data>".encode()


def test_parse_instance_reads_the_ids_when_collect_wrote_them() -> None:
    instance = parse_instance(
        b"""<?xml version='1.0' ?><data id="f" version="2" xmlns:orx="http://openrosa.org/xforms"><q/><orx:meta>
        <orx:instanceID> uuid:I </orx:instanceID><orx:deprecatedID>uuid:D</orx:deprecatedID>
        <orx:instanceName>A \xc3\xa9</orx:instanceName></orx:meta></data>"""
    )
    assert (instance.form_id, instance.version) == ("f", "2")
    assert (instance.instance_id, instance.deprecated_id, instance.instance_name) == ("uuid:I", "uuid:D", "A é")


def test_parse_instance_reads_the_ids_when_everything_has_a_default_namespace() -> None:
    xml = b'<f xmlns="http://opendatakit.org/submissions" id="x"><meta><instanceID>uuid:i</instanceID></meta></f>'
    instance = parse_instance(xml)
    assert (instance.form_id, instance.version, instance.deprecated_id) == ("x", "", None)


def test_parse_instance_takes_the_namespace_for_the_form_when_there_is_no_id() -> None:
    assert parse_instance(write(root='xmlns="http://f.org"')).form_id == "http://f.org"


def test_parse_instance_reads_the_id_of_the_root_when_meta_has_none() -> None:
    assert parse_instance(b'<data id="f" instanceID="uuid:r"/>').instance_id == "uuid:r"


def test_parse_instance_takes_the_first_when_an_id_stands_twice() -> None:
    xml = b'<data id="f"><meta><instanceID>uuid:a</instanceID><instanceID>uuid:b</instanceID></meta></data>'
    assert parse_instance(xml).instance_id == "uuid:a"


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (b"<data><meta><instanceID>uuid:i</instanceID></meta></data>", "no_form_id"),
        (write(root='id=" "'), "no_form_id"),
        (write(root=f'id="{"f" * 300}"'), "bad_form_id"),
        (b'<data id="f"/>', "no_instance_id"),
        (b'<data id="f"><meta/></data>', "no_instance_id"),
        (b'<data id="f"><g><meta><instanceID>uuid:i</instanceID></meta></g></data>', "no_instance_id"),
        (write(instance_id=" "), "no_instance_id"),
        (write(instance_id="a" * 300), "bad_instance_id"),
        (write(instance_id="a b"), "bad_instance_id"),
        (write(instance_id="../etc"), "bad_instance_id"),
        (write(instance_id="a&#10;b"), "bad_instance_id"),
        (write(root='id="f" encrypted="yes"'), "encrypted"),
        (
            b'<data id="f"><meta><instanceID>uuid:i</instanceID><deprecatedID>a b</deprecatedID></meta></data>',
            "bad_instance_id",
        ),
    ],
)
def test_parse_instance_raises_instance_error_when_ids_are_missing_or_bad(xml: bytes, code: str) -> None:
    with pytest.raises(InstanceError) as raised:
        parse_instance(xml)
    assert raised.value.code == code


FAMILY = """
    | survey |
    |        | type         | name   | label |
    |        | text         | a      | A     |
    |        | begin group  | g      | G     |
    |        | begin repeat | child  | Child |
    |        | text         | nom    | Name  |
    |        | begin group  | h      | H     |
    |        | begin repeat | toy    | Toy   |
    |        | image        | photo  | Photo |
    |        | end repeat   |        |       |
    |        | integer      | age    | Age   |
    |        | end group    |        |       |
    |        | end repeat   |        |       |
    |        | end group    |        |       |
    |        | audio        | sound  | Sound |
    |        | audit        | audit  |       |
    | settings |
    |          | form_id |
    |          | f       |
"""


@pytest.fixture(scope="module")
def family(read_form: Callable[[str], FormDefinition]) -> FormDefinition:
    return read_form(FAMILY)


FILLED = write(
    """<a> x </a><gone>1</gone><g><child><nom>n1</nom><h><toy><photo>1.jpg</photo></toy><toy><photo/></toy>
    <age>3</age></h></child><child><nom/><h><toy><photo>2.jpg</photo></toy></h></child><unknown><child/></unknown></g>
    <sound>s.m4a</sound>"""
)


def test_find_rows_gives_keys_as_central_when_repeats_are_nested(family: FormDefinition) -> None:
    rows = list(find_rows(family, parse_instance(FILLED)))
    assert [(row.table, row.key, row.parent_key, row.index) for row in rows] == [
        ("", "uuid:i", None, 1),
        ("/data/g/child", "uuid:i/g/child[1]", "uuid:i", 1),
        ("/data/g/child/h/toy", "uuid:i/g/child[1]/h/toy[1]", "uuid:i/g/child[1]", 1),
        ("/data/g/child/h/toy", "uuid:i/g/child[1]/h/toy[2]", "uuid:i/g/child[1]", 2),
        ("/data/g/child", "uuid:i/g/child[2]", "uuid:i", 2),
        ("/data/g/child/h/toy", "uuid:i/g/child[2]/h/toy[1]", "uuid:i/g/child[2]", 1),
    ]
    assert {row.table for row in rows} == set(family.tables())


def test_find_rows_leaves_out_what_is_absent_when_question_was_irrelevant(family: FormDefinition) -> None:
    rows = {row.key: dict(row.values) for row in find_rows(family, parse_instance(FILLED))}
    assert rows["uuid:i"] == {"/data/a": " x ", "/data/sound": "s.m4a"}
    assert rows["uuid:i/g/child[1]"] == {"/data/g/child/nom": "n1", "/data/g/child/h/age": "3"}
    assert rows["uuid:i/g/child[2]"] == {"/data/g/child/nom": ""}
    assert rows["uuid:i/g/child[1]/h/toy[2]"] == {"/data/g/child/h/toy/photo": ""}


def test_find_rows_gives_one_row_when_form_is_empty(family: FormDefinition) -> None:
    [row] = find_rows(family, parse_instance(write()))
    assert row.values == {}


def test_find_rows_counts_the_first_answer_when_question_stands_twice(family: FormDefinition) -> None:
    [row] = find_rows(family, parse_instance(write("<a/><a>x</a><a>y</a>")))
    assert row.values == {"/data/a": "x"}


def test_find_rows_goes_on_when_question_contains_elements(family: FormDefinition) -> None:
    [row] = find_rows(family, parse_instance(write("<a>x<b>y</b></a><g>text</g>")))
    assert row.values == {"/data/a": "x"}


def test_find_rows_passes_over_the_pattern_when_a_client_left_it_in(family: FormDefinition) -> None:
    pattern = '<child xmlns:jr="http://openrosa.org/javarosa" jr:template=""><nom>x</nom></child>'
    rows = list(find_rows(family, parse_instance(write(f"<g>{pattern}<child><nom>n</nom></child></g>"))))
    assert [(row.key, dict(row.values)) for row in rows[1:]] == [("uuid:i/g/child[1]", {"/data/g/child/nom": "n"})]


def test_find_rows_raises_when_instance_is_of_another_form(family: FormDefinition) -> None:
    with pytest.raises(InstanceError) as raised:
        list(find_rows(family, parse_instance(write(root='id="g"'))))
    assert raised.value.code == "wrong_form"


def test_named_attachments_names_each_file_once_when_answers_name_files(family: FormDefinition) -> None:
    xml = FILLED.replace(b"</instanceID>", b"</instanceID><audit>audit.csv</audit>")
    assert named_attachments(family, parse_instance(xml)) == ("s.m4a", "audit.csv", "1.jpg", "2.jpg")
    assert named_attachments(family, parse_instance(write("<sound>jr://audio/a.mp3</sound>"))) == ()
    twice = write("<sound>s.m4a</sound><g><child><h><toy><photo>s.m4a</photo></toy></h></child></g>")
    assert named_attachments(family, parse_instance(twice)) == ("s.m4a",)


def test_find_file_questions_tells_every_question_that_a_file_answers(family: FormDefinition) -> None:
    photo = "/data/g/child/h/toy/photo"
    found = find_file_questions(family, parse_instance(FILLED))
    assert found == {"s.m4a": {"/data/sound"}, "1.jpg": {photo}, "2.jpg": {photo}}
    twice = write("<sound>s.m4a</sound><g><child><h><toy><photo> s.m4a</photo></toy></h></child></g>")
    assert find_file_questions(family, parse_instance(twice)) == {"s.m4a": {"/data/sound", photo}}
    with pytest.raises(InstanceError):
        find_file_questions(family, parse_instance(write(root='id="g"')))
