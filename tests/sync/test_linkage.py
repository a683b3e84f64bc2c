"""Who is likely the same person: folding, roles, keys, weights. The phone's own tests read the same vectors."""

from __future__ import annotations

import json
from itertools import product

import pytest

from sync.linkage import compare, find_shares, find_threshold, searched_keys, stored_keys
from sync.names import fold_name
from sync.people import find_roles, read_person
from tests.sync import linkage_vectors
from tests.sync.linkage_vectors import COMMON, PAIRS, PROGRAMME, A

ROLES = find_roles((name, "") for name in PROGRAMME)
TRUE = {
    "one script each", "other spellings", "names swapped", "under her husband's name", "half of a double name", "presumed birth",
    "1 January typed for a presumed birth", "day and month turned", "a year off", "digits of the year turned", "a digit wrong in it",
    "only years, a year off", "the same national number",
}  # fmt: skip


def test_vectors_are_those_in_the_file() -> None:
    assert json.loads(linkage_vectors.PATH.read_text(encoding="utf-8")) == linkage_vectors.make()


@pytest.mark.parametrize(("name", "left", "right"), PAIRS)
def test_compare_is_the_same_both_ways(name: str, left: dict[str, str], right: dict[str, str]) -> None:
    one, other = read_person(left, ROLES), read_person(right, ROLES)
    assert compare(one, other, COMMON) == compare(other, one, COMMON)


@pytest.mark.parametrize("name", sorted(TRUE))
def test_compare_proposes_in_a_register_of_two_thousand_what_a_slip_makes_of_one_woman(name: str) -> None:
    left, right = next((left, right) for title, left, right in PAIRS if title == name)
    one, other = read_person(left, ROLES), read_person(right, ROLES)
    pair = compare(one, other, COMMON)
    assert pair is not None and pair.score >= find_threshold(2000)
    assert searched_keys(one) & stored_keys(other) and searched_keys(other) & stored_keys(one)


@pytest.mark.parametrize(
    "name", ["sisters", "one telephone, other names", "nothing known but the names", "nothing known"]
)
def test_compare_does_not_propose_two_women(name: str) -> None:
    left, right = next((left, right) for title, left, right in PAIRS if title == name)
    pair = compare(read_person(left, ROLES), read_person(right, ROLES), COMMON)
    assert pair is not None and pair.score < find_threshold(2000)


def test_compare_takes_a_shared_telephone_for_nothing_when_the_given_names_differ() -> None:
    one = read_person(A, ROLES)
    other = {**A, "prenom_fr": "Zineb", "prenom_ar": "زينب"}
    with_phone = compare(one, read_person(other, ROLES), COMMON)
    without = compare(one, read_person({**other, "telephone": ""}, ROLES), COMMON)
    assert with_phone == without


def test_compare_refuses_two_complete_national_numbers_whatever_else_agrees() -> None:
    one, other = ({**A, "nin": nin} for nin in ("991975311200011234", "991975311200011999"))
    assert compare(read_person(one, ROLES), read_person(other, ROLES), COMMON) is None


def test_compare_weighs_a_rare_name_more_than_a_common_one() -> None:
    person = read_person({"nom_fr": "Benali", "prenom_fr": "Fatima", "annee_naissance": "1975"}, ROLES)
    common = compare(person, person, {"g:ftm": 0.05, "f:bnl": 0.05})
    rare = compare(person, person, {})
    assert common is not None and rare is not None and rare.score > common.score


def test_find_shares_makes_no_name_common_in_a_register_of_three() -> None:
    assert find_shares({"g:ftm": 1}, 3) == {"g:ftm": 0.01}


@pytest.mark.parametrize(
    ("latin", "arabic"),
    [("Khadidja", "خديجة"), ("Benyahia", "بن يحي"), ("Ouarda", "وردة"), ("Cherif", "شريف"), ("Guendouz", "ڨندوز"), ("Hayet", "حياة"),
     ("Rhania", "غنية"), ("Fatima Zohra", "فاطمة الزهراء"), ("Boudjemaa", "بوجمعة"), ("Sabah", "صباح")],
)  # fmt: skip
def test_fold_name_gives_both_scripts_one_key(latin: str, arabic: str) -> None:
    one, other = fold_name(latin), fold_name(arabic)
    assert one is not None and other is not None and one.key == other.key


def test_fold_name_takes_decomposed_letters_for_the_same() -> None:
    import unicodedata

    for text in ("Aïcha", "أحمد", "آية", "ڨندوز"):
        assert fold_name(unicodedata.normalize("NFD", text)) == fold_name(text)


def test_find_roles_lets_the_form_decide() -> None:
    roles = find_roles([("nom", "none"), ("qui", "name"), ("ne", "birth"), ("prenom", "")])
    assert roles == {"qui": "name", "ne": "birth", "prenom": "given"}


def test_find_roles_leaves_lists_that_are_not_of_people_alone() -> None:
    assert find_roles([("code", ""), ("nom_fr", ""), ("nom_ar", ""), ("commune", "")]) == {}


def test_read_person_takes_a_whole_name_apart_and_compares_it_in_either_order() -> None:
    roles = {"qui": "name", "ne": "birth"}
    one, other = (read_person({"qui": qui, "ne": "1961"}, roles) for qui in ("Ben Ali Fatima", "Fatma BENALI"))
    pair = compare(one, other, {})
    assert pair is not None and "swapped" in pair.reasons and pair.score >= find_threshold(2000)


def test_read_person_survives_anything() -> None:
    odd = ("", " ", "\x00", "٠٦٦١", "1975-99-99", "😀", "a" * 3000, "ال", "el", "'", "ـ", "\u200f")
    for text, name in product(odd, PROGRAMME):
        person = read_person({name: text}, ROLES)
        searched_keys(person)
        compare(person, read_person(A, ROLES), {})
