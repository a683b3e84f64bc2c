"""Reading again says what reading on receipt said, whatever was sent."""

from __future__ import annotations

import random
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.definition import FormDefinition
from forms.instance import find_rows, parse_instance
from forms.reading import AnswerReader
from forms.xform import parse_form
from forms.xlsform import convert_xlsform

FORM = """
| survey |
| | type | name | label |
| | start | start | |
| | text | first | A |
| | begin_group | g | G |
| | integer | age | B |
| | begin_repeat | child | C |
| | text | name | D |
| | begin_group | more | E |
| | text | what | F |
| | begin_repeat | toy | T |
| | text | kind | K |
| | end_repeat | | |
| | end_group | | |
| | end_repeat | | |
| | text | tail | L |
| | end_group | | |
| | note | said | N |
| | begin_repeat | visit | V |
| | date | day | D |
| | end_repeat | | |
| settings |
| | form_title | form_id | version |
| | F | f | 1 |
"""
DEFINITION = parse_form(convert_xlsform(FORM.encode(), file_name="form.md").xform)
READER = AnswerReader(DEFINITION)
KEY = "uuid:kept"
LIBRARY = sorted((Path(__file__).parents[2] / "forms" / "library").glob("*.xlsx"))


def by_receipt(definition: FormDefinition, xml: bytes) -> tuple[str, list[object]]:
    instance = parse_instance(xml)
    rows = [
        (row.table, row.key.replace(instance.instance_id, KEY, 1), (row.parent_key or "").replace(instance.instance_id, KEY, 1),
         {path: text for path, text in row.values.items() if text})
        for row in find_rows(definition, instance)
    ]  # fmt: skip
    return instance.instance_name, rows


def at_once(reader: AnswerReader, xmls: list[bytes]) -> list[tuple[str, list[object]]]:
    """Read many forms at once; the rows of each, a table after the other."""
    names, tables = reader.read_many(xmls, [KEY] * len(xmls))
    found: list[list[object]] = [[] for _ in xmls]
    for path, passes in tables.items():
        nodes = reader.questions[path]
        for row, (number, key, parent) in enumerate(zip(passes.forms, passes.keys, passes.parents, strict=True)):
            texts = [column[row] for column in passes.columns]
            found[number].append((path, key, parent, {node.path: text for node, text in zip(nodes, texts, strict=True) if text}))
    return list(zip(names, found, strict=True))


def in_tables(reader: AnswerReader, read: tuple[str, list[object]]) -> tuple[str, list[object]]:
    order = list(reader.questions)
    return read[0], sorted(read[1], key=lambda row: order.index(row[0]))  # type: ignore[index]


def again(reader: AnswerReader, xml: bytes) -> tuple[str, list[object]]:
    answers = reader.read(xml, KEY)
    rows = []
    for row in answers.rows:
        nodes = reader.questions[row.table]
        values = {node.path: text for node, text in zip(nodes, row.texts, strict=True) if text}
        rows.append((row.table, row.key, row.parent_key or "", values))
    return answers.name, rows


WRITTEN = '<data id="f" version="1"><start>2026</start><first>a</first><g><age>4</age><child><name>n</name><more><what>w</what><toy><kind>k</kind></toy><toy><kind/></toy></more></child><child><name/></child><tail>t</tail></g><said/><visit><day>2026-01-01</day></visit><meta><instanceID>uuid:1</instanceID><instanceName>Fiche 1</instanceName></meta></data>'


def test_the_expression_takes_what_phones_send() -> None:
    found = READER._match(WRITTEN.encode(), KEY)
    assert found is not None
    assert found.name == "Fiche 1"
    assert [row.key for row in found.rows] == [
        KEY, f"{KEY}/g/child[1]", f"{KEY}/g/child[1]/more/toy[1]", f"{KEY}/g/child[1]/more/toy[2]", f"{KEY}/g/child[2]", f"{KEY}/visit[1]",
    ]  # fmt: skip


