"""Make up the women of the demonstration: names with their weights, ages, villages, trades; nothing of it is anybody's.

Identity numbers begin with 99, which no real one does; telephone numbers with 050, which no operator is known to hold.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from server.demo.tables import Association, Locality, Name, associations, fathers, first_names, last_names, localities

COMMUNES = {"3112": 30, "3110": 25, "3105": 25, "3103": 20}
"""The pilot communes, and how often a woman lives there."""
TRADES = {"pates": 32, "couture_trad": 30, "patisserie": 24, "ameublement": 14}
OTHER_TRADES = ("broderie", "tricot_crochet", "conserves", "cuisine", "patisserie", "couture_trad", "cosmetique")
COHORTS = {"A": (20, 1948, 1965), "B": (45, 1966, 1985), "C": (30, 1986, 2000), "D": (5, 2001, 2006)}
"""Share in percent, first and last year of birth."""
LATIN = re.compile(r"[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ' -]{0,58}[A-Za-zÀ-ÿ]")
ARABIC = re.compile("[ء-يٱ-ۓ][ء-يٱ-ۓً-ْ -]{0,58}[ء-يٱ-ۓً-ْ]")
"""What the forms take for a name in each script."""


PLAIN_ARABIC = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه"})
"""Letters that many people do not tell apart when they type."""


@dataclass(frozen=True, slots=True)
class Woman:
    """Who a woman is, as she would say it herself."""

    number: int
    last: Name
    first: Name
    father: Name | None
    husband: str
    birth: date | None
    """None where her papers have only the year."""
    birth_year: int
    locality: Locality
    nin: str
    phone: str
    trade: str
    other_trades: tuple[str, ...]
    association: str
    commune: str
    paper: str
    """What she shows; without identity card or passport her name may be written in Arabic only."""
    has_latin: bool = True
    swapped: bool = False
    """Family name written where the first name goes, as agents do now and then."""

    @property
    def label(self) -> str:
        """Her name as a register shows it."""
        return f"{self.last.arabic} {self.first.arabic} ({self.birth_year})"


def make_women(rng: Random, count: int, today: date) -> list[Woman]:
    """Make up women of the pilot communes; one in twenty is the sister or the namesake of another."""
    women: list[Woman] = []
    for number in range(count):
        woman = make_woman(rng, number, rng.choices(list(COMMUNES), list(COMMUNES.values()))[0], today)
        if number > 20 and number % 20 == 0:
            woman = _make_sister(rng, woman, rng.choice(women))
        elif number > 20 and number % 50 == 10:
            other = rng.choice(women)
            woman = replace(woman, last=other.last, first=other.first)
        women.append(woman)
    return women


def make_woman(rng: Random, number: int, commune: str, today: date) -> Woman:
    """Make up one woman of a commune, of age on ``today``."""
    shares = [share for share, _first, _last in COHORTS.values()]
    cohort = rng.choices(list(COHORTS), shares)[0]
    _share, earliest, latest = COHORTS[cohort]
    year = min(rng.randint(earliest, latest), today.year - 19)
    birth = date(year, 1, 1) + timedelta(days=rng.randrange(365))
    presumed = rng.random() < {"A": 0.1, "B": 0.01}.get(cohort, 0.0)
    has_card = rng.random() < 0.78
    trade = _pick(rng, TRADES)
    return Woman(
        number=number,
        last=_pick_name(rng, last_names()),
        first=_pick_name(rng, [name for name in first_names() if cohort in name.cohorts]),
        father=_pick_name(rng, fathers()) if rng.random() < 0.85 else None,
        husband=rng.choice(last_names()).latin if rng.random() < 0.12 else "",
        birth=None if presumed else birth,
        birth_year=year,
        locality=rng.choice([place for place in localities() if place.commune == commune]),
        nin=_nin(rng, year, commune) if has_card and rng.random() < 0.58 else "",
        phone=make_phone_number(rng) if rng.random() < 0.9 else "",
        trade=trade,
        other_trades=tuple(
            code for code in OTHER_TRADES if code != trade and rng.random() < 0.12
        ),
        association=_association_of(rng, commune).code,
        commune=commune,
        paper=("cnibe" if rng.random() < 0.97 else "passeport")
        if has_card
        else rng.choice(("naissance", "livret", "livret", "aucune")),
        has_latin=has_card or rng.random() < 0.6,
    )


def make_phone_number(rng: Random) -> str:
    return f"050{rng.randrange(10_000_000):07}"


def _nin(rng: Random, year: int, commune: str) -> str:
    return f"99{year % 1000:03}{commune}{rng.randrange(100_000):05}{rng.randrange(100):02}{rng.randrange(100):02}"


def _association_of(rng: Random, commune: str) -> Association:
    near = [one for one in associations() if one.commune == commune] or list(associations())
    return rng.choices(near, range(len(near) + 2, 2, -1))[0]


def _make_sister(rng: Random, woman: Woman, other: Woman) -> Woman:
    """Give a woman the family of another: family name, father and village."""
    return replace(
        woman,
        last=other.last,
        father=other.father or rng.choice(fathers()),
        locality=other.locality,
        commune=other.commune,
        association=other.association,
        phone=other.phone or woman.phone,
    )


def misspell(rng: Random, woman: Woman, number: int) -> Woman:
    """Make the same woman as another agent might write her: other spellings, a script left out, names swapped.

    At least one of the two names is written otherwise.
    """
    changes: Sequence[Callable[[Random, Woman], Woman]] = rng.sample(
        (_other_latin, _other_arabic, _plain_latin, _capitals, _arabic_only, _swap, _one_year_only), k=rng.randint(1, 3)
    )
    same = replace(woman, number=number, nin="" if rng.random() < 0.6 else woman.nin)
    for change in changes:
        same = change(rng, same)
    if (same.last, same.first, same.swapped, same.has_latin) == (
        woman.last,
        woman.first,
        woman.swapped,
        woman.has_latin,
    ):
        same = _other_arabic(rng, _other_latin(rng, same))
    if (same.last, same.first) == (woman.last, woman.first) and not (same.swapped or not same.has_latin):
        same = _capitals(rng, same)
    if rng.random() < 0.4:
        same = replace(same, phone=make_phone_number(rng))
    if rng.random() < 0.3:
        same = replace(same, father=None)
    return same


def _other_latin(rng: Random, woman: Woman) -> Woman:
    return replace(
        woman, last=_latin(woman.last, _one(rng, woman.last)), first=_latin(woman.first, _one(rng, woman.first))
    )


def _one(rng: Random, name: Name) -> str:
    fitting = [other for other in name.latin_others if LATIN.fullmatch(other)]
    return rng.choice(fitting) if fitting else name.latin


def _latin(name: Name, latin: str) -> Name:
    return replace(name, latin=latin)


def _other_arabic(rng: Random, woman: Woman) -> Woman:
    def other(name: Name) -> Name:
        fitting = [spelling for spelling in name.arabic_others if ARABIC.fullmatch(spelling)]
        plain = name.arabic.translate(PLAIN_ARABIC)
        return replace(name, arabic=rng.choice(fitting) if fitting else plain)

    return replace(woman, last=other(woman.last), first=other(woman.first))


def _plain_latin(_rng: Random, woman: Woman) -> Woman:
    def plain(text: str) -> str:
        return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))

    return replace(
        woman, last=_latin(woman.last, plain(woman.last.latin)), first=_latin(woman.first, plain(woman.first.latin))
    )


def _capitals(_rng: Random, woman: Woman) -> Woman:
    return replace(
        woman, last=_latin(woman.last, woman.last.latin.upper()), first=_latin(woman.first, woman.first.latin.upper())
    )


def _arabic_only(rng: Random, woman: Woman) -> Woman:
    return replace(woman, has_latin=False, paper=rng.choice(("naissance", "livret", "aucune")), nin="")


def _swap(_rng: Random, woman: Woman) -> Woman:
    return replace(woman, last=woman.first, first=woman.last, swapped=not woman.swapped)


def _one_year_only(_rng: Random, woman: Woman) -> Woman:
    return replace(woman, birth=None)


def _pick(rng: Random, weights: dict[str, int]) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]


def _pick_name(rng: Random, names: Sequence[Name]) -> Name:
    return rng.choices(names, [name.weight for name in names])[0]
