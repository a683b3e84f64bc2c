"""Say that what the workbook shows of some submissions has changed, when their own rows have not."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from server.models import Submission, SubmissionAttachment
from server.models.submission import make_stamp


def stamp(session: Session, project_id: int, *which: ColumnElement[bool]) -> None:
    """Give submissions new stamps; part of the caller's transaction.

    :param which: conditions on :class:`Submission`.
    """
    session.execute(
        update(Submission)
        .where(Submission.project_id == project_id, *which)
        .values(stamp=make_stamp())
        .execution_options(synchronize_session=False)
    )


def stamp_holders(session: Session, project_id: int, sha256s: list[str]) -> None:
    """Give new stamps to the submissions that name files with these hashes."""
    holders = select(SubmissionAttachment.instance_id).where(
        SubmissionAttachment.project_id == project_id, SubmissionAttachment.sha256.in_(sha256s)
    )
    stamp(session, project_id, Submission.instance_id.in_(holders))
