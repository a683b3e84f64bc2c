"""The pages that explain: reading notes, disagreements, the dictionary of columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pytest

from exports.headings import BY_COMMUNE, BY_TRADE, CONFLICTS, COUNTS, DICTIONARY, MEDIAN, NOMINAL, RATES
from exports.programme import Candidate, ConflictRow
from exports.texts import READING, SHEETS, TEXTS, fill, say
from forms.definition import FormDefinition
from tests.exports.field import Field, read, read_dicts, to_programme, to_submission, write


def test_cover_says_what_when_by_whom_and_how_many(field: Field, workbook: bytes) -> None:
    notes = [(str(row[0]), row[1]) for row in read(workbook)["14_Lisez_moi"]]
    found = dict(notes)
    assert found["Classeur consolidé"] == "Artisanes rurales d’Oran"
    assert found["Extrait le"] == datetime(2026, 11, 23, 10, 30)  # noqa: DTZ001
    assert found["Par"] == "Mme Benali"
    assert found["Filtre : Période"] == "2026"
    assert found["Artisanes (après fusion)"] == 60
    assert found["Désaccords ouverts / tranchés"] == "1 / 1"
    assert found["07_Liste_nominative"] == "60 lignes – Liste nominative : une ligne par artisane"
    (sent,) = [value for name, value in notes if name.startswith("Envois : D.")]
    assert str(sent).endswith("dont rejetés, non comptés dans 02, 03 et 07 : 1")
    assert "au moins 80 %" in str(found["Formées (attestation)"])
    assert notes[-1] == ("–", "rien : toutes les réponses sont entières")


def test_cover_links_to_every_sheet(workbook: bytes) -> None:
    import io  # noqa: PLC0415

    from openpyxl import load_workbook  # noqa: PLC0415

    book = load_workbook(io.BytesIO(workbook))
    links = {cell.value: cell.hyperlink.location for (cell, *_) in book["14_Lisez_moi"].iter_rows() if cell.hyperlink}
    assert links == {name: f"'{name}'!A1" for name in book.sheetnames if name != "14_Lisez_moi"}


def test_cover_tells_of_answers_without_a_column(read_form: Callable[[str], FormDefinition]) -> None:
    text = "| survey |\n| | type | name | label |\n| | text | QUESTION | Q |\n| settings |\n| | form_title | form_id | version |\n| | F | f | VERSION |"
    known = read_form(text.replace("QUESTION", "a").replace("VERSION", "1"))
    other = read_form(text.replace("QUESTION", "b").replace("VERSION", "2"))
    sheets = read(write(to_programme([known], [to_submission(other, {"b": "x"})])))
    assert ["Réponses d’une version inconnue du formulaire, sans colonne", 1] in sheets["14_Lisez_moi"]


def test_conflicts_show_every_candidate_in_words(library: Mapping[str, FormDefinition]) -> None:
    at = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
    candidates = (Candidate("3112", "Amina", at, "cam_a_inscription"), ("3105", "Houaria", at, None))
    conflicts = [
        ConflictRow("w1", "3112-a", "BENALI", "commune", "review", True, "3112", candidates),
        ConflictRow("w2", "3112-b", "SAHRAOUI", "nin", "last", False, "110420003112000123", ()),
        ConflictRow("w3", "3112-c", "=X()", "inconnue", "autre", True, "2", (Candidate("2", "A", at, "f"),)),
        ConflictRow("w4", "3112-d", "ZOHRA", "_deleted", "review", True, "", ()),
    ]
    data = write(to_programme(list(library.values()), conflicts=conflicts))
    rows = read(data)["Conflits"][1:]
    when = datetime(2026, 5, 1, 10, 0)  # noqa: DTZ001
    title = library["a"].title
    assert rows == [
        ["3112-a", "BENALI", "Commune de résidence", "à trancher", "ouvert", "Tafraoui", 1, "Tafraoui", "Amina", when, title, "w1"],
        ["3112-a", "BENALI", "Commune de résidence", "à trancher", "ouvert", "Tafraoui", 2, "Es Senia", "Houaria", when, None, "w1"],
        ["3112-b", "SAHRAOUI", "Numéro d'identification national (NIN)", "la plus récente", "tranché", "****0123", *[None] * 5, "w2"],
        ["3112-c", "=X()", "inconnue", "autre", "ouvert", "2", 1, "2", "A", when, "f", "w3"],
        ["3112-d", "ZOHRA", "suppression de la fiche", "à trancher", "ouvert", *[None] * 6, "w4"],
    ]  # fmt: skip


def test_dictionary_explains_every_column_of_every_sheet(workbook: bytes) -> None:
    sheets = read(workbook)
    explained = {(row[0], row[1]) for row in sheets["Dictionnaire"][1:]}
    for name, rows in sheets.items():
        if name not in ("14_Lisez_moi", "Dictionnaire"):
            assert [head for head in rows[0] if (name, head) not in explained] == [], name


def test_dictionary_has_the_question_in_both_languages_its_choices_and_its_rule(workbook: bytes) -> None:
    row = next(
        row
        for row in read_dicts(workbook, "Dictionnaire")
        if (row["Feuille"], row["Colonne"]) == ("cam_a_inscription", "g_profil-g_contact-commune")
    )
    assert row["Question (français)"] == "Commune de résidence"
    assert row["Question (العربية)"] == "بلدية الإقامة"
    assert str(row["Choix ou calcul"]).startswith("3101 = Oran / وهران ; ")
    assert (row["Type"], row["Donnée de la fiche"], row["Règle"]) == ("select_one", "commune", "à trancher")
    assert row["Versions"] == "2026112701"


def test_texts_exist_in_both_languages_with_the_same_places() -> None:
    import re  # noqa: PLC0415

    words = [*TEXTS.values(), *SHEETS.values(), *(words for pair in READING for words in pair)]
    headings = [
        *BY_COMMUNE,
        *BY_TRADE,
        *COUNTS,
        *RATES,
        MEDIAN,
        *CONFLICTS,
        *DICTIONARY,
        *(heading for _, heading in NOMINAL),
    ]
    words += [words for heading in headings for words in (heading.words, heading.formula)]
    for one in words:
        assert bool(one.fr) is bool(one.ar)
        assert sorted(re.findall(r"\{\w+\}", one.fr)) == sorted(re.findall(r"\{\w+\}", one.ar)), one.fr


@pytest.mark.parametrize(("text", "made"), [("{a} {b} {c}", "{b} 2 {c}"), ("{}", "{}")])
def test_fill_fills_in_one_pass_when_a_value_looks_like_a_place(text: str, made: str) -> None:
    assert fill(text, a="{b}", b=2) == made


def test_say_speaks_the_language_asked_for() -> None:
    assert (say("total", "fr"), say("total", "ar")) == ("Total", "المجموع")
