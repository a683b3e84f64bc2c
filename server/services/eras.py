"""Begin a new era after a restore from a backup: what was given out since the backup is never given out again.

Phones know from the era that the server forgot: they pull everything again and offer everything they kept. Versions and
the change counter begin above whatever the lost time can have used, so a number never means two things.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, select, update

from server.auth import Actor
from server.blobs import blob_store, compare
from server.database import retried, transaction
from server.errors import Problem
from server.models import Blob, FormAttachment, Project, SubmissionAttachment
from server.services import audits
from server.services.stamps import stamp_holders
from sync.protocol import find_era_start


@dataclass(frozen=True, slots=True)
class NewEra:
    era: int
    counter: int
    files_lost: int
    """Photographs that the database knows and the folder has not: phones are asked for them again."""


@retried
def begin_era(project_id: int, actor: Actor) -> NewEra:
    """Begin the next era of a project.

    :raises Problem: 404.1 for an unknown project.
    """
    now = datetime.now(UTC)
    with transaction() as session:
        project = session.get(Project, project_id, with_for_update={"key_share": True})
        if project is None:
            raise Problem("404.1")
        project.era += 1
        project.counter = find_era_start(project.era, project.counter)
        of_forms = set(session.scalars(select(FormAttachment.sha256).where(FormAttachment.project_id == project_id)))
        rows = select(Blob.sha256, Blob.size).where(Blob.project_id == project_id).order_by(Blob.sha256)
        known = [(row.sha256, row.size) for row in session.execute(rows)]
        lost = [
            sha256
            for sha256, _, kept in compare(known, blob_store().list_all(project_id))
            if kept is None and sha256 not in of_forms
        ]
        for sha256 in lost:
            session.execute(
                update(SubmissionAttachment)
                .where(SubmissionAttachment.project_id == project_id, SubmissionAttachment.sha256 == sha256)
                .values(present=False)
            )
            stamp_holders(session, project_id, [sha256])
            session.execute(delete(Blob).where(Blob.project_id == project_id, Blob.sha256 == sha256))
        audits.note(session, project_id, actor, "era.begin", str(project.era), now, files_lost=len(lost))
        return NewEra(project.era, project.counter, len(lost))
