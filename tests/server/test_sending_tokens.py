"""A phone's two tokens: the one that lies clear on it sends and reads nothing."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import downgrade, upgrade

from server.auth import COMMAND, hash_token
from server.database import db, transaction
from server.models import AppUserToken
from server.services import actors, keys
from tests.builders import registration
from tests.sealed import seal_item, write_handover

BOTH_DATABASES = True
URL = "/v1/projects/1/sync/token"
NEW = "n" * 64


@pytest.fixture
def enrolled(client: FlaskClient, make_phone: Any) -> Any:
    """A phone that was enrolled by a code, with the one token of its enrolment."""
    made, device = actors.create_app_user(1, "Samia", ["3112"], COMMAND), str(uuid4())
    token = client.post("/v1/enrol", json={"code": made.code, "deviceId": device}).json["token"]
    return type(make_phone("Witness"))(client, token, made.id, device)


def split(phone: Any, token: str = NEW) -> Any:
    return phone.client.post(URL, json={"token": token}, headers=phone.headers)


def as_reader(phone: Any, token: str = NEW) -> Any:
    return type(phone)(phone.client, token, phone.app_user_id, phone.device_id)


def test_the_first_token_sends_and_the_new_one_reads(enrolled: Any) -> None:
    assert split(enrolled).json == {"sendsOnly": True}
    xml, instance_id, _ = registration()
    assert enrolled.push(enrolled.item(xml, instance_id))["results"][0]["status"] == "accepted"
    assert enrolled.pull(403)["code"] == "403.1"
    assert enrolled.client.get("/v1/projects/1/forms", headers=enrolled.headers).status_code == 403
    assert enrolled.client.get(f"/v1/key/{enrolled.token}/projects/1/formList").status_code in (401, 403)
    assert as_reader(enrolled).pull()["device"] == "ok"
    # Nobody makes a token that reads out of one that sends; the phone that asks once more hears that it is done.
    assert split(enrolled).status_code == split(enrolled, "o" * 64).status_code == 403
    # After a backup that knows the first token alone came back: the same again.
    with transaction() as session:
        session.delete(session.get_one(AppUserToken, (1, hash_token(NEW))))
        session.get_one(AppUserToken, (1, hash_token(enrolled.token))).sends_only = False
    assert split(enrolled).json == {"sendsOnly": True}
    assert as_reader(enrolled).pull()["device"] == "ok"


def test_a_revoked_phone_sends_with_the_first_and_is_told_by_both(enrolled: Any) -> None:
    split(enrolled)
    actors.revoke_app_user(1, enrolled.app_user_id, COMMAND)
    xml, instance_id, _ = registration()
    answer = enrolled.push(enrolled.item(xml, instance_id))
    assert (answer["results"][0]["status"], answer["device"]) == ("quarantined", "revoked")
    assert as_reader(enrolled).pull()["device"] == "revoked"


def test_a_token_that_was_revoked_hands_its_revocation_on(enrolled: Any) -> None:
    with transaction() as session:
        row = session.get_one(AppUserToken, (1, hash_token(enrolled.token)))
        row.revoked_at = row.created_at
    assert split(enrolled).json == {"sendsOnly": True}
    assert as_reader(enrolled).pull()["device"] == "revoked"


def test_a_token_that_is_in_use_or_too_weak_is_refused(enrolled: Any, phone: Any) -> None:
    assert split(enrolled, phone.token).json["code"] == "400.8"
    assert split(enrolled, enrolled.token).json["code"] == "400.8"
    for bad in ("short", "é" * 64, "n" * 300):
        assert split(enrolled, bad).status_code == 400
    assert enrolled.pull()["device"] == "ok"  # nothing of it was done


def test_a_hand_over_file_signed_by_the_first_token_is_genuine(enrolled: Any) -> None:
    public = keys.find_public_key(1)
    assert public is not None
    split(enrolled)
    xml, instance_id, _ = registration()
    body = write_handover(enrolled, [seal_item(public, enrolled.item(xml, instance_id))], public=public)
    answer = enrolled.client.post("/v1/projects/1/sync/handover", data=body, headers=enrolled.headers)
    assert answer.json["results"][0]["status"] == "accepted"


def test_the_migration_goes_down_and_up_with_both_tokens(enrolled: Any, app: Flask) -> None:
    split(enrolled)
    db.session.remove()
    folder = str(app.config["MIGRATIONS"])
    downgrade(directory=folder, revision="0059")
    upgrade(directory=folder)
    assert enrolled.pull()["device"] == "ok"  # reads again, and is not lost
    assert as_reader(enrolled).pull()["device"] == "ok"
