"""What was set aside is tried again or released: as it was sent, by whom it was sent, when it was sent."""

from __future__ import annotations

import hashlib
import io
import re
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.auth import COMMAND, Actor
from server.database import db
from server.errors import Problem
from server.models import (
    Audit,
    ConflictEntry,
    Entity,
    EntityActionRow,
    EntityVersion,
    Quarantined,
    Submission,
    SubmissionAttachment,
    User,
)
from server.services import actors, entities, quarantine
from server.services.exports import build_programme
from server.services.forms import FormFile, publish_forms
from server.services.submissions import count_quarantine, list_quarantine
from tests.builders import registration, visit

BOTH_DATABASES = True

CHICKS = """
| survey   |           |         |       |         |
|          | type      | name    | label | save_to |
|          | text      | tag     | Tag   | tag     |
|          | integer   | eggs    | Eggs  | eggs    |
|          | image     | photo   | Photo |         |
|          | end       | end     |       |         |
| entities |           |         |       |         |
|          | list_name | label   |       |         |
|          | chicks    | ${tag}  |       |         |
| settings |           |         |       |         |
|          | form_id   | version |       |         |
|          | chick     | 7       |       |         |
"""


def chick(eggs: str = "3", *, hen: str | None = None, photo: str = "", **meta: str) -> tuple[str, str, str]:
    """A filled form that nobody knows until ``CHICKS`` is published: (xml, instanceID, the entity's id)."""
    hen, instance_id = hen or str(uuid4()), meta.get("instance_id") or f"uuid:{uuid4()}"
    deprecated = f"<deprecatedID>{meta['deprecated_id']}</deprecatedID>" if "deprecated_id" in meta else ""
    xml = (
        f"<data id='chick' version='7'><tag>Fatna</tag><eggs>{eggs}</eggs><photo>{photo}</photo>"
        f"<end>2026-11-19T10:00:00.000+01:00</end><meta><instanceID>{instance_id}</instanceID>{deprecated}"
        f"<entity dataset='chicks' id='{hen}' create='1'><label>Fatna</label></entity></meta></data>"
    )
    return xml, instance_id, hen


def publish_chicks() -> None:
    publish_forms(1, [FormFile("chicks.md", CHICKS.encode())], COMMAND)


@pytest.fixture
def officer(app: Flask) -> Actor:
    user = db.session.scalars(select(User).where(User.email == "officer@example.dz")).one()
    return Actor(kind="user", id=user.id, name="officer", role="officer")


def aside() -> list[Quarantined]:
    db.session.expire_all()
    return [row for row, _agent in reversed(list_quarantine(1))]


def only() -> str:
    (row,) = aside()
    return row.content_sha256


# An unknown form that is published later


def test_retry_applies_what_waited_for_its_form(phone: Any, officer: Actor) -> None:
    xml, instance_id, hen = chick()
    item = phone.item(xml, instance_id)
    first = phone.push(item)["results"][0]
    assert (first["status"], first["error"]["code"]) == ("quarantined", "404.6")
    key, before = only(), datetime.now(UTC)
    still = quarantine.retry_item(1, key, officer)
    assert still.problem is not None
    assert (still.problem.code, count_quarantine(1)) == ("404.6", 1)
    publish_chicks()
    assert quarantine.retry_item(1, key, officer) == quarantine.Outcome(instance_id, None)
    assert count_quarantine(1) == 0
    submission = db.session.get(Submission, (1, instance_id))
    row = db.session.get(Quarantined, (1, key))
    assert submission.xml == xml.encode() == row.content
    assert (submission.app_user_id, submission.device_id, submission.seq) == (phone.app_user_id, phone.device_id, 1)
    assert submission.received_at == row.received_at < before < row.released_at
    assert submission.at < submission.received_at
    action = db.session.scalars(select(EntityActionRow).where(EntityActionRow.named_id == hen)).one()
    assert (action.author, action.device, action.at) == (f"app_user:{phone.app_user_id}", phone.device_id, submission.at)
    again = phone.push(item)
    assert again["results"][0] == {
        "instanceId": instance_id,
        "status": "duplicate",
        "entities": [{"id": hen, "version": 1, "conflicts": []}],
    }
    assert again["missing"] == []
    assert db.session.get(Entity, (1, hen)).version == 1


def test_the_numbers_of_what_is_aside_or_released_are_not_missed(phone: Any, officer: Actor) -> None:
    items = [phone.item(*chick()[:2]) for _ in range(4)]
    assert phone.push(items[0], items[3])["missing"] == [2, 3]
    publish_chicks()
    quarantine.retry_all(1, officer)
    assert phone.push()["missing"] == [2, 3]
    assert phone.push(items[1])["missing"] == [3]


