"""What somebody typed into a cell, read as what the register keeps: names, births, phones, choices.

Office lists are typed by hand over years: dates in five styles and two scripts, presumed births, phones that lost their
zero, communes in whatever spelling. Each reader gives a text for the register, or raises `UnreadableError` with a code
that the page puts in words; nothing is guessed silently.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final, NamedTuple

from rapidfuzz import fuzz, process

_DIGITS: Final = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_SLASHED: Final = re.compile(r"(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4})")
_TURNED: Final = re.compile(r"(\d{4})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{1,2})(?:[T ].*)?")
_WORDED: Final = re.compile(r"(\d{1,2})(?:er)?\s+([^\W\d_]+\.?)\s+(\d{4})")
_YEAR: Final = re.compile(r"(1[89]\d\d|20\d\d)")
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv jan جانفي يناير", "fevrier fevr fev فيفري فبراير", "mars مارس", "avril avr افريل ابريل",
            "mai ماي مايو", "juin جوان يونيو", "juillet juil جويليه يوليو", "aout اوت اغسطس",
            "septembre sept sep سبتمبر", "octobre oct اكتوبر", "novembre nov نوفمبر", "decembre dec ديسمبر",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_LETTERS: Final = str.maketrans(
    {"ة": "ه", "ى": "ي", "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ؤ": "و", "ئ": "ي", "ـ": None}
)
_ARABIC: Final = re.compile(r"[\u0600-\u06ff]")
OLDEST: Final = 1900
NEAR: Final = 86
"""Of 100: from here a word is proposed for a choice, and shown to be so."""


class UnreadableError(ValueError):
    """The cell says nothing that fits; ``code`` is "birth", "phone", "choice", "ambiguous", "long", "future"."""

    def __init__(self, code: str, text: str = "") -> None:
        self.code = code
        self.text = text
        super().__init__(code)


class Birth(NamedTuple):
    """A birth: the day as ISO text ("" when presumed), and the year."""

    day: str
    year: str


class Chosen(NamedTuple):
    """A choice; ``sure`` is false when the spelling was only near."""

    name: str
    sure: bool


def to_plain_text(value: object) -> str:
    """Give the text of a cell as it reads: one space between words, NFC, numbers without a decimal tail."""
    if value is None:
        return ""
    if type(value) is str:
        text = " ".join(value.split())
        return text if text.isascii() else unicodedata.normalize("NFC", text)
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        value = int(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if not (value.hour or value.minute) else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return unicodedata.normalize("NFC", " ".join(str(value).split()))


def fold(text: str) -> str:
    """Fold spellings that people do not tell apart: case, accents, hamza, ta marbuta, punctuation."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_DIGITS))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).translate(_LETTERS)
    return " ".join(re.sub(r"[^\w]+", " ", plain).split())


def is_arabic(text: str) -> bool:
    """Say whether a text is written in Arabic letters."""
    return _ARABIC.search(text) is not None


def read_birth(value: object, today: date) -> Birth:
    """Read a date of birth, a year, or a presumed year ("présumée 1980", "مفترض 1980").

    :raises UnreadableError: "birth" when it is none, "future" when it lies ahead.
    """
    if isinstance(value, datetime):
        return _born(value.date(), today)
    if isinstance(value, date):
        return _born(value, today)
    text = to_plain_text(value).translate(_DIGITS)
    if not text:
        return Birth("", "")
    found = _SLASHED.fullmatch(text)
    if found:
        return _born(_day(int(found[3]), int(found[2]), int(found[1])), today)
    found = _TURNED.fullmatch(text)
    if found:
        return _born(_day(int(found[1]), int(found[2]), int(found[3])), today)
    found = _WORDED.fullmatch(text)
    if found:
        month = _MONTHS.get(fold(found[2]).strip("."))
        if month is None:
            raise UnreadableError("birth", text)
        return _born(_day(int(found[3]), month, int(found[1])), today)
    years = _YEAR.findall(text)
    if len(years) == 1 and len(re.findall(r"\d", text)) == 4:
        if int(years[0]) > today.year:
            raise UnreadableError("future", text)
        return Birth("", years[0])
    raise UnreadableError("birth", text)


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise UnreadableError("birth", f"{day}/{month}/{year}") from None


def _born(day: date, today: date) -> Birth:
    if day > today:
        raise UnreadableError("future", day.isoformat())
    if day.year < OLDEST:
        raise UnreadableError("birth", day.isoformat())
    return Birth(day.isoformat(), str(day.year))


def read_phone(value: object) -> str:
    """Read an Algerian phone number as 0…; a number cell that lost its zero gets it back.

    :raises UnreadableError: "phone" when it has not the digits of one.
    """
    text = to_plain_text(value).translate(_DIGITS)
    if not text:
        return ""
    digits = re.sub(r"[\s.\-_/()]+", "", text)
    if re.fullmatch(r"(\+|00)213\d{8,9}", digits):
        digits = "0" + re.sub(r"^(\+|00)213", "", digits)
    elif re.fullmatch(r"[2-7]\d{7,8}", digits) and len(digits) == (9 if digits[0] in "567" else 8):
        digits = "0" + digits
    if not re.fullmatch(r"0[567]\d{8}|0[234]\d{7}", digits):
        raise UnreadableError("phone", text)
    return digits


class Choices:
    """The words of a list, in every spelling that is known."""

    def __init__(self, spellings: Mapping[str, tuple[str, ...]]) -> None:
        self._exact: dict[str, set[str]] = {}
        for name, words in spellings.items():
            for word in (name, *words):
                if fold(word):
                    self._exact.setdefault(fold(word), set()).add(name)
        self._names = frozenset(spellings)

    def read(self, value: object, *, near: bool = True) -> Chosen:
        """Find which choice a text means.

        :param near: take the nearest spelling too, and say that it was.
        :raises UnreadableError: "choice" for none of them, "ambiguous" for several.
        """
        text = to_plain_text(value)
        if not text:
            return Chosen("", True)
        if text in self._names:
            return Chosen(text, True)
        folded = fold(text)
        found = self._exact.get(folded, set())
        if len(found) == 1:
            return Chosen(next(iter(found)), True)
        if found:
            raise UnreadableError("ambiguous", text)
        if near and len(folded) > 3:
            best = process.extract(folded, list(self._exact), scorer=fuzz.ratio, limit=2, score_cutoff=NEAR)
            names = [self._exact[word] for word, _, _ in best]
            if names and len(names[0]) == 1 and (len(best) == 1 or best[0][1] > best[1][1] or names[0] == names[1]):
                return Chosen(next(iter(names[0])), False)
        raise UnreadableError("choice", text)
