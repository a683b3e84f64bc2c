"""The forms that are offered, how the answers they save are reconciled, their code books; retired and offered again."""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from forms.definition import FormDefinition, Node
from server.auth import actor, require
from server.console.pages import language, may, show, shown_project, text
from server.errors import Problem
from server.services import drafts
from server.services import forms as service
from server.services.labels import Labels, Property

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require("desk.read")
def forms() -> str:
    return show_forms()


def show_forms(problems: list[str] | None = None) -> str:
    """Show the forms, and for who may publish the drafts; ``problems`` is what was wrong with an upload."""
    project_id = shown_project()
    labels = Labels(project_id, language())
    preparing = drafts.list_drafts(project_id) if may("form.publish") else []
    return show(
        "forms.html",
        forms=[(form, _saved(labels, form["formId"])) for form in service.list_forms(project_id)],
        versions=drafts.list_versions(project_id),
        retired=drafts.list_retired(project_id),
        drafts=preparing,
        problems=problems or [],
        labels=labels,
    )


def _saved(labels: Labels, form_id: str) -> list[tuple[str, list[Property]]]:
    """List, by entity list, the properties that a form saves."""
    definition = labels.definition(form_id)
    if definition is None:
        return []
    lists = dict.fromkeys(declared.list for declared in definition.entities)
    return [(name, [labels.property(name, found) for found in definition.properties(name)]) for name in lists]


@require("desk.read")
def codebook(form_id: str) -> str:
    """Show every question of a form with its choices, in one of the form's own languages."""
    found = service.find_version(shown_project(), form_id, request.args.get("version") or None)
    definition = service.definition_of(found)
    wanted = request.args.get("in", "")
    chosen = wanted if wanted in definition.languages else _nearest(definition)
    return show(
        "codebook.html",
        version=found,
        definition=definition,
        chosen=chosen,
        say=lambda texts: texts.get(chosen) or texts.get(definition.default_language) or next(iter(texts.values()), ""),
        shown=[node for node in definition.nodes if not _is_silent(node)],
        labels=Labels(shown_project(), language()),
    )


def _nearest(definition: FormDefinition) -> str:
    """Return the form's language that is the reader's, as far as its name tells; else the form's first."""
    code = f"({language()})"
    return next((name for name in definition.languages if name.endswith(code)), definition.default_language)


def _is_silent(node: Node) -> bool:
    return node.kind == "group" and not any(node.labels.values())


@require("form.publish")
def source(form_id: str, version: str) -> Response:
    """Send the XLSForm of a version as it was uploaded.

    :raises Problem: 404.1 when it came without one.
    """
    found = service.find_version(shown_project(), form_id, version)
    if found.source is None:
        raise Problem("404.1")
    workbook = found.source[:2] == b"PK"
    response = Response(found.source, mimetype=XLSX if workbook else "text/plain")
    name = f"{form_id}-{version or '0'}.{'xlsx' if workbook else 'md'}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@require("form.publish")
def confirm_retire(form_id: str) -> str:
    found = service.find_version(shown_project(), form_id, None)
    return show(
        "confirm.html",
        title=text("retire.title"),
        name=found.title,
        words=text("retire.words"),
        button=text("retire.do"),
        action=url_for("console.retire", form_id=form_id),
        back=url_for("console.forms"),
        danger=True,
    )


@require("form.publish")
def retire(form_id: str) -> Answer:
    drafts.retire_form(shown_project(), form_id, True, actor())
    flash(text("retire.done"), "good")
    return redirect(url_for("console.forms"), 303)


@require("form.publish")
def offer(form_id: str) -> Answer:
    drafts.retire_form(shown_project(), form_id, False, actor())
    flash(text("offer.done"), "good")
    return redirect(url_for("console.forms"), 303)
