"""Submissions sent back: who is asked, what she may see, what her edit does."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from server.auth import COMMAND
from server.database import db, transaction
from server.models import Audit, Correction, Device, Form
from server.services import corrections, entities
from server.services.actors import revoke_app_user
from tests.builders import registration, visit

BOTH_DATABASES = True
SECRETS = {"nin": "991980312000077799", "telephone": "0699887766"}


@pytest.fixture
def officer(as_role: Any) -> FlaskClient:
    found: FlaskClient = as_role("officer")
    return found


def url(instance_id: str) -> str:
    return f"/v1/projects/1/submissions/{instance_id}/correction"


def registered(phone: Any, **answers: str) -> tuple[str, str]:
    xml, instance_id, woman = registration(**{**SECRETS, **answers})
    assert phone.push(phone.item(xml, instance_id))["results"][0]["status"] == "accepted"
    return instance_id, woman


def edit_of(xml: str, instance_id: str) -> tuple[str, str]:
    edit_id = f"uuid:{uuid4()}"
    old = f"<instanceID>{instance_id}</instanceID>"
    assert old in xml
    return xml.replace(old, f"<deprecatedID>{instance_id}</deprecatedID><instanceID>{edit_id}</instanceID>"), edit_id


def silence(phone: Any, days: int) -> None:
    with transaction() as session:
        session.execute(
            update(Device)
            .where(Device.app_user_id == phone.app_user_id)
            .values(last_seen_at=datetime.now(UTC) - timedelta(days=days))
        )


def test_send_back_reaches_the_author_and_her_edit_closes_it(phone: Any, officer: FlaskClient) -> None:
    instance_id, woman = registered(phone)
    assert phone.pull()["corrections"] == []
    answer = officer.post(url(instance_id), json={"comment": "La localité est fausse."})
    assert answer.status_code == 201, answer.text
    (given,) = phone.pull()["corrections"]
    assert (given["instanceId"], given["formId"], given["formVersion"]) == (
        instance_id, "cam_a_inscription", "2026112701",
    )  # fmt: skip
    assert (given["comment"], given["by"], given["attachments"]) == ("La localité est fausse.", "officer", [])
    assert SECRETS["nin"] in given["xml"]
    assert given["at"].endswith("Z")
    edited, edit_id = edit_of(given["xml"].replace("Kehaïlia", "Sidi Ghalem"), instance_id)
    assert phone.push(phone.item(edited, edit_id))["results"][0]["status"] == "accepted"
    assert phone.pull()["corrections"] == []
    assert phone.women()[woman]["data"]["localite"] == "Sidi Ghalem"
    (closed,) = officer.get("/v1/projects/1/corrections?all=true").json
    assert (closed["open"], closed["ended"]) == (False, "edited")
    assert officer.get("/v1/projects/1/corrections").json == []
    noted = db.session.scalars(select(Audit).where(Audit.action == "correction.send")).one()
    assert noted.target == instance_id
    assert "fausse" not in json.dumps(noted.details)


def test_a_correction_is_shown_to_nobody_else_while_its_author_answers(make_phone: Any, officer: FlaskClient) -> None:
    one, two = make_phone("Amina"), make_phone("Houria")
    instance_id, _ = registered(one)
    officer.post(url(instance_id), json={"comment": "?"})
    assert two.pull()["corrections"] == []
    assert len(one.pull()["corrections"]) == 1


@pytest.mark.parametrize("cause", ["given", "revoked", "silent"])
def test_another_agent_corrects_without_seeing_or_blanking_office_answers(
    make_phone: Any, officer: FlaskClient, cause: str
) -> None:
    one, two, far = make_phone("Amina"), make_phone("Houria"), make_phone("Ailleurs", ("3101",))
    instance_id, woman = registered(one)
    assert officer.post(url(instance_id), json={"comment": "Corrigez le lieu."}).status_code == 201
    if cause == "given":
        assert officer.patch(url(instance_id), json={"appUserId": two.app_user_id}).status_code == 200
        assert one.pull()["corrections"] == []
    elif cause == "revoked":
        revoke_app_user(1, one.app_user_id, COMMAND)
        assert one.pull()["corrections"] == []
    else:
        silence(one, 13)
        assert two.pull()["corrections"] == []
        silence(one, 15)
        assert officer.get("/v1/projects/1/corrections").json[0]["offered"]
    assert far.pull()["corrections"] == []
    pulled = two.pull()
    (given,) = pulled["corrections"]
    for secret in SECRETS.values():
        assert secret not in json.dumps(pulled)
    assert "<nin" not in given["xml"] and "<telephone" not in given["xml"]
    assert "Benali" in given["xml"]
    # her app shows those questions blank, and sends them blank
    blanks = given["xml"].replace("<localite>Kehaïlia</localite>", "<localite>Sidi Ghalem</localite><telephone/>")
    edited, edit_id = edit_of(blanks.replace("<nom_fr>", "<nin> </nin><nom_fr>"), instance_id)
    result = two.push(two.item(edited, edit_id))["results"][0]
    assert result["status"] == "accepted"
    data = db_data(woman)
    assert (data["localite"], data["telephone"], data["nin"]) == ("Sidi Ghalem", SECRETS["telephone"], SECRETS["nin"])
    assert two.pull()["corrections"] == []
    # an edit of her own edit blanks them no more than the first
    again, again_id = edit_of(edited.replace("Sidi Ghalem", "Tafraoui").replace(f"<deprecatedID>{instance_id}</deprecatedID>", ""), edit_id)
    two.push(two.item(again, again_id))
    data = db_data(woman)
    assert (data["localite"], data["telephone"], data["nin"]) == ("Tafraoui", SECRETS["telephone"], SECRETS["nin"])
    assert entities.rebuild_entities(1)[1] == 0


def db_data(woman: str) -> dict[str, str]:
    db.session.rollback()
    return dict(entities.get_entity(1, woman).data)


def test_the_author_herself_can_blank_an_office_answer(phone: Any) -> None:
    instance_id, woman = registered(phone)
    xml, _, _ = registration(woman, instance_id=instance_id, nin=SECRETS["nin"], telephone="")
    phone.push(phone.item(*edit_of(xml, instance_id)))
    assert db_data(woman)["telephone"] == ""


def test_another_agent_may_write_an_office_answer_anew(make_phone: Any, officer: FlaskClient) -> None:
    one, two = make_phone("Amina"), make_phone("Houria")
    instance_id, woman = registered(one)
    officer.post(url(instance_id), json={"comment": "?", "appUserId": two.app_user_id})
    xml = two.pull()["corrections"][0]["xml"].replace("<milieu>", "<telephone>0555000111</telephone><milieu>")
    two.push(two.item(*edit_of(xml, instance_id)))
    assert db_data(woman)["telephone"] == "0555000111"


def test_the_photos_of_a_correction_go_to_who_holds_it_alone(
    client: FlaskClient, make_phone: Any, officer: FlaskClient
) -> None:
    one, two = make_phone("Amina"), make_phone("Houria")
    photo = b"\xff\xd8\xff" + b"photo" * 100
    sha256 = hashlib.sha256(photo).hexdigest()
    xml, instance_id, _ = registration(photo="p.jpg")
    file = {"name": "p.jpg", "sha256": sha256, "size": len(photo), "contentType": "image/jpeg"}
    one.push(one.item(xml, instance_id, attachments=[file]))
    metadata = f"sha256 {base64.b64encode(sha256.encode()).decode()},contentType {base64.b64encode(b'image/jpeg').decode()}"
    made = client.post(
        "/v1/projects/1/attachments",
        headers={**one.headers, "Tus-Resumable": "1.0.0", "Upload-Length": str(len(photo)), "Upload-Metadata": metadata},
    )
    client.patch(
        made.headers["Location"],
        data=photo,
        headers={**one.headers, "Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"},
    )
    address = f"/v1/projects/1/corrections/{instance_id}/attachments/p.jpg"
    assert client.get(address, headers=one.headers).status_code == 404
    officer.post(url(instance_id), json={"comment": "?"})
    assert one.pull()["corrections"][0]["attachments"] == [file]
    assert read(client, address, one) == photo
    assert client.get(address, headers=two.headers).status_code == 404
    officer.patch(url(instance_id), json={"appUserId": two.app_user_id})
    assert read(client, address, two) == photo
    assert client.get(address, headers=one.headers).status_code == 404
    assert client.get(address.replace("p.jpg", "q.jpg"), headers=two.headers).status_code == 404
    revoke_app_user(1, two.app_user_id, COMMAND)
    assert client.get(address, headers=two.headers).status_code == 404


def read(client: FlaskClient, address: str, phone: Any) -> bytes:
    with client.get(address, headers=phone.headers) as answer:
        assert answer.status_code == 200
        return answer.data


def test_a_correction_of_a_withdrawn_form_still_works(client: FlaskClient, phone: Any, officer: FlaskClient) -> None:
    instance_id, woman = registered(phone)
    officer.post(url(instance_id), json={"comment": "?"})
    with transaction() as session:
        session.execute(update(Form).where(Form.form_id == "cam_a_inscription").values(withdrawn_at=datetime.now(UTC)))
    pulled = phone.pull(forms={"cam_a_inscription": "x"})
    assert pulled["withdrawn"] == ["cam_a_inscription"]
    (given,) = pulled["corrections"]
    form = client.get(
        f"/v1/projects/1/forms/{given['formId']}/versions/{given['formVersion']}.xml", headers=phone.headers
    )
    assert form.status_code == 200
    phone.push(phone.item(*edit_of(given["xml"].replace("Kehaïlia", "Autre"), instance_id)))
    assert (phone.pull()["corrections"], db_data(woman)["localite"]) == ([], "Autre")


def test_withdraw_takes_it_back(phone: Any, officer: FlaskClient) -> None:
    instance_id, _ = registered(phone)
    officer.post(url(instance_id), json={"comment": "?"})
    assert officer.delete(url(instance_id)).status_code == 204
    assert phone.pull()["corrections"] == []
    assert officer.delete(url(instance_id)).status_code == 404
    assert officer.post(url(instance_id), json={"comment": "again"}).status_code == 201


def test_send_back_refuses_what_makes_no_sense(make_phone: Any, officer: FlaskClient) -> None:
    phone, other = make_phone("Amina"), make_phone("Houria")
    instance_id, woman = registered(phone)
    assert officer.post(url("uuid:nobody"), json={"comment": "x"}).json["code"] == "404.1"
    assert officer.post(url(instance_id), json={"comment": "  "}).json["code"] == "400.2"
    assert officer.post(url(instance_id), json={}).json["code"] == "400.8"
    assert officer.post(url(instance_id), json={"comment": "x", "appUserId": 999}).json["code"] == "404.1"
    revoke_app_user(1, other.app_user_id, COMMAND)
    body = {"comment": "x", "appUserId": other.app_user_id}
    assert officer.post(url(instance_id), json=body).json["code"] == "400.8"
    officer.post(url(instance_id), json={"comment": "x"})
    assert officer.post(url(instance_id), json={"comment": "y"}).json["code"] == "409.3"
    edit, edit_id = edit_of(registration(woman, instance_id=instance_id)[0], instance_id)
    phone.push(phone.item(edit, edit_id))
    assert officer.post(url(instance_id), json={"comment": "late"}).json["code"] == "409.51"


def test_an_edit_in_quarantine_closes_nothing_until_it_counts(make_phone: Any, officer: FlaskClient) -> None:
    from server.models import Quarantined
    from server.services.quarantine import release_item

    phone = make_phone("Amina")
    instance_id, woman = registered(phone)
    officer.post(url(instance_id), json={"comment": "x"})
    revoke_app_user(1, phone.app_user_id, COMMAND)
    xml, _, _ = registration(woman, instance_id=instance_id, localite="Corrigée")
    phone.push(phone.item(*edit_of(xml, instance_id)))
    assert len(officer.get("/v1/projects/1/corrections").json) == 1
    release_item(1, db.session.scalars(select(Quarantined.content_sha256)).one(), COMMAND)
    assert officer.get("/v1/projects/1/corrections").json == []
    assert db_data(woman)["localite"] == "Corrigée"


def test_a_phone_that_only_pulls_is_not_silent(make_phone: Any, officer: FlaskClient) -> None:
    one, two = make_phone("Amina"), make_phone("Houria")
    instance_id, _ = registered(one)
    officer.post(url(instance_id), json={"comment": "x"})
    silence(one, 20)
    assert len(two.pull()["corrections"]) == 1
    one.pull()
    assert two.pull()["corrections"] == []


def test_a_visit_sent_back_keeps_its_place_in_the_history(make_phone: Any, officer: FlaskClient) -> None:
    one, two = make_phone("Amina"), make_phone("Houria")
    _, woman = registered(one)
    xml, instance_id = visit(woman, base=1, trunk=1, branch=str(uuid4()), localite="Faux", remarques="words of the office")
    one.push(one.item(xml, instance_id))
    officer.post(url(instance_id), json={"comment": "x", "appUserId": two.app_user_id})
    given = two.pull()["corrections"][0]["xml"]
    assert "words of the office" not in given
    two.push(two.item(*edit_of(given.replace("Faux", "Juste"), instance_id)))
    data = db_data(woman)
    assert (data["localite"], data["nb_visites"], data["notes"]) == ("Juste", "1", "words of the office")


def test_corrections_are_listed_with_who_is_asked(phone: Any, officer: FlaskClient, app: Flask) -> None:
    instance_id, _ = registered(phone)
    officer.post(url(instance_id), json={"comment": "x"})
    (listed,) = corrections.list_corrections(1)
    assert (listed.agent, listed.officer, listed.offered) == ("Agente", "officer", False)
    assert corrections.find_sent_back(1, [instance_id, "uuid:x"]) == {instance_id}
    assert db.session.scalars(select(Correction)).one().open