def test_retry_all_applies_each_item_alone_and_in_order(phone: Any, officer: Actor) -> None:
    good, good_id, hen = chick()
    phone.push(phone.item(good, good_id), {"instanceId": "uuid:1", "xml": "<broken"}, "words", None)
    phone.push(phone.item(*chick(instance_id=good_id, hen=hen, eggs="9")[:2]))
    assert [row.code for row in aside() if row.instance_id == good_id] == ["404.6", "409.1"]
    publish_chicks()
    outcomes = quarantine.retry_all(1, officer)
    assert sorted(o.problem.code for o in outcomes if o.problem) in (["400.1", "400.1", "400.1", "409.1"],)
    assert [o.instance_id for o in outcomes if o.problem is None] == [good_id]
    assert db.session.get(Submission, (1, good_id)).xml == good.encode()
    assert count_quarantine(1) == 4
    assert {row.code for row in aside()} == {"400.1", "409.1", "422.50"}


def test_a_variant_waits_for_the_first_even_when_it_is_tried_before(phone: Any, officer: Actor) -> None:
    first, instance_id, hen = chick()
    phone.push(phone.item(first, instance_id))
    phone.push(phone.item(*chick(instance_id=instance_id, hen=hen, eggs="9")[:2]))
    publish_chicks()
    one, two = aside()
    assert quarantine.retry_item(1, two.content_sha256, officer).problem.code == "409.1"
    assert quarantine.retry_item(1, one.content_sha256, officer).problem is None
    assert quarantine.retry_item(1, two.content_sha256, officer).problem.code == "409.1"
    assert db.session.get(Submission, (1, instance_id)).xml == first.encode()


def test_trying_or_releasing_twice_changes_nothing_more(phone: Any, officer: Actor) -> None:
    xml, instance_id, hen = chick()
    phone.push(phone.item(xml, instance_id))
    key = only()
    publish_chicks()
    done = quarantine.retry_item(1, key, officer)
    assert quarantine.retry_item(1, key, officer) == quarantine.release_item(1, key, officer) == done
    assert db.session.get(Entity, (1, hen)).version == 1
    assert len(db.session.scalars(select(Audit).where(Audit.action.like("quarantine.%"))).all()) == 1


def test_what_arrived_another_way_meanwhile_is_not_applied_twice(phone: Any, make_phone: Any, officer: Actor) -> None:
    xml, instance_id, hen = chick()
    actors.revoke_app_user(1, phone.app_user_id, COMMAND)
    phone.push(phone.item(xml, instance_id))
    publish_chicks()
    key = only()
    assert quarantine.retry_item(1, key, officer).problem.code == "403.50"
    other = make_phone("Other")
    assert other.push(other.item(xml, instance_id))["results"][0]["status"] == "quarantined"  # the first has the id
    assert quarantine.release_item(1, key, officer).instance_id == instance_id
    assert db.session.get(Entity, (1, hen)).version == 1


# A revoked phone


def test_release_takes_a_revoked_phones_work_in_its_agents_name(phone: Any, officer: Actor) -> None:
    xml, first_id, woman = registration()
    phone.push(phone.item(xml, first_id))
    actors.revoke_app_user(1, phone.app_user_id, COMMAND)
    answers, instance_id = visit(woman, base=1, localite="Autre")
    item = phone.item(answers, instance_id, finalizedAt="2026-11-23T16:00:00.000Z")
    assert phone.push(item)["results"][0]["error"]["code"] == "403.50"
    key = only()
    assert quarantine.retry_item(1, key, officer).problem.code == "403.50"
    assert quarantine.release_item(1, key, officer) == quarantine.Outcome(instance_id, None)
    entity = db.session.get(Entity, (1, woman), populate_existing=True)
    assert (entity.version, entity.data["localite"]) == (2, "Autre")
    action = db.session.scalars(select(EntityActionRow).where(EntityActionRow.instance_id == instance_id)).one()
    assert (action.author, action.base, action.literal) == (f"app_user:{phone.app_user_id}", 1, False)
    again = phone.push(item)
    assert (again["results"][0]["status"], again["device"]) == ("duplicate", "revoked")
    noted = db.session.scalars(select(Audit).where(Audit.action == "quarantine.release")).one()
    assert (noted.actor, noted.target, noted.details) == (officer.label, instance_id, {"applied": True, "code": "403.50"})


