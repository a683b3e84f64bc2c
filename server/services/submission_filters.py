"""Which submissions a list shows: by form, place, agent, state, period and words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, func, or_, select, true, union_all
from sqlalchemy.orm import aliased

from server.database import db
from server.models import (
    AppUser,
    EntityActionRow,
    EntityScope,
    RecordIndex,
    Submission,
    SubmissionAttachment,
    SubmissionWord,
)
from server.services.entities import fold_text
from server.services.indexing import fold_words
from server.services.search import MAX_WORDS, has_word, is_shown
from server.services.submission_words import find_named

EDITED, RECEIVED = "edited", "received"
STATES = (RECEIVED, "hasIssues", EDITED, "approved", "rejected")
"""ODK Central's. Received and edited are what nobody looked at since it came; an officer gives the others."""

LARGE = 4_000
"""Records of a place from which on its submissions are found otherwise."""
ID_BEGIN = "uuid:"
"""How nearly all ids of submissions begin; nobody types it."""
_AFTER = chr(0x10FFFF)
"""Sorts after every letter, in both databases."""
_FLAGGED = aliased(Submission)


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
        about = Submission.instance_id.in_(_about_scope(project_id, asked.scope))
        walk = not asked.words and _is_large(project_id, asked.scope)  # words name few enough to be looked up
        where.append(about.is_(True) if walk else about)
    if asked.words:
        where.append(_has_words(project_id, asked.words))
    where += _in_state(asked.state)
    return where


def is_flagged(project_id: int) -> ColumnElement[bool]:
    """Tell whether an officer should look at a submission; on SQLite asked apart: so it uses the index of these alone.

    PostgreSQL uses it for the plain condition, which is the index's own.
    """
    if db.engine.dialect.name == "postgresql":
        return or_(Submission.problem.is_not(None), Submission.outside_scope.is_(True))
    one = _FLAGGED
    found = or_(one.problem.is_not(None), one.outside_scope.is_(True))
    return Submission.instance_id.in_(select(one.instance_id).where(one.project_id == project_id, found))


def _waits_for_files(project_id: int) -> ColumnElement[bool]:
    return Submission.instance_id.in_(
        select(SubmissionAttachment.instance_id).where(
            SubmissionAttachment.project_id == project_id,
            SubmissionAttachment.present.is_(False),
            SubmissionAttachment.removed_at.is_(None),
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
    return _acting_on(project_id, _in_scope(project_id, scope))


def _in_scope(project_id: int, scope: str) -> Select[str]:
    return select(EntityScope.entity_id).where(
        EntityScope.project_id == project_id, EntityScope.scope == scope, EntityScope.present.is_(True)
    )


def _is_large(project_id: int, scope: str) -> bool:
    """Tell whether PostgreSQL had better walk all submissions, the newest first, and see which are about a place.

    It would look up each submission of its records, however many they are; asked whether a condition "is true" it
    does not. SQLite is as quick either way.
    """
    if db.engine.dialect.name != "postgresql":
        return False
    some = _in_scope(project_id, scope).limit(LARGE).subquery()
    return (db.session.scalar(select(func.count()).select_from(some)) or 0) >= LARGE


def _acting_on(project_id: int, entity_ids: Select[Any]) -> Select[Any]:
    """Select the ids of the submissions that acted on some records: the records first, then theirs from an index."""
    return select(EntityActionRow.instance_id).where(
        EntityActionRow.project_id == project_id,
        EntityActionRow.entity_id.in_(entity_ids),
        EntityActionRow.instance_id.is_not(None),
    )


def _has_words(project_id: int, words: str) -> ColumnElement[bool]:
    """Look for words in the instance's name, how its id begins, its agent's name, and the records it acted on.

    Each way gives ids from an index of its own, so no submission is read to be passed over. Records are found as the
    register finds them, by words with letters alone: a few digits stand in every number.
    """
    return and_(*(Submission.instance_id.in_(_with_word(project_id, word)) for word in words.split()[:MAX_WORDS]))


def find_by_words(project_id: int, words: str) -> ColumnElement[bool]:
    """Tell whether a current submission has all of some words, as the desk's list finds them.

    An edited one is found by the id of its original too, for that is the id that programs know.
    """
    conditions = []
    for word in words.split():
        of_root = [Submission.root_id.between(begin, begin + _AFTER) for begin in _to_ids(word)]
        conditions.append(or_(Submission.instance_id.in_(_with_word(project_id, word)), *of_root))
    return and_(true(), *conditions)


def _to_ids(word: str) -> set[str]:
    """Give how an id may begin that is typed with its ``uuid:`` or without."""
    return {word, f"{ID_BEGIN}{word.removeprefix(ID_BEGIN)}"}


def _with_word(project_id: int, word: str) -> CompoundSelect[Any]:
    """Select the ids of the submissions that one word finds."""
    ways: list[Select[Any]] = [
        select(Submission.instance_id).where(
            Submission.project_id == project_id, Submission.instance_id.between(begin, begin + _AFTER)
        )
        for begin in _to_ids(word)
    ]
    if parts := fold_words(word):
        named = [find_named(project_id, part) for part in parts]
        ways.append(named[0].where(*(SubmissionWord.instance_id.in_(more) for more in named[1:])))
    names = db.session.execute(select(AppUser.id, AppUser.name).where(AppUser.project_id == project_id))
    if agents := [id_ for id_, name in names if fold_text(word) in fold_text(name)]:
        ways.append(
            select(Submission.instance_id).where(
                Submission.project_id == project_id, Submission.app_user_id.in_(agents)
            )
        )
    if any(c.isalpha() for c in word):
        known = (*is_shown(project_id, all_through=True), has_word(word))
        ways.append(_acting_on(project_id, select(RecordIndex.entity_id).where(*known)))
    return union_all(*ways)
