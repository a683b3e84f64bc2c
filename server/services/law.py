"""What law 18-07 asks of whoever runs the service: how long data are kept, what is processed, who a breach touches."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select

from exports.labels import in_language
from server.auth import Actor
from server.database import db, transaction
from server.errors import Problem
from server.models import AppUser, AppUserScope, Entity, EntityScope, EntityVersion, ListProperty, Project
from server.services import audits, erasure, photographs
from server.services.exports import WOMEN
from server.services.held import select_held_records
from server.services.photographs import YEAR_DAYS
from sync.protocol import OFFICE

YEARS = 3


@dataclass(frozen=True, slots=True)
class Due:
    """A record whose time is over."""

    entity_id: str
    label: str
    last_at: datetime


def find_due(project_id: int, now: datetime, years: int = YEARS) -> list[Due]:
    """List women of whom nothing was received for so many years, the oldest first; nothing is changed.

    Counted from what arrived last, not from what phones' clocks said. Of whom something is asked or disputed is not
    among them until that is closed.
    """
    rows = db.session.execute(
        _select_silent(project_id, now, years).where(Entity.id.not_in(select_held_records(project_id)))
    )
    return [Due(row[0], row[1].get("label", ""), row[2]) for row in rows]


def count_held(project_id: int, now: datetime, years: int = YEARS) -> int:
    """Count the women who would be due if nothing were asked or disputed about them."""
    held = _select_silent(project_id, now, years).where(Entity.id.in_(select_held_records(project_id)))
    return db.session.scalar(select(func.count()).select_from(held.order_by(None).subquery())) or 0


def _select_silent(project_id: int, now: datetime, years: int) -> Select[Any, Any, Any]:
    last = func.max(EntityVersion.at).label("last_at")
    return (
        select(Entity.id, Entity.data, last)
        .join(
            EntityVersion,
            (EntityVersion.project_id == Entity.project_id) & (EntityVersion.entity_id == Entity.id),
        )
        .where(
            Entity.project_id == project_id,
            Entity.list == WOMEN,
            Entity.erased_at.is_(None),
            Entity.merged_into.is_(None),
        )
        .group_by(Entity.project_id, Entity.id)
        .having(last < now - timedelta(days=YEAR_DAYS * years))
        .order_by(last)
    )


def apply_retention(project_id: int, due: Sequence[Due], actor: Actor, now: datetime, years: int = YEARS) -> int:
    """Erase the records whose time is over, one transaction each; return how many."""
    for one in due:
        erasure.erase_entity(project_id, one.entity_id, actor)
    with transaction() as session:
        audits.note(session, project_id, actor, "retention.apply", "", now, count=len(due), years=years)
    return len(due)


def find_old_photographs(project_id: int, now: datetime, years: int, papers: Collection[str]) -> photographs.Due:
    """List the photographs whose time is over; nothing is changed.

    :param papers: questions whose pictures are of papers, and stay.
    """
    return photographs.find_due(project_id, now, years, papers)


def remove_old_photographs(
    project_id: int, due: photographs.Due, actor: Actor, now: datetime, years: int
) -> tuple[int, int]:
    """Remove photographs that were listed, some at a time; return how many places are empty and how many files went."""
    count, step = 0, photographs.AT_ONCE
    for start in range(0, len(due.places), step):
        count += photographs.remove_photographs(project_id, due.places[start : start + step], years, actor, now)
    return count, erasure.finish_removal(project_id)


def find_old_lines(project_id: int, now: datetime, years: int) -> audits.Old:
    """Count the lines of the operations log whose time is over; nothing is changed."""
    return audits.find_old_lines(project_id, now - timedelta(days=YEAR_DAYS * years))


def remove_old_lines(project_id: int, actor: Actor, now: datetime, years: int) -> int:
    """Remove the lines of the operations log whose time is over; return how many."""
    return audits.remove_old_lines(project_id, now - timedelta(days=YEAR_DAYS * years), years, actor, now)


@dataclass(frozen=True, slots=True)
class Processing:
    """What is processed, as it is declared."""

    project: str
    women: int
    categories: tuple[str, ...]
    """Properties that phones of agents receive."""
    office: tuple[str, ...]
    """Properties that never leave the office."""
    agents: int


def describe_processing(project_id: int) -> Processing:
    properties = db.session.execute(
        select(ListProperty.name, ListProperty.visibility)
        .where(ListProperty.project_id == project_id, ListProperty.list == WOMEN)
        .order_by(ListProperty.position, ListProperty.name)
    ).all()
    counted = (Entity.project_id == project_id, Entity.list == WOMEN, Entity.erased_at.is_(None))
    women = db.session.scalar(select(func.count()).select_from(Entity).where(*counted)) or 0
    agents = db.session.scalar(
        select(func.count()).select_from(AppUser).where(AppUser.project_id == project_id, AppUser.revoked_at.is_(None))
    )
    return Processing(
        in_language(db.session.get_one(Project, project_id).name, "fr"),
        women,
        tuple(name for name, visibility in properties if visibility != OFFICE),
        tuple(name for name, visibility in properties if visibility == OFFICE),
        agents or 0,
    )


@dataclass(frozen=True, slots=True)
class Affected:
    """Whom the loss of a phone, or of everything, touches."""

    women: tuple[Due, ...]
    categories: tuple[str, ...]
    agent: str = ""


def find_affected(project_id: int, app_user_id: int | None, since: datetime | None = None) -> Affected:
    """List the women whose data a lost phone may hold: those of its agent's communes; all of them without an agent.

    :param since: only those that changed since then, for a leak that is known to have begun there.
    :raises Problem: 404.1 for an agent who is unknown.
    """
    said = describe_processing(project_id)
    last = func.max(EntityVersion.at)
    wanted = (
        select(Entity.id, Entity.data, last)
        .join(
            EntityVersion,
            (EntityVersion.project_id == Entity.project_id) & (EntityVersion.entity_id == Entity.id),
        )
        .where(Entity.project_id == project_id, Entity.list == WOMEN, Entity.erased_at.is_(None))
        .group_by(Entity.project_id, Entity.id)
        .order_by(Entity.id)
    )
    agent = ""
    if app_user_id is not None:
        found = db.session.get(AppUser, (project_id, app_user_id))
        if found is None:
            raise Problem("404.1")
        agent = found.name
        held = select(AppUserScope.scope).where(
            AppUserScope.project_id == project_id, AppUserScope.app_user_id == app_user_id
        )
        there = select(EntityScope.entity_id).where(EntityScope.project_id == project_id, EntityScope.scope.in_(held))
        wanted = wanted.where(Entity.id.in_(there))
    if since is not None:
        wanted = wanted.having(last >= since)
    women = tuple(Due(row[0], row[1].get("label", ""), row[2]) for row in db.session.execute(wanted))
    return Affected(women, said.categories if app_user_id is not None else said.categories + said.office, agent)