def test_release_uses_the_base_as_it_was_sent(phone: Any, make_phone: Any, officer: Actor) -> None:
    """Somebody changed the record while the item lay aside: its author had not seen that, so both stand."""
    xml, first_id, woman = registration()
    phone.push(phone.item(xml, first_id))
    late, late_id = visit(woman, base=1, nom_fr="Aside")
    actors.revoke_app_user(1, phone.app_user_id, COMMAND)
    phone.push(phone.item(late, late_id))
    other = make_phone("Other")
    other.push(other.item(*visit(woman, base=1, nom_fr="Meanwhile")))
    quarantine.release_item(1, only(), officer)
    entity = db.session.get(Entity, (1, woman), populate_existing=True)
    assert "nom_fr" in entity.open
    listed = db.session.get(ConflictEntry, (1, woman, "nom_fr"))
    assert {c["value"] for c in listed.candidates} == {"Aside", "Meanwhile"}
    assert entities.rebuild_entities(1)[1] == 0


def test_phones_receive_what_was_released(phone: Any, make_phone: Any, officer: Actor) -> None:
    reader = make_phone("Reader")
    cursor = {s: page["cursor"] for s, page in reader.pull()["scopes"].items()}
    actors.revoke_app_user(1, phone.app_user_id, COMMAND)
    xml, instance_id, woman = registration()
    phone.push(phone.item(xml, instance_id))
    assert reader.pull(scopes=cursor)["scopes"]["3112"]["upserts"] == []
    quarantine.release_item(1, only(), officer)
    assert [u["id"] for u in reader.pull(scopes=cursor)["scopes"]["3112"]["upserts"]] == [woman]


# The same id with other content


def test_release_makes_a_variant_a_submission_of_its_own(phone: Any, officer: Actor) -> None:
    xml, instance_id, woman = registration()
    phone.push(phone.item(xml, instance_id))
    other, _, _ = registration(woman, instance_id=instance_id, nom_fr="Autre")
    item = phone.item(other, instance_id)
    phone.push(item)
    outcome = quarantine.release_item(1, only(), officer)
    assert outcome.instance_id == f"{instance_id}~{hashlib.sha256(other.encode()).hexdigest()[:12]}"
    rows = {s.instance_id: s for s in db.session.scalars(select(Submission)).all()}
    assert rows[instance_id].xml == xml.encode()
    variant = rows[outcome.instance_id]
    assert (variant.xml, variant.root_id, variant.superseded) == (other.encode(), outcome.instance_id, False)
    entity = db.session.get(Entity, (1, woman), populate_existing=True)
    assert (entity.version, "nom_fr" in entity.open) == (2, True)
    result = phone.push(item)["results"][0]
    assert (result["instanceId"], result["status"], result["entities"][0]["version"]) == (instance_id, "duplicate", 2)
    assert phone.push(phone.item(xml, instance_id))["results"][0]["entities"][0]["version"] == 1
    assert count_quarantine(1) == 0
    keys = [s.key for s in build_programme(1, officer, datetime.now(UTC)).submissions("cam_a_inscription")]
    assert sorted(keys) == sorted(rows)


def test_release_of_a_variant_leaves_the_id_to_the_first_that_is_aside(phone: Any, officer: Actor) -> None:
    first, instance_id, hen = chick()
    phone.push(phone.item(first, instance_id))
    phone.push(phone.item(*chick(instance_id=instance_id, hen=hen, eggs="9")[:2]))
    publish_chicks()
    one, two = aside()
    assert quarantine.release_item(1, two.content_sha256, officer).instance_id.startswith(f"{instance_id}~")
    assert quarantine.retry_item(1, one.content_sha256, officer).instance_id == instance_id
    assert db.session.get(Entity, (1, hen), populate_existing=True).version == 2


def test_release_of_a_very_long_id_keeps_within_the_column(phone: Any, officer: Actor) -> None:
    publish_chicks()
    instance_id = "uuid:" + "a" * 240
    for eggs in ("1", "2", "3"):
        phone.push(phone.item(*chick(eggs, instance_id=instance_id)[:2]))
    for row in aside():
        assert len(quarantine.release_item(1, row.content_sha256, officer).instance_id) <= 255
    assert len(db.session.scalars(select(Submission)).all()) == 3


def test_release_of_an_id_that_is_not_the_xmls_stands_under_the_xmls(phone: Any, officer: Actor) -> None:
    publish_chicks()
    xml, instance_id, hen = chick()
    item = phone.item(xml, "uuid:other")
    assert phone.push(item)["results"][0]["error"]["code"] == "422.50"
    assert quarantine.retry_item(1, only(), officer).problem.code == "422.50"
    assert quarantine.release_item(1, only(), officer).instance_id == instance_id
    result = phone.push(item)["results"][0]
    assert (result["instanceId"], result["status"], result["entities"][0]["id"]) == ("uuid:other", "duplicate", hen)


