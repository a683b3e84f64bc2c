"""How alike two names are, and what each likeness, birth, place and number is worth, in tenths of a bit."""

from __future__ import annotations

from typing import Any

import pytest

from sync.linkage import Pair, compare, searched_keys, stored_keys
from sync.names import Name, fold_name
from sync.people import Person

SAME, CLOSE, ALIKE, PART, OTHER = 101, 35, 15, 0, -36
"""What a rare given name is worth by how alike it is in both records, when nothing else is known."""


def name(*texts: str) -> tuple[Name, ...]:
    return tuple(found for text in texts if (found := fold_name(text)))


def person(**values: Any) -> Person:
    """Make a person; names as texts, `()` for what is not known."""
    return Person(**{what: name(value) if what in NAMES else value for what, value in values.items()})


NAMES = ("given", "family", "married", "father")


def weigh(left: Person, right: Person, **common: float) -> Pair:
    """Compare two records both ways; keys of `common` have `_` for `:`."""
    shares = {key.replace("_", ":"): share for key, share in common.items()}
    pair = compare(left, right, shares)
    assert pair is not None and pair == compare(right, left, shares)
    return pair


@pytest.mark.parametrize(
    ("one", "other", "worth"),
    [
        ("Ben Ali", "Benali", SAME),
        ("Fatima", "Fatiha", CLOSE),  # other consonants, 0.933 alike
        ("Hamida", "Hamdane", ALIKE),  # 0.922
        ("Zohra", "Zahra", CLOSE),  # the same consonants, 0.880
        ("Nacera", "Nassira", ALIKE),  # 0.876
        ("Mina", "Imane", ALIKE),  # the same consonants, 0.833
        ("Mbarka", "Maria", ALIKE),  # other consonants, 0.840
        ("Yasmina", "Samia", OTHER),  # 0.838
        ("حليمة", "حكيمة", ALIKE),  # 0.880
        ("Fatima Zohra", "Fatima", PART),
        ("Fatima Zohra", "Houaria", OTHER),
        # in two scripts, by their sounds
        ("Rabea", "ربيعة", SAME),  # the same consonants, 0.850
        ("Khadidja", "خدوجة", CLOSE),  # 0.840
        ("Salima", "سليمان", CLOSE),  # other consonants, 0.900
        ("Bouzid", "بوزيان", ALIKE),  # 0.893
        ("Malika", "مباركة", ALIKE),  # 0.800
        ("Rahmouna", "رحمة", OTHER),  # 0.796
    ],
)
def test_two_given_names_are_worth_what_their_likeness_says(one: str, other: str, worth: int) -> None:
    assert weigh(person(given=one), person(given=other)).score == worth


@pytest.mark.parametrize(
    ("left", "right", "common"),
    [
        ({"given": "Fatima"}, {"given": "Fatima"}, "g_ftm"),
        ({"family": "Benali"}, {"family": "Benali"}, "f_bnl"),
        ({"father": "Ahmed"}, {"father": "Ahmed"}, "p_hmd"),
        ({"place": "3112"}, {"place": "3112"}, "c_3112"),
    ],
)
def test_what_agrees_is_worth_less_the_more_common_it_is(
    left: dict[str, str], right: dict[str, str], common: str
) -> None:
    def worth(share: float) -> int:
        return weigh(person(**left), person(**right), **{common: share}).score

    assert [worth(share) for share in (0.0, 0.0008, 0.01, 0.1, 0.3, 1.0)] == [101, 101, 65, 32, 16, 16]
    assert weigh(person(**left), person(**right), z_ftm=0.3).score == 101


def test_a_name_that_is_nearly_the_same_is_never_worth_more_than_the_same_one() -> None:
    fatima, fatiha = person(given="Fatima"), person(given="Fatiha")
    assert [weigh(fatima, fatiha, g_fth=share).score for share in (0.0, 0.1, 0.3)] == [35, 17, 1]


