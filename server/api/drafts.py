"""Drafts of forms, with ODK Central's addresses: upload an XLSForm, give its files, publish."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request

from forms.errors import XlsformError
from server.api.bodies import too_large
from server.auth import actor, require
from server.errors import Problem
from server.models import FormDraft
from server.schemas.sync import iso
from server.services import drafts as service
from server.services.entity_tables import describe_forms
from server.services.forms import FormFile

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MARKDOWN = "text/markdown"
ENDINGS = {XLSX: ".xlsx", MARKDOWN: ".md"}


def _describe(draft: FormDraft) -> dict[str, Any]:
    warned = service.find_warnings(draft.project_id, draft)
    return {
        "projectId": draft.project_id,
        "xmlFormId": draft.form_id,
        "name": draft.title,
        "version": draft.version,
        "audience": draft.audience,
        "draft": True,
        "updatedAt": iso(draft.at),
        "warnings": [{"kind": one.kind, "stops": one.stops, **one.words} for one in warned],
    }


def _read_body() -> bytes:
    """Read a file that is the whole body.

    :raises Problem: 413.1; 400.2 when there is none.
    """
    limit = service.MAX_FILE_BYTES
    request.max_content_length = limit + 1
    if request.content_length is not None and request.content_length > limit:
        raise too_large(limit)
    body = request.get_data(cache=False)
    if len(body) > limit:
        raise too_large(limit)
    if not body:
        raise Problem("400.2", field="body")
    return body


@require("form.publish")
def draft(project_id: int, form_id: str) -> Response:
    return jsonify(_describe(service.find_draft(project_id, form_id)))


@require("form.publish")
def save(project_id: int, form_id: str) -> Response:
    """Keep an XLSForm as the draft of a form, in the place of an earlier draft."""
    ending = ENDINGS.get(request.mimetype)
    if ending is None:
        raise Problem("415.1", expected=" or ".join(ENDINGS))
    name = request.headers.get("X-XlsForm-FormId-Fallback", form_id)[:100]
    try:
        service.save_drafts(project_id, [FormFile(f"{name}{ending}", _read_body())], actor(), expected=form_id)
    except XlsformError as error:
        told = [{"sheet": p.sheet, "row": p.row, "column": p.column, "message": p.message} for p in error.problems]
        raise Problem("400.15", reason="; ".join(map(str, error.problems))[:500], problems=told) from None
    return jsonify(_describe(service.find_draft(project_id, form_id)))


@require("form.publish")
def drop(project_id: int, form_id: str) -> tuple[str, int]:
    service.drop_draft(project_id, form_id, actor())
    return "", 204


@require("form.publish")
def publish(project_id: int, form_id: str) -> Response:
    """Publish a draft; several whose policies change together are published at the desk."""
    service.publish_drafts(project_id, [form_id], actor())
    return jsonify(describe_forms(project_id, form_id)[0])


@require("form.publish")
def files(project_id: int, form_id: str) -> Response:
    needed = service.list_needed(project_id, service.find_draft(project_id, form_id))
    return jsonify([{"name": file.name, "exists": file.sha256 is not None} for file in needed])


@require("form.publish")
def give_file(project_id: int, form_id: str, name: str) -> Response:
    """Give a draft a file that it names."""
    if service.add_files(project_id, form_id, {name: _read_body()}, actor()):
        raise Problem("404.1")
    return jsonify({"name": name, "exists": True})
