"""Law 18-07 from the command line: what is due is shown before it is erased, the papers name what is here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import update

from server.database import db, transaction
from server.models import Audit, Entity, EntityVersion
from tests.builders import registration
from tests.server.test_commands import data_of, run

BOTH_DATABASES = True


def test_retention_shows_first_and_erases_what_nobody_heard_of_for_years(app: Flask, phone: Any) -> None:
    (old_xml, old_id, old), (new_xml, new_id, new) = registration(nom_fr="Ancienne"), registration(nom_fr="Recente")
    phone.push(phone.item(old_xml, old_id), phone.item(new_xml, new_id))
    assert data_of(run(app, "retention", "--json"))["due"] == []
    with transaction() as session:
        session.execute(
            update(EntityVersion).where(EntityVersion.entity_id == old).values(at=datetime.now(UTC) - timedelta(days=4 * 366))
        )
    due = data_of(run(app, "retention", "--json"))
    assert ([d["id"] for d in due["due"]], due["erased"]) == ([old], 0)
    assert data_of(run(app, "retention", "--years", "5", "--json"))["due"] == []
    db.session.remove()
    assert db.session.get_one(Entity, (1, old)).erased_at is None
    assert run(app, "retention", "--apply").exit_code == 1  # nobody said yes
    assert data_of(run(app, "retention", "--apply", "--yes", "--json"))["erased"] == 1
    db.session.remove()
    assert db.session.get_one(Entity, (1, old)).erased_at is not None
    assert db.session.get_one(Entity, (1, new)).erased_at is None
    assert data_of(run(app, "retention", "--json"))["due"] == []
    assert db.session.query(Audit).filter_by(action="retention.apply").count() == 1


def test_the_record_of_processing_tells_what_leaves_the_office(app: Flask, phone: Any, tmp_path: Path) -> None:
    phone.push(phone.item(*registration()[:2]))
    out = tmp_path / "fiche.txt"
    said = data_of(run(app, "processing-record", "--out", str(out), "--dpo", "Mme K., 041 00 00 00", "--json"))
    text = out.read_text()
    assert said["women"] == 1
    assert "nin" in said["office"]
    phones = text.split("téléphones des agents :\n")[1].splitlines()[0]
    assert "commune" in phones
    assert "nin" not in phones.split(", ")
    assert "Mme K." in text
    assert "NON RÉGLÉES" in text
    assert run(app, "processing-record", "--out", "/nowhere/x").exit_code == 1


def test_a_breach_notice_lists_whom_a_lost_phone_touches(app: Flask, make_phone: Any, tmp_path: Path) -> None:
    phone, elsewhere = make_phone("Amina", ("3112",)), make_phone("Houria", ("3110",))
    xml, instance_id, woman = registration(commune="3112")
    phone.push(phone.item(xml, instance_id))
    out = tmp_path / "avis.txt"

    def write(*more: str) -> Any:
        return data_of(run(app, "breach", "--out", str(out), "--known", "2026-11-23 14:30", "--json", *more))

    assert write("--agent", str(phone.app_user_id))["affected"] == 1
    text = out.read_text()
    assert woman in text
    assert "28/11/2026 à 14:30" in text
    assert "26/11/2026 à 14:30" in text
    assert out.stat().st_mode & 0o077 == 0
    assert write("--agent", str(elsewhere.app_user_id))["affected"] == 0
    assert write()["affected"] == 1
    assert write("--since", "2099-01-01")["affected"] == 0
    assert run(app, "breach", "--out", str(out), "--agent", "999").exit_code == 1
    assert run(app, "breach", "--out", str(out), "--known", "yesterday").exit_code == 1
