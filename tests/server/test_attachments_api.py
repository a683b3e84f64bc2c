"""Photographs by tus: in pieces, resumed, verified, once."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from server.blobs import blob_store, find_type
from server.database import db
from server.models import Blob, SubmissionAttachment
from tests.builders import registration

BOTH_DATABASES = True
BOTH_STORES = True

URL = "/v1/projects/1/attachments"


def metadata(sha256: str) -> str:
    pairs = {"sha256": sha256, "contentType": "image/jpeg"}
    return ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in pairs.items())


def create(client: FlaskClient, phone: Any, data: bytes, sha256: str | None = None) -> Any:
    return client.post(
        URL,
        headers={
            **phone.headers,
            "Tus-Resumable": "1.0.0",
            "Upload-Length": str(len(data)),
            "Upload-Metadata": metadata(sha256 or hashlib.sha256(data).hexdigest()),
        },
    )


def patch(client: FlaskClient, phone: Any, url: str, offset: int, piece: bytes) -> Any:
    return client.patch(
        url,
        data=piece,
        headers={
            **phone.headers,
            "Tus-Resumable": "1.0.0",
            "Upload-Offset": str(offset),
            "Content-Type": "application/offset+octet-stream",
        },
    )


def offset_of(client: FlaskClient, phone: Any, url: str) -> int:
    answer = client.head(url, headers={**phone.headers, "Tus-Resumable": "1.0.0"})
    assert answer.status_code == 200
    return int(answer.headers["Upload-Offset"])


def test_a_photo_arrives_in_pieces_and_is_present(client: FlaskClient, phone: Any, as_role: Any) -> None:
    photo = b"\xff\xd8\xff" + bytes(range(256)) * 40
    sha256 = hashlib.sha256(photo).hexdigest()
    xml, instance_id, _ = registration(photo="p.jpg")
    announced = [{"name": "p.jpg", "sha256": sha256, "size": len(photo), "contentType": "image/jpeg"}]
    item = phone.item(xml, instance_id, attachments=announced)
    assert phone.push(item)["attachmentsWanted"] == [sha256]
    made = create(client, phone, photo)
    assert made.status_code == 201
    url = made.headers["Location"]
    assert patch(client, phone, url, 0, photo[:4000]).status_code == 204
    assert offset_of(client, phone, url) == 4000
    assert patch(client, phone, url, 0, photo[:10]).status_code == 409
    assert patch(client, phone, url, 4000, photo[4000:]).headers["Upload-Offset"] == str(len(photo))
    assert offset_of(client, phone, url) == len(photo)
    assert db.session.get(SubmissionAttachment, (1, instance_id, "p.jpg")).present
    assert phone.push(item)["attachmentsWanted"] == []
    with as_role("officer").get(f"/v1/projects/1/submissions/{instance_id}/attachments/p.jpg") as got:
        assert got.data == photo
        assert got.headers["Content-Type"] == "image/jpeg"
        tag = got.headers["ETag"]
    address = f"/v1/projects/1/submissions/{instance_id}/attachments/p.jpg"
    with as_role("officer").get(address, headers={"Range": "bytes=3-9"}) as part:
        assert (part.status_code, part.data) == (206, photo[3:10])
    with as_role("officer").get(address, headers={"If-None-Match": tag}) as same:
        assert (same.status_code, same.data) == (304, b"")


def test_a_finished_upload_that_a_restored_database_forgot_is_recorded_again(client: FlaskClient, phone: Any) -> None:
    photo = b"\xff\xd8\xff restored"
    sha256 = hashlib.sha256(photo).hexdigest()
    xml, instance_id, _ = registration(photo="p.jpg")
    announced = [{"name": "p.jpg", "sha256": sha256, "size": len(photo), "contentType": "image/jpeg"}]
    phone.push(phone.item(xml, instance_id, attachments=announced))
    url = create(client, phone, photo).headers["Location"]
    assert patch(client, phone, url, 0, photo).status_code == 204
    db.session.delete(db.session.get(Blob, (1, sha256)))  # as a backup made before the photo knows it
    db.session.get(SubmissionAttachment, (1, instance_id, "p.jpg")).present = False
    db.session.commit()
    assert offset_of(client, phone, url) == len(photo)
    assert db.session.get(SubmissionAttachment, (1, instance_id, "p.jpg"), populate_existing=True).present


def test_a_finished_upload_whose_bytes_are_gone_begins_anew(
    client: FlaskClient, phone: Any
) -> None:
    photo = b"\xff\xd8\xff lost with its folder"
    url = create(client, phone, photo).headers["Location"]
    assert patch(client, phone, url, 0, photo).status_code == 204
    sha256 = hashlib.sha256(photo).hexdigest()
    db.session.delete(db.session.get(Blob, (1, sha256)))
    db.session.commit()
    blob_store().delete(1, sha256)
    asked = client.head(url, headers={**phone.headers, "Tus-Resumable": "1.0.0"})
    assert asked.status_code == 404


def test_the_same_bytes_are_stored_once(client: FlaskClient, phone: Any) -> None:
    photo = b"x" * 1000
    for _ in range(2):
        url = create(client, phone, photo).headers["Location"]
        assert patch(client, phone, url, 0, photo).status_code == 204
    assert len(db.session.query(Blob).all()) == 1


def test_a_photo_with_another_hash_is_refused_and_can_be_sent_again(client: FlaskClient, phone: Any) -> None:
    url = create(client, phone, b"y" * 100, hashlib.sha256(b"z").hexdigest()).headers["Location"]
    answer = patch(client, phone, url, 0, b"y" * 100)
    assert (answer.status_code, answer.json["code"]) == (460, "460.1")
    assert db.session.query(Blob).all() == []


def test_more_bytes_than_announced_are_refused(client: FlaskClient, phone: Any) -> None:
    url = create(client, phone, b"abc").headers["Location"]
    assert patch(client, phone, url, 0, b"abcdef").status_code == 413


@pytest.mark.parametrize("upload_id", ["../../etc/passwd", "x", "A" * 32, "..%2f..%2fhirfa"])
def test_an_unknown_upload_is_not_found(client: FlaskClient, phone: Any, upload_id: str) -> None:
    answer = client.head(f"{URL}/{upload_id}", headers={**phone.headers, "Tus-Resumable": "1.0.0"})
    assert answer.status_code == 404


def test_another_agents_upload_is_not_found(client: FlaskClient, make_phone: Any) -> None:
    one, two = make_phone("Une"), make_phone("Autre")
    url = create(client, one, b"abc").headers["Location"]
    assert patch(client, two, url, 0, b"abc").status_code == 404


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Upload-Length", "-1"),
        ("Upload-Length", "²"),
        ("Upload-Length", ""),
        ("Upload-Metadata", "sha256 ***"),
        ("Tus-Resumable", "0.2"),
    ],
)
def test_bad_headers_are_named(client: FlaskClient, phone: Any, header: str, value: str) -> None:
    headers = {
        **phone.headers,
        "Tus-Resumable": "1.0.0",
        "Upload-Length": "3",
        "Upload-Metadata": metadata(hashlib.sha256(b"abc").hexdigest()),
        header: value.encode().decode("latin-1"),
    }
    answer = client.post(URL, headers=headers)
    assert answer.status_code == 400
    assert header in answer.json["message"]


def test_a_photo_of_a_quarantined_item_is_wanted_too(phone: Any) -> None:
    sha256 = hashlib.sha256(b"q").hexdigest()
    item = {
        "instanceId": f"uuid:{uuid4()}",
        "xml": "<broken",
        "attachments": [{"name": "a.jpg", "sha256": sha256, "size": 1, "contentType": "image/jpeg"}],
    }
    assert phone.push(item)["attachmentsWanted"] == [sha256]


@pytest.mark.parametrize(
    ("head", "announced", "kind"),
    [
        (b"\xff\xd8\xff\xe0", "image/png", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "application/octet-stream", "image/png"),
        (b"GIF89a", "image/gif", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp", "image/webp"),
        (b"<svg onload='alert(1)'>", "image/svg+xml", "application/octet-stream"),
        (b"<html>", "image/jpeg", "application/octet-stream"),
        (b"", " IMAGE/JPEG", "application/octet-stream"),
        (b"ID3", "audio/mpeg", "audio/mpeg"),
    ],
)
def test_find_type_takes_nothing_for_a_picture_that_is_none(head: bytes, announced: str, kind: str) -> None:
    assert find_type(head, announced) == kind
