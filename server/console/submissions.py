"""What the phones sent: the list, one submission with its answers, its XML as received."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from flask import Response, request

from exports.programme import ALGIERS
from server.auth import actor, require
from server.console.pages import language, may, number, show, shown_project
from server.console.women import list_places
from server.services import actors, answers, corrections, entities, forms, reviews
from server.services import submissions as service
from server.services.labels import Labels
from server.services.submission_filters import STATES, Filter, state_of

TODO = "todo"


def read_filter() -> Filter:
    """Read what the reader asks for from the address; what is no such thing asks for nothing."""
    given = request.args
    state = given.get("state", "")
    return Filter(
        form_id=given.get("form", "")[:255],
        scope=given.get("commune", "")[:255],
        app_user_id=number("agent", 0) or None,
        state=state if state in (*STATES, TODO) else "",
        words=given.get("q", "").strip()[:200],
        since=read_day(given.get("since", "")),
        before=read_day(given.get("until", ""), days=1),
        waiting=given.get("waiting") == "1",
        flagged="flagged" in given,
    )


def read_day(text: str, *, days: int = 0) -> datetime | None:
    """Return when a day written in an address begins in Algeria, some days later; None for what is no day."""
    try:
        return datetime.combine(date.fromisoformat(text) + timedelta(days=days), time(), tzinfo=ALGIERS)
    except (ValueError, OverflowError):
        return None


@require("desk.read")
def submissions() -> str:
    project_id = shown_project()
    asked = read_filter()
    if asked.words and not may("register.read"):
        asked = replace(asked, words="")  # names are looked up by those alone who may see them
    page = service.list_submissions(project_id, asked, page=number("page"))
    named = [row.submission.instance_id for row in page.rows] if may("register.read") else []
    return show(
        "submissions.html",
        newest=page,
        more=page.total >= service.COUNTED,
        about=service.find_about(project_id, named),
        sent_back=corrections.find_sent_back(project_id, [row.submission.instance_id for row in page.rows]),
        state_of=state_of,
        states=(TODO, *STATES),
        places=list_places(project_id),
        forms=forms.list_forms(project_id),
        agents=actors.list_app_users(project_id),
        asked=asked,
        labels=Labels(project_id, language()),
    )


@require("register.read")
def submission(instance_id: str) -> str:
    return show_submission(instance_id)


def show_submission(instance_id: str, problem: str = "", words: str = "") -> str:
    project_id = shown_project()
    opened = service.open_submission(project_id, instance_id)
    labels = Labels(project_id, language())
    women = [entities.get_entity(project_id, entity_id) for entity_id in opened.entity_ids]
    return show(
        "submission.html",
        opened=opened,
        women=[(e.id, e.data.get("label") or e.id) for e in women],
        correction=next(iter(corrections.list_corrections(project_id, instance_id=instance_id)), None),
        agents=[agent for agent in actors.list_app_users(project_id) if not agent["revoked"]],
        present=sum(attachment.present for attachment in opened.attachments),
        answers=answers.read_answers(opened.definition, opened.instance, labels),
        state=state_of(opened.submission),
        said=reviews.list_said(project_id, [version.instance_id for version in opened.versions]),
        version_numbers={version.instance_id: place for place, version in enumerate(opened.versions, start=1)},
        names=entities.find_author_names(project_id),
        problem=problem,
        given_words=words,
        labels=labels,
    )


@require("register.read")
def xml(instance_id: str) -> Response:
    """Send the XML byte for byte as text: nothing in it is run or rendered."""
    content = service.read_xml(shown_project(), instance_id, actor())
    return Response(content, mimetype="text/plain")
