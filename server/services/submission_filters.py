"""Which submissions a list shows: by form, place, agent, state, period and words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.orm import aliased

from server.models import AppUser, EntityActionRow, EntityScope, RecordIndex, Submission, SubmissionAttachment
from server.services.search import has_word

EDITED, RECEIVED = "edited", "received"
STATES = (RECEIVED, "hasIssues", EDITED, "approved", "rejected")
"""ODK Central's. Received and edited are what nobody looked at since it came; an officer gives the others."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked for; what is blank asks for nothing."""

    form_id: str = ""
    scope: str = ""
    """A value of the list's scope property: for Oran, a commune."""
    app_user_id: int | None = None
    state: str = ""
    """One of `STATES`, or ``todo``: those that nobody looked at."""
    words: str = ""
    since: datetime | None = None
    """Received at this moment or later."""
    before: datetime | None = None
    flagged: bool = False
    waiting: bool = False
    """Files it names have not come yet."""

    @property
    def is_blank(self) -> bool:
        return self == Filter()


def state_of(submission: Submission) -> str:
    """Return the review state of a submission."""
    return submission.review_state or (EDITED if submission.deprecated_id else RECEIVED)


def to_conditions(project_id: int, asked: Filter) -> list[ColumnElement[bool]]:
    """Write a filter as conditions on the current submissions of a project."""
    where: list[ColumnElement[bool]] = [Submission.project_id == project_id, Submission.superseded.is_(False)]
    if asked.form_id:
        where.append(Submission.form_id == asked.form_id)
    if asked.app_user_id is not None:
        where.append(Submission.app_user_id == asked.app_user_id)
    if asked.flagged:
        where.append(is_flagged(project_id))
    if asked.waiting:
        where.append(_waits_for_files(project_id))
    if asked.since is not None:
        where.append(Submission.received_at >= asked.since)
    if asked.before is not None:
        where.append(Submission.received_at < asked.before)
    if asked.scope:
        where.append(Submission.instance_id.in_(_about_scope(project_id, asked.scope)))
    if asked.words:
        where.append(_has_words(project_id, asked.words))
    where += _in_state(asked.state)
    return where


def is_flagged(project_id: int) -> ColumnElement[bool]:
    """Tell whether an officer should look at a submission; asked apart, so that the index of these alone is used."""
    one = aliased(Submission)
    found = or_(one.problem.is_not(None), one.outside_scope.is_(True))
    return Submission.instance_id.in_(select(one.instance_id).where(one.project_id == project_id, found))


def _waits_for_files(project_id: int) -> ColumnElement[bool]:
    return Submission.instance_id.in_(
        select(SubmissionAttachment.instance_id).where(
            SubmissionAttachment.project_id == project_id, SubmissionAttachment.present.is_(False)
        )
    )


def _in_state(state: str) -> list[ColumnElement[bool]]:
    if not state:
        return []
    if state in (RECEIVED, EDITED, "todo"):
        unseen: list[ColumnElement[bool]] = [Submission.review_state.is_(None)]
        if state == "todo":
            return unseen
        edit = Submission.deprecated_id
        return [*unseen, edit.is_not(None) if state == EDITED else edit.is_(None)]
    return [Submission.review_state == state]


def _about_scope(project_id: int, scope: str) -> Any:
    return (
        select(EntityActionRow.instance_id)
        .join(
            EntityScope,
            (EntityScope.project_id == EntityActionRow.project_id)
            & (EntityScope.entity_id == EntityActionRow.entity_id),
        )
        .where(
            EntityScope.project_id == project_id,
            EntityScope.scope == scope,
            EntityScope.present.is_(True),
            EntityActionRow.instance_id.is_not(None),
        )
    )


def _has_words(project_id: int, words: str) -> ColumnElement[bool]:
    """Look for words in the instance's name and id, its agent's name, and the records it acted on.

    Records are found as the register finds them, by words with letters alone: a few digits stand in every number. Of
    the other texts, letters that Arabic writes in several ways fit one another: a database folds no text, but any
    letter fits a gap.
    """
    found: list[ColumnElement[bool]] = []
    for word in words.split()[:8]:
        like = f"%{_escape(word).translate(_ANY)}%"
        about = (
            select(EntityActionRow.instance_id)
            .join(
                RecordIndex,
                (RecordIndex.project_id == EntityActionRow.project_id)
                & (RecordIndex.entity_id == EntityActionRow.entity_id),
            )
            .where(
                RecordIndex.project_id == project_id,
                RecordIndex.shown.is_(True),
                has_word(word),
                EntityActionRow.instance_id.is_not(None),
            )
        )
        agents = select(AppUser.id).where(
            AppUser.project_id == project_id, func.lower(AppUser.name).like(func.lower(like), escape="\\")
        )
        found.append(
            or_(
                func.lower(Submission.instance_name).like(func.lower(like), escape="\\"),
                Submission.instance_id.like(like, escape="\\"),
                Submission.app_user_id.in_(agents),
                Submission.instance_id.in_(about) if any(c.isalpha() for c in word) else false(),
            )
        )
    return found[0] if len(found) == 1 else _all(found)


def _all(conditions: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    joined = conditions[0]
    for condition in conditions[1:]:
        joined = joined & condition
    return joined


_ANY = str.maketrans(dict.fromkeys("اأإآٱهةيىئؤوءکكیٰ", "_"))


def _escape(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
