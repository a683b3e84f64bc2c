"""Certificates: numbered without gap or double, never on what is disputed, verified without showing who."""

from __future__ import annotations

import threading
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import event, select

from server import papers
from server.auth import Actor
from server.database import db
from server.errors import Problem
from server.models import Certificate, Entity, Submission
from server.services import certificates, entities, forms, identity, reviews
from server.services import papers as sheets
from tests.builders import registration, visit

BOTH_DATABASES = True

OFFICER = Actor(kind="user", id=2, name="officer", role="officer")
EXAM = """<?xml version="1.0"?><data id="cam_c_examen" version="{version}">
<start>2026-11-20T08:00:00.000+01:00</start><end>2026-11-20T08:20:00.000+01:00</end><today>2026-11-20</today>
<g_choix><artisane>{woman}</artisane><bonne_personne>oui</bonne_personne></g_choix>
<g_examen><code_exam>EX-1</code_exam><date_exam>2026-11-20</date_exam><metier_exam>pates</metier_exam>
<jury_president>M. Kaci</jury_president><decision>{decision}</decision></g_examen>
<meta><instanceID>{instance_id}</instanceID></meta></data>"""


def examine(phone: Any, decisions: list[str]) -> list[str]:
    women = []
    version = forms.find_version(1, "cam_c_examen", None).version
    for number, decision in enumerate(decisions):
        xml, instance_id, woman = registration(nom_fr=f"Nom{number}", nom_ar=f"اسم{number}")
        phone.push(phone.item(xml, instance_id))
        instance_id = f"uuid:{uuid4()}"
        answer = phone.push(phone.item(EXAM.format(version=version, woman=woman, decision=decision, instance_id=instance_id), instance_id))
        assert answer["results"][0]["status"] == "accepted", answer
        women.append(woman)
    return women


def numbers() -> list[str]:
    rows = db.session.scalars(select(Certificate).order_by(Certificate.kind, Certificate.number)).all()
    return [row.label[-5:] for row in rows]


def test_a_session_is_issued_cancelled_and_verified(app: Flask, phone: Any, as_role: Any) -> None:
    women = examine(phone, ["admise", "ajournee", "admise"])
    xml, instance_id = visit(women[2], base="", nom_fr="Autre", seen={"nom_fr": "Nom2", "prenom_fr": "Fatima"})
    phone.push(phone.item(xml, instance_id))
    found = {each.entity_id: each.blocked for each in certificates.list_candidates(1, "qualification", "EX-1")}
    assert found == {women[0]: "", women[1]: "failed", women[2]: "disputed"}
    for refused in (women[1], women[2]):
        with pytest.raises(Problem) as caught:
            certificates.issue(1, "qualification", "EX-1", [women[0], refused], OFFICER)
        assert caught.value.details["blocked"] == {refused: found[refused]}
    assert numbers() == []
    (row,) = certificates.issue(1, "qualification", "EX-1", [women[0]], OFFICER)
    assert row.label.startswith("Q-") and numbers() == ["00001"]
    assert db.session.get_one(Entity, (1, women[0])).data["num_certificat"] == row.label
    with pytest.raises(Problem) as caught:
        certificates.issue(1, "qualification", "EX-1", [women[0]], OFFICER)
    assert caught.value.details["blocked"] == {women[0]: "issued"}
    address = sheets.verify_url(row).removeprefix(app.config["HIRFA"].url)
    stranger = app.test_client()
    page = stranger.get(address)
    assert page.status_code == 200 and "authentique" in page.text and row.label in page.text
    assert "Nom0" not in page.text and "N. F." in page.text
    assert stranger.get(address[:-1] + ("0" if address[-1] != "0" else "1")).status_code == 404
    assert stranger.get(address.replace("-00001", "-00002")).status_code == 404
    with pytest.raises(Problem):
        certificates.cancel(1, row.id, "  ", OFFICER)
    certificates.cancel(1, row.id, "erreur de nom", OFFICER)
    assert "annulé" in stranger.get(address).text
    assert "num_certificat" not in {k for k, v in db.session.get_one(Entity, (1, women[0])).data.items() if v}
    (again,) = certificates.issue(1, "qualification", "EX-1", [women[0]], OFFICER)
    assert numbers() == ["00001", "00002"] and again.label.endswith("00002")
    assert [bool(r.cancelled_at) for r in certificates.list_certificates(1)] == [False, True]
    assert entities.rebuild_entities(1)[1] == 0


