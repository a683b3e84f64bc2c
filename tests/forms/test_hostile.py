"""Whatever bytes come, the package answers or raises one of its own errors."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.arrival import named_attachments
from forms.definition import FormDefinition
from forms.entities import find_entity_requests
from forms.errors import FormsError
from forms.instance import find_rows, parse_instance
from forms.xform import parse_form

FORM = """
    | survey |
    |        | type                            | name | label | calculation | save_to |
    |        | select_one_from_file people.csv | p    | Who   |             |         |
    |        | begin repeat                    | r    | R     |             |         |
    |        | text                            | a    | A     |             | x       |
    |        | image                           | i    | I     |             |         |
    |        | end repeat                      |      |       |             |         |
    | entities |
    |          | list_name | entity_id | label |
    |          | people    | ${p}      | ${a}  |
    | settings |
    |          | form_id | version |
    |          | f       | 1       |
"""
FILLED = (
    '<?xml version="1.0" encoding="UTF-8"?><data id="f" version="1"><p>x</p><r><a>é</a><i>1.jpg</i><meta><entity'
    ' dataset="people" id="1f0c6f0e-3c1c-4c52-9a2e-6d1d1f2b3c4d" update="1" baseVersion="3" trunkVersion=""'
    ' branchId=""><label>L</label></entity></meta></r><meta><instanceID>uuid:i</instanceID></meta></data>'
).encode()


@pytest.fixture(scope="module")
def definition(read_form: Callable[[str], FormDefinition]) -> FormDefinition:
    return read_form(FORM)


def read_all(definition: FormDefinition, data: bytes) -> None:
    """Read bytes as far as they go; anything but the package's own errors gets out."""
    try:
        instance = parse_instance(data)
        list(find_rows(definition, instance))
        named_attachments(definition, instance)
        find_entity_requests(definition, instance)
    except FormsError:
        return


def damage(data: bytes, chance: random.Random) -> bytes:
    """Change some bytes: replaced, removed, doubled, exchanged or followed by pieces of XML."""
    pieces = [
        b"<",
        b">",
        b"</data>",
        b"<!--",
        b"]]>",
        b"<![CDATA[",
        b"&",
        b"&#0;",
        b"&lt;",
        b'"',
        b"\0",
        b"\xff",
        b"<?",
    ]
    pieces += [
        b"<!DOCTYPE data [<!ENTITY a 'b'>]>",
        b'xmlns:x="u"',
        b"x:",
        b"<meta>",
        b"<r>",
        b"\xed\xa0\x80",
        b" id='f'",
    ]
    changed = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at, end = sorted(chance.randint(0, len(changed)) for _ in range(2))
        match chance.randint(0, 4):
            case 0:
                changed[at : at + 1] = bytes([chance.randint(0, 255)])
            case 1:
                del changed[at : min(end, at + 30)]
            case 2:
                changed[at:at] = changed[at : min(end, at + 80)]
            case 3:
                changed[at:at] = chance.choice(pieces)
            case _:
                changed = changed[:at] if chance.random() < 0.1 else changed
    return bytes(changed)


def test_reading_raises_only_own_errors_when_bytes_are_damaged(definition: FormDefinition) -> None:
    chance = random.Random(31)
    for _ in range(3000):
        read_all(definition, damage(FILLED, chance))


def test_parse_form_raises_only_own_errors_when_bytes_are_damaged(to_xform: Callable[[str], bytes]) -> None:
    xform = to_xform(FORM)
    chance = random.Random(32)
    read = 0
    for _ in range(1500):
        try:
            parse_form(damage(xform, chance))
            read += 1
        except FormsError:
            continue
    assert read > 50


