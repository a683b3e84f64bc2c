"""The officers' pages: who may see what, settling, secrets shown once, hostile words."""

from __future__ import annotations

import contextvars
import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as example_settings
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.test import TestResponse

from exports.labels import in_language
from forms.instance import parse_instance
from server.auth import COMMAND
from server.console.formats import show_size, show_value
from server.console.menu import GROUPS, find_section, find_tabs, list_groups
from server.console.pages import is_local
from server.console.texts import TABLES, TEXTS, Words, say
from server.database import db
from server.limits import limiter
from server.models import AppUser, Audit, Entity, EntityActionRow
from server.services.answers import read_answers
from server.services.entities import fold_text
from server.services.forms import FormFile, definition_of, find_version, publish_forms
from server.services.labels import Labels
from tests.builders import registration, visit

BOTH_DATABASES = True

PASSWORD = "a long enough password"
CONSOLE = Path(__file__).resolve().parents[2] / "server" / "console"
NIN = "991980312000010099"
Desk = Callable[[str], "Signed"]


class Signed:
    """A browser at the console: follows the hidden token of each page, as forms do."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, url: str, status: int = 200) -> str:
        answer = self.client.get(url, headers={"Accept": "text/html"})
        assert answer.status_code == status, (url, answer.text[-1500:])
        return answer.text

    def post(self, url: str, *, page: str = "/workbook", **fields: Any) -> TestResponse:
        token = find_token(self.client.get(page, headers={"Accept": "text/html"}).text)
        return self.client.post(url, data={"csrf_token": token, **fields}, headers={"Accept": "text/html"})


def find_token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page[:300]
    return found[1]


def sign_in(client: FlaskClient, role: str, target: str = "") -> TestResponse:
    limiter.reset()
    token = find_token(client.get("/sign-in").text)
    fields = {"csrf_token": token, "email": f"{role}@example.dz", "password": PASSWORD, "next": target}
    return client.post("/sign-in", data=fields, headers={"Accept": "text/html"})


class OwnContext:
    """Serve each request apart from the context that the fixtures hold open, as a real server does: ``g`` begins empty."""

    def __init__(self, wsgi_app: Any) -> None:
        self.wsgi_app = wsgi_app

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return contextvars.Context().run(self.wsgi_app, environ, start_response)


@pytest.fixture
def app(app: Flask) -> Flask:
    app.wsgi_app = OwnContext(app.wsgi_app)  # type: ignore[method-assign]
    return app


def fresh() -> Any:
    """The tests' own session, which has seen nothing yet."""
    db.session.rollback()
    db.session.expire_all()
    return db.session


@pytest.fixture
def desk(app: Flask) -> Desk:
    def sit(role: str = "officer") -> Signed:
        client = app.test_client()
        assert sign_in(client, role).status_code == 303
        return Signed(client)

    return sit


@pytest.fixture
def disputed(make_phone: Any) -> str:
    """A woman about whom two phones disagree: trade and first name; her record is at version 3."""
    one, two = make_phone("Amina"), make_phone("Houria")
    xml, instance_id, woman = registration()
    one.push(one.item(xml, instance_id))
    for phone, trade, name in ((one, "patisserie", "Fatma"), (two, "couture_trad", "Fatiha")):
        item = visit(woman, base=1, trunk=1, branch=str(uuid4()), metier=trade, prenom_fr=name)
        phone.push(phone.item(*item))
    return woman


# Signing in


def test_sign_in_is_asked_when_nobody_is_signed_in(client: FlaskClient) -> None:
    answer = client.get("/women?q=zohra", headers={"Accept": "text/html"})
    assert answer.status_code == 302
    assert answer.location == "/sign-in?next=/women?q%3Dzohra"
    assert 'value="/women?q=zohra"' in client.get(answer.location).text


def test_sign_in_leads_to_the_page_that_was_wanted(client: FlaskClient) -> None:
    answer = sign_in(client, "officer", "/women?q=zohra")
    assert (answer.status_code, answer.location) == (303, "/women?q=zohra")


def test_sign_in_is_refused_when_the_password_is_wrong(client: FlaskClient) -> None:
    limiter.reset()
    token = find_token(client.get("/sign-in").text)
    fields = {"csrf_token": token, "email": "officer@example.dz", "password": "no", "next": "/"}
    answer = client.post("/sign-in", data=fields)
    assert answer.status_code == 401
    assert 'role="alert"' in answer.text
    assert client.get("/", headers={"Accept": "text/html"}).status_code == 302


def test_sign_in_begins_a_new_session_when_one_was_planted(client: FlaskClient) -> None:
    client.get("/sign-in")
    with client.session_transaction() as planted:
        planted["planted"] = "by somebody else"
        planted["language"] = "ar"
        before = planted["csrf_token"]
    sign_in(client, "officer")
    client.get("/", headers={"Accept": "text/html"})
    with client.session_transaction() as kept:
        assert "planted" not in kept
        assert kept["csrf_token"] != before
        assert kept["language"] == "ar"


