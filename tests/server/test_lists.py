"""Lists of women that come back edited, or come in typed: previewed, taken over in part, merged, undone."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import Workbook, load_workbook

from server.auth import COMMAND, Actor
from server.blobs import blob_store
from server.database import db
from server.errors import Problem
from server.models import Entity, ImportedList
from server.services import entities, imports
from server.services.imports import Accepted
from tests.builders import registration, visit

BOTH_DATABASES = True

URL = "/v1/projects/1/workbook.xlsx"
SHEET = "07_Liste_nominative"
OFFICER = Actor(kind="user", id=2, name="officer", role="officer")


@pytest.fixture
def women(phone: Any) -> list[str]:
    names = (("Benali", "Fatima", "1980"), ("Mansouri", "Khadidja", "1975"), ("Haddad", "Yamina", "1991"))
    ids = []
    for number, (family, given, year) in enumerate(names):
        xml, instance_id, woman = registration(
            nom_fr=family, prenom_fr=given, annee=year, nom_ar=f"اسم{number}", prenom_ar=f"لقب{number}", telephone=f"066012345{number}"
        )
        phone.push(phone.item(xml, instance_id))
        ids.append(woman)
    return ids


def export(as_role: Any) -> bytes:
    with as_role("officer").get(URL) as answer:
        return bytes(answer.data)


def edit(data: bytes, *cells: tuple[str, str, Any], rows: list[dict[str, Any]] | None = None) -> bytes:
    """Change cells, given as (KEY, heading, value), and add rows."""
    book = load_workbook(io.BytesIO(data))
    sheet = book[SHEET]
    at = {cell.value: cell.column for cell in sheet[1]}
    lines = {sheet.cell(n, at["KEY"]).value: n for n in range(2, sheet.max_row + 1)}
    for key, heading, value in cells:
        sheet.cell(lines[key], at[heading]).value = value
    for row in rows or []:
        line = sheet.max_row + 1
        for heading, value in row.items():
            sheet.cell(line, at[heading]).value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def values(woman: str) -> dict[str, str]:
    db.session.expire_all()
    return dict(db.session.get_one(Entity, (1, woman)).data)


def test_edits_are_merged_as_an_officers_and_disagreement_is_a_conflict(phone: Any, women: list[str], as_role: Any) -> None:
    exported = export(as_role)
    xml, instance_id = visit(women[0], base=1, nom_fr="Ben Ali", seen={"nom_fr": "Benali", "prenom_fr": "Fatima"})
    phone.push(phone.item(xml, instance_id))  # while the list is edited at the office
    data = edit(exported, (women[0], "Nom", "Benaly"), (women[1], "Téléphone", "0770 00 11 22"), (women[1], "Prénom", "Khadija"))
    import_id = imports.keep_list(1, "liste.xlsx", data, OFFICER)
    looked = imports.look_at_list(1, import_id)
    assert {(c.change.key, c.change.property, c.change.was, c.change.now) for c in looked.changes} == {
        (women[0], "nom_fr", "Benali", "Benaly"),
        (women[1], "telephone", "0660123451", "0770001122"),
        (women[1], "prenom_fr", "Khadidja", "Khadija"),
    }
    assert {c.label: c.open for c in looked.changes}[values(women[0])["label"]]
    assert values(women[1])["telephone"] == "0660123451"  # looking changes nothing
    taken = {c.id for c in looked.changes if c.change.property != "prenom_fr"}
    row = imports.take_over(1, import_id, Accepted(changes=taken, newcomers=()), OFFICER)
    assert row.counts == {"cells": 2, "women": 2, "created": 0, "conflicts": 1, "skipped": 0}
    assert values(women[1])["telephone"] == "0770001122" and values(women[1])["prenom_fr"] == "Khadidja"
    disputed = [c.property for c, _ in entities.list_conflicts(1, entity_id=women[0])]
    assert disputed == ["nom_fr"]
    with pytest.raises(Problem) as caught:
        imports.take_over(1, import_id, Accepted(), OFFICER)
    assert caught.value.code == "409.51"


def test_a_list_sent_twice_changes_nothing_and_what_was_left_can_follow(women: list[str], as_role: Any) -> None:
    data = edit(export(as_role), (women[0], "Localité", "El Hassi"), (women[1], "Localité", "Douar"), rows=[{"Nom": "Zerrouki", "Prénom": "Nacera", "Commune": "Tafraoui"}])
    first = imports.keep_list(1, "a.xlsx", data, OFFICER)
    changes = [c.id for c in imports.look_at_list(1, first).changes if c.change.key == women[0]]
    imports.take_over(1, first, Accepted(changes=changes, newcomers=None, consent_on="2026-11-20"), OFFICER)
    count = entities.count_entities(1, "artisanes")
    assert count == 4
    again = imports.keep_list(1, "a.xlsx", data, OFFICER)
    looked = imports.look_at_list(1, again)
    assert {c.change.key: c.done for c in looked.changes} == {women[0]: True, women[1]: False}
    assert [n.done for n in looked.newcomers] == [True]
    version = db.session.get_one(Entity, (1, women[0])).version
    row = imports.take_over(1, again, Accepted(), OFFICER)
    assert row.counts == {"cells": 1, "women": 1, "created": 0, "conflicts": 0, "skipped": 0}
    assert db.session.get_one(Entity, (1, women[0])).version == version
    assert entities.count_entities(1, "artisanes") == count


def test_new_women_are_shown_beside_who_they_may_be_and_need_a_consent(women: list[str], as_role: Any) -> None:
    rows = [
        {"Nom": "BENALI", "Prénom": "Fatima", "Date de naissance": 1980, "Commune": "Tafraoui", "Téléphone": "0660123450"},
        {"Nom": "Zerrouki", "Prénom": "Nacera", "Date de naissance": "02/05/1988", "Commune": "Es Senia"},
        {"Localité": "sans nom"},
    ]
    import_id = imports.keep_list(1, "neuves.xlsx", edit(export(as_role), rows=rows), OFFICER)
    looked = imports.look_at_list(1, import_id)
    known, new, nameless = looked.newcomers
    assert known.twins[0].entity_id == women[0] and not known.ticked
    assert new.ticked and new.row.values["commune"] and not nameless.ticked
    with pytest.raises(Problem) as caught:
        imports.take_over(1, import_id, Accepted(), OFFICER)
    assert caught.value.code == "400.2"
    with pytest.raises(Problem):
        imports.take_over(1, import_id, Accepted(consent_on="2999-01-01"), OFFICER)
    row = imports.take_over(1, import_id, Accepted(consent_on="2026-11-20"), OFFICER)
    assert (row.counts["created"], row.consent_on) == (1, "2026-11-20")
    created = values(new.entity_id)
    assert created["label"] == "Zerrouki Nacera (1988)" and created["date_naissance"] == "1988-05-02"
    history = entities.find_history(1, db.session.get_one(Entity, (1, new.entity_id)))
    assert [entry.action.author for entry in history] == ["user:2"]
    with pytest.raises(FileNotFoundError):
        blob_store().open_kept(imports._name(1, looked.file.sha256))


def test_an_import_is_undone_whole_and_what_others_wrote_stays(phone: Any, women: list[str], as_role: Any) -> None:
    before = [values(woman) for woman in women]
    data = edit(export(as_role), (women[0], "Nom", "Autre"), (women[1], "Localité", "Ailleurs"), rows=[{"Nom": "Zerrouki", "Prénom": "Nacera"}])
    import_id = imports.keep_list(1, "x.xlsx", data, OFFICER)
    imports.take_over(1, import_id, Accepted(consent_on="2026-11-20"), OFFICER)
    version = db.session.get_one(Entity, (1, women[2])).version
    xml, instance_id = visit(women[2], base=version, localite="Sidi Ghalem", seen={"nom_fr": "Haddad", "prenom_fr": "Yamina"})
    phone.push(phone.item(xml, instance_id))
    assert values(women[0])["nom_fr"] == "Autre" and entities.count_entities(1, "artisanes") == 4
    assert imports.undo_list(1, import_id, OFFICER).state == "undone"
    assert [values(woman) for woman in women[:2]] == before[:2]
    assert values(women[2])["localite"] == "Sidi Ghalem"
    assert entities.count_entities(1, "artisanes") == 3
    with pytest.raises(Problem):
        imports.undo_list(1, import_id, OFFICER)
    again = imports.keep_list(1, "x.xlsx", data, OFFICER)
    row = imports.take_over(1, again, Accepted(consent_on="2026-11-20"), OFFICER)
    assert (row.counts["cells"], row.counts["created"]) == (2, 1)
    assert values(women[0])["nom_fr"] == "Autre" and entities.count_entities(1, "artisanes") == 4
    assert entities.rebuild_entities(1)[1] == 0


def test_a_file_that_is_no_list_is_refused_with_its_reason(women: list[str], as_role: Any, app: Flask) -> None:
    data = export(as_role)
    blank = io.BytesIO()
    Workbook().save(blank)
    for given, why in (
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "xls"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"PK\x03\x04" + b"\0" * 26 + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "ods"),
        (b"nom;prenom\r\n", "other"),
        (data[: len(data) // 2], "damaged"),
        (blank.getvalue(), "empty"),
    ):
        with pytest.raises(Problem) as caught:
            imports.keep_list(1, "f", given, OFFICER)
        assert (caught.value.code, caught.value.details["why"]) == ("422.54", why)
    app.config["HIRFA"] = app.config["HIRFA"].__class__(**{**_fields(app.config["HIRFA"]), "secret_key": "another server"})
    with pytest.raises(Problem) as caught:
        imports.keep_list(1, "f", data, OFFICER)
    assert caught.value.details["why"] == "forged"
    assert db.session.query(ImportedList).count() == 0


def _fields(settings: Any) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in settings.__dataclass_fields__}


def typed() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Liste des artisanes"])
    sheet.append(["N°", "Nom", "Prénom", "تاريخ الميلاد", "البلدية", "Tél", "Remarque"])
    sheet.append([1, "Benali", "Fatima", 1980, "طفراوي", 660123450, "x"])
    sheet.append([2, "زروقي", "نصيرة", "02/05/1988", "السانية", None, None])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_the_pages_lead_from_a_typed_list_to_the_register(app: Flask, women: list[str]) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.post("/sign-in", data={"email": "officer@example.dz", "password": "a long enough password"})
    bad = client.post("/lists", data={"file": (io.BytesIO(b"nothing"), "a.csv")})
    assert bad.status_code == 422 and ".xlsx" in bad.text
    sent = client.post("/lists", data={"file": (io.BytesIO(typed()), "notre liste.xlsx")})
    page = client.get(sent.location)
    assert "Que contient chaque colonne" in page.text and 'value="#birth" selected' in page.text
    columns = {f"column:{n}": t for n, t in enumerate(["", "#family", "#given", "#birth", "commune", "telephone", ""])}
    client.post(f"{sent.location}/columns", data=columns)
    page = client.get(sent.location)
    assert "Peut-être déjà inscrite" in page.text and "زروقي" in page.text
    refused = client.post(sent.location, data={"accept": ["n1"]})
    assert refused.status_code == 422 and "consenti" in refused.text
    done = client.post(sent.location, data={"accept": ["n1"], "consent_on": "2026-11-20"})
    assert done.status_code == 303
    assert "1 femmes inscrites" in client.get(sent.location).text
    assert entities.count_entities(1, "artisanes") == 4
    assert client.post(f"{sent.location}/undo").status_code == 303
    assert entities.count_entities(1, "artisanes") == 3
    blank = client.get("/lists/blank.xlsx")
    filled = edit(blank.data, rows=[{"Nom": "Ouahab", "Prénom": "Kheira", "Commune": "Tafraoui"}])
    looked = imports.look_at_list(1, imports.keep_list(1, "vide.xlsx", filled, COMMAND))
    assert [n.row.values for n in looked.newcomers] == [{"nom_fr": "Ouahab", "prenom_fr": "Kheira", "commune": "3112"}]


def test_the_command_shows_then_takes_over(app: Flask, women: list[str], as_role: Any, tmp_path: Path) -> None:
    file = tmp_path / "liste.xlsx"
    file.write_bytes(edit(export(as_role), (women[0], "Localité", "El Hassi")))
    run = app.test_cli_runner().invoke
    shown = run(args=["import-workbook", str(file)])
    assert "El Hassi" in shown.output and "Nothing was changed" in shown.output
    assert values(women[0])["localite"] != "El Hassi"
    done = json.loads(run(args=["import-workbook", str(file), "--yes", "--json"]).output)
    assert done["counts"]["cells"] == 1 and values(women[0])["localite"] == "El Hassi"
    assert "Undone" in run(args=["import-workbook", "--undo", done["id"]]).output
    assert values(women[0])["localite"] != "El Hassi"
    bad = tmp_path / "bad.xls"
    bad.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100)
    refused = run(args=["import-workbook", str(bad), "--json"])
    assert refused.exit_code == 1 and '"422.54"' in refused.output
