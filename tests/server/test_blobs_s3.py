"""Photographs in an S3-type store: several servers, a store that is away, everybody else who reads and writes them."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import shutil
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyrage
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server import blobs_s3, create_app
from server.auth import COMMAND
from server.blobs import StoreAway, blob_store
from server.config import Settings, load_settings
from server.database import db, transaction
from server.models import Blob, BlobRemoval, Erased, PartialUpload, SubmissionAttachment, UploadPiece
from server.services import backups, doctor, erasure, restores, servers, stores, uploads_shared
from server.vault import Vault
from tests.builders import registration
from tests.faults.field import Phone as FarPhone
from tests.live import LiveServer, free_port
from tests.postgres import Cluster
from tests.s3 import S3Server
from tests.server.conftest import Phone, settings_in
from tests.server.test_attachments_api import create, offset_of, patch

PHOTO = b"\xff\xd8\xff" + random.Random(7).randbytes(50_000)
SHA256 = hashlib.sha256(PHOTO).hexdigest()


@pytest.fixture
def settings(template: Path, s3: S3Server, tmp_path: Path) -> Settings:
    shutil.copytree(template, tmp_path / "data")
    return settings_in(tmp_path / "data", "", s3.settings())


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lose patience with the store soon."""
    monkeypatch.setattr(blobs_s3, "CONNECT_S", 0.3)
    monkeypatch.setattr(blobs_s3, "READ_S", 0.5)
    monkeypatch.setattr(blobs_s3, "REST_S", 0.3)


def send(phone: Phone, photo: bytes = PHOTO, names: tuple[str, ...] = ("p.jpg",)) -> tuple[str, str]:
    """Register a woman with a photograph and send it; return the ids of form and woman."""
    sha256 = hashlib.sha256(photo).hexdigest()
    xml, instance_id, woman = registration(photo=names[0])
    announced = [{"name": n, "sha256": sha256, "size": len(photo), "contentType": "image/jpeg"} for n in names]
    phone.push(phone.item(xml, instance_id, attachments=announced))
    url = create(phone.client, phone, photo).headers["Location"]
    assert patch(phone.client, phone, url, 0, photo[:20_000]).status_code == 204
    assert patch(phone.client, phone, url, 20_000, photo[20_000:]).status_code == 204
    return instance_id, woman


def names(s3: S3Server, settings: Settings) -> list[str]:
    assert settings.s3 is not None
    return s3.names(settings.s3.bucket)


def test_photographs_lie_in_the_store_alone_and_pieces_do_not_stay(
    phone: Phone, s3: S3Server, settings: Settings
) -> None:
    send(phone)
    assert names(s3, settings) == [f"photos/blobs/1/{SHA256[:2]}/{SHA256}"]
    assert not [path for path in settings.blobs.rglob("*") if path.is_file()]
    assert not list(settings.uploads.glob("*.part"))
    assert db.session.scalars(select(UploadPiece)).all() == []


def test_the_secret_of_the_store_is_in_no_text_of_the_settings(settings: Settings) -> None:
    assert "not-in-any-log" not in repr(settings)
    assert settings.s3 is not None
    assert settings.s3.secret == "not-in-any-log"


