"""Forms filled and edited at the desk: the way of a push, with an officer as the author."""

from __future__ import annotations

import io
import json
import re
import threading
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from server.auth import Actor
from server.database import db
from server.errors import Problem
from server.models import Audit, Correction, Device, Entity, EntityActionRow, Submission, SubmissionAttachment
from server.services import desk_forms
from tests.builders import registration, visit
from tests.desk import Signed, find_token, served_apart, sign_in
from tests.server.test_reviews import edit

BOTH_DATABASES = True
JPEG = b"\xff\xd8\xff\xe0 a picture"


@pytest.fixture
def app(app: Any) -> Any:
    return served_apart(app)


@pytest.fixture
def officer(app: Any) -> Signed:
    return sign_in(app, "officer")


def submit(desk: Signed, url: str, xml: str, status: int = 200, **files: bytes) -> Any:
    token = find_token(desk.get("/submissions"))
    fields: dict[str, Any] = {"xml_submission_file": (io.BytesIO(xml.encode()), "submission.xml")}
    fields |= {name: (io.BytesIO(data), name) for name, data in files.items()}
    answer = desk.client.post(url, data=fields, headers={"X-CSRFToken": token, "Accept": "application/json"})
    assert answer.status_code == status, answer.text
    return answer.json


def told(page: str) -> Any:
    found = re.search(r'data-session="([^"]+)"', page)
    assert found
    return json.loads(unescape(found[1]))


def fresh() -> Any:
    db.session.rollback()
    db.session.expire_all()
    return db.session


def test_fill_stores_as_an_officer_with_her_files_and_answers_a_repeat(officer: Signed) -> None:
    xml, instance_id, woman = registration(photo="p.jpg")
    done = submit(officer, "/fill/cam_a_inscription", xml, **{"p.jpg": JPEG})
    assert done == submit(officer, "/fill/cam_a_inscription", xml, **{"p.jpg": JPEG})
    stored = fresh().get(Submission, (1, instance_id))
    assert (stored.app_user_id, stored.device_id, stored.outside_scope) == (None, None, False)
    assert db.session.get(SubmissionAttachment, (1, instance_id, "p.jpg")).present
    action = db.session.scalars(select(EntityActionRow).where(EntityActionRow.entity_id == woman)).one()
    assert action.author.startswith("user:") and action.device is None
    assert db.session.scalars(select(Device)).all() == []
    assert "submission.create" in db.session.scalars(select(Audit.action)).all()
    assert "Benali" in officer.get(f"/women/{woman}")


def test_fill_gives_the_whole_record_and_an_officers_answer_replaces_what_she_saw(officer: Signed, phone: Any) -> None:
    xml, instance_id, woman = registration()
    phone.push(phone.item(xml, instance_id))
    assert f'href="/fill/cam_e_visite?woman={woman}"' in officer.get(f"/fill?woman={woman}")
    assert woman in officer.get("/fill/cam_e_visite?q=Benali")
    session = told(officer.get(f"/fill/cam_e_visite?woman={woman}"))
    assert session["record"]["row"]["telephone"] == "0660123456" and session["record"]["row"]["__version"] == "1"
    asked, _ = visit(woman, base=1, telephone="0770000000")
    submit(officer, f"/fill/cam_e_visite?woman={woman}", asked)
    entity = fresh().get(Entity, (1, woman))
    assert entity.data["telephone"] == "0770000000" and entity.open == []


def test_edit_makes_a_new_version_and_closes_the_correction(officer: Signed, phone: Any) -> None:
    xml, first, woman = registration()
    phone.push(phone.item(xml, first))
    officer.post(f"/submissions/{first}/correction", comment="la localité", agent="")
    session = told(officer.get(f"/submissions/{first}/edit"))
    assert session["edit"]["xml"] == f"/submissions/{first}/xml" and session["version"] == "2026112701"
    second = f"uuid:{uuid4()}"
    edited = edit(xml, first, second, localite="Sidi Ghalem", telephone="")
    submit(officer, f"/submissions/{first}/edit", xml, 422)
    submit(officer, f"/submissions/{first}/edit", edited)
    submit(officer, f"/submissions/{first}/edit", edited)
    entity = fresh().get(Entity, (1, woman))
    assert entity.data["localite"] == "Sidi Ghalem" and entity.data["telephone"] == "" and entity.open == []
    assert db.session.get(Submission, (1, first)).superseded
    assert db.session.scalars(select(Correction)).one().ended == "edited"
    assert phone.pull()["corrections"] == []
    assert "Sidi Ghalem" in officer.get(f"/submissions/{second}/changes")
    late = edit(xml, first, f"uuid:{uuid4()}", localite="Autre")
    assert submit(officer, f"/submissions/{first}/edit", late, 409)["code"] == "409.51"
    officer.get(f"/submissions/{first}/edit", 409)