def test_sign_in_is_slowed_down_when_somebody_guesses(client: FlaskClient) -> None:
    limiter.reset()
    token = find_token(client.get("/sign-in").text)
    fields = {"csrf_token": token, "password": "guess"}
    statuses = [client.post("/sign-in", data={**fields, "email": f"{n}@example.dz"}).status_code for n in range(11)]
    assert statuses == [401] * 10 + [429]
    limiter.reset()


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\/evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "",
        "///evil.example",
        "http:evil.example",
    ],
)
def test_is_local_refuses_when_an_address_leaves_the_server(app: Flask, target: str) -> None:
    assert not is_local(target)
    answer = sign_in(app.test_client(), "officer", target)
    assert answer.location == "/"


@pytest.mark.parametrize("target", ["/", "/women?q=a//b", "/women/أمينة", "/submissions?form=x&page=2"])
def test_is_local_accepts_when_an_address_is_a_path(target: str) -> None:
    assert is_local(target)


@pytest.mark.parametrize("target", ["/sign-out", "/language", "/nowhere", "/agents/1/nothing"])
def test_sign_in_leads_home_when_the_wanted_page_cannot_be_opened(client: FlaskClient, target: str) -> None:
    assert sign_in(client, "officer", target).location == "/"


def test_sign_out_ends_the_session(desk: Desk) -> None:
    officer = desk("officer")
    assert officer.client.get("/sign-out").status_code == 405
    assert officer.post("/sign-out").location == "/sign-in"
    assert officer.client.get("/women", headers={"Accept": "text/html"}).status_code == 302


def test_a_form_without_its_token_is_refused(desk: Desk, disputed: str) -> None:
    officer = desk("officer")
    answer = officer.client.post(
        f"/conflicts/{disputed}", data={"seen_version": "3"}, headers={"Accept": "text/html", "Accept-Language": "fr"}
    )
    assert answer.status_code == 403
    assert "403.51" in answer.text
    assert "rechargez-la" in answer.text


# Rights


@pytest.mark.parametrize(
    ("role", "open_pages", "closed_pages"),
    [
        (
            "viewer",
            ["/", "/submissions", "/quarantine", "/agents", "/forms"],
            ["/women", "/women/x", "/conflicts", "/workbook", "/submissions/x", "/submissions/x/xml", "/quarantine/x"],
        ),
        (
            "officer",
            ["/", "/women", "/submissions", "/conflicts", "/quarantine", "/agents", "/forms", "/workbook"],
            ["/agents/1/code", "/agents/1/revoke"],
        ),
        ("administrator", ["/", "/women", "/conflicts", "/agents", "/agents/1/code", "/agents/1/revoke"], []),
    ],
)
def test_pages_follow_the_rights_of_the_role(
    desk: Desk, role: str, open_pages: list[str], closed_pages: list[str]
) -> None:
    reader = desk(role)
    for url in open_pages:
        reader.get(url)
    for url in closed_pages:
        assert "403.1" in reader.get(url, 403)


def test_a_viewer_reads_no_name(desk: Desk, disputed: str) -> None:
    viewer = desk("viewer")
    for url in ("/", "/submissions"):
        page = viewer.get(url)
        assert "فاطمة" not in page
        assert f"/women/{disputed}" not in page
    assert "/conflicts" not in viewer.get("/")


def test_the_officer_is_offered_no_work_of_the_administrator(desk: Desk) -> None:
    officer = desk("officer")
    page = officer.get("/agents")
    assert "/revoke" not in page
    assert 'name="form_key"' not in page
    assert officer.post("/agents", name="Zohra").status_code == 403


def test_pages_are_kept_out_of_caches(desk: Desk) -> None:
    answer = desk("officer").client.get("/women", headers={"Accept": "text/html"})
    assert answer.headers["Cache-Control"] == "no-store"
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


# Settling


def test_settle_writes_what_was_picked_and_leaves_the_rest_open(desk: Desk, disputed: str, phone: Any) -> None:
    officer = desk("officer")
    page = officer.get("/conflicts")
    picked = find_option(page, "prenom_fr", "Fatma")
    answer = officer.post(f"/conflicts/{disputed}", seen_version="3", **{"pick:prenom_fr": picked, "pick:metier": ""})
    assert (answer.status_code, answer.location) == (303, "/conflicts")
    woman = fresh().get(Entity, (1, disputed))
    assert (woman.version, woman.open, woman.data["prenom_fr"]) == (4, ["metier"], "Fatma")
    settled = fresh().scalars(select(EntityActionRow).where(EntityActionRow.kind == "resolve")).one()
    assert (settled.base, settled.saved) == (3, {"prenom_fr": "Fatma"})
    assert "conflict.settle" in fresh().scalars(select(Audit.action)).all()
    after = officer.get("/conflicts")
    assert "C’est tranché" in after or "Settled" in after
    assert 'name="pick:prenom_fr"' not in after
    assert 'name="pick:metier"' in after


