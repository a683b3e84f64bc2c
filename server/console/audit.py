"""The operations log: who did what, who looked at what; the same lines as a file."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from server.api.streams import send_stream
from server.api.tables import CSV
from server.auth import actor, require
from server.console.pages import number, show, shown_project, text
from server.console.submissions import read_day
from server.console.texts import TEXTS
from server.services import audits, entities


@require("audit.read")
def audit() -> str:
    project_id, asked = shown_project(), _read_asked()
    actions, actors = audits.list_kinds(project_id)
    return show(
        "audit.html",
        lines=audits.list_audits(project_id, asked, page=number("page")),
        asked=asked,
        actions=actions,
        but_read=audits.BUT_READ,
        actors=actors,
        names=entities.find_author_names(project_id),
        say_action=lambda action: text(f"audit.{action}") if f"audit.{action}" in TEXTS else action,
    )


@require("audit.read")
def audit_file() -> Response:
    project_id = shown_project()
    names = entities.find_author_names(project_id)
    chunks = audits.stream_audits(project_id, _read_asked(), actor(), names)
    return send_stream(chunks, CSV, name="log.csv")


def _read_asked() -> audits.Asked:
    """Read what is asked for; unless an act is chosen, all but those that only looked, which are by far the most."""
    given = request.args
    return audits.Asked(
        actor=given.get("actor", "")[:255],
        action=given.get("action", audits.BUT_READ)[:64],
        target=given.get("target", "").strip()[:255],
        since=read_day(given.get("since", "")),
        before=read_day(given.get("until", ""), days=1),
    )
