"""The chamber's own workbooks: list, look at, put, fetch, delete; and the names they may use."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request

from exports.places import Layout
from server.api.workbook import XLSX
from server.auth import actor, require
from server.errors import Problem
from server.models import WorkbookTemplate
from server.schemas.templates import TemplateSchema
from server.services import templates as service

MAX_BYTES = 20 * 2**20

_one, _many = TemplateSchema(), TemplateSchema(many=True)


@require("workbook.read")
def list_templates(project_id: int) -> Response:
    return jsonify(_many.dump([_row(one) for one in service.list_templates(project_id)]))


@require("workbook.template")
def put(project_id: int) -> tuple[Response, int]:
    """Take in a template, the body being the workbook; one of the same name is replaced."""
    limit = request.content_length
    if limit is not None and limit > MAX_BYTES:
        raise Problem("413.1", limit_bytes=MAX_BYTES, limit_items=1)
    request.max_content_length = MAX_BYTES
    looked = service.keep_template(project_id, request.args.get("name", ""), request.get_data(cache=False), actor())
    if not looked.id:
        raise Problem("422.55", reason="; ".join(to_sentences(looked.layout)), notes=to_notes(looked.layout))
    found = service.find_template(project_id, looked.id)
    return jsonify(_one.dump({**_row(found), "notes": to_notes(looked.layout)})), 201


@require("workbook.read")
def fetch(project_id: int, template_id: str) -> Response:
    """Send a template as it came."""
    found = next((one for one in service.list_templates(project_id) if one.id == template_id), None)
    if found is None:
        raise Problem("404.1")
    return send_workbook(found.content, "modele.xlsx")


@require("workbook.template")
def delete(project_id: int, template_id: str) -> tuple[str, int]:
    service.delete_template(project_id, template_id, actor())
    return "", 204


@require("workbook.read")
def names(project_id: int) -> Response:
    """Send the list of names that a template may use."""
    return send_workbook(service.write_template_names(project_id, request.args.get("language", "fr")), "noms.xlsx")


def send_workbook(data: bytes, name: str) -> Response:
    response = Response(data, mimetype=XLSX)
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    response.headers["Cache-Control"] = "no-store"
    return response


def to_notes(layout: Layout) -> list[dict[str, Any]]:
    """Say the notes as data."""
    return [
        {"level": one.level, "code": one.code, "where": one.where, "what": one.what, "near": list(one.near)}
        for one in layout.notes
    ]


def to_sentences(layout: Layout) -> list[str]:
    """Say why a template is refused, in short."""
    return [" ".join(filter(None, (one.code, one.where, one.what))) for one in layout.refused]


def _row(one: WorkbookTemplate) -> dict[str, Any]:
    return {"id": one.id, "name": one.name, "size": one.size_bytes, "putAt": one.put_at, "notes": []}
