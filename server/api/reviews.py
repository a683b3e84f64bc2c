"""Review states and comments of submissions, with ODK Central's addresses."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from server.api.bodies import read_json
from server.auth import actor, require
from server.schemas.desk import CommentSchema, ReviewSchema
from server.schemas.sync import iso
from server.services import entities, table_files, tables
from server.services import reviews as service
from server.services.submission_filters import RECEIVED

_review, _comment = ReviewSchema(), CommentSchema()
MAX_BYTES = 20_000


@require("submission.review")
def review(project_id: int, form_id: str, instance_id: str) -> Response:
    """Give a submission a state; null or ``received`` takes it back."""
    given = read_json(_review, max_bytes=MAX_BYTES)
    current = tables.find_current(project_id, form_id, instance_id)
    service.review(project_id, current.instance_id, given["reviewState"] or RECEIVED, "", actor())
    return jsonify(table_files.describe_submission(tables.find_current(project_id, form_id, instance_id)))


@require("register.read")
def comments(project_id: int, form_id: str, instance_id: str) -> Response:
    current = tables.find_current(project_id, form_id, instance_id)
    return jsonify(_list(project_id, current.instance_id))


@require("submission.review")
def comment(project_id: int, form_id: str, instance_id: str) -> Response:
    given = read_json(_comment, max_bytes=MAX_BYTES)
    current = tables.find_current(project_id, form_id, instance_id)
    service.review(project_id, current.instance_id, "", given["body"], actor())
    return jsonify(_list(project_id, current.instance_id)[-1])


def _list(project_id: int, instance_id: str) -> list[dict[str, Any]]:
    """List what was said of a submission, oldest first."""
    names = entities.find_author_names(project_id)
    return [
        {"body": said.words, "actor": names.get(said.by, said.by), "kind": said.kind, "createdAt": iso(said.at)}
        for said in service.list_said(project_id, [instance_id])
    ]