def find_option(page: str, name: str, words: str) -> str:
    """Find the value of the radio button whose label has these words."""
    for option in page.split('<label class="option"')[1:]:
        label = option.split("</label>", 1)[0]
        value = re.search(rf'name="pick:{name}" value="([^"]+)"', label)
        if value and words in html.unescape(label):
            return html.unescape(value[1])
    raise AssertionError(f"{words} is not offered for {name}")


def test_settle_takes_another_value_when_one_is_written(desk: Desk, disputed: str) -> None:
    officer = desk("officer")
    fields = {
        "pick:prenom_fr": "other",
        "other:prenom_fr": "  Fatima-Zohra ",
        "pick:metier": "other",
        "other:metier": "pates",
    }
    assert officer.post(f"/conflicts/{disputed}", seen_version="3", **fields).status_code == 303
    woman = fresh().get(Entity, (1, disputed))
    assert (woman.open, woman.data["prenom_fr"], woman.data["metier"]) == ([], "Fatima-Zohra", "pates")


def test_settle_shows_fresh_values_when_the_record_changed_meanwhile(
    desk: Desk, disputed: str, make_phone: Any
) -> None:
    officer = desk("officer")
    picked = find_option(officer.get(f"/conflicts/{disputed}"), "prenom_fr", "Fatma")
    third = make_phone("Kheira")
    third.push(third.item(*visit(disputed, base=1, trunk=1, branch=str(uuid4()), prenom_fr="Fadhma")))
    fields = {"pick:prenom_fr": picked, "other:prenom_fr": "typed"}
    answer = officer.post(f"/conflicts/{disputed}", seen_version="3", **fields)
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text
    assert "Fadhma" in answer.text
    assert 'name="seen_version" value="4"' in answer.text
    assert 'value="typed"' in answer.text
    assert fresh().scalars(select(EntityActionRow).where(EntityActionRow.kind == "resolve")).all() == []


def test_settle_is_refused_when_the_property_is_not_disputed(desk: Desk, disputed: str) -> None:
    officer = desk("officer")
    answer = officer.post(f"/conflicts/{disputed}", seen_version="3", **{"pick:nin": "other", "other:nin": "1"})
    assert answer.status_code == 400
    assert fresh().get(Entity, (1, disputed)).version == 3


@pytest.mark.parametrize(
    "fields",
    [{}, {"pick:prenom_fr": ""}, {"pick:prenom_fr": "other"}, {"pick:prenom_fr": "other", "other:prenom_fr": "  "}],
)
def test_settle_asks_again_when_nothing_was_chosen(desk: Desk, disputed: str, fields: dict[str, str]) -> None:
    answer = desk("officer").post(f"/conflicts/{disputed}", seen_version="3", **fields)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    picked_other = re.search(r'name="pick:prenom_fr" value="other" checked', answer.text)
    assert bool(picked_other) == (fields.get("pick:prenom_fr") == "other")
    assert fresh().get(Entity, (1, disputed)).version == 3


def test_settle_is_refused_when_the_candidate_is_unknown(desk: Desk, disputed: str) -> None:
    answer = desk("officer").post(f"/conflicts/{disputed}", seen_version="3", **{"pick:prenom_fr": "made up"})
    assert answer.status_code == 409
    assert fresh().get(Entity, (1, disputed)).version == 3


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999", "٣"])
def test_settle_is_refused_when_the_version_is_no_number(desk: Desk, disputed: str, version: str) -> None:
    fields = {"pick:prenom_fr": "other", "other:prenom_fr": "A"}
    assert desk("officer").post(f"/conflicts/{disputed}", seen_version=version, **fields).status_code == 400


def test_settle_answers_not_found_when_there_is_no_such_woman(desk: Desk) -> None:
    assert desk("officer").post("/conflicts/nobody", seen_version="1").status_code == 404


def test_conflict_says_so_when_nothing_is_left(desk: Desk, phone: Any) -> None:
    xml, instance_id, woman = registration()
    phone.push(phone.item(xml, instance_id))
    page = desk("officer").get(f"/conflicts/{woman}")
    assert 'class="empty"' in page
    assert "pick:" not in page


# What is shown


