"""Answer a phone's pull: what changed in its scopes since its cursors, its forms, and what the office asks of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, exists, select, update

from server.auth import Actor
from server.database import db, retried, snapshot, transaction
from server.models import (
    AppUser,
    AppUserScope,
    Device,
    Entity,
    EntityActionRow,
    EntityScope,
    ListProperty,
    Place,
    Project,
    Submission,
)
from server.services import backups, corrections, keys, questions
from server.services.forms import list_forms
from sync.actions import LABEL
from sync.feed import Entry, Read, cut_page, plan_pull
from sync.protocol import EVERY_PHONE, to_visible

EVENTS = 10
"""Events told with each record."""
GONE_AT_ONCE = 500
"""Entries read beyond the limit: those that are gone cost nothing."""
ASKED_AT_ONCE = 500
"""Ids of one query."""
HEARD_AGAIN = timedelta(hours=1)

# What every pull asks: columns by statements made once; making one, or objects of the rows, costs more than the answer.
_DEVICES, _PLACES, _PROPERTIES = Device.__table__.c, AppUserScope.__table__.c, ListProperty.__table__.c
_HELD, _ENTITIES, _PROJECTS = EntityScope.__table__, Entity.__table__, Project.__table__.c
_NOW = select(_PROJECTS.era, _PROJECTS.counter).where(_PROJECTS.id == bindparam("project"))
_HEARD = select(_DEVICES.last_seen_at, _DEVICES.report).where(
    _DEVICES.project_id == bindparam("project"),
    _DEVICES.app_user_id == bindparam("agent"),
    _DEVICES.device_id == bindparam("device"),
)
_SCOPES = select(_PLACES.scope).where(
    _PLACES.project_id == bindparam("project"), _PLACES.app_user_id == bindparam("agent")
)
_VISIBILITY = select(_PROPERTIES.list, _PROPERTIES.name, _PROPERTIES.visibility).where(
    _PROPERTIES.project_id == bindparam("project")
)
_ENTRIES = (
    select(
        _HELD.c.counter, _HELD.c.present, _ENTITIES.c.id, _ENTITIES.c.list, _ENTITIES.c.version, _ENTITIES.c.data,
        _ENTITIES.c.open, _ENTITIES.c.merged_into,
    )
    .join_from(
        _HELD,
        _ENTITIES,
        (_ENTITIES.c.project_id == _HELD.c.project_id) & (_ENTITIES.c.id == _HELD.c.entity_id),
    )
    .where(
        _HELD.c.project_id == bindparam("project"),
        _HELD.c.scope == bindparam("scope"),
        _HELD.c.counter > bindparam("after"),
    )
    .order_by(_HELD.c.counter, _HELD.c.entity_id)
    .limit(bindparam("wanted"))
)  # fmt: skip
_EVENTS = (
    select(EntityActionRow.entity_id, Submission.form_id, Submission.at, AppUser.name)
    .join(
        Submission,
        (Submission.project_id == EntityActionRow.project_id)
        & (Submission.instance_id == EntityActionRow.instance_id),
    )
    .outerjoin(AppUser, (AppUser.project_id == Submission.project_id) & (AppUser.id == Submission.app_user_id))
    .where(
        EntityActionRow.project_id == bindparam("project"),
        EntityActionRow.entity_id.in_(bindparam("ids", expanding=True)),
        EntityActionRow.kind.in_(("create", "update")),
        Submission.superseded.is_(False),
    )
    .order_by(Submission.at.desc(), Submission.instance_id)
)
_Entry = Any
"""A row of ``_ENTRIES``."""


@dataclass(frozen=True, slots=True)
class PullRequest:
    era: int | None
    scopes: Mapping[str, int]
    forms: Mapping[str, str]
    limit: int
    device_id: str = ""
    report: Mapping[str, Any] | None = None
    """What the app says of itself (``devices.read_report``)."""


def pull(project_id: int, actor: Actor, request: PullRequest) -> dict[str, Any]:
    """Build the answer to a pull.

    A scope that the phone does not know yet is named in ``addScopes`` and told from the beginning; one that it may
    no longer
    hold is named in ``dropScopes``. A phone of another era is told everything from the beginning. ``limit`` counts
    upserts over all
    scopes. A revoked phone is told so and gets nothing else.
    """
    now = datetime.now(UTC)
    note_pull(project_id, actor, request.device_id, now, request.report)
    with snapshot():  # cursor and records of one moment, whatever is committed between two questions to the database
        return _tell(project_id, actor, request, now)


def _tell(project_id: int, actor: Actor, request: PullRequest, now: datetime) -> dict[str, Any]:
    era, counter = db.session.execute(_NOW, {"project": project_id}).one()
    answer: dict[str, Any] = {
        "serverTime": now,
        "era": era,
        "backedUp": backups.find_newest(now),
        "scopes": {},
        "dropScopes": [],
        "addScopes": [],
        "forms": [],
        "withdrawn": [],
        "corrections": [],
        "questions": [],
        "publicKey": keys.find_public_key(project_id),
        "device": "revoked" if actor.revoked else "ok",
    }
    if actor.revoked:
        return answer
    scopes = find_scopes(project_id, actor.id)
    plan = plan_pull(
        scopes,
        request.scopes,
        phone_era=era if request.era is None else request.era,
        era=era,
        counter=counter,
    )
    answer["addScopes"], answer["dropScopes"] = list(plan.add), list(plan.drop)
    left = request.limit
    visibility = find_visibility(project_id)
    moved = _find_moved(project_id, [read for read in plan.reads if read.after < counter])
    for read in plan.reads:
        rows = _find_entries(project_id, read, max(left, 0) + GONE_AT_ONCE) if read.scope in moved else []
        page = _page(project_id, read, rows, left, visibility, counter)
        left -= len(page["upserts"])
        answer["scopes"][read.scope] = page
    answer["corrections"] = corrections.list_given(project_id, actor, scopes, visibility, now)
    answer["questions"] = questions.list_asked(project_id, scopes, visibility)
    offered = list_forms(project_id, on_phones=True)
    answer["forms"] = [
        {key: value for key, value in form.items() if key != "publishedAt"}
        for form in offered
        if request.forms.get(form["formId"]) != form["hash"]
    ]
    answer["withdrawn"] = sorted(set(request.forms) - {form["formId"] for form in offered})
    return answer


@retried
def note_pull(
    project_id: int, actor: Actor, device_id: str, now: datetime, report: Mapping[str, Any] | None = None
) -> None:
    """Note that a phone known here was heard of, once an hour at most: one that only reads is not silent.

    What its app says of itself is noted at once when it says something else than before.
    """
    known = {"project": project_id, "agent": actor.id, "device": device_id}
    device = db.session.execute(_HEARD, known).first() if device_id else None
    if device is None:
        return
    told = dict(report) if report else None
    new = told is not None and told != device.report
    if now - device.last_seen_at < HEARD_AGAIN and not new:
        return
    said: dict[str, Any] = {"report": told, "reported_at": now} if told is not None else {}
    with transaction() as session:
        session.execute(
            update(Device)
            .where(Device.project_id == project_id, Device.app_user_id == actor.id, Device.device_id == device_id)
            .values(last_seen_at=now, **said)
        )


def find_scopes(project_id: int, app_user_id: int) -> frozenset[str]:
    """Return the scopes that an agent holds now."""
    return frozenset(db.session.scalars(_SCOPES, {"project": project_id, "agent": app_user_id}))


def find_visibility(project_id: int) -> dict[str, dict[str, str]]:
    """Tell, per list and property, whether it may leave the office."""
    found: dict[str, dict[str, str]] = {}
    for list_name, name, visibility in db.session.execute(_VISIBILITY, {"project": project_id}):
        found.setdefault(list_name, {})[name] = visibility
    return found


def _find_moved(project_id: int, reads: Sequence[Read]) -> set[str]:
    """Find the scopes in which anything changed since a phone's cursors: mostly none, and then none is read."""
    if not reads:
        return set()
    given: dict[str, Any] = {"project": project_id}
    for place, read in enumerate(reads):
        given |= {f"scope{place}": read.scope, f"after{place}": read.after}
    found = db.session.execute(_moved_in(len(reads)), given).one()
    return {read.scope for read, is_newer in zip(reads, found, strict=True) if is_newer}


