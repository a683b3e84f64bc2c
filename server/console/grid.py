"""A whole session in one grid: the women chosen here, the rows filled and sent by the script of the form page."""

from __future__ import annotations

import json
from typing import Any, Final

from flask import Response, make_response, request, url_for
from flask_wtf.csrf import generate_csrf

from server.auth import actor, require
from server.console.files import FOLDER
from server.console.fill import FORM_CSP
from server.console.formats import show_day
from server.console.pages import language, show, shown_project
from server.console.women import FILTERED, find_offer, list_places
from server.errors import Problem
from server.services import desk_forms, grids
from server.services.labels import Labels

SHOWN: Final = ("code_artisane", "annee_naissance", "localite")
"""What tells two women of one name apart, where the programme has it."""
MAX_CHARS: Final = 200


@require("form.fill")
def grid(form_id: str) -> Response:
    """Show the grid of a form for the women that the address chooses."""
    project_id = shown_project()
    found = desk_forms.find_fillable(project_id, form_id)
    kind = grids.find_grid(found.definition)
    if kind is None:
        raise Problem("404.1")
    mode, list_name = kind
    labels = Labels(project_id, language())
    known = labels.properties(list_name)
    values = {name: request.args.get(name, "")[:255] for name in FILTERED if name in known}
    asked = {name: request.args.get(name, "").strip()[:MAX_CHARS] for name in ("q", "commune", "session")}
    also = [each for each in request.args.get("also", "")[: grids.MAX_ROWS * 40].split(",") if each]
    chosen = grids.choose_rows(
        project_id, list_name, form_id, search=asked["q"], scope=asked["commune"], values=values,
        session=asked["session"], also=also,
    )  # fmt: skip
    names: dict[str, Any] = {"project_id": project_id, "form_id": form_id, "version": found.version.version}
    title = labels.form_title(form_id) or found.version.title
    session = {
        "formId": form_id,
        "version": found.version.version,
        "title": title,
        "mode": mode,
        "list": list_name,
        "xml": url_for("api.forms.form_xml", **names),
        "files": {name: url_for("api.forms.attachment", **names, name=name) for name in found.files},
        "lists": {name: url_for("console.entity_list", form_id=form_id, name=name) for name in found.lists},
        "properties": list(chosen.rows[0].row.properties) if chosen.rows else [],
        "rows": [
            {
                "id": each.row.id,
                "label": each.row.label,
                "second": " · ".join(filter(None, (_say(labels, list_name, each.row.row, name) for name in SHOWN))),
                "row": each.row.row,
                "last": show_day(each.last.date()).text if each.last else "",
            }
            for each in chosen.rows
        ],
        "username": actor().name,
        "language": language(),
        "submit": url_for("console.send", form_id=form_id),
        "open": url_for("console.fill", form_id=form_id),
        "submission": url_for("console.submissions"),
        "aside": url_for("console.quarantine"),
        "here": request.query_string.decode("ascii", "replace"),
        "csrf": generate_csrf(),
    }
    built = (FOLDER / "vendor" / "form" / "form.js").is_file()
    choices = {name: labels.choices(list_name, name) for name in values}
    response = make_response(
        show(
            "grid.html", title=title, form_id=form_id, session=json.dumps(session), built=built, chosen=chosen,
            asked=asked, values=values, choices=choices, offer=find_offer(choices, values),
            known=known, places=list_places(project_id), max_rows=grids.MAX_ROWS,
        )
    )  # fmt: skip
    response.headers["Content-Security-Policy"] = FORM_CSP
    return response


def _say(labels: Labels, list_name: str, row: dict[str, str], name: str) -> str:
    return labels.value(list_name, name, row.get(name, ""))
