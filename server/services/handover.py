"""Take in a hand-over file: each item as if its agent had pushed it, whoever carried it.

Nothing new is decided here: the file's head is proved by its signature, each line by its hash in the head, and the
items go the way of a push (``services/sync.py``) in their agent's name, from her phone, at her times. So a file
imported twice, in parts, or sent directly too makes no difference, and a revoked agent's goes to quarantine.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, BinaryIO

from flask import current_app
from sqlalchemy import or_, select

from server.auth import Actor
from server.blobs import SHA256, blob_store
from server.database import db, end_reads, retried, transaction
from server.errors import Problem
from server.models import AppUser, AppUserToken, Blob
from server.services import audits
from server.services.attachments import keep_sealed
from server.services.items import parse_moment
from server.services.sync import BatchAnswer, receive_batch
from sync.errors import SyncError
from sync.handover import Head, is_genuine, read_entries, read_head
from sync.protocol import FAILED
from sync.sealing import read_sealed

ITEMS_AT_ONCE = 50
PIECE = 64 * 1024
MAX_BYTES = 256 * 2**20
"""Of a file, or a part of one, that comes by HTTP."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose work a file is, proved by its signature."""

    actor: Actor
    device_id: str
    written_at: datetime | None
    count: int
    photos: int
    size: int
    """Bytes."""


@dataclass(slots=True)
class Imported:
    """What became of a file, or of a part of one."""

    sender: Sender
    results: list[dict[str, Any]] = field(default_factory=list)
    """As a push answers them, in the order of the file."""
    photos: int = 0
    """Photographs that are here now."""
    refused: list[dict[str, str]] = field(default_factory=list)
    """Photographs that could not be opened: ``{sha256, code, message}``."""
    damaged: int = 0
    """Lines that are not what the signed head lists."""
    absent: int = 0
    """Listed entries that this file, or part, does not hold whole."""
    wanted: set[str] = field(default_factory=set)
    """Hashes of photographs that are still expected."""
    missing: list[int] = field(default_factory=list)
    """Numbers of this phone that never arrived."""


def read_sender(project_id: int, stream: BinaryIO) -> Sender:
    """Read whose file it is, from its beginning; nothing is imported.

    :raises Problem: 400.1 when it is no hand-over file; 422.53 when it is not genuine.
    """
    return _prove(project_id, stream)[1]


def import_handover(project_id: int, stream: BinaryIO, by: Actor) -> Imported:
    """Import a file or a part of one: head and signature, then some of its lines.

    :param by: who carried or imported it; noted in the operations log.
    :raises Problem: 400.1 when it is no hand-over file; 422.53 when it is not genuine. Nothing is stored then.
    """
    head, sender = _prove(project_id, stream)
    done = Imported(sender)
    waiting: list[dict[str, Any]] = []
    whole = 0
    for entry in read_entries(stream, head):
        if entry.kind == "damaged":
            done.damaged += 1
            continue
        whole += 1
        if entry.kind == "item":
            waiting.append(entry.value)
        if waiting and (entry.kind == "file" or len(waiting) == ITEMS_AT_ONCE):
            _receive(project_id, head, done, waiting)
            waiting = []
        if entry.kind == "file":
            _keep(project_id, done, entry.value)
    if waiting:
        _receive(project_id, head, done, waiting)
    done.absent = len(set(head.entries)) - whole
    done.wanted -= _find_here(project_id, done.wanted)
    _note(project_id, by, done)
    return done


def keep_file(project_id: int, stream: IO[bytes]) -> str:
    """Keep an uploaded file until an officer has seen whose it is; return its name, the sha256 of its bytes.

    What nobody imports is dropped with stale uploads.

    :raises Problem: as ``read_sender`` does; nothing is kept then.
    """
    folder: Path = current_app.config["HIRFA"].uploads
    part, digest = folder / f"handover-{secrets.token_hex(16)}.part", hashlib.sha256()
    try:
        with part.open("xb") as file:
            while piece := stream.read(PIECE):
                digest.update(piece)
                file.write(piece)
        with part.open("rb") as file:
            read_sender(project_id, file)
        blob_store().keep(_kept(digest.hexdigest()), part)
    finally:
        part.unlink(missing_ok=True)
    return digest.hexdigest()


