"""Move the photographs from the folder to the store that several servers share, or back."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from dataclasses import replace as with_changes

from flask import current_app
from sqlalchemy import select

from server.blobs import BlobStore, StoreAway, compare, copy_checked, make_store
from server.config import Settings
from server.database import db
from server.models import Blob, Project


@dataclass(slots=True)
class Moved:
    moved: int = 0
    size_bytes: int = 0
    already: int = 0
    """Were there from an earlier run."""
    removed: int = 0
    missing: list[str] = field(default_factory=list)
    """Neither here nor there."""
    damaged: list[str] = field(default_factory=list)
    """Not what their name says: left where they are."""


def move_blobs(*, back: bool = False, remove: bool = False, thorough: bool = False) -> Moved:
    """Copy every photograph, read each back and compare its sha256. What an earlier run brought is not sent again.

    :param back: from the store to the folder.
    :param remove: take each away from where it was, once it was read back.
    :param thorough: read back what earlier runs brought too.
    :raises ValueError: when no store is set.
    :raises StoreAway: when it does not answer; the next run goes on from there.
    """
    settings: Settings = current_app.config["HIRFA"]
    if settings.s3 is None:
        raise ValueError("no store is set: HIRFA_BLOBS=s3://bucket/prefix")
    folder, store = make_store(with_changes(settings, s3=None)), make_store(settings)
    source, target = (store, folder) if back else (folder, store)
    done = Moved()
    for project_id in db.session.scalars(select(Project.id).order_by(Project.id)).all():
        rows = db.session.execute(
            select(Blob.sha256, Blob.size).where(Blob.project_id == project_id).order_by(Blob.sha256)
        ).all()
        db.session.rollback()
        known = ((row.sha256, row.size) for row in rows)
        for sha256, size, there in list(compare(known, target.list_all(project_id))):
            is_there = there == size and (not thorough or _is_whole(target, project_id, sha256, settings))
            if is_there:
                done.already += 1
            elif not _move_one(source, target, project_id, sha256, settings, done):
                continue
            else:
                done.moved += 1
                done.size_bytes += size
            if remove and (not is_there or thorough or _is_whole(target, project_id, sha256, settings)):
                source.delete(project_id, sha256)
                done.removed += 1
    return done


def _move_one(
    source: BlobStore, target: BlobStore, project_id: int, sha256: str, settings: Settings, done: Moved
) -> bool:
    part = settings.uploads / f"{secrets.token_hex(16)}.part"
    try:
        with source.open(project_id, sha256) as file:
            if not copy_checked(file, part, sha256):
                done.damaged.append(f"{project_id}/{sha256}")
                return False
        target.adopt(project_id, part, sha256)
    except FileNotFoundError:
        done.missing.append(f"{project_id}/{sha256}")
        return False
    finally:
        part.unlink(missing_ok=True)
    if not _is_whole(target, project_id, sha256, settings):
        raise StoreAway(f"{project_id}/{sha256} was written, and is read back otherwise")
    return True


def _is_whole(store: BlobStore, project_id: int, sha256: str, settings: Settings) -> bool:
    part = settings.uploads / f"{secrets.token_hex(16)}.part"
    try:
        with store.open(project_id, sha256) as file:
            return copy_checked(file, part, sha256)
    except FileNotFoundError:
        return False
    finally:
        part.unlink(missing_ok=True)
