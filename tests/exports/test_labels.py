"""Labels are found whatever a form calls its languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from exports.labels import Labeller, pick, pick_exactly, to_code, to_words
from forms.definition import FormDefinition


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Français (fr)", "fr"), ("French", "fr"), ("fr", "fr"), ("العربية (ar)", "ar"), ("العربية", "ar"), ("Arabic (ar-DZ)", "ar"),
        ("ar-DZ", "ar"), ("English (en)", "en"), ("default", "default"), ("", ""),
    ],
)  # fmt: skip
def test_to_code_gives_the_code_of_a_language_as_forms_name_it(name: str, code: str) -> None:
    assert to_code(name) == code


@pytest.mark.parametrize(
    ("labels", "default", "found"),
    [
        ({"Français (fr)": "Oui", "العربية (ar)": "نعم"}, "", "نعم"),
        ({"Français (fr)": "Oui", "English (en)": "Yes"}, "English (en)", "Yes"),
        ({"": "Oui"}, "", "Oui"),
        ({"English (en)": "Yes"}, "", "Yes"),
        ({"العربية (ar)": "", "French": "Oui"}, "French", "Oui"),
        ({}, "", ""),
    ],
)
def test_pick_falls_back_until_there_is_a_label(labels: Mapping[str, str], default: str, found: str) -> None:
    assert pick(labels, "ar", default) == found


def test_pick_exactly_gives_nothing_when_that_language_is_missing() -> None:
    assert pick_exactly({"Français (fr)": "Oui"}, "ar") == ""


def test_to_words_joins_labels_and_keeps_unknown_names() -> None:
    assert to_words("b  a x", {"a": "A", "b": "B"}) == "B ; A ; x"


def test_labels_of_finds_other_versions_and_external_lists(read_form: Callable[[str], FormDefinition]) -> None:
    old = read_form(FORM.replace("VERSION", "1").replace("| oui | Oui |", "| oui | Oui |\n|  | c | peut | Peut-être |"))
    new = read_form(FORM.replace("VERSION", "2"))
    labeller = Labeller([old, new], "fr", {"associations": {"a1": "Nour"}})
    assert labeller.labels_of(new, "c") == {"oui": "Oui", "peut": "Peut-être"}
    assert labeller.labels_of(new, "associations") == {"a1": "Nour"}
    assert labeller.labels_of(new, "associations.csv") == {"a1": "Nour"}
    assert labeller.labels_of(new, "nowhere") == {}
    assert Labeller([new], "fr", labels=False).labels_of(new, "c") == {}


FORM = """
| survey |
| | type | name | label |
| | select_one c | q | Q |
| choices |
| | list_name | name | label |
|  | c | oui | Oui |
| settings |
| | form_title | form_id | version |
| | F | f | VERSION |
"""
