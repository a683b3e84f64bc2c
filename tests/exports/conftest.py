"""The five forms of the programme and a programme made up, once for each test session."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping

import pytest

from forms.definition import FormDefinition
from forms.xform import parse_form
from forms.xlsform import convert_xlsform
from tests.exports.field import LIBRARY, Field, make_up, write


@pytest.fixture(scope="session")
def library() -> Mapping[str, FormDefinition]:
    """Give the five forms of the programme by the letter of their file."""
    return {
        path.name[0]: parse_form(convert_xlsform(path.read_bytes(), file_name=path.name).xform)
        for path in sorted(LIBRARY.glob("*.xlsx"))
    }


@pytest.fixture(scope="session")
def read_form() -> Callable[[str], FormDefinition]:
    """Give a function from Markdown tables to a definition."""
    return lambda tables: parse_form(convert_xlsform(textwrap.dedent(tables).encode(), file_name="form.md").xform)


@pytest.fixture(scope="session")
def field(library: Mapping[str, FormDefinition]) -> Field:
    """Give a programme of sixty women, made up with a seed."""
    return make_up(library, 60, 7)


@pytest.fixture(scope="session")
def workbook(field: Field) -> bytes:
    """Give the workbook of that programme, in French."""
    return write(field.programme)
