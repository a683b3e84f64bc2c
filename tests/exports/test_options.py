"""What may be chosen: periods, places, forms, versions, split choices, pseudonyms, numbers in full, what is new."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook

from exports.programme import Association, Commune, Options, Programme, Woman
from exports.workbook import Limits, write_workbook
from forms.definition import FormDefinition
from tests.exports.field import WHEN, read, read_dicts, to_programme, to_submission, write
from tests.exports.ooxml import find_faults

FORM = """
| survey |
| | type | name | label | calculation |
| | select_one_from_file artisanes.csv | artisane | Qui |  |
| | text | nin | NIN |  |
| | text | remarks | Mots |  |
| | date | date_naissance | Naissance |  |
| | integer | number | Combien |  |
| | select_one c | one | Un |  |
| | select_multiple c | many | Plusieurs |  |
| | geopoint | place | Lieu |  |
| | calculate | who |  | '1' |
| | begin_repeat | child | K |  |
| | select_multiple c | kinds | L |  |
| | end_repeat |  |  |  |
| choices |
| | list_name | name | label |
CHOICES
| settings |
| | form_title | form_id | version |
| | F | f | VERSION |
"""
NIN = "110420003112000123"
WOMEN = {"w1": {"commune": "3112", "association": "a1", "nom_fr": "BENALI"}, "w2": {"commune": "3105", "nom_fr": "SAIDI"}}


@pytest.fixture(scope="module")
def forms(read_form: Callable[[str], FormDefinition]) -> list[FormDefinition]:
    choices = ("| | c | rouge | Rouge |\n| | c | vert | Vert |", "| | c | vert | Vert |\n| | c | bleu | =Bleu |")
    return [
        read_form(FORM.replace("VERSION", str(n)).replace("CHOICES", some))
        for n, some in enumerate(choices, start=1)
    ]


@pytest.fixture
def programme(forms: list[FormDefinition]) -> Programme:
    first = {
        "artisane": "w1", "nin": NIN, "remarks": "BENALI Kheira", "date_naissance": "1980-02-29", "number": 3, "one": "vert",
        "many": "rouge vert", "place": "35.1 -0.5", "child": [{"kinds": "vert"}, {"kinds": ""}],
    }  # fmt: skip
    second = {"artisane": "w9", "many": "bleu inconnu", "number": 5}
    sent = [
        to_submission(forms[0], first, "uuid:1", entity_ids=("w1",), author="Amina", device="phone-1", submitted_at=WHEN - timedelta(days=40)),
        to_submission(forms[1], second, "uuid:2", entity_ids=("w9",), submitted_at=WHEN),
    ]  # fmt: skip
    women = [Woman(key, 1, values, changed_at=WHEN - timedelta(days=40)) for key, values in WOMEN.items()]
    return to_programme(
        forms, sent, women=women, merged={"w9": "w2"}, communes=[Commune("3112", "Tafraoui"), Commune("3105", "Es Senia")],
        associations=[Association("a1", "Nour")],
    )  # fmt: skip


def test_multiple_choices_are_split_into_columns_of_all_versions(programme: Programme) -> None:
    rows = read_dicts(write(programme, multiple="both"), "f")
    heads = ["many", "many/rouge", "many/vert", "many/bleu"]  # an old choice where it stood
    assert [head for head in rows[0] if str(head).startswith("many")] == heads
    assert [[row[head] for head in heads] for row in rows] == [["Rouge ; Vert", 1, 1, 0], ["=Bleu ; inconnu", 0, 0, 1]]
    assert [row["kinds/vert"] for row in read_dicts(write(programme, multiple="both"), "f-child")] == [1, None]
    data = write(programme, multiple="split")
    split = read_dicts(data, "f")
    assert "many" not in split[0]
    assert [row["many/bleu"] for row in split] == [0, 1]
    cover = dict(row[:2] for row in read(data)["14_Lisez_moi"])
    assert cover["Réponses d’une version inconnue du formulaire, sans colonne"] == 1  # "inconnu" stands nowhere, and is said
    assert find_faults(data) == []


def test_a_period_shows_what_was_received_in_it(programme: Programme) -> None:
    day = WHEN.date()
    assert [row["KEY"] for row in read_dicts(write(programme, since=day), "f")] == ["uuid:2"]
    assert [row["KEY"] for row in read_dicts(write(programme, until=day - timedelta(days=1)), "f")] == ["uuid:1"]
    assert len(read_dicts(write(programme, since=day - timedelta(days=40), until=day), "f")) == 2


def test_places_and_associations_choose_women_and_what_was_sent_of_them(programme: Programme) -> None:
    for options, key, woman in (
        ({"communes": frozenset({"3105"})}, "uuid:2", "w2"),
        ({"associations": frozenset({"a1"})}, "uuid:1", "w1"),
    ):
        data = write(programme, **options)
        assert [row["KEY"] for row in read_dicts(data, "f")] == [key]
        assert [row["KEY"] for row in read_dicts(data, "07_Liste_nominative")] == [woman]
        assert read(data)["02_Par_commune"][-1][3] == 1
    assert read(write(programme, communes=frozenset({"3101"})))["02_Par_commune"][-1][3] == 0


def test_forms_and_versions_choose_sheets_and_rows(programme: Programme) -> None:
    assert "f" not in read(write(programme, forms=frozenset({"g"})))
    rows = read_dicts(write(programme, versions="newest"), "f")
    assert [row["KEY"] for row in rows] == ["uuid:2"]


def test_pseudonyms_are_stable_keyed_and_name_nobody(programme: Programme) -> None:
    data = write(programme, personal=False, pseudonyms=b"key", multiple="both")
    rows = read_dicts(data, "f")
    assert [row["number"] for row in rows] == [3, 5]
    assert rows[0]["artisane"] == rows[0]["EntityIDs"] != rows[1]["artisane"]
    assert {"remarks", "nin", "date_naissance", "place-Latitude", "who"}.isdisjoint(rows[0])
    child = read_dicts(data, "f-child")[0]
    assert (child["PARENT_KEY"], str(child["KEY"]).split("/")[0]) == (rows[0]["KEY"], rows[0]["KEY"])
    again = read_dicts(write(programme, personal=False, pseudonyms=b"key", labels=False), "f")
    other = read_dicts(write(programme, personal=False, pseudonyms=b"other"), "f")
    assert again[0]["artisane"] == rows[0]["artisane"] != other[0]["artisane"]
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        whole = b"".join(file.read(name) for name in file.namelist()).decode()
    for word in ("BENALI", "SAIDI", NIN, "uuid:1", ">w1<", "Amina", "phone-1", "1980", "35.1"):
        assert word not in whole, word


def test_numbers_are_shown_in_full_only_when_revealed(programme: Programme) -> None:
    assert read_dicts(write(programme), "f")[0]["nin"] == "****0123"
    data = write(programme, reveal=True)
    assert read_dicts(data, "f")[0]["nin"] == NIN
    assert "En entier" in str(read(data)["14_Lisez_moi"])


def test_what_is_new_stands_on_a_ground_of_its_own(programme: Programme) -> None:
    data = write(programme, changed_since=WHEN - timedelta(days=1))
    book = load_workbook(io.BytesIO(data))
    assert [book["f"][f"A{line}"].fill.fgColor.rgb for line in (2, 3)] == ["00000000", "00CDEBC5"]
    assert book["f"]["A3"].number_format == "dd/mm/yyyy hh:mm"
    book = load_workbook(io.BytesIO(write(programme, changed_since=WHEN - timedelta(days=41))))
    assert [book["07_Liste_nominative"][f"A{line}"].fill.fgColor.rgb for line in (2, 3)] == ["00CDEBC5"] * 2
    assert find_faults(data) == []


@pytest.mark.parametrize("personal", [True, False])
def test_figures_that_changed_since_the_workbook_before_stand_on_a_ground_of_their_own(
    programme: Programme, personal: bool
) -> None:
    options = Options(personal=personal)
    before = write_workbook(programme, options, io.BytesIO()).figures
    assert json.loads(json.dumps(before)) == before
    same = io.BytesIO()
    assert write_workbook(replace(programme, before=before), options, same).figures == before
    assert green_cells(same.getvalue()) == set()
    women = [*programme.women, Woman("w7", 1, {**WOMEN["w1"], "commune": "3112"}, registered_on=WHEN.date())]
    out = io.BytesIO()
    write_workbook(replace(programme, women=women, before=before), options, out)
    found = green_cells(out.getvalue())
    assert find_faults(out.getvalue()) == []
    sheets, earlier = read(out.getvalue()), read(same.getvalue())
    for name in ("01_Synthese", "02_Par_commune", "03_Par_metier", "04_Par_association", "05_Par_mois", "06_Entonnoir"):
        changed = {
            (name, row, column)
            for row, (new, old) in enumerate(zip(sheets[name], earlier[name], strict=True))
            for column, (a, b) in enumerate(zip(new, old, strict=True))
            if a != b
        }
        assert {cell for cell in found if cell[0] == name} == changed, name
        assert changed or not personal or name != "02_Par_commune"
    assert {cell[0] for cell in found} <= {*sheets} - {"07_Liste_nominative"}
    if personal:
        total = next(row for row, cells in enumerate(sheets["02_Par_commune"]) if "Total" in cells)
        book = load_workbook(io.BytesIO(out.getvalue()))
        assert book["02_Par_commune"].cell(total + 1, 4).font.b


PHOTOS = """
| survey |
| | type | name | label |
| | image | picture | Photo |
| | begin_repeat | work | W |
| | image | piece | P |
| | end_repeat |  |  |
| settings |
| | form_title | form_id | version |
| | P | p | 1 |
"""


def test_photographs_are_links_to_their_page_when_asked(read_form: Callable[[str], FormDefinition]) -> None:
    form = read_form(PHOTOS)
    names = ["a.jpg", '="&<b>".jpg', "x" * 300]
    sent = [
        to_submission(form, {"picture": name, "work": [{"piece": name}, {"piece": ""}]}, f"uuid:é{number}")
        for number, name in enumerate(names)
    ]
    programme = to_programme([form], sent)
    pages = "https://hirfa.example/submissions/"
    data = write(programme, pages=pages)
    assert find_faults(data) == []
    shown = load_workbook(io.BytesIO(data), data_only=True)
    assert [row[1].value for row in shown["p"].iter_rows(min_row=2)] == names
    assert [row[0].value for row in shown["p-work"].iter_rows(min_row=2)] == [x for name in names for x in (name, None)]
    book = load_workbook(io.BytesIO(data))
    place = next(cell.column for cell in book["p"][1] if cell.value == "picture")
    cells = [book["p"].cell(line, place) for line in range(2, 5)]
    formulas = [cell.value for cell in cells if cell.data_type == "f"]
    assert formulas == [
        f'=HYPERLINK("{pages}uuid:%C3%A9{number}#photos","{name}")'
        for number, name in ((0, "a.jpg"), (1, '=""&<b>"".jpg'))
    ]
    assert cells[0].font.u == "single"
    narrow, limits = io.BytesIO(), Limits(columns=5)
    write_workbook(programme, Options(pages=pages), narrow, limits=limits)
    assert find_faults(narrow.getvalue()) == []
    wide = load_workbook(narrow)["p"]  # its rows are made one by one
    assert [wide.cell(line, place).value for line in (2, 3)] == formulas
    plain = load_workbook(io.BytesIO(write(programme)))["p"]
    assert all(cell.data_type != "f" for row in plain.iter_rows() for cell in row)


def green_cells(data: bytes) -> set[tuple[str, int, int]]:
    return {
        (sheet.title, cell.row - 1, cell.column - 1)
        for sheet in load_workbook(io.BytesIO(data))
        for row in sheet.iter_rows()
        for cell in row
        if cell.fill.fgColor.rgb == "00CDEBC5"
    }


@pytest.mark.parametrize("count", [0, 1])
def test_a_programme_of_nobody_and_of_one_woman_looks_right(library: Mapping[str, FormDefinition], count: int) -> None:
    women = [Woman("w1", 1, WOMEN["w1"], registered_on=date(2026, 3, 1))][:count]
    for language in ("fr", "ar"):
        data = write(to_programme(list(library.values()), women=women, communes=[Commune("3112", "Tafraoui")]), language=language)
        sheets = read(data)
        assert find_faults(data) == []
        assert sheets["01_Synthese"][1][4] == count
        assert sheets["06_Entonnoir"][1][1] == count
        assert len(sheets["05_Par_mois"]) == 13
        assert "#" not in json.dumps(sheets["01_Synthese"], default=str)
