"""A browser at the officers' desk, as HTTP looks: signs in, follows the hidden token of each page as forms do."""

from __future__ import annotations

import contextvars
import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from server.limits import limiter

PASSWORD = "a long enough password"


class Signed:
    """Somebody at the desk."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, url: str, status: int = 200) -> str:
        answer = self.client.get(url, headers={"Accept": "text/html"})
        assert answer.status_code == status, (url, answer.status_code, answer.text[-1500:])
        return answer.text

    def post(self, url: str, status: int = 303, **fields: Any) -> str:
        answer = self.send(url, **fields)
        assert answer.status_code == status, (url, answer.status_code, answer.text[-1500:])
        return answer.text

    def send(self, url: str, **fields: Any) -> Any:
        token = find_token(self.client.get("/submissions", headers={"Accept": "text/html"}).text)
        return self.client.post(url, data={"csrf_token": token, **fields}, headers={"Accept": "text/html"})


def find_token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page[:300]
    return found[1]


def sign_in(app: Flask, role: str, *, email: str = "", password: str = PASSWORD) -> Signed:
    client = app.test_client()
    limiter.reset()
    token = find_token(client.get("/sign-in").text)
    fields = {"csrf_token": token, "email": email or f"{role}@example.dz", "password": password}
    assert client.post("/sign-in", data=fields).status_code in (302, 303)
    return Signed(client)


class _OwnContext:
    """Serve each request apart from the context that the fixtures hold open, as a real server does."""

    def __init__(self, wsgi_app: Any) -> None:
        self.wsgi_app = wsgi_app

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return contextvars.Context().run(self.wsgi_app, environ, start_response)


def served_apart(app: Flask) -> Flask:
    app.wsgi_app = _OwnContext(app.wsgi_app)  # type: ignore[method-assign]
    return app
