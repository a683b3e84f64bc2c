"""Uploads that several servers take turns at: their record in the database, each piece an object in the store.

Not S3's own multipart: its parts are of 5 MiB at least, a line that is cut leaves less. Not bytes in the database: each
photograph would go through its log and its backups. There is no lock: a piece is written beside, and counts when the
record moves on from where it began; of two who send to one offset, one moves it, and what the other wrote is removed.
"""

from __future__ import annotations

import secrets
import shutil
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

from flask import current_app
from sqlalchemy import delete, select, update

from server.blobs import StoreAway, blob_store
from server.database import db, end_reads, retried, transaction
from server.errors import Problem
from server.models import PartialUpload, UploadPiece
from server.services.uploads import PIECE, Complete, Upload, begin_sweep, end_sweep, sweep_folder

SWEPT_AT_ONCE = 500
STRAY_AFTER = timedelta(days=1)
"""What is older than any upload by so much is named by none: a server was killed between the two."""


class SharedUploads:
    """Rows of ``uploads`` and ``upload_pieces``, objects ``uploads/<id>/…`` in the store."""

    def create(self, upload: Upload) -> None:
        with transaction() as session:
            session.add(
                PartialUpload(
                    project_id=upload.project_id,
                    id=upload.id,
                    app_user_id=upload.app_user_id,
                    sha256=upload.sha256,
                    size=upload.size,
                    content_type=upload.content_type,
                    key_id=upload.key_id,
                    position=0,
                    done=False,
                    touched_at=datetime.now(UTC),
                )
            )

    def find(self, project_id: int, upload_id: str) -> Upload | None:
        row = db.session.get(PartialUpload, (project_id, upload_id), populate_existing=True)
        if row is None:
            return None
        offset = row.size if row.done else row.position
        what = (row.sha256, row.size, row.content_type)
        return Upload(row.id, row.project_id, row.app_user_id, *what, offset, row.key_id, row.done)

    def append(self, upload: Upload, offset: int, stream: IO[bytes], complete: Complete) -> int:
        if offset != upload.offset:
            raise Problem("409.52", offset=upload.offset)
        end_reads()  # the line may be slow
        part = _scratch()
        try:
            try:
                with part.open("xb") as file:
                    position = _take(file, upload, stream)
            except BaseException:  # cut, or too long: what came is kept
                if size := part.stat().st_size if part.exists() else 0:
                    _keep_piece(upload, part, size)
                raise
            if position == upload.size and offset == 0:
                _complete(upload, part, complete)
            elif position > offset:
                _keep_piece(upload, part, position - offset)
                if position == upload.size:
                    self.finish(upload, complete)
            return position
        finally:
            part.unlink(missing_ok=True)

    def finish(self, upload: Upload, complete: Complete) -> None:
        """Bring the pieces together. Two who do so at once do the same: the whole is kept by its hash."""
        names = _names(upload)
        end_reads()
        store, part = blob_store(), _scratch()
        try:
            with part.open("xb") as whole:
                for name in names:
                    with store.open_kept(name) as piece:
                        shutil.copyfileobj(piece, whole)
            if part.stat().st_size != upload.size:
                raise FileNotFoundError
        except FileNotFoundError:
            self._finish_without(upload, complete)
        else:
            _complete(upload, part, complete)
        finally:
            part.unlink(missing_ok=True)

    def _finish_without(self, upload: Upload, complete: Complete) -> None:
        """Say what became of an upload without its pieces: another finished it, or a restored database names them."""
        found = self.find(upload.project_id, upload.id)
        if found is not None and found.done:
            return
        if found is not None and blob_store().has(upload.project_id, upload.sha256):
            complete(upload, None)
            _note_done(upload)
            return
        _drop(upload)
        raise Problem("404.1")

    def drop_stale(self) -> None:
        before = begin_sweep()
        if before is None:
            return
        sweep_folder(datetime.now(UTC) - timedelta(days=1))  # nothing waits here longer than its request
        stale = db.session.scalars(
            select(PartialUpload)
            .where(PartialUpload.touched_at < before)
            .order_by(PartialUpload.touched_at)
            .limit(SWEPT_AT_ONCE)
        ).all()
        uploads = [found for row in stale if (found := self.find(row.project_id, row.id)) is not None]
        with suppress(StoreAway):  # another time
            for upload in uploads:
                _drop(upload)
            _drop_strays(before - STRAY_AFTER)
        end_sweep()


