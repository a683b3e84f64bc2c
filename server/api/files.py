"""Send a stored file so that no browser runs it."""

from __future__ import annotations

import mimetypes
import os
from typing import BinaryIO

from flask import Response, request, send_file

from server.services.attachments import open_blob

SHOWN = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif", "audio/mpeg", "audio/mp4", "video/mp4"})
"""Types shown in the page; everything else is a download."""


def send_blob(project_id: int, sha256: str, name: str) -> Response:
    type_ = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return send_stored(open_blob(project_id, sha256), sha256, name, type_)


def send_stored(file: BinaryIO, sha256: str, name: str, content_type: str) -> Response:
    """Send a file whole, the range that is asked for, or that it is as it was."""
    shown = content_type in SHOWN
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    response = send_file(
        file,
        mimetype=content_type if shown else "application/octet-stream",
        as_attachment=not shown,
        download_name=name,
        conditional=False,
        etag=sha256,
    )
    response.content_length = size
    response.make_conditional(request.environ, accept_ranges=True, complete_length=size)
    response.headers["Cache-Control"] = "private, no-cache"
    return response