CHANGES = [
    ("", ""),
    ("<data ", "<?xml version='1.0' encoding='UTF-8' ?>\n<data "),
    ("<data ", "<?xml version='1.0' encoding='ISO-8859-1'?><data "),
    ("</data>", "</data>\n"),
    ("<data ", '<data xmlns="http://a" h="x>y" '),
    ("<first>a</first>", "<first>a &amp; b</first>"),
    ("<first>a</first>", "<first>a > b</first>"),
    ("<first>a</first>", "<first> a</first>"),
    ("<first>a</first>", "<first>  </first>"),
    ("<first>a</first>", "<first>\u00a0</first>"),
    ("<first>a</first>", '<first x="1">a</first>'),
    ("<first>a</first>", "<first><![CDATA[a<b]]></first>"),
    ("<first>a</first>", "<first>a<!-- c -->b</first>"),
    ("<first>a</first>", "<first>a\r\nb</first>"),
    ("<first>a</first>", "<first/><first>second</first>"),
    ("<first>a</first>", "<first>one</first><first>two</first>"),
    ("<first>a</first>", "<first>a<deep>x</deep></first>"),
    ("<first>a</first>", "<unknown>a</unknown>"),
    ("<first>a</first>", "<first />"),
    ("<first>a</first><g>", "<g>"),
    ("<age>4</age><child>", "<child>"),
    ("<child><name/></child>", '<child jr:template="" xmlns:jr="http://openrosa.org/javarosa"><name>t</name></child>'),
    ("<child><name/></child>", "<child/>"),
    ("<child><name/></child>", "<child><name>é 🐪</name><meta><entity><label>x</label></entity></meta></child>"),
    ("<tail>t</tail></g>", "<child><name>late</name></child><tail>t</tail></g>"),
    ("<tail>t</tail></g>", "<tail>t</tail></g><g><tail>u</tail><child><name>x</name></child></g>"),
    ("<tail>t</tail>", "<tail>t</tail><child><name>after</name></child>"),
    ("<meta>", '<orx:meta xmlns:orx="http://openrosa.org/xforms">'),
    ("<instanceName>Fiche 1</instanceName>", ""),
    ("<instanceName>Fiche 1</instanceName>", "<x><instanceName>no</instanceName></x><instanceName>yes</instanceName>"),
    ("<instanceName>Fiche 1</instanceName>", "<entity a='b'><label>x</label></entity><instanceName>F</instanceName>"),
    ("<instanceName>Fiche 1</instanceName>", "<instanceName>F</instanceName><instanceName>G</instanceName>"),
    ("<meta>", "<meta><!-- </meta></data> -->"),
    ("<said/>", "<said>read</said>"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), CHANGES)
def test_reading_again_gives_the_rows_of_receipt(old: str, new: str) -> None:
    text = WRITTEN.replace(old, new, 1) if old else WRITTEN
    if "orx:meta" in text:
        text = text.replace("</meta>", "</orx:meta>")
    encoding = "iso-8859-1" if "ISO-8859-1" in text else "utf-8"
    xml = text.encode(encoding)
    assert again(READER, xml) == by_receipt(DEFINITION, xml)
    plain = WRITTEN.encode()
    expected = [in_tables(READER, by_receipt(DEFINITION, one)) for one in (plain, xml, xml, plain)]
    assert at_once(READER, [plain, xml, xml, plain]) == expected


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_reading_again_gives_the_rows_of_receipt_for_any_mixture(data: st.DataObject) -> None:
    names = st.sampled_from(["start", "first", "g", "age", "child", "name", "more", "what", "toy", "kind", "tail", "visit", "day", "meta", "x"])
    texts = st.sampled_from(["", " ", "a", "é", "a b", " a ", "<", "&", "\n", "2026-01-01"])

    def element(depth: int) -> str:
        name = data.draw(names)
        inside = escape(data.draw(texts))
        if depth and data.draw(st.booleans()):
            inside += "".join(element(depth - 1) for _ in range(data.draw(st.integers(0, 3))))
        return f"<{name}>{inside}</{name}>"

    inside = "".join(element(3) for _ in range(data.draw(st.integers(0, 5))))
    xml = f'<data id="f">{inside}<meta><instanceID>uuid:1</instanceID></meta></data>'
    if data.draw(st.booleans()):  # as a phone sends it, with one thing changed
        place = data.draw(st.integers(0, WRITTEN.count("><") - 1))
        parts = WRITTEN.split("><")
        xml = "><".join(parts[: place + 1]) + ">" + element(1) + "<" + "><".join(parts[place + 1 :])
    try:
        instance = parse_instance(xml.encode())
    except Exception:
        return  # never received
    if any(char in instance.instance_id for char in "/"):
        return
    assert again(READER, xml.encode()) == by_receipt(DEFINITION, xml.encode())
    expected = [in_tables(READER, by_receipt(DEFINITION, one)) for one in (WRITTEN.encode(), xml.encode())]
    assert at_once(READER, [WRITTEN.encode(), xml.encode()]) == expected


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: path.stem)
def test_the_expression_takes_the_programmes_forms(path: Path) -> None:
    definition = parse_form(convert_xlsform(path.read_bytes(), file_name=path.name).xform)
    reader, chance = AnswerReader(definition), random.Random(3)

    def inside(parent: str) -> str:
        written = ""
        for node in definition.nodes:
            if node.path.rpartition("/")[0] == parent and chance.random() < 0.8:
                times = chance.randrange(3) if node.kind == "repeat" else 1
                for _ in range(times):
                    below = inside(node.path) if node.kind != "question" else chance.choice(["", "oui", "12", "سؤال"])
                    written += f"<{node.name}>{below}</{node.name}>" if below else f"<{node.name}/>"
        return written

    for _ in range(30):
        root = definition.root.strip("/")
        xml = f'<{root} id="{definition.form_id}" version="1">{inside(definition.root)}<meta><instanceID>uuid:1</instanceID></meta></{root}>'.encode()
        taken = reader._match(xml, KEY)
        assert taken is not None or b"<" not in xml
        assert again(reader, xml) == by_receipt(definition, xml)
