"""Sealed items and photographs: opened, counted once, kept whole when they cannot be opened."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.auth import COMMAND
from server.database import db
from server.models import Blob, Quarantined, Submission, SubmissionAttachment
from server.services import actors, keys, quarantine
from sync.sealing import name_key, to_point
from tests.builders import registration
from tests.sealed import seal_file, seal_item, seal_text

BOTH_DATABASES = True


@pytest.fixture
def public(app: Flask) -> dict[str, str]:
    found = keys.find_public_key(1)
    assert found is not None
    return found


def another_key() -> dict[str, str]:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    return {"keyId": name_key(key), "key": base64.b64encode(to_point(key)).decode()}


def test_a_phone_is_given_the_public_key_at_enrolment_and_in_each_pull(
    client: FlaskClient, phone: Any, public: dict[str, str]
) -> None:
    made = actors.create_app_user(1, "Amina", ["3112"], COMMAND)
    answer = client.post("/v1/enrol", json={"code": made.code, "deviceId": str(uuid4())})
    assert answer.json["project"]["publicKey"] == public
    assert phone.pull()["publicKey"] == public
    actors.revoke_app_user(1, phone.app_user_id, COMMAND)
    assert phone.pull()["publicKey"] == public  # what she still holds can be handed over sealed


def test_private_keys_are_files_that_only_their_owner_reads(app: Flask) -> None:
    files = list(Path(app.config["HIRFA"].keys).rglob("*"))
    assert [stat.S_IMODE(path.stat().st_mode) for path in files if path.is_file()] == [0o600]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files if path.is_dir()} == {0o700}


def test_processes_that_make_the_first_key_at_once_agree(app: Flask, public: dict[str, str]) -> None:
    def make(_number: int) -> str:
        with app.app_context():
            return keys.ensure_key(7)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(make, range(8)))) == 1
    assert keys.find_public_key(7) != public


def test_push_opens_a_sealed_item(phone: Any, public: dict[str, str]) -> None:
    xml, instance_id, woman = registration()
    result = phone.push(seal_item(public, phone.item(xml, instance_id)))["results"][0]
    assert result == {
        "instanceId": instance_id,
        "status": "accepted",
        "entities": [{"id": woman, "version": 1, "conflicts": []}],
    }
    assert db.session.get(Submission, (1, instance_id)).xml == xml.encode()
    assert phone.women()[woman]["data"]["nom_fr"] == "Benali"


@pytest.mark.parametrize("sealed_first", [True, False])
def test_push_takes_the_same_item_clear_and_sealed_for_one(
    phone: Any, public: dict[str, str], sealed_first: bool
) -> None:
    xml, instance_id, woman = registration()
    clear = phone.item(xml, instance_id)
    forms = [seal_item(public, clear), clear, seal_item(public, clear)]
    if not sealed_first:
        forms = forms[1:]
    first, *others = [phone.push(item)["results"][0] for item in forms]
    assert first["status"] == "accepted"
    assert others == [{**first, "status": "duplicate"}] * len(others)
    assert phone.women()[woman]["version"] == 1


def test_push_opens_what_was_sealed_to_a_former_key(app: Flask, phone: Any, public: dict[str, str]) -> None:
    made = app.test_cli_runner().invoke(args=["new-key", "--json"])
    assert json.loads(made.output) == keys.find_public_key(1) != public
    assert phone.pull()["publicKey"]["keyId"] != public["keyId"]
    xml, instance_id, _ = registration()
    assert phone.push(seal_item(public, phone.item(xml, instance_id)))["results"][0]["status"] == "accepted"


def damaged(sealed: str, at: int) -> str:
    data = bytearray(base64.b64decode(sealed))
    data[at] ^= 1
    return base64.b64encode(bytes(data)).decode()


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda item: {**item, "keyId": "0" * 16}, "422.51"),
        (lambda item: {**item, "keyId": None}, "422.51"),
        (lambda item: {**item, "keyId": {"a": 1}}, "422.51"),
        (lambda item: {**item, "sealed": damaged(item["sealed"], 10)}, "422.52"),
        (lambda item: {**item, "sealed": damaged(item["sealed"], -1)}, "422.52"),
        (lambda item: {**item, "sealed": item["sealed"][:40]}, "422.52"),
        (lambda item: {**item, "sealed": ""}, "422.52"),
        (lambda item: {**item, "sealed": "é\ud800 not base64"}, "422.52"),
        (lambda item: {**item, "instanceId": f"uuid:{uuid4()}"}, "422.52"),
        (lambda item: {k: v for k, v in item.items() if k != "instanceId"}, "422.52"),
        (lambda item: {**item, "sealed": ["x"]}, "422.50"),
    ],
)
def test_push_sets_aside_what_it_cannot_open_and_harms_no_other(
    phone: Any, public: dict[str, str], spoil: Any, code: str
) -> None:
    xml, instance_id, woman = registration()
    spoilt = spoil(seal_item(public, phone.item(xml, instance_id)))
    other, other_id, _ = registration()
    for status in ("accepted", "duplicate"):
        bad, good = phone.push(spoilt, seal_item(public, phone.item(other, other_id)))["results"]
        assert (bad["status"], bad["error"]["code"]) == ("quarantined", code)
        assert good["status"] == status
    kept = db.session.scalars(select(Quarantined)).one()
    if isinstance(spoilt["sealed"], str):
        assert kept.content == spoilt["sealed"].encode("utf-8", "surrogatepass")
    assert phone.push(phone.item(xml, instance_id))["results"][0]["status"] == "accepted"  # the whole one still comes
    assert woman in phone.women()


def test_a_sealed_item_opens_by_retry_once_its_key_is_back(app: Flask, phone: Any, public: dict[str, str]) -> None:
    folder = Path(app.config["HIRFA"].keys) / "1"
    (path,) = folder.glob("*.pem")
    pem = path.read_bytes()
    path.unlink()
    keys.make_key(1)
    xml, instance_id, woman = registration()
    sealed = seal_item(public, phone.item(xml, instance_id))
    assert phone.push(sealed)["results"][0]["error"]["code"] == "422.51"
    row = db.session.scalars(select(Quarantined)).one()
    outcome = quarantine.retry_item(1, row.content_sha256, COMMAND)
    assert outcome.problem is not None and outcome.problem.code == "422.51"
    (folder / "0009.pem").write_bytes(pem)
    assert [o.problem for o in quarantine.retry_all(1, COMMAND)] == [None]
    assert db.session.get(Submission, (1, instance_id)).xml == xml.encode()
    assert phone.push(sealed)["results"][0]["status"] == "duplicate"
    assert phone.push(sealed)["missing"] == []
    assert quarantine.retry_all(1, COMMAND) == []
    assert phone.women()[woman]["version"] == 1


def test_a_sealed_item_that_arrived_another_way_meanwhile_leaves_quarantine(
    app: Flask, phone: Any, public: dict[str, str]
) -> None:
    xml, instance_id, woman = registration()
    item = phone.item(xml, instance_id)
    (path,) = (Path(app.config["HIRFA"].keys) / "1").glob("*.pem")
    aside = path.with_suffix(".away")
    path.rename(aside)
    assert phone.push(seal_item(public, item))["results"][0]["status"] == "quarantined"
    assert phone.push(item)["results"][0]["status"] == "accepted"
    aside.rename(path)
    assert [o.problem for o in quarantine.retry_all(1, COMMAND)] == [None]
    assert phone.women()[woman]["version"] == 1


def test_push_sets_aside_a_sealed_item_of_a_revoked_phone_in_clear(phone: Any, public: dict[str, str]) -> None:
    actors.revoke_app_user(1, phone.app_user_id, COMMAND)
    xml, instance_id, woman = registration()
    answer = phone.push(seal_item(public, phone.item(xml, instance_id)))
    assert (answer["results"][0]["error"]["code"], answer["device"]) == ("403.50", "revoked")
    row = db.session.scalars(select(Quarantined)).one()
    assert row.content == xml.encode()
    assert quarantine.release_item(1, row.content_sha256, COMMAND).instance_id == instance_id


def test_push_never_inflates_a_sealed_bomb(phone: Any, public: dict[str, str]) -> None:
    bomb = gzip.compress(b"<" * (40 * 2**20))
    sealed = {
        "seq": 1,
        "instanceId": "uuid:bomb",
        "keyId": public["keyId"],
        "sealed": seal_text(public, "uuid:bomb", bomb, pack=False),
    }
    answer = phone.push(sealed)["results"][0]
    assert (answer["status"], answer["error"]["code"]) == ("quarantined", "422.52")


def test_push_asks_for_less_when_sealed_items_inflate_to_more_than_a_batch_may(
    phone: Any, public: dict[str, str]
) -> None:
    items = []
    for number in range(3):
        xml, instance_id, _ = registration(localite="x" * (7 * 2**20))
        items.append(seal_item(public, {**phone.item(xml, instance_id), "seq": number + 1}))
    answer = phone.push(*items, status=413)
    assert answer["details"]["limit_items"] == 1
    assert db.session.scalars(select(Submission)).all() == []
    for item in items:
        assert phone.push(item)["results"][0]["status"] == "accepted"


def upload(client: FlaskClient, phone: Any, sha256: str, body: bytes, key_id: str, *, pieces: int = 3) -> Any:
    def b64(text: str) -> str:
        return base64.b64encode(text.encode()).decode()

    meta = f"sha256 {b64(sha256)},contentType {b64('image/jpeg')},keyId {b64(key_id)}"
    tus = {**phone.headers, "Tus-Resumable": "1.0.0"}
    made = client.post(
        "/v1/projects/1/attachments", headers={**tus, "Upload-Length": str(len(body)), "Upload-Metadata": meta}
    )
    if made.status_code != 201:
        return made
    step, at = len(body) // pieces + 1, 0
    while at < len(body):
        answer = client.patch(
            made.headers["Location"],
            data=body[at : at + step],
            headers={**tus, "Upload-Offset": str(at), "Content-Type": "application/offset+octet-stream"},
        )
        if answer.status_code != 204:
            return answer
        at = int(answer.headers["Upload-Offset"])
    return answer


def test_a_sealed_photo_is_stored_once_under_the_hash_of_its_clear_bytes(
    client: FlaskClient, phone: Any, public: dict[str, str], as_role: Any
) -> None:
    photo = b"\xff\xd8\xff" + bytes(range(256)) * 40
    sha256 = hashlib.sha256(photo).hexdigest()
    xml, instance_id, _ = registration(photo="p.jpg")
    named = [{"name": "p.jpg", "sha256": sha256, "size": len(photo), "contentType": "image/jpeg"}]
    answer = phone.push(seal_item(public, phone.item(xml, instance_id, attachments=named)))
    assert answer["attachmentsWanted"] == [sha256]
    assert upload(client, phone, sha256, seal_file(public, sha256, photo), public["keyId"]).status_code == 204
    assert upload(client, phone, sha256, seal_file(public, sha256, photo), public["keyId"]).status_code == 204
    blob = db.session.scalars(select(Blob).where(Blob.sha256 == sha256)).one()
    assert (blob.size, db.session.get(SubmissionAttachment, (1, instance_id, "p.jpg")).present) == (len(photo), True)
    url = f"/v1/projects/1/submissions/{instance_id}/attachments/p.jpg"
    with as_role("officer").get(url) as shown:
        assert shown.data == photo


@pytest.mark.parametrize(
    ("key_id", "change", "code"),
    [
        ("0" * 16, lambda sealed: sealed, "422.51"),
        (None, lambda sealed: sealed[:-1] + bytes([sealed[-1] ^ 1]), "460.1"),
        (None, lambda sealed: sealed[:50], "460.1"),
        (None, lambda sealed: b"x", "460.1"),
    ],
)
def test_a_sealed_photo_that_does_not_open_is_refused_and_may_come_again(
    client: FlaskClient, phone: Any, public: dict[str, str], key_id: str | None, change: Any, code: str
) -> None:
    photo = bytes(range(256)) * 40
    sha256 = hashlib.sha256(photo).hexdigest()
    sealed = seal_file(public, sha256, photo)
    answer = upload(client, phone, sha256, change(sealed), key_id or public["keyId"])
    assert answer.json["code"] == code
    assert db.session.get(Blob, (1, sha256)) is None
    assert upload(client, phone, sha256, sealed, public["keyId"]).status_code == 204


def test_a_photo_sealed_as_another_is_refused(client: FlaskClient, phone: Any, public: dict[str, str]) -> None:
    photo = b"one photograph"
    sha256 = hashlib.sha256(photo).hexdigest()
    other = hashlib.sha256(b"another").hexdigest()
    assert upload(client, phone, other, seal_file(public, sha256, photo), public["keyId"]).json["code"] == "460.1"
    # sealed under the announced hash, but of other bytes
    assert upload(client, phone, other, seal_file(public, other, photo), public["keyId"]).json["code"] == "460.1"
    assert db.session.scalars(select(Blob).where(Blob.sha256 == other)).all() == []
