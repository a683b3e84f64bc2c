"""Today, the programme at a glance, and requests by law 18-07: counts are true, each leads to where it is settled."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import event, func, select, update

from exports.glance import STAGES
from server.auth import COMMAND
from server.database import db
from server.errors import Problem
from server.models import Device, LegalRequest, Submission
from server.services import erasure, glance, requests, today
from tests.builders import registration, visit

BOTH_DATABASES = True
HTML = {"Accept": "text/html"}
WOMEN = "artisanes"


def register(phone: Any, **answers: str) -> str:
    xml, instance_id, woman = registration(**answers)
    assert phone.push(phone.item(xml, instance_id))["results"][0]["status"] == "accepted"
    return woman


def token_of(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def test_today_is_empty_before_anything_was_sent(as_role: Any) -> None:
    page = as_role("officer").get("/", headers=HTML)
    assert page.status_code == 200 and "Rien ne vous attend" in page.text
    glanced = as_role("viewer").get("/programme", headers=HTML)
    assert glanced.status_code == 200 and "Aucune femme inscrite" in glanced.text


def test_today_counts_what_waits_and_leads_to_it(phone: Any, as_role: Any) -> None:
    register(phone)
    register(phone, nom_fr="", prenom_fr="", telephone="", nin="")
    xml, instance_id, _ = registration(commune="3126", nin="")
    phone.push(phone.item(xml, instance_id, seq=9))
    db.session.execute(update(Device).values(last_seen_at=datetime.now(UTC) - timedelta(days=20)))
    db.session.commit()
    officer = as_role("officer")
    page = officer.get("/", headers=HTML).text
    waits = today.read_today(1, WOMEN)
    numbers = set(db.session.scalars(select(Submission.seq).where(Submission.seq.is_not(None))))
    assert waits.missing == 9 - len(numbers) and waits.silent == 1 and waits.outside >= 1
    assert waits.duplicates_sure >= 1 and waits.unseen == db.session.scalar(select(func.count()).select_from(Submission))
    for address in ("/duplicates", "/agents", "/submissions?flagged=1", "/submissions?state=todo"):
        assert f'href="{address}"' in page
        assert officer.get(address, headers=HTML).status_code == 200
    assert officer.get("/submissions?waiting=1", headers=HTML).status_code == 200


def test_the_glance_counts_what_happened_on_its_days(phone: Any, as_role: Any) -> None:
    woman = register(phone)
    xml, instance_id = visit(woman, base=1, trunk=1)
    phone.push(phone.item(xml, instance_id))
    xml, instance_id = visit(woman, base=1, trunk=1, date_visite="2026-11-25")
    phone.push(phone.item(xml, instance_id))
    db.session.remove()
    counted = glance.read_glance(1, COMMAND)
    assert counted is not None and counted.fresh
    total = counted.figures["total"]
    assert list(total) == list(STAGES)
    assert {stage: n for stage, n in total.items() if n} == {"registered": 1, "started": 1, "followed": 1}
    assert counted.figures["by_commune"]["3112"]["started"] == 1
    assert counted.figures["by_month"]["2026-11"]["registered"] == 1
    page = as_role("viewer").get("/programme", headers=HTML).text
    assert 'data-value="1"' in page and "<style" not in page and "style=" not in page
    register(phone, nom_fr="Saidi", nin="")
    again = glance.read_glance(1, COMMAND)
    assert again is not None and again.figures["total"]["registered"] == 2


def test_the_glance_of_a_long_count_says_that_it_is_old(phone: Any, as_role: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    register(phone)
    glance.count_programme(1, COMMAND)
    monkeypatch.setattr(glance, "AT_ONCE_S", -1.0)
    register(phone, nom_fr="Saidi", nin="")
    client = as_role("viewer")
    page = client.get("/programme", headers=HTML).text
    assert "Des envois sont arrivés depuis" in page
    assert client.post("/programme/count", data={"csrf_token": token_of(page)}).status_code == 303
    counted = glance.read_glance(1, COMMAND)
    assert counted is not None and counted.fresh and counted.figures["total"]["registered"] == 2


def test_home_asks_the_database_the_same_however_much_there_is(app: Flask, phone: Any, as_role: Any) -> None:
    officer = as_role("officer")
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    def count(address: str) -> int:
        officer.get(address, headers=HTML)  # takes in what came
        asked.clear()
        assert officer.get(address, headers=HTML).status_code == 200
        return len(asked)

    for number in range(3):
        register(phone, nin="", nom_fr=f"Nom{'abc'[number]}")
    few = {address: count(address) for address in ("/", "/programme", "/duplicates", "/legal", "/women")}
    for number in range(6):
        register(phone, nin="", nom_fr=f"Nom{'abcdef'[number]}x", annee=str(1970 + number))
    many = {address: count(address) for address in few}
    assert many == few and max(many.values()) < 60


def test_a_request_has_a_due_day_and_is_closed_with_words(phone: Any, as_role: Any) -> None:
    woman = register(phone)
    officer = as_role("officer")
    page = officer.get("/legal", headers=HTML).text
    token = token_of(page)
    officer.post(f"/women/{woman}/requests", data={"csrf_token": token, "kind": "correction", "words": "par son fils"})
    officer.post(f"/women/{woman}/requests", data={"csrf_token": token, "kind": "correction"})
    officer.post(f"/women/{woman}/requests", data={"csrf_token": token, "kind": "nothing"})
    [row] = db.session.scalars(select(LegalRequest)).all()
    assert (row.due_at - row.received_at).days == requests.DUE_DAYS and row.state == "open"
    row_id = row.id
    assert "par son fils" in officer.get("/legal", headers=HTML).text
    officer.post(f"/legal/{row_id}", data={"csrf_token": token, "end": "done", "outcome": "  "})
    db.session.remove()
    assert today.read_today(1, WOMEN).legal == 1
    assert today.read_today(1, WOMEN, datetime.now(UTC) + timedelta(days=11)).late == 1
    officer.post(f"/legal/{row_id}", data={"csrf_token": token, "end": "done", "outcome": "Nom corrigé"})
    db.session.remove()
    assert today.read_today(1, WOMEN).legal == 0
    assert "Nom corrigé" in officer.get("/legal?state=closed", headers=HTML).text
    with pytest.raises(Problem, match="changed this meanwhile"):
        requests.close_request(1, row_id, "refused", "non", COMMAND)
    assert as_role("viewer").get("/legal", headers=HTML).status_code == 403
    assert officer.post(f"/legal/{uuid4()}", data={"csrf_token": token, "end": "done", "outcome": "x"}).status_code == 404


def test_an_erasure_closes_the_requests_for_it_and_keeps_no_words(phone: Any) -> None:
    woman = register(phone)
    requests.open_request(1, woman, "withdrawal", "Fatima ne veut plus", COMMAND)
    erasure.erase_entity(1, woman, COMMAND)
    db.session.remove()
    [row] = db.session.scalars(select(LegalRequest)).all()
    assert (row.state, row.words) == ("done", "") and "erasedAt" in row.proof


def test_an_objection_is_taken_back(phone: Any) -> None:
    woman = register(phone)
    number = requests.open_request(1, woman, "objection", "", COMMAND)
    assert requests.find_objections(1) == frozenset()
    requests.close_request(1, number, "done", "Noté", COMMAND)
    assert requests.find_objections(1) == {woman}
    requests.close_request(1, number, "lifted", "Elle revient", COMMAND)
    assert requests.find_objections(1) == frozenset()
