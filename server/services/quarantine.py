"""Let an officer take what was set aside into the register: as it was sent, by whom it was sent, when it was sent.

Two intentions. To *retry* is to decide again by the ordinary rules: it helps when the cause is gone, as when the form
was published since. To *release* is to say that the cause does not matter: the revoked phone's work is genuine, the
same id with other content is a visit of its own. What cannot be read, or is of an unknown form, cannot be released.

An item stays in quarantine's table for ever, released or not: its number (``seq``) is not missed, and a phone that
sends it again is told what became of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.auth import Actor
from server.database import db, retried, transaction
from server.errors import Problem
from server.models import AppUser, Quarantined, Submission
from server.services import audits
from server.services.ahead import find_touched
from server.services.erased import find_gone, sift
from server.services.feed import find_scopes
from server.services.items import Definitions, Parsed, Sender, parse_item
from server.services.receipt import accept_item, find_released, name_variant, problem_of_receipt, reason_of
from server.services.register import Register
from server.services.submission_files import note_attachments
from sync.receipt import REVOKED, UNREADABLE, VARIANT, Receipt, Stored, decide_receipt


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an item."""

    instance_id: str
    """The submission it became; while it stays aside the id it was sent under, perhaps ""."""
    problem: Problem | None
    """Why it stays aside; None once it counts."""


@retried
def retry_item(project_id: int, content_sha256: str, actor: Actor) -> Outcome:
    """Decide again about one item by the ordinary rules, and apply it when nothing stands in its way any more.

    :raises Problem: 404.1 when there is no such item.
    """
    return _reconsider(project_id, content_sha256, actor, release=False)


def retry_all(project_id: int, actor: Actor, *, code: str = "") -> list[Outcome]:
    """Decide again about every item that is aside, in the order they came, each in a transaction of its own.

    :param code: only those set aside for this reason.
    """
    waiting = db.session.scalars(
        select(Quarantined.content_sha256)
        .where(
            Quarantined.project_id == project_id,
            Quarantined.released_at.is_(None),
            *([Quarantined.code == code] if code else []),
        )
        .order_by(Quarantined.received_at, Quarantined.seq, Quarantined.content_sha256)
    ).all()
    return [retry_item(project_id, content_sha256, actor) for content_sha256 in waiting]


@retried
def release_item(project_id: int, content_sha256: str, actor: Actor) -> Outcome:
    """Apply one item whatever the rules say of its sender or its id; nothing that is there is replaced by it.

    An item whose instanceID another submission holds becomes a submission of its own, under an id made from its
    content.

    :raises Problem: 404.1 when there is no such item; 400.1, 404.6 or 422.50 when it cannot be read or its form is not
        known.
    """
    return _reconsider(project_id, content_sha256, actor, release=True)


def _reconsider(project_id: int, content_sha256: str, actor: Actor, *, release: bool) -> Outcome:
    now = datetime.now(UTC)
    parsed = _read(project_id, content_sha256)
    with transaction() as session:
        register = Register(session, project_id, now)
        register.lock(find_touched(session, project_id, [parsed]))
        row = session.get_one(Quarantined, (project_id, content_sha256), with_for_update={"key_share": True})
        if row.released_at is not None:
            done = find_released(session, project_id, parsed)
            return Outcome(done.instance_id if done else row.instance_id, None)
        sifted = sift(session, project_id, _sender_of(session, row), find_gone(session, project_id, [parsed]), parsed)
        if isinstance(sifted, dict):  # it can be read now, and is about a woman whose data were erased
            row.content, row.item, row.message, row.released_at = b"", {}, "", now
            return Outcome(row.instance_id, Problem("409.53"))
        parsed = sifted
        name = "quarantine.release" if release else "quarantine.retry"
        problem = _find_obstacle(session, row, parsed, release=release)
        if problem is not None:
            if release:
                raise problem
            if parsed.instance is not None and problem.code != row.code:
                row.code, row.message = problem.code, problem.message()
            audits.note(session, project_id, actor, name, row.instance_id, now, applied=False, code=row.code)
            return Outcome(row.instance_id, problem)
        ready = _prepare(session, row, parsed)
        held = session.get(Submission, (project_id, ready.instance_id))
        if held is None:
            accept_item(session, register, _sender_of(session, row), ready)
        else:  # it arrived another way meanwhile
            note_attachments(session, project_id, ready)
        row.released_at = now
        audits.note(session, project_id, actor, name, ready.instance_id, now, applied=True, code=row.code)
        return Outcome(ready.instance_id, None)


