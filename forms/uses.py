"""What a form asks of the app that fills it: types, appearances, parameters, features, functions, each with its node.

Names are XLSForm's, so that a message speaks the form author's language. Nothing is judged here (`forms.support`).
Follows https://xlsform.org and https://getodk.github.io/xforms-spec/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from forms.controls import find_path, to_path
from forms.texts import children
from forms.xform import NAMESPACE
from forms.xmltree import Element, local_name, namespace_of, parse_xml
from forms.xpath import find_functions

_MAX_FORM_BYTES = 50 * 2**20
_INPUTS = {"int": "integer", "string": "text", "": "text"}
_UPLOADS = {"image": "image", "audio": "audio", "video": "video"}
_CONTROLS = frozenset({"input", "select1", "select", "rank", "range", "upload", "trigger", "secret"})
_EXPRESSIONS = ("relevant", "constraint", "required", "readonly", "calculate", "nodeset", "value", "ref", "count")
_PRELOADS = frozenset({"start", "end", "today", "deviceid", "username", "phonenumber", "email"})
_PRELOADS |= {"simserial", "subscriberid"}
_PARAMETERS = {
    "max-pixels": "max-pixels",
    "quality": "quality",
    "accuracyThreshold": "capture-accuracy",
    "unacceptableAccuracyThreshold": "warning-accuracy",
    "allow-mock-accuracy": "allow-mock-accuracy",
    "incremental": "incremental",
    "rows": "rows",
    "intent": "app",
}
_ITEXT = re.compile(r"\s*jr:itext\(")
_TOKEN = re.compile(r"[^\s(]+(?:\([^)]*\))?")


@dataclass(frozen=True, slots=True)
class Use:
    """`kind` is type, appearance, parameter, feature or function. `widget` is the type of its question, "" for none."""

    kind: str
    name: str
    path: str
    widget: str = ""


def find_uses(xform: bytes) -> tuple[Use, ...]:
    """Find everything a form uses, in document order, each thing once a node.

    :raises XmlError: when it is no XML that may be read.
    """
    root = parse_xml(xform, max_bytes=_MAX_FORM_BYTES)
    return tuple(dict.fromkeys(_Reader(root).read()))


class _Reader:
    def __init__(self, root: Element) -> None:
        self._root = root
        self._binds: dict[str, Element] = {}
        self._files: dict[str, str] = {}  # id of an instance -> csv, xml, geojson or last-saved
        for element in root.iter():
            tag = local_name(element)
            if tag == "bind":
                self._binds.setdefault(to_path(element.get("nodeset", "")), element)
            elif tag == "instance" and element.get("src"):
                self._files[element.get("id", "")] = _file_kind(element.get("src", ""))
        self._asked: set[str] = set()
        self._acted: set[str] = set()

    def read(self) -> Iterator[Use]:
        body = next(children(self._root, "body"), None)
        if body is not None:
            yield from self._words(Use("appearance", "", "", "any"), body.get("class", ""))
            yield from self._body(body, "", 0)
        yield from self._model()
        yield from self._functions()

    def _body(self, around: Element, context: str, repeats: int) -> Iterator[Use]:
        for element in around:
            tag = local_name(element)
            path = find_path(element, context, {})
            if tag in _CONTROLS:
                yield from self._control(element, tag, path)
            elif tag == "repeat":
                yield Use("feature", "repeat in repeat" if repeats else "repeat", path)
                if "count" in _attributes(element):
                    yield Use("feature", "repeat_count", path)
                yield from self._words(Use("appearance", "", path, "group"), element.get("appearance", ""))
                yield from self._body(element, path, repeats + 1)
            elif tag == "group":
                if path != context:
                    yield Use("feature", "group", path)
                yield from self._words(Use("appearance", "", path, "group"), element.get("appearance", ""))
                if element.get("intent"):
                    yield Use("feature", "intent", path)
                yield from self._body(element, path, repeats)

    def _control(self, element: Element, tag: str, path: str) -> Iterator[Use]:
        self._asked.add(path)
        bind = self._binds.get(path)
        kind = self._type(element, tag, bind)
        widget = "select_one" if kind == "select_one_from_file" else kind
        if kind == "select_one_from_file" and tag == "select":
            widget = "select_multiple"
        yield Use("type", kind, path, widget)
        if widget != kind:
            yield Use("type", widget, path, widget)
        yield from self._words(Use("appearance", "", path, widget), element.get("appearance", ""))
        for source in (element, *([] if bind is None else [bind])):
            for name in _attributes(source):
                if name in _PARAMETERS:
                    yield Use("parameter", _PARAMETERS[name], path, widget)
        for itemset in children(element, "itemset"):
            nodeset = itemset.get("nodeset", "")
            if "randomize(" in nodeset:
                yield Use("parameter", "randomize", path, widget)
            if "[" in nodeset:
                yield Use("feature", "choice_filter", path, widget)

    def _type(self, element: Element, tag: str, bind: Element | None) -> str:
        kind = (bind.get("type", "") if bind is not None else "").rpartition(":")[2]
        if tag in ("select1", "select"):
            sets = [itemset.get("nodeset", "") for itemset in children(element, "itemset")]
            if any(f"instance('{name}')" in nodeset for name in self._files for nodeset in sets):
                return "select_one_from_file"
            return "select_one" if tag == "select1" else "select_multiple"
        if tag == "upload":
            return _UPLOADS.get(element.get("mediatype", "").partition("/")[0], "file")
        if tag in ("rank", "range"):
            return tag
        if tag == "trigger":
            return "acknowledge"
        if element.get("query") is not None:
            return "select_one_external"
        if kind in _INPUTS and bind is not None and bind.get("readonly", "").strip() == "true()":
            return "note"
        return _INPUTS.get(kind, kind)

    def _words(self, use: Use, appearance: str) -> Iterator[Use]:
        for word in _TOKEN.findall(appearance):
            name = "search()" if word.startswith("search(") else word
            yield Use("appearance", name, use.path, use.widget)

    def _model(self) -> Iterator[Use]:
        for element in self._root.iter():
            tag = local_name(element)
            if tag in ("setvalue", "setgeopoint", "recordaudio"):
                yield from self._action(element, tag)
            elif tag == "value" and element.get("form"):
                name = element.get("form", "")
                yield Use("feature", "guidance_hint" if name == "guidance" else f"media::{name}", "")
            elif tag == "translation" and element.get("lang", "default") != "default":
                yield Use("feature", "languages", "")
            elif tag == "submission" and element.get("base64RsaPublicKey"):
                yield Use("feature", "encryption", "")
            elif tag == "entity":
                for name in ("create", "update"):
                    if element.get(name) is not None:
                        yield Use("feature", f"entities {name}", "")
        yield from (Use("feature", kind, "") for kind in self._files.values())
        yield from self._defaults()
        for path, bind in self._binds.items():
            yield from self._bind(path, bind)

    def _defaults(self) -> Iterator[Use]:
        blank = next((e for e in self._root.iter() if local_name(e) == "instance" and not e.get("id")), None)
        for node in () if blank is None else blank.iter():
            path = "/" + "/".join(reversed([local_name(node), *(local_name(up) for up in node.iterancestors())]))
            path = path.partition("/instance")[2]
            if len(node) == 0 and (node.text or "").strip() and path in self._asked:
                yield Use("feature", "default", path)

    def _action(self, element: Element, tag: str) -> Iterator[Use]:
        path = to_path(element.get("ref", ""))
        self._acted.add(path)
        loads = "xforms-value-changed" not in element.get("event", "")
        if tag == "recordaudio":
            yield Use("type", "background-audio", path)
        elif tag == "setgeopoint":
            yield Use("type", "start-geopoint" if loads else "background-geopoint", path)
        elif "repeat" not in element.get("event", ""):
            yield Use("feature", "dynamic default" if loads else "trigger", path)

    def _bind(self, path: str, bind: Element) -> Iterator[Use]:
        steps = path.split("/")
        preload = _attributes(bind)
        if steps[-1] == "audit" and "meta" in steps:
            yield Use("type", "audit", path)
        if "meta" in steps:
            if steps[-1] == "instanceName":
                yield Use("feature", "instance_name", path)
            return
        word = preload.get("preloadParams", "")
        if preload.get("preload") == "date":
            word = "today"
        if "preload" in preload:
            if word in _PRELOADS:
                yield Use("type", word, path)
        elif path not in self._asked and path not in self._acted and not preload.keys() & {"relevant", "readonly"}:
            yield Use("type", "calculate" if "calculate" in preload else "hidden", path)
        for name in ("relevant", "required", "constraint"):
            if preload.get(name, "false()") != "false()":
                yield Use("feature", name, path)
        if "readonly" in preload and path in self._asked:
            yield Use("feature", "read_only", path)

    def _functions(self) -> Iterator[Use]:
        """Functions of every expression, under the node that has it."""
        for element in self._root.iter():
            if local_name(element) in ("instance", "translation") or namespace_of(element) == NAMESPACE:
                continue
            near = element.get("nodeset") or element.get("ref") or ""
            parent = element.getparent()
            if not near.startswith("/") and parent is not None:
                near = parent.get("nodeset") or parent.get("ref") or ""
            path = to_path(near) if near.startswith("/") else ""
            for name, value in _attributes(element).items():
                if name in _EXPRESSIONS and not (name == "ref" and _ITEXT.match(value)):
                    yield from (Use("function", found, path) for found in find_functions(value))


def _attributes(element: Element) -> dict[str, str]:
    """Attributes by local name."""
    return {str(name).rpartition("}")[2]: str(value) for name, value in element.attrib.items()}


def _file_kind(source: str) -> str:
    if source.startswith("jr://instance/"):
        return "last-saved"
    if source.startswith("jr://file-csv/"):
        return "csv"
    return "geojson" if source.endswith(".geojson") else "xml"