@pytest.mark.parametrize(
    "given", [{"HIRFA_BLOBS": "/srv/blobs"}, {"HIRFA_BLOBS": "s3://"}, {"HIRFA_BLOBS": "s3://bucket", "HIRFA_S3_ENDPOINT": "host"}]
)
def test_an_address_that_is_none_is_refused_at_the_start(given: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is expected"):
        load_settings({"HIRFA_DATA": str(tmp_path), **given})


def test_of_two_who_send_to_one_offset_one_counts(client: FlaskClient, phone: Phone, app: Flask) -> None:
    url = create(client, phone, PHOTO).headers["Location"]
    id_ = url.rsplit("/", 1)[1]
    uploads = uploads_shared.SharedUploads()
    both = [uploads.find(1, id_), uploads.find(1, id_)]  # they looked before either wrote
    never: Any = None
    assert both[0] is not None and both[1] is not None
    assert uploads.append(both[0], 0, io.BytesIO(PHOTO[:1000]), never) == 1000
    with pytest.raises(Exception, match=r"409\.52|offset"):
        uploads.append(both[1], 0, io.BytesIO(b"x" * 1000), never)
    assert patch(client, phone, url, 1000, PHOTO[1000:]).status_code == 204
    with blob_store().open(1, SHA256) as kept:
        assert kept.read() == PHOTO
    assert list(blob_store().list_kept()) == []


def test_a_line_that_is_cut_leaves_what_came(phone: Phone, app: Flask, client: FlaskClient) -> None:
    class Cut(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() >= 65_536:
                raise ConnectionResetError
            return super().read(size)

    photo = PHOTO * 3
    url = create(client, phone, photo).headers["Location"]
    found = uploads_shared.SharedUploads().find(1, url.rsplit("/", 1)[1])
    assert found is not None
    never: Any = None
    with pytest.raises(ConnectionResetError):
        uploads_shared.SharedUploads().append(found, 0, Cut(photo), never)
    assert offset_of(client, phone, url) == 65_536
    assert patch(client, phone, url, 65_536, photo[65_536:]).status_code == 204
    assert blob_store().has(1, hashlib.sha256(photo).hexdigest())


def test_pieces_that_a_restored_database_names_and_the_store_has_not_begin_anew(client: FlaskClient, phone: Phone) -> None:
    url = create(client, phone, PHOTO).headers["Location"]
    assert patch(client, phone, url, 0, PHOTO[:1000]).status_code == 204
    for name, _ in blob_store().list_kept():
        blob_store().forget(name)
    assert patch(client, phone, url, 1000, PHOTO[1000:]).status_code == 404
    assert client.head(url, headers={**phone.headers, "Tus-Resumable": "1.0.0"}).status_code == 404


def test_stale_uploads_and_strays_leave_the_store(
    client: FlaskClient, phone: Phone, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = create(client, phone, PHOTO).headers["Location"]
    assert patch(client, phone, url, 0, PHOTO[:1000]).status_code == 204
    stray = settings.uploads / "stray"
    stray.write_bytes(b"x")
    blob_store().keep("uploads/of-a-killed-server/1", stray)
    monkeypatch.setattr(uploads_shared, "begin_sweep", lambda: datetime.now(UTC) + timedelta(days=2))
    uploads_shared.SharedUploads().drop_stale()
    assert list(blob_store().list_kept()) == []
    assert db.session.scalars(select(PartialUpload)).all() == []


@pytest.mark.parametrize("how", ["refused", "silent", "forbidden"])
def test_a_store_that_is_away_is_503_and_the_phone_keeps_everything(
    quick: None, app: Flask, phone: Phone, s3: S3Server, settings: Settings, how: str
) -> None:
    url = create(phone.client, phone, PHOTO).headers["Location"]
    assert patch(phone.client, phone, url, 0, PHOTO[:10_000]).status_code == 204
    good = app.extensions["hirfa-blobs"]
    env = {
        "HIRFA_DATA": str(settings.data), "HIRFA_BLOBS": f"s3://{settings.s3.bucket if settings.s3 else ''}/photos",
        "HIRFA_S3_KEY": "key", "HIRFA_S3_SECRET": "not-in-any-log",
        "HIRFA_S3_ENDPOINT": f"http://127.0.0.1:{free_port()}" if how == "refused" else s3.endpoint,
    }  # fmt: skip
    if how == "forbidden":
        env["HIRFA_BLOBS"] = f"s3://none-{uuid4().hex}/photos"
    address = load_settings(env).s3
    assert address is not None
    app.extensions["hirfa-blobs"] = blobs_s3.S3Store(address, settings.uploads)
    if how == "silent":
        s3.freeze()
    try:
        began = time.monotonic()
        answer = patch(phone.client, phone, url, 10_000, PHOTO[10_000:])
        assert (answer.status_code, answer.json["code"]) == (503, "503.52")
        assert int(answer.headers["Retry-After"]) > 0
        assert time.monotonic() - began < 8
        assert [f.key for f in doctor.examine(certificate=False)].count("store_away") == 1
        xml, instance_id, _ = registration()  # a form without a photograph does not wait for it
        assert phone.push(phone.item(xml, instance_id))["results"][0]["status"] == "accepted"
    finally:
        s3.thaw()
        app.extensions["hirfa-blobs"] = good
    assert offset_of(phone.client, phone, url) == 10_000
    assert patch(phone.client, phone, url, 10_000, PHOTO[10_000:]).status_code == 204
    assert blob_store().has(1, SHA256)


def test_what_was_erased_while_the_store_was_away_is_removed_later(
    quick: None, app: Flask, phone: Phone, s3: S3Server, settings: Settings
) -> None:
    _, woman = send(phone)
    s3.freeze()
    try:
        erasure.erase_entity(1, woman, COMMAND)
    finally:
        s3.thaw()
    assert db.session.get(Blob, (1, SHA256)) is None
    assert [row.sha256 for row in db.session.scalars(select(BlobRemoval))] == [SHA256]
    time.sleep(0.4)  # it is left alone for a moment
    erasure.apply_erasures(1, COMMAND)
    assert names(s3, settings) == []
    assert db.session.scalars(select(BlobRemoval)).all() == []


def test_desk_exports_dossiers_and_doctor_read_from_the_store(app: Flask, phone: Phone, as_role: Any) -> None:
    instance_id, woman = send(phone)
    officer = as_role("officer")
    with officer.get(f"/v1/projects/1/submissions/{instance_id}/attachments/p.jpg") as got:
        assert (got.data, got.headers["Content-Type"]) == (PHOTO, "image/jpeg")
    packed = officer.get("/v1/projects/1/forms/cam_a_inscription/submissions.csv.zip").data
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.read("media/p.jpg") == PHOTO
    assert not {"files_missing", "files_damaged", "store_away"} & {f.key for f in doctor.examine(thorough=True, certificate=False)}
    blob_store().delete(1, SHA256)
    assert "files_missing" in {f.key for f in doctor.examine(certificate=False)}
    with officer.get(f"/v1/projects/1/submissions/{instance_id}/attachments/p.jpg") as gone:
        assert gone.status_code == 404


def test_a_backup_of_the_store_comes_back_into_an_empty_one(
    app: Flask, phone: Phone, s3: S3Server, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = pyrage.x25519.Identity.generate()
    (tmp_path / "vault").mkdir()
    safe = {"backup_to": tmp_path / "vault", "backup_key": str(identity.to_public()), "backup_copied": True}
    app.config["HIRFA"] = replace(settings, **safe)
    instance_id, _ = send(phone)
    done = backups.make_backup()
    assert (done.missing, done.files > 0) == ([], True)
    other = create_app(replace(settings_in(tmp_path / "other", "", s3.settings()), **safe))
    with other.app_context():
        said = restores.restore(Vault(tmp_path / "vault"), identity)
        assert (said.files_lost, said.files) == ([], done.files)
        with blob_store().open(1, SHA256) as file:
            assert file.read() == PHOTO
        assert db.session.get_one(SubmissionAttachment, (1, instance_id, "p.jpg")).present
        db.session.remove()
        db.engine.dispose()


def test_move_blobs_goes_on_where_it_was_and_moves_back(
    template: Path, s3: S3Server, tmp_path: Path, app: Flask, make_phone: Any
) -> None:
    shutil.copytree(template, tmp_path / "moving")
    photos = [b"\xff\xd8\xff" + bytes([n]) * 3000 for n in range(4)]
    hashes = [hashlib.sha256(photo).hexdigest() for photo in photos]
    with create_app(settings_in(tmp_path / "moving")).app_context():
        for photo in photos:
            sha256 = blob_store().put(1, photo)
            db.session.add(Blob(project_id=1, sha256=sha256, size=len(photo), created_at=datetime.now(UTC)))
        db.session.commit()
        broken = blob_store().path(1, hashes[3])  # type: ignore[attr-defined]
        broken.write_bytes(bytes(len(photos[3])))
        db.session.remove()
        db.engine.dispose()
    there = create_app(settings_in(tmp_path / "moving", "", s3.settings()))
    with there.app_context():
        blob_store().put(1, photos[0])  # of a run that was killed
        forms = len(db.session.scalars(select(Blob)).all()) - len(photos)
        runner = there.test_cli_runner()
        ran = runner.invoke(args=["move-blobs", "--json"])
        said = json.loads(ran.output)
        assert (said["already"], said["moved"], said["missing"]) == (1, forms + 2, [])
        assert (said["damaged"], ran.exit_code) == ([f"1/{hashes[3]}"], 1)
        assert not blob_store().has(1, hashes[3])
        broken.write_bytes(photos[3])
        said = json.loads(runner.invoke(args=["move-blobs", "--remove", "--json"]).output)
        assert (said["moved"], said["removed"], said["damaged"]) == (1, forms + 4, [])
        assert not [path for path in (tmp_path / "moving" / "blobs").rglob("*") if path.is_file()]
        assert stores.move_blobs(back=True).moved == forms + 4
        assert broken.read_bytes() == photos[3]
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def pair(cluster: Cluster, s3: S3Server, tmp_path: Path) -> Iterator[list[LiveServer]]:
    """Two servers that share a database, a store, their keys and nothing else."""
    name, shared = f"t{uuid4().hex}", s3.settings()
    url = cluster.copy("template", name)
    servers = []
    for number in range(2):
        data = tmp_path / f"server{number}"
        shutil.copytree(cluster.folder / "keys", data / "keys")
        servers.append(LiveServer(data, free_port(), database_url=url, more={**shared, "HIRFA_SECRET_KEY": "both", "HIRFA_URL": "http://both.example"}))
    try:
        for server in servers:
            server.start()
        yield servers
    finally:
        for server in servers:
            server.stop()
        cluster.drop(name)


def test_an_upload_goes_on_at_another_server_when_the_first_is_killed(
    pair: list[LiveServer], s3: S3Server, tmp_path: Path
) -> None:
    one, other = pair
    with create_app(settings_in(tmp_path / "look", one.database_url, one.more)).app_context():
        from server.services import actors

        token = actors.create_app_user(1, "Amina", ("3112",), COMMAND).token
        at_one, at_other = FarPhone(one.port, token), FarPhone(other.port, token)
        url = at_one.create_upload(PHOTO).headers["Location"]
        assert at_one.send_piece(url, 0, PHOTO[:20_000]).status == 204
        assert at_other.ask_offset(url).headers["Upload-Offset"] == "20000"
        assert at_other.send_piece(url, 20_000, PHOTO[20_000:30_000]).status == 204
        assert at_one.send_piece(url, 20_000, b"x" * 100).status == 409
        one.kill()
        assert at_other.send_piece(url, 30_000, PHOTO[30_000:]).status == 204
        with blob_store().open(1, SHA256) as file:
            assert file.read() == PHOTO
        assert [(row.sha256, row.content_type) for row in db.session.scalars(select(Blob)) if row.sha256 == SHA256] == [
            (SHA256, "image/jpeg")
        ]
        one.start()
        assert at_one.ask_offset(url).headers["Upload-Offset"] == str(len(PHOTO))
        db.session.remove()
        db.engine.dispose()


def test_limits_hold_for_all_servers_together(pair: list[LiveServer]) -> None:
    """Twenty sign-ins a minute from one address, whoever of two servers with two workers each is asked."""

    def ask(server: LiveServer, number: int) -> int:
        body = json.dumps({"email": f"nobody{number}@example.dz", "password": "x"}).encode()
        request = urllib.request.Request(f"{server.url}/v1/sessions", body, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code

    began = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda n: ask(pair[n % 2], n), range(30)))
    windows = 1 + int((time.monotonic() - began) // 60)
    assert said.count(401) + said.count(429) == 30
    assert 20 <= said.count(401) <= 20 * windows
    with create_app(settings_in(pair[0].data, pair[0].database_url, pair[0].more)).app_context():
        assert list(servers.find_others().values()) == [servers.read_own()]
        assert not {"servers_differ", "photographs_not_shared"} & {f.key for f in doctor.examine(certificate=False)}
        db.session.remove()
        db.engine.dispose()


def test_doctor_names_what_servers_do_not_share(app: Flask, settings: Settings, tmp_path: Path) -> None:
    other = replace(settings, data=tmp_path / "other", secret_key="another", s3=None, keys=tmp_path / "none")
    other.data.mkdir()
    made = create_app(other)
    with made.app_context():
        servers.tell_server()
        servers.tell_server()
        db.session.remove()
        db.engine.dispose()
    found = {f.key: f.fields for f in doctor.examine(certificate=False)}
    assert found["servers_differ"]["settings"] == "HIRFA_BLOBS, HIRFA_KEYS, HIRFA_SECRET_KEY"
    app.config["HIRFA"] = replace(settings, s3=None)
    assert "photographs_not_shared" in {f.key for f in doctor.examine(certificate=False)}


def test_a_server_forgets_what_another_erased(app: Flask, phone: Phone, settings: Settings) -> None:
    _, woman = send(phone)
    kept = settings.kept / "1"
    (kept / "old").mkdir(parents=True)
    (kept / "generation").write_text("before")
    os.utime(kept / "generation", (0, 0))
    (settings.data / "workbooks" / "1").mkdir(parents=True)
    servers.tell_server()
    assert (kept / "old").exists()  # nobody was erased
    with transaction() as session:
        session.add(Erased(project_id=1, kind="entity", id=woman, at=datetime.now(UTC)))
    servers.tell_server()
    assert not (kept / "old").exists()
    assert not (settings.data / "workbooks" / "1").exists()


def test_a_store_that_rests_is_not_asked(quick: None, tmp_path: Path) -> None:
    address = load_settings(
        {"HIRFA_DATA": str(tmp_path), "HIRFA_BLOBS": "s3://bucket", "HIRFA_S3_ENDPOINT": f"http://127.0.0.1:{free_port()}"}
    ).s3
    assert address is not None
    store = blobs_s3.S3Store(address, tmp_path)
    with pytest.raises(StoreAway, match="does not answer"):
        store.has(1, SHA256)
    with pytest.raises(StoreAway, match="a moment ago"):
        store.has(1, SHA256)