@given(st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_reading_raises_only_own_errors_when_bytes_are_anything(data: bytes) -> None:
    for read in (parse_instance, parse_form):
        with pytest.raises(FormsError):
            read(data)


NAMES = st.sampled_from(["data", "p", "r", "a", "i", "meta", "entity", "label", "instanceID", "x:entity", "other"])
TEXTS = st.text(alphabet="ab1é- \u0627&<'", max_size=12).map(
    lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&apos;")
)
ATTRIBUTES = st.dictionaries(
    st.sampled_from(
        ["id", "dataset", "create", "update", "baseVersion", "trunkVersion", "branchId", "version", "x:id"]
    ),
    st.one_of(TEXTS, st.sampled_from(["1", "true", "f", "people", "1f0c6f0e-3c1c-4c52-9a2e-6d1d1f2b3c4d"])),
    max_size=5,
)


def write_element(name: str, attributes: dict[str, str], children: list[str]) -> str:
    written = "".join(f" {key}='{value}'" for key, value in attributes.items())
    return f"<{name}{written}>{''.join(children)}</{name}>"


ELEMENTS = st.recursive(
    TEXTS, lambda inner: st.builds(write_element, NAMES, ATTRIBUTES, st.lists(inner, max_size=4)), max_leaves=25
)


@given(st.lists(ELEMENTS, max_size=6))
@settings(max_examples=60, deadline=None)
def test_reading_raises_only_own_errors_when_tree_is_anything(parts: list[str]) -> None:
    body = "".join(parts)
    meta = "<meta><instanceID>uuid:i</instanceID></meta>"
    instance = parse_instance(f"<data id='f' xmlns:x='urn:x'>{meta}{body}</data>".encode())
    definition = parse_form(
        b"""<html xmlns:x='urn:x' xmlns:e='urn:e'><model><instance><data id='f'><p/><r><a/><i/>
        <meta><entity dataset='people' create='1' update='1'><label/></entity></meta></r></data></instance>
        <bind nodeset='/data/p' e:saveto='p'/><bind nodeset='/data/r/a' e:saveto='a'/>
        <bind nodeset='/data/r/i' type='binary'/></model></html>"""
    )
    list(find_rows(definition, instance))
    named_attachments(definition, instance)
    requests, problems = find_entity_requests(definition, instance)
    positions = [found.position for found in (*requests, *problems)]
    assert len(set(positions)) == len(positions)


@given(st.lists(ELEMENTS, max_size=6), st.lists(ELEMENTS, max_size=4))
@settings(max_examples=60, deadline=None)
def test_parse_form_raises_only_own_errors_when_tree_is_anything(data: list[str], model: list[str]) -> None:
    xform = f"""<html xmlns:x='urn:x'><model><instance><data id='f'>{"".join(data)}</data></instance>{"".join(model)}
        </model></html>"""
    with suppress(FormsError):
        parse_form(xform.encode())


EXPRESSIONS = st.text(alphabet="/.[]()*,'\" =datarpi1$|@:<>", max_size=30)


@given(EXPRESSIONS, EXPRESSIONS, EXPRESSIONS)
@settings(max_examples=200, deadline=None)
def test_parse_form_raises_only_own_errors_when_expressions_are_anything(one: str, two: str, three: str) -> None:
    escaped = [text.replace("<", "&lt;").replace('"', "&quot;") for text in (one, two, three)]
    xform = f"""<html><model><instance><data id='f'><p/><r><a/></r></data></instance>
        <bind nodeset="/data/p" calculate="{escaped[0]}"/><bind nodeset="{escaped[1]}"/>
        <setvalue ref="{escaped[1]}" value="{escaped[2]}"/></model>
        <body><input ref="{escaped[2]}"/><select1 ref="/data/p">
        <itemset nodeset="{escaped[1]}"><value ref="{escaped[0]}"/></itemset></select1></body></html>"""
    parse_form(xform.encode())


def test_reading_is_quick_when_form_a_is_filled(library: Mapping[str, FormDefinition]) -> None:
    definition = library["a"]
    answers = "".join(
        f"<{node.name}>text {number}</{node.name}>"
        for number, node in enumerate(definition.nodes)
        if node.kind == "question"
    )
    xml = f"""<data id="{definition.form_id}"><g_profil><g_identite>{answers}</g_identite></g_profil>{answers}
        <meta><entity dataset="artisanes" id="1f0c6f0e-3c1c-4c52-9a2e-6d1d1f2b3c4d" create="1"><label>L</label></entity>
        <instanceID>uuid:i</instanceID></meta></data>""".encode()
    begun = time.process_time()
    for _ in range(200):
        [request], _ = find_entity_requests(definition, parse_instance(xml))
    assert len(request.saved) > 5
    assert (time.process_time() - begun) / 200 < 0.002  # measured 0.2 ms; the rest is room for a busy machine


def test_parse_form_is_quick_when_form_is_large() -> None:
    count = 3000
    data = "".join(f"<q{n}/>" for n in range(count))
    binds = "".join(f'<bind nodeset="/data/q{n}" calculate="/data/q{n - 1} + 1"/>' for n in range(1, count))
    xform = f"<html><model><instance><data id='f'>{data}</data></instance>{binds}</model></html>"
    begun = time.process_time()
    assert len(parse_form(xform.encode()).nodes) == count
    assert time.process_time() - begun < 3
