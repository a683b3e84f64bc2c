"""Receive a phone's batch: every item gets an outcome, none harms another, nothing that was stored is lost.

The way of one submission: parse (pure, before any transaction) → one transaction for a chunk of items → decide the
receipt (pure) → store → find and apply its entity actions → commit → outcomes in the same order. If that cannot be
done for all of them together, each is received alone, in a savepoint.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from server.auth import Actor
from server.database import db, retried, savepoint, transaction
from server.errors import Problem
from server.models import Project, Submission
from server.services import audits
from server.services.ahead import find_touched, read_ahead
from server.services.devices import find_missing, see_device
from server.services.erased import remove_dropped
from server.services.feed import find_scopes
from server.services.items import ID_CHARS, Definitions, Parsed, Sender, parse_item
from server.services.receipt import close_asked, decide_and_store, receive_item
from server.services.register import Register
from server.services.submission_files import find_wanted
from server.trouble import is_of_the_whole
from sync.protocol import FAILED, MAX_INFLATED, MAX_ITEMS

log = structlog.get_logger("hirfa.sync")

CHUNK = MAX_ITEMS
"""Items of one transaction: one wait for the disk is paid for all of them."""
_ERA = select(Project.era).where(Project.id == bindparam("project"))


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    server_time: datetime
    era: int
    results: list[dict[str, Any]]
    missing: list[int]
    attachments_wanted: list[str]
    device: str


def receive_batch(
    project_id: int,
    actor: Actor,
    device_id: str,
    sent_at: datetime | None,
    items: Sequence[Any],
    *,
    literal: bool = False,
    carried_offset_s: float | None = None,
) -> BatchAnswer:
    """Store a batch and answer for each item, in the same order.

    :param sent_at: the phone's clock when it sent; the difference to ours corrects its other times.
    :param items: as they came; each is read alone, so that a bad one harms nobody.
    :param literal: whether the client shows its own unsent answers word for word, as ODK Collect does.
    :param carried_offset_s: for items that others carried: what to add to the phone's clock, by its own last measure.
    """
    now = datetime.now(UTC)
    offset_s = (now - sent_at).total_seconds() if sent_at else carried_offset_s or 0.0
    scopes = find_scopes(project_id, actor.id)
    sender = Sender(actor, device_id[:ID_CHARS], offset_s, now, scopes, literal, carried_offset_s is not None)
    definitions = Definitions(project_id)
    parsed = [parse_item(definitions, item) for item in items]
    if definitions.overflowed and len(items) > 1:
        raise Problem("413.1", limit_bytes=MAX_INFLATED, limit_items=len(items) // 2)
    results: list[dict[str, Any]] = []
    for start in range(0, len(parsed), CHUNK):
        chunk = parsed[start : start + CHUNK]
        results += _receive_chunk(project_id, sender, chunk)
        remove_dropped(db.session())
    if not parsed:
        _receive_chunk(project_id, sender, [])
    return BatchAnswer(
        server_time=datetime.now(UTC),
        era=db.session.execute(_ERA, {"project": project_id}).scalar_one(),
        results=results,
        missing=find_missing(project_id, sender.actor.id, sender.device_id),
        attachments_wanted=find_wanted(project_id, parsed),
        device="revoked" if actor.revoked else "ok",
    )


def receive_at_desk(project_id: int, actor: Actor, item: Mapping[str, Any]) -> dict[str, Any]:
    """Receive a form that an officer filled, the way of a phone's; return its outcome.

    Nobody withheld anything from her: what she saw is the row in the register, office properties included.

    :raises Problem: when it cannot be read; nothing is stored then, her page keeps the answers.
    """
    now = datetime.now(UTC)
    parsed = parse_item(Definitions(project_id), item)
    if parsed.problem is not None:
        raise parsed.problem
    result = _receive_chunk(project_id, Sender(actor, "", 0.0, now, frozenset()), [parsed])[0]
    remove_dropped(db.session())
    if result["status"] == FAILED:
        raise Problem("500.1")
    return result


@retried
def _receive_chunk(project_id: int, sender: Sender, chunk: Sequence[Parsed]) -> list[dict[str, Any]]:
    with transaction() as session:
        see_device(session, project_id, sender, chunk)
        touched = find_touched(session, project_id, chunk)
        register = Register(session, project_id, sender.received_at)
        register.lock(touched)
        if sender.app_user_id is None:
            _check_edits(session, project_id, chunk)
        ahead = read_ahead(session, project_id, chunk)
        try:
            with savepoint(session):
                results = [decide_and_store(session, register, sender, ahead, parsed) for parsed in chunk]
        except Exception as error:  # something is wrong with one of them: now each alone
            if is_of_the_whole(error):
                raise
            log.info("items one by one", reason=type(error).__name__)
            register = Register(session, project_id, sender.received_at)
            register.lock(touched)
            ahead = read_ahead(session, project_id, chunk)
            results = [receive_item(session, register, sender, ahead, parsed) for parsed in chunk]
        close_asked(session, project_id, chunk, results, sender.received_at)
        if sender.app_user_id is None:
            for parsed in chunk:
                act = "submission.edit" if parsed.instance and parsed.instance.deprecated_id else "submission.create"
                audits.note(session, project_id, sender.actor, act, parsed.instance_id, sender.received_at)
        return results


def _check_edits(session: Session, project_id: int, chunk: Sequence[Parsed]) -> None:
    """Refuse an officer's edit of what was edited since she opened it: of two at once the second is told, and nothing
    of hers is stored. A phone cannot be told in time, so both of its edits count and an officer sees the conflict.

    :raises Problem: 409.51.
    """
    for parsed in chunk:
        replaced = parsed.instance.deprecated_id if parsed.instance else None
        if replaced is None or session.get(Submission, (project_id, parsed.instance_id)) is not None:
            continue
        key = (project_id, replaced)
        known = session.get(Submission, key, with_for_update={"key_share": True}, populate_existing=True)
        if known is not None and known.superseded:
            raise Problem("409.51")
