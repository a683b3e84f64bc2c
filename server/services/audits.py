"""Write, read and verify the operations log.

Each line holds the hash of itself and of the line before it, so a line that is changed, taken out or put in breaks the
chain from there on. Lines are chained at the end of their transaction: the head of the chain is locked last of all, so
that transactions that write to it never wait for one another in a circle, and commit order is the order of the chain.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.auth import Actor
from server.database import db, do_last
from server.models import Audit, AuditHead

READ_AT_ONCE = 2000
PAGE = 100


def note(
    session: Session, project_id: int, actor: Actor, action: str, target: str, at: datetime, **details: Any
) -> None:
    """Add a line to the operations log, inside the caller's transaction."""
    session.add(
        Audit(
            project_id=project_id,
            id=str(uuid4()),
            at=at,
            actor=actor.label,
            action=action,
            target=target[:255],
            details=details,
        )
    )
    do_last(session, f"audits {project_id}", lambda ending: _chain(ending, project_id))


def _chain(session: Session, project_id: int) -> None:
    """Chain the lines of this transaction; those of others are chained, or not to be seen from here."""
    session.flush()
    head = session.get(AuditHead, (project_id,), with_for_update={"key_share": True}, populate_existing=True)
    if head is None:
        head = AuditHead(project_id=project_id, seq=0, hash="")
        session.add(head)
    unchained = select(Audit).where(Audit.project_id == project_id, Audit.seq.is_(None)).order_by(Audit.at, Audit.id)
    for line in session.scalars(unchained).all():
        head.seq += 1
        head.hash = hash_line(head.hash, head.seq, line)
        line.seq, line.hash = head.seq, head.hash
    session.flush()


def hash_line(before: str, seq: int, line: Audit) -> str:
    """Hash a line with the hash of the one before it."""
    at = line.at.astimezone(UTC).isoformat()
    told = [before, seq, line.id, at, line.actor, line.action, line.target, line.details]
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Verified:
    """What a look at the whole chain found; ``broken_at`` is the number of the first line that is not as written."""

    lines: int
    hash: str
    """Of the last line: noted apart, it shows later that nothing before it was rewritten."""
    broken_at: int | None = None
    reason: str = ""
    found: bool = True
    """Whether a hash that was asked about is that of some line."""


def verify_audits(project_id: int, *, expected: str = "") -> Verified:
    """Read the whole operations log and compute its chain anew.

    :param expected: a hash noted earlier: it must be that of a line.
    """
    before, seq, found = "", 0, not expected
    while True:
        lines = db.session.scalars(
            select(Audit)
            .where(Audit.project_id == project_id, Audit.seq > seq)
            .order_by(Audit.seq)
            .limit(READ_AT_ONCE)
            .execution_options(populate_existing=True)
        ).all()
        for line in lines:
            if line.seq != seq + 1:
                return Verified(seq, before, seq + 1, "missing", found)
            if line.hash != hash_line(before, line.seq, line):
                return Verified(seq, before, line.seq, "changed", found)
            before, seq = line.hash, line.seq
            found = found or before == expected
        if len(lines) < READ_AT_ONCE:
            break
    head = db.session.get(AuditHead, (project_id,), populate_existing=True)
    if (head.seq if head else 0) != seq or (head.hash if head else "") != before:
        return Verified(seq, before, seq + 1, "cut", found)
    loose = select(func.count()).select_from(Audit).where(Audit.project_id == project_id, Audit.seq.is_(None))
    if db.session.scalar(loose):
        return Verified(seq, before, seq + 1, "unchained", found)
    return Verified(seq, before, None, "" if found else "unknown", found)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which lines are wanted; what is blank asks for nothing."""

    actor: str = ""
    action: str = ""
    target: str = ""
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lines:
    rows: list[Audit]
    number: int
    more: bool


def list_audits(project_id: int, asked: Asked, *, page: int = 1) -> Lines:
    """List lines of the operations log, newest first."""
    wanted = select(Audit).where(Audit.project_id == project_id)
    if asked.actor:
        wanted = wanted.where(Audit.actor == asked.actor)
    if asked.action:
        wanted = wanted.where(Audit.action == asked.action)
    if asked.target:
        wanted = wanted.where(Audit.target == asked.target)
    if asked.since is not None:
        wanted = wanted.where(Audit.at >= asked.since)
    if asked.before is not None:
        wanted = wanted.where(Audit.at < asked.before)
    number = max(page, 1)
    rows = db.session.scalars(
        wanted.order_by(Audit.seq.desc()).limit(PAGE + 1).offset((number - 1) * PAGE)
    ).all()
    return Lines(list(rows[:PAGE]), number, len(rows) > PAGE)


def list_kinds(project_id: int) -> tuple[list[str], list[str]]:
    """List the actions and the actors that the log names."""
    actions = db.session.scalars(select(Audit.action).where(Audit.project_id == project_id).distinct())
    actors = db.session.scalars(select(Audit.actor).where(Audit.project_id == project_id).distinct())
    return sorted(actions), sorted(actors)
