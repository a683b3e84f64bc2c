"""The officers' page of hand-over files: seen before it counts, imported, damaged, forged."""

from __future__ import annotations

import contextvars
import hashlib
import io
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from server.auth import COMMAND
from server.database import db
from server.limits import limiter
from server.models import Submission
from server.services import actors, keys
from tests.builders import registration
from tests.sealed import seal_item, write_handover

BOTH_DATABASES = True

PASSWORD = "a long enough password"
PHOTO = b"\xff\xd8\xff photograph"
SHA256 = hashlib.sha256(PHOTO).hexdigest()
PAGE = {"Accept": "text/html"}


@pytest.fixture
def app(app: Flask) -> Flask:
    served = app.wsgi_app
    # each request apart from the context that the fixtures hold open, as a real server does
    app.wsgi_app = lambda environ, start: contextvars.Context().run(served, environ, start)  # type: ignore[method-assign]
    return app


def token_of(client: FlaskClient, url: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(url, headers=PAGE).text)
    assert found
    return found[1]


def sit(app: Flask, role: str = "officer", language: str = "fr") -> FlaskClient:
    limiter.reset()
    client = app.test_client()
    fields = {"csrf_token": token_of(client, "/sign-in"), "email": f"{role}@example.dz", "password": PASSWORD}
    assert client.post("/sign-in", data=fields, headers=PAGE).status_code == 303
    client.post("/language", data={"csrf_token": token_of(client, "/forms"), "language": language, "next": "/"})
    return client


def give(client: FlaskClient, body: bytes, *, token: str | None = None) -> Any:
    known = token_of(client, "/handover") if token is None else token
    # written out: the client's own writer leaves a large body's temporary file open
    form = b"\r\n".join(
        [
            b"--end",
            b'Content-Disposition: form-data; name="csrf_token"',
            b"",
            known.encode(),
            b"--end",
            b'Content-Disposition: form-data; name="file"; filename="relais.txt"',
            b"Content-Type: text/plain",
            b"",
            body,
            b"--end--",
            b"",
        ]
    )
    return client.post("/handover", data=form, headers=PAGE, content_type="multipart/form-data; boundary=end")


def take(client: FlaskClient, address: str) -> Any:
    return client.post(address, data={"csrf_token": token_of(client, "/handover")}, headers=PAGE)


@pytest.fixture
def amina(make_phone: Any) -> Any:
    return make_phone("Amina & <b>")


@pytest.fixture
def body(app: Flask, amina: Any) -> bytes:
    public = keys.find_public_key(1)
    assert public is not None
    named = [{"name": "p.jpg", "sha256": SHA256, "size": len(PHOTO), "contentType": "image/jpeg"}]
    items = []
    for attachments in (named, []):
        xml, instance_id, _ = registration(photo="p.jpg" if attachments else "")
        items.append(seal_item(public, amina.item(xml, instance_id, attachments=attachments)))
    return write_handover(amina, items, [(SHA256, PHOTO)], public=public)


def stored() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Submission)) or 0


@pytest.mark.parametrize(("language", "counted", "already"), [("fr", "Pris en compte", "Déjà là"), ("ar", "احتُسب", "موجود من قبل"), ("en", "Counted", "Here already")])
def test_an_officer_sees_whose_it_is_then_imports_it(app: Flask, body: bytes, language: str, counted: str, already: str) -> None:
    officer = sit(app, language=language)
    answer = give(officer, body)
    assert answer.status_code == 303
    shown = officer.get(answer.location, headers=PAGE).text
    assert "Amina &amp; &lt;b&gt;" in shown and "<b>" not in shown
    assert stored() == 0
    done = take(officer, answer.location)
    assert (done.status_code, done.text.count(f"{counted}</span>"), stored()) == (200, 2, 2)
    assert officer.get(answer.location, headers=PAGE).status_code == 404  # imported whole, it is not kept
    again = take(officer, give(officer, body).location)
    assert (again.text.count(f"{already}</span>"), stored()) == (2, 2)
    assert list(Path(app.config["HIRFA"].uploads).glob("handover-*")) == []


def test_a_revoked_agents_file_is_announced_as_such(app: Flask, amina: Any, body: bytes) -> None:
    actors.revoke_app_user(1, amina.app_user_id, COMMAND)
    officer = sit(app)
    answer = give(officer, body)
    assert "révoqué" in officer.get(answer.location, headers=PAGE).text
    assert take(officer, answer.location).text.count("Mis de côté</span>") == 2
    assert stored() == 0


def test_a_damaged_file_says_how_much_is_missing(app: Flask, body: bytes) -> None:
    officer = sit(app)
    done = take(officer, give(officer, body[: body.rindex(b"\n", 0, -1) + 20]).location)
    assert "Éléments manquants : 1" in done.text
    assert stored() == 2


@pytest.mark.parametrize("spoil", [lambda body: b"", lambda body: b"PK\x03\x04", lambda body: body.replace(b"17:00", b"18:00", 1)])
def test_another_file_is_refused_with_words_and_not_kept(app: Flask, body: bytes, spoil: Any) -> None:
    officer = sit(app)
    answer = give(officer, spoil(body))
    assert answer.status_code in (400, 422)
    assert 'role="alert"' in answer.text
    assert list(Path(app.config["HIRFA"].uploads).glob("handover-*")) == []
    assert officer.post("/handover", data={"csrf_token": token_of(officer, "/handover")}, headers=PAGE).status_code == 422


def test_a_file_larger_than_other_bodies_may_be_comes_through(app: Flask, body: bytes) -> None:
    assert give(sit(app), body + b"x" * (40 * 2**20)).status_code == 303


def test_the_page_asks_for_its_token_and_for_the_right(app: Flask, body: bytes) -> None:
    officer = sit(app)
    assert give(officer, body, token="").status_code == 403
    assert give(officer, body, token="forged").status_code == 403
    viewer = sit(app, "viewer")
    assert viewer.get("/handover", headers=PAGE).status_code == 403
    assert "/handover" not in viewer.get("/", headers=PAGE).text
    assert app.test_client().post("/handover", data={"file": (io.BytesIO(body), "x")}, headers=PAGE).status_code in (302, 303)
    assert stored() == 0


@pytest.mark.parametrize("name", ["x", "0" * 64, "..%2f..%2fsecret_key"])
def test_only_a_file_that_was_kept_is_opened(app: Flask, name: str) -> None:
    officer = sit(app)
    assert officer.get(f"/handover/{name}", headers=PAGE).status_code == 404
    assert take(officer, f"/handover/{name}").status_code == 404
