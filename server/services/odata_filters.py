"""``$filter`` in the database's words: which columns it may ask about, and what it means on both databases."""

from __future__ import annotations

from collections.abc import Mapping
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
from server.database import db
from server.errors import Problem
from server.models.columns import Moment

ROOT = "$root/Submissions/"
Columns = Mapping[str, ColumnElement[Any]]


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
