"""What becomes of one item of a batch: decide, store, apply what it does to the register, or set it aside whole."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

import structlog
from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from forms.instance import Instance
from server.database import savepoint
from server.errors import Problem
from server.models import Quarantined, Submission
from server.models.submission import make_stamp
from server.rows import rows_of, write_waiting
from server.services import corrections, questions
from server.services.ahead import Ahead, read_ahead
from server.services.erased import sift
from server.services.items import ID_CHARS, Parsed, Sender, find_announced
from server.services.register import Applied, Register
from server.services.stamps import stamp
from server.services.submission_actions import find_actions
from server.services.submission_files import note_attachments, note_new_attachments
from server.services.submission_words import keep_words
from server.trouble import is_of_the_whole
from sync.actions import EntityAction
from sync.protocol import ACCEPTED, DUPLICATE, EVERY_PHONE, FAILED, QUARANTINED
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

_SUBMISSIONS = cast(Table, Submission.__table__)


class Inapplicable(Exception):
    """An action of a submission cannot be applied."""

    def __init__(self, action_id: str, message: str) -> None:
        self.action_id = action_id
        self.message = message
        super().__init__(message)


def _leaving_out(
    session: Session, register: Register, work: Callable[[Mapping[str, str]], dict[str, Any]]
) -> dict[str, Any]:
    """Do work in a savepoint; again without each action that could not be applied, which `work` is told by id."""
    impossible: dict[str, str] = {}
    while True:
        try:
            with savepoint(session):
                return work(impossible)
        except Inapplicable as error:
            register.forget()
            impossible[error.action_id] = error.message


def receive_item(session: Session, register: Register, sender: Sender, ahead: Ahead, parsed: Parsed) -> dict[str, Any]:
    """Receive one item in a savepoint; once more without an action that could not be applied: the form is kept."""
    try:
        return _leaving_out(
            session,
            register,
            lambda impossible: decide_and_store(session, register, sender, ahead, parsed, impossible),
        )
    except Exception as error:
        if is_of_the_whole(error):  # nothing of this chunk can be stored: say so, rather than blame an item
            raise
        register.forget()
        log.exception("item failed", instance_id=parsed.instance_id)
        problem = Problem("500.1")
        return _result(parsed, problem.code, problem.message(), status=FAILED)


def decide_and_store(
    session: Session,
    register: Register,
    sender: Sender,
    ahead: Ahead,
    parsed: Parsed,
    impossible: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Receive one item; part of a savepoint of the caller, which is undone when anything is raised.

    :param impossible: what is wrong with actions that were tried already, by their id; they are left out. None when
        the item is received together with others: it is told only at the end that something cannot be written.
    :raises Inapplicable: when one more action cannot be applied.
    """
    project_id = register.project_id
    if ahead.gone:
        sifted = sift(session, project_id, sender, ahead.gone, parsed)
        if isinstance(sifted, dict):
            return sifted
        parsed = sifted
    known = None
    if parsed.instance_id and parsed.instance_id not in ahead.submissions:
        known = session.get(Submission, (project_id, parsed.instance_id))
    aside = {}
    if parsed.instance_id not in ahead.aside:
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
        return _accept(session, register, sender, ahead, parsed, impossible)
    released = find_released(session, project_id, parsed)
    if released is not None:
        note_attachments(session, project_id, replace(parsed, instance_id=released.instance_id))
        return {**released.answer, "instanceId": parsed.instance_id, "status": DUPLICATE}
    ahead.aside.discard(parsed.instance_id)
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
                app_user_id=sender.app_user_id,
                device_id=sender.device,
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


def close_asked(
    session: Session, project_id: int, chunk: Sequence[Parsed], results: Sequence[dict[str, Any]], now: datetime
) -> None:
    """Close what the office asked of agents and these items answered."""
    corrections.close_answered(session, project_id, chunk, now)
    questions.close_answered(session, project_id, {e["id"] for result in results for e in result["entities"]}, now)


def accept_item(session: Session, register: Register, sender: Sender, parsed: Parsed) -> dict[str, Any]:
    """Store one readable item as a submission and apply what it does to the register; return what its sender is told.

    Part of a transaction of the caller, who has locked what it touches (``find_touched``).
    """
    ahead = read_ahead(session, register.project_id, [parsed])

    def accept(impossible: Mapping[str, str]) -> dict[str, Any]:
        answer = _accept(session, register, sender, ahead, parsed, impossible)
        close_asked(session, register.project_id, [parsed], [answer], register.now)
        return answer

    return _leaving_out(session, register, accept)


def _accept(
    session: Session,
    register: Register,
    sender: Sender,
    ahead: Ahead,
    parsed: Parsed,
    impossible: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Store a submission and apply what it does.

    :param impossible: as of ``decide_and_store``.
    :raises Inapplicable: when one more action cannot be applied.
    """
    assert parsed.instance is not None and parsed.definition is not None  # noqa: S101 - the parse said so
    instance, project_id = parsed.instance, register.project_id
    finalized_at = parsed.finalized_at or sender.received_at
    edited = parsed.instance_id not in ahead.edited
    applied = [
        _apply(register, action, parsed, alone=impossible is not None)
        for action in find_actions(session, register, sender, parsed, finalized_at, edited)
        if action.id not in (impossible or ())
    ]
    touched = frozenset().union(*(a.scopes for a in applied)) if applied else frozenset()
    answer: dict[str, Any] = {
        "instanceId": parsed.instance_id,
        "status": ACCEPTED,
        "entities": [{"id": a.entity_id, "version": a.version, "conflicts": list(a.conflicts)} for a in applied],
    }
    root_id = _root_of(session, project_id, instance)
    rows_of(session).add(
        _SUBMISSIONS,
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
            "app_user_id": sender.app_user_id,
            "device_id": sender.device,
            "seq": parsed.seq,
            "answer": answer,
            "problem": "\n".join((*parsed.trouble, *(impossible or {}).values())) or None,
            "review_state": None,
            "stamp": make_stamp(),
            "erased_at": None,
            "outside_scope": sender.app_user_id is not None
            and bool(touched)
            and not (touched & (sender.scopes | {EVERY_PHONE})),
        },
    )
    keep_words(session, project_id, parsed.instance_id, instance.instance_name)
    ahead.submissions.discard(parsed.instance_id)
    ahead.edited.difference_update({instance.deprecated_id, root_id} - {parsed.instance_id, None})
    if instance.deprecated_id:
        session.execute(
            update(Submission)
            .where(Submission.project_id == project_id, Submission.instance_id == instance.deprecated_id)
            .values(superseded=True)
        )
    if root_id != parsed.instance_id:  # others of its chain show how many edits there were
        stamp(session, project_id, Submission.root_id == root_id)
    if edited and root_id != parsed.instance_id:
        session.execute(  # edits that came before their original now know where their chain begins
            update(Submission)
            .where(Submission.project_id == project_id, Submission.root_id == parsed.instance_id)
            .values(root_id=root_id)
        )
    note_new_attachments(session, project_id, parsed, ahead.here)
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


def _apply(register: Register, action: EntityAction, parsed: Parsed, *, alone: bool) -> Applied:
    try:
        applied = register.apply(action, parsed.instance_id)
        if alone:
            write_waiting(register.session)  # what cannot be written is told here, where it can be left out
        return applied
    except ValueError as error:
        raise Inapplicable(action.id, str(error)) from None
    except Exception as error:  # the submission is kept even when its entity work fails
        if is_of_the_whole(error):
            raise
        log.exception("entity work failed", instance_id=parsed.instance_id, action=action.id)
        raise Inapplicable(action.id, f"action {action.id} could not be applied") from error
