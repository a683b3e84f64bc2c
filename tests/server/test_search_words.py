"""By what a word that is looked for finds a record."""

from __future__ import annotations

import pytest

from server.services.indexing import fold_words, sounds_of


@pytest.mark.parametrize("word", ["050cc3db-", "050cc3fd", "c0dec0de", "0555-12-34-56", "B12", "٠٥٥٥ب٢"])
def test_a_number_or_an_id_is_looked_for_as_it_is_written(word: str) -> None:
    """By its letters alone an id would find whoever's name sounds like them."""
    assert sounds_of(word) == []
    assert fold_words(word)


def test_a_name_is_found_in_either_script() -> None:
    assert sounds_of("Khadija 31") == sounds_of("خديجة ٣١") != []
