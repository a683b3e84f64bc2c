"""Phones with last year's app, and with next year's."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from server.auth import COMMAND
from server.database import db
from server.models import Quarantined, Submission
from server.services import actors
from tests.builders import registration

BOTH_DATABASES = True


def test_push_understands_an_app_that_says_only_what_was_always_needed(client: FlaskClient, phone: Any) -> None:
    xml, instance_id, woman = registration()
    body = {"deviceId": phone.device_id, "submissions": [{"instanceId": instance_id, "xml": xml}]}
    answer = client.post("/v1/projects/1/sync/push", json=body, headers=phone.headers)
    assert answer.status_code == 200, answer.text
    assert answer.json["results"][0]["status"] == "accepted"
    assert (answer.json["missing"], answer.json["attachmentsWanted"]) == ([], [])
    pulled = client.post("/v1/projects/1/sync/pull", json={}, headers=phone.headers)
    assert pulled.status_code == 200
    assert woman in {u["id"] for page in pulled.json["scopes"].values() for u in page["upserts"]}


def test_push_passes_over_what_it_does_not_know(client: FlaskClient, phone: Any) -> None:
    xml, instance_id, _ = registration()
    item = phone.item(
        xml, instance_id, mood={"a": [1]}, attachments=[{"name": "p", "sha256": "0" * 64, "exif": None}, 7]
    )
    answer = phone.push(item, appVersion="0.0.1", battery=0.5, protocol=None)
    assert answer["results"][0]["status"] == "accepted"
    assert phone.pull(compass=[1, 2], protocol=None)["device"] == "ok"
    made = actors.create_app_user(1, "Amina", ["3112"], COMMAND)
    old = {"code": made.code, "deviceId": str(uuid4()), "model": "x"}
    assert client.post("/v1/enrol", json=old).status_code == 200


@pytest.mark.parametrize("protocol", [2, 99, 10**12])
def test_a_later_protocol_is_told_what_to_do_and_nothing_is_stored(
    client: FlaskClient, phone: Any, protocol: int
) -> None:
    xml, instance_id, _ = registration()
    item = phone.item(xml, instance_id)
    answer = phone.push(item, protocol=protocol, status=400)
    assert (answer["code"], answer["details"]) == ("400.51", {"protocol": protocol, "newest": 1})
    assert phone.pull(protocol=protocol, status=400)["code"] == "400.51"
    made = actors.create_app_user(1, "Amina", ["3112"], COMMAND)
    enrolment = {"code": made.code, "deviceId": str(uuid4()), "protocol": protocol}
    assert client.post("/v1/enrol", json=enrolment).json["code"] == "400.51"
    assert client.post("/v1/enrol", json={**enrolment, "protocol": 1}).status_code == 200  # the code was not used up
    for table in (Submission, Quarantined):
        assert db.session.scalars(select(table)).all() == []
    assert phone.push(item)["results"][0]["status"] == "accepted"


@pytest.mark.parametrize("protocol", [0, -1, "one", [1], {}, 1.5])
def test_a_protocol_that_is_none_is_refused(phone: Any, protocol: Any) -> None:
    assert phone.push(protocol=protocol, status=400)["code"] == "400.8"
