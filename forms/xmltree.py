"""The only XML parser of the house: capped in size and depth, without document types, entities or network.

Forms and filled forms come from anybody. A document type is refused before a parser that knows what to do with one
sees it, in every encoding: bytes are first brought to UTF-8, and encodings in which "<!DOCTYPE" could hide (UTF-7,
EBCDIC…) are not read at all.

lxml was chosen for its safe settings and its speed: a filled form of 80 questions is parsed in less than 0.1 ms.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

from lxml import etree

from forms.errors import XmlError

Element = etree._Element

MAX_BYTES = 10 * 2**20
MAX_DEPTH = 100
_LARGE = 2**18

_DECLARATION = re.compile(rb"<\?xml\b[^>]*?\?>")
_ENCODING = re.compile(rb"""encoding\s*=\s*["']([A-Za-z0-9._:-]+)["']""")
_PROLOGUE = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE", re.DOTALL)
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0?\0", "utf-16-le"),
    (b"\0<\0?", "utf-16-be"),
)
_ENCODINGS = frozenset(
    {"utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "ascii", "iso8859-1", "iso8859-15", "iso8859-6"}
    | {"cp1252", "cp1256"}
)
_ERRORS = etree.ErrorTypes
_TOO_LARGE = re.compile(r"huge|too long|too large|maximum .*length|xmlSAX2", re.IGNORECASE)
_TOO_DEEP = re.compile(r"excessive depth|too deep", re.IGNORECASE)


def parse_xml(data: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Element:
    """Parse XML that anybody may have sent and return its root element.

    Comments and processing instructions are left out. `max_bytes` counts the bytes as they came; `max_depth` counts
    elements from the root, which is 1.

    :raises XmlError: with the code `malformed`, `entities`, `too_large` or `too_deep`.
    """
    if len(data) > max_bytes:
        raise XmlError("too_large", f"The XML has {len(data)} bytes; at most {max_bytes} are read.")
    text = refuse_doctype(data)
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text, parser)
    except etree.XMLSyntaxError as error:
        raise _read_error(error) from None
    except (etree.LxmlError, ValueError, LookupError, AssertionError) as error:
        raise XmlError("malformed", f"The XML cannot be read: {error}") from None
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        raise XmlError("entities", "The XML declares a document type (DTD). None is allowed here.")
    if text.count(b"</") >= max_depth and (  # each element that holds another has an end tag
        _find_deeper(max_depth)(root) if len(text) > _LARGE else _is_deeper(root, max_depth)
    ):
        raise XmlError("too_deep", f"The XML is nested more than {max_depth} elements deep.")
    return root


def refuse_doctype(data: bytes) -> bytes:
    """Return XML as UTF-8 bytes; the words "<!DOCTYPE" inside a comment or CDATA are harmless.

    :raises XmlError: `entities` when it begins with a document type, `malformed` when its encoding cannot be read.
    """
    text = _to_utf8(data)
    if b"<!DOCTYPE" in text and _PROLOGUE.match(text.removeprefix(codecs.BOM_UTF8)):
        raise XmlError("entities", "The XML declares a document type (DTD). None is allowed here.")
    return text


def local_name(element: Element) -> str:
    """Return an element's name without its namespace; "" for anything that is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def namespace_of(element: Element) -> str:
    """Return the namespace of an element, "" when it has none."""
    tag = element.tag
    return tag[1:].rpartition("}")[0] if isinstance(tag, str) else ""


def text_of(element: Element) -> str:
    """Return the text an element begins with, as written; "" when there is none or it is only blank."""
    text = element.text
    return text if text and not text.isspace() else ""


def write_xml(root: Element) -> bytes:
    """Write an element and all in it as UTF-8, with a declaration."""
    written: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def write_fragment(element: Element) -> str:
    """Write an element and all in it as text, without a declaration and without what follows it."""
    written: str = etree.tostring(element, encoding="unicode", with_tail=False)
    return written


@lru_cache(maxsize=4)
def _find_deeper(max_depth: int) -> etree.XPath:
    """Return the expression that tells what `_is_deeper` does: dearer to begin, ten times as fast on a million."""
    return etree.XPath("boolean(" + "/*" * (max_depth + 1) + ")")


def _is_deeper(root: Element, max_depth: int) -> bool:
    level = [root]
    for _ in range(max_depth):
        level = [child for parent in level for child in parent]
        if not level:
            return False
    return True


def _to_utf8(data: bytes) -> bytes:
    """Return the same document as UTF-8 bytes; the parser is told so and ignores what the document declares."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "")
    if not encoding:
        declaration = _DECLARATION.match(data.removeprefix(codecs.BOM_UTF8).lstrip())
        declared = _ENCODING.search(declaration[0]) if declaration else None
        encoding = declared[1].decode("ascii") if declared else "utf-8"
    try:
        name = codecs.lookup(encoding).name
    except (LookupError, ValueError):
        name = ""
    if name not in _ENCODINGS:
        raise XmlError("malformed", f"The XML is written in {encoding}, which is not read here. Use UTF-8.")
    if name != "utf-8" and name != "ascii":
        if name in ("utf-16", "utf-16-le", "utf-16-be") and not data.startswith(tuple(m for m, _ in _MARKS)):
            name = "utf-8"  # declared as UTF-16 inside a document whose declaration could be read as ASCII: it is not
        else:
            try:
                data = data.decode(name).removeprefix("\ufeff").encode("utf-8")
            except UnicodeError:
                raise XmlError("malformed", f"The XML says it is written in {encoding}, and is not.") from None
            data = _DECLARATION.sub(b"", data, count=1) if data.startswith(b"<?xml") else data
    if b"\0" in data:
        raise XmlError("malformed", "The XML contains NUL bytes.")
    return data


def _read_error(error: etree.XMLSyntaxError) -> XmlError:
    message = str(error.msg or error)
    if _TOO_DEEP.search(message):
        return XmlError("too_deep", "The XML is nested too deep.")
    if getattr(error, "code", None) in (
        _ERRORS.ERR_UNDECLARED_ENTITY,
        _ERRORS.WAR_UNDECLARED_ENTITY,
        _ERRORS.ERR_ENTITY_LOOP,
    ):
        return XmlError("entities", f"The XML uses an entity that is not built in: {message}")
    if _TOO_LARGE.search(message):
        return XmlError("too_large", f"The XML has a text or a name that is too long: {message}")
    return XmlError("malformed", f"The XML is not well-formed: {message}")