def swap(first: str, second: str, third: str, fourth: str, **common: float) -> Pair:
    return weigh(person(given=first, family=second), person(given=third, family=fourth), **common)


@pytest.mark.parametrize(
    ("names", "score", "reasons"),
    [
        # given and family name of the one, then of the other
        (("Ouarda", "Bouzid", "Bouzid", "Ouarda"), 101 + 101 - 40, ("swapped",)),
        (("Ouarda", "Fatima", "Fatiha", "Ouarda"), 101 + 35 - 40, ("swapped",)),
        (("Salima", "Fatima", "Fatiha", "Saliha"), 35 + 35 - 40, ("swapped",)),
        (("Ouarda", "Bouzid", "Hamida", "Ouarda"), 101 - 28 - 40, ("swapped",)),
        # names that are only alike are not enough
        (("Nacera", "Hamida", "Hamdane", "Nassira"), -36 - 28, ("not_given", "not_family")),
        # one of the two fits as it stands, and swapped they fit better
        (("Fatma", "Fatiha", "Fatima", "Fatma"), 101 + 35 - 40, ("swapped",)),
        # nearly the same as they stand
        (("Fatima", "Fatiha", "Fatiha", "Fatima"), 35 + 35, ("near_given", "near_family")),
    ],
)
def test_names_are_taken_for_swapped_where_that_fits_better(
    names: tuple[str, str, str, str], score: int, reasons: tuple[str, ...]
) -> None:
    assert swap(*names) == Pair(score, reasons)


def test_names_are_not_taken_for_swapped_where_one_is_not_known() -> None:
    pair = weigh(person(given="Ouarda"), person(given="Bouzid", family="Ouarda"))
    assert pair == Pair(-36, ("not_given",))


def test_swapped_names_weigh_by_the_commoner_of_their_two_uses() -> None:
    names = ("Ouarda", "Bouzid", "Bouzid", "Ouarda")
    for key in ("g_rd", "f_rd", "g_bzd", "f_bzd"):
        assert swap(*names, **{key: 0.1}).score == 101 + 32 - 40
    assert swap(*names, f_rd=0.1, g_rd=0.3, g_bzd=0.1).score == 16 + 32 - 40


def test_names_that_fit_as_badly_either_way_are_not_called_swapped() -> None:
    pair = swap("Fatima", "Fatima Zohra", "Ouarda", "Fatima", f_ftm=0.277)
    assert pair == Pair(-36 - 15, ("part_family", "not_given"))


def married(family: str, husband: str, other: str, **common: float) -> Pair:
    return weigh(person(family=family, married=husband), person(family=other), **common)


def test_a_family_name_that_is_the_husbands_counts_where_her_own_does_not_fit() -> None:
    assert married("Bouzid", "Ouarda", "Ouarda") == Pair(101 - 20, ("married",))
    assert married("Bouzid", "Fatima", "Fatiha") == Pair(35 - 20, ("married",))
    assert married("Bouzid", "Hamida", "Hamdane") == Pair(-28, ("not_family",))
    assert married("Bouzid", "Ouarda", "Ouarda", f_rd=0.1) == Pair(32 - 20, ("married",))
    assert married("Hamida", "Hamdane", "Hamdane") == Pair(15, ("near_family",))


def test_a_husbands_name_that_says_nothing_is_no_reason() -> None:
    assert married("", "Ouarda", "Ouarda", f_rd=0.225) == Pair(0, ())
    assert married("", "Ouarda", "Ouarda", f_rd=0.2) == Pair(2, ("married",))


