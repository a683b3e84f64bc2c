"""The list of women edited in a spreadsheet and sent back: only what was changed by hand is found, and all of it."""

from __future__ import annotations

import hashlib
import hmac
import io
import random
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from exports.manifest import ManifestError
from exports.ownlist import guess_list, read_list
from exports.readings import Choices, UnreadableError, read_birth, read_phone
from exports.returned import read_sheets
from exports.roundtrip import Comparison, compare
from forms.definition import FormDefinition
from forms.workbook import check_workbook
from tests.exports.field import Field, make_up, write

TODAY = date(2026, 11, 26)
SHEET = "07_Liste_nominative"


def sign(data: bytes) -> str:
    return hmac.new(b"a secret", data, hashlib.sha256).hexdigest()


@pytest.fixture(scope="session")
def exported(field: Field) -> bytes:
    return write(replace(field.programme, sign=sign))


def edit(data: bytes, change: Any) -> bytes:
    book = load_workbook(io.BytesIO(data))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def back(data: bytes) -> Comparison:
    check_workbook(data)
    return compare(dict(read_sheets(data)), sign, TODAY)


def place_of(sheet: Any, heading: str) -> int:
    return next(cell.column for cell in sheet[1] if cell.value == heading)


def test_a_list_that_nobody_edited_says_nothing(exported: bytes) -> None:
    found = back(exported)
    assert (found.changes, found.problems, found.new, found.missing, found.lost) == ((), (), (), (), ())
    assert found.rows == len(found.manifest.rows) > 50


@pytest.mark.parametrize("language", ["fr", "ar"])
@pytest.mark.parametrize("labels", [True, False])
def test_every_edition_comes_back_unchanged(field: Field, language: str, labels: bool) -> None:
    found = back(write(replace(field.programme, sign=sign), language=language, labels=labels))
    assert (found.changes, found.problems, found.lost) == ((), (), ())


def scramble(book: Any) -> dict[str, str]:
    """Edit as an office does: cells changed, rows sorted and removed, a column moved, another removed, sheets added."""
    sheet = book[SHEET]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    head, rows = rows[0], rows[1:]
    at = {heading: place for place, heading in enumerate(head)}
    keys = {name: rows[n][at["KEY"]] for n, name in enumerate(("phone", "name", "birth", "presumed", "commune", "formula", "gone", "twice"))}
    rows[0][at["Téléphone"]] = 661234567
    rows[1][at["Nom"]] = "  Ben   Salah "
    rows[2][at["Date de naissance"]] = datetime(1979, 5, 3)
    rows[3][at["Date de naissance"]] = "présumée 1961"
    rows[4][at["Commune"]] = "El Ançor" if rows[4][at["Commune"]] != "El Ançor" else "Tafraoui"
    rows[5][at["Localité"]] = "=A1"
    rows.append(list(rows[7]))  # a row that was copied
    del rows[6]
    added: list[Any] = [None] * len(head)
    added[at["Nom"]], added[at["Prénom"]], added[at["Commune"]] = "Nouvelle", "Amina", "tafraoui"
    added[at["Date de naissance"]] = "12/03/1990"
    rows.append(added)
    random.Random(3).shuffle(rows)
    sheet.delete_rows(1, sheet.max_row)
    order = [at["KEY"], *(p for p in range(len(head)) if head[p] not in ("KEY", "Association"))]
    for row in ([], head, *rows):
        sheet.append([row[p] for p in order] if row else ["Liste corrigée"])
    book.create_sheet("Notes", 0).append(["Nom", "rien"])
    return keys


def check_scrambled(found: Comparison, keys: Mapping[str, str]) -> None:
    changes = {(c.key, c.property): c.now for c in found.changes}
    assert changes[keys["phone"], "telephone"] == "0661234567"
    assert changes[keys["name"], "nom_fr"] == "Ben Salah"
    assert changes[keys["birth"], "date_naissance"] == "1979-05-03" and changes[keys["birth"], "annee_naissance"] == "1979"
    assert changes[keys["presumed"], "annee_naissance"] == "1961"
    assert (keys["commune"], "commune") in changes
    assert {key for key, _ in changes} == {keys[n] for n in ("phone", "name", "birth", "presumed", "commune")}
    assert sorted(p.code for p in found.problems) == ["formula", "repeated"]
    assert found.missing == (keys["gone"],)
    assert found.lost == ("Association",)
    (new,) = found.new
    assert new.values == {
        "nom_fr": "Nouvelle", "prenom_fr": "Amina", "commune": "3112", "date_naissance": "1990-03-12", "annee_naissance": "1990",
    }  # fmt: skip
    assert all(c.cell.startswith(f"{SHEET}!") for c in found.changes)


def test_edits_are_found_whatever_else_was_done_to_the_file(exported: bytes) -> None:
    keys: dict[str, str] = {}
    data = edit(exported, lambda book: keys.update(scramble(book)))
    check_scrambled(back(data), keys)


