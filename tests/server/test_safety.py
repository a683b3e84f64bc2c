"""Signing in: tries are counted, codes count once, sessions end, links for a new password, what a stranger learns."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from server import create_app, safety
from server.database import db, transaction
from server.limits import limiter
from server.models import Audit, RecoveryCode, ResetLink, SecondFactor, User, UserSession
from server.services import accounts
from tests.desk import Signed, find_token, served_apart, sign_in
from tests.server.conftest import PASSWORD
from tests.server.test_commands import data_of, run

BOTH_DATABASES = True

EMAIL = "officer@example.dz"
NEW = "violet tractor penguin lamp"


@pytest.fixture(autouse=True)
def apart(app: Flask) -> None:
    """Serve each request in a context of its own: what one kept in ``g`` is not the next one's."""
    served_apart(app)


def user_id(app: Flask) -> int:
    return accounts.find_user_id(EMAIL)


def try_in(client: FlaskClient, password: str, email: str = EMAIL) -> Any:
    limiter.reset()
    return client.post("/v1/sessions", json={"email": email, "password": password})


def turn_on(app: Flask) -> str:
    secret, _ = accounts.begin_second_factor(EMAIL)
    accounts.confirm_second_factor(user_id(app), secret, pyotp.TOTP(secret).at(datetime.now(UTC) - timedelta(seconds=30)))
    return secret


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.dz"])
def test_an_address_is_locked_after_tries_that_failed_whether_somebody_has_it_or_not(app: Flask, email: str) -> None:
    client = app.test_client()
    for _ in range(safety.FREE_TRIES):
        assert try_in(client, "wrong", email).status_code == 401
    answer = try_in(client, PASSWORD, email)
    assert (answer.status_code, answer.json["code"]) == (429, "429.2")
    assert 0 < int(answer.headers["Retry-After"]) <= safety.LOCK_S
    # Basic and the desk's page are no way round it
    assert client.get("/v1/projects/1/forms", auth=(email, PASSWORD)).status_code == 429
    page = client.post("/sign-in", data={"csrf_token": find_token(client.get("/sign-in").text), "email": email, "password": PASSWORD})
    assert page.status_code == 429
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=safety.LOCK_S + 1)):
        status = try_in(client, PASSWORD, email).status_code
    assert status == (200 if email == EMAIL else 401)


def test_a_lock_grows_and_success_ends_it(app: Flask) -> None:
    now = datetime.now(UTC)
    for _ in range(safety.FREE_TRIES + 3):
        safety.note_failure(EMAIL)
    with time_machine.travel(now + timedelta(seconds=safety.LOCK_S * 4)):
        assert try_in(app.test_client(), PASSWORD).status_code == 429
    with time_machine.travel(now + timedelta(seconds=safety.LOCK_S * 8 + 5)):
        assert try_in(app.test_client(), PASSWORD).status_code == 200
        safety.check_tries(EMAIL)


def test_the_second_factor_is_asked_everywhere_and_a_code_counts_once(app: Flask) -> None:
    secret = turn_on(app)
    client = app.test_client()
    assert try_in(client, PASSWORD).json["code"] == "401.5"
    assert client.get("/v1/projects/1/forms", auth=(EMAIL, PASSWORD)).status_code == 401
    code = pyotp.TOTP(secret).now()

    def with_code(given: str) -> Any:
        limiter.reset()
        return client.post("/v1/sessions", json={"email": EMAIL, "password": PASSWORD, "code": given})

    assert with_code("000000").json["code"] == "401.4"
    assert with_code(f" {code[:3]} {code[3:]} ").status_code == 200
    assert with_code(code).status_code == 401  # overheard
    stored = db.session.get_one(SecondFactor, user_id(app)).sealed
    assert secret.encode() not in stored


def test_the_desk_asks_for_the_code_after_the_password(app: Flask) -> None:
    secret = turn_on(app)
    client = app.test_client()
    limiter.reset()
    token = find_token(client.get("/sign-in").text)
    first = client.post("/sign-in?next=/women", data={"csrf_token": token, "email": EMAIL, "password": PASSWORD})
    assert first.location == "/sign-in/code"
    assert client.get("/women", headers={"Accept": "text/html"}).status_code == 302  # not in yet
    page = client.get("/sign-in/code").text
    wrong = client.post("/sign-in/code", data={"csrf_token": find_token(page), "code": "123"})
    assert wrong.status_code == 401
    done = client.post("/sign-in/code", data={"csrf_token": find_token(wrong.text), "code": pyotp.TOTP(secret).now()})
    assert (done.status_code, done.location) == (303, "/women")
    assert client.get("/women", headers={"Accept": "text/html"}).status_code == 200


