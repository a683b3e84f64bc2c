"""Women who were no eighteen years old when they were registered: the agreement of a guardian is asked for (art. 8).

Nobody has to look for them: the request joins the register of requests when the record is taken into the index, once,
whatever becomes of it. An officer closes it with what was done.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from exports.programme import ALGIERS
from server.auth import COMMAND
from server.models import LegalRequest
from server.services import audits
from sync.people import Person

FULL_AGE = 18
KIND = "guardian"
DUE_DAYS = 10


def is_minor(person: Person, at: datetime) -> bool:
    """Say whether somebody was under age at a moment; of a presumed birth the year counts, as in the form."""
    if not person.year:
        return False
    day = at.astimezone(ALGIERS)
    before_birthday = bool(person.day) and f"{day:%m-%d}" < person.day
    return day.year - person.year - before_birthday < FULL_AGE


def ask_guardians(session: Session, project_id: int, entity_ids: Collection[str], now: datetime) -> None:
    """Open the request for the agreement of a guardian about records that never had one; part of a transaction."""
    if not entity_ids:
        return
    asked = select(LegalRequest.entity_id).where(
        LegalRequest.project_id == project_id,
        LegalRequest.entity_id.in_(entity_ids),
        LegalRequest.kind == KIND,
    )
    for entity_id in sorted(set(entity_ids) - set(session.scalars(asked))):
        session.add(
            LegalRequest(
                project_id=project_id, id=str(uuid4()), entity_id=entity_id, kind=KIND, state="open", received_at=now,
                due_at=now + timedelta(days=DUE_DAYS), by=COMMAND.label, proof={},
            )
        )  # fmt: skip
        audits.note(session, project_id, COMMAND, "request.open", entity_id, now, kind=KIND)
