"""Home: what needs the officer today, then the counts."""

from __future__ import annotations

from server.auth import require
from server.console.pages import language, may, show, shown_project
from server.services import actors, entities, programme, submissions
from server.services.exports import WOMEN
from server.services.labels import Labels

NEWEST = 8


@require("desk.read")
def home() -> str:
    project_id = shown_project()
    newest = submissions.list_submissions(project_id, size=NEWEST)
    named = [row.submission.instance_id for row in newest.rows] if may("register.read") else []
    return show(
        "home.html",
        project=programme.get_project(project_id).name,
        conflicts=entities.count_open_conflicts(project_id),
        quarantine=submissions.count_quarantine(project_id),
        flagged=submissions.count_flagged(project_id),
        women=entities.count_entities(project_id, WOMEN),
        submissions=submissions.count_submissions(project_id),
        agents=sum(not agent["revoked"] for agent in actors.list_app_users(project_id)),
        newest=newest,
        about=submissions.find_about(project_id, named),
        labels=Labels(project_id, language()),
    )
