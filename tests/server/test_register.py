"""The register at the desk: searched in either script, filters kept, one woman's page, cards, her whole file."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from sqlalchemy import select, update

from server.auth import COMMAND
from server.console.formats import show_value
from server.database import db
from server.errors import Problem
from server.models import Audit, LegalRequest, RecordIndex, SavedFilter
from server.services import erasure, indexing, requests, saved_filters
from server.services.search import search_entities
from tests.builders import registration, visit

BOTH_DATABASES = True
HTML = {"Accept": "text/html"}
LIST = "artisanes"
NIN = "991980312000010099"


def register(phone: Any, **answers: str) -> str:
    xml, instance_id, woman = registration(**answers)
    assert phone.push(phone.item(xml, instance_id))["results"][0]["status"] == "accepted"
    return woman


def token_of(client: Any) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/legal", headers=HTML).text)
    assert found
    return found[1]


@pytest.mark.parametrize("behind", [False, True])
def test_a_list_is_narrowed_by_whole_values_page_by_page(phone: Any, monkeypatch: pytest.MonkeyPatch, behind: bool) -> None:
    """Whether or not all records have been taken in since the values stand beside their words."""
    women = {trade: register(phone, metier=trade, nin="", nom_fr=f"Nom {trade}") for trade in ("pates", "pates_trad", "a%b", "x" * 70)}
    same = register(phone, metier="pates", nin="", nom_fr="Autre", commune="3110")
    indexing.catch_up(1, stages=("index",), seconds=60)
    if behind:
        monkeypatch.setattr(indexing, "catch_up", lambda *_args, **_named: 1)
        db.session.execute(update(RecordIndex).values(facets=""))
        db.session.commit()

    def find(**asked: Any) -> tuple[set[str], int]:
        found = search_entities(1, LIST, **asked)
        return {row.id for row in found.rows}, found.total

    assert find(values={"metier": "pates"}) == ({women["pates"], same}, 2)
    assert find(values={"metier": "pates_trad"}) == ({women["pates_trad"]}, 1)
    assert find(values={"metier": "pate"}) == find(values={"metier": "pates\x1f"}) == (set(), 0)
    assert find(values={"metier": "a%b"}) == ({women["a%b"]}, 1)
    assert find(values={"metier": "x" * 70}) == ({women["x" * 70]}, 1)
    assert find(values={"metier": "pates", "nom_fr": "Autre"}) == ({same}, 1)
    assert find(values={"metier": "pates"}, scope="3110", search="autre") == ({same}, 1)
    assert find(values={"metier": "pates"}, page=9, size=1) == find(values={"metier": "pates"}, page=2, size=1)
    assert find(search="zineb", page=3) == (set(), 0)


@pytest.mark.parametrize(
    ("words", "found"),
    [("fatima", True), ("FATMA", True), ("فاطمه", True), ("فَاطِمَة", True), ("ben ali", True), ("benali fat", True), ("بنعلي", True),
     ("0660123456", True), ("kehail", True), ("3112-", True), ("zineb", False), ("fatima zineb", False), ("50%", False), ("_", False), ("'", True)],
)  # fmt: skip
def test_search_finds_her_in_either_script(phone: Any, words: str, found: bool) -> None:
    woman = register(phone)
    register(phone, nom_fr="Saidi", prenom_fr="Halima", nom_ar="سعيدي", prenom_ar="حليمة", telephone="0770111222", localite="Kara", commune="3110", nin="")
    db.session.remove()
    rows = search_entities(1, LIST, search=words).rows
    assert (woman in [row.id for row in rows]) is found
    if found and words != "'":
        assert [row.id for row in rows] == [woman]


def test_search_is_narrowed_by_commune_and_by_what_was_answered(phone: Any) -> None:
    one, two = register(phone), register(phone, commune="3110", metier="couture_trad", nin="")
    db.session.remove()
    assert [r.id for r in search_entities(1, LIST, scope="3110").rows] == [two]
    assert [r.id for r in search_entities(1, LIST, values={"metier": "pates"}).rows] == [one]
    assert search_entities(1, LIST, values={"metier": "pates"}, scope="3110").total == 0
    page = search_entities(1, LIST, page=99, size=1)
    assert (page.total, page.number, len(page.rows)) == (2, 2, 1)


def test_a_filter_is_kept_under_a_name_and_is_hers_alone(phone: Any, as_role: Any) -> None:
    register(phone)
    officer = as_role("officer")
    token = token_of(officer)
    done = officer.post("/filters", data={"csrf_token": token, "name": " Pâtes  à Tafraoui ", "query": "commune=3112&metier=pates&evil=1"})
    assert done.headers["Location"] == "/women?commune=3112&metier=pates"
    page = officer.get("/women?commune=3112", headers=HTML).text
    assert "Pâtes à Tafraoui" in page and "/women?commune=3112&amp;metier=pates" in page
    db.session.remove()
    kept = db.session.scalars(select(SavedFilter)).one()
    kept_id = kept.id
    assert saved_filters.list_filters(1, COMMAND) == []
    with pytest.raises(Problem, match="find"):
        saved_filters.drop_filter(1, kept_id, COMMAND)
    assert officer.post(f"/filters/{kept_id}/drop", data={"csrf_token": token}).status_code == 303
    assert "Pâtes à Tafraoui" not in officer.get("/women", headers=HTML).text


def test_her_page_tells_where_values_come_from_and_what_happened(phone: Any, as_role: Any) -> None:
    woman = register(phone)
    xml, instance_id = visit(woman, base=1, trunk=1, localite="Sidi Ghalem", date_visite="2026-11-22")
    phone.push(phone.item(xml, instance_id))
    page = as_role("officer").get(f"/women/{woman}", headers=HTML).text
    assert "née présumée en 1980" in page
    assert "Sidi Ghalem" in page and "dit par" in page
    way = page.split('id="way"')[1].split("</section>")[0]
    assert "Inscription" in way and f"/submissions/{instance_id}" in way and "22 nov" in way
    assert NIN not in page


def test_a_card_bears_her_code_and_no_personal_number(phone: Any, as_role: Any) -> None:
    woman = register(phone)
    officer = as_role("officer")
    page = officer.get(f"/women/{woman}/card", headers=HTML).text
    assert f"hirfa:{woman}" in page and f"3112-{woman[:6]}" in page and "data:image/svg+xml" in page
    assert NIN not in page and "0660123456" not in page
    assert officer.get(f"/women/{woman}/card?format=a4", headers=HTML).text.count("<img src=") - page.count("<img src=") == 7
    assert f"hirfa:{woman}" in officer.get("/cards?commune=3112", headers=HTML).text
    requests.close_request(1, requests.open_request(1, woman, "objection", "", COMMAND), "done", "Noté", COMMAND)
    assert f"hirfa:{woman}" not in officer.get("/cards", headers=HTML).text
    assert "s’oppose" in officer.get(f"/women/{woman}", headers=HTML).text
    assert officer.get(f"/women/{uuid4()}/card", headers=HTML).status_code == 404


def test_her_file_holds_all_of_hers_and_is_the_proof_of_her_request(phone: Any, as_role: Any) -> None:
    woman = register(phone)
    requests.open_request(1, woman, "access", "", COMMAND)
    officer = as_role("officer")
    answer = officer.post(f"/women/{woman}/dossier", data={"csrf_token": token_of(officer)})
    assert answer.status_code == 200 and f"dossier-3112-{woman[:6]}.zip" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        told = json.loads(archive.read("dossier.json"))
        assert {"name": "nin", "label": "Numéro d'identification national (NIN)", "value": NIN} in told["values"]
        assert told["history"][0]["kind"] == "create"
        assert any(name.startswith("formulaires/") for name in archive.namelist())
        assert NIN in archive.read("dossier.html").decode()
    db.session.remove()
    row = db.session.scalars(select(LegalRequest)).one()
    assert len(row.proof["sha256"]) == 64
    assert db.session.scalars(select(Audit.target).where(Audit.action == "entity.dossier")).all() == [woman]
    assert as_role("viewer").post(f"/women/{woman}/dossier").status_code == 403
    erasure.erase_entity(1, woman, COMMAND)
    assert officer.post(f"/women/{woman}/dossier", data={"csrf_token": token_of(officer)}).status_code == 409
    assert officer.get(f"/women/{woman}", headers=HTML).status_code == 200


def test_amounts_are_said_in_centimes_as_people_say_them(app: Any) -> None:
    with app.test_request_context(headers={"Accept-Language": "fr"}):
        assert "10 millions de centimes" in show_value("100000", "integer", "DZD").text
        assert "2,5 millions de centimes" in show_value("25000", "integer", "DZD").text
        assert "centimes" not in show_value("500", "integer", "DZD").text
        assert "centimes" not in show_value("100000", "integer", "kg").text


def test_a_woman_who_objects_is_counted_and_named_in_no_export(phone: Any, as_role: Any) -> None:
    (xml, first, woman), (other_xml, second, _other) = registration(nom_fr="Opposee"), registration(nom_fr="Autre")
    phone.push(phone.item(xml, first), phone.item(other_xml, second))
    officer = as_role("officer")
    tables = (
        "datasets/artisanes/entities.csv", "datasets/artisanes.svc/Entities", "forms/cam_a_inscription/submissions.csv",
        "forms/cam_a_inscription.svc/Submissions",
    )  # fmt: skip

    def named() -> list[bool]:
        texts = [officer.get(f"/v1/projects/1/{path}").text for path in tables]
        assert all("Autre" in text for text in texts)
        book = openpyxl.load_workbook(io.BytesIO(officer.get("/v1/projects/1/workbook.xlsx").data), read_only=True)
        cells = {str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell}
        assert any("Autre" in cell for cell in cells)
        summary = {cell for row in book["02_Par_commune"].iter_rows(values_only=True) for cell in row}
        assert 2 in summary  # she counts
        return [*("Opposee" in text for text in texts), any("Opposee" in c or woman in c for c in cells)]

    assert all(named())
    request = requests.open_request(1, woman, "objection", "", COMMAND)
    requests.close_request(1, request, "done", "Noté", COMMAND)
    assert not any(named())
    assert officer.get(f"/v1/projects/1/forms/cam_a_inscription/submissions/{first}").status_code == 200
    requests.close_request(1, request, "lifted", "Levée", COMMAND)
    assert all(named())
