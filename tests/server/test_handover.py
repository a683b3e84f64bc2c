"""Hand-over files: carried by a colleague, imported by the command; once, credited to who wrote them, whatever happens."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from server.auth import COMMAND
from server.database import db
from server.models import Audit, Blob, Device, Quarantined, Submission, SubmissionAttachment
from server.services import actors, keys, quarantine
from tests.builders import registration
from tests.sealed import seal_item, write_handover

BOTH_DATABASES = True
URL = "/v1/projects/1/sync/handover"
PHOTO = b"\xff\xd8\xff" + bytes(range(256)) * 40
SHA256 = hashlib.sha256(PHOTO).hexdigest()


@pytest.fixture
def public(app: Flask) -> dict[str, str]:
    found = keys.find_public_key(1)
    assert found is not None
    return found


@pytest.fixture
def amina(make_phone: Any) -> Any:
    return make_phone("Amina")


@pytest.fixture
def houria(make_phone: Any) -> Any:
    return make_phone("Houria", ("3115",))


def items_of(phone: Any, public: dict[str, str], number: int = 3) -> list[dict[str, Any]]:
    """Some registrations of a phone, sealed; the first names a photograph."""
    items = []
    for n in range(number):
        xml, instance_id, _ = registration(photo="p.jpg" if n == 0 else "")
        named = [{"name": "p.jpg", "sha256": SHA256, "size": len(PHOTO), "contentType": "image/jpeg"}] if n == 0 else []
        items.append(seal_item(public, phone.item(xml, instance_id, attachments=named)))
    return items


def deliver(client: FlaskClient, carrier: Any, body: bytes, status: int = 200, **headers: str) -> Any:
    answer = client.post(URL, data=body, headers={**carrier.headers, **headers})
    assert answer.status_code == status, answer.text
    return answer.json


def stored() -> int:
    return db.session.scalar(select(func.count()).select_from(Submission)) or 0


def test_a_colleague_delivers_and_it_is_credited_to_who_wrote_it(
    client: FlaskClient, amina: Any, houria: Any, public: dict[str, str]
) -> None:
    items = items_of(amina, public)
    answer = deliver(client, houria, write_handover(amina, items, [(SHA256, PHOTO)], public=public))
    assert [r["status"] for r in answer["results"]] == ["accepted"] * 3
    assert set(answer["results"][0]) == {"instanceId", "status", "code"}  # the carrier is told nothing of the content
    assert (answer["photos"], answer["damaged"], answer["absent"], answer["attachmentsWanted"]) == (1, 0, 0, [])
    assert (answer["sender"]["name"], answer["sender"]["count"], answer["sender"]["deviceId"]) == ("Amina", 3, amina.device_id)
    rows = db.session.scalars(select(Submission)).all()
    assert {(r.app_user_id, r.device_id) for r in rows} == {(amina.app_user_id, amina.device_id)}
    assert {r.seq for r in rows} == {1, 2, 3}
    assert not any(r.outside_scope for r in rows)  # her scopes decide, not the carrier's
    assert {r.at.isoformat()[:16] for r in rows} == {"2026-11-20T09:01"}  # her time, with her clock's offset
    assert db.session.get(SubmissionAttachment, (1, items[0]["instanceId"], "p.jpg")).present
    assert db.session.get(Blob, (1, SHA256)).size == len(PHOTO)
    noted = db.session.scalars(select(Audit).where(Audit.action == "handover.import")).one()
    assert (noted.actor, noted.details["app_user"]) == (f"app_user:{houria.app_user_id}", amina.app_user_id)


def test_twice_in_parts_and_directly_makes_no_difference(
    client: FlaskClient, app: Flask, amina: Any, houria: Any, public: dict[str, str], tmp_path: Path
) -> None:
    items = items_of(amina, public, 4)
    body = write_handover(amina, items, [(SHA256, PHOTO)], public=public)
    head, signature, *lines = body.splitlines(keepends=True)
    first = deliver(client, houria, head + signature + lines[1])
    assert ([r["status"] for r in first["results"]], first["absent"]) == (["accepted"], 4)
    direct = amina.push(items[2])
    assert (direct["results"][0]["status"], direct["missing"]) == ("accepted", [1])
    part = deliver(client, houria, head + signature + lines[3] + lines[0])
    assert part["attachmentsWanted"] == [SHA256]
    before = amina.women()
    whole = deliver(client, houria, body)
    assert [r["status"] for r in whole["results"]] == ["duplicate"] * 4
    assert whole["attachmentsWanted"] == []
    path = tmp_path / "relais.txt"
    path.write_bytes(body)
    done = app.test_cli_runner().invoke(args=["import-batch", str(path), "--json"])
    assert done.exit_code == 0, done.output
    assert [r["status"] for r in json.loads(done.output)["results"]] == ["duplicate"] * 4
    again = amina.push(*items)
    assert ([r["status"] for r in again["results"]], again["missing"], again["attachmentsWanted"]) == (["duplicate"] * 4, [], [])
    assert (stored(), amina.women()) == (4, before)


def test_the_phone_that_wrote_it_was_not_heard_of(client: FlaskClient, amina: Any, houria: Any, public: dict[str, str]) -> None:
    amina.push()
    key = (1, amina.app_user_id, amina.device_id)
    before = db.session.get(Device, key)
    seen, offset = before.last_seen_at, before.clock_offset_s
    deliver(client, houria, write_handover(amina, items_of(amina, public), public=public))
    after = db.session.get(Device, key, populate_existing=True)
    assert (after.last_seen_at, after.clock_offset_s, after.max_seq) == (seen, offset, 3)


def test_a_revoked_agents_file_goes_to_quarantine(client: FlaskClient, amina: Any, houria: Any, public: dict[str, str]) -> None:
    body = write_handover(amina, items_of(amina, public), [(SHA256, PHOTO)], public=public)
    actors.revoke_app_user(1, amina.app_user_id, COMMAND)
    answer = deliver(client, houria, body)
    assert answer["sender"]["revoked"] is True
    assert {(r["status"], r["code"]) for r in answer["results"]} == {("quarantined", "403.50")}
    assert (stored(), answer["photos"]) == (0, 1)
    for row in db.session.scalars(select(Quarantined)).all():
        quarantine.release_item(1, row.content_sha256, COMMAND)
    assert db.session.scalar(select(SubmissionAttachment.present)) is True


def test_a_revoked_carrier_may_deliver(client: FlaskClient, amina: Any, houria: Any, public: dict[str, str]) -> None:
    actors.revoke_app_user(1, houria.app_user_id, COMMAND)
    answer = deliver(client, houria, write_handover(amina, items_of(amina, public), public=public))
    assert {r["status"] for r in answer["results"]} == {"accepted"}


def change(body: bytes, number: int, new: bytes) -> bytes:
    lines = body.splitlines(keepends=True)
    lines[number] = new
    return b"".join(lines)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda body: b"\n", "400.1"),
        (lambda body: b"PK\x03\x04 a zip", "400.1"),
        (lambda body: b"{}", "400.1"),
        (lambda body: b"[" * 100_000, "400.1"),
        (lambda body: b"\0" * (3 * 2**20), "400.1"),
        (lambda body: body[: body.index(b"\n") // 2], "400.1"),
        (lambda body: body[: body.index(b"\n")], "400.1"),
        (lambda body: change(body, 1, b'{"signature": 5}\n'), "400.1"),
        (lambda body: change(body, 1, b'{"signature": "\\ud800"}\n'), "422.53"),
        (lambda body: body.replace(b'"version": 1', b'"version": 2', 1), "400.1"),
        (lambda body: body.replace(b"17:00", b"18:00", 1), "422.53"),
        (lambda body: body.replace(b'"project": {"id": 1', b'"project": {"id": 2', 1), "422.53"),
    ],
)
def test_what_is_no_genuine_file_is_told_so_and_stores_nothing(
    client: FlaskClient, app: Flask, amina: Any, houria: Any, public: dict[str, str], tmp_path: Path, spoil: Any, code: str
) -> None:
    spoilt = spoil(write_handover(amina, items_of(amina, public), [(SHA256, PHOTO)], public=public))
    assert deliver(client, houria, spoilt, int(code[:3]))["code"] == code
    path = tmp_path / "relais.txt"
    path.write_bytes(spoilt)
    done = app.test_cli_runner().invoke(args=["import-batch", str(path), "--json"])
    assert (done.exit_code, json.loads(done.stdout)["error"]["code"]) == (1, code)
    assert (stored(), db.session.scalars(select(Quarantined)).all(), db.session.get(Blob, (1, SHA256))) == (0, [], None)


@pytest.mark.parametrize(
    "head",
    [
        {"appUser": {"id": 999, "name": "x"}},
        {"appUser": None},
        {"appUser": {"id": 10**30}},
        {"appUser": {"id": True}},
        {"deviceId": None, "appUser": {"id": -1}},
        {"project": 7},
        {"entries": "x"},
        {"entries": ["0" * 64] * 20_001},
    ],
)
def test_a_head_that_names_nobody_is_refused(client: FlaskClient, amina: Any, houria: Any, public: dict[str, str], head: Any) -> None:
    answer = client.post(URL, data=write_handover(amina, items_of(amina, public, 1), public=public, **head), headers=houria.headers)
    assert answer.json["code"] in ("400.1", "422.53")
    assert stored() == 0


@pytest.mark.parametrize(
    "head",
    [
        {"deviceId": "a\0b"},
        {"writtenAt": "\ud800"},
        {"writtenAt": None, "clockOffsetMs": "x", "count": [], "size": -1},
        {"clockOffsetMs": 1e300},
        {"clockOffsetMs": 10**400},
        {"entries": [5, None]},
    ],
)
def test_an_absurd_head_that_is_signed_harms_nothing(client: FlaskClient, amina: Any, houria: Any, public: dict[str, str], head: Any) -> None:
    answer = client.post(URL, data=write_handover(amina, items_of(amina, public, 1), public=public, **head), headers=houria.headers)
    assert answer.status_code in (200, 422)


def test_a_file_signed_by_another_agent_is_refused(client: FlaskClient, amina: Any, houria: Any, public: dict[str, str]) -> None:
    body = write_handover(amina, items_of(amina, public), public=public, token=houria.token)
    assert deliver(client, houria, body, 422)["code"] == "422.53"


def test_an_enrolled_phone_signs_with_its_own_token_only(client: FlaskClient, houria: Any, make_phone: Any, public: dict[str, str]) -> None:
    made = actors.create_app_user(1, "Samia", ["3112"], COMMAND)
    own = str(uuid4())
    token = client.post("/v1/enrol", json={"code": made.code, "deviceId": own}).json["token"]
    samia = type(houria)(client, token, made.id, own)
    other = type(houria)(client, token, made.id, "another phone")
    assert deliver(client, houria, write_handover(other, items_of(other, public, 1), public=public), 422)["code"] == "422.53"
    assert deliver(client, houria, write_handover(samia, items_of(samia, public, 1), public=public))["results"][0]["status"] == "accepted"


@pytest.mark.parametrize("by_editor", [False, True])
def test_what_is_whole_of_a_damaged_file_counts(
    client: FlaskClient, amina: Any, houria: Any, public: dict[str, str], by_editor: bool
) -> None:
    body = write_handover(amina, items_of(amina, public, 4), [(SHA256, PHOTO)], public=public)
    lines = body.splitlines(keepends=True)
    lines[3] = lines[3].replace(b'"seq"', b'"sea"')  # changed
    lines[5] = b"\n" + lines[4] + lines[5][: len(lines[5]) // 2] + b"\n"  # the fourth item cut, the third twice
    spoilt = b"".join(lines)
    if by_editor:
        spoilt = b"\xef\xbb\xbf" + spoilt.replace(b"\n", b"\r\n")
    answer = deliver(client, houria, spoilt)
    assert [r["status"] for r in answer["results"]] == ["accepted", "accepted"]
    assert (answer["damaged"], answer["absent"], answer["photos"]) == (3, 2, 1)
    assert amina.push()["missing"] == [2]
    whole = deliver(client, houria, body)
    assert sorted(r["status"] for r in whole["results"]) == ["accepted", "accepted", "duplicate", "duplicate"]


def test_a_file_cut_at_any_byte_loses_only_what_comes_after(client: FlaskClient, amina: Any, houria: Any, public: dict[str, str]) -> None:
    body = write_handover(amina, items_of(amina, public, 3), public=public)
    ends = [i for i, byte in enumerate(body) if byte == 10]
    counted = 0
    for cut in (ends[1], ends[1] + 5, ends[2] - 1, ends[2], ends[3] + 1, len(body) - 2, len(body)):
        answer = deliver(client, houria, body[:cut])
        whole = sum(end <= cut for end in ends[2:])
        assert (len(answer["results"]), answer["absent"]) == (whole, 3 - whole), cut
        assert stored() == max(counted, whole)
        counted = stored()


def test_items_inside_that_do_not_open_are_set_aside_and_photographs_named(
    client: FlaskClient, amina: Any, houria: Any, public: dict[str, str]
) -> None:
    first, second = items_of(amina, public, 2)
    swapped = {**first, "sealed": second["sealed"]}
    other = hashlib.sha256(b"other").hexdigest()
    body = write_handover(amina, [swapped, second, {"xml": 5}], [(other, PHOTO), ("x" * 64, PHOTO), (SHA256, PHOTO)], public=public)
    answer = deliver(client, houria, body)
    assert [(r["status"], r["code"]) for r in answer["results"]] == [("quarantined", "422.52"), ("accepted", None), ("quarantined", "422.50")]
    assert ([p["code"] for p in answer["refused"]], answer["photos"]) == (["460.1", "460.1"], 1)


def test_too_large_or_packed_bodies_are_refused_before_they_are_read(client: FlaskClient, houria: Any) -> None:
    answer = client.post(URL, data=b"x", headers=houria.headers, environ_overrides={"CONTENT_LENGTH": str(10**10)})
    assert answer.json["code"] == "413.1"
    assert deliver(client, houria, b"x", 415, **{"Content-Encoding": "gzip"})["code"] == "415.1"


def test_items_that_inflate_to_much_are_taken_few_at_a_time(client: FlaskClient, amina: Any, houria: Any, public: dict[str, str]) -> None:
    items = []
    for _ in range(5):
        xml, instance_id, _woman = registration(localite="x" * (7 * 2**20))
        items.append(seal_item(public, amina.item(xml, instance_id)))
    answer = deliver(client, houria, write_handover(amina, items, public=public))
    assert [r["status"] for r in answer["results"]] == ["accepted"] * 5
