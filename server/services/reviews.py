"""Look at submissions as ODK Central does: states with comments. A state alone changes nothing in the register."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.auth import Actor
from server.database import db, retried, transaction
from server.errors import Problem
from server.models import Correction, Remark, Submission
from server.services import audits
from server.services.submission_filters import STATES

GIVEN = ("hasIssues", "approved", "rejected")
"""States that an officer gives; ``received`` takes one back."""
MAX_WORDS = 2000


@retried
def review(project_id: int, instance_id: str, state: str, words: str, actor: Actor) -> None:
    """Give a submission a review state, a comment, or both.

    :param state: "" for a comment alone; ``received`` takes the state back.
    :raises Problem: 404.1; 400.8 for another state; 400.2 when nothing is said; 409.51 when an edit replaced the
        submission meanwhile: what she judged is no longer what counts; 409.53.
    """
    words = words.strip()[:MAX_WORDS]
    if state and state not in (*GIVEN, STATES[0]):
        raise Problem("400.8", field="reviewState", reason=f"one of {', '.join((STATES[0], *GIVEN))}")
    if not state and not words:
        raise Problem("400.2", field="comment")
    now = datetime.now(UTC)
    with transaction() as session:
        submission = session.get(Submission, (project_id, instance_id), with_for_update={"key_share": True})
        if submission is None:
            raise Problem("404.1")
        if submission.erased_at is not None:
            raise Problem("409.53")
        if state and submission.superseded:
            raise Problem("409.51")
        if state:
            submission.review_state = None if state == STATES[0] else state
        add_remark(session, project_id, instance_id, words, actor, now, state)
        audits.note(session, project_id, actor, "submission.review" if state else "submission.comment",
                    instance_id, now, **({"state": state} if state else {}))  # fmt: skip


def add_remark(
    session: Session, project_id: int, instance_id: str, words: str, actor: Actor, now: datetime, state: str = ""
) -> None:
    """Keep what an officer said; part of the caller's transaction."""
    session.add(
        Remark(
            project_id=project_id,
            id=str(uuid4()),
            instance_id=instance_id,
            state=state,
            words=words,
            at=now,
            by=actor.label,
        )
    )


@dataclass(frozen=True, slots=True)
class Said:
    """One line of what was said about a submission: ``kind`` is a state, ``comment``, ``sent`` or how that ended."""

    at: datetime
    by: str
    kind: str
    words: str
    instance_id: str


def list_said(project_id: int, instance_ids: Sequence[str]) -> list[Said]:
    """Tell what officers said about the versions of a submission, and what became of corrections; oldest first."""
    remarks = db.session.scalars(
        select(Remark).where(Remark.project_id == project_id, Remark.instance_id.in_(instance_ids))
    )
    said = [Said(r.at, r.by, r.state or "comment", r.words, r.instance_id) for r in remarks]
    corrections = db.session.scalars(
        select(Correction).where(Correction.project_id == project_id, Correction.instance_id.in_(instance_ids))
    )
    for correction in corrections:
        said.append(Said(correction.at, correction.by, "sent", correction.comment, correction.instance_id))
        if correction.closed_at is not None:
            said.append(Said(correction.closed_at, "", f"sent.{correction.ended}", "", correction.instance_id))
    return sorted(said, key=lambda one: (one.at, one.kind))
