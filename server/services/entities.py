"""Read the register, and settle what two people said differently."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select

from server.auth import Actor
from server.database import db, retried, transaction
from server.errors import Problem
from server.models import (
    AppUser,
    ConflictEntry,
    Entity,
    EntityActionRow,
    EntityVersion,
    ListProperty,
    Project,
    Submission,
    SubmissionAttachment,
    User,
)
from server.services import audits, questions
from server.services.history import new_action
from server.services.parts import find_part_ids
from server.services.register import Register

PAGE = 50
DISPUTED_PAGE = 10


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Any]
    total: int
    number: int
    size: int = PAGE

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


def list_entities(project_id: int, list_name: str, *, search: str = "", scope: str = "", page: int = 1) -> Page:
    """List the entities of a list that are neither deleted nor merged away, by label: `search.search_entities`."""
    from server.services.search import search_entities  # it builds on this module

    return search_entities(project_id, list_name, search=search, scope=scope, page=page)


def find_page(wanted: int, total: int, size: int) -> int:
    """Return the page that is shown: the one wanted, or the last when the list has become shorter."""
    return min(max(wanted, 1), max(1, -(-total // size)))


_LETTERS = str.maketrans({"ة": "ه", "ى": "ي", "ـ": None, "ٱ": "ا", "ی": "ي", "ک": "ك"})


def fold_text(text: str) -> str:
    """Fold what people write in several ways to one: case, accents, Arabic vowel signs and seats of hamza."""
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    return "".join(c for c in plain if not unicodedata.combining(c))


def get_entity(project_id: int, entity_id: str) -> Entity:
    """Return one entity.

    :raises Problem: 404.1.
    """
    found = db.session.get(Entity, (project_id, entity_id))
    if found is None:
        raise Problem("404.1")
    return found


def list_properties(project_id: int, list_name: str) -> list[ListProperty]:
    return list(
        db.session.scalars(
            select(ListProperty)
            .where(ListProperty.project_id == project_id, ListProperty.list == list_name)
            .order_by(ListProperty.position)
        )
    )


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One action on a record: what it wrote, who, when, on which form."""

    action: EntityActionRow
    version: int
    committed_at: datetime
    author: str
    writes: Mapping[str, str]
    submission: Submission | None


def find_history(project_id: int, entity: Entity) -> list[HistoryEntry]:
    """Tell what happened to a record and to those that are part of it, newest first."""
    parts = find_part_ids(project_id, entity)
    rows = db.session.execute(
        select(EntityActionRow, EntityVersion, Submission)
        .join(
            EntityVersion,
            (EntityVersion.project_id == EntityActionRow.project_id) & (EntityVersion.action_id == EntityActionRow.id),
        )
        .outerjoin(
            Submission,
            (Submission.project_id == EntityActionRow.project_id)
            & (Submission.instance_id == EntityActionRow.instance_id),
        )
        .where(
            EntityActionRow.project_id == project_id,
            EntityActionRow.entity_id.in_(parts) | EntityActionRow.named_id.in_(parts),
        )
        .order_by(EntityVersion.counter.desc())
    ).all()
    names = find_author_names(project_id)
    writes = Register(db.session(), project_id, datetime.now(UTC)).state_of(entity).writes
    return [
        HistoryEntry(
            action,
            version.version,
            version.at,
            names.get(action.author, action.author),
            writes.get(action.id, {}),
            submission,
        )
        for action, version, submission in rows
    ]


def find_author_names(project_id: int) -> dict[str, str]:
    """Name who is behind each author label kept with an action."""
    names = {"command:0": "Hirfa"}
    for agent in db.session.scalars(select(AppUser).where(AppUser.project_id == project_id)):
        names[f"app_user:{agent.id}"] = agent.name
    for user in db.session.scalars(select(User)):
        names[f"user:{user.id}"] = user.name or user.email
    return names


def list_conflicts(
    project_id: int, *, open_only: bool = True, entity_id: str | None = None
) -> list[tuple[ConflictEntry, Entity]]:
    """List disputed properties with their record, oldest first; settled ones only when asked for."""
    wanted = (
        select(ConflictEntry, Entity)
        .join(Entity, (Entity.project_id == ConflictEntry.project_id) & (Entity.id == ConflictEntry.entity_id))
        .where(ConflictEntry.project_id == project_id)
        .order_by(ConflictEntry.opened_at, ConflictEntry.entity_id, ConflictEntry.property)
    )
    if open_only:
        wanted = wanted.where(ConflictEntry.open.is_(True))
    if entity_id is not None:
        wanted = wanted.where(ConflictEntry.entity_id == entity_id)
    return [(conflict, entity) for conflict, entity in db.session.execute(wanted)]


def list_disputed(project_id: int, *, page: int = 1) -> Page:
    """List the records with an open conflict, the longest waiting first: rows of (entity, its open conflicts)."""
    oldest = (
        select(ConflictEntry.entity_id, func.min(ConflictEntry.opened_at).label("opened_at"))
        .where(ConflictEntry.project_id == project_id, ConflictEntry.open.is_(True))
        .group_by(ConflictEntry.entity_id)
        .subquery()
    )
    total = db.session.scalar(select(func.count()).select_from(oldest)) or 0
    number = find_page(page, total, DISPUTED_PAGE)
    rows = db.session.scalars(
        select(Entity)
        .join(oldest, oldest.c.entity_id == Entity.id)
        .where(Entity.project_id == project_id)
        .order_by(oldest.c.opened_at, Entity.id)
        .limit(DISPUTED_PAGE)
        .offset((number - 1) * DISPUTED_PAGE)
    ).all()
    return Page(
        [(row, [c for c, _ in list_conflicts(project_id, entity_id=row.id)]) for row in rows],
        total,
        number,
        DISPUTED_PAGE,
    )


