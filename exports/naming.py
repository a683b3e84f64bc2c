"""Names that are unique and valid: of sheets, at most 31 characters; of columns; and the words templates use.

Sheet names are made here and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final
from unicodedata import combining, normalize

MAX_NAME: Final = 31
_FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def to_sheet_name(wanted: str, taken: Iterable[str], *, tail: str = "") -> str:
    """Make a valid sheet name that differs from those taken, ignoring case.

    ``tail`` (a repeat, a continuation number) survives when the name must be shortened.
    Source: Excel's rules: 1–31 characters, none of ``[ ] : * ? / \\``, no apostrophe at either end, not "History".
    """
    used = {name.casefold() for name in taken}
    base = _FORBIDDEN.sub("_", wanted).strip("' ") or "_"
    tail = _trim(_FORBIDDEN.sub("_", tail).rstrip("' "), MAX_NAME - 8)
    if (base + tail).casefold() in ("history", "historique"):
        base += "_"
    name = _fit(base, tail)
    number = 2
    while name.casefold() in used:
        name = _fit(base, f"{tail}~{number}")
        number += 1
    return name


def _fit(base: str, tail: str) -> str:
    return _trim(base, MAX_NAME - _units(tail)) + tail


def _trim(text: str, units: int) -> str:
    """Shorten a text to so many UTF-16 units, as Excel counts them."""
    text = text[: max(units, 0)]
    while _units(text) > units and text:
        text = text[:-1]
    return text.rstrip(" '")


def _units(text: str) -> int:
    return len(text) + sum(char > "\uffff" for char in text)


def to_headings(wanted: Sequence[str], reserved: Iterable[str] = ()) -> list[str]:
    """Make headings unique, ignoring case, by adding ``~2``, ``~3`` to the later ones; the order is kept."""
    used = {name.casefold() for name in reserved}
    made = []
    for heading in wanted:
        name, number = heading, 2
        while name.casefold() in used:
            name = f"{heading}~{number}"
            number += 1
        used.add(name.casefold())
        made.append(name)
    return made


def to_plain(words: str) -> str:
    """Give words as they are compared: without case, accents, or blanks that say nothing."""
    plain = normalize("NFKD", words.casefold().replace("œ", "oe").replace("æ", "ae"))
    return " ".join("".join(char for char in plain if not combining(char)).split())


def to_code(words: str) -> str:
    """Make the word by which a template calls something: small Latin letters, digits and ``_``; "" when none are left.

    "Taux qualification (%)" gives ``taux_qualification``.
    """
    return "_".join(re.findall(r"[a-z0-9]+", to_plain(words)))