def _take(file: IO[bytes], upload: Upload, stream: IO[bytes]) -> int:
    position = upload.offset
    while piece := stream.read(PIECE):
        if position + len(piece) > upload.size:
            raise Problem("413.1", limit_bytes=upload.size, limit_items=1)
        file.write(piece)
        position += len(piece)
    return position


def _complete(upload: Upload, part: Path, complete: Complete) -> None:
    try:
        complete(upload, part)
    except Problem:
        _drop(upload)
        raise
    _note_done(upload)


def _keep_piece(upload: Upload, part: Path, size: int) -> None:
    """Add a piece at the offset that the upload had when it was looked for.

    :raises Problem: 409.52 when somebody else was faster.
    """
    name = f"uploads/{upload.id}/{upload.offset:012}-{secrets.token_hex(4)}"
    store = blob_store()
    store.keep(name, part)
    try:
        _move_on(upload, name, size)
    except Problem:
        store.forget(name)
        raise


def _move_on(upload: Upload, name: str, size: int) -> None:
    with transaction() as session:
        moved = session.execute(
            update(PartialUpload)
            .where(
                PartialUpload.project_id == upload.project_id,
                PartialUpload.id == upload.id,
                PartialUpload.position == upload.offset,
                PartialUpload.done.is_(False),
            )
            .values(position=upload.offset + size, touched_at=datetime.now(UTC))
            .returning(PartialUpload.id)
        ).all()
        if moved:
            session.add(
                UploadPiece(project_id=upload.project_id, upload_id=upload.id, start=upload.offset, name=name)
            )
            return
        row = session.get(PartialUpload, (upload.project_id, upload.id), populate_existing=True)
        if row is None:
            raise Problem("404.1")
        raise Problem("409.52", offset=row.size if row.done else row.position)


def _names(upload: Upload) -> list[str]:
    return list(
        db.session.scalars(
            select(UploadPiece.name)
            .where(UploadPiece.project_id == upload.project_id, UploadPiece.upload_id == upload.id)
            .order_by(UploadPiece.start)
        )
    )


def _note_done(upload: Upload) -> None:
    names = _names(upload)
    _forget_pieces(upload)
    with suppress(StoreAway):  # strays are looked for now and then
        for name in names:
            blob_store().forget(name)


@retried
def _forget_pieces(upload: Upload) -> None:
    mine = (UploadPiece.project_id == upload.project_id, UploadPiece.upload_id == upload.id)
    with transaction() as session:
        session.execute(delete(UploadPiece).where(*mine))
        session.execute(
            update(PartialUpload)
            .where(PartialUpload.project_id == upload.project_id, PartialUpload.id == upload.id)
            .values(done=True, position=PartialUpload.size, touched_at=datetime.now(UTC))
        )


@retried
def _forget(upload: Upload) -> None:
    mine = (UploadPiece.project_id == upload.project_id, UploadPiece.upload_id == upload.id)
    with transaction() as session:
        session.execute(delete(UploadPiece).where(*mine))
        session.execute(
            delete(PartialUpload).where(PartialUpload.project_id == upload.project_id, PartialUpload.id == upload.id)
        )


def _drop(upload: Upload) -> None:
    names = _names(upload)
    _forget(upload)
    with suppress(StoreAway):
        for name in names:
            blob_store().forget(name)


def _drop_strays(before: datetime) -> None:
    """Remove what is kept in the store and that nobody names: left by servers that were killed."""
    store = blob_store()
    for name, since in store.list_kept():
        if since < before:
            store.forget(name)


def _scratch() -> Path:
    folder: Path = current_app.config["HIRFA"].uploads
    return folder / f"{secrets.token_urlsafe(24)}.part"