def test_officers_issue_at_once_without_gap_or_double(app: Flask, phone: Any) -> None:
    women = examine(phone, ["admise"] * 4)
    made: list[str] = []
    refused: list[str] = []

    def issue(some: list[str]) -> None:
        with app.app_context():
            for woman in some:
                try:
                    made.extend(row.label for row in certificates.issue(1, "qualification", "EX-1", [woman], OFFICER))
                except Problem as problem:
                    refused.append(problem.details["blocked"][woman])
            db.session.remove()

    threads = [threading.Thread(target=issue, args=(some,)) for some in (women, women[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert numbers() == [f"0000{n}" for n in range(1, 5)]
    assert len(set(made)) == len(made) == 4
    assert len(refused) == 4 and set(refused) <= {"issued", "changed"}


def test_the_papers_are_made_and_a_missing_face_is_an_error(phone: Any, app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    women = examine(phone, ["admise", "ajournee"])
    rows = certificates.issue(1, "qualification", "EX-1", women[:1], OFFICER)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.post("/sign-in", data={"email": "officer@example.dz", "password": "a long enough password"})
    for address in (f"/certificates/{rows[0].id}/paper.pdf", "/exams/EX-1/minutes.pdf", "/sessions/qualification/EX-1/papers.pdf"):
        answer = client.get(address)
        assert answer.data.startswith(b"%PDF-") and len(answer.data) > 10_000, address
        assert b"Amiri" in answer.data or b"pdfaid" in answer.data
    assert "EX-1" in client.get("/certificates").text
    assert "résultat insuffisant" in client.get("/sessions/qualification/EX-1").text
    assert client.post("/sessions/qualification/EX-1", data={}).status_code == 422
    assert client.post(f"/certificates/{rows[0].id}/cancel", data={"reason": "double"}).status_code == 303
    assert "annulé" in client.get(f"/certificates/{rows[0].id}").text
    monkeypatch.setattr(papers, "FONTS", tmp_path)
    with pytest.raises(papers.PaperError):
        sheets.print_certificates(rows)


def test_sessions_are_listed_without_reading_forms_that_were_read_before(app: Flask, phone: Any) -> None:
    examine(phone, ["admise", "ajournee"])
    asked: list[str] = []

    @event.listens_for(db.engine, "before_cursor_execute")
    def _note(_c: Any, _cursor: Any, statement: str, _p: Any, _context: Any, _many: Any) -> None:
        asked.append(statement)

    def count_forms() -> tuple[int, int, bool]:
        db.session.rollback()
        asked.clear()
        (one,) = certificates.list_sessions(1)[0].rows
        return one.candidates, one.ready, any("submissions.xml" in each for each in asked)

    assert count_forms() == (2, 1, True)
    assert count_forms() == (2, 1, False)
    few = len(asked)
    women = examine(phone, ["admise"] * 3)
    assert count_forms() == (5, 4, True)
    assert count_forms() == (5, 4, False) and len(asked) <= few
    identity.merge_entities(1, women[0], women[1], *(db.session.get_one(Entity, (1, each)).version for each in women[:2]), OFFICER)
    assert count_forms() == (4, 2, False)  # her two records name her otherwise
    first = db.session.scalars(select(Submission).where(Submission.form_id == "cam_c_examen").order_by(Submission.received_at).limit(1)).one()
    reviews.review(1, first.instance_id, "rejected", "faux", OFFICER)
    assert count_forms() == (3, 1, True)


def sheet(code: str, programme: str, day: str, present: list[str]) -> tuple[str, str]:
    version, instance_id = forms.find_version(1, "cam_b_presence", None).version, f"uuid:{uuid4()}"
    return f"""<?xml version="1.0"?><data id="cam_b_presence" version="{version}"><today>{day}</today><g_seance>
<code_session>{code}</code_session><programme>{programme}</programme><date_seance>{day}</date_seance>
<demi_journee>matin</demi_journee></g_seance><g_presence><presentes>{" ".join(present)}</presentes></g_presence>
<meta><instanceID>{instance_id}</instanceID></meta></data>""", instance_id


def test_trainings_are_listed_a_page_at_a_time_with_those_that_have_no_code(phone: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    women = examine(phone, ["admise", "admise"])
    for code, programme, day, present in (
        ("TRIE-2026-01", "trie", "2026-10-01", women), ("TRIE-2026-01", "trie", "2026-10-02", women[:1]),
        ("", "autre", "2026-10-03", women[1:]), ("CREE-2026-01", "cree", "2026-10-04", ["nobody"]),
    ):  # fmt: skip
        phone.push(phone.item(*sheet(code, programme, day, present)))
    shown = certificates.list_sessions(1)[0]
    assert [(each.kind, each.code, each.day, each.candidates, each.ready) for each in shown.rows] == [
        ("qualification", "EX-1", "2026-11-20", 2, 2), ("training", "autre", "2026-10-03", 1, 0),
        ("training", "TRIE-2026-01", "2026-10-02", 2, 1),
    ]  # fmt: skip
    assert [(each.entity_id, each.result, each.blocked) for each in certificates.list_candidates(1, "training", "TRIE-2026-01")] == [
        (women[0], "2/2", ""), (women[1], "1/2", "failed"),
    ]  # fmt: skip
    (row,) = certificates.issue(1, "training", "TRIE-2026-01", women[:1], OFFICER)
    told = {language: dict(each[:2] for each in sheets.describe(row)[language]["rows"]) for language in ("fr", "ar")}
    assert told["fr"]["Programme"].startswith("TRIE – ") and "trie" not in told["ar"]["البرنامج"]  # in words, not by its code
    assert [each.entity_id for each in certificates.list_candidates(1, "training", "autre")] == [women[1]]
    for kind, code in (("training", "CREE-2026-01"), ("training", ""), ("qualification", "")):
        with pytest.raises(Problem):
            certificates.list_candidates(1, kind, code)
    monkeypatch.setattr(certificates, "SESSIONS", 1)
    pages = [certificates.list_sessions(1, page=number)[0] for number in range(1, 6)]
    assert {page.total for page in pages} == {4} and pages[-1].number == 4
    assert [[each.code for each in page.rows] for page in pages[:4]] == [["EX-1"], [], ["autre"], ["TRIE-2026-01"]]
