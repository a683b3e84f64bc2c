"""What the agents' app can show of a form: the matrix, and what is said of a form at publication."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from forms.support import Limit, Support, find_limits
from forms.uses import find_uses
from forms.xlsform import convert_xlsform
from server.library import LIBRARY, read_support
from server.texts_support import say_limit
from tests.support_matrix import README, render


def limits(tables: str) -> dict[str, Limit]:
    converted = convert_xlsform(textwrap.dedent(tables).encode(), file_name="f.md")
    return {limit.name: limit for limit in find_limits(converted.xform, read_support(), converted.rows)}


def test_find_limits_names_question_row_and_state() -> None:
    found = limits("""
        | survey | | | | | |
        | | type | name | label | appearance | calculation |
        | | text | plain | T | | |
        | | text | scan | S | ex:org.app(a='b') | |
        | | audit | audit | | | |
        | | select_one l | pick | P | minimal blinking | |
        | | calculate | sum | | | frobnicate(${plain}) |
        | choices | | | |
        | | list_name | name | label |
        | | l | a | A |
        """)
    assert {(limit.question, limit.row, limit.state) for limit in found.values()} == {
        ("scan", 3, "plain"),
        ("audit", None, "missing"),
        ("pick", 5, "unknown"),
        ("sum", 6, "unknown"),
    }
    assert "will not open" in found["frobnicate"].as_text()
    assert list(found)[0] == "audit", "the worst comes first"


def test_find_limits_says_nothing_of_words_inside_strings_and_operators() -> None:
    assert (
        limits("""
        | survey | | | | |
        | | type | name | label | relevant |
        | | text | a | A | |
        | | text | b | B | ${a} = 'nosuch(1)' and (true() or (1 = 2)) |
        """)
        == {}
    )


@pytest.mark.parametrize("path", sorted(LIBRARY.glob("*.xlsx")), ids=lambda path: path.stem)
def test_programme_forms_have_no_limits(path: Path) -> None:
    assert find_limits(convert_xlsform(path.read_bytes(), file_name=path.name).xform, read_support()) == ()


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_say_limit_names_the_question_in_every_language(language: str) -> None:
    for limit in (
        Limit("type", "audit", "missing", "/data/meta/audit", "audit", ""),
        Limit("function", "f", "unknown", "/data/x", "x", ""),
        Limit("appearance", "z", "unknown", "/data/y", "y", ""),
        Limit("appearance", "no-ticks", "plain", "/data/y", "y", ""),
    ):
        said = say_limit(limit, language)
        assert limit.name in said
        assert limit.question in said


def test_find_uses_reads_a_form_of_another_make() -> None:
    uses = find_uses(
        b'<html xmlns="http://www.w3.org/1999/xhtml"><head><model xmlns="http://www.w3.org/2002/xforms"><instance><d id="x"><q>1</q></d>'
        b'</instance><bind nodeset="/d/q" type="xsd:int" required="true()"/></model></head><body><input ref="q" appearance="new"/></body></html>'
    )
    assert {(use.kind, use.name) for use in uses} >= {("feature", "required")}


def test_support_refuses_a_state_nobody_knows() -> None:
    with pytest.raises(ValueError, match="perhaps"):
        Support('[{"kind": "type", "name": "text", "state": "perhaps"}]')


def test_readme_matrix_is_the_one_that_is_used() -> None:
    assert render() in README.read_text(), "write it anew: python -m tests.support_matrix"
