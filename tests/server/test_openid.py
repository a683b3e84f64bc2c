"""Signing in through a real provider, in a process of its own: code, PKCE, state and nonce over HTTP."""

from __future__ import annotations

import base64
import html
import json
import re
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import pyotp
import pytest
import requests
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import select

from server import create_app, safety
from server.config import OpenId, Settings, load_settings
from server.database import db, transaction
from server.models import Audit, User, UserIdentity
from tests.live import free_port, running_program
from tests.server.conftest import PASSWORD

BOTH_DATABASES = True


@dataclass
class Provider:
    url: str
    process: subprocess.Popen[bytes]

    def add(self, subject: str, **claims: Any) -> None:
        requests.put(f"{self.url}/users/{subject}", json=claims, timeout=30).raise_for_status()

    def confirm(self, address: str, subject: str) -> str:
        """Sign in there as a person would, on its page; return the address that leads back."""
        answer = requests.post(address, data={"sub": subject}, allow_redirects=False, timeout=30)
        assert answer.status_code in (302, 303), answer.text
        return str(answer.headers["Location"])


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    mock = ("-W", "ignore", "-m", "oidc_provider_mock", "-p", str(port), "--require-nonce", "true")
    with running_program(f"{url}/.well-known/openid-configuration", *mock) as process:
        yield Provider(url, process)


@pytest.fixture
def other(provider: Provider) -> Iterator[str]:
    """One that describes itself as another."""

    class Liar(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with urllib.request.urlopen(f"{provider.url}{self.path}", timeout=30) as told:
                body = told.read()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Liar) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def app(settings: Settings, provider: Provider) -> Iterator[Flask]:
    made = create_app(replace(settings, oidc=OpenId(provider.url, "hirfa", "shared-secret", "Wilaya")))
    made.config.update(TESTING=True, RATELIMIT_ENABLED=False)
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


def get(client: FlaskClient, address: str) -> Any:
    g.pop("_login_user", None)  # the tests' own context outlives a request
    return client.get(address)


def leave(client: FlaskClient, target: str = "") -> str:
    answer = get(client, "/sign-in/openid" + (f"?next={target}" if target else ""))
    assert answer.status_code == 302, answer.text
    return str(answer.headers["Location"])


def come_back(client: FlaskClient, address: str) -> Any:
    parts = urllib.parse.urlsplit(address)
    return get(client, f"{parts.path}?{parts.query}")


def sign_in(client: FlaskClient, provider: Provider, subject: str, target: str = "") -> Any:
    return come_back(client, provider.confirm(leave(client, target), subject))


def test_an_officer_is_known_by_her_verified_address_and_then_by_her_subject(
    app: Flask, client: FlaskClient, provider: Provider
) -> None:
    subject = f"s{uuid4().hex}"
    provider.add(subject, email="Officer@example.dz", email_verified=True)
    assert b"Wilaya" in client.get("/sign-in").data
    asked = urllib.parse.parse_qs(urllib.parse.urlsplit(leave(client)).query)
    assert (asked["code_challenge_method"], asked["response_type"]) == (["S256"], ["code"])
    assert {"state", "nonce", "code_challenge"} <= asked.keys()
    answer = sign_in(client, provider, subject, "/women")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/women")
    assert get(client, "/women").status_code == 200
    row = db.session.scalars(select(UserIdentity)).one()
    officer = db.session.scalars(select(User).where(User.email == "officer@example.dz")).one()
    assert (row.subject, row.user_id) == (subject, officer.id)
    assert "user.link" in set(db.session.scalars(select(Audit.action)))
    provider.add(subject, email="changed@elsewhere.dz", email_verified=False)  # the subject counts now
    assert sign_in(app.test_client(), provider, subject).status_code == 303


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "officer@example.dz", "email_verified": False},
        {"email": "officer@example.dz"},
        {"email": "officer@example.dz", "email_verified": "true"},
        {"email": "stranger@example.dz", "email_verified": True},
        {},
    ],
)
def test_nobody_gets_in_by_an_address_that_is_not_proved_or_not_hers(
    client: FlaskClient, provider: Provider, claims: dict[str, Any]
) -> None:
    subject = f"s{uuid4().hex}"
    before = len(db.session.scalars(select(User)).all())
    db.session.rollback()
    provider.add(subject, **claims)
    answer = sign_in(client, provider, subject)
    assert (answer.status_code, get(client, "/women").status_code) == (403, 401)
    assert db.session.scalars(select(UserIdentity)).all() == []
    assert len(db.session.scalars(select(User)).all()) == before


