"""How agents' forms were filled: how long each took, which made no record, which were far away or repeat another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from statistics import median
from typing import Any

from sqlalchemy import select

from forms.definition import FormDefinition
from forms.errors import FormsError
from forms.instance import parse_instance
from forms.quality import Signs, find_distance_km, find_likeness, read_signs
from server.database import db
from server.models import EntityActionRow, EntityScope, FormVersion, Place, Submission
from server.services.actors import list_app_users
from server.services.forms import definition_of
from server.services.submission_filters import Filter, to_conditions

READ = 600
"""Newest submissions looked at: what a page can read within its time; a period narrows them."""
ASKED_AT_ONCE = 500
QUICK_SHARE = 1 / 3
"""Of the usual time of its form: what took less is listed as quick."""
ALIKE = 0.95
FAR_KM = 15


@dataclass(frozen=True, slots=True)
class Sign:
    """One submission worth a look: ``figure`` is minutes, kilometres or a share in percent."""

    instance_id: str
    form_id: str
    figure: int | None = None


@dataclass(slots=True)
class OfAgent:
    """What the forms of one agent tell."""

    name: str
    app_user_id: int
    count: int = 0
    minutes: list[float] = field(default_factory=list)
    quick: list[Sign] = field(default_factory=list)
    empty: list[Sign] = field(default_factory=list)
    """Forms that may make or change a record and did not: a refusal, for the most part."""
    far: list[Sign] = field(default_factory=list)
    copied: list[Sign] = field(default_factory=list)

    @property
    def usual_minutes(self) -> int | None:
        return round(median(self.minutes)) if self.minutes else None


@dataclass(frozen=True, slots=True)
class Quality:
    agents: list[OfAgent]
    looked_at: int
    cut: bool
    """Whether there are more than were looked at."""


_KNOWN: dict[tuple[str, str, str], Signs | None] = {}
"""Signs by form, version and sha256 of the XML: what was received never changes, so it is read once a process."""
KNOWN = 6000


def _read_signs(project_id: int, rows: Sequence[Any]) -> dict[str, Signs | None]:
    """Read the signs of submissions, by instance id; None of one that cannot be read."""
    definitions: dict[tuple[str, str], FormDefinition] = {}
    unread = [row for row in rows if _key(row) not in _KNOWN]
    found = {row.instance_id: _KNOWN[_key(row)] for row in rows if _key(row) in _KNOWN}
    while len(_KNOWN) + len(unread) > KNOWN and _KNOWN:
        _KNOWN.pop(next(iter(_KNOWN)), None)  # the oldest goes; another thread may have taken it
    for start in range(0, len(unread), ASKED_AT_ONCE):
        some = {row.instance_id: row for row in unread[start : start + ASKED_AT_ONCE]}
        for instance_id, xml in db.session.execute(
            select(Submission.instance_id, Submission.xml).where(
                Submission.project_id == project_id, Submission.instance_id.in_(some)
            )
        ):
            row = some[instance_id]
            key = (row.form_id, row.form_version)
            if key not in definitions:
                definitions[key] = definition_of(db.session.get_one(FormVersion, (project_id, *key)))
            try:
                signs: Signs | None = read_signs(definitions[key], parse_instance(xml))
            except FormsError:
                signs = None
            found[instance_id] = _KNOWN[_key(row)] = signs
    return found


def _key(row: Any) -> tuple[str, str, str]:
    return (row.form_id, row.form_version, row.xml_sha256)


def recent(asked: Filter, since: datetime) -> Filter:
    """Narrow a filter to what was received since a moment."""
    return replace(asked, since=since)


def read_quality(project_id: int, asked: Filter, *, far_km: int = FAR_KM) -> Quality:
    """Tell, agent by agent, what the newest submissions say of how they were filled."""
    rows = db.session.execute(
        select(
            Submission.instance_id,
            Submission.form_id,
            Submission.form_version,
            Submission.xml_sha256,
            Submission.app_user_id,
            Submission.at,
        )
        .where(*to_conditions(project_id, asked), Submission.app_user_id.is_not(None), Submission.erased_at.is_(None))
        .order_by(Submission.received_at.desc())
        .limit(READ + 1)
    ).all()
    cut, rows = len(rows) > READ, rows[:READ]
    names = {agent["id"]: agent["name"] for agent in list_app_users(project_id)}
    agents = {row.app_user_id: OfAgent(names.get(row.app_user_id, ""), row.app_user_id) for row in rows}
    declares = _find_declaring(project_id, {(row.form_id, row.form_version) for row in rows})
    acting, places = _find_places(project_id, [row.instance_id for row in rows])
    signs = _read_signs(project_id, rows)
    usual = _find_usual(rows, signs)
    latest: dict[tuple[int, str], Any] = {}
    for row in sorted(rows, key=lambda r: (r.at, r.instance_id)):
        agent, sign = agents[row.app_user_id], signs.get(row.instance_id)
        agent.count += 1
        if (row.form_id, row.form_version) in declares and row.instance_id not in acting:
            agent.empty.append(Sign(row.instance_id, row.form_id))
        if sign is None:
            continue
        if sign.duration_s is not None:
            agent.minutes.append(sign.duration_s / 60)
            if row.form_id in usual and sign.duration_s < usual[row.form_id] * QUICK_SHARE:
                agent.quick.append(Sign(row.instance_id, row.form_id, round(sign.duration_s / 60)))
        centres = places.get(row.instance_id, ())
        if sign.points and centres:
            distance = min(find_distance_km(point, centre) for point in sign.points for centre in centres)
            if distance > far_km:
                agent.far.append(Sign(row.instance_id, row.form_id, round(distance)))
        before = latest.get((row.app_user_id, row.form_id))
        likeness = find_likeness(before, sign) if before is not None else None
        if likeness is not None and likeness >= ALIKE:
            agent.copied.append(Sign(row.instance_id, row.form_id, int(likeness * 100)))
        latest[row.app_user_id, row.form_id] = sign
    return Quality(sorted(agents.values(), key=lambda a: (a.name, a.app_user_id)), len(rows), cut)


def _find_usual(rows: Sequence[Any], signs: Mapping[str, Signs | None]) -> dict[str, float]:
    """Return the median time of each form, seconds, where at least five of it were timed."""
    times: dict[str, list[float]] = {}
    for row in rows:
        sign = signs.get(row.instance_id)
        if sign is not None and sign.duration_s is not None:
            times.setdefault(row.form_id, []).append(sign.duration_s)
    return {form_id: median(found) for form_id, found in times.items() if len(found) >= 5}


def _find_declaring(project_id: int, versions: set[tuple[str, str]]) -> set[tuple[str, str]]:
    return {
        key
        for key in versions
        if definition_of(db.session.get_one(FormVersion, (project_id, *key))).entities
    }


def _find_places(
    project_id: int, instance_ids: Sequence[str]
) -> tuple[set[str], dict[str, list[tuple[float, float]]]]:
    """Find which submissions acted on records, and the centres of the places of these records."""
    centres = {
        place.code: (place.lat, place.lng)
        for place in db.session.scalars(select(Place).where(Place.project_id == project_id))
        if place.lat is not None and place.lng is not None
    }
    acting: set[str] = set()
    found: dict[str, list[tuple[float, float]]] = {}
    for start in range(0, len(instance_ids), ASKED_AT_ONCE):
        some = instance_ids[start : start + ASKED_AT_ONCE]
        for instance_id, scope in db.session.execute(
            select(EntityActionRow.instance_id, EntityScope.scope)
            .outerjoin(
                EntityScope,
                (EntityScope.project_id == EntityActionRow.project_id)
                & (EntityScope.entity_id == EntityActionRow.entity_id)
                & EntityScope.present.is_(True),
            )
            .where(EntityActionRow.project_id == project_id, EntityActionRow.instance_id.in_(some))
        ):
            acting.add(str(instance_id))
            if scope in centres:
                found.setdefault(str(instance_id), []).append(centres[scope])
    return acting, found
