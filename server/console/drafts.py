"""Forms that are being prepared: upload, look, try on a phone's screen, publish together."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from forms.arrival import read_filled
from forms.entities import to_requests
from forms.errors import FormsError, XlsformError, XlsformProblem
from forms.instance import parse_instance
from server.api.files import send_blob
from server.auth import actor, require
from server.console.fill import read_sent, show_form
from server.console.forms import show_forms
from server.console.pages import language, show, shown_project, text
from server.errors import Problem
from server.models import FormDraft
from server.services import answers, desk_forms, entities
from server.services import drafts as service
from server.services.forms import FormFile
from server.services.labels import Labels

FORM_ENDINGS = (".xlsx", ".md")


@require("form.publish")
def upload() -> Answer | tuple[str, int]:
    """Keep the XLSForms of an upload as drafts; what is wrong with one is told with its sheet and row."""
    given = [file for file in request.files.getlist("file") if file.filename]
    media = {f.filename: f.stream.read() for f in given if not (f.filename or "").lower().endswith(FORM_ENDINGS)}
    books = [f for f in given if (f.filename or "").lower().endswith(FORM_ENDINGS)]
    if not books:
        return show_forms([text("draft.choose")]), 422
    files = [FormFile(f.filename or "form.xlsx", f.stream.read(), {str(n): d for n, d in media.items()}) for f in books]
    try:
        made = service.save_drafts(shown_project(), files, actor())
    except XlsformError as error:
        return show_forms([_place(problem) for problem in error.problems]), 422
    except FormsError as error:
        return show_forms([str(error)]), 422
    flash(text("draft.kept"), "good")
    if len(made) == 1:
        return redirect(url_for("console.draft", form_id=made[0]), 303)
    return redirect(url_for("console.forms"), 303)


def _place(problem: XlsformProblem) -> str:
    """Write a problem of a workbook with where it stands."""
    parts = (
        problem.sheet and text("draft.sheet", sheet=problem.sheet),
        problem.row and text("draft.row", row=problem.row),
        problem.column and text("draft.column", column=problem.column),
    )
    where = ", ".join(str(part) for part in parts if part)
    return f"{where} : {problem.message}" if where else problem.message


@require("form.publish")
def draft(form_id: str) -> str:
    return _show_draft(service.find_draft(shown_project(), form_id))


def _show_draft(found: FormDraft, problem: str = "") -> str:
    project_id = shown_project()
    return show(
        "draft.html",
        draft=found,
        definition=service.read_draft(found),
        published=service.find_published(project_id, found.form_id),
        changes=service.compare_draft(project_id, found),
        warnings=service.find_warnings(project_id, found, service.list_drafts(project_id)),
        needed=service.list_needed(project_id, found),
        problem=problem,
        labels=Labels(project_id, language()),
    )


@require("form.publish")
def add_files(form_id: str) -> Answer:
    given = {f.filename: f.stream.read() for f in request.files.getlist("file") if f.filename}
    unknown = service.add_files(shown_project(), form_id, {str(n): d for n, d in given.items()}, actor())
    if unknown:
        flash(text("draft.files.unknown", names=", ".join(unknown)[:300]), "warn")
    else:
        flash(text("draft.files.kept"), "good")
    return redirect(url_for("console.draft", form_id=form_id, _anchor="files"), 303)


@require("form.publish")
def confirm_drop(form_id: str) -> str:
    return show(
        "confirm.html",
        title=text("draft.drop.title"),
        name=service.find_draft(shown_project(), form_id).title,
        words=text("draft.drop.words"),
        button=text("draft.drop"),
        action=url_for("console.drop", form_id=form_id),
        back=url_for("console.draft", form_id=form_id),
        danger=True,
    )


@require("form.publish")
def drop(form_id: str) -> Answer:
    service.drop_draft(shown_project(), form_id, actor())
    flash(text("draft.dropped"), "good")
    return redirect(url_for("console.forms"), 303)


@require("form.publish")
def publish() -> Answer | tuple[str, int]:
    """Publish the chosen drafts together; when they contradict one another nothing is published."""
    try:
        done = service.publish_drafts(shown_project(), request.form.getlist("form"), actor())
    except Problem as problem:
        if problem.code not in ("400.2", "409.6", "409.50"):
            raise
        told = text("draft.choose_some") if problem.code == "400.2" else problem.message(language())
        return show_forms([told]), problem.status
    flash(text("draft.published", names=", ".join(one.title for one in done)[:300]), "good")
    return redirect(url_for("console.forms"), 303)


@require("form.publish")
def xform(form_id: str) -> Response:
    return Response(service.find_draft(shown_project(), form_id).xform, mimetype="text/xml")


@require("form.publish")
def file(form_id: str, name: str) -> Response:
    found = service.find_draft(shown_project(), form_id)
    for needed in service.list_needed(shown_project(), found):
        if needed.name == name and needed.sha256:
            return send_blob(shown_project(), needed.sha256, name)
    raise Problem("404.1")


@require("form.publish")
def entity_list_of_draft(form_id: str, name: str) -> Response:
    if name not in service.read_draft(service.find_draft(shown_project(), form_id)).lists:
        raise Problem("404.1")
    return Response(desk_forms.write_list(shown_project(), name), mimetype="text/csv")


@require("form.publish")
def try_out(form_id: str) -> Response:
    """Open the draft in the app's form page; one about a record opens on the first of its list."""
    project_id = shown_project()
    found = service.find_draft(project_id, form_id)
    definition = service.read_draft(found)
    subject, row = desk_forms.find_subject(definition), None
    if subject is not None:
        some = entities.list_entities(project_id, subject.list).rows
        row = desk_forms.read_row(project_id, some[0].id) if some else None
    needed = [f.name for f in service.list_needed(project_id, found) if f.sha256]
    known = [name for name in sorted(definition.lists) if f"{name}.csv" not in needed]
    fillable = desk_forms.Fillable(found, definition, needed, known)
    return show_form(
        fillable,
        row=row,
        xml=url_for("console.xform", form_id=form_id),
        files={name: url_for("console.file", form_id=form_id, name=name) for name in needed},
        lists={name: url_for("console.entity_list_of_draft", form_id=form_id, name=name) for name in known},
        submit=url_for("console.send_test", form_id=form_id),
        leave=url_for("console.try_out", form_id=form_id),
    )


@require("form.publish")
def send_test(form_id: str) -> dict[str, str]:
    """Keep a test submission beside the draft; nothing of it reaches the register."""
    xml, _files = read_sent()
    service.keep_test(shown_project(), form_id, xml)
    return {"next": url_for("console.tested", form_id=form_id)}


@require("form.publish")
def tested(form_id: str) -> str:
    """Show the last test in words, and what it would have done to records."""
    project_id = shown_project()
    found = service.find_draft(project_id, form_id)
    if found.tested is None:
        raise Problem("404.1")
    definition, labels = service.read_draft(found), Labels(project_id, language())
    instance = replace(parse_instance(found.tested), instance_id="test")
    requests, problems = to_requests(definition, read_filled(definition, instance))
    return show(
        "tested.html",
        draft=found,
        answers=answers.read_answers(definition, instance, labels),
        requests=requests,
        trouble=[problem.message for problem in problems],
        labels=labels,
    )