@lru_cache(maxsize=64)
def _moved_in(scopes: int) -> Select[Any]:
    """Make the question whether anything changed in so many scopes."""
    newer: list[Any] = [
        exists()
        .where(
            _HELD.c.project_id == bindparam("project"),
            _HELD.c.scope == bindparam(f"scope{place}"),
            _HELD.c.counter > bindparam(f"after{place}"),
        )
        .label(f"s{place}")
        for place in range(scopes)
    ]
    return select(*newer)


def _find_entries(project_id: int, read: Read, wanted: int) -> Sequence[_Entry]:
    given = {"project": project_id, "scope": read.scope, "after": read.after, "wanted": wanted}
    return db.session.execute(_ENTRIES, given).all()


def _page(
    project_id: int,
    read: Read,
    rows: Sequence[_Entry],
    left: int,
    visibility: Mapping[str, Mapping[str, str]],
    newest: int,
) -> dict[str, Any]:
    page = cut_page(
        [Entry(change=row.counter, gone=not row.present) for row in rows],
        left,
        read,
        exhausted=len(rows) < max(left, 0) + GONE_AT_ONCE,
        newest=newest,
    )
    rows = rows[: page.take]
    present = [row for row in rows if row.present]
    events = _events(project_id, [row.id for row in present])
    return {
        "cursor": page.cursor,
        "more": page.more,
        "upserts": [_upsert(row, visibility.get(row.list, {}), events) for row in present],
        "gone": [
            {"id": row.id, **({"mergedInto": row.merged_into} if row.merged_into else {})}
            for row in rows
            if not row.present
        ],
    }


