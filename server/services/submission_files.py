"""The files that submissions name: which are announced, which are here, which are still expected."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from forms.instance import named_attachments
from server.database import db, retried, transaction
from server.models import Blob, SubmissionAttachment
from server.services.items import Parsed, find_announced, is_plain

# Rows that are only added: told to the database without the session's bookkeeping, which costs more than the insert.
_ADD_ATTACHMENT = cast(Table, SubmissionAttachment.__table__).insert()
_HERE = select(Blob.sha256).where(
    Blob.project_id == bindparam("project_id"), Blob.sha256.in_(bindparam("hashes", expanding=True))
)
_ATTACHMENT_COLUMNS = tuple(cast(Table, SubmissionAttachment.__table__).columns.keys())


def note_attachments(session: Session, project_id: int, parsed: Parsed, *, new: bool = False) -> None:
    """Note the files that a submission names; an edit keeps earlier ones still named in its XML.

    :param new: whether the submission was stored just now, so that nothing is noted of it yet.
    """
    if parsed.definition is None or parsed.instance is None:
        return
    announced = {a["name"]: a for a in find_announced(parsed.item)}
    inherited: dict[str, SubmissionAttachment] = {}
    deprecated_id = parsed.instance.deprecated_id
    if deprecated_id:
        inherited = {
            row.name: row
            for row in session.scalars(
                select(SubmissionAttachment).where(
                    SubmissionAttachment.project_id == project_id,
                    SubmissionAttachment.instance_id == deprecated_id,
                )
            )
        }
    added: list[SubmissionAttachment] = []
    noted: list[SubmissionAttachment] = []
    for name in dict.fromkeys((*announced, *named_attachments(parsed.definition, parsed.instance))):
        if not is_plain(name):
            continue
        row = None if new else session.get(SubmissionAttachment, (project_id, parsed.instance_id, name))
        if row is None:
            row = SubmissionAttachment(project_id=project_id, instance_id=parsed.instance_id, name=name, present=False)
            added.append(row)
        source: Mapping[str, Any] = announced.get(name, {})
        if not row.present and source:
            row.sha256, row.size, row.content_type = source["sha256"], source["size"], source["contentType"]
        elif row.sha256 is None and name in inherited:
            old = inherited[name]
            row.sha256, row.size, row.content_type = old.sha256, old.size, old.content_type
        noted.append(row)
    hashes = [row.sha256 for row in noted if row.sha256 and not row.present]
    if hashes:
        here = set(session.connection().scalars(_HERE, {"project_id": project_id, "hashes": hashes}))
        for row in noted:
            row.present = row.present or row.sha256 in here
    for row in added:
        values = {name: getattr(row, name) for name in _ATTACHMENT_COLUMNS}
        session.connection().execute(_ADD_ATTACHMENT, {n: v for n, v in values.items() if v is not None})
    if not new:
        session.flush()


def find_wanted(project_id: int, parsed: Sequence[Parsed]) -> list[str]:
    """Name the hashes whose bytes are still expected, quarantined items included: a photo is never left behind."""
    announced = {a["sha256"] for p in parsed for a in find_announced(p.item)}
    ids = [p.instance_id for p in parsed if p.instance_id]
    announced |= set(
        db.session.scalars(
            select(SubmissionAttachment.sha256).where(
                SubmissionAttachment.project_id == project_id,
                SubmissionAttachment.instance_id.in_(ids),
                SubmissionAttachment.present.is_(False),
                SubmissionAttachment.sha256.is_not(None),
            )
        )
    )
    here = set(db.session.scalars(select(Blob.sha256).where(Blob.project_id == project_id, Blob.sha256.in_(announced))))
    _mark_arrived(project_id, ids, here)
    return sorted(sha for sha in announced if sha and sha not in here)


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
