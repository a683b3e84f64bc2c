"""Answer a phone's pull: what changed in its scopes since its cursors, its forms, and what the office asks of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select

from server.auth import Actor
from server.database import db
from server.models import (
    AppUser,
    AppUserScope,
    Entity,
    EntityActionRow,
    EntityScope,
    ListProperty,
    Place,
    Project,
    Submission,
)
from server.services.forms import list_forms
from server.services.register import EVERY_PHONE

EVENTS = 10
"""Events told with each record."""
DEFAULT_LIMIT = 500
MAX_LIMIT = 2000


@dataclass(frozen=True, slots=True)
class PullRequest:
    era: int | None
    scopes: Mapping[str, int]
    forms: Mapping[str, str]
    limit: int


def pull(project_id: int, actor: Actor, request: PullRequest) -> dict[str, Any]:
    """Build the answer to a pull.

    A scope that the phone does not know yet is named in ``addScopes`` and told from the beginning; one that it may no longer
    hold is named in ``dropScopes``. A phone of another era is told everything from the beginning. ``limit`` counts upserts over all
    scopes. A revoked phone is told so and gets nothing else.
    """
    project = db.session.get_one(Project, project_id)
    answer: dict[str, Any] = {
        "serverTime": datetime.now(UTC),
        "era": project.era,
        "backedUp": None,
        "scopes": {},
        "dropScopes": [],
        "addScopes": [],
        "forms": [],
        "withdrawn": [],
        "corrections": [],
        "questions": [],
        "device": "revoked" if actor.revoked else "ok",
    }
    if actor.revoked:
        return answer
    own = find_scopes(project_id, actor.id) | {EVERY_PHONE}
    same_era = request.era is None or request.era == project.era
    cursors = {scope: (request.scopes.get(scope, 0) if same_era else 0) for scope in sorted(own)}
    answer["addScopes"] = sorted(own - set(request.scopes))
    answer["dropScopes"] = sorted(set(request.scopes) - own)
    left = request.limit
    hidden = _office_properties(project_id)
    for scope, cursor in cursors.items():
        page = _page(project_id, scope, cursor, left, hidden, project.counter)
        left -= len(page["upserts"])
        answer["scopes"][scope] = page
    offered = list_forms(project_id)
    answer["forms"] = [
        {key: value for key, value in form.items() if key != "publishedAt"}
        for form in offered
        if request.forms.get(form["formId"]) != form["hash"]
    ]
    answer["withdrawn"] = sorted(set(request.forms) - {form["formId"] for form in offered})
    return answer


def find_scopes(project_id: int, app_user_id: int) -> set[str]:
    return set(
        db.session.scalars(
            select(AppUserScope.scope).where(
                AppUserScope.project_id == project_id, AppUserScope.app_user_id == app_user_id
            )
        )
    )


def _office_properties(project_id: int) -> dict[str, frozenset[str]]:
    """Name, per list, the properties that never reach a phone."""
    hidden: dict[str, set[str]] = {}
    for list_name, name in db.session.execute(
        select(ListProperty.list, ListProperty.name).where(
            ListProperty.project_id == project_id, ListProperty.visibility == "office"
        )
    ):
        hidden.setdefault(list_name, set()).add(name)
    return {list_name: frozenset(names) for list_name, names in hidden.items()}


def _page(
    project_id: int, scope: str, cursor: int, limit: int, hidden: Mapping[str, frozenset[str]], newest: int
) -> dict[str, Any]:
    if limit <= 0:
        waiting = db.session.scalar(
            select(func.count())
            .select_from(EntityScope)
            .where(
                EntityScope.project_id == project_id, EntityScope.scope == scope, EntityScope.counter > cursor
            )
        )
        return {"cursor": cursor, "more": bool(waiting), "upserts": [], "gone": []}
    rows = db.session.execute(
        select(EntityScope, Entity)
        .join(Entity, (Entity.project_id == EntityScope.project_id) & (Entity.id == EntityScope.entity_id))
        .where(EntityScope.project_id == project_id, EntityScope.scope == scope, EntityScope.counter > cursor)
        .order_by(EntityScope.counter, EntityScope.entity_id)
        .limit(limit + 1)
    ).all()
    more = len(rows) > limit
    rows = rows[:limit]
    present = [entity for held, entity in rows if held.present]
    events = _events(project_id, [entity.id for entity in present])
    return {
        "cursor": rows[-1][0].counter if more else max(cursor, newest),
        "more": more,
        "upserts": [_upsert(entity, hidden.get(entity.list, frozenset()), events) for entity in present],
        "gone": [
            {"id": entity.id, **({"mergedInto": entity.merged_into} if entity.merged_into else {})}
            for held, entity in rows
            if not held.present
        ],
    }


def _upsert(entity: Entity, hidden: frozenset[str], events: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
    return {
        "id": entity.id,
        "list": entity.list,
        "version": entity.version,
        "data": {name: value for name, value in entity.data.items() if name not in hidden},
        "open": [name for name in entity.open if name not in hidden],
        "events": events.get(entity.id, []),
    }


def _events(project_id: int, entity_ids: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Tell, per entity, its latest forms: which, when, by whom; no answers."""
    events: dict[str, list[dict[str, Any]]] = {}
    if not entity_ids:
        return events
    rows = db.session.execute(
        select(EntityActionRow.entity_id, Submission.form_id, Submission.at, AppUser.name)
        .join(
            Submission,
            (Submission.project_id == EntityActionRow.project_id)
            & (Submission.instance_id == EntityActionRow.instance_id),
        )
        .outerjoin(
            AppUser, (AppUser.project_id == Submission.project_id) & (AppUser.id == Submission.app_user_id)
        )
        .where(
            EntityActionRow.project_id == project_id,
            EntityActionRow.entity_id.in_(entity_ids),
            EntityActionRow.kind.in_(("create", "update")),
            Submission.superseded.is_(False),
        )
        .order_by(Submission.at.desc(), Submission.instance_id)
    )
    for entity_id, form_id, at, name in rows:
        told = events.setdefault(entity_id, [])
        if len(told) < EVENTS:
            told.append({"formId": form_id, "date": at, "byName": name or ""})
    return events


def list_places(project_id: int, actor: Actor) -> list[dict[str, Any]]:
    """List the places an agent works in; all of them for an officer."""
    wanted = select(Place).where(Place.project_id == project_id).order_by(Place.code)
    own = find_scopes(project_id, actor.id) if actor.kind == "app_user" else None
    named = {
        place.code: {"value": place.code, "labels": {"fr": place.name_fr, "ar": place.name_ar}}
        for place in db.session.scalars(wanted)
    }
    if own is None:
        return list(named.values())
    return [named.get(code, {"value": code, "labels": {"fr": code, "ar": code}}) for code in sorted(own)]