def test_release_of_an_edit_of_itself_is_no_edit(phone: Any, officer: Actor) -> None:
    publish_chicks()
    instance_id = f"uuid:{uuid4()}"
    xml, _, hen = chick(instance_id=instance_id, deprecated_id=instance_id)
    phone.push(phone.item(xml, instance_id))
    assert quarantine.release_item(1, only(), officer).instance_id == instance_id
    submission = db.session.get(Submission, (1, instance_id))
    assert (submission.deprecated_id, submission.superseded) == (None, False)
    assert db.session.get(Entity, (1, hen)).version == 1


def test_an_edit_that_was_aside_finds_its_original(phone: Any, officer: Actor) -> None:
    publish_chicks()
    xml, original, hen = chick("3")
    phone.push(phone.item(xml, original))
    actors.revoke_app_user(1, phone.app_user_id, COMMAND)
    phone.push(phone.item(*chick("5", hen=hen, deprecated_id=original)[:2]))
    quarantine.release_item(1, only(), officer)
    assert db.session.get(Submission, (1, original), populate_existing=True).superseded
    entity = db.session.get(Entity, (1, hen), populate_existing=True)
    assert (entity.data["eggs"], entity.open) == ("5", [])


# What cannot be released


@pytest.mark.parametrize(
    ("item", "codes"),
    [
        ({"instanceId": "uuid:1", "xml": "<broken"}, {"400.1"}),
        ({"instanceId": "uuid:2", "xml": "<data id='x'/>"}, {"422.50"}),
        ({"instanceId": "uuid:3", "sealed": "bm90IHNlYWxlZA=="}, {"422.51"}),
        ("words", {"400.1", "422.50"}),
        (None, {"400.1", "422.50"}),
        ({"xml": chick()[0]}, {"404.6"}),
        ({"xml": 5, "attachments": "x" * 200_000}, {"400.1", "422.50"}),
    ],
)
def test_release_refuses_what_it_cannot_read_and_keeps_it(phone: Any, officer: Actor, item: Any, codes: set[str]) -> None:
    phone.push(item)
    (before,) = aside()
    kept = (before.content, before.item, before.code, before.message)
    with pytest.raises(Problem) as refused:
        quarantine.release_item(1, before.content_sha256, officer)
    assert refused.value.code in codes
    assert quarantine.retry_item(1, before.content_sha256, officer).problem is not None
    (after,) = aside()
    assert (after.content, after.item, after.code, after.message, after.released_at) == (*kept, None)
    assert db.session.scalars(select(Submission)).all() == []


def test_an_unknown_item_is_not_found(officer: Actor) -> None:
    for act in (quarantine.retry_item, quarantine.release_item):
        with pytest.raises(Problem) as refused:
            act(1, "0" * 64, officer)
        assert refused.value.code == "404.1"


