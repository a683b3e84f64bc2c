"""How two answers are compared, counted and ordered by the type of their question.

What two texts mean alike is said by `forms.values`; this module adds what merging needs on top: exact numbers and their
one way to be written, the elements of a set, and an order for `max` and `min`. Every function is total: a text that is
not of its type is compared as the text it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Context, Decimal
from typing import Final

from forms.values import canonical, to_number, to_value
from sync.policies import NUMBER_TYPES

# Numbers of forms.values have at most 100 digits and exponents of two digits: with 500 digits no sum is ever rounded.
_EXACT: Final = Context(prec=500)
ZERO: Final = Decimal(0)
# Types of which a form does not say what the text is: "10" and "9" are ordered as numbers, "2026-11-23" as text.
_OPEN_TYPES: Final = frozenset({"calculate", "hidden", "text", "string", "", "note"})

Key = str | tuple[str, ...]
Rank = tuple[int, Decimal, str]


def is_blank(text: str) -> bool:
    """Tell whether an answer says nothing."""
    return not text or text.isspace()


class Comparison:
    """Compares answers, remembering each text it has worked out; made anew for each computation."""

    __slots__ = ("_amounts", "_elements", "_keys", "_sets")

    def __init__(self) -> None:
        self._keys: dict[str, dict[str, Key]] = {}
        self._amounts: dict[str, Decimal | None] = {"": ZERO}
        self._elements: dict[str, frozenset[str]] = {}
        self._sets: dict[tuple[frozenset[str], tuple[str, ...]], str] = {}

    def to_key(self, type: str, text: str) -> Key:  # noqa: A002 - the word of the forms package
        """Return what a text is compared by."""
        keys = self._keys.get(type)
        if keys is None:
            keys = self._keys[type] = {}
        key = keys.get(text)
        if key is None:
            key = keys[text] = canonical(type, text)
        return key

    def is_same(self, type: str, one: str, other: str) -> bool:  # noqa: A002 - the word of the forms package
        """Tell whether two texts mean the same."""
        if one == other:
            return True
        keys = self._keys.get(type)
        if keys is None:
            keys = self._keys[type] = {}
        key, other_key = keys.get(one), keys.get(other)
        if key is None:
            key = keys[one] = canonical(type, one)
        if other_key is None:
            other_key = keys[other] = canonical(type, other)
        return key == other_key

    def to_amount(self, text: str) -> Decimal | None:
        """Return the number a text is, 0 for a blank one, None when it is no number."""
        if text not in self._amounts:
            self._amounts[text] = to_amount(text)
        return self._amounts[text]

    def to_elements(self, text: str) -> frozenset[str]:
        """Return the choices that an answer to a select_multiple names."""
        elements = self._elements.get(text)
        if elements is None:
            elements = self._elements[text] = to_elements(text)
        return elements

    def write_amount(self, amount: Decimal) -> str:
        """Write a number in plain digits."""
        text = to_plain(amount)
        self._amounts[text] = amount
        return text

    def write_elements(self, elements: frozenset[str], choices: tuple[str, ...]) -> str:
        """Write a set in its one order."""
        text = self._sets.get((elements, choices))
        if text is None:
            text = self._sets[(elements, choices)] = write_elements(elements, choices)
        return text


def add(one: Decimal, other: Decimal) -> Decimal:
    """Add exactly."""
    return _EXACT.add(one, other)


def subtract(one: Decimal, other: Decimal) -> Decimal:
    """Subtract exactly."""
    return _EXACT.subtract(one, other)


def to_amount(text: str) -> Decimal | None:
    """Return the number a text is, 0 for a blank one, None when it is no number."""
    return ZERO if is_blank(text) else to_number(text)


def to_plain(number: Decimal) -> str:
    """Write a number in plain digits: "3", "2.5", never "3.0", "-0" or an exponent."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def to_served(type: str, text: str) -> str:  # noqa: A002 - the word of the forms package
    """Return an answer as it is served: numbers in plain digits, everything else as it was written."""
    if type in NUMBER_TYPES:
        number = to_number(text)
        if number is not None:
            return to_plain(number)
    return text


def to_elements(text: str) -> frozenset[str]:
    """Return the choices that an answer to a select_multiple names."""
    key = canonical("select_multiple", text)
    return frozenset(key)


def write_elements(elements: Iterable[str], choices: Sequence[str]) -> str:
    """Write a set in its one order: as the choices stand in the form, then the unknown ones by alphabet."""
    places = {name: place for place, name in enumerate(choices)}
    return " ".join(sorted(elements, key=lambda name: (places.get(name, len(places)), name)))


def rank(type: str, choices: Sequence[str], text: str) -> Rank:  # noqa: A002 - the word of the forms package
    """Return what `max` and `min` order an answer by; the first item is 0 when the text is not of its type.

    Numbers by their value, the choices of a select_one by their place in the form, dates and times by time. A
    calculation can be anything: by its value when it is a number, else as text, which is right for ISO dates.
    """
    if type in NUMBER_TYPES or type in _OPEN_TYPES:
        number = to_number(text)
        if number is not None:
            return (1, number, "")
        return (0, ZERO, text)
    if choices:
        return (1, Decimal(choices.index(text)), "") if text in choices else (0, ZERO, text)
    if isinstance(to_value(type, text), str):
        return (0, ZERO, text)
    key = canonical(type, text)
    return (1, ZERO, key if isinstance(key, str) else " ".join(key))
