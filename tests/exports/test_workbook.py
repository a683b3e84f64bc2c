"""The file itself: read back with other programs, opened on the right page, safe, whole."""

from __future__ import annotations

import gc
import io
import subprocess
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from exports.blocks import BlockMaker
from exports.programme import Options, Programme, Submission, Woman
from exports.tally import Tally
from exports.workbook import Limits, write_workbook
from forms.definition import FormDefinition
from tests.exports.field import Field, read, read_dicts, to_programme, to_submission, write

FORM = """
| survey |
| | type | name | label::Français (fr) | label::العربية (ar) | bind::hirfa:unit |
| | text | q | Question = ? | سؤال | |
| | text | phone | Tél | الهاتف | |
| | integer | money | Prix | السعر | DZD |
| | decimal | weight | Poids | الوزن | kg |
| settings |
| | form_title | form_id | version | namespaces |
| | Mon formulaire | FORM_ID | 1 | hirfa="urn:hirfa:xforms:1" |
"""
FIRST = [
    "01_Synthese", "02_Par_commune", "03_Par_metier", "04_Par_association", "05_Par_mois", "06_Entonnoir", "07_Liste_nominative",
    "08_Examen_PV", "09_Presences", "10_Suivi_ANGEM", "11_Emplois", "12_Difficultes", "13_Doublons_a_valider", "14_Lisez_moi",
]  # fmt: skip
PLAIN = {"01_Synthese", "06_Entonnoir", "08_Examen_PV", "09_Presences", "12_Difficultes", "13_Doublons_a_valider", "14_Lisez_moi"}


@pytest.fixture(scope="module")
def form(read_form: Callable[[str], FormDefinition]) -> FormDefinition:
    return read_form(FORM.replace("FORM_ID", "f"))


def send(form: FormDefinition, *answers: Mapping[str, object]) -> list[Submission]:
    return [
        to_submission(form, one, f"uuid:11111111-1111-4111-8111-{number:012}") for number, one in enumerate(answers)
    ]


def test_write_workbook_orders_the_sheets_and_opens_on_the_reading_page(workbook: bytes) -> None:
    book = load_workbook(io.BytesIO(workbook))
    forms = ["cam_a_inscription", "cam_b_presence", "cam_c_examen", "cam_d_angem", "cam_e_visite"]
    assert book.sheetnames == [*FIRST, *forms, "Conflits", "Dictionnaire"]
    assert book.active.title == "14_Lisez_moi"
    assert [sheet.title for sheet in book if sheet.sheet_view.tabSelected] == ["14_Lisez_moi"]


def test_write_workbook_is_read_alike_by_calamine(workbook: bytes) -> None:
    ours, theirs = read(workbook), CalamineWorkbook.from_filelike(io.BytesIO(workbook))
    assert theirs.sheet_names == list(ours)
    for name, rows in ours.items():
        other = theirs.get_sheet_by_name(name).to_python(skip_empty_area=False)
        assert [["" if value is None else value for value in row] for row in rows] == [
            [_like(one, two) for one, two in zip(row, line, strict=True)] for row, line in zip(rows, other, strict=True)
        ], name


def _like(one: object, two: object) -> object:
    """Give calamine's value, whose dates have no hour, whose whole numbers are floats, in openpyxl's way."""
    if isinstance(two, float) and isinstance(one, int):
        return int(two)
    return type(one)(two.year, two.month, two.day) if type(two).__name__ == "date" else two  # type: ignore[attr-defined,union-attr]


