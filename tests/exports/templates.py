"""Templates as officers make them, built with openpyxl, and parts that only Excel writes put in afterwards."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.drawing.image import Image
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.table import Table
from PIL import Image as Picture

from exports.catalogue import Catalogue, list_names
from exports.programme import Options, Programme
from exports.template import fill_template


def name(book: Workbook, label: str, target: str) -> None:
    """Name some cells."""
    book.defined_names[label] = DefinedName(label, attr_text=target)


def save(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def catalogue_of(programme: Programme, **options: Any) -> Catalogue:
    return list_names(programme, Options(**options))


def fill(template: bytes, programme: Programme, *, limits: int = 1_048_576, **options: Any) -> bytes:
    """Fill a template to bytes."""
    return b"".join(fill_template(template, programme, Options(**options), limits=limits))


def opened(data: bytes) -> Any:
    return load_workbook(io.BytesIO(data))


def patch(data: bytes, changes: Mapping[str, bytes | Callable[[bytes], bytes]]) -> bytes:
    """Change, or add, parts of a workbook."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for one in source.namelist():
            change = changes.get(one)
            content = source.read(one)
            made.writestr(one, content if change is None else change(content) if callable(change) else change)
        for one, content in changes.items():
            if one not in source.namelist():
                assert isinstance(content, bytes)
                made.writestr(one, content)
    return out.getvalue()


def report_template() -> bytes:
    """A report with a logo, a chart, figures, a table with a total and a signature below, and a page of her own."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Rapport"
    sheet["A1"] = "CHAMBRE DE L’ARTISANAT ET DES MÉTIERS D’ORAN"
    sheet["A1"].font = Font(bold=True, size=14)
    picture = io.BytesIO()
    Picture.new("RGB", (60, 40), "#1F5C4D").save(picture, "PNG")
    sheet.add_image(Image(picture), "G1")
    sheet["A3"], sheet["B3"] = "Femmes inscrites", None
    name(book, "HIRFA_I01_cumul", "Rapport!$B$3")
    sheet["A4"] = "Situation au"
    name(book, "HIRFA_extrait_le", "Rapport!$B$4")
    sheet["A5"] = '="Arrêté le "&TEXT(HIRFA_extrait_le,"dd/mm/yyyy")'
    for place, heading in enumerate(("Code", "Commune", "Inscrites", "Financées", "Part"), start=1):
        cell = sheet.cell(7, place, heading)
        cell.font, cell.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="8B1A1A")
    sheet["A7"], sheet["B7"] = "Code ONS", "Commune"
    sheet["C8"], sheet["D8"], sheet["E8"] = 1, 2, "=IF(C8=0,0,D8/C8)+0*SUM($C$8:$C$8)"
    sheet["C8"].number_format = "# ##0"
    sheet["E8"].number_format = "0.0%"
    sheet["A10"], sheet["C10"], sheet["D10"] = "Total", "=SUM(C8:C8)", "=SUM(D8:D8)"
    sheet["E10"] = "=D10/C10"
    sheet["A12"], sheet["F12"] = "Le directeur", "Signature"
    sheet.merge_cells("A12:C12")
    sheet.conditional_formatting.add("C8", CellIsRule(operator="greaterThan", formula=["10"], fill=PatternFill("solid", bgColor="FFFF00")))
    sheet.print_area = "A1:F12"
    name(book, "HIRFA_02_Par_commune", "Rapport!$A$7")
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=3, min_row=7, max_row=8), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=2, min_row=8, max_row=8))
    sheet.add_chart(chart, "A15")
    other = book.create_sheet("Notes d’elle")
    other["A1"], other["A2"], other["A3"] = "=Rapport!C10", "=COUNTA(Rapport!B8:B8)", "Un texte"
    return save(book)


def list_template(catalogue: Catalogue) -> bytes:
    """A list of women in an Excel table with columns of her own, and all columns of a form on another sheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Liste"
    sheet["B2"] = "Les femmes"
    for place, heading in enumerate(("Nom", "Prénom", "Date de naissance", "Remarque", "Téléphone"), start=2):
        sheet.cell(4, place, heading)
    sheet["E5"] = "=B5&C5"
    sheet["H4"], sheet["H9"] = "à côté", "reste ici"
    table = Table(displayName="HIRFA_07_Liste_nominative", ref="B4:F5")
    sheet.add_table(table)
    form = next(one for one in catalogue.tables.values() if one.sheet.form)
    second = book.create_sheet("Envois")
    name(book, form.name, f"Envois!$A${3}")
    second["A3"].font = Font(bold=True)
    second[f"{get_column_letter(1)}1"] = "Tous les envois"
    return save(book)
