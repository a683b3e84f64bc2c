"""What ``$filter`` says, as a tree: the part of OData's language that Central takes.

Comparisons (``lt le eq ne neq gt ge``), ``and or not``, parentheses, ``now() year() month() day() hour() minute()
second()``, texts, numbers, dates, moments, ``null``. Which fields there are is for the caller to say.

Source: OData 4.01 part 2, 5.1.1; Central's lib/data/odata-filter.js for what is supported.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MAX_LENGTH: Final = 4000
MAX_DEPTH: Final = 40
FUNCTIONS: Final = ("now", "year", "month", "day", "hour", "minute", "second")
_OPERATORS: Final = {"lt": "lt", "le": "le", "eq": "eq", "ne": "ne", "neq": "ne", "gt": "gt", "ge": "ge"}
_TOKEN: Final = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')"
    r"|(?P<moment>\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?)"
    r"|(?P<number>[+-]?\d+(?:\.\d+)?)"
    r"|(?P<name>\$?[A-Za-z_][\w/$.]*)"
    r"|(?P<mark>[(),]))"
)


class FilterError(ValueError):
    """The filter cannot be read."""


class UnsupportedFilterError(ValueError):
    """The filter can be read and asks for something that is not offered here."""


@dataclass(frozen=True, slots=True)
class Literal:
    value: str | float | bool | None


@dataclass(frozen=True, slots=True)
class Field:
    name: str


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    argument: Expression | None


@dataclass(frozen=True, slots=True)
class Comparison:
    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Logic:
    """``and``, ``or`` of two; ``not`` has no right."""

    operator: str
    left: Expression
    right: Expression | None = None


Expression = Literal | Field | Call | Comparison | Logic


def parse_filter(text: str) -> Expression:
    """Read a filter.

    :raises FilterError: when it is none.
    :raises UnsupportedFilterError: for a function that is not offered.
    """
    if len(text) > MAX_LENGTH:
        raise FilterError(f"more than {MAX_LENGTH} characters")
    reader = _Reader(_scan(text))
    found = reader.read_or(0)
    if reader.peek() is not None:
        raise FilterError(f"unexpected {reader.peek()[1]!r}")  # type: ignore[index]
    if isinstance(found, Literal | Field):
        raise FilterError("a comparison is expected")
    return found


def fields_of(expression: Expression | None) -> set[str]:
    """Name the fields that a filter asks about."""
    if isinstance(expression, Field):
        return {expression.name}
    if isinstance(expression, Call):
        return fields_of(expression.argument)
    if isinstance(expression, Comparison | Logic):
        return fields_of(expression.left) | fields_of(expression.right)
    return set()


def _scan(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        found = _TOKEN.match(text, position)
        if found is None:
            raise FilterError(f"unexpected {text[position:].strip()[:20]!r} at {position}")
        tokens.append((found.lastgroup or "", found[found.lastgroup or ""]))
        position = found.end()
    return tokens


class _Reader:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0

    def peek(self) -> tuple[str, str] | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _take(self, *words: str) -> str | None:
        token = self.peek()
        if token is not None and token[0] in ("name", "mark") and token[1] in words:
            self._at += 1
            return token[1]
        return None

    def _expect(self, word: str) -> None:
        if self._take(word) is None:
            raise FilterError(f"{word!r} is expected")

    def read_or(self, depth: int) -> Expression:
        if depth > MAX_DEPTH:
            raise FilterError("too deep")
        left = self._read_and(depth)
        while self._take("or"):
            left = Logic("or", left, self._read_and(depth))
        return left

    def _read_and(self, depth: int) -> Expression:
        left = self._read_not(depth)
        while self._take("and"):
            left = Logic("and", left, self._read_not(depth))
        return left

    def _read_not(self, depth: int) -> Expression:
        if self._take("not"):
            if depth > MAX_DEPTH:
                raise FilterError("too deep")
            return Logic("not", self._read_not(depth + 1))
        left = self._read_operand(depth)
        operator = self._take(*_OPERATORS)
        return Comparison(_OPERATORS[operator], left, self._read_operand(depth)) if operator else left

    def _read_operand(self, depth: int) -> Expression:
        token = self.peek()
        if token is None:
            raise FilterError("it ends too early")
        kind, text = token
        self._at += 1
        if kind == "mark" and text == "(":
            inner = self.read_or(depth + 1)
            self._expect(")")
            return inner
        if kind == "text":
            return Literal(text[1:-1].replace("''", "'"))
        if kind == "moment":
            return Literal(text)
        if kind == "number":
            return Literal(float(text) if "." in text else int(text))
        if kind == "name" and text in ("null", "true", "false"):
            return Literal({"null": None, "true": True, "false": False}[text])
        if kind == "name" and self._take("("):
            if text not in FUNCTIONS:
                raise UnsupportedFilterError(text)
            argument = None if text == "now" else self._read_operand(depth + 1)
            self._expect(")")
            return Call(text, argument)
        if kind == "name":
            return Field(text)
        raise FilterError(f"unexpected {text!r}")
