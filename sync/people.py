"""What of a record tells who somebody is: which property is the name, the father, the birth, the commune.

A form says it in the column ``bind::hirfa:role``; where it says nothing, the usual names of properties in French,
English and Arabic lists are understood. A list without a name and something else about a person is not compared: two
associations of one name are not one woman.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from forms.definition import ROLES
from sync.names import Name, fold_name

_GUESSES: Final[Mapping[str, str]] = {
    "given": "prenom|first_?name|given_?name|forename|ism",
    "family": "nom|nom_(?:de_)?(?:famille|naissance)|last_?name|family_?name|surname|laqab",
    "name": "nom_(?:et_)?prenom|nom_complet|full_?name",
    "married": "nom_(?:marital|epou[sx]e?|mari|d_?usage)|married_?name|husband_?name",
    "father": "(?:pre)?nom_(?:du_)?pere|pere|father(?:_?s)?_?name|father",
    "birth": "(?:date|annee|jour)_(?:de_)?naissance|naissance|birth_?(?:date|year|day)|date_of_birth|year_of_birth|dob",
    "place": "commune|baladiya|municipality",
    "locality": "localite|village|douar|quartier|locality",
    "phone": "tel|telephone|mobile|phone(?:_?number)?|numero_tel(?:ephone)?",
    "id": "nin|nni|numero_(?:d_)?identi(?:te|fication)(?:_nationale?)?|national_?id(?:_?number)?",
}
_GUESS: Final = {
    role: re.compile(f"(?:{words})(?:_(?:fr|ar|en|lat|latin|arabe|arabic))?") for role, words in _GUESSES.items()
}
_DATE: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_YEAR: Final = re.compile(r"(?:1[89]|20)\d\d")
_COUNTRY: Final = re.compile(r"^(?:00)?213(?=\d{8})")


@dataclass(frozen=True, slots=True)
class Person:
    """What of a record is compared; what is not known is empty."""

    given: tuple[Name, ...] = ()
    family: tuple[Name, ...] = ()
    married: tuple[Name, ...] = ()
    father: tuple[Name, ...] = ()
    year: int = 0
    day: str = ""
    """Month and day ("05-12"); "" for a presumed birth, and for 1 January, which is often typed for one."""
    place: str = ""
    locality: str = ""
    phone: str = ""
    id: str = ""

    @property
    def known(self) -> bool:
        """Say whether there is enough to compare it with others."""
        return bool(self.given or self.family or self.id)


def find_roles(properties: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Give the role of each property of a list; {} when the list is not one of people.

    :param properties: name and declared role ("" when the form declares none). A declared role wins: once a form
        declares one, no other property is guessed for it. ``none`` takes a property out.
    """
    pairs = list(properties)
    declared = {name: role for name, role in pairs if role in ROLES and role != "none"}
    settled = set(declared.values())
    roles = dict(declared)
    for name, role in pairs:
        if role:
            continue
        plain = _plain(name)
        guess = next((role for role, pattern in _GUESS.items() if pattern.fullmatch(plain)), "")
        if guess and guess not in settled:
            roles[name] = guess
    found = set(roles.values())
    named = {"given", "family"} <= found or "name" in found
    return roles if named and found & {"father", "birth", "place", "phone", "id"} else {}


def read_person(values: Mapping[str, str], roles: Mapping[str, str]) -> Person:
    """Read the person that a record's values tell of.

    :param roles: the role of each property, by :func:`find_roles`.
    """
    texts: dict[str, list[str]] = {}
    for name, role in roles.items():
        text = (values.get(name) or "").strip()
        if text:
            texts.setdefault(role, []).append(text)
    given, family = _fold(texts.get("given")), _fold(texts.get("family"))
    if not given and not family:
        given, family = _split(texts.get("name", ()))
    year, day = _read_birth(texts.get("birth", ()))
    return Person(
        given,
        family,
        _fold(texts.get("married")),
        _fold(texts.get("father")),
        year,
        day,
        place=next(iter(texts.get("place", ())), ""),
        locality=_fold_place(texts.get("locality", ())),
        phone=_read_phone(texts.get("phone", ())),
        id="".join(filter(str.isalnum, next(iter(texts.get("id", ())), ""))).upper(),
    )


def _plain(name: str) -> str:
    bare = unicodedata.normalize("NFKD", name)
    return re.sub("[^a-z]+", "_", "".join(c for c in bare if not unicodedata.combining(c)).lower()).strip("_")


def _fold(texts: Iterable[str] | None) -> tuple[Name, ...]:
    """Fold names; of two in one script the first counts, the Latin one stands before the Arabic."""
    found: dict[bool, Name] = {}
    for text in texts or ():
        name = fold_name(text)
        if name is not None:
            found.setdefault(name.arabic, name)
    return tuple(found[arabic] for arabic in sorted(found))


def _split(texts: Iterable[str]) -> tuple[tuple[Name, ...], tuple[Name, ...]]:
    """Take a whole name apart, family name first as in papers; the comparison knows that they may be swapped."""
    given: list[str] = []
    family: list[str] = []
    for text in texts:
        name = fold_name(text)
        if name is None:
            continue
        words = text.split()
        # as many written words belong to the family name as were joined to its first folded word
        count = next((n for n in range(1, len(words)) if _is_word(words[:n], name.words[0])), 1)
        family.append(" ".join(words[:count]))
        given.append(" ".join(words[count:]))
    return _fold(given), _fold(family)


def _is_word(words: list[str], folded: str) -> bool:
    name = fold_name(" ".join(words))
    return name is not None and name.plain == folded


def _read_birth(texts: Iterable[str]) -> tuple[int, str]:
    year, day = 0, ""
    for text in texts:
        date = _DATE.search(text)
        if date is not None:
            exact = f"{date[2]}-{date[3]}"
            return int(date[1]), "" if exact == "01-01" else exact
        found = _YEAR.search(text)
        year = year or (int(found[0]) if found else 0)
    return year, day


def _read_phone(texts: Iterable[str]) -> str:
    """Give the number as it is dialled in the country, without its first zero: nine digits, of a landline eight.

    It is the same with +213, 00213 and 0, in digits of any script.
    """
    for text in texts:
        digits = "".join(str(unicodedata.decimal(c)) for c in text if c.isdecimal())
        if len(digits) >= 8:
            return _COUNTRY.sub("", digits).lstrip("0")[-9:]
    return ""


def _fold_place(texts: Iterable[str]) -> str:
    for text in texts:
        name = fold_name(text)
        if name is not None:
            return name.sound
    return ""
