"""Certificates and attestations for programs: listed, issued for a session, cancelled."""

from __future__ import annotations

from flask import Response, jsonify, request

from server.api.bodies import read_json
from server.auth import actor, require
from server.schemas.desk import CertificateSchema, IssueSchema, ReasonSchema
from server.services import certificates as service

_one, _many, _issue, _reason = CertificateSchema(), CertificateSchema(many=True), IssueSchema(), ReasonSchema()
MAX_BYTES = 200_000
MAX_LISTED = 1000


@require("certificate.issue")
def list_certificates(project_id: int) -> Response:
    """List certificates, newest number first, cancelled ones among them."""
    given = request.args
    rows = service.list_certificates(
        project_id, kind=given.get("kind", "")[:16], code=given.get("session", "")[:255], limit=MAX_LISTED
    )
    return jsonify(_many.dump(rows))


@require("certificate.issue")
def certificate(project_id: int, certificate_id: str) -> Response:
    return jsonify(_one.dump(service.find_certificate(project_id, certificate_id)))


@require("certificate.issue")
def issue(project_id: int) -> tuple[Response, int]:
    """Issue the papers of a session to some of those who earned them; all or none."""
    given = read_json(_issue, max_bytes=MAX_BYTES)
    made = service.issue(project_id, given["kind"], given["session"], given["entityIds"], actor())
    return jsonify(_many.dump(made)), 201


@require("certificate.issue")
def cancel(project_id: int, certificate_id: str) -> Response:
    """Cancel one; its number stays listed."""
    given = read_json(_reason, max_bytes=MAX_BYTES)
    return jsonify(_one.dump(service.cancel(project_id, certificate_id, given["reason"], actor())))
