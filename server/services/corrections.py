"""Send a submission back to be corrected: an officer's "has issues", with words.

It is open until an edit of the submission arrives, from whomever, or an officer withdraws it. It is asked of the
author; an officer can give it to another agent, and when the one who is asked was revoked or has been silent for
fourteen days it is offered to every agent who holds a record that the submission is about. Anybody but the author
gets the form without the answers that stay in the office.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from forms.withheld import find_withheld, leave_out
from forms.xmltree import refuse_doctype
from server.auth import Actor
from server.database import db, retried, transaction
from server.errors import Problem
from server.models import (
    AppUser,
    Correction,
    Device,
    EntityActionRow,
    EntityScope,
    FormVersion,
    Submission,
    SubmissionAttachment,
    User,
)
from server.services import audits
from server.services.forms import definition_of
from server.services.items import Parsed
from sync.protocol import EVERY_PHONE, is_visible

SILENT_DAYS = 14
MAX_WORDS = 2000

Visibility = Mapping[str, Mapping[str, str]]

_CORRECTIONS = Correction.__table__.c
_WAITING = select(_CORRECTIONS.id, _CORRECTIONS.instance_id, _CORRECTIONS.app_user_id, _CORRECTIONS.given_at).where(
    _CORRECTIONS.project_id == bindparam("project"), _CORRECTIONS.open.is_(True)
)


@retried
def send_back(
    project_id: int, instance_id: str, comment: str, actor: Actor, *, app_user_id: int | None = None
) -> Correction:
    """Ask for a submission to be corrected, its author unless another agent is named.

    :raises Problem: 404.1 unknown submission or agent; 400.2 without words; 409.51 when an edit replaced it meanwhile;
        409.3 when it is asked for already; 400.8 when nobody can be asked: it came from no agent, or she was revoked.
    """
    comment = comment.strip()[:MAX_WORDS]
    if not comment:
        raise Problem("400.2", field="comment")
    now = datetime.now(UTC)
    with transaction() as session:
        # Locked as an edit's arrival locks it: one of the two sees what the other did.
        submission = session.get(Submission, (project_id, instance_id), with_for_update={"key_share": True})
        if submission is None:
            raise Problem("404.1")
        if submission.erased_at is not None:
            raise Problem("409.53")
        if submission.superseded:
            raise Problem("409.51")
        if _find_open(session, project_id, instance_id) is not None:
            raise Problem("409.3", what=instance_id)
        holder = submission.app_user_id if app_user_id is None else app_user_id
        if holder is None:
            raise Problem("400.8", field="appUserId", reason="no agent sent it: choose one")
        if app_user_id is not None:
            _find_agent(session, project_id, app_user_id)
        correction = Correction(
            project_id=project_id,
            id=str(uuid4()),
            instance_id=instance_id,
            app_user_id=holder,
            given_at=now,
            comment=comment,
            at=now,
            by=actor.label,
            open=True,
        )
        session.add(correction)
        submission.review_state = "hasIssues"
        audits.note(session, project_id, actor, "correction.send", instance_id, now, appUser=holder)
        return correction


@retried
def give_correction(project_id: int, instance_id: str, app_user_id: int, actor: Actor) -> None:
    """Ask another agent for the correction of a submission.

    :raises Problem: 404.1 when none is open or there is no such agent; 400.8 when she is revoked.
    """
    now = datetime.now(UTC)
    with transaction() as session:
        correction = _take_open(session, project_id, instance_id)
        _find_agent(session, project_id, app_user_id)
        correction.app_user_id, correction.given_at = app_user_id, now
        audits.note(session, project_id, actor, "correction.give", instance_id, now, appUser=app_user_id)


@retried
def withdraw_correction(project_id: int, instance_id: str, actor: Actor) -> None:
    """Ask no longer for the correction of a submission.

    :raises Problem: 404.1 when none is open.
    """
    now = datetime.now(UTC)
    with transaction() as session:
        correction = _take_open(session, project_id, instance_id)
        correction.open, correction.closed_at, correction.ended = False, now, "withdrawn"
        audits.note(session, project_id, actor, "correction.withdraw", instance_id, now)


def close_answered(session: Session, project_id: int, chunk: Sequence[Parsed], now: datetime) -> None:
    """Close the corrections whose edits were just stored; part of the caller's transaction."""
    replaced = {p.instance.deprecated_id for p in chunk if p.instance and p.instance.deprecated_id}
    if not replaced:
        return
    arrived = select(Submission.deprecated_id).where(
        Submission.project_id == project_id, Submission.deprecated_id.in_(replaced)
    )
    session.execute(
        update(Correction)
        .where(Correction.project_id == project_id, Correction.open.is_(True), Correction.instance_id.in_(arrived))
        .values(open=False, closed_at=now, ended="edited")
    )


