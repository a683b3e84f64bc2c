"""The body of an XForm: which control asks which question, with what label, choices and appearance.

Follows https://getodk.github.io/xforms-spec/#body-elements.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from forms.texts import Texts, children
from forms.xmltree import Element, local_name

_INSTANCE = re.compile(r"""\s*(?:randomize\(\s*)?instance\(\s*['"]([^'"]+)['"]\s*\)""")
_CONTROLS = frozenset({"input", "select1", "select", "rank", "range", "upload", "trigger", "secret", "textarea"})


@dataclass(slots=True)
class Control:
    """One control, group or repeat of the body. `items` are (value, labels) of choices written inside a select."""

    tag: str
    labels: dict[str, str] = field(default_factory=dict)
    hints: dict[str, str] = field(default_factory=dict)
    appearance: str = ""
    mediatype: str = ""
    choice_list: str | None = None
    value_ref: str = "name"
    label_ref: str = ""
    items: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    external: bool = False


@dataclass(slots=True)
class Body:
    """Everything the body says, by absolute path."""

    controls: dict[str, Control] = field(default_factory=dict)
    groups: dict[str, Control] = field(default_factory=dict)
    repeats: set[str] = field(default_factory=set)


def read_body(body: Element, texts: Texts, references: dict[str, str]) -> Body:
    """Read the body of a form; `references` goes from the id of a bind to its path."""
    read = Body()
    waiting: list[tuple[Element, str]] = [(body, "")]
    while waiting:
        element, context = waiting.pop()
        path = find_path(element, context, references)
        tag = local_name(element)
        if tag in _CONTROLS:
            read.controls.setdefault(path, _read_control(element, texts))
            continue
        if tag == "repeat":
            read.repeats.add(path)
        elif tag == "group" and path != context:
            read.groups.setdefault(path, _read_group(element, texts))
        waiting += [(child, path) for child in reversed(element)]
    return read


def find_path(element: Element, context: str, references: dict[str, str]) -> str:
    """Return the absolute path a control is bound to, without namespace prefixes; the context when it says none."""
    reference = element.get("ref") or element.get("nodeset") or ""
    if not reference and element.get("bind"):
        reference = references.get(element.get("bind", ""), "")
    reference = reference.strip()
    if not reference:
        return context
    if not reference.startswith("/"):
        reference = f"{context}/{reference}"
    return to_path(reference)


def to_path(reference: str) -> str:
    """Return a path without namespace prefixes, "." and ".."."""
    steps: list[str] = []
    for step in reference.split("/"):
        name = step.strip().rpartition(":")[2]
        if name == "..":
            del steps[-1:]
        elif name not in ("", "."):
            steps.append(name)
    return "/" + "/".join(steps)


def _read_group(element: Element, texts: Texts) -> Control:
    return Control("group", texts.read(element, "label"), {}, element.get("appearance", ""))


def _read_control(element: Element, texts: Texts) -> Control:
    control = Control(
        tag=local_name(element),
        labels=texts.read(element, "label"),
        hints=texts.read(element, "hint"),
        appearance=" ".join(element.get("appearance", "").split()),
        mediatype=element.get("mediatype", ""),
    )
    query = element.get("query")
    if query is not None:
        named = _INSTANCE.match(query)
        control.choice_list = named[1] if named else None
        control.external = True
    for itemset in children(element, "itemset"):
        named = _INSTANCE.match(itemset.get("nodeset", ""))
        control.choice_list = named[1] if named else None
        control.value_ref = next((child.get("ref", "name") for child in children(itemset, "value")), "name")
        control.label_ref = next((child.get("ref", "") for child in children(itemset, "label")), "")
    for item in children(element, "item"):
        value = next((child.text or "" for child in children(item, "value")), "").strip()
        control.items.append((value, texts.read(item, "label")))
    return control
