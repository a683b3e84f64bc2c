"""Whoever is shown somebody's data is in the operations log, with what for: at the desk and over the API."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from server.auth import Actor
from server.database import db
from server.models import Audit, Submission, User
from server.readings import READINGS
from server.services import audits
from server.services.attachments import keep_file
from tests.builders import registration
from tests.desk import served_apart, sign_in

BOTH_DATABASES = True
NOTED_ELSEWHERE = {
    "console.xml": "by the service, submission.read_xml",
    "console.confirm_unmerge": "a question that names her, asked from her page",
    "console.confirm_delete": "the same",
    "console.confirm_erase": "the same",
    "api.corrections.attachment": "her own form, given back to an agent's phone",
    "api.reviews.comments": "what officers said to each other",
    "api.central.attachments": "names of files",
}


@pytest.fixture
def app(app: Any) -> Any:
    return served_apart(app)


@pytest.fixture
def sent(phone: Any) -> tuple[str, str]:
    """A registration: its instance id, the woman."""
    xml, instance_id, woman = registration()
    phone.push(phone.item(xml, instance_id))
    return instance_id, woman


def find_readings() -> list[tuple[str, str, str, dict[str, Any]]]:
    db.session.rollback()
    lines = db.session.scalars(select(Audit).where(Audit.action.in_(audits.READ)).order_by(Audit.seq))
    return [(line.actor, line.action, line.target, line.details) for line in lines]


def test_every_address_that_shows_one_record_or_submission_is_noted(app: Any) -> None:
    shows = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in rule.methods and {"entity_id", "instance_id"} & set(rule.arguments)
    }
    assert shows == READINGS.keys() | NOTED_ELSEWHERE.keys()
    assert {reading.action for reading in READINGS.values()} == set(audits.READ)


def test_who_read_what_for_which_purpose_is_noted_once_an_hour(app: Any, sent: tuple[str, str]) -> None:
    instance_id, woman = sent
    officer, other = sign_in(app, "officer"), sign_in(app, "administrator")
    user = db.session.scalars(select(User).where(User.role == "officer")).one()
    for _ in range(3):
        officer.get(f"/women/{woman}")
    officer.get(f"/women/{woman}/card")
    officer.get(f"/submissions/{instance_id}")
    officer.get("/women/nobody", 404)
    me = f"user:{user.id}"
    assert find_readings() == [
        (me, "entity.read", woman, {"purpose": "follow_up"}),
        (me, "entity.read", woman, {"purpose": "card"}),
        (me, "submission.read", instance_id, {"purpose": "review"}),
    ]
    other.get(f"/women/{woman}")
    assert len(find_readings()) == 4
    again = datetime.now(UTC) + timedelta(minutes=61)
    audits.note_reading(1, actor_of(user), "entity.read", [woman], "follow_up", again)
    audits.note_reading(1, actor_of(user), "entity.read", [woman], "follow_up", again + timedelta(minutes=59))
    assert len(find_readings()) == 5
    assert audits.verify_audits(1).broken_at is None


def test_both_records_are_noted_when_two_are_compared(app: Any, phone: Any, sent: tuple[str, str]) -> None:
    xml, instance_id, other = registration()
    phone.push(phone.item(xml, instance_id))
    sign_in(app, "officer").get(f"/women/{sent[1]}/merge/{other}")
    noted = {target: details for _, _, target, details in find_readings()}
    assert noted == {sent[1]: {"purpose": "duplicate"}, other: {"purpose": "duplicate"}}


def test_what_programs_read_is_noted_and_what_phones_do_is_not(
    app: Any, as_role: Any, phone: Any, sent: tuple[str, str]
) -> None:
    phone.pull()
    officer = as_role("administrator")
    assert officer.get(f"/v1/projects/1/entities/{sent[1]}").status_code == 200
    assert officer.get("/v1/projects/1/entities/nobody").status_code == 404
    form = db.session.scalars(select(Submission.form_id).where(Submission.instance_id == sent[0])).one()
    assert officer.get(f"/v1/projects/1/forms/{form}/submissions/{sent[0]}").status_code == 200
    assert [(action, target, details) for _, action, target, details in find_readings()] == [
        ("entity.read", sent[1], {"purpose": "program"}),
        ("submission.read", sent[0], {"purpose": "program"}),
    ]


def test_a_part_of_a_photograph_is_noted_as_the_whole_of_it_is(app: Any, as_role: Any, phone: Any) -> None:
    photo = b"\xff\xd8\xff" + bytes(range(256))
    sha256, size = keep_file(1, io.BytesIO(photo), "image/jpeg")
    xml, instance_id, _ = registration(photo="p.jpg")
    announced = [{"name": "p.jpg", "sha256": sha256, "size": size, "contentType": "image/jpeg"}]
    assert phone.push(phone.item(xml, instance_id, attachments=announced))["attachmentsWanted"] == []
    address = f"/v1/projects/1/submissions/{instance_id}/attachments/p.jpg"
    with as_role("officer").get(address, headers={"Range": "bytes=3-9"}) as part:
        assert (part.status_code, part.data) == (206, photo[3:10])
    assert [(action, target, details) for _, action, target, details in find_readings()] == [
        ("submission.read", instance_id, {"purpose": "photograph"})
    ]


def test_the_page_of_the_log_shows_consultations_when_asked_and_gives_them_as_a_file(
    app: Any, sent: tuple[str, str]
) -> None:
    sign_in(app, "officer").get(f"/women/{sent[1]}")
    guard = sign_in(app, "protection")
    assert "Fiche consultée</th>" not in guard.get("/audit").replace(" <span", "</th>")
    assert f"/audit?target={sent[1]}" in guard.get(f"/women/{sent[1]}")
    page = guard.get(f"/audit?target={sent[1]}&action=")
    assert page.count("motif : accompagnement") == 2  # the officer, and she who looked it up
    given = guard.client.get(f"/audit/log.csv?target={sent[1]}&action=entity.read")
    lines = list(csv.DictReader(io.StringIO(given.text.lstrip("\ufeff"))))
    assert tuple(lines[0]) == audits.COLUMNS
    assert [line["name"] for line in lines] == ["officer", "protection"]
    assert all(line["details"] == '{"purpose": "follow_up"}' and len(line["hash"]) == 64 for line in lines)
    assert "Journal téléchargé" in guard.get("/audit?action=audit.export")
    sign_in(app, "officer").get("/audit/log.csv", 403)


def test_a_page_is_shown_when_the_log_cannot_be_written(
    app: Any, sent: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = sign_in(app, "officer")

    def refuse(*_: Any) -> None:
        raise OperationalError("insert", {}, Exception("disk is full"))

    monkeypatch.setattr(audits, "note_reading", refuse)
    with capture_logs() as logs:
        assert sent[1] in officer.get(f"/women/{sent[1]}")
    told = [line for line in logs if line["event"] == "reading_not_noted"]
    assert [(line["action"], line["targets"], line["purpose"]) for line in told] == [("entity.read", [sent[1]], "follow_up")]


def actor_of(user: User) -> Actor:
    return Actor(kind="user", id=user.id, name=user.name, role=user.role)