def _read(project_id: int, content_sha256: str) -> Parsed:
    """Read an item again, from what was kept of it."""
    row = db.session.get(Quarantined, (project_id, content_sha256))
    if row is None:
        raise Problem("404.1")
    return parse_item(Definitions(project_id), to_item(row))


def to_item(row: Quarantined) -> dict[str, Any]:
    """Return an item as it came in a batch."""
    item: dict[str, Any] = {**row.item, "instanceId": row.instance_id or None}
    if row.item.get("sealed") is True:  # it could not be opened when it came
        item["sealed"] = row.content.decode("utf-8", "replace")
    else:
        item["xml"] = row.content
    return item


def _find_obstacle(session: Session, row: Quarantined, parsed: Parsed, *, release: bool) -> Problem | None:
    """Say why an item cannot be applied."""
    if parsed.instance is None or parsed.definition is None or release:
        return parsed.problem
    reason = reason_of(row.code)
    held = session.get(Submission, (row.project_id, parsed.instance_id))
    receipt: Receipt = decide_receipt(
        parsed.arrival(revoked=reason == REVOKED),
        Stored(
            accepted=held.xml_sha256 if held else None,
            quarantined={r.sha256: reason_of(r.code) for r in _find_rivals(session, row, parsed.instance_id)},
        ),
    )
    if receipt.applies or (held is not None and held.xml_sha256 == parsed.sha256):
        return None
    return problem_of_receipt(receipt, parsed)


def _find_rivals(session: Session, row: Quarantined, instance_id: str) -> list[Quarantined]:
    """Find what else is aside under an id and has a claim to it: not what was set aside for being the second."""
    rows = session.scalars(
        select(Quarantined).where(
            Quarantined.project_id == row.project_id,
            Quarantined.instance_id == instance_id,
            Quarantined.content_sha256 != row.content_sha256,
            Quarantined.released_at.is_(None),
        )
    )
    return [other for other in rows if reason_of(other.code) not in (VARIANT, *UNREADABLE)]


def _prepare(session: Session, row: Quarantined, parsed: Parsed) -> Parsed:
    """Give an item the id it will stand under, and take from it what makes no sense (an edit of itself)."""
    assert parsed.instance is not None  # noqa: S101 - it was found readable
    instance = parsed.instance
    written = instance.instance_id
    held = session.get(Submission, (row.project_id, written))
    taken = held is not None and held.xml_sha256 != parsed.sha256
    if taken or (held is None and _find_rivals(session, row, written)):
        instance = replace(instance, instance_id=name_variant(written, parsed.sha256))
    if instance.deprecated_id == written:
        instance = replace(instance, deprecated_id=None)
    return replace(parsed, instance_id=instance.instance_id, instance=instance)


def _sender_of(session: Session, row: Quarantined) -> Sender:
    """Describe who sent an item, as it was then: in her name, with her phone's clock, received when it was."""
    agent = session.get(AppUser, (row.project_id, row.app_user_id)) if row.app_user_id else None
    sender = (
        Actor(kind="app_user", id=agent.id, name=agent.name, role="app_user", project_id=row.project_id)
        if agent is not None
        else Actor(kind="command", id=0, name="", role="")
    )
    return Sender(
        actor=sender,
        device_id=row.device_id or "",
        offset_s=row.clock_offset_s,
        received_at=row.received_at,
        scopes=find_scopes(row.project_id, sender.id),
        literal=row.literal,
    )
