"""The command line, as somebody at a terminal uses it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask

from server.database import db
from server.models import FormVersion, User

BOTH_DATABASES = True

HIRFA = 'hirfa="urn:hirfa:xforms:1"'


def run(app: Flask, *arguments: str) -> Any:
    return app.test_cli_runner().invoke(args=list(arguments))


def data_of(result: Any) -> Any:
    assert result.exit_code == 0, result.output + str(result.exception)
    return json.loads(result.stdout)


def xlsform(path: Path, survey: list[list[str]], settings: dict[str, str], **sheets: list[list[str]]) -> Path:
    book = openpyxl.Workbook()
    for title, rows in {"survey": survey, "settings": [list(settings), list(settings.values())], **sheets}.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.remove(book["Sheet"])
    book.save(path)
    return path


def herd_form(path: Path, policy: str, *, form_id: str = "herd", namespaces: str = HIRFA, version: str = "1") -> Path:
    return xlsform(
        path,
        [
            ["type", "name", "label", "save_to", "bind::hirfa:merge"],
            ["text", "tag", "Tag", "", ""],
            ["integer", "goats", "Goats", "goats", policy],
        ],
        {
            "form_title": "Herd",
            "form_id": form_id,
            "version": version,
            **({"namespaces": namespaces} if namespaces else {}),
        },
        entities=[["list_name", "label"], ["herds", "${tag}"]],
    )


def test_init_can_be_run_again(app: Flask) -> None:
    assert data_of(run(app, "init", "--json")) == {"project": 1, "published": []}


def test_create_user_prints_a_password_once(app: Flask) -> None:
    made = data_of(run(app, "create-user", "Chef@Example.dz", "--role", "officer", "--json"))
    assert len(made["password"]) >= 10
    assert db.session.query(User).filter_by(email="chef@example.dz").one().password_hash.startswith("$argon2")
    signed = app.test_client().post("/v1/sessions", json={"email": "chef@example.dz", "password": made["password"]})
    assert signed.status_code == 200, "what the command prints opens a session at once"
    again = run(app, "create-user", "chef@example.dz", "--role", "officer")
    assert again.exit_code == 1
    assert "exists already" in again.output


@pytest.mark.parametrize(
    ("scopes", "codes"),
    [
        (["3112", "3110"], ["3112", "3110"]),
        (["Tafraoui, El Ançor"], ["3112", "3110"]),
        (["es-senia", "BIR EL DJIR"], ["3105", "3103"]),
        (["طفراوي"], ["3112"]),
        ([], []),
    ],
)
def test_create_app_user_takes_codes_and_names(app: Flask, scopes: list[str], codes: list[str]) -> None:
    arguments = [a for scope in scopes for a in ("--scope", scope)]
    made = data_of(run(app, "create-app-user", "Amina", *arguments, "--json"))
    assert made["scopes"] == codes
    assert made["link"].startswith("http://127.0.0.1:8000/app/#/enrol/")
    assert made["token"]


def test_create_app_user_names_look_alikes_when_a_commune_is_unknown(app: Flask) -> None:
    result = run(app, "create-app-user", "Amina", "--scope", "Tafrawi")
    assert result.exit_code == 1
    assert "3112 Tafraoui" in result.output


def test_create_app_user_shows_a_qr(app: Flask) -> None:
    result = run(app, "create-app-user", "Amina", "--scope", "3112")
    assert "/app/#/enrol/" in result.output
    assert "█" in result.output or "▀" in result.output


def test_publish_form_says_sheet_and_row_when_it_is_wrong(app: Flask, tmp_path: Path) -> None:
    path = xlsform(
        tmp_path / "bad.xlsx",
        [["type", "name", "label"], ["text", "a", "A"], ["select_one nothing", "b", "B"]],
        {"form_title": "Bad", "form_id": "bad", "version": "1"},
        choices=[["list_name", "name", "label"], ["other", "x", "X"]],
    )
    result = run(app, "publish-form", str(path))
    assert result.exit_code == 1
    assert "row 3" in result.output
    assert "nothing" in result.output


def test_publish_form_warns_of_what_phones_cannot_show(app: Flask, tmp_path: Path) -> None:
    survey = [["type", "name", "label", "appearance"], ["text", "id", "Carte", "ex:org.scan"], ["audit", "audit", "", ""]]
    path = xlsform(tmp_path / "f.xlsx", survey, {"form_id": "scan", "version": "1"})
    result = run(app, "publish-form", str(path))
    assert "On phones: Question 'audit': the agents' app does not have the type 'audit'" in result.output
    assert "[row : 2] Question 'id'" in result.output
    limits = data_of(run(app, "publish-form", str(path), "--json"))["published"][0]["limits"]
    assert [(limit["name"], limit["state"], limit["row"]) for limit in limits] == [
        ("audit", "missing", None),
        ("ex:org.scan", "plain", 2),
    ]


def test_publish_form_names_the_missing_namespaces_setting(app: Flask, tmp_path: Path) -> None:
    result = run(app, "publish-form", str(herd_form(tmp_path / "f.xlsx", "sum", namespaces="")))
    assert result.exit_code == 1
    assert "namespaces" in result.output
    assert HIRFA in result.output


@pytest.mark.parametrize(("policy", "words"), [("biggest", "no merge policy"), ("union", "does not fit")])
def test_publish_form_refuses_a_policy_that_cannot_be(app: Flask, tmp_path: Path, policy: str, words: str) -> None:
    result = run(app, "publish-form", str(herd_form(tmp_path / "f.xlsx", policy)))
    assert result.exit_code == 1
    assert words in result.output


def test_publish_form_refuses_forms_that_contradict_unless_published_together(app: Flask, tmp_path: Path) -> None:
    assert data_of(run(app, "publish-form", str(herd_form(tmp_path / "a.xlsx", "sum")), "--json"))["published"]
    other = herd_form(tmp_path / "b.xlsx", "max", form_id="other")
    result = run(app, "publish-form", str(other))
    assert result.exit_code == 1
    assert "herd" in result.output
    assert "other" in result.output
    assert db.session.get(FormVersion, (1, "other", "1")) is None
    both = [str(herd_form(tmp_path / "a2.xlsx", "max", version="2")), str(other)]
    assert len(data_of(run(app, "publish-form", *both, "--json"))["published"]) == 2


def test_publish_form_is_idempotent_and_versions_are_immutable(app: Flask, tmp_path: Path) -> None:
    path = herd_form(tmp_path / "a.xlsx", "sum")
    assert data_of(run(app, "publish-form", str(path), "--json"))["published"][0]["changed"]
    assert not data_of(run(app, "publish-form", str(path), "--json"))["published"][0]["changed"]
    result = run(app, "publish-form", str(herd_form(path, "max")))
    assert result.exit_code == 1
    assert "another version" in result.output


def test_publish_form_refuses_a_form_that_encrypts_its_answers(app: Flask, tmp_path: Path) -> None:
    settings = {"form_id": "shut", "version": "1", "public_key": "MIIB", "submission_url": "https://example.dz/submission"}
    path = xlsform(tmp_path / "shut.xlsx", [["type", "name", "label"], ["text", "a", "A"]], settings)
    result = run(app, "publish-form", str(path))
    assert result.exit_code == 1
    assert "Remove the key" in result.output
    found = json.loads(run(app, "publish-form", str(path), "--json").stdout)["error"]
    assert found["problems"][0]["message"].startswith("The form encrypts its answers")


def test_publish_form_refuses_what_is_no_workbook(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"nothing")
    result = run(app, "publish-form", str(path), "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"]["code"] == "400.15"
    missing = run(app, "publish-form", str(tmp_path / "none.xlsx"))
    assert missing.exit_code == 1
    assert "Traceback" not in missing.output


def test_export_writes_a_workbook(app: Flask, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    assert data_of(run(app, "export", "--out", str(out), "--json"))["size"] == out.stat().st_size
    book = openpyxl.load_workbook(io.BytesIO(out.read_bytes()), read_only=True)
    assert {"14_Lisez_moi", "02_Par_commune", "03_Par_metier", "07_Liste_nominative", "Conflits"} <= set(
        book.sheetnames
    )
    assert [p.name for p in tmp_path.iterdir() if p.name.endswith(".part")] == []
    result = run(app, "export", "--out", str(tmp_path / "no" / "folder.xlsx"))
    assert result.exit_code == 1


def test_rebuild_entities_changes_nothing(app: Flask) -> None:
    assert data_of(run(app, "rebuild-entities", "--json")) == {"entities": 25, "changed": 0}


def test_an_unknown_project_is_said(app: Flask) -> None:
    for command in (["rebuild-entities"], ["create-app-user", "A"]):
        result = run(app, *command, "--project", "9")
        assert result.exit_code == 1
        assert "Traceback" not in result.output