def test_send_stores_nothing_of_what_cannot_be_read(officer: Signed) -> None:
    xml, _, _ = registration()
    assert submit(officer, "/fill/cam_e_visite", xml, 422)["code"] == "422.50"
    assert submit(officer, "/fill/cam_a_inscription", xml[:400], 400)["code"] == "400.1"
    unknown = xml.replace('version="2026112701"', 'version="9"')
    assert submit(officer, "/fill/cam_a_inscription", unknown, 404)["code"] == "404.6"
    assert fresh().scalars(select(Submission)).all() == []
    officer.get("/fill/nothing", 404)
    officer.get("/fill/cam_a_inscription/lists/artisanes", 404)


def test_a_phone_edits_after_an_officer_and_what_she_wrote_for_the_office_stays(officer: Signed, phone: Any) -> None:
    xml, first, woman = registration()
    phone.push(phone.item(xml, first))
    second, third = f"uuid:{uuid4()}", f"uuid:{uuid4()}"
    edited = edit(xml, first, second, telephone="0771111111")
    submit(officer, f"/submissions/{first}/edit", edited)
    blank = edit(edited.replace(f"<deprecatedID>{first}</deprecatedID>", ""), second, third, telephone="", localite="Là-bas")
    phone.push(phone.item(blank, third))
    entity = fresh().get(Entity, (1, woman))
    assert entity.data["telephone"] == "0771111111" and entity.data["localite"] == "Là-bas"


def test_grid_lists_whom_the_address_chooses_and_tells_the_outcome_of_each_row(officer: Signed, phone: Any) -> None:
    made = [registration(nom_fr=name) for name in ("Benali", "Meddah")]
    phone.push(*(phone.item(xml, instance_id) for xml, instance_id, _ in made))
    assert 'href="/fill/cam_e_visite/grid"' in officer.get("/fill")
    assert "data-session" not in officer.get("/fill/cam_e_visite/grid")  # nobody was chosen
    session = told(officer.get("/fill/cam_e_visite/grid?commune=3112"))
    assert {row["id"] for row in session["rows"]} == {woman for _, _, woman in made}
    assert session["mode"] == "rows" and session["rows"][0]["row"]["__version"] == "1"
    assert told(officer.get("/fill/cam_b_presence/grid?q=Meddah"))["mode"] == "ticks"
    woman = made[0][2]
    xml, instance_id = visit(woman, base=1)
    done = submit(officer, "/fill/cam_e_visite?grid=commune%3D3112%26next%3D//evil.example", xml)
    assert done == {"next": "/fill/cam_e_visite/grid?commune=3112", "status": "accepted", "instanceId": instance_id}
    again = told(officer.get(f"/fill/cam_e_visite/grid?also={woman},nobody"))
    assert [(row["id"], bool(row["last"])) for row in again["rows"]] == [(woman, True)]
    assert "EXAM-2026-99" in officer.get("/fill/cam_e_visite/grid?session=EXAM-2026-99")
    officer.get("/fill/cam_a_inscription/grid", 404)  # it is about nobody who is known


def test_of_two_edits_at_once_the_second_is_told_and_counts_for_nothing(app: Any, officer: Signed, phone: Any) -> None:
    xml, first, woman = registration()
    phone.push(phone.item(xml, first))
    edits = [edit(xml, first, f"uuid:{uuid4()}", localite=place) for place in ("Sidi Ghalem", "Hammou Ali")]
    opened, both = threading.Barrier(2, timeout=30), desk_forms.find_editable

    def meet(project_id: int, instance_id: str) -> Any:
        found = both(project_id, instance_id)
        opened.wait()  # both have looked before either stores
        return found

    with app.app_context():
        actor = Actor(kind="user", id=2, name="officer", role="officer")
    told_of: list[str] = []

    def send(given: str) -> None:
        with app.app_context():
            try:
                told_of.append(desk_forms.submit(1, actor, "cam_a_inscription", given.encode(), [], edits=first)["status"])
            except Problem as problem:
                told_of.append(problem.code)

    desk_forms.find_editable = meet
    try:
        threads = [threading.Thread(target=send, args=(each,)) for each in edits]
        for each in threads:
            each.start()
        for each in threads:
            each.join(60)
    finally:
        desk_forms.find_editable = both
    assert sorted(told_of) == ["409.51", "accepted"]
    assert fresh().get(Entity, (1, woman)).open == []
    assert len(db.session.scalars(select(Submission.instance_id)).all()) == 2
