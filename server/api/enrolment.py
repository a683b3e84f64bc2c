"""Trade a one-time code for a phone's token."""

from __future__ import annotations

from flask import Response, jsonify

from server.api.bodies import read_json
from server.auth import PUBLIC, require
from server.limits import limiter
from server.schemas.sync import EnrolSchema
from server.services import actors

_schema = EnrolSchema()


@require(PUBLIC)
@limiter.limit("120 per minute")
def enrol() -> Response:
    given = read_json(_schema, max_bytes=10_000)
    response = jsonify(actors.enrol(given["code"], given["deviceId"]))
    response.headers["Cache-Control"] = "no-store"
    return response
