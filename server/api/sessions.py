"""A bearer token for officers' programs (as ODK Central's ``POST /v1/sessions``)."""

from __future__ import annotations

from flask import Response, jsonify

from server import safety
from server.api.bodies import read_json
from server.auth import PUBLIC, REFUSED, require, sign_in, take_second_factor
from server.errors import Problem
from server.limits import limiter
from server.schemas.sync import SessionSchema, iso
from server.services import actors

_schema = SessionSchema()


@require(PUBLIC)
@limiter.limit("20 per minute")
def open_session() -> Response:
    given = read_json(_schema, max_bytes=10_000)
    found = sign_in(given["email"], given["password"])
    if found is None:
        raise Problem("401.2")
    if found.owes:
        raise Problem(REFUSED[found.owes])
    if safety.has_second_factor(found.id):
        if not given["code"]:
            raise Problem("401.5")
        if not take_second_factor(found.id, given["code"]):
            raise Problem("401.4")
    token, expires_at = actors.open_session(found.id)
    response = jsonify(token=token, expiresAt=iso(expires_at))
    response.headers["Cache-Control"] = "no-store"
    return response
