"""Photographs arrive in pieces (tus 1.0, core + creation) and count once their hash was verified; by OpenRosa whole.

Our own three verbs rather than a library: the offset of an upload is the length of its file, so there is no second
record to disagree with it; writers are serialised by the kernel's lock on that file, across processes and freed with
them; what arrived before a cut is kept; an upload that was killed between its last byte and its record is finished by
whoever asks for it next. Figures of both stand in server/README.md.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import secrets
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import FileIO
from pathlib import Path
from typing import IO, Any

from flask import current_app
from sqlalchemy import Update, select, update

from server.auth import Actor
from server.blobs import SHA256, BlobStore, find_type, hash_file
from server.database import db, retried, transaction
from server.errors import Problem
from server.models import Blob, SubmissionAttachment
from server.services import keys
from server.services.erased import find_refused
from server.services.stamps import stamp_holders

MAX_BYTES = 100 * 2**20
KEPT_DAYS = 30
"""An upload that nobody continues is dropped after this; the phone still has the photo and starts again."""
FINISHING_S = 20.0
"""How long to wait for somebody who verifies and records the same upload."""
SWEEP_EVERY = timedelta(hours=1)
UPLOAD_ID = re.compile(r"[A-Za-z0-9_-]{22,64}\Z")
PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    id: str
    project_id: int
    app_user_id: int
    sha256: str
    size: int
    content_type: str
    offset: int
    key_id: str | None = None
    """The key it is sealed to; what arrives is then the sealed bytes, ``sha256`` that of the clear ones."""


def _folder() -> Path:
    folder: Path = current_app.config["HIRFA"].uploads
    return folder


def _store() -> BlobStore:
    return BlobStore(current_app.config["HIRFA"].blobs)


def create_upload(
    project_id: int, actor: Actor, sha256: str, size: int, content_type: str, *, key_id: str | None = None
) -> Upload:
    """Begin an upload.

    :param sha256: of the clear bytes.
    :param size: bytes announced, as they travel.
    :param key_id: of the key that the file is sealed to; None for one that travels in clear.
    :raises Problem: 400.8 for a bad hash or size, 413.1 over ``MAX_BYTES``.
    """
    sha256 = sha256.lower()
    if not SHA256.match(sha256):
        raise Problem("400.8", field="sha256", reason="64 hexadecimal digits are expected in Upload-Metadata")
    if size < 0:
        raise Problem("400.8", field="Upload-Length", reason="a number of bytes is expected")
    if size > MAX_BYTES:
        raise Problem("413.1", limit_bytes=MAX_BYTES, limit_items=1)
    drop_stale_uploads()
    upload = Upload(secrets.token_urlsafe(24), project_id, actor.id, sha256, size, content_type[:255], 0, key_id)
    meta = {
        "project_id": project_id,
        "app_user_id": actor.id,
        "sha256": sha256,
        "size": size,
        "content_type": upload.content_type,
        "key_id": key_id,
    }
    _part(upload.id).touch(mode=0o600)
    try:
        _write_info(upload.id, meta)
    except OSError:
        _drop(upload.id)
        raise
    if size == 0:
        finish_upload(upload)
    return upload


def find_upload(project_id: int, actor: Actor, upload_id: str) -> Upload:
    """Return an upload with its offset.

    One whose bytes are all here and that was never recorded (the server was killed, the disk was full) is finished
    first: a client that hears of the last offset believes that it is done.

    :raises Problem: 404.1 when it is unknown, another agent's, or what it brought is here no more; 460.1 when it is
        whole and does not have the announced hash.
    """
    if not UPLOAD_ID.match(upload_id):
        raise Problem("404.1")
    try:
        meta = json.loads(_info(upload_id).read_text())
    except (FileNotFoundError, ValueError):
        raise Problem("404.1") from None
    if meta["project_id"] != project_id or meta["app_user_id"] != actor.id:
        raise Problem("404.1")
    upload = Upload(
        upload_id,
        project_id,
        actor.id,
        meta["sha256"],
        meta["size"],
        meta["content_type"],
        meta["size"],
        meta.get("key_id"),
    )
    if meta.get("done"):  # a phone that missed that answer asks again
        _record_again(upload)
        return upload
    try:
        upload = replace(upload, offset=_part(upload_id).stat().st_size)
    except FileNotFoundError:
        if not _store().has(project_id, upload.sha256):
            raise Problem("404.1") from None
    if upload.offset == upload.size:
        finish_upload(upload)
    return upload


def append_piece(upload: Upload, offset: int, stream: IO[bytes]) -> int:
    """Write what arrives at an offset; return the new offset. What came before a cut stays.

    :raises Problem: 409.52 when the file is at another offset, 413.1 when more comes than announced, 460.1 when the
    whole
        does not have the announced hash (the upload is then dropped).
    """
    if upload.offset == upload.size and offset == upload.size:
        return offset
    with _locked(upload.id) as file:
        position = file.seek(0, os.SEEK_END)
        if position != offset:
            raise Problem("409.52", offset=position)
        try:
            while piece := stream.read(PIECE):
                if position + len(piece) > upload.size:
                    raise Problem("413.1", limit_bytes=upload.size, limit_items=1)
                _write_all(file, piece)
                position += len(piece)
        finally:
            os.fsync(file.fileno())
        if position == upload.size:
            _complete(upload)
        return position


def finish_upload(upload: Upload) -> None:
    """Verify and record an upload whose bytes are all here; do nothing when somebody did or is doing it.

    :raises Problem: 460.1 when it does not have the announced hash (it is then dropped).
    """
    try:
        with _locked(upload.id, wait_s=FINISHING_S):
            _complete(upload)
    except Problem as problem:
        if problem.code != "404.1":
            raise
        if _store().has(upload.project_id, upload.sha256):  # moved to its place, perhaps not recorded
            _note_done(upload)


def _write_all(file: FileIO, piece: bytes) -> None:
    """Write without a buffer of ours, so that a full disk is told by this write and leaves what fitted."""
    rest = memoryview(piece)
    while rest:
        rest = rest[file.write(rest) or 0 :]


@contextmanager
def _locked(upload_id: str, wait_s: float = 0) -> Iterator[FileIO]:
    part, until = _part(upload_id), time.monotonic() + wait_s
    try:
        file = part.open("r+b", buffering=0)
    except FileNotFoundError:
        raise Problem("404.1") from None
    with file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise Problem("409.52", reason="another request is writing to it") from None
                time.sleep(0.02)
        if not part.exists():  # finished by another between opening and locking: this is the kept file by now
            raise Problem("404.1")
        yield file


def _complete(upload: Upload) -> None:
    """Verify an upload that is whole, keep it under its hash and record it. Part of a block that holds its lock.

    :raises Problem: when it is not what was announced; it is then dropped.
    """
    part = _part(upload.id)
    try:
        if upload.key_id is not None:
            keep_sealed(upload.project_id, upload.sha256, upload.key_id, part.read_bytes(), upload.content_type)
        elif hash_file(part) == upload.sha256:
            _store().adopt(upload.project_id, part, upload.sha256)
        else:
            raise Problem("460.1")
    except Problem:
        _drop(upload.id)
        raise
    _note_done(upload)
    part.unlink(missing_ok=True)


def _note_done(upload: Upload) -> None:
    if upload.key_id is None:  # one that came sealed was recorded when it was opened
        _record(upload.project_id, upload.sha256, upload.size, upload.content_type)
    _write_info(upload.id, {**json.loads(_info(upload.id).read_text()), "done": True})


def _record_again(upload: Upload) -> None:
    """Make sure that what a finished upload brought is still known: a restored database has forgotten it.

    :raises Problem: 404.1 when its bytes are gone too, so that the phone sends them anew.
    """
    if db.session.get(Blob, (upload.project_id, upload.sha256)) is not None:
        return
    store = _store()
    if not store.has(upload.project_id, upload.sha256):
        raise Problem("404.1")
    size = store.path(upload.project_id, upload.sha256).stat().st_size
    _record(upload.project_id, upload.sha256, size, upload.content_type)


def _part(upload_id: str) -> Path:
    return _folder() / f"{upload_id}.part"


def _info(upload_id: str) -> Path:
    return _folder() / f"{upload_id}.json"


def _write_info(upload_id: str, meta: Mapping[str, Any]) -> None:
    """Write what is known of an upload, whole or not at all."""
    new = _folder() / f"{upload_id}.{os.getpid()}-{threading.get_ident()}.new"
    try:
        new.write_text(json.dumps(meta))
        new.replace(_info(upload_id))
    finally:
        new.unlink(missing_ok=True)


def keep_sealed(project_id: int, sha256: str, key_id: str, sealed: bytes, content_type: str) -> None:
    """Keep a file that came sealed, opened and verified, under the hash of its clear bytes.

    :raises Problem: 422.51 when its key is not here, 460.1 when it does not open or has another hash.
    """
    clear = keys.open_file(project_id, sha256, key_id, sealed)
    if hashlib.sha256(clear).hexdigest() != sha256:
        raise Problem("460.1")
    _store().put(project_id, clear)
    _record(project_id, sha256, len(clear), content_type[:255])


def keep_file(project_id: int, stream: IO[bytes], content_type: str) -> tuple[str, int]:
    """Keep a file that came whole; return its sha256 and its size in bytes.

    :param stream: read in pieces to its end; it may be larger than memory.
    """
    digest, size = hashlib.sha256(), 0
    part = _folder() / f"{secrets.token_urlsafe(24)}.part"
    try:
        with part.open("xb") as file:
            while piece := stream.read(PIECE):
                digest.update(piece)
                file.write(piece)
                size += len(piece)
            file.flush()
            os.fsync(file.fileno())
        sha256 = digest.hexdigest()
        _store().adopt(project_id, part, sha256)
    finally:
        part.unlink(missing_ok=True)
    _record(project_id, sha256, size, content_type[:255])
    return sha256, size


Sent = tuple[str, IO[bytes], str]
"""A file that comes with its form: its name, its bytes, its type."""


def keep_files(project_id: int, sent: Iterable[Sent]) -> list[dict[str, Any]]:
    """Keep the files of a form that is to be received; return them announced, as a phone announces its own."""
    announced = []
    for name, stream, content_type in sent:
        sha256, size = keep_file(project_id, stream, content_type)
        announced.append({"name": name, "sha256": sha256, "size": size, "contentType": content_type})
    return announced


def keep_refused(project_id: int, sent: Iterable[Sent], announced: Iterable[Mapping[str, Any]]) -> None:
    """Keep what was refused when it came, being of a woman whose data were erased, and this form names since."""
    for (_, stream, content_type), row in zip(sent, announced, strict=True):
        if not _store().has(project_id, row["sha256"]):
            stream.seek(0)
            keep_file(project_id, stream, content_type)


@retried
def _record(project_id: int, sha256: str, size: int, announced_type: str) -> None:
    content_type = find_type(_store().head(project_id, sha256), announced_type)
    with transaction() as session:
        refused = bool(find_refused(session, project_id, [sha256]))
        if not refused and session.get(Blob, (project_id, sha256)) is None:
            session.add(
                Blob(
                    project_id=project_id,
                    sha256=sha256,
                    size=size,
                    content_type=content_type,
                    created_at=datetime.now(UTC),
                )
            )
            session.flush()
        session.execute(_presence(project_id, sha256))
        stamp_holders(session, project_id, [sha256])
    if refused:  # of a woman whose data were erased: it is answered like any other, and not kept
        _store().path(project_id, sha256).unlink(missing_ok=True)


def _presence(project_id: int, sha256: str) -> Update:
    return (
        update(SubmissionAttachment)
        .where(SubmissionAttachment.project_id == project_id, SubmissionAttachment.sha256 == sha256)
        .values(present=True)
    )


def _drop(upload_id: str) -> None:
    for path in (_part(upload_id), _info(upload_id)):
        path.unlink(missing_ok=True)


def drop_stale_uploads() -> None:
    """Remove uploads that nobody continued for thirty days. Looks once an hour: the folder may hold thousands."""
    swept, now = _folder() / "swept", datetime.now(UTC)
    if swept.exists() and swept.stat().st_mtime > (now - SWEEP_EVERY).timestamp():
        return
    limit = (now - timedelta(days=KEPT_DAYS)).timestamp()
    for path in _folder().iterdir():  # of an upload, its bytes and what is known of it: the younger one keeps both
        pair = [file for file in (path.with_suffix(".part"), path.with_suffix(".json")) if file.exists()]
        if path != swept and all(file.stat().st_mtime < limit for file in (path, *pair) if file.exists()):
            path.unlink(missing_ok=True)
    swept.touch(mode=0o600)


def open_attachment(project_id: int, instance_id: str, name: str) -> tuple[Path, str]:
    """Return where a submission's file lies, and its type, judged by its content.

    :raises Problem: 404.1 when it is not expected or not here yet.
    """
    row = db.session.get(SubmissionAttachment, (project_id, instance_id, name))
    if row is None or not row.present or not row.sha256:
        raise Problem("404.1")
    return _store().path(project_id, row.sha256), find_type(_store().head(project_id, row.sha256), row.content_type)


def list_attachments(project_id: int, instance_id: str) -> list[SubmissionAttachment]:
    return list(
        db.session.scalars(
            select(SubmissionAttachment)
            .where(SubmissionAttachment.project_id == project_id, SubmissionAttachment.instance_id == instance_id)
            .order_by(SubmissionAttachment.name)
        )
    )