def test_an_address_that_went_to_somebody_else_there_opens_nothing(client: FlaskClient, provider: Provider, app: Flask) -> None:
    first, second = f"s{uuid4().hex}", f"s{uuid4().hex}"
    for subject in (first, second):
        provider.add(subject, email="officer@example.dz", email_verified=True)
    assert sign_in(client, provider, first).status_code == 303
    assert sign_in(app.test_client(), provider, second).status_code == 403


def test_a_disabled_officer_and_one_with_a_second_factor(client: FlaskClient, provider: Provider, app: Flask) -> None:
    subject = f"s{uuid4().hex}"
    provider.add(subject, email="officer@example.dz", email_verified=True)
    user = db.session.scalars(select(User).where(User.email == "officer@example.dz")).one()
    secret = safety.make_secret()
    with transaction() as session:
        safety.add_second_factor(session, user.id, secret, 0)
    answer = sign_in(client, provider, subject, "/women")
    assert answer.headers["Location"] == "/sign-in/code"
    assert get(client, "/women").status_code == 401  # half is not in
    app.config["WTF_CSRF_ENABLED"] = False
    answer = client.post("/sign-in/code", data={"code": pyotp.TOTP(secret).now()})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/women")
    with transaction() as session:
        session.get_one(User, user.id).disabled_at = datetime.now(UTC)
    assert sign_in(app.test_client(), provider, subject).status_code == 403


def test_answers_that_nobody_asked_for_or_twice_are_refused(client: FlaskClient, provider: Provider, app: Flask) -> None:
    subject = f"s{uuid4().hex}"
    provider.add(subject, email="officer@example.dz", email_verified=True)
    back = provider.confirm(leave(client), subject)
    assert come_back(app.test_client(), back).status_code == 401  # another browser: no state
    forged = back.replace("state=", "state=x")
    assert come_back(client, forged).status_code == 401
    fresh = app.test_client()
    back = provider.confirm(leave(fresh), subject)
    assert come_back(fresh, back).status_code == 303
    assert come_back(app.test_client(), back).status_code == 401
    assert come_back(client, "/sign-in/openid/back?error=access_denied&state=x").status_code == 401


def sign_out(client: FlaskClient, **given: str) -> Any:
    g.pop("_login_user", None)
    return client.post("/sign-out", data=given)


def find_link(answer: Any) -> str:
    """Return where the page leads by itself and by its link."""
    by_itself = re.search(r'http-equiv="refresh" content="0; url=([^"]*)"', answer.text)
    by_link = re.search(r'<a class="btn[^>]* href="([^"]*)"', answer.text)
    assert by_itself and by_link and by_itself[1] == by_link[1], answer.text
    return html.unescape(by_link[1])


def test_signing_out_leads_to_the_provider_and_back_to_this_server_alone(
    client: FlaskClient, provider: Provider, app: Flask
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    subject = f"s{uuid4().hex}"
    provider.add(subject, email="officer@example.dz", email_verified=True)
    entered = sign_in(client, provider, subject, "/women")
    kept = next(line for line in entered.headers.getlist("Set-Cookie") if line.startswith("openid="))
    assert {"HttpOnly", "Path=/sign-out", "SameSite=Strict"} <= set(kept.split("; "))
    answer = sign_out(client, next="https://evil.example/", post_logout_redirect_uri="https://evil.example/")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert 'aria-label="Menu' not in answer.text
    assert "evil.example" not in answer.text
    assert get(client, "/women").status_code == 401  # before she is there
    way = find_link(answer)
    address = urllib.parse.urlsplit(way)
    asked = {name: values[0] for name, values in urllib.parse.parse_qs(address.query).items()}
    assert (address.scheme, f"{address.scheme}://{address.netloc}") == ("http", provider.url)
    assert (asked["client_id"], asked["post_logout_redirect_uri"]) == ("hirfa", "http://127.0.0.1:8000/sign-in")
    claims = asked["id_token_hint"].split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(claims + "==="))["sub"] == subject
    page = requests.get(way, timeout=30).text
    action = re.search(r'<form method="post" action="([^"]+)"', page)
    lead = re.search(r'name="redirect_uri" value="([^"]+)"', page)
    assert action and lead, page
    done = requests.post(f"{provider.url}{action[1]}", data={"redirect_uri": html.unescape(lead[1])}, allow_redirects=False, timeout=30)
    assert done.headers["Location"].startswith("http://127.0.0.1:8000/sign-in?state=")
    assert come_back(client, done.headers["Location"]).status_code == 200
    assert sign_in(client, provider, subject).status_code == 303
    signed_out = sign_out(client)
    assert find_link(signed_out).startswith(provider.url)