@pytest.mark.parametrize(
    ("left", "right", "worth"),
    [
        ((1975, "03-11"), (1975, "03-11"), Pair(130, ("birth",))),
        ((1975, "03-11"), (1975, "11-03"), Pair(90, ("turned_birth",))),
        ((1975, "03-11"), (1975, "03-12"), Pair(-30, ("not_day",))),
        ((1975, "03-11"), (1976, "03-11"), Pair(70, ("near_birth",))),
        ((1975, "03-11"), (1977, "03-11"), Pair(-70, ("not_birth",))),
        ((1975, "03-11"), (1957, "03-11"), Pair(70, ("near_birth",))),
        ((1975, "03-11"), (1976, "11-03"), Pair(-70, ("not_birth",))),
        ((1975, ""), (1975, "03-11"), Pair(50, ("birth_year",))),
        ((1975, ""), (1976, "03-11"), Pair(-10, ("near_year",))),
        ((1975, ""), (1977, ""), Pair(-70, ("not_birth",))),
        ((1975, ""), (1957, ""), Pair(-10, ("near_year",))),
        ((1910, ""), (1901, ""), Pair(-10, ("near_year",))),
        ((1982, ""), (1957, ""), Pair(-70, ("not_birth",))),
        ((1975, ""), (2057, ""), Pair(-70, ("not_birth",))),
        ((1975, "03-11"), (0, ""), Pair(0, ())),
    ],
)
def test_births_are_worth_what_a_slip_leaves_of_them(
    left: tuple[int, str], right: tuple[int, str], worth: Pair
) -> None:
    one, other = (person(year=year, day=day) for year, day in (left, right))
    assert weigh(one, other) == worth


@pytest.mark.parametrize(
    ("left", "right", "worth"),
    [
        ("kara", "kara", Pair(111, ("place", "locality"))),
        ("kara", "kahaila", Pair(91, ("place",))),
        ("kara", "", Pair(101, ("place",))),
        ("", "", Pair(101, ("place",))),
    ],
)
def test_localities_count_where_both_are_known(left: str, right: str, worth: Pair) -> None:
    assert weigh(person(place="3112", locality=left), person(place="3112", locality=right)) == worth


def test_localities_of_two_communes_are_not_compared() -> None:
    one, other = (person(place=place, locality="kara") for place in ("3112", "3105"))
    assert weigh(one, other) == Pair(-30, ("not_place",))


@pytest.mark.parametrize(
    ("one", "other", "worth"),
    [
        ("Fatima", "Fatima", Pair(101 + 60, ("given", "phone"))),
        ("Hamida", "Hamdane", Pair(15 + 60, ("near_given", "phone"))),
        ("Fatima Zohra", "Fatima", Pair(0, ("part_given",))),
        ("Yasmina", "Samia", Pair(-36, ("not_given",))),
    ],
)
def test_a_shared_telephone_counts_where_the_given_names_are_alike(one: str, other: str, worth: Pair) -> None:
    left, right = (person(given=given, phone="550123450") for given in (one, other))
    assert weigh(left, right) == worth


@pytest.mark.parametrize(
    ("left", "right", "worth"),
    [
        ("991975", "991975", Pair(150, ("id",))),
        ("991975", "991957", Pair(100, ("near_id",))),
        ("991975", "", Pair(0, ())),
        ("", "", Pair(0, ())),
        ("991975", "881975", None),
    ],
)
def test_national_numbers_are_compared_where_both_are_known(left: str, right: str, worth: Pair | None) -> None:
    assert compare(person(id=left), person(id=right), {}) == worth
    assert compare(person(id=right), person(id=left), {}) == worth


def test_a_record_without_a_year_of_birth_is_found_by_its_two_names() -> None:
    without = person(given="Fatima", family="Benali", married="Bouzid")
    assert stored_keys(without) == {"fg:bnl:ftm", "fg:bzd:ftm"}
    assert searched_keys(without) == {"fg:bnl:ftm", "fg:bzd:ftm", "fg:ftm:bnl", "fg:ftm:bzd"}


def test_a_record_with_a_year_of_birth_is_found_by_a_name_and_the_year_or_one_next_to_it() -> None:
    known = person(given="Fatima", family="Benali", year=1975)
    assert stored_keys(known) == {"fy:bnl:1975"}
    years = {f"fy:bnl:{year}" for year in (1974, 1975, 1976)}
    assert searched_keys(known) == {*years, "fy:ftm:1975", "fg:ftm:bnl"}
