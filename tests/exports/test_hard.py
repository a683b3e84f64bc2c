"""Data that breaks workbooks: too long, too wide, too many, too deep, too old, of another type each year."""

from __future__ import annotations

import io
import os
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from exports.programme import Options, Submission, Woman
from exports.workbook import EXCEL, Limits, write_workbook
from forms.definition import Choice, FormDefinition, Node
from tests.exports.field import WHEN, Field, read, read_dicts, to_programme, to_submission, write
from tests.exports.ooxml import find_faults

LONG = os.environ.get("HIRFA_TESTS") == "long"
MIXED = "\u202bأمينة\u202c Amina – 12 kg, قلادة (3) 🐪👩🏽‍🌾 e\u0301"


def to_node(name: str, kind: str = "text", repeat: str | None = None, above: str = "/data", choices: str | None = None) -> Node:
    structural = kind in ("group", "repeat")
    return Node(
        path=f"{above}/{name}", name=name, kind=kind if structural else "question", type="" if structural else kind, labels={"": name}, hints={},
        choice_list=choices, repeat=repeat, groups=(), save_to=None, list=None, policy=None, visibility=None, unit=None, decimals=None,
        appearance="", answerable=True, prefilled=False,
    )  # fmt: skip


def to_form(*nodes: Node, version: str = "1", choices: Mapping[str, tuple[Choice, ...]] | None = None) -> FormDefinition:
    return FormDefinition("f", version, "F", (), "", nodes, choices or {}, (), frozenset(), frozenset())


def send(form: FormDefinition, *answers: Mapping[str, object]) -> list[Submission]:
    return [
        to_submission(form, one, f"uuid:11111111-1111-4111-8111-{number:012}", submitted_at=WHEN + timedelta(seconds=number))
        for number, one in enumerate(answers)
    ]


@pytest.mark.parametrize("options", [{}, {"language": "ar", "headings": "labels"}, {"labels": False}, {"personal": False}])
def test_the_programmes_workbook_keeps_excels_rules(field: Field, options: dict[str, object]) -> None:
    assert find_faults(write(field.programme, **options)) == []


def test_an_empty_programme_keeps_excels_rules(library: Mapping[str, FormDefinition]) -> None:
    assert find_faults(write(to_programme([]))) == []
    assert find_faults(write(to_programme(list(library.values())))) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (b"<c/>", b"<c s='999'/>", "style 999"),
        (b"<row>", b"<row", "not well-formed"),
        (b"<sheetData>", b"<sheetData><row r='9'/>", "comes after"),
        (b't="inlineStr"><is><t>F</t></is>', b't="s"><v>0</v>', "the type s"),
    ],
)
def test_the_validator_finds_what_is_wrong(old: bytes, new: bytes, fault: str) -> None:
    data = write(to_programme([to_form(to_node("q"))], send(to_form(to_node("q")), {"q": "F"}, {})))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as read_from, zipfile.ZipFile(out, "w") as into:
        for name in read_from.namelist():
            into.writestr(name, read_from.read(name).replace(old, new))
    assert any(fault in found for found in find_faults(out.getvalue()))


def test_the_validator_misses_no_part_taken_away() -> None:
    data = write(to_programme([to_form(to_node("q"))]))
    with zipfile.ZipFile(io.BytesIO(data)) as whole:
        for gone in whole.namelist():
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w") as into:
                for name in whole.namelist():
                    if name != gone:
                        into.writestr(name, whole.read(name))
            assert find_faults(out.getvalue()), gone


TEXTS = ["x" * 40_000, "🐪" * 20_000, "a\x00b".replace("\x00", "\u0085"), "=cmd|' /C calc'!A0", MIXED, "\ufeffBOM", "_x000D_", "a\r\nb", "\u2028", " "]


def test_hard_texts_are_read_alike_by_every_program(tmp_path: Path) -> None:
    form = to_form(to_node("q"))
    data = write(to_programme([form], send(form, *({"q": text} for text in TEXTS))))
    assert find_faults(data) == []
    ours = [row[1] for row in read(data)["f"][1:]]
    theirs = [row[1] for row in CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("f").to_python()[1:]]
    assert [str(text or "").replace("_x005F_", "_") for text in ours] == [str(text) for text in theirs]
    assert str(ours[0]).endswith("[coupé – مقطوع : 40000]")
    assert str(ours[1]).endswith("[coupé – مقطوع : 40000]")
    assert all(len(str(text or "").encode("utf-16-le")) <= 2 * 32_767 for text in ours)
    assert (ours[3], ours[4], ours[9]) == (TEXTS[3], MIXED, None)


def test_more_columns_than_a_sheet_holds_continue_with_the_key() -> None:
    limits = EXCEL if LONG else Limits(columns=300)
    count = limits.columns + 200
    form = to_form(*(to_node(f"q{number}") for number in range(count)))
    data = write(to_programme([form], send(form, {"q0": "a", f"q{count - 1}": "z"})), limits=limits)
    assert find_faults(data) == []
    sheets = read(data)
    assert [len(sheets[name][0]) <= limits.columns for name in ("f", "f (2)")] == [True, True]
    first, last = (dict(zip(*sheets[name], strict=True)) for name in ("f", "f (2)"))
    assert (first["q0"], last[f"q{count - 1}"], first["KEY"] if "KEY" in first else last["KEY"]) == ("a", "z", last["KEY"])


