"""People, associations, phones and the operations log."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from server.auth import COMMAND
from server.database import db, savepoint, transaction
from server.models import Audit, Device, Entity, User
from server.services import audits, entities, requests
from tests.builders import registration
from tests.desk import Signed, find_token, served_apart, sign_in

BOTH_DATABASES = True
OWN = "quatre mots sans aucun lien"
SECRETS = ("991980312000010099", "0660123456", "Autre-Secret")


@pytest.fixture
def app(app: Any) -> Any:
    return served_apart(app)


@pytest.fixture
def administrator(app: Any) -> Signed:
    return sign_in(app, "administrator")


def fresh() -> Any:
    db.session.rollback()
    db.session.expire_all()
    return db.session


def shown_password(page: str) -> str:
    found = re.search(r'id="password"[^>]*value="([^"]+)"', page)
    assert found
    return found[1]


def choose_own(app: Flask, new: Signed, email: str, first: str) -> Signed:
    """Choose her own password in place of the one that was made for her: until then nothing else is open."""
    assert new.client.get("/women", headers={"Accept": "text/html"}).headers["Location"] == "/account"
    assert new.client.get("/v1/projects/1/forms", auth=(email, first)).json["code"] == "403.52"
    assert new.client.post("/v1/sessions", json={"email": email, "password": first}).json["code"] == "403.52"
    page = new.get("/account")
    assert "Choisissez le vôtre" in page and "/women" not in page
    fields = {"csrf_token": find_token(page), "old": first, "new": first, "again": first}
    assert new.client.post("/account/password", data=fields).status_code == 400  # the same is no own one
    weak = new.client.post("/account/password", data={**fields, "new": "password123", "again": "password123"})
    assert weak.status_code == 400
    assert new.client.post("/account/password", data={**fields, "new": OWN, "again": OWN}).status_code == 303
    return sign_in(app, "", email=email, password=OWN)


def test_people_are_added_changed_disabled_and_given_passwords(app: Flask, administrator: Signed) -> None:
    page = administrator.post("/people", 200, email="New@Example.dz", name="Nadia", role="officer", association="")
    password = shown_password(page)
    new = sign_in(app, "", email="new@example.dz", password=password)
    new = choose_own(app, new, "new@example.dz", password)
    assert "Artisanes" in new.get("/women")
    assert "Nadia" in administrator.get("/people") and password not in administrator.get("/people")
    assert "new@example.dz" in administrator.post("/people", 409, email="new@example.dz", role="viewer")
    assert "Cette adresse" in administrator.post("/people", 400, email="nobody", role="viewer")
    assert "Choisissez son association" in administrator.post("/people", 400, email="a@b.dz", role="association")
    user_id = re.search(r'<bdi>Nadia</bdi>.*?/people/(\d+)"', administrator.get("/people"), re.DOTALL)
    assert user_id
    assert 'value="Nadia"' in administrator.get(f"/people/{user_id[1]}")
    administrator.get("/people/99", 404)
    administrator.post(f"/people/{user_id[1]}", name="Nadia B.", role="viewer")
    new.get("/women", 403)
    other = shown_password(administrator.post(f"/people/{user_id[1]}/password", 200))
    assert other != password and sign_in(app, "", email="new@example.dz", password=other)
    administrator.post(f"/people/{user_id[1]}/disable", disable="1")
    assert new.client.get("/", headers={"Accept": "text/html"}).status_code == 302
    noted = fresh().scalars(select(Audit.action).where(Audit.target == "new@example.dz")).all()
    assert sorted(noted) == ["user.change", "user.create", "user.disable", "user.password"]


def test_somebody_is_left_to_administer(administrator: Signed) -> None:
    listed = administrator.get("/people")
    me = re.search(r"row.><bdi>administrator.*?/people/(\d+)", listed, re.DOTALL)
    first = re.search(r"row.><bdi>Administration.*?/people/(\d+)", listed, re.DOTALL)
    assert me and first
    administrator.post(f"/people/{first[1]}/disable", disable="1")
    assert "nommez d’abord un autre" in administrator.post(f"/people/{me[1]}/disable", 409, disable="1")
    administrator.post(f"/people/{me[1]}", 409, name="x", role="viewer")


def test_an_association_sees_its_own_women_and_nothing_of_the_office(
    app: Flask, phone: Any, administrator: Signed
) -> None:
    xml, instance_id, own = registration(association="asso_01")
    phone.push(phone.item(xml, instance_id))
    xml, other_instance, other = registration(association="asso_02", nom_fr="Autre-Secret", nom_ar="أخرى")
    phone.push(phone.item(xml, other_instance))
    user = sign_in(app, "association")
    assert own in user.get("/our-women") and other not in user.get("/our-women")
    assert "Benali" in user.get(f"/our-women/{own}")
    user.get(f"/our-women/{other}", 404)
    values = {"entity_id": own, "instance_id": instance_id, "project_id": 1, "other_id": other, "form_id": "cam_a_inscription",
              "version": "2026112701", "list_name": "artisanes", "name": "artisanes", "app_user_id": phone.app_user_id}  # fmt: skip
    opened = set()
    for rule in app.url_map.iter_rules():  # every page, file and table that can be read
        if "GET" not in (rule.methods or ()) or rule.rule.startswith("/v1/key/"):
            continue
        url = rule.build({name: values.get(name, 1 if "int" in str(rule) else "x") for name in rule.arguments})[1]
        for query in ("", "?all=true&personal=true&labels=true"):
            with user.client.get(url + query) as answer:
                body = answer.get_data()
                if answer.status_code == 200:
                    opened.add(rule.rule)
        assert not any(secret.encode() in body for secret in SECRETS), url
        assert other.encode() not in body, url
    women = {rule for rule in opened if any(word in rule for word in ("women", "entit", "submission", "workbook", "svc"))}
    assert women == {"/our-women", "/our-women/<entity_id>"}
    with transaction() as session:  # a form that forgot to keep an income in the office
        entity = session.get_one(Entity, (1, own))
        entity.data = {**entity.data, "revenu_mensuel": "12345"}
    assert "12345" not in user.get(f"/our-women/{own}")


def test_an_association_does_not_see_a_woman_who_objects(app: Flask, phone: Any) -> None:
    xml, instance_id, woman = registration(association="asso_01")
    phone.push(phone.item(xml, instance_id))
    xml, instance_id, other = registration(association="asso_01", nom_fr="Autre")
    phone.push(phone.item(xml, instance_id))
    user = sign_in(app, "association")
    assert woman in user.get("/our-women")
    request = requests.open_request(1, woman, "objection", "", COMMAND)
    requests.close_request(1, request, "done", "Noté", COMMAND)
    assert woman not in user.get("/our-women") and other in user.get("/our-women")
    user.get(f"/our-women/{woman}", 404)
    requests.close_request(1, request, "lifted", "Levée", COMMAND)
    assert woman in user.get("/our-women")
    assert "Benali" in user.get(f"/our-women/{woman}")


def test_associations_are_added_renamed_and_retired_as_records_that_phones_hold(app: Flask, phone: Any) -> None:
    officer = sign_in(app, "officer")
    officer.post("/associations", name_fr="Les Doigts d’Or", name_ar="الأنامل الذهبية")
    assert "Écrivez un nom" in officer.post("/associations", 400, name_fr=" ", name_ar="")

    def held() -> dict[str, Any]:
        pages = phone.pull(limit=2000)["scopes"].values()
        return {u["data"]["code"]: u for page in pages for u in page["upserts"] if u["list"] == "associations"}

    new = held()["asso_26"]
    assert new["data"]["label"] == "Les Doigts d’Or – الأنامل الذهبية"
    officer.post("/associations", id=new["id"], seen_version="1", name_fr="Mains d’Or", name_ar="الأيادي")
    assert held()["asso_26"]["data"]["label"] == "Mains d’Or – الأيادي"
    officer.post("/associations", 409, id=new["id"], seen_version="1", name_fr="Trop tard", name_ar="")
    officer.post(f"/associations/{new['id']}/retire", seen_version="2")
    assert "asso_26" not in held() and "retirée" in officer.get("/associations")
    officer.post(f"/associations/{new['id']}/retire", seen_version="3", restore="1")
    assert "asso_26" in held()
    sign_in(app, "viewer").get("/associations", 403)


def test_an_agents_communes_change_and_her_phones_say_how_they_are(
    app: Flask, phone: Any, administrator: Signed
) -> None:
    xml, instance_id, woman = registration(commune="3103")
    phone.push(phone.item(xml, instance_id))
    assert woman not in phone.women()
    app_version = {"version": "1.2.3", "waiting": 4, "drafts": 1, "photos": 2, "usage": 5_000_000, "quota": 9e9, "persisted": False}
    phone.pull(app=app_version)
    phone.pull(app={"version": ["no"], "waiting": "x"})
    phone.pull(app="nonsense")
    page = administrator.get(f"/agents/{phone.app_user_id}")
    assert "1.2.3" in page and "4 fiches" in page and "le téléphone peut l’effacer" in page
    assert fresh().scalars(select(Device.report)).one()["waiting"] == 4
    administrator.post(f"/agents/{phone.app_user_id}", name="Amina B.", scope=["3103"])
    assert woman in phone.women()
    assert set(phone.pull(scopes={"3112": 0})["dropScopes"]) == {"3112"}
    sign_in(app, "officer").post(f"/agents/{phone.app_user_id}", 403, name="x")
    administrator.get("/agents/99", 404)


def test_the_operations_log_is_a_chain_that_shows_what_was_done_to_it(app: Flask, administrator: Signed, phone: Any) -> None:
    administrator.post("/associations", name_fr="Une", name_ar="")
    administrator.post(f"/agents/{phone.app_user_id}", name="Amina é \u202e", scope=["3103"])
    page = administrator.get("/audit?action=app_user.change")
    assert page.count('<th scope="row">') == 1
    assert "Aucune ligne" in administrator.get("/audit?target=nothing")
    fresh()
    whole = audits.verify_audits(1)
    assert whole.broken_at is None and whole.lines == len(db.session.scalars(select(Audit.id)).all())
    assert audits.verify_audits(1, expected=whole.hash).found and not audits.verify_audits(1, expected="0" * 64).found
    runner = app.test_cli_runner()
    assert runner.invoke(args=["verify-audit"]).exit_code == 0
    assert runner.invoke(args=["verify-audit", "--expect", "0" * 64]).exit_code == 1
    with transaction() as session:
        session.execute(text("update audits set target = 'other' where seq = 2"))
    fresh()
    assert audits.verify_audits(1).broken_at == 2
    assert runner.invoke(args=["verify-audit"]).exit_code == 1


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("update audits set seq = 100 where seq = 3", 3),
        ("delete from audits where seq = (select max(seq) from audits)", None),
        ("update audits set details = '{\"a\": 1}' where seq = 1", 1),
    ],
)
def test_verify_audits_names_the_line_when_the_log_was_changed(app: Flask, statement: str, broken: int | None) -> None:
    for number in range(4):
        with transaction() as session:
            audits.note(session, 1, COMMAND, "test.line", str(number), _now())
    before = audits.verify_audits(1)
    with transaction() as session:
        session.execute(text(statement))
    fresh()
    assert audits.verify_audits(1).broken_at == (broken or before.lines)


def _now() -> datetime:
    return datetime.now(UTC)


def test_concurrent_writers_make_one_chain(app: Flask) -> None:
    def write(number: int) -> None:
        with app.app_context():
            for line in range(5):
                with transaction() as session:
                    audits.note(session, 1, COMMAND, "test.line", f"{number} {line}", _now(), é="ا")
            db.session.remove()

    before = audits.verify_audits(1).lines
    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    fresh()
    whole = audits.verify_audits(1)
    assert whole.broken_at is None and whole.lines == before + 20


def test_a_line_of_a_savepoint_that_was_undone_is_not_in_the_chain(app: Flask) -> None:
    before = audits.verify_audits(1).lines
    with transaction() as session:
        audits.note(session, 1, COMMAND, "test.kept", "", _now())
        try:
            with savepoint(session):
                audits.note(session, 1, COMMAND, "test.undone", "", _now())
                raise ValueError
        except ValueError:
            pass
    fresh()
    assert audits.verify_audits(1) == audits.verify_audits(1, expected="") and audits.verify_audits(1).lines == before + 1


def test_associations_of_a_large_programme_are_paged_found_by_words_and_counted_by_an_index(
    app: Flask, phone: Any, administrator: Signed
) -> None:
    records = [
        {"label": f"Dar {n} – دار {n}", "code": f"asso_{n}", "nom_fr": f"Dar {n}", "nom_ar": f"دار {n}"} for n in range(100, 170)
    ]
    entities.create_entities(1, "associations", [*records, {"label": "Ez-Zahra – الزهراء", "code": "z_1"}], COMMAND)
    xml, instance_id, woman = registration(association="z_1")
    phone.push(phone.item(xml, instance_id))

    def offered(page: str) -> list[str]:
        options = re.findall(r'<option value="([^"]+)"|name="association" id="[^"]+" value="([^"]+)"', page)
        return [code for pair in options for code in pair if code.startswith(("asso_", "z_"))]

    pages = {"/people": 50, "/people/1": 50, "/workbook": 50}
    assert {url: len(offered(administrator.get(url))) for url in pages} == pages
    for url in pages:
        assert offered(administrator.get(f"{url}?associations=زهراء")) == ["z_1"]
        assert offered(administrator.get(f"{url}?associations=nobody")) == []
    # what was picked stays, also where it is not among those that are offered
    refused = administrator.post("/people", 400, email="nobody", role="association", association="z_1")
    assert 'value="z_1" selected' in refused and len(offered(refused)) == 51
    wrong = administrator.post("/workbook", 400, association="z_1", since="2026-02-01", until="2026-01-01")
    assert re.search(r'value="z_1" checked', wrong) and len(offered(wrong)) == 51
    rows = re.findall(r"<th scope=\"row\"><bdi>", administrator.get("/associations"))
    assert len(rows) == 50 and "z_1" in administrator.get("/associations?page=2")
    found = administrator.get("/associations?q=zahra")
    assert re.search(r'z_1</bdi>.*?Artisanes"><div>1<', found, re.DOTALL) and "asso_" not in found
    user = sign_in(app, "association")
    with transaction() as session:
        session.execute(text("UPDATE users SET association = 'z_1' WHERE role = 'association'"))
    assert woman in user.get("/our-women") and "Ez-Zahra" in user.get("/our-women")


def test_people_are_fifty_a_page(administrator: Signed) -> None:
    with transaction() as session:
        for n in range(60):
            session.add(
                User(email=f"p{n}@a.dz", name=f"P{n}", role="viewer", password_hash="", created_at=datetime.now(UTC))
            )
    pages = [re.findall(r"/people/(\d+)\"", administrator.get(f"/people?page={n}")) for n in (1, 2)]
    assert len(pages[0]) == 50 and len(pages[1]) >= 10 and not {*pages[0]} & {*pages[1]}
