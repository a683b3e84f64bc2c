"""Ask the agents about a disputed property: they know the woman, the officer does not.

A question goes to the phones that hold the record. It is open until a visit made after it was asked answers the
property, an officer settles the dispute, or one withdraws it. Nothing that stays in the office is ever asked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from server.auth import Actor
from server.database import db, retried, transaction
from server.errors import Problem
from server.models import ConflictEntry, Entity, EntityActionRow, EntityScope, ListProperty, Question, User
from server.services import audits
from sync.protocol import EVERY_PHONE, is_visible

MAX_WORDS = 2000

_OPEN = (
    select(Question, Entity)
    .join(Entity, (Entity.project_id == Question.project_id) & (Entity.id == Question.entity_id))
    .where(Question.project_id == bindparam("project"), Question.open.is_(True))
)
_ABOUT = _OPEN.where(Question.entity_id.in_(bindparam("ids", expanding=True)))
_HELD = (
    _OPEN.join(
        EntityScope,
        (EntityScope.project_id == Question.project_id) & (EntityScope.entity_id == Question.entity_id),
    )
    .where(EntityScope.scope.in_(bindparam("scopes", expanding=True)), EntityScope.present.is_(True))
    .order_by(Question.at, Question.id)
)


@retried
def ask(project_id: int, entity_id: str, name: str, words: str, actor: Actor) -> Question:
    """Ask the agents who hold a record about one of its disputed properties.

    :raises Problem: 404.1 unknown record; 400.8 when the property stays in the office, or is not disputed; 409.3 when
        it is asked already.
    """
    now = datetime.now(UTC)
    with transaction() as session:
        entity = session.get(Entity, (project_id, entity_id), with_for_update={"key_share": True})
        if entity is None or entity.deleted or entity.merged_into:
            raise Problem("404.1")
        if not is_askable(session, project_id, entity.list, name):
            raise Problem("400.8", field="property", reason="it stays in the office: no phone is asked about it")
        if name not in entity.open:
            raise Problem("400.8", field="property", reason="this property is not disputed")
        if _find_open(session, project_id, entity_id, name) is not None:
            raise Problem("409.3", what=name)
        question = Question(
            project_id=project_id,
            id=str(uuid4()),
            entity_id=entity_id,
            property=name,
            words=words.strip()[:MAX_WORDS],
            at=now,
            by=actor.label,
            open=True,
        )
        session.add(question)
        audits.note(session, project_id, actor, "question.ask", entity_id, now, property=name)
        return question


def is_askable(session: Any, project_id: int, list_name: str, name: str) -> bool:
    """Tell whether agents may be asked about a property of a list."""
    declared = session.get(ListProperty, (project_id, list_name, name))
    return is_visible(name, {} if declared is None else {name: declared.visibility})


def may_be_asked(project_id: int, list_name: str, name: str) -> bool:
    """Tell a page whether agents may be asked about a property of a list."""
    return is_askable(db.session, project_id, list_name, name)


@retried
def withdraw_question(project_id: int, question_id: str, actor: Actor) -> Question:
    """Ask no longer.

    :raises Problem: 404.1 when no such question is open.
    """
    now = datetime.now(UTC)
    with transaction() as session:
        question = session.get(Question, (project_id, question_id), with_for_update={"key_share": True})
        if question is None or not question.open:
            raise Problem("404.1")
        _close(question, "withdrawn", now)
        audits.note(
            session, project_id, actor, "question.withdraw", question.entity_id, now, property=question.property
        )
        return question


def _find_open(session: Session, project_id: int, entity_id: str, name: str) -> Question | None:
    return session.scalar(
        select(Question).where(
            Question.project_id == project_id,
            Question.entity_id == entity_id,
            Question.property == name,
            Question.open.is_(True),
        )
    )


def _close(question: Question, ended: str, now: datetime, answer: str | None = None) -> None:
    question.open, question.closed_at, question.ended, question.answer = False, now, ended, answer


def close_answered(session: Session, project_id: int, entity_ids: Collection[str], now: datetime) -> None:
    """Close the questions about some records that are answered now; part of the caller's transaction.

    A visit answers when it was made after the question and says anything about the property, the value it found
    there too. A question about a property that is not disputed any more was settled.
    """
    if not entity_ids:
        return
    for question, entity in session.execute(_ABOUT, {"project": project_id, "ids": list(entity_ids)}).all():
        answer = _find_answer(session, question)
        if answer is not None:
            _close(question, "answered", now, answer)
        elif entity.deleted or entity.merged_into or question.property not in entity.open:
            _close(question, "settled", now)


def _find_answer(session: Session, question: Question) -> str | None:
    for action in session.scalars(
        select(EntityActionRow)
        .where(
            EntityActionRow.project_id == question.project_id,
            EntityActionRow.entity_id == question.entity_id,
            EntityActionRow.instance_id.is_not(None),
            EntityActionRow.kind.in_(("create", "update")),
            EntityActionRow.at > question.at,
        )
        .order_by(EntityActionRow.at, EntityActionRow.id)
    ):
        if str(action.saved.get(question.property, "")).strip():
            return action.id
    return None


def list_asked(
    project_id: int, scopes: Collection[str], visibility: Mapping[str, Mapping[str, str]]
) -> list[dict[str, Any]]:
    """List the open questions about records that the phones of some scopes hold, as a pull tells them; oldest first."""
    rows = db.session.execute(_HELD, {"project": project_id, "scopes": [*scopes, EVERY_PHONE]}).all()
    found = {
        question.id: (question, entity)
        for question, entity in rows
        if is_visible(question.property, visibility.get(entity.list, {}))
    }
    said = _find_values(project_id, [question for question, _ in found.values()]) if found else {}
    return [
        {
            "entity": question.entity_id,
            "property": question.property,
            "values": said.get((question.entity_id, question.property), []),
            "words": question.words,
            "at": question.at,
        }
        for question, _entity in found.values()
    ]


def _find_values(project_id: int, asked: Sequence[Question]) -> dict[tuple[str, str], list[str]]:
    """Give the different values that dispute each property, in the order they are listed."""
    rows = db.session.scalars(
        select(ConflictEntry).where(
            ConflictEntry.project_id == project_id,
            ConflictEntry.open.is_(True),
            ConflictEntry.entity_id.in_({question.entity_id for question in asked}),
        )
    )
    return {(row.entity_id, row.property): list(dict.fromkeys(str(c["value"]) for c in row.candidates)) for row in rows}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as an officer sees it."""

    question: Question
    entity: Entity
    officer: str


def list_questions(project_id: int, *, entity_id: str | None = None, open_only: bool = True) -> list[Asked]:
    """List questions, newest first."""
    wanted = (
        select(Question, Entity)
        .join(Entity, (Entity.project_id == Question.project_id) & (Entity.id == Question.entity_id))
        .where(Question.project_id == project_id)
        .order_by(Question.at.desc(), Question.id)
    )
    if open_only:
        wanted = wanted.where(Question.open.is_(True))
    if entity_id is not None:
        wanted = wanted.where(Question.entity_id == entity_id)
    names = {f"user:{user.id}": user.name or user.email for user in db.session.scalars(select(User))}
    return [Asked(q, e, names.get(q.by, "Hirfa")) for q, e in db.session.execute(wanted)]
