"""Send a stored file so that no browser runs it."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from flask import Response, current_app, send_file

from server.blobs import BlobStore

SHOWN = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif", "audio/mpeg", "audio/mp4", "video/mp4"})
"""Types shown in the page; everything else is a download."""


def send_blob(project_id: int, sha256: str, name: str) -> Response:
    path = BlobStore(current_app.config["HIRFA"].blobs).path(project_id, sha256)
    return send_stored(path, name, mimetypes.guess_type(name)[0] or "application/octet-stream")


def send_stored(path: Path, name: str, content_type: str) -> Response:
    shown = content_type in SHOWN
    response = send_file(
        path,
        mimetype=content_type if shown else "application/octet-stream",
        as_attachment=not shown,
        download_name=name,
        conditional=True,
    )
    response.headers["Cache-Control"] = "private, no-cache"
    return response