def test_a_password_that_was_right_does_not_wait_for_ever(app: Flask) -> None:
    turn_on(app)
    client = app.test_client()
    limiter.reset()
    client.post("/sign-in", data={"csrf_token": find_token(client.get("/sign-in").text), "email": EMAIL, "password": PASSWORD})
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6)):
        assert client.get("/sign-in/code").location == "/sign-in"


def test_a_recovery_code_stands_for_the_phone_once(app: Flask) -> None:
    secret, _ = accounts.begin_second_factor(EMAIL)
    codes = accounts.confirm_second_factor(user_id(app), secret, pyotp.TOTP(secret).now())
    assert len(set(codes)) == safety.RECOVERY_CODES
    assert safety.take_code(user_id(app), codes[0].lower().replace("-", " "))
    assert not safety.take_code(user_id(app), codes[0])
    assert not {code.replace("-", "") for code in codes} & {row.code_hash for row in db.session.scalars(select(RecoveryCode))}
    data_of(run(app, "reset-second-factor", EMAIL, "--json"))
    assert try_in(app.test_client(), PASSWORD).status_code == 200


def test_the_account_page_turns_the_second_factor_on_and_off(app: Flask) -> None:
    desk = sign_in(app, "officer")
    page = desk.send("/account/second-factor").text
    secret = re.search(r'class="id">([A-Z2-7]{32})<', page)[1]  # type: ignore[index]
    assert "data:image/svg+xml" in page
    assert desk.send("/account/second-factor/confirm", code="000000").status_code == 422
    shown = desk.send("/account/second-factor/confirm", code=pyotp.TOTP(secret).now())
    assert len(re.findall(r">((?:[A-Z0-9]{6}-){3}[A-Z0-9]{6})<", shown.text)) == safety.RECOVERY_CODES
    assert desk.send("/account/second-factor/remove", password="wrong").status_code == 422
    assert desk.send("/account/second-factor/remove", password=PASSWORD).status_code == 303
    assert not safety.has_second_factor(user_id(app))
    noted = set(db.session.scalars(select(Audit.action)))
    assert {"user.second_factor", "user.second_factor_end"} <= noted


def test_a_role_that_must_have_a_second_factor_does_nothing_before(app: Flask) -> None:
    app.config["HIRFA"] = replace(app.config["HIRFA"], second_factor=frozenset({"officer"}))
    desk = sign_in(app, "officer")
    assert desk.client.get("/women", headers={"Accept": "text/html"}).headers["Location"] == "/account"
    assert desk.client.get("/v1/projects/1/forms", auth=(EMAIL, PASSWORD)).json["code"] == "403.53"
    assert try_in(app.test_client(), PASSWORD).json["code"] == "403.53"
    page = desk.get("/account")
    assert "second facteur" in page and 'href="/women"' not in page
    token = {"csrf_token": find_token(page)}
    begun = desk.client.post("/account/second-factor", data=token).text
    secret = re.search(r'class="id">([A-Z2-7]{32})<', begun)[1]  # type: ignore[index]
    code = {**token, "code": pyotp.TOTP(secret).now()}
    assert desk.client.post("/account/second-factor/confirm", data=code).status_code == 200
    assert "Artisanes" in desk.get("/women")
    other = sign_in(app, "administrator")
    assert "Artisanes" in other.get("/women"), "other roles are asked nothing"


def test_a_role_that_nobody_has_is_told_at_the_start(app: Flask) -> None:
    with pytest.raises(ValueError, match="HIRFA_SECOND_FACTOR.*boss"):
        create_app(replace(app.config["HIRFA"], second_factor=frozenset({"boss"})))


