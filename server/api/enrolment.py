"""Trade a one-time code for a phone's token, and split its rights in two."""

from __future__ import annotations

from flask import Response, jsonify, request

from server.api.bodies import read_json
from server.auth import PUBLIC, actor, require
from server.limits import limiter
from server.schemas.answers import TokenAnswerSchema
from server.schemas.sync import EnrolSchema, TokenSchema
from server.services import actors, tokens

_schema, _token, _split = EnrolSchema(), TokenSchema(), TokenAnswerSchema()


@require(PUBLIC)
@limiter.limit("120 per minute")
def enrol() -> Response:
    given = read_json(_schema, max_bytes=10_000)
    response = jsonify(actors.enrol(given["code"], given["deviceId"]))
    response.headers["Cache-Control"] = "no-store"
    return response


@require("sync")
def split(project_id: int) -> Response:
    """Take a token that the phone made and keeps encrypted; the one of this request may send alone from now on."""
    given = read_json(_token, max_bytes=10_000)
    bearer = request.authorization.token if request.authorization else None
    tokens.split_token(project_id, actor(), bearer or "", given["token"])
    response = jsonify(_split.dump({"sendsOnly": True}))
    response.headers["Cache-Control"] = "no-store"
    return response
