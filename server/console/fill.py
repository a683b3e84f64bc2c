"""Forms at the desk: the app's form page with an officer's session, to fill a form or to edit what was received."""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from flask import Response, flash, make_response, request, url_for
from flask_wtf.csrf import generate_csrf

from server.auth import actor, require
from server.console.files import FOLDER
from server.console.pages import language, number, show, shown_project, text
from server.console.women import FILTERED
from server.errors import Problem
from server.services import desk_forms as service
from server.services import entities, forms, grids
from server.services.labels import Labels
from server.services.openrosa import SentFile
from sync.protocol import QUARANTINED

XML_PART: Final = "xml_submission_file"
GRID_KEPT: Final = ("q", "commune", "session", "also", *FILTERED)
"""What a grid's address chooses women by."""
FORM_CSP: Final = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'"
)
"""As the app's own: the form engine reads wasm and styles what it draws."""


@require("form.fill")
def choose_form() -> str:
    """List the forms that can be filled, about a record where one is named."""
    project_id = shown_project()
    woman = request.args.get("woman", "")
    row = service.read_row(project_id, woman) if woman else None
    listed = []
    for form in forms.list_forms(project_id):
        if form["audience"] == "agents":
            continue
        definition = service.find_fillable(project_id, form["formId"]).definition
        subject = service.find_subject(definition)
        if row is None or (subject is not None and subject.list == row.list):
            listed.append((form, subject, row is None and grids.find_grid(definition) is not None))
    return show("fill_choose.html", forms=listed, row=row, labels=Labels(project_id, language()))


@require("form.fill")
def fill(form_id: str) -> Response | str:
    """Open a form, once the record it is about was chosen."""
    project_id = shown_project()
    found = service.find_fillable(project_id, form_id)
    subject, woman = service.find_subject(found.definition), request.args.get("woman", "")
    if subject is not None and not woman:
        search = request.args.get("q", "").strip()[:200]
        return show(
            "fill_record.html",
            form_id=form_id,
            search=search,
            page=entities.list_entities(project_id, subject.list, search=search, page=number("page")),
            labels=Labels(project_id, language()),
        )
    row = service.read_row(project_id, woman) if woman else None
    if row is not None and subject is not None and row.list != subject.list:
        raise Problem("404.1")
    leave = url_for("console.woman", entity_id=row.id) if row else url_for("console.choose_form")
    of_grid = request.args.get("grid")
    if of_grid is not None:  # one row of a grid, opened whole: back to it
        leave = grid_address(form_id, of_grid)
    return show_form(
        found,
        row=row if subject else None,
        submit=url_for(
            "console.send", form_id=form_id, woman=row.id if row else None, series=request.args.get("series"),
            grid=of_grid,
        ),
        leave=leave,
        of_grid=of_grid is not None,
    )  # fmt: skip


def show_form(
    found: service.Fillable,
    *,
    lists: dict[str, str] | None = None,
    submit: str,
    leave: str,
    row: service.Row | None = None,
    edit: dict[str, Any] | None = None,
    xml: str = "",
    files: dict[str, str] | None = None,
    of_grid: bool = False,
) -> Response:
    """Show the app's form page for one form version.

    :param xml: address of the XForm; those of the published version's XForm, files and lists where they are not given.
    """
    project_id, version = shown_project(), found.version
    labels = Labels(project_id, language())
    names: dict[str, Any] = {"project_id": project_id, "form_id": version.form_id, "version": version.version}
    session = {
        "formId": version.form_id,
        "version": version.version,
        "title": labels.form_title(version.form_id) or version.title,
        "xml": xml or url_for("api.forms.form_xml", **names),
        "files": files
        if files is not None
        else {name: url_for("api.forms.attachment", **names, name=name) for name in found.files},
        "lists": lists
        if lists is not None
        else {name: url_for("console.entity_list", form_id=version.form_id, name=name) for name in found.lists},
        "record": None
        if row is None
        else {"id": row.id, "list": row.list, "label": row.label, "row": row.row, "properties": list(row.properties)},
        "edit": edit,
        "grid": of_grid,
        "username": actor().name,
        "language": language(),
        "submit": submit,
        "leave": leave,
        "csrf": generate_csrf(),
        "failed": text("fill.failed"),
    }
    built = (FOLDER / "vendor" / "form" / "form.js").is_file()
    response = make_response(show("fill.html", title=session["title"], session=json.dumps(session), built=built))
    response.headers["Content-Security-Policy"] = FORM_CSP
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


