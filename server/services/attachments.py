"""Photographs arrive in pieces (tus 1.0, core + creation) and count once their hash was verified; by OpenRosa whole.

Our own three verbs rather than a library: the offset of an upload is the length of its file, so there is no second
record to
disagree with it; writers are serialised by the kernel's lock on that file, across processes and freed with them;
what arrived
before a cut is kept. The PyPI library measured for this corrupted files over two processes unless given such a lock,
and reads
each piece whole into memory.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, BinaryIO

from flask import current_app
from sqlalchemy import Update, select, update

from server.auth import Actor
from server.blobs import SHA256, BlobStore, hash_file
from server.database import db, retried, transaction
from server.errors import Problem
from server.models import Blob, SubmissionAttachment
from server.services import keys

MAX_BYTES = 100 * 2**20
KEPT_DAYS = 30
"""An upload that nobody continues is dropped after this; the phone still has the photo and starts again."""
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
    part = _folder() / f"{upload.id}.part"
    part.touch(mode=0o600)
    (_folder() / f"{upload.id}.json").write_text(json.dumps(meta))
    if size == 0:
        _complete(upload, part)
    return upload


def find_upload(project_id: int, actor: Actor, upload_id: str) -> Upload:
    """Return an upload with its offset.

    :raises Problem: 404.1 when it is unknown, another agent's, or gone after its end.
    """
    if not UPLOAD_ID.match(upload_id):
        raise Problem("404.1")
    try:
        meta = json.loads((_folder() / f"{upload_id}.json").read_text())
        # its bytes have moved to their place once it is complete; a phone that missed that answer asks again
        offset = meta["size"] if meta.get("done") else (_folder() / f"{upload_id}.part").stat().st_size
    except (FileNotFoundError, ValueError):
        raise Problem("404.1") from None
    if meta["project_id"] != project_id or meta["app_user_id"] != actor.id:
        raise Problem("404.1")
    return Upload(
        upload_id,
        project_id,
        actor.id,
        meta["sha256"],
        meta["size"],
        meta["content_type"],
        offset,
        meta.get("key_id"),
    )


def append_piece(upload: Upload, offset: int, stream: IO[bytes]) -> int:
    """Write what arrives at an offset; return the new offset. What came before a cut stays.

    :raises Problem: 409.52 when the file is at another offset, 413.1 when more comes than announced, 460.1 when the
    whole
        does not have the announced hash (the upload is then dropped).
    """
    part = _folder() / f"{upload.id}.part"
    if upload.offset == upload.size and offset == upload.size:
        return offset
    with _locked(part) as file:
        position = file.seek(0, os.SEEK_END)
        if position != offset:
            raise Problem("409.52", offset=position)
        try:
            while piece := stream.read(PIECE):
                if position + len(piece) > upload.size:
                    raise Problem("413.1", limit_bytes=upload.size, limit_items=1)
                file.write(piece)
                position += len(piece)
        finally:
            file.flush()
            os.fsync(file.fileno())
        if position == upload.size:
            _complete(upload, part)
        return position


@contextmanager
def _locked(part: Path) -> Iterator[BinaryIO]:
    try:
        file = part.open("r+b")
    except FileNotFoundError:
        raise Problem("404.1") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Problem("409.52", reason="another request is writing to it") from None
        yield file


def _complete(upload: Upload, part: Path) -> None:
    try:
        if upload.key_id is not None:
            keep_sealed(upload.project_id, upload.sha256, upload.key_id, part.read_bytes(), upload.content_type)
        elif hash_file(part) == upload.sha256:
            _store().adopt(upload.project_id, part, upload.sha256)
            _record(upload.project_id, upload.sha256, upload.size, upload.content_type)
        else:
            raise Problem("460.1")
    except Problem:
        _drop(upload.id)
        raise
    part.unlink(missing_ok=True)
    info = _folder() / f"{upload.id}.json"
    info.write_text(json.dumps({**json.loads(info.read_text()), "done": True}))


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


@retried
def _record(project_id: int, sha256: str, size: int, content_type: str) -> None:
    with transaction() as session:
        if session.get(Blob, (project_id, sha256)) is None:
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


def _presence(project_id: int, sha256: str) -> Update:
    return (
        update(SubmissionAttachment)
        .where(SubmissionAttachment.project_id == project_id, SubmissionAttachment.sha256 == sha256)
        .values(present=True)
    )


def _drop(upload_id: str) -> None:
    for suffix in (".part", ".json"):
        (_folder() / f"{upload_id}{suffix}").unlink(missing_ok=True)


def drop_stale_uploads() -> None:
    """Remove uploads that nobody continued for thirty days."""
    limit = (datetime.now(UTC) - timedelta(days=KEPT_DAYS)).timestamp()
    for info in _folder().glob("*.json"):
        part = info.with_suffix(".part")
        if max(f.stat().st_mtime for f in (info, part) if f.exists()) < limit:
            _drop(info.stem)
    for part in _folder().glob("*.part"):  # of a file that came whole, when the server was killed meanwhile
        if not part.with_suffix(".json").exists() and part.exists() and part.stat().st_mtime < limit:
            part.unlink(missing_ok=True)


def open_attachment(project_id: int, instance_id: str, name: str) -> tuple[Path, str]:
    """Return where a submission's file lies, and its type.

    :raises Problem: 404.1 when it is not expected or not here yet.
    """
    row = db.session.get(SubmissionAttachment, (project_id, instance_id, name))
    if row is None or not row.present or not row.sha256:
        raise Problem("404.1")
    return _store().path(project_id, row.sha256), row.content_type


def list_attachments(project_id: int, instance_id: str) -> list[SubmissionAttachment]:
    return list(
        db.session.scalars(
            select(SubmissionAttachment)
            .where(SubmissionAttachment.project_id == project_id, SubmissionAttachment.instance_id == instance_id)
            .order_by(SubmissionAttachment.name)
        )
    )
