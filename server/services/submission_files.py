"""The files that submissions name: which are announced, which are here, which are still expected."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from server.database import db, retried, transaction
from server.models import Blob, Submission, SubmissionAttachment
from server.rows import rows_of
from server.services.erased import find_refused
from server.services.items import Parsed, find_announced, is_plain
from server.services.stamps import stamp

UNTOLD_TYPE = "application/octet-stream"
_ATTACHMENTS = cast(Table, SubmissionAttachment.__table__)
_ABSENT = select(_ATTACHMENTS.c.sha256).where(
    _ATTACHMENTS.c.project_id == bindparam("project"),
    _ATTACHMENTS.c.instance_id.in_(bindparam("ids", expanding=True)),
    _ATTACHMENTS.c.present.is_(False),
    _ATTACHMENTS.c.sha256.is_not(None),
)


def note_new_attachments(session: Session, project_id: int, parsed: Parsed, here: Collection[str]) -> None:
    """Note the files that a submission names which was stored just now; an edit keeps those it still names.

    What was removed after its time from the submission that is edited stays so: an old phone may have it still.

    :param here: of the hashes that it announces, those whose bytes are here.
    """
    rows, announced = rows_of(session), {entry["name"]: entry for entry in find_announced(parsed.item)}
    inherited = _find_inherited(session, project_id, parsed)
    for name in _find_names(parsed, announced):
        source = announced.get(name)
        old = inherited.get(name)
        if source and old is not None and old.removed_at and find_refused(session, project_id, [source["sha256"]]):
            source = None
        old = old if source is None else None
        sha256 = source["sha256"] if source else old.sha256 if old else None
        rows.add(
            _ATTACHMENTS,
            {
                "project_id": project_id,
                "instance_id": parsed.instance_id,
                "name": name,
                "sha256": sha256,
                "size": source["size"] if source else old.size if old else None,
                "content_type": source["contentType"] if source else old.content_type if old else UNTOLD_TYPE,
                "present": sha256 in here or (old is not None and old.present),
                "removed_at": old.removed_at if old else None,
            },
        )


def note_attachments(session: Session, project_id: int, parsed: Parsed) -> None:
    """Note the files that a repeat names: a client may send them piece by piece."""
    announced = {entry["name"]: entry for entry in find_announced(parsed.item)}
    inherited = _find_inherited(session, project_id, parsed)
    noted: list[SubmissionAttachment] = []
    for name in _find_names(parsed, announced):
        row = session.get(SubmissionAttachment, (project_id, parsed.instance_id, name))
        if row is None:
            row = SubmissionAttachment(project_id=project_id, instance_id=parsed.instance_id, name=name, present=False)
            session.add(row)
        if row.removed_at is not None:
            continue
        source: Mapping[str, Any] = announced.get(name, {})
        if not row.present and source:
            row.sha256, row.size, row.content_type = source["sha256"], source["size"], source["contentType"]
        elif row.sha256 is None and name in inherited:
            old = inherited[name]
            row.sha256, row.size, row.content_type = old.sha256, old.size, old.content_type
            row.removed_at = old.removed_at
        noted.append(row)
    hashes = [row.sha256 for row in noted if row.sha256 and not row.present]
    if hashes:
        here = set(session.scalars(select(Blob.sha256).where(Blob.project_id == project_id, Blob.sha256.in_(hashes))))
        for row in noted:
            row.present = row.present or row.sha256 in here
    if any(row in session.new or session.is_modified(row) for row in noted):
        stamp(session, project_id, Submission.instance_id == parsed.instance_id)
    session.flush()


def _find_names(parsed: Parsed, announced: Iterable[str]) -> list[str]:
    if parsed.definition is None or parsed.instance is None:
        return []
    return [name for name in dict.fromkeys((*announced, *parsed.files)) if is_plain(name)]


def _find_inherited(session: Session, project_id: int, parsed: Parsed) -> Mapping[str, SubmissionAttachment]:
    """Return the files of the submission that this one replaces, by name."""
    deprecated_id = parsed.instance.deprecated_id if parsed.instance else None
    if not deprecated_id:
        return {}
    wanted = select(SubmissionAttachment).where(
        SubmissionAttachment.project_id == project_id, SubmissionAttachment.instance_id == deprecated_id
    )
    return {row.name: row for row in session.scalars(wanted)}


def find_wanted(project_id: int, parsed: Sequence[Parsed]) -> list[str]:
    """Name the hashes whose bytes are still expected, quarantined items included: a photo is never left behind."""
    announced = {a["sha256"] for p in parsed for a in find_announced(p.item)}
    ids = [p.instance_id for p in parsed if p.instance_id]
    if ids:
        announced |= set(db.session.scalars(_ABSENT, {"project": project_id, "ids": ids}))
    if not announced:
        return []
    here = set(db.session.scalars(select(Blob.sha256).where(Blob.project_id == project_id, Blob.sha256.in_(announced))))
    _mark_arrived(project_id, ids, here)
    missing = {sha for sha in announced if sha and sha not in here}
    return sorted(missing - find_refused(db.session, project_id, missing))


@retried
def _mark_arrived(project_id: int, instance_ids: Sequence[str], here: Collection[str]) -> None:
    """Mark as present what finished its upload while its submission was being stored: neither saw the other then."""
    late = (
        SubmissionAttachment.project_id == project_id,
        SubmissionAttachment.instance_id.in_(instance_ids),
        SubmissionAttachment.present.is_(False),
        SubmissionAttachment.sha256.in_(here),
    )
    if here and db.session.scalar(select(SubmissionAttachment.name).where(*late).limit(1)) is not None:
        with transaction() as session:
            session.execute(update(SubmissionAttachment).where(*late).values(present=True))
            stamp(session, project_id, Submission.instance_id.in_(instance_ids))
