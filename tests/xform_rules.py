"""What a form demands of its own answers, evaluated: relevance, required, constraints and calculations.

Expressions are XPath 1.0 with ODK's functions; lxml evaluates them over a whole instance in which absent nodes stand blank, as
a form engine holds it. Dates are day numbers there. Calculations that read other instances, chance or the phone are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from lxml import etree

from forms.definition import FormDefinition, Node
from forms.instance import Instance, find_rows

_XFORMS = "{http://www.w3.org/2002/xforms}"
_EPOCH = date(1970, 1, 1)
_ELSEWHERE = ("instance(", "uuid(", "once(", "pulldata(")


def find_broken_rules(xform: bytes, definition: FormDefinition, instance: Instance) -> list[str]:
    """Say which rules of the form a filled form breaks. Forms with repeats are not read."""
    values = next(iter(find_rows(definition, instance))).values
    rules = _Rules(xform, definition, values)
    return list(rules.broken())


class _Rules:
    def __init__(self, xform: bytes, definition: FormDefinition, values: Any) -> None:
        self.values = values
        self.definition = definition
        binds = etree.fromstring(xform).iter(f"{_XFORMS}bind")
        self.binds = {bind.get("nodeset"): dict(bind.attrib) for bind in binds}
        self.elements: dict[str, etree._Element] = {}
        self.root = etree.Element(definition.root.strip("/"))
        self.elements[definition.root] = self.root
        for node in definition.nodes:
            parent = self.elements.get(node.path.rpartition("/")[0])
            if parent is not None:
                self.elements[node.path] = etree.SubElement(parent, node.name)
                self.elements[node.path].text = self._held(node)
        today = date.fromisoformat(values[f"{definition.root}/today"])
        self.functions = {(None, name): function for name, function in _functions(today).items()}

    def _held(self, node: Node) -> str:
        text: str = self.values.get(node.path, "")
        return str(_days(text)) if text and node.type in ("date", "today") else text

    def evaluate(self, path: str, expression: str) -> Any:
        plain = expression.replace("round(", "odk-round(")
        return etree.XPath(plain, extensions=self.functions)(self.elements[path])

    def relevant(self, path: str) -> bool:
        """Whether a node and all groups around it are relevant."""
        while path != self.definition.root:
            rule = self.binds.get(path, {}).get("relevant")
            if rule and not _true(self.evaluate(path, rule)):
                return False
            path = path.rpartition("/")[0]
        return True

    def broken(self) -> Iterator[str]:
        for node in self.definition.nodes:
            if node.kind != "question" or node.path.startswith(f"{self.definition.root}/meta/"):
                continue
            present, relevant = node.path in self.values, self.relevant(node.path)
            if present != relevant:
                yield f"{node.path} is {'written' if present else 'left out'} and is {'' if relevant else 'not '}relevant"
            elif present:
                yield from self._broken_at(node)

    def _broken_at(self, node: Node) -> Iterator[str]:
        text, bind = self.values[node.path], self.binds.get(node.path, {})
        if not text and bind.get("required") and _true(self.evaluate(node.path, bind["required"])):
            yield f"{node.path} is required and blank"
        if text and bind.get("constraint") and not _true(self.evaluate(node.path, bind["constraint"])):
            yield f"{node.path}: {text!r} breaks {bind['constraint']}"
        formula = bind.get("calculate", "")
        if formula and not any(word in formula for word in _ELSEWHERE):
            found = _text(self.evaluate(node.path, formula))
            if found != text:
                yield f"{node.path} is {text!r}, calculated {found!r}"
        if text and node.choice_list in self.definition.choices:
            known = {choice.name for choice in self.definition.choices[node.choice_list]}
            yield from (f"{node.path}: no choice {name}" for name in text.split() if name not in known)


def _days(text: str) -> int:
    return (date.fromisoformat(text) - _EPOCH).days


def _true(value: Any) -> bool:
    return bool(value) if not isinstance(value, list) else any(_text(one) for one in value)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return _text(value[0]) if value else ""
    if isinstance(value, etree._Element):
        return value.text or ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return "" if value != value else f"{value:.10f}".rstrip("0").rstrip(".")
    return str(value)


def _functions(today: date) -> dict[str, Any]:
    def format_date(_context: Any, value: Any, pattern: Any) -> str:
        text = _text(value)
        return (_EPOCH + timedelta(days=int(float(text)))).strftime(_text(pattern)) if text else ""

    def odk_round(_context: Any, value: Any, digits: float) -> float:
        return round(float(_text(value)) + 1e-9, int(digits))

    def substr(_context: Any, value: Any, start: float, end: float) -> str:
        return _text(value)[int(start) : int(end)]

    def integer(_context: Any, value: Any) -> float:
        text = _text(value)
        return float(int(float(text))) if text else float("nan")

    return {
        "selected": lambda _c, value, name: _text(name) in _text(value).split(),
        "count-selected": lambda _c, value: float(len(_text(value).split())),
        "regex": lambda _c, value, pattern: re.search(_text(pattern), _text(value)) is not None,
        "format-date": format_date,
        "date": lambda _c, text: float(_days(_text(text))),
        "today": lambda _c: float((today - _EPOCH).days),
        "int": integer,
        "if": lambda _c, condition, yes, no: yes if _true(condition) else no,
        "substr": substr,
        "odk-round": odk_round,
    }
