"""Forms of the tests are Markdown tables; what they become is read once for each test session where it can be."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from forms.definition import FormDefinition
from forms.xform import parse_form
from forms.xlsform import convert_xlsform

LIBRARY = Path(__file__).parents[2] / "forms" / "library"
UUID = "1f0c6f0e-3c1c-4c52-9a2e-6d1d1f2b3c4d"


@pytest.fixture(scope="session")
def library() -> Mapping[str, FormDefinition]:
    """Give the five forms of the programme by the letter of their file."""
    return {
        path.name[0]: parse_form(convert_xlsform(path.read_bytes(), file_name=path.name).xform)
        for path in sorted(LIBRARY.glob("*.xlsx"))
    }


@pytest.fixture(scope="session")
def to_xform() -> Callable[[str], bytes]:
    """Give a function from Markdown tables to an XForm."""
    return lambda tables: convert_xlsform(textwrap.dedent(tables).encode(), file_name="form.md").xform


@pytest.fixture(scope="session")
def read_form(to_xform: Callable[[str], bytes]) -> Callable[[str], FormDefinition]:
    """Give a function from Markdown tables to a definition."""
    return lambda tables: parse_form(to_xform(tables))


@pytest.fixture(scope="session")
def read_model() -> Callable[..., FormDefinition]:
    """Give a function from the pieces of a hand-written XForm to a definition."""
    return lambda **pieces: parse_form(write_xform(**pieces))


def write_xform(data: str = "<q/>", model: str = "", body: str = "", attributes: str = 'id="f" version="1"') -> bytes:
    """Write an XForm around the given pieces."""
    return f"""<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
  xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms"
  xmlns:odk="http://www.opendatakit.org/xforms" xmlns:entities="http://www.opendatakit.org/xforms/entities"
  xmlns:x="urn:hirfa:xforms:1">
<h:head><h:title>T</h:title><model><instance><data {attributes}>{data}</data></instance>{model}</model></h:head>
<h:body>{body}</h:body></h:html>""".encode()