def _find_open(session: Session, project_id: int, instance_id: str) -> Correction | None:
    return session.scalar(
        select(Correction)
        .where(Correction.project_id == project_id, Correction.instance_id == instance_id, Correction.open.is_(True))
        .with_for_update(key_share=True)
    )


def _take_open(session: Session, project_id: int, instance_id: str) -> Correction:
    found = _find_open(session, project_id, instance_id)
    if found is None:
        raise Problem("404.1")
    return found


def _find_agent(session: Session, project_id: int, app_user_id: int) -> AppUser:
    agent = session.get(AppUser, (project_id, app_user_id))
    if agent is None:
        raise Problem("404.1")
    if agent.revoked_at is not None:
        raise Problem("400.8", field="appUserId", reason="this agent was revoked")
    return agent


# What phones are given.


def list_given(
    project_id: int, actor: Actor, scopes: Collection[str], visibility: Visibility, now: datetime
) -> list[dict[str, Any]]:
    """List the corrections that are asked of an agent, or offered to her, as a pull tells them; oldest first."""
    ids = _find_given(project_id, actor, scopes, now)
    if not ids:
        return []
    rows = db.session.execute(
        select(Correction, Submission, FormVersion)
        .join(
            Submission,
            (Submission.project_id == Correction.project_id) & (Submission.instance_id == Correction.instance_id),
        )
        .join(
            FormVersion,
            (FormVersion.project_id == Submission.project_id)
            & (FormVersion.form_id == Submission.form_id)
            & (FormVersion.version == Submission.form_version),
        )
        .where(Correction.project_id == project_id, Correction.id.in_(ids))
        .order_by(Correction.at, Correction.id)
    ).all()
    return [
        _tell(project_id, actor, correction, submission, version, visibility)
        for correction, submission, version in rows
    ]


def _tell(
    project_id: int,
    actor: Actor,
    correction: Correction,
    submission: Submission,
    version: FormVersion,
    visibility: Visibility,
) -> dict[str, Any]:
    xml, hidden = _show_to(actor, submission, version, visibility)
    files = db.session.scalars(
        select(SubmissionAttachment)
        .where(
            SubmissionAttachment.project_id == project_id,
            SubmissionAttachment.instance_id == submission.instance_id,
            SubmissionAttachment.sha256.is_not(None),
            SubmissionAttachment.present.is_(True),
        )
        .order_by(SubmissionAttachment.name)
    )
    return {
        "instanceId": submission.instance_id,
        "formId": submission.form_id,
        "formVersion": submission.form_version,
        "xml": xml.decode(),
        "attachments": [
            {"name": file.name, "sha256": file.sha256, "size": file.size, "contentType": file.content_type}
            for file in files
            if file.name not in hidden
        ],
        "comment": correction.comment,
        "at": correction.at,
        "by": _name_officer(correction.by),
    }


def _show_to(
    actor: Actor, submission: Submission, version: FormVersion, visibility: Visibility
) -> tuple[bytes, frozenset[str]]:
    """Return a submission's XML as an agent may see it, and the names of the files she may not."""
    if submission.app_user_id == actor.id:
        return refuse_doctype(submission.xml), frozenset()
    definition = definition_of(version)
    withheld = find_withheld(definition, lambda of, name: not is_visible(name, visibility.get(of, {})))
    return leave_out(definition, submission.xml, withheld)


def find_file(
    project_id: int, actor: Actor, scopes: Collection[str], visibility: Visibility, instance_id: str, name: str
) -> str:
    """Return the sha256 of a file of a submission whose correction is asked of an agent.

    :raises Problem: 404.1 when it is not asked of her, or the file is not here or not hers to see.
    """
    if not actor.revoked:
        for correction in list_given(project_id, actor, scopes, visibility, datetime.now(UTC)):
            if correction["instanceId"] == instance_id:
                for file in correction["attachments"]:
                    if file["name"] == name:
                        return str(file["sha256"])
    raise Problem("404.1")


