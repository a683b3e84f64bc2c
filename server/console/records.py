"""What an officer decides about a whole record: two are one woman, or not; delete, restore, erase."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from server.auth import actor, require
from server.console.conflicts import NAME_CHARS
from server.console.pages import is_local, language, number, show, shown_project, text
from server.errors import Problem
from server.models import Entity
from server.services import deletion, duplicates, entities, erasure, identity
from server.services.labels import Labels, Property


def _find(entity_id: str) -> Entity:
    """Return a record that something can be decided about.

    :raises Problem: 404.1; 409.53 when its data were erased.
    """
    entity = entities.get_entity(shown_project(), entity_id)
    if entity.erased_at:
        raise Problem("409.53")
    return entity


def _name(entity: Entity) -> str:
    return str(entity.data.get("label") or entity.id)[:NAME_CHARS]


def _version(field: str) -> int:
    given = request.form.get(field, "")
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        raise Problem("400.8", field=field, reason="a version number is expected")
    return int(given)


def _back(entity_id: str, key: str, tone: str = "good") -> Response:
    flash(text(key), tone)
    return redirect(url_for("console.woman", entity_id=entity_id), 303)


@require("entity.merge")
def find_twin(entity_id: str) -> str:
    """Search the other record of the same woman."""
    project_id, entity = shown_project(), _find(entity_id)
    search = request.args.get("q", "").strip()[:200]
    page = entities.list_entities(project_id, entity.list, search=search, page=number("page"))
    return show(
        "merge_search.html",
        entity=entity,
        search=search,
        page=page,
        rows=[row for row in page.rows if row.id != entity.id and not row.erased_at],
        labels=Labels(project_id, language()),
    )


@dataclass(frozen=True, slots=True)
class Compared:
    """One property of both records."""

    property: Property
    left: str
    right: str
    same: bool


@require("entity.merge")
def compare(entity_id: str, other_id: str) -> str:
    """Show two records side by side, so that an officer can say that they are one woman."""
    left, right = _find(entity_id), _find(other_id)
    if left.list != right.list or left.id == right.id:
        raise Problem("404.1")
    labels = Labels(shown_project(), language())
    known = labels.properties(left.list)
    return show(
        "merge.html",
        left=left,
        right=right,
        next=request.args.get("next", ""),
        pair=duplicates.find_pair(shown_project(), left.id, right.id),
        seen=duplicates.seen_of(left, right),
        rows=[
            Compared(
                p,
                left.data.get(p.name, ""),
                right.data.get(p.name, ""),
                left.data.get(p.name, "") == right.data.get(p.name, ""),
            )
            for p in known.values()
            if left.data.get(p.name) or right.data.get(p.name)
        ],
        labels=labels,
    )


@require("entity.merge")
def merge(entity_id: str, other_id: str) -> Response:
    """Make the record that is not kept part of the other."""
    kept = request.form.get("keep", "")
    if kept not in (entity_id, other_id):
        raise Problem("400.8", field="keep", reason="one of the two is expected")
    loser = other_id if kept == entity_id else entity_id
    versions = {entity_id: _version("left_version"), other_id: _version("right_version")}
    try:
        winner, _ = identity.merge_entities(shown_project(), loser, kept, versions[loser], versions[kept], actor())
    except Problem as problem:
        if problem.code != "409.51":
            raise
        flash(text("act.stale"), "warn")
        return redirect(url_for("console.compare", entity_id=entity_id, other_id=other_id), 303)
    wanted = request.form.get("next", "")
    if is_local(wanted):
        flash(text("merge.done"), "good")
        return redirect(wanted, 303)
    return _back(winner, "merge.done")


@require("entity.merge")
def confirm_unmerge(entity_id: str) -> str:
    entity = _find(entity_id)
    if entity.merged_into is None:
        raise Problem("404.1")
    winner = entities.get_entity(shown_project(), entity.merged_into)
    return show(
        "confirm.html",
        title=text("unmerge.title"),
        name=_name(winner),
        words=text("unmerge.words"),
        button=text("unmerge.do"),
        action=url_for("console.unmerge", entity_id=entity_id),
        back=url_for("console.woman", entity_id=winner.id),
        seen_version=winner.version,
        danger=False,
    )


@require("entity.merge")
def unmerge(entity_id: str) -> Response:
    try:
        identity.unmerge_entity(shown_project(), entity_id, _version("seen_version"), actor())
    except Problem as problem:
        if problem.code != "409.51":
            raise
        return _back(entity_id, "act.stale", "warn")
    return _back(entity_id, "unmerge.done")


@require("entity.delete")
def confirm_delete(entity_id: str) -> str:
    entity = _find(entity_id)
    return show(
        "confirm.html",
        title=text("delete.title"),
        name=_name(entity),
        words=text("delete.words"),
        button=text("act.delete"),
        action=url_for("console.delete", entity_id=entity_id),
        back=url_for("console.woman", entity_id=entity_id),
        seen_version=entity.version,
        danger=True,
    )


@require("entity.delete")
def delete(entity_id: str) -> Response:
    try:
        deletion.delete_entity(shown_project(), entity_id, _version("seen_version"), actor())
    except Problem as problem:
        if problem.code != "409.51":
            raise
        return _back(entity_id, "act.stale", "warn")
    return _back(entity_id, "delete.done")


@require("entity.delete")
def restore(entity_id: str) -> Response:
    try:
        deletion.restore_entity(shown_project(), entity_id, _version("seen_version"), actor())
    except Problem as problem:
        if problem.code != "409.51":
            raise
        return _back(entity_id, "act.stale", "warn")
    return _back(entity_id, "restore.done")


@require("entity.erase")
def confirm_erase(entity_id: str) -> str:
    return _show_erase(_find(entity_id))


def _show_erase(entity: Entity, problem: str = "") -> str:
    return show("erase.html", entity=entity, name=_name(entity), word=_word(entity), problem=problem)


def _word(entity: Entity) -> str:
    """Return what must be typed: her code, or the beginning of the record's id."""
    return str(entity.data.get("code_artisane") or entity.id[:8])


@require("entity.erase")
def erase(entity_id: str) -> Response | tuple[str, int]:
    """Erase a woman's data, once what stands on the page was typed."""
    entity = _find(entity_id)
    if request.form.get("typed", "").strip() != _word(entity):
        return _show_erase(entity, text("erase.mistyped")), 422
    done = erasure.erase_entity(shown_project(), entity_id, actor())
    return _back(entity_id, "erase.done" if done.scrubbed else "erase.busy", "good" if done.scrubbed else "warn")
