"""What a definition knows beyond what it was given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import FrozenInstanceError

import pytest

from forms.definition import FormDefinition, find_label

LABELS = {"Français (fr)": "Oui", "العربية (ar)": "نعم"}


@pytest.mark.parametrize(
    ("labels", "language", "default", "expected"),
    [
        (LABELS, "Français (fr)", "", "Oui"),
        (LABELS, "ar", "", "نعم"),
        (LABELS, "en", "العربية (ar)", "نعم"),
        (LABELS, "en", "", "Oui"),
        ({"": "Yes", "fr": "Oui"}, "ar", "", "Yes"),
        ({"": "Yes", "fr": "Oui"}, "", "", "Yes"),
        ({}, "fr", "", ""),
    ],
)
def test_find_label_finds_the_nearest_when_language_is_missing(
    labels: Mapping[str, str], language: str, default: str, expected: str
) -> None:
    assert find_label(labels, language, default) == expected


def test_form_definition_cannot_be_changed_when_it_is_made(read_form: Callable[[str], FormDefinition]) -> None:
    definition = read_form("| survey |\n| | type | name | label |\n| | text | a | A |")
    with pytest.raises(FrozenInstanceError):
        definition.form_id = "g"  # type: ignore[misc]


def test_form_definition_is_equal_when_form_is_the_same(read_form: Callable[[str], FormDefinition]) -> None:
    tables = "| survey |\n| | type | name | label |\n| | text | a | A |"
    assert read_form(tables) == read_form(tables)
