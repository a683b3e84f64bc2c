"""Read what phones sent, and what was set aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import defer

from forms.definition import FormDefinition
from forms.instance import Instance, parse_instance
from server.auth import Actor
from server.database import db, retried, transaction
from server.errors import Problem
from server.models import AppUser, Entity, EntityActionRow, FormVersion, Quarantined, Submission, SubmissionAttachment
from server.services import audits, indexing
from server.services.entities import PAGE, Page, find_page
from server.services.forms import definition_of
from server.services.search import SECONDS
from server.services.submission_filters import Filter, to_conditions

COUNTED = 10_000
"""Submissions counted of a long list: nobody turns two hundred pages, and counting all of them takes long."""


@dataclass(frozen=True, slots=True)
class Received:
    """A submission for a list: with its agent and its photos' state."""

    submission: Submission
    agent: str
    expected: int
    present: int


def list_submissions(project_id: int, asked: Filter = Filter(), *, page: int = 1, size: int = PAGE) -> Page:  # noqa: B008
    """List the current submissions, newest first; edited ones by their newest version.

    More than `COUNTED` are not counted to their end: the page's total then stands for "at least".
    """
    if asked.words:
        indexing.catch_up(project_id, stages=("index",), seconds=SECONDS)
    where = to_conditions(project_id, asked)
    # The ids alone, from an index: what is passed over on the way to a late page is not read.
    ids = (
        select(Submission.instance_id)
        .where(*where)
        .order_by(Submission.received_at.desc(), Submission.instance_id.desc())
    )
    shown: Sequence[str]
    if asked.scope or asked.words:  # whatever their records lead to is found before the first is known: once, then
        found = db.session.scalars(ids.limit(COUNTED)).all()
        total, number = len(found), find_page(page, len(found), size)
        shown = found[(number - 1) * size : number * size]
    else:
        counted = select(Submission.instance_id).where(*where).limit(COUNTED).subquery()
        total = db.session.scalar(select(func.count()).select_from(counted)) or 0
        number = find_page(page, total, size)
        shown = db.session.scalars(ids.limit(size).offset((number - 1) * size)).all()
    if not shown:
        return Page([], total, number, size)
    rows = db.session.execute(
        select(Submission, AppUser.name)
        .options(defer(Submission.xml))
        .outerjoin(AppUser, (AppUser.project_id == Submission.project_id) & (AppUser.id == Submission.app_user_id))
        .where(Submission.project_id == project_id, Submission.instance_id.in_(shown))
        .order_by(Submission.received_at.desc(), Submission.instance_id.desc())
    ).all()
    files = count_files(project_id, [s.instance_id for s, _ in rows])
    listed = [Received(s, name or "", *files.get(s.instance_id, (0, 0))) for s, name in rows]
    return Page(listed, total, number, size)


def count_edits(project_id: int, root_ids: Sequence[str]) -> dict[str, int]:
    """Count the edits of some submissions, by the id of the first of each chain."""
    if not root_ids:
        return {}
    rows = db.session.execute(
        select(Submission.root_id, func.count())
        .where(
            Submission.project_id == project_id,
            Submission.root_id.in_(root_ids),
            Submission.deprecated_id.is_not(None),
        )
        .group_by(Submission.root_id)
    )
    return {root_id: count for root_id, count in rows.all()}  # noqa: C416


def count_files(project_id: int, instance_ids: list[str]) -> dict[str, tuple[int, int]]:
    """Count, for each submission that names files, how many are expected and how many are here."""
    counts: dict[str, tuple[int, int]] = {}
    for instance_id, present in db.session.execute(
        select(SubmissionAttachment.instance_id, SubmissionAttachment.present).where(
            SubmissionAttachment.project_id == project_id,
            SubmissionAttachment.instance_id.in_(instance_ids),
            SubmissionAttachment.removed_at.is_(None),
        )
    ):
        expected, here = counts.get(instance_id, (0, 0))
        counts[instance_id] = (expected + 1, here + int(present))
    return counts


@dataclass(frozen=True, slots=True)
class Opened:
    """One submission, read."""

    submission: Submission
    definition: FormDefinition
    instance: Instance
    agent: str
    attachments: list[SubmissionAttachment]
    entity_ids: list[str]
    versions: list[Submission]
    """The chain of edits it belongs to, oldest first."""


