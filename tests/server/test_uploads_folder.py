"""Uploads that wait in a folder of the server."""

from __future__ import annotations

import hashlib
import os
import time
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.blobs import blob_store
from server.config import Settings
from server.database import db
from server.models import Blob
from server.services.uploads import KEPT_DAYS
from tests.server.test_attachments_api import create, offset_of

BOTH_DATABASES = True


@pytest.mark.parametrize("moved", [False, True])
def test_a_photo_that_was_never_recorded_is_finished_when_its_offset_is_asked(
    client: FlaskClient, phone: Any, settings: Settings, moved: bool
) -> None:
    """The server was killed after the last byte, before or after the file was moved: a client that hears of the last
    offset believes that it is done."""
    photo = b"\xff\xd8\xff" + b"k" * 5000
    sha256 = hashlib.sha256(photo).hexdigest()
    url = create(client, phone, photo).headers["Location"]
    part = settings.uploads / f"{url.rsplit('/', 1)[1]}.part"
    part.write_bytes(photo)
    if moved:
        blob_store().adopt(1, part, sha256)
    assert offset_of(client, phone, url) == len(photo)
    assert [(b.sha256, b.content_type) for b in db.session.query(Blob).all()] == [(sha256, "image/jpeg")]
    assert offset_of(client, phone, url) == len(photo)


def test_a_whole_upload_with_another_hash_is_dropped_when_its_offset_is_asked(
    client: FlaskClient, phone: Any, settings: Settings
) -> None:
    url = create(client, phone, b"right").headers["Location"]
    (settings.uploads / f"{url.rsplit('/', 1)[1]}.part").write_bytes(b"wrong")
    headers = {**phone.headers, "Tus-Resumable": "1.0.0"}
    assert [client.head(url, headers=headers).status_code for _ in range(2)] == [460, 404]
    assert db.session.query(Blob).all() == []


def test_uploads_that_nobody_continues_are_dropped_after_thirty_days(
    client: FlaskClient, phone: Any, settings: Settings
) -> None:
    old, young = (create(client, phone, data).headers["Location"].rsplit("/", 1)[1] for data in (b"old", b"young"))
    stray = settings.uploads / "of-a-killed-request.part"
    stray.write_bytes(b"x")
    month_ago = time.time() - (KEPT_DAYS + 1) * 86400
    for path in (stray, settings.uploads / f"{old}.part", settings.uploads / f"{old}.json", settings.uploads / "swept"):
        os.utime(path, (month_ago, month_ago))
    create(client, phone, b"another")
    left = {path.name for path in settings.uploads.iterdir()}
    assert not {f"{old}.part", f"{old}.json", stray.name} & left
    assert {f"{young}.part", f"{young}.json"} <= left
