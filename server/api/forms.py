"""Forms as phones download them."""

from __future__ import annotations

from flask import Response, jsonify

from server.api.files import send_blob
from server.auth import require
from server.schemas.sync import iso
from server.services import forms as service


@require("form.read")
def list_forms(project_id: int) -> Response:
    return jsonify([{**form, "publishedAt": iso(form["publishedAt"])} for form in service.list_forms(project_id)])


@require("form.read")
def form_xml(project_id: int, form_id: str, version: str | None = None) -> Response:
    found = service.find_version(project_id, form_id, version)
    return Response(found.xform, mimetype="text/xml; charset=utf-8", headers={"ETag": f'"{found.hash}"'})


@require("form.read")
def attachment(project_id: int, form_id: str, name: str, version: str | None = None) -> Response:
    sha256, name = service.find_attachment(project_id, form_id, version, name)
    return send_blob(project_id, sha256, name)
