"""The pages of officers' acts: corrections, questions, merging, deleting, erasing, quarantine by reason."""

from __future__ import annotations

import contextvars
import re
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.database import db
from server.models import Correction, Quarantined, Question
from server.services import entities
from tests.builders import registration, visit

BOTH_DATABASES = True

PASSWORD = "a long enough password"


class Signed:
    """A browser at the desk: follows the hidden token of a page, as forms do."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, url: str, status: int = 200) -> str:
        answer = self.client.get(url, headers={"Accept": "text/html"})
        assert answer.status_code == status, (url, answer.text[-1500:])
        return answer.text

    def post(self, url: str, status: int = 303, **fields: Any) -> str:
        token = find_token(self.client.get("/workbook", headers={"Accept": "text/html"}).text)
        answer = self.client.post(url, data={"csrf_token": token, **fields}, headers={"Accept": "text/html"})
        assert answer.status_code == status, (url, answer.text[-1500:])
        return answer.text


def find_token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page[:300]
    return found[1]


class OwnContext:
    """Serve each request apart from the context that the fixtures hold open, as a real server does."""

    def __init__(self, wsgi_app: Any) -> None:
        self.wsgi_app = wsgi_app

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return contextvars.Context().run(self.wsgi_app, environ, start_response)


@pytest.fixture
def app(app: Flask) -> Flask:
    app.wsgi_app = OwnContext(app.wsgi_app)  # type: ignore[method-assign]
    return app


@pytest.fixture
def desk(app: Flask) -> Any:
    def sign(role: str) -> Signed:
        client = app.test_client()
        token = find_token(client.get("/sign-in").text)
        fields = {"csrf_token": token, "email": f"{role}@example.dz", "password": PASSWORD}
        assert client.post("/sign-in", data=fields).status_code in (302, 303)
        return Signed(client)

    return sign


def register(phone: Any, **answers: str) -> tuple[str, str]:
    xml, instance_id, woman = registration(**answers)
    phone.push(phone.item(xml, instance_id))
    return woman, instance_id


def fresh() -> None:
    db.session.rollback()
    db.session.expire_all()


def test_the_submission_page_sends_back_gives_and_withdraws(desk: Any, make_phone: Any) -> None:
    one, two = make_phone("Amina"), make_phone("Houria")
    _, instance_id = register(one)
    officer = desk("officer")
    assert 'name="comment"' in officer.get(f"/submissions/{instance_id}")
    officer.post(f"/submissions/{instance_id}/correction", comment=" ", agent="")
    assert one.pull()["corrections"] == []
    officer.post(f"/submissions/{instance_id}/correction", comment="<b>La localité</b>", agent="")
    assert one.pull()["corrections"][0]["comment"] == "<b>La localité</b>"
    page = officer.get(f"/submissions/{instance_id}")
    assert "&lt;b&gt;La localité" in page and "<b>La localité" not in page
    assert "À corriger" in officer.get("/submissions")
    officer.post(f"/submissions/{instance_id}/correction/give", agent=str(two.app_user_id))
    assert (one.pull()["corrections"], len(two.pull()["corrections"])) == ([], 1)
    officer.post(f"/submissions/{instance_id}/correction/withdraw")
    assert two.pull()["corrections"] == []
    fresh()
    assert db.session.scalars(select(Correction)).one().ended == "withdrawn"
    desk("viewer").post(f"/submissions/{instance_id}/correction", 403, comment="x")


def test_the_conflict_page_asks_the_agents_and_settles_beside_it(desk: Any, phone: Any) -> None:
    woman, _ = register(phone)
    for trade in ("patisserie", "couture_trad"):
        phone.push(phone.item(*visit(woman, base=1, trunk=1, branch=str(uuid4()), metier=trade)))
    officer = desk("officer")
    assert f"/conflicts/{woman}/ask" in officer.get(f"/conflicts/{woman}")
    officer.post(f"/conflicts/{woman}/ask", **{"ask": "metier", "words:metier": "Lequel ?"})
    assert phone.pull()["questions"][0]["words"] == "Lequel ?"
    officer.post(f"/conflicts/{woman}/ask", ask="metier")  # again: told, not asked twice
    fresh()
    question = db.session.scalars(select(Question)).one()
    assert f"/questions/{question.id}/withdraw" in officer.get(f"/conflicts/{woman}")
    assert "Lequel ?" in officer.get("/conflicts")
    officer.post(f"/questions/{question.id}/withdraw")
    assert phone.pull()["questions"] == []
    officer.post(f"/conflicts/{woman}/ask", ask="telephone")
    assert phone.pull()["questions"] == []


def test_two_records_are_found_compared_merged_and_separated(desk: Any, phone: Any) -> None:
    one, _ = register(phone, nom_fr="Benali", nom_ar="بن علي")
    two, _ = register(phone, nom_fr="Benalli", nom_ar="بن عللي")
    officer = desk("officer")
    found = officer.get(f"/women/{one}/merge?q=benalli")
    assert f"/women/{one}/merge/{two}" in found
    assert f"/women/{one}/merge/{one}" not in officer.get(f"/women/{one}/merge")
    page = officer.get(f"/women/{one}/merge/{two}")
    assert "Benali" in page and "Benalli" in page
    assert "991980312000010099" not in page  # masked here as everywhere
    officer.post(f"/women/{one}/merge/{two}", keep=one, left_version="7", right_version="1")
    fresh()
    assert entities.get_entity(1, two).merged_into is None
    officer.post(f"/women/{one}/merge/{two}", keep=one, left_version="1", right_version="1")
    fresh()
    assert entities.get_entity(1, two).merged_into == one
    assert f"/women/{two}/unmerge" in officer.get(f"/women/{one}")
    assert one in officer.get(f"/women/{two}")
    version = re.search(r'name="seen_version" value="(\d+)"', officer.get(f"/women/{two}/unmerge"))
    assert version
    officer.post(f"/women/{two}/unmerge", seen_version=version[1])
    fresh()
    assert entities.get_entity(1, two).merged_into is None
    officer.post(f"/women/{one}/merge/{two}", 400, keep=str(uuid4()), left_version="1", right_version="1")
    officer.get(f"/women/{one}/merge/{one}", 404)


def test_a_record_is_deleted_and_restored(desk: Any, phone: Any) -> None:
    woman, _ = register(phone)
    officer = desk("officer")
    assert "seen_version" in officer.get(f"/women/{woman}/delete")
    officer.post(f"/women/{woman}/delete", seen_version="1")
    assert phone.women() == {}
    page = officer.get(f"/women/{woman}")
    assert f"/women/{woman}/restore" in page and f"/women/{woman}/delete" not in page
    officer.post(f"/women/{woman}/restore", seen_version="1")  # stale
    assert phone.women() == {}
    officer.post(f"/women/{woman}/restore", seen_version="2")
    assert set(phone.women()) == {woman}


def test_only_an_administrator_erases_and_only_when_it_is_typed(desk: Any, phone: Any) -> None:
    woman, instance_id = register(phone, nom_fr="Zerroukiyya")
    assert "/erase" not in desk("officer").get(f"/women/{woman}")
    desk("officer").post(f"/women/{woman}/erase", 403, typed="x")
    admin = desk("administrator")
    page = admin.get(f"/women/{woman}/erase")
    word = f"3112-{woman[:6]}"
    assert word in page
    admin.post(f"/women/{woman}/erase", 422, typed="oui")
    fresh()
    assert entities.get_entity(1, woman).data["nom_fr"] == "Zerroukiyya"
    admin.post(f"/women/{woman}/erase", typed=f" {word} ")
    for url in (f"/women/{woman}", f"/submissions/{instance_id}", "/women", "/submissions", "/"):
        assert "Zerroukiyya" not in admin.get(url)
    assert "18-07" in admin.get(f"/women/{woman}") and "18-07" in admin.get(f"/submissions/{instance_id}")
    for what in ("merge", "delete", "erase"):
        admin.get(f"/women/{woman}/{what}", 409)


def test_quarantine_is_filtered_and_tried_again_by_reason(desk: Any, phone: Any) -> None:
    phone.push(
        phone.item("no xml", "uuid:a"),
        phone.item("<data id='nobody' version='1'><meta><instanceID>uuid:b</instanceID></meta></data>", "uuid:b"),
    )
    officer = desk("officer")
    assert all(i in officer.get("/quarantine") for i in ("uuid:a", "uuid:b"))
    page = officer.get("/quarantine?code=404.6")
    assert "uuid:b" in page and "uuid:a" not in page
    officer.post("/quarantine", code="404.6")
    fresh()
    assert len(db.session.scalars(select(Quarantined)).all()) == 2