def test_write_workbook_has_a_row_for_each_submission(field: Field, workbook: bytes) -> None:
    sheets = read(workbook)
    for definition in field.programme.forms:
        rows = sheets[definition.form_id]
        key = rows[0].index("KEY")
        sent = [one.key for one in field.programme.submissions(definition.form_id)]
        assert [row[key] for row in rows[1:]] == sent


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_write_workbook_freezes_filters_and_prints_headings(field: Field, language: str) -> None:
    book = load_workbook(io.BytesIO(write(field.programme, language=language)))
    assert book.sheetnames[:14] == FIRST
    for sheet in book:
        assert sheet.sheet_view.rightToLeft is (language == "ar")
        assert sheet.freeze_panes.endswith("2")
        assert sheet.print_title_rows == "$1:$1"
        assert (sheet.page_setup.paperSize, sheet.sheet_properties.pageSetUpPr.fitToPage) == (9, True)
        assert (sheet.auto_filter.ref is not None) is (sheet.title not in PLAIN)
        assert sheet["A1"].font.bold
        assert all(1 < column.width < 110 for column in sheet.column_dimensions.values())
    assert book["02_Par_commune"].auto_filter.ref == "A1:N27"  # the total is no part of it
    places, form = book["02_Par_commune"], book["cam_a_inscription"]
    assert (places.page_setup.fitToWidth, places.page_setup.fitToHeight, len(places.row_breaks)) == (1, 1, 0)
    assert (form.page_setup.fitToWidth > 1, form.page_setup.fitToHeight, form.print_title_cols) == (True, 0, "$A:$A")


def test_write_workbook_formats_money_dates_rates_and_identifiers(
    field: Field, workbook: bytes, form: FormDefinition
) -> None:
    book = load_workbook(io.BytesIO(workbook))
    nominal = book["07_Liste_nominative"]
    formats = {cell.value: nominal[2][index].number_format for index, cell in enumerate(nominal[1])}
    assert formats["Téléphone"] == "@"
    assert formats["Date d’inscription"] == "dd/mm/yyyy"
    assert (
        book["02_Par_commune"]["M29"].number_format == "0.0 %" or book["02_Par_commune"]["M28"].number_format == "0.0 %"
    )
    sheet = load_workbook(io.BytesIO(write(to_programme([form], send(form, {"money": "1500", "weight": "2.5"})))))["f"]
    cells = {head.value: cell for head, cell in zip(sheet[1], sheet[2], strict=True)}
    assert (cells["money"].value, cells["money"].number_format) == (1500, '#,##0 "DA"')
    assert (cells["weight"].value, cells["weight"].number_format) == (2.5, '#,##0.00 "kg"')
    assert cells["SubmissionDate"].number_format == "dd/mm/yyyy hh:mm"


def test_write_workbook_colours_what_is_disputed(field: Field, workbook: bytes) -> None:
    sheet = load_workbook(io.BytesIO(workbook))["07_Liste_nominative"]
    column = [cell.value for cell in sheet[1]].index("Commune")
    assert [sheet[line][column].fill.fgColor.rgb for line in (2, 3)] == ["00FFD9A0", "00000000"]


HOSTILE = [
    "=1+1", "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "#N/A", "#DIV/0!", "'quoted", "0550123456", " spaced ", "a\nb", "_x0041_",
    "<b>&amp;", "🐪 e\u0301 \u202e", "1e5", "TRUE", "2026-01-01",
]  # fmt: skip


def test_write_workbook_keeps_every_text_a_text(form: FormDefinition) -> None:
    data = write(to_programme([form], send(form, *({"q": text, "phone": text} for text in HOSTILE))))
    sheet = load_workbook(io.BytesIO(data))["f"]
    for column in ("B", "C"):
        cells = [sheet[f"{column}{line}"] for line in range(2, len(HOSTILE) + 2)]
        # the escape is what Excel and LibreOffice read as the text itself; openpyxl shows it as it is stored
        assert [cell.value.replace("_x005F_", "_") for cell in cells] == HOSTILE
        assert {cell.data_type for cell in cells} == {"s"}
        assert all(cell.quotePrefix or column == "C" for cell in cells[:8])
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        sheets = [file.read(name) for name in file.namelist() if name.startswith("xl/worksheets/")]
        assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)