def _kept(sha256: str) -> str:
    if not SHA256.match(sha256):
        raise Problem("404.1")
    return f"handover-{sha256}.part"


def open_kept(sha256: str) -> BinaryIO:
    """Open a file that was kept.

    :raises Problem: 404.1 when there is none of this name, or it was imported whole.
    """
    try:
        return blob_store().open_kept(_kept(sha256))
    except FileNotFoundError:
        raise Problem("404.1") from None


def import_kept(project_id: int, sha256: str, by: Actor) -> Imported:
    """Import a file that was kept; it goes once nothing of it has to be tried again.

    :raises Problem: as ``open_kept`` and ``import_handover`` do.
    """
    with open_kept(sha256) as file:
        done = import_handover(project_id, file, by)
    if not done.refused and all(result["status"] != FAILED for result in done.results):
        blob_store().forget(_kept(sha256))
    return done


def _prove(project_id: int, stream: BinaryIO) -> tuple[Head, Sender]:
    try:
        head = read_head(stream)
    except SyncError as error:
        raise Problem("400.1", format="hand-over", reason=str(error)) from None
    if head.project_id != project_id:
        raise Problem("422.53", reason="it is of another project")
    agent = db.session.get(AppUser, (project_id, head.app_user_id))
    tokens = db.session.scalars(
        select(AppUserToken)
        .where(
            AppUserToken.project_id == project_id,
            AppUserToken.app_user_id == head.app_user_id,
            # a token made for scripts belongs to no phone
            or_(AppUserToken.device_id == head.device_id, AppUserToken.device_id.is_(None)),
        )
        .order_by(AppUserToken.device_id.is_(None), AppUserToken.created_at.desc())
    )
    token = next((token for token in tokens if is_genuine(head, token.token_hash)), None)
    if agent is None or token is None:
        raise Problem("422.53", reason="it was not signed by an enrolment of this project")
    revoked = agent.revoked_at is not None or token.revoked_at is not None
    actor = Actor("app_user", agent.id, agent.name, "app_user", project_id, revoked)
    end_reads()  # nothing stays open while the file is read
    return head, Sender(actor, head.device_id, parse_moment(head.written_at), head.count, head.photos, head.size)


def _receive(project_id: int, head: Head, done: Imported, items: Sequence[dict[str, Any]]) -> None:
    """Receive some items; fewer at a time where together they inflate to more than a batch may."""
    try:
        answer: BatchAnswer = receive_batch(
            project_id, done.sender.actor, head.device_id, None, items, carried_offset_s=head.clock_offset_s
        )
    except Problem as problem:
        if problem.code != "413.1" or len(items) == 1:
            raise
        middle = len(items) // 2
        _receive(project_id, head, done, items[:middle])
        _receive(project_id, head, done, items[middle:])
        return
    done.results += answer.results
    done.wanted |= set(answer.attachments_wanted)
    done.missing = answer.missing


def _keep(project_id: int, done: Imported, file: dict[str, Any]) -> None:
    sha256, sealed = str(file.get("sha256", ""))[:64].lower(), file.get("sealed")
    content_type, key_id = file.get("contentType"), file.get("keyId")
    if SHA256.match(sha256) and db.session.get(Blob, (project_id, sha256)) is not None:
        done.photos += 1
        return
    try:
        keep_sealed(
            project_id,
            sha256,
            key_id if isinstance(key_id, str) else "",
            read_sealed(sealed if isinstance(sealed, str) else ""),
            content_type if isinstance(content_type, str) and content_type.isprintable() else "",
        )
        done.photos += 1
    except (Problem, SyncError) as error:
        problem = error if isinstance(error, Problem) else Problem("460.1")
        done.refused.append({"sha256": sha256, "code": problem.code, "message": problem.message()})


def _find_here(project_id: int, hashes: set[str]) -> set[str]:
    return set(
        db.session.scalars(select(Blob.sha256).where(Blob.project_id == project_id, Blob.sha256.in_(sorted(hashes))))
    )


@retried
def _note(project_id: int, by: Actor, done: Imported) -> None:
    with transaction() as session:
        audits.note(
            session,
            project_id,
            by,
            "handover.import",
            done.sender.device_id,
            datetime.now(UTC),
            app_user=done.sender.actor.id,
            items=len(done.results),
            photos=done.photos,
            damaged=done.damaged,
        )
