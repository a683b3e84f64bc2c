"""The five forms of the programme are read as their surveys say."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from forms.definition import FormDefinition
from forms.xform import parse_form
from forms.xlsform import convert_xlsform

LIBRARY = Path(__file__).parents[2] / "forms" / "library"
FORMS = sorted(path.name for path in LIBRARY.glob("*.xlsx"))


def read_rows(name: str, sheet: str) -> Iterator[Mapping[str, str]]:
    workbook = load_workbook(BytesIO((LIBRARY / name).read_bytes()), read_only=True)
    rows = workbook[sheet].iter_rows(values_only=True)
    headings = [str(heading or "") for heading in next(rows)]
    for row in rows:
        yield {heading: str(cell or "").strip() for heading, cell in zip(headings, row, strict=False)}


@pytest.mark.parametrize("name", FORMS)
def test_parse_form_finds_every_question_when_form_is_of_the_programme(
    name: str, library: Mapping[str, FormDefinition]
) -> None:
    definition = library[name[0]]
    asked = [row["name"] for row in read_rows(name, "survey") if row["name"] and not row["type"].startswith("end_")]
    assert [node.name for node in definition.nodes] == asked
    assert definition.form_id == f"cam_{Path(name).stem}"
    assert definition.version == {"a": "2026112701", "b": "2026112702", "c": "2026112701", "d": "2026112702", "e": "2026112702"}[name[0]]
    assert definition.languages == ("Français (fr)", "العربية (ar)")
    assert definition.default_language == "Français (fr)"


@pytest.mark.parametrize("name", FORMS)
def test_parse_form_finds_types_and_labels_when_form_is_of_the_programme(
    name: str, library: Mapping[str, FormDefinition]
) -> None:
    nodes = {node.name: node for node in library[name[0]].nodes}
    for row in read_rows(name, "survey"):
        kind = row["type"].split()[0] if row["type"] else ""
        if not row["name"] or kind.startswith(("begin", "end_")):
            continue
        node = nodes[row["name"]]
        assert node.type == kind.removesuffix("_from_file"), node.path
        for heading, text in row.items():
            if heading.startswith("label::") and text:
                straight = text.replace("’", "'").replace("  ", " ")
                assert node.labels[heading.removeprefix("label::")] == straight, node.path


@pytest.mark.parametrize("name", FORMS)
def test_properties_has_the_policies_of_the_survey_when_form_is_of_the_programme(
    name: str, library: Mapping[str, FormDefinition]
) -> None:
    written = {row["save_to"]: row for row in read_rows(name, "survey") if row.get("save_to")}
    rules = library[name[0]].properties("artisanes")
    assert list(rules) == list(written)
    for property_name, row in written.items():
        rule = rules[property_name]
        assert rule.policy == (row.get("bind::hirfa:merge") or "review")
        assert rule.declared == bool(row.get("bind::hirfa:merge"))
        assert rule.visibility == (row.get("bind::hirfa:visibility") or "")


def test_prefilled_is_what_the_visit_shows_of_the_record_when_form_is_e(library: Mapping[str, FormDefinition]) -> None:
    saved = {node.save_to: node for node in library["e"].nodes if node.save_to}
    shown = {name for name, node in saved.items() if node.prefilled}
    assert shown == {
        "nom_fr",
        "prenom_fr",
        "commune",
        "localite",
        "metier",
        "metiers_sec",
        "association",
        "nb_visites",
        "etape",
    }
    assert {"telephone", "notes", "prochaine_visite", "derniere_visite"} <= set(saved) - shown
    assert {name for name, node in saved.items() if node.answerable} == set(saved) - {"etape", "nb_visites"}


def test_prefilled_is_nothing_when_form_creates(library: Mapping[str, FormDefinition]) -> None:
    assert not any(node.prefilled for node in library["a"].nodes)


@pytest.mark.parametrize("letter", ["c", "d"])
def test_prefilled_is_the_stage_when_it_is_kept_from_the_record(
    letter: str, library: Mapping[str, FormDefinition]
) -> None:
    assert {node.save_to for node in library[letter].nodes if node.save_to and node.prefilled} == {"etape"}


def test_entities_say_what_each_form_does_when_forms_are_of_the_programme(
    library: Mapping[str, FormDefinition],
) -> None:
    does = {letter: [(d.list, d.can_create, d.can_update) for d in form.entities] for letter, form in library.items()}
    assert does == {
        "a": [("artisanes", True, False)],
        "b": [],
        "c": [("artisanes", False, True)],
        "d": [("artisanes", False, True)],
        "e": [("artisanes", False, True)],
    }


def test_lists_are_the_files_the_forms_pick_from_when_forms_are_of_the_programme(
    library: Mapping[str, FormDefinition],
) -> None:
    assert library["a"].lists == {"associations"}
    assert library["b"].lists == library["e"].lists == {"artisanes", "associations"}
    assert all(not form.media for form in library.values())


def test_unit_and_decimals_are_kept_when_form_says_them(library: Mapping[str, FormDefinition]) -> None:
    nodes = {node.name: node for node in library["a"].nodes}
    assert nodes["montant"].unit == "DZD"
    assert nodes["gps"].decimals == 3
    assert nodes["consent_signature"].appearance == "signature"


@pytest.mark.parametrize("name", FORMS)
def test_convert_xlsform_warns_of_nothing_when_form_is_of_the_programme(name: str) -> None:
    converted = convert_xlsform((LIBRARY / name).read_bytes(), file_name=name)
    assert converted.warnings == ()
    assert converted.itemsets is None
    assert parse_form(converted.xform).title


@pytest.mark.parametrize("list_name", ["communes", "trades"])
def test_choices_agree_with_the_data_when_both_are_installed(
    list_name: str, library: Mapping[str, FormDefinition]
) -> None:
    column, choices = {"communes": ("code_ons", "commune"), "trades": ("code", "metier")}[list_name]
    with (LIBRARY / "data" / f"{list_name}.csv").open(encoding="utf-8-sig", newline="") as file:
        codes = [row[column] for row in csv.DictReader(file)]
    for form in library.values():
        if choices in form.choices:
            assert [choice.name for choice in form.choices[choices]] == codes


def test_readme_names_every_file_of_the_library() -> None:
    text = (LIBRARY / "README.md").read_text(encoding="utf-8")
    for path in [*LIBRARY.glob("*.xlsx"), *LIBRARY.glob("data/*.csv")]:
        assert f"`{path.relative_to(LIBRARY)}`" in text


def test_every_question_for_free_words_about_a_woman_reminds_of_what_is_not_to_be_written(
    library: Mapping[str, FormDefinition],
) -> None:
    """Law 18-07 art. 18: nothing about health or private life."""
    found = [n for definition in library.values() for n in definition.nodes if "multiline" in n.appearance.split()]
    asked = [node for node in found if node.name in ("observations", "remarques")]
    assert [node.name for node in asked] == ["observations", "remarques", "remarques", "remarques"]
    for node in asked:
        assert "santé" in node.hints["Français (fr)"], node.path
        assert "صحية" in node.hints["العربية (ar)"], node.path
