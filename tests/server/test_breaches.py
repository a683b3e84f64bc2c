"""The register of breaches: the day by which the ANPDP must know, what was done, who may look."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update

from exports.programme import ALGIERS
from server.auth import COMMAND
from server.database import db, transaction
from server.models import Audit, Breach
from server.services import breaches, doctor
from tests.builders import registration
from tests.desk import served_apart, sign_in
from tests.server.test_commands import data_of, run

BOTH_DATABASES = True


@pytest.fixture
def app(app: Flask) -> Flask:
    return served_apart(app)


def test_a_breach_is_kept_in_the_register_and_its_notice_is_written_again(app: Flask, phone: Any, tmp_path: Path) -> None:
    phone.push(phone.item(*registration()[:2]))
    out = tmp_path / "avis.txt"
    noted = data_of(run(app, "breach", "--out", str(out), "--words", "Cambriolage", "--json"))
    db.session.remove()
    row = breaches.find_breach(1, noted["entry"])
    assert (row.kind, row.words, row.affected, row.by) == ("server", "Cambriolage", 1, "command:0")
    assert row.due_at - row.known_at == timedelta(days=5)
    again = data_of(run(app, "breach", "--out", str(out), "--entry", noted["entry"], "--json"))
    assert again["entry"] == noted["entry"]
    assert "Cambriolage" in out.read_text()
    listed = data_of(run(app, "breaches", "--json"))["breaches"]
    assert [(one["entry"], one["notified"], one["closed"]) for one in listed] == [(noted["entry"], False, False)]
    assert "4 d 23 h left" in run(app, "breaches").output
    assert run(app, "breach", "--out", str(out), "--entry", str(uuid4())).exit_code == 1
    assert run(app, "breach", "--out", str(out), "--known", "2099-01-01").exit_code == 1
    assert run(app, "breach", "--out", str(out), "--agent", "999").exit_code == 1
    assert run(app, "breach", "--out", "/nowhere/x", "--words", "kept").exit_code == 1
    db.session.remove()
    assert [one.words for one in breaches.list_breaches(1).rows] == ["kept", "Cambriolage"]
    assert {a for a in db.session.scalars(select(Audit.action)) if a.startswith("breach.")} == {"breach.open", "breach.notice"}


def test_doctor_says_that_the_anpdp_must_be_told_and_when_it_is_late(app: Flask) -> None:
    def find() -> list[tuple[str, str]]:
        db.session.remove()
        return [(f.key, f.level) for f in doctor.examine(certificate=False) if f.key == "breach_untold"]

    assert find() == []
    now = datetime.now(UTC)
    made = breaches.open_breach(1, "other", "", COMMAND, known_at=now - timedelta(days=4), now=now)
    assert find() == [("breach_untold", doctor.WARN)]
    with transaction() as session:
        session.execute(update(Breach).values(due_at=now - timedelta(hours=1)))
    assert find() == [("breach_untold", doctor.BAD)]
    assert "LATE" in run(app, "breaches").output
    breaches.change_breach(1, made.id, "save", COMMAND, now, notified=(now - timedelta(days=1)).date())
    assert find() == []


def test_the_desk_notes_a_breach_what_was_done_and_closes_it(app: Flask, phone: Any) -> None:
    phone.push(phone.item(*registration(commune="3112")[:2]))
    desk = sign_in(app, "protection")
    assert "Aucune violation" in desk.get("/breaches")
    today = datetime.now(ALGIERS)
    known = (today - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    desk.post("/breaches", 400, kind="", known=known)
    desk.post("/breaches", 400, kind="phone", known="")
    desk.post("/breaches", 400, kind="phone", known="2099-01-01T00:00")
    desk.post("/breaches", 404, kind="phone", known=known, agent="999")
    kept = desk.post("/breaches", 400, kind="phone", known=known, since="x", words="Vol <b>au marché</b>")
    assert "Vol &lt;b&gt;au marché" in kept
    desk.post("/breaches", kind="phone", known=known, agent=str(phone.app_user_id), words="Vol au marché")
    db.session.remove()
    (row,) = breaches.list_breaches(1).rows
    assert (row.affected, row.app_user_id) == (1, phone.app_user_id)
    page = desk.get("/breaches")
    assert "reste 3 j 23 h" in page or "reste 4 j 0 h" in page
    assert "Violations en cours" in desk.get("/")
    notice = desk.send(f"/breaches/{row.id}/notice")
    assert notice.mimetype == "text/plain"
    assert "Vol au marché" in notice.text
    assert phone.app_user_id == row.app_user_id
    address, day = f"/breaches/{row.id}", today.date().isoformat()
    kept = desk.post(address, 400, end="close", measures=" ", effects="<i>Faibles", reference="ANPDP 7")
    assert all(words in kept for words in ("Avant de clore", "&lt;i&gt;Faibles</textarea>", 'value="ANPDP 7"'))
    assert 'name="words" rows="2" dir="auto" maxlength="4000"></textarea>' in kept
    kept = desk.post(address, 400, end="save", notified="2020-01-01", measures="Agent révoqué")
    assert all(words in kept for words in ("est entre celui", "Agent révoqué</textarea>", 'value="2020-01-01"'))
    desk.post(address, end="save", notified=day, informed=day, reference="ANPDP 12/2026", measures="Agent révoqué")
    page = desk.get("/breaches")
    assert "ANPDP 12/2026" in page
    assert not re.search(r"reste \d", page)
    desk.post(address, end="close", notified=day, measures="Agent révoqué", effects="Faibles")
    desk.post(address, end="close", notified=day, measures="x")  # closed already
    assert "entre-temps" in desk.get("/breaches")
    db.session.remove()
    assert (row := breaches.find_breach(1, row.id)).closed_at is not None and row.measures == "Agent révoqué"
    assert "Violations en cours</span>" not in desk.get("/")
    desk.post(address, end="reopen")
    db.session.remove()
    assert breaches.find_breach(1, row.id).closed_at is None
    desk.post(f"/breaches/{uuid4()}", 404, end="save")
    desk.post(f"/breaches/{uuid4()}/notice", 404)
    viewer = sign_in(app, "viewer")
    viewer.get("/breaches", 403)
    viewer.post(address, 403, end="save")
    viewer.post(f"{address}/notice", 403)
    log = sign_in(app, "protection").get("/audit?action=breach.close")
    assert "Violation close" in log
