"""A hand-over file that a colleague's phone delivers, whole or in parts."""

from __future__ import annotations

import tempfile
from typing import IO

from flask import Response, current_app, jsonify, request

from server.auth import actor, require
from server.errors import Problem
from server.schemas.handover import HandoverAnswerSchema
from server.services import handover as service

PIECE = 64 * 1024

_answer = HandoverAnswerSchema()


@require("send")
def receive(project_id: int) -> Response:
    """Take in what the body holds once it is here whole; the carrier is told how each item fared, not what is in it."""
    if (request.content_encoding or "identity").strip().lower() not in ("identity", ""):
        raise Problem("415.1", expected="no Content-Encoding: what is sealed does not compress")
    if request.content_length is None:
        raise Problem("400.2", field="Content-Length")
    if request.content_length > service.MAX_BYTES:
        raise Problem("413.1", limit_bytes=service.MAX_BYTES, limit_items=None)
    request.max_content_length = service.MAX_BYTES
    with tempfile.TemporaryFile(dir=current_app.config["HIRFA"].uploads) as file:
        copy_whole(request.stream, file)
        done = service.import_handover(project_id, file, actor())
    response = jsonify(_answer.dump(done))
    response.headers["Cache-Control"] = "no-store"
    return response


def copy_whole(stream: IO[bytes], file: IO[bytes]) -> None:
    """Copy a body to a file; a cut one raises before anything of it counts."""
    while piece := stream.read(PIECE):
        file.write(piece)
    file.seek(0)