def test_write_workbook_keeps_every_sheet_free_of_formulas(form: FormDefinition) -> None:
    evil = '=HYPERLINK("http://x")'
    programme = to_programme(
        [form], send(form, {"q": evil}), women=[Woman("w1", 1, {"nom_fr": evil, "commune": evil, "metier": evil, "telephone": evil})],
        title=evil, author=evil, filters=[(evil, evil)],
    )  # fmt: skip
    book = load_workbook(io.BytesIO(write(programme)))
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d", "b"}
    assert book["07_Liste_nominative"]["C2"].value == evil


def test_write_workbook_lists_what_was_cut_and_counts_what_was_replaced(form: FormDefinition) -> None:
    out = io.BytesIO()
    sent = send(form, {"q": "court"}, {"q": "x" * 40_000})
    programme = to_programme([form], sent, women=[Woman("w1", 1, {"nom_fr": "a\x00b\x07"}, frozenset({"nom_fr"}))])
    outcome = write_workbook(programme, Options(), out)
    assert [(loss.sheet, loss.cell, loss.length) for loss in outcome.losses] == [("f", "B3", 40_000)]
    assert outcome.replaced == 2
    sheets = read(out.getvalue())
    assert str(sheets["f"][2][1]).endswith("[…] [coupé – مقطوع : 40000]")
    assert sheets["07_Liste_nominative"][1][2] == "a\u2400b\u2407"
    notes = {str(row[0]): row[1] for row in sheets["14_Lisez_moi"]}
    assert notes["Caractères interdits remplacés par un signe visible"] == 2
    assert "40000" in str(notes["f!B3"])


def test_write_workbook_continues_on_next_sheets_when_there_are_too_many_rows(form: FormDefinition) -> None:
    sent = send(form, *({"q": f"r{number}"} for number in range(7)))
    data = write(to_programme([form], sent), limits=Limits(rows=4, columns=100))
    sheets = read(data)
    assert [name for name in sheets if name.startswith("f")] == ["f", "f (2)", "f (3)"]
    assert [[row[1] for row in sheets[name]] for name in ("f", "f (2)", "f (3)")] == [
        ["q", "r0", "r1", "r2"],
        ["q", "r3", "r4", "r5"],
        ["q", "r6"],
    ]
    assert load_workbook(io.BytesIO(data))["f (3)"].auto_filter.ref == "A1:O2"
    assert ["f (2)", "3 lignes – Formulaire « Mon formulaire » (suite)"] in sheets["14_Lisez_moi (3)"] + sheets[
        "14_Lisez_moi"
    ] + [row for name, rows in sheets.items() if name.startswith("14") for row in rows]


def test_write_workbook_continues_with_the_key_when_there_are_too_many_columns(form: FormDefinition) -> None:
    sent = send(form, {"q": "r0", "phone": "06"}, {"q": "r1", "phone": "07"})
    sheets = read(write(to_programme([form], sent), limits=Limits(rows=1000, columns=7)))
    assert sheets["f"][0] == ["SubmissionDate", "q", "phone", "money", "weight", "meta-instanceName", "KEY"]
    assert sheets["f (2)"][0] == [
        "KEY",
        "SubmitterName",
        "AttachmentsPresent",
        "AttachmentsExpected",
        "ReviewState",
        "DeviceID",
        "Edits",
    ]
    assert sheets["f (3)"][0] == ["KEY", "FormVersion", "EntityIDs"]
    for name, place in (("f", 6), ("f (2)", 0), ("f (3)", 0)):
        assert [row[place] for row in sheets[name][1:]] == [one.key for one in sent]


