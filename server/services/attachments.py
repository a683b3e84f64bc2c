"""Photographs arrive in pieces (tus 1.0, core + creation) and count once their hash was verified; by OpenRosa whole.

Where the pieces wait is told by the store of the photographs: in a folder (``uploads_folder``), or where all servers
reach them (``uploads_shared``). Either way an upload that was killed between its last byte and its record is finished
by whoever asks for it next. Why our own verbs rather than a library: server/README.md.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, BinaryIO

from flask import current_app
from sqlalchemy import Update, select, update

from server.auth import Actor
from server.blobs import HEAD_BYTES, SHA256, blob_store, find_type, hash_file
from server.database import db, retried, transaction
from server.errors import Problem
from server.models import Blob, SubmissionAttachment
from server.services import keys
from server.services.erased import find_refused
from server.services.stamps import stamp_holders
from server.services.uploads import PIECE, Upload, Uploads
from server.services.uploads_folder import FolderUploads
from server.services.uploads_shared import SharedUploads

MAX_BYTES = 100 * 2**20
UPLOAD_ID = re.compile(r"[A-Za-z0-9_-]{22,64}\Z")


def _uploads() -> Uploads:
    return SharedUploads() if blob_store().shared else FolderUploads()


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
    uploads = _uploads()
    uploads.drop_stale()
    upload = Upload(secrets.token_urlsafe(24), project_id, actor.id, sha256, size, content_type[:255], 0, key_id)
    uploads.create(upload)
    if size == 0:
        uploads.finish(upload, _complete)
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
    uploads = _uploads()
    upload = uploads.find(project_id, upload_id)
    if upload is None or upload.project_id != project_id or upload.app_user_id != actor.id:
        raise Problem("404.1")
    if upload.done:  # a phone that missed that answer asks again
        _record_again(upload)
    elif upload.offset == upload.size:
        uploads.finish(upload, _complete)
    return upload


def append_piece(upload: Upload, offset: int, stream: IO[bytes]) -> int:
    """Write what arrives at an offset; return the new offset. What came before a cut stays.

    :raises Problem: 409.52 when the upload is at another offset, 413.1 when more comes than announced, 460.1 when the
        whole does not have the announced hash (the upload is then dropped).
    """
    if upload.offset == upload.size and offset == upload.size:
        return offset
    return _uploads().append(upload, offset, stream, _complete)


def _complete(upload: Upload, part: Path | None) -> None:
    """Verify an upload that is whole, keep it under its hash and record it.

    :param part: its bytes; None when they are in their place already, and perhaps not recorded.
    :raises Problem: when it is not what was announced.
    """
    if part is None:
        pass
    elif upload.key_id is not None:
        keep_sealed(upload.project_id, upload.sha256, upload.key_id, part.read_bytes(), upload.content_type)
    elif hash_file(part) == upload.sha256:
        blob_store().adopt(upload.project_id, part, upload.sha256)
    else:
        raise Problem("460.1")
    if upload.key_id is None:  # one that came sealed was recorded when it was opened
        _record(upload.project_id, upload.sha256, upload.size, upload.content_type)


def _record_again(upload: Upload) -> None:
    """Make sure that what a finished upload brought is still known: a restored database has forgotten it.

    :raises Problem: 404.1 when its bytes are gone too, so that the phone sends them anew.
    """
    if db.session.get(Blob, (upload.project_id, upload.sha256)) is not None:
        return
    size = blob_store().size(upload.project_id, upload.sha256)
    if size is None:
        raise Problem("404.1")
    _record(upload.project_id, upload.sha256, size, upload.content_type)


def keep_sealed(project_id: int, sha256: str, key_id: str, sealed: bytes, content_type: str) -> None:
    """Keep a file that came sealed, opened and verified, under the hash of its clear bytes.

    :raises Problem: 422.51 when its key is not here, 460.1 when it does not open or has another hash.
    """
    clear = keys.open_file(project_id, sha256, key_id, sealed)
    if hashlib.sha256(clear).hexdigest() != sha256:
        raise Problem("460.1")
    blob_store().put(project_id, clear)
    _record(project_id, sha256, len(clear), content_type[:255])


def keep_file(project_id: int, stream: IO[bytes], content_type: str) -> tuple[str, int]:
    """Keep a file that came whole; return its sha256 and its size in bytes.

    :param stream: read in pieces to its end; it may be larger than memory.
    """
    digest, size = hashlib.sha256(), 0
    part: Path = current_app.config["HIRFA"].uploads / f"{secrets.token_urlsafe(24)}.part"
    try:
        with part.open("xb") as file:
            while piece := stream.read(PIECE):
                digest.update(piece)
                file.write(piece)
                size += len(piece)
            file.flush()
            os.fsync(file.fileno())
        sha256 = digest.hexdigest()
        blob_store().adopt(project_id, part, sha256)
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
        if not blob_store().has(project_id, row["sha256"]):
            stream.seek(0)
            keep_file(project_id, stream, content_type)


@retried
def _record(project_id: int, sha256: str, size: int, announced_type: str) -> None:
    content_type = find_type(blob_store().head(project_id, sha256), announced_type)
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
        blob_store().delete(project_id, sha256)


def _presence(project_id: int, sha256: str) -> Update:
    return (
        update(SubmissionAttachment)
        .where(SubmissionAttachment.project_id == project_id, SubmissionAttachment.sha256 == sha256)
        .values(present=True)
    )


def open_attachment(project_id: int, instance_id: str, name: str) -> tuple[BinaryIO, str, str]:
    """Open a submission's file; return it with its sha256 and its type, judged by its content.

    :raises Problem: 404.1 when it is not expected or not here yet.
    """
    row = db.session.get(SubmissionAttachment, (project_id, instance_id, name))
    if row is None or not row.present or not row.sha256:
        raise Problem("404.1")
    file = open_blob(project_id, row.sha256)
    head = file.read(HEAD_BYTES)
    file.seek(0)
    return file, row.sha256, find_type(head, row.content_type)


def open_blob(project_id: int, sha256: str) -> BinaryIO:
    """Open a file that is to be sent.

    :raises Problem: 404.1 when its bytes are not here.
    """
    try:
        return blob_store().open(project_id, sha256)
    except FileNotFoundError:
        raise Problem("404.1") from None


def list_attachments(project_id: int, instance_id: str) -> list[SubmissionAttachment]:
    return list(
        db.session.scalars(
            select(SubmissionAttachment)
            .where(SubmissionAttachment.project_id == project_id, SubmissionAttachment.instance_id == instance_id)
            .order_by(SubmissionAttachment.name)
        )
    )
