"""Who a record tells of: which properties are looked at, and what of them is understood."""

from __future__ import annotations

import pytest

from sync.names import fold_name
from sync.people import Person, find_roles, read_person


@pytest.mark.parametrize("other", ["pere", "naissance", "commune", "telephone", "nin"])
def test_find_roles_needs_a_name_and_something_else_about_a_person(other: str) -> None:
    for names in (("nom", "prenom"), ("nom_prenom",)):
        assert find_roles((name, "") for name in names) == {}
        assert set(find_roles((name, "") for name in (*names, other))) == {*names, other}
    assert find_roles([("nom", ""), (other, "")]) == {}


def test_find_roles_understands_names_whatever_stands_between_and_around_their_words() -> None:
    assert find_roles([("_Nom--Prénom_", ""), ("2 commune", "")]) == {"_Nom--Prénom_": "name", "2 commune": "place"}


def read(**values: str) -> Person:
    """Read a record whose properties are named by their roles; `place2` is a second one for the place."""
    return read_person(values, {name: name.rstrip("2") for name in values})


def names(*texts: str) -> tuple[object, ...]:
    return tuple(fold_name(text) for text in texts)


def test_read_person_takes_a_whole_name_apart_only_when_neither_part_is_known() -> None:
    assert read(given="Fatima", name="Benali Zohra") == Person(given=names("Fatima"))  # type: ignore[arg-type]
    assert read(family="Benali", name="Saidi Zohra") == Person(family=names("Benali"))  # type: ignore[arg-type]


def test_read_person_takes_every_whole_name_apart() -> None:
    """The digits tell nothing; of a name in both scripts the first word is the family name."""
    person = read(name="123", name2="Ben Ali Fatima Zohra", name22="بن علي فاطمة")
    assert person.family == names("Ben Ali", "بن علي") and person.given == names("Fatima Zohra", "فاطمة")
    mixed = read(name="Saidi بن علي")
    assert mixed.family == names("Saidi") and mixed.given == names("بن علي")


def test_read_person_keeps_the_first_of_two_places_numbers_and_localities() -> None:
    person = read(place="3112", place2="3105", id="ab-12 3", id2="9", locality="!", locality2="Kara", locality22="Oran")
    assert (person.place, person.id, person.locality) == ("3112", "AB123", "kara")
    assert read(locality="!").locality == ""


@pytest.mark.parametrize(
    ("texts", "birth"),
    [
        (("",), (0, "")),
        (("inconnue",), (0, "")),
        (("vers 1961",), (1961, "")),
        (("vers 1961", "en 1975"), (1961, "")),
        (("vers 1961", "1975-03-11"), (1975, "03-11")),
        (("1975-01-01",), (1975, "")),
    ],
)
def test_read_person_reads_a_birth_or_its_year(texts: tuple[str, ...], birth: tuple[int, str]) -> None:
    person = read(**{f"birth{'2' * n}": text for n, text in enumerate(texts)})
    assert (person.year, person.day) == birth


@pytest.mark.parametrize(
    ("texts", "phone"),
    [
        (("0550 12 34 50",), "550123450"),
        (("+213 550 12 34 50",), "550123450"),
        (("041 33 44 50",), "41334450"),
        (("41334450",), "41334450"),
        (("4133445",), ""),
        (("+213 41 33 44 50",), "41334450"),
        (("00213 (0) 550 12 34 50",), "550123450"),
        (("21 34 56 78",), "21345678"),
        (("213 45 678",), "21345678"),
        (("+33 6 12 34 56 78",), "612345678"),
        (("0550 12 34 50 / 0660 11 12 22",), "660111222"),
        (("4133445", "٠٥٥٠١٢٣٤٥٠", "0660111222"), "550123450"),
    ],
)
def test_read_person_reads_a_telephone_number_however_it_is_written(texts: tuple[str, ...], phone: str) -> None:
    assert read(**{f"phone{'2' * n}": text for n, text in enumerate(texts)}).phone == phone


def test_a_person_is_known_by_a_name_or_a_number() -> None:
    assert not Person(father=names("Ahmed"), place="3112", phone="550123450").known  # type: ignore[arg-type]
    for known in (read(given="Fatima"), read(family="Benali"), read(id="99")):
        assert known.known
