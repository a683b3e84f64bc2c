"""tus 1.0, core and creation (https://tus.io/protocols/resumable-upload)."""

from __future__ import annotations

import base64

from flask import Response, request, url_for

from server.api.files import send_stored
from server.auth import actor, require
from server.errors import Problem
from server.services import attachments as service

VERSION = "1.0.0"
MAX_PIECE = 8 * 2**20


def _answer(status: int, **headers: str) -> Response:
    response = Response(status=status)
    response.headers["Tus-Resumable"] = VERSION
    response.headers["Cache-Control"] = "no-store"
    for name, value in headers.items():
        response.headers[name.replace("_", "-")] = value
    return response


def _check_version() -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        raise Problem("400.6", field="Tus-Resumable", reason=f"{VERSION} is expected")


@require("send")
def options(project_id: int) -> Response:
    return _answer(204, Tus_Version=VERSION, Tus_Extension="creation", Tus_Max_Size=str(service.MAX_BYTES))


@require("send")
def create(project_id: int) -> Response:
    _check_version()
    metadata = _metadata(request.headers.get("Upload-Metadata", ""))
    upload = service.create_upload(
        project_id,
        actor(),
        metadata.get("sha256", ""),
        _number("Upload-Length"),
        metadata.get("contentType") or metadata.get("filetype") or "application/octet-stream",
        key_id=metadata.get("keyId") or None,
    )
    location = url_for("api.attachments.head", project_id=project_id, upload_id=upload.id)
    return _answer(201, Location=location, Upload_Offset=str(upload.offset))


@require("send")
def head(project_id: int, upload_id: str) -> Response:
    _check_version()
    upload = service.find_upload(project_id, actor(), upload_id)
    return _answer(200, Upload_Offset=str(upload.offset), Upload_Length=str(upload.size))


@require("send")
def patch(project_id: int, upload_id: str) -> Response:
    _check_version()
    if request.mimetype != "application/offset+octet-stream":
        raise Problem("415.1", expected="application/offset+octet-stream")
    if request.content_length is None:
        raise Problem("400.2", field="Content-Length")
    if request.content_length > MAX_PIECE:
        raise Problem("413.1", limit_bytes=MAX_PIECE, limit_items=1)
    request.max_content_length = MAX_PIECE
    upload = service.find_upload(project_id, actor(), upload_id)
    offset = service.append_piece(upload, _number("Upload-Offset"), request.stream)
    return _answer(204, Upload_Offset=str(offset))


@require("attachment.read")
def download(project_id: int, instance_id: str, name: str) -> Response:
    file, sha256, content_type = service.open_attachment(project_id, instance_id, name)
    return send_stored(file, sha256, name, content_type)


def _number(header: str) -> int:
    text = request.headers.get(header, "")
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise Problem("400.6", field=header, reason="a number of bytes is expected")
    return int(text)


def _metadata(header: str) -> dict[str, str]:
    """Read ``Upload-Metadata``: pairs of a key and a base64 value."""
    found = {}
    for pair in header.split(","):
        key, _, value = pair.strip().partition(" ")
        if not key:
            continue
        try:
            found[key] = base64.b64decode(value, validate=True).decode()
        except ValueError:  # no base64, or no text
            raise Problem("400.6", field="Upload-Metadata", reason=f"{key} is not base64") from None
    return found
