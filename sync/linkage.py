"""Say how likely two records are one person, and why; nothing is ever merged by it.

Each thing that two records say alike or differently is worth so many tenths of a bit: ten times the binary logarithm
of how much more often it happens between two records of one person than between two persons. A name that half the
register bears says little, so agreement on names and communes weighs by how common they are here. What is worth
proposing must outweigh the number of records it could be by chance, so the threshold grows with the register.

The weights were set on made-up registers (`bench/linkage.py`), never on the ones they are measured with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import log2
from typing import Final

from rapidfuzz.distance import OSA, JaroWinkler

from sync.names import Name
from sync.people import Person

BASE: Final = 28
"""Tenths of a bit a pair must be worth beyond the logarithm of the number of records: one in seven is there twice."""
SURE: Final = 50
"""Tenths of a bit above the threshold from which a pair is almost surely one person."""
MIN_REGISTER: Final = 100
REFUSED: Final = -10_000
SAME, CLOSE, ALIKE, PART, OTHER = 4, 3, 2, 1, 0

# Tenths of a bit. What is worth less than it would be on paper is so because real registers have errors nobody made up.
PHONE, NOT_PHONE = 60, -10
SAME_ID, NEAR_ID = 150, 100
GIVEN: Final = {CLOSE: 35, ALIKE: 15, PART: 0, OTHER: -36}
FAMILY: Final = {CLOSE: 35, ALIKE: 15, PART: -15, OTHER: -28}
FATHER: Final = {CLOSE: 25, ALIKE: 10, PART: 0, OTHER: -50}
SWAPPED, MARRIED = -40, -20
DATE, TURNED_DATE, SAME_DAY, YEAR, NEAR_YEAR, OTHER_DAY, OTHER_YEAR = 130, 90, 70, 50, -10, -30, -70
NOT_PLACE, LOCALITY, NOT_LOCALITY = -30, 10, -10
RARE, COMMON = 0.0008, 0.3
"""Shares of the register between which the commonness of a name or commune counts."""
_SHOWN: Final = (
    "id", "near_id", "given", "near_given", "part_given", "family", "near_family", "part_family", "swapped", "married",
    "father", "near_father", "birth", "turned_birth", "near_birth", "birth_year", "near_year", "place", "locality",
    "phone", "not_given", "not_family", "not_father", "not_day", "not_birth", "not_place",
)  # fmt: skip
_ORDER: Final = {code: place for place, code in enumerate(_SHOWN)}

Commonness = Mapping[str, float]
"""Share of the register that has a key of :func:`name_keys` (:func:`find_shares`); what is missing counts as rare."""


@dataclass(frozen=True, slots=True)
class Pair:
    """How much two records speak for being one person, and the reasons by their codes."""

    score: int
    """Tenths of a bit."""
    reasons: tuple[str, ...]
    """What agrees first, in the order of the page; what differs begins with ``not_``."""


def find_shares(counts: Mapping[str, int], records: int) -> Commonness:
    """Give the share of the register that has each key; a small register says little about what is common."""
    return {key: count / max(records, MIN_REGISTER) for key, count in counts.items()}


def find_threshold(records: int) -> int:
    """Give the score from which a pair is worth showing, in a register of so many records."""
    return BASE + round(10 * log2(max(records, MIN_REGISTER)))


def find_band(score: int, records: int) -> str:
    """Say in which band a pair is: ``sure``, ``likely``, or "" when it is not worth showing."""
    above = score - find_threshold(records)
    return "sure" if above >= SURE else "likely" if above >= 0 else ""


def name_keys(person: Person) -> Iterator[str]:
    """Give the keys whose commonness weighs: given and family names, father, commune."""
    for kind, names in (("g", person.given), ("f", person.family), ("p", person.father)):
        for key in {name.key for name in names}:
            yield f"{kind}:{key}"
    if person.place:
        yield f"c:{person.place}"


def stored_keys(person: Person) -> set[str]:
    """Give the keys under which a record is found."""
    given = {name.key for name in person.given}
    family = {name.key for name in (*person.family, *person.married)}
    father = {name.key for name in person.father}
    keys = (
        {f"fy:{key}:{person.year}" for key in family} if person.year else {f"fg:{f}:{g}" for f in family for g in given}
    )
    if person.year and person.place:
        keys |= {f"gc:{key}:{person.place}:{person.year}" for key in given}
    keys |= {f"gp:{g}:{p}" for g in given for p in father}
    if person.day:
        keys |= {f"dc:{person.year}-{person.day}:{person.place}"}
        keys |= {f"dp:{person.year}-{person.day}:{p}" for p in father}
    if person.id:
        keys.add(f"id:{person.id}")
    if person.phone:
        keys |= {f"ph:{person.phone}:{key[:1]}" for key in given}
    return keys


def searched_keys(person: Person) -> set[str]:
    """Give the keys under which the records it could be one with are found: a year off, names swapped."""
    years = (person.year - 1, person.year, person.year + 1) if person.year else ()
    given = {name.key for name in person.given}
    family = {name.key for name in (*person.family, *person.married)}
    keys = stored_keys(person)
    keys |= {f"fy:{key}:{year}" for key in family for year in years}
    keys |= {f"fy:{key}:{person.year}" for key in given if person.year}
    keys |= {f"fg:{g}:{f}" for f in family for g in given}
    if person.place:
        keys |= {f"gc:{key}:{person.place}:{year}" for key in given for year in years}
        keys |= {f"gc:{name.key}:{person.place}:{person.year}" for name in person.family if person.year}
    keys |= {f"gp:{name.key}:{p.key}" for name in person.family for p in person.father}
    return keys


def compare(left: Person, right: Person, common: Commonness) -> Pair | None:
    """Weigh two records; None when two complete national numbers say that they are two persons."""
    reasons: list[str] = []
    score = _weigh_id(left, right, reasons)
    if score == REFUSED:
        return None
    names, given = _weigh_names(left, right, common, reasons)
    score += names
    score += _weigh_father(left, right, common, reasons)
    score += _weigh_birth(left, right, reasons)
    score += _weigh_places(left, right, common, reasons)
    if left.phone and right.phone:
        if left.phone == right.phone and given >= ALIKE:
            score += PHONE
            reasons.append("phone")
        elif left.phone != right.phone:
            score += NOT_PHONE
    return Pair(score, tuple(sorted(reasons, key=_ORDER.__getitem__)))


def _bits(names: Iterable[Name], kinds: str, common: Commonness) -> int:
    """Weigh an agreement on a name by how common it is; of its spellings the commonest counts.

    :param names: at least one: an agreement is between two names.
    :param kinds: the letters of the keys that are looked at (:func:`name_keys`).
    """
    keys = (f"{kind}:{name.key}" for name in names for kind in kinds)
    return _weigh_share(max(common.get(key, 0.0) for key in keys))


def _weigh_share(share: float) -> int:
    return round(10 * log2(0.9 / min(max(share, RARE), COMMON)))


def _weigh_names(left: Person, right: Person, common: Commonness, reasons: list[str]) -> tuple[int, int]:
    """Weigh given and family names, as they stand or swapped; give the weight and how alike the given names are."""
    given, family = _level(left.given, right.given), _level(left.family, right.family)
    score = _weigh_level(given, (*left.given, *right.given), "g", GIVEN, common)
    family_score = _weigh_level(family, (*left.family, *right.family), "f", FAMILY, common)
    found = [_reason("given", given), _reason("family", family)]
    if family < ALIKE:
        married = max(_level(left.married, right.family), _level(left.family, right.married))
        if married >= CLOSE:
            names = (*left.family, *right.family)
            weight = MARRIED + _weigh_level(married, names, "f", FAMILY, common)
            if weight > family_score:
                family_score, found[1] = weight, "married"
    score += family_score
    if given < CLOSE or family < CLOSE:
        first, second = _level(left.given, right.family), _level(left.family, right.given)
        if max(first, second) >= CLOSE and min(first, second) >= OTHER:
            swapped = SWAPPED + _weigh_level(first, (*left.given, *right.family), "gf", FAMILY, common)
            swapped += _weigh_level(second, (*left.family, *right.given), "gf", FAMILY, common)
            if swapped > score:
                score, found, given = swapped, ["swapped"], min(first, second)
    reasons.extend(code for code in found if code)
    return score, given


def _reason(what: str, level: int) -> str:
    if level < 0:
        return ""
    return {SAME: what, CLOSE: f"near_{what}", ALIKE: f"near_{what}", PART: f"part_{what}", OTHER: f"not_{what}"}[level]


def _weigh_level(level: int, names: Iterable[Name], kinds: str, weights: Mapping[int, int], common: Commonness) -> int:
    if level < 0:
        return 0
    if level == SAME:
        return _bits(names, kinds, common)
    if level == CLOSE:  # never worth more than the same name would be
        return min(weights[CLOSE], _bits(names, kinds, common) - 15)
    return weights[level]


def _weigh_father(left: Person, right: Person, common: Commonness, reasons: list[str]) -> int:
    level = _level(left.father, right.father)
    if level >= 0 and level != PART:
        reasons.append(_reason("father", level))
    return _weigh_level(level, (*left.father, *right.father), "p", FATHER, common)


def _weigh_id(left: Person, right: Person, reasons: list[str]) -> int:
    if not left.id or not right.id:
        return 0
    if left.id == right.id:
        reasons.append("id")
        return SAME_ID
    if OSA.distance(left.id, right.id) == 1:
        reasons.append("near_id")
        return NEAR_ID
    return REFUSED


def _weigh_birth(left: Person, right: Person, reasons: list[str]) -> int:
    """Weigh dates of birth; where one is presumed, or 1 January typed for it, the years alone."""
    if not left.year or not right.year:
        return 0
    apart = abs(left.year - right.year)
    turned_year = (
        left.year // 100 == right.year // 100 and left.year % 100 == right.year % 10 * 10 + right.year // 10 % 10
    )
    if left.day and right.day:
        if left.day == right.day:
            reason, score = ("birth", DATE) if not apart else ("near_birth", SAME_DAY)
            if apart > 1 and not turned_year:
                reason, score = "not_birth", OTHER_YEAR
        elif not apart and left.day == f"{right.day[3:]}-{right.day[:2]}":
            reason, score = "turned_birth", TURNED_DATE
        elif not apart:
            reason, score = "not_day", OTHER_DAY
        else:
            reason, score = "not_birth", OTHER_YEAR
    elif not apart:
        reason, score = "birth_year", YEAR
    elif apart == 1 or turned_year:
        reason, score = "near_year", NEAR_YEAR
    else:
        reason, score = "not_birth", OTHER_YEAR
    reasons.append(reason)
    return score


def _weigh_places(left: Person, right: Person, common: Commonness, reasons: list[str]) -> int:
    if not left.place or not right.place:
        return 0
    if left.place != right.place:
        reasons.append("not_place")
        return NOT_PLACE
    reasons.append("place")
    score = _weigh_share(common.get(f"c:{left.place}", 0.0))
    if left.locality and right.locality:
        if left.locality == right.locality:
            reasons.append("locality")
            score += LOCALITY
        else:
            score += NOT_LOCALITY
    return score


def _level(left: tuple[Name, ...], right: tuple[Name, ...]) -> int:
    """Say how alike two names are, -1 when one is not known.

    Names in one script are compared as they are written. Where both records have both scripts the better of the two
    counts, a step lower when the other script says that the names differ. Without a script in common, their sounds.
    """
    written = [_compare_written(one, other) for one in left for other in right if one.arabic == other.arabic]
    if not written:
        return max((_compare_heard(one, other) for one in left for other in right), default=-1)
    best = max(written)
    if best > OTHER and min(written) == OTHER:
        return {SAME: CLOSE, CLOSE: OTHER, ALIKE: OTHER, PART: OTHER}[best]
    return best


def _compare_written(one: Name, other: Name) -> int:
    if one.plain == other.plain:
        return SAME
    if len(one.words) != len(other.words) and (
        set(one.words) <= set(other.words) or set(other.words) <= set(one.words)
    ):
        return PART
    likeness = JaroWinkler.similarity(one.plain, other.plain)
    if likeness > 0.929 or (one.key == other.key and likeness > 0.879):
        return CLOSE
    return ALIKE if likeness > 0.839 or one.key == other.key else OTHER


def _compare_heard(one: Name, other: Name) -> int:
    likeness = JaroWinkler.similarity(one.sound, other.sound)
    if one.key == other.key:
        return SAME if likeness > 0.849 else CLOSE
    return CLOSE if likeness > 0.899 else ALIKE if likeness > 0.799 else OTHER
