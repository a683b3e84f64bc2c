"""Forms as phones download them."""

from __future__ import annotations

from flask import Response, jsonify

from server.api.files import send_blob
from server.auth import actor, require
from server.schemas.sync import iso
from server.services import forms as service
from server.services.entity_tables import describe_forms


@require("form.read")
def list_forms(project_id: int) -> Response:
    """List the forms that phones are offered, with what programs written for Central look for in such a list."""
    told = {form["xmlFormId"]: form for form in describe_forms(project_id)}
    return jsonify(
        [
            {**told[form["formId"]], **form, "publishedAt": iso(form["publishedAt"])}
            for form in service.list_forms(project_id, on_phones=actor().kind == "app_user")
        ]
    )


@require("form.read")
def form_xml(project_id: int, form_id: str, version: str | None = None) -> Response:
    found = service.find_version(project_id, form_id, version)
    return Response(found.xform, mimetype="text/xml; charset=utf-8", headers={"ETag": f'"{found.hash}"'})


@require("form.read")
def attachment(project_id: int, form_id: str, name: str, version: str | None = None) -> Response:
    sha256, name = service.find_attachment(project_id, form_id, version, name)
    return send_blob(project_id, sha256, name)
