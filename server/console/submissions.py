"""What the phones sent: the list, one submission with its answers, its XML as received."""

from __future__ import annotations

from flask import Response, request

from server.auth import actor, require
from server.console.pages import language, may, number, show, shown_project
from server.services import actors, answers, corrections, entities, forms
from server.services import submissions as service
from server.services.labels import Labels


@require("desk.read")
def submissions() -> str:
    project_id = shown_project()
    form_id, agent_id, flagged = request.args.get("form", ""), number("agent", 0), "flagged" in request.args
    page = service.list_submissions(
        project_id, form_id=form_id, app_user_id=agent_id or None, page=number("page"), flagged=flagged
    )
    named = [row.submission.instance_id for row in page.rows] if may("register.read") else []
    return show(
        "submissions.html",
        newest=page,
        about=service.find_about(project_id, named),
        sent_back=corrections.find_sent_back(project_id, [row.submission.instance_id for row in page.rows]),
        forms=forms.list_forms(project_id),
        agents=actors.list_app_users(project_id),
        form_id=form_id,
        agent_id=agent_id,
        flagged=flagged,
        labels=Labels(project_id, language()),
    )


@require("register.read")
def submission(instance_id: str) -> str:
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
        labels=labels,
    )


@require("register.read")
def xml(instance_id: str) -> Response:
    """Send the XML byte for byte as text: nothing in it is run or rendered."""
    content = service.read_xml(shown_project(), instance_id, actor())
    return Response(content, mimetype="text/plain")
