"""The page of the chamber's own workbooks: send one in, see what was understood of it, fetch it again, delete it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flask import Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from exports.places import Layout, Note
from server.api.templates import MAX_BYTES, send_workbook
from server.auth import actor, require
from server.console.pages import language, show, shown_project, text
from server.errors import Problem
from server.services import entities
from server.services import templates as service

_LEVELS: Final = ("refused", "look", "kept")


@require("workbook.read")
def templates() -> str:
    return _page()


def _page(*, problem: str = "", layout: Layout | None = None, name: str = "") -> str:
    project_id = shown_project()
    return show(
        "templates.html",
        templates=service.list_templates(project_id),
        authors=entities.find_author_names(project_id),
        problem=problem,
        layout=layout,
        notes=_sort(layout.notes) if layout else {},
        name=name,
    )


def _sort(notes: Sequence[Note]) -> dict[str, list[Note]]:
    """Give the notes by level, each once."""
    return {level: [one for one in dict.fromkeys(notes) if one.level == level] for level in _LEVELS}


@require("workbook.template")
def put_template() -> Answer | tuple[str, int]:
    """Take in a template; one that is refused is not kept, and the page says why."""
    given = request.files.get("file")
    if given is None or not given.filename:
        return _page(problem=text("templates.choose"), name=request.form.get("name", "")), 422
    data = given.stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise Problem("413.1", limit_bytes=MAX_BYTES, limit_items=1)
    name = request.form.get("name", "").strip() or given.filename.rpartition(".")[0]
    try:
        looked = service.keep_template(shown_project(), name, data, actor(), language())
    except Problem as problem:
        if problem.code != "400.8":
            raise
        return _page(problem=text("templates.wrong.name"), name=name), 422
    if not looked.id:
        return _page(layout=looked.layout, name=name), 422
    flash(text("templates.kept.flash"), "good")
    return redirect(url_for("console.template", template_id=looked.id), 303)


@require("workbook.read")
def template(template_id: str) -> str:
    """Show what was understood of a template that is here."""
    looked = service.look_again(shown_project(), template_id, language())
    return show("template.html", looked=looked, layout=looked.layout, notes=_sort(looked.layout.notes))


@require("workbook.read")
def fetch_template(template_id: str) -> Response:
    found = next((one for one in service.list_templates(shown_project()) if one.id == template_id), None)
    if found is None:
        raise Problem("404.1")
    return send_workbook(found.content, "modele.xlsx")


@require("workbook.read")
def template_names() -> Response:
    return send_workbook(service.write_template_names(shown_project(), language()), "noms-hirfa.xlsx")


@require("workbook.template")
def confirm_delete_template(template_id: str) -> str:
    try:
        name = service.find_template(shown_project(), template_id).name
    except Problem as gone:
        raise Problem("404.1") from gone
    return show(
        "confirm.html",
        title=text("templates.delete.title"),
        name=name,
        words=text("templates.delete.words"),
        button=text("workbook.delete"),
        action=url_for("console.delete_template", template_id=template_id),
        back=url_for("console.templates"),
        danger=True,
    )


@require("workbook.template")
def delete_template(template_id: str) -> Answer:
    service.delete_template(shown_project(), template_id, actor())
    flash(text("templates.deleted"), "good")
    return redirect(url_for("console.templates"), 303)