@require("form.fill")
def entity_list(form_id: str, name: str) -> Response:
    """Send an entity list that the form reads, whole, as the engine reads it."""
    project_id = shown_project()
    if name not in service.find_fillable(project_id, form_id).lists:
        raise Problem("404.1")
    return Response(service.write_list(project_id, name), mimetype="text/csv")


def grid_address(form_id: str, query: str) -> str:
    """Return the address of a grid from the query it had; anything else in it is left out."""
    given = {name: value[:4100] for name, value in parse_qsl(query[:8000]) if name in GRID_KEPT and value}
    address = url_for("console.grid", form_id=form_id)
    return f"{address}?{urlencode(given)}" if given else address


def read_sent() -> tuple[bytes, list[SentFile]]:
    """Read what the form page sends: the XML and the files it names.

    :raises Problem: 400.2 without XML.
    """
    xml = request.files.get(XML_PART)
    if xml is None:
        raise Problem("400.2", field=XML_PART)
    files = [
        SentFile(name, name, file.mimetype or "application/octet-stream", file.stream)
        for name, file in request.files.items()
        if name != XML_PART
    ]
    return xml.stream.read(), files


@require("form.fill")
def send(form_id: str) -> dict[str, str]:
    """Store a form that was filled; say where to go on."""
    xml, files = read_sent()
    done = service.submit(shown_project(), actor(), form_id, xml, files)
    woman = request.args.get("woman", "")
    here = url_for("console.woman", entity_id=woman) if woman else ""
    of_grid = request.args.get("grid")
    if of_grid is not None:  # its page tells the outcome of each row itself
        address = grid_address(form_id, of_grid)
        return {"next": address, "status": done["status"], "instanceId": done["instanceId"]}
    if request.args.get("series") and done["status"] != QUARANTINED:
        here = url_for("console.fill", form_id=form_id)  # the next one: a whole session, one after the other
    return _say(done, here)


def _say(done: dict[str, Any], here: str = "") -> dict[str, str]:
    if done["status"] == QUARANTINED:
        flash(text("fill.aside"), "warn")
        return {"next": url_for("console.quarantine")}
    flash(text("fill.sent"), "good")
    return {"next": here or url_for("console.submission", instance_id=done["instanceId"])}


@require("submission.edit")
def edit(instance_id: str) -> Response:
    """Open a submission with its answers, to be replaced by a new version."""
    project_id = shown_project()
    submission, present = service.find_editable(project_id, instance_id)
    found = service.find_fillable(project_id, submission.form_id, submission.form_version)
    subject, row = service.find_subject(found.definition), None
    if subject is not None:
        about = service.find_about(project_id, instance_id, subject.list)
        row = service.read_row(project_id, about) if about else None
    files = {
        a.name: url_for("api.attachments.download", project_id=project_id, instance_id=instance_id, name=a.name)
        for a in present
    }
    return show_form(
        found,
        row=row,
        edit={"xml": url_for("console.xml", instance_id=instance_id), "files": files},
        submit=url_for("console.send_edit", instance_id=instance_id),
        leave=url_for("console.submission", instance_id=instance_id),
    )


@require("submission.edit")
def send_edit(instance_id: str) -> dict[str, str]:
    """Store an edit; say where it is."""
    xml, files = read_sent()
    submission = service.find_submission(shown_project(), instance_id)
    done = service.submit(shown_project(), actor(), submission.form_id, xml, files, edits=instance_id)
    return _say(done)
