"""The register: the list of women, and one woman with her history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from flask import request

from server.auth import actor, require
from server.console.pages import language, may, number, read_words, show, shown_project
from server.console.timeline import find_origins, find_presumed, list_steps
from server.models import ConflictEntry, Entity, EntityActionRow, Submission
from server.services import entities, feed, lives, requests, saved_filters
from server.services.associations import PROPERTY, Offer, offer_associations
from server.services.exports import WOMEN
from server.services.labels import Labels, Property
from server.services.parts import find_part_ids
from server.services.search import search_entities
from sync.erasure import is_erased

COLUMNS: Final = ("code_artisane", "commune", "metier", "etape")
"""Properties shown in the list, where the programme has them."""
FILTERED: Final = ("metier", "etape", "association")
"""Properties that the list can be narrowed by, where the programme has them."""
LATE: Final = timedelta(minutes=10)
"""Received so much later than it happened, both times are told."""


@require("register.read")
def women() -> str:
    project_id = shown_project()
    search, scope = request.args.get("q", "").strip()[:200], request.args.get("commune", "")
    labels = Labels(project_id, language())
    known = labels.properties(WOMEN)
    values = {name: request.args.get(name, "")[:255] for name in FILTERED if name in known}
    return show(
        "women.html",
        values=values,
        choices=(choices := {name: labels.choices(WOMEN, name) for name in values}),
        offer=find_offer(choices, values),
        saved=saved_filters.list_filters(project_id, actor()),
        query=urlencode({k: v for k, v in (("q", search), ("commune", scope), *values.items()) if v}),
        known=known,
        list=WOMEN,
        search=search,
        scope=scope,
        places=list_places(project_id),
        page=search_entities(project_id, WOMEN, search=search, scope=scope, values=values, page=number("page")),
        columns=[known[name] for name in COLUMNS if name in known],
        labels=labels,
    )


def find_offer(choices: Mapping[str, Sequence[tuple[str, str]]], values: Mapping[str, str]) -> Offer | None:
    """Offer associations to narrow a list by where they are too many to be all offered; else None."""
    if PROPERTY not in choices or choices[PROPERTY]:
        return None
    picked = values.get(PROPERTY, "")
    found = offer_associations(shown_project(), words=read_words(), picked=[picked] if picked else [])
    return found if found.rows else None


def list_places(project_id: int) -> list[dict[str, str]]:
    """List the communes with their name in the reader's language, by name."""
    reader = "ar" if language() == "ar" else "fr"
    places = [
        {"value": place["value"], "name": place["labels"][reader] or place["value"]}
        for place in feed.list_places(project_id, actor())
    ]
    return sorted(places, key=lambda place: place["name"])


@require("register.read")
def woman(entity_id: str) -> str:
    return _show_woman(entity_id, whole=False)


@require("register.read")
def reveal(entity_id: str) -> str:
    """Show a woman with her identification number whole; that it was asked for is noted."""
    entities.get_entity(shown_project(), entity_id)
    entities.note_reveal(shown_project(), entity_id, actor())
    return _show_woman(entity_id, whole=True)


@dataclass(frozen=True, slots=True)
class Event:
    """One action of a woman's history, with its properties named."""

    version: int
    action: EntityActionRow
    author: str
    received_at: datetime
    late: bool
    submission: Submission | None
    writes: list[tuple[Property, str]]


def _show_woman(entity_id: str, *, whole: bool) -> str:
    project_id = shown_project()
    entity = entities.get_entity(project_id, entity_id)
    labels = Labels(project_id, language())
    listed = entities.list_conflicts(project_id, open_only=False, entity_id=entity_id)
    conflicts = {c.property: c for c, _ in listed if c.open or c.settled_at is None}
    properties = _order(entity, labels, conflicts)
    filled = [p for p in properties if entity.data.get(p.name) or p.name in conflicts]
    order = {p.name: place for place, p in enumerate(properties)}
    names = entities.find_author_names(project_id)
    history = entities.find_history(project_id, entity)
    asked = requests.list_of_record(project_id, find_part_ids(project_id, entity))
    return show(
        "woman.html",
        origins=find_origins(entity, history),
        steps=list_steps(lives.read_life(project_id, entity), labels) if not entity.erased_at else [],
        presumed=find_presumed(project_id, entity),
        requests=asked,
        objects=any(r.kind == "objection" and r.state == "done" for r in asked),
        minor=next((r.state for r in asked if r.kind == "guardian" and r.state in ("open", "refused")), ""),
        kinds=requests.KINDS,
        entity=entity,
        code=entity.data.get("code_artisane", ""),
        open=entity.open,
        merged_into=entities.get_entity(project_id, entity.merged_into) if entity.merged_into else None,
        filled=filled,
        blank=[p for p in properties if p not in filled],
        conflicts=conflicts,
        candidates=lambda conflict: name_candidates(conflict, names),
        has_secret=any(p.secret and entity.data.get(p.name) for p in filled),
        whole=whole,
        parts=entities.list_parts(project_id, entity),
        photos=entities.find_photos(project_id, entity) if may("attachment.read") else [],
        history=[_read_event(entry, entity, labels, order) for entry in history],
        labels=labels,
    )


def _order(entity: Entity, labels: Labels, conflicts: dict[str, ConflictEntry]) -> list[Property]:
    """Put a woman's properties in the order of the forms; those that no form declares any more come last."""
    known = list(labels.properties(entity.list).values())
    names = {p.name for p in known} | {"label"}
    others = [name for name in sorted({*entity.data, *conflicts}) if name not in names]
    disputed_label = ["label"] if "label" in conflicts else []
    return (
        [labels.property(entity.list, name) for name in disputed_label]
        + known
        + [labels.property(entity.list, name) for name in others]
    )


def _read_event(entry: entities.HistoryEntry, entity: Entity, labels: Labels, order: dict[str, int]) -> Event:
    written = sorted(entry.writes.items(), key=lambda pair: (order.get(pair[0], len(order)), pair[0]))
    return Event(
        version=entry.version,
        action=entry.action,
        author=entry.author,
        received_at=entry.committed_at,
        late=entry.committed_at - entry.action.at > LATE,
        submission=entry.submission,
        writes=[(labels.property(entity.list, name), value) for name, value in written if not is_erased(value)],
    )


def name_candidates(conflict: ConflictEntry, names: dict[str, str]) -> list[dict[str, Any]]:
    """Give the values that dispute a property, each with who said it, when and on which form; newest last."""
    return [
        {
            "action": c["action"],
            "value": c["value"],
            "author": names.get(c["author"], c["author"]),
            "at": datetime.fromisoformat(c["at"]),
            "form_id": c["formId"],
            "shown": c["value"] == conflict.shown,
        }
        for c in conflict.candidates
    ]
