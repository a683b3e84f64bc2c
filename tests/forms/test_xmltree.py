"""Hostile XML becomes an XmlError and nothing else; honest XML is read whatever its encoding."""

from __future__ import annotations

import time

import pytest

from forms.errors import XmlError
from forms.xmltree import local_name, parse_xml, text_of

LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">
<!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
<!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;">]><data id="f">&lol3;</data>"""
EXTERNAL = b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><data id="f"><q>&x;</q></data>'

HOSTILE = {
    "nothing": (b"", "malformed"),
    "blank": (b"  \n", "malformed"),
    "no xml": (b"PK\x03\x04", "malformed"),
    "nul": (b"<data>a\0b</data>", "malformed"),
    "nul only": (b"\0", "malformed"),
    "cut": (b"<data><q>", "malformed"),
    "two roots": (b"<a/><b/>", "malformed"),
    "text after": (b"<a/>b", "malformed"),
    "wrong utf-8": (b"<data>\xff\xfe\xfa</data>", "malformed"),
    "control character": (b"<data>\x01</data>", "malformed"),
    "control reference": (b"<data>&#1;</data>", "malformed"),
    "surrogate reference": (b"<data>&#xD800;</data>", "malformed"),
    "unknown prefix": (b"<a:data xmlns=''/>", "malformed"),
    "same attribute twice": (b"<data a='1' a='2'/>", "malformed"),
    "laughs": (LAUGHS, "entities"),
    "external": (EXTERNAL, "entities"),
    "external subset": (b'<!DOCTYPE data SYSTEM "http://example.org/x.dtd"><data/>', "entities"),
    "empty doctype": (b"<!DOCTYPE data><data/>", "entities"),
    "doctype after comment": (b"<!-- x --><?p i?>\n<!DOCTYPE data><data/>", "entities"),
    "doctype after mark": (b"\xef\xbb\xbf<!DOCTYPE data><data/>", "entities"),
    "doctype in utf-16": ('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE d><d/>'.encode("utf-16"), "entities"),
    "doctype in utf-16-be": ('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE d><d/>'.encode("utf-16-be"), "entities"),
    "doctype in utf-32": ("<!DOCTYPE d><d/>".encode("utf-32"), "entities"),
    "utf-7": (b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE d+AD4-<d/>', "malformed"),
    "ebcdic": ('<?xml version="1.0" encoding="cp500"?><d/>'.encode("cp500"), "malformed"),
    "encoding that is no encoding": (b'<?xml version="1.0" encoding="zip"?><d/>', "malformed"),
    "encoding that is unknown": (b'<?xml version="1.0" encoding="klingon"?><d/>', "malformed"),
    "undeclared entity": (b"<data>&nbsp;</data>", "entities"),
    "undeclared entity in attribute": (b"<data a='&x;'/>", "entities"),
    "deep": (b"<a>" * 150 + b"</a>" * 150, "too_deep"),
    "deep and large": (b"<r>" + b"<b/>" * 100_000 + b"<a>" * 101 + b"</a>" * 101 + b"</r>", "too_deep"),
    "very deep": (b"<a>" * 100_000, "too_deep"),
    "very deep and closed": (b"<a>" * 100_000 + b"</a>" * 100_000, "too_deep"),
    "too large": (b"<a>" + b"x" * (10 * 2**20) + b"</a>", "too_large"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_parse_xml_raises_xml_error_when_xml_is_hostile(name: str) -> None:
    data, code = HOSTILE[name]
    begun = time.process_time()
    with pytest.raises(XmlError) as raised:
        parse_xml(data)
    assert raised.value.code == code
    assert str(raised.value)
    assert time.process_time() - begun < 2


@pytest.mark.parametrize("size", [11_000_000, 10_000_001])
def test_parse_xml_raises_xml_error_when_attribute_or_text_is_huge(size: int) -> None:
    for data in (b"<a b='" + b"x" * size + b"'/>", b"<a>" + b"x" * size + b"</a>"):
        with pytest.raises(XmlError) as raised:
            parse_xml(data, max_bytes=20_000_000)
        assert raised.value.code == "too_large"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "iso8859-6", "cp1256"])
def test_parse_xml_reads_arabic_when_encoding_is_declared(encoding: str) -> None:
    declared = "utf-8" if encoding == "utf-8-sig" else encoding.removesuffix("-le")
    data = f'<?xml version="1.0" encoding="{declared}"?><data>طفراوي</data>'.encode(encoding)
    assert text_of(parse_xml(data)) == "طفراوي"


def test_parse_xml_reads_text_when_declared_encoding_is_utf_16_and_bytes_are_not() -> None:
    assert text_of(parse_xml('<?xml version="1.0" encoding="UTF-16"?><data>é</data>'.encode())) == "é"


def test_parse_xml_leaves_out_comments_and_instructions_when_there_are_some() -> None:
    root = parse_xml(b"<?xml version='1.0'?><!-- c --><data><!-- c -->a<!-- b -->c<?p i?>d<q/></data>")
    assert text_of(root) == "acd"
    assert [local_name(child) for child in root] == ["q"]


def test_parse_xml_reads_doctype_as_text_when_it_stands_in_cdata_or_comment() -> None:
    assert text_of(parse_xml(b"<!-- <!DOCTYPE a> --><data><![CDATA[<!DOCTYPE x>]]></data>")) == "<!DOCTYPE x>"


def test_parse_xml_reads_built_in_entities_when_they_are_used() -> None:
    assert text_of(parse_xml(b"<data>&lt;&amp;&#233;&quot;</data>")) == '<&é"'


def test_parse_xml_reads_depth_up_to_the_limit_when_it_is_given() -> None:
    data = b"<a>" * 5 + b"</a>" * 5
    assert local_name(parse_xml(data, max_depth=5)) == "a"
    with pytest.raises(XmlError):
        parse_xml(data, max_depth=4)


def test_parse_xml_is_quick_when_there_are_many_elements() -> None:
    data = b"<a>" + b"<b/>" * 1_000_000 + b"</a>"
    begun = time.process_time()
    assert len(parse_xml(data)) == 1_000_000
    assert time.process_time() - begun < 5


def test_local_name_leaves_out_the_namespace_when_there_is_one() -> None:
    assert local_name(parse_xml(b"<p:data xmlns:p='urn:x'/>")) == "data"


@pytest.mark.parametrize(("xml", "text"), [(b"<q/>", ""), (b"<q> \n</q>", ""), (b"<q> a </q>", " a ")])
def test_text_of_returns_the_text_as_written_when_it_is_not_blank(xml: bytes, text: str) -> None:
    assert text_of(parse_xml(xml)) == text