def test_woman_shows_values_disputes_and_who_wrote_what(desk: Desk, disputed: str) -> None:
    officer = desk("officer")
    officer.post("/language", language="fr")
    page = html.unescape(officer.get(f"/women/{disputed}"))
    for words in ("Tafraoui", "Amina", "Houria", "Fatma", "Fatiha", "Kehaïlia", "Association 01", "Inscription"):
        assert words in page
    assert page.count('class="disputed"') == 2
    history = page.split('id="history"')[1]
    versions = re.findall(r'class="tag plain">Version <bdi dir="ltr" class="id">(\d)', history)
    assert versions == ["3", "2", "1"]


def test_woman_masks_the_identification_number_until_it_is_asked_for(desk: Desk, phone: Any) -> None:
    xml, instance_id, woman = registration()
    phone.push(phone.item(xml, instance_id))
    officer = desk("officer")
    for url in ("/", "/women", f"/women/{woman}", f"/submissions/{instance_id}", "/submissions"):
        assert NIN not in officer.get(url)
    assert "****0099" in officer.get(f"/women/{woman}")
    assert "****0099" in officer.get(f"/submissions/{instance_id}")
    whole = officer.post(f"/women/{woman}")
    assert NIN in whole.text
    assert fresh().scalars(select(Audit.target).where(Audit.action == "entity.reveal")).all() == [woman]


def test_women_are_found_in_either_script(desk: Desk, phone: Any) -> None:
    items = [
        registration(nom_ar="مداح", prenom_ar="أمينة", nom_fr="Meddah", prenom_fr="Amîna", commune="3110"),
        registration(nom_ar="قادة", prenom_ar="نورة", nom_fr="Kada", prenom_fr="Nora", commune="3112"),
    ]
    phone.push(*(phone.item(xml, instance_id) for xml, instance_id, _ in items))
    officer = desk("officer")
    for words in ("امينه", "AMINA meddah", "أمينة مداح"):
        page = officer.get(f"/women?q={words}")
        assert items[0][2] in page
        assert items[1][2] not in page
    assert items[1][2] in officer.get("/women?commune=3112")
    assert items[0][2] not in officer.get("/women?commune=3112")
    assert 'class="empty"' in officer.get("/women?q=nobody")


def test_women_are_listed_by_pages_when_there_are_many(desk: Desk, phone: Any) -> None:
    made = [registration(nom_fr=f"Name{number:03}") for number in range(53)]
    phone.push(*(phone.item(xml, instance_id) for xml, instance_id, _ in made))
    officer = desk("officer")
    first, second = officer.get("/women?q=name"), officer.get("/women?q=name&page=2")
    assert [page.count('<th scope="row">') for page in (first, second)] == [50, 3]
    assert "?q=name&amp;page=2" in first
    assert officer.get("/women?page=999").count('<th scope="row">') == 3
    officer.get("/women?page=-1&commune=%00")
    assert "a\ufffdb" in officer.get("/submissions?q=a%00b")


def test_submission_shows_questions_and_answers_in_the_language_of_the_page(desk: Desk, phone: Any) -> None:
    xml, instance_id, _woman = registration(photo="p.jpg")
    phone.push(phone.item(xml, instance_id))
    officer = desk("officer")
    officer.post("/language", language="fr")
    page = html.unescape(officer.get(f"/submissions/{instance_id}"))
    assert "Métier principal" in page
    assert "Fabrication de pâtes alimentaires traditionnelles" in page
    assert "En attente du téléphone" in page
    assert "0/1" in officer.get("/submissions")
    officer.post("/language", language="ar")
    page = officer.get(f"/submissions/{instance_id}")
    assert 'dir="rtl"' in page
    assert "bootstrap.rtl.min.css" in page
    assert "الحرفة الرئيسية" in page


def test_submissions_are_filtered_by_form_and_agent(desk: Desk, make_phone: Any) -> None:
    one, two = make_phone("Amina"), make_phone("Houria", ("3101",))
    sent = [registration()[:2], registration()[:2]]
    one.push(one.item(*sent[0]))
    two.push(two.item(*sent[1]))  # from outside her commune
    officer = desk("officer")
    assert sent[1][1] not in officer.get(f"/submissions?agent={one.app_user_id}")
    assert sent[0][1] in officer.get("/submissions?form=cam_a_inscription")
    assert 'class="empty"' in officer.get("/submissions?form=cam_e_visite")
    flagged = officer.get("/submissions?flagged=1")
    assert sent[1][1] in flagged
    assert sent[0][1] not in flagged


def test_submission_shows_its_corrections(desk: Desk, phone: Any) -> None:
    xml, instance_id, woman = registration()
    phone.push(phone.item(xml, instance_id))
    first, first_id = visit(woman, base=1, trunk=1, branch=str(uuid4()), localite="A")
    phone.push(phone.item(first, first_id))
    second, second_id = visit(woman, base=1, trunk=1, branch="", deprecated_id=first_id, localite="B")
    phone.push(phone.item(second, second_id))
    officer = desk("officer")
    assert second_id in officer.get(f"/submissions/{first_id}")
    assert first_id in officer.get(f"/submissions/{second_id}")
    listed = officer.get("/submissions")
    assert second_id in listed
    assert first_id not in listed