def test_more_rows_than_a_sheet_holds_continue_on_the_next() -> None:
    count, limits = (1_200_000, EXCEL) if LONG else (3_500, Limits(rows=3_000))
    form, most = to_form(to_node("q", "integer")), limits.rows - 1
    xml = '<data id="f" version="1"><q>{}</q><meta><instanceID>{}</instanceID></meta></data>'

    def submissions(form_id: str) -> Iterator[Submission]:
        for number in range(count):
            key = f"uuid:{number:08x}-1111-4111-8111-111111111111"
            yield Submission(form, key, lambda key, number=number: xml.format(number, key).encode(), WHEN)

    with tempfile.TemporaryFile() as out:
        outcome = write_workbook(to_programme([form], submissions=submissions), Options(), out, limits=limits)
        assert [(one.name, one.rows) for one in outcome.sheets if one.name.startswith("f")] == [("f", most), ("f (2)", count - most)]
        out.seek(0)
        assert find_faults(out.read()) == []
        book = load_workbook(out, read_only=True)
        values = [row[1] for row in book["f (2)"].iter_rows(min_row=2, values_only=True)]
        assert values == list(range(most, count))


def test_repeats_in_repeats_are_linked_however_deep_they_are() -> None:
    nodes, above, repeat = [], "/data", None
    for depth in range(1, 13):
        nodes.append(to_node(f"r{depth}", "repeat", repeat, above))
        above = repeat = f"{above}/r{depth}"
        nodes.append(to_node(f"q{depth}", "integer", repeat, above))
    form = to_form(*nodes)
    answers: dict[str, object] = {}
    for depth in range(12, 0, -1):
        answers = {f"r{depth}": [{f"q{depth}": depth, **answers}, {f"q{depth}": -depth}]}
    data = write(to_programme([form], send(form, answers)))
    assert find_faults(data) == []
    sheets = read(data)
    key = "uuid:11111111-1111-4111-8111-000000000000"
    for depth in range(1, 13):
        assert sheets[f"f-r{depth}"][1:] == [[depth, key, f"{key}/r{depth}[1]"], [-depth, key, f"{key}/r{depth}[2]"]]
        key += f"/r{depth}[1]"


def test_twelve_versions_that_change_types_and_choices_share_one_sheet() -> None:
    kinds = ["text", "integer", "decimal", "date", "dateTime", "select_one c", "select_multiple c", "geopoint", "time", "barcode", "calculate", "image"]
    text = ["douze", "12", "1.5", "1958-02-01", "2026-01-02T03:04:00.000+01:00", "a", "a b", "35.1 -0.2 3 4", "08:30:00.000+01:00", "0012", "7", "1.jpg"]
    forms = [
        to_form(to_node("q", kind, choices="c" if kind.startswith("select") else None), to_node("same"), version=str(number),
                choices={"c": (Choice("a", {"": f"A{number}"}), Choice("b", {"": f"B{number}"}))})
        for number, kind in enumerate(kinds)
    ]  # fmt: skip
    sent = [one for form, answer in zip(forms, text, strict=True) for one in send(form, {"q": answer, "same": answer})]
    sent = [one._replace(key=f"uuid:{number}") for number, one in enumerate(sent)]
    data = write(to_programme(forms, sent))
    assert find_faults(data) == []
    rows = read_dicts(data, "f")
    assert [str(row["same"]) for row in rows] == text
    values = [row["q"] if row["q"] is not None else row.get("q-Latitude") for row in rows]
    assert [str(value) for value in values[:7]] == ["douze", "12", "1.5", "1958-02-01 00:00:00", "2026-01-02 03:04:00", "A5", "A6 ; B6"]
    assert [str(value) for value in values[8:]] == ["08:30:00", "0012", "7", "1.jpg"]
    assert 35.1 in rows[7].values()


def test_a_choice_renamed_keeps_the_words_of_its_version() -> None:
    forms = [
        to_form(to_node("q", "select_one c", choices="c"), version=version, choices={"c": (Choice("a", {"": label}),)})
        for version, label in (("1", "Couture"), ("2", "Couture traditionnelle"))
    ]
    sent = [send(form, {"q": "a"})[0]._replace(key=f"uuid:{form.version}") for form in forms]
    assert [row["q"] for row in read_dicts(write(to_programme(forms, sent)), "f")] == ["Couture", "Couture traditionnelle"]


def test_old_dates_and_presumed_births_are_never_another_day(library: Mapping[str, FormDefinition]) -> None:
    days = ["1850-06-01", "1899-12-31", "1900-01-01", "1900-02-28", "1900-02-29", "1900-03-01", "1958-02-01", "9999-12-31"]
    form = to_form(to_node("day", "date"))
    women = [
        Woman(f"w{number}", 1, {"nom_fr": f"N{number}", **born})
        for number, born in enumerate([{"date_naissance": "1899-05-05"}, {"annee_naissance": "1931"}, {"date_naissance": "1961-04-03"}])
    ]
    data = write(to_programme([form, *library.values()], send(form, *({"day": day} for day in days)), women=women))
    assert find_faults(data) == []
    shown = [row["day"] for row in read_dicts(data, "f")]
    assert [one if isinstance(one, str) else one.date().isoformat() for one in shown] == days
    assert [isinstance(one, str) for one in shown] == [True] * 5 + [False] * 3
    births = {str(value) for row in read(data)["07_Liste_nominative"][1:] for value in row}
    assert "1899-05-05" in births
    assert any("1931" in one for one in births)
    assert str(date(1961, 4, 3)) + " 00:00:00" in births


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_libreoffice_prints_every_sheet(field: Field, language: str, tmp_path: Path) -> None:
    book = tmp_path / "classeur.xlsx"
    book.write_bytes(write(field.programme, language=language))
    run: Callable[..., object] = subprocess.run
    run(
        ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "pdf", "--outdir", str(tmp_path), str(book)],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    text = subprocess.run(["pdftotext", str(tmp_path / "classeur.pdf"), "-"], check=True, capture_output=True, text=True, timeout=60).stdout
    assert "02_Par_commune" in text
    assert text.count("\f") > 10
