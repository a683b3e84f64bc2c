"""What programs written for ODK Central (pyODK, ruODK) look up besides the data: projects, forms, lists, themselves."""

from __future__ import annotations

from flask import Response, jsonify

from exports.central import to_stamp
from server.api.files import send_blob
from server.api.streams import send_stream
from server.auth import GRANTS, actor, require
from server.errors import Problem
from server.services import actors, entity_tables, table_files, tables


@require("desk.read")
def current_user() -> Response:
    user = actors.get_user(actor().id)
    return jsonify(
        id=user.id,
        type="user",
        email=user.email,
        displayName=user.name or user.email,
        createdAt=to_stamp(user.created_at),
        updatedAt=None,
        deletedAt=None,
        verbs=sorted(GRANTS.get(actor().role, frozenset())),
    )


@require("desk.read")
def projects() -> Response:
    return jsonify(entity_tables.list_projects())


@require("desk.read")
def project(project_id: int) -> Response:
    return jsonify(entity_tables.describe_project(project_id))


@require("form.read")
def form(project_id: int, form_id: str) -> Response:
    found = entity_tables.describe_forms(project_id, form_id)
    if not found:
        raise Problem("404.1")
    return jsonify(found[0])


@require("register.read")
def datasets(project_id: int) -> Response:
    return jsonify(entity_tables.list_datasets(project_id))


@require("register.read")
def dataset(project_id: int, list_name: str) -> Response:
    return jsonify(entity_tables.describe_dataset(project_id, list_name))


@require("workbook.read")
def entities(project_id: int, list_name: str) -> Response:
    shape = entity_tables.find_shape(project_id, list_name)
    return send_stream(table_files.stream_records_json(project_id, shape), "application/json")


@require("workbook.read")
def submissions(project_id: int, form_id: str) -> Response:
    tables.find_form(project_id, form_id)
    return send_stream(table_files.stream_submissions_json(project_id, form_id), "application/json")


@require("workbook.read")
def submission(project_id: int, form_id: str, instance_id: str) -> Response:
    return jsonify(table_files.describe_submission(tables.find_current(project_id, form_id, instance_id)))


@require("workbook.read")
def attachments(project_id: int, form_id: str, instance_id: str) -> Response:
    row = tables.find_current(project_id, form_id, instance_id)
    return jsonify([{"name": f.name, "exists": f.present} for f in tables.list_files(project_id, [row.instance_id])])


@require("attachment.read")
def attachment(project_id: int, form_id: str, instance_id: str, name: str) -> Response:
    row = tables.find_current(project_id, form_id, instance_id)
    for file in tables.list_files(project_id, [row.instance_id]):
        if file.name == name and file.present and file.sha256:
            return send_blob(project_id, file.sha256, file.name)
    raise Problem("404.1")