def test_edits_are_found_after_libreoffice_saved_the_file(exported: bytes, tmp_path: Path) -> None:
    keys: dict[str, str] = {}
    (tmp_path / "in").mkdir()
    book = tmp_path / "in" / "liste.xlsx"
    book.write_bytes(edit(exported, lambda b: keys.update(scramble(b))))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(
        ["soffice", "--headless", profile, "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path), str(book)],
        check=True,
        capture_output=True,
        timeout=180,
    )
    check_scrambled(back((tmp_path / "liste.xlsx").read_bytes()), keys)


def test_what_is_forged_damaged_or_another_file_is_said(exported: bytes) -> None:
    def forge(book: Any) -> None:
        sheet = book["_hirfa"]
        text = sheet["A3"].value
        sheet["A3"].value = text[:40] + ("A" if text[40] != "A" else "B") + text[41:]

    def code(data: bytes) -> str:
        with pytest.raises(ManifestError) as caught:
            back(data)
        return caught.value.code

    assert code(edit(exported, forge)) == "forged"
    assert code(edit(exported, lambda book: book.remove(book["_hirfa"]))) == "missing"
    assert code(edit(exported, lambda book: book.remove(book[SHEET]))) == "columns"

    def cheat(book: Any) -> None:
        sheet = book[SHEET]
        sheet.cell(2, place_of(sheet, "VERSION")).value = 99
        sheet.cell(2, place_of(sheet, "Nom")).value = "Autre"
        sheet.cell(3, place_of(sheet, "KEY")).value = "11111111-1111-4111-8111-111111111111"

    found = back(edit(exported, cheat))
    assert sorted(p.code for p in found.problems) == ["unknown_key", "version"] and found.changes == ()


def test_cells_offer_their_choices(exported: bytes) -> None:
    book = load_workbook(io.BytesIO(exported))
    sheet = book[SHEET]
    lists = {v.formula1: str(v.sqref) for v in sheet.data_validations.dataValidation if v.type == "list"}
    letters = {sheet.cell(1, place_of(sheet, h)).column_letter for h in ("Commune", "Métier", "Association")}
    assert {reach[: reach.index("2")] for reach in lists.values()} == letters
    communes = [cell.value for cell in book["_hirfa_listes"]["A"] if cell.value]
    assert "Tafraoui" in communes and book["_hirfa_listes"].sheet_state == "veryHidden"


@pytest.mark.parametrize(
    ("typed", "day", "year"),
    [
        ("12/03/1990", "1990-03-12", "1990"),
        ("12-3-1990", "1990-03-12", "1990"),
        ("1990-03-12", "1990-03-12", "1990"),
        ("١٢/٠٣/١٩٩٠", "1990-03-12", "1990"),
        ("1er février 1985", "1985-02-01", "1985"),
        ("3 أفريل 1985", "1985-04-03", "1985"),
        (datetime(1985, 4, 3), "1985-04-03", "1985"),
        (1980, "", "1980"),
        ("présumée 1980", "", "1980"),
        ("مفترض ١٩٨٠", "", "1980"),
        ("", "", ""),
    ],
)
def test_births_are_read_in_every_style(typed: object, day: str, year: str) -> None:
    assert read_birth(typed, TODAY) == (day, year)


@pytest.mark.parametrize("typed", ["31/02/1990", "12/13/1990", "hier", "1/1/90", datetime(2030, 1, 1), "2044", "né en 1980 ou 1981"])
def test_what_is_no_birth_is_not_guessed(typed: object) -> None:
    with pytest.raises(UnreadableError):
        read_birth(typed, TODAY)


def test_phones_get_their_zero_back() -> None:
    for typed in (660123456, "0660 12 34 56", "+213 660 12 34 56", "00213660123456", "٠٦٦٠١٢٣٤٥٦", "660-12-34-56"):
        assert read_phone(typed) == "0660123456"
    with pytest.raises(UnreadableError):
        read_phone("066012345")


def own_list() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Chambre de l’Artisanat – liste des artisanes 2025"])
    sheet.append([])
    sheet.append(["N°", "Nom et prénom", "Né(e) le", "Commune", "Tél.", "Activité", "Observations"])
    sheet.append([1, "BENALI Fatima Zohra", "12/03/1980", "Tafraoui", 660123456, "couture", "x"])
    sheet.append([2, "بن صالح خيرة", 1975, "طفراوي", "0550 11 22 33", None, None])
    sheet.append([3, "Mansouri Aïcha", "31/02/1980", "Oran Est", None, None, None])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_list_typed_by_hand_is_guessed_and_read() -> None:
    sheets = dict(read_sheets(own_list()))
    found = guess_list(sheets)
    assert found is not None
    assert {c.heading: c.target for c in found.columns} == {
        "N°": "", "Nom et prénom": "#whole", "Né(e) le": "#birth", "Commune": "commune", "Tél.": "telephone", "Activité": "metier",
        "Observations": "",
    }  # fmt: skip
    choices = {
        "commune": Choices({"3112": ("Tafraoui", "طفراوي")}),
        "metier": Choices({"couture": ("Couture traditionnelle", "خياطة تقليدية")}),
    }
    mapping = {c.place: c.target for c in found.columns}
    rows = read_list(sheets[found.sheet], found.head, mapping, choices, TODAY, found.sheet)
    assert rows[0].values == {
        "nom_fr": "BENALI", "prenom_fr": "Fatima Zohra", "date_naissance": "1980-03-12", "annee_naissance": "1980",
        "commune": "3112", "telephone": "0660123456", "metier": "couture",
    }  # fmt: skip
    assert rows[1].values == {
        "nom_ar": "بن صالح", "prenom_ar": "خيرة", "annee_naissance": "1975", "commune": "3112", "telephone": "0550112233",
    }  # fmt: skip
    assert [note.code for note in rows[2].notes] == ["taken_apart", "birth", "choice"]
    assert rows[2].values == {"nom_fr": "Mansouri", "prenom_fr": "Aïcha"}


def test_a_programme_of_other_names_is_not_editable_where_it_has_no_property(library: Mapping[str, FormDefinition]) -> None:
    made = make_up({"a": library["a"], "b": library["b"], "c": library["c"], "d": library["d"], "e": library["e"]}, 3, 1)
    without = replace(made.programme, forms=[library["c"]], sign=sign)
    found = back(write(without))
    assert found.manifest.columns == ()