def test_xml_is_sent_byte_for_byte_as_text_and_noted(desk: Desk, phone: Any) -> None:
    xml, instance_id, _ = registration(localite="<![CDATA[<script>alert(1)</script>]]>")
    phone.push(phone.item(xml, instance_id))
    answer = desk("officer").client.get(f"/submissions/{instance_id}/xml", headers={"Accept": "text/html"})
    assert answer.data == xml.encode()
    assert answer.mimetype == "text/plain"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "submission.read_xml" in fresh().scalars(select(Audit.action)).all()


def test_quarantine_shows_reason_agent_and_content(desk: Desk, make_phone: Any) -> None:
    phone = make_phone("Amina <i>")
    phone.push({"xml": "<data id='unknown'><meta><instanceID>uuid:1</instanceID></meta></data>"}, {"xml": "<b>no"})
    officer = desk("officer")
    page = officer.get("/quarantine")
    assert "404.6" in page
    assert "400.1" in page
    assert "Amina &lt;i&gt;" in page
    contents = []
    for url in re.findall(r'href="(/quarantine/[0-9a-f]{64})"', page):
        contents.append(officer.get(url))
        assert officer.client.get(f"{url}/content").mimetype == "text/plain"
    assert len(contents) == 2
    assert any("&lt;b&gt;no" in content for content in contents)
    assert "/quarantine/" not in desk("viewer").get("/quarantine").replace('"/quarantine"', "")


def test_forms_tell_policies_and_what_stays_in_the_office(desk: Desk) -> None:
    officer = desk("viewer")
    officer.post("/language", page="/", language="en")
    page = html.unescape(officer.get("/forms"))
    row = page.split('class="id">nin</bdi>')[1].split("</tr>")[0]
    assert "an officer decides" in row
    assert "Office" in row


def test_workbook_asks_for_the_two_options(desk: Desk) -> None:
    page = desk("officer").get("/workbook")
    assert '<form method="post" action="/workbook"' in page
    assert {'name="language"', 'name="personal"'} <= set(re.findall(r'name="\w+"', page))
    with desk("officer").client.get("/v1/projects/1/workbook.xlsx?language=ar&personal=false") as answer:
        assert (answer.status_code, answer.data[:2]) == (200, b"PK")


def test_hostile_words_are_shown_and_never_run(desk: Desk, make_phone: Any) -> None:
    hostile = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}'
    written = html.escape(hostile)
    one, two = make_phone(hostile), make_phone(f"2{hostile}")
    xml, instance_id, woman = registration(nom_ar=written, nom_fr=written, localite=written)
    one.push(one.item(xml, instance_id))
    for phone, name in ((one, written), (two, f"2{written}")):
        item = visit(woman, base=1, trunk=1, branch=str(uuid4()), prenom_fr=name, remarques=written)
        phone.push(phone.item(*item))
    two.push({"instanceId": "uuid:x", "xml": hostile})
    officer = desk("administrator")
    pages = [
        officer.get(url)
        for url in (
            "/",
            "/women",
            "/women?q=%22%3E%3Cscript%3E&commune=%22%3E%3Cscript%3E",
            f"/women/{woman}",
            "/submissions?form=%22%3E%3Cscript%3E",
            f"/submissions/{instance_id}",
            "/conflicts",
            f"/conflicts/{woman}",
            "/quarantine",
            "/agents",
            f"/agents/{one.app_user_id}/revoke",
        )
    ]
    fields = {"pick:prenom_fr": "other", "other:prenom_fr": hostile}
    pages.append(officer.post(f"/conflicts/{woman}", seen_version="2", **fields).text)
    pages.append(officer.post(f"/conflicts/{woman}", seen_version="3", **fields).text)
    pages.append(officer.get("/conflicts"))
    for page in pages:
        assert "<script>" not in page
        assert "<img src=x" not in page
        assert "49" not in re.findall(r"onerror=alert\(2\)&gt;(\d+)", page)


# Agents


def test_create_agent_shows_a_link_that_works_once(desk: Desk) -> None:
    admin = desk("administrator")
    fields = {"name": "Zohra <b>", "scope": ["3112", "3110"], "form_key": "k1"}
    answer = admin.post("/agents", **fields)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    code = re.search(r"/app/#/enrol/([A-Z2-9]{16})", answer.text)
    assert code
    assert "data:image/svg+xml" in answer.text
    assert "Zohra &lt;b&gt;" in answer.text
    assert code[1] not in admin.get("/agents")
    enrolled = admin.client.post("/v1/enrol", json={"code": code[1], "deviceId": str(uuid4())})
    assert [scope["value"] for scope in enrolled.json["scopes"]] == ["3110", "3112"]
    assert admin.client.post("/v1/enrol", json={"code": code[1], "deviceId": "d"}).status_code == 404


