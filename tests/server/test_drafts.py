"""Forms prepared at the desk: uploaded, compared, tried, published together, retired; who is offered which."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy import select

from server.auth import COMMAND
from server.database import db
from server.models import Entity, Form, FormDraft, FormVersion, Submission
from server.services.drafts import list_drafts
from server.services.forms import FormFile, list_forms, publish_forms
from tests.desk import Signed, find_token, served_apart, sign_in

BOTH_DATABASES = True


def form(form_id: str, version: str, policy: str = "last", audience: str = "", question: str = "ville", extra: str = "") -> str:
    return f"""
| survey   |              |        |            |         |                    |       |
|          | type         | name   | label      | save_to | bind::hirfa:merge  | media::image |
|          | text         | {question} | Ville {version} | ville   | {policy}           |       |
{extra}
| choices  |           |      |       |
|          | list_name | name | label |
|          | oui_non   | oui  | Oui   |
|          | oui_non   | non  | Non {version} |
| entities |          |       |
|          | list_name | label |
|          | villes    | ${{{question}}} |
| settings |            |         |         |            |       |
|          | form_title | form_id | version | namespaces | hirfa:audience |
|          | Villes {form_id} | {form_id} | {version} | hirfa="urn:hirfa:xforms:1" | {audience} |
"""


PICTURE = "|          | select_one oui_non | ok     | Bien ?     |         |                    | ok.png |"


@pytest.fixture
def app(app: Any) -> Any:
    return served_apart(app)


@pytest.fixture
def desk(app: Any) -> Signed:
    return sign_in(app, "administrator")


def upload(desk: Signed, status: int = 303, url: str = "/drafts", **files: str | bytes) -> str:
    given = [
        (io.BytesIO(data.encode() if isinstance(data, str) else data), name.replace("_md", ".md").replace("_png", ".png"))
        for name, data in files.items()
    ]
    fields = {"csrf_token": find_token(desk.get("/forms")), "file": given}
    answer = desk.client.post(url, data=fields, headers={"Accept": "text/html"})
    assert answer.status_code == status, answer.text[-2000:]
    return answer.text


def fresh() -> Any:
    db.session.rollback()
    db.session.expire_all()
    return db.session


def test_a_draft_is_compared_tried_and_published_with_its_files(desk: Signed, phone: Any) -> None:
    publish_forms(1, [FormFile("v.md", form("villes", "1").encode())], COMMAND)
    upload(desk, v_md=form("villes", "2", extra=PICTURE, question="lieu"), ok_png=b"\x89PNG\r\n\x1a\n.")
    assert "villes" not in [f["formId"] for f in phone.pull()["forms"] if f["version"] == "2"]
    page = desk.get("/drafts/villes")
    for words in ("Question ajoutée", "Question enlevée", "Bien ?", "ok.png", "reçu", "/drafts/villes/try"):
        assert words in page, words
    assert "data-session" in desk.get("/drafts/villes/try")
    xml = "<data id='villes' version='2' xmlns:e='http://www.opendatakit.org/xforms/entities'><lieu>Oran</lieu><ok>oui</ok><meta>"
    xml += "<entity dataset='villes' create='1' id='3f2b7a7e-0000-4000-8000-000000000001'><label>Oran</label></entity>"
    xml += "<instanceID>uuid:t</instanceID></meta></data>"
    token = find_token(desk.get("/submissions"))
    sent = {"xml_submission_file": (io.BytesIO(xml.encode()), "submission.xml")}
    done = desk.client.post("/drafts/villes/try", data=sent, headers={"X-CSRFToken": token, "Accept": "application/json"})
    assert done.json == {"next": "/drafts/villes/tested"}
    tested = desk.get("/drafts/villes/tested")
    assert "Créerait une fiche" in tested and "Oran" in tested
    assert fresh().scalars(select(Submission)).all() == []
    assert db.session.scalars(select(Entity).where(Entity.list == "villes")).all() == []
    desk.post("/drafts/publish", form="villes")
    assert fresh().get(Form, (1, "villes")).version == "2" and list_drafts(1) == []
    offered = next(f for f in phone.pull()["forms"] if f["formId"] == "villes")
    assert offered["version"] == "2" and [a["name"] for a in offered["attachments"]] == ["ok.png"]
    upload(desk, v_md=form("villes", "3", extra=PICTURE))
    assert "repris de la version publiée" in desk.get("/drafts/villes")
    desk.post("/drafts/publish", form="villes")
    assert [a["name"] for f in phone.pull()["forms"] if f["formId"] == "villes" for a in f["attachments"]] == ["ok.png"]


def test_drafts_whose_policies_change_together_are_published_together(desk: Signed) -> None:
    files = [FormFile(f"{n}.md", form(n, "1", question=q).encode()) for n, q in (("un", "ville"), ("deux", "ville"))]
    publish_forms(1, files, COMMAND)
    upload(desk, un_md=form("un", "2", policy="first"))
    assert "empêche la publication" in desk.get("/drafts/un")
    assert desk.send("/drafts/publish", form="un").status_code == 409
    assert fresh().get(FormDraft, (1, "un")) is not None and db.session.get(Form, (1, "un")).version == "1"
    upload(desk, deux_md=form("deux", "2", policy="first"))
    assert "empêche la publication" not in desk.get("/drafts/un")
    desk.post("/drafts/publish", form=["un", "deux"])
    assert {fresh().get(Form, (1, n)).version for n in ("un", "deux")} == {"2"}
    upload(desk, un_md=form("un", "2", policy="first", extra=PICTURE))
    page = desk.get("/drafts/un")
    assert "est déjà publiée avec un autre contenu" in page and "Le fichier ok.png manque" in page
    desk.post("/drafts/un/drop")
    desk.get("/drafts/un", 404)


def test_a_bad_workbook_is_refused_with_its_row_and_a_vanishing_property_is_named(desk: Signed) -> None:
    bad = form("villes", "1").replace("|          | text         |", "|          | textt        |")
    page = upload(desk, 422, v_md=bad)
    assert "feuille survey, ligne 2" in page and "textt" in page
    assert "Choisissez un fichier" in upload(desk, 422, x_png=b"x")
    assert fresh().scalars(select(FormDraft)).all() == []
    publish_forms(1, [FormFile("v.md", form("villes", "1").encode())], COMMAND)
    upload(desk, v_md=form("villes", "2").replace("| ville   | last", "|         |     "))
    assert "Plus aucun formulaire n’enregistrera « ville »" in desk.get("/drafts/villes")


def test_a_draft_says_what_phones_cannot_show(desk: Signed) -> None:
    odd = form("villes", "1", extra="|          | background-audio | son |  |  |  |  |")
    upload(desk, v_md=odd)
    assert "le téléphone n’a pas « background-audio »" in desk.get("/drafts/villes")


def test_a_retired_form_is_offered_again_and_its_papers_are_at_hand(desk: Signed, phone: Any) -> None:
    desk.get("/forms/cam_e_visite/retire")
    desk.post("/forms/cam_e_visite/retire")
    assert "cam_e_visite" not in [f["formId"] for f in phone.pull()["forms"]]
    assert phone.pull(forms={"cam_e_visite": "x"})["withdrawn"] == ["cam_e_visite"]
    desk.post("/forms/cam_e_visite/offer")
    assert "cam_e_visite" in [f["formId"] for f in phone.pull()["forms"]]
    answer = desk.client.get("/forms/cam_e_visite/versions/2026112702/source")
    assert answer.data[:2] == b"PK" and "attachment" in answer.headers["Content-Disposition"]
    book = desk.get("/forms/cam_a_inscription/codebook")
    assert "Numéro d’identification" in book or "NIN" in book
    assert "رقم" in desk.get("/forms/cam_a_inscription/codebook?in=العربية (ar)")


def test_forms_of_the_office_reach_no_phone(desk: Signed, phone: Any, client: Any) -> None:
    upload(desk, v_md=form("villes", "1", audience="office"), w_md=form("wilayas", "1", audience="agents"))
    desk.post("/drafts/publish", form=["villes", "wilayas"])
    ours = {"cam_a_inscription", "cam_b_presence", "cam_e_visite", "wilayas"}
    assert {f["formId"] for f in phone.pull()["forms"]} == ours
    assert {f["formId"] for f in client.get("/v1/projects/1/forms", headers=phone.headers).json} == ours
    assert "villes" not in client.get(f"/v1/key/{phone.token}/projects/1/formList").text
    fresh()
    assert {f["formId"]: f["audience"] for f in list_forms(1)}["cam_d_angem"] == "office"
    assert db.session.get(FormVersion, (1, "wilayas", "1")).audience == "agents"
    page = desk.get("/fill")
    assert "cam_d_angem" in page and "/fill/wilayas" not in page
    desk.get("/fill/wilayas", 200)
    page = upload(desk, 422, v_md=form("villes", "2", audience="everybody"))
    assert "everybody" in page and "feuille settings, ligne 2" in page
