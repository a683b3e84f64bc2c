"""The chamber's name in both languages: changed by an administrator, shown in each reader's, kept by papers that were issued."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from openpyxl import load_workbook
from sqlalchemy import select, text

from server.auth import Actor
from server.database import db
from server.errors import Problem
from server.models import Audit
from server.services import certificates, papers, projects
from server.services.projects import Names
from tests.desk import served_apart, sign_in
from tests.server.test_certificates import examine

BOTH_DATABASES = True
OFFICER = Actor(kind="user", id=2, name="officer", role="officer")
ORAN = "غرفة الصناعة التقليدية والحرف لولاية وهران"
NAMES = Names("CAM – Tlemcen", "غرفة تلمسان", "Tlemcen", "تلمسان")


def test_a_renamed_chamber_is_named_everywhere_in_the_readers_language(app: Flask, phone: Any) -> None:
    women = examine(phone, ["admise", "admise"])
    (before,) = certificates.issue(1, "qualification", "EX-1", women[:1], OFFICER)
    served_apart(app)
    desk = sign_in(app, "administrator")
    assert "Chambre de l’Artisanat et des Métiers d’Oran</bdi>" in desk.get("/women")
    desk.post("/project", **{field: getattr(NAMES, field) for field in ("name_fr", "name_ar", "town_fr", "town_ar")})
    assert "<bdi>CAM\u00a0–\u00a0Tlemcen</bdi>" in desk.get("/project")
    desk.post("/language", language="ar", next="/women")
    page = desk.get("/women")
    assert "<bdi>غرفة تلمسان</bdi>" in page and "Tlemcen" not in page
    card = desk.get(f"/women/{women[0]}/card")
    assert "غرفة تلمسان" in card and "CAM\u00a0–\u00a0Tlemcen" in card
    file = desk.client.get("/v1/projects/1/workbook.xlsx?language=ar")
    cover = load_workbook(io.BytesIO(file.data))["14_Lisez_moi"]
    assert "غرفة تلمسان" in [cell.value for cell in cover["B"]]
    db.session.rollback()
    (after,) = certificates.issue(1, "qualification", "EX-1", women[1:], OFFICER)
    told = [(papers.describe(row)["ar"], papers.describe(row)["fr"]) for row in (before, after)]
    assert ORAN in told[0][0]["issuer"] and "حرر بـ وهران" in told[0][0]["made"] and "Fait à Oran, le" in told[0][1]["made"]
    assert "غرفة تلمسان" in told[1][0]["issuer"] and "Fait à Tlemcen, le" in told[1][1]["made"]
    noted = db.session.scalars(select(Audit).where(Audit.action == "project.rename")).all()
    assert [(line.details["name_ar"], ORAN in line.details["was"]) for line in noted] == [("غرفة تلمسان", True)]


@pytest.mark.parametrize(
    ("names", "code", "field"),
    [
        (Names(), "400.2", "name_fr"),
        (Names(name_fr="غرفة"), "400.8", "name_fr"),
        (Names(name_fr="CAM", name_ar="CAM"), "400.8", "name_ar"),
        (Names(name_fr="CAM", town_ar="Oran"), "400.8", "town_ar"),
        (Names(name_fr="x" * 121), "400.8", "name_fr"),
    ],
)
def test_a_name_in_the_wrong_script_is_refused_and_what_was_typed_stays(app: Flask, names: Names, code: str, field: str) -> None:
    before = projects.find_names(1)
    with pytest.raises(Problem) as caught:
        projects.rename_project(1, names, OFFICER)
    assert (caught.value.code, caught.value.details["field"]) == (code, field)
    assert projects.find_names(1) == before
    served_apart(app)
    desk = sign_in(app, "administrator")
    page = desk.post("/project", 400, name_fr=names.name_fr, name_ar=names.name_ar, town_ar=names.town_ar)
    assert 'role="alert"' in page and f'value="{names.name_fr}"' in page


def test_a_command_names_it_and_a_town_may_be_missing(app: Flask, phone: Any) -> None:
    (woman,) = examine(phone, ["admise"])
    runner = app.test_cli_runner()
    assert ORAN in runner.invoke(args=["rename-project"]).output
    done = runner.invoke(args=["rename-project", "--fr", "CAM 13", "--ar", "", "--town-fr", "", "--town-ar", ""])
    assert done.exit_code == 0, done.output
    assert projects.find_names(1) == Names("CAM 13")
    assert runner.invoke(args=["rename-project", "--ar", "CAM"]).exit_code == 1
    (row,) = certificates.issue(1, "qualification", "EX-1", [woman], OFFICER)
    told = papers.describe(row)
    assert told["ar"]["issuer"].endswith("CAM 13") and told["fr"]["made"].startswith("Fait le ")
    assert "بـ" not in told["ar"]["made"]


def test_the_migration_names_what_bears_the_installed_name_alone(app: Flask) -> None:
    folder = str(app.config["MIGRATIONS"])
    db.session.remove()
    downgrade(directory=folder, revision="0074")
    with db.engine.begin() as connection:
        assert connection.execute(text("select name from projects")).scalar() == "Chambre de l’Artisanat et des Métiers d’Oran"
    upgrade(directory=folder)
    assert projects.find_names(1) == Names("Chambre de l’Artisanat et des Métiers d’Oran", ORAN, "Oran", "وهران")
    projects.rename_project(1, NAMES, OFFICER)
    db.session.remove()
    downgrade(directory=folder, revision="0074")
    upgrade(directory=folder)
    assert projects.find_names(1).name_ar == "غرفة تلمسان"