def test_create_agent_creates_nobody_else_when_the_page_is_reloaded(desk: Desk) -> None:
    admin = desk("administrator")
    before = fresh().query(AppUser).count()
    assert admin.post("/agents", name="Zohra", form_key="same").status_code == 200
    again = admin.post("/agents", name="Zohra", form_key="same")
    assert again.status_code == 409
    assert "/enrol/" not in again.text
    assert fresh().query(AppUser).count() == before + 1


@pytest.mark.parametrize(("name", "scope", "status"), [("  ", "3112", 422), ("Zohra", "nowhere-at-all", 400)])
def test_create_agent_creates_nobody_when_something_is_missing(desk: Desk, name: str, scope: str, status: int) -> None:
    admin = desk("administrator")
    before = fresh().query(AppUser).count()
    assert admin.post("/agents", name=name, scope=scope, form_key="k").status_code == status
    assert fresh().query(AppUser).count() == before


def test_new_link_makes_the_one_before_worthless(desk: Desk) -> None:
    admin = desk("administrator")
    first = re.search(r"/enrol/([A-Z2-9]{16})", admin.post("/agents", name="Zohra", form_key="k").text)
    newest = fresh().scalars(select(AppUser.id).order_by(AppUser.id.desc())).first()
    admin.get(f"/agents/{newest}/code")
    second = re.search(r"/enrol/([A-Z2-9]{16})", admin.post(f"/agents/{newest}/code").text)
    assert first
    assert second
    statuses = [
        admin.client.post("/v1/enrol", json={"code": code, "deviceId": "d"}).status_code
        for code in (first[1], second[1])
    ]
    assert statuses == [404, 200]


def test_revoke_asks_first_and_then_revokes(desk: Desk, phone: Any) -> None:
    admin = desk("administrator")
    url = f"/agents/{phone.app_user_id}/revoke"
    admin.get(url)
    assert fresh().get(AppUser, (1, phone.app_user_id)).revoked_at is None
    assert admin.post(url).location == "/agents"
    assert fresh().get(AppUser, (1, phone.app_user_id)).revoked_at is not None
    assert phone.push()["device"] == "revoked"
    admin.get(url, 404)
    assert admin.post(f"/agents/{phone.app_user_id}/code").status_code == 404


# Errors, language, files


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "Page introuvable"), ("ar", "الصفحة غير موجودة"), ("en", "Page not found")]
)
def test_error_page_speaks_the_language_of_the_reader(client: FlaskClient, language: str, words: str) -> None:
    answer = client.get("/nowhere", headers={"Accept": "text/html", "Accept-Language": language})
    assert answer.status_code == 404
    assert f'lang="{language}"' in answer.text
    assert words in answer.text
    assert "404.1" in answer.text
    assert answer.headers["X-Request-Id"] in answer.text


