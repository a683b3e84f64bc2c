"""The agents' app, as Vite built it."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Response, current_app, request, send_from_directory
from werkzeug.exceptions import NotFound

from server.auth import PUBLIC, require
from server.config import Settings

_TILE = re.compile(r"\d{1,2}/\d{1,7}/\d{1,7}\.png")

APP_CSP = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; worker-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def _send(name: str) -> Response:
    folder: Path = current_app.config["APP_FOLDER"]
    response = send_from_directory(folder, name, conditional=True)
    packed = request.accept_encodings["gzip"] > 0 and (folder / f"{name}.gz").is_file()
    if packed and not request.range:
        kind = response.mimetype
        response.close()
        response = send_from_directory(folder, f"{name}.gz", conditional=True)
        response.mimetype = kind or "application/octet-stream"
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    hashed = name.startswith("assets/")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if hashed else "no-cache"
    response.headers["Content-Security-Policy"] = APP_CSP
    return response


@require(PUBLIC)
def index() -> Response:
    if not (current_app.config["APP_FOLDER"] / "index.html").is_file():
        return Response(
            "The agents' app is not built yet. Run: make build\n", status=503, mimetype="text/plain; charset=utf-8"
        )
    return _send("index.html")


@require(PUBLIC)
def asset(name: str) -> Response:
    if name.endswith(".gz"):
        raise NotFound
    if name.startswith("tiles/"):
        return _send_tile(name.removeprefix("tiles/"))
    return _send(name)


def _send_tile(name: str) -> Response:
    """Send one picture of the ground. Phones keep those they have seen."""
    settings: Settings = current_app.config["HIRFA"]
    if settings.tiles is None or not _TILE.fullmatch(name):
        raise NotFound
    response = send_from_directory(settings.tiles, name, mimetype="image/png", conditional=True)
    response.headers["Cache-Control"] = "public, max-age=2592000"
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    return response
