"""Records that may be one woman: side by side with the reasons; merge, not the same, undo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from server.auth import actor, require
from server.console.pages import is_local, language, number, show, shown_project, text
from server.errors import Problem
from server.services import duplicates, entities, indexing
from server.services.duplicates import BANDS, DIFFERENT, Likely
from server.services.exports import WOMEN
from server.services.labels import Labels, Property

SECONDS: Final = 1.5
"""Spent at most on what phones sent since the page was last read."""
SHOWN_ROLES: Final = ("given", "family", "name", "married", "father", "birth", "place", "locality", "phone", "id")


@dataclass(frozen=True, slots=True)
class Side:
    """One property of both records."""

    property: Property
    left: str
    right: str


@require("entity.merge")
def list_duplicates() -> str:
    """Show pairs of one band, the likeliest first."""
    project_id = shown_project()
    waiting = indexing.catch_up(project_id, seconds=SECONDS)
    counts = duplicates.count_pairs(project_id, WOMEN)
    asked = request.args.get("band", "")
    band = asked if asked in (*BANDS, DIFFERENT) else next((b for b in BANDS if counts[b]), BANDS[0])
    labels = Labels(project_id, language())
    roles = indexing.roles_of(project_id, WOMEN)
    compared = [labels.property(WOMEN, name) for role in SHOWN_ROLES for name in roles if roles[name] == role]
    return show(
        "duplicates.html",
        counts=counts,
        most=duplicates.COUNTED,
        band=band,
        waiting=waiting,
        page=duplicates.list_pairs(project_id, WOMEN, band, page=number("page")),
        seen_of=duplicates.seen_of,
        sides=lambda pair: _sides(pair, compared),
        names=entities.find_author_names(project_id),
        labels=labels,
    )


def _sides(pair: Likely, compared: list[Property]) -> list[Side]:
    rows = [Side(p, pair.left.data.get(p.name, ""), pair.right.data.get(p.name, "")) for p in compared]
    return [row for row in rows if row.left or row.right]


@require("entity.merge")
def say_different(entity_id: str, other_id: str) -> Response:
    try:
        duplicates.say_different(shown_project(), entity_id, other_id, actor(), seen=request.form.get("seen", ""))
    except Problem as problem:
        return _stale(problem)
    flash(text("duplicates.said"), "good")
    return _next()


@require("entity.merge")
def take_back_different(entity_id: str, other_id: str) -> Response:
    try:
        duplicates.take_back(shown_project(), entity_id, other_id, actor(), seen=request.form.get("seen", ""))
    except Problem as problem:
        return _stale(problem)
    flash(text("duplicates.undone"), "good")
    return _next()


def _stale(problem: Problem) -> Response:
    """Show the pair as it is now when it is no more as she saw it; nothing was decided."""
    if problem.code != "409.51":
        raise problem
    flash(text("act.stale"), "warn")
    return _next()


def _next() -> Response:
    wanted = request.form.get("next", "")
    return redirect(wanted if is_local(wanted) else url_for("console.list_duplicates"), 303)