def test_a_failure_while_it_is_applied_leaves_it_aside(phone: Any, officer: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    phone.push(phone.item(*chick()[:2]))
    publish_chicks()

    def fail(*_arguments: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("server.services.quarantine.accept_item", fail)
    with pytest.raises(OSError, match="disk full"):
        quarantine.retry_item(1, only(), officer)
    monkeypatch.undo()
    assert quarantine.retry_item(1, only(), officer).problem is None


# Photographs


def test_photos_of_a_released_item_are_there(phone: Any, client: FlaskClient, officer: Actor) -> None:
    """They came by OpenRosa, in two posts, while the form was unknown."""
    xml, instance_id, _ = chick(photo="p.jpg")
    for name, data in (("p.jpg", b"photo"), ("audit.csv", b"event")):
        sent = client.post(
            f"/v1/key/{phone.token}/projects/1/submission?deviceID=collect:a",
            data={"xml_submission_file": (io.BytesIO(xml.encode()), "s.xml"), name: (io.BytesIO(data), name)},
        )
        assert sent.status_code == 201
    publish_chicks()
    assert quarantine.retry_item(1, only(), officer).instance_id == instance_id
    rows = db.session.scalars(select(SubmissionAttachment).order_by(SubmissionAttachment.name)).all()
    assert [(r.name, r.sha256, r.present) for r in rows] == [
        ("audit.csv", hashlib.sha256(b"event").hexdigest(), True),
        ("p.jpg", hashlib.sha256(b"photo").hexdigest(), True),
    ]
    submission = db.session.get(Submission, (1, instance_id))
    assert submission.device_id == "collect:a"
    assert submission.at == datetime(2026, 11, 19, 9, tzinfo=UTC)
    action = db.session.scalars(select(EntityActionRow).where(EntityActionRow.instance_id == instance_id)).one()
    assert action.literal


def test_every_action_has_one_version_after_releases(phone: Any, officer: Actor) -> None:
    for _ in range(3):
        phone.push(phone.item(*chick()[:2]))
    publish_chicks()
    quarantine.retry_all(1, officer)
    actions = set(db.session.scalars(select(EntityActionRow.id).where(EntityActionRow.list == "chicks")).all())
    versions = db.session.scalars(select(EntityVersion.action_id)).all()
    assert len(actions) == 3
    assert actions <= set(versions)


# The officers' pages


@pytest.fixture
def desk(app: Flask, as_role: Any) -> Any:
    app.config["WTF_CSRF_ENABLED"] = False

    def sign(role: str = "officer", language: str = "fr") -> FlaskClient:
        signed: FlaskClient = as_role(role)
        signed.environ_base["HTTP_ACCEPT"] = "text/html"
        signed.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
        with signed.session_transaction() as session:
            session["language"] = language
        return signed

    return sign


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_an_officer_releases_on_the_page_after_a_question(phone: Any, desk: Any, language: str) -> None:
    xml, instance_id, woman = registration()
    actors.revoke_app_user(1, phone.app_user_id, COMMAND)
    phone.push(phone.item(xml, instance_id))
    officer, key = desk(language=language), only()
    page = officer.get(f"/quarantine/{key}").text
    assert 'class="btn btn-primary" href="/quarantine/' in page
    assert f'href="/quarantine/{key}/release"' in page
    question = officer.get(f"/quarantine/{key}/release")
    assert question.status_code == 200
    assert instance_id in question.text
    assert f'action="/quarantine/{key}/release"' in question.text
    assert f'href="/quarantine/{key}"' in question.text
    assert count_quarantine(1) == 1
    done = officer.post(f"/quarantine/{key}/release", follow_redirects=True)
    assert done.status_code == 200
    assert re.search(r'class="notice good" role="status"', done.text)
    assert count_quarantine(1) == 0
    assert woman in phone_of(phone)
    released = officer.get(f"/quarantine/{key}").text
    assert f'href="/quarantine/{key}/release"' not in released
    assert f'action="/quarantine/{key}"' not in released
    assert officer.get(f"/quarantine/{key}/release").status_code == 404


def phone_of(phone: Any) -> set[str]:
    return set(db.session.scalars(select(Entity.id).where(Entity.list == "artisanes")))


def test_an_officer_tries_one_or_all_again_and_is_told_what_stays(phone: Any, desk: Any) -> None:
    xml, instance_id, _ = chick()
    phone.push(phone.item(xml, instance_id), {"instanceId": "uuid:1", "xml": "<broken"})
    officer = desk("administrator")
    key = next(row.content_sha256 for row in aside() if row.code == "404.6")
    page = officer.get(f"/quarantine/{key}").text
    assert f'action="/quarantine/{key}"' in page
    assert f"/quarantine/{key}/release" not in page
    stays = officer.post(f"/quarantine/{key}", follow_redirects=True)
    assert 'class="notice warn" role="status"' in stays.text
    assert "chick" in stays.text
    assert officer.post(f"/quarantine/{key}/release", follow_redirects=True).status_code == 200
    assert count_quarantine(1) == 2
    publish_chicks()
    assert 'action="/quarantine"' in officer.get("/quarantine").text
    told = officer.post("/quarantine", follow_redirects=True)
    assert "Pris en compte : 1. Encore de côté : 1." in told.text
    assert db.session.get(Submission, (1, instance_id)) is not None


def test_a_viewer_sees_no_button_and_may_not_release(phone: Any, desk: Any) -> None:
    phone.push(phone.item(*chick()[:2]))
    viewer, key = desk("viewer"), only()
    assert 'action="/quarantine"' not in viewer.get("/quarantine").text
    for url in ("/quarantine", f"/quarantine/{key}", f"/quarantine/{key}/release"):
        assert viewer.post(url).status_code == 403
    assert count_quarantine(1) == 1


def test_releasing_needs_the_pages_own_token(app: Flask, phone: Any, desk: Any) -> None:
    phone.push(phone.item(*chick()[:2]))
    officer, key = desk(), only()
    app.config["WTF_CSRF_ENABLED"] = True
    assert officer.post(f"/quarantine/{key}/release").status_code == 403
    assert officer.post("/quarantine").status_code == 403