def count_open_conflicts(project_id: int) -> int:
    return (
        db.session.scalar(
            select(func.count())
            .select_from(ConflictEntry)
            .where(ConflictEntry.project_id == project_id, ConflictEntry.open.is_(True))
        )
        or 0
    )


def count_entities(project_id: int, list_name: str) -> int:
    """Count the entities of a list that are neither deleted nor merged away."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Entity)
            .where(
                Entity.project_id == project_id,
                Entity.list == list_name,
                Entity.deleted.is_(False),
                Entity.merged_into.is_(None),
            )
        )
        or 0
    )


def find_photos(project_id: int, entity: Entity) -> list[tuple[SubmissionAttachment, Submission]]:
    """List the files of the current submissions about a record (and those merged with it), newest first."""
    about = select(EntityActionRow.instance_id).where(
        EntityActionRow.project_id == project_id,
        EntityActionRow.entity_id.in_(find_part_ids(project_id, entity)),
    )
    rows = db.session.execute(
        select(SubmissionAttachment, Submission)
        .join(
            Submission,
            (Submission.project_id == SubmissionAttachment.project_id)
            & (Submission.instance_id == SubmissionAttachment.instance_id),
        )
        .where(
            SubmissionAttachment.project_id == project_id,
            SubmissionAttachment.instance_id.in_(about),
            Submission.superseded.is_(False),
        )
        .order_by(Submission.at.desc(), SubmissionAttachment.instance_id, SubmissionAttachment.name)
    )
    return [(attachment, submission) for attachment, submission in rows]


def list_parts(project_id: int, entity: Entity) -> list[Entity]:
    """List the records that were merged into a record and are part of it now."""
    ids = find_part_ids(project_id, entity)[1:]
    return [get_entity(project_id, entity_id) for entity_id in ids]


@retried
def note_reveal(project_id: int, entity_id: str, actor: Actor) -> None:
    """Note in the operations log that an officer asked to see a record's identification number whole."""
    with transaction() as session:
        audits.note(session, project_id, actor, "entity.reveal", entity_id, datetime.now(UTC))


@retried
def settle_conflict(project_id: int, entity_id: str, seen_version: int, values: Mapping[str, str], actor: Actor) -> int:
    """Settle disputed properties as an officer decided; return the record's new version.

    :param seen_version: the version that the officer had before her eyes.
    :raises Problem: 404.1; 409.51 when the record changed since: nothing is settled on data she had not seen; 400.8
    for a
        property that is not disputed.
    """
    now = datetime.now(UTC)
    with transaction() as session:
        register = Register(session, project_id, now)
        register.lock([entity_id])
        entity = register.entity(entity_id)
        if entity is None:
            raise Problem("404.1")
        if entity.erased_at:
            raise Problem("409.53")
        if entity.version != seen_version or entity.merged_into:
            raise Problem("409.51")
        for name in values:
            if name not in entity.open:
                raise Problem("400.8", field=name, reason="this property is not disputed")
        action = new_action(
            action_id=str(uuid4()),
            entity_id=entity_id,
            list_name=entity.list,
            kind="resolve",
            saved=values,
            author=actor.label,
            at=now,
            base=seen_version,
        )
        applied = register.apply(action, None)
        questions.close_answered(session, project_id, [entity_id], now)
        audits.note(session, project_id, actor, "conflict.settle", entity_id, now, properties=sorted(values))
        return applied.version


@retried
def create_entities(project_id: int, list_name: str, records: Sequence[Mapping[str, str]], actor: Actor) -> list[str]:
    """Create records directly, without a form; return their ids."""
    now = datetime.now(UTC)
    created = []
    with transaction() as session:
        register = Register(session, project_id, now)
        register.declare(list_name, {name for saved in records for name in saved})
        for saved in records:
            entity_id = str(uuid4())
            register.apply(
                new_action(
                    action_id=str(uuid4()),
                    entity_id=entity_id,
                    list_name=list_name,
                    kind="create",
                    saved=saved,
                    author=actor.label,
                    at=now,
                ),
                None,
            )
            created.append(entity_id)
        audits.note(session, project_id, actor, "entity.create", list_name, now, count=len(created))
    return created


def has_entities(project_id: int, list_name: str) -> bool:
    return (
        db.session.scalar(select(Entity.id).where(Entity.project_id == project_id, Entity.list == list_name).limit(1))
        is not None
    )


@retried
def rebuild_entities(project_id: int) -> tuple[int, int]:
    """Compute every record anew from its recorded actions; return (records, records that showed something else).

    Version rows are read, never rewritten.
    """
    with transaction() as session:
        if session.get(Project, project_id) is None:
            raise Problem("404.1")
        register = Register(session, project_id, datetime.now(UTC))
        ids = session.scalars(select(Entity.id).where(Entity.project_id == project_id).order_by(Entity.id)).all()
        return len(ids), register.recompute_all(ids)