def test_write_workbook_names_sheets_of_any_form_id(read_form: Callable[[str], FormDefinition]) -> None:
    ids = ["Conflits", "it's [x]:1?", "a" * 40, "a" * 40 + "b", "02_Par_commune", "=1+1", "History", "14_Lisez_moi"]
    forms = [read_form(FORM.replace("FORM_ID", one)) for one in ids]
    data = write(to_programme(forms, [one for form in forms for one in send(form, {"q": form.form_id})]))
    sheets = read(data)
    shown = {str(row[1]) for rows in sheets.values() if rows[0][0] == "SubmissionDate" for row in rows[1:]}
    assert shown == set(ids)
    assert len({name.casefold() for name in sheets}) == len(sheets) == 16 + len(ids)
    assert all(len(name) <= 31 for name in sheets)
    assert (sheets["Conflits"][0][0], sheets["02_Par_commune"][0][0]) == ("Code artisane", "Code commune")
    book = load_workbook(io.BytesIO(data))
    assert all(sheet.print_title_rows == "$1:$1" for sheet in book)
    assert (book.active.title, book.active["A1"].value) == ("14_Lisez_moi", "Clé")
    assert [sheet.title for sheet in book if sheet.sheet_view.tabSelected] == ["14_Lisez_moi"]


def test_write_workbook_names_nobody_when_personal_data_is_left_out(field: Field) -> None:
    data = write(field.programme, personal=False)
    assert list(read(data)) == [
        "01_Synthese", "02_Par_commune", "03_Par_metier", "04_Par_association", "05_Par_mois", "06_Entonnoir", "11_Emplois",
        "12_Difficultes", "14_Lisez_moi", "Dictionnaire",
    ]  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        whole = b"".join(file.read(name) for name in file.namelist()).decode()
    for word in (
        "BENALI",
        "بن علي",
        "0600000001",
        "Douar Sidi Ali",
        *(woman.entity_id for woman in field.programme.women),
    ):
        assert word not in whole
    counts = [value for row in read(data)["02_Par_commune"][1:] for value in row[3:12]]
    assert not [value for value in counts if isinstance(value, int) and 0 < value < 5]
    assert "<5" in counts


def test_write_workbook_never_shows_an_identification_number(field: Field) -> None:
    for options in ({}, {"labels": False}, {"language": "ar", "headings": "labels"}):
        with zipfile.ZipFile(io.BytesIO(write(field.programme, **options))) as file:
            whole = b"".join(file.read(name) for name in file.namelist()).decode()
        assert "****0001" in whole
        assert not [woman.values["nin"] for woman in field.programme.women if woman.values["nin"] in whole]
        assert "990000000000000002" not in whole


