"""Which questions are prefilled from the record, over the shapes that form authors write."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from forms.definition import FormDefinition
from forms.errors import XformError
from forms.prefill import Formula, find_lists_read

HEAD = """
    | survey |
    | | type | name | label | calculation | default | trigger | relevant | save_to | required |
    | | select_one_from_file people.csv | p | Who | | | | | | |
    | | select_one_from_file places.csv | s | Where | | | | | | |
    | | select_one yn | yn | Sure | | | | | | |
    | | text | t | Text | | | | | | |
"""
TAIL = """
    | choices |
    |         | list_name | name | label |
    |         | yn        | y    | Yes   |
    | entities |
    |          | list_name | entity_id |
    |          | people    | ${p}      |
    | settings |
    |          | form_id | version |
    |          | f       | 1       |
"""
NAME = "instance('people')/root/item[name=${p}]/nom"


def build(*rows: str) -> str:
    return HEAD + "\n".join(f"    | | {row} |" for row in rows) + TAIL


def read(expression: str) -> str:
    """Write a row: a calculation that is saved."""
    return f"calculate | q | | {expression} | | | | q | |"


PREFILLED = {
    "calculate": [read(NAME)],
    "nested if": [read(f"if(${{yn}}='y', if(${{t}}='', {NAME}, 'b'), 'a')")],
    "condition": [read(f"if({NAME}='a', 'b', 'c')")],
    "pulldata": [read("pulldata('people','nom','name',${p})")],
    "once": [read(f"once({NAME})")],
    "coalesce": [read(f"coalesce({NAME}, '')")],
    "counted on": [read(f"if({NAME}='', 0, {NAME}) + 1")],
    "label column": [read("instance('people')/root/item[name=${p}]/label")],
    "choice label": [read("jr:choice-name(${p}, '${p}')")],
    "default": [f"text | q | Q | | {NAME} | | | q | |"],
    "default in the middle": [f"text | q | Q | | concat('a', {NAME}) | | | q | |"],
    "setvalue by trigger": [f"text | q | Q | {NAME} | | ${{p}} | | q | |"],
    "setvalue by another trigger": [f"text | q | Q | {NAME} | | ${{yn}} | | q | |"],
    "setvalue without control": [f"calculate | q | | {NAME} | | ${{p}} | | q | |"],
    "chain": [f"calculate | x | | {NAME} | | | | | |", "calculate | y | | ${x} | | | | | |", read("${y}")],
    "chain through a default": [f"calculate | x | | {NAME} | | | | | |", "text | q | Q | | ${x} | | | q | |"],
    "chain through an answer": [f"text | x | X | | {NAME} | | | | |", read("concat(${x}, 'z')")],
    "chain defined backwards": [
        "calculate | z | | ${y} | | | | | |",
        "calculate | y | | ${x} | | | | | |",
        f"calculate | x | | {NAME} | | | | | |",
        read("${z}"),
    ],
    "circle": [f"calculate | x | | concat({NAME}, ${{t}}) | | | | | |", read("${x}")],
    "predicate reads the record": [read(f"instance('places')/root/item[name={NAME}]/label")],
    "predicate goes through a question": [
        f"calculate | x | | {NAME} | | | | | |",
        read("instance('places')/root/item[name=${x}]/label"),
    ],
    "predicate of pulldata": [read("pulldata('places','label','name',pulldata('people','c','name',${p}))")],
    "repeat": [
        "begin repeat | r | R | | | | | | |",
        f"calculate | x | | {NAME} | | | | | |",
        "end repeat | | | | | | | | |",
        read("join(' ', ${x})"),
    ],
    "indexed-repeat": [
        "begin repeat | r | R | | | | | | |",
        f"calculate | x | | {NAME} | | | | | |",
        "end repeat | | | | | | | | |",
        read("indexed-repeat(${x}, ${r}, 1)"),
    ],
    "into a repeat": [
        f"calculate | x | | {NAME} | | | | | |",
        "begin group | g | G | | | | | | |",
        read("${x}"),
        "end group | | | | | | | | |",
    ],
    "relevant too": [f"calculate | q | | {NAME} | | | ${{yn}}='y' | q | |"],
    "any record of the list": [read("instance('people')/root/item[commune=${s}]/nom")],
    "position": [read("instance('people')/root/item[1]/nom")],
}

NOT_PREFILLED = {
    "constant": [read("'a'")],
    "today": ["date | q | Q | | today() | | | q | |"],
    "which woman": [read("${p}")],
    "which woman by the list": [read("instance('people')/root/item[name=${p}]/name")],
    "which woman by a column": [read("instance('people')/root/item[code=${t}]/name")],
    "which version": [read("instance('people')/root/item[name=${p}]/__version")],
    "how many": [read("count(instance('people')/root/item[commune=${s}])")],
    "another list": [read("instance('places')/root/item[name=${s}]/label")],
    "another list by pulldata": [read("pulldata('places','label','name',${s})")],
    "choice label of another list": [read("jr:choice-name(${s}, '${s}')")],
    "choice label of a choice": [read("jr:choice-name(${yn}, '${yn}')")],
    "relevant only": [f"text | q | Q | | | | {NAME}='a' | q | |"],
    "required only": [f"text | q | Q | | | | | q | {NAME}='a' |"],
    "trigger only": ["text | q | Q | 'x' | | ${p} | | q | |"],
    "trigger that blanks": ["text | q | Q | '' | | ${p} | | q | |"],
    "typed": ["text | q | Q | | | | | q | |"],
    "typed number counted on": [read("${t} + 1")],
    "last saved": ["text | q | Q | | ${last-saved#t} | | | q | |"],
    "last saved of a prefilled question": [
        f"calculate | x | | {NAME} | | | | | |",
        "text | q | Q | | ${last-saved#x} | | | q | |",
    ],
    "text that looks like it": [read("\"instance('people')/root/item/nom\"")],
    "beside a prefilled question": [f"calculate | x | | {NAME} | | | | | |", read("${t}")],
}


@pytest.mark.parametrize("shape", PREFILLED)
def test_prefilled_is_true_when_value_can_come_from_the_record(
    shape: str, read_form: Callable[[str], FormDefinition]
) -> None:
    [question] = [node for node in read_form(build(*PREFILLED[shape])).nodes if node.save_to]
    assert question.prefilled


@pytest.mark.parametrize("shape", NOT_PREFILLED)
def test_prefilled_is_false_when_value_cannot_come_from_the_record(
    shape: str, read_form: Callable[[str], FormDefinition]
) -> None:
    [question] = [node for node in read_form(build(*NOT_PREFILLED[shape])).nodes if node.save_to]
    assert not question.prefilled


def test_prefilled_is_true_when_relative_reference_in_a_repeat_means_it(
    read_form: Callable[[str], FormDefinition],
) -> None:
    definition = read_form("""
        | survey |
        | | type | name | label | calculation | save_to |
        | | begin repeat | r | R | | |
        | | select_one_from_file people.csv | p | Who | | |
        | | calculate | x | | instance('people')/root/item[name=${p}]/nom | |
        | | calculate | q | | ${x} | nom |
        | | calculate | w | | ${p} | who |
        | | end repeat | | | | |
        | entities |
        | | list_name | entity_id | label |
        | | people | ${p} | ${x} |
    """)
    assert {node.save_to: node.prefilled for node in definition.nodes if node.save_to} == {"nom": True, "who": False}
    assert definition.entities[0].repeat == "/data/r"
    assert definition.entities[0].label_prefilled


def test_prefilled_looks_at_the_list_that_is_saved_to_when_form_declares_two(
    read_form: Callable[[str], FormDefinition],
) -> None:
    definition = read_form("""
        | survey |
        | | type | name | label | calculation | save_to |
        | | select_one_from_file people.csv | p | Who | | |
        | | select_one_from_file shops.csv | s | Shop | | |
        | | begin group | g | G | | |
        | | calculate | a | | instance('people')/root/item[name=${p}]/nom | people#nom |
        | | calculate | b | | instance('shops')/root/item[name=${s}]/nom | people#shop |
        | | end group | | | | |
        | | begin group | h | H | | |
        | | calculate | c | | instance('people')/root/item[name=${p}]/nom | shops#owner |
        | | calculate | d | | instance('shops')/root/item[name=${s}]/nom | shops#nom |
        | | end group | | | | |
        | entities |
        | | list_name | entity_id |
        | | people | ${p} |
        | | shops | ${s} |
    """)
    found = {(node.list, node.save_to): node.prefilled for node in definition.nodes if node.save_to}
    assert found == {
        ("people", "nom"): True,
        ("people", "shop"): False,
        ("shops", "owner"): False,
        ("shops", "nom"): True,
    }


def test_prefilled_follows_the_file_when_instance_has_another_id(read_model: Callable[..., FormDefinition]) -> None:
    definition = read_model(
        data='<a/><b/><meta><entity dataset="people" update="1" id="" baseVersion=""/></meta>',
        model="""<instance id="list" src="jr://file-csv/people.csv"/><instance id="people" src="jr://file-csv/x.csv"/>
          <bind nodeset="/data/a" entities:saveto="a" calculate="instance('list')/root/item[name='1']/nom"/>
          <bind nodeset="/data/b" entities:saveto="b" calculate="instance('people')/root/item[name='1']/nom"/>""",
    )
    assert [node.prefilled for node in definition.nodes] == [True, False]
    assert definition.lists == {"people", "x"}


def test_prefilled_knows_wildcards_when_a_sum_reads_every_question(read_model: Callable[..., FormDefinition]) -> None:
    definition = read_model(
        data='<g><a/><b/></g><c/><d/><e/><meta><entity dataset="l" update="1" id=""/></meta>',
        model="""<instance id="l" src="jr://file-csv/l.csv"/>
          <bind nodeset="/data/g/a" calculate="instance('l')/root/item[name='1']/nom"/>
          <bind nodeset="/data/c" calculate="sum(/data/g/*)"/><bind nodeset="/data/d" calculate="//a"/>
          <bind nodeset="/data/e" calculate="/data/*/b"/>""",
    )
    assert {node.name for node in definition.nodes if node.prefilled} == {"a", "c", "d"}


def test_prefilled_is_true_when_nobody_can_say_which_list_is_read(read_model: Callable[..., FormDefinition]) -> None:
    definition = read_model(
        data='<a/><meta><entity dataset="l" update="1" id=""/></meta>',
        model="""<bind nodeset="/data/a" entities:saveto="a" calculate="pulldata(/data/x, 'nom', 'name', '1')"/>""",
    )
    assert definition.nodes[0].prefilled


def test_find_lists_read_raises_when_expression_is_nested_too_deep() -> None:
    with pytest.raises(XformError, match="/data/a"):
        find_lists_read([Formula("/data/a", "(" * 5000)], ["/data/a"], {}, {})


def test_find_lists_read_ends_when_formulas_go_in_circles() -> None:
    formulas = [Formula("/d/a", "/d/b"), Formula("/d/b", "/d/a + pulldata('l','c','name',1)"), Formula("/d/c", "/d/c")]
    assert find_lists_read(formulas, ["/d/a", "/d/b", "/d/c"], {}, {}) == {
        "/d/a": frozenset({"l"}),
        "/d/b": frozenset({"l"}),
    }