@pytest.mark.parametrize(
    "address",
    [None, "", 5, "javascript:alert(1)", "http://elsewhere.example/out", "//elsewhere.example", "data:text/html,x", 'https://p.example/"><b>'],
)
def test_a_way_out_that_no_page_may_lead_to_is_not_taken(
    client: FlaskClient, provider: Provider, app: Flask, address: Any
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    subject = f"s{uuid4().hex}"
    provider.add(subject, email="officer@example.dz", email_verified=True)
    sign_in(client, provider, subject)
    app.extensions["hirfa-openid"].server_metadata["end_session_endpoint"] = address
    answer = sign_out(client)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")
    assert get(client, "/women").status_code == 401


def test_who_came_by_her_password_is_not_led_to_the_provider(client: FlaskClient, provider: Provider, app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    subject = f"s{uuid4().hex}"
    provider.add(subject, email="officer@example.dz", email_verified=True)
    sign_in(client, provider, subject)
    client.delete_cookie("session")  # it ended by itself, say
    g.pop("_login_user", None)
    assert client.post("/sign-in", data={"email": "officer@example.dz", "password": PASSWORD}).status_code == 303
    assert sign_out(client).headers["Location"] == "/sign-in"


def test_what_is_no_id_token_is_not_handed_on(client: FlaskClient, provider: Provider, app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    subject = f"s{uuid4().hex}"
    provider.add(subject, email="officer@example.dz", email_verified=True)
    for kept in ("a b&post_logout_redirect_uri=https://evil.example", "x" * 3900):
        sign_in(client, provider, subject)
        client.set_cookie("openid", kept, path="/sign-out")
        asked = urllib.parse.parse_qs(urllib.parse.urlsplit(find_link(sign_out(client))).query)
        assert "id_token_hint" not in asked
        assert asked["post_logout_redirect_uri"] == ["http://127.0.0.1:8000/sign-in"]


def test_it_leads_to_pages_of_this_server_alone(client: FlaskClient, provider: Provider) -> None:
    subject = f"s{uuid4().hex}"
    provider.add(subject, email="officer@example.dz", email_verified=True)
    assert sign_in(client, provider, subject, "https://evil.example/").headers["Location"] == "/"


def test_a_provider_that_is_away_or_another_leaves_the_password(
    settings: Settings, provider: Provider, other: str
) -> None:
    for issuer in (f"http://127.0.0.1:{free_port()}", f"{provider.url}/nothing", other):
        made = create_app(replace(settings, oidc=OpenId(issuer, "hirfa", "shared-secret", "Wilaya")))
        made.config.update(TESTING=True, RATELIMIT_ENABLED=False)
        with made.app_context():
            answer = made.test_client().get("/sign-in/openid")
            assert answer.status_code == 503
            assert b'name="password"' in answer.data
            db.session.remove()
            db.engine.dispose()


def test_without_a_provider_there_is_none(settings: Settings) -> None:
    made = create_app(settings)
    with made.app_context():
        assert made.test_client().get("/sign-in/openid").status_code == 404
        assert b"/sign-in/openid" not in made.test_client().get("/sign-in").data
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize(
    "env",
    [
        {"HIRFA_OIDC_ISSUER": "http://provider.example", "HIRFA_OIDC_CLIENT": "a", "HIRFA_OIDC_SECRET": "b"},
        {"HIRFA_OIDC_ISSUER": "https://provider.example", "HIRFA_OIDC_CLIENT": "a"},
    ],
)
def test_settings_that_would_not_be_safe_are_refused(env: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="HIRFA_OIDC"):
        load_settings({"HIRFA_DATA": str(tmp_path), **env})


def test_the_secret_is_in_no_text_of_the_settings() -> None:
    assert "shared-secret" not in repr(OpenId("https://p.example", "a", "shared-secret", "P"))