def test_sessions_are_listed_and_ended(app: Flask) -> None:
    one, two = sign_in(app, "officer"), sign_in(app, "officer")
    token = try_in(app.test_client(), PASSWORD).json["token"]
    page = one.get("/account")
    keys = re.findall(r'name="key" value="(\w+)"', page)
    assert len(keys) == 1
    assert one.send("/account/sessions", key=keys[0]).status_code == 303
    assert two.client.get("/women", headers={"Accept": "text/html"}).status_code == 302
    three = sign_in(app, "officer")
    assert one.send("/account/sessions", all="yes").status_code == 303  # all others, and tokens
    assert three.client.get("/women", headers={"Accept": "text/html"}).status_code == 302
    assert app.test_client().get("/v1/projects/1/forms", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert "/account" in one.get("/account")


def test_nobody_ends_the_session_of_another(app: Flask) -> None:
    other, own = sign_in(app, "administrator"), sign_in(app, "officer")
    with app.app_context():
        keys = [row.id_hash[:16] for row in db.session.scalars(select(UserSession))]
    for key in keys:
        own.client.post("/account/sessions", data={"csrf_token": find_token(other.get("/account")), "key": key})
    assert other.client.get("/women", headers={"Accept": "text/html"}).status_code == 200


def test_a_session_ends_by_itself_and_at_sign_out(app: Flask) -> None:
    desk = sign_in(app, "officer")
    cookie = desk.client.get_cookie("session").value  # type: ignore[union-attr]
    with transaction() as session:
        session.execute(update(UserSession).values(seen_at=datetime.now(UTC) - safety.IDLE - timedelta(minutes=1)))
    assert desk.client.get("/women", headers={"Accept": "text/html"}).status_code == 302
    desk = sign_in(app, "officer")
    cookie = desk.client.get_cookie("session").value  # type: ignore[union-attr]
    desk.send("/sign-out")
    thief = app.test_client()
    thief.set_cookie("session", cookie)
    assert thief.get("/women", headers={"Accept": "text/html"}).status_code == 302


def test_a_new_password_ends_all_other_sessions(app: Flask) -> None:
    one, two = sign_in(app, "officer"), sign_in(app, "officer")
    assert one.send("/account/password", old=PASSWORD, new=NEW, again="other").status_code == 422
    assert one.send("/account/password", old="wrong", new=NEW, again=NEW).status_code == 422
    for weak in ("short", "password123", "officer@example.dz", "1234567890"):
        assert one.send("/account/password", old=PASSWORD, new=weak, again=weak).status_code == 400
    assert one.send("/account/password", old=PASSWORD, new=NEW, again=NEW).status_code == 303
    assert "/account" in one.get("/account")
    assert two.client.get("/women", headers={"Accept": "text/html"}).status_code == 302
    assert try_in(app.test_client(), PASSWORD).status_code == 401
    assert try_in(app.test_client(), NEW).status_code == 200


def test_a_link_for_a_new_password_works_once_for_a_day_and_is_not_kept(app: Flask) -> None:
    desk = sign_in(app, "officer")
    link = data_of(run(app, "reset-password", EMAIL, "--json"))["link"]
    path = link.removeprefix(app.config["HIRFA"].url)
    token = path.rsplit("/", 1)[1]
    assert db.session.scalars(select(ResetLink.token_hash)).one() != token
    client = app.test_client()
    limiter.reset()
    page = client.get(path)
    assert page.headers["Referrer-Policy"] == "same-origin"

    def send(new: str) -> Any:
        return client.post(path, data={"csrf_token": find_token(client.get("/sign-in").text), "new": new, "again": new})

    assert send("password123").status_code == 422
    assert send(NEW).status_code == 303
    assert send(NEW).status_code == 404
    assert client.get(path).status_code == 404
    assert desk.client.get("/women", headers={"Accept": "text/html"}).status_code == 302
    assert try_in(app.test_client(), NEW).status_code == 200
    late = data_of(run(app, "reset-password", EMAIL, "--json"))["link"].removeprefix(app.config["HIRFA"].url)
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=accounts.LINK_HOURS, minutes=1)):
        assert client.get(late).status_code == 404
    assert run(app, "reset-password", "nobody@example.dz").exit_code == 1


def test_account_pages_take_nothing_without_their_token(app: Flask) -> None:
    desk = sign_in(app, "officer")
    for path in ("password", "sessions", "second-factor", "second-factor/confirm", "second-factor/remove"):
        assert desk.client.post(f"/account/{path}", data={}).status_code == 403, path
    assert isinstance(desk, Signed)
    assert db.session.scalar(select(User.email).where(User.email == EMAIL)) == EMAIL