def test_write_workbook_leaves_no_workbook_and_no_file_when_it_fails(
    form: FormDefinition, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(form_id: str) -> Iterator[Submission]:
        yield from send(form, *({"q": str(number)} for number in range(3000)))
        raise OSError("the database went away")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    out = io.BytesIO()
    with pytest.raises(OSError, match="went away"):
        write_workbook(to_programme([form], submissions=broken), Options(), out)
    assert len(out.getvalue()) > 10_000
    assert not zipfile.is_zipfile(out)
    assert list(tmp_path.iterdir()) == []


def test_no_part_of_a_workbook_passes_for_a_whole_one(workbook: bytes) -> None:
    for length in (100, len(workbook) // 2, len(workbook) - 30, len(workbook) - 1):
        cut = io.BytesIO(workbook[:length])
        with pytest.raises(zipfile.BadZipFile):
            load_workbook(cut)


def test_write_workbook_leaves_no_temporary_file(
    form: FormDefinition, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    write(to_programme([form], send(form, {"q": "x"})))
    assert list(tmp_path.iterdir()) == []


class OneWay(io.RawIOBase):
    """A stream to a client: it can only be written to."""

    def __init__(self) -> None:
        self.data = b""

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self.data += bytes(data)  # type: ignore[call-overload]
        return len(data)  # type: ignore[arg-type]


def test_write_workbook_streams_to_what_cannot_seek(form: FormDefinition) -> None:
    out = OneWay()
    write_workbook(to_programme([form], send(form, {"q": "x"})), Options(), out)  # type: ignore[arg-type]
    assert "f" in read(out.data)


def test_write_workbook_reads_the_submissions_once_however_many_repeats_there_are(
    read_form: Callable[[str], FormDefinition],
) -> None:
    repeats = "\n".join(f"| | begin_repeat | r{n} | R |\n| | text | t{n} | T |\n| | end_repeat | | |" for n in range(60))
    form = read_form(
        f"| survey |\n| | type | name | label |\n{repeats}\n| settings |\n| | form_title | form_id | version |\n| | F | f | 1 |"
    )
    asked: list[str] = []
    sent = [to_submission(form, {f"r{n}": [{f"t{n}": f"v{n}"}] for n in range(60)})]

    def submissions(form_id: str) -> list[Submission]:
        asked.append(form_id)
        return sent

    sheets = read(write(to_programme([form], submissions=submissions)))
    assert [sheets[f"f-r{n}"][1][0] for n in range(60)] == [f"v{n}" for n in range(60)]
    assert asked == ["f"]


def test_write_workbook_shows_women_by_name_and_merged_ones_too(library: Mapping[str, FormDefinition]) -> None:
    women = [Woman("w1", 1, {"label": "Kheira (1980)"}), Woman("w2", 1, {"nom_fr": "BENALI", "prenom_fr": "Setti"})]
    sent = [to_submission(library["b"], {"code_session": "CREE-2026-01", "presentes": "w1 w9 w2 w7"})]
    programme: Programme = to_programme(list(library.values()), sent, women=women, merged={"w9": "w1"})
    row = read_dicts(write(programme), "cam_b_presence")[0]
    assert row["g_presence-presentes"] == "Kheira (1980) ; Kheira (1980) ; BENALI Setti ; w7"


def test_write_workbook_shows_the_question_when_its_heading_is_selected(form: FormDefinition) -> None:
    sheet = load_workbook(io.BytesIO(write(to_programme([form]), language="ar")))["f"]
    assert {str(note.sqref): note.prompt for note in sheet.data_validations.dataValidation}["B1"] == "سؤال"


def test_write_workbook_shortens_a_long_question_shown_on_its_heading(
    read_form: Callable[[str], FormDefinition],
) -> None:
    text = FORM.replace("FORM_ID", "f").replace("سؤال", "😀" * 300).replace("الهاتف", "ه" * 300)
    book = load_workbook(io.BytesIO(write(to_programme([read_form(text)]), language="ar")))
    notes = [note.prompt for note in book["f"].data_validations.dataValidation]
    assert {len(note.encode("utf-16-le")) // 2 <= 255 for note in notes} == {True}
    assert [note[-1] for note in notes[:2]] == ["…", "…"]


def test_write_workbook_opens_in_libreoffice(form: FormDefinition, tmp_path: Path) -> None:
    book = tmp_path / "classeur.xlsx"
    book.write_bytes(write(to_programme([form], send(form, *({"q": text} for text in HOSTILE)))))
    export = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(
        ["soffice", "--headless", profile, "--convert-to", export, "--outdir", str(tmp_path), str(book)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    import csv  # noqa: PLC0415

    with (tmp_path / "classeur-f.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert [row[1] for row in rows[1:]] == HOSTILE
    assert len(list(tmp_path.glob("classeur-*.csv"))) == 17


def test_a_workbook_that_is_written_leaves_nobody_to_the_collector_of_circles(field: Field) -> None:
    """Else each workbook stays in memory, with the whole register, until the collector comes by."""

    def count() -> Counter[type]:
        return Counter(type(one) for one in gc.get_objects() if type(one) in (Woman, Programme, Tally, BlockMaker))

    gc.collect()
    gc.disable()
    try:
        before = count()
        write(replace(field.programme, women=[replace(woman) for woman in field.programme.women]))
        assert count() == before
    finally:
        gc.enable()
