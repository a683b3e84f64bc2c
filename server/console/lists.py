"""Lists of women that are sent in: upload, what the columns are, what would change, taking over, undoing."""

from __future__ import annotations

from typing import Final

from flask import Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from exports.ownlist import KINDS, TARGETS
from server.auth import actor, require
from server.console.pages import language, show, shown_project, text
from server.console.texts import TEXTS
from server.errors import Problem
from server.services import entities, exports, imports
from server.services.imports import Accepted, Looked
from server.services.labels import Labels

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN: Final = 500
"""Edited cells, and new women, that the page lists one by one."""
MAX_BYTES: Final = 20 * 2**20


@require("list.import")
def lists() -> str:
    return _show_lists()


def _show_lists(problem: str = "") -> str:
    project_id = shown_project()
    return show(
        "lists.html",
        problem=problem,
        files=imports.list_imports(project_id),
        authors=entities.find_author_names(project_id),
    )


@require("list.import")
def blank_list() -> Response:
    data = exports.write_blank_list(shown_project(), actor(), "ar" if language() == "ar" else "fr")
    response = Response(data, mimetype=XLSX)
    response.headers["Content-Disposition"] = "attachment; filename=liste-vide.xlsx"
    return response


@require("list.import")
def take_list() -> Redirect | tuple[str, int]:
    """Keep the file; nothing of it counts yet."""
    given = request.files.get("file")
    if given is None or not given.filename:
        return _show_lists(text("lists.choose")), 422
    data = given.stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise Problem("413.1", limit_bytes=MAX_BYTES, limit_items=1)
    try:
        import_id = imports.keep_list(shown_project(), given.filename, data, actor())
    except Problem as problem:
        key = f"lists.why.{problem.details.get('why', '')}"
        if key not in TEXTS:
            raise
        return _show_lists(text(key)), problem.status
    return redirect(url_for("console.taken_list", import_id=import_id), 303)


@require("list.import")
def taken_list(import_id: str) -> str:
    looked = imports.look_at_list(shown_project(), import_id)
    if looked.guess is not None and (not looked.file.mapping or "columns" in request.args):
        return _show_mapping(looked)
    return _show_list(looked)


def _show_mapping(looked: Looked) -> str:
    labels = Labels(shown_project(), language())
    names = {
        target: text(f"lists.target.{target}")
        if f"lists.target.{target}" in TEXTS
        else labels.property(imports.WOMEN, target).label
        for target in ("", *KINDS)
    }
    known = imports.describe_properties(shown_project())
    offered = [t for t, _ in TARGETS if t.startswith("#") or t in known]
    return show("list_columns.html", looked=looked, names=names, offered=["", *offered])


@require("list.import")
def confirm_columns(import_id: str) -> Redirect:
    mapping = {}
    for field, target in request.form.items():
        place = field.removeprefix("column:")
        if place != field and place.isascii() and place.isdigit() and target in KINDS:
            mapping[int(place)] = target
    imports.confirm_mapping(shown_project(), import_id, mapping)
    return redirect(url_for("console.taken_list", import_id=import_id), 303)


def _show_list(looked: Looked, problem: str = "", consent_on: str = "") -> str:
    labels = Labels(shown_project(), language())
    return show(
        "list.html",
        looked=looked,
        problem=problem,
        consent_on=consent_on,
        labels=labels,
        list_name=imports.WOMEN,
        changes=looked.changes[:SHOWN],
        newcomers=looked.newcomers[:SHOWN],
        more=max(0, len(looked.changes) - SHOWN) + max(0, len(looked.newcomers) - SHOWN),
        authors=entities.find_author_names(shown_project()),
    )


@require("list.import")
def apply_list(import_id: str) -> Redirect | tuple[str, int]:
    """Take over what is ticked, and what there was no room to list."""
    project_id = shown_project()
    looked = imports.look_at_list(project_id, import_id)
    ticked = set(request.form.getlist("accept"))
    accepted = Accepted(
        changes=ticked | {each.id for each in looked.changes[SHOWN:]},
        newcomers=ticked | {each.id for each in looked.newcomers[SHOWN:] if each.ticked},
        consent_on=request.form.get("consent_on", "").strip(),
    )
    try:
        done = imports.take_over(project_id, import_id, accepted, actor())
    except Problem as problem:
        if problem.code != "400.2":
            raise
        return _show_list(looked, text("lists.consent.missing"), accepted.consent_on), 422
    flash(f"{text('lists.applied')} {text('lists.counts', **done.counts)}", "good")
    return redirect(url_for("console.taken_list", import_id=import_id), 303)


@require("list.import")
def drop_list(import_id: str) -> Redirect:
    imports.drop_list(shown_project(), import_id, actor())
    flash(text("lists.dropped"), "good")
    return redirect(url_for("console.lists"), 303)


@require("list.import")
def undo_list(import_id: str) -> Redirect:
    imports.undo_list(shown_project(), import_id, actor())
    flash(text("lists.undone"), "good")
    return redirect(url_for("console.taken_list", import_id=import_id), 303)
