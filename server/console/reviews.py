"""Look at a submission: its state and comments, what an edit changed; how the forms of each agent were filled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from server.auth import actor, require
from server.console.pages import language, number, show, shown_project, text
from server.console.submissions import read_filter, show_submission
from server.errors import Problem
from server.services import actors, answers, differences, forms
from server.services import quality as signs
from server.services import reviews as service
from server.services import submissions as received
from server.services.labels import Labels

DAYS = 90
"""Shown of what was filled when no period is asked for."""


@require("submission.review")
def review(instance_id: str) -> Response | tuple[str, int]:
    """Give a state, a comment, or both; what cannot be done comes back with what was typed."""
    words = request.form.get("comment", "")
    try:
        service.review(shown_project(), instance_id, request.form.get("state", ""), words, actor())
    except Problem as problem:
        if problem.code not in ("400.2", "409.51", "409.53"):
            raise
        told = text("review.need_words") if problem.code == "400.2" else problem.message(language())
        return show_submission(instance_id, told, words), problem.status
    flash(text("review.done"), "good")
    return redirect(url_for("console.submission", instance_id=instance_id, _anchor="review"), 303)


@require("register.read")
def changes(instance_id: str) -> str:
    """Show side by side what a version says otherwise than the one before, or than another of its chain."""
    project_id = shown_project()
    after = received.open_submission(project_id, instance_id)
    ids = [version.instance_id for version in after.versions]
    wanted = request.args.get("with", "") or after.submission.deprecated_id or ""
    if wanted not in ids or wanted == instance_id:
        raise Problem("404.1")
    before = received.open_submission(project_id, wanted)
    labels = Labels(project_id, language())
    found = differences.find_differences(
        answers.read_answers(before.definition, before.instance, labels),
        answers.read_answers(after.definition, after.instance, labels),
    )
    return show("changes.html", before=before, after=after, differences=found, labels=labels)


@require("register.read")
def quality() -> str:
    """Show, agent by agent, signs worth a look."""
    project_id = shown_project()
    asked = read_filter()
    if asked.since is None and asked.before is None:
        asked = signs.recent(asked, datetime.now(UTC) - timedelta(days=DAYS))
    far_km = min(max(number("km", signs.FAR_KM), 1), 1000)
    return show(
        "quality.html",
        quality=signs.read_quality(project_id, asked, far_km=far_km),
        asked=asked,
        far_km=far_km,
        forms=forms.list_forms(project_id),
        agents=actors.list_app_users(project_id),
        labels=Labels(project_id, language()),
    )
