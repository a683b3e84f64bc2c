"""What is asked or disputed now: nothing of it is removed, whatever its age, until that is closed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, or_, select, union
from sqlalchemy.orm import Session, aliased

from server.models import ConflictEntry, Correction, Entity, EntityActionRow, LegalRequest, Question, Submission


def select_held_records(project_id: int) -> Select[Any]:
    """Select the records with an open request by law, dispute or question to agents, and all that are one with them."""
    asked = union(
        select(LegalRequest.entity_id).where(LegalRequest.project_id == project_id, LegalRequest.state == "open"),
        select(ConflictEntry.entity_id).where(ConflictEntry.project_id == project_id, ConflictEntry.open.is_(True)),
        select(Question.entity_id).where(Question.project_id == project_id, Question.open.is_(True)),
    )
    one = aliased(Entity)
    components = select(one.component).where(one.project_id == project_id, one.id.in_(asked))
    return select(Entity.id).where(Entity.project_id == project_id, Entity.component.in_(components))


def select_sent_back(project_id: int) -> Select[Any]:
    """Select the submissions that wait for a correction."""
    return select(Correction.instance_id).where(Correction.project_id == project_id, Correction.open.is_(True))


def find_held_submissions(session: Session, project_id: int) -> set[str]:
    """Name the submissions of held records and those sent back, with all of their chains."""
    records = select_held_records(project_id)
    about = select(EntityActionRow.instance_id).where(
        EntityActionRow.project_id == project_id,
        or_(EntityActionRow.entity_id.in_(records), EntityActionRow.named_id.in_(records)),
    )
    one = aliased(Submission)
    roots = select(one.root_id).where(
        one.project_id == project_id,
        or_(one.instance_id.in_(about), one.instance_id.in_(select_sent_back(project_id))),
    )
    return set(
        session.scalars(
            select(Submission.instance_id).where(Submission.project_id == project_id, Submission.root_id.in_(roots))
        )
    )