def test_error_page_tells_nothing_of_the_inside(app: Flask, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    officer = desk("officer")

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("SELECT secret FROM inside")

    monkeypatch.setattr("server.services.entities.count_open_conflicts", fail)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = officer.client.get("/", headers={"Accept": "text/html"})
    assert answer.status_code == 500
    assert "500.1" in answer.text
    assert "secret" not in answer.text
    assert answer.headers["X-Request-Id"] in answer.text


def test_programs_get_json_where_people_get_a_page(client: FlaskClient) -> None:
    assert client.get("/nowhere", headers={"Accept": "application/json"}).json["code"] == "404.1"


def test_language_is_kept_and_leads_back_to_the_page(app: Flask) -> None:
    client = app.test_client()
    token = find_token(client.get("/sign-in").text)
    answer = client.post("/language", data={"csrf_token": token, "language": "ar", "next": "/sign-in?next=/women"})
    assert answer.location == "/sign-in?next=/women"
    assert '<html lang="ar" dir="rtl">' in client.get("/sign-in").text
    assert sign_in(client, "officer").status_code == 303
    assert '<html lang="ar" dir="rtl">' in client.get("/", headers={"Accept": "text/html"}).text
    token = find_token(client.get("/").text)
    client.post("/language", data={"csrf_token": token, "language": "xx", "next": "//evil.example"})
    assert '<html lang="ar" dir="rtl">' in client.get("/").text


def test_static_files_are_packed_and_kept_by_content(client: FlaskClient) -> None:
    url = re.search(r'href="(/static/style\.css\?v=[0-9a-f]+)"', client.get("/sign-in").text)
    assert url
    answer = client.get(url[1], headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" in answer.headers["Cache-Control"]
    assert client.get(url[1], headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert client.get("/static/style.css").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "name", ["../texts.py", "..%2ftexts.py", "/etc/passwd", "vendor/../../texts.py", "vendor", "%00"]
)
def test_static_answers_not_found_when_a_name_leaves_its_folder(client: FlaskClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code in (404, 308)


# Words


def test_every_text_is_in_three_languages_with_the_same_values() -> None:
    for key, words in TEXTS.items():
        assert all(text.strip() for text in words), key
        values = [set(re.findall(r"{(\w+)}", text)) for text in words]
        assert values[0] == values[1] == values[2], key
    same_everywhere = {"warned.pyxform", "forms.source", "notice.who.text"}
    assert {key for key, words in TEXTS.items() if not re.search(r"[\u0600-\u06ff]", words.ar)} == same_everywhere


def test_no_text_hides_another() -> None:
    assert sum(len(table) for table in TABLES) == len(TEXTS)


def test_every_page_has_its_place_in_the_menu_once(app: Flask) -> None:
    outside = {"sign_in", "open_session", "ask_code", "take_code", "openid_start", "openid_back", "ask_password", "set_password", "sign_out", "set_language",
               "account", "change_password", "end_sessions", "begin_second_factor", "confirm_second_factor",
               "remove_second_factor", "verify_certificate", "static"}  # fmt: skip
    endpoints = {name.removeprefix("console.") for name in app.view_functions if name.startswith("console.")}
    assert {name for name in endpoints if not find_section(name)} == outside
    placed = [name for group in GROUPS for page in group.pages for name in (page.endpoint, *page.below)]
    assert sorted(placed) == sorted(endpoints - outside)
    for group in GROUPS:
        for page in group.pages:
            assert app.view_functions[f"console.{page.endpoint}"].required_verb == page.verb  # type: ignore[attr-defined]
            assert page.text in TEXTS


def test_menu_is_short_and_tabs_are_those_of_the_reader(desk: Desk) -> None:
    page = desk("administrator").get("/quality")
    menu = re.findall(r'<li><a href="([^"]+)"( aria-current="[a-z]+")?>', page[: page.index("<main")])
    assert len(menu) <= 10
    assert [link for link, current in menu if current] == ["/submissions"]
    tabs = page[page.index("section-tabs") :].split("</nav>")[0]
    assert re.findall(r'href="([^"]+)" aria-current="page"', tabs) == ["/quality"]
    viewer = list_groups(lambda verb: verb == "desk.read")
    assert [each.endpoint for each in find_tabs(viewer, "quarantine")] == ["submissions", "quarantine"]
    assert find_tabs(viewer, "agents") == ()
    assert TEXTS[next(group for group in viewer if group.pages[0].endpoint == "agents").text].en == "Agents"


def test_every_text_that_pages_name_exists_and_no_other_does() -> None:
    sources = "".join(path.read_text() for path in CONSOLE.rglob("*") if path.suffix in (".html", ".py"))
    named = set(re.findall(r"""["']([a-z]+\.[a-zA-Z0-9_.]+)["']""", sources)) & set(TEXTS)
    asked = set(re.findall(r"""\bt\(\s*["']([\w.]+\w)["']""", sources))
    assert asked <= set(TEXTS)
    built = ("role.", "review.", "said.", "lists.target.", "policy.", "type.", "unit.", "kind.", "reason.", "todo.", "advice.", "code.", "revoke.")
    unused = {key for key in TEXTS if key not in named | asked and not key.startswith(built)}
    assert {key for key in unused if sources.count(f'"{key}"') < 2} == set()


def test_templates_escape_everything_and_keep_script_and_style_outside() -> None:
    for path in (CONSOLE / "templates").glob("*.html"):
        text = path.read_text()
        assert not re.search(r"\|\s*safe\b|autoescape|Markup", text), path.name
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]* src=)|javascript:", text), path.name
        for tag in re.findall(r"<form method=\"post\".*?</form>", text, re.DOTALL):
            assert "csrf" in tag, path.name


def test_say_does_not_fill_in_what_a_value_says() -> None:
    assert "{count}" in say("conflict.done", "fr", name="{count}")
    assert isinstance(TEXTS["nav.home"], Words)


@pytest.mark.parametrize(
    ("text", "language", "part"),
    [
        ("E. Visite – زيارة", "fr", "E. Visite"),
        ("E. Visite – زيارة", "ar", "زيارة"),
        ("زيارة – Visite", "en", "Visite"),
        ("Visite – suivi", "ar", "Visite – suivi"),
        ("زيارة", "fr", "زيارة"),
        ("CAM – Oran – غرفة", "fr", "CAM – Oran"),
        ("Visite – زيارة – 2026", "ar", "زيارة – 2026"),
        ("CAM\u00a0–\u00a031 – غرفة", "ar", "غرفة"),
        ("غرفة – 2026", "fr", "غرفة – 2026"),
        ("", "fr", ""),
    ],
)
def test_in_language_gives_the_part_of_the_reader(text: str, language: str, part: str) -> None:
    assert in_language(text, language) == part


@pytest.mark.parametrize(
    ("one", "other"), [("أمينة", "امينه"), ("ÉLÈVE", "eleve"), ("مُنى", "مني"), ("إيـــمان", "ايمان")]
)
def test_fold_text_makes_spellings_equal(one: str, other: str) -> None:
    assert fold_text(one) == fold_text(other)


@pytest.mark.parametrize(
    ("value", "kind", "unit", "language", "shown", "direction"),
    [
        ("2026-11-03", "date", "", "ar", "3 نوفمبر 2026", "rtl"),
        ("2026-11-03", "date", "", "fr", "3 novembre 2026", "ltr"),
        ("2026-11-03T23:30:00.000Z", "dateTime", "", "fr", "4 nov. 2026, 00:30", "ltr"),
        ("250000", "integer", "DZD", "ar", "250.000 دج (25 مليون سنتيم)", "auto"),
        ("0660123456", "text", "", "ar", "0660123456", "ltr"),
        ("حي 5", "text", "", "fr", "حي 5", "auto"),
        ("31.5 -0.5 100 8.4", "geopoint", "", "fr", "31.5, -0.5 (±8 m)", "ltr"),
        ("not a date", "date", "", "fr", "not a date", "auto"),
    ],
)
def test_show_value_writes_by_type(
    app: Flask, value: str, kind: str, unit: str, language: str, shown: str, direction: str
) -> None:
    with app.test_request_context("/", headers={"Accept-Language": language}):
        written = show_value(value, kind, unit)
    assert (written.text.replace("\u202f", " ").replace("\xa0", " "), written.dir) == (shown, direction)


TYPES = [
    "text",
    "integer",
    "decimal",
    "date",
    "dateTime",
    "time",
    "geopoint",
    "geoshape",
    "select_one",
    "calculate",
    "odd",
]


@given(st.text() | st.from_regex(r"\d{1,5}-\d\d-\d\d(T\d\d:\d\d:\d\d[+-]\d\d:\d\d)?"), st.sampled_from(TYPES))
@example_settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_show_value_never_fails(app: Flask, value: str, kind: str) -> None:
    with app.test_request_context("/", headers={"Accept-Language": "ar"}):
        assert isinstance(show_value(value, kind, "DZD").text, str)


def test_show_size_writes_kilobytes_and_megabytes(app: Flask) -> None:
    with app.test_request_context("/", headers={"Accept-Language": "fr"}):
        assert [show_size(size) for size in (None, 0, 45_300, 2_460_000)] == ["", "1 ko", "45 ko", "2,5 Mo"]


REPEATS = """
| survey |
| | type | name | label::Français (fr) | label::العربية (ar) | calculation |
| | text | nom | Nom | الاسم |
| | begin_repeat | enfants | Enfants | الأطفال |
| | text | prenom | Prénom | اسم الطفل |
| | begin_group | ecole | École | المدرسة |
| | select_multiple classe | classes | Classes | الأقسام |
| | end_group | | | |
| | end_repeat | | | |
| | text | nin_mere | NIN | رقم التعريف |
| | calculate | copie | | | concat('nin:', ${nin_mere}) |
| choices |
| | list_name | name | label::Français (fr) | label::العربية (ar) |
| | classe | a | Première | الأولى |
| | classe | b | Seconde | الثانية |
| settings |
| | form_id | version |
| | repeats | 1 |
"""


def test_read_answers_gives_each_pass_of_a_repeat_its_own_section(app: Flask) -> None:
    publish_forms(1, [FormFile("repeats.md", REPEATS.encode())], COMMAND)
    definition = definition_of(find_version(1, "repeats", "1"))
    instance = parse_instance(
        b"<data id='repeats' version='1'><nom>A</nom>"
        b"<enfants><prenom>B</prenom><ecole><classes>a b</classes></ecole></enfants><enfants><prenom/></enfants>"
        b"<nin_mere>123456789012</nin_mere><copie>nin:123456789012</copie>"
        b"<meta><instanceID>uuid:1</instanceID></meta></data>"
    )
    answers = read_answers(definition, instance, Labels(1, "fr"))
    read = [(s.heading, s.index, [(a.label, a.text) for a in s.answers]) for s in answers.sections]
    assert read == [
        ("", 0, [("Nom", "A")]),
        ("Enfants", 1, [("Prénom", "B")]),
        ("Enfants › École", 1, [("Classes", "Première, Seconde")]),
        ("Enfants", 2, [("Prénom", "")]),
        ("", 0, [("NIN", "****9012")]),
    ]
    assert [(a.name, a.text, a.raw) for a in answers.technical] == [("copie", "nin:****9012", "")]
