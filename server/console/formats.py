"""How values look: dates in the place's time and months, numbers with their unit, each in its own direction."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from exports.programme import ALGIERS
from exports.references import to_ref
from forms.values import GeoPoint, to_number, to_value
from server.console.pages import language, text
from server.console.texts import TEXTS

LOCALES: Final = {"fr": "fr_DZ", "ar": "ar_DZ", "en": "en_GB"}
"""Algerian months and digits: ``ar_DZ`` writes نوفمبر and 2026."""
_RIGHT_TO_LEFT: Final = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
CENTIMES_FROM: Final = 10_000
"""Dinars: a million of centimes."""
MAX_NUMBER: Final = 24
"""Characters; nobody earns or lends more."""
_NUMBERS: Final = frozenset({"integer", "int", "decimal", "range"})


@dataclass(frozen=True, slots=True)
class Shown:
    """A text and the direction that it is written in: ``ltr``, ``rtl`` or ``auto``."""

    text: str
    dir: str
    machine: str = ""
    """The same instant for programs, when it is one."""


def show_moment(value: datetime | None) -> Shown:
    """Write an instant in Algerian time."""
    if value is None:
        return Shown("–", "auto")
    local = value.astimezone(ALGIERS)
    words = format_datetime(local, "d MMM y, HH:mm" if language() != "ar" else "d MMMM y، HH:mm", locale=_locale())
    return Shown(words, _date_direction(), value.astimezone(UTC).isoformat(timespec="seconds"))


def show_day(value: date) -> Shown:
    return Shown(format_date(value, "d MMMM y", locale=_locale()), _date_direction(), value.isoformat())


def to_iso_day(value: datetime | None, days: int = 0) -> str:
    """Write the day of an instant in Algerian time for a date field; "" for none."""
    return "" if value is None else (value.astimezone(ALGIERS) + timedelta(days=days)).date().isoformat()


def show_count(value: int) -> str:
    """Write a number with the reader's separators."""
    return format_decimal(value, locale=_locale())


def show_value(value: str, kind: str = "text", unit: str = "") -> Shown:
    """Write an answer as its type is read; whatever does not fit its type is shown as it was written.

    :param kind: ODK type of the question.
    """
    found = to_value(kind, value) if value else None
    if isinstance(found, datetime):
        try:
            return show_moment(found if found.tzinfo else found.replace(tzinfo=ALGIERS))
        except OverflowError:  # a clock in the year 1 or 9999
            return Shown(value, "ltr")
    if isinstance(found, date):
        return show_day(found)
    if isinstance(found, GeoPoint):
        near = "" if found.accuracy_m is None else f" (±{found.accuracy_m:.0f} m)"
        return Shown(f"{found.latitude}, {found.longitude}{near}", "ltr")
    if unit and len(value) < MAX_NUMBER and (number := to_number(value)) is not None:
        return Shown(f"{format_decimal(number, locale=_locale())} {_unit(unit)}{_say_centimes(number, unit)}", "auto")
    return Shown(value, direction_of(value) if kind not in _NUMBERS else "ltr")


def _say_centimes(number: Decimal, unit: str) -> str:
    """Say a sum in dinars as people say it aloud, in millions of centimes; small sums are not said so."""
    if unit != "DZD" or abs(number) < CENTIMES_FROM:
        return ""
    millions = format_decimal((number / 10_000).quantize(Decimal("0.01")).normalize(), locale=_locale())
    return f" ({text('unit.centimes', count=millions)})"


def direction_of(value: str) -> str:
    """Say how a text runs: numbers, phones and ids from left to right in any page, words by their script."""
    if any(c.isdigit() or c == "*" for c in value) and not _RIGHT_TO_LEFT.search(value):
        return "ltr"
    return "auto"


def show_policy(policy: str) -> str:
    key = f"policy.{policy}"
    return text(key) if key in TEXTS else policy


def show_kind(kind: str) -> str:
    """Write the type of a question in words."""
    key = f"type.{kind}"
    return text(key) if key in TEXTS else kind


def show_size(size: int | None) -> str:
    """Write a file's size (bytes) in kilobytes or megabytes."""
    if size is None:
        return ""
    if size < 1_000_000:
        return f"{format_decimal(max(1, round(size / 1000)), locale=_locale())} {text('unit.kB')}"
    return f"{format_decimal(round(size / 1_000_000, 1), locale=_locale())} {text('unit.MB')}"


def _unit(unit: str) -> str:
    key = f"unit.{unit}"
    return text(key) if key in TEXTS else unit


def _locale() -> str:
    return LOCALES[language()]


def _date_direction() -> str:
    """Say how a date with the month in words runs: as the words of the page do."""
    return "rtl" if language() == "ar" else "ltr"


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "moment": show_moment,
    "day": show_day,
    "count": show_count,
    "iso_day": to_iso_day,
    "shown": show_value,
    "policy": show_policy,
    "kind": show_kind,
    "size": show_size,
    "cells": to_ref,
}