def open_submission(project_id: int, instance_id: str) -> Opened:
    """Return one submission with all that a page about it shows.

    :raises Problem: 404.1.
    """
    submission = db.session.get(Submission, (project_id, instance_id))
    if submission is None:
        raise Problem("404.1")
    version = db.session.get_one(FormVersion, (project_id, submission.form_id, submission.form_version))
    agent = db.session.get(AppUser, (project_id, submission.app_user_id)) if submission.app_user_id else None
    return Opened(
        submission,
        definition_of(version),
        replace(parse_instance(submission.xml), instance_id=submission.instance_id),
        agent.name if agent else "",
        list(
            db.session.scalars(
                select(SubmissionAttachment).where(
                    SubmissionAttachment.project_id == project_id, SubmissionAttachment.instance_id == instance_id
                )
            )
        ),
        list(
            db.session.scalars(
                select(EntityActionRow.entity_id)
                .where(EntityActionRow.project_id == project_id, EntityActionRow.instance_id == instance_id)
                .distinct()
            )
        ),
        list(
            db.session.scalars(
                select(Submission)
                .where(Submission.project_id == project_id, Submission.root_id == submission.root_id)
                .order_by(Submission.received_at)
            )
        ),
    )


def list_quarantine(project_id: int) -> list[Any]:
    """List what was set aside and not yet released, newest first, with the agent's name."""
    return list(
        db.session.execute(
            select(Quarantined, AppUser.name)
            .outerjoin(
                AppUser, (AppUser.project_id == Quarantined.project_id) & (AppUser.id == Quarantined.app_user_id)
            )
            .where(Quarantined.project_id == project_id, Quarantined.released_at.is_(None))
            .order_by(Quarantined.received_at.desc())
        ).all()
    )


def count_quarantine(project_id: int) -> int:
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Quarantined)
            .where(Quarantined.project_id == project_id, Quarantined.released_at.is_(None))
        )
        or 0
    )


def find_quarantined(project_id: int, content_sha256: str) -> Quarantined:
    """Return one item that was set aside and waits still, without its content being looked at.

    :raises Problem: 404.1.
    """
    found = db.session.get(Quarantined, (project_id, content_sha256))
    if found is None or found.released_at is not None:
        raise Problem("404.1")
    return found


@retried
def read_quarantined(project_id: int, content_sha256: str, actor: Actor) -> tuple[Quarantined, str]:
    """Return one item that was set aside, whole, with its agent's name; who read it is noted in the operations log.

    :raises Problem: 404.1.
    """
    with transaction() as session:
        found = session.get(Quarantined, (project_id, content_sha256))
        if found is None:
            raise Problem("404.1")
        agent = session.get(AppUser, (project_id, found.app_user_id)) if found.app_user_id else None
        audits.note(session, project_id, actor, "quarantine.read", found.instance_id, datetime.now(UTC))
        return found, agent.name if agent else ""


@retried
def read_xml(project_id: int, instance_id: str, actor: Actor) -> bytes:
    """Return a submission as it was received, nothing masked; who read it is noted in the operations log.

    :raises Problem: 404.1.
    """
    with transaction() as session:
        found = session.get(Submission, (project_id, instance_id))
        if found is None:
            raise Problem("404.1")
        audits.note(session, project_id, actor, "submission.read_xml", instance_id, datetime.now(UTC))
        return found.xml


def find_about(project_id: int, instance_ids: Sequence[str]) -> dict[str, str]:
    """Name, per submission, the records it acted on, by their present labels."""
    found: dict[str, list[str]] = {}
    rows = db.session.execute(
        select(EntityActionRow.instance_id, Entity.id, Entity.data["label"].as_string())
        .join(Entity, (Entity.project_id == EntityActionRow.project_id) & (Entity.id == EntityActionRow.entity_id))
        .where(EntityActionRow.project_id == project_id, EntityActionRow.instance_id.in_(instance_ids))
        .distinct()
        .order_by(Entity.id)
    )
    for instance_id, entity_id, label in rows:
        found.setdefault(instance_id or "", []).append(label or entity_id)
    return {instance_id: " · ".join(names) for instance_id, names in found.items()}


def count_submissions(project_id: int) -> int:
    """Count the submissions that stand: what a list of all shows, and a workbook of everything reads."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Submission)
            .where(Submission.project_id == project_id, Submission.superseded.is_(False))
        )
        or 0
    )
