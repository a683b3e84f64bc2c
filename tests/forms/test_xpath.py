"""What expressions read is found without evaluating them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.xpath import ExpressionError, find_reads

HERE = ("data", "g", "q")


def nodes(expression: str) -> set[str]:
    return {"/" + "/".join(steps) for steps in find_reads(expression, HERE).nodes}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (" /data/a ", {"/data/a"}),
        ("../a", {"/data/g/a"}),
        ("../../b/c", {"/data/b/c"}),
        ("current()/../a", {"/data/g/a"}),
        ("current()/.", {"/data/g/q"}),
        (".", {"/data/g/q"}),
        ("/data/a * /data/b", {"/data/a", "/data/b"}),
        ("/data/a*2 - -/data/b", {"/data/a", "/data/b"}),
        ("/data/a div /data/b mod 2", {"/data/a", "/data/b"}),
        ("/data/a-b", {"/data/a-b"}),
        ("/data/a -b", {"/data/a", "/data/g/q/b"}),
        ("concat(/data/a, 'x', /data/b)", {"/data/a", "/data/b"}),
        ("if(/data/a='', if(/data/b, /data/c, 1), /data/d)", {"/data/a", "/data/b", "/data/c", "/data/d"}),
        ("/data/r[./x = current()/../a]/y", {"/data/r/y", "/data/r/x", "/data/g/a"}),
        ("/data/r[position() = 2]/y", {"/data/r/y"}),
        ("/data/r[1][/data/a]/y", {"/data/r/y", "/data/a"}),
        ("sum(/data/r/*)", {"/data/r/*"}),
        ("//y", {"/**/y"}),
        ("/data//y", {"/data/**/y"}),
        ("child::a", {"/data/g/q/a"}),
        ("parent::node()/a", {"/data/g/a"}),
        ("self::node()", {"/data/g/q"}),
        ("/data/a | /data/b", {"/data/a", "/data/b"}),
        ("(/data/r | /data/s)[1]/y", {"/data/r/y", "/data/s/y"}),
        ("/data/meta/orx:instanceID", {"/data/meta/instanceID"}),
        ("'/data/a'", set()),
        ('"it\'s /data/a"', set()),
        ("today()", set()),
        ("1 + 2.5 - .5", set()),
        ("/data/طفراوي", {"/data/طفراوي"}),
        ("/data/a/text()", {"/data/a"}),
        ("", set()),
        (")]],(", set()),
        ("instance('x')/root/item[name=/data/a]/b", {"/data/a"}),
        ("instance('__last-saved')/data/a", set()),
        ("/data/a and /data/b or not(/data/c)", {"/data/a", "/data/b", "/data/c"}),
        ("and/or", {"/data/g/q/and/or"}),
    ],
)
def test_find_reads_finds_answers_when_expression_names_them(expression: str, expected: set[str]) -> None:
    assert nodes(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("instance('x')/root/item[name=/data/a]/nom", {"x"}),
        ('instance( "x" ) / root / item[ name = /data/a ] / nom', {"x"}),
        ("instance('x')/root/item[name=/data/a]/name", set()),
        ("instance('x')/root/item[name=/data/a]/__version", set()),
        ("instance('x')/root/item[nom=/data/a]/name", set()),
        ("count(instance('x')/root/item[commune=/data/a])", set()),
        ("count(instance('x')/root/item)", set()),
        ("instance('x')/root/item[name=/data/a]/*", {"x"}),
        ("instance('x')/root/item[name=/data/a]/node()", {"x"}),
        ("instance('x')/root/item[name=/data/a]/nom/text()", {"x"}),
        ("instance('x')//nom", {"x"}),
        ("(instance('x')/root/item[name=/data/a])[1]/nom", {"x"}),
        ("randomize(instance('x')/root/item)[1]/nom", {"x"}),
        ("instance('x')/root/item[name=/data/a][1]/nom", {"x"}),
        ("instance('y')/root/item[name=instance('x')/root/item[name=/data/a]/commune]/label", {"x", "y"}),
        ("instance('y')/root/item[name=instance('x')/root/item[name=/data/a]/name]/name", set()),
        ("instance('x')/root/item[name=/data/a]/item", {"x"}),
        ("pulldata('x', 'nom', 'name', /data/a)", {"x"}),
        ("pulldata('x', 'name', 'nom', /data/a)", set()),
        ("pulldata('x.csv', 'nom', 'name', /data/a)", {"x"}),
        ("pulldata('x', /data/column, 'name', /data/a)", {"x"}),
        ("pulldata(/data/list, 'nom', 'name', /data/a)", {"*"}),
        ("pulldata('y', 'l', 'name', pulldata('x', 'c', 'name', /data/a))", {"x", "y"}),
        ("concat('instance(', 'x', ')/root/item/nom')", set()),
        ("instance(/data/list)/root/item/nom", set()),
        ("coalesce(instance('x')/root/item[name=/data/a]/nom, '')", {"x"}),
    ],
)
def test_find_reads_finds_columns_when_a_record_is_read(expression: str, expected: set[str]) -> None:
    assert find_reads(expression, HERE).columns == expected


def test_find_reads_finds_the_question_when_its_choice_label_is_read() -> None:
    reads = find_reads("jr:choice-name(/data/a, ' /data/a ')", HERE)
    assert reads.choices == {("data", "a")}


def test_find_reads_raises_when_brackets_are_nested_too_deep() -> None:
    for opening, closing in (("(", ")"), ("if(", ")"), ("a[", "]")):
        with pytest.raises(ExpressionError):
            find_reads(opening * 10_000 + "1" + closing * 10_000, HERE)


def test_find_reads_is_quick_when_predicates_stand_on_unions() -> None:
    expression = "1"
    for _ in range(60):
        expression = f"(/data/a|/data/b)[{expression}]"
    assert nodes(expression) == {"/data/a", "/data/b"}


@given(st.text(alphabet="ab/.*[]()|,'\"=-: @$&<>0123é\u0627", max_size=60))
def test_find_reads_never_raises_when_expression_is_nonsense(expression: str) -> None:
    find_reads(expression, HERE)