def _find_given(project_id: int, actor: Actor, scopes: Collection[str], now: datetime) -> set[str]:
    """Find the open corrections an agent holds: her own, and those of silent agents about records of her scopes."""
    waiting = db.session.execute(_WAITING, {"project": project_id}).all()
    mine = {row.id for row in waiting if row.app_user_id == actor.id}
    others = [row for row in waiting if row.app_user_id != actor.id]
    if others:
        idle = find_idle(project_id, {(row.app_user_id, row.given_at) for row in others}, now)
        others = [row for row in others if (row.app_user_id, row.given_at) in idle]
    if others:
        held = set(
            db.session.scalars(
                select(EntityActionRow.instance_id)
                .join(
                    EntityScope,
                    (EntityScope.project_id == EntityActionRow.project_id)
                    & (EntityScope.entity_id == EntityActionRow.entity_id),
                )
                .where(
                    EntityActionRow.project_id == project_id,
                    EntityActionRow.instance_id.in_({row.instance_id for row in others}),
                    EntityScope.scope.in_({*scopes, EVERY_PHONE}),
                    EntityScope.present.is_(True),
                )
            )
        )
        mine |= {row.id for row in others if row.instance_id in held}
    return mine


def find_idle(project_id: int, given: Collection[tuple[int, datetime]], now: datetime) -> set[tuple[int, datetime]]:
    """Find of (agent, asked since) who will not answer: revoked, or silent for `SILENT_DAYS`."""
    agents = {app_user_id for app_user_id, _ in given}
    rows = db.session.execute(
        select(AppUser.id, AppUser.revoked_at, func.max(Device.last_seen_at))
        .outerjoin(Device, (Device.project_id == AppUser.project_id) & (Device.app_user_id == AppUser.id))
        .where(AppUser.project_id == project_id, AppUser.id.in_(agents))
        .group_by(AppUser.id, AppUser.revoked_at)
    ).all()
    limit = now - timedelta(days=SILENT_DAYS)
    revoked = {row[0] for row in rows if row[1] is not None}
    heard = {row[0]: row[2] for row in rows if row[2] is not None}
    return {(agent, since) for agent, since in given if agent in revoked or heard.get(agent, since) <= limit}


def _name_officer(label: str) -> str:
    kind, _, number = label.partition(":")
    user = db.session.get(User, int(number)) if kind == "user" and number.isdigit() else None
    return (user.name or "Hirfa") if user else "Hirfa"


# What officers see.


@dataclass(frozen=True, slots=True)
class Listed:
    """A correction as an officer sees it."""

    correction: Correction
    submission: Submission
    agent: str
    officer: str
    offered: bool
    """Whether the one who is asked is silent or revoked, so that others are offered it."""


def list_corrections(project_id: int, *, open_only: bool = True, instance_id: str | None = None) -> list[Listed]:
    """List corrections, newest first."""
    wanted = (
        select(Correction, Submission, AppUser.name)
        .join(
            Submission,
            (Submission.project_id == Correction.project_id) & (Submission.instance_id == Correction.instance_id),
        )
        .join(AppUser, (AppUser.project_id == Correction.project_id) & (AppUser.id == Correction.app_user_id))
        .where(Correction.project_id == project_id)
        .order_by(Correction.at.desc(), Correction.id)
    )
    if open_only:
        wanted = wanted.where(Correction.open.is_(True))
    if instance_id is not None:
        wanted = wanted.where(Correction.instance_id == instance_id)
    rows = db.session.execute(wanted).all()
    idle = find_idle(project_id, {(c.app_user_id, c.given_at) for c, _, _ in rows if c.open}, datetime.now(UTC))
    return [
        Listed(c, s, name, _name_officer(c.by), c.open and (c.app_user_id, c.given_at) in idle) for c, s, name in rows
    ]


def find_sent_back(project_id: int, instance_ids: Collection[str]) -> set[str]:
    """Say which of some submissions are sent back and not corrected yet."""
    return set(
        db.session.scalars(
            select(Correction.instance_id).where(
                Correction.project_id == project_id,
                Correction.open.is_(True),
                Correction.instance_id.in_(instance_ids),
            )
        )
    )
