"""Where this server is, for addresses in answers."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, request

from server.config import Settings, is_loopback


def base_url() -> str:
    """Return the public address; on a server that has none but its loopback address, the one that was asked."""
    settings: Settings = current_app.config["HIRFA"]
    host = urlsplit(settings.url).hostname or ""
    return f"{request.scheme}://{request.host}" if is_loopback(host) else settings.url
