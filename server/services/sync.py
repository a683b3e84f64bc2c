"""Receive a phone's batch: every item gets an outcome, none harms another, nothing that was stored is lost.

The way of one submission: parse (pure, before any transaction) → one transaction for a chunk of items, each in a
savepoint → decide the receipt (pure) → store → find and apply its entity actions, in a savepoint of their own, since
receipt never fails because of interpretation → commit → outcomes in the same order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, cast

import structlog
from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from forms.instance import Instance
from server.auth import Actor
from server.database import db, retried, transaction
from server.errors import Problem
from server.models import (
    AppUserScope,
    Device,
    EntityActionRow,
    Project,
    Quarantined,
    Submission,
)
from server.services import corrections, questions
from server.services.items import ID_CHARS, Definitions, Parsed, Sender, find_announced, parse_item
from server.services.register import Applied, Register
from server.services.submission_actions import find_actions
from server.services.submission_files import find_wanted, note_attachments
from server.trouble import is_of_the_whole
from sync.actions import EntityAction
from sync.protocol import ACCEPTED, DUPLICATE, EVERY_PHONE, FAILED, MAX_INFLATED, QUARANTINED
from sync.receipt import (
    EDITS_ITSELF,
    INVALID_XML,
    OTHER_ID,
    REVOKED,
    UNKNOWN_FORM,
    VARIANT,
    Receipt,
    Stored,
    decide_at,
    decide_receipt,
)

log = structlog.get_logger("hirfa.sync")

CHUNK = 50
"""Items of one transaction."""
MISSING_TOLD = 1000
# Rows that are only added: told to the database without the session's bookkeeping, which costs more than the insert.
_ADD_SUBMISSION = cast(Table, Submission.__table__).insert()


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
) -> BatchAnswer:
    """Store a batch and answer for each item, in the same order.

    :param sent_at: the phone's clock when it sent; the difference to ours corrects its other times.
    :param items: as they came; each is read alone, so that a bad one harms nobody.
    :param literal: whether the client shows its own unsent answers word for word, as ODK Collect does.
    """
    now = datetime.now(UTC)
    offset_s = (now - sent_at).total_seconds() if sent_at else 0.0
    scopes = find_sender_scopes(db.session, project_id, actor.id)
    sender = Sender(actor, device_id[:ID_CHARS], offset_s, now, scopes, literal)
    definitions = Definitions(project_id)
    parsed = [parse_item(definitions, item) for item in items]
    if definitions.overflowed and len(items) > 1:
        raise Problem("413.1", limit_bytes=MAX_INFLATED, limit_items=len(items) // 2)
    results: list[dict[str, Any]] = []
    for start in range(0, len(parsed), CHUNK):
        chunk = parsed[start : start + CHUNK]
        results += _receive_chunk(project_id, sender, chunk)
    if not parsed:
        _receive_chunk(project_id, sender, [])
    project = db.session.get_one(Project, project_id)
    return BatchAnswer(
        server_time=datetime.now(UTC),
        era=project.era,
        results=results,
        missing=find_missing(project_id, sender.actor.id, sender.device_id),
        attachments_wanted=find_wanted(project_id, parsed),
        device="revoked" if actor.revoked else "ok",
    )


def find_sender_scopes(session: Any, project_id: int, app_user_id: int) -> frozenset[str]:
    """Return the scopes that an agent holds now."""
    return frozenset(
        session.scalars(
            select(AppUserScope.scope).where(
                AppUserScope.project_id == project_id, AppUserScope.app_user_id == app_user_id
            )
        )
    )


@retried
def _receive_chunk(project_id: int, sender: Sender, chunk: Sequence[Parsed]) -> list[dict[str, Any]]:
    with transaction() as session:
        _see_device(session, project_id, sender, chunk)
        register = Register(session, project_id, sender.received_at)
        register.lock(find_touched(session, project_id, chunk))
        unheard = _find_unheard(session, project_id, chunk)
        results = [_receive_one(session, register, sender, unheard, parsed) for parsed in chunk]
        _close_asked(session, project_id, chunk, results, sender.received_at)
        return results


def _close_asked(
    session: Session, project_id: int, chunk: Sequence[Parsed], results: Sequence[dict[str, Any]], now: datetime
) -> None:
    """Close what the office asked of agents and these items answered."""
    corrections.close_answered(session, project_id, chunk, now)
    questions.close_answered(session, project_id, {e["id"] for result in results for e in result["entities"]}, now)


@dataclass(frozen=True, slots=True)
class Unheard:
    """Ids of a chunk about which the database surely holds nothing: what need not be asked for each item.

    Read when the change counter is locked, so nobody else adds to it; what this chunk adds is taken out. An id that is
    in none of them is looked up.
    """

    submissions: set[str]
    """Under which no submission is stored."""
    aside: set[str]
    """Under which nothing is in quarantine."""
    edited: set[str]
    """Which no stored submission names as the one it replaces, or as the first of its chain."""


def _find_unheard(session: Session, project_id: int, chunk: Sequence[Parsed]) -> Unheard:
    ids = {parsed.instance_id for parsed in chunk} - {""}
    stored = session.scalars(
        select(Submission.instance_id).where(Submission.project_id == project_id, Submission.instance_id.in_(ids))
    )
    aside = session.scalars(
        select(Quarantined.instance_id).where(Quarantined.project_id == project_id, Quarantined.instance_id.in_(ids))
    )
    named: set[str | None] = set()
    for column in (Submission.deprecated_id, Submission.root_id):  # each by its own index; joined by OR they use none
        named.update(session.scalars(select(column).where(Submission.project_id == project_id, column.in_(ids))))
    return Unheard(ids - set(stored), ids - set(aside), ids - named)


def find_touched(session: Session, project_id: int, chunk: Sequence[Parsed]) -> set[str]:
    """Name every entity that the chunk may touch: named, or touched by what an edit replaces."""
    named = {request.entity_id for parsed in chunk for request in parsed.requests}
    replaced = [p.instance.deprecated_id for p in chunk if p.instance and p.instance.deprecated_id]
    if replaced:
        named |= set(
            session.scalars(
                select(EntityActionRow.named_id).where(
                    EntityActionRow.project_id == project_id, EntityActionRow.instance_id.in_(replaced)
                )
            )
        )
    return named


def _see_device(session: Session, project_id: int, sender: Sender, chunk: Sequence[Parsed]) -> None:
    key = (project_id, sender.actor.id, sender.device_id)
    device = session.get(Device, key, with_for_update=True)
    if device is None:
        device = Device(
            project_id=project_id,
            app_user_id=sender.actor.id,
            device_id=sender.device_id,
            first_seen_at=sender.received_at,
            last_seen_at=sender.received_at,
            max_seq=0,
        )
        session.add(device)
    device.last_seen_at, device.clock_offset_s = sender.received_at, sender.offset_s
    device.max_seq = max([device.max_seq, *(p.seq for p in chunk if p.seq is not None)])
    session.flush()


def _receive_one(
    session: Session, register: Register, sender: Sender, unheard: Unheard, parsed: Parsed
) -> dict[str, Any]:
    """Receive one item in a savepoint; once more without an action that could not be applied: the form is kept."""
    impossible: dict[str, str] = {}
    while True:
        try:
            with session.begin_nested():
                return _decide_and_store(session, register, sender, unheard, parsed, impossible)
        except Inapplicable as error:
            register.forget()
            impossible[error.action_id] = error.message
        except Exception as error:
            if is_of_the_whole(error):  # nothing of this chunk can be stored: say so, rather than blame an item
                raise
            register.forget()
            log.exception("item failed", instance_id=parsed.instance_id)
            problem = Problem("500.1")
            return _result(parsed, problem.code, problem.message(), status=FAILED)


class Inapplicable(Exception):
    """An action of a submission cannot be applied."""

    def __init__(self, action_id: str, message: str) -> None:
        self.action_id = action_id
        self.message = message
        super().__init__(message)


def _decide_and_store(
    session: Session,
    register: Register,
    sender: Sender,
    unheard: Unheard,
    parsed: Parsed,
    impossible: Mapping[str, str],
) -> dict[str, Any]:
    project_id = register.project_id
    known = None
    if parsed.instance_id and parsed.instance_id not in unheard.submissions:
        known = session.get(Submission, (project_id, parsed.instance_id))
    aside = {}
    if parsed.instance_id not in unheard.aside:
        wanted = select(Quarantined).where(
            Quarantined.project_id == project_id,
            Quarantined.instance_id == parsed.instance_id,
            Quarantined.released_at.is_(None),
        )
        aside = {row.sha256: row for row in session.scalars(wanted)}
    receipt = decide_receipt(
        parsed.arrival(sender.actor.revoked),
        Stored(
            accepted=known.xml_sha256 if known else None,
            quarantined={sha256: reason_of(row.code) for sha256, row in aside.items()} if parsed.instance_id else {},
        ),
    )
    if receipt.kind == "duplicate" and receipt.reason is not None:
        first = aside[parsed.sha256]
        _note_more(first, parsed)
        return _result(parsed, first.code, first.message)
    if receipt.kind == "duplicate" and known is not None:
        note_attachments(session, project_id, parsed)
        return {**known.answer, "instanceId": parsed.instance_id, "status": receipt.status}
    if receipt.applies:
        return _accept(session, register, sender, unheard, parsed, impossible)
    released = find_released(session, project_id, parsed)
    if released is not None:
        note_attachments(session, project_id, replace(parsed, instance_id=released.instance_id))
        return {**released.answer, "instanceId": parsed.instance_id, "status": DUPLICATE}
    unheard.aside.discard(parsed.instance_id)
    return _set_aside(session, project_id, sender, parsed, problem_of_receipt(receipt, parsed))


def find_released(session: Session, project_id: int, parsed: Parsed) -> Submission | None:
    """Return what became of an item that an officer released: the submission, perhaps under an id of its own."""
    row = session.get(Quarantined, (project_id, _content_key(parsed)))
    if row is None or row.released_at is None or parsed.instance is None:
        return None
    written = parsed.instance.instance_id
    for instance_id in (written, name_variant(written, parsed.sha256)):
        found = session.get(Submission, (project_id, instance_id))
        if found is not None and found.xml_sha256 == parsed.sha256:
            return found
    return None


def name_variant(instance_id: str, sha256: str) -> str:
    """Name a submission whose instanceID another one holds: the same for the same content."""
    mark = f"~{sha256[:12]}"
    return instance_id[: ID_CHARS - len(mark)] + mark


_CODES = {VARIANT: "409.1", REVOKED: "403.50", UNKNOWN_FORM: "404.6", INVALID_XML: "400.1", OTHER_ID: "422.50"}


def reason_of(code: str) -> str:
    """Return the reason for quarantine (``sync.receipt``) behind the code that it was told with."""
    return next((reason for reason, known in _CODES.items() if known == code), INVALID_XML)


def problem_of_receipt(receipt: Receipt, parsed: Parsed) -> Problem:
    """Say in the words of the API why something is set aside."""
    if receipt.reason in (INVALID_XML, UNKNOWN_FORM) and parsed.problem is not None:
        return parsed.problem
    if receipt.reason == OTHER_ID:
        return Problem("422.50", reason="instanceId is not the one in the XML")
    if receipt.reason == EDITS_ITSELF:
        return Problem("422.50", reason="deprecatedID is its own instanceID")
    return Problem(_CODES[receipt.reason or INVALID_XML])


def _content_key(parsed: Parsed) -> str:
    return hashlib.sha256(f"{parsed.instance_id}\n{parsed.sha256}".encode("utf-8", "replace")).hexdigest()


def _result(parsed: Parsed, code: str, message: str, *, status: str = QUARANTINED) -> dict[str, Any]:
    return {
        "instanceId": parsed.instance_id or None,
        "status": status,
        "entities": [],
        "error": {"code": code, "message": message},
    }


def _set_aside(session: Session, project_id: int, sender: Sender, parsed: Parsed, problem: Problem) -> dict[str, Any]:
    """Keep an item whole in quarantine, with the reason."""
    key = (project_id, _content_key(parsed))
    known = session.get(Quarantined, key)
    if known is not None:
        _note_more(known, parsed)
    else:
        session.add(
            Quarantined(
                project_id=project_id,
                content_sha256=key[1],
                instance_id=parsed.instance_id,
                sha256=parsed.sha256,
                content=parsed.content,
                item=parsed.item,
                code=problem.code,
                message=problem.message().replace("\0", "\ufffd"),
                received_at=sender.received_at,
                app_user_id=sender.actor.id,
                device_id=sender.device_id,
                seq=parsed.seq,
                clock_offset_s=sender.offset_s,
                literal=sender.literal,
            )
        )
        session.flush()
    return _result(parsed, problem.code, problem.message())


def _note_more(row: Quarantined, parsed: Parsed) -> None:
    """Add the files that a repeat announces to an item that was set aside: a client may send them piece by piece."""
    known = {entry["name"] for entry in find_announced(row.item)}
    more = [entry for entry in find_announced(parsed.item) if entry["name"] not in known]
    if more:
        given = row.item.get("attachments")
        row.item = {**row.item, "attachments": [*(given if isinstance(given, list) else []), *more]}


def accept_item(session: Session, register: Register, sender: Sender, parsed: Parsed) -> dict[str, Any]:
    """Store one readable item as a submission and apply what it does to the register; return what its sender is told.

    Part of a transaction of the caller, who has locked what it touches (``find_touched``).
    """
    unheard = _find_unheard(session, register.project_id, [parsed])
    impossible: dict[str, str] = {}
    while True:
        try:
            with session.begin_nested():
                answer = _accept(session, register, sender, unheard, parsed, impossible)
                _close_asked(session, register.project_id, [parsed], [answer], register.now)
                return answer
        except Inapplicable as error:
            register.forget()
            impossible[error.action_id] = error.message


def _accept(
    session: Session,
    register: Register,
    sender: Sender,
    unheard: Unheard,
    parsed: Parsed,
    impossible: Mapping[str, str],
) -> dict[str, Any]:
    """Store a submission and apply what it does.

    :param impossible: what is wrong with actions that were tried already, by their id; they are left out.
    :raises Inapplicable: when one more cannot be applied.
    """
    assert parsed.instance is not None and parsed.definition is not None  # noqa: S101 - the parse said so
    instance, project_id = parsed.instance, register.project_id
    finalized_at = parsed.finalized_at or sender.received_at
    edited = parsed.instance_id not in unheard.edited
    applied = [
        _apply(register, action, parsed)
        for action in find_actions(session, register, sender, parsed, finalized_at, edited)
        if action.id not in impossible
    ]
    touched = frozenset().union(*(a.scopes for a in applied)) if applied else frozenset()
    answer: dict[str, Any] = {
        "instanceId": parsed.instance_id,
        "status": ACCEPTED,
        "entities": [{"id": a.entity_id, "version": a.version, "conflicts": list(a.conflicts)} for a in applied],
    }
    root_id = _root_of(session, project_id, instance)
    session.connection().execute(
        _ADD_SUBMISSION,
        {
            "project_id": project_id,
            "instance_id": parsed.instance_id,
            "root_id": root_id,
            "deprecated_id": instance.deprecated_id,
            "superseded": edited and _is_superseded(session, project_id, parsed.instance_id),
            "form_id": instance.form_id,
            "form_version": instance.version,
            "instance_name": instance.instance_name,
            "xml": parsed.content,
            "xml_sha256": parsed.sha256,
            "finalized_at": parsed.finalized_at,
            "at": decide_at(finalized_at, sender.offset_s, not_before=None, received_at=sender.received_at),
            "received_at": sender.received_at,
            "app_user_id": sender.actor.id if sender.actor.kind == "app_user" else None,
            "device_id": sender.device_id,
            "seq": parsed.seq,
            "answer": answer,
            "problem": "\n".join((*parsed.trouble, *impossible.values())) or None,
            "outside_scope": bool(touched) and not (touched & (sender.scopes | {EVERY_PHONE})),
        },
    )
    unheard.submissions.discard(parsed.instance_id)
    unheard.edited.difference_update({instance.deprecated_id, root_id} - {parsed.instance_id, None})
    if instance.deprecated_id:
        session.execute(
            update(Submission)
            .where(Submission.project_id == project_id, Submission.instance_id == instance.deprecated_id)
            .values(superseded=True)
        )
    if edited and root_id != parsed.instance_id:
        session.execute(  # edits that came before their original now know where their chain begins
            update(Submission)
            .where(Submission.project_id == project_id, Submission.root_id == parsed.instance_id)
            .values(root_id=root_id)
        )
    note_attachments(session, project_id, parsed, new=True)
    return answer


def _root_of(session: Session, project_id: int, instance: Instance) -> str:
    if not instance.deprecated_id:
        return instance.instance_id
    original = session.get(Submission, (project_id, instance.deprecated_id))
    return original.root_id if original else instance.deprecated_id


def _is_superseded(session: Session, project_id: int, instance_id: str) -> bool:
    return (
        session.scalar(
            select(Submission.instance_id)
            .where(Submission.project_id == project_id, Submission.deprecated_id == instance_id)
            .limit(1)
        )
        is not None
    )


def _apply(register: Register, action: EntityAction, parsed: Parsed) -> Applied:
    try:
        return register.apply(action, parsed.instance_id)
    except ValueError as error:
        raise Inapplicable(action.id, str(error)) from None
    except Exception as error:  # the submission is kept even when its entity work fails
        if is_of_the_whole(error):
            raise
        log.exception("entity work failed", instance_id=parsed.instance_id, action=action.id)
        raise Inapplicable(action.id, f"action {action.id} could not be applied") from error


def find_missing(project_id: int, app_user_id: int, device_id: str) -> list[int]:
    """Name the ``seq`` numbers below the highest seen that never arrived, at most a thousand."""
    seen: set[int] = set()
    for table in (Submission, Quarantined):
        seen |= {
            seq
            for seq in db.session.scalars(
                select(table.seq).where(
                    table.project_id == project_id, table.app_user_id == app_user_id, table.device_id == device_id
                )
            )
            if seq is not None
        }
    missing: list[int] = []
    expected = 1
    for seq in sorted(seen):
        while expected < seq and len(missing) < MISSING_TOLD:
            missing.append(expected)
            expected += 1
        expected = max(expected, seq + 1)
    return missing
