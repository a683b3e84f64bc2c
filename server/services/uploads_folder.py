"""Uploads in a folder of this server: the offset of an upload is the length of its file.

So there is no second record to disagree with it; writers are serialised by the kernel's lock on that file, across
processes and freed with them; what arrived before a cut is kept.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from io import FileIO
from pathlib import Path
from typing import IO, Any

from flask import current_app

from server.blobs import blob_store
from server.errors import Problem
from server.services.uploads import PIECE, Complete, Upload, begin_sweep, end_sweep, sweep_folder

FINISHING_S = 20.0
"""How long to wait for somebody who verifies and records the same upload."""


class FolderUploads:
    """Of each upload a file of its bytes, ``.part``, and one of what is known of it, ``.json``."""

    def create(self, upload: Upload) -> None:
        meta = {
            "project_id": upload.project_id,
            "app_user_id": upload.app_user_id,
            "sha256": upload.sha256,
            "size": upload.size,
            "content_type": upload.content_type,
            "key_id": upload.key_id,
        }
        _part(upload.id).touch(mode=0o600)
        try:
            _write_info(upload.id, meta)
        except OSError:
            _drop(upload.id)
            raise

    def find(self, project_id: int, upload_id: str) -> Upload | None:
        try:
            meta = json.loads(_info(upload_id).read_text())
        except (FileNotFoundError, ValueError):
            return None
        done = bool(meta.pop("done", False))
        upload = Upload(id=upload_id, offset=meta["size"], done=done, **meta)
        if done:
            return upload
        try:
            return replace(upload, offset=_part(upload_id).stat().st_size)
        except FileNotFoundError:
            return upload if blob_store().has(upload.project_id, upload.sha256) else None

    def append(self, upload: Upload, offset: int, stream: IO[bytes], complete: Complete) -> int:
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
                _complete(upload, complete)
            return position

    def finish(self, upload: Upload, complete: Complete) -> None:
        try:
            with _locked(upload.id, wait_s=FINISHING_S):
                _complete(upload, complete)
        except Problem as problem:
            if problem.code != "404.1":
                raise
            if blob_store().has(upload.project_id, upload.sha256):  # moved to its place, perhaps not recorded
                complete(upload, None)
                _note_done(upload)

    def drop_stale(self) -> None:
        if (before := begin_sweep()) is not None:
            sweep_folder(before)
            end_sweep()


def _complete(upload: Upload, complete: Complete) -> None:
    """Part of a block that holds the lock."""
    try:
        complete(upload, _part(upload.id))
    except Problem:
        _drop(upload.id)
        raise
    _note_done(upload)
    _part(upload.id).unlink(missing_ok=True)


def _note_done(upload: Upload) -> None:
    _write_info(upload.id, {**json.loads(_info(upload.id).read_text()), "done": True})


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


def _drop(upload_id: str) -> None:
    for path in (_part(upload_id), _info(upload_id)):
        path.unlink(missing_ok=True)


def _folder() -> Path:
    folder: Path = current_app.config["HIRFA"].uploads
    return folder
