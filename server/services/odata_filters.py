"""``$filter``, ``$orderby`` and ``$search`` in the database's words, with one meaning on both databases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, extract, false, func, literal, not_, null, or_, true

from exports.odatafilter import (
    Call,
    Comparison,
    Expression,
    Field,
    FilterError,
    Literal,
    Logic,
    UnsupportedFilterError,
    parse_filter,
)
from exports.odataquery import Term, parse_order, parse_search
from server.database import db
from server.errors import Problem
from server.models.columns import Moment
from server.services.indexing import fold_words
from server.services.search import has_word

ROOT = "$root/Submissions/"
Columns = Mapping[str, ColumnElement[Any]]
Order = Sequence[tuple[ColumnElement[Any], bool]]
"""Columns, and whether each falls; nothing known comes before everything when rising, after everything when falling."""


def read_filter(text: str | None) -> Expression | None:
    """Read ``$filter``.

    :raises Problem: 400.18 when it cannot be read; 501.4 for what is not offered.
    """
    if text is None:
        return None
    try:
        return parse_filter(text)
    except FilterError as error:
        raise Problem("400.18", reason=str(error)) from None
    except UnsupportedFilterError as error:
        raise Problem("501.4", text=str(error)) from None


def read_order(text: str | None, columns: Columns) -> tuple[Term, ...]:
    """Read ``$orderby``.

    :raises Problem: 400.18 when it cannot be read; 501.5 for a field that is not offered.
    """
    if text is None or not text.strip():
        return ()
    try:
        terms = parse_order(text)
    except FilterError as error:
        raise Problem("400.18", reason=str(error)) from None
    for term in terms:
        if term.field.removeprefix(ROOT) not in columns:
            raise Problem("501.5", text=term.field)
    return terms


def to_order(terms: Sequence[Term], columns: Columns, last: Order) -> Order:
    """Make the whole order of a query.

    :param last: the order when nothing is asked; its end decides between rows that are otherwise equal, in the
        direction of the first field, so that pages never overlap.
    """
    if not terms:
        return last
    ties = [(column, terms[0].falling) for column, _ in last[1:]]
    return [*((columns[term.field.removeprefix(ROOT)], term.falling) for term in terms), *ties]


def order_by(order: Order) -> list[ColumnElement[Any]]:
    return [column.desc().nulls_last() if falling else column.asc().nulls_first() for column, falling in order]


def comes_after(order: Order, values: Sequence[Any]) -> ColumnElement[bool]:
    """Tell whether a row comes after the one with these values, in an order."""
    equal: list[ColumnElement[bool]] = []
    ways = []
    for (column, falling), value in zip(order, values, strict=True):
        if value is None:
            further: ColumnElement[bool] = false() if falling else column.is_not(None)
        else:
            further = or_(column < value, column.is_(None)) if falling else column > value
        ways.append(and_(*equal, further))
        equal.append(column.is_(None) if value is None else column == value)
    return or_(*ways)


def read_search(text: str | None, shows: Callable[[str], ColumnElement[bool]]) -> ColumnElement[bool] | None:
    """Read ``$search``: the words that a row must have, as the desk searches them (in either script, without accents).

    :param shows: gives the condition under which a row has all of some words.
    :raises Problem: 400.18 when it is too long.
    """
    try:
        alternatives = parse_search(text or "")
    except FilterError as error:
        raise Problem("400.18", reason=str(error)) from None
    if not alternatives:
        return None
    return or_(
        *(
            and_(*(not_(shows(one.text)) if one.without else shows(one.text) for one in some))
            for some in alternatives
        )
    )


def show_record(text: str) -> ColumnElement[bool]:
    """Tell whether a record has all of some words."""
    return and_(true(), *(has_word(word) for word in text.split() if fold_words(word)))


def to_condition(expression: Expression, columns: Columns, now: datetime) -> ColumnElement[bool]:
    """Make of a filter the condition of a query.

    :raises Problem: 400.18 for a value that is not of its field's kind; 501.5 for a field that is not offered.
    """
    return _Compiler(columns, now).condition(expression)


class _Compiler:
    def __init__(self, columns: Columns, now: datetime) -> None:
        self._columns = columns
        self._now = now

    def condition(self, expression: Expression) -> ColumnElement[bool]:
        if isinstance(expression, Logic):
            left = self.condition(expression.left)
            if expression.operator == "not" or expression.right is None:
                return not_(left)
            right = self.condition(expression.right)
            return and_(left, right) if expression.operator == "and" else or_(left, right)
        if isinstance(expression, Comparison):
            return self._compare(expression)
        if isinstance(expression, Literal) and isinstance(expression.value, bool):
            return true() if expression.value else false()
        raise Problem("400.18", reason="a comparison is expected")

    def _compare(self, it: Comparison) -> ColumnElement[bool]:
        left, right = self._operand(it.left), self._operand(it.right)
        if it.operator in ("eq", "ne"):
            if left is None or right is None:
                known = left if right is None else right
                equal: ColumnElement[bool] = true() if known is None else known.is_(None)
            else:
                left, right = self._match(left, right)
                equal = left.is_not_distinct_from(right)
            return equal if it.operator == "eq" else not_(equal)
        if left is None or right is None:
            return false()
        left, right = self._match(left, right)
        return {"lt": left < right, "le": left <= right, "gt": left > right, "ge": left >= right}[it.operator]

    def _operand(self, it: Expression) -> ColumnElement[Any] | None:
        if isinstance(it, Literal):
            return None if it.value is None else literal(it.value)
        if isinstance(it, Field):
            column = self._columns.get(it.name.removeprefix(ROOT))
            if column is None:
                raise Problem("501.5", text=it.name)
            return column
        if isinstance(it, Call):
            return self._call(it)
        raise Problem("400.18", reason="a field or a value is expected")

    def _call(self, it: Call) -> ColumnElement[Any]:
        if it.name == "now" or it.argument is None:
            return literal(self._now, Moment)
        argument = self._operand(it.argument)
        if argument is None:
            return null()
        if not isinstance(argument.type, Moment):
            argument = literal(_to_moment(getattr(argument, "value", None)), Moment)
        if db.engine.dialect.name == "postgresql":
            argument = func.timezone("UTC", argument)
        return extract(it.name, argument)

    def _match(
        self, left: ColumnElement[Any], right: ColumnElement[Any]
    ) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        """Read the value that a field is compared with as what the field holds."""
        return _as(left, right), _as(right, left)


def _as(it: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    if not isinstance(it, BindParameter) or isinstance(it.type, Moment):
        return it
    value = it.value
    if isinstance(other.type, Moment):
        return literal(_to_moment(value), Moment)
    kind = other.type.python_type
    try:
        return literal(kind(value)) if kind in (int, str, float) and not isinstance(value, kind) else it
    except (TypeError, ValueError):
        raise Problem("400.18", reason=f"{value!r} cannot be compared with it") from None


def _to_moment(value: object) -> datetime:
    try:
        text = str(value)
        if len(text) == len("2026-11-26"):
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        found = datetime.fromisoformat(text)
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    except ValueError:
        raise Problem("400.18", reason=f"{value!r} is no date or moment") from None