def _upsert(
    entity: _Entry, visibility: Mapping[str, str], events: Mapping[str, list[dict[str, Any]]]
) -> dict[str, Any]:
    data = to_visible(entity.data, visibility)
    return {
        "id": entity.id,
        "list": entity.list,
        "version": entity.version,
        "data": data,
        "open": [name for name in entity.open if name in data],
        "events": events.get(entity.id, []),
    }


def _events(project_id: int, entity_ids: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Tell, per entity, its latest forms: which, when, by whom; no answers."""
    events: dict[str, list[dict[str, Any]]] = {}
    if not entity_ids:
        return events
    rows = db.session.execute(_EVENTS, {"project": project_id, "ids": entity_ids})
    for entity_id, form_id, at, name in rows:
        told = events.setdefault(entity_id, [])
        if len(told) < EVENTS:
            told.append({"formId": form_id, "date": at, "byName": name or ""})
    return events


@dataclass(frozen=True, slots=True)
class Record:
    """One record as a phone may hold it."""

    id: str
    label: str
    version: int
    values: Mapping[str, str]


def list_held(project_id: int, actor: Actor, list_name: str) -> tuple[list[str], list[Record]]:
    """List what an agent's phones hold of a list, for clients that fetch it whole: (properties, records by id).

    The properties are those that may leave the office, in the forms' order.
    """
    visibility = find_visibility(project_id).get(list_name, {})
    names = [
        name
        for name in db.session.scalars(
            select(ListProperty.name)
            .where(ListProperty.project_id == project_id, ListProperty.list == list_name)
            .order_by(ListProperty.position, ListProperty.name)
        )
        if name in to_visible(dict.fromkeys(visibility, ""), visibility)
    ]
    rows = db.session.execute(
        select(Entity.id, Entity.version, Entity.data)
        .where(Entity.project_id == project_id, Entity.list == list_name, Entity.id.in_(_held(project_id, actor)))
        .order_by(Entity.id)
    )
    records = []
    for entity_id, version, data in rows:
        values = to_visible(data, visibility)
        records.append(Record(entity_id, values.get(LABEL, ""), version, values))
    return names, records


def find_dropped(project_id: int, actor: Actor, list_name: str, entity_ids: Sequence[str]) -> dict[str, bool]:
    """Say of each of some known records whether an agent's phones must drop it: deleted, merged away, or moved.

    An id that is not known yet is left out: its registration may still be on its way.
    """
    found: dict[str, bool] = {}
    for start in range(0, len(entity_ids), ASKED_AT_ONCE):
        some = entity_ids[start : start + ASKED_AT_ONCE]
        of_list = (Entity.project_id == project_id, Entity.list == list_name, Entity.id.in_(some))
        held = set(db.session.scalars(select(Entity.id).where(*of_list, Entity.id.in_(_held(project_id, actor)))))
        for entity_id in db.session.scalars(select(Entity.id).where(*of_list)):
            found[entity_id] = entity_id not in held
    return found


def _held(project_id: int, actor: Actor) -> Select[str]:
    return select(EntityScope.entity_id).where(
        EntityScope.project_id == project_id,
        EntityScope.scope.in_({*find_scopes(project_id, actor.id), EVERY_PHONE}),
        EntityScope.present.is_(True),
    )


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


def find_correction_file(project_id: int, actor: Actor, instance_id: str, name: str) -> str:
    """Return the sha256 of a file of a submission whose correction is asked of an agent.

    :raises Problem: 404.1 when it is not asked of her, or the file is not here or not hers to see.
    """
    scopes, visibility = find_scopes(project_id, actor.id), find_visibility(project_id)
    return corrections.find_file(project_id, actor, scopes, visibility, instance_id, name)
