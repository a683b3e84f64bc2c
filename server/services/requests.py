"""The register of what women ask by law 18-07: received, due, done, proved.

The law gives ten days for a correction (art. 35, to be confirmed by the data-protection officer); the same is asked of
the others. Nothing is done by itself but this: an erasure closes the requests for it, and a guardian is asked to agree
where a woman is under age (``guardians``).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from server.auth import Actor
from server.database import db, retried, transaction
from server.errors import Problem
from server.models import Entity, LegalRequest
from server.services import audits
from server.services.entities import Page, find_page

KINDS: Final = ("access", "correction", "objection", "withdrawal", "erasure", "guardian")
ENDS: Final = ("done", "refused")
DUE_DAYS: Final = 10
PAGE: Final = 30
MAX_WORDS: Final = 2000


def list_requests(project_id: int, *, state: str = "open", page: int = 1) -> Page:
    """List requests with their record: open ones by their due day, the others the newest first."""
    is_open = LegalRequest.state == "open"
    where = (LegalRequest.project_id == project_id, is_open if state == "open" else ~is_open)
    total = db.session.scalar(select(func.count()).select_from(LegalRequest).where(*where)) or 0
    number = find_page(page, total, PAGE)
    rows = db.session.execute(
        select(LegalRequest, Entity)
        .join(Entity, (Entity.project_id == LegalRequest.project_id) & (Entity.id == LegalRequest.entity_id))
        .where(*where)
        .order_by(LegalRequest.due_at if state == "open" else LegalRequest.closed_at.desc(), LegalRequest.id)
        .limit(PAGE)
        .offset((number - 1) * PAGE)
    ).all()
    return Page([tuple(row) for row in rows], total, number, PAGE)


def list_of_record(project_id: int, entity_ids: list[str]) -> list[LegalRequest]:
    """List what was asked about a record and those that are part of it, the newest first."""
    return list(
        db.session.scalars(
            select(LegalRequest)
            .where(LegalRequest.project_id == project_id, LegalRequest.entity_id.in_(entity_ids))
            .order_by(LegalRequest.received_at.desc(), LegalRequest.id)
        )
    )


def count_open(project_id: int, now: datetime) -> tuple[int, int]:
    """Count the requests that wait, and those of them whose day is past."""
    where = (LegalRequest.project_id == project_id, LegalRequest.state == "open")
    count = select(func.count()).select_from(LegalRequest)
    waiting = db.session.scalar(count.where(*where)) or 0
    late = db.session.scalar(count.where(*where, LegalRequest.due_at < now)) or 0
    return waiting, late


def find_objections(project_id: int) -> frozenset[str]:
    """Name the records whose women object to the use of their data, now."""
    return frozenset(
        db.session.scalars(
            select(LegalRequest.entity_id).where(
                LegalRequest.project_id == project_id,
                LegalRequest.state == "done",
                LegalRequest.kind == "objection",
            )
        )
    )


def find_withheld(project_id: int) -> frozenset[str]:
    """Name the records that leave the office in no list and no export: those that object, and what they are part of."""
    found = find_objections(project_id)
    known, newer = set(found), set(found)
    while newer:  # a record that is part of another takes its objection with it
        merged = select(Entity.merged_into).where(
            Entity.project_id == project_id, Entity.id.in_(newer), Entity.merged_into.is_not(None)
        )
        newer = {str(one) for one in db.session.scalars(merged)} - known
        known |= newer
    return frozenset(known)


@retried
def open_request(project_id: int, entity_id: str, kind: str, words: str, actor: Actor) -> str:
    """Note what a woman asks; return the number of the request.

    :raises Problem: 404.1; 400.8 for an unknown kind; 409.53 when her data were erased; 409.3 when she asks the same
        already.
    """
    now = datetime.now(UTC)
    if kind not in KINDS:
        raise Problem("400.8", field="kind", reason="one of " + ", ".join(KINDS))
    with transaction() as session:
        entity = session.get(Entity, (project_id, entity_id))
        if entity is None:
            raise Problem("404.1")
        if entity.erased_at:
            raise Problem("409.53")
        same = select(LegalRequest.id).where(
            LegalRequest.project_id == project_id,
            LegalRequest.entity_id == entity_id,
            LegalRequest.kind == kind,
            LegalRequest.state == "open",
        )
        if session.scalar(same) is not None:
            raise Problem("409.3", what="This request")
        request = LegalRequest(
            project_id=project_id, id=str(uuid4()), entity_id=entity_id, kind=kind, state="open", received_at=now,
            due_at=now + timedelta(days=DUE_DAYS), words=words.strip()[:MAX_WORDS], by=actor.label, proof={},
        )  # fmt: skip
        session.add(request)
        audits.note(session, project_id, actor, "request.open", entity_id, now, kind=kind)
        return request.id


@retried
def close_request(
    project_id: int, request_id: str, end: str, outcome: str, actor: Actor, proof: dict[str, Any] | None = None
) -> str:
    """Note what became of a request; return the record it was about.

    :raises Problem: 404.1; 400.8 when it is not said what was done; 409.51 when it is closed already.
    """
    now = datetime.now(UTC)
    if end not in (*ENDS, "lifted"):
        raise Problem("400.8", field="end", reason="done, refused or lifted")
    if not outcome.strip():
        raise Problem("400.2", field="outcome")
    with transaction() as session:
        request = session.get(LegalRequest, (project_id, request_id), with_for_update={"key_share": True})
        if request is None:
            raise Problem("404.1")
        lifts = end == "lifted" and request.kind == "objection" and request.state == "done"
        if request.state != "open" and not lifts or end == "lifted" and not lifts:
            raise Problem("409.51")
        request.state, request.closed_at, request.closed_by = end, now, actor.label
        request.outcome = outcome.strip()[:MAX_WORDS]
        request.proof = {**request.proof, **(proof or {})}
        audits.note(session, project_id, actor, f"request.{end}", request.entity_id, now, kind=request.kind)
        return request.entity_id


def close_erased(session: Session, project_id: int, entity_ids: list[str], now: datetime) -> None:
    """Close the requests that an erasure answers, and take the words out of all of these records' requests."""
    mine = (LegalRequest.project_id == project_id, LegalRequest.entity_id.in_(entity_ids))
    session.execute(update(LegalRequest).where(*mine).values(words="", outcome=""))
    session.execute(
        update(LegalRequest)
        .where(*mine, LegalRequest.state == "open")
        .values(state="done", closed_at=now, proof={"erasedAt": now.isoformat()})
    )
