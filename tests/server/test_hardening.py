"""What browsers are told on every answer, and what is believed of a server in front."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Flask, request

from server import create_app
from server.config import Settings
from server.database import db

BOTH_DATABASES = True


def test_every_answer_carries_its_headers_and_the_cookie_is_bound_to_the_host(settings: Settings) -> None:
    app = create_app(replace(settings, url="https://hirfa.example.dz", https=True))
    client = app.test_client()
    for url in ("/sign-in", "/nothing", "/app/", "/v1/projects/1/forms", "/health", "/static/style.css"):
        with client.get(url, base_url="https://hirfa.example.dz") as answer:
            headers = answer.headers
        assert "object-src 'none'" in headers["Content-Security-Policy"], url
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], url
        assert "unsafe-inline" not in headers["Content-Security-Policy"].replace("style-src 'self' 'unsafe-inline'", ""), url
        assert url == "/app/" or "unsafe-inline" not in headers["Content-Security-Policy"], url  # its form engine's styles
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "Access-Control-Allow-Origin" not in headers
    cookie = app.test_client().get("/sign-in", base_url="https://hirfa.example.dz").headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
    assert "Domain" not in cookie
    with app.app_context():
        db.engine.dispose()


def asked(app: Flask, **headers: str) -> tuple[str | None, bool]:
    seen: list[Any] = []
    app.before_request_funcs[None].insert(0, lambda: seen.append((request.remote_addr, request.is_secure)))
    app.test_client().get("/health", headers=headers)
    found: tuple[str | None, bool] = seen[0]
    return found


def test_who_asks_is_believed_only_of_the_servers_that_are_set(settings: Settings) -> None:
    told = {"X-Forwarded-For": "1.2.3.4, 10.0.0.9", "X-Forwarded-Proto": "https"}
    assert asked(create_app(settings), **told) == ("127.0.0.1", False)
    assert asked(create_app(replace(settings, proxies=1)), **told) == ("10.0.0.9", True)  # not what the caller wrote
